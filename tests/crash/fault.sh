#!/usr/bin/env bash
# The n-th statement fails, n = 1, 2, … until the call passes untouched; then the n-th allocation of
# the library. Each failure is a clean error, and no row of it stays. The faults come from a module that
# this test builds (fault/), none are in the extension.
# Seen to fail: with an EXCEPTION WHEN OTHERS around store_accuracy() half of its rows stay.
source "$(dirname "$0")/common.sh"

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
for call in generate night accuracy replenishment record backfill override review; do
    psql -At -c "SET app.current_tenant_id = '$tenant'" -c "CALL fault.until_untouched('$call', 'statement')" -c "SELECT * FROM fault.summary('$call', 'statement')"
done
tests/server_log.sh "$CLUSTER/server.log"
