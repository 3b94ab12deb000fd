#!/usr/bin/env bash
# make test: each part prints its runner's closing lines; the first failure ends it.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Formatting and lints"
tests/lint.sh
# Of another version is tested what touches PostgreSQL's own behaviour.
other_version() { from_wheel || from_trixie; }
if ! other_version; then
    say "Unit tests of the crates"
    cargo test -q -p demand -p forecasting -p inventory
    say "The crates under pressure"
    tests/crates.sh
fi
say "SQL tests"
tests/sql.sh
parts=(readme docs book preload security robustness concurrency crash timeouts lifecycle operations monitoring docker package api browser retail)
if other_version; then parts=(readme docs preload security concurrency timeouts lifecycle); fi
for part in "${parts[@]}"; do
    say "Server test: $part"
    "tests/$part.sh"
done
say "All tests passed"
