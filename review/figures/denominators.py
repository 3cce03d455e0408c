"""Denominators that can give a printed percentage."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from restated.plots.marks import Fill
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, narrow, new_figure, text_width, width
from restated.plots.words import alt_text
from review.figures.pieces import label, without_y
from review.figures.tables import checked, ensure, rows

ROW = 0.34  # inches
POSSIBLE = Fill("band", "accent", width=1)


@drawing
def denominators(table: pd.DataFrame, *, largest: int) -> Drawn:
    """Draw a cell for every denominator up to `largest`: the count that gives the percentage, or empty.

    `table`: `label`, `percent` (as printed), `arm` (the size in question: outlined) and `counts` (dict of denominator
    to count).
    """
    table = checked(table, "label", "percent", "arm", "counts")
    ensure(table["arm"].max() <= largest, "an arm is larger than the denominators shown", field="arm")
    labels = [f"{r.label}: {r.percent} %" for r in rows(table)]
    left = max(text_width(label, BASE) for label in labels) + 0.25
    left, row_height = (0.1, 1.7 * ROW) if narrow() else (left, ROW)
    height = row_height * len(table)
    fig = new_figure(width(), height + 0.75)
    ax = axes_in_inches(fig, left, 0.6, width() - left - 0.1, height)
    ax.set(xlim=(0.5, largest + 0.5), ylim=(len(table) - 0.5, -0.5))
    without_y(ax)
    for y, row in enumerate(rows(table)):
        ax.plot([0.5, row.arm + 0.5], [y, y], color=colour("grid"), linewidth=1, zorder=0)
        for n, count in row.counts.items():
            _cell(ax, n, y, POSSIBLE)
            label(ax, n, y, str(count), ha="center")
        dash = "-" if row.arm in row.counts else (0, (2.5, 1.5))
        _cell(ax, row.arm, y, Fill("none", "warn", width=1.8, dash=dash), zorder=3)
    if narrow():
        for y, words in enumerate(labels):
            label(ax, 0.5, y - 0.38, words)
    else:
        ax.set_yticks(range(len(table)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks(range(1, largest + 1), [str(n) if n % 2 == largest % 2 else "" for n in range(1, largest + 1)])
    ax.set_xlabel("denominator (framed: arm of the cost analysis)")
    fits = ["yes" if row.arm in row.counts else "no" for row in rows(table)]
    lists = [", ".join(f"{count} of {n}" for n, count in row.counts.items()) or "none" for row in rows(table)]
    alt = alt_text(
        f"Denominators up to {largest} that can give {len(table)} printed percentages: "
        f"{fits.count('yes')} fit the arm of the cost analysis",
        "; ".join(map(": ".join, zip(labels, lists))),
    )
    data = {"outcome and arm": table["label"], "percent": table["percent"], "counts that give it": lists}
    return Drawn(fig, alt, pd.DataFrame(data | {"arm": table["arm"], "attainable with the arm": fits}))


def _cell(ax: Axes, n: int, y: int, fill: Fill, zorder: float = 1) -> None:
    high = 0.5 if narrow() else 0.84
    ax.add_patch(Rectangle((n - 0.46, y - high / 2), 0.92, high, zorder=zorder, **fill.style()))
