# A PgBouncer in transaction mode before the throwaway cluster. Source it after cluster.sh, then
# start_pgbouncer; it sets BOUNCER_PORT and stops with the cluster.

start_pgbouncer() {
    local program=/usr/sbin/pgbouncer
    [ -x "$program" ] || fail "pgbouncer is missing: pgrx-config/setup.sh tests"
    # On the cluster's unix socket folder: any port is free there.
    BOUNCER_PORT=6432
    local folder=$CLUSTER/bouncer
    mkdir "$folder"
    # Two server connections for everybody: the clients have to share them.
    cat >"$folder/pgbouncer.ini" <<INI
[databases]
postgres = host=$CLUSTER port=5432 dbname=postgres
[pgbouncer]
listen_addr =
listen_port = $BOUNCER_PORT
unix_socket_dir = $CLUSTER
auth_type = trust
auth_file = $folder/users
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
logfile = $folder/log
pidfile = $folder/pid
INI
    printf '"in_replenish_batch" ""\n"in_replenish_reader" ""\n' >"$folder/users"
    if [ "$(id -u)" = 0 ]; then chown -R postgres "$folder"; fi
    as_server "$program" -q -d "$folder/pgbouncer.ini" || fail "pgbouncer did not start: $(cat "$folder/log")"
    trap stop_pgbouncer_and_cluster EXIT
    for _ in $(seq 300); do
        if [ -S "$CLUSTER/.s.PGSQL.$BOUNCER_PORT" ]; then return; fi
        sleep 0.1
    done
    fail "pgbouncer does not listen: $(cat "$folder/log")"
}

stop_pgbouncer_and_cluster() {
    local status=$?
    if [ -s "$CLUSTER/bouncer/pid" ]; then kill "$(cat "$CLUSTER/bouncer/pid")" 2>/dev/null || true; fi
    stop_cluster "$status"
}
