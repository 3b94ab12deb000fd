"""Check 11: every function of the catalog, called with typed values that nobody should pass.

The calls run inside the server, in one plpgsql function per target that catches every error, so that
20,000 calls of a function that computes take a second. Functions that read and write tables take milliseconds
a call and get as many as fit into their time. Arguments: calls a function (default 20,000), seconds a
function at most (default 1), seed. Findings: a lost connection, SQLSTATE XX000, a backtrace, a value of
tenant B, a result that is not finite, a call that does not end in ten seconds.
Seen to fail: plan_text() on json nested 200 deep gave XX000 before src/document.rs; and a function that
divides by zero as an internal error (SELF_TEST) is found in every run.
"""

import sys
import time

import psycopg

from catalog import routines
from logins import Login, connect
from values import World, call, chance_values, plain, pool, unknown_types

A, B = "aaaaaaaa-0000-4000-8000-000000000000", "ca9a47ee-b000-4000-8000-000000000000"
SUSPECT = r"735184629|2058516961|CANARY|rust_begin_unwind|stack backtrace|\.rs:[0-9]"
SELF_TEST = """CREATE FUNCTION fuzz.broken(integer) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN IF $1 = 7 THEN RAISE EXCEPTION 'broken' USING ERRCODE = 'XX000'; END IF; RETURN $1; END $$"""
# They give back the day or moment that they were given; what uses them refuses an infinite one.
MAY_BE_INFINITE = {"replenish.observed_until(uuid,uuid,date)", "replenish.tenant_metrics(uuid,timestamp with time zone)"}


class Fuzzer:
    def __init__(self, seed):
        self.superuser = connect()
        foreign = [B, "ca9a47ee-b000-4000-8000-0000000000f1", "ca9a47ee-b000-4000-8000-000000000003"]
        suggestion = self.superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
        self.world = World(suggestion=str(suggestion), foreign_ids=foreign, relations=["replenish.materials", "replenish.material_forecasts", "public.no_such"])
        self.seed = seed
        self.findings, self.done, self.answered = [], {}, {}
        self.superuser.execute("DROP SCHEMA IF EXISTS fuzz CASCADE")
        self.superuser.execute("CREATE SCHEMA fuzz")
        self.superuser.execute("GRANT ALL ON SCHEMA fuzz TO PUBLIC")
        self.superuser.execute(SELF_TEST)
        if not self.superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = 'fuzzer'").fetchone():
            self.superuser.execute("CREATE ROLE fuzzer LOGIN IN ROLE replenish_owner, replenish_batch")
            self.superuser.execute(f"ALTER ROLE fuzzer SET app.current_tenant_id = '{A}'")
        self.boxes = {}

    def box(self, kind):
        """A composite type that holds one value, so that arrays of any type can be made."""
        if kind not in self.boxes:
            self.boxes[kind] = f"fuzz.box_{len(self.boxes)}"
            self.superuser.execute(f"CREATE TYPE {self.boxes[kind]} AS (v {kind})")
        return self.boxes[kind]

    def valid(self, values):
        """Those that are values at all: the others fail before any function of ours is called."""
        kept = []
        for value in values:
            try:
                self.superuser.execute(f"SELECT {value}")
                kept.append(value)
            except psycopg.Error:
                pass
        return kept

    def program(self, routine):
        """A plpgsql function that calls the routine again and again and keeps what is suspect."""
        names, declared, picks, arguments = [], [], [], []
        for place, (name, kind) in enumerate(routine.arguments):
            if kind == "internal":
                arguments.append("NULL")
                continue
            values = self.valid([plain(name, kind, self.world), *pool(kind, self.world), *chance_values(kind, f"{self.seed}{routine.signature}{place}")])
            declared.append(f"p{place} {self.box(kind)}[] := ARRAY(SELECT ROW(x.v)::{self.box(kind)} FROM (VALUES {', '.join(f'({v})' for v in values)}) AS x (v)); "
                            f"i{place} integer;")
            picks.append(f"i{place} := CASE WHEN random() < tame THEN 1 ELSE 1 + floor(random() * {len(values)})::integer END;")
            names.append(f"i{place}")
            index = f"1 + floor(random() * {len(values)})::integer" if routine.kind == "a" else f"i{place}"
            arguments.append(f"p{place}[{index}].v")
        statement = call(routine, arguments)
        if routine.kind == "a":
            statement = statement.replace("generate_series(1, 3)", "generate_series(1, 1 + floor(random() * 8)::integer)")
        chosen = " || ' ' || ".join(names) or "''"
        endless = "" if routine.signature in MAY_BE_INFINITE else r" OR heard ~* '\m(nan|infinity)\M'"
        return f"""
CREATE OR REPLACE FUNCTION fuzz.attempt(tries integer, seconds float8) RETURNS TABLE (calls integer, answers integer, suspects text[])
LANGUAGE plpgsql AS $fuzz$
DECLARE
    {' '.join(declared)}
    tame float8; heard text; state text; message text; detail text; hint text;
    until timestamptz := clock_timestamp() + make_interval(secs => seconds);
BEGIN
    calls := 0; answers := 0; suspects := '{{}}';
    WHILE calls < tries AND clock_timestamp() < until LOOP
        calls := calls + 1;
        tame := (ARRAY[0, 0.7, 0.9])[1 + calls % 3];
        {' '.join(picks)}
        BEGIN
            SELECT string_agg(q::text, '|') INTO heard FROM ({statement} LIMIT 20) AS q;
            answers := answers + 1;
            IF heard ~ '{SUSPECT}'{endless} THEN
                suspects := suspects || ('answer ' || left(heard, 200) || ' at ' || {chosen});
            END IF;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            IF state LIKE 'XX%' OR state LIKE '53%' OR concat(message, detail, hint) ~ '{SUSPECT}' THEN
                suspects := suspects || (state || ' ' || left(message, 300) || ' at ' || {chosen});
            END IF;
        END;
        IF cardinality(suspects) >= 5 THEN EXIT; END IF;
    END LOOP;
    RETURN NEXT;
END $fuzz$"""

    def user(self, routine):
        """The writer where it may call the function: then nothing of B may show. Else one who may do all."""
        return "in_replenish_writer" if self.superuser.execute(
            "SELECT has_function_privilege('in_replenish_writer', %s::oid, 'EXECUTE')", (routine.oid,)).fetchone()[0] else "fuzzer"

    def try_function(self, routine, calls, seconds):
        user = self.user(routine)
        with connect(user) as connection:
            connection.execute("SET statement_timeout = %s" % int(1000 * (seconds + 10)))
            connection.execute("SET client_min_messages = error")
            connection.execute("SET check_function_bodies = off")
            with connection.transaction(force_rollback=True):
                connection.execute(self.program(routine))
                connection.execute("SELECT setseed(%s)", ((self.seed % 1000) / 1000,))
                done, answered, found = connection.execute("SELECT * FROM fuzz.attempt(%s, %s)", (calls, seconds)).fetchone()
        if user == "fuzzer":
            found = [f for f in found if "answer" not in f]  # It may enter any tenant.
        self.done[routine.signature], self.answered[routine.signature] = done, answered
        self.findings += [(routine.signature, f) for f in found]

    def try_procedure(self, routine, calls, seconds):
        """Procedures commit, so they are called one by one."""
        import random
        chance = random.Random(self.seed)
        login = Login("in_replenish_batch")
        login.run("SET statement_timeout = '10s'")
        values = [[plain(n, k, self.world)] * 5 + pool(k, self.world) + chance_values(k, self.seed) for n, k in routine.arguments]
        until, done, answered = time.monotonic() + seconds, 0, 0
        while done < calls and time.monotonic() < until:
            statement = call(routine, [chance.choice(v) for v in values])
            state, heard, _ = login.run(statement)
            done, answered = done + 1, answered + (state is None)
            if (state or "").startswith(("XX", "53", "57")):
                self.findings.append((routine.signature, f"{state} {heard[:300]} at {statement[:300]}"))
        self.done[routine.signature], self.answered[routine.signature] = done, answered
        login.close()

    def run(self, targets, calls, seconds):
        for routine in targets:
            try:
                if routine.kind == "p":
                    self.try_procedure(routine, calls, seconds)
                else:
                    self.try_function(routine, calls, seconds)
            except psycopg.errors.QueryCanceled:
                self.findings.append((routine.signature, "a call did not end in ten seconds"))
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.findings.append((routine.signature, f"the server went away: {error}"))
                time.sleep(5)


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261124
    fuzzer = Fuzzer(seed)
    targets = routines(fuzzer.superuser)
    missing = unknown_types(targets, fuzzer.world)
    if missing:
        sys.exit(f"tests/lib/values.py has no values of type {missing}")
    fuzzer.run(targets, calls, seconds)
    for finding in fuzzer.findings[:60]:
        print("FOUND", *finding)
    total, full = sum(fuzzer.done.values()), sum(n >= calls for n in fuzzer.done.values())
    if fuzzer.findings:
        sys.exit(f"{len(fuzzer.findings)} findings in {total} calls; seed {seed}")
    broken = [r for r in routines_of(fuzzer.superuser, "fuzz") if r.name == "fuzz.broken"]
    fuzzer.run(broken, calls, seconds)
    if not fuzzer.findings:
        sys.exit("a function that fails with XX000 was not noticed")
    fewest = min(fuzzer.done, key=fuzzer.done.get)
    print(f"{total} calls of {len(targets)} functions, {sum(fuzzer.answered.values())} answered: 0 crashes, 0 internal errors; "
          f"{full} functions with {calls} calls, fewest {fuzzer.done[fewest]} ({fewest.split('(')[0]}, {seconds:g} s each); seed {seed}")


def routines_of(connection, schema):
    """The routines of another schema than the product's."""
    import catalog
    kept, catalog.SCHEMAS = catalog.SCHEMAS, f"SELECT oid FROM pg_namespace WHERE nspname = '{schema}'"
    try:
        return routines(connection)
    finally:
        catalog.SCHEMAS = kept


if __name__ == "__main__":
    main()
