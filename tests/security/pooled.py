"""Check 5: one connection, a thousand alternating tenants; directly and through PgBouncer.

Arguments: rounds, and the port of a PgBouncer in transaction mode (none: directly). Every answer must be
the tenant's own. Seen to fail: with SET instead of SET LOCAL the next user of a server connection
inherits the tenant (`careless` demands that this is noticed, where there is a pool); on one connection
with current_tenant_id() IMMUTABLE, so that psycopg's prepared statements stay with the first tenant, and
with a backend that leaves the tenant set for whoever comes without one (`main` demands that both are noticed).
"""

import random
import sys
from concurrent.futures import ThreadPoolExecutor

from canary import PATTERN
from logins import connect

A, B = "aaaaaaaa-0000-4000-8000-000000000000", "ca9a47ee-b000-4000-8000-000000000000"
READS = ["SELECT m::text FROM replenish.materials AS m", "SELECT f::text FROM replenish.material_forecasts AS f LIMIT 20",
         "SELECT r::text FROM replenish.get_demand_history('{tenant}', 'ffffffff-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001') AS r",
         "SELECT s::text FROM replenish.vw_critical_replenishment_recommendations AS s", "SELECT replenish.current_tenant_id()::text"]


def pool(port, user):
    return connect(user, port=port, prepare_threshold=None if port else 5)


def alternate(port, rounds, seed, found, forgets=False):
    """A backend that serves A and B in turn; the last of every ten has nobody to serve. One that forgets sets nothing then."""
    chance = random.Random(seed)
    connection = pool(port, "in_replenish_batch")
    for turn in range(rounds):
        tenant = (A, B, None)[2 if turn % 10 == 9 else turn % 2]
        # psycopg prepares what comes back five times, and forgets all that at a ROLLBACK.
        # The login's own setting is A; RESET through the pool would bring it back, so none is set to nothing.
        with connection.transaction(force_rollback=turn % (7 if port else 97) == 0):
            if not forgets:
                connection.execute(f"SET LOCAL app.current_tenant_id = '{tenant or ''}'")
            elif tenant:
                connection.execute(f"SET app.current_tenant_id = '{tenant}'")
            rows = [r for (r,) in connection.execute(chance.choice(READS).format(tenant=tenant or B)).fetchall()]
        text = "\n".join(str(r) for r in rows if r)
        theirs, ours = bool(PATTERN.search(text)) or B in text, A in text
        if (tenant == A and theirs) or (tenant == B and ours) or (tenant is None and rows and rows != [None]):
            found.append((turn, tenant, text[:200]))
        if tenant and not text:
            found.append((turn, tenant, "no rows of its own"))
    connection.close()
    return rounds


def bystander(port, rounds, found):
    """Somebody who never says whom he serves, on the same server connections: he is A, as his login says."""
    connection = pool(port, "in_replenish_batch" if port else "in_replenish_reader")
    for turn in range(rounds):
        text = str(connection.execute("SELECT array_agg(m::text) FROM replenish.materials AS m").fetchone()[0])
        if PATTERN.search(text) or B in text or A not in text:
            found.append((turn, "bystander", text[:200]))
    connection.close()
    return rounds


def careless(port):
    """SET instead of SET LOCAL: through the pool somebody else inherits it. The check has to see that."""
    first, second = pool(port, "in_replenish_batch"), pool(port, "in_replenish_batch")
    first.execute(f"SET app.current_tenant_id = '{B}'")
    seen = [second.execute("SELECT replenish.current_tenant_id()::text").fetchone()[0] for _ in range(20)]
    first.execute("RESET app.current_tenant_id")
    return B in seen


def notices_mistakes():
    superuser, found = connect(), []
    superuser.execute("ALTER FUNCTION replenish.current_tenant_id() IMMUTABLE")
    try:
        alternate(None, 100, 0, found)
    finally:
        superuser.execute("ALTER FUNCTION replenish.current_tenant_id() STABLE")
    if not found:
        sys.exit("a prepared statement that keeps its tenant was not noticed")
    forgotten = []
    alternate(None, 100, 0, forgotten, forgets=True)
    if not any(tenant is None for _, tenant, _ in forgotten):
        sys.exit("a tenant that was left set was not noticed")


def main():
    rounds, port = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None
    found = []
    backends = 4 if port else 1
    with ThreadPoolExecutor(backends + 1) as workers:
        work = [workers.submit(alternate, port, rounds // backends, seed, found) for seed in range(backends)]
        work.append(workers.submit(bystander, port, rounds // 4, found))
        # An error in a thread is the test's.
        turns = sum(w.result() for w in work)
    if turns != rounds + rounds // 4:
        sys.exit(f"only {turns} turns of {rounds} and {rounds // 4}")
    if found:
        sys.exit(f"{len(found)} leaks: {found[:5]}")
    if port and not careless(port):
        sys.exit("a tenant set without LOCAL was not noticed: this pool shares no server connections")
    if not port:
        notices_mistakes()
    print(f"ok - {rounds} alternating tenants {'through PgBouncer' if port else 'on one connection'}: 0 leaks")


if __name__ == "__main__":
    main()
