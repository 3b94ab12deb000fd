"""Check 31: every routine of the catalog, called on a standby and on its primary. Argument: the standby's socket.

On the primary each call is rolled back, and tells whether it writes. On the standby a call that writes, and every
procedure, must end with 25006; a call that does not must answer the same; one that the primary refuses must be
refused alike, or with 25006. Called by a superuser, by the night's login and by the owner of the tables.
Seen to fail: with a function that writes and hides the refusal, and with one that answers otherwise on a standby
(standby.sh makes both, and each has to be found in every run); with unschedule_jobs() when it let pg_cron write on a
standby (XX000).
"""

import re
import sys

from catalog import routines
from logins import Login, connect
from values import World, call, plain

TENANT, FACILITY, MATERIAL = ("00000000-0000-4000-8000-00000000d000", "00000000-0000-4000-8000-00000000f001", "00000000-0000-4000-8000-000000000001")
READ_ONLY = "25006"
# The moment of the answer, how long something took or has been up.
CLOCK = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00(:00)?)?|\d+(\.\d+)? ms|\d+:\d\d:\d\d(\.\d+)?|.uptime.: *[\d.]+")
# With which a call gets far enough to write.
VALUES = {"start_date": "current_date - 30", "period_start": "current_date - 30", "demand_date": "current_date - 1", "forecast_date": "current_date + 1",
          "dry_run": "false", "override_reason": "'fair'", "override_quantity": "5", "purchase_order_id": "NULL::uuid", "expires_at": "NULL::timestamptz",
          "aggregation_level": "'DAILY'", "run_as": "NULL::name"}
SELF_TESTS = ["replenish.self_test_hides()", "replenish.self_test_differs()"]

# What is marked as volatile and writes nothing here: no other routine may be without a refusal.
NOTHING_TO_WRITE = {
    "replenish.comment_common_columns(regclass)": "comments where there is none",
    "replenish.conclude_job(text,uuid)": "nothing but what replenishment does",
    "replenish.enter_tenant(uuid)": "sets the tenant",
    "replenish.is_unsure(text,text,uuid,interval)": "looks at locks",
    "replenish.lock_facility(uuid,uuid)": "takes a lock",
    "replenish.maintain_demand_partitions(integer)": "refused, for there are no partitions",
    "replenish.repair()": "nothing is to be repaired",
    "replenish.run_chunk(uuid,uuid,integer)": "refused, for no chunk is claimed",
    "replenish.watch_demand()": "the triggers are there",
    "replenish_auth.enter_tenant_of_token()": "sets the tenant",
    "replenish_auth.pre_request()": "sets the tenant",
}

# What each server counts by itself, and files that grow on the primary by what it rolls back.
OWN_FIGURES = {"replenish.table_sizes()", "replenish.index_hits()", "replenish.server_metrics()"}


def argument(name, kind, world):
    return VALUES.get(name) or ("current_date" if kind == "date" else plain(name, kind, world))


def comparable(heard):
    """Without the clock, and in any order: a set of rows has none."""
    return sorted(CLOCK.sub("", heard).split("\n"))


class Pair:
    """A login to the primary and one to its standby."""

    def __init__(self, user, options, standby):
        self.user = user
        self.primary = Login(user, options=options)
        self.standby = Login(user, options=options, host=standby)

    def on_primary(self, statement):
        """(SQLSTATE or None, answer, whether anything was written); nothing stays."""
        self.primary.run("BEGIN")
        state, heard, _ = self.primary.run(statement)
        wrote = state is None and self.primary.run("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")[1] == "True"
        self.primary.run("ROLLBACK")
        return state, heard, wrote

    def compare(self, routine, statement):
        """(what the standby said, what is wrong with it or None)."""
        state, heard, _ = self.standby.run(statement)
        if routine.kind == "p":
            # A procedure commits, so the primary's is not tried.
            may = self.primary.run(f"SELECT has_function_privilege({routine.oid}, 'EXECUTE')")[1] == "True"
            return state, None if state == (READ_ONLY if may else "42501") else f"{state} instead of {READ_ONLY}: {heard[:200]}"
        primary_state, primary_heard, wrote = self.on_primary(statement)
        if wrote or (state == READ_ONLY and routine.volatility == "v"):
            return state, None if state == READ_ONLY else f"writes on the primary, and says {state} {heard[:200]} here"
        if state != primary_state:
            return state, f"{state} instead of the primary's {primary_state}: {heard[:200]}"
        if state is None and routine.signature not in OWN_FIGURES and comparable(heard) != comparable(primary_heard):
            return state, f"answers {heard[:200]} instead of {primary_heard[:200]}"
        return state, None


def main():
    standby = sys.argv[1]
    superuser = connect()
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (TENANT,)).fetchone()
    world = World(tenant=TENANT, facility=FACILITY, material=MATERIAL, suggestion=str(suggestion[0]))
    pairs = [Pair("postgres", f"-c app.current_tenant_id={TENANT}", standby), Pair("night", f"-c app.current_tenant_id={TENANT}", standby),
             Pair("keeper", "-c role=replenish_owner", standby)]
    refused, wrong, calls = set(), {}, 0
    targets = [r for r in routines(superuser) if "internal" not in [kind for _, kind in r.arguments]]
    for routine in targets:
        statement = call(routine, [argument(*a, world) for a in routine.arguments])
        for pair in pairs:
            calls += 1
            state, complaint = pair.compare(routine, statement)
            if state == READ_ONLY:
                refused.add(routine.signature)
            if complaint:
                wrong.setdefault(routine.signature, f"{pair.user}: {complaint}")
    for signature in SELF_TESTS:
        if not wrong.pop(signature, None):
            sys.exit(f"{signature} was not found")
    for signature, complaint in sorted(wrong.items()):
        print(f"not ok - {signature}: {complaint}")
    if wrong:
        sys.exit(1)
    # The values get far: whatever may write does, the nights' schedule where there is pg_cron, triggers aside.
    volatile = {r.signature for r in targets if r.volatility == "v" and not r.result.endswith("trigger")}
    if not superuser.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_cron'").fetchone()[0]:
        volatile -= {s for s in volatile if s.startswith(("replenish.schedule_jobs(", "replenish.unschedule_jobs("))}
    if volatile - refused != NOTHING_TO_WRITE.keys() | set(SELF_TESTS[:1]):
        sys.exit(f"not refused with {READ_ONLY}, so its arguments tell nothing: {sorted(volatile - refused - NOTHING_TO_WRITE.keys())}; "
                 f"refused, against NOTHING_TO_WRITE: {sorted(NOTHING_TO_WRITE.keys() & refused)}")
    print("# refused: " + ", ".join(sorted(refused)))
    print(f"ok - {calls} calls of every routine: {len(refused)} routines write and give {READ_ONLY}, the others answer as on the primary")


if __name__ == "__main__":
    main()
