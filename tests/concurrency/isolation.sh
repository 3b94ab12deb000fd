#!/usr/bin/env bash
# Races step by step: every spec of specs/ by PostgreSQL's own pg_isolation_regress, in the order and
# with the blocking that the spec says. Arguments: specs to run.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"

here=tests/concurrency
test_bin=/usr/lib/postgresql/$DEBIAN_MAJOR/lib/pgxs/src/test/isolation
[ -x "$test_bin/pg_isolation_regress" ] || fail "pg_isolation_regress is missing: pgrx-config/setup.sh tests"
start_cluster
psql -o /dev/null <<SQL
CREATE DATABASE isolation;
\c isolation
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
\i $here/fixture.sql
SQL
specs=("$@")
if [ ${#specs[@]} = 0 ]; then
    for spec in "$here"/specs/*.spec; do specs+=("$(basename "$spec" .spec)"); done
fi
[ $# -gt 0 ] || [ ${#specs[@]} -ge 15 ] || fail "only ${#specs[@]} specs were found"
"$test_bin/pg_isolation_regress" --use-existing --host="$PGHOST" --port="$PGPORT" --user=postgres \
    --dbname=isolation --bindir="$SERVER_BIN" --inputdir="$here" --outputdir="$CLUSTER" "${specs[@]}" ||
    { [ -z "${KEEP_RESULTS:-}" ] || cp "$CLUSTER"/results/*.out "$KEEP_RESULTS"; cat "$CLUSTER/regression.diffs"; fail "a race ended otherwise than its spec says"; }
echo "ok - ${#specs[@]} isolation specs"
tests/server_log.sh "$CLUSTER/server.log"
