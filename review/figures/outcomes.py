"""Counts of checks by kind and outcome."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.plots.marks import Fill
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, plural
from review.figures.pieces import fill_key, keyed_chart, stacked_bars
from review.figures.tables import ensure

COUNT = Scale("checks", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100, 200, 500))
#: Looks of the parts, in order: distinct without colour.
PARTS = (Fill("ramp2", "accent", ""), Fill("warn", "warn", ""), Fill("page", "muted", "////"))


@drawing
def outcome_bars(table: pd.DataFrame, outcomes: Sequence[str]) -> Drawn:
    """Draw counts of outcomes by kind of check.

    `table`: `check` (text) and a column of counts for each of up to three `outcomes`, in the order of the bar's parts;
    checks without any count are left out.
    """
    require(table, "check", *outcomes)
    ensure(len(outcomes) <= len(PARTS), f"a bar has at most {len(PARTS)} parts", field="outcomes")
    counts = table[list(outcomes)].to_numpy(float)
    ensure((counts >= 0).all() and counts.any(), "counts must not be negative, and some must be above 0")
    order = np.argsort(-counts.sum(axis=1), kind="stable")[: int(counts.any(axis=1).sum())]
    counts, checks = counts[order], table["check"].astype(str).iloc[order].tolist()
    numbers = {"Parts": [" + ".join(f"{n:,.0f}" for n in row) for row in counts]}
    limits = (0, 1.02 * counts.sum(axis=1).max())
    chart = keyed_chart({"Check": checks}, numbers, limits=limits, scale=COUNT, axis="number of checks")
    fills = dict(zip(outcomes, PARTS))
    stacked_bars(chart, counts, list(fills.values()), [f"part-{j}" for j in range(len(fills))])
    fill_key(chart, fills)
    total = counts.sum(axis=0)
    second = ""
    if len(outcomes) > 1 and total[1]:
        most = int(np.argmax(counts[:, 1]))
        second = f"Most {outcomes[1]}: {checks[most]} ({counts[most, 1]:,.0f})"
    alt = alt_text(
        f"{plural(int(total.sum()), 'check')} of {plural(len(checks), 'kind')}: "
        + ", ".join(f"{n:,.0f} {outcome}" for n, outcome in zip(total, outcomes)),
        f"Most checks: {checks[0]} ({counts[0].sum():,.0f})",
        second,
    )
    return Drawn(chart.fig, alt, pd.DataFrame({"check": checks} | dict(zip(outcomes, counts.T.astype(int)))))
