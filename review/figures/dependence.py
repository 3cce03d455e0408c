"""Test of a difference between two pooled estimates by the correlation between them."""

import numpy as np
import pandas as pd

from restated.plots.marks import DASHES, Fill, Line
from restated.plots.style import BASE, Drawn, axes_in_inches, drawing, narrow, new_figure, width, wrap_to, write
from restated.plots.words import Scale, alt_text, number, plain_ticks
from review.figures.pieces import label
from review.figures.tables import checked, ensure, numbers, parts

PANEL = 1.75  # inches, height of one panel
LEFT, BETWEEN, ABOVE, BELOW = 0.62, 0.72, 0.55, 0.62  # inches left of, between, above and below panels
ACROSS = 2
BETWEEN_LINES = 0.3  # inches between lines of panels, for the tick labels
BOLD = 0.87  # share of a panel's width for a title measured in normal weight: bold letters are up to a seventh wider
RHO = Scale("", leading_zero=False)
NAMES = {"rho": "correlation of the estimates", "z_low": "z, lowest", "z_high": "z, highest"}  # columns of the data
BAND, LIMIT = Fill("band", "accent", width=1.1), Line("second", DASHES, 1.3)


@drawing
def over_correlation(table: pd.DataFrame, *, critical: float) -> Drawn:
    """Draw z over the correlation of two estimates, one panel a comparison, with the band that rounding leaves open.

    `table`, long: `comparison`, `rho` (increasing within each, at least two), `z_low`, `z_high`; `critical` is the
    value of z drawn as the limit of significance.
    """
    table = checked(table, "comparison", finite=("rho", "z_low", "z_high"))
    comparisons = parts(table, "comparison")
    rising = all(len(part) > 1 and (np.diff(part["rho"]) > 0).all() for part in comparisons.values())
    ensure(rising, "correlations must increase within each comparison, over at least two rows", field="rho")
    across = 1 if narrow() else ACROSS
    down = -(-len(comparisons) // across)
    side = (width() - LEFT - 0.15 - (across - 1) * BETWEEN) / across
    height = down * (PANEL + ABOVE) + BELOW + (down - 1) * BETWEEN_LINES
    fig = new_figure(width(), height)
    bottom, top = min(0.0, table["z_low"].min() * 1.05), max(table["z_high"].max(), critical) * 1.08
    marks = Scale("", steps=(1, 2, 5)).ticks(bottom, top, most=7)
    words = []
    for i, (name, part) in enumerate(comparisons.items()):
        line, place = divmod(i, across)
        x, y = LEFT + place * (side + BETWEEN), height - (line + 1) * (PANEL + ABOVE) - line * BETWEEN_LINES
        ax = axes_in_inches(fig, x, y, side, PANEL)
        rho, low, high = numbers(part, "rho", "z_low", "z_high")
        ax.set(xlim=(rho[0], rho[-1]), ylim=(bottom, top))
        ax.fill_between(rho, low, high, zorder=2, gid="band", **BAND.style())
        ax.plot([rho[0], rho[-1]], [critical] * 2, zorder=3, gid="critical", **LIMIT.style())
        plain_ticks(ax.xaxis, rho[0], rho[-1], most=6, scale=RHO)
        ax.set_yticks(marks, [number(m, 0) for m in marks])
        lowest = line == down - 1 or i + across >= len(comparisons)
        ax.set_xlabel("correlation of the two estimates" if lowest else "")
        ax.set_ylabel("" if place else "z of the difference")
        for j, text in enumerate(reversed(wrap_to(name, BOLD * side, BASE))):
            write(fig, x, y + PANEL + 0.1 + 0.19 * j, text, fontweight="bold", va="baseline")
        if i == 0:
            label(ax, rho[-1], critical - 0.04 * top, f"z = {number(critical, 2)}", ha="right", va="top", zorder=5)
        first, last = (f"{number(low[end], 1)} to {number(high[end], 1)}" for end in (0, -1))
        words.append(f"{name}: z {first} at 0, {last} at {number(rho[-1], 1, leading_zero=False)}")
    data = table[["comparison", *NAMES]].rename(columns=NAMES)
    return Drawn(fig, alt_text("The z of a difference grows with the correlation of the two estimates", *words), data)
