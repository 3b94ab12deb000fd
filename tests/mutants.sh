#!/usr/bin/env bash
# Check 42: mutation tests. cargo-mutants changes the crates' code, one place at a time, and their tests must
# notice: 90% of the sample at least. Part of make soak.
# Arguments: how many mutants of inventory, demand and reserve, and of forecasting, whose tests take longer (24 and
# 8); MUTANTS_SEED picks others. The comparisons with R and the published accuracies notice their share, so
# REPLENISH_DATA has to name their data.
# Seen to fail: with a first sample of ten, of which seven were noticed.
source "$(dirname "$0")/../pgrx-config/common.sh"

version=27.1.0
home=$CARGO_TARGET_DIR/cargo-mutants
out=$CARGO_TARGET_DIR/mutants
if [ "$("$home/bin/cargo-mutants" mutants --version 2>/dev/null)" != "cargo-mutants $version" ]; then
    # Without optimisation it compiles in a third of the time; what it runs is cargo.
    alive "cargo-mutants $version" env CARGO_TARGET_DIR="$home/build" cargo install --locked --debug --root "$home" cargo-mutants --version "$version"
fi
[ -n "${REPLENISH_DATA:-}" ] || fail "REPLENISH_DATA has to name the folder of the reference data"
rm -rf "$out"
# Not the library's random seed: a mutant that is noticed by luck is not noticed.
export PROPTEST_RNG_SEED=20261124 CARGO_PROFILE_DEV_DEBUG=0
count() { cat "$out"/*/mutants.out/"$1.txt" 2>/dev/null | grep -c . || true; }

# A sample of so many, evenly over all mutants of the crates; it is tried on a copy of the sources.
try() { # how many, crates …
    local number=$1 every all status=0 crates=()
    shift
    mkdir -p "$out/$1"
    for crate in "$@"; do crates+=(--package "$crate"); done
    all=$("$home/bin/cargo-mutants" mutants --list "${crates[@]}" | wc -l)
    every=$(((all + number - 1) / number))
    # What it ends with: 2 where some survived, 3 where some ran into the time limit, which counts as noticed.
    env -u CARGO_TARGET_DIR TMPDIR="$out" "$home/bin/cargo-mutants" mutants "${crates[@]}" --shard "$((${MUTANTS_SEED:-0} % every))/$every" --sharding round-robin \
        --minimum-test-timeout 120 --colors never --output "$out/$1" >"$out/$1/log" 2>&1 || status=$?
    case $status in 0 | 2 | 3) ;; *) tail -n 40 "$out/$1/log"; fail "cargo-mutants ended with $status" ;; esac
}
try "${1:-24}" inventory demand reserve
try "${2:-8}" forecasting
caught=$(($(count caught) + $(count timeout)))
total=$((caught + $(count missed)))
cat "$out"/*/mutants.out/missed.txt 2>/dev/null | sed 's/^/survived: /' || true
[ "$total" -ge 10 ] || fail "only $total mutants were tried: too few to tell anything"
[ $((100 * caught)) -ge $((90 * total)) ] || fail "$caught of $total mutants were noticed, less than 90%"
echo "$total mutants, $caught noticed ($((100 * caught / total))%), $(count unviable) did not compile"
