"""Counts of claims by group and verdict."""

import numpy as np
import pandas as pd

from restated.plots.marks import Fill
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, plural
from restated_book.claims import SHAPES, VERDICTS
from review.figures.pieces import fill_key, keyed_chart, stacked_bars
from review.figures.tables import ensure

COUNT = Scale("claims", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100))
#: Look of each verdict: filled where an outside source decides, hollow where the document itself does.
LOOKS = {
    "supported": Fill("ramp2", "accent", ""),
    "consistent": Fill("page", "accent", ""),
    "inconsistent": Fill("page", "warn", "xxxx"),
    "contradicted": Fill("warn", "warn", ""),
    "not-publicly-checkable": Fill("page", "muted", "////"),
}


@drawing
def verdict_bars(table: pd.DataFrame, *, heading: str) -> Drawn:
    """Draw the claims of each group by verdict.

    `table`, as :func:`restated_book.claims.tally` makes it: groups as index, in the order of the bars, one column of
    counts for each of :data:`restated_book.claims.VERDICTS`; `heading` names the groups.
    """
    require(table, *VERDICTS)
    counts = table[list(VERDICTS)].to_numpy(float)
    groups, totals = [str(name) for name in table.index], counts.sum(axis=1)
    possible = len(counts) and (counts >= 0).all() and totals.all()
    ensure(possible, "counts must not be negative, and every group must have a claim")
    right = {SHAPES[v]: [f"{n:,.0f}" if n else "–" for n in column] for v, column in zip(VERDICTS, counts.T)}
    right["all"] = [f"{n:,.0f}" for n in totals]
    limits = (0, 1.02 * totals.max())
    chart = keyed_chart({heading: groups}, right, limits=limits, scale=COUNT, axis="number of claims")
    words = {verdict: verdict.replace("-", " ") for verdict in VERDICTS}
    stacked_bars(chart, counts, [LOOKS[v] for v in VERDICTS], [f"part-{v}" for v in VERDICTS])
    fill_key(chart, {f"{SHAPES[v]} {words[v]}": LOOKS[v] for v in VERDICTS})
    alt = alt_text(
        f"{plural(int(totals.sum()), 'claim')} in {plural(len(groups), 'group')}: "
        + ", ".join(f"{n:,.0f} {words[v]}" for v, n in zip(VERDICTS, counts.sum(axis=0))),
        *[
            f"Most {words[v]}: {groups[int(np.argmax(column))]} ({column.max():,.0f})"
            for v, column in zip(VERDICTS, counts.T)
            if v != "consistent" and column.any()
        ],
    )
    data = pd.DataFrame({heading: groups} | {words[v]: table[v].astype(int).to_numpy() for v in VERDICTS})
    return Drawn(chart.fig, alt, data.assign(all=totals.astype(int)))
