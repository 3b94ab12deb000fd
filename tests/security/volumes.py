"""Check 10: what a tenant can learn of others is the list in docs/security.md, neither more nor less.

Seen to fail: with each mistake of CARELESS, and with that document short of a line (the last steps do both).
"""

import re
import sys
from pathlib import Path

from catalog import relations
from logins import Login, connect
from siege import A, B, B_LOGIN, FACILITY

# Name as in the document: a query for each table. What it answers before and after B grew is compared.
LOOKS = {
    "table sizes": "SELECT pg_relation_size('{rel}')",
    "pg_class.reltuples and relpages": "SELECT reltuples, relpages FROM pg_class WHERE oid = '{rel}'::regclass",
    "pg_stat_all_tables": "SELECT n_live_tup, n_tup_ins FROM pg_stat_all_tables WHERE relid = '{rel}'::regclass",
    "pg_stat_all_indexes": "SELECT sum(idx_scan), sum(idx_tup_read) FROM pg_stat_all_indexes WHERE relid = '{rel}'::regclass",
    "planner estimates": "EXPLAIN SELECT * FROM {rel}",
    "rows removed by filter": "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) SELECT * FROM {rel} WHERE tenant_id::text <> 'x'",
    "ctid of own rows": "SELECT max(ctid::text) FROM {rel}",
    "xmin of own rows": "SELECT max(xmin::text) FROM {rel}",
    "pg_stats": "SELECT n_distinct, most_common_freqs FROM pg_stats WHERE schemaname || '.' || tablename = '{rel}'",
    "pg_stats_ext": "SELECT n_distinct::text FROM pg_stats_ext WHERE schemaname || '.' || tablename = '{rel}'",
    "counts": "SELECT count(*) FROM {rel}",
    "pg_locks": "SELECT count(*) FROM pg_locks AS l WHERE l.relation = '{rel}'::regclass AND l.pid <> pg_backend_pid()",
}
# Likewise, once.
GENERAL_LOOKS = {
    "advisory locks": "SELECT classid, objid, objsubid, mode FROM pg_locks WHERE locktype = 'advisory' ORDER BY 1, 2, 3, 4",
    "pg_stat_activity": f"SELECT application_name FROM pg_stat_activity WHERE usename = '{B_LOGIN}' AND application_name = 'CANARY'",
    "query texts of others": f"SELECT query FROM pg_stat_activity WHERE usename = '{B_LOGIN}' AND query <> '<insufficient privilege>'",
    "state and address of others": f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{B_LOGIN}' AND concat(state, client_addr, client_port, xact_start, query_start, backend_xmin) <> ''",
    "pg_prepared_xacts": "SELECT gid, owner FROM pg_prepared_xacts",
    "pg_roles and pg_db_role_setting": "SELECT rolname, rolconfig FROM pg_roles WHERE rolname !~ '^(pg_|in_)' ORDER BY 1",
    "password hashes": "SELECT usename, passwd FROM pg_shadow",
    "prepared statements and cursors of others": "SELECT (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors WHERE name <> '')",
    "pg_cron's jobs": "SELECT * FROM cron.job",
}
# Counters that never stand still: shown if B's work moves them by at least so much more than an idle moment.
COUNTERS = {
    "WAL position": ("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn", 500_000),
    "transaction ids": ("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint", 20),
    "pg_stat_database": ("SELECT tup_inserted FROM pg_stat_database WHERE datname = current_database()", 5_000),
    "database size": ("SELECT pg_database_size(current_database())", 500_000),
}
LISTEN = "LISTEN replenish_alerts"
# (what shows then, the mistake, how it is taken back)
CARELESS = [
    ({"counts"}, "CREATE POLICY careless ON replenish.vendors FOR SELECT USING (true)", "DROP POLICY careless ON replenish.vendors"),
    ({"query texts of others", "state and address of others"}, "GRANT pg_read_all_stats TO in_replenish_reader", "REVOKE pg_read_all_stats FROM in_replenish_reader"),
    ({"password hashes"}, "GRANT SELECT ON pg_shadow TO in_replenish_reader", "REVOKE SELECT ON pg_shadow FROM in_replenish_reader"),
]
CARELESS_CRON = ({"pg_cron's jobs"}, "CREATE POLICY careless ON cron.job FOR SELECT USING (true)", "DROP POLICY careless ON cron.job")


def has_cron(superuser):
    return superuser.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_cron'").fetchone()[0]


def number(login, query):
    _, heard, _ = login.run(query)
    return float(heard) if re.fullmatch(r"[\d.]+", heard.strip()) else 0.0


def grow(superuser, statements):
    """B works: twenty transactions, as its own login and by the indexes."""
    other = Login(B_LOGIN, application_name="CANARY")
    for turn in range(20):
        other.run("INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name) "
                  f"SELECT '{B}', gen_random_uuid(), 'CANARY' || i, repeat('CANARY', 20) FROM generate_series({turn * 250 + 1}, {turn * 250 + 250}) AS i")
    other.run("SET enable_seqscan = off")
    other.run("SELECT count(vendor_name) FROM replenish.vendors")
    superuser.execute("SELECT replenish.notify_alert(%s, 'JOB_FAILED', 'opened')", (B,))
    for statement in statements:
        state, heard, _ = other.run(statement)
        if state:
            sys.exit(f"B could not {statement}: {heard}")
    return other


def what_shows(superuser):
    """Names of the looks that tell A that B has grown."""
    superuser.execute(f"ALTER ROLE in_replenish_reader SET app.current_tenant_id = '{A}'")
    login = Login("in_replenish_reader")
    login.run(LISTEN)
    tables = [r.name for r in relations(superuser) if r.kind in "rp" and r.tenant_column]

    def look():
        for table in tables:
            superuser.execute(f"ANALYZE {table}")
        superuser.execute("SELECT pg_stat_force_next_flush()")
        seen = {name: [login.run(query.format(rel=t))[1] for t in tables] for name, query in LOOKS.items()}
        seen |= {name: login.run(query)[1] for name, query in GENERAL_LOOKS.items()}
        seen[LISTEN] = [n.payload for n in login.connection.notifies(timeout=0.2)]
        return seen

    def counters():
        superuser.execute("SELECT pg_stat_force_next_flush()")
        return {name: number(login, query) for name, (query, _) in COUNTERS.items()}

    before = look()
    idle = counters(), counters()
    other = grow(superuser, [])
    other.run("SELECT pg_stat_force_next_flush()")
    busy = counters()
    newcomer = f"{B_LOGIN}_new"
    if has_cron(superuser):
        # At an hour that never comes.
        other.run("SELECT cron.schedule('canary', '0 0 31 2 *', 'SELECT 1')")
    superuser.execute(f"CREATE ROLE {newcomer} LOGIN PASSWORD 'canary'; ALTER ROLE {newcomer} SET app.current_tenant_id = '{B}'")
    # Something that lasts while A looks: a transaction that waits for its commit, one that is open, a night's lock.
    for statement in ("BEGIN", "SELECT count(*) FROM replenish.vendors", "PREPARE TRANSACTION 'canary'", "PREPARE secret AS SELECT 1",
                      "DECLARE secret CURSOR WITH HOLD FOR SELECT 1", "BEGIN", "SELECT count(*) FROM replenish.vendors",
                      f"SELECT replenish.lock_facility('{B}', '{FACILITY}')"):
        other.run(statement)
    try:
        after = look()
    finally:
        other.close()
        superuser.execute("ROLLBACK PREPARED 'canary'")
        superuser.execute(f"DROP ROLE {newcomer}")
        if has_cron(superuser):
            superuser.execute("DELETE FROM cron.job WHERE jobname = 'canary'")
        superuser.execute("DELETE FROM replenish.vendors WHERE vendor_code ~ '^CANARY[0-9]+$' AND tenant_id = %s", (B,))
        login.close()
    seen = {name for name in before if before[name] != after[name]}
    for name, (_, least) in COUNTERS.items():
        if idle[1][name] - idle[0][name] >= least:
            sys.exit(f"{name} moves by {idle[1][name] - idle[0][name]} while nobody works")
        if busy[name] - idle[1][name] >= least:
            seen.add(name)
    return seen


def documented(text):
    section = re.search(r"^## What row-level security does not hide$(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.M))


def difference(seen, text):
    listed = documented(text)
    return "; ".join(filter(None, (f"docs/security.md does not list {sorted(seen - listed)}" if seen - listed else "",
                                   f"listed but not seen: {sorted(listed - seen)}" if listed - seen else "")))


def volumes(superuser):
    text = Path("docs/security.md").read_text()
    seen = what_shows(superuser)
    if difference(seen, text):
        sys.exit(difference(seen, text))
    print(f"ok - what shows of another tenant's growth is what docs/security.md lists: {', '.join(sorted(seen))}")
    careless = CARELESS + [CARELESS_CRON] * has_cron(superuser)
    for _, mistake, _ in careless:
        superuser.execute(mistake)
    try:
        also = what_shows(superuser) - seen
    finally:
        for _, _, undo in careless:
            superuser.execute(undo)
    for names, mistake, _ in careless:
        if not names <= also:
            sys.exit(f"{mistake}: {sorted(names - also)} was not noticed")
    for name in documented(text):
        if not difference(seen, text.replace(f"| `{name}` |", "| gone |")):
            sys.exit(f"a list without {name} was not noticed")
    print(f"ok - and notices {len(careless)} mistakes, and a list that is short of a line ({len(documented(text))})")


if __name__ == "__main__":
    volumes(connect())
