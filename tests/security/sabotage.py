"""The attacks are able to fail: one well-known mistake after the other is put in place, and has to be noticed."""

import sys
from dataclasses import dataclass
from typing import Callable

from assault import attack_with, routines_with_foreign_ids
from attacks import ATTACKS
from catalog import routines
from probes import change_of_tenant, probe_keys
from siege import B, Siege

# As somebody might write it who has not met placeholders: whatever anybody SETs before the library comes is the tenant.
BELIEVES_THE_SETTING = ("CREATE OR REPLACE FUNCTION replenish.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE AS "
                        "$$ SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid $$")


@dataclass
class Mistake:
    sql: str
    undo: str
    attempt: Callable  # what has to notice it, given a siege
    needs: str = ""
    seen_in: str = ""  # what has to notice it, if more than one check could


def attacks(*names, user="in_replenish_reader", rolled_back=False):
    def attempt(siege):
        siege.trial = rolled_back
        before, around = siege.fingerprint(), siege.surroundings(user)
        for attack in ATTACKS:
            if attack.name in names:
                attack_with(siege, user, attack)
        siege.trial = False
        siege.compare(user, "the attacks", before, siege.fingerprint())
        siege.compare(user, "what keeps tenants apart", around, siege.surroundings(user))
    return attempt


def function(name):
    def attempt(siege):
        siege.routines = [r for r in routines(siege.superuser) if r.name == name]
        routines_with_foreign_ids(siege, "in_replenish_reader")
    return attempt


MISTAKES = [
    Mistake("CREATE POLICY careless ON replenish.vendors FOR SELECT USING (true)",
            "DROP POLICY careless ON replenish.vendors", attacks("COPY out")),
    Mistake("CREATE POLICY careless ON replenish.demand_history_other FOR SELECT USING (true)",
            "DROP POLICY careless ON replenish.demand_history_other", attacks("partition read directly")),
    Mistake("ALTER VIEW replenish.daily_demand_summary SET (security_invoker = false); "
            "ALTER TABLE replenish.demand_history NO FORCE ROW LEVEL SECURITY; "
            "ALTER VIEW replenish.daily_demand_summary OWNER TO replenish_owner",
            "ALTER VIEW replenish.daily_demand_summary SET (security_invoker = true); ALTER TABLE replenish.demand_history FORCE ROW LEVEL SECURITY",
            attacks("COPY out")),
    Mistake("ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY DEFINER",
            "ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY INVOKER",
            function("replenish.explain_forecast")),
    # Tells whether an id is known, and no more.
    Mistake("CREATE FUNCTION replenish.careless(material_id uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER AS "
            "$$ SELECT EXISTS (SELECT FROM replenish.materials AS m WHERE m.material_id = careless.material_id) $$",
            "DROP FUNCTION replenish.careless(uuid)", function("replenish.careless")),
    # What only the second statement of an attack meets, or only a role that may choose its tenant.
    Mistake("GRANT TRUNCATE ON replenish.alerts TO replenish_batch", "REVOKE TRUNCATE ON replenish.alerts FROM replenish_batch",
            attacks("TRUNCATE", user="in_replenish_batch", rolled_back=True)),
    Mistake("CREATE POLICY careless ON replenish.holidays FOR INSERT TO replenish_batch WITH CHECK (true)",
            f"DROP POLICY careless ON replenish.holidays; DELETE FROM replenish.holidays WHERE tenant_id = '{B}' AND holiday_name <> 'CANARY'",
            attacks("INSERT for B", user="in_replenish_batch")),
    Mistake("GRANT replenish_owner TO in_replenish_reader", "REVOKE replenish_owner FROM in_replenish_reader",
            attacks("SET ROLE to owner, batch, API")),
    Mistake("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC", "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM PUBLIC",
            attacks("pg_read_file, COPY PROGRAM")),
    Mistake("GRANT pg_execute_server_program TO in_replenish_reader", "REVOKE pg_execute_server_program FROM in_replenish_reader",
            attacks("pg_read_file, COPY PROGRAM")),
    Mistake("GRANT EXECUTE ON FUNCTION dblink_connect_u(text) TO PUBLIC", "REVOKE EXECUTE ON FUNCTION dblink_connect_u(text) FROM PUBLIC",
            attacks("dblink"), needs="dblink"),
    Mistake("GRANT SET ON PARAMETER app.current_tenant_id TO in_none WITH GRANT OPTION",
            "REVOKE SET ON PARAMETER app.current_tenant_id FROM PUBLIC, in_none CASCADE",
            attacks("map entry for another role, memberships", user="in_none")),
    # Keys.
    Mistake("CREATE UNIQUE INDEX careless ON replenish.vendors (vendor_code)", "DROP INDEX replenish.careless",
            lambda siege: probe_keys(siege, "in_replenish_writer")),
    Mistake("CREATE UNIQUE INDEX careless ON replenish.vendors (vendor_id); "
            "ALTER TABLE replenish.materials DROP CONSTRAINT materials_preferred_vendor_fkey; "
            "ALTER TABLE replenish.materials ADD CONSTRAINT careless FOREIGN KEY (preferred_vendor_id) REFERENCES replenish.vendors (vendor_id)",
            "ALTER TABLE replenish.materials DROP CONSTRAINT careless; DROP INDEX replenish.careless; "
            "ALTER TABLE replenish.materials ADD CONSTRAINT materials_preferred_vendor_fkey FOREIGN KEY (tenant_id, preferred_vendor_id) REFERENCES replenish.vendors",
            lambda siege: probe_keys(siege, "in_replenish_writer"), seen_in="foreign key careless"),
    # A plan that is kept keeps the tenant.
    Mistake("ALTER FUNCTION replenish.current_tenant_id() IMMUTABLE", "ALTER FUNCTION replenish.current_tenant_id() STABLE",
            lambda siege: change_of_tenant(siege, "in_replenish_batch")),
    # Jobs.
    Mistake("CREATE POLICY careless ON cron.job FOR SELECT USING (true)", "DROP POLICY careless ON cron.job",
            attacks("pg_cron: reading, altering, unscheduling, scheduling as another"), needs="pg_cron"),
    Mistake("CREATE POLICY careless ON cron.job_run_details USING (true); GRANT UPDATE, DELETE ON cron.job_run_details TO PUBLIC",
            "DROP POLICY careless ON cron.job_run_details; REVOKE UPDATE, DELETE ON cron.job_run_details FROM PUBLIC",
            attacks("pg_cron: reading, altering, unscheduling, scheduling as another"), needs="pg_cron"),
]


def sabotaged(preloaded):
    siege = Siege(preloaded)
    mistakes = MISTAKES
    if not preloaded:
        source = siege.one("SELECT pg_get_functiondef('replenish.current_tenant_id()'::regprocedure)")
        mistakes = [Mistake(BELIEVES_THE_SETTING, source, attacks(name))
                    for name in ("SET of the tenant setting", "set_config inside a query", "the setting through connection options")]
    for mistake in mistakes:
        if mistake.needs and mistake.needs not in siege.extensions:
            continue
        siege.leaks, siege.wrong, whole = [], [], siege.routines
        siege.superuser.execute(mistake.sql)
        try:
            mistake.attempt(siege)
        finally:
            siege.superuser.execute(mistake.undo)
            siege.routines = whole
        if mistake.seen_in not in str(siege.leaks + siege.wrong) or not siege.leaks + siege.wrong:
            sys.exit(f"not noticed: {mistake.sql}")
        print(f"ok - noticed: {mistake.sql.split(';')[0]} ({len(siege.leaks)} leaks, {len(siege.wrong)} wrong)")
