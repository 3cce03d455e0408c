"""Numbers of children in circulation: one row per paper on the same cohort."""

from __future__ import annotations

import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import Scale, alt_text, count


@drawing
def headcounts(table: pd.DataFrame, *, axis: str) -> Drawn:
    """Bars from 0, longest first, with what each count is of.

    Parameters
    ----------
    table : DataFrame
        `label`, `what`, `n`, `text` (as printed) and `bound` (True where only a lower bound was printed).
    axis : str
        Title of the axis.

    Raises
    ------
    RestatedError
        If a column is missing or a count is not positive.
    """
    require(table, "label", "what", "n", "text", "bound")
    if not len(table) or not (table["n"] > 0).all():
        raise RestatedError("a count is missing or not positive", field="n")
    table = table.sort_values(["n", "bound"], ascending=[False, True], kind="stable").reset_index(drop=True)
    chart = layout.row_chart(
        [Column("Paper", list(table["label"])), Column("Counted", list(table["what"]))],
        [Column("Children", list(table["text"]), align="right")],
        limits=(0, 1.02 * table["n"].max()),
        scale=Scale("n", decimals=0, steps=(500, 1000)),
        axis=axis,
        compact=False,
    )
    for i, row in table.iterrows():
        open_end = bool(row["bound"])
        chart.ax.barh(
            i,
            row["n"],
            height=0.5,
            facecolor=colour("page" if open_end else "ramp3"),
            edgecolor=colour("ramp5"),
            linewidth=1.0,
            linestyle="--" if open_end else "-",
            zorder=2,
        )
    return Drawn(
        chart.fig,
        alt_text(
            f"Children counted in {len(table)} papers on the same cohort: from {table['text'].iloc[0]} ({table['label'].iloc[0]}) "
            f"down to {count(table['n'].min())} ({table['label'].iloc[-1]})",
            "; ".join(f"{r.label}: {r.text}" for r in table.itertuples()),
        ),
        table.rename(columns={"label": "paper", "what": "counted", "text": "as printed"})
        .assign(bound=["at least" if b else "as printed" for b in table["bound"]])[
            ["paper", "counted", "as printed", "bound"]
        ]
        .rename(columns={"bound": "kind"}),
    )
