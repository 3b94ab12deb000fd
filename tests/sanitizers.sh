#!/usr/bin/env bash
# The crates' own tests where what a normal build passes over stops them: under the address sanitizer, with
# the compiler's checks for undefined behaviour (rustc has no UBSan; -Zub-checks are the conditions of the
# standard library's unsafe functions), overflow checks and debug assertions. The flags are open to the
# stable compiler with RUSTC_BOOTSTRAP. All crates but reserve forbid unsafe code, so this is about reserve
# and about the crates that the others use.
# Seen to fail: with a give_back() in crates/reserve that does not forget the block it frees: a double free.
source "$(dirname "$0")/../pgrx-config/common.sh"

triple=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address -Zub-checks=yes -Zextra-const-ub-checks -Coverflow-checks -Cdebug-assertions"
tests=(--lib -p demand -p inventory -p forecasting -p reserve --target "$triple" --target-dir "$CARGO_TARGET_DIR/asan")
alive "tests under sanitizers" cargo test -q --no-run "${tests[@]}"
started=$SECONDS
cargo test -q "${tests[@]}"
echo "ok - the crates' tests under the address sanitizer and the checks for undefined behaviour ($((SECONDS - started)) s)"
