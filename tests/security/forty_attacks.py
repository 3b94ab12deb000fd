"""Check 1: the forty attacks as every role over every table, view and function of the catalog.

Arguments: "unpreloaded" on a server that loads the library only when a session first needs it; there only the
attacks that meet the tenant setting, unless "every" comes with it. Seen to fail: sabotage.py puts one mistake after
the other in place and demands that each is noticed.
"""

import sys

from assault import attack_with, routines_with_foreign_ids
from attacks import ATTACKS
from catalog import may_choose_tenant
from probes import change_of_tenant, probe_keys
from sabotage import sabotaged
from siege import Siege
from values import unknown_types


def assail(siege, user, attacks, every):
    """Everything as one role; what belongs to B and what keeps it apart must be the same afterwards."""
    before, around = siege.fingerprint(), siege.surroundings(user)
    for attack in attacks:
        attack_with(siege, user, attack)
    probed = probe_keys(siege, user)
    # Before the functions: a role that may choose enters B by run_daily_forecasts(B), and that is its right.
    siege.compare(user, "the attacks", before, siege.fingerprint())
    read = change_of_tenant(siege, user)
    if every:
        routines_with_foreign_ids(siege, user)
        if not may_choose_tenant(siege.superuser, user):
            siege.compare(user, "functions with foreign ids", before, siege.fingerprint())
    siege.compare(user, "what keeps tenants apart", around, siege.surroundings(user))
    return probed, read


def main():
    # Without preloading a spoofed setting is not refused but thrown away when the library comes: only rows count.
    siege = Siege(preloaded="unpreloaded" not in sys.argv)
    # Where the library comes late, those that do not meet the setting it guards run alike.
    every = siege.preloaded or "every" in sys.argv
    attacks = [a for a in ATTACKS if every or a.meets_the_setting()]
    if siege.canaries.empty:
        sys.exit(f"no canary rows in {siege.canaries.empty}: tests/security/world.sql must fill every table")
    missing = unknown_types(siege.routines, siege.world)
    if missing:
        sys.exit(f"tests/lib/values.py has no values of type {missing}")
    if not any(r.name.startswith("replenish.demand_history_") for r in siege.relations):
        sys.exit("demand_history has no partition: tests/security/targets.sql makes some")
    least = {"in_replenish_writer": 60, "in_replenish_api_user": 60, "in_replenish_batch": 60}
    chosen = [a for a in sys.argv[1:] if a.startswith("in_")]
    for user in chosen or siege.roles:
        start = siege.statements
        probed, read = assail(siege, user, attacks, every)
        if probed < least.get(user, 0):
            sys.exit(f"only {probed} probes of keys by {user} got anywhere")
        # The last of these may read no table, whatever its tenant.
        if read is not None and read < 30 and user != "in_replenish_tenant_chooser":
            sys.exit(f"{user} read rows of B in {read} relations only: a change of tenant would show little")
        print(f"ok - {user}: {siege.statements - start} statements", flush=True)
    for leak in siege.leaks[:20]:
        print("LEAK", leak)
    for wrong in siege.wrong[:40]:
        print("WRONG", wrong)
    if siege.leaks or siege.wrong:
        sys.exit(f"{len(siege.leaks)} leaks, {len(siege.wrong)} wrong answers")
    if not chosen:
        sabotaged(siege.preloaded)
    print(f"{len(attacks)} attacks and 3 probes, {len(siege.roles)} roles, {len(siege.relations)} tables and views, "
          f"{len(siege.routines)} functions: {siege.statements} statements, 0 foreign rows")


if __name__ == "__main__":
    main()
