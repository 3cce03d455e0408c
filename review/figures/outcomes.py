"""Counts of checks by kind and outcome."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import Fill
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, plural
from review.figures.pieces import fill_key, stacked_bars

COUNT = Scale("checks", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100, 200, 500))
#: Looks of the parts, in order: distinct without colour.
PARTS = (Fill("ramp2", "accent", ""), Fill("warn", "warn", ""), Fill("page", "muted", "////"))


@drawing
def outcome_bars(table: pd.DataFrame, outcomes: Sequence[str]) -> Drawn:
    """Draw counts of outcomes by kind of check.

    `table`: `check` (text) and a column of counts for each of up to three `outcomes`, in the order of the bar's parts;
    checks without any count are left out. Raises `RestatedError` if a column is missing, a count is negative, or all
    are 0.
    """
    require(table, "check", *outcomes)
    if len(outcomes) > len(PARTS):
        raise RestatedError(f"a bar has at most {len(PARTS)} parts", field="outcomes")
    counts = table[list(outcomes)].to_numpy(float)
    if not (counts >= 0).all() or counts.sum() == 0:
        raise RestatedError("counts must not be negative, and some must be above 0")
    shown = counts.sum(axis=1) > 0
    counts, checks = counts[shown], table["check"].astype(str)[shown].tolist()
    order = np.argsort(-counts.sum(axis=1), kind="stable")
    counts, checks = counts[order], [checks[i] for i in order]
    chart = row_chart(
        [Column("Check", checks)],
        [Column("Parts", [" + ".join(f"{n:,.0f}" for n in row) for row in counts], align="right")],
        limits=(0, 1.02 * counts.sum(axis=1).max()),
        scale=COUNT,
        axis="number of checks",
        foot_lines=1,
    )
    fills = dict(zip(outcomes, PARTS, strict=False))
    stacked_bars(chart, counts, list(fills.values()), [f"part-{j}" for j in range(len(fills))])
    fill_key(chart, fills)
    total = counts.sum(axis=0)
    most = int(np.argmax(counts[:, 1])) if len(outcomes) > 1 else 0
    alt = alt_text(
        f"{plural(int(total.sum()), 'check')} of {plural(len(checks), 'kind')}: "
        + ", ".join(f"{n:,.0f} {outcome}" for n, outcome in zip(total, outcomes, strict=True)),
        f"Most checks: {checks[0]} ({counts[0].sum():,.0f})",
        f"Most {outcomes[1]}: {checks[most]} ({counts[most, 1]:,.0f})" if len(outcomes) > 1 and total[1] else "",
    )
    data = {"check": checks} | {o: counts[:, j].astype(int) for j, o in enumerate(outcomes)}
    return Drawn(chart.fig, alt, pd.DataFrame(data))
