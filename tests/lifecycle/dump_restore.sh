#!/usr/bin/env bash
# pg_dump and restore into a fresh database: rows, policies, grants, owners and FORCE come back, from
# one table of demand and from a partitioned one, in every format, by a superuser, by a backup role,
# and restored by the owner of the tables.
# Seen to fail: with a table that is a member of the extension, which a dump leaves out (LIFECYCLE_VARIANT="ALTER
# EXTENSION pg_replenish ADD TABLE replenish.vendors").
source "$(dirname "$0")/common.bash"

start_cluster
fill_database postgres
psql -c 'CREATE DATABASE parted'
fill_database parted
psql -d parted -o /dev/null -c "SELECT replenish.partition_demand_history(months_ahead => 1)"
psql <<'SQL'
CREATE ROLE backup LOGIN BYPASSRLS;
GRANT pg_read_all_data TO backup;
CREATE ROLE restorer LOGIN IN ROLE replenish_owner;
CREATE ROLE half_blind LOGIN;
GRANT pg_read_all_data TO half_blind;
SQL

facts() { catalog_facts -d "$1" && row_facts -d "$1"; }
dump() { "$SERVER_BIN/pg_dump" "$@"; }
for database in postgres parted; do
    facts "$database" >"$CLUSTER/$database.facts"
    dump -d "$database" -F plain -f "$CLUSTER/plain"
    dump -d "$database" -U backup -F custom -f "$CLUSTER/custom"
    mkdir -p "$CLUSTER/directories" && rm -rf "$CLUSTER/directories/d"
    dump -d "$database" -F directory -j 2 -f "$CLUSTER/directories/d"
    for form in plain custom directory; do
        restored=${database}_$form
        psql -c "CREATE DATABASE $restored"
        case $form in
        plain) psql -d "$restored" -o /dev/null -f "$CLUSTER/plain" ;;
        custom) "$SERVER_BIN/pg_restore" --exit-on-error -d "$restored" "$CLUSTER/custom" ;;
        directory) "$SERVER_BIN/pg_restore" --exit-on-error -j 2 -d "$restored" "$CLUSTER/directories/d" ;;
        esac
        facts "$restored" >"$CLUSTER/$restored.facts"
        same "$database, $form dump" "$CLUSTER/$database.facts" "$CLUSTER/$restored.facts"
    done

    # By the owner: a superuser has put extension and roles in place, and puts the API there afterwards.
    psql -c "CREATE DATABASE ${database}_by_owner"
    psql -o /dev/null -d "${database}_by_owner" -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()'
    "$SERVER_BIN/pg_restore" -l "$CLUSTER/custom" |
        grep -vE 'replenish_(api|auth)| (EXTENSION|SCHEMA|COMMENT - (EXTENSION|SCHEMA)|ACL (- SCHEMA|replenish (FUNCTION|PROCEDURE))) ' >"$CLUSTER/list"
    "$SERVER_BIN/pg_restore" --exit-on-error -U restorer --role replenish_owner -L "$CLUSTER/list" \
        -d "${database}_by_owner" "$CLUSTER/custom"
    psql -o /dev/null -d "${database}_by_owner" -c 'SELECT replenish.install_api()'
    facts "${database}_by_owner" >"$CLUSTER/by_owner.facts"
    same "$database, restored by the owner" "$CLUSTER/$database.facts" "$CLUSTER/by_owner.facts"
done

# Whoever may not see every row gets an error, never a dump that looks whole.
for login in restorer half_blind; do
    if dump -U "$login" -n replenish -f "$CLUSTER/part" 2>"$CLUSTER/part.err"; then
        fail "$login dumped without the rows it may not see"
    fi
    grep -qE 'row-level security|permission denied' "$CLUSTER/part.err" || fail "$(cat "$CLUSTER/part.err")"
    echo "ok - a dump by $login fails: $(grep -m 1 -oE 'query would be.*|permission denied.*' "$CLUSTER/part.err")"
done
tests/server_log.sh "$CLUSTER/server.log"
