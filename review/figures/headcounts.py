"""Printed numbers of children, one row per paper on the same cohort."""

import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import SOLID, Fill
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, count

COUNT = Scale("n", decimals=0, steps=(500, 1000))
EXACT, AT_LEAST = Fill("ramp3", "ramp5", width=1.0, dash=SOLID), Fill("page", "ramp5", width=1.0, dash="--")


@drawing
def headcounts(table: pd.DataFrame, *, axis: str) -> Drawn:
    """Draw bars from 0, longest first, with what each count is of.

    `table`: `label`, `what`, `n`, `text` (as printed) and `bound` (True where only a lower bound was printed); `axis`
    is the title of the axis. Raises `RestatedError` if a column is missing or a count is not positive.
    """
    require(table, "label", "what", "n", "text", "bound")
    if not len(table) or not (table["n"] > 0).all():
        raise RestatedError("a count is missing or not positive", field="n")
    table = table.sort_values(["n", "bound"], ascending=[False, True], kind="stable").reset_index(drop=True)
    labels, texts = list(table["label"]), list(table["text"])
    chart = row_chart(
        [Column("Paper", labels), Column("Counted", list(table["what"]))],
        [Column("Children", texts, align="right")],
        limits=(0, 1.02 * table["n"].max()),
        scale=COUNT,
        axis=axis,
        compact=False,
    )
    for i, (n, bound) in enumerate(zip(table["n"], table["bound"], strict=True)):
        chart.ax.barh(i, n, height=0.5, zorder=2, **(AT_LEAST if bound else EXACT).style())
    alt = alt_text(
        f"Children counted in {len(table)} papers on the same cohort: from {texts[0]} ({labels[0]}) "
        f"down to {count(table['n'].min())} ({labels[-1]})",
        "; ".join(f"{label}: {text}" for label, text in zip(labels, texts, strict=True)),
    )
    kinds = ["at least" if bound else "as printed" for bound in table["bound"]]
    data = {"paper": labels, "counted": table["what"], "as printed": texts, "kind": kinds}
    return Drawn(chart.fig, alt, pd.DataFrame(data))
