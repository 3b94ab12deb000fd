#!/usr/bin/env bash
# Fuzzing of the pure crates by libFuzzer with the address sanitizer: every target of fuzz/ for so many
# seconds (argument; CI 20, the catalogue's figure is 120, soak is 24 h). The stable compiler takes the
# sanitizer's flags with RUSTC_BOOTSTRAP, so no other toolchain is needed; cargo fuzz works as well.
# FUZZ_SEED picks the inputs: one seed and no corpus from earlier make a run that repeats, so that make test
# tells of the change at hand; make soak looks for new inputs with new seeds.
source "$(dirname "$0")/../pgrx-config/common.sh"

seconds=${1:-20}
triple=$(rustc -vV | sed -n 's/^host: //p')
corpus=$CARGO_TARGET_DIR/fuzz-corpus
rm -rf "$corpus"
export RUSTC_BOOTSTRAP=1
# What cargo fuzz passes.
flags="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4"
flags+=" -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
flags+=" -Cllvm-args=-sanitizer-coverage-trace-compares -Zsanitizer=address -Cdebuginfo=1 -Cforce-frame-pointers"
alive "fuzz targets" env RUSTFLAGS="$flags" CARGO_PROFILE_RELEASE_LTO=off \
    cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$triple" --target-dir "$CARGO_TARGET_DIR/fuzz"
total=0
for target in fuzz/fuzz_targets/*.rs; do
    name=$(basename "$target" .rs)
    mkdir -p "$corpus/$name"
    log=$CARGO_TARGET_DIR/fuzz-$name.log
    "$CARGO_TARGET_DIR/fuzz/$triple/release/$name" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$CARGO_TARGET_DIR/fuzz-$name-" "$corpus/$name" >"$log" 2>&1 ||
        { tail -n 60 "$log"; fail "target $name found something; FUZZ_SEED=${FUZZ_SEED:-1} repeats it"; }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    total=$((total + runs))
    echo "ok - $name: $runs inputs in ${seconds} s, no crash"
done
echo "fuzz: $total inputs"
