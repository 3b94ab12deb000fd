#!/usr/bin/env bash
# Reads through the API at 10,000 materials x 365 days by 10 clients at once: p95 and errors, for GraphQL, and for
# REST over HTTP where POSTGREST_BIN names a PostgREST, else at SQL level. MATERIALS, CLIENTS, REQUESTS.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source pgrx-config/node.sh
setup_node
npm_ci api/graphql

MATERIALS=${MATERIALS:-10000}
tenant=00000000-0000-4000-8000-00000000be00
export JWT_SECRET='for benchmarks only: 32 bytes or more it is'

start_cluster
psql -o /dev/null <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.install_api();
SQL
alive "loading $MATERIALS materials x 365 days" "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 \
    -v materials="$MATERIALS" -f benches/load.sql
# A forecast of last month, so that there is accuracy to read.
alive "forecasts" "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 -o /dev/null \
    -c "SET app.current_tenant_id = '$tenant'" \
    -c "SELECT replenish.refresh_forecasts('$tenant', '00000000-0000-4000-8000-00000000be01', array_agg(m.material_id), 90, 'AUTO', '2025-12-01') FROM replenish.materials AS m"
alive "the night" "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 -c ANALYZE -c "CALL replenish.run_daily_forecasts('$tenant')" -c ANALYZE \
    -c "CALL replenish.run_forecast_accuracy('$tenant')" -c "CALL replenish.run_replenishment('$tenant', '2026-01-01')" -c 'ANALYZE'
export PGHOST PGPORT PGDATABASE

# serve PATTERN COMMAND …: starts a server in the background and waits for the line that says it listens.
server=
serve() {
    local pattern=$1 log=$CLUSTER/api.log waited=0
    shift
    "$@" >"$log" 2>&1 &
    server=$!
    until grep -qE "$pattern" "$log"; do
        sleep 0.2
        waited=$((waited + 1))
        if [ "$waited" -gt 150 ] || ! kill -0 "$server" 2>/dev/null; then cat "$log"; fail "the server does not start"; fi
    done
}
trap 'status=$?; if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; stop_cluster "$status"' EXIT

failed=0
say "GraphQL"
serve 'listening on' env PGUSER=replenish_authenticator PORT=0 node api/graphql/server.mjs
node benches/api.mjs graphql "$(sed -nE 's#.*(http://[^/]+)/graphql#\1#p' "$CLUSTER/api.log")" "$JWT_SECRET" || failed=1
kill "$server"
if [ -n "${POSTGREST_BIN:-}" ]; then
    say "REST over HTTP"
    port=$(node -e 'const s = require("net").createServer().listen(0, () => { console.log(s.address().port); s.close(); })')
    serve '[Ss]chema cache loaded' env PGRST_SERVER_PORT="$port" PGRST_LOG_LEVEL=info PGRST_JWT_SECRET="$JWT_SECRET" \
        PGRST_DB_URI="postgresql://replenish_authenticator@/postgres?host=$PGHOST&port=$PGPORT" \
        "$POSTGREST_BIN" api/postgrest.conf
    node benches/api.mjs rest "http://127.0.0.1:$port" "$JWT_SECRET" || failed=1
else
    say "REST at SQL level: POSTGREST_BIN names no PostgREST here, so these are its transactions without its HTTP"
    node benches/api.mjs sql || failed=1
fi
exit "$failed"
