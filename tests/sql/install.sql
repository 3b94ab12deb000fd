\ir ../fresh.psql
SELECT plan(23);

SET ROLE replenish_owner;
SELECT is_empty('SELECT * FROM replenish.install()', 'install() again applies nothing');
RESET ROLE;
SELECT is(
    (SELECT count(*) FROM replenish.verify_deployment() WHERE status = 'FAILED'), 0::bigint,
    'verify_deployment() finds nothing wrong');
SELECT is_empty('SELECT replenish.create_roles()', 'create_roles() again creates none');
SELECT throws_ok(
    'SET ROLE night; SELECT replenish.install()', '42501', NULL, 'the batch role may not install');
RESET ROLE;

SELECT is_empty(
    $$ SELECT e.objid FROM pg_depend AS e
       JOIN pg_extension AS x ON x.oid = e.refobjid AND x.extname = 'pg_replenish'
       WHERE e.deptype = 'e' AND e.classid = 'pg_class'::regclass
           AND (SELECT relkind FROM pg_class WHERE oid = e.objid) IN ('r', 'p', 'v') $$,
    'no table and no view is a member of the extension');
SELECT is_empty(
    $$ SELECT c.oid::regclass, a.attname FROM pg_class AS c
       LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'r'
       WHERE c.relnamespace = 'replenish'::regnamespace AND c.relkind IN ('r', 'v')
           AND (obj_description(c.oid, 'pg_class') IS NULL
               OR (c.relkind = 'r' AND col_description(c.oid, a.attnum) IS NULL)) $$,
    'every table, view and table column has a comment');
SELECT is_empty(
    $$ SELECT p.oid::regprocedure FROM pg_proc AS p
       WHERE p.pronamespace = 'replenish'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL $$,
    'every function has a comment');

SELECT throws_ok('DROP EXTENSION pg_replenish', '2BP01', NULL, 'DROP EXTENSION is refused while tables use it');

SET ROLE replenish_owner;
SELECT lives_ok('SELECT replenish.uninstall()', 'uninstall() drops empty tables');
SELECT is((SELECT count(*) FROM replenish.install()), 10::bigint, 'and install() brings them back');
RESET ROLE;
INSERT INTO replenish.tenants (tenant_id, tenant_name) VALUES (:a, 'A');
SET ROLE replenish_owner;
SELECT throws_ok(
    'SELECT replenish.uninstall()', '55000', 'tables of pg_replenish still hold data',
    'uninstall() sees the rows of every tenant and refuses');
RESET ROLE;
SELECT is((SELECT count(*) FROM replenish.tenants), 1::bigint, 'the refusal lost nothing');
SELECT is(
    (SELECT count(*) FROM pg_class WHERE relnamespace = 'replenish'::regnamespace AND relkind = 'r' AND NOT relforcerowsecurity),
    0::bigint, 'and row-level security is still forced');

DROP EXTENSION pg_replenish CASCADE;
SELECT is((SELECT count(*) FROM replenish.tenants), 1::bigint, 'DROP EXTENSION CASCADE keeps the data');
SET ROLE replenish_owner;
SELECT is((SELECT count(*) FROM replenish.tenants), 0::bigint, 'and leaves it locked: no policy, no rows');
RESET ROLE;
SELECT lives_ok('CREATE EXTENSION pg_replenish', 'the extension can be created again over the tables');
SELECT is_empty('SELECT replenish.create_roles()', 'roles are still there and get their grants back');
SET ROLE replenish_owner;
SELECT is_empty('SELECT * FROM replenish.install()', 'install() has no step to apply');
RESET ROLE;
SELECT is_empty($$ SELECT * FROM replenish.verify_deployment() WHERE status = 'FAILED' $$, 'and has brought back policies, triggers, views');
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_writer;
SELECT is((SELECT count(*) FROM replenish.tenants), 1::bigint, 'so the tenant sees its row again');
SELECT lives_ok('SELECT * FROM replenish.material_forecasts', 'and the views');
SELECT throws_ok(
    format('INSERT INTO replenish.materials (tenant_id, material_id, material_code, material_name, primary_uom, forecast_algorithm) VALUES (%L, %L, ''X'', ''x'', ''EA'', ''PROPHET'')', :a, :m1),
    '23514', NULL, 'constraints as well');
RESET ROLE;

DROP EXTENSION pg_replenish CASCADE;
CREATE ROLE stranger;
SET client_min_messages = warning;
GRANT CREATE ON SCHEMA replenish TO stranger;
SET ROLE stranger;
CREATE FUNCTION replenish.trap() RETURNS int LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
SELECT throws_ok(
    'CREATE EXTENSION pg_replenish', '42501', 'the schema replenish holds objects of another role',
    'functions that a stranger left in the schema are refused');
DROP OWNED BY stranger;
DROP ROLE stranger;
SELECT * FROM finish();
