"""BI clients: plain SQL by psycopg, the catalog as JDBC drivers read it, the queries of docs/bi.md.

libpq's variables say where the cluster is; it holds tests/api/fixture.psql.
Seen to fail: with a policy USING (true) on facilities, with GRANT SET ON PARAMETER app.current_tenant_id TO
replenish_reader, and with a view's and a column's comment taken away (API_VARIANT, see tests/api.sh).
"""

import re
import sys
import traceback
from pathlib import Path

import psycopg

TENANT = "aaaaaaaa-0000-4000-8000-000000000000"
DOCS = Path(__file__).parents[2] / "docs" / "bi.md"

# What a JDBC driver asks for getTables, getColumns, getPrimaryKeys and getImportedKeys.
TABLES = """
    SELECT c.relname AS table_name, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS table_type,
        d.description AS remarks
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
    LEFT JOIN pg_catalog.pg_description AS d
        ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 'pg_catalog.pg_class'::regclass
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v') AND has_table_privilege(c.oid, 'SELECT')
"""
COLUMNS = """
    SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS type_name,
        d.description AS remarks
    FROM pg_catalog.pg_namespace AS n
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_catalog.pg_description AS d
        ON d.objoid = c.oid AND d.objsubid = a.attnum AND d.classoid = 'pg_catalog.pg_class'::regclass
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v')
    ORDER BY c.relname, a.attnum
"""
PRIMARY_KEYS = """
    SELECT c.relname AS table_name, array_agg(a.attname::text ORDER BY k.position) AS columns
    FROM pg_catalog.pg_index AS i
    JOIN pg_catalog.pg_class AS c ON c.oid = i.indrelid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, position)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
    WHERE n.nspname = %s AND i.indisprimary AND k.position <= i.indnkeyatts
    GROUP BY c.relname
"""
IMPORTED_KEYS = """
    SELECT f.relname AS fk_table, p.relname AS pk_table
    FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_class AS f ON f.oid = k.conrelid
    JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = %s::regnamespace
"""


def rows(connection, query, *values):
    return connection.execute(query, values or None).fetchall()


def views_have_comments_and_plain_types(bi):
    """JDBC sees every view of the API with words on it and on each column."""
    tables = {name: (kind, remarks) for name, kind, remarks in rows(bi, TABLES, "replenish_api")}
    assert len(tables) >= 17, sorted(tables)
    assert all(kind == "VIEW" and remarks for kind, remarks in tables.values()), tables
    columns = rows(bi, COLUMNS, "replenish_api")
    wordless = [f"{table}.{column}" for table, column, _, remarks in columns if not remarks]
    assert not wordless, wordless
    types = {kind for _, _, kind, _ in columns}
    known = {"uuid", "text", "date", "numeric", "integer", "bigint", "boolean", "jsonb", "integer[]",
             "double precision", "interval", "timestamp with time zone"}
    assert types <= known, types - known


def keys_are_visible(bi):
    """Every table has a primary key that leads with the tenant; foreign keys show what belongs together."""
    tables = {name for name, kind, _ in rows(bi, TABLES, "replenish") if kind == "TABLE"}
    keys = dict(rows(bi, PRIMARY_KEYS, "replenish"))
    tables -= {"schema_migrations"}
    assert tables <= keys.keys(), tables - keys.keys()
    assert all(keys[name][0] == "tenant_id" for name in tables), keys
    links = rows(bi, IMPORTED_KEYS, "replenish")
    assert ("demand_history", "materials") in links, links


def every_view_reads(bi):
    """Each view answers a plain SELECT *, with rows of the login's tenant alone."""
    for name, _, _ in rows(bi, TABLES, "replenish_api"):
        cursor = bi.execute(f"SELECT * FROM replenish_api.{name}")
        names = [column.name for column in cursor.description]
        for row in cursor:
            record = dict(zip(names, row))
            assert str(record.get("tenant_id", TENANT)) == TENANT, (name, record)
    assert rows(bi, "SELECT count(*) FROM replenish_api.materials") == [(3,)]


def numbers_and_days_are_native(bi):
    """A driver gets days as days and quantities as decimals."""
    (day, quantity), = rows(
        bi, "SELECT demand_date, actual_demand_quantity FROM replenish_api.demand_history WHERE demand_date = '2025-01-01' LIMIT 1")
    assert day.isoformat() == "2025-01-01", day
    assert type(quantity).__name__ == "Decimal" and quantity >= 10, quantity


def a_server_side_cursor_pages(bi):
    """Tools fetch in portions."""
    with bi.cursor(name="portions") as cursor:
        cursor.execute("SELECT demand_date FROM replenish_api.demand_history ORDER BY material_id, demand_date")
        assert len(cursor.fetchmany(50)) == 50
        # 3 materials of 60 days, and what other tests of this run recorded.
        assert 130 <= len(cursor.fetchall()) <= 140


def the_documented_queries_run(bi):
    """Every SQL block of docs/bi.md answers rows."""
    blocks = re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)
    assert len(blocks) >= 7, len(blocks)
    for block in blocks:
        assert rows(bi, block), block


def the_login_stays_in_its_tenant(bi):
    """It cannot change its tenant nor write."""
    for statement in (
        "SET app.current_tenant_id = 'bbbbbbbb-0000-4000-8000-000000000000'",
        "DELETE FROM replenish_api.materials",
        "DELETE FROM replenish.materials",
        "SELECT replenish_api.generate_forecasts(NULL, NULL)",
    ):
        try:
            bi.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            bi.rollback()
        else:
            raise AssertionError(f"{statement} was allowed")


TESTS = [
    views_have_comments_and_plain_types,
    keys_are_visible,
    every_view_reads,
    numbers_and_days_are_native,
    a_server_side_cursor_pages,
    the_documented_queries_run,
    the_login_stays_in_its_tenant,
]


def main():
    with psycopg.connect(autocommit=True) as admin:
        admin.execute("CREATE ROLE bi_a LOGIN IN ROLE replenish_reader")
        admin.execute(f"ALTER ROLE bi_a SET app.current_tenant_id = '{TENANT}'")
    failed = 0
    for test in TESTS:
        with psycopg.connect(user="bi_a") as bi:
            try:
                test(bi)
                print(f"ok - {test.__doc__}")
            except Exception:
                failed += 1
                print(f"not ok - {test.__doc__}")
                traceback.print_exc(limit=2)
    print(f"{len(TESTS) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
