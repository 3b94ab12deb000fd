#!/usr/bin/env bash
# The pure crates under pressure: every model on 10,000 series and every property of inventory and demand on as
# many cases (argument), the crates' tests under the address sanitizer, with every check for undefined behaviour
# that the compiler has, and under Miri, and the fuzz targets for so many seconds each (second argument).
source "$(dirname "$0")/../pgrx-config/common.sh"

cases=${1:-10000}
step() { # what, command …
    local what=$1 started=$SECONDS
    shift
    "$@" || fail "$what"
    echo "ok - $what ($((SECONDS - started)) s)"
}

alive "model tests" cargo test -q --release -p forecasting --test models --no-run
MODEL_CASES=$cases step "each model on $cases series" cargo test -q --release -p forecasting --test models
alive "properties" cargo test -q --release -p inventory -p demand --no-run
MODEL_CASES=$cases PROPTEST_CASES=$cases step "each property on $cases cases" cargo test -q --release -p inventory -p demand --tests
tests/sanitizers.sh
tests/miri.sh
tests/fuzz.sh "${2:-120}"
