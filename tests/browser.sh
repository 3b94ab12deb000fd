#!/usr/bin/env bash
# The dashboard in Chromium, on the stack that `make demo KEEP=1` leaves up: cluster with demo and retail
# data, PostGraphile, nginx. Pictures of what was seen are kept under the target folder. Arguments: files to run.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source pgrx-config/web.sh

if [ -n "${CI:-}" ] && [ ! -r "${REPLENISH_DATA:-}/online_retail_daily.csv.gz" ]; then
    fail "REPLENISH_DATA must name the folder of online_retail_daily.csv.gz in CI, not '${REPLENISH_DATA:-}'"
fi
setup_node
setup_chromium
npm_ci tests/browser

export PICTURES=$CARGO_TARGET_DIR/browser
rm -rf "$PICTURES"
mkdir -p "$PICTURES"
demo_log=$PICTURES/demo.log
# The tests know what was computed; no night of the scheduler's shall add to it.
KEEP=1 NO_NIGHTS=1 demo/demo.sh >"$demo_log" 2>&1 || { tail -n 40 "$demo_log"; fail "make demo KEEP=1"; }
stop=$(sed -nE 's,^  (/.*/stop\.sh)$,\1,p' "$demo_log")
trap 'status=$?; "$stop"; exit $status' EXIT

link() { grep -oE 'http://127[^ ]*#token=[^ ]+' "$demo_log" | sed -n "$1p"; }
export DEMO_LINK SHOP_LINK RUN_FOLDER PGHOST PGUSER=postgres PGDATABASE=postgres PGPORT=5432
DEMO_LINK=$(link 1)
SHOP_LINK=$(link 2)
PGHOST=$(dirname "$stop")
RUN_FOLDER=$PGHOST/web
[ -n "$SHOP_LINK" ] || echo "REPLENISH_DATA does not name the folder of the retail data: its tests are skipped."

files=("$@")
if [ ${#files[@]} = 0 ]; then files=(tests/browser/*.test.mjs); fi
# One file after the other: the last one stops a server.
node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
tests/server_log.sh "$PGHOST/server.log"
