"""Check 20: cancel and statement_timeout at random moments of every function; the longest wait is below a second.

Arguments: moments a function (default 50), longest moment in ms (default 8). Each function is called again and
again within one statement, which is stopped at a random moment: by statement_timeout, or by
pg_cancel_backend from another session. The wait from there to the error counts.
Seen to fail: with a function that catches the cancel and works on (STUBBORN).
"""

import random
import sys
import threading
import time

from catalog import routines
from fuzz import A, B
from logins import Login, connect
from values import World, call, plain

STUBBORN = """CREATE FUNCTION fuzz.stubborn() RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN LOOP BEGIN PERFORM pg_sleep(1.5); RETURN 1; EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(1.5); RETURN 2; END; END LOOP; END $$"""


def endless(routine, world):
    """A statement that calls a routine a billion times."""
    usual = [plain(name, kind, world) for name, kind in routine.arguments]
    if routine.kind == "p":
        return call(routine, usual)
    # The first argument depends on the row, so that the planner does not compute the call once.
    if usual and usual[0] != "NULL":
        usual[0] = f"CASE WHEN i < 0 THEN NULL ELSE {usual[0]} END"
    if routine.kind == "a":
        return f"SELECT {routine.name}({', '.join(usual)}) FROM generate_series(1, 1000000000) AS i"
    return f"SELECT count(r) FROM generate_series(1, 1000000000) AS i CROSS JOIN LATERAL {routine.name}({', '.join(usual)}) AS r"


def stop(login, killer, statement, moment, by_timeout):
    """Seconds from the moment to the error, and its SQLSTATE."""
    login.run("BEGIN")
    if by_timeout:
        login.run(f"SET LOCAL statement_timeout = {max(1, round(moment * 1000))}")
        started = time.monotonic()
        state, _, _ = login.run(statement)
        waited = time.monotonic() - started - moment
    else:
        # Again and again, since a cancel that comes between two statements is lost; the first that meets the work counts.
        login.run("SET LOCAL statement_timeout = '10s'")
        at, ended = [], threading.Event()

        def cancel():
            time.sleep(moment)
            while not ended.is_set():
                now = time.monotonic()
                _, _, met = killer.run(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {login.connection.info.backend_pid} "
                                       "AND state = 'active' AND query ~ '^(SELECT|CALL)'")
                if met:
                    at.append(now)
                ended.wait(0.02)

        thread = threading.Thread(target=cancel)
        thread.start()
        state, _, _ = login.run(statement)
        finished = time.monotonic()
        ended.set()
        thread.join()
        waited = finished - at[0] if at else 0
    login.run("ROLLBACK")
    return waited, state


def try_all(targets, world, moments, longest_ms, seed=20):
    chance = random.Random(seed)
    superuser = connect()
    killer = Login("postgres")
    logins = {user: Login(user) for user in ("in_replenish_writer", "fuzzer")}
    longest, stops, states = (0, ""), 0, {}
    for routine in targets:
        may = superuser.execute("SELECT has_function_privilege('in_replenish_writer', %s::oid, 'EXECUTE')", (routine.oid,)).fetchone()[0]
        login = logins["in_replenish_writer" if may else "fuzzer"]
        statement = endless(routine, world)
        for number in range(moments):
            waited, state = stop(login, killer, statement, chance.uniform(0.0005, longest_ms / 1000), number % 2 == 0)
            longest, stops = max(longest, (waited, routine.signature)), stops + 1
            states[state] = states.get(state, 0) + 1
    for login in logins.values():
        login.close()
    return longest, stops, states


def main():
    moments = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    longest_ms = float(sys.argv[2]) if len(sys.argv) > 2 else 8
    superuser = connect()
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
    world = World(suggestion=str(suggestion), foreign_ids=[B], relations=["replenish.demand_history"])
    targets = [r for r in routines(superuser) if "internal" not in [t for _, t in r.arguments] and r.result != "trigger"]
    longest, stops, states = try_all(targets, world, moments, longest_ms)
    if longest[0] >= 1:
        sys.exit(f"{longest[1]} went on for {longest[0]:.2f} s after it was stopped")
    if states.get("57014", 0) < stops / 2 or any((s or "").startswith(("XX", "LOST")) for s in states):
        sys.exit(f"too few statements were caught at work, or in the wrong way: {states}")
    superuser.execute("DROP FUNCTION IF EXISTS fuzz.stubborn()")
    superuser.execute(STUBBORN)
    from fuzz import routines_of
    if try_all([r for r in routines_of(superuser, "fuzz") if r.name == "fuzz.stubborn"], world, 1, 5)[0][0] < 1:
        sys.exit("a function that works on after a cancel was not noticed")
    print(f"{stops} statements over {len(targets)} functions stopped at random moments ({states.get('57014')} at work): longest wait "
          f"{1000 * longest[0]:.0f} ms ({longest[1].split('(')[0]}, limit 1000 ms)")


if __name__ == "__main__":
    main()
