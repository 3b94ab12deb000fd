#!/usr/bin/env bash
# Without preloading anybody can SET an unknown setting. It must not become a tenant.
# Seen to fail: with a current_tenant_id() in SQL that takes the setting as it stands, each of the spoofs shows
# rows (the last steps put it in place and demand that); with the login's own tenant taken away it shows none.
source "$(dirname "$0")/../pgrx-config/cluster.sh"

start_cluster "shared_preload_libraries = ''"
install_product
psql -o /dev/null <<'SQL'
SELECT * FROM replenish.load_demo_data();
CREATE ROLE reader LOGIN IN ROLE replenish_reader;
CREATE ROLE demo_reader LOGIN IN ROLE replenish_reader;
ALTER ROLE demo_reader SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000';
SQL
# An error is no answer: nothing printed, which is neither 0 nor 3.
rows() { # role, options, statement before
    PGOPTIONS=${2:-} "$SERVER_BIN/psql" -X -q -U "$1" -At -c "${3:-SELECT 1}" -c 'SELECT count(*) FROM replenish.materials' 2>/dev/null | tail -n 1
}
tenant=00000000-0000-4000-8000-00000000d000
spoofs() { # how many rows each of them must show
    [ "$(rows reader '' "SET app.current_tenant_id = '$tenant'")" = "$1" ] || fail "a spoofed SET does not show $1 rows"
    [ "$(rows reader "-c app.current_tenant_id=$tenant")" = "$1" ] || fail "a spoofed connection option does not show $1 rows"
    [ "$(rows reader '' "SELECT set_config('app.current_tenant_id', '$tenant', false)")" = "$1" ] || fail "a spoofed set_config does not show $1 rows"
}
[ "$(rows reader)" = 0 ] || fail "no tenant shows rows"
echo "ok - no tenant, no rows"
spoofs 0
echo "ok - a spoofed SET, set_config or connection option before the library is there shows no rows"
[ "$(rows demo_reader)" = 3 ] || fail "a login's own tenant shows $(rows demo_reader) rows instead of 3"
echo "ok - a tenant that a superuser gave the login works without preloading"
{ psql -U reader -c "ALTER ROLE reader SET app.current_tenant_id = '$tenant'" 2>&1 || true; } | grep -q "permission denied" || fail "a login gives itself a tenant"
echo "ok - a login cannot give itself one"

psql <<'SQL'
CREATE OR REPLACE FUNCTION replenish.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;
SQL
spoofs 3
echo "ok - and each of these is noticed where the setting is believed"
psql -c 'ALTER ROLE demo_reader RESET app.current_tenant_id'
[ "$(rows demo_reader)" = 0 ] || fail "a login without a tenant shows rows"
echo "ok - as is a login that lost its tenant"
tests/server_log.sh "$CLUSTER/server.log"
