#!/usr/bin/env python3
"""Writes the upgrade script between two install scripts of the extension, or checks that a library can serve both.

    upgrade_script.py script OLD.sql NEW.sql     the statements of pg_replenish--OLD--NEW.sql
    upgrade_script.py symbols OLD.sql NEW.sql    fails where a symbol of the library changed its signature

The extension holds types, functions and aggregates only, so a routine with the same arguments and result
is replaced (whatever uses it stays, privileges stay), any other change is DROP and CREATE, and what is no
longer there is dropped without CASCADE: PostgreSQL refuses an upgrade that would take a view or a policy along.
"""

import re
import sys

TOKEN = re.compile(
    r"(?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|(?P<string>'(?:[^']|'')*')|(?P<quoted>\"[^\"]*\")"
    r"|(?P<line>--[^\n]*)|(?P<block>/\*.*?\*/)|(?P<end>;)|(?P<other>.)",
    re.DOTALL,
)


def statements(text):
    """The statements of a script without comments, blanks outside of quotes made one."""
    found, current = [], ""
    for token in TOKEN.finditer(text):
        if token["line"] or token["block"]:
            current += " "
        elif token["end"]:
            found.append(current.strip())
            current = ""
        elif token["other"] and token["other"].isspace():
            current += "" if current.endswith(" ") else " "
        else:
            current += token.group()
    return [statement for statement in found if statement]


def balanced(text, start):
    """Index after the parenthesis that closes the one at start."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place + 1
    raise ValueError(f"unbalanced: {text[:80]}")


def split_arguments(text):
    parts, depth, current = [], 0, ""
    for letter in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += letter
    return [part for part in [*parts, current.strip()] if part]


class Thing:
    """A type, routine or aggregate that a statement creates."""

    def __init__(self, statement):
        self.statement = statement
        head = re.match(r"CREATE (TYPE|FUNCTION|PROCEDURE|AGGREGATE) (?:replenish\.)?\"?(\w+)\"? ?", statement)
        self.kind, self.name = head[1], head[2]
        self.arguments, self.defaults, self.result = "", "", ""
        if self.kind != "TYPE":
            start = statement.index("(", head.end() - 1)
            end = balanced(statement, start)
            parts = split_arguments(statement[start + 1 : end - 1])
            cut = [re.split(r" (?:DEFAULT|=) |\s*= ", part, maxsplit=1) for part in parts]
            self.arguments = ", ".join(part[0] for part in cut)
            self.defaults = ", ".join(part[1] if len(part) > 1 else "" for part in cut)
            rest = statement[end:].lstrip()
            if table := re.match(r"RETURNS TABLE ?\(", rest):
                self.result = rest[: balanced(rest, table.end() - 1)]
            elif self.kind == "FUNCTION":
                self.result = re.match(r"RETURNS (?:SETOF )?[\w.\"]+(?: precision)?(?:\[\])*", rest)[0]

    @property
    def key(self):
        return (self.kind, self.name, self.arguments)

    @property
    def replaceable(self):
        return self.kind != "TYPE"

    def drop(self):
        suffix = "" if self.kind == "TYPE" else f"({self.arguments})"
        return f"DROP {self.kind} replenish.{self.name}{suffix}"

    def uses(self, names):
        """Whether its head, or for an aggregate all of it, names one of these."""
        text = self.statement if self.kind == "AGGREGATE" else f"{self.arguments} {self.result}"
        return any(re.search(rf"\b{name}\b", text) for name in names)

    def symbol(self):
        found = re.search(r"AS 'MODULE_PATHNAME', '(\w+)'", self.statement)
        return found and found[1]


def read(path):
    with open(path, encoding="utf-8") as file:
        things, others = {}, []
        for statement in statements(file.read()):
            if re.match(r"CREATE (TYPE|FUNCTION|PROCEDURE|AGGREGATE) ", statement):
                thing = Thing(statement)
                things[thing.key] = thing
            elif statement.startswith("CREATE"):
                sys.exit(f"{path}: no rule for {statement[:80]}")
            else:
                others.append(statement)
    return things, others


def upgrade(old_path, new_path):
    old, _ = read(old_path)
    new, others = read(new_path)
    gone = {key for key in old if key not in new}
    for key, thing in old.items():
        if key in new and thing.statement != new[key].statement:
            same_head = (thing.result, thing.defaults) == (new[key].result, new[key].defaults)
            if not (thing.replaceable and same_head):
                gone.add(key)
    # What a dropped type or support function is part of goes with it.
    while True:
        types = {name for kind, name, _ in gone if kind == "TYPE"}
        routines = {name for kind, name, _ in gone if kind in ("FUNCTION", "PROCEDURE")}
        more = {
            key
            for key, thing in old.items()
            if key not in gone and (thing.uses(types) or thing.kind == "AGGREGATE" and thing.uses(routines))
        }
        if not more:
            break
        gone |= more
    order = {"AGGREGATE": 0, "FUNCTION": 1, "PROCEDURE": 1, "TYPE": 2}
    lines = [statement for statement in others if statement.startswith("DO $check$")]
    lines += [old[key].drop() for key in sorted(gone, key=lambda key: (order[key[0]], key))]
    for key, thing in new.items():
        if key in gone or key not in old:
            lines.append(thing.statement)
        elif thing.statement != old[key].statement:
            # OR REPLACE is safe here: PostgreSQL refuses it on anything that is not a member.
            lines.append(re.sub(r"^CREATE ", "CREATE OR REPLACE ", thing.statement))
    lines += [statement for statement in others if not statement.startswith("DO $check$")]
    print('\\echo Use "ALTER EXTENSION pg_replenish UPDATE" to load this file. \\quit')
    print(";\n".join(lines) + ";")


def check_symbols(old_path, new_path):
    new = {thing.symbol(): thing for thing in read(new_path)[0].values() if thing.symbol()}
    faults = []
    for thing in read(old_path)[0].values():
        later = new.get(thing.symbol())
        if later and (thing.arguments, thing.result) != (later.arguments, later.result):
            faults.append(f"{thing.symbol()}: ({thing.arguments}) {thing.result} became ({later.arguments}) {later.result}")
    if faults:
        sys.exit("SQL of the older version would call these wrongly; give the new ones other names:\n" + "\n".join(faults))


if __name__ == "__main__":
    commands = {"script": upgrade, "symbols": check_symbols}
    if len(sys.argv) != 4 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](*sys.argv[2:])
