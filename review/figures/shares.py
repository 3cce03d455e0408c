"""Shares of variance of twin studies: ranges over sets of tables, and printed shares by age."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, row_chart, whiskers
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text

SHARE = Scale("share", leading_zero=False)
#: The three shares in words, and how their parts of a bar look: apart without colour.
NAMES = {"a2": "genes", "c2": "shared environment", "e2": "unique environment and error"}
PARTS = {"a2": ("accent", "accent", ""), "c2": ("band2", "second", ""), "e2": ("page", "muted", "////")}


def _part(name: str) -> dict:
    face, edge, hatch = PARTS[name]
    return {"facecolor": colour(face), "edgecolor": colour(edge), "hatch": hatch, "linewidth": 0.9}


@drawing
def share_ranges(table: pd.DataFrame) -> Drawn:
    """What each study identifies about its shares: range of the estimate, and the widest reach of the intervals.

    Parameters
    ----------
    table : DataFrame
        `study`, `share` (a2, c2, e2), `lowest`, `highest` (estimates over the set), `ci_lowest`, `ci_highest`; optional
        `printed` (text) and `printed_value`.

    Raises
    ------
    RestatedError
        If a column is missing, a value is not finite, or an estimate lies outside its interval.
    """
    names = ("lowest", "highest", "ci_lowest", "ci_highest")
    require(table, "study", "share", *names)
    low, high, ci_low, ci_high = values = table[list(names)].to_numpy(float).T
    if not len(table) or not np.isfinite(values).all() or (low < ci_low - 1e-6).any() or (high > ci_high + 1e-6).any():
        raise RestatedError("there is no row, a range is missing, or an estimate lies outside its interval")
    texts = table["printed"].fillna("").tolist() if "printed" in table else [""] * len(table)
    studies = table["study"].astype(str).tolist()
    first = [i == 0 or studies[i] != studies[i - 1] for i in range(len(table))]

    def span(a, b) -> list[str]:
        written = [(SHARE.write(x), SHARE.write(y)) for x, y in zip(a, b, strict=True)]
        return [x if x == y else f"{x} to {y}" for x, y in written]

    chart = row_chart(
        [
            Column("Study", [s if f else "" for s, f in zip(studies, first, strict=True)]),
            Column(
                "Share",
                [NAMES[s].replace(" environment and error", "").replace(" environment", "") for s in table["share"]],
            ),
        ],
        [
            Column("Estimate", span(low, high), align="right"),
            Column("Intervals reach", span(ci_low, ci_high), align="right"),
            Column("Printed", texts, align="right"),
        ],
        limits=(-0.02, 1.02),
        scale=SHARE,
        axis="share of the variance",
        foot_lines=1,
    )
    at = np.arange(len(table))
    for i in np.flatnonzero(first)[1:]:
        chart.ax.plot([-0.02, 1.02], [i - 0.5] * 2, color=colour("grid"), linewidth=0.9, zorder=0.5)
    whiskers(chart, at, ci_low, ci_high, role="muted", width=1.2)
    for i in at:
        # A single estimate still needs a visible width.
        left, right = (low[i] - 0.006, high[i] + 0.006)
        chart.ax.barh(i, right - left, left=left, height=0.5, zorder=2.5, gid="range", **_part(table["share"].iloc[i]))
    has = "printed_value" in table and table["printed_value"].notna().to_numpy()
    printed_mark = {
        "linestyle": "none",
        "marker": "D",
        "markersize": 6,
        "markerfacecolor": colour("page"),
        "markeredgecolor": colour("warn"),
        "markeredgewidth": 1.5,
    }
    if np.any(has):
        chart.ax.plot(table["printed_value"].to_numpy(float)[has], at[has], **printed_mark, zorder=4, gid="printed")
    x = 0.1
    inches = chart.fig.dpi_scale_trans
    chart.swatch(x, **_part("a2"))
    chart.below(x + 0.36, "estimates over the set", color=colour("ink"))
    x += 0.36 + text_width("estimates over the set", chart.size) + 0.3
    chart.ax.plot(
        [x, x + 0.28], [chart.foot + 0.045] * 2, color=colour("muted"), linewidth=1.2, transform=inches, clip_on=False
    )
    chart.below(x + 0.36, "reach of their 95 % intervals", color=colour("ink"))
    x += 0.36 + text_width("reach of their 95 % intervals", chart.size) + 0.3
    if np.any(has):
        chart.ax.plot([x + 0.06], [chart.foot + 0.045], **printed_mark, transform=inches, clip_on=False)
        chart.below(x + 0.2, "printed", color=colour("ink"))
    widest = [
        f"{studies[i]} {a} (intervals {b})"
        for i, (a, b) in enumerate(zip(span(low, high), span(ci_low, ci_high), strict=True))
        if table["share"].iloc[i] == "a2"
    ]
    return Drawn(
        chart.fig,
        alt_text(
            "Shares of variance over all compatible tables. Genes: " + "; ".join(widest),
            "The intervals leave genes and shared environment largely undecided in every study",
        ),
        pd.DataFrame(
            {
                "study": studies,
                "share": [NAMES[s] for s in table["share"]],
                "lowest estimate": low,
                "highest estimate": high,
                "lowest interval end": ci_low,
                "highest interval end": ci_high,
                "printed": texts,
            }
        ),
    )


@drawing
def shares_by_age(table: pd.DataFrame) -> Drawn:
    """Shares of variance from young to old, each with its measure and scale; directions without numbers in words.

    Parameters
    ----------
    table : DataFrame
        `age`, `study`, `measure`, `scale`, `a2`, `c2`, `e2` (proportions, missing where not printed), `words`, `status`.

    Raises
    ------
    RestatedError
        If a column is missing, or a row has neither a share nor words.
    """
    require(table, "age", "study", "measure", "scale", *NAMES, "words", "status")
    shares = table[list(NAMES)].to_numpy(float)
    words = table["words"].fillna("").astype(str).tolist()
    if not len(table) or any(not w and np.isnan(s).all() for w, s in zip(words, shares, strict=True)):
        raise RestatedError("there is no row, or a row has neither a share nor words")
    if (np.nansum(shares, axis=1) > 1 + 1e-6).any():
        raise RestatedError("the shares of a row add up to more than 1")
    ages, labels = table["age"].astype(str).tolist(), table["study"].astype(str).tolist()
    restated = (table["status"] != "printed").to_numpy()
    measures = [f"{m}, restated" if r else m for m, r in zip(table["measure"].astype(str), restated, strict=True)]
    chart = row_chart(
        [
            Column("Age", [a if i == 0 or a != ages[i - 1] else "" for i, a in enumerate(ages)]),
            Column("Study", labels),
            Column("Measure", measures),
            Column("Scale", table["scale"].astype(str).tolist()),
        ],
        [],
        limits=(0, 1),
        scale=SHARE,
        axis="share of the variance",
        foot_lines=1,
    )
    for i, (row, text) in enumerate(zip(shares, words, strict=True)):
        start = 0.0
        for name, share in zip(NAMES, row, strict=True):
            if np.isnan(share) or share == 0:
                continue
            chart.ax.barh(i, share, left=start, height=0.64, zorder=2, gid=name, **_part(name))
            start += share
        if text:
            chart.ax.text(
                0.01,
                i,
                text,
                ha="left",
                va="center_baseline",
                fontsize=chart.size,
                color=colour("muted"),
                clip_on=False,
            )
        elif start < 1 - 1e-6:
            chart.ax.text(
                start + 0.02,
                i,
                "rest not printed",
                ha="left",
                va="center_baseline",
                fontsize=chart.size,
                color=colour("muted"),
            )
    x = 0.1
    for name, label in NAMES.items():
        chart.swatch(x, **_part(name))
        chart.below(x + 0.36, label, color=colour("ink"))
        x += 0.36 + text_width(label, chart.size) + 0.3
    said = [
        f"{s} ({a}): "
        + ", ".join(f"{NAMES[n]} {SHARE.write(v)}" for n, v in zip(NAMES, row, strict=True) if not np.isnan(v))
        for a, s, row in zip(ages, labels, shares, strict=True)
        if not np.isnan(row).all()
    ]
    return Drawn(
        chart.fig,
        alt_text(f"Shares of variance in {len(table)} twin results by age; instruments and scales differ", *said),
        pd.DataFrame(
            {"study": labels, "age": ages, "measure": measures, "scale": table["scale"].tolist()}
            | {label: shares[:, i] for i, label in enumerate(NAMES.values())}
            | {"in words": words}
        ),
    )
