"""Writes what a page's blocks printed into the page: write_outputs.py PAGE FOLDER, the folder that run_page made."""

import pathlib
import re
import sys

page, folder = map(pathlib.Path, sys.argv[1:])
given = {int(re.search(r"\d+", path.name)[0]) + 1: path.read_text() for path in folder.glob("block-*.given")}
lines, block, inside = [], 0, False
for line in page.read_text().splitlines(keepends=True):
    if line.startswith("```"):
        inside = not inside
        block += inside
        lines.append(line)
        if inside and block in given:
            lines.append(given[block])
    elif not (inside and block in given):
        lines.append(line)
page.write_text("".join(lines))
