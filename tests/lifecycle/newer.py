"""Makes a later version of the extension out of an install script: newer.py CURRENT.sql > NEWER.sql.

Every kind of change that an upgrade can bring, so that the upgrade script has to deal with each.
"""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    script = file.read()


def change(pattern, replacement):
    global script
    script, count = re.subn(pattern, replacement, script, count=1, flags=re.DOTALL)
    if count != 1:
        sys.exit(f"newer.py: nothing to change for {pattern}")


# A function goes.
change(r"CREATE FUNCTION replenish\.update_material_classes\(.*?\n\$\$;\n", "")
change(r"COMMENT ON FUNCTION replenish\.update_material_classes\(.*?\n'.*?';\n", "")
# A body, a result, a default, a cost of the library's, an aggregate.
change(r"HINT = 'Swap the two days\.'", "HINT = 'Exchange the two days.'")
change(r"(replenish\.role_names\(\)) RETURNS name\[\](.*?)::name\[\]", r"\1 RETURNS text[]\2::text[]")
change(r"unused_after interval = '7 days'", "unused_after interval = '8 days'")
change(r'("library_version"\(\).*?) COST 1\b', r"\1 COST 2")
change(r"(CREATE AGGREGATE replenish\.smape .*?), PARALLEL = SAFE", r"\1")
# A type, and with it the functions that return it.
change(r"(CREATE TYPE replenish\.stock_policy AS \()", r"\1\n    test_note text,")
# A function comes, and the library knows two more steps of the schema.
change(r'CREATE  FUNCTION "migrations"\(\)', 'CREATE  FUNCTION "library_migrations"()')
change(
    r"(COMMENT ON FUNCTION replenish\.migrations\(\))",
    r"""CREATE FUNCTION replenish.migrations()
RETURNS TABLE (migration_number integer, migration_name text, statements text)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10
AS $later$
    SELECT l.migration_number, l.migration_name, l.statements FROM replenish.library_migrations() AS l
    UNION ALL
    SELECT 900, '0900_later', $step$
CREATE TABLE replenish.test_notes (
    tenant_id uuid NOT NULL,
    note      text NOT NULL,
    CONSTRAINT test_notes_pkey PRIMARY KEY (tenant_id, note)
);
COMMENT ON TABLE replenish.test_notes IS 'A later version''s table.';
SELECT replenish.isolate_tenant('replenish.test_notes');
ALTER TABLE replenish.materials ADD COLUMN test_note text
    CONSTRAINT materials_test_note_short CHECK (length(test_note) < 100);
UPDATE replenish.materials SET test_note = 'never seen without a tenant';
CREATE INDEX materials_test_note_idx ON replenish.materials (tenant_id, test_note);
$step$
    UNION ALL
    SELECT 901, '0901_views', $step$
DROP VIEW replenish.daily_demand_summary;
CREATE VIEW replenish.daily_demand_summary WITH (security_invoker = true) AS
SELECT h.tenant_id, h.material_id, h.demand_date, count(*) AS facility_count,
    sum(h.actual_demand_quantity) AS total_demand_quantity, avg(h.actual_demand_quantity) AS average_demand_quantity,
    max(h.actual_demand_quantity) AS greatest_demand_quantity
FROM replenish.demand_history AS h
GROUP BY h.tenant_id, h.material_id, h.demand_date;
$step$
$later$;
COMMENT ON FUNCTION replenish.library_migrations() IS 'Steps of the library.';
\1""",
)
print(script)
