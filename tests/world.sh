# The cluster that attacks and fuzzing share: the extension with and beside pg_cron (where the server has it), two tenants of which B
# is all canaries (tests/security/world.sql), and a login in every role (logins.sql). Source it after
# pgrx-config/cluster.sh, then: start_world [setting=value …]
source tests/python.sh

start_world() {
    start_cluster "cron.database_name = 'postgres'" "max_connections = 200" "autovacuum = off" "$@"
    if [[ $PRELOAD = *pg_cron* ]]; then PGOPTIONS='-c client_min_messages=warning' psql -c 'CREATE EXTENSION pg_cron'; fi
    PGOPTIONS='-c client_min_messages=warning' psql -o /dev/null <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SELECT replenish.install_api();
SQL
    psql -o /dev/null -f tests/security/world.sql
    psql -o /dev/null -f tests/security/logins.sql
}
