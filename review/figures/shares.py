"""Shares of variance of twin studies: ranges over sets of tables, and printed shares by age."""

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import Fill, Line, Mark, dots
from restated.plots.rows import Chart, Column, row_chart, whiskers
from restated.plots.style import Drawn, colour, drawing
from restated.plots.words import Scale, alt_text
from review.figures.pieces import LIFT, fill_key, label
from review.figures.tables import checked

SHARE = Scale("share", leading_zero=False)
#: The three shares in words, in full and short, and the looks of their parts of a bar: distinct without colour.
NAMES = {"a2": "genes", "c2": "shared environment", "e2": "unique environment and error"}
SHORT = {"a2": "genes", "c2": "shared", "e2": "unique"}
PARTS = {"a2": Fill("accent", "accent", ""), "c2": Fill("band2", "second", ""), "e2": Fill("page", "muted", "////")}
PRINTED = Mark("D", False, "warn")


@drawing
def share_ranges(table: pd.DataFrame) -> Drawn:
    """Draw the range of each estimated share over a set of tables, and the widest reach of its intervals.

    `table`: `study`, `share` (a2, c2, e2), `lowest`, `highest` (estimates over the set), `ci_lowest`, `ci_highest`;
    optional `printed` (text) and `printed_value`. Raises `RestatedError` if a column is missing, a value is not finite,
    or an estimate is outside its interval.
    """
    columns = ("lowest", "highest", "ci_lowest", "ci_highest")
    table = checked(table, "study", "share", finite=columns)
    low, high, ci_low, ci_high = table[list(columns)].to_numpy(float).T
    if (low < ci_low - 1e-6).any() or (high > ci_high + 1e-6).any():
        raise RestatedError("an estimate is outside its interval", field="lowest")
    texts = table["printed"].fillna("").tolist() if "printed" in table else [""] * len(table)
    studies, shares = table["study"].astype(str).tolist(), table["share"].tolist()
    first = (table["study"] != table["study"].shift()).to_numpy()
    estimates, reaches = _spans(low, high), _spans(ci_low, ci_high)
    chart = row_chart(
        [
            Column("Study", [s if f else "" for s, f in zip(studies, first, strict=True)]),
            Column("Share", [SHORT[share] for share in shares]),
        ],
        [
            Column("Estimate", estimates, align="right"),
            Column("Intervals reach", reaches, align="right"),
            Column("Printed", texts, align="right"),
        ],
        limits=(-0.02, 1.02),
        scale=SHARE,
        axis="share of the variance",
        foot_lines=1,
    )
    at = np.arange(len(table))
    for i in at[first][1:]:
        chart.ax.plot([-0.02, 1.02], [i - 0.5] * 2, color=colour("grid"), linewidth=0.9, zorder=0.5)
    whiskers(chart, at, ci_low, ci_high, role="muted", width=1.2)
    for i, share in enumerate(shares):
        # A single estimate still needs a visible width.
        left, right = low[i] - 0.006, high[i] + 0.006
        chart.ax.barh(i, right - left, left=left, height=0.5, zorder=2.5, gid="range", **PARTS[share].style())
    has = table["printed_value"].notna().to_numpy() if "printed_value" in table else np.zeros(len(table), bool)
    if has.any():
        values = table["printed_value"].to_numpy(float)[has]
        dots(chart.ax, values, at[has], PRINTED, size=6, edge=1.5, gid="printed", clip_on=True)
    key = chart.key(lift=LIFT, mark=(6, 1.5))
    key.add("estimates over the set", PARTS["a2"], width=0.28)
    key.add("reach of their 95 % intervals", Line("muted"), width=0.28)
    if has.any():
        key.add("printed", PRINTED, width=0.12)
    genes = [
        f"{study} {estimate} (intervals {reach})"
        for study, share, estimate, reach in zip(studies, shares, estimates, reaches, strict=True)
        if share == "a2"
    ]
    alt = alt_text(
        "Shares of variance over all compatible tables. Genes: " + "; ".join(genes),
        "The intervals leave genes and shared environment largely undecided in every study",
    )
    data = {
        "study": studies,
        "share": [NAMES[share] for share in shares],
        "lowest estimate": low,
        "highest estimate": high,
        "lowest interval end": ci_low,
        "highest interval end": ci_high,
        "printed": texts,
    }
    return Drawn(chart.fig, alt, pd.DataFrame(data))


def _spans(low: np.ndarray, high: np.ndarray) -> list[str]:
    written = [(SHARE.write(a), SHARE.write(b)) for a, b in zip(low, high, strict=True)]
    return [a if a == b else f"{a} to {b}" for a, b in written]


@drawing
def shares_by_age(table: pd.DataFrame) -> Drawn:
    """Draw shares of variance from young to old, with measure and scale; results without numbers are in words.

    `table`: `age`, `study`, `measure`, `scale`, `a2`, `c2`, `e2` (proportions, missing where not printed), `words`,
    `status`. Raises `RestatedError` if a column is missing, a row has neither a share nor words, or its shares add up
    to more than 1.
    """
    table = checked(table, "age", "study", "measure", "scale", *NAMES, "words", "status")
    shares = table[list(NAMES)].to_numpy(float)
    words = table["words"].fillna("").astype(str).tolist()
    if any(not w and np.isnan(s).all() for w, s in zip(words, shares, strict=True)):
        raise RestatedError("a row has neither a share nor words", field="words")
    if (np.nansum(shares, axis=1) > 1 + 1e-6).any():
        raise RestatedError("the shares of a row add up to more than 1")
    ages, labels, measures, scales = (table[c].astype(str).tolist() for c in ("age", "study", "measure", "scale"))
    measures = [m if s == "printed" else f"{m}, restated" for m, s in zip(measures, table["status"], strict=True)]
    chart = row_chart(
        [
            Column("Age", ["" if i and age == ages[i - 1] else age for i, age in enumerate(ages)]),
            Column("Study", labels),
            Column("Measure", measures),
            Column("Scale", scales),
        ],
        [],
        limits=(0, 1),
        scale=SHARE,
        axis="share of the variance",
        foot_lines=1,
    )
    for i, (row, text) in enumerate(zip(shares, words, strict=True)):
        _bar(chart, i, row, text)
    fill_key(chart, {NAMES[name]: fill for name, fill in PARTS.items()})
    listed = [
        f"{study} ({age}): "
        + ", ".join(f"{NAMES[n]} {SHARE.write(v)}" for n, v in zip(NAMES, row, strict=True) if not np.isnan(v))
        for age, study, row in zip(ages, labels, shares, strict=True)
        if not np.isnan(row).all()
    ]
    alt = alt_text(f"Shares of variance in {len(table)} twin results by age; instruments and scales differ", *listed)
    data = pd.DataFrame({"study": labels, "age": ages, "measure": measures, "scale": table["scale"].tolist()})
    return Drawn(chart.fig, alt, data.assign(**dict(zip(NAMES.values(), shares.T)), **{"in words": words}))


def _bar(chart: Chart, row: int, shares: np.ndarray, words: str) -> None:
    """Parts of one bar, and words for a result without numbers or a rest that was not printed."""
    start = 0.0
    for name, share in zip(NAMES, shares, strict=True):
        if share > 0:
            chart.ax.barh(row, share, left=start, height=0.64, zorder=2, gid=name, **PARTS[name].style())
            start += share
    if words:
        label(chart.ax, 0.01, row, words, fontsize=chart.size, color=colour("muted"), clip_on=False)
    elif start < 1 - 1e-6:
        label(chart.ax, start + 0.02, row, "rest not printed", fontsize=chart.size, color=colour("muted"))
