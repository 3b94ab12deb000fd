#!/usr/bin/env bash
# Check 17: the n-th statement fails, n = 1, 2, … until the call passes untouched; then the n-th allocation of
# the library. Each failure is a clean error, and no row of it stays. The faults come from a module that
# this test builds (fault/), none are in the extension. FAULT_POINTS, FAULT_THREAD_POINTS: in how many of its allocations,
# evenly spread, a call that makes thousands is to fail (default 200; one that makes fewer than 1,000 in each), on one
# thread and over several; FAULT_SEED: which.
# Seen to fail, with FAULT_VARIANT (SQL that breaks something first):
# - a lock_facility() that swallows what goes wrong in it: accuracy passes although one of its statements failed.
#   "CREATE OR REPLACE FUNCTION replenish.lock_facility(tenant_id uuid, facility_id uuid) RETURNS void LANGUAGE plpgsql AS
#   'DECLARE one integer; BEGIN SELECT count(*) INTO one FROM pg_class; EXCEPTION WHEN OTHERS THEN NULL; END'"
# - an open_run() that gives no run up: after a whole night that failed, some run is still RUNNING.
#   "DO \$\$ BEGIN EXECUTE replace(pg_get_functiondef('replenish.open_run'::regproc), 'ABANDONED', 'RUNNING'); END \$\$"
source "$(dirname "$0")/common.sh"

points=${FAULT_POINTS:-200} thread_points=${FAULT_THREAD_POINTS:-200} seed=${FAULT_SEED:-0}
start_cluster
built=$CLUSTER/fault
mkdir "$built"
include=$("$PG_BIN/pg_config" --includedir-server)
cc -shared -fPIC -O1 -I "$include" -o "$built/fault.so" tests/crash/fault/fault.c
cc -shared -fPIC -O1 -o "$built/alloc.so" tests/crash/fault/alloc.c
chmod -R a+rX "$built"
LD_PRELOAD=$built/alloc.so restart_cluster
install_extension
psql -v materials="${FAULT_SERIES:-3}" -f benches/load.sql
psql -o /dev/null -v module="'$built/fault'" -f tests/crash/fault/fault.sql
if [ -n "${FAULT_VARIANT:-}" ]; then psql -c "$FAULT_VARIANT"; fi

# The calls, each with two thirds of the statements that it had when this was written.
while read -r call least; do
    psql -At -c "SET app.current_tenant_id = '$tenant'" -c "CALL fault.until_untouched('$call', 'statement')" -c "SELECT * FROM fault.summary('$call', 'statement', $least)"
done <<'CALLS'
generate 20
night 9
accuracy 18
replenishment 16
record 10
backfill 10
override 6
review 4
CALLS

# numbers TOTAL: those of the faults to try: all, or as many as there are points; then beyond the last, since how many
# there are is not quite the same in every call.
numbers() {
    local step=$(($1 < 1000 || $1 < points ? 1 : $1 / points)) margin=$(($1 / 50 + 1))
    seq $((1 + seed % step)) "$step" "$1"
    seq $(($1 + 1)) $((margin > step ? margin : step)) $(($1 + 50 * (margin > step ? margin : step)))
}
# Of the faults that are tried so many must have met the call.
least_of() { echo $(($1 * 9 / 10 < points * 9 / 10 ? $1 * 9 / 10 : points * 9 / 10)); }

# A whole night, which commits as it goes: whatever of it fails, the next call completes it.
whole_night() { # kind, how many there are at least
    local n disarm kept said
    # An assignment starts no executor, so it is not what fails.
    disarm="DO \$\$ DECLARE still_to_come bigint; BEGIN
        still_to_come := fault.$1(0); PERFORM set_config('fault.still_to_come', still_to_come::text, false); END \$\$;"
    {
        printf '%s\n' '\set ON_ERROR_STOP off' '\o /dev/null'
        for n in $(if [ "$1" = statement ]; then seq 1000; else numbers "$2"; fi); do
            # Every series has to be fitted anew, by this night or the next.
            printf '%s\n' "SELECT fault.change_settings();" "SELECT fault.$1($n);" "CALL replenish.run_daily_forecasts('$tenant', batch_size => 1);" \
                '\set state :SQLSTATE' '\set ON_ERROR_STOP on' "$disarm" "SELECT fault.settle_night('$1', $n, :'state') AS untouched \gset" \
                '\if :untouched' '\q' '\endif' "CALL replenish.run_daily_forecasts('$tenant');" "SELECT fault.complete_night('$1', $n);" \
                '\set ON_ERROR_STOP off'
        done
        printf '%s\n' '\set ON_ERROR_STOP on' "SELECT fault.never_untouched('a whole night', $n);"
    } >"$CLUSTER/night.sql"
    psql -f "$CLUSTER/night.sql" 2>"$CLUSTER/night.log" || { tail -n 5 "$CLUSTER/night.log"; fail "a night does not stand a failing $1"; }
    # What fails of the alerts at its end fails no night, but is said.
    kept=$(psql -At -c "SELECT count(*) FROM fault.seen WHERE call = 'a whole night' AND kind = '$1' AND sqlstate = '00000'")
    said=$(grep -c 'alerts of tenant .* could not be evaluated: this statement fails on demand' "$CLUSTER/night.log" || true)
    [ "$kept" = "$said" ] || fail "$kept nights passed in spite of a failing $1, $said said so"
    psql -At -c "SELECT fault.summary('a whole night', '$1', $(least_of "$2"))"
}
whole_night statement 100

# Allocations fail outside of any EXCEPTION block: the transaction's end is what refuses them.
# Seen to fail: without the reserve of src/memory.rs the first one ends all backends; with an alloc.c that does not
# find the library the first call makes no allocation; with numbers that end before the last one a call never passes.
until_untouched() { # call, threads, how many there are at least
    local n total label="$1 (max_threads $2)"
    psql -c "SET app.current_tenant_id = '$tenant'" -c 'CALL fault.unsettle()'
    # The first call of a session loads what stays loaded.
    total=$(psql -At -o /dev/null -c "SET app.current_tenant_id = '$tenant'" -c "SET replenish.max_threads = $2" -c BEGIN -c "SELECT fault.run('$1')" -c ROLLBACK \
        -c BEGIN -c '\o' -c "SELECT fault.allocations('$1')" -c '\o /dev/null' -c ROLLBACK)
    [ "$total" -ge "$3" ] || fail "$label: it makes only $total allocations, not $3"
    psql -c "INSERT INTO fault.content VALUES ('$label', content.all(true))"
    {
        printf '%s\n' '\set ON_ERROR_STOP off' '\o /dev/null' "SET app.current_tenant_id = '$tenant';" "SET replenish.max_threads = $2;" \
            "BEGIN; SELECT fault.run('$1'); ROLLBACK;"
        for n in $(numbers "$total"); do
            printf '%s\n' "SELECT fault.allocation($n);" "SELECT fault.run('$1');" '\set state :SQLSTATE' \
                '\set ON_ERROR_STOP on' "SELECT fault.settle('$label', $n, :'state') AS untouched \gset" '\set ON_ERROR_STOP off' \
                '\if :untouched' '\q' '\endif'
        done
        printf '%s\n' '\set ON_ERROR_STOP on' "SELECT fault.never_untouched('$label', $n);"
    } >"$CLUSTER/allocations.sql"
    psql -f "$CLUSTER/allocations.sql" 2>"$CLUSTER/allocations.log" || { tail -n 5 "$CLUSTER/allocations.log"; fail "$label: a failing allocation is not stood"; }
    psql -At -c "SELECT fault.summary('$label', 'allocation', $(least_of "$total"), $2 > 1) || ', of $total'"
}
psql -o /dev/null -c "DELETE FROM replenish.demand_history WHERE demand_date < '2025-11-01'"
while read -r call threads least; do until_untouched "$call" "$threads" "$least"; done <<'CALLS'
array 1 50
small 1 200
generate 1 2000
night 1 2000
accuracy 1 4
replenishment 1 200
record 1 1
backfill 1 1
override 1 2
review 1 1
CALLS
total=$(psql -At -o /dev/null -c 'SELECT fault.allocation(1000000000)' -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => 1, resume => false)" -c '\o' -c 'SELECT 1000000000 - fault.allocation(0)')
[ "$total" -ge 2000 ] || fail "a whole night makes only $total allocations"
whole_night allocation "$total"
# The same over threads; with fewer materials there would be none.
psql -c 'CALL fault.add_materials(21)'
points=$thread_points
until_untouched generate 4 10000
until_untouched night 4 10000
tests/server_log.sh "$CLUSTER/server.log"
