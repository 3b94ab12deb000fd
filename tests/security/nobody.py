"""Check 4: no tenant, an empty one, or one that is not a uuid: nothing of anybody, for every role, relation and function.

Argument: "unpreloaded". Seen to fail: with a policy that lets whoever has no tenant read, and with a
SECURITY DEFINER read (the last step puts both in place and demands that each is noticed in each of the ways).
"""

import re
import sys

import psycopg

from canary import Canaries
from catalog import product_roles, relations, routines
from logins import Login, connect
from probes import ONLY_WHILE_RUNNING
from siege import A, B, KNOWN
from values import World, call, plain

NOT_UUIDS = ("acme", "00000000-0000-0000-0000-00000000000", "' OR true --", "*", "NULL", "a" * 5000)
# Steps of the schema belong to no tenant.
OF_NO_TENANT = {"replenish.schema_migrations"}
# Roles that read every table and view of schema replenish.
READERS = {"in_replenish_reader", "in_replenish_writer", "in_replenish_batch", "in_replenish_night", "in_replenish_api_user"}
# Mistake, remedy, and in how many of the ways it must show: functions are called in three of them.
MISTAKES = [
    ("CREATE POLICY careless ON replenish.vendors FOR SELECT USING (replenish.current_tenant_id() IS NULL)",
     "DROP POLICY careless ON replenish.vendors", 4),
    ("ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY DEFINER",
     "ALTER FUNCTION replenish.explain_forecast(uuid, uuid, uuid) SECURITY INVOKER", 3),
]


class Nobody:
    def __init__(self, superuser):
        self.superuser, self.found = superuser, []
        self.relations = [r for r in relations(superuser) if r.name not in OF_NO_TENANT]
        # What is IMMUTABLE reads no table; a procedure goes to every tenant, and needs the batch role for it.
        self.routines = [r for r in routines(superuser) if r.volatility != "i" and r.kind == "f" and "internal" not in [t for _, t in r.arguments]]
        self.tokens = [Canaries(superuser, B, KNOWN), Canaries(superuser, A, [], re.compile("Alpha"))]
        unknown = World.unknown_id
        self.worlds = [World(tenant=unknown, facility=unknown, material=unknown, suggestion=unknown),
                       World(tenant=A), World(tenant=B, facility=KNOWN[1], material=KNOWN[2])]
        self.looked = self.called = self.answered = 0

    def ways(self, user):
        """Name, and how the login comes to have no tenant. What is no uuid is refused by SET and ALTER ROLE;
        a setting that came past the library, from before it was there, is written here as it would stand."""
        yield "none", f"ALTER ROLE {user} RESET app.current_tenant_id", ""
        yield "an empty one", f"ALTER ROLE {user} SET app.current_tenant_id = ''", ""
        yield "an empty one by option", f"ALTER ROLE {user} RESET app.current_tenant_id", "-c app.current_tenant_id="
        for bad in NOT_UUIDS[:2]:
            yield f"{bad}, not a uuid", (
                f"ALTER ROLE {user} SET app.current_tenant_id = ''; SET allow_system_table_mods = on; "
                f"UPDATE pg_db_role_setting SET setconfig = ARRAY['app.current_tenant_id={bad}'] WHERE setrole = '{user}'::regrole; "
                "RESET allow_system_table_mods"), ""

    def look(self, user):
        registry = self.superuser.execute("SELECT pg_has_role(%s, 'replenish_batch', 'USAGE')", (user,)).fetchone()[0]
        for way, prepare, options in self.ways(user):
            self.superuser.execute(prepare)
            try:
                login = Login(user, options=options)
            except psycopg.OperationalError as error:
                if "permission denied to set parameter" not in str(error):
                    raise
                continue
            for relation in self.relations:
                state, heard, rows = login.run(f"SELECT * FROM {relation.name}")
                self.looked += 1
                told = {t for tokens in self.tokens for t in tokens.find("", heard)}
                if (told or (rows and relation.tenant_column)) and not (registry and relation.name.endswith(".tenants")):
                    self.found.append((user, way, relation.name, rows, heard[:100]))
                if state and user in READERS and relation.name.startswith("replenish."):
                    self.found.append((user, way, relation.name, "did not answer", state))
            if not options and not way.startswith(NOT_UUIDS[1]):
                self.call(login, way, registry)
            login.close()
        # As logins.sql made it.
        own = "RESET app.current_tenant_id" if user in ("in_none", "in_replenish_owner") else f"SET app.current_tenant_id = '{A}'"
        self.superuser.execute(f"ALTER ROLE {user} {own}")

    def call(self, login, way, registry):
        """Everything that reads: it answers the same to ids of A, ids of B and ids of nobody. What it would write is undone."""
        # Without preloading the library comes with the first call, and says then what it threw away.
        login.run("SELECT replenish.current_tenant_id()")
        for routine in self.routines:
            answers = set()
            for statement, ids in {call(routine, [plain(*a, world) for a in routine.arguments]): world for world in self.worlds}.items():
                if routine.volatility == "v":
                    login.run("BEGIN")
                state, heard, rows = login.run(statement)
                if routine.volatility == "v":
                    login.run("ROLLBACK")
                self.called += 1
                self.answered += state is None
                told = {t for tokens in self.tokens for t in tokens.find(statement, heard)}
                if told - ({A, B} if registry else set()):
                    self.found.append((login.user, way, routine.signature, sorted(told)[:3], rows))
                for known in (ids.tenant, ids.facility, ids.material, ids.suggestion):
                    heard = heard.replace(known, "<id>")
                answers.add((state, heard, rows))
            # What is volatile makes ids and looks at the clock.
            if routine.volatility != "v" and len(answers) > 1:
                self.found.append((login.user, way, routine.signature, answers))


def empty_anyway(superuser):
    """Relations in which even a superuser who works for B finds no row: that they are empty for others tells nothing."""
    with superuser.transaction():
        superuser.execute(f"SET LOCAL app.current_tenant_id = '{B}'")
        return {r.name for r in relations(superuser)
                if not superuser.execute(f"SELECT EXISTS (SELECT FROM {r.name})").fetchone()[0]} - ONLY_WHILE_RUNNING


def no_tenant(superuser, preloaded=True):
    users = ["in_" + r for r in product_roles(superuser)] + ["in_none"]
    empty = empty_anyway(superuser)
    if empty:
        sys.exit(f"there is nothing to hide in {sorted(empty)}")
    nobody = Nobody(superuser)
    for user in users:
        nobody.look(user)
    if nobody.found:
        sys.exit(f"seen without a tenant: {len(nobody.found)}: {nobody.found[:10]}")
    # Each role in at least four of the ways; and most of what is called has to answer at all for somebody.
    least = len(users) * 4 * len(nobody.relations), len(users) * 3 * len(nobody.routines), 1500
    if nobody.looked < least[0] or nobody.called < least[1] or nobody.answered < least[2]:
        sys.exit(f"{nobody.looked} looks, {nobody.called} calls, {nobody.answered} answers are fewer than {least}")
    for bad in NOT_UUIDS if preloaded else ():
        state, _, _ = Login("postgres").run(f"SET app.current_tenant_id = '{bad.replace(chr(39), chr(39) * 2)}'")
        if state != "22023":
            sys.exit(f"tenant {bad[:40]!r} gave {state} instead of 22023")
    print(f"ok - no tenant, an empty one or none that is a uuid: 0 rows in {nobody.looked} looks, nothing of anybody in {nobody.called} calls ({nobody.answered} answered)")
    for mistake, undo, ways in MISTAKES:
        trial = Nobody(superuser)
        superuser.execute(mistake)
        try:
            trial.look("in_replenish_reader")
        finally:
            superuser.execute(undo)
        noticed = {way for _, way, *_ in trial.found}
        if len(noticed) < ways:
            sys.exit(f"{mistake} was noticed with {noticed} only")
    print(f"ok - and notices a mistake in each of the ways ({len(MISTAKES)} mistakes)")


if __name__ == "__main__":
    no_tenant(connect(), "unpreloaded" not in sys.argv)
