"""Probes that compare two answers: keys of B against keys that nobody has, and one tenant before and after another.

Seen to fail (sabotage.py does it each time): with a unique index without tenant_id, with a foreign key
without tenant_id, and with current_tenant_id() IMMUTABLE, which a prepared statement's plan keeps for good.
"""

import re
from dataclasses import dataclass

from catalog import may_choose_tenant
from logins import Login
from siege import A, B

ONLY_WHILE_RUNNING = {"replenish.job_progress"}
# A value that no row has, by type: as an expression over the column it replaces.
FRESH = {"uuid": "gen_random_uuid()", "text": "md5(random()::text)", "numeric": "{c} + 4711", "integer": "{c} + 4711", "bigint": "{c} + 4711",
         "date": "{c} + 36500", "timestamp with time zone": "{c} + interval '100 years'"}
KEYS = """
    SELECT i.indrelid::regclass::text, 'unique ' || i.indexrelid::regclass, i.indrelid::regclass::text,
        ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (num, place)
            JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.num ORDER BY k.place) AS columns, NULL
    FROM pg_index AS i WHERE i.indrelid::regclass::text = ANY (%(tables)s) AND i.indisunique
    UNION ALL
    SELECT k.conrelid::regclass::text, 'foreign key ' || k.conname, k.confrelid::regclass::text,
        ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS c (num, place)
            JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = c.num ORDER BY c.place),
        ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS c (num, place)
            JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = c.num ORDER BY c.place)
    FROM pg_constraint AS k WHERE k.conrelid::regclass::text = ANY (%(tables)s) AND k.contype = 'f'
    ORDER BY 1, 2
"""


@dataclass
class Key:
    table: str
    name: str
    source: str  # where its values live: the table itself, or the one it refers to
    columns: list
    source_columns: list


def keys(siege):
    tables = [r.name for r in siege.relations if r.tenant_column and r.kind in "rp"]
    return [Key(*row[:4], row[4] or row[3]) for row in siege.superuser.execute(KEYS, {"tables": tables}).fetchall()]


def fresh(relation, found, spared=()):
    """Values that keep a copy of a row from clashing with itself: one column of each unique key, and none that refers to something."""
    kinds = dict(relation.columns)
    referring = {c for k in found if k.table == relation.name and k.name.startswith("foreign") for c in k.columns}
    values = {}
    for key in found:
        if key.table != relation.name or not key.name.startswith("unique") or any(c in values or c in spared for c in key.columns if c != "tenant_id"):
            continue
        for column in key.columns:
            if column != "tenant_id" and column not in referring and kinds.get(column) in FRESH:
                values[column] = f"({FRESH[kinds[column]]})::{kinds[column]}".format(c=column)
                break
    return values


def copy_of_own_row(relation, values):
    names = [c for c, _ in relation.columns]
    return f"INSERT INTO {relation.name} ({', '.join(names)}) SELECT {', '.join(values.get(c, c) for c in names)} FROM {relation.name} LIMIT 1"


def only_of_b(siege, key):
    """Values of a key that B has and A has not."""
    columns = [c for c in key.source_columns if c != "tenant_id"]
    if not columns:
        return None
    listed, same = ", ".join(f"t.{c}::text" for c in columns), " AND ".join(f"o.{c} IS NOT DISTINCT FROM t.{c}" for c in columns)
    known = " AND ".join(f"t.{c} IS NOT NULL" for c in columns)
    return siege.superuser.execute(
        f"SELECT {listed} FROM {key.source} AS t WHERE t.tenant_id = %s AND {known} "
        f"AND NOT EXISTS (SELECT FROM {key.source} AS o WHERE o.tenant_id = %s AND {same}) LIMIT 1", (B, A)).fetchone()


def probe_keys(siege, user):
    """A copy of A's own row under a key of B must give exactly what it gives under a key that nobody has."""
    login, found, probed = Login(user), keys(siege), 0
    by_name = {r.name: r for r in siege.relations}
    siege.trial = True
    for key in found:
        relation, theirs = by_name[key.table], only_of_b(siege, key)
        columns = [c for c in key.columns if c != "tenant_id"]
        kinds = dict(relation.columns)
        unknown = {"uuid": siege.world.unknown_id, "text": "unknown"}
        told_apart = next((c for c in columns if kinds.get(c) in unknown), None)
        if theirs is None or told_apart is None:
            continue
        others = fresh(relation, found, columns)
        theirs = {c: f"'{v}'::{kinds[c]}" for c, v in zip(columns, theirs)}
        nobodys = {**theirs, told_apart: f"'{unknown[kinds[told_apart]]}'::{kinds[told_apart]}"}
        for tail in ("", " ON CONFLICT DO NOTHING RETURNING 1"):
            answers = []
            for values in (theirs, nobodys):
                state, heard, rows = siege.send(login, key.name, copy_of_own_row(relation, {**others, **values}) + tail)
                answers.append((state, without_values(heard, list(theirs.values()) + list(nobodys.values())), rows))
            if answers[0] != answers[1]:
                siege.wrong.append((user, f"probe of {key.name}", key.table + tail, f"B's key gives {answers[0]}, an unknown one {answers[1]}"))
            # 23503: the row's own material is not there, for both. Anything else stopped it on its way to the key.
            elif answers[0][0] not in (None, "23503", "42501"):
                siege.wrong.append((user, f"probe of {key.name}", key.table + tail, f"did not get as far as the key: {answers[0]}"))
            probed += answers[0][0] != "42501"
    siege.trial = False
    login.close()
    return probed


def without_values(text, literals):
    for literal in literals:
        value = literal.rsplit("::", 1)[0].strip("'")
        text = text.replace(value, "<value>")
    # Values of the row's other columns are new each time.
    return re.sub(r"\([^()]*\)=\(.*?\)(?= )", "(key)", re.sub(r"Failing row contains .*", "", text))


def enter(user, tenant):
    """How a login that may choose works for a tenant: the authenticator first as itself, then as the user's role."""
    statements = [f"SET app.current_tenant_id = '{tenant}'"]
    if user == "in_replenish_authenticator":
        statements = ["RESET ROLE", *statements, "SET ROLE replenish_api_user"]
    return statements


def still_has(superuser, relation, tenant):
    """Whether a table has rows of the tenant: who may run its nights takes notes of late demand away."""
    return relation.kind == "v" or superuser.execute(f"SELECT EXISTS (SELECT FROM {relation.name} WHERE tenant_id = %s)", (tenant,)).fetchone()[0]


def change_of_tenant(siege, user):
    """B, then A, then nobody, in one session: a prepared statement follows, a cursor that is held stays what it was.

    A cursor WITH HOLD is a finished result: who fetches from it later is the session that could read B when it
    was made. What is promised is that it never mixes tenants and that DISCARD ALL, which a pool sends, ends it.
    """
    if not may_choose_tenant(siege.superuser, user):
        return None
    login, read = Login(user), 0

    def run(*statements):
        siege.statements += len(statements)
        return [login.run(s) for s in statements][-1]

    def theirs(heard):
        return siege.canaries.find("", heard)

    def wrong(relation, what, heard):
        siege.wrong.append((user, "change of tenant", relation.name, f"{what}: {heard[:200]}"))

    run("SET plan_cache_mode = force_generic_plan")
    for relation in siege.relations:
        select = f"SELECT r::text FROM {relation.name} AS r"
        run(*enter(user, B))
        if run(f"PREPARE kept AS {select}")[0] or run("EXECUTE kept")[0]:
            run("DEALLOCATE ALL")
            continue
        registry = relation.name.endswith(".tenants")
        if theirs(run("EXECUTE kept")[1]):
            read += 1
        elif relation.tenant_column and relation.name not in ONLY_WHILE_RUNNING and still_has(siege.superuser, relation, B):
            wrong(relation, "B does not read its own rows", "")
        run("BEGIN", f"DECLARE held CURSOR WITH HOLD FOR {select}", "COMMIT", *enter(user, A))
        for what in ("EXECUTE kept", select):
            heard = run(what)[1]
            if theirs(heard) and not (registry and set(theirs(heard)) == {B}):
                wrong(relation, f"{what} as A gives rows of B", heard)
        heard = run("FETCH ALL FROM held")[1]
        if relation.tenant_column and A in heard and not registry:
            wrong(relation, "a cursor that B opened gives rows of A", heard)
        run(*enter(user, ""))
        state, heard, rows = run("EXECUTE kept")
        if relation.tenant_column and (state or rows) and not registry:
            wrong(relation, f"EXECUTE without a tenant gave {state} and {rows} rows", heard)
        run("DEALLOCATE ALL", "CLOSE held")
    # What a pool's DISCARD ALL, and the end of a transaction, leave of it.
    run("RESET ROLE", f"SET app.current_tenant_id = '{B}'", "PREPARE kept AS SELECT 1", "BEGIN", "DECLARE held CURSOR WITH HOLD FOR SELECT 1", "COMMIT", "DISCARD ALL")
    ended = [run("FETCH ALL FROM held")[0], run("EXECUTE kept")[0], run("SHOW app.current_tenant_id")[1]]
    if ended != ["34000", "26000", A]:
        siege.wrong.append((user, "change of tenant", "DISCARD ALL", f"leaves {ended}"))
    run("BEGIN", f"SET LOCAL app.current_tenant_id = '{B}'", "DECLARE usual CURSOR FOR SELECT 1", "COMMIT")
    ended = [run("FETCH ALL FROM usual")[0], run("SHOW app.current_tenant_id")[1]]
    if ended != ["34000", A]:
        siege.wrong.append((user, "change of tenant", "COMMIT", f"leaves {ended}"))
    login.close()
    return read
