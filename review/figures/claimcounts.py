"""Counts of claims by group and verdict."""

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import Fill
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, plural
from restated_book.claims import SHAPES, VERDICTS
from review.figures.pieces import fill_key, stacked_bars

COUNT = Scale("claims", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100))
#: Look of each verdict: filled where an outside source decides, hollow where the document itself does.
LOOKS = {
    "supported": Fill("ramp2", "accent", ""),
    "consistent": Fill("page", "accent", ""),
    "inconsistent": Fill("page", "warn", "xxxx"),
    "contradicted": Fill("warn", "warn", ""),
    "not-publicly-checkable": Fill("page", "muted", "////"),
}
#: Verdicts whose largest group the alternative text names.
NAMED = ("supported", "inconsistent", "contradicted", "not-publicly-checkable")


@drawing
def verdict_bars(table: pd.DataFrame, *, heading: str) -> Drawn:
    """Draw the claims of each group by verdict.

    `table`, as :func:`restated_book.claims.tally` makes it: groups as index, in the order of the bars, one column of
    counts for each of :data:`restated_book.claims.VERDICTS`; `heading` names the groups. Raises `RestatedError` if a
    column is missing, a count is negative, or a group is empty.
    """
    require(table, *VERDICTS)
    counts = table[list(VERDICTS)].to_numpy(float)
    if not len(counts) or not (counts >= 0).all() or (counts.sum(axis=1) == 0).any():
        raise RestatedError("counts must not be negative, and every group must have a claim")
    groups, totals = [str(name) for name in table.index], counts.sum(axis=1)
    columns = [
        Column(SHAPES[verdict], [f"{n:,.0f}" if n else "–" for n in counts[:, j]], align="right")
        for j, verdict in enumerate(VERDICTS)
    ]
    chart = row_chart(
        [Column(heading, groups)],
        [*columns, Column("all", [f"{n:,.0f}" for n in totals], align="right")],
        limits=(0, 1.02 * totals.max()),
        scale=COUNT,
        axis="number of claims",
        foot_lines=1,
    )
    words = {verdict: verdict.replace("-", " ") for verdict in VERDICTS}
    stacked_bars(chart, counts, [LOOKS[v] for v in VERDICTS], [f"part-{v}" for v in VERDICTS])
    fill_key(chart, {f"{SHAPES[v]} {words[v]}": LOOKS[v] for v in VERDICTS})
    alt = alt_text(
        f"{plural(int(totals.sum()), 'claim')} in {plural(len(groups), 'group')}: "
        + ", ".join(f"{n:,.0f} {words[v]}" for v, n in zip(VERDICTS, counts.sum(axis=0), strict=True)),
        *[
            f"Most {words[v]}: {groups[int(np.argmax(counts[:, j]))]} ({counts[:, j].max():,.0f})"
            for j, v in enumerate(VERDICTS)
            if v in NAMED and counts[:, j].any()
        ],
    )
    data = pd.DataFrame({heading: groups} | {words[v]: table[v].astype(int).to_numpy() for v in VERDICTS})
    return Drawn(chart.fig, alt, data.assign(all=totals.astype(int)))
