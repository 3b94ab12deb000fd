#!/usr/bin/env bash
# Check 36: pg_dump and restore into a fresh database: rows, policies, grants, owners and FORCE come back, from one
# table of demand and from a partitioned one, plain, custom and parallel, each restored by a superuser and by the
# owner of the tables. A backup role makes the custom dump.
# Seen to fail: with a table that is a member of the extension, which a dump leaves out (LIFECYCLE_VARIANT="ALTER
# EXTENSION pg_replenish ADD TABLE replenish.vendors"), and with each loss of its last part, in every run.
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
# By a superuser, into an empty database.
by_superuser() { # database, form
    case $2 in
    plain) psql -d "$1" -o /dev/null -f "$CLUSTER/plain" ;;
    custom) "$SERVER_BIN/pg_restore" --exit-on-error -d "$1" "$CLUSTER/custom" ;;
    # All in one go a partitioned table's foreign keys may come before the rows of a partition, which grants come after.
    parallel) for section in pre-data data post-data; do "$SERVER_BIN/pg_restore" --exit-on-error -j 2 --section="$section" -d "$1" "$CLUSTER/directories/d"; done ;;
    esac
}
# By the owner: a superuser has put extension and roles in place, and puts the API there afterwards. An archive
# leaves out what is not the owner's. A plain dump cannot: psql is refused those statements and nothing else.
by_owner() { # database, form
    local archive=$CLUSTER/custom
    psql -o /dev/null -d "$1" -c 'CREATE EXTENSION pg_replenish' -c 'SELECT replenish.create_roles()'
    if [ "$2" = plain ]; then
        PGOPTIONS="$PGOPTIONS -c role=replenish_owner" "$SERVER_BIN/psql" -X -q -U restorer -d "$1" -o /dev/null -f "$CLUSTER/plain" 2>"$CLUSTER/errors"
        if grep ERROR "$CLUSTER/errors" | grep -vE "schema \"replenish_(api|auth)\" does not exist|must be owner of extension pg_replenish|permission denied for (database $1|function .*)\$"; then
            fail "the owner is refused more than what is not the owner's"
        fi
    else
        if [ "$2" = parallel ]; then archive=$CLUSTER/directories/d; fi
        "$SERVER_BIN/pg_restore" -l "$archive" |
            grep -vE 'replenish_(api|auth)| (EXTENSION|SCHEMA|COMMENT - (EXTENSION|SCHEMA)|ACL (- SCHEMA|replenish (FUNCTION|PROCEDURE))) ' >"$CLUSTER/list"
        as_owner() { "$SERVER_BIN/pg_restore" --exit-on-error -U restorer --role replenish_owner -L "$CLUSTER/list" "$@" "$archive"; }
        if [ "$2" = custom ]; then
            as_owner -d "$1"
        else
            # Rows in parallel, what comes after them in order: in parallel a table's foreign key may come after its
            # row-level security, which keeps its owner from checking the key, and the restore ends with an error.
            as_owner -d "$1" --section=pre-data
            as_owner -d "$1" --section=data -j 2
            as_owner -d "$1" --section=post-data
        fi
    fi
    psql -o /dev/null -d "$1" -c 'SELECT replenish.install_api()'
}
cells=0
for database in postgres parted; do
    facts "$database" >"$CLUSTER/$database.facts"
    dump -d "$database" -F plain -f "$CLUSTER/plain"
    dump -d "$database" -U backup -F custom -f "$CLUSTER/custom"
    mkdir -p "$CLUSTER/directories" && rm -rf "$CLUSTER/directories/d"
    dump -d "$database" -F directory -j 2 -f "$CLUSTER/directories/d"
    for form in plain custom parallel; do
        for restorer in superuser owner; do
            psql -c "CREATE DATABASE restored"
            "by_$restorer" restored "$form"
            facts restored >"$CLUSTER/restored.facts"
            same "$database, $form dump, restored by the $restorer" "$CLUSTER/$database.facts" "$CLUSTER/restored.facts"
            psql -c "DROP DATABASE restored"
            cells=$((cells + 1))
        done
    done
done
[ "$cells" = 12 ] || fail "$cells restores instead of 12"

# The comparison sees whatever a restore could lose.
psql -c 'CREATE DATABASE restored'
by_superuser restored custom
facts restored >"$CLUSTER/former"
for loss in 'ALTER TABLE replenish.vendors NO FORCE ROW LEVEL SECURITY' 'DROP POLICY tenant_isolation ON replenish.vendors' \
    'REVOKE SELECT ON replenish.vendors FROM replenish_reader' 'ALTER TABLE replenish.vendors OWNER TO postgres' \
    'DELETE FROM replenish.forecast_overrides'; do
    psql -d restored -c "$loss"
    facts restored >"$CLUSTER/present"
    if cmp -s "$CLUSTER/former" "$CLUSTER/present"; then fail "would not show: $loss"; fi
    echo "ok - would show: $loss"
    mv "$CLUSTER/present" "$CLUSTER/former"
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
