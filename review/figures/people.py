"""Effects in people: a hundred of either group, as distributions and as squares."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import norm

from restated.plots.marks import DASHES, Line, Mark, dots
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, narrow, new_figure, width, wrap_to, write
from restated.plots.words import alt_text, number
from review.figures.pieces import without_y
from review.figures.tables import checked, ensure, rows

WIDTH = 7.6  # inches
HEAD, LINE = 0.55, 0.2  # inches: headings, one line of words
BELOW, AFTER = 0.42, 0.12  # inches under a picture: its caption, and room before the next effect
#: Left edges of squares in inches: the two hundreds come first, so that a narrow screen shows them next to each other.
GRIDS = (0.1, 2.1)
CURVES = (4.2, 3.2)  # left edge and width
SIDE = 1.3  # inches, side of a square of a hundred children
SIDES = 10  # children along a side
SHARES = ["overlap", "risk_lower", "risk_higher"]
OTHER, MARKED = Mark("o", False, "muted"), Mark("s", True, "second")
SCREEN = 3.7  # inches: a telephone shows it whole
SQUARE = 1.5  # inches, side of a square of a hundred people
CAPTION, NEXT = 0.26, 0.2  # inches under a square, and before the next effect
COUNTS = [f"{group}{end}" for group in ("first", "second") for end in ("", "_low", "_high")]


@drawing
def hundreds(table: pd.DataFrame, *, lower: str, higher: str, outermost: str) -> Drawn:
    """Draw for each effect the two distributions, and the outermost of a hundred children of each group.

    `table`: `label` (outcome), `text` (effect in words), `d`, `overlap`, `risk_lower`, `risk_higher` (0 to 1). `lower`
    and `higher` name the groups, `outermost` what the marked children have in common.
    """
    table = checked(table, "label", "text", "d", *SHARES)
    possible = ((table[SHARES] >= 0) & (table[SHARES] <= 1)).all(axis=None)
    ensure(possible, "a share is not between 0 and 1", field="risk_higher")
    curves_at, under = ((0.6, 3.2), SIDE + BELOW + LINE) if narrow() else (CURVES, 0.0)
    lines = [[row.label, *wrap_to(row.text, CURVES[0] - GRIDS[0], BASE)] for row in rows(table)]
    tall = [0.1 + LINE * len(mine) + SIDE + BELOW + AFTER + under for mine in lines]
    base = height = HEAD + sum(tall)
    fig = new_figure(min(WIDTH, width()), height)
    bold, plain = ({"va": "baseline", "fontweight": weight} for weight in ("bold", "normal"))
    heads = (f"solid: {lower}", f"dashed: {higher}"), ("of 100", lower), ("of 100", higher)
    for left, (first, second) in zip(GRIDS, heads[1:]) if narrow() else zip((CURVES[0], *GRIDS), heads):
        write(fig, left, height - 0.24, first, **bold)
        write(fig, left, height - 0.44, second, **bold)
    base -= HEAD
    words = []
    for row, mine, deep in zip(rows(table), lines, tall):
        base -= deep
        for j, line in enumerate(mine):
            write(fig, GRIDS[0], base + deep - 0.2 - LINE * j, line, **(plain if j else bold))
        ax = axes_in_inches(fig, curves_at[0], base + BELOW, curves_at[1], SIDE)
        x = np.linspace(-3.2, 3.2 + abs(row.d), 81)
        curves = norm.pdf(x), norm.pdf(x - row.d)
        ax.fill_between(x, np.minimum(*curves), facecolor=colour("band"), linewidth=0, zorder=1, gid="overlap")
        ax.plot(x, curves[0], zorder=2, **Line("accent", width=1.6).style())
        ax.plot(x, curves[1], zorder=3, **Line("second", DASHES, 1.6).style())
        ax.set(xlim=(x[0], x[-1]), ylim=(0, 0.42), xticks=[])
        without_y(ax)
        overlap = number(100 * row.overlap, 0)
        said = f"overlap {overlap}\u00a0%"
        if narrow():
            write(fig, GRIDS[0], base + BELOW + SIDE + 0.06, f"{heads[0][0]}, {heads[0][1]}", **plain)
        write(fig, curves_at[0] + curves_at[1] / 2, base + 0.2, said, ha="center", **plain)
        risks = {left: 100 * risk for left, risk in zip(GRIDS, (row.risk_lower, row.risk_higher))}
        for left, risk in risks.items():
            _grid(fig, left, base + under + BELOW, SIDE, round(risk), sizes=(4, 6.5))
            write(fig, left, base + under + 0.2, f"{number(risk, 1)} {outermost}", **plain)
        words.append(f"{row.label}: {' versus '.join(number(r, 1) for r in risks.values())}, overlap {overlap} %")
    names = ["overlap in %", f"{outermost}, of 100 {lower}", f"{outermost}, of 100 {higher}"]
    data = table[["label", "d"]].set_axis(["outcome", "d"], axis=1).join((100 * table[SHARES]).set_axis(names, axis=1))
    return Drawn(fig, alt_text(f"Children {outermost}, of 100 {lower} and of 100 {higher}", *words), data)


@drawing
def per_hundred(table: pd.DataFrame) -> Drawn:
    """Draw for each effect a hundred people of two groups, with counts and their range.

    `table`: `label` (effect), `of` (the two groups, separated by a bar), `what` (is counted), and for both groups
    ``first``, ``second`` the count of 100 with ``_low`` and ``_high``.
    """
    table = checked(table, "label", "of", "what", *COUNTS)
    ensure(bool(((table[COUNTS] >= 0) & (table[COUNTS] <= 100)).all(axis=None)), "a count is not of 100", field="first")
    heads = [[row.label, *wrap_to(row.what, SCREEN - 2 * GRIDS[0], BASE)] for row in rows(table)]
    tall = [LINE * (len(head) + 1) + SQUARE + CAPTION + NEXT for head in heads]
    base = sum(tall)
    fig, words, ranges = new_figure(SCREEN, base), [], []
    for row, head, deep in zip(rows(table), heads, tall):
        base -= deep
        for j, line in enumerate(head):
            weight = "normal" if j else "bold"
            write(fig, GRIDS[0], base + deep - LINE * (j + 0.8), line, va="baseline", fontweight=weight)
        said = []
        for left, of, group in zip(GRIDS, row.of.split("|"), ("first", "second")):
            count, low, high = (getattr(row, f"{group}{end}") for end in ("", "_low", "_high"))
            write(fig, left, base + NEXT + CAPTION + SQUARE + 0.06, f"100 {of.strip()}", va="baseline")
            _grid(fig, left, base + NEXT + CAPTION, SQUARE, round(count), sizes=(4.5, 7))
            ends = [number(x, 0) for x in (low, high)]
            text = f"{number(count, 0)} ({' to '.join(ends)})" if ends[0] != ends[1] else number(count, 0)
            write(fig, left, base + NEXT, text, va="baseline", fontweight="bold")
            said.append(f"{text} of 100 {of.strip()}")
        words.append(f"{row.label}, {row.what}: {', '.join(said)}")
        ranges.append(said)
    data = pd.DataFrame(ranges, columns=["first group", "second group"])
    return Drawn(fig, alt_text("Effects in people", *words), table[["label", "what"]].join(data))


def _grid(fig: Figure, left: float, bottom: float, side: float, marked: int, *, sizes: tuple[float, float]) -> None:
    """A hundred people, the marked ones first: filled squares among small open circles, of `sizes` in points."""
    ax = axes_in_inches(fig, left, bottom, side, side)
    ax.set_axis_off()
    ends = (-0.5, SIDES - 0.5)
    ax.set(xlim=ends, ylim=ends[::-1] if side == SQUARE else ends)
    y, x = np.divmod(np.arange(SIDES**2), SIDES)
    is_marked = np.arange(SIDES**2) < marked
    dots(ax, x[~is_marked], y[~is_marked], OTHER, size=sizes[0], edge=0.8, gid="others")
    dots(ax, x[is_marked], y[is_marked], MARKED, size=sizes[1], edge=0, gid="marked")
