"""Writes the SQL reference of the book: reference.py FOLDER <document, that of reference.sql.

Nothing of it is kept in the repository: it is the catalog's own words, the comments. An object without one is an error.
"""

import json
import pathlib
import re
import sys

# What is there for other functions to call says so in its comment.
INNER = re.compile(r"Callers want|calls? it\b|^Trigger:|^Support of")
INNER_NAMES = re.compile(
    r"assert_\w+|api_scripts|known_routines|migrations|job_lock|role_names|verdict|default_alert_rules|pack_demand|planned_demand"
    r"|plan_text|demand_profile|forecast_day_id|library_version|packed_history|due_series|closed_routines|observed_until")
VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
PAGES = [
    ("pure", "Forecasts and figures from your values", "They read no table: arrays and rows in, forecasts and figures out. Aggregates are marked."),
    ("reads", "Reading the tables", "Under the caller's row-level security. A tenant that is not the current one gives no rows."),
    ("writes", "Changing the tables", "For `replenish_writer`. A tenant that is not the current one is refused with 42501."),
    ("jobs", "Jobs", "For `replenish_batch`: procedures that commit as they go, and what schedules them."),
    ("setup", "Set-up, and what others call", "For the owner of the tables or a superuser; and functions that are parts of others."),
]


def page_of(function):
    if function["trigger"] or INNER.search(function["comment"]) or INNER_NAMES.fullmatch(function["name"]):
        return "setup"
    if function["granted_to"] in ("replenish_owner", "superuser"):
        return "setup"
    if function["granted_to"] == "replenish_batch":
        return "jobs"
    if function["granted_to"]:
        return "writes"
    return "pure" if function["volatility"] == "i" else "reads"


def cell(text):
    return (text or "").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def split(text):
    """The arguments of a list, at commas outside of parentheses and quotes."""
    return [part.strip() for part in re.findall(r"(?:[^,('\[]|\([^)]*\)|'[^']*'|\[[^\]]*\])+", text)]


def function_entry(function):
    result = "" if function["kind"] == "p" else f" → {function['result']}"
    arguments = split(function["arguments"])
    if len(function["arguments"]) > 60:
        arguments = "\n    " + ",\n    ".join(arguments) + "\n"
    else:
        arguments = ", ".join(arguments)
    facts = ["aggregate"] if function["kind"] == "a" else ["procedure"] if function["kind"] == "p" else []
    if function["kind"] == "f":
        facts.append(VOLATILITY[function["volatility"]])
        facts += ["NULL for NULL"] if function["strict"] else []
    facts += ["parallel safe"] if function["parallel"] == "s" else []
    facts += [f"for {function['granted_to']}"] if function["granted_to"] else []
    return f"## {function['name']}\n\n{cell(function['comment'])}\n\n```text\n{function['name']}({arguments}){result}\n```\n\n*{', '.join(facts)}*\n"


def relation_entry(relation):
    lines = [f"## {relation['name']}\n", f"{cell(relation['comment'])}\n", "| column | type | | |", "|---|---|---|---|"]
    for column in relation["columns"]:
        default = "required" if column["required"] else f"default `{cell(column['default'])}`" if column["default"] else ""
        lines.append(f"| `{column['name']}` | {column['type']} | {default} | {cell(column['comment'])} |")
    return "\n".join(lines) + "\n"


def write(folder, name, title, text, entries):
    contents = ", ".join(f"[{entry.split()[1]}](#{entry.split()[1]})" for entry in entries if entry.startswith("## "))
    (folder / f"{name}.md").write_text(f"# {title}\n\n{text}\n\n{contents}\n\n" + "\n".join(entries), encoding="utf-8")


def main(folder):
    folder = pathlib.Path(folder)
    catalog = json.load(sys.stdin)
    functions = [f for f in catalog["functions"] if not (f["comment"] or "").startswith("Support of")]
    tables = [r for r in catalog["relations"] if r["kind"] != "c"]
    types = [{**r, "comment": catalog["type_comments"].get(r["name"])} for r in catalog["relations"] if r["kind"] == "c"]
    mute = [thing["name"] for thing in functions + tables if not thing["comment"]]
    if mute or len(functions) < 100 or len(tables) < 20:
        sys.exit(f"without a comment, or too few: {mute}")
    for name, title, text in PAGES:
        write(folder, name, title, text, [function_entry(f) for f in functions if page_of(f) == name])
    write(folder, "relations", "Tables and views", "All under row-level security. A column that is not required may be left out of an INSERT.",
          [relation_entry(r) for r in tables])
    write(folder, "types", "Types", "Composite types: the columns that reads return.", [relation_entry(r) for r in types])
    rows = [f"| `{s['name']}` | {cell(s['default'])} | {s['least'] or ''} | {s['most'] or ''} | {s['context']} | {cell(s['comment'])} |" for s in catalog["settings"]]
    (folder / "settings.md").write_text("\n".join(
        ["# Settings and roles\n", "| setting | default | least | most | who may set it | |", "|---|---|---|---|---|---|", *rows, "",
         "Who may do what: [security](../docs/security.md), in short in the [README](../README.md#tenancy-in-ten-lines).", ""]).replace("../docs/", "../").replace("](../README", "](../../README"), encoding="utf-8")


main(sys.argv[1])
