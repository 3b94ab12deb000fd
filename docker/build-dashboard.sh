#!/usr/bin/env bash
# Builds the dashboard's static files below a folder, as inventory-forecasting/. Usage: docker/build-dashboard.sh FOLDER
set -euo pipefail

[ $# = 1 ] || { echo "usage: docker/build-dashboard.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "$0")/../dashboard"
npm ci --no-audit --no-fund
DASHBOARD_OUT=$out/inventory-forecasting npm run -s build
[ -s "$out/inventory-forecasting/index.html" ] || { echo "the build left no index.html" >&2; exit 1; }
