#!/usr/bin/env bash
# Every sql block of the documentation runs, and prints what the page states. erp.md and the tutorial are stories of their
# own, with shell in them; all other pages run on the demo data. Arguments: pages to run. WRITE=1 writes outputs into them.
# Elsewhere: README (readme.sh), operations.md (operations.sh), bi.md (api.sh).
source "$(dirname "$0")/../pgrx-config/cluster.sh"
source tests/markdown.bash

# The wheel's servers have no pg_stat_statements, which the page of monitoring shows.
statements=
if [ -e "$(server_share)/extension/pg_stat_statements.control" ]; then statements=,pg_stat_statements; fi
start_cluster "cron.database_name = 'with_cron'" "shared_preload_libraries = '$PRELOAD$statements'"
pages=("$@")
if [ ${#pages[@]} = 0 ]; then pages=(docs/erp.md docs/tutorial.md docs/*.md docs/howto/*.md docs/concepts/*.md); fi
PAGE_VARIABLES=(-v tenant="'00000000-0000-4000-8000-00000000d000'" -v facility="'00000000-0000-4000-8000-00000000f001'"
    -v material="'00000000-0000-4000-8000-000000000001'")
psql -c 'CREATE DATABASE demo'
install_product -d demo
psql -d demo -o /dev/null -c "SELECT * FROM replenish.load_demo_data('2026-11-22')"

# The demo's tenant is that of the session, as the pages say.
on_demo_data() {
    local name=$1 page=$2
    psql -d postgres -c "CREATE DATABASE $name TEMPLATE demo" \
        -c "ALTER DATABASE $name SET app.current_tenant_id = '00000000-0000-4000-8000-00000000d000'"
    export PGDATABASE=$name
    run_page "$page" sql
}

# A page with sql that nobody runs would be one that nobody knows to be true.
elsewhere='README.md docs/operations.md docs/bi.md .github/ISSUE_TEMPLATE/bug.md'
with_sql=$(git ls-files -co --exclude-standard -- '*.md' | xargs grep -l '^```sql')
while read -r page; do
    case " ${pages[*]} $elsewhere " in
    *" $page "*) ;;
    *) [ $# -gt 0 ] || fail "$page has sql that no test runs" ;;
    esac
done <<<"$with_sql"

total=0 count=0 number=0
declare -A seen=([docs/operations.md]=1 [docs/bi.md]=1)
if [ -z "$statements" ]; then seen[docs/monitoring.md]=1; fi
for page in "${pages[@]}"; do
    if [ -n "${seen[$page]:-}" ] || ! grep -q '^```sql' "$page"; then continue; fi
    seen[$page]=1
    case $page in
    docs/erp.md) (database_of_page shop) && PGDATABASE=shop run_page "$page" ;;
    docs/tutorial.md) (database_of_page tutorial) && PGDATABASE=tutorial run_page "$page" ;;
    docs/alerts.md)
        # Its schedules need pg_cron.
        if [ "$PRELOAD" = pg_replenish ]; then continue; fi
        psql -d postgres -c 'CREATE DATABASE with_cron TEMPLATE demo'
        psql -d with_cron -o /dev/null -c 'CREATE EXTENSION pg_cron'
        PGDATABASE=with_cron run_page "$page" sql
        ;;
    *) on_demo_data "page_$((++number))" "$page" ;;
    esac
    [ "$RAN" -gt 0 ] || fail "no block of $page ran"
    echo "ok - $page: $RAN blocks"
    total=$((total + RAN)) count=$((count + 1))
done
echo "ok - $total blocks of $count pages run and print what the pages state"
tests/server_log.sh "$CLUSTER/server.log"
