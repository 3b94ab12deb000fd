#!/usr/bin/env bash
# make compare: this crate and statsforecast on the same series in one run, one thread, CPU time.
# EVERY=1 takes every series (hours of AutoETS); the default takes every 20th, of the 10,000 synthetic
# ones every 200th. PAIRS="m3:AutoARIMA:AUTO" measures other pairs; TRAINING=1 holds out the end of the
# training parts instead.
source "$(dirname "$0")/../pgrx-config/common.sh"

[ -n "${REPLENISH_DATA:-}" ] || fail "REPLENISH_DATA must name the folder of the real data"
every=${EVERY:-20}
venv=$CARGO_TARGET_DIR/peers
if [ ! -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
alive "statsforecast" "$venv/bin/python" -m pip install -q statsforecast==2.1.1
alive "evaluate" cargo build --release -p forecasting --example evaluate
evaluate=$CARGO_TARGET_DIR/release/examples/evaluate
series=$CARGO_TARGET_DIR/series
mkdir -p "$series"
training=(${TRAINING:+--training})
every_of() { if [ "$1" = synthetic ]; then echo $((10 * every)); else echo "$every"; fi; }
for set in m3 carparts retail synthetic; do
    "$evaluate" "${training[@]}" --every "$(every_of "$set")" --set "$set" --export "$series"
done

# SET:PEER:OURS, each pair measured on the same series.
pairs=(
    m3:AutoETS:AUTO m3:DynamicOptimizedTheta:AUTO
    m3:AutoETS:ETS m3:DynamicOptimizedTheta:DYNAMIC_OPTIMIZED_THETA m3:Theta:THETA
    carparts:AutoETS:AUTO carparts:IMAPA:AUTO carparts:IMAPA:IMAPA carparts:ADIDA:ADIDA
    carparts:CrostonSBA:SBA
    retail:AutoETS:AUTO retail:TSB:AUTO retail:TSB:TSB retail:IMAPA:IMAPA
    synthetic:AutoETS:AUTO synthetic:AutoETS:ETS
    synthetic:DynamicOptimizedTheta:DYNAMIC_OPTIMIZED_THETA synthetic:Theta:THETA
    synthetic:HoltWinters:HOLT_WINTERS synthetic:SESOpt:EXPONENTIAL_SMOOTHING
)
if [ -n "${PAIRS:-}" ]; then read -ra pairs <<<"$PAIRS"; fi
say "this crate, every ${every}th series"
rm -f "$series/ours"
for pair in "${pairs[@]}"; do echo "${pair%%:*} ${pair##*:}"; done | sort -u |
    while read -r set algorithm; do
        "$evaluate" "${training[@]}" --every "$(every_of "$set")" --set "$set" --algorithm "$algorithm" --summary "$series/ours"
    done

say "statsforecast 2.1.1 and this crate, the same series; the last column is how many times our time the peer's is"
export OMP_NUM_THREADS=1 NUMBA_NUM_THREADS=1 NIXTLA_NUMBA_CACHE=1
"$venv/bin/python" benches/peers.py "$series" "${pairs[@]}"
