# A cluster with the isolation specs' database. Source it, then: start_isolation; run_specs database spec …
source "$(dirname "${BASH_SOURCE[0]}")/../../pgrx-config/cluster.sh"

here=tests/concurrency
test_bin=/usr/lib/postgresql/$DEBIAN_MAJOR/lib/pgxs/src/test/isolation

start_isolation() {
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
}
run_specs() { # database, specs
    local database=$1
    shift
    "$test_bin/pg_isolation_regress" --use-existing --host="$PGHOST" --port="$PGPORT" --user=postgres \
        --dbname="$database" --bindir="$SERVER_BIN" --inputdir="$here" --outputdir="$CLUSTER" "$@"
}
