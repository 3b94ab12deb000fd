"""The forty attacks, as SQL with names in braces. Each must fail or show nothing of tenant B.

`each` statements are run for every table and view; `once` statements once, and then every table and
view is read. `refused` says which SQLSTATEs the first statement must give, where it must be refused.
`lawful` names the roles for whom it is no attack but their privilege.
"""

from dataclasses import dataclass, field

BATCH = "may choose a tenant: that is what GRANT SET ON PARAMETER is for"
OWNER = "owns the tables"


@dataclass
class Attack:
    name: str
    once: list = field(default_factory=list)
    each: list = field(default_factory=list)
    refused: tuple = ()
    lawful: str = ""  # privilege that makes it lawful: BATCH or OWNER
    tables_only: bool = False
    options: str = ""  # connection options


DENIED = ("42501",)
# 42P01, 42883, 3F000: what is asked for is not even there.
ABSENT = ("42501", "42P01", "42883", "3F000", "42704", "22023", "0A000", "58P01")

ATTACKS = [
    Attack("SET of the tenant setting", ["SET app.current_tenant_id = '{b}'"], refused=DENIED, lawful=BATCH),
    Attack("set_config inside a query",
           each=["SELECT *, set_config('app.current_tenant_id', '{b}', false) FROM {rel}",
                 "WITH s AS MATERIALIZED (SELECT set_config('app.current_tenant_id', '{b}', true)) SELECT * FROM s, {rel}"],
           refused=DENIED, lawful=BATCH),
    Attack("the setting through connection options", ["SELECT 1"], options="-c app.current_tenant_id={b}", lawful=BATCH),
    Attack("ALTER ROLE self SET", ["ALTER ROLE {me} SET app.current_tenant_id = '{b}'",
                                   "ALTER ROLE {me} IN DATABASE {db} SET app.current_tenant_id = '{b}'",
                                   "ALTER DATABASE {db} SET app.current_tenant_id = '{b}'",
                                   "ALTER SYSTEM SET app.current_tenant_id = '{b}'"], refused=DENIED, lawful=BATCH),
    Attack("a function with a SET clause",
           ["CREATE FUNCTION public.sneak() RETURNS SETOF text LANGUAGE sql SET app.current_tenant_id = '{b}' AS 'SELECT m::text FROM replenish.materials AS m'",
            "SELECT public.sneak()"], refused=DENIED, lawful=BATCH),
    Attack("LOAD and opt-out of preloading", ["LOAD 'pg_replenish'", "LOAD '$libdir/plugins/pg_replenish'",
                                              "SET shared_preload_libraries = ''", "SET session_preload_libraries = ''",
                                              "SET local_preload_libraries = 'pg_replenish'", "RESET ALL", "DISCARD ALL"]),
    Attack("another session authorization", ["SET SESSION AUTHORIZATION {b_login}"], refused=DENIED),
    Attack("SET ROLE to owner, batch, API",
           ["SET ROLE {stranger}", "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres"], refused=DENIED),
    Attack("owner-rights view",
           each=["CREATE OR REPLACE VIEW public.peek_{me} AS SELECT r::text AS line FROM {rel} AS r",
                 "SELECT * FROM public.peek_{me}", "DROP VIEW public.peek_{me}",
                 "CREATE VIEW public.peek_{me} WITH (security_barrier) AS SELECT count(*), max(r::text) FROM {rel} AS r",
                 "SELECT * FROM public.peek_{me}", "DROP VIEW public.peek_{me}"]),
    Attack("materialized view",
           each=["CREATE MATERIALIZED VIEW public.frozen_{me} AS SELECT r::text AS line FROM {rel} AS r",
                 "REFRESH MATERIALIZED VIEW public.frozen_{me}", "SELECT * FROM public.frozen_{me}",
                 "DROP MATERIALIZED VIEW public.frozen_{me}"]),
    Attack("SECURITY DEFINER function",
           each=["CREATE OR REPLACE FUNCTION public.definer_{me}() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS "
                 "$$ BEGIN RETURN QUERY SELECT r::text FROM {rel} AS r; END $$",
                 "SELECT public.definer_{me}()", "ALTER FUNCTION public.definer_{me}() OWNER TO replenish_batch",
                 "SELECT public.definer_{me}()"]),
    Attack("INSERT for B", each=["INSERT INTO {rel} ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 RETURNING *",
                                 "INSERT INTO {rel} (tenant_id) VALUES ('{b}') RETURNING *"], tables_only=True),
    Attack("UPDATE of tenant_id", each=["UPDATE {rel} SET tenant_id = '{b}' RETURNING *",
                                        "UPDATE {rel} SET tenant_id = '{a}' WHERE tenant_id = '{b}' RETURNING *"], tables_only=True),
    # Rolled back: else A would own a row with an id of B, and every later look would find it.
    Attack("unique-key probe", each=["BEGIN", "INSERT INTO {rel} ({columns}) SELECT {columns_with_b_keys} FROM {rel} LIMIT 1 ON CONFLICT DO NOTHING RETURNING *", "ROLLBACK",
                                     "INSERT INTO {rel} ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 ON CONFLICT DO NOTHING RETURNING *"], tables_only=True),
    Attack("ON CONFLICT overwrite",
           each=["INSERT INTO {rel} AS t ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 "
                 "ON CONFLICT ON CONSTRAINT {pkey} DO UPDATE SET tenant_id = '{a}' RETURNING *"], tables_only=True),
    Attack("partition read directly",
           ["SELECT c.oid::regclass, c.reltuples FROM pg_class AS c WHERE c.relispartition AND c.relnamespace = 'replenish'::regnamespace"],
           each=["SELECT * FROM ONLY {rel}", "TABLE {rel}"]),
    Attack("TRUNCATE", each=["TRUNCATE {rel} CASCADE"], refused=DENIED, tables_only=True, lawful=OWNER),
    Attack("row_security = off", ["SET row_security = off"], each=["SET row_security = off", "SELECT * FROM {rel}"]),
    Attack("switching protection off",
           each=["ALTER TABLE {rel} DISABLE ROW LEVEL SECURITY", "ALTER TABLE {rel} NO FORCE ROW LEVEL SECURITY",
                 "DROP POLICY tenant_isolation ON {rel}", "CREATE POLICY all_mine ON {rel} USING (true)",
                 "ALTER TABLE {rel} OWNER TO {me}", "GRANT SELECT ON {rel} TO PUBLIC"], tables_only=True, lawful=OWNER),
    Attack("a leaky cheap function in WHERE",
           ["CREATE FUNCTION public.leak_{me}(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE 'seen %', $1; RETURN true; END $$"],
           each=["SELECT count(*) FROM {rel} AS r WHERE public.leak_{me}(r::text)",
                 "SELECT count(*) FROM {rel} AS r JOIN {rel} AS s ON public.leak_{me}(r::text || s::text)",
                 "SELECT count(*) FILTER (WHERE public.leak_{me}(r::text)) FROM {rel} AS r ORDER BY 1 LIMIT 1"]),
    Attack("a leaky operator",
           ["CREATE FUNCTION public.spy_{me}(text, text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE 'seen %', $1; RETURN true; END $$",
            "CREATE OPERATOR public.<<|| (FUNCTION = public.spy_{me}, LEFTARG = text, RIGHTARG = text, RESTRICT = scalarltsel)"],
           each=["SELECT count(*) FROM {rel} AS r WHERE r::text OPERATOR(public.<<||) 'x'"]),
    Attack("an error-raising expression over rows",
           each=["SELECT count(*) FROM {rel} AS r WHERE 1 / (CASE WHEN r::text LIKE '%7351846%' THEN 0 ELSE 1 END) = 1",
                 "SELECT (r::text)::integer FROM {rel} AS r WHERE tenant_id = '{b}'",
                 "SELECT count(*) FROM {rel} AS r WHERE tenant_id = '{b}' AND (r::text)::integer = 1"]),
    Attack("pg_stats", each=["SELECT * FROM pg_stats WHERE schemaname || '.' || tablename = '{rel}'",
                             "SELECT * FROM pg_stats_ext WHERE schemaname || '.' || tablename = '{rel}'"]),
    Attack("pg_statistic", each=["SELECT * FROM pg_statistic WHERE starelid = '{rel}'::regclass",
                                 "SELECT * FROM pg_statistic_ext_data"]),
    Attack("EXPLAIN ANALYZE", each=["EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS) SELECT * FROM {rel} AS r WHERE tenant_id = '{b}' AND r::text LIKE '%x%'",
                                    "EXPLAIN (ANALYZE, VERBOSE) SELECT count(*) FROM {rel}"]),
    Attack("planner estimates", each=["EXPLAIN (VERBOSE) SELECT * FROM {rel} WHERE tenant_id = '{b}'",
                                      "EXPLAIN (FORMAT JSON) SELECT * FROM {rel}"]),
    Attack("catalog sizes", each=["SELECT pg_total_relation_size('{rel}'), reltuples, relpages FROM pg_class WHERE oid = '{rel}'::regclass",
                                  "SELECT * FROM pg_stat_all_tables WHERE relid = '{rel}'::regclass",
                                  "SELECT * FROM pg_stat_all_indexes WHERE relid = '{rel}'::regclass"]),
    Attack("sequence values", ["SELECT * FROM pg_sequences", "SELECT last_value FROM pg_sequences WHERE schemaname = 'replenish'"]),
    Attack("COPY out", each=["COPY (SELECT * FROM {rel}) TO STDOUT", "COPY {rel} TO STDOUT"]),
    Attack("MERGE", each=["MERGE INTO {rel} AS t USING (SELECT '{b}'::uuid AS id) AS s ON t.tenant_id = s.id WHEN MATCHED THEN DELETE",
                          "MERGE INTO {rel} AS t USING (SELECT 1 AS one) AS s ON true WHEN MATCHED AND t.tenant_id = '{b}' THEN UPDATE SET tenant_id = '{a}'"],
           tables_only=True),
    Attack("DELETE RETURNING", each=["DELETE FROM {rel} WHERE tenant_id = '{b}' RETURNING *",
                                     "DELETE FROM {rel} AS r WHERE r::text LIKE '%CANARY%' RETURNING r::text"], tables_only=True),
    Attack("pg_temp shadow function",
           ["CREATE FUNCTION pg_temp.current_tenant_id() RETURNS uuid LANGUAGE sql AS 'SELECT ''{b}''::uuid'",
            "CREATE FUNCTION pg_temp.assert_tenant(uuid) RETURNS void LANGUAGE sql AS ''",
            "CREATE TEMP TABLE tenants (tenant_id uuid, active boolean)", "INSERT INTO pg_temp.tenants VALUES ('{b}', true)",
            "CREATE TEMP TABLE materials (tenant_id uuid, material_id uuid)",
            "SET search_path = pg_temp, replenish, pg_catalog",
            "SELECT * FROM replenish.get_demand_history('{b}', '{facility}', '{material}')",
            "SELECT * FROM replenish.generate_forecasts('{b}', '{facility}')",
            "SELECT * FROM replenish.generate_replenishment_recommendations('{b}', '{facility}')"]),
    Attack("shadow operator",
           ["CREATE FUNCTION public.equal_{me}(uuid, uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
            "CREATE OPERATOR public.= (FUNCTION = public.equal_{me}, LEFTARG = uuid, RIGHTARG = uuid)",
            "SET search_path = public, pg_catalog",
            "SELECT * FROM replenish.get_demand_history('{b}', '{facility}', '{material}')",
            "SELECT * FROM replenish.generate_forecasts('{b}', '{facility}')",
            "SELECT * FROM replenish.explain_forecast('{b}', '{facility}', '{material}')"]),
    Attack("held cursor across a change of tenant",
           each=["BEGIN", "DECLARE held CURSOR WITH HOLD FOR SELECT r::text FROM {rel} AS r", "COMMIT",
                 "SET app.current_tenant_id = ''", "FETCH ALL FROM held", "CLOSE held"]),
    Attack("prepared statement across a change of tenant",
           each=["PREPARE kept AS SELECT r::text FROM {rel} AS r", "EXECUTE kept", "SET app.current_tenant_id = '{b}'",
                 "EXECUTE kept", "DEALLOCATE ALL"], lawful=BATCH),
    Attack("rule or trigger creation",
           ["CREATE FUNCTION public.spring_{me}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW; RETURN NEW; END $$"],
           each=["CREATE RULE peek AS ON SELECT TO {rel} DO INSTEAD SELECT 1",
                 "CREATE TRIGGER peek AFTER INSERT ON {rel} FOR EACH ROW EXECUTE FUNCTION public.spring_{me}()"],
           lawful=OWNER),
    Attack("CREATE in the extension's schema",
           ["CREATE FUNCTION replenish.round(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT 0'",
            "CREATE TABLE replenish.trap (x integer)",
            "CREATE OR REPLACE FUNCTION replenish.current_tenant_id() RETURNS uuid LANGUAGE sql AS 'SELECT ''{b}''::uuid'",
            "ALTER FUNCTION replenish.current_tenant_id() RENAME TO gone", "ALTER EXTENSION pg_replenish UPDATE",
            "DROP EXTENSION pg_replenish CASCADE", "ALTER SCHEMA replenish RENAME TO mine"], refused=DENIED, lawful=OWNER),
    Attack("reading secrets or the role map",
           ["SELECT * FROM pg_authid", "SELECT * FROM pg_shadow", "SELECT * FROM pg_db_role_setting WHERE setrole <> 0 AND setconfig::text LIKE '%CANARY%'",
            "SELECT * FROM pg_hba_file_rules", "SELECT current_setting('pgrst.jwt_secret')", "SHOW config_file", "SHOW data_directory"], refused=DENIED),
    Attack("forged token",
           ["SELECT set_config('request.jwt.claims', '{{\"tenant_id\": \"{b}\", \"role\": \"replenish_batch\", \"exp\": 9999999999}}', false)",
            "SELECT replenish_auth.pre_request()", "SELECT replenish_auth.enter_tenant_of_token()", "SELECT replenish_api.get_session()",
            "SELECT set_config('request.jwt.claim.tenant_id', '{b}', false)", "SELECT set_config('jwt.claims.tenant_id', '{b}', false)",
            "SELECT set_config('role', '{stranger}', false)"], lawful=BATCH),
    Attack("ctid scan", each=["SELECT r::text FROM {rel} AS r WHERE ctid = ANY (ARRAY(SELECT format('(%s,%s)', p, i)::tid FROM generate_series(0, 5) AS p, generate_series(1, 100) AS i))",
                              "SELECT r::text, ctid, xmin, tableoid FROM {rel} AS r"], tables_only=True),
    Attack("dblink, pg_read_file, COPY PROGRAM",
           ["CREATE EXTENSION dblink", "SELECT * FROM dblink('dbname={db}', 'SELECT 1') AS t (x text)",
            "SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "COPY (SELECT 1) TO PROGRAM 'cat'", "CREATE EXTENSION plpython3u",
            "SELECT lo_import('/etc/passwd')", "SELECT pg_read_binary_file('global/pg_filenode.map')",
            "CREATE EXTENSION pageinspect", "SELECT * FROM pg_walfile_name('0/0')"], refused=ABSENT),
    Attack("COPY from and to files", each=["COPY {rel} TO '/tmp/stolen'", "COPY {rel} FROM '/etc/passwd'"], refused=DENIED),
    Attack("FOR UPDATE", each=["SELECT r::text FROM {rel} AS r FOR UPDATE", "SELECT r::text FROM {rel} AS r FOR KEY SHARE SKIP LOCKED"]),
    Attack("CREATE STATISTICS, ANALYZE, LOCK",
           each=["CREATE STATISTICS public.guess_{me} ON tenant_id, material_id FROM {rel}", "ANALYZE VERBOSE {rel}", "VACUUM VERBOSE {rel}",
                 "LOCK {rel} IN ACCESS SHARE MODE", "CREATE INDEX ON {rel} ((1))", "CLUSTER {rel}"], tables_only=True, lawful=OWNER),
    Attack("map entry for another role, memberships",
           ["GRANT replenish_batch TO {me}", "GRANT SET ON PARAMETER app.current_tenant_id TO {me}", "CREATE ROLE ghost_{me} IN ROLE replenish_batch",
            "ALTER ROLE {me} SUPERUSER", "ALTER ROLE {me} BYPASSRLS", "SELECT replenish.create_roles()"], refused=DENIED),
    Attack("pg_cron: reading, altering, unscheduling, scheduling as another",
           ["SELECT * FROM cron.job", "SELECT * FROM cron.job_run_details", "UPDATE cron.job SET command = 'SELECT 1'", "DELETE FROM cron.job",
            "SELECT cron.unschedule(jobid) FROM generate_series(1, 20) AS jobid", "SELECT cron.unschedule('replenish_forecasts')",
            "SELECT cron.alter_job(1, command => 'SELECT 1')", "SELECT cron.alter_job(1, active => false)",
            "INSERT INTO cron.job (schedule, command, database, username) VALUES ('* * * * *', 'SELECT 1', '{db}', 'postgres')",
            "SELECT cron.schedule_in_database('x', '* * * * *', 'SELECT 1', '{db}', '{stranger}')",
            "SELECT replenish.schedule_jobs()", "SELECT replenish.unschedule_jobs()"], lawful=""),
]
