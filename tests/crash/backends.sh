#!/usr/bin/env bash
# Single backends ended at random moments, by pg_terminate_backend and every fourth by kill -9 (then
# the postmaster restarts all of them). After each: nothing lost, torn or doubled, one active version. Each
# tenth ends the work with it: amcheck, and the next runs complete what was cut off. Argument: how often (100).
# Seen to fail: with CRASH_VARIANT='ALTER TABLE replenish.forecast_versions SET UNLOGGED' heads name versions
# that are gone; with the CRASH_VARIANT of postmaster.sh that goes on with no run, runs are ABANDONED.
source "$(dirname "$0")/common.sh"

kills=${1:-100}
prepare
: >"$CLUSTER/met"
terminated=0
crashed=0
resumed=0
next_work() { # number of the kill to come
    # With one session of nights, what is cut off stays so; with two the other one goes on with it.
    if [ $(($1 % 20)) -gt 10 ]; then start_work nights owner; else start_work nights nights owner; fi
}
# A random backend of the work, as long as there is one, with what it does.
victim() { # condition
    psql -At -F ' ' -c "SELECT pid, coalesce(substring(query FROM 'run_(forecast_accuracy|daily_forecasts|replenishment)'), 'other') FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle' AND $1 ORDER BY random() LIMIT 1" 2>/dev/null
}
# For a moment after the kill the former postmaster still answers.
starts() { grep -c 'ready to accept connections' "$CLUSTER/server.log"; }
end_by_signal() { # pid
    local before seen
    before=$(starts)
    seen=$(wc -l <"$CLUSTER/server.log")
    # An earlier process may have had the same number.
    noted() { tail -n "+$((seen + 1))" "$CLUSTER/server.log" | grep "(PID $1) was terminated" >/dev/null; }
    kill -9 "$1" 2>/dev/null || return 1
    for _ in $(seq 2400); do
        if [ "$(starts)" -gt "$before" ]; then
            crashed=$((crashed + 1))
            return 0
        fi
        # A backend that had ended by itself, but for its postmaster's notice, takes the signal as well.
        if ! kill -0 "$1" 2>/dev/null && ! noted "$1"; then
            sleep 3
            noted "$1" || return 1
        fi
        sleep 0.05
    done
    fail "the postmaster did not start its backends again"
}
terminate() { # pid
    [ "$(psql -At -c "SELECT pg_terminate_backend($1, 5000)" 2>/dev/null)" = t ] || return 1
    terminated=$((terminated + 1))
}
# Further ones, up to twice as many, until a run was left often enough.
more() {
    [ $((terminated + crashed)) -lt "$kills" ] && return
    [ "$(met cut_off)" -lt $((kills / 20)) ] && [ $((terminated + crashed)) -lt $((2 * kills)) ]
}
next_work 1
while more; do
    number=$((terminated + crashed + 1))
    random_sleep 150
    # Every other one of a night.
    condition=true way=terminate last=
    if [ $((number % 2)) = 0 ]; then condition="query ~ '^CALL'"; fi
    case $((number % 20)) in 3 | 6 | 10 | 13 | 16) way=end_by_signal ;; esac
    if [ $((number % 10)) = 0 ] || [ "$number" = "$kills" ]; then last=yes; fi
    read -r pid what < <(victim "$condition") || continue
    if [ -n "$last" ]; then rm -f "$CLUSTER/working"; fi
    if "$way" "$pid"; then
        echo "$what" >>"$CLUSTER/met"
        verify "$number ended backends, the last in $what"
    elif [ -n "$last" ]; then
        # It was done already.
        stop_work
        next_work "$number"
        continue
    fi
    if [ -n "$last" ]; then
        stop_work
        if [ -n "$(cut_off)" ]; then echo cut_off >>"$CLUSTER/met"; fi
        verify_storage "$number ended backends"
        verify_resume "$number ended backends, the last in $what"
        next_work $((number + 1))
    fi
done
stop_work
nights=$(grep -cvxE 'other|cut_off' "$CLUSTER/met" || true)
[ "$nights" -ge $((kills / 3)) ] || fail "only $nights of $kills ended backends were in a night: this test proves little"
[ "$(met cut_off)" -ge $((kills / 20)) ] || fail "only $(met cut_off) of $((kills / 10)) nights had work left: this test proves little"
died=$(grep -c 'was terminated by signal 9' "$CLUSTER/server.log" || true)
[ "$died" -le "$crashed" ] || fail "$died backends died by signal 9, $crashed were killed"
tests/server_log.sh "$CLUSTER/server.log" 'terminated by signal 9: Killed'
echo "ok - $terminated backends terminated, $crashed killed: nothing lost, torn or doubled, amcheck clean, runs resume"
echo "ok - $nights of them were in a night ($(met daily_forecasts) forecasts, $(met forecast_accuracy) accuracy, $(met replenishment) replenishment), $(met cut_off) left a run to go on with"
