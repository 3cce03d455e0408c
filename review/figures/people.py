"""A mean difference as a hundred children of either group: who is in the worst tenth, and how the groups overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import alt_text, number

WIDTH = 7.6  # inches
HEAD, LINE = 0.55, 0.2  # inches: headings, one line of words
BELOW, AFTER = 0.42, 0.12  # inches under a picture: its caption, and room before the next effect
#: Left edges in inches: the two hundreds come first, so that a narrow screen shows them beside each other.
GRIDS = (0.1, 2.1)
CURVES = (4.2, 3.2)  # left edge and width
SIDE = 1.3  # inches, side of a square of a hundred children
SIDES = 10  # children along a side
NEEDED = ("label", "text", "d", "overlap", "risk_lower", "risk_higher")


@drawing
def hundreds(table: pd.DataFrame, *, lower: str, higher: str, outermost: str) -> Drawn:
    """One row an effect: the two distributions, and of a hundred children of each group those in the outermost share.

    Parameters
    ----------
    table : DataFrame
        `label` (outcome), `text` (effect in words), `d`, `overlap` (0 to 1), `risk_lower`, `risk_higher` (0 to 1).
    lower, higher : str
        Names of the two groups.
    outermost : str
        What the marked children have in common.

    Raises
    ------
    RestatedError
        If a column is missing, the table is empty, or a share is not between 0 and 1.
    """
    require(table, *NEEDED)
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    shares = table[["overlap", "risk_lower", "risk_higher"]].to_numpy(float)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise RestatedError("a share is not between 0 and 1", field="risk_higher")
    lines = [
        [(row.label, "bold"), *((line, "normal") for line in wrap_to(row.text, CURVES[0] - GRIDS[0], BASE))]
        for row in table.itertuples()
    ]
    tall = [0.1 + LINE * len(mine) + SIDE + BELOW + AFTER for mine in lines]
    height = HEAD + sum(tall)
    fig = new_figure(WIDTH, height)

    def words(x, y, text, *, align="left", weight="normal"):
        fig.text(
            x,
            y,
            text,
            fontsize=BASE,
            fontweight=weight,
            color=colour("ink"),
            ha=align,
            va="baseline",
            transform=fig.dpi_scale_trans,
        )

    words(CURVES[0], height - 0.24, f"solid: {lower}", weight="bold")
    words(CURVES[0], height - 0.44, f"dashed: {higher}", weight="bold")
    for left, group in zip(GRIDS, (lower, higher), strict=True):
        words(left, height - 0.24, "of 100", weight="bold")
        words(left, height - 0.44, group, weight="bold")
    said = []
    base = height - HEAD
    for row, mine, deep in zip(table.itertuples(), lines, tall, strict=True):
        base -= deep
        for j, (line, weight) in enumerate(mine):
            words(GRIDS[0], base + deep - 0.2 - LINE * j, line, weight=weight)
        _curves(fig, base, row.d)
        words(CURVES[0] + CURVES[1] / 2, base + 0.2, f"overlap {number(100 * row.overlap, 0)}\u00a0%", align="center")
        for left, risk in zip(GRIDS, (row.risk_lower, row.risk_higher), strict=True):
            _grid(fig, left, base + BELOW, int(round(100 * risk)))
            words(left, base + 0.2, f"{number(100 * risk, 1)} {outermost}")
        said.append(
            f"{row.label}: {number(100 * row.risk_lower, 1)} against {number(100 * row.risk_higher, 1)}, "
            f"overlap {number(100 * row.overlap, 0)} %"
        )
    data = pd.DataFrame(
        {
            "outcome": table["label"].astype(str),
            "d": table["d"].to_numpy(float),
            "overlap in %": 100 * shares[:, 0],
            f"{outermost}, of 100 {lower}": 100 * shares[:, 1],
            f"{outermost}, of 100 {higher}": 100 * shares[:, 2],
        }
    )
    return Drawn(fig, alt_text(f"Children {outermost}, of 100 {lower} and of 100 {higher}", *said), data)


def _curves(fig, base: float, d: float) -> None:
    """The two distributions with the part they share."""
    ax = axes_in_inches(fig, CURVES[0], base + BELOW, CURVES[1], SIDE)
    x = np.linspace(-3.2, 3.2 + abs(d), 81)
    first, second = norm.pdf(x), norm.pdf(x - d)
    ax.fill_between(x, np.minimum(first, second), facecolor=colour("band"), linewidth=0, zorder=1, gid="overlap")
    ax.plot(x, first, color=colour("accent"), linewidth=1.6, zorder=2)
    ax.plot(x, second, color=colour("second"), linewidth=1.6, linestyle=(0, (5, 2)), zorder=3)
    ax.set_ylim(0, 0.42)
    ax.set_xlim(x[0], x[-1])
    ax.set_yticks([])
    ax.set_xticks([])
    ax.spines["left"].set_visible(False)


def _grid(fig, left: float, bottom: float, marked: int) -> None:
    """A hundred children, the marked ones first: filled squares among small open circles."""
    ax = axes_in_inches(fig, left, bottom, SIDE, SIDE)
    ax.set_axis_off()
    ax.set_xlim(-0.5, SIDES - 0.5)
    ax.set_ylim(-0.5, SIDES - 0.5)
    x, y = np.arange(100) % SIDES, np.arange(100) // SIDES
    is_marked = np.arange(100) < marked
    ax.plot(
        x[~is_marked],
        y[~is_marked],
        linestyle="none",
        marker="o",
        markersize=4,
        markerfacecolor=colour("page"),
        markeredgecolor=colour("muted"),
        markeredgewidth=0.8,
        clip_on=False,
        gid="others",
    )
    ax.plot(
        x[is_marked],
        y[is_marked],
        linestyle="none",
        marker="s",
        markersize=6.5,
        markeredgewidth=0,
        color=colour("second"),
        clip_on=False,
        gid="marked",
    )
