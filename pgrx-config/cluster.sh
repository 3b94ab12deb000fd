# A throwaway cluster on a unix socket. Source it from bash, then: start_cluster; psql …; the
# cluster stops and its files go when the script ends, however it ends.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

SERVER_BIN=$(server_bin)
# The wheel's servers have no pg_cron; nothing but the schedule needs it.
PRELOAD=pg_replenish
if [ -e "$(server_share)/extension/pg_cron.control" ]; then PRELOAD=pg_cron,pg_replenish; fi
CLUSTER=

# bare_server FOLDER: a copy of the private server that has never seen the extension.
bare_server() {
    rm -rf "$1"
    cp -r "$(server_root)" "$1"
    find "$1" -name 'pg_replenish*' -delete
}

# start_cluster [setting=value …]
start_cluster() {
    [ -x "$SERVER_BIN/initdb" ] || fail "nothing is built under $CARGO_TARGET_DIR: make build"
    CLUSTER=$(mktemp -d /tmp/pg_replenish.XXXXXX)
    chmod 755 "$CLUSTER"
    if [ "$(id -u)" = 0 ]; then chown postgres "$CLUSTER"; fi
    trap stop_cluster EXIT
    as_server "$SERVER_BIN/initdb" -D "$CLUSTER/data" -U postgres -A trust -E UTF8 \
        --locale=C.UTF-8 --no-sync >"$CLUSTER/initdb.log" 2>&1 || { cat "$CLUSTER/initdb.log"; fail initdb; }
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$CLUSTER'"
        # Each line with its SQLSTATE: tests/server_log.sh looks for it.
        echo "log_line_prefix = '%m [%p] %e '"
        echo "shared_preload_libraries = '$PRELOAD'"
        echo "cron.use_background_workers = on"
        echo "fsync = off"
        echo "shared_buffers = '256MB'"
        echo "max_wal_size = '4GB'"
        echo "max_worker_processes = 16"
        printf '%s\n' "$@"
    } | as_server tee -a "$CLUSTER/data/postgresql.conf" >/dev/null
    export PGHOST=$CLUSTER PGUSER=postgres PGDATABASE=postgres PGPORT=5432
    as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/server.log" -w -t 60 start \
        >"$CLUSTER/start.log" 2>&1 || { cat "$CLUSTER/server.log"; fail "the cluster did not start"; }
    share_priority "$(head -n 1 "$CLUSTER/data/postmaster.pid")"
}

restart_cluster() {
    as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data" -l "$CLUSTER/server.log" -m fast -w restart >/dev/null
    share_priority "$(head -n 1 "$CLUSTER/data/postmaster.pid")"
}

stop_cluster() {
    local status=${1:-$?}
    trap - EXIT
    if [ -n "$CLUSTER" ] && [ -z "${KEEP_CLUSTER:-}" ]; then
        as_server "$SERVER_BIN/pg_ctl" -D "$CLUSTER/data" -m immediate -w stop >/dev/null 2>&1 || true
        rm -rf "$CLUSTER"
    fi
    exit "$status"
}

psql() { "$SERVER_BIN/psql" -X -q -v ON_ERROR_STOP=1 "$@"; }

# install_product [psql argument …]: the extension, its roles and tables, as the README says.
install_product() {
    psql -o /dev/null "$@" <<'SQL'
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles();
SET ROLE replenish_owner;
SELECT replenish.install();
RESET ROLE;
SQL
}
