"""Check 1: the forty attacks as every role over every table, view and function of the catalog.

Argument: "unpreloaded" on a server that loads the library only when a session first needs it. Seen to
fail: sabotage.py puts one mistake after the other in place and demands that each is noticed.
"""

import sys

import psycopg

from attacks import ATTACKS
from catalog import may_choose_tenant
from logins import Login
from probes import change_of_tenant, copy_of_own_row, fresh, keys, probe_keys
from sabotage import sabotaged
from siege import B, Siege
from values import call, plain, unknown_types


def expand(siege, user, text):
    """A statement once, or once for every role that is not the attacker's, or every job of somebody else."""
    if "{stranger}" in text:
        return [{"stranger": f'"{s}"' if "SET ROLE" in text or "OWNER TO" in text else s} for s in siege.strangers[user]]
    if "{job}" in text:
        return [{"job": j} for j in siege.column("SELECT jobid FROM cron.job WHERE username <> %s ORDER BY jobid", user)]
    return [{}]


def try_statement(siege, login, attack, text, names, at=""):
    for more in expand(siege, login.user, text):
        statement = text.format(**names, **more)
        # Of logins a role map shows names and tenants, and the name of B's is a canary too.
        state, heard, rows = siege.send(login, attack.name, statement, (B, "canary", "CANARY") if attack.by_design else ())
        states = getattr(text, "states", None)
        if states is None or (attack.of_setting and not siege.preloaded):
            continue
        if state not in states and not (text.or_nothing and state is None and rows == 0):
            siege.wrong.append((login.user, attack.name, statement[:300], f"{at} gave {state} instead of {states}: {heard[:150]}"))


def attack_with(siege, user, attack):
    if attack.lawful and siege.may(user, "BATCH" if attack.lawful.startswith("may") else "OWNER"):
        return
    if attack.needs and attack.needs not in siege.extensions:
        return
    base = siege.names(user)
    try:
        login = Login(user, options=attack.options.format(**base)) if attack.options else Login(user)
    except psycopg.OperationalError as error:
        # Refused at the door: as good as an attack can end.
        if "permission denied to set parameter" not in str(error):
            raise
        return
    if attack.options and siege.preloaded:
        siege.wrong.append((user, attack.name, attack.options, "was let in"))
    found = keys(siege)
    try:
        for text in attack.once:
            try_statement(siege, login, attack, text, base)
        for relation in siege.relations:
            if attack.tables_only and (relation.kind not in "rp" or not relation.tenant_column):
                continue
            names = siege.names(user, relation)
            names["fresh_as_b"] = copy_of_own_row(relation, {**fresh(relation, found), "tenant_id": f"'{B}'"}).split(" SELECT ", 1)[1].rsplit(" FROM ", 1)[0]
            names["pkey"] = siege.primary_keys.get(relation.name, "none")
            for text in attack.each:
                try_statement(siege, login, attack, text, names, relation.name)
            if attack.once:
                siege.send(login, attack.name, f"SELECT r::text FROM {relation.name} AS r")
    finally:
        login.close()


def routines_with_foreign_ids(siege, user):
    """Every function with B's ids; and the answer must be the same as with an id that nobody has."""
    login = Login(user)
    login.run("SET statement_timeout = '5s'")
    owner = siege.trial = siege.may(user, "OWNER")
    for routine in siege.routines:
        # An owner may drop the API and the empty tables: not for good here.
        if owner and routine.kind == "p":
            continue
        if "internal" in [t for _, t in routine.arguments]:
            continue
        usual = [plain(name, kind, siege.world) for name, kind in routine.arguments]
        mentioned = [p for p, (_, kind) in enumerate(routine.arguments) if kind in ("uuid", "uuid[]")]
        for place in mentioned or [None]:
            answers = []
            for foreign in ([None] if place is None else [B, siege.world.unknown_id]):
                arguments = list(usual)
                if place is not None:
                    arguments[place] = f"'{foreign}'::uuid" if routine.arguments[place][1] == "uuid" else f"ARRAY['{foreign}']::uuid[]"
                state, heard, _ = siege.send(login, routine.signature, call(routine, arguments))
                # An error's words must not tell the two apart either.
                answers.append((state, heard.replace(str(foreign), "<id>") if state else ""))
            if len(set(answers)) > 1:
                siege.wrong.append((user, routine.signature, f"argument {place}", f"B's id gives {answers[0]}, an unknown one {answers[1]}"))
        for foreign in siege.world.foreign_ids:
            arguments = [f"'{foreign}'::uuid" if kind == "uuid" else f"ARRAY['{foreign}']::uuid[]" if kind == "uuid[]" else v
                         for v, (_, kind) in zip(usual, routine.arguments)]
            siege.send(login, routine.signature, call(routine, arguments))
        if routine.volatility == "v" and not owner:
            siege.forget_own_rows_with_foreign_ids()
    siege.trial = False
    login.close()


def assail(siege, user):
    """Everything as one role; what belongs to B and what keeps it apart must be the same afterwards."""
    before, around = siege.fingerprint(), siege.surroundings(user)
    for attack in ATTACKS:
        attack_with(siege, user, attack)
    probed = probe_keys(siege, user)
    # Before the functions: a role that may choose enters B by run_daily_forecasts(B), and that is its right.
    siege.compare(user, "the attacks", before, siege.fingerprint())
    read = change_of_tenant(siege, user)
    if siege.preloaded:
        routines_with_foreign_ids(siege, user)
        if not may_choose_tenant(siege.superuser, user):
            siege.compare(user, "functions with foreign ids", before, siege.fingerprint())
    siege.compare(user, "what keeps tenants apart", around, siege.surroundings(user))
    return probed, read


def main():
    # Without preloading a spoofed setting is not refused but thrown away when the library comes: only rows count.
    siege = Siege(preloaded="unpreloaded" not in sys.argv)
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
        probed, read = assail(siege, user)
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
    print(f"{len(ATTACKS)} attacks and 3 probes, {len(siege.roles)} roles, {len(siege.relations)} tables and views, "
          f"{len(siege.routines)} functions: {siege.statements} statements, 0 foreign rows")


if __name__ == "__main__":
    main()
