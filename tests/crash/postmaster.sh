#!/usr/bin/env bash
# kill -9 of the postmaster and all its backends at random moments, which take turns: in forecasts, accuracy,
# replenishment, migration, scheduling. After each: no acknowledged sale lost, none doubled, no forecast torn,
# one active version, indexes that agree with their tables; the next runs go on with what was cut off and
# complete it. Argument: how often (CI 15, soak 500).
# Seen to fail: with CRASH_VARIANT='ALTER TABLE replenish.forecast_versions SET UNLOGGED' heads name versions
# that are gone, and of replenishment_suggestions chunks have left no row; with CRASH_VARIANT="ALTER SYSTEM SET
# synchronous_commit = off" acknowledged sales are gone; with
# CRASH_VARIANT="DO \$\$ BEGIN EXECUTE replace(pg_get_functiondef('replenish.open_run'::regproc), 'AND open_run.resume', 'AND false'); END \$\$"
# no run is gone on with; with a cut_power() that kills the postmaster alone, backends finish their run first.
source "$(dirname "$0")/common.sh"

kills=${1:-15}
prepare
: >"$CLUSTER/met"
moments=(FORECASTS ACCURACY REPLENISHMENT migration scheduling)
# The moment that the next kill is for: in turn, and after the last one those that no kill has met.
next_moment() {
    if [ "$kill" -le "$kills" ]; then
        moment=${moments[kill % ${#moments[@]}]}
        return
    fi
    [ "$kill" -le $((3 * kills)) ] || return 1
    for moment in "${moments[@]}"; do
        if [ "$(met "$moment")" -lt $((kills / 15)) ]; then return; fi
    done
    return 1
}
for ((kill = 1; ; kill++)); do
    next_moment || break
    start_work nights owner
    at_work=$(meet "$moment" $((RANDOM % 60)))
    cut_power
    grep -E '^(migration|scheduling)$' <<<"$at_work" >>"$CLUSTER/met" || true
    cut_off >"$CLUSTER/cut_off"
    cat "$CLUSTER/cut_off" >>"$CLUSTER/met"
    if [ -s "$CLUSTER/cut_off" ]; then echo runs >>"$CLUSTER/met"; fi
    verify "kill $kill of the postmaster, at $moment"
    verify_storage "kill $kill of the postmaster, at $moment"
    verify_resume "kill $kill of the postmaster, at $moment"
done
sales=$(wc -l <"$CLUSTER/acknowledged")
[ "$sales" -ge "$kills" ] || fail "only $sales sales were acknowledged: this test proves little"
[ "$(met runs)" -ge $((kills / 3)) ] || fail "only $(met runs) of $kills kills cut off a run: this test proves little"
for moment in "${moments[@]}"; do
    [ "$(met "$moment")" -ge $((kills / 15)) ] || fail "no kill met ${moment,,}: this test proves little"
done
# Whatever the postmaster says of backends that it lost itself.
tests/server_log.sh "$CLUSTER/server.log"
echo "ok - $((kill - 1)) kills of the postmaster: $sales acknowledged sales are there once, nothing torn, amcheck clean, runs resume after each"
echo "ok - $(met runs) of them cut off a run ($(met FORECASTS) of forecasts, $(met ACCURACY) of accuracy, $(met REPLENISHMENT) of replenishment), $(met migration) a migration, $(met scheduling) met a schedule"
