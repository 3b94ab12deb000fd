#!/usr/bin/env bash
# A part of the crates' tests under Miri, the interpreter that finds undefined behaviour: all of reserve,
# which is unsafe, and tests of the others that end within seconds there (it is some hundred times slower).
# Miri comes with nightly toolchains alone. Where there is none, and rustup cannot get it, this is skipped.
# Seen to fail: with a give_back() in crates/reserve that does not forget the block it frees: "has been freed,
# so this pointer is dangling".
source "$(dirname "$0")/../pgrx-config/common.sh"

toolchain=nightly-x86_64-unknown-linux-gnu
miri() { cargo "+$toolchain" miri "$@"; }
if ! miri --version >/dev/null 2>&1; then
    # Within two minutes: a machine without a mirror waits for nothing.
    timeout 120 rustup component add --toolchain "$toolchain" miri rust-src >/dev/null 2>&1 || true
fi
if ! miri --version >/dev/null 2>&1; then
    echo "skipped: Miri is not to be had here (rustup component add --toolchain nightly miri rust-src)"
    exit 0
fi

# Floats as the machine computes them, not nudged by chance; two cases a property.
export MIRIFLAGS="-Zmiri-disable-isolation -Zmiri-deterministic-floats" PROPTEST_CASES=2
checked() { # crate, tests …
    local crate=$1 started=$SECONDS
    shift
    miri test -q -p "$crate" --lib --target-dir "$CARGO_TARGET_DIR/miri" -- "$@" || fail "Miri finds something in $crate"
    echo "ok - Miri: $crate${*:+, $*} ($((SECONDS - started)) s)"
}
alive "Miri's standard library" miri setup
checked reserve
# Without what decides on outliers: plain floats, and half a minute.
checked demand --skip masks::
checked inventory urgency::tests reorder_point::tests service_level::tests order_quantity::tests
checked forecasting metrics classify
