#!/usr/bin/env bash
# The README's blocks run and give the outputs below them, as a reader meets them: the first one and the CSV in a database with
# the extension alone, the plan on the demo data, the rest on a new server.
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source tests/markdown.bash

start_cluster "cron.database_name = 'new'"
blocks=$CLUSTER/readme
split_page README.md "$blocks"
mkdir -p "$blocks/work"
# the_block WORDS: the one sql or sh block that has these words in it.
the_block() {
    local found
    mapfile -t found < <(grep -lF -- "$1" "$blocks"/block-*.s*)
    [ ${#found[@]} = 1 ] || fail "${#found[@]} blocks of the README have: $1"
    echo "${found[0]}"
}
run_in() { (cd "$blocks/work" && PGDATABASE=$1 run_block "$2" >"$blocks/work/printed") || { cat "$blocks/work/printed"; exit 1; }; }

psql -o /dev/null -c 'CREATE EXTENSION pg_replenish'
[ -s "$blocks/block-02.output" ] || fail "no output stands below the README's first block"
run_in postgres "$(the_block 'CREATE TABLE sales AS')"
echo "ok - the README's first block gives the output below it"
run_in postgres "$(the_block '>sales.csv')"
run_in postgres "$(the_block '\copy csv_sales')"
echo "ok - a CSV file is read and forecast as the README says"
run_in postgres "$(the_block 'obj_description')"
[ "$(wc -l <"$blocks/work/printed")" -gt 200 ] || fail "the README's list of functions is short"

database_of_page new
install=$(the_block 'CREATE EXTENSION pg_replenish')
night=$(the_block 'CALL replenish.run_daily_forecasts()')
if [ "$PRELOAD" = pg_replenish ]; then
    sed -i '/schedule_jobs/d' "$night"
else
    psql -d new -c 'CREATE EXTENSION pg_cron'
fi
run_in new "$install"
if grep FAILED "$blocks/work/printed"; then fail "verify_deployment() is not content after the README's installation"; fi
psql -d new -o /dev/null -c "SELECT * FROM replenish.load_demo_data('2026-11-22')"
run_in new "$night"
[ "$(psql -d new -At -c "SELECT count(*) FROM replenish.job_runs WHERE run_status = 'COMPLETED'")" = 3 ] || fail "the README's night did not do its three jobs"
echo "ok - installed and run for a night as the README says"

# The plan's sentence is broken over lines for the page, so words are compared.
psql -d postgres -c 'CREATE DATABASE plan'
run_in plan "$install"
psql -d plan -o /dev/null -c "SELECT * FROM replenish.load_demo_data('2026-11-22')" -c "SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000'" \
    -c "SELECT count(*) FROM replenish.generate_forecasts('00000000-0000-4000-8000-00000000d000', '00000000-0000-4000-8000-00000000f001', as_of => '2026-11-22')"
plan=$(the_block 'generate_replenishment_recommendations')
stated=$(printf '%s/block-%02d.output' "$blocks" $((10#$(basename "$plan" | tr -dc 0-9) + 1)))
given=$("$SERVER_BIN/psql" -X -q -t -d plan -v tenant="'00000000-0000-4000-8000-00000000d000'" -v facility="'00000000-0000-4000-8000-00000000f001'" \
    -c "SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000'" -f "$plan")
words() { tr -s ' \n|' '\n' | grep .; }
[ -z "${VERBOSE:-}" ] || printf "%s\n" "$given"
diff <(words <"$stated") <(words <<<"$given") || fail "the README's plan says otherwise (< stated, > given)"
echo "ok - the README's plan is what the demo's stock gives"
tests/server_log.sh "$CLUSTER/server.log"
