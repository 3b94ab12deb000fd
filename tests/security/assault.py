"""One attack as one role, and every function with ids of somebody else."""

import psycopg

from logins import Login
from probes import copy_of_own_row, fresh, keys
from siege import B
from values import call, plain


def expand(siege, user, text):
    """A statement once, or once for every role that is not the attacker's, or every job of somebody else."""
    if "{stranger}" in text:
        # pg_database_owner can have no members: PostgreSQL 16 and later say so before they look at privileges, by an internal error.
        return [{"stranger": s} for s in siege.strangers[user] if s != "pg_database_owner" or not text.startswith("GRANT")]
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


def with_id(foreign, kind):
    return f"'{foreign}'::uuid" if kind == "uuid" else f"ARRAY['{foreign}']::uuid[]"


def answer(siege, login, routine, arguments, foreign):
    """What must be the same for every id: state and words of an error, and the rows of what is STABLE. What is
    volatile looks at the clock and makes ids; what is IMMUTABLE knows its arguments alone."""
    state, heard, _ = siege.send(login, routine.signature, call(routine, arguments))
    return state, heard.replace(str(foreign), "<id>") if state or routine.volatility == "s" else ""


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
        # B's id in each place, and each id of B's in all places, against an id that nobody has.
        for places, ids in [*(([place], [B]) for place in mentioned), (mentioned, siege.world.foreign_ids)]:
            answers = {}
            for foreign in [siege.world.unknown_id, *ids]:
                arguments = [with_id(foreign, routine.arguments[p][1]) if p in places else v for p, v in enumerate(usual)]
                answers[foreign] = answer(siege, login, routine, arguments, foreign)
                nobodys = answers[siege.world.unknown_id]
                # Cancelled on a busy machine says nothing about ids.
                if answers[foreign] != nobodys and "57014" not in (answers[foreign][0], nobodys[0]):
                    siege.wrong.append((user, routine.signature, f"arguments {places}, {foreign}",
                                        f"gives {answers[foreign]}, an unknown id {nobodys}"))
                if not places:
                    break
        if routine.volatility == "v" and not owner:
            siege.forget_own_rows_with_foreign_ids()
    siege.trial = False
    login.close()
