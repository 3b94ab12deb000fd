"""Draws the pictures of docs/concepts: reads the rows of pictures.sql as CSV, writes one SVG a picture.

pictures.py FOLDER <rows. A row is picture, kind, name, x, y, lo_80, hi_80, lo_95, hi_95. Kinds: title, x and y (words),
history and bars (demand), forecast (a line with its bands), line, dot, vertical, horizontal, label.
"""

import collections
import csv
import math
import pathlib
import sys
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 32, 40
# Okabe and Ito (2008): told apart by every kind of colour vision.
DEMAND, FORECAST = "#0072B2", "#D55E00"
LINES = [("#009E73", "6 3"), ("#CC79A7", "2 2"), ("#56B4E9", "8 2 2 2")]
Row = collections.namedtuple("Row", "kind name x y lo_80 hi_80 lo_95 hi_95")


def ticks(low, high, wanted=5):
    step = 10 ** math.floor(math.log10((high - low) / wanted))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= wanted)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value):
    return f"{value:,.10g}"


class Picture:
    def __init__(self, rows):
        self.words = {row.kind: row.name for row in rows if row.kind in ("title", "x", "y")}
        self.rows = [row for row in rows if row.kind not in ("title", "x", "y")]
        xs = [row.x for row in self.rows if row.x is not None]
        ys = [value for row in self.rows for value in row[3:] if value is not None]
        self.low, self.high = min(xs), max(xs)
        bottom, top = min(ys), max(ys)
        # From zero, unless everything lies far above it.
        self.bottom = min(bottom, 0) if bottom < (top - bottom) else bottom
        self.top = top + 0.05 * (top - self.bottom)
        self.parts, self.legend = [], []

    def x(self, value):
        return LEFT + (value - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        return HEIGHT - BOTTOM - (value - self.bottom) / (self.top - self.bottom) * (HEIGHT - TOP - BOTTOM)

    def points(self, pairs):
        return " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in pairs)

    def text(self, x, y, words, **style):
        attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(words)}</text>')

    def polyline(self, pairs, colour, dash=""):
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline points="{self.points(pairs)}" fill="none" stroke="{colour}" stroke-width="1.6"{dashed}/>')

    def axes(self):
        for value in ticks(self.bottom, self.top):
            place = self.y(value)
            self.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{place:.1f}" y2="{place:.1f}" stroke="#ddd"/>')
            self.text(LEFT - 6, place + 4, number(value), text_anchor="end")
        for value in ticks(self.low, self.high, 8):
            self.text(self.x(value), HEIGHT - BOTTOM + 16, number(value), text_anchor="middle")
        self.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, self.words.get("x", "day"), text_anchor="middle")

    def band(self, rows, low, high, opacity):
        there = [(row.x, getattr(row, low)) for row in rows]
        back = [(row.x, getattr(row, high)) for row in reversed(rows)]
        self.parts.append(f'<polygon points="{self.points(there + back)}" fill="{FORECAST}" fill-opacity="{opacity}"/>')

    def draw_series(self, kind, name, rows):
        rows = sorted(rows, key=lambda row: row.x)
        pairs = [(row.x, row.y) for row in rows]
        if kind == "history":
            self.polyline(pairs, DEMAND)
            self.legend.append((DEMAND, "", name))
        elif kind == "bars":
            for x, y in pairs:
                if y > 0:
                    self.parts.append(f'<line x1="{self.x(x):.1f}" x2="{self.x(x):.1f}" y1="{self.y(0):.1f}" y2="{self.y(y):.1f}" stroke="{DEMAND}" stroke-width="3"/>')
            self.legend.append((DEMAND, "", name))
        elif kind == "forecast":
            self.band(rows, "lo_95", "hi_95", 0.15)
            self.band(rows, "lo_80", "hi_80", 0.25)
            self.polyline(pairs, FORECAST, "5 2")
            self.legend.append((FORECAST, "5 2", f"{name}, with 80 and 95%"))
        elif kind == "line":
            colour, dash = (LINES if any(row.kind in ("history", "bars", "forecast") for row in self.rows)
                            else [(FORECAST, ""), (DEMAND, "6 3"), ("#009E73", "2 2")])[self.lines % 3]
            self.lines += 1
            self.polyline(pairs, colour, dash)
            self.legend.append((colour, dash, name))

    def draw_mark(self, row):
        if row.kind == "dot":
            self.parts.append(f'<circle cx="{self.x(row.x):.1f}" cy="{self.y(row.y):.1f}" r="5" fill="{FORECAST}"/>')
            self.text(self.x(row.x) + 8, self.y(row.y) + 4, row.name)
        elif row.kind == "vertical":
            x = self.x(row.x)
            self.parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#666" stroke-dasharray="3 3"/>')
            self.text(x + 4, HEIGHT - BOTTOM - 6, row.name, fill="#444")
        elif row.kind == "horizontal":
            y = self.y(row.y)
            self.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#666" stroke-dasharray="3 3"/>')
            self.text(WIDTH - RIGHT - 4, y - 4, row.name, text_anchor="end", fill="#444")
        elif row.name:
            self.text(self.x(row.x), self.y(row.y), row.name, fill="#666")

    def svg(self):
        self.lines = 0
        self.axes()
        groups = {}
        for row in self.rows:
            groups.setdefault((row.kind, row.name), []).append(row)
        for (kind, name), rows in groups.items():
            if kind in ("history", "bars", "forecast", "line"):
                self.draw_series(kind, name, rows)
            else:
                for row in rows:
                    self.draw_mark(row)
        place = LEFT
        for colour, dash, name in self.legend:
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            self.parts.append(f'<line x1="{place}" x2="{place + 22}" y1="16" y2="16" stroke="{colour}" stroke-width="3"{dashed}/>')
            self.text(place + 28, 20, name)
            place += 44 + 7 * len(name)
        if "y" in self.words:
            self.text(WIDTH - RIGHT, 20, self.words["y"], text_anchor="end", fill="#444")
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
            f"<title>{escape(self.words['title'])}</title>",
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', *self.parts, "</svg>", ""])


def main(folder):
    pictures = {}
    for picture, kind, name, *values in csv.reader(sys.stdin):
        row = Row(kind, name, *(float(value) if value else None for value in values))
        pictures.setdefault(picture, []).append(row)
    for picture, rows in pictures.items():
        pathlib.Path(folder, f"{picture}.svg").write_text(Picture(rows).svg(), encoding="utf-8")


main(sys.argv[1])
