#!/usr/bin/env bash
# Run by the image's entrypoint after 10-pg_replenish.sh: the API and the logins of the servers around the database. Each is made
# where its password is given as a file.
#   REPLENISH_AUTHENTICATOR_PASSWORD_FILE      the API, and what PostgREST and GraphQL log in with
#   REPLENISH_EXPORTER_PASSWORD_FILE           login replenish_exporter, for Prometheus' exporter
#   REPLENISH_GRAFANA_PASSWORD_FILE            login replenish_grafana, which reads one tenant: REPLENISH_GRAFANA_TENANT
set -euo pipefail

database=(-U "$POSTGRES_USER" -d "${POSTGRES_DB:-$POSTGRES_USER}")
run() { psql -X -q -v ON_ERROR_STOP=1 "${database[@]}" -o /dev/null "$@"; }

if [ -n "${REPLENISH_AUTHENTICATOR_PASSWORD_FILE:-}" ]; then
    run -c 'SELECT replenish.install_api()'
    replenish-password replenish_authenticator "$REPLENISH_AUTHENTICATOR_PASSWORD_FILE" "${database[@]}"
fi
if [ -n "${REPLENISH_EXPORTER_PASSWORD_FILE:-}" ]; then
    run -c 'CREATE ROLE replenish_exporter LOGIN IN ROLE pg_monitor'
    replenish-password replenish_exporter "$REPLENISH_EXPORTER_PASSWORD_FILE" "${database[@]}"
fi
if [ -n "${REPLENISH_GRAFANA_PASSWORD_FILE:-}" ]; then
    run -v tenant="${REPLENISH_GRAFANA_TENANT:?names no tenant}" <<'SQL'
CREATE ROLE replenish_grafana LOGIN IN ROLE replenish_reader;
ALTER ROLE replenish_grafana SET app.current_tenant_id = :'tenant';
SQL
    replenish-password replenish_grafana "$REPLENISH_GRAFANA_PASSWORD_FILE" "${database[@]}"
fi
