"""Draws how the CPU time of nights grows with the number of series: results.tsv in, an SVG out. Both axes are logarithmic."""
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 400, 70, 190, 20, 50
# Okabe and Ito (2008): colours that colour-blind readers tell apart.
COLOURS = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7"]
RUNS = [
    ("first night, AUTO", "2", "first night, AUTO"),
    ("first night, HOLT_WINTERS", "2", "first night, Holt-Winters"),
    ("second night, one new day", "2", "second night, AUTO"),
    ("the same again, nothing changed", "2", "nothing changed"),
]


def main(source, target):
    with open(source) as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    series = []
    for run, threads, label in RUNS:
        points = sorted({(int(r[0]), float(r[5])) for r in rows if r[2] == run and r[3] == threads and r[1] == "365"})
        if points:
            series.append((label, points))
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    x_low, x_high = math.log10(min(xs)), max(math.log10(max(xs)), math.log10(min(xs)) + 1)
    y_low, y_high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def place(x, y):
        return (
            LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - (math.log10(y) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM),
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        "<title>CPU seconds of a night by the number of series, 365 days each</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for exponent in range(y_low, y_high + 1):
        _, y = place(min(xs), 10**exponent)
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**exponent:g} s</text>')
    for x in sorted(set(xs)):
        left, _ = place(x, min(ys))
        out.append(f'<text x="{left:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">series of 365 days; CPU seconds of a night</text>')
    for (label, points), colour in zip(series, COLOURS):
        places = [place(x, y) for x, y in points]
        out.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
        out.extend(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)
        x, y = places[-1]
        out.append(f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{label}</text>')
    out.append("</svg>")
    with open(target, "w") as file:
        file.write("\n".join(out) + "\n")


main(*sys.argv[1:])
