"""Checks 4, 6 and 10: no tenant, the catalog's own promises, and what leaks by design.

Seen to fail: each assertion is run again on a catalog with one mistake of its kind (MISTAKES), inside
a transaction that is rolled back, and has to find it.
"""

import re
import sys
from pathlib import Path

from catalog import SCHEMAS, product_roles, relations
from logins import Login, connect

# Procedures that COMMIT cannot have a SET clause; they and enter_tenant(), which sets it for them, qualify every name.
# current_tenant_id() runs no SQL: it reads a setting, once a query, and a SET clause would cost more than that.
UNPINNED = ["replenish.enter_tenant(uuid)", "replenish.current_tenant_id()"]
OURS = f"n.oid IN ({SCHEMAS})"

# Each must return no row. Name: query.
ASSERTIONS = {
    "row-level security is enabled and forced on every table and partition":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    "every table has a tenant_id that is not NULL, or is the list of migrations":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations' AND NOT EXISTS "
        f"(SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull)",
    "every table has the policy of its tenant, with USING and WITH CHECK by current_tenant_id()":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations' AND NOT EXISTS "
        f"(SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'tenant_isolation' AND p.polcmd = '*' AND p.polroles = '{{0}}' "
        f"AND pg_get_expr(p.polqual, p.polrelid) LIKE '%%tenant_id = ( SELECT replenish.current_tenant_id()%%' "
        f"AND pg_get_expr(p.polwithcheck, p.polrelid) = pg_get_expr(p.polqual, p.polrelid))",
    "no other policy lets rows through but the registry's for the batch role and the figures' for pg_monitor, which read":
        f"SELECT c.oid::regclass, p.polname FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND p.polname <> 'tenant_isolation' AND NOT (c.relname = 'schema_migrations' AND p.polname = 'every_step') "
        f"AND NOT (c.relname = 'tenants' AND p.polname = 'batch_sees_tenants' AND p.polcmd = 'r' AND p.polroles = ARRAY['replenish_batch'::regrole::oid]) "
        f"AND NOT (c.relname = 'job_metrics' AND p.polname = 'monitor_reads' AND p.polcmd = 'r' AND p.polroles = ARRAY['pg_monitor'::regrole::oid])",
    "every unique and exclusion key leads with tenant_id":
        f"SELECT i.indexrelid::regclass FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] "
        f"WHERE {OURS} AND (i.indisunique OR i.indisexclusion) AND c.relname <> 'schema_migrations' AND a.attname IS DISTINCT FROM 'tenant_id'",
    "every foreign key leads with tenant_id on both sides":
        f"SELECT k.conrelid::regclass, k.conname FROM pg_constraint AS k JOIN pg_namespace AS n ON n.oid = k.connamespace "
        f"JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1] "
        f"WHERE {OURS} AND k.contype = 'f' AND (a.attname <> 'tenant_id' OR b.attname <> 'tenant_id')",
    "PUBLIC may execute nothing that writes":
        f"SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} AND p.provolatile = 'v' "
        f"AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('public', p.oid, 'EXECUTE')",
    "PUBLIC has no privilege on any relation or schema":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS x WHERE {OURS} AND x.grantee = 0 "
        f"UNION ALL SELECT n.oid::regnamespace::oid::regclass FROM pg_namespace AS n, aclexplode(n.nspacl) AS x WHERE {OURS} AND x.grantee = 0",
    "every view runs with its caller's rights":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{{security_invoker=true}}', false)",
    "there is no materialized view, foreign table, rule or sequence":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE {OURS} AND c.relkind IN ('m', 'f', 'S') "
        f"UNION ALL SELECT r.ev_class::regclass FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE {OURS} AND r.rulename <> '_RETURN'",
    "no function is SECURITY DEFINER without a pinned search_path":
        f"SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} AND p.prosecdef "
        f"AND NOT coalesce(p.proconfig::text LIKE '%%search_path=%%', false)",
    "no function of the tables' schema is SECURITY DEFINER":
        "SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.pronamespace = 'replenish'::regnamespace AND p.prosecdef",
    "every function that runs SQL pins its search_path, with pg_temp last":
        f"SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang "
        f"WHERE {OURS} AND p.prokind = 'f' AND (l.lanname IN ('sql', 'plpgsql') OR p.provolatile <> 'i') AND p.prosqlbody IS NULL "
        f"AND p.oid::regprocedure::text <> ALL (ARRAY{UNPINNED}) "
        f"AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS s WHERE s ~ '^search_path=pg_catalog(,.*)?, pg_temp$')",
    "no function is LEAKPROOF":
        f"SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} AND p.proleakproof",
    "no role of the product is superuser, bypasses row-level security, replicates or makes roles":
        "SELECT rolname FROM pg_roles WHERE rolname ~ '^replenish_' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
    "the tenant setting belongs to superusers and to those it was granted to":
        "SELECT name FROM pg_settings WHERE name = 'app.current_tenant_id' AND context <> 'superuser' "
        "UNION ALL SELECT grantee::regrole::text FROM pg_parameter_acl, aclexplode(paracl) WHERE parname = 'app.current_tenant_id' "
        "AND grantee <> 10 AND grantee::regrole::text !~ '^replenish_(batch|tenant_chooser|authenticator)$'",
    "no relation of the product belongs to a superuser":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_roles AS r ON r.oid = c.relowner "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p', 'v') AND r.rolsuper",
}

# One mistake of each kind, in the order of the assertions.
MISTAKES = [
    "ALTER TABLE replenish.vendors NO FORCE ROW LEVEL SECURITY",
    "CREATE TABLE replenish.more (tenant_id uuid)",
    "ALTER POLICY tenant_isolation ON replenish.vendors WITH CHECK (true)",
    "CREATE POLICY more ON replenish.vendors USING (true)",
    "CREATE UNIQUE INDEX ON replenish.vendors (vendor_code)",
    "ALTER TABLE replenish.vendors ADD UNIQUE (vendor_id); ALTER TABLE replenish.materials ADD FOREIGN KEY (preferred_vendor_id) REFERENCES replenish.vendors (vendor_id) NOT VALID",
    "GRANT EXECUTE ON FUNCTION replenish.lock_facility(uuid, uuid) TO PUBLIC",
    "GRANT SELECT ON replenish.vendors TO PUBLIC",
    "ALTER VIEW replenish.daily_demand_summary SET (security_invoker = false)",
    "CREATE MATERIALIZED VIEW replenish.frozen AS SELECT 1 AS one",
    "ALTER FUNCTION replenish.current_tenant_id() SECURITY DEFINER",
    "ALTER FUNCTION replenish.current_tenant_id() SECURITY DEFINER SET search_path = pg_catalog, pg_temp",
    "ALTER FUNCTION replenish.assert_tenant(uuid) RESET search_path",
    "ALTER FUNCTION replenish.current_tenant_id() LEAKPROOF",
    "ALTER ROLE replenish_owner BYPASSRLS",
    "GRANT SET ON PARAMETER app.current_tenant_id TO replenish_reader",
    "ALTER TABLE replenish.vendors OWNER TO postgres",
]


def assertions(superuser):
    for name, query in ASSERTIONS.items():
        found = superuser.execute(query.replace("%%", "%")).fetchall()
        if found:
            sys.exit(f"not so: {name}: {found}")
        print(f"ok - {name}")
    for (name, query), mistake in zip(ASSERTIONS.items(), MISTAKES, strict=True):
        superuser.execute("BEGIN")
        superuser.execute(mistake)
        found = superuser.execute(query.replace("%%", "%")).fetchall()
        superuser.execute("ROLLBACK")
        if not found:
            sys.exit(f"{mistake} was not noticed by: {name}")
    print(f"ok - each of them notices a mistake of its kind ({len(MISTAKES)})")


def no_tenant(superuser):
    """Check 4: none, empty, or not a uuid: no rows anywhere, for every role and relation."""
    looked = 0
    for role in [*product_roles(superuser), None]:
        user = f"in_{role}" if role else "in_none"
        superuser.execute(f"ALTER ROLE {user} RESET app.current_tenant_id")
        for setting in ("", "-c app.current_tenant_id="):
            try:
                login = Login(user, options=setting)
            except Exception as error:
                if "permission denied to set parameter" in str(error):
                    continue
                raise
            for relation in relations(superuser):
                if not relation.tenant_column:
                    continue
                _, heard, rows = login.run(f"SELECT * FROM {relation.name}")
                looked += 1
                registry = relation.name.endswith(".tenants") and superuser.execute(
                    "SELECT pg_has_role(%s, 'replenish_batch', 'USAGE')", (user,)).fetchone()[0]
                if rows and not registry:
                    sys.exit(f"{user} sees {rows} rows of {relation.name} without a tenant: {heard[:300]}")
            login.close()
    for bad in ("acme", "00000000-0000-0000-0000-00000000000", "' OR true --", "*", "NULL", "a" * 5000):
        state, _, _ = Login("postgres").run(f"SET app.current_tenant_id = '{bad.replace(chr(39), chr(39) * 2)}'")
        if state != "22023":
            sys.exit(f"tenant {bad[:40]!r} gave {state} instead of 22023")
    print(f"ok - no tenant, an empty one or none that is a uuid: 0 rows in {looked} looks")


def volumes(superuser):
    """Check 10: what a tenant can learn of others is the documented list, neither more nor less."""
    superuser.execute("ALTER ROLE in_replenish_reader SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000'")
    login = Login("in_replenish_reader")
    looks = {
        "table sizes": "SELECT pg_relation_size('{rel}')",
        "pg_class.reltuples and relpages": "SELECT reltuples, relpages FROM pg_class WHERE oid = '{rel}'::regclass",
        "pg_stat_all_tables": "SELECT n_live_tup, n_tup_ins FROM pg_stat_all_tables WHERE relid = '{rel}'::regclass",
        "pg_stat_all_indexes": "SELECT sum(idx_scan), sum(idx_tup_read) FROM pg_stat_all_indexes WHERE relid = '{rel}'::regclass",
        "planner estimates": "EXPLAIN SELECT * FROM {rel}",
        "rows removed by filter": "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF) SELECT * FROM {rel} WHERE tenant_id::text <> 'x'",
        "ctid of own rows": "SELECT max(ctid::text) FROM {rel}",
        "pg_stats": "SELECT n_distinct, most_common_freqs FROM pg_stats WHERE schemaname || '.' || tablename = '{rel}'",
        "pg_stats_ext": "SELECT n_distinct::text FROM pg_stats_ext WHERE schemaname || '.' || tablename = '{rel}'",
        "pg_locks": "SELECT count(*) FROM pg_locks AS l WHERE l.relation = '{rel}'::regclass AND l.pid <> pg_backend_pid()",
        "pg_stat_activity": "SELECT count(*) FROM pg_stat_activity WHERE usename = 'canary_login'",
        "query texts of others": "SELECT query FROM pg_stat_activity WHERE usename = 'canary_login' AND query LIKE '%vendors%'",
        "LISTEN replenish_alerts": "LISTEN replenish_alerts",
        "counts": "SELECT count(*) FROM {rel}",
    }
    tables = [r.name for r in relations(superuser) if r.kind in "rp" and r.tenant_column]

    def look():
        for table in tables:
            superuser.execute(f"ANALYZE {table}")
        superuser.execute("SELECT pg_stat_force_next_flush()")
        seen = {name: [login.run(query.format(rel=t))[1] for t in tables] for name, query in looks.items()}
        seen["LISTEN replenish_alerts"] = [n.payload for n in login.connection.notifies(timeout=0.2)]
        return seen

    before = look()
    # B grows in one table; nothing of A changes.
    superuser.execute("""INSERT INTO replenish.vendors (tenant_id, vendor_id, vendor_code, vendor_name)
        SELECT 'ca9a47ee-b000-4000-8000-000000000000', gen_random_uuid(), 'CANARY' || i, repeat('CANARY', 20) FROM generate_series(1, 5000) AS i""")
    superuser.execute("SELECT replenish.notify_alert('ca9a47ee-b000-4000-8000-000000000000', 'JOB_FAILED', 'opened')")
    superuser.execute("SET enable_seqscan = off")
    superuser.execute("SELECT count(vendor_name) FROM replenish.vendors WHERE tenant_id = 'ca9a47ee-b000-4000-8000-000000000000'")
    other = Login("canary_login")
    other.run("BEGIN")
    other.run("SELECT count(*) FROM replenish.vendors")
    after = look()
    other.close()
    superuser.execute("DELETE FROM replenish.vendors WHERE vendor_code ~ '^CANARY[0-9]+$' AND tenant_id = 'ca9a47ee-b000-4000-8000-000000000000'")
    seen = {name for name in looks if before[name] != after[name]}
    documented = set(re.findall(r"^\| `([^`]+)` \|", section(Path("docs/security.md").read_text(), "What row-level security does not hide"), re.M))
    if seen != documented:
        sys.exit(f"leaks that docs/security.md does not list: {seen - documented}; listed but not seen: {documented - seen}")
    print(f"ok - what shows of another tenant's growth is what docs/security.md lists: {', '.join(sorted(seen))}")


def section(text, title):
    return re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)


if __name__ == "__main__":
    connection = connect()
    assertions(connection)
    no_tenant(connection)
    volumes(connection)
