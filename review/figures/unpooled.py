"""Printed estimates next to each other, never pooled: one row each, with the mark of its design."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from restated.plots.marks import SOLID, Dash, Mark, dots
from restated.plots.rows import MARGIN, cells, interval_columns, null_line, padded, row_chart, under_headings, whiskers
from restated.plots.style import BASE, Drawn, drawing, narrow, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plural
from restated_book import paths
from review.figures.pieces import columns
from review.figures.tables import checked, known, numbers


class Design(NamedTuple):
    """Line and mark of one kind of evidence."""

    short: str  # words under the label of an arrow
    width: float  # points
    dash: Dash
    double: bool  # drawn as two thin lines
    mark: Mark


NONE = "none pooled"
DESIGNS = {
    name: Design(short, width, (0, tuple(dashes)) if dashes else SOLID, double, Mark(*mark))
    for name, (short, width, dashes, double, mark) in paths.tables(__file__).items()
}
KEY_WIDTH = 8.6  # inches: the key goes on in a new line beyond
TITLES = {"printed": "Published", "n": "n"}  # headings of the columns that a table may have


@drawing
def unpooled(
    table: pd.DataFrame, *, says: str, scale: Scale = CORRELATION, axis: str | None = None, column: str = "Estimate"
) -> Drawn:
    """Draw rows of estimates that are shown together and not averaged.

    `table`: `label`; `y`, `low`, `high` on the scale of analysis (low and high missing where there is no interval);
    `design` (a key of `DESIGNS`); optional `group` (contiguous, headed), `printed` (the number as printed, a
    column of its own) and `n` (words). `says` is the first sentence of the alternative text, `axis` the title of the
    axis (by default the symbol of `scale`), `column` heads the labels.
    """
    table = checked(table, "label", "low", "high", "design", finite=["y"])
    known(table, "design", [name for name in DESIGNS if name != NONE])
    y, low, high = numbers(table, "y", "low", "high")
    groups = table["group"].astype(str).tolist() if "group" in table else []
    at, headings = under_headings(groups) if groups else (np.arange(len(table)), {})
    rows, strong = len(at) + len(headings), frozenset(headings)
    labels = cells(rows, [*at, *headings], [*table["label"], *headings.values()])
    extra = [name for name in ("printed", "n") if name in table]
    words = {TITLES[name]: cells(rows, at, table[name].fillna("")) for name in extra}
    shown = np.full((3, rows), np.nan)
    shown[:, at] = y, low, high
    ends = [*y, *low, *high, scale.forward(scale.null)]
    designs = [name for name in DESIGNS if name in set(table["design"])]
    chart = row_chart(
        columns({column: labels}, free=strong) + columns(words, "right"),
        interval_columns(scale.symbol, scale, *shown, missing="no CI"),
        limits=padded(np.nanmin(ends), np.nanmax(ends)),
        scale=scale,
        axis=axis or scale.symbol,
        strong=strong,
        foot_lines=_key_lines(designs),
    )
    null_line(chart, scale)
    whiskers(chart, at, low, high, role="ink", width=1.3)
    for row, value, design in zip(at, y, table["design"]):
        dots(chart.ax, [value], [row], DESIGNS[design].mark, size=7, edge=1.3)
    key = chart.key(MARGIN + 0.1, role="muted", mark=(7, 1.3), right=None if narrow() else MARGIN + 0.1 + KEY_WIDTH)
    for name in designs:
        key.add(name, DESIGNS[name].mark, width=0.0, space=0.14, gap=0.31)
    data = table[["label", *["group"] * bool(groups), *extra]].rename(columns={"label": "estimate"})
    data[[scale.symbol, "lower", "upper"]] = scale.back(np.transpose([y, low, high]))
    top, bottom = (f"{table['label'][i]}: {scale.write(y[i])}" for i in (int(y.argmax()), int(y.argmin())))
    alt = alt_text(says, f"{plural(len(table), 'estimate')}, not pooled; largest, {top}; smallest, {bottom}")
    return Drawn(chart.fig, alt, data.assign(design=table["design"]))


def _key_lines(names: list[str]) -> int:
    """Number of lines of the key."""
    lines, x = 1, 0.0
    for need in (text_width(name, BASE) + 0.45 for name in names):
        lines, x = (lines + 1, need) if x + need > KEY_WIDTH else (lines, x + need)
    return lines
