#!/usr/bin/env bash
# The look into the server's log finds what it looks for: each fault is made here, and has to show.
# Seen to fail: with the look that searched for XX000 in lines that had no SQLSTATE, an internal error passed.
source "$(dirname "$0")/../../pgrx-config/cluster.sh"

start_cluster
clean() { tests/server_log.sh "$CLUSTER/server.log" "$@" >/dev/null 2>&1; }
clean || fail "the log of a new cluster is not clean"
# shows WHAT LINE COMMAND …: what the command does is found, unless the line is explained, and nothing of it stays.
shows() {
    local what=$1 explained=$2
    shift 2
    cp "$CLUSTER/server.log" "$CLUSTER/former"
    "$@" >/dev/null 2>&1 || true
    if clean; then fail "$what does not show in the server's log"; fi
    clean "$explained" || fail "$what cannot be explained"
    cp "$CLUSTER/former" "$CLUSTER/server.log"
    echo "ok - $what shows"
}
raise() { psql -c "DO \$\$ BEGIN RAISE EXCEPTION 'broken on demand' USING ERRCODE = '$1'; END \$\$"; }
# By name, so that the SQLSTATE is not in the statement, which the log repeats.
shows XX000 'XX000 ERROR:  broken on demand' raise internal_error
shows XX001 'XX001 ERROR:  broken on demand' raise data_corrupted
shows XX002 'XX002 ERROR:  broken on demand' raise index_corrupted
shows "a backtrace" 'stack backtrace' psql -c "DO \$\$ BEGIN RAISE WARNING 'stack backtrace:'; END \$\$"
shows "a panicked model" 'panicked at' psql -c "DO \$\$ BEGIN RAISE WARNING 'thread panicked at x'; END \$\$"
shows "a series of which a model panicked" 'in an unforeseen way' psql -c "DO \$\$ BEGIN RAISE WARNING 'a model failed in an unforeseen way on this series'; END \$\$"
# What is no internal error is none, whatever it says.
raise 22023 2>/dev/null || true
psql -c "SELECT 'XX000'::integer" 2>/dev/null || true
clean || fail "an ordinary error is taken for an internal one"
crash() {
    psql -c "COPY (SELECT pg_backend_pid()) TO '$CLUSTER/data/victim'" -c 'SELECT pg_sleep(60)' &
    until [ -s "$CLUSTER/data/victim" ]; do sleep 0.05; done
    kill -SEGV "$(cat "$CLUSTER/data/victim")"
    wait $! || true
    # Its client hears of the end before the postmaster does.
    until grep -q 'terminated by signal 11' "$CLUSTER/server.log"; do sleep 0.05; done
    until psql -c 'SELECT 1'; do sleep 0.1; done
}
shows "a crash" 'terminated by signal 11' crash
sed -E 's/(\[[0-9]+\]) [0-9A-Z]{5} /\1 /' "$CLUSTER/server.log" >"$CLUSTER/former"
cp "$CLUSTER/former" "$CLUSTER/server.log"
if clean; then fail "a log without SQLSTATEs is taken for a clean one"; fi
echo "ok - a log whose lines carry no SQLSTATE is refused"
