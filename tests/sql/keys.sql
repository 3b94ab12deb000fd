-- docs/scale.md says that every table can be distributed by tenant_id. Citus asks for that column in
-- every primary key, unique index, foreign key and exclusion constraint, at the same place on both sides.
\ir ../fresh.psql
SELECT plan(8);

CREATE VIEW public.tables AS
SELECT c.oid, c.relname,
    (SELECT a.attnum FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull) AS tenant
FROM pg_class AS c
WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations';
-- What breaks a rule, for the test and for its own proof.
CREATE FUNCTION public.faults() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT format('%s has no tenant_id NOT NULL', t.relname) FROM public.tables AS t WHERE t.tenant IS NULL
    UNION ALL
    SELECT format('%s is unique without tenant_id', i.indexrelid::regclass)
    FROM pg_index AS i JOIN public.tables AS t ON t.oid = i.indrelid
    WHERE i.indisunique AND t.tenant <> ALL ((i.indkey::smallint[])[0:i.indnkeyatts - 1])
    UNION ALL
    SELECT format('%s excludes without tenant_id', k.conname)
    FROM pg_constraint AS k JOIN public.tables AS t ON t.oid = k.conrelid
    WHERE k.contype = 'x' AND t.tenant <> ALL (k.conkey)
    UNION ALL
    SELECT format('%s does not tie tenant_id to tenant_id', k.conname)
    FROM pg_constraint AS k
    JOIN public.tables AS t ON t.oid = k.conrelid
    LEFT JOIN public.tables AS r ON r.oid = k.confrelid
    WHERE k.contype = 'f'
        AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS p (here, there) WHERE p.here = t.tenant AND p.there = r.tenant)
$$;

SELECT is_empty('SELECT public.faults()', 'every key of every table contains tenant_id');
SELECT cmp_ok((SELECT count(*) FROM public.tables), '>=', 20::bigint, 'of many tables');
SELECT cmp_ok((SELECT count(*) FROM pg_constraint AS k JOIN public.tables AS t ON t.oid = k.conrelid WHERE k.contype = 'f'), '>=', 5::bigint, 'and many foreign keys');

CREATE TABLE replenish.no_tenant (id uuid PRIMARY KEY);
SELECT results_eq('SELECT public.faults()', $$ VALUES ('no_tenant has no tenant_id NOT NULL') $$, 'a table without is found');
DROP TABLE replenish.no_tenant;
CREATE UNIQUE INDEX wrong_idx ON replenish.facilities (facility_code) INCLUDE (tenant_id);
SELECT results_eq('SELECT public.faults()', $$ VALUES ('replenish.wrong_idx is unique without tenant_id') $$, 'a unique index that merely carries it is found');
DROP INDEX replenish.wrong_idx;
CREATE UNIQUE INDEX right_key ON replenish.vendors (vendor_id, tenant_id);
ALTER TABLE replenish.facilities ADD COLUMN vendor_id uuid, ADD CONSTRAINT wrong_fkey
    FOREIGN KEY (vendor_id, tenant_id) REFERENCES replenish.vendors (tenant_id, vendor_id);
SELECT results_eq('SELECT public.faults()', $$ VALUES ('wrong_fkey does not tie tenant_id to tenant_id') $$, 'a foreign key that crosses it is found');
ALTER TABLE replenish.facilities DROP CONSTRAINT wrong_fkey;
SELECT is_empty('SELECT public.faults()', 'a key in another order is none');

-- The page names every table, so that none is forgotten.
\set page `cat docs/scale.md`
SELECT is_empty(
    format($$ SELECT t.relname FROM public.tables AS t WHERE strpos(%L, '''replenish.' || t.relname || '''') = 0 $$, :'page'),
    'docs/scale.md distributes every table');
SELECT * FROM finish();
