#!/usr/bin/env bash
# make soak: the long figures, until SOAK_MINUTES (default 60) are over: attacks, fuzzing of SQL and of the crates,
# cancels, memory, sqlsmith, kills, the storm, pg_upgrade, mutants. The first round runs every part, sized to
# the time; rounds with new seeds follow while there is time. It ends early and non-zero at the first
# finding, with the seed to repeat it; totals come at either end. SOAK_PARTS: only these.
source "$(dirname "$0")/../pgrx-config/common.sh"

minutes=${SOAK_MINUTES:-60}
[[ $minutes =~ ^[0-9]+$ ]] && [ "$minutes" -ge 1 ] || fail "SOAK_MINUTES must be a whole number of minutes from 1, not '$minutes'"
until=$((SECONDS + 60 * minutes))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
seed=${SOAK_SEED:-$(date +%s)}
say "Soak: $minutes minutes, seeds from $seed"

# within VALUE LEAST MOST
within() { echo $(($1 < $2 ? $2 : $1 > $3 ? $3 : $1)); }
parts=(attacks unpreloaded sql_functions limits sqlsmith peak_memory crates kills storm variants upgrades mutants)
once=(unpreloaded peak_memory variants upgrades mutants)
read -ra wanted <<<"${SOAK_PARTS:-${parts[*]}}"
# So many seconds are meant for one part of one round: an even share of all time, an hour at most.
unit=$(within $((60 * minutes / ${#parts[@]})) 20 3600)

# The figures that the catalogue wants at most, and what fits into a unit; those of all rounds add up. The status of
# the last command counts.
attacks() { SECURITY_STATEMENTS=$(within $((unit * 100)) 2000 100000) SECURITY_ROUNDS=1000 SECURITY_SEED=$seed tests/security/attacks.sh; }
unpreloaded() { tests/security/attacks.sh unpreloaded every; }
sql_functions() {
    local first status=0
    export FUZZ_CALLS=10000000 FUZZ_SECONDS FUZZ_SEED=$seed
    FUZZ_SECONDS=$(within $((unit / 250)) 1 3600)
    tests/robustness/bad_values.sh 1/2 &
    first=$!
    tests/robustness/bad_values.sh 2/2 || status=$?
    wait "$first" && [ "$status" = 0 ]
}
limits() { MEMORY_CALLS=$(within $((unit * 50)) 5000 100000) CANCEL_MOMENTS=$(within $((unit / 3)) 10 500) LIMITS_SEED=$seed tests/robustness/limits.sh; }
sqlsmith() { SQLSMITH_QUERIES=$(within $((unit * 100)) 10000 200000) SQLSMITH_SEED=$((seed % 1000000)) tests/robustness/sqlsmith.sh; }
peak_memory() { PEAK_DAYS=365 tests/robustness/peak_memory.sh; }
crates() { FUZZ_KEEP=1 FUZZ_SEED=$((seed % 1000000)) tests/fuzz.sh $((unit / 2)); }
kills() { CRASH_SEED=$((seed % 30000)) tests/crash/soak.sh "$(within $((unit / 12)) 5 500)" "$(within $((unit / 3)) 10 500)"; }
storm() { STORM_SEED=$((seed % 100000000)) tests/concurrency/storm.sh "$(within "$unit" 20 14400)"; }
variants() { tests/concurrency/variants.sh; }
upgrades() { tests/lifecycle/pg_upgrade.sh; }
mutants() { MUTANTS_SEED=$seed tests/mutants.sh "$(within $((unit / 15)) 10 2000)" "$(within $((unit / 60)) 4 3000)"; }

round=0
finding=
while [ "$round" = 0 ] || [ "$SECONDS" -lt "$until" ]; do
    round=$((round + 1))
    for part in "${wanted[@]}"; do
        if [ "$round" -gt 1 ] && { [ "$SECONDS" -ge "$until" ] || [[ " ${once[*]} " == *" $part "* ]]; }; then continue; fi
        say "Round $round, $part, seed $seed, $(((until - SECONDS) / 60)) minutes left"
        if ! "$part" 2>&1 | tee -a "$log"; then
            finding="$part failed in round $round; repeat it with SOAK_MINUTES=$minutes SOAK_SEED=$seed SOAK_PARTS=$part"
            break 2
        fi
    done
    seed=$((seed + 1))
    # Nothing left that could fill the time.
    if [ "$round" = 1 ]; then
        again=0
        for part in "${wanted[@]}"; do [[ " ${once[*]} " == *" $part "* ]] || again=1; done
        if [ "$again" = 0 ]; then break; fi
    fi
done

# total PATTERN: the first number of every match, added up.
total() { grep -oE "$1" "$log" | grep -oE '^[0-9]+' | awk '{ n += $1 } END { print n + 0 }'; }
say "Soak totals"
cat <<TOTALS
date               $(date -u +%F)
commit             $(git rev-parse --short HEAD)
minutes            $((SECONDS / 60))
rounds             $round
attack statements  $(total '[0-9]+ statements, 0 foreign rows')
random statements  $(total '[0-9]+ random statements')
SQL fuzz calls     $(total '[0-9]+ calls of [0-9]+ functions, [0-9]+ answered: 0 crashes')
grid calls         $(total '[0-9]+ pathological calls')
crate fuzz inputs  $(total '[0-9]+ fuzz inputs of crates')
sqlsmith queries   $(total '[0-9]+ sqlsmith queries')
cancels            $(total '[0-9]+ statements over [0-9]+ functions')
postmaster kills   $(total '[0-9]+ kills of the postmaster: [0-9]+')
backend kills      $(($(total '[0-9]+ backends terminated') + $(total '[0-9]+ killed: nothing lost')))
storm transactions $(total '[0-9]+ transactions in [0-9]+ s')
pg_upgrades        $(total '[0-9]+ upgrades of major versions')
mutants            $(total '[0-9]+ mutants, [0-9]+ noticed'), noticed $(total '[0-9]+ noticed \(')
findings           ${finding:-0}
TOTALS
[ -z "$finding" ] || fail "$finding"
