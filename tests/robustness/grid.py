"""Checks 14 and 15: the pathological series and the limits, one at a time, through every function.

Every function of the catalog is called with each value of each argument while the others are plain, and
those that take a history with every pathological series. Each call gives a finite result or a clean
SQLSTATE: no XX000, no lack of resources, no NaN or infinity, no more than ten seconds.
Seen to fail: before the bands were checked, forecast_naive of values around 1e200 gave infinite bounds and
forecast_holt NaN.
"""

import sys
import time

from catalog import routines
from fuzz import A, B, MAY_BE_INFINITE
from logins import Login, connect
from values import World, call, plain, pool

SERIES = {
    "none": "'{}'", "one": "ARRAY[5]", "two": "ARRAY[5,6]", "three": "ARRAY[5,6,7]", "zeros": "array_fill(0::float8, ARRAY[50])",
    "constant": "array_fill(7.25::float8, ARRAY[50])", "negative": "ARRAY(SELECT -i FROM generate_series(1, 50) AS i)",
    "gaps": "ARRAY[1,NULL,3,NULL,5]", "one sale": "array_fill(0::float8, ARRAY[49]) || 9::float8", "first sale": "9::float8 || array_fill(0::float8, ARRAY[49])",
    "huge": "array_fill(1e300::float8, ARRAY[20]) || ARRAY[-1e300, 1e300]", "largest": "ARRAY[1.7976931348623157e308,-1.7976931348623157e308,1.7976931348623157e308,1,1,1,1,1]",
    "denormal": "ARRAY(SELECT 5e-324 * (i % 3) FROM generate_series(1, 50) AS i)", "mixed scales": "ARRAY(SELECT 10.0 ^ (i % 300 - 150) FROM generate_series(1, 60) AS i)",
    "nan": "ARRAY[1,2,'NaN',4]", "infinity": "ARRAY[1,2,'Infinity',4]", "minus infinity": "ARRAY[1,2,'-Infinity',4]",
    "alternating": "ARRAY(SELECT (i % 2) * 1e9 FROM generate_series(1, 50) AS i)", "explosion": "ARRAY(SELECT 2.0 ^ i FROM generate_series(1, 60) AS i)",
    "step": "array_fill(1::float8, ARRAY[30]) || array_fill(1e12::float8, ARRAY[30])", "two dimensions": "array_fill(3::float8, ARRAY[5,5])",
    "at the limit": "array_fill(3::float8, ARRAY[36525])", "beyond the limit": "array_fill(3::float8, ARRAY[36526])",
    "noise at the limit": "ARRAY(SELECT (i * 7919) % 101 FROM generate_series(1, 36525) AS i)", "minus zero": "array_fill('-0'::float8, ARRAY[20])",
}


def cases(routine, world):
    """(what, arguments) of each case."""
    usual = [plain(name, kind, world) for name, kind in routine.arguments]
    for place, (name, kind) in enumerate(routine.arguments):
        values = {v: v for v in pool(kind, world)} if kind != "internal" else {"NULL": "NULL"}
        if kind == "double precision[]":
            values |= {what: f"({text})::float8[]" for what, text in SERIES.items()}
        if kind == "integer":
            values |= {v: v for v in ("3660", "3661", "1000", "1001", "36525", "36526", "10000", "10001")}
        for what, value in values.items():
            yield f"{name or place} = {what[:60]}", [value if p == place else v for p, v in enumerate(usual)]


def main():
    superuser = connect()
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", (A,)).fetchone()[0]
    world = World(suggestion=str(suggestion), foreign_ids=[B], relations=["replenish.materials"])
    logins = {user: Login(user) for user in ("in_replenish_writer", "in_replenish_owner", "in_replenish_batch")}
    for login in logins.values():
        login.run("SET statement_timeout = '10s'")
        login.run("SET client_min_messages = error")
    findings, calls, answered, longest = [], 0, 0, (0, "")
    for routine in routines(superuser):
        may = [u for u in logins if superuser.execute("SELECT has_function_privilege(%s, %s::oid, 'EXECUTE')", (u, routine.oid)).fetchone()[0]]
        login = logins[(may or ["in_replenish_writer"])[0]]
        for what, arguments in cases(routine, world):
            if routine.kind != "p":
                login.run("BEGIN")
            started = time.monotonic()
            state, heard, _ = login.run(call(routine, arguments))
            took = time.monotonic() - started
            login.run("ROLLBACK")
            calls, answered = calls + 1, answered + (state is None)
            longest = max(longest, (took, f"{routine.name}, {what}"))
            finite = not any(w in heard.lower().replace("\t", " ").replace(",", " ").split() for w in ("nan", "inf", "-inf", "infinity", "-infinity"))
            if (state or "").startswith(("XX", "53", "57", "58")) or (state is None and not finite and routine.signature not in MAY_BE_INFINITE):
                findings.append((routine.signature, what, state, heard.replace("\n", " ")[:120]))
    for finding in findings[:40]:
        print("FOUND", *finding)
    if findings:
        sys.exit(f"{len(findings)} findings in {calls} calls")
    print(f"{calls} pathological calls, {answered} answered, the others with a clean SQLSTATE; longest {longest[0]:.2f} s ({longest[1]})")


if __name__ == "__main__":
    main()
