"""Check 11: every function of the catalog, called with typed values that nobody should pass.

A function whose arguments have fewer combinations of such values than there are calls gets every combination
once; the others get random ones, two thirds of them tame enough to get far. The calls run inside the server, in
one plpgsql function per target that catches every error: functions that compute take microseconds, those that
read and write tables milliseconds. Findings: a lost connection, SQLSTATE XX000, a backtrace, a value of
tenant B, a result that is not finite, a call that does not end in a minute.
Arguments: calls a function (default 20,000), seconds a function at most (default: no bound), seed, and which
share of the calls, as 1/3: shares run side by side on servers of their own.
Seen to fail: plan_text() on json nested 200 deep gave XX000 before src/document.rs; and a function that
divides by zero as an internal error (SELF_TEST) is found in every run.
"""

import math
import random
import sys
import time

import psycopg

from catalog import routines
from logins import Login, connect
from values import World, call, chance_values, plain, pool, unknown_types

A, B = "aaaaaaaa-0000-4000-8000-000000000000", "ca9a47ee-b000-4000-8000-000000000000"
SUSPECT = r"735184629|2058516961|CANARY|rust_begin_unwind|stack backtrace|\.rs:[0-9]|XX000|unforeseen way"
SELF_TEST = """CREATE FUNCTION fuzz.broken(integer) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN IF $1 = 7 THEN RAISE EXCEPTION 'broken' USING ERRCODE = 'XX000'; END IF; RETURN $1; END $$"""
# They give back the day or moment that they were given; what uses them refuses an infinite one.
MAY_BE_INFINITE = {"replenish.observed_until(uuid,uuid,date)", "replenish.tenant_metrics(uuid,timestamp with time zone)"}
# The first of them that may call a function does: they are bound to tenant A and must hear nothing of B. What they
# may not call the fuzzer does, who may enter any tenant.
BOUND = ["in_replenish_writer", "in_replenish_api_user"]
# The longest call takes half a second; beside everything else that runs it may get a fiftieth of a processor, and that of
# a slow machine. What never ends is found all the same.
SLICE_SECONDS, LONGEST_CALL = 2, 600
# Of one answer in fifty every row is read, of the others twenty: some have thousands.
WHOLE_ANSWERS = 0.02


class Fuzzer:
    def __init__(self, calls, seconds, seed, share=(0, 1)):
        self.calls, self.seconds, self.seed, (self.share, self.shares) = calls, seconds, seed, share
        self.superuser = connect()
        foreign = [B, "ca9a47ee-b000-4000-8000-0000000000f1", "ca9a47ee-b000-4000-8000-000000000003"]
        suggestion = self.superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
        self.world = World(suggestion=str(suggestion), foreign_ids=foreign, relations=["replenish.materials", "replenish.material_forecasts", "public.no_such"])
        self.findings, self.done, self.wanted, self.answered = [], {}, {}, 0
        self.boxes, self.known = {}, {}
        self.superuser.execute("DROP SCHEMA IF EXISTS fuzz CASCADE")
        self.superuser.execute("CREATE SCHEMA fuzz")
        self.superuser.execute("GRANT ALL ON SCHEMA fuzz TO PUBLIC")
        self.superuser.execute(SELF_TEST)
        if not self.superuser.execute("SELECT 1 FROM pg_roles WHERE rolname = 'fuzzer'").fetchone():
            self.superuser.execute("CREATE ROLE fuzzer LOGIN IN ROLE replenish_owner, replenish_batch")
            self.superuser.execute(f"ALTER ROLE fuzzer SET app.current_tenant_id = '{A}'")

    def box(self, kind):
        """A composite type that holds one value, so that arrays of any type can be made."""
        if kind not in self.boxes:
            self.boxes[kind] = f"fuzz.box_{len(self.boxes)}"
            self.superuser.execute(f"CREATE TYPE {self.boxes[kind]} AS (v {kind})")
        return self.boxes[kind]

    def is_value(self, text):
        """The others fail before any function of ours is called."""
        if text not in self.known:
            try:
                self.superuser.execute(f"SELECT {text}")
                self.known[text] = True
            except psycopg.Error:
                self.known[text] = False
        return self.known[text]

    def values(self, routine, place):
        """The plain value and then the others, each once."""
        name, kind = routine.arguments[place]
        if kind == "internal":
            return ["NULL"]
        tried = [plain(name, kind, self.world), *pool(kind, self.world), *chance_values(kind, f"{self.seed}{routine.signature}{place}")]
        return list(dict.fromkeys(filter(self.is_value, tried)))

    def program(self, routine):
        """fuzz.attempt(), which makes the calls of certain numbers and keeps what is suspect, and how many calls there are."""
        values = [self.values(routine, place) for place in range(len(routine.arguments))]
        combinations = math.prod(map(len, values))
        # An aggregate sees several rows, each with values of its own: no combination is all of it.
        every_one = combinations <= self.calls and not (routine.kind == "a" and values)
        declared, picks, arguments, stride = [], [], [], 1
        for place, (_, kind) in enumerate(routine.arguments):
            number = len(values[place])
            if kind == "internal":
                arguments.append("NULL")
                continue
            declared.append(f"p{place} {self.box(kind)}[] := ARRAY(SELECT ROW(x.v)::{self.box(kind)} FROM (VALUES {', '.join(f'({v})' for v in values[place])}) AS x (v)); "
                            f"i{place} integer;")
            chosen = f"(number / {stride}) % {number}" if every_one else f"CASE WHEN random() < tame THEN 0 ELSE floor(random() * {number})::integer END"
            picks.append(f"i{place} := 1 + {chosen};")
            index = f"1 + floor(random() * {number})::integer" if routine.kind == "a" else f"i{place}"
            arguments.append(f"p{place}[{index}].v")
            stride *= number
        statement = call(routine, arguments)
        if routine.kind == "a":
            statement = statement.replace("generate_series(1, 3)", "generate_series(1, 1 + floor(random() * 8)::integer)")
        numbers = " || ' ' || ".join(pick.split(" ", 1)[0] for pick in picks) or "''"
        endless = "" if routine.signature in MAY_BE_INFINITE else r" OR heard ~* '\m(nan|infinity)\M'"
        return combinations if every_one else self.calls, f"""
CREATE OR REPLACE FUNCTION fuzz.attempt(number integer, step integer, ending integer, seconds float8, OUT next integer, OUT answers integer, OUT suspects text[])
LANGUAGE plpgsql AS $fuzz$
DECLARE
    {' '.join(declared)}
    tame float8; heard text; state text; message text; detail text; hint text;
    until timestamptz := clock_timestamp() + make_interval(secs => seconds);
BEGIN
    answers := 0; suspects := '{{}}';
    WHILE number < ending AND clock_timestamp() < until AND cardinality(suspects) < 5 LOOP
        tame := (ARRAY[0, 0.7, 0.9])[1 + number / step % 3];
        {' '.join(picks)}
        BEGIN
            SELECT string_agg(q::text, '|') INTO heard FROM ({statement} LIMIT CASE WHEN random() < {WHOLE_ANSWERS} THEN NULL ELSE 20 END) AS q;
            answers := answers + 1;
            IF heard ~ '{SUSPECT}'{endless} THEN
                suspects := suspects || ('answer ' || left(heard, 200) || ' at ' || {numbers});
            END IF;
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            IF state LIKE 'XX%' OR state LIKE '53%' OR concat(message, detail, hint) ~ '{SUSPECT}' THEN
                suspects := suspects || (state || ' ' || left(message, 300) || ' at ' || {numbers});
            END IF;
        END;
        number := number + step;
    END LOOP;
    next := number;
END $fuzz$"""

    def user(self, routine):
        may = "SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')"
        return next((u for u in BOUND if self.superuser.execute(may, (u, routine.oid)).fetchone()[0]), "fuzzer")

    def try_function(self, routine):
        """In slices of a transaction each, so that a call that does not end is told from many that do."""
        user = self.user(routine)
        ending, program = self.program(routine)
        number, until = self.share, time.monotonic() + self.seconds
        with connect(user) as connection:
            connection.execute("SET statement_timeout = '%ds'" % (SLICE_SECONDS + LONGEST_CALL))
            connection.execute("SET client_min_messages = error")
            connection.execute("SET check_function_bodies = off")
            # Each call is planned anew, and none is worth a compilation or a search for the best plan.
            for setting in ("jit = off", "join_collapse_limit = 1", "from_collapse_limit = 1"):
                connection.execute(f"SET {setting}")
            connection.execute("SELECT setseed(%s)", (((self.seed + self.share) % 1000) / 1000,))
            while number < ending and (left := until - time.monotonic()) > 0:
                with connection.transaction(force_rollback=True):
                    connection.execute(program)
                    number, answered, found = connection.execute(
                        "SELECT * FROM fuzz.attempt(%s, %s, %s, %s)", (number, self.shares, ending, min(left, SLICE_SECONDS))).fetchone()
                self.answered += answered
                # Who may enter any tenant may hear of it.
                found = [f for f in found if user in BOUND or not f.startswith("answer ")]
                self.findings += [(routine.signature, f) for f in found]
                if len(found) >= 5:
                    break
        self.count(routine, number, ending)

    def try_procedure(self, routine):
        """Procedures commit, so they are called one by one."""
        chance = random.Random(f"{self.seed} {self.share} {routine.signature}")
        login = Login("in_replenish_batch")
        login.run(f"SET statement_timeout = '{LONGEST_CALL}s'")
        values = [self.values(routine, place) for place in range(len(routine.arguments))]
        number, ending, until = self.share, self.calls if values else 1, time.monotonic() + self.seconds
        while number < ending and time.monotonic() < until:
            tame = (0, 0.7, 0.9)[number // self.shares % 3]
            statement = call(routine, [v[0] if chance.random() < tame else chance.choice(v) for v in values])
            state, heard, _ = login.run(statement)
            number, self.answered = number + self.shares, self.answered + (state is None)
            if (state or "").startswith(("XX", "53", "57")):
                self.findings.append((routine.signature, f"{state} {heard[:300]} at {statement[:300]}"))
        login.close()
        self.count(routine, number, ending)

    def count(self, routine, number, ending):
        self.done[routine.signature] = len(range(self.share, min(number, ending), self.shares))
        self.wanted[routine.signature] = len(range(self.share, ending, self.shares))

    def run(self, targets):
        for routine in targets:
            try:
                if routine.kind == "p":
                    self.try_procedure(routine)
                else:
                    self.try_function(routine)
            except psycopg.errors.QueryCanceled:
                self.findings.append((routine.signature, f"a call did not end in {LONGEST_CALL} seconds"))
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                self.findings.append((routine.signature, f"the server went away: {error}"))
                time.sleep(5)


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else math.inf
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261124
    share, shares = map(int, (sys.argv[4] if len(sys.argv) > 4 else "1/1").split("/"))
    fuzzer = Fuzzer(calls, seconds, seed, (share - 1, shares))
    targets = routines(fuzzer.superuser)
    missing = unknown_types(targets, fuzzer.world)
    if missing:
        sys.exit(f"tests/lib/values.py has no values of type {missing}")
    fuzzer.run(targets)
    for finding in fuzzer.findings[:60]:
        print("FOUND", *finding)
    done, wanted = fuzzer.done, fuzzer.wanted
    total, short = sum(done.values()), [s for s in wanted if done[s] < wanted[s]]
    if fuzzer.findings:
        sys.exit(f"{len(fuzzer.findings)} findings in {total} calls; seed {seed}, share {share}/{shares}")
    answered = fuzzer.answered
    fuzzer.share, fuzzer.shares, fuzzer.seconds = 0, 1, math.inf
    fuzzer.run([r for r in routines(fuzzer.superuser, "SELECT 'fuzz'::regnamespace") if r.name == "fuzz.broken"])
    if not fuzzer.findings:
        sys.exit("a function that fails with XX000 was not noticed")
    if short:
        fewest = min(short, key=done.get)
        missed = f"{len(short)} functions with fewer, for lack of time, fewest {done[fewest]} ({fewest.split('(')[0]})"
    else:
        missed = "none with fewer"
    print(f"{total} calls of {len(targets)} functions, {answered} answered: 0 crashes, 0 internal errors; share {share}/{shares} of "
          f"{calls} inputs a function or of all that there are, {missed}; seed {seed}")


if __name__ == "__main__":
    main()
