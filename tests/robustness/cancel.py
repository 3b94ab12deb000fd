"""Check 20: cancel and statement_timeout at random moments of every function; the longest wait is below a second.

Arguments: moments a function (default 50), seed. Each function is called again and again within one statement,
which is stopped at a random moment: by statement_timeout, or by pg_cancel_backend from another session. The
wait from there to the error counts, without the time in which other processes had the processor. Moments reach over one and a half times what a call takes, 8 ms at least.
The calls that take long take a tenant with real work (benches/load.sql): LONG.
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

BENCH, AT = "00000000-0000-4000-8000-00000000be00", "'00000000-0000-4000-8000-00000000be00', '00000000-0000-4000-8000-00000000be01'"
MATERIALS = "ARRAY(SELECT material_id FROM replenish.materials)"
LONG = [f"SELECT count(*) FROM replenish.generate_forecasts({AT})",
        f"SELECT count(*) FROM replenish.generate_forecasts({AT}, as_of => '2025-10-01')",
        f"SELECT count(*) FROM replenish.calculate_forecast_accuracy({AT}, period_start => '2025-10-02', period_end => '2025-12-31')",
        f"SELECT count(*) FROM replenish.propose_replenishment({AT}, {MATERIALS}, '2026-01-01')",
        f"SELECT count(*) FROM replenish.generate_replenishment_recommendations({AT}, as_of => '2026-01-01')",
        f"SELECT count(*) FROM replenish.get_forecast_accuracy_summary({AT})",
        f"SELECT count(*) FROM replenish.simulate_policy({AT})",
        "SELECT material_id, (replenish.forecast_agg(demand_date, actual_demand_quantity, 90)).algorithm FROM replenish.demand_history GROUP BY 1"]
SHORTEST_SPAN, LONGEST_SPAN = 0.008, 1.0


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


def kept_waiting(pid):
    """Seconds that a backend and this process were ready to run and got no processor, so far."""
    total = 0
    for process in (pid, "self"):
        with open(f"/proc/{process}/schedstat") as stat:
            total += int(stat.read().split()[1]) / 1e9
    return total


def stop(login, killer, statement, moment, by_timeout):
    """Seconds from the moment to the error, less those in which a busy machine let the backend wait, and its SQLSTATE."""
    pid = login.connection.info.backend_pid
    login.run("BEGIN")
    login.run(f"SET LOCAL statement_timeout = {max(1, round(moment * 1000))}" if by_timeout else "SET LOCAL statement_timeout = '10s'")
    at, ended = [], threading.Event()

    def strike():
        time.sleep(moment)
        # Again and again, since a cancel that comes between two statements is lost; the first that meets the work counts.
        while not ended.is_set():
            now = (time.monotonic(), kept_waiting(pid))
            if by_timeout:
                at.append(now)
                return
            _, _, met = killer.run(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {pid} AND state = 'active' AND query ~ '^(SELECT|CALL)'")
            if met:
                at.append(now)
            ended.wait(0.02)

    thread = threading.Thread(target=strike)
    thread.start()
    state, _, _ = login.run(statement)
    finished = (time.monotonic(), kept_waiting(pid))
    ended.set()
    thread.join()
    login.run("ROLLBACK")
    return (finished[0] - at[0][0] - (finished[1] - at[0][1]) if at else 0), state


def took(login, statement):
    """Seconds of a call, without what only a session's first one does."""
    for _ in range(2):
        login.run("BEGIN")
        started = time.monotonic()
        login.run(statement)
        seconds = time.monotonic() - started
        login.run("ROLLBACK")
    return seconds


class Trial:
    def __init__(self, moments, seed):
        self.moments, self.chance = moments, random.Random(seed)
        self.killer = Login("postgres")
        self.longest, self.stops, self.states = (0, ""), 0, {}

    def stop_often(self, login, name, statement, span, moments=None):
        for number in range(moments or self.moments):
            waited, state = stop(login, self.killer, statement, self.chance.uniform(0.0005, span), number % 2 == 0)
            self.longest, self.stops = max(self.longest, (waited, name)), self.stops + 1
            self.states[state] = self.states.get(state, 0) + 1

    def functions(self, targets, world):
        superuser = connect()
        logins = {user: Login(user) for user in ("in_replenish_writer", "fuzzer")}
        for login in logins.values():
            login.run("SET statement_timeout = '20s'")
        for routine in targets:
            may = superuser.execute("SELECT has_function_privilege('in_replenish_writer', %s::oid, 'EXECUTE')", (routine.oid,)).fetchone()[0]
            login = logins["in_replenish_writer" if may else "fuzzer"]
            once = call(routine, [plain(name, kind, world) for name, kind in routine.arguments])
            span = 0 if routine.kind == "p" else min(LONGEST_SPAN, 1.5 * took(login, once))
            self.stop_often(login, routine.signature, endless(routine, world), max(SHORTEST_SPAN, span))
        for login in logins.values():
            login.close()

    def long_calls(self):
        login = Login("bench_writer")
        for statement in LONG:
            span = min(LONGEST_SPAN, took(login, statement))
            before = self.states.get("57014", 0)
            self.stop_often(login, statement, statement, span)
            if self.states.get("57014", 0) - before < self.moments / 4:
                sys.exit(f"too few were caught at work, of {span:.3f} s: {statement}")
        login.close()


def main():
    moments = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    superuser = connect()
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
    world = World(suggestion=str(suggestion), foreign_ids=[B], relations=["replenish.demand_history"])
    targets = [r for r in routines(superuser) if "internal" not in [t for _, t in r.arguments] and r.result != "trigger"]
    superuser.execute(f"CREATE ROLE bench_writer LOGIN IN ROLE replenish_writer; ALTER ROLE bench_writer SET app.current_tenant_id = '{BENCH}'")
    trial = Trial(moments, seed)
    trial.functions(targets, world)
    trial.long_calls()
    states = trial.states
    if trial.longest[0] >= 1:
        sys.exit(f"{trial.longest[1]} went on for {trial.longest[0]:.2f} s after it was stopped; seed {seed}")
    if states.get("57014", 0) < trial.stops / 2 or any((s or "").startswith(("XX", "LOST")) for s in states):
        sys.exit(f"too few statements were caught at work, or in the wrong way: {states}; seed {seed}")
    superuser.execute(STUBBORN)
    broken = Trial(1, seed)
    broken.stop_often(Login("fuzzer"), "stubborn", "SELECT fuzz.stubborn()", 0.005)
    if broken.longest[0] < 1:
        sys.exit("a function that works on after a cancel was not noticed")
    print(f"{trial.stops} statements over {len(targets)} functions and {len(LONG)} long calls stopped at random moments ({states.get('57014')} at work): "
          f"longest wait {1000 * trial.longest[0]:.0f} ms ({trial.longest[1].split('(')[0]}, limit 1000 ms); seed {seed}")


if __name__ == "__main__":
    main()
