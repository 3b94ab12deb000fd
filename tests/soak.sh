#!/usr/bin/env bash
# make soak: the long figures of the attacks and of fuzzing, until SOAK_MINUTES (default 60) are over, in
# rounds with a new seed each; totals at the end. It ends early and non-zero at the first finding, with the
# seed to repeat it.
source "$(dirname "$0")/../pgrx-config/common.sh"

minutes=${SOAK_MINUTES:-60}
[[ $minutes =~ ^[0-9]+$ ]] && [ "$minutes" -ge 1 ] || fail "SOAK_MINUTES must be a whole number of minutes from 1, not '$minutes'"
until=$((SECONDS + 60 * minutes))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
seed=${SOAK_SEED:-$(date +%s)}
rounds=0
say "Soak: $minutes minutes, seeds from $seed"
# The figures of one round; rounds follow each other until the time is over, and grow to fill it.
scale=1
while [ "$SECONDS" -lt "$until" ]; do
    rounds=$((rounds + 1))
    export SECURITY_SEED=$seed FUZZ_SEED=$seed SQLSMITH_SEED=$((seed % 1000000))
    export SECURITY_STATEMENTS=$((20000 * scale)) SECURITY_ROUNDS=$((1000 * scale)) FUZZ_CALLS=$((60000 * scale)) \
        FUZZ_SECONDS=$((2 * scale)) SQLSMITH_QUERIES=$((10000 * scale)) MEMORY_CALLS=$((10000 * scale)) CANCEL_MOMENTS=50 PEAK_DAYS=365
    for part in security/attacks robustness/server robustness/limits robustness/sqlsmith robustness/peak_memory; do
        left=$((until - SECONDS))
        if [ "$left" -le 0 ] && [ "$rounds" -gt 1 ]; then break 2; fi
        say "Round $rounds, $part, seed $seed, $((left / 60)) minutes left"
        "tests/$part.sh" 2>&1 | tee -a "$log" || fail "$part failed in round $rounds; repeat it with SOAK_SEED=$seed"
    done
    seed=$((seed + 1))
    if [ "$scale" -lt 8 ]; then scale=$((scale * 2)); fi
done

# total pattern: the first number of every line of that kind, added up.
total() { grep -E "$1" "$log" | grep -oE '^[0-9]+' | awk '{ n += $1 } END { print n + 0 }'; }
attacks=$(grep -oE '[0-9]+ statements, 0 foreign rows' "$log" | awk '{ n += $1 } END { print n + 0 }')
say "Soak totals"
cat <<TOTALS
date             $(date -u +%F)
commit           $(git rev-parse --short HEAD)
minutes          $((SECONDS / 60))
rounds           $rounds
attack statements $attacks
random statements $(total 'random statements')
fuzz calls       $(total 'calls of .* functions')
grid calls       $(total 'pathological calls')
cancels          $(total 'statements over .* stopped')
sqlsmith queries $(total 'sqlsmith queries')
findings         0
TOTALS
