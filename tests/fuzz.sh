#!/usr/bin/env bash
# Fuzzing of the pure crates by libFuzzer with the address sanitizer: every target of fuzz/ for so many
# seconds (argument; 120, and what the time allows in make soak), two at a time. The stable compiler takes the
# sanitizer's flags with RUSTC_BOOTSTRAP, so no other toolchain is needed; cargo fuzz works as well.
# FUZZ_SEED picks the inputs: one seed and no corpus from earlier make a run that repeats, so that make test
# tells of the change at hand; make soak looks for new inputs with new seeds, from what earlier rounds found
# (FUZZ_KEEP).
source "$(dirname "$0")/../pgrx-config/common.sh"

seconds=${1:-120}
seed=${FUZZ_SEED:-1}
# The slowest target, series, takes 60,000 in 120 s: this much less only where inputs hang.
fewest=100
triple=$(rustc -vV | sed -n 's/^host: //p')
corpus=$CARGO_TARGET_DIR/fuzz-corpus
[ -n "${FUZZ_KEEP:-}" ] || rm -rf "$corpus"
export RUSTC_BOOTSTRAP=1
# What cargo fuzz passes.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Cdebuginfo=1 -Cforce-frame-pointers"
alive "fuzz targets" env RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_LTO=off \
    cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$triple" --target-dir "$CARGO_TARGET_DIR/fuzz"

targets=()
for target in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$target" .rs)"); done
log_of() { echo "$CARGO_TARGET_DIR/fuzz-$1.log"; }
pids=()
trap 'if [ ${#pids[@]} -gt 0 ]; then kill "${pids[@]}" 2>/dev/null || true; fi' EXIT
start() { # target
    mkdir -p "$corpus/$1"
    "$CARGO_TARGET_DIR/fuzz/$triple/release/$1" -seed="$seed" -max_total_time="$seconds" -timeout=120 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$CARGO_TARGET_DIR/fuzz-$1-" "$corpus/$1" >"$(log_of "$1")" 2>&1 &
    pids+=($!)
}
total=0
for ((at = 0; at < ${#targets[@]}; at += 2)); do
    pair=("${targets[@]:at:2}")
    pids=()
    for name in "${pair[@]}"; do start "$name"; done
    for place in "${!pair[@]}"; do
        name=${pair[place]}
        wait "${pids[place]}" || { tail -n 60 "$(log_of "$name")"; fail "target $name found something; FUZZ_SEED=$seed repeats it"; }
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$(log_of "$name")")
        [ "${runs:-0}" -ge "$fewest" ] || fail "target $name ran ${runs:-0} inputs in $seconds s, expected $fewest"
        total=$((total + runs))
        echo "ok - $name: $runs inputs in ${seconds} s, no crash"
    done
done
pids=()
echo "$total fuzz inputs of crates, seed $seed"
