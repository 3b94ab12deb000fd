#!/usr/bin/env bash
# Without preloading anybody can SET an unknown setting. It must not become a tenant.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster "shared_preload_libraries = ''"
install_product
psql -o /dev/null <<'SQL'
SELECT * FROM replenish.load_demo_data();
CREATE ROLE reader LOGIN IN ROLE replenish_reader;
CREATE ROLE demo_reader LOGIN IN ROLE replenish_reader;
ALTER ROLE demo_reader SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SQL
rows() { # role, options
    PGOPTIONS=${2:-} psql -U "$1" -At -c "${3:-SELECT 1}" -c 'SELECT count(*) FROM replenish.materials' 2>/dev/null | tail -n 1
}
tenant=00000000-0000-4000-8000-00000000d000
[ "$(rows reader)" = 0 ] || fail "no tenant shows rows"
echo "ok - no tenant, no rows"
[ "$(rows reader '' "SET app.current_tenant_id = '$tenant'")" = 0 ] || fail "a spoofed SET shows rows"
echo "ok - a spoofed SET before the library is there shows no rows"
[ "$(rows reader "-c app.current_tenant_id=$tenant")" = 0 ] || fail "a spoofed connection option shows rows"
echo "ok - nor does a connection option"
[ "$(rows demo_reader)" = 3 ] || fail "a login's own tenant shows $(rows demo_reader) rows instead of 3"
echo "ok - a tenant that a superuser gave the login works without preloading"
tests/server_log.sh "$CLUSTER/server.log"
