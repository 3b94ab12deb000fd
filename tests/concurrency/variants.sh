#!/usr/bin/env bash
# The isolation specs are able to fail: each variant of variants.sql breaks a function, and the specs named
# with it must then end otherwise than they say.
source "$(dirname "$0")/isolation_cluster.sh"

# A step that waits for ever, where it should not, is such an end; a step that may wait takes a second at most.
export PGISOLATIONTIMEOUT=5

start_isolation
psql -d isolation -f tests/concurrency/variants.sql
# What is not broken passes in a copy and with these limits, so that a failure below is that of the variant.
copy() { psql -o /dev/null -c 'DROP DATABASE IF EXISTS isolation_broken' -c 'CREATE DATABASE isolation_broken TEMPLATE isolation' 2>/dev/null; }
copy
all=()
for spec in tests/concurrency/specs/*.spec; do all+=("$(basename "$spec" .spec)"); done
run_specs isolation_broken "${all[@]}" >"$CLUSTER/out" 2>&1 || { cat "$CLUSTER/out"; fail "a spec fails where nothing is broken"; }
psql -At -d isolation -c "SELECT name || '|' || specs FROM variant.cases ORDER BY name" >"$CLUSTER/cases"
while IFS='|' read -r name specs; do
    copy
    psql -At -d isolation_broken -v name="$name" -o "$CLUSTER/breaks.sql" -c "SELECT breaks FROM variant.cases WHERE name = '$name'"
    psql -d isolation_broken -o /dev/null -f "$CLUSTER/breaks.sql"
    for spec in $specs; do
        if run_specs isolation_broken "$spec" >"$CLUSTER/out" 2>&1; then fail "$spec does not notice: $name"; fi
        grep -qE "not ok|FAILED" "$CLUSTER/out" || { cat "$CLUSTER/out"; fail "$spec did not run"; }
        echo "ok - $spec fails where $name"
    done
done <"$CLUSTER/cases"
# Every spec has its variant.
for name in "${all[@]}"; do
    grep -qw "$name" "$CLUSTER/cases" || fail "$name has no variant that it must notice"
done
# Two installs that do not take turns meet in the catalog.
tests/server_log.sh "$CLUSTER/server.log" 'XX000 ERROR:  tuple concurrently updated'
