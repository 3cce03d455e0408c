"""Pairs of twins or siblings: how many were in one class, and how alike that makes them on other scales."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, padded, reference_line, row_chart
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, number

PERCENT = Scale("%", decimals=1, steps=(5, 10, 20, 25, 50))
#: Two children of two classes whose classes have nothing to do with each other agree at least this often.
UNRELATED = 50.0


@drawing
def pair_bars(table: pd.DataFrame) -> Drawn:
    """Concordant and discordant pairs of each group as parts of a whole, with their counts.

    Parameters
    ----------
    table : DataFrame
        `label`, `group`, `pairs`, `concordant_low`, `concordant_high`; optional `percent` (as printed).

    Raises
    ------
    RestatedError
        If a column is missing, there is no row, or a count lies outside 0 to the number of pairs.
    """
    require(table, "label", "group", "pairs", "concordant_low", "concordant_high")
    pairs, low, high = (table[name].to_numpy(float) for name in ("pairs", "concordant_low", "concordant_high"))
    if not len(table) or not ((low >= 0) & (low <= high) & (high <= pairs) & (pairs > 0)).all():
        raise RestatedError("there is no row, or a count of concordant pairs is not between 0 and the pairs")

    def counted(a, b) -> list[str]:
        return [f"{x:.0f}" if x == y else f"{x:.0f}–{y:.0f}" for x, y in zip(a, b, strict=True)]

    printed = [f"{x} %" if isinstance(x, str) and x else "" for x in table.get("percent", [""] * len(table))]
    chart = row_chart(
        [
            Column("Study", table["label"].astype(str).tolist()),
            Column("Pairs of", table["group"].astype(str).tolist()),
            Column("Printed", printed, align="right"),
        ],
        [
            Column("Alike", counted(low, high), align="right"),
            Column("Not", counted(pairs - high, pairs - low), align="right"),
            Column("Pairs", [f"{n:.0f}" for n in pairs], align="right"),
        ],
        limits=(0, 100),
        scale=PERCENT,
        axis="percent of pairs",
        foot_lines=1,
    )
    at = np.arange(len(table))
    alike = {"facecolor": colour("ramp2"), "edgecolor": colour("accent"), "linewidth": 0.9}
    other = {"facecolor": colour("page"), "edgecolor": colour("muted"), "hatch": "////", "linewidth": 0.9}
    share = 100 * low / pairs
    chart.ax.barh(at, share, height=0.62, zorder=2, gid="alike", **alike)
    chart.ax.barh(at, 100 - share, left=share, height=0.62, zorder=1.5, gid="not-alike", **other)
    reference_line(chart, UNRELATED, role="ink", style=(0, (4, 2)))
    chart.ax.lines[-1].set_zorder(3)
    x = 0.1
    for words, style in (("in the same class", alike), ("in different classes", other)):
        chart.swatch(x, **style)
        chart.below(x + 0.36, words, color=colour("ink"))
        x += 0.36 + text_width(words, chart.size) + 0.3
    chart.ax.plot(
        [x, x + 0.28],
        [chart.foot + 0.045] * 2,
        transform=chart.fig.dpi_scale_trans,
        clip_on=False,
        color=colour("ink"),
        linewidth=0.9,
        linestyle=(0, (4, 2)),
    )
    chart.below(x + 0.36, "least for unrelated children, two classes", color=colour("ink"))
    below = [f"{a} {b}" for a, b, s in zip(table["label"], table["group"], share, strict=True) if s < UNRELATED]
    exact = int((low == high).sum())
    return Drawn(
        chart.fig,
        alt_text(
            f"Concordant pairs in {len(table)} groups; the print determines the count in {exact}",
            "; ".join(
                f"{a} {b}: {c} of {n:.0f}"
                for a, b, c, n in zip(table["label"], table["group"], counted(low, high), pairs, strict=True)
            ),
            f"Below 50 %: {', '.join(below)}" if below else "",
        ),
        pd.DataFrame(
            {
                "study": table["label"].astype(str).tolist(),
                "pairs of": table["group"].astype(str).tolist(),
                "pairs": pairs.astype(int),
                "printed": printed,
                "in the same class": counted(low, high),
                "in different classes": counted(pairs - high, pairs - low),
            }
        ),
    )


@drawing
def two_scales(table: pd.DataFrame) -> Drawn:
    """The same pairs on two scales: correlation of the classes, and correlation of the liabilities behind them.

    Parameters
    ----------
    table : DataFrame
        `label`, `group`, and `score_low`, `score_high`, `liability_low`, `liability_high`: ranges over a set of tables.

    Raises
    ------
    RestatedError
        If a column is missing or a value is not finite.
    """
    names = ["score_low", "score_high", "liability_low", "liability_high"]
    require(table, "label", "group", *names)
    values = table[names].to_numpy(float)
    if not len(table) or not np.isfinite(values).all():
        raise RestatedError("there is no row, or a range is missing")

    def span(a, b) -> list[str]:
        return [
            f"{number(x, 2, leading_zero=False)} to {number(y, 2, leading_zero=False)}"
            for x, y in zip(a, b, strict=True)
        ]

    chart = row_chart(
        [Column("Study", table["label"].astype(str).tolist()), Column("Pairs of", table["group"].astype(str).tolist())],
        [
            Column("Classes", span(values[:, 0], values[:, 1]), align="right"),
            Column("Liability", span(values[:, 2], values[:, 3]), align="right"),
        ],
        limits=padded(min(values.min(), 0.0), max(values.max(), 0.6)),
        scale=CORRELATION,
        axis="correlation of the two children",
        foot_lines=1,
    )
    at = np.arange(len(table))
    reference_line(chart, 0.0, role="muted")
    marks = (
        ("correlation of the classes", 0, -0.16, "second", "s", "page"),
        ("correlation of the liabilities", 2, 0.16, "accent", "o", "accent"),
    )
    x = 0.15
    for words, column, lift, role, marker, face in marks:
        style = {
            "marker": marker,
            "markersize": 5.5,
            "markeredgewidth": 1.4,
            "markeredgecolor": colour(role),
            "markerfacecolor": colour(face),
        }
        for row in at:
            ends = values[row, column : column + 2]
            chart.ax.plot(ends, [row + lift] * 2, color=colour(role), linewidth=2.0, zorder=2, clip_on=False, **style)
        chart.ax.plot(
            [x], [chart.foot + 0.045], transform=chart.fig.dpi_scale_trans, clip_on=False, linestyle="none", **style
        )
        chart.below(x + 0.16, words, color=colour("ink"))
        x += 0.16 + text_width(words, chart.size) + 0.4
    top = int(np.argmax(values[:, 3]))
    names_of = [f"{a} {b}" for a, b in zip(table["label"], table["group"], strict=True)]
    below = [name for name, high in zip(names_of, values[:, 3], strict=True) if high < 0]
    return Drawn(
        chart.fig,
        alt_text(
            f"Resemblance of {len(table)} groups of pairs on two scales; highest: {names_of[top]}, "
            f"classes {span(values[[top], 0], values[[top], 1])[0]}, liabilities {span(values[[top], 2], values[[top], 3])[0]}",
            "The same pairs lie farther from zero on the liability scale",
            f"Below zero on both scales: {', '.join(below)}" if below else "",
        ),
        pd.DataFrame(
            {"study": table["label"].astype(str).tolist(), "pairs of": table["group"].astype(str).tolist()}
            | {name.replace("_", ", "): values[:, i] for i, name in enumerate(names)}
        ),
    )
