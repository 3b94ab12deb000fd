#!/usr/bin/env bash
# The README's first SQL block gives the output that stands below it.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster
psql -o /dev/null -c 'CREATE EXTENSION pg_replenish'
# The n-th fenced block of the file, by its order.
block() { awk -v wanted="$1" '/^```/ { if (open) { open = 0 } else { open = 1; n++ } next } open && n == wanted' README.md; }
block 1 >"$CLUSTER/block.sql"
psql -f "$CLUSTER/block.sql" | sed -E 's/ +$//' | grep -v '^(' | grep . >"$CLUSTER/actual"
block 2 | sed -E 's/ +$//' | grep . >"$CLUSTER/stated"
diff "$CLUSTER/stated" "$CLUSTER/actual" || fail "the README's first output is not what its first block gives"
echo "ok - the README's first block gives the output below it"
