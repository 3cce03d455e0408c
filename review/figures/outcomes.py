"""How many checks of each kind found what: one bar a check, its parts filled, hatched and hollow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text, plural

COUNT = Scale("checks", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100, 200, 500))
#: Fill, edge and hatch of the parts, in order: apart without colour.
PARTS = (("ramp2", "accent", ""), ("warn", "warn", ""), ("page", "muted", "////"))


@drawing
def outcome_bars(table: pd.DataFrame, outcomes: Sequence[str]) -> Drawn:
    """Counts of outcomes by kind of check.

    Parameters
    ----------
    table : DataFrame
        `check` (text) and one column of counts for each outcome; checks without any count are left out.
    outcomes : sequence of str
        Up to three column names, in the order of the bar's parts.

    Raises
    ------
    RestatedError
        If a column is missing, a count is negative, or there is nothing to draw.
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
    written = [" + ".join(f"{n:,.0f}" for n in row) for row in counts]
    chart = row_chart(
        [Column("Check", checks)],
        [Column("Parts", written, align="right")],
        limits=(0, 1.02 * counts.sum(axis=1).max()),
        scale=COUNT,
        axis="number of checks",
        foot_lines=1,
    )
    x = 0.1
    for j, outcome in enumerate(outcomes):
        face, edge, hatch = PARTS[j]
        style = {"facecolor": colour(face), "edgecolor": colour(edge), "hatch": hatch, "linewidth": 0.9}
        chart.ax.barh(
            np.arange(len(checks)),
            counts[:, j],
            left=counts[:, :j].sum(axis=1),
            height=0.62,
            zorder=2,
            gid=f"part-{j}",
            **style,
        )
        chart.swatch(x, **style)
        chart.below(x + 0.36, outcome, color=colour("ink"))
        x += 0.36 + text_width(outcome, chart.size) + 0.3
    total = counts.sum(axis=0)
    most = int(np.argmax(counts[:, 1])) if len(outcomes) > 1 else 0
    return Drawn(
        chart.fig,
        alt_text(
            f"{plural(int(total.sum()), 'check')} of {plural(len(checks), 'kind')}: "
            + ", ".join(f"{n:,.0f} {outcome}" for n, outcome in zip(total, outcomes, strict=True)),
            f"Most checks: {checks[0]} ({counts[0].sum():,.0f})",
            f"Most {outcomes[1]}: {checks[most]} ({counts[most, 1]:,.0f})" if len(outcomes) > 1 and total[1] else "",
        ),
        pd.DataFrame({"check": checks} | {o: counts[:, j].astype(int) for j, o in enumerate(outcomes)}),
    )
