#!/usr/bin/env bash
# The disk fills up in mid-run: a clean error, nothing half, and with more room the run completes.
# Seen to fail: with 900 MB of room from the start (DISK_ROOM=900) there is no error, and the test says so.
source "$(dirname "$0")/common.sh"

if [ "$(id -u)" != 0 ]; then
    [ -z "${CI:-}" ] || fail "mounting a small file system needs root"
    echo "skipped: mounting a small file system needs root"
    exit 0
fi
start_cluster "fsync = on" "autovacuum = off"
disk=$CLUSTER/disk
mkdir "$disk"
mount -t tmpfs -o size=1g tmpfs "$disk"
trap 'status=$?; as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data" -m immediate -w stop >/dev/null 2>&1 || true; umount "$disk" || true; stop_cluster "$status"' EXIT
mkdir "$disk/tablespace"
chown postgres "$disk/tablespace"
psql -c "CREATE TABLESPACE small LOCATION '$disk/tablespace'" -c 'CREATE DATABASE small TABLESPACE small'
export PGDATABASE=small
install_extension
psql -v materials=100 -f benches/load.sql
psql -o /dev/null -c 'CREATE EXTENSION amcheck'
psql -c 'SELECT 1' -c CHECKPOINT
mount -o "remount,size=$(($(df --output=used -m "$disk" | tail -n 1) + ${DISK_ROOM:-4}))m" "$disk"
state=0
for round in $(seq 8); do
    # Other settings every time: each round stores new versions until nothing more fits.
    psql -c "UPDATE replenish.materials SET forecast_horizon_days = 90 + $round" 2>"$CLUSTER/update" || true
    if ! psql -v VERBOSITY=verbose -c "SET app.current_tenant_id = '$tenant'" -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => 20)" 2>"$CLUSTER/error"; then
        state=$(sed -nE 's/.*ERROR: *([0-9A-Z]{5}):.*/\1/p' "$CLUSTER/error" | head -n 1)
        break
    fi
done
[ "$state" = 53100 ] || fail "a full disk gave $state in round $round: $(cat "$CLUSTER/error")"
echo "ok - in round $round the disk is full, and the run ends with 53100: $(grep -m 1 ERROR "$CLUSTER/error" | cut -c 1-90)"
check "in mid-run: some chunks of it are done, others are not" "
    SELECT count(*) FILTER (WHERE c.chunk_status = 'DONE') BETWEEN 1 AND 4 AND count(*) = 5
    FROM replenish.job_chunks AS c WHERE c.job_run_id = (SELECT job_run_id FROM replenish.job_runs ORDER BY started_at DESC LIMIT 1)"
check "what is stored is whole" "
    SELECT count(*) > 0 AND bool_and(cardinality(mean) = horizon_days) AND count(*) FILTER (WHERE forecast_status = 'ACTIVE') = count(DISTINCT material_id)
    FROM replenish.forecast_series"
mount -o remount,size=1g "$disk"
psql -c "CALL replenish.run_daily_forecasts('$tenant', batch_size => 20)"
check "with more room the next call completes" "
    SELECT count(*) = 100 AND bool_and(s.horizon_days = m.forecast_horizon_days)
    FROM replenish.forecast_series AS s JOIN replenish.materials AS m USING (tenant_id, material_id) WHERE s.forecast_status = 'ACTIVE'"
check "and its run is complete" "
    SELECT run_status = 'COMPLETED' FROM replenish.job_runs ORDER BY started_at DESC LIMIT 1"
"$SERVER_BIN/pg_amcheck" --heapallindexed -s replenish small || fail "amcheck finds damage"
tests/server_log.sh "$CLUSTER/server.log"
