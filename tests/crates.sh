#!/usr/bin/env bash
# The pure crates under pressure: every model on 10,000 series (argument), fuzz targets for so many
# seconds each (second argument), and the tests of demand and inventory under the address sanitizer.
source "$(dirname "$0")/../pgrx-config/common.sh"

cases=${1:-10000}
alive "model tests" cargo test -q --release -p forecasting --test models --no-run
MODEL_CASES=$cases cargo test -q --release -p forecasting --test models
echo "ok - each model on $cases series"

# The sanitizers' flags are open to the stable compiler with RUSTC_BOOTSTRAP. Overflow is checked in
# these builds anyway, and the crates forbid unsafe code.
alive "address sanitizer" env RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" \
    cargo test -q --no-run -p demand -p inventory --lib --target "$(rustc -vV | sed -n 's/^host: //p')" --target-dir "$CARGO_TARGET_DIR/asan"
RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" \
    cargo test -q -p demand -p inventory --lib --target "$(rustc -vV | sed -n 's/^host: //p')" --target-dir "$CARGO_TARGET_DIR/asan"
echo "ok - the crates' tests under the address sanitizer"
tests/fuzz.sh "${2:-20}"
