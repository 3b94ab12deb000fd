#!/usr/bin/env bash
# make compare: this crate and statsforecast on the same series in one run, one thread, CPU time.
# EVERY=1 takes every series (hours of AutoETS); the default takes every 20th.
source "$(dirname "$0")/../pgrx-config/common.sh"

[ -n "${REPLENISH_DATA:-}" ] || fail "REPLENISH_DATA must name the folder of the real data"
every=${EVERY:-20}
venv=$CARGO_TARGET_DIR/peers
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
alive "statsforecast" "$venv/bin/pip" install -q statsforecast==2.1.1
alive "evaluate" cargo build --release -p forecasting --example evaluate
evaluate=$CARGO_TARGET_DIR/release/examples/evaluate
series=$CARGO_TARGET_DIR/series
mkdir -p "$series"
"$evaluate" --every "$every" --export "$series"

export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 NIXTLA_NUMBA_CACHE=1
say "this crate, every ${every}th series"
rm -f "$series/auto"
for set in m3 carparts retail synthetic; do
    "$evaluate" --every "$every" --set "$set" | tee "$series/out"
    sed -n "s/^\([0-9.]*\) ms a series/$set \1/p" "$series/out" >>"$series/auto"
done
for algorithm in ETS DYNAMIC_OPTIMIZED_THETA HOLT_WINTERS EXPONENTIAL_SMOOTHING; do
    "$evaluate" --every "$every" --set synthetic --algorithm "$algorithm"
done
say "statsforecast 2.1.1, the same series; the last column is its time over that of our AUTO"
"$venv/bin/python" benches/peers.py "$series" m3:AutoETS m3:DynamicOptimizedTheta m3:Theta \
    carparts:AutoETS carparts:IMAPA carparts:CrostonSBA retail:AutoETS retail:TSB retail:IMAPA \
    synthetic:AutoETS synthetic:DynamicOptimizedTheta synthetic:HoltWinters synthetic:SESOpt
