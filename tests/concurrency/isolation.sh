#!/usr/bin/env bash
# Races step by step: every spec of specs/ by PostgreSQL's own pg_isolation_regress, in the order and
# with the blocking that the spec says. Arguments: specs to run.
# Seen to fail: each spec, with the broken functions of variants.sql that name it (variants.sh does it again).
source "$(dirname "$0")/isolation_cluster.sh"

start_isolation
specs=("$@")
if [ ${#specs[@]} = 0 ]; then
    for spec in "$here"/specs/*.spec; do specs+=("$(basename "$spec" .spec)"); done
fi
[ $# -gt 0 ] || [ ${#specs[@]} -ge 15 ] || fail "only ${#specs[@]} specs were found"
run_specs isolation "${specs[@]}" ||
    { [ -z "${KEEP_RESULTS:-}" ] || cp "$CLUSTER"/results/*.out "$KEEP_RESULTS"; cat "$CLUSTER/regression.diffs"; fail "a race ended otherwise than its spec says"; }
echo "ok - ${#specs[@]} isolation specs"
tests/server_log.sh "$CLUSTER/server.log"
