#!/usr/bin/env bash
# make test: each part prints its runner's closing lines; the first failure ends it.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Formatting and lints"
tests/lint.sh
if ! from_wheel; then
    say "Unit tests of the crates"
    cargo test -q -p demand -p forecasting -p inventory
    say "The crates under pressure"
    tests/crates.sh
fi
say "SQL tests"
tests/sql.sh
parts=(readme docs preload security robustness concurrency crash timeouts lifecycle operations monitoring docker package api browser retail)
# The wheel's servers have neither pg_cron nor Debian's other extensions; what does not touch
# PostgreSQL's own behaviour is tested with 15 alone.
if from_wheel; then parts=(readme docs preload security concurrency timeouts lifecycle); fi
for part in "${parts[@]}"; do
    say "Server test: $part"
    "tests/$part.sh"
done
say "All tests passed"
