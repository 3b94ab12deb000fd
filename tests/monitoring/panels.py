#!/usr/bin/env python3
"""Runs the query of every panel of the Grafana dashboards, as Grafana would.

panels.py PROMETHEUS_URL DASHBOARD.json ...   PostgreSQL by PGHOST and so on, login PANEL_ROLE

A query that fails, and one that returns nothing or no number, fails the test.
"""

import json
import math
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import psycopg

SECONDS = 600
MACROS = {
    "$tenant": ".*",
    "$__rate_interval": "1m",
    "$__interval": "15s",
}


def check_form(name, board):
    """What Grafana needs to load a dashboard, beyond JSON."""
    for key in ("uid", "title", "schemaVersion", "panels", "templating", "time"):
        assert key in board, f"{name}: {key} is missing"
    assert board["id"] is None, f"{name}: an id belongs to one Grafana"
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids)), f"{name}: panel ids are not unique"
    sources = {v["name"] for v in board["templating"]["list"] if v["type"] == "datasource"}
    for panel in board["panels"]:
        assert panel["type"] in ("timeseries", "heatmap", "table", "stat"), panel["type"]
        assert panel["title"] and panel["targets"], f"{name}: a panel without title or query"
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, f"{name}: {panel['title']} is too wide"
        for target in panel["targets"]:
            source = re.fullmatch(r"\$\{(\w+)\}", target["datasource"]["uid"])
            assert source and source[1] in sources, f"{name}: {panel['title']}: no such data source"


def expand(text):
    for macro, value in MACROS.items():
        text = text.replace(macro, value)
    return re.sub(
        r"\$__timeFilter\(([^)]+)\)", r"\1 BETWEEN now() - interval '90 days' AND now()", text
    )


def prometheus(url, target):
    now = time.time()
    arguments = {"query": expand(target["expr"])}
    if target.get("instant"):
        path = "query"
    else:
        path = "query_range"
        arguments |= {"start": now - SECONDS, "end": now, "step": 5}
    try:
        with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(arguments)}") as r:
            answer = json.load(r)
    except urllib.error.HTTPError as error:
        raise AssertionError(error.read().decode()) from error
    values = []
    for series in answer["data"]["result"]:
        values += [float(v) for _, v in series.get("values") or [series["value"]]]
    return [v for v in values if not math.isnan(v)]


def postgres(connection, target):
    with connection.cursor() as cursor:
        cursor.execute(expand(target["rawSql"]))
        columns = [c.name for c in cursor.description]
        if target["format"] == "time_series":
            assert columns[0] == "time", f"a time series begins with time, not {columns[0]}"
        rows = cursor.fetchall()
        # Every panel has to show a number, and not only keys.
        return [v for row in rows for v in row if isinstance(v, (int, float)) or hasattr(v, "as_tuple")]


def main():
    url, files = sys.argv[1], sys.argv[2:]
    connection = psycopg.connect(user=os.environ["PANEL_ROLE"], autocommit=True)
    queries = 0
    empty = []
    for name in files:
        with open(name, encoding="utf-8") as file:
            board = json.load(file)
        check_form(name, board)
        for panel in board["panels"]:
            for target in panel["targets"]:
                queries += 1
                where = f"{os.path.basename(name)}: {panel['title']} {target['refId']}"
                try:
                    if "expr" in target:
                        values = prometheus(url, target)
                    else:
                        values = postgres(connection, target)
                except (AssertionError, psycopg.Error) as error:
                    sys.exit(f"{where}: {error}")
                if not values:
                    empty.append(where)
    if empty:
        sys.exit("these panels show nothing:\n  " + "\n  ".join(empty))
    print(f"ok - {queries} queries of {len(files)} dashboards answer with numbers")


if __name__ == "__main__":
    main()
