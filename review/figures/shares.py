"""Shares of variance of twin studies: ranges over sets of tables, and printed shares by age."""

from typing import Any

import numpy as np
import pandas as pd

from restated.plots.marks import Fill, Line, Mark, dots
from restated.plots.rows import whiskers
from restated.plots.style import Drawn, colour, drawing
from restated.plots.words import Scale, alt_text
from review.figures.pieces import LIFT, fill_key, keyed_chart, label
from review.figures.tables import checked, ensure, numbers, texts

SHARE = Scale("share", leading_zero=False)
#: The three shares in words, in full and short, and the looks of their parts of a bar: distinct without colour.
NAMES = {"a2": "genes", "c2": "shared environment", "e2": "unique environment and error"}
SHORT = {"a2": "genes", "c2": "shared", "e2": "unique"}
PARTS = {"a2": Fill("accent", "accent", ""), "c2": Fill("band2", "second", ""), "e2": Fill("page", "muted", "////")}
COLUMNS = ("lowest", "highest", "ci_lowest", "ci_highest")
PRINTED = Mark("D", False, "warn")


@drawing
def share_ranges(table: pd.DataFrame) -> Drawn:
    """Draw the range of each estimated share over a set of tables, and the widest reach of its intervals.

    `table`: `study`, `share` (a2, c2, e2), `lowest`, `highest` (estimates over the set), `ci_lowest`, `ci_highest`,
    `printed` (text) and `printed_value`.
    """
    table = checked(table, "study", "share", "printed", "printed_value", finite=COLUMNS)
    low, high, ci_low, ci_high = numbers(table, *COLUMNS)
    inside = (low >= ci_low - 1e-6).all() and (high <= ci_high + 1e-6).all()
    ensure(inside, "an estimate is outside its interval", field="lowest")
    studies, shares, printed = texts(table.fillna({"printed": ""}), "study", "share", "printed")
    first = (table["study"] != table["study"].shift()).to_numpy()
    estimates, reaches = _spans(low, high), _spans(ci_low, ci_high)
    left = {"Study": [s if f else "" for s, f in zip(studies, first)], "Share": [SHORT[share] for share in shares]}
    right = {"Estimate": estimates, "Intervals reach": reaches, "Printed": printed}
    chart = keyed_chart(left, right, limits=(-0.02, 1.02), scale=SHARE, axis="share of the variance")
    at = np.arange(len(table))
    for i in at[first][1:]:
        chart.ax.plot([-0.02, 1.02], [i - 0.5] * 2, color=colour("grid"), linewidth=0.9, zorder=0.5)
    whiskers(chart, at, ci_low, ci_high, role="muted", width=1.2)
    for i, share in enumerate(shares):
        # A single estimate still needs a visible width.
        start, end = low[i] - 0.006, high[i] + 0.006
        chart.ax.barh(i, end - start, left=start, height=0.5, zorder=2.5, gid="range", **PARTS[share].style())
    key = chart.key(lift=LIFT, mark=(6, 1.5))
    key.add("estimates over the set", PARTS["a2"], width=0.28)
    key.add("reach of their 95 % intervals", Line("muted"), width=0.28)
    has = table["printed_value"].notna().to_numpy()
    if has.any():
        values = table["printed_value"].to_numpy(float)[has]
        dots(chart.ax, values, at[has], PRINTED, size=6, edge=1.5, gid="printed", clip_on=True)
        key.add("printed", PRINTED, width=0.12)
    spans = zip(studies, shares, estimates, reaches)
    genes = [f"{study} {estimate} (intervals {reach})" for study, share, estimate, reach in spans if share == "a2"]
    alt = alt_text(
        "Shares of variance over all compatible tables. Genes: " + "; ".join(genes),
        "The intervals leave genes and shared environment largely undecided in every study",
    )
    names = ["lowest estimate", "highest estimate", "lowest interval end", "highest interval end"]
    data: dict[str, Any] = {"study": studies, "share": [NAMES[share] for share in shares]}
    data |= dict(zip(names, (low, high, ci_low, ci_high))) | {"printed": printed}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


def _spans(low: np.ndarray, high: np.ndarray) -> list[str]:
    written = [(SHARE.write(a), SHARE.write(b)) for a, b in zip(low, high)]
    return [a if a == b else f"{a} to {b}" for a, b in written]


@drawing
def shares_by_age(table: pd.DataFrame) -> Drawn:
    """Draw shares of variance from young to old, with measure and scale; results without numbers are in words.

    `table`: `age`, `study`, `measure`, `scale`, `a2`, `c2`, `e2` (proportions, missing where not printed), `words`,
    `status`.
    """
    table = checked(table, "age", "study", "measure", "scale", *NAMES, "words", "status")
    shares = table[list(NAMES)].to_numpy(float)
    filled = table.fillna({"words": ""})
    ages, studies, measures, scales, words = texts(filled, "age", "study", "measure", "scale", "words")
    said = np.isfinite(shares).any(axis=1) | (np.array(words) != "")
    ensure(said.all(), "a row has neither a share nor words", field="words")
    ensure((np.nansum(shares, axis=1) <= 1 + 1e-6).all(), "the shares of a row add up to more than 1")
    measures = [m if s == "printed" else f"{m}, restated" for m, s in zip(measures, table["status"])]
    shown = ["" if i and age == ages[i - 1] else age for i, age in enumerate(ages)]
    left = {"Age": shown, "Study": studies, "Measure": measures, "Scale": scales}
    chart = keyed_chart(left, {}, limits=(0, 1), scale=SHARE, axis="share of the variance")
    for i, (row, text) in enumerate(zip(shares, words)):
        start = 0.0
        for name, share in zip(NAMES, row):
            if share > 0:
                chart.ax.barh(i, share, left=start, height=0.64, zorder=2, gid=name, **PARTS[name].style())
                start += share
        # Words for a result without numbers, or for a rest that was not printed.
        if text:
            label(chart.ax, 0.01, i, text, fontsize=chart.size, color=colour("muted"), clip_on=False)
        elif start < 1 - 1e-6:
            label(chart.ax, start + 0.02, i, "rest not printed", fontsize=chart.size, color=colour("muted"))
    fill_key(chart, {NAMES[name]: fill for name, fill in PARTS.items()})
    listed = [
        f"{study} ({age}): " + ", ".join(f"{n} {SHARE.write(v)}" for n, v in zip(NAMES.values(), row) if v == v)
        for age, study, row in zip(ages, studies, shares)
        if np.isfinite(row).any()
    ]
    alt = alt_text(f"Shares of variance in {len(table)} twin results by age; instruments and scales differ", *listed)
    data: dict[str, Any] = {"study": studies, "age": ages, "measure": measures, "scale": table["scale"].tolist()}
    data |= dict(zip(NAMES.values(), shares.T)) | {"in words": words}
    return Drawn(chart.fig, alt, pd.DataFrame(data))
