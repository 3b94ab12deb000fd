# What the parts of this folder share: a cluster that writes to disk, work that goes on all the time,
# and what has to be true after every crash. After it: random_sleep, start_work, stop_work, verify.
source "$(dirname "${BASH_SOURCE[0]}")/../concurrency/common.sh"

series=${CRASH_SERIES:-200}

prepare() { # further settings of the cluster
    start_cluster "fsync = on" "cron.database_name = 'postgres'" "restart_after_crash = on" "$@"
    install_extension
    psql -v materials="$series" -f benches/load.sql
    psql -o /dev/null -c 'CREATE EXTENSION pg_cron' -c 'CREATE EXTENSION amcheck' -f tests/crash/work.sql -c ANALYZE
    # Once in peace: later on what fails is thrown away.
    psql -o /dev/null -f tests/crash/nights.sql -f tests/crash/owner.sql 2>"$CLUSTER/first" || fail "$(cat "$CLUSTER/first")"
    # SQL that breaks something first, to see the test fail.
    if [ -n "${CRASH_VARIANT:-}" ]; then psql -c "$CRASH_VARIANT"; fi
    : >"$CLUSTER/acknowledged"
    # The pauses between the kills are the same in every run; what a kill meets is not.
    RANDOM=${CRASH_SEED:-20261}
}

# Sales one after another, each written down after the server has said that it is there.
sell() {
    local n=$1
    while [ -e "$CLUSTER/working" ]; do
        n=$((n + 1))
        if psql -At -c "SELECT crash.sell($n)" >/dev/null 2>&1; then echo "$n" >>"$CLUSTER/acknowledged"; fi
    done
}
# One kind of run again and again; the demand changes meanwhile, so that there is always work.
toil() {
    while [ -e "$CLUSTER/working" ]; do
        psql -o /dev/null -f "tests/crash/$1.sql" >/dev/null 2>&1 || sleep 0.05
    done
}
start_work() { # kinds of work
    local kind
    touch "$CLUSTER/working"
    workers=()
    sell "$(date +%s%N)" &
    workers+=($!)
    for kind in "$@"; do
        toil "$kind" &
        workers+=($!)
    done
}
stop_work() {
    rm -f "$CLUSTER/working"
    wait "${workers[@]}" 2>/dev/null || true
}
random_sleep() { # at most so many milliseconds
    sleep "$(printf '0.%03d' $((RANDOM % $1)))"
}
# Ends all of the cluster's processes at once, as a power cut does: left alone, backends would go on without their
# postmaster until they next wait for their client, and finish the run that was to be cut off. Nobody begins
# anything new before the cluster has been looked at.
cut_power() {
    local postmaster
    postmaster=$(head -n 1 "$CLUSTER/data/postmaster.pid")
    rm -f "$CLUSTER/working"
    # Stopped first: a backend that it still forks would outlive the others, and wait for ever for a lock of theirs.
    kill -STOP "$postmaster"
    # shellcheck disable=SC2046
    kill -9 "$postmaster" $(pgrep -P "$postmaster") 2>/dev/null || true
    stop_work
    local try
    for try in $(seq 100); do
        if as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/server.log" -w -t 60 start >"$CLUSTER/start.log" 2>&1; then return; fi
        sleep 0.1
    done
    tail -20 "$CLUSTER/server.log"
    fail "the cluster did not come up again"
}

# meet WHAT MILLISECONDS: returns so long after WHAT was seen at work, with what is at work then.
meet() { psql -At -c "SELECT crash.meet('$1', $2)"; }
# The runs that were cut off with work left, by name; none is at work when this is called.
cut_off() {
    psql -At -c "SELECT r.job_name FROM replenish.job_runs AS r WHERE r.run_status = 'RUNNING' AND EXISTS (
        SELECT FROM replenish.job_chunks AS c WHERE c.job_run_id = r.job_run_id AND c.chunk_status = 'PENDING')"
}
# met WHAT: how often it is in the list of what the kills met.
met() { grep -cx "$1" "$CLUSTER/met" || true; }

# After a crash: nothing lost, torn or doubled, and indexes that agree with their tables.
verify() {
    local wrong
    # Before the rows are read: sales go on meanwhile.
    sort "$CLUSTER/acknowledged" >"$CLUSTER/promised"
    wrong=$(psql -At -c 'SELECT * FROM crash.wrong() UNION ALL SELECT * FROM crash.torn_chunks() LIMIT 5')
    [ -z "$wrong" ] || fail "after $1: $wrong"
    # Every acknowledged sale is there; one that was not acknowledged may be.
    psql -At -c 'SELECT n FROM crash.sales ORDER BY n' | sort >"$CLUSTER/there"
    comm -23 "$CLUSTER/promised" "$CLUSTER/there" >"$CLUSTER/lost"
    [ ! -s "$CLUSTER/lost" ] || fail "after $1: acknowledged sales are gone: $(tr '\n' ' ' <"$CLUSTER/lost")"
}
verify_storage() {
    "$SERVER_BIN/pg_amcheck" --heapallindexed -s replenish -s cron postgres >"$CLUSTER/amcheck.log" 2>&1 ||
        { cat "$CLUSTER/amcheck.log"; fail "after $1 amcheck finds damage"; }
}
# What was cut off is completed by the next call, and then nothing is missing.
verify_resume() {
    psql -c "CALL replenish.run_daily_forecasts('$tenant')" -c "CALL replenish.run_forecast_accuracy('$tenant')" \
        -c "CALL replenish.run_replenishment('$tenant', '2026-01-01')"
    local wrong
    wrong=$(psql -At -c "SELECT * FROM crash.unfinished($series) LIMIT 5")
    [ -z "$wrong" ] || fail "after $1 and the next runs: $wrong"
}
