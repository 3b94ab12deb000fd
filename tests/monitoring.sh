#!/usr/bin/env bash
# Health, alerts and figures as a DBA's tools see them: the webhook recipe against a local listener,
# the real exporter and Prometheus with the configuration of monitoring/, every panel's query.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source "$(dirname "$0")/../pgrx-config/monitoring.sh"
fetch_monitoring
TOOLS=$MONITORING/usr/bin
# The one that python3-psycopg is for, whatever comes first on the PATH.
PYTHON=/usr/bin/python3
tenant=00000000-0000-4000-8000-00000000d000

started=()
stop_all() {
    local status=$?
    trap - EXIT
    # A signal, and then the end of it: nothing that was started here outlives the test.
    if [ ${#started[@]} -gt 0 ]; then
        kill "${started[@]}" 2>/dev/null || true
        wait "${started[@]}" 2>/dev/null || true
    fi
    if [ "$status" != 0 ]; then tail -n 5 "$CLUSTER"/{server,webhook,exporter,prometheus}.log >&2 || true; fi
    # stop_cluster reads the status that it ends with.
    set +e
    (exit "$status")
    stop_cluster
}

# start NAME command …: in the background, its output in NAME.log
start() {
    local log=$CLUSTER/$1.log
    shift
    "$@" >"$log" 2>&1 &
    started+=($!)
}

# eventually SECONDS what command …: tries until it succeeds
eventually() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || fail "$what: not within the time"
        sleep 0.2
    done
    echo "ok - $what"
}

free_ports() {
    "$PYTHON" - "$1" <<'PY'
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])
PY
}

start_cluster "shared_preload_libraries = 'pg_replenish,pg_stat_statements'"
trap stop_all EXIT
psql -o /dev/null 2>/dev/null <<'SQL'
CREATE EXTENSION pg_stat_statements;
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
CREATE ROLE exporter LOGIN IN ROLE pg_monitor;
CREATE ROLE night LOGIN IN ROLE replenish_batch;
CREATE ROLE bi_demo LOGIN IN ROLE replenish_reader;
ALTER ROLE bi_demo SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SELECT * FROM replenish.load_demo_data();
UPDATE replenish.materials SET category = material_code;
SQL
# 110,000 rows of another tenant: a probe that looked for a row of its own would read them all.
psql -v materials=300 -f benches/load.sql

# health_check(): the median of 200 calls of a role without a tenant, as a pooled probe sends them.
for role in exporter night bi_demo; do
    median=$(for _ in {1..200}; do echo "SELECT replenish.health_check() ->> 'status';"; done |
        psql -U "$role" -At -c '\timing on' -f - | tee "$CLUSTER/health" |
        sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | sort -n | sed -n 100p)
    [ "$(grep -c '^healthy$' "$CLUSTER/health")" = 200 ] || fail "$role: $(grep -v Time "$CLUSTER/health" | sort | uniq -c)"
    awk -v ms="$median" 'BEGIN { exit !(ms < 5) }' || fail "health_check() takes $median ms for $role"
    echo "ok - health_check() takes $median ms for $role"
done

# And as a probe sends it that connects anew. Once in a minute has to do: others share the machine, and a new
# session's time is catalog lookups that they slow down.
cold_probe() {
    psql -U exporter -At -c '\timing on' -c 'SELECT replenish.health_check()' >"$CLUSTER/cold"
    awk '/^Time: / { found = 1; ms = $2 } END { exit !(found && ms < 5) }' "$CLUSTER/cold"
}
eventually 60 "health_check() takes less than 5 ms in a new session" cold_probe

# A night with one series that cannot be forecast.
psql -o /dev/null -f demo/last_month.sql
psql -U night -c "CALL replenish.run_replenishment('$tenant')"
psql -o /dev/null <<SQL
INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom)
SELECT tenant_id, facility_id, material_id, '1900-01-01', 1, 'EA' FROM replenish.demand_history WHERE tenant_id = '$tenant' AND material_id = '00000000-0000-4000-8000-000000000003' LIMIT 1;
SQL

read -r webhook_port exporter_port node_port prometheus_port <<<"$(free_ports 4)"
start listener "$PYTHON" tests/monitoring/listener.py "$webhook_port" "$CLUSTER/posted"
start webhook env PGUSER=exporter "$PYTHON" monitoring/alert_webhook.py "http://127.0.0.1:$webhook_port/alerts"
eventually 60 "the webhook recipe listens" grep -q listening "$CLUSTER/webhook.log"

psql -U night -c "CALL replenish.run_daily_forecasts('$tenant')" -c "CALL replenish.run_forecast_accuracy('$tenant')" -c 'CALL replenish.run_alerts()'
posted() { grep -qx "{\"event\" : \"$1\", \"tenant_id\" : \"$tenant\", \"alert_name\" : \"$2\"}" "$CLUSTER/posted"; }
eventually 60 "the alert of the night is posted, though the receiver was away at first" posted opened JOB_PARTIAL
grep -q 'answered 503; again' "$CLUSTER/webhook.log" || fail "the receiver did not refuse the first post"

psql -o /dev/null -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'exporter'"
eventually 60 "after a lost connection the recipe says what is open" posted open JOB_PARTIAL
psql -c "NOTIFY replenish_alerts, 'no json'"

# The exporter as the monitoring role, Prometheus with the files of monitoring/ at a quicker pace.
start exporter env DATA_SOURCE_NAME="host=$PGHOST port=$PGPORT user=exporter dbname=postgres" \
    "$TOOLS/prometheus-postgres-exporter" --extend.query-path=monitoring/postgres_exporter.yml \
    --web.listen-address="127.0.0.1:$exporter_port"
start node "$TOOLS/prometheus-node-exporter" --no-collector.systemd --no-collector.textfile --web.listen-address="127.0.0.1:$node_port"
mkdir "$CLUSTER/prometheus"
sed -e "s/_interval: 30s/_interval: 2s/; s/localhost:9187/127.0.0.1:$exporter_port/; s/localhost:9100/127.0.0.1:$node_port/" \
    monitoring/prometheus.yml >"$CLUSTER/prometheus/prometheus.yml"
cp monitoring/rules.yml tests/monitoring/rules_test.yml "$CLUSTER/prometheus"
"$TOOLS/promtool" check config monitoring/prometheus.yml >"$CLUSTER/promtool.log" || { cat "$CLUSTER/promtool.log"; fail "promtool check config"; }
"$TOOLS/promtool" check rules monitoring/rules.yml >"$CLUSTER/promtool.log" || { cat "$CLUSTER/promtool.log"; fail "promtool check rules"; }
"$TOOLS/promtool" test rules "$CLUSTER/prometheus/rules_test.yml" >"$CLUSTER/promtool.log" 2>&1 || { cat "$CLUSTER/promtool.log"; fail "promtool test rules"; }
echo "ok - promtool: configuration and rules are valid, and the rules fire as told"
start prometheus "$TOOLS/prometheus" --config.file="$CLUSTER/prometheus/prometheus.yml" \
    --storage.tsdb.path="$CLUSTER/prometheus/data" --web.listen-address="127.0.0.1:$prometheus_port"

api=http://127.0.0.1:$prometheus_port/api/v1
# query PROMQL [VALUE]: succeeds where it answers (with that value)
query() {
    "$PYTHON" - "$api" "$@" <<'PY'
import json, sys, urllib.parse, urllib.request
api, text, *value = sys.argv[1:]
with urllib.request.urlopen(f"{api}/query?{urllib.parse.urlencode({'query': text})}") as answer:
    result = json.load(answer)["data"]["result"]
sys.exit(not result or bool(value) and any(float(r["value"][1]) != float(value[0]) for r in result))
PY
}
eventually 60 "Prometheus scrapes the server" query 'up{job="postgres"} == 1 and on () pg_up == 1'
eventually 60 "and the machine" query 'up{job="node"}' 1
eventually 60 "the exporter has no errors" query "pg_exporter_last_scrape_error" 0
eventually 60 "and has loaded its queries" query 'sum(pg_exporter_user_queries_load_error)' 0
eventually 60 "health reaches Prometheus" query "replenish_server_healthy" 1
eventually 60 "the failed series does" query "replenish_job_last_series_failed{tenant_id=\"$tenant\", job_name=\"FORECASTS\"}" 1
eventually 60 "the open alert does" query "replenish_alerts_open{tenant_id=\"$tenant\", alert_name=\"JOB_PARTIAL\"}" 1
fires() { "$PYTHON" -c 'import json, sys, urllib.request
alerts = json.load(urllib.request.urlopen(sys.argv[1] + "/alerts"))["data"]["alerts"]
sys.exit(not any(a["state"] == "firing" and a["labels"]["alertname"] == sys.argv[2] for a in alerts))' "$api" "$1"; }
eventually 60 "Prometheus fires ReplenishWarningAlertOpen" fires ReplenishWarningAlertOpen
! fires ReplenishDown && ! fires ReplenishNotWatched || fail "an alert fires without a cause"

# Nothing of a tenant but its id and figures leaves the database.
"$PYTHON" -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' \
    "http://127.0.0.1:$exporter_port/metrics" >"$CLUSTER/scraped"
! grep -E 'MAT-FCST|Stable demand|FAC-001|VEN-001' "$CLUSTER/scraped" || fail "a name of a tenant is scraped"
[ "$(grep -c '^replenish_' "$CLUSTER/scraped")" -gt 50 ] || fail "too little is scraped"
echo "ok - $(grep -c '^replenish_' "$CLUSTER/scraped") figures are scraped, no tenant's names among them"

# Some traffic to see, and scrapes before and after it.
for _ in 1 2 3; do psql -U bi_demo -o /dev/null -c "SELECT * FROM replenish.get_forecast_accuracy_summary('$tenant', '00000000-0000-4000-8000-00000000f001')"; sleep 2.4; done
panels() { PANEL_ROLE=bi_demo "$PYTHON" tests/monitoring/panels.py "http://127.0.0.1:$prometheus_port" monitoring/grafana/*.json >"$CLUSTER/panels" 2>&1; }
# A scrape that takes more than its two seconds leaves a gap.
(eventually 120 "every panel shows what it is for" panels) || { cat "$CLUSTER/panels"; fail "a panel stays empty"; }
cat "$CLUSTER/panels"

# Repaired: the next run closes the alert, everywhere.
psql -c "DELETE FROM replenish.demand_history WHERE demand_date = '1900-01-01'"
psql -U night -c "CALL replenish.run_daily_forecasts('$tenant')"
eventually 60 "after the repair the next run closes it" posted closed JOB_PARTIAL
! grep -q 'no json' "$CLUSTER/posted" || fail "a message that is not JSON was posted"
eventually 60 "and Prometheus sees it closed" query "replenish_alerts_open{tenant_id=\"$tenant\", alert_name=\"JOB_PARTIAL\"}" 0

tests/server_log.sh "$CLUSTER/server.log"
