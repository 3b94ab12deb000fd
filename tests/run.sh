#!/usr/bin/env bash
# make test: each part prints its runner's closing lines; the first failure ends it.
source "$(dirname "$0")/../pgrx-config/common.sh"

say "Formatting and lints"
tests/lint.sh
say "Unit tests of the crates"
cargo test -q -p demand -p forecasting -p inventory
say "The crates under pressure"
tests/crates.sh
say "SQL tests"
tests/sql.sh
for part in readme preload security robustness concurrency crash timeouts lifecycle operations monitoring docker api browser retail; do
    say "Server test: $part"
    "tests/$part.sh"
done
say "All tests passed"
