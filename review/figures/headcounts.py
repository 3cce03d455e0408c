"""Printed numbers of children, one row per paper on the same cohort."""

import numpy as np
import pandas as pd

from restated.plots.marks import SOLID, Fill
from restated.plots.rows import row_chart
from restated.plots.style import Drawn, drawing
from restated.plots.words import Scale, alt_text, count
from review.figures.pieces import columns
from review.figures.tables import checked, ensure, texts

COUNT = Scale("n", decimals=0, steps=(500, 1000))
EXACT, AT_LEAST = Fill("ramp3", "ramp5", width=1.0, dash=SOLID), Fill("page", "ramp5", width=1.0, dash="--")


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
