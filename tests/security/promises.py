"""Check 6: the catalog's own promises.

Seen to fail: each assertion is run again on a catalog with one mistake of its kind (MISTAKES), inside
a transaction that is rolled back, and has to find it.
"""

import sys

import psycopg

from catalog import SCHEMAS, routines
from logins import connect
from siege import A
from values import World, call, plain

# Procedures that COMMIT cannot have a SET clause; they and enter_tenant(), which sets it for them, qualify every name.
# current_tenant_id() runs no SQL: it reads a setting, once a query, and a SET clause would cost more than that.
UNPINNED = ["replenish.enter_tenant(uuid)", "replenish.current_tenant_id()"]
OURS = f"n.oid IN ({SCHEMAS})"
# What changes something, as a word of a function's body without its literals and comments.
WRITES = r"\y(INSERT INTO|UPDATE [a-z_.]+ |DELETE FROM|MERGE INTO|TRUNCATE|CREATE|ALTER|DROP|GRANT|REVOKE|NOTIFY|pg_notify|set_config|pg_advisory\w*|LOCK TABLE)\y"
# Who is in whom: nobody else may become another role of the product.
MEMBERSHIPS = ["replenish_night in replenish_batch", "replenish_batch in replenish_writer", "replenish_writer in replenish_reader",
               "replenish_api_user in replenish_writer", "replenish_authenticator in replenish_anonymous", "replenish_authenticator in replenish_api_user"]

# The one compiled function that writes, marked as if it did not.
CHUNK = "replenish.forecast_chunk(uuid, uuid[], date, integer, text, text)"
DISGUISED = f"ALTER FUNCTION {CHUNK} STABLE; GRANT EXECUTE ON FUNCTION {CHUNK} TO PUBLIC"
DISGUISED_NO_MORE = f"ALTER FUNCTION {CHUNK} VOLATILE; REVOKE EXECUTE ON FUNCTION {CHUNK} FROM PUBLIC"

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
    # By its mark, or by its text: who forgot the mark forgot it here too. What is neither is called below.
    "PUBLIC may execute nothing that is volatile, writes or sets":
        f"SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE {OURS} "
        f"AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('public', p.oid, 'EXECUTE') AND (p.provolatile = 'v' "
        f"OR regexp_replace(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc), $$'[^']*'|--[^\n]*$$, '', 'g') ~* '{WRITES}')",
    "PUBLIC has no privilege on any relation, column or schema":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace, aclexplode(c.relacl) AS x WHERE {OURS} AND x.grantee = 0 "
        f"UNION ALL SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid, aclexplode(a.attacl) AS x "
        f"WHERE {OURS} AND x.grantee = 0 "
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
    "the product's roles are in each other as documented, without the right to pass it on":
        f"SELECT m.member::regrole, m.roleid::regrole FROM pg_auth_members AS m WHERE m.member::regrole::text ~ '^replenish_' "
        f"AND (m.admin_option OR m.member::regrole || ' in ' || m.roleid::regrole <> ALL (ARRAY{MEMBERSHIPS}))",
    "the tenant setting belongs to superusers and to those it was granted to":
        "SELECT name FROM pg_settings WHERE name = 'app.current_tenant_id' AND context <> 'superuser' "
        "UNION ALL SELECT grantee::regrole::text FROM pg_parameter_acl, aclexplode(paracl) WHERE parname = 'app.current_tenant_id' "
        "AND grantee <> 10 AND grantee::regrole::text !~ '^replenish_(batch|tenant_chooser|authenticator)$'",
    "no relation of the product belongs to a superuser":
        f"SELECT c.oid::regclass FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_roles AS r ON r.oid = c.relowner "
        f"WHERE {OURS} AND c.relkind IN ('r', 'p', 'v') AND r.rolsuper",
}

# Mistakes of each kind, in the order of the assertions; partitions are tables like others.
MISTAKES = [
    ["ALTER TABLE replenish.vendors NO FORCE ROW LEVEL SECURITY", "ALTER TABLE replenish.demand_history_other NO FORCE ROW LEVEL SECURITY",
     "ALTER TABLE replenish.demand_history_2025_02 DISABLE ROW LEVEL SECURITY"],
    "CREATE TABLE replenish.more (tenant_id uuid)",
    ["ALTER POLICY tenant_isolation ON replenish.vendors WITH CHECK (true)", "DROP POLICY tenant_isolation ON replenish.demand_history_other"],
    ["CREATE POLICY more ON replenish.vendors USING (true)", "CREATE POLICY more ON replenish.demand_history_2025_02 FOR SELECT USING (true)"],
    "CREATE UNIQUE INDEX ON replenish.vendors (vendor_code)",
    "ALTER TABLE replenish.vendors ADD UNIQUE (vendor_id); ALTER TABLE replenish.materials ADD FOREIGN KEY (preferred_vendor_id) REFERENCES replenish.vendors (vendor_id) NOT VALID",
    ["GRANT EXECUTE ON FUNCTION replenish.lock_facility(uuid, uuid) TO PUBLIC",
     "GRANT EXECUTE ON FUNCTION replenish.lock_facility(uuid, uuid) TO PUBLIC; ALTER FUNCTION replenish.lock_facility(uuid, uuid) STABLE",
     "GRANT EXECUTE ON FUNCTION replenish.notify_alert(uuid, text, text) TO PUBLIC; ALTER FUNCTION replenish.notify_alert(uuid, text, text) IMMUTABLE"],
    ["GRANT SELECT ON replenish.vendors TO PUBLIC", "GRANT SELECT ON replenish.demand_history_other TO PUBLIC",
     "GRANT SELECT (vendor_code) ON replenish.vendors TO PUBLIC", "GRANT CREATE ON SCHEMA replenish TO PUBLIC"],
    "ALTER VIEW replenish.daily_demand_summary SET (security_invoker = false)",
    "CREATE MATERIALIZED VIEW replenish.frozen AS SELECT 1 AS one",
    "ALTER FUNCTION replenish.current_tenant_id() SECURITY DEFINER",
    "ALTER FUNCTION replenish.current_tenant_id() SECURITY DEFINER SET search_path = pg_catalog, pg_temp",
    "ALTER FUNCTION replenish.assert_tenant(uuid) RESET search_path",
    "ALTER FUNCTION replenish.current_tenant_id() LEAKPROOF",
    "ALTER ROLE replenish_owner BYPASSRLS",
    ["GRANT replenish_owner TO replenish_batch", "GRANT replenish_writer TO replenish_api_user WITH ADMIN OPTION", "GRANT pg_read_all_data TO replenish_reader"],
    "GRANT SET ON PARAMETER app.current_tenant_id TO replenish_reader",
    "ALTER TABLE replenish.vendors OWNER TO postgres",
]


def assertions(superuser):
    for name, query in ASSERTIONS.items():
        found = superuser.execute(query.replace("%%", "%")).fetchall()
        if found:
            sys.exit(f"not so: {name}: {found}")
        print(f"ok - {name}")
    made = 0
    for (name, query), mistakes in zip(ASSERTIONS.items(), MISTAKES, strict=True):
        for mistake in mistakes if isinstance(mistakes, list) else [mistakes]:
            superuser.execute("BEGIN")
            superuser.execute(mistake)
            found = superuser.execute(query.replace("%%", "%")).fetchall()
            superuser.execute("ROLLBACK")
            made += 1
            if not found:
                sys.exit(f"{mistake} was not noticed by: {name}")
    print(f"ok - each of them notices a mistake of its kind ({made})")


def wrote(superuser, only=None):
    """Routines that PUBLIC may execute and that, called by a superuser who works for A, took a transaction id: they wrote.

    Compiled functions have no text to read, and may write whatever their mark says.
    """
    found, answered = [], 0
    public = {oid for (oid,) in superuser.execute("SELECT oid FROM pg_proc WHERE has_function_privilege('public', oid, 'EXECUTE')")}
    for routine in routines(superuser):
        if routine.oid not in public or routine.kind == "p" or "internal" in [t for _, t in routine.arguments] or (only and routine.name != only):
            continue
        superuser.execute("BEGIN")
        superuser.execute(f"SET LOCAL app.current_tenant_id = '{A}'")
        try:
            superuser.execute(call(routine, [plain(*a, World()) for a in routine.arguments])).fetchall()
            answered += 1
            if superuser.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()[0] is not None:
                found.append(routine.signature)
        except psycopg.Error:
            pass  # Refused, whatever it was about to do.
        superuser.execute("ROLLBACK")
    return found, answered


def writers(superuser):
    found, answered = wrote(superuser)
    if found:
        sys.exit(f"PUBLIC may execute {found}, which write")
    # 130 answer today; without answers nothing was tried.
    if answered < 100:
        sys.exit(f"only {answered} of PUBLIC's functions answered")
    superuser.execute(DISGUISED)
    try:
        noticed, _ = wrote(superuser, "replenish.forecast_chunk")
    finally:
        superuser.execute(DISGUISED_NO_MORE)
    if not noticed:
        sys.exit(f"{DISGUISED} was not noticed")
    print(f"ok - none of PUBLIC's functions writes ({answered} called), and one that does is noticed")


if __name__ == "__main__":
    connection = connect()
    assertions(connection)
    writers(connection)
