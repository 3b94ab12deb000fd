\ir ../fresh.psql
\ir ../two_tenants.psql
-- Another file's database may have brought the roles already; they belong to the cluster.
SELECT replenish.install_api() \g /dev/null
SELECT plan(32);

SELECT is(
    (SELECT array_agg(DISTINCT c.relkind) FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind NOT IN ('c', 'i')),
    ARRAY['v']::"char"[], 'the API has views and no tables');
SELECT is_empty(
    $$ SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v'
           AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false) $$,
    'every view reads with the rights of its reader');
SELECT results_eq(
    $$ SELECT p.oid::regproc::text, pg_get_userbyid(p.proowner) FROM pg_proc AS p
       WHERE p.pronamespace IN ('replenish_api'::regnamespace, 'replenish_auth'::regnamespace) AND p.prosecdef ORDER BY 1 $$,
    $$ VALUES ('replenish_api.health', 'replenish_owner'::name), ('replenish_auth.enter_tenant_of_token', 'replenish_tenant_chooser') $$,
    'no function runs with other rights, but health and the one that chooses the tenant');
SELECT is_empty(
    $$ SELECT p.oid::regprocedure FROM pg_proc AS p
       WHERE p.pronamespace IN ('replenish_api'::regnamespace, 'replenish_auth'::regnamespace)
           AND has_function_privilege('public', p.oid, 'EXECUTE') $$,
    'PUBLIC may call none of it');
SELECT results_eq(
    $$ SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace
           AND has_function_privilege('replenish_anonymous', p.oid, 'EXECUTE') $$,
    $$ VALUES ('health'::name) $$,
    'anonymous callers may ask for health alone');
SELECT is_empty(
    $$ SELECT c.relname FROM pg_class AS c WHERE c.relnamespace IN ('replenish_api'::regnamespace, 'replenish'::regnamespace)
           AND c.relkind IN ('r', 'v') AND has_table_privilege('replenish_anonymous', c.oid, 'SELECT, INSERT, UPDATE, DELETE') $$,
    'and read nothing');
SELECT is_empty(
    $$ SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v'
           AND (NOT has_table_privilege('replenish_api_user', c.oid, 'SELECT')
               OR has_table_privilege('replenish_api_user', c.oid, 'INSERT, UPDATE, DELETE')) $$,
    'users read every view and write none');
SELECT is_empty(
    $$ SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace
           AND NOT has_function_privilege('replenish_api_user', p.oid, 'EXECUTE') $$,
    'and call every function');
SELECT is_empty(
    $$ SELECT p.proname, p.provolatile FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace
           AND (p.provolatile = 'v') <> (p.proname IN (
               'generate_forecasts', 'record_demand', 'backfill_demand_history', 'calculate_forecast_accuracy',
               'generate_replenishment_recommendations', 'override_forecast', 'review_suggestion')) $$,
    'what writes is VOLATILE, what reads is not');
SELECT is_empty(
    $$ SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace
           AND p.pronargs > 0 AND (p.proargnames IS NULL OR '' = ANY (p.proargnames)) $$,
    'every argument has a name');
SELECT is_empty(
    $$ SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace GROUP BY p.proname HAVING count(*) > 1 $$,
    'no name has two functions, so that calls by name are never ambiguous');
SELECT is_empty(
    $$ SELECT d.name FROM (
           SELECT p.proname AS name, obj_description(p.oid, 'pg_proc') AS words FROM pg_proc AS p WHERE p.pronamespace = 'replenish_api'::regnamespace
           UNION ALL
           SELECT c.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v'
           UNION ALL
           SELECT c.relname || '.' || a.attname, col_description(c.oid, a.attnum) FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
           WHERE c.relnamespace = 'replenish_api'::regnamespace AND c.relkind = 'v'
       ) AS d WHERE coalesce(split_part(d.words, E'\n', 1), '') !~ '^\S.*\.$' OR d.words ~ '(^|\n)\s*@' $$,
    'every view, column and function has words, a sentence first, and no smart tags');

SELECT results_eq(
    $$ SELECT r.rolname, r.rolcanlogin, r.rolinherit FROM pg_roles AS r
       WHERE r.rolname IN ('replenish_authenticator', 'replenish_anonymous', 'replenish_api_user', 'replenish_tenant_chooser') ORDER BY 1 $$,
    $$ VALUES ('replenish_anonymous'::name, false, false), ('replenish_api_user', false, true),
              ('replenish_authenticator', true, false), ('replenish_tenant_chooser', false, false) $$,
    'only the authenticator logs in, and it inherits nothing');
SELECT is_empty(
    $$ SELECT FROM pg_authid AS a WHERE a.rolname ~ '^replenish_' AND (a.rolpassword IS NOT NULL OR a.rolsuper OR a.rolbypassrls OR a.rolcreaterole) $$,
    'no role has a password or is strong');
SELECT results_eq(
    $$ SELECT r.rolname::text COLLATE "C", c.setting::text COLLATE "C" FROM pg_db_role_setting AS s JOIN pg_roles AS r ON r.oid = s.setrole, unnest(s.setconfig) AS c (setting)
       WHERE c.setting LIKE 'statement_timeout=%' AND r.rolname IN ('replenish_authenticator', 'replenish_anonymous', 'replenish_api_user') ORDER BY 1 $$,
    $$ VALUES ('replenish_anonymous' COLLATE "C", 'statement_timeout=5s' COLLATE "C"), ('replenish_api_user', 'statement_timeout=30s'), ('replenish_authenticator', 'statement_timeout=30s') $$,
    'every role has its time');
SELECT is(
    ARRAY(SELECT g.grantee::regrole::text FROM pg_parameter_acl AS p, aclexplode(p.paracl) AS g
          WHERE p.parname = 'app.current_tenant_id' AND g.privilege_type = 'SET'
              AND NOT (SELECT r.rolsuper FROM pg_roles AS r WHERE r.oid = g.grantee) ORDER BY 1),
    '{replenish_authenticator,replenish_batch,replenish_tenant_chooser}'::text[], 'nobody else may choose a tenant');

-- What its owner adds is closed until it is granted.
SET ROLE replenish_owner;
CREATE FUNCTION replenish_api.extra() RETURNS integer LANGUAGE sql AS 'SELECT 1';
RESET ROLE;
SELECT ok(NOT has_function_privilege('replenish_anonymous', 'replenish_api.extra()', 'EXECUTE'), 'a new function of the owner is closed to PUBLIC');
DROP FUNCTION replenish_api.extra();

-- A summary of some materials reads the forecasts of those: the function behind it is planned for its arguments.
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_api_user;
SELECT matches(
    (SELECT string_agg(l, E'\n') FROM public.plan_of(format(
        'SELECT * FROM replenish.vw_forecast_accuracy_summary WHERE tenant_id = %L AND facility_id = %L AND material_id = ANY (ARRAY[%L::uuid])', :a, :facility, :m1)) AS l),
    'on forecast_versions.*?(Index Cond|Filter): [^\n]*material_id = ANY', 'a summary of one material reads the forecasts of that one');
SELECT is((SELECT p.proconfig @> '{plan_cache_mode=force_custom_plan}' FROM pg_proc AS p WHERE p.oid = 'replenish.get_forecast_accuracy_summary(uuid, uuid, uuid[])'::regprocedure), true, 'and is planned for it');
RESET ROLE;
RESET app.current_tenant_id;

SELECT lives_ok('SELECT replenish.install_api()', 'it can be made anew');
CREATE VIEW public.report AS SELECT material_code FROM replenish_api.materials;
SELECT throws_ok('SELECT replenish.install_api()', '2BP01', NULL, 'but not under what others built upon it');
SELECT has_view('replenish_api'::name, 'materials'::name, 'and then nothing is lost');
DROP VIEW public.report;

CREATE ROLE no_admin LOGIN IN ROLE replenish_owner;
SELECT ok(NOT has_function_privilege('no_admin', 'replenish.install_api()', 'EXECUTE'), 'the owner of the tables may not install it');
GRANT EXECUTE ON FUNCTION replenish.install_api() TO no_admin;
SET ROLE no_admin;
SELECT throws_ok('SELECT replenish.install_api()', '42501', 'role no_admin may not install the API', 'not even where somebody let it');
RESET ROLE;
REVOKE EXECUTE ON FUNCTION replenish.install_api() FROM no_admin;
DROP ROLE no_admin;

-- Alerts come with their table; without it there are none.
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SELECT is_empty('SELECT * FROM replenish_api.get_alerts()', 'no alerts, with or without their table');
RESET app.current_tenant_id;
DO $$
BEGIN
    IF to_regclass('replenish.alerts') IS NULL THEN
        CREATE TABLE replenish.alerts (
            tenant_id uuid, alert_id uuid DEFAULT gen_random_uuid(), alert_name text, subject text, severity text, facility_id uuid,
            material_id uuid, message text, opened_at timestamptz, last_seen_at timestamptz, closed_at timestamptz
        );
        ALTER TABLE replenish.alerts OWNER TO replenish_owner;
        PERFORM replenish.isolate_tenant('replenish.alerts');
        GRANT SELECT ON replenish.alerts TO replenish_reader;
    END IF;
END
$$;
INSERT INTO replenish.alerts (tenant_id, alert_name, subject, severity, message, opened_at, last_seen_at, closed_at)
VALUES (:a, 'NO_FORECASTS', '1', 'CRITICAL', 'open a', now(), now(), NULL), (:a, 'NO_FORECASTS', '2', 'WARNING', 'closed a', now(), now(), now()),
    (:b, 'NO_FORECASTS', '1', 'CRITICAL', 'open b', now(), now(), NULL);
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_api_user;
SELECT results_eq('SELECT message FROM replenish_api.get_alerts()', $$ VALUES ('open a') $$, 'a tenant sees its open alerts');
SELECT results_eq('SELECT message FROM replenish_api.get_alerts(false)', $$ VALUES ('open a'), ('closed a') $$, 'or all of them, open ones first');
RESET ROLE;
RESET app.current_tenant_id;

-- Dropping the extension takes what stands upon it; the same three calls as ever bring it back.
SELECT throws_ok('DROP EXTENSION pg_replenish', '2BP01', NULL, 'the extension is not dropped from under the API');
SET client_min_messages = warning;
DROP EXTENSION pg_replenish CASCADE;
CREATE EXTENSION pg_replenish;
SELECT replenish.create_roles() \g /dev/null
SET ROLE replenish_owner;
SELECT replenish.install() \g /dev/null
RESET ROLE;
SELECT replenish.install_api() \g /dev/null
RESET client_min_messages;
SET app.current_tenant_id = 'aaaaaaaa-0000-4000-8000-000000000000';
SET ROLE replenish_api_user;
SELECT is((SELECT count(*) FROM replenish_api.get_demand_history(:a, :facility, :m1)), 60::bigint, 'after DROP EXTENSION … CASCADE it is made anew');
RESET ROLE;
RESET app.current_tenant_id;

SET ROLE replenish_owner;
SELECT lives_ok('SELECT replenish.uninstall(drop_data => true)', 'uninstall by the owner');
RESET ROLE;
SELECT hasnt_schema('replenish_api', 'takes the API away');
SELECT throws_ok('SELECT replenish.install_api()', '55000', 'the tables or the roles are not there yet', 'and without tables there is no API');
SELECT * FROM finish();
