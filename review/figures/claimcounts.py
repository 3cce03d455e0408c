"""How many claims of each group carry which verdict: one bar a group, its parts told apart by fill, hatch and sign."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text, plural
from restated_book.claims import SHAPES, VERDICTS

COUNT = Scale("claims", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100))
#: Fill, edge and hatch of each verdict: filled where an outside source speaks, hollow where the document itself does.
LOOKS = {
    "supported": ("ramp2", "accent", ""),
    "consistent": ("page", "accent", ""),
    "inconsistent": ("page", "warn", "xxxx"),
    "contradicted": ("warn", "warn", ""),
    "not-publicly-checkable": ("page", "muted", "////"),
}


@drawing
def verdict_bars(table: pd.DataFrame, *, heading: str) -> Drawn:
    """Claims by verdict in each group.

    Parameters
    ----------
    table : DataFrame
        Index: names of the groups, in the order of the bars; one column of counts for each of
        :data:`restated_book.claims.VERDICTS`, as :func:`restated_book.claims.tally` makes it.
    heading : str
        What the groups are.

    Raises
    ------
    RestatedError
        If a column is missing, a count is negative, or a group is empty.
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
    x = 0.1
    for j, verdict in enumerate(VERDICTS):
        face, edge, hatch = LOOKS[verdict]
        style = {"facecolor": colour(face), "edgecolor": colour(edge), "hatch": hatch, "linewidth": 0.9}
        chart.ax.barh(
            np.arange(len(groups)),
            counts[:, j],
            left=counts[:, :j].sum(axis=1),
            height=0.62,
            zorder=2,
            gid=f"part-{verdict}",
            **style,
        )
        words = f"{SHAPES[verdict]} {verdict.replace('-', ' ')}"
        chart.swatch(x, **style)
        chart.below(x + 0.36, words, color=colour("ink"))
        x += 0.36 + text_width(words, chart.size) + 0.3
    all_of = dict(zip(VERDICTS, counts.sum(axis=0), strict=True))
    data = pd.DataFrame({heading: groups} | {v.replace("-", " "): table[v].astype(int).to_numpy() for v in VERDICTS})
    return Drawn(
        chart.fig,
        alt_text(
            f"{plural(int(totals.sum()), 'claim')} in {plural(len(groups), 'group')}: "
            + ", ".join(f"{n:,.0f} {v.replace('-', ' ')}" for v, n in all_of.items()),
            *[
                f"Most {v.replace('-', ' ')}: {groups[int(np.argmax(counts[:, j]))]} ({counts[:, j].max():,.0f})"
                for j, v in enumerate(VERDICTS)
                if v in ("supported", "not-publicly-checkable", "contradicted", "inconsistent") and counts[:, j].any()
            ],
        ),
        data.assign(all=totals.astype(int)),
    )
