# The servers around the database, as docker/compose.yaml starts them: the logins and their passwords, the GraphQL server and
# nginx from what the images' build scripts make. Sourced by tests/docker.sh while its cluster runs.
source pgrx-config/web.sh

tenant=00000000-0000-4000-8000-00000000d000
REPLENISH_AUTHENTICATOR_PASSWORD_FILE=$secrets/authenticator_password REPLENISH_EXPORTER_PASSWORD_FILE=$secrets/exporter_password \
    REPLENISH_GRAFANA_PASSWORD_FILE=$secrets/grafana_database_password REPLENISH_GRAFANA_TENANT=$tenant docker/initdb.d/20-services.sh
sed -i '1i local all replenish_authenticator,replenish_exporter,replenish_grafana scram-sha-256' "$CLUSTER/data/pg_hba.conf"
psql -o /dev/null -c 'SELECT pg_reload_conf()'
as_login() { PGPASSWORD=$(cat "$secrets/$2") "$SERVER_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 -U "$1" -c "$3"; }
[ "$(as_login replenish_grafana grafana_database_password 'SELECT count(*) FROM replenish.materials')" = 3 ] || fail "Grafana's login does not see its tenant"
[ "$(as_login replenish_exporter exporter_password 'SELECT count(*) > 0 FROM replenish.metrics')" = t ] || fail "the exporter's login sees no figures"
as_login replenish_exporter grafana_database_password 'SELECT 1' >/dev/null 2>&1 && fail "a wrong password opens"
as_login replenish_grafana grafana_database_password "SET app.current_tenant_id = '$tenant'" >/dev/null 2>&1 && fail "Grafana's login chooses its tenant"
echo "ok - the logins of exporter and Grafana have the passwords of their files, and see what they are for"

# What the images are built from, and nothing else, as the Dockerfiles copy it.
sources=$CARGO_TARGET_DIR/docker-stage/source
mkdir -p "$sources"
git ls-files -co --exclude-standard -- api dashboard docker | xargs cp --parents -t "$sources"
alive "GraphQL server of the image" "$sources/docker/build-graphql.sh" "$CARGO_TARGET_DIR/docker-stage/graphql"
alive "dashboard of the image" "$sources/docker/build-dashboard.sh" "$CARGO_TARGET_DIR/docker-stage/web"

before_stop 'kill "${WEB_PIDS[@]}" 2>/dev/null; [ ! -s "$CLUSTER/web/nginx.pid" ] || kill "$(cat "$CLUSTER/web/nginx.pid")"'
run=$CLUSTER/web
mkdir -p "$run/temp"
# The only difference to compose: the database is behind a socket.
sed "s,@db:5432/replenish,@/replenish?host=$CLUSTER," "$secrets/authenticator_uri" >"$run/uri"
serve_graphql env -u PGHOST -u PGUSER -u PGDATABASE -u PGPORT HOST=127.0.0.1 PORT=0 DATABASE_URL_FILE="$run/uri" \
    JWT_SECRET_FILE="$secrets/jwt_secret" node "$CARGO_TARGET_DIR/docker-stage/graphql/server.mjs"
setup_nginx
port=$(free_port)
cp -r "$CARGO_TARGET_DIR/docker-stage/web/inventory-forecasting" "$run/"
if [ "$(id -u)" = 0 ]; then chown -R postgres "$run"; fi
start_nginx "$port"
token=$(JWT_SECRET_FILE=$secrets/jwt_secret node "$CARGO_TARGET_DIR/docker-stage/graphql/token.mjs" --tenant $tenant)
node tests/docker/ask.mjs "http://127.0.0.1:$port" "$token" || fail "the stack does not answer: $(tail -n 5 "$run/graphql.log")"
echo "ok - nginx serves the dashboard, health and GraphQL of the demo tenant"

source pgrx-config/monitoring.sh
fetch_monitoring
# Where compose mounts them, beside each other.
mkdir "$CLUSTER/prometheus"
cp docker/prometheus.yml monitoring/rules.yml "$CLUSTER/prometheus/"
"$MONITORING/usr/bin/promtool" check config "$CLUSTER/prometheus/prometheus.yml" >"$CLUSTER/promtool" || { cat "$CLUSTER/promtool"; fail "Prometheus does not take docker/prometheus.yml"; }
echo "ok - Prometheus takes its configuration and rules"
