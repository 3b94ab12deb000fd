#!/usr/bin/env bash
# make test: each part prints its runner's closing lines and its time; the first failure ends it. What can wait
# runs beside the server tests, in lanes of low priority; their output comes at the end.
source "$(dirname "$0")/../pgrx-config/common.sh"

# Whatever draws by chance draws the same in every run: a failure tells of the change at hand. New seeds are
# the soak's matter.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-20261124}

logs=$(mktemp -d)
# The lanes by process id.
declare -A lanes=()
# Each in a session of its own, so that it keeps its low priority and all of it can be ended.
beside() { # what, command …
    local what=$1
    shift
    setsid nice -n 10 bash -c 'source pgrx-config/common.sh; share_priority self; "$@"' lane "$@" >"$logs/$what" 2>&1 &
    lanes[$!]=$what
}
end_beside() {
    local pid
    for pid in "${!lanes[@]}"; do kill -- "-$pid" 2>/dev/null || true; done
    rm -rf "$logs"
}
trap end_beside EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# wait_beside PID: its output, and its failure is the run's.
wait_beside() {
    local status=0 what=${lanes[$1]}
    wait "$1" || status=$?
    unset "lanes[$1]"
    say "$what, beside the server tests"
    cat "$logs/$what"
    [ "$status" = 0 ] || fail "what ran beside the server tests failed: $what"
}

part() { # what, command …
    local what=$1 started=$SECONDS pid
    shift
    # A failure in a lane does not wait for the end.
    for pid in "${!lanes[@]}"; do
        if ! kill -0 "$pid" 2>/dev/null; then wait_beside "$pid"; fi
    done
    say "$what"
    "$@"
    echo "# $what: $((SECONDS - started)) s"
}

part "Formatting and lints" tests/lint.sh
# Of another version is tested what touches PostgreSQL's own behaviour.
other_version() { from_wheel || from_trixie; }
if ! other_version; then
    part "Unit tests of the crates" cargo test -q -p demand -p forecasting -p inventory -p reserve
    beside "The crates under pressure" tests/crates.sh
    # Makes the packages once for all lanes.
    source tests/python.sh
    beside "Bad values, first half" tests/robustness/bad_values.sh 1/2
    beside "Bad values, second half" tests/robustness/bad_values.sh 2/2
fi
part "SQL tests" tests/sql.sh
parts=(readme docs book preload security robustness concurrency crash timeouts lifecycle operations monitoring docker package api browser retail)
if other_version; then parts=(readme docs preload security concurrency timeouts lifecycle); fi
for name in "${parts[@]}"; do part "Server test: $name" "tests/$name.sh"; done
for pid in "${!lanes[@]}"; do wait_beside "$pid"; done
say "All tests passed in $((SECONDS / 60)) minutes"
