#!/usr/bin/env bash
# The image's health check: the database answers and its services are up.
set -euo pipefail

status=$(psql -X -q -At -U "${POSTGRES_USER:-postgres}" -d "${POSTGRES_DB:-${POSTGRES_USER:-postgres}}" \
    -c "SELECT replenish.health_check() ->> 'status'")
[ "$status" = healthy ] || { echo "status: $status" >&2; exit 1; }
