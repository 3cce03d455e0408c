"""Mean differences as a hundred children of either group: the overlap of the groups, and the outermost children."""

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
#: Left edges in inches: the two hundreds come first, so that a narrow screen shows them next to each other.
GRIDS = (0.1, 2.1)
CURVES = (4.2, 3.2)  # left edge and width
SIDE = 1.3  # inches, side of a square of a hundred children
SIDES = 10  # children along a side
SHARES = ["overlap", "risk_lower", "risk_higher"]
OTHER, MARKED = Mark("o", False, "muted"), Mark("s", True, "second")


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
            _grid(fig, left, base + under + BELOW, round(risk))
            write(fig, left, base + under + 0.2, f"{number(risk, 1)} {outermost}", **plain)
        words.append(f"{row.label}: {' against '.join(number(r, 1) for r in risks.values())}, overlap {overlap} %")
    names = ["overlap in %", f"{outermost}, of 100 {lower}", f"{outermost}, of 100 {higher}"]
    data = table[["label", "d"]].set_axis(["outcome", "d"], axis=1).join((100 * table[SHARES]).set_axis(names, axis=1))
    return Drawn(fig, alt_text(f"Children {outermost}, of 100 {lower} and of 100 {higher}", *words), data)


def _grid(fig: Figure, left: float, bottom: float, marked: int) -> None:
    """A hundred children, the marked ones first: filled squares among small open circles."""
    ax = axes_in_inches(fig, left, bottom, SIDE, SIDE)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, SIDES - 0.5), ylim=(-0.5, SIDES - 0.5))
    y, x = np.divmod(np.arange(SIDES**2), SIDES)
    is_marked = np.arange(SIDES**2) < marked
    dots(ax, x[~is_marked], y[~is_marked], OTHER, size=4, edge=0.8, gid="others")
    dots(ax, x[is_marked], y[is_marked], MARKED, size=6.5, edge=0, gid="marked")
