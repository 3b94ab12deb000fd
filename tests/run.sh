#!/usr/bin/env bash
# make test: each part prints its runner's closing lines and its time; the first failure ends it. What needs
# a processor and no server runs beside the server tests, which keep one of two cores busy; its output comes
# at the end.
source "$(dirname "$0")/../pgrx-config/common.sh"

# Whatever draws by chance draws the same in every run: a failure tells of the change at hand. New seeds are
# the soak's matter.
export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-20261124}

beside_pid=
beside_log=$(mktemp)
# In a process group of its own, so that all of it can be ended.
beside() {
    set -m
    nice -n 10 "$@" >"$beside_log" 2>&1 &
    beside_pid=$!
    set +m
}
end_beside() {
    if [ -n "$beside_pid" ]; then kill -- "-$beside_pid" 2>/dev/null || true; fi
    rm -f "$beside_log"
}
trap end_beside EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# wait_beside: its output, and its failure is the run's.
wait_beside() {
    local status=0
    wait "$beside_pid" || status=$?
    beside_pid=
    cat "$beside_log"
    [ "$status" = 0 ] || fail "what ran beside the server tests failed"
}

part() { # what, command …
    local what=$1 started=$SECONDS
    shift
    # A failure in the background does not wait for the end.
    if [ -n "$beside_pid" ] && ! kill -0 "$beside_pid" 2>/dev/null; then wait_beside; fi
    say "$what"
    "$@"
    echo "# $what: $((SECONDS - started)) s"
}

part "Formatting and lints" tests/lint.sh
# Of another version is tested what touches PostgreSQL's own behaviour.
other_version() { from_wheel || from_trixie; }
if ! other_version; then
    part "Unit tests of the crates" cargo test -q -p demand -p forecasting -p inventory -p reserve
    beside tests/crates.sh
fi
part "SQL tests" tests/sql.sh
parts=(readme docs book preload security robustness concurrency crash timeouts lifecycle operations monitoring docker package api browser retail)
if other_version; then parts=(readme docs preload security concurrency timeouts lifecycle); fi
for name in "${parts[@]}"; do part "Server test: $name" "tests/$name.sh"; done
if [ -n "$beside_pid" ]; then
    say "The crates under pressure, beside the above"
    wait_beside
fi
say "All tests passed"
