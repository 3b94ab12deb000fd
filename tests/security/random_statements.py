"""Check 3: random statements as tenant A, made from the catalog; nothing of B comes back.

Arguments: how many statements (default 10,000) and a seed. Seen to fail with `USING (true)` added to
one table's policies (the last step does that and demands that the canary is found).
"""

import random
import sys

from logins import Login
from siege import Siege
from values import call, plain, pool

PREDICATES = ["true", "tenant_id = '{b}'", "tenant_id <> '{a}'", "r::text LIKE '%7351846%'", "r::text > '{word}'", "NOT (tenant_id = '{a}')",
              "tenant_id IN (SELECT tenant_id FROM {other})", "EXISTS (SELECT FROM {other} AS o WHERE o.tenant_id <> r.tenant_id)",
              "random() < 0.5", "tenant_id IS NULL OR true", "to_jsonb(r) @> '{{}}'", "length(r::text) > 10"]
SHAPES = ["SELECT r::text FROM {rel} AS r WHERE {p} ORDER BY 1 {dir} LIMIT {n}",
          "SELECT count(*), max(r::text), min(r::text) FROM {rel} AS r WHERE {p}",
          "SELECT r.*, o.* FROM {rel} AS r LEFT JOIN {other} AS o ON {q} WHERE {p} LIMIT {n}",
          "SELECT DISTINCT r.{column}::text FROM {rel} AS r WHERE {p} LIMIT {n}",
          "SELECT r.{column}::text, count(*), rank() OVER (ORDER BY count(*)) FROM {rel} AS r WHERE {p} GROUP BY ROLLUP (r.{column}) LIMIT {n}",
          "WITH RECURSIVE w AS (SELECT r.tenant_id, 1 AS i FROM {rel} AS r WHERE {p} UNION SELECT o.tenant_id, w.i + 1 FROM {other} AS o, w WHERE w.i < 2) SELECT * FROM w LIMIT {n}",
          "SELECT (SELECT max(o::text) FROM {other} AS o WHERE {q2}) FROM {rel} AS r WHERE {p} LIMIT {n}",
          "SELECT jsonb_agg(r) FROM (SELECT * FROM {rel} AS r WHERE {p} LIMIT {n}) AS r",
          "SELECT x.t FROM {rel} AS r CROSS JOIN LATERAL (SELECT o::text AS t FROM {other} AS o WHERE {q} LIMIT 3) AS x WHERE {p} LIMIT {n}",
          "SELECT r::text FROM {rel} AS r UNION ALL SELECT o::text FROM {other} AS o ORDER BY 1 {dir} LIMIT {n}",
          "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM {rel} AS r WHERE {p}",
          "SELECT query_to_xml('SELECT * FROM {rel} LIMIT 5', true, false, '')",
          "UPDATE {rel} AS r SET {column} = r.{column} WHERE {p} RETURNING r::text",
          "DELETE FROM {rel} AS r WHERE tenant_id <> '{a}' AND {p} RETURNING r::text"]


class Statements:
    def __init__(self, siege, seed):
        self.siege, self.random = siege, random.Random(seed)
        self.columns = {r.name: [c for c, _ in r.columns] for r in siege.relations if r.tenant_column}
        self.calls = [r for r in siege.routines
                      if r.kind != "p" and not {"internal", "trigger"} & {r.result, *(t for _, t in r.arguments)}]

    def predicate(self, other):
        text = self.random.choice(PREDICATES)
        return text.format(a="aaaaaaaa-0000-4000-8000-000000000000", b="ca9a47ee-b000-4000-8000-000000000000", other=other, word=self.random.choice("aBC7"))

    def select(self):
        rel, other = (self.random.choice(list(self.columns)) for _ in range(2))
        return self.random.choice(SHAPES).format(
            rel=rel, other=other, column=self.random.choice(self.columns[rel]), p=self.predicate(other),
            q=self.random.choice(["true", "o.tenant_id = r.tenant_id", "o.tenant_id <> r.tenant_id"]), q2="o.tenant_id <> r.tenant_id",
            n=self.random.randint(1, 30), dir=self.random.choice(["ASC", "DESC"]), a="aaaaaaaa-0000-4000-8000-000000000000")

    def call(self):
        routine = self.random.choice(self.calls)
        arguments = [plain(*argument, self.siege.world) if self.random.random() < 0.5 else self.random.choice(pool(argument[1], self.siege.world))
                     for argument in routine.arguments]
        statement = call(routine, arguments)
        if self.random.random() < 0.1:
            statement = "EXPLAIN (ANALYZE, VERBOSE) " + statement
        return statement

    def next(self):
        self.kind = "reads" if self.random.random() < 0.5 else "calls"
        return self.select() if self.kind == "reads" else self.call()


def search(count, seed, user="in_replenish_writer"):
    siege = Siege()
    statements = Statements(siege, seed)
    login = Login(user)
    login.run("SET statement_timeout = '2s'")
    states = {}
    for number in range(count):
        login.run("BEGIN")  # So that what A writes by chance does not add up.
        state, _, _ = siege.send(login, "random", statements.next())
        login.run("ROLLBACK")
        states[state] = states.get(state, 0) + 1
        if state is None:
            states[statements.kind] = states.get(statements.kind, 0) + 1
    login.close()
    return siege, states


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20261124
    siege, states = search(count, seed)
    for finding in siege.leaks[:10] + siege.wrong[:10]:
        print(finding)
    if siege.leaks or siege.wrong:
        sys.exit(f"{len(siege.leaks)} leaks, {len(siege.wrong)} internal errors; seed {seed}")
    # A third of the reads and of the calls must get through, or the statements test nothing but the parser.
    answered = states.get(None, 0)
    if min(states.get("reads", 0), states.get("calls", 0)) < count / 6:
        sys.exit(f"too few of {count} random statements were answered: {states}")
    siege.superuser.execute("CREATE POLICY careless ON replenish.materials FOR SELECT USING (true)")
    try:
        found = len(search(500, seed)[0].leaks)
    finally:
        siege.superuser.execute("DROP POLICY careless ON replenish.materials")
    if not found:
        sys.exit("500 statements did not notice a policy that lets everything through")
    print(f"{count} random statements, {answered} answered, 0 canaries (a careless policy shows {found}); seed {seed}")


if __name__ == "__main__":
    main()
