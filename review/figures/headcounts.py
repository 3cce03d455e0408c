"""Children of one cohort: printed numbers, one row per paper, and shares of attachment classes in several groups."""

import numpy as np
import pandas as pd

from restated.plots.marks import SOLID, Fill
from restated.plots.rows import row_chart
from restated.plots.style import Drawn, drawing
from restated.plots.words import Scale, alt_text, count
from review.figures.pieces import columns, fill_key, keyed_chart, stacked_bars
from review.figures.tables import checked, ensure, texts

COUNT = Scale("n", decimals=0, steps=(500, 1000))
EXACT, AT_LEAST = Fill("ramp3", "ramp5", width=1.0, dash=SOLID), Fill("page", "ramp5", width=1.0, dash="--")
PERCENT = Scale("%", decimals=0, steps=(25, 50))
ROUNDED = 0.15  # percent points by which four printed percentages with one decimal may miss 100
#: Looks of the parts, distinct without colour; disorganized at the left, where lengths can be compared.
PARTS = {
    "disorganized": Fill("accent", "accent", ""),
    "resistant": Fill("page", "muted", "////"),
    "avoidant": Fill("band2", "second", ""),
    "secure": Fill("page", "muted", ""),
}


@drawing
def headcounts(table: pd.DataFrame, *, axis: str) -> Drawn:
    """Draw bars from 0, longest first, with what each count is of.

    `table`: `label`, `what`, `n`, `text` (as printed) and `bound` (True where only a lower bound was printed); `axis`
    is the title of the axis.
    """
    table = checked(table, "label", "what", "n", "text", "bound")
    ensure((table["n"] > 0).all(), "a count is missing or not positive", field="n")
    table = table.sort_values(["n", "bound"], ascending=[False, True], kind="stable", ignore_index=True)
    labels, counted, printed = texts(table, "label", "what", "text")
    left, limits = columns({"Paper": labels, "Counted": counted}), (0, 1.02 * table["n"].max())
    right = columns({"Children": printed}, "right")
    chart = row_chart(left, right, limits=limits, scale=COUNT, axis=axis, compact=False)
    for i, (n, bound) in enumerate(zip(table["n"], table["bound"])):
        chart.ax.barh(i, n, height=0.5, zorder=2, **(AT_LEAST if bound else EXACT).style())
    alt = alt_text(
        f"Children counted in {len(table)} papers on the same cohort: from {printed[0]} ({labels[0]}) "
        f"down to {count(table['n'].min())} ({labels[-1]})",
        "; ".join(map(": ".join, zip(labels, printed))),
    )
    data = {"paper": labels, "counted": table["what"], "as printed": printed}
    return Drawn(chart.fig, alt, pd.DataFrame(data | {"kind": np.where(table["bound"], "at least", "as printed")}))


@drawing
def class_bars(table: pd.DataFrame) -> Drawn:
    """Draw a bar of four parts for each row, with the children it counts and the percent that are disorganized.

    `table`: `label`, `n` (missing where not counted here) and a share for each of `PARTS`.
    """
    table = checked(table, "label", "n", finite=tuple(PARTS))
    shares, (labels,) = 100 * table[list(PARTS)].to_numpy(float), texts(table, "label")
    whole = (shares >= 0).all() and (abs(shares.sum(axis=1) - 100) < ROUNDED).all()
    ensure(whole, "the shares of a row do not add up to 1")
    percent = [f"{share:.1f}" for share in shares[:, 0]]
    right = {"n": [count(n) or "–" for n in table["n"]], "D, %": percent}
    axis = "percent of the row's children"
    chart = keyed_chart({"Children": labels}, right, limits=(0, 100), scale=PERCENT, axis=axis)
    stacked_bars(chart, shares, list(PARTS.values()), list(PARTS))
    fill_key(chart, PARTS)
    alt = alt_text(
        f"Attachment classes in {len(table)} groups of children, percent disorganized: "
        + "; ".join(map(" ".join, zip(labels, percent)))
    )
    return Drawn(chart.fig, alt, pd.DataFrame({"children": labels, "n": table["n"]} | dict(zip(PARTS, shares.T))))
