"""Pairs of twins or siblings: concordance of their classes, and the correlations it implies."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import SHORT_DASHES, Fill, Line, Mark
from restated.plots.rows import Column, padded, reference_line, row_chart
from restated.plots.style import Drawn, drawing
from restated.plots.words import CORRELATION, Scale, alt_text
from review.figures.pieces import LIFT, fill_key
from review.figures.tables import checked

PERCENT = Scale("%", decimals=1, steps=(5, 10, 20, 25, 50))
#: Least percent of agreement of two children of two classes whose classes are unrelated.
UNRELATED = 50.0
PARTS = {"in the same class": Fill("ramp2", "accent"), "in different classes": Fill("page", "muted", "////")}
#: Words, first column of values, shift in rows and mark of the two scales.
SCALES = (
    ("correlation of the classes", 0, -0.16, Mark("s", False, "second")),
    ("correlation of the liabilities", 2, 0.16, Mark("o", True, "accent")),
)


@drawing
def pair_bars(table: pd.DataFrame) -> Drawn:
    """Draw concordant and discordant pairs of each group as parts of a whole, with their counts.

    `table`: `label`, `group`, `pairs`, `concordant_low`, `concordant_high`; optional `percent` (as printed). Raises
    `RestatedError` if a column is missing, the table is empty, or a count is not between 0 and the number of pairs.
    """
    table = checked(table, "label", "group", "pairs", "concordant_low", "concordant_high")
    pairs, low, high = (table[name].to_numpy(float) for name in ("pairs", "concordant_low", "concordant_high"))
    if not ((low >= 0) & (low <= high) & (high <= pairs) & (pairs > 0)).all():
        raise RestatedError("a count of concordant pairs is not between 0 and the pairs", field="concordant_low")

    def counted(a: np.ndarray, b: np.ndarray) -> list[str]:
        return [f"{x:.0f}" if x == y else f"{x:.0f}–{y:.0f}" for x, y in zip(a, b, strict=True)]

    alike, other = counted(low, high), counted(pairs - high, pairs - low)
    printed = [f"{x} %" if isinstance(x, str) and x else "" for x in table.get("percent", [""] * len(table))]
    chart = row_chart(
        [*_names(table), Column("Printed", printed, align="right")],
        [
            Column("Alike", alike, align="right"),
            Column("Not", other, align="right"),
            Column("Pairs", [f"{n:.0f}" for n in pairs], align="right"),
        ],
        limits=(0, 100),
        scale=PERCENT,
        axis="percent of pairs",
        foot_lines=1,
    )
    share = 100 * low / pairs
    at, (same, different) = np.arange(len(table)), (fill.style() for fill in PARTS.values())
    chart.ax.barh(at, share, height=0.62, zorder=2, gid="alike", **same)
    chart.ax.barh(at, 100 - share, left=share, height=0.62, zorder=1.5, gid="not-alike", **different)
    reference_line(chart, UNRELATED, role="ink", style=SHORT_DASHES)
    chart.ax.lines[-1].set_zorder(3)
    key = fill_key(chart, PARTS)
    key.add("least for unrelated children, two classes", Line("ink", SHORT_DASHES, 0.9), width=0.28)
    names = _groups(table)
    below = [name for name, s in zip(names, share, strict=True) if s < UNRELATED]
    alt = alt_text(
        f"Concordant pairs in {len(table)} groups; the print determines the count in {int((low == high).sum())}",
        "; ".join(f"{name}: {c} of {n:.0f}" for name, c, n in zip(names, alike, pairs, strict=True)),
        f"Below 50 %: {', '.join(below)}" if below else "",
    )
    data = _named(table) | {"pairs": pairs.astype(int), "printed": printed}
    return Drawn(chart.fig, alt, pd.DataFrame(data | dict(zip(PARTS, (alike, other), strict=True))))


@drawing
def two_scales(table: pd.DataFrame) -> Drawn:
    """Draw the same pairs on two scales: correlation of the classes, and of the liabilities behind them.

    `table`: `label`, `group`, and `score_low`, `score_high`, `liability_low`, `liability_high` (ranges over a set of
    tables). Raises `RestatedError` if a column is missing, the table is empty or a value is not finite.
    """
    columns = ["score_low", "score_high", "liability_low", "liability_high"]
    table = checked(table, "label", "group", finite=columns)
    values = table[columns].to_numpy(float)

    def spans(ranges: Iterable[np.ndarray]) -> list[str]:
        return [f"{CORRELATION.write(low)} to {CORRELATION.write(high)}" for low, high in ranges]

    classes, liabilities = spans(values[:, :2]), spans(values[:, 2:])
    chart = row_chart(
        _names(table),
        [Column("Classes", classes, align="right"), Column("Liability", liabilities, align="right")],
        limits=padded(min(values.min(), 0.0), max(values.max(), 0.6)),
        scale=CORRELATION,
        axis="correlation of the two children",
        foot_lines=1,
    )
    reference_line(chart, 0.0, role="muted")
    key = chart.key(0.15, lift=LIFT, mark=(5.5, 1.4))
    for words, column, lift, mark in SCALES:
        style = Line(mark.role, width=2.0).style() | mark.style(5.5)
        for row, ends in enumerate(values[:, column : column + 2]):
            chart.ax.plot(ends, [row + lift] * 2, zorder=2, clip_on=False, **style)
        key.add(words, mark, width=0.0, space=0.16, gap=0.4)
    top = int(np.argmax(values[:, 3]))
    names = _groups(table)
    below = [name for name, high in zip(names, values[:, 3], strict=True) if high < 0]
    alt = alt_text(
        f"Resemblance of {len(table)} groups of pairs on two scales; highest: {names[top]}, classes {classes[top]}, "
        f"liabilities {liabilities[top]}",
        "The same pairs lie farther from zero on the liability scale",
        f"Below zero on both scales: {', '.join(below)}" if below else "",
    )
    data = {name.replace("_", ", "): values[:, i] for i, name in enumerate(columns)}
    return Drawn(chart.fig, alt, pd.DataFrame(_named(table) | data))


def _named(table: pd.DataFrame) -> dict[str, list[str]]:
    """Study and group of each row, by their names in the data table."""
    return {"study": table["label"].astype(str).tolist(), "pairs of": table["group"].astype(str).tolist()}


def _names(table: pd.DataFrame) -> list[Column]:
    return [Column(name.capitalize(), cells) for name, cells in _named(table).items()]


def _groups(table: pd.DataFrame) -> list[str]:
    return [f"{label} {group}" for label, group in zip(table["label"], table["group"], strict=True)]
