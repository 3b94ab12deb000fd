#!/usr/bin/env bash
# Before the first `docker compose up`: makes a secret for every door, as files below a folder (docker/secrets). Files that
# are there stay as they are. Usage: docker/first-run.sh [FOLDER]
set -euo pipefail

folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
# Containers read single files as accounts of their own; on this machine nobody else gets into the folder.
chmod 700 "$folder"
umask 022
secret() { # NAME: letters and digits alone, so that it fits into an address
    if [ ! -s "$folder/$1" ]; then head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$folder/$1"; fi
}
for name in postgres_password authenticator_password night_password exporter_password grafana_database_password grafana_admin_password jwt_secret; do
    secret "$name"
done
printf 'postgres://replenish_authenticator:%s@db:5432/replenish' "$(cat "$folder/authenticator_password")" >"$folder/authenticator_uri"
cat <<NEXT
The secrets are in $folder. Next:
  docker compose -f docker/compose.yaml up -d        # REPLENISH_DEMO=1 before it: with the demo tenant
  http://localhost:8080/inventory-forecasting        # the dashboard; a token: docker/README.md
  http://localhost:3001                              # Grafana, as admin with $folder/grafana_admin_password
NEXT
