# What the dashboard needs besides a cluster: nginx and Node, the built pages, the servers. Source it from
# bash after cluster.sh; start_web starts, stop_web stops.
source pgrx-config/node.sh

WEB_PIDS=()
WEB_URL=
JWT_SECRET_FILE=

# install_quietly COMMAND PACKAGE …: Debian packages without starting the services that come with them.
install_quietly() {
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] && return
    shift
    command -v apt-get >/dev/null || fail "install $*: apt-get is not at hand"
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod +x $policy
        local ours=yes
    fi
    alive "package lists" as_root apt-get update -q
    alive "packages $*" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
    if [ -n "${ours:-}" ]; then as_root rm -f $policy; fi
}

setup_nginx() { install_quietly nginx nginx-light; }
setup_chromium() { install_quietly chromium chromium fonts-dejavu-core; }

# The pages, built anew when a source has changed.
build_dashboard() {
    local out=$CARGO_TARGET_DIR/dashboard
    npm_ci dashboard
    if [ -e "$out/.built" ] && [ -z "$(find dashboard -name node_modules -prune -o -type f -newer "$out/.built" -print -quit)" ]; then
        return
    fi
    alive "dashboard" env DASHBOARD_OUT="$out/inventory-forecasting" npm --prefix dashboard run -s build
    touch "$out/.built"
}

free_port() {
    local port
    # Below those that clients are given.
    while port=$((20000 + RANDOM % 12000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { printf '%s\n' "$port"; return; }
    done
}

# Starts PostGraphile and nginx for the running cluster, where install_api() has been called. Sets WEB_URL.
start_web() {
    local run=$CLUSTER/web port graphql
    mkdir -p "$run/temp"
    JWT_SECRET_FILE=$run/jwt_secret
    (umask 077 && head -c 32 /dev/urandom | base64 >"$JWT_SECRET_FILE")
    cp -r "$CARGO_TARGET_DIR/dashboard/inventory-forecasting" "$run/"
    start_graphql
    port=$(free_port)
    WEB_URL=http://127.0.0.1:$port
    if [ "$(id -u)" = 0 ]; then
        chown -R postgres "$run"
        chown root "$JWT_SECRET_FILE"
    fi
    start_nginx "$port"
}

# start_nginx PORT: serves CLUSTER/web and GRAPHQL_URL on it.
start_nginx() {
    local run=$CLUSTER/web
    render_nginx "$run" "127.0.0.1:$1" "$GRAPHQL_URL" >"$run/nginx.conf"
    as_server /usr/sbin/nginx -p "$run" -c "$run/nginx.conf" -e "$run/error.log" ||
        fail "nginx did not start: $(cat "$run/error.log")"
    # It goes to the background first and writes down its process id after that.
    for _ in $(seq 600); do
        [ ! -s "$run/nginx.pid" ] || return 0
        sleep 0.1
    done
    fail "nginx has not written $run/nginx.pid: $(cat "$run/error.log")"
}

start_graphql() {
    serve_graphql env HOST=127.0.0.1 PORT=0 JWT_SECRET_FILE="$JWT_SECRET_FILE" PGUSER=replenish_authenticator node api/graphql/server.mjs
    echo "$GRAPHQL_PID" >"$CLUSTER/web/graphql.pid"
}

# serve_graphql COMMAND …: starts a GraphQL server and waits until it says where it listens. Sets GRAPHQL_PID and GRAPHQL_URL.
serve_graphql() {
    local log=$CLUSTER/web/graphql.log
    # The first look may come before the server has a file to write to.
    : >"$log"
    setsid "$@" >"$log" 2>&1 </dev/null &
    GRAPHQL_PID=$!
    WEB_PIDS+=("$GRAPHQL_PID")
    for _ in $(seq 600); do
        GRAPHQL_URL=$(sed -nE 's,^listening on (http://[^/]+)/graphql$,\1,p' "$log")
        [ -z "$GRAPHQL_URL" ] || return 0
        kill -0 "$GRAPHQL_PID" 2>/dev/null || fail "PostGraphile did not start: $(cat "$log")"
        sleep 0.1
    done
    fail "PostGraphile does not listen after 60 s: $(cat "$log")"
}

# render_nginx FOLDER LISTEN GRAPHQL_URL: a whole configuration around dashboard/nginx.conf.template.
render_nginx() {
    local kind
    echo "pid $1/nginx.pid; worker_processes 1; events { worker_connections 256; }"
    echo "http { include /etc/nginx/mime.types; default_type application/octet-stream; access_log off;"
    for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $1/temp/$kind;"; done
    sed -e "s,\${LISTEN},$2,; s,\${DASHBOARD_ROOT},$1,; s,\${GRAPHQL_URL},$3,; s,\${REST_URL},${REST_URL:-$3/rest}," \
        dashboard/nginx.conf.template
    echo "}"
}

# web_token TENANT [HOURS]
web_token() { JWT_SECRET_FILE=$JWT_SECRET_FILE node api/token.mjs --tenant "$1" --hours "${2:-12}"; }

# A script that ends what is left up, and removes it.
write_stop_script() {
    local as=
    if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=postgres --regid=postgres --init-groups "; fi
    {
        echo '#!/bin/sh'
        echo "kill $(cat "$CLUSTER/web/nginx.pid") ${WEB_PIDS[*]} 2>/dev/null"
        echo "$as$SERVER_BIN/pg_ctl -D $CLUSTER/data -m immediate -w stop >/dev/null"
        echo "rm -rf $CLUSTER"
    } >"$CLUSTER/stop.sh"
    chmod +x "$CLUSTER/stop.sh"
}

stop_web() {
    if [ -n "${KEEP_CLUSTER:-}" ]; then return; fi
    if [ -s "$CLUSTER/web/nginx.pid" ]; then kill "$(cat "$CLUSTER/web/nginx.pid")" 2>/dev/null || true; fi
    for pid in "${WEB_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
}
