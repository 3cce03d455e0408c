"""Pairs of twins or siblings: concordance of their classes, and the correlations it implies."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from restated.plots.marks import SHORT_DASHES, Fill, Line, Mark
from restated.plots.rows import padded, reference_line, row_chart
from restated.plots.style import Drawn, drawing
from restated.plots.words import CORRELATION, Scale, alt_text
from review.figures.pieces import LIFT, columns, fill_key, keyed_chart
from review.figures.tables import checked, ensure, numbers, texts

PERCENT = Scale("%", decimals=1, steps=(5, 10, 20, 25, 50))
UNRELATED = 50.0  # least percent of agreement of two children of two classes whose classes are unrelated
PARTS = {"in the same class": Fill("ramp2", "accent"), "in different classes": Fill("page", "muted", "////")}
#: Words, first column of values, shift in rows and mark of the two scales.
SCALES = (
    ("correlation of the classes", 0, -0.16, Mark("s", False, "second")),
    ("correlation of the liabilities", 2, 0.16, Mark("o", True, "accent")),
)


@drawing
def pair_bars(table: pd.DataFrame) -> Drawn:
    """Draw concordant and discordant pairs of each group as parts of a whole, with their counts.

    `table`: `label`, `group`, `pairs`, `concordant_low`, `concordant_high`, `percent` (as printed, or empty).
    """
    table = checked(table, "label", "group", "pairs", "concordant_low", "concordant_high", "percent")
    pairs, low, high = numbers(table, "pairs", "concordant_low", "concordant_high")
    possible = (low >= 0) & (low <= high) & (high <= pairs) & (pairs > 0)
    ensure(possible.all(), "a count of concordant pairs is not between 0 and the pairs", field="concordant_low")

    def counted(a: np.ndarray, b: np.ndarray) -> list[str]:
        return [f"{x:.0f}" if x == y else f"{x:.0f}–{y:.0f}" for x, y in zip(a, b)]

    alike, other = counted(low, high), counted(pairs - high, pairs - low)
    printed = [f"{x} %" if isinstance(x, str) and x else "" for x in table["percent"]]
    left = columns(_named(table, str.capitalize)) + columns({"Printed": printed}, "right")
    right = columns({"Alike": alike, "Not": other, "Pairs": [f"{n:.0f}" for n in pairs]}, "right")
    chart = row_chart(left, right, limits=(0, 100), scale=PERCENT, axis="percent of pairs", foot_lines=1)
    share = 100 * low / pairs
    at, (same, different) = np.arange(len(table)), (fill.style() for fill in PARTS.values())
    chart.ax.barh(at, share, height=0.62, zorder=2, gid="alike", **same)
    chart.ax.barh(at, 100 - share, left=share, height=0.62, zorder=1.5, gid="not-alike", **different)
    reference_line(chart, UNRELATED, role="ink", style=SHORT_DASHES)
    chart.ax.lines[-1].set_zorder(3)
    key = fill_key(chart, PARTS)
    key.add("least for unrelated children, two classes", Line("ink", SHORT_DASHES, 0.9), width=0.28)
    names = list(map(" ".join, zip(*_named(table).values())))
    below = ", ".join(name for name, s in zip(names, share) if s < UNRELATED)
    alt = alt_text(
        f"Concordant pairs in {len(table)} groups; the print determines the count in {int((low == high).sum())}",
        "; ".join(f"{name}: {c} of {n:.0f}" for name, c, n in zip(names, alike, pairs)),
        f"Below 50 %: {below}" if below else "",
    )
    data = _named(table) | {"pairs": pairs.astype(int), "printed": printed} | dict(zip(PARTS, (alike, other)))
    return Drawn(chart.fig, alt, pd.DataFrame(data))


@drawing
def two_scales(table: pd.DataFrame) -> Drawn:
    """Draw the same pairs on two scales: correlation of the classes, and of the liabilities behind them.

    `table`: `label`, `group`, and `score_low`, `score_high`, `liability_low`, `liability_high` (ranges over a set of
    tables).
    """
    names = ["score_low", "score_high", "liability_low", "liability_high"]
    table = checked(table, "label", "group", finite=names)
    values = table[names].to_numpy(float)
    classes, liabilities = (
        [f"{CORRELATION.write(low)} to {CORRELATION.write(high)}" for low, high in ends]
        for ends in (values[:, :2], values[:, 2:])
    )
    limits, axis = padded(min(values.min(), 0.0), max(values.max(), 0.6)), "correlation of the two children"
    left, right = _named(table, str.capitalize), {"Classes": classes, "Liability": liabilities}
    chart = keyed_chart(left, right, limits=limits, scale=CORRELATION, axis=axis)
    reference_line(chart, 0.0, role="muted")
    key = chart.key(0.15, lift=LIFT, mark=(5.5, 1.4))
    for words, column, lift, mark in SCALES:
        style = Line(mark.role, width=2.0).style() | mark.style(5.5)
        for row, ends in enumerate(values[:, column : column + 2]):
            chart.ax.plot(ends, [row + lift] * 2, zorder=2, clip_on=False, **style)
        key.add(words, mark, width=0.0, space=0.16, gap=0.4)
    top, groups = int(np.argmax(values[:, 3])), list(map(" ".join, zip(*_named(table).values())))
    below = ", ".join(name for name, high in zip(groups, values[:, 3]) if high < 0)
    alt = alt_text(
        f"Resemblance of {len(table)} groups of pairs on two scales; highest: {groups[top]}, classes {classes[top]}, "
        f"liabilities {liabilities[top]}",
        "The same pairs lie farther from zero on the liability scale",
        f"Below zero on both scales: {below}" if below else "",
    )
    data = _named(table) | {name.replace("_", ", "): value for name, value in zip(names, values.T)}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


def _named(table: pd.DataFrame, write: Callable[[str], str] = str) -> dict[str, list[str]]:
    """Study and group of each row, by their names in the data table as `write` gives them."""
    return dict(zip(map(write, ("study", "pairs of")), texts(table, "label", "group")))
