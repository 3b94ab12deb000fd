"""Check 18: a backend that has answered or refused 10,000 calls of all functions is no bigger than before.

Arguments: calls (default 10,000), seed. As many before them fill PostgreSQL's own caches and are not counted: a
backend that has seen 20,000 stays as it is.
Seen to fail: with settings of 30 kB that stay after each call (the last step does that and demands to see it).
"""

import sys

from siege import Siege
from logins import Login
from random_statements import Statements
from values import call, plain

LIMIT_KB = 5 * 1024


def resident(pid):
    """Memory of a backend that it shares with nobody, in kB."""
    with open(f"/proc/{pid}/status") as status:
        return int(next(line for line in status if line.startswith("RssAnon")).split()[1])


def plain_calls(routines, world):
    """Each function in turn, with values that get far."""
    statements = [call(r, [plain(*argument, world) for argument in r.arguments]) for r in routines]
    while True:
        yield from statements


def growth(siege, calls, seed, leak="", plainly=False):
    """Growth and size in kB, and the share of the calls that were answered."""
    statements = Statements(siege, seed)
    in_turn = plain_calls(statements.calls, siege.world)
    answered = 0
    login = Login("in_replenish_writer")
    login.run("SET statement_timeout = '2s'")
    pid = login.connection.info.backend_pid
    # What is planned once a session is, whatever the values of below reach.
    for _ in range(2 * len(statements.calls)):
        login.run("BEGIN")
        login.run(next(in_turn))
        login.run("ROLLBACK")
    sizes = []
    for number in range(2 * calls):
        if number % (calls // 100) == 0:
            sizes.append(resident(pid))
        login.run("BEGIN")
        state, _, _ = login.run(next(in_turn) if plainly else statements.call())
        answered += state is None
        login.run("ROLLBACK")
        if leak:
            login.run(leak)
    login.close()
    # What the C library holds back for the next call comes and goes by two megabytes: the least of ten
    # readings is what stays.
    before, after = min(sizes[90:100]), min(sizes[-10:])
    return after - before, after, answered / (2 * calls)


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 18
    siege = Siege()
    told = []
    # A call that is refused keeps nothing; what one that works keeps shows after some dozens.
    for what, number, plainly, least in ("any values", calls, False, 1 / 4), ("values that get far", calls // 2, True, 3 / 5):
        grown, size, answered = growth(siege, number, seed, plainly=plainly)
        if grown >= LIMIT_KB:
            sys.exit(f"{number} calls with {what} made the backend grow by {grown} kB to {size} kB, limit {LIMIT_KB} kB")
        if answered < least:
            sys.exit(f"only {answered:.0%} of the calls with {what} were answered")
        told.append(f"{number} calls with {what} ({answered:.0%} answered): it grew by {grown} kB to {size} kB")
    leaked, _, _ = growth(siege, 1000, seed, "SELECT set_config('leak.' || md5(random()::text), repeat('x', 30000), false)")
    if leaked < LIMIT_KB:
        sys.exit(f"a leak of 30 kB a call was seen as only {leaked} kB")
    print(f"one backend, {'; '.join(told)} (limit {LIMIT_KB} kB; a leak of 30 kB a call shows)")


if __name__ == "__main__":
    main()
