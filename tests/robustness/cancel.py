"""Check 20: cancel and statement_timeout at random moments of every function; the longest wait is below a second.

Arguments: moments a function (default 50), seed. Each function is called again and again within one statement,
which is stopped at a random moment: by statement_timeout, or by pg_cancel_backend from another session. The
wait from there to the error counts, without the time in which other processes had the processor. Moments reach over one and a half times what a call takes, 8 ms at least.
The calls that take long take a tenant with real work (benches/load.sql): LONG, with the writes that run trigger
functions, and the nightly procedures (NIGHTS) as a batch login, outside of any transaction, since they commit.
Of every function half of the stops have to meet it at work, a quarter where a call ends by itself; those whose plain
call is an error are left out and counted. After the cancelled nights no run is torn, and the next ones complete.
Seen to fail: with functions that catch the cancel and work on (STUBBORN), and with a run that counts one series
too many (both in every run); with calls that do not begin before a billion rows have been made; with nights that were
called in a transaction, where they refuse to commit.
"""

import random
import sys
import threading
import time

import psycopg

from catalog import routines
from fuzz import A, B
from logins import Login, connect, schedule
from values import World, call, plain

# With arguments and without, since both are called in their own way.
STUBBORN = ["""CREATE FUNCTION fuzz.stubborn(%s) RETURNS integer LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_sleep(30); RETURN 1; EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(3); RAISE; END $$""" % arguments
            for arguments in ("", "number integer")]

BENCH, AT = "00000000-0000-4000-8000-00000000be00", "'00000000-0000-4000-8000-00000000be00', '00000000-0000-4000-8000-00000000be01'"
MATERIALS = "ARRAY(SELECT material_id FROM replenish.materials)"
LONG = [f"SELECT count(*) FROM replenish.generate_forecasts({AT})",
        f"SELECT count(*) FROM replenish.generate_forecasts({AT}, as_of => '2025-10-01')",
        f"SELECT count(*) FROM replenish.calculate_forecast_accuracy({AT}, period_start => '2025-10-02', period_end => '2025-12-31')",
        f"SELECT count(*) FROM replenish.propose_replenishment({AT}, {MATERIALS}, '2026-01-01')",
        f"SELECT count(*) FROM replenish.generate_replenishment_recommendations({AT}, as_of => '2026-01-01')",
        f"SELECT count(*) FROM replenish.get_forecast_accuracy_summary({AT})",
        f"SELECT count(*) FROM replenish.simulate_policy({AT})",
        "SELECT material_id, (replenish.forecast_agg(demand_date, actual_demand_quantity, 90)).algorithm FROM replenish.demand_history GROUP BY 1",
        "UPDATE replenish.demand_history SET actual_demand_quantity = actual_demand_quantity + 1 WHERE demand_date > '2025-11-01'",
        f"INSERT INTO replenish.demand_history (tenant_id, facility_id, material_id, demand_date, actual_demand_quantity, demand_uom) "
        f"SELECT {AT}, m.material_id, date '2026-01-01' + i, 1, 'EA' FROM replenish.materials AS m, generate_series(1, 60) AS i",
        "DELETE FROM replenish.demand_history WHERE demand_date > '2025-11-01'"]
NIGHTS = {"replenish.run_daily_forecasts": f"CALL replenish.run_daily_forecasts('{BENCH}', batch_size => 20, resume => false)",
          "replenish.run_forecast_accuracy": f"CALL replenish.run_forecast_accuracy('{BENCH}', '2025-12-31', batch_size => 20)",
          "replenish.run_replenishment": f"CALL replenish.run_replenishment('{BENCH}', '2026-01-01', batch_size => 20)",
          "replenish.run_job": f"CALL replenish.run_job('FORECASTS', '{BENCH}', 20, '{{\"refit\": true}}', false, false)",
          "replenish.run_alerts": "CALL replenish.run_alerts()"}
SHORTEST_SPAN, LONGEST_SPAN = 0.008, 0.5


def repeated(routine, world, times=1_000_000_000):
    """A statement that calls a routine again and again."""
    # Row by row: generate_series() in FROM would be called to its end before anything else happens.
    rows = f"(SELECT generate_series(1, {times}) AS i) AS g"
    usual = [plain(name, kind, world) for name, kind in routine.arguments]
    # The first argument depends on the row, so that the planner does not compute the call once.
    if usual and usual[0] != "NULL":
        usual[0] = f"CASE WHEN i < 0 THEN NULL ELSE {usual[0]} END"
    elif routine.kind != "a":
        # Nothing depends on the row: as a source of rows it would be called once, in the list of columns it is not.
        return f"SELECT count(r) FROM (SELECT {routine.name}({', '.join(usual)}) AS r FROM {rows} OFFSET 0) AS s"
    if routine.kind == "a":
        return f"SELECT {routine.name}({', '.join(usual)}) FROM {rows}"
    return f"SELECT count(r) FROM {rows} CROSS JOIN LATERAL {routine.name}({', '.join(usual)}) AS r"


def kept_waiting(pid):
    """Seconds that a backend and this process were ready to run and got no processor, so far."""
    return sum(schedule(process)[1] for process in (pid, "self"))


def begin(login, statement):
    """A transaction that is rolled back, but for a procedure, which commits as it goes."""
    if not statement.startswith("CALL"):
        login.run("BEGIN")


def stop(login, killer, statement, moment, by_timeout):
    """Seconds from the moment to the error, less those in which a busy machine let the backend wait, and its SQLSTATE."""
    pid = login.connection.info.backend_pid
    login.run(f"SET statement_timeout = {max(1, round(moment * 1000))}" if by_timeout else "SET statement_timeout = '10s'")
    begin(login, statement)
    at, ended = [], threading.Event()

    def strike():
        time.sleep(moment)
        # Again and again, since a cancel that comes between two statements is lost; the first that meets the work counts.
        while not ended.is_set():
            now = (time.monotonic(), kept_waiting(pid))
            if by_timeout:
                at.append(now)
                return
            _, _, met = killer.run(f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = {pid} AND state = 'active' AND query ~ '^(SELECT|CALL|INSERT|UPDATE|DELETE)'")
            if met:
                at.append(now)
            ended.wait(0.02)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        state, _, _ = login.run(statement)
    except psycopg.errors.QueryCanceled:
        # A second cancel, sent while the statement was still at work, met the rollback after it.
        state = "57014"
    finished = (time.monotonic(), kept_waiting(pid))
    ended.set()
    thread.join()
    login.run("ROLLBACK")
    return (finished[0] - at[0][0] - (finished[1] - at[0][1]) if at else 0), state


def took(login, statement):
    """Seconds of the quickest of some calls, without what only a session's first one does, and its SQLSTATE; of a longer one LONGEST_SPAN."""
    login.run(f"SET statement_timeout = {round(1000 * LONGEST_SPAN)}")
    times = []
    for _ in range(5):
        begin(login, statement)
        started = time.monotonic()
        state, _, _ = login.run(statement)
        times.append(time.monotonic() - started)
        login.run("ROLLBACK")
        if times[-1] >= LONGEST_SPAN:
            return LONGEST_SPAN, None if state == "57014" else state
    return min(times[1:]), state


class Trial:
    def __init__(self, moments, seed):
        self.moments, self.chance = moments, random.Random(seed)
        self.killer = Login("postgres")
        self.longest, self.stops, self.states = (0, ""), 0, {}
        self.refusing, self.once_only, self.findings = [], [], []

    def stop_often(self, login, name, statement, span, share):
        """Stops at random moments; of the share of them that has to meet the statement at work."""
        states = {}
        for number in range(self.moments):
            moment = self.chance.uniform(0.0005, span)
            # A machine that stands still for a second does so once: what works on after a cancel does it every time.
            for _ in range(4):
                waited, state = stop(login, self.killer, statement, moment, number % 2 == 0)
                if waited < 1:
                    break
            self.longest, self.stops = max(self.longest, (waited, name)), self.stops + 1
            states[state] = states.get(state, 0) + 1
        for state, times in states.items():
            self.states[state] = self.states.get(state, 0) + times
        if states.get("57014", 0) < share * self.moments:
            self.findings.append(f"{name}: too few stops met it at work, {states} within {span:.3f} s")

    def functions(self, targets, world):
        superuser = connect()
        # Those who may do the least first.
        logins = {user: Login(user) for user in ("in_replenish_writer", "fuzzer", "postgres")}
        for routine in targets:
            once, state = call(routine, [plain(name, kind, world) for name, kind in routine.arguments]), None
            for user, login in logins.items():
                if superuser.execute("SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')", (user, routine.oid)).fetchone()[0]:
                    seconds, state = took(login, once)
                    if state is None:
                        break
            if routine.strict and "NULL" in once:
                sys.exit(f"{routine.signature} is strict, so that {once} does not call it: tests/lib/values.py has no plain value")
            if state:
                self.refusing.append((routine.signature, state))
                continue
            span = min(LONGEST_SPAN, 1.5 * seconds)
            begin(login, once)
            state, _, _ = login.run(repeated(routine, world, times=2))
            login.run("ROLLBACK")
            if state in (None, "57014"):
                self.stop_often(login, routine.signature, repeated(routine, world), max(SHORTEST_SPAN, span), 1 / 2)
            else:
                # Right the first time and refused the second: of a single call, which takes about a millisecond, few stops meet it.
                self.once_only.append((routine.signature, state))
                self.stop_often(login, routine.signature, once, span, 0)
        for login in logins.values():
            login.close()

    def long_calls(self, user, statements):
        login = Login(user)
        for statement in statements:
            seconds, state = took(login, statement)
            if state:
                sys.exit(f"{state} without being stopped: {statement}")
            self.stop_often(login, statement, statement, min(LONGEST_SPAN, seconds), 1 / 4)
        login.close()


def make_work():
    """Forecasts of then and now, their accuracy and suggestions: what the long calls read."""
    for user, statements in {"bench_writer": LONG[1:2], "bench_night": NIGHTS.values()}.items():
        login = Login(user)
        for statement in statements:
            state, heard, _ = login.run(statement)
            if state:
                sys.exit(f"{state} without being stopped: {statement}: {heard}")
        login.close()


def whole(superuser):
    """Exits with what is torn, if anything is (tests/crash/work.sql)."""
    wrong = superuser.execute("SELECT string_agg(w, E'\n') FROM (SELECT w FROM crash.wrong() AS w LIMIT 5) AS w").fetchone()[0]
    if wrong:
        sys.exit(f"after cancelled nights: {wrong}")


def notices_torn(superuser):
    with superuser.transaction(force_rollback=True):
        superuser.execute("UPDATE replenish.job_runs SET series_done = series_done + 1 WHERE job_run_id = (SELECT job_run_id FROM replenish.job_runs LIMIT 1)")
        if superuser.execute("SELECT count(*) FROM crash.wrong()").fetchone()[0] != 1:
            sys.exit("a run that counts wrongly was not noticed")


def nights(trial, superuser):
    """Cancelled nights, and what they leave: runs that agree with their chunks, and that the next nights complete."""
    procedures = {r.name for r in routines(superuser) if r.kind == "p"}
    if procedures != set(NIGHTS):
        sys.exit(f"NIGHTS has other procedures than the catalog: {sorted(procedures ^ set(NIGHTS))}")
    whole(superuser)
    trial.long_calls("bench_night", NIGHTS.values())
    whole(superuser)
    notices_torn(superuser)
    cut_off = superuser.execute("SELECT count(*) FROM replenish.job_runs WHERE tenant_id = %s AND run_status IN ('RUNNING', 'ABANDONED')", (BENCH,)).fetchone()[0]
    if cut_off < trial.moments / 4:
        sys.exit(f"only {cut_off} runs were cut off")
    make_work()
    left = superuser.execute("""SELECT string_agg(format('%%s %%s', job_name, run_status), ', ')
        FROM (SELECT DISTINCT ON (job_name) * FROM replenish.job_runs WHERE tenant_id = %(t)s ORDER BY job_name, started_at DESC) AS r
        WHERE run_status <> 'COMPLETED' OR EXISTS (SELECT FROM replenish.job_runs WHERE tenant_id = %(t)s AND run_status = 'RUNNING')""", {"t": BENCH}).fetchone()[0]
    if left:
        sys.exit(f"after the next nights: {left}")
    whole(superuser)
    return cut_off


def main():
    moments = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    superuser = connect()
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
    world = World(suggestion=str(suggestion), foreign_ids=[B], relations=["replenish.demand_history"])
    # Trigger functions are reached by the writes in LONG, procedures by NIGHTS.
    targets = [r for r in routines(superuser) if "internal" not in [t for _, t in r.arguments] and r.result != "trigger" and r.kind != "p"]
    superuser.execute(f"CREATE ROLE bench_writer LOGIN IN ROLE replenish_writer; ALTER ROLE bench_writer SET app.current_tenant_id = '{BENCH}'")
    superuser.execute("CREATE ROLE bench_night LOGIN IN ROLE replenish_batch")
    trial = Trial(moments, seed)
    trial.functions(targets, world)
    make_work()
    trial.long_calls("bench_writer", LONG)
    cut_off = nights(trial, superuser)
    states = trial.states
    if trial.longest[0] >= 1:
        sys.exit(f"{trial.longest[1]} went on for {trial.longest[0]:.2f} s after it was stopped; seed {seed}")
    if any((s or "").startswith(("XX", "LOST")) for s in states):
        sys.exit(f"statements ended in the wrong way: {states}; seed {seed}")
    if trial.findings:
        sys.exit("\n".join([*trial.findings[:20], f"seed {seed}"]))
    if len(trial.refusing) > len(targets) / 20:
        sys.exit(f"too many functions refuse their plain call: {trial.refusing}")
    if len(trial.once_only) > len(targets) / 50:
        sys.exit(f"too many functions cannot be called twice: {trial.once_only}")
    for stubborn in STUBBORN:
        superuser.execute(stubborn)
    for routine in routines(superuser, "SELECT 'fuzz'::regnamespace"):
        if routine.name == "fuzz.stubborn":
            # Late enough that it sleeps on a busy machine as well: before that nothing would catch the cancel.
            waited, state = stop(Login("fuzzer"), trial.killer, repeated(routine, world), moment=1, by_timeout=True)
            if waited < 1:
                sys.exit(f"{routine.signature} works on after a cancel and was not noticed: {waited:.2f} s, {state}")
            trial.findings.append(routine.signature)
    if len(trial.findings) != len(STUBBORN):
        sys.exit(f"only {trial.findings} of {len(STUBBORN)} stubborn functions were tried")
    print(f"{trial.stops} statements over {len(targets) - len(trial.refusing)} functions, {len(LONG)} long calls and {len(NIGHTS)} nightly procedures "
          f"stopped at random moments ({states.get('57014')} at work; {cut_off} runs cut off, none torn): "
          f"longest wait {1000 * trial.longest[0]:.0f} ms ({trial.longest[1].split('(')[0]}, limit 1000 ms); seed {seed}")
    for what, which in {"left out, since their plain call is refused": trial.refusing, "stopped in a single call, since a second one is refused": trial.once_only}.items():
        print(f"{what}:", ", ".join(f"{signature.split('(')[0]} {state}" for signature, state in which))


if __name__ == "__main__":
    main()
