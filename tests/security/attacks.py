"""The forty attacks, as SQL with names in braces. Each must fail or show nothing of tenant B.

`each` statements are run for every table and view; `once` statements once, and then every table and
view is read. {stranger} and {job} stand for every role that the attacker is not in and every job of
somebody else, one after the other. What a statement must give is said with it: `refused` (one of these
SQLSTATEs), `fruitless` (likewise, or no row at all). The others may be answered: what counts is what
comes back, and that nothing of B has changed.
`lawful` names the roles for whom it is no attack but their privilege.
"""

from dataclasses import dataclass, field

BATCH = "may choose a tenant: that is what GRANT SET ON PARAMETER is for"
OWNER = "owns the tables"

DENIED = ("42501",)


class Must(str):
    """A statement with the SQLSTATEs of which it must give one; or_nothing: it may be answered without a row."""

    def __new__(cls, text, states, or_nothing):
        statement = super().__new__(cls, text)
        statement.states, statement.or_nothing = states, or_nothing
        return statement


def refused(*statements, states=DENIED):
    return [Must(s, states, False) for s in statements]


def fruitless(*statements, states=DENIED):
    return [Must(s, states, True) for s in statements]


@dataclass
class Attack:
    name: str
    once: list = field(default_factory=list)
    each: list = field(default_factory=list)
    lawful: str = ""  # privilege that makes it lawful: BATCH or OWNER
    tables_only: bool = False
    options: str = ""  # connection options
    # Without preloading the setting is not refused but thrown away when the library comes.
    of_setting: bool = False
    by_design: bool = False  # shows the names and tenants of logins, as docs/security.md says
    needs: str = ""  # extension without which there is nothing to attack

    def meets_the_setting(self):
        """Whether it depends on when the library that guards the setting is loaded."""
        return any("current_tenant_id" in text or "preload" in text for text in [*self.once, *self.each, self.options])


ATTACKS = [
    Attack("SET of the tenant setting", refused("SET app.current_tenant_id = '{b}'"), lawful=BATCH, of_setting=True),
    Attack("set_config inside a query",
           each=fruitless("SELECT *, set_config('app.current_tenant_id', '{b}', false) FROM {rel}",
                          "WITH s AS MATERIALIZED (SELECT set_config('app.current_tenant_id', '{b}', true)) SELECT * FROM s, {rel}"),
           lawful=BATCH, of_setting=True),
    Attack("the setting through connection options", ["SELECT 1"], options="-c app.current_tenant_id={b}", lawful=BATCH, of_setting=True),
    Attack("ALTER ROLE self SET", refused("ALTER ROLE {me} SET app.current_tenant_id = '{b}'",
                                          "ALTER ROLE {me} IN DATABASE {db} SET app.current_tenant_id = '{b}'"), lawful=BATCH),
    # 42939: a role of PostgreSQL's own.
    Attack("ALTER of everybody's setting", refused("ALTER ROLE {stranger} SET app.current_tenant_id = '{b}'", states=("42501", "42939")) + refused(
        "ALTER ROLE {b_login} SET app.current_tenant_id = '{a}'",
        "ALTER DATABASE {db} SET app.current_tenant_id = '{b}'", "ALTER SYSTEM SET app.current_tenant_id = '{b}'")),
    Attack("a function with a SET clause",
           refused("CREATE FUNCTION public.sneak() RETURNS SETOF text LANGUAGE sql SET app.current_tenant_id = '{b}' AS 'SELECT m::text FROM replenish.materials AS m'")
           + refused("SELECT public.sneak()", states=("42883",)), lawful=BATCH),
    Attack("LOAD and opt-out of preloading", refused("LOAD 'pg_replenish'") + refused("LOAD '$libdir/plugins/pg_replenish'", states=("58P01",))
           + refused("SET shared_preload_libraries = ''", states=("55P02",)) + refused("SET session_preload_libraries = ''")
           + ["SET local_preload_libraries = 'pg_replenish'", "RESET ALL", "DISCARD ALL"]),
    Attack("another session authorization", refused("SET SESSION AUTHORIZATION {b_login}", "SET SESSION AUTHORIZATION {stranger}")),
    Attack("SET ROLE to owner, batch, API", refused("SET ROLE {stranger}", "SELECT set_config('role', '{stranger}', false)")),
    Attack("owner-rights view",
           each=["CREATE OR REPLACE VIEW public.peek_{me} AS SELECT r::text AS line FROM {rel} AS r",
                 "SELECT * FROM public.peek_{me}", "DROP VIEW public.peek_{me}",
                 "CREATE VIEW public.peek_{me} WITH (security_barrier) AS SELECT count(*), max(r::text) FROM {rel} AS r",
                 "SELECT * FROM public.peek_{me}", "DROP VIEW public.peek_{me}"]),
    Attack("a view, then another owner", ["CREATE VIEW public.given_{me} AS SELECT r::text AS line FROM replenish.vendors AS r"]
           + refused("ALTER VIEW public.given_{me} OWNER TO {stranger}", states=("42501", "42P01")) + ["SELECT * FROM public.given_{me}"]),
    Attack("materialized view",
           each=["CREATE MATERIALIZED VIEW public.frozen_{me} AS SELECT r::text AS line FROM {rel} AS r",
                 "REFRESH MATERIALIZED VIEW public.frozen_{me}", "SELECT * FROM public.frozen_{me}",
                 "DROP MATERIALIZED VIEW public.frozen_{me}"]),
    Attack("SECURITY DEFINER function",
           ["CREATE FUNCTION public.given_{me}() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS "
            "$$ BEGIN RETURN QUERY SELECT r::text FROM replenish.vendors AS r; END $$"]
           + refused("ALTER FUNCTION public.given_{me}() OWNER TO {stranger}") + ["SELECT public.given_{me}()"],
           each=["CREATE OR REPLACE FUNCTION public.definer_{me}() RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER AS "
                 "$$ BEGIN RETURN QUERY SELECT r::text FROM {rel} AS r; END $$",
                 "SELECT public.definer_{me}()", "ALTER FUNCTION public.definer_{me}() OWNER TO replenish_batch",
                 "SELECT public.definer_{me}()"]),
    # Without RETURNING nothing comes back: that B has not changed is what counts.
    Attack("INSERT for B", each=fruitless("INSERT INTO {rel} ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 RETURNING *",
                                          "INSERT INTO {rel} ({columns}) SELECT {fresh_as_b} FROM {rel} LIMIT 1",
                                          "INSERT INTO {rel} (tenant_id) VALUES ('{b}') RETURNING *"), tables_only=True),
    Attack("UPDATE of tenant_id", each=fruitless("UPDATE {rel} SET tenant_id = '{b}' RETURNING *", "UPDATE {rel} SET tenant_id = '{b}'",
                                                 "UPDATE {rel} SET tenant_id = '{a}' WHERE tenant_id = '{b}' RETURNING *"), tables_only=True),
    Attack("ON CONFLICT overwrite",
           each=fruitless("INSERT INTO {rel} AS t ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 "
                          "ON CONFLICT ON CONSTRAINT {pkey} DO UPDATE SET tenant_id = '{a}' RETURNING *",
                          "INSERT INTO {rel} ({columns}) SELECT {columns_as_b} FROM {rel} LIMIT 1 ON CONFLICT DO NOTHING RETURNING *"), tables_only=True),
    Attack("partition read directly",
           ["SELECT c.oid::regclass, c.reltuples FROM pg_class AS c WHERE c.relispartition AND c.relnamespace = 'replenish'::regnamespace"],
           each=["SELECT * FROM ONLY {rel}", "TABLE {rel}"]),
    Attack("TRUNCATE", each=refused("TRUNCATE {rel} CASCADE"), tables_only=True, lawful=OWNER),
    Attack("row_security = off", ["SET row_security = off"], each=["SET row_security = off"] + refused("SELECT * FROM {rel}"), tables_only=True),
    Attack("row_security = off, through views", ["SET row_security = off"]),
    # GRANT without the right to grant is a warning; that no privilege has changed is looked at in the catalog.
    Attack("switching protection off",
           each=refused("ALTER TABLE {rel} DISABLE ROW LEVEL SECURITY", "ALTER TABLE {rel} NO FORCE ROW LEVEL SECURITY",
                        "DROP POLICY tenant_isolation ON {rel}", "ALTER POLICY tenant_isolation ON {rel} USING (true)",
                        "CREATE POLICY all_mine ON {rel} USING (true)", "ALTER TABLE {rel} OWNER TO {me}")
           + ["GRANT SELECT ON {rel} TO PUBLIC"], tables_only=True, lawful=OWNER),
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
    Attack("pg_stats", each=fruitless("SELECT * FROM pg_stats WHERE schemaname || '.' || tablename = '{rel}'",
                                      "SELECT * FROM pg_stats_ext WHERE schemaname || '.' || tablename = '{rel}'",
                                      "SELECT * FROM pg_stats_ext_exprs WHERE schemaname || '.' || tablename = '{rel}'", states=())),
    Attack("pg_statistic", each=refused("SELECT * FROM pg_statistic WHERE starelid = '{rel}'::regclass", "SELECT * FROM pg_statistic_ext_data")),
    Attack("EXPLAIN ANALYZE", each=["EXPLAIN (ANALYZE, VERBOSE, BUFFERS, SETTINGS) SELECT * FROM {rel} AS r WHERE tenant_id = '{b}' AND r::text LIKE '%x%'",
                                    "EXPLAIN (ANALYZE, VERBOSE) SELECT count(*) FROM {rel}"]),
    Attack("planner estimates", each=["EXPLAIN (VERBOSE) SELECT * FROM {rel} WHERE tenant_id = '{b}'",
                                      "EXPLAIN (FORMAT JSON) SELECT * FROM {rel}"]),
    Attack("catalog sizes", each=["SELECT pg_total_relation_size('{rel}'), reltuples, relpages FROM pg_class WHERE oid = '{rel}'::regclass",
                                  "SELECT * FROM pg_stat_all_tables WHERE relid = '{rel}'::regclass",
                                  "SELECT * FROM pg_stat_all_indexes WHERE relid = '{rel}'::regclass"]),
    Attack("sequence values", ["SELECT * FROM pg_sequences"]
           + fruitless("SELECT last_value FROM pg_sequences WHERE schemaname ~ '^replenish'", states=())),
    Attack("COPY out", each=["COPY (SELECT * FROM {rel}) TO STDOUT", "COPY {rel} TO STDOUT"]),
    Attack("MERGE", each=["MERGE INTO {rel} AS t USING (SELECT '{b}'::uuid AS id) AS s ON t.tenant_id = s.id WHEN MATCHED THEN DELETE",
                          "MERGE INTO {rel} AS t USING (SELECT 1 AS one) AS s ON true WHEN MATCHED AND t.tenant_id = '{b}' THEN UPDATE SET tenant_id = '{a}'"],
           tables_only=True),
    Attack("DELETE RETURNING", each=fruitless("DELETE FROM {rel} WHERE tenant_id = '{b}' RETURNING *",
                                              "DELETE FROM {rel} AS r WHERE r::text LIKE '%CANARY%' RETURNING r::text"), tables_only=True),
    Attack("pg_temp shadow function",
           ["CREATE FUNCTION pg_temp.current_tenant_id() RETURNS uuid LANGUAGE sql AS 'SELECT ''{b}''::uuid'",
            "CREATE FUNCTION pg_temp.assert_tenant(uuid) RETURNS void LANGUAGE sql AS ''",
            "CREATE TEMP TABLE tenants (tenant_id uuid, active boolean)", "INSERT INTO pg_temp.tenants VALUES ('{b}', true)",
            "CREATE TEMP TABLE materials (tenant_id uuid, material_id uuid)",
            "SET search_path = pg_temp, replenish, pg_catalog"]
           + fruitless("SELECT * FROM replenish.get_demand_history('{b}', '{facility}', '{material}')")
           + refused("SELECT * FROM replenish.generate_forecasts('{b}', '{facility}')",
                     "SELECT * FROM replenish.generate_replenishment_recommendations('{b}', '{facility}')")),
    Attack("shadow operator",
           ["CREATE FUNCTION public.equal_{me}(uuid, uuid) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'",
            "CREATE OPERATOR public.= (FUNCTION = public.equal_{me}, LEFTARG = uuid, RIGHTARG = uuid)",
            "SET search_path = public, pg_catalog"]
           + fruitless("SELECT * FROM replenish.get_demand_history('{b}', '{facility}', '{material}')",
                       "SELECT e FROM replenish.explain_forecast('{b}', '{facility}', '{material}') AS e WHERE e IS NOT NULL")
           + refused("SELECT * FROM replenish.generate_forecasts('{b}', '{facility}')")),
    Attack("held cursor across a change of tenant",
           each=["BEGIN", "DECLARE held CURSOR WITH HOLD FOR SELECT r::text FROM {rel} AS r", "COMMIT"]
           + refused("SET app.current_tenant_id = ''") + ["FETCH ALL FROM held", "CLOSE held"], lawful=BATCH, of_setting=True),
    Attack("prepared statement across a change of tenant",
           each=["PREPARE kept AS SELECT r::text FROM {rel} AS r", "EXECUTE kept"] + refused("SET app.current_tenant_id = '{b}'")
           + ["EXECUTE kept", "DEALLOCATE ALL"], lawful=BATCH, of_setting=True),
    Attack("rule or trigger creation",
           ["CREATE FUNCTION public.spring_{me}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE '%', NEW; RETURN NEW; END $$"],
           each=refused("CREATE RULE peek AS ON SELECT TO {rel} DO INSTEAD SELECT 1")
           # 42809: on a view there is no such trigger.
           + refused("CREATE TRIGGER peek AFTER INSERT ON {rel} FOR EACH ROW EXECUTE FUNCTION public.spring_{me}()", states=("42501", "42809")),
           lawful=OWNER),
    Attack("CREATE in the extension's schema",
           refused("CREATE FUNCTION replenish.round(numeric, integer) RETURNS numeric LANGUAGE sql AS 'SELECT 0'",
                   "CREATE TABLE replenish.trap (x integer)", "CREATE TYPE replenish.trap AS (x integer)",
                   "CREATE FUNCTION replenish_api.trap() RETURNS integer LANGUAGE sql AS 'SELECT 0'"), lawful=OWNER),
    # These are the extension's, not the tables' owner's.
    Attack("changing the extension",
           refused("CREATE OR REPLACE FUNCTION replenish.current_tenant_id() RETURNS uuid LANGUAGE sql AS 'SELECT ''{b}''::uuid'",
                   "ALTER FUNCTION replenish.current_tenant_id() RENAME TO gone", "ALTER FUNCTION replenish.current_tenant_id() IMMUTABLE",
                   "ALTER EXTENSION pg_replenish UPDATE", "DROP EXTENSION pg_replenish CASCADE", "ALTER SCHEMA replenish RENAME TO mine",
                   "ALTER SCHEMA replenish OWNER TO {me}")),
    Attack("reading secrets",
           refused("SELECT * FROM pg_authid", "SELECT * FROM pg_shadow", "SELECT * FROM pg_hba_file_rules", "SELECT * FROM pg_file_settings",
                   "SHOW config_file", "SHOW data_directory", "SELECT * FROM pg_statistic_ext_data")
           + refused("SELECT current_setting('pgrst.jwt_secret')", states=("42704",))),
    Attack("reading the role map", ["SELECT * FROM pg_db_role_setting", "SELECT rolname, rolconfig FROM pg_roles", "SELECT * FROM pg_user"], by_design=True),
    Attack("forged token",
           ["SELECT set_config('request.jwt.claims', '{{\"tenant_id\": \"{b}\", \"role\": \"replenish_batch\", \"exp\": 9999999999}}', false)"]
           + refused("SELECT replenish_auth.pre_request()", "SELECT replenish_auth.enter_tenant_of_token()")
           + ["SELECT replenish_api.get_session()", "SELECT set_config('request.jwt.claim.tenant_id', '{b}', false)",
              "SELECT set_config('jwt.claims.tenant_id', '{b}', false)"], lawful=BATCH),
    Attack("ctid scan", each=["SELECT r::text FROM {rel} AS r WHERE ctid = ANY (ARRAY(SELECT format('(%s,%s)', p, i)::tid FROM generate_series(0, 5) AS p, generate_series(1, 100) AS i))",
                              "SELECT r::text, ctid, xmin, tableoid FROM {rel} AS r"], tables_only=True),
    # 2F003: whoever is no superuser must give a password that the server asks for; this one asks for none.
    Attack("dblink",
           refused("SELECT * FROM dblink('dbname={db}', '{steal}') AS t (x text)",
                   "SELECT * FROM dblink('dbname={db} user=postgres', '{steal}') AS t (x text)",
                   "SELECT * FROM dblink('host={host} port={port} dbname={db} user={b_login} password=x', '{steal}') AS t (x text)",
                   "SELECT * FROM dblink('host={host} port={port} dbname={db} user=postgres password=x', '{steal}') AS t (x text)", states=("2F003",))
           + refused("SELECT dblink_connect_u('dbname={db} user=postgres')", "DROP EXTENSION dblink",
                     "CREATE SERVER mine_{me} FOREIGN DATA WRAPPER dblink_fdw"), needs="dblink"),
    # 0A000 and 58P01: the server has no such extension.
    Attack("untrusted extensions", refused("CREATE EXTENSION plpython3u", "CREATE EXTENSION pageinspect", "CREATE EXTENSION file_fdw",
                                           "CREATE EXTENSION postgres_fdw", states=("42501", "0A000", "58P01"))),
    Attack("pg_read_file, COPY PROGRAM",
           refused("SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "SELECT * FROM pg_ls_waldir()", "SELECT pg_stat_file('PG_VERSION')",
                   "COPY (SELECT 1) TO PROGRAM 'cat'", "COPY (SELECT 1) TO '/tmp/stolen'", "SELECT lo_import('/etc/passwd')",
                   "SELECT lo_export(1, '/tmp/stolen')", "SELECT pg_read_binary_file('global/pg_filenode.map')", "SELECT pg_current_logfile()",
                   "CREATE FUNCTION public.c_{me}() RETURNS integer LANGUAGE c AS 'pg_replenish', 'x'")),
    Attack("COPY from and to files", each=refused("COPY {rel} TO '/tmp/stolen'", "COPY {rel} FROM '/etc/passwd'", "COPY {rel} FROM PROGRAM 'cat'")),
    Attack("FOR UPDATE", each=["SELECT r::text FROM {rel} AS r FOR UPDATE", "SELECT r::text FROM {rel} AS r FOR KEY SHARE SKIP LOCKED"]),
    Attack("CREATE STATISTICS, ANALYZE, LOCK",
           each=refused("CREATE STATISTICS public.guess_{me} ON tenant_id, material_id FROM {rel}", "CREATE INDEX ON {rel} ((1))", "CLUSTER {rel}")
           + ["ANALYZE VERBOSE {rel}", "VACUUM VERBOSE {rel}", "DO $$ BEGIN LOCK TABLE {rel} IN ACCESS SHARE MODE; END $$"], tables_only=True, lawful=OWNER),
    # GRANT SET without the right to grant it is a warning for those who have it; the catalog tells.
    Attack("map entry for another role, memberships",
           refused("GRANT {stranger} TO {me}", "CREATE ROLE ghost_{me} IN ROLE replenish_batch", "ALTER ROLE {me} SUPERUSER",
                   "ALTER ROLE {me} BYPASSRLS", "ALTER ROLE {me} CREATEROLE", "SELECT replenish.create_roles()", "SELECT replenish.install_api()")
           + ["GRANT SET ON PARAMETER app.current_tenant_id TO {me}", "GRANT SET ON PARAMETER app.current_tenant_id TO PUBLIC"]),
    # pg_cron says that a job is not there by an internal error (XX000).
    Attack("pg_cron: reading, altering, unscheduling, scheduling as another",
           ["SELECT * FROM cron.job", "SELECT * FROM cron.job_run_details", "SELECT cron.unschedule('replenish_forecasts')"]
           + refused("UPDATE cron.job SET command = 'SELECT 1'", "DELETE FROM cron.job",
                     "INSERT INTO cron.job (schedule, command, database, username) VALUES ('* * * * *', 'SELECT 1', '{db}', '{stranger}')",
                     "SELECT cron.schedule_in_database('x', '* * * * *', 'SELECT 1', '{db}', '{stranger}')",
                     "SELECT replenish.schedule_jobs(run_as => '{stranger}')")
           + refused("SELECT cron.unschedule({job})", "SELECT cron.alter_job({job}, command => 'SELECT 1')",
                     "SELECT cron.alter_job({job}, active => false)", states=("42501", "XX000"))
           + ["UPDATE cron.job_run_details SET return_message = 'x'", "DELETE FROM cron.job_run_details",
              "SELECT replenish.schedule_jobs()", "SELECT replenish.unschedule_jobs()"], needs="pg_cron"),
]
