#!/usr/bin/env bash
# Check 40: pg_upgrade of a cluster of PostgreSQL 15 to later versions, as arguments (default: 16, 17 and 18). Rows,
# policies, FORCE, owners, grants, roles and their settings are the same afterwards, verify_deployment() finds nothing
# wrong, a tenant sees its own rows alone, and the nights go on. From one table of demand and from a partitioned one.
# Seen to fail: FORCE, a grant and a role's setting are taken away after each upgrade, and each has to show.
source "$(dirname "$0")/common.bash"

versions=("$@")
if [ ${#versions[@]} = 0 ]; then versions=(16 17 18); fi
from_wheel && fail "it starts from Debian's PostgreSQL: without PG"
old_bin=$SERVER_BIN

# Facts that both versions write alike: names for oids, and privileges without MAINTAIN, which came with 17.
facts() {
    psql -At "$@" <<'SQL' | LC_ALL=C sort
SELECT 'relation', c.oid::regclass, c.relkind, pg_get_userbyid(c.relowner), c.relrowsecurity, c.relforcerowsecurity, c.reloptions, obj_description(c.oid, 'pg_class')
FROM pg_class AS c WHERE c.relnamespace::regnamespace::text ~ '^replenish' AND c.relkind IN ('r', 'p', 'v', 'i', 'I', 'c');
SELECT 'grant', o.what, x.grantee::regrole, x.privilege_type, x.is_grantable
FROM (
    SELECT c.oid::regclass::text AS what, coalesce(c.relacl, acldefault('r', c.relowner)) AS acl FROM pg_class AS c WHERE c.relnamespace::regnamespace::text ~ '^replenish' AND c.relkind IN ('r', 'p', 'v')
    UNION ALL SELECT p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner)) FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text ~ '^replenish'
    UNION ALL SELECT n.nspname, coalesce(n.nspacl, acldefault('n', n.nspowner)) FROM pg_namespace AS n WHERE n.nspname ~ '^replenish'
    UNION ALL SELECT p.parname, p.paracl FROM pg_parameter_acl AS p
) AS o CROSS JOIN aclexplode(o.acl) AS x
WHERE x.privilege_type <> 'MAINTAIN';
SELECT 'routine', p.oid::regprocedure, pg_get_userbyid(p.proowner), p.prosecdef, p.provolatile, p.proconfig, md5(p.prosrc) FROM pg_proc AS p WHERE p.pronamespace::regnamespace::text ~ '^replenish';
SELECT 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive, ARRAY(SELECT r.rolname FROM pg_roles AS r WHERE r.oid = ANY (p.polroles) ORDER BY 1),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid WHERE c.relnamespace::regnamespace::text ~ '^replenish';
SELECT 'constraint', conrelid::regclass, conname, convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'replenish'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x');
SELECT 'trigger', t.tgrelid::regclass, t.tgname, t.tgenabled FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace::regnamespace::text ~ '^replenish' AND NOT t.tgisinternal;
SELECT 'role', r.rolname, r.rolsuper, r.rolbypassrls, r.rolcanlogin, r.rolinherit, r.rolconfig FROM pg_roles AS r WHERE r.rolname !~ '^pg_';
SELECT 'member', m.roleid::regrole, m.member::regrole FROM pg_auth_members AS m WHERE m.member::regrole::text !~ '^pg_';
SELECT 'extension', extname, extversion FROM pg_extension;
SELECT 'step', migration_number, migration_name, applied_by FROM replenish.schema_migrations;
SQL
    row_facts "$@"
}
differs() { # what, SQL, SQL that undoes it: the facts must show it
    psql -d postgres -c "$2"
    facts -d postgres >"$CLUSTER/broken"
    psql -d postgres -c "$3"
    if diff -q "$CLUSTER/old.postgres" "$CLUSTER/broken" >/dev/null; then fail "$1 does not show"; fi
    echo "ok - $1 would show"
}
folder_of() { # version: where that version's programs are
    PG_MAJOR=$1 bash -c 'source pgrx-config/common.sh; server_bin'
}

for version in "${versions[@]}"; do
    new_bin=$(folder_of "$version")
    # Always: a library older than the one of 15 would lack functions. Nothing is compiled twice.
    PG_MAJOR=$version pgrx-config/setup.sh
    PG_MAJOR=$version pgrx-config/build.sh
    [ -x "$new_bin/pg_upgrade" ] || fail "there is no pg_upgrade of PostgreSQL $version"
done

start_cluster "shared_preload_libraries = 'pg_replenish'"
fill_database postgres
psql -c 'CREATE DATABASE parted'
fill_database parted
psql -d parted -o /dev/null -c "SELECT replenish.partition_demand_history(months_ahead => 1)"
psql -c "CREATE ROLE reader_a LOGIN IN ROLE replenish_reader" -c "ALTER ROLE reader_a SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'" \
    -c 'CREATE ROLE night LOGIN IN ROLE replenish_batch'
for database in postgres parted; do facts -d "$database" >"$CLUSTER/old.$database"; done
# Debian's 15.20 keeps a note (pg_attver) among each column's options, of which the wheel's 16.14 and 18.4 know
# nothing: they refuse the schema of any table that 15.20 made. Where the newer version's pg_dump does not know
# the note, it goes; a real upgrade takes a minor release as new as the old server's.
for version in "${versions[@]}"; do
    if ! grep -q pg_attver "$(folder_of "$version")/pg_dump"; then
        echo "# PostgreSQL $version is older than the notes of the columns' versions: they are taken away"
        for database in postgres parted template1; do
            psql -d "$database" -c "UPDATE pg_attribute SET attoptions = nullif(ARRAY(SELECT o FROM unnest(attoptions) AS o WHERE o !~ '^pg_attver='), '{}') WHERE attoptions::text ~ 'pg_attver'"
        done
    fi
done
as_server "$old_bin/pg_ctl" -D "$CLUSTER/data" -m fast -w stop >/dev/null

upgrade() { # version
    local new_bin data
    new_bin=$(folder_of "$1")
    data=$CLUSTER/data$1
    local checksums=()
    # The old cluster has none, and 18 would have them.
    if [ "$1" -ge 18 ]; then checksums=(--no-data-checksums); fi
    as_server "$new_bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --locale-provider=libc --no-sync "${checksums[@]}" >"$CLUSTER/initdb.$1" 2>&1 ||
        { cat "$CLUSTER/initdb.$1"; fail "initdb of $1"; }
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$CLUSTER'" "shared_preload_libraries = 'pg_replenish'" "fsync = off" "log_line_prefix = '%m [%p] %e '" |
        as_server tee -a "$data/postgresql.conf" >/dev/null
    as_server mkdir "$CLUSTER/work$1"
    (cd "$CLUSTER/work$1" && as_server "$new_bin/pg_upgrade" -b "$old_bin" -B "$new_bin" -d "$CLUSTER/data" -D "$data" -U postgres -s "$CLUSTER" >"$CLUSTER/upgrade.$1" 2>&1) ||
        { tail -n 20 "$CLUSTER/upgrade.$1"; find "$data/pg_upgrade_output.d" -name '*.txt' -exec cat {} + 2>/dev/null; grep -rhA 3 'error: ' "$data/pg_upgrade_output.d"; fail "pg_upgrade to $1"; }
    as_server "$new_bin/pg_ctl" -D "$data" -l "$CLUSTER/server$1.log" -w -t 60 start >"$CLUSTER/start.$1" 2>&1 || { cat "$CLUSTER/server$1.log"; fail "the cluster of $1 did not start"; }
    SERVER_BIN=$new_bin
    [ "$(psql -At -c 'SHOW server_version_num' | cut -c 1-2)" = "$1" ] || fail "this is not PostgreSQL $1"
}
stop_upgraded() { as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data$1" -m fast -w stop >/dev/null 2>&1; }

for version in "${versions[@]}"; do
    before_stop "stop_upgraded $version"
    upgrade "$version"
    for database in postgres parted; do
        facts -d "$database" >"$CLUSTER/new.$database"
        same "15 to $version, $database" "$CLUSTER/old.$database" "$CLUSTER/new.$database"
        if [ "$database" = postgres ]; then
            differs "a lost FORCE" 'ALTER TABLE replenish.vendors NO FORCE ROW LEVEL SECURITY' 'ALTER TABLE replenish.vendors FORCE ROW LEVEL SECURITY'
            differs "a lost grant" 'REVOKE SELECT ON replenish.materials FROM replenish_reader' 'GRANT SELECT ON replenish.materials TO replenish_reader'
            differs "a lost setting of a role" 'ALTER ROLE reader_a RESET ALL' "ALTER ROLE reader_a SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'"
        fi
        psql -d "$database" -c ANALYZE
        check "15 to $version, $database: verify_deployment() finds nothing wrong" \
            "SELECT count(*) > 20 AND count(*) FILTER (WHERE status = 'FAILED') = 0 FROM replenish.verify_deployment()" -d "$database"
        check "15 to $version, $database: a tenant sees its own rows alone" \
            "SELECT count(*) = 180 AND count(DISTINCT tenant_id) = 1 FROM replenish.demand_history" -d "$database" -U reader_a
        psql -d "$database" -U night -c 'CALL replenish.run_daily_forecasts(resume => false)'
        check "15 to $version, $database: the nights go on" \
            "SELECT bool_and(run_status = 'COMPLETED') AND count(*) >= 4 FROM replenish.job_runs WHERE job_name = 'FORECASTS'" -d "$database"
    done
    tests/server_log.sh "$CLUSTER/server$version.log"
    stop_upgraded "$version"
    SERVER_BIN=$old_bin
done
echo "${#versions[@]} upgrades of major versions, two databases each"
