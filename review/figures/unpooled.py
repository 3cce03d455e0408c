"""Printed estimates next to each other, never pooled: one row each, with the mark of its design."""

import numpy as np
import pandas as pd

from restated.plots.marks import dots
from restated.plots.rows import (
    MARGIN,
    Chart,
    Column,
    cells,
    interval_columns,
    null_line,
    padded,
    row_chart,
    under_headings,
    whiskers,
)
from restated.plots.style import BASE, Drawn, drawing, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plural
from review.figures.designs import DESIGNS, NONE
from review.figures.tables import checked, known

KEY_WIDTH = 8.6  # inches: the key goes on in a new line beyond


@drawing
def unpooled(
    table: pd.DataFrame,
    *,
    says: str,
    scale: Scale = CORRELATION,
    axis: str | None = None,
    limits: tuple[float, float] | None = None,
    column: str = "Estimate",
    heading: str = "",
    missing: str = "no CI",
) -> Drawn:
    """Draw rows of estimates that are shown together and not averaged.

    `table`: `label`; `y`, `low`, `high` on the scale of analysis (low and high missing where there is no interval);
    `design` (a key of `designs.DESIGNS`); optional `group` (contiguous, headed), `printed` (the number as printed, a
    column of its own) and `n` (words). `says` is the first sentence of the alternative text, `axis` the title of the
    axis and `heading` that of the estimates (by default the symbol of `scale`), `column` heads the labels, `missing`
    stands for a missing interval. Intervals beyond `limits`, in axis units, are cut and end in an arrow. Raises
    `RestatedError` if a column is missing, the table is empty, an estimate is missing, a design is unknown or a group
    is split.
    """
    table = checked(table, "label", "low", "high", "design", finite=["y"])
    known(table, "design", [name for name in DESIGNS if name != NONE])
    y, low, high = (table[name].to_numpy(float) for name in ("y", "low", "high"))
    groups = table["group"].astype(str).tolist() if "group" in table else [""] * len(table)
    at, headings = under_headings(groups) if any(groups) else (np.arange(len(table)), {})
    rows, strong = len(at) + len(headings), frozenset(headings)
    labels = cells(rows, [*at, *headings], [*table["label"], *headings.values()])
    left = [Column(column, labels, free=strong)]
    for name, title in (("printed", "Printed"), ("n", "n")):
        if name in table:
            left.append(Column(title, cells(rows, at, table[name].fillna("")), align="right"))
    numbers = np.full((3, rows), np.nan)
    numbers[:, at] = y, low, high
    finite = np.concatenate([y, low[np.isfinite(low)], high[np.isfinite(high)], [scale.forward(scale.null)]])
    box = padded(finite.min(), finite.max())
    if limits:
        box = float(scale.forward(limits[0])), float(scale.forward(limits[1]))
    key = _key_lines([name for name in DESIGNS if name in set(table["design"])])
    chart = row_chart(
        left,
        interval_columns(heading or scale.symbol, scale, *numbers, missing=missing),
        limits=box,
        scale=scale,
        axis=axis or scale.symbol,
        strong=strong,
        foot_lines=len(key),
    )
    null_line(chart, scale)
    whiskers(chart, at, low, high, role="ink", width=1.3)
    for row, value, design in zip(at, y, table["design"], strict=True):
        if box[0] <= value <= box[1]:
            dots(chart.ax, [value], [row], DESIGNS[design].mark, size=7, edge=1.3)
    _key(chart, key)
    data = pd.DataFrame({"estimate": table["label"].astype(str)})
    if any(groups):
        data["group"] = groups
    for name in ("printed", "n"):
        if name in table:
            data[name] = table[name]
    for name, values in ((scale.symbol, y), ("lower", low), ("upper", high)):
        data[name] = scale.back(values)
    data["design"] = table["design"]
    top, bottom = (f"{table['label'][i]}: {scale.write(y[i])}" for i in (int(y.argmax()), int(y.argmin())))
    alt = alt_text(says, f"{plural(len(table), 'estimate')}, not pooled; largest, {top}; smallest, {bottom}")
    return Drawn(chart.fig, alt, data)


def _key_lines(names: list[str]) -> list[list[str]]:
    """Names of the key, line by line."""
    lines: list[list[str]] = [[]]
    x = 0.0
    for name in names:
        need = text_width(name, BASE) + 0.45
        if lines[-1] and x + need > KEY_WIDTH:
            lines.append([])
            x = 0.0
        lines[-1].append(name)
        x += need
    return lines


def _key(chart: Chart, lines: list[list[str]]) -> None:
    key = chart.key(MARGIN + 0.1, role="muted", mark=(7, 1.3))
    for line in lines:
        for name in line:
            key.add(name, DESIGNS[name].mark, width=0.0, space=0.14, gap=0.31)
        key.newline()
