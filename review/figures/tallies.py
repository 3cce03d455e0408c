"""Counts of claims and of checks by group and outcome, as bars of parts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.plots.marks import Fill
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text, plural
from restated_book import paths
from restated_book.claims import SHAPES, VERDICTS
from review.figures.pieces import fill_key, keyed_chart, stacked_bars
from review.figures.tables import ensure

COUNT = Scale("n", decimals=0, steps=(1, 2, 5, 10, 20, 50, 100, 200, 500))
LOOKS = {verdict: Fill(*look) for verdict, look in paths.tables(__file__).items()}  #: Look of each verdict
#: Looks of the parts, in order: distinct without colour.
OUTCOMES = (Fill("ramp2", "accent", ""), Fill("warn", "warn", ""), Fill("page", "muted", "////"))


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


@drawing
def outcome_bars(table: pd.DataFrame, outcomes: Sequence[str]) -> Drawn:
    """Draw counts of outcomes by kind of check.

    `table`: `check` (text) and a column of counts for each of up to three `outcomes`, in the order of the bar's parts;
    checks without any count are left out.
    """
    require(table, "check", *outcomes)
    ensure(len(outcomes) <= len(OUTCOMES), f"a bar has at most {len(OUTCOMES)} parts", field="outcomes")
    counts = table[list(outcomes)].to_numpy(float)
    ensure((counts >= 0).all() and counts.any(), "counts must not be negative, and some must be above 0")
    order = np.argsort(-counts.sum(axis=1), kind="stable")[: int(counts.any(axis=1).sum())]
    counts, checks = counts[order], table["check"].astype(str).iloc[order].tolist()
    numbers = {"Parts": [" + ".join(f"{n:,.0f}" for n in row) for row in counts]}
    limits = (0, 1.02 * counts.sum(axis=1).max())
    chart = keyed_chart({"Check": checks}, numbers, limits=limits, scale=COUNT, axis="number of checks")
    fills = dict(zip(outcomes, OUTCOMES))
    stacked_bars(chart, counts, list(fills.values()), [f"part-{j}" for j in range(len(fills))])
    fill_key(chart, fills)
    total, second = counts.sum(axis=0), counts[:, 1] if len(outcomes) > 1 else np.zeros(1)
    alt = alt_text(
        f"{plural(int(total.sum()), 'check')} of {plural(len(checks), 'kind')}: "
        + ", ".join(f"{n:,.0f} {outcome}" for n, outcome in zip(total, outcomes)),
        f"Most checks: {checks[0]} ({counts[0].sum():,.0f})",
        f"Most {outcomes[1]}: {checks[second.argmax()]} ({second.max():,.0f})" if second.any() else "",
    )
    return Drawn(chart.fig, alt, pd.DataFrame({"check": checks} | dict(zip(outcomes, counts.T.astype(int)))))
