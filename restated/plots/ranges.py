"""Rows of ranges and points with text beside them, for results that are sets, intervals or single printed ratios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import Scale, alt_text

NEEDED = ("low", "high", "value")


@drawing
def ranges(
    table: pd.DataFrame,
    *,
    left: Sequence[str],
    right: Sequence[str] = (),
    scale: Scale,
    axis: str,
    says: str,
    null: bool = True,
    limits: tuple[float, float] | None = None,
) -> Drawn:
    """One row per result: a bar from low to high, a mark at the value, nothing where there is no number.

    Parameters
    ----------
    table : DataFrame
        `low`, `high`, `value` on the scale of analysis (missing where there is none), the columns of `left` and `right`
        (text), and optional `open` (True draws the mark hollow and the bar thin: a weaker kind of result).
    left, right : sequences of str
        Text columns, named as their headings; the first one names the row.
    scale : Scale
    axis : str
        Title of the axis.
    says : str
        First sentence of the alternative text.
    null : bool
        Draw a line at the null value of the scale.
    limits : (low, high), optional
        Of the plot, on the scale of analysis; by default all numbers fit. Bars beyond them end in an arrow.

    Raises
    ------
    RestatedError
        If a column is missing, a range runs downwards or no row has a number.
    """
    require(table, *NEEDED, *left, *right)
    table = table.reset_index(drop=True)
    low, high, value = (table[name].to_numpy(float) for name in NEEDED)
    if (low > high).any():
        raise RestatedError("a range runs downwards", row=int(np.argmax(low > high)) + 1, field="low")
    known = np.concatenate([low, high, value])
    known = known[np.isfinite(known)]
    if not len(known):
        raise RestatedError("no row has a number: there is nothing to draw", remedy="Say so in words")
    hollow = table["open"].to_numpy(bool) if "open" in table else np.zeros(len(table), bool)
    start = float(scale.forward(scale.null))
    if limits is None:
        ends = np.r_[known, start] if null else known
        limits = layout.padded(float(ends.min()), float(ends.max()))
    chart = layout.row_chart(
        [Column(name, table[name].astype(str).tolist()) for name in left],
        [
            Column(name, table[name].astype(str).tolist(), align="right" if _numeric(table[name]) else "left")
            for name in right
        ],
        limits=limits,
        scale=scale,
        axis=axis,
    )
    if null:
        layout.reference_line(chart, start, role="ink")
    at = np.arange(len(table))
    for weak in (False, True):
        here = hollow == weak
        layout.whiskers(
            chart, at[here], low[here], high[here], role="second" if weak else "accent", width=1.4 if weak else 4.0
        )
        dots = here & np.isfinite(value)
        role = colour("second" if weak else "accent")
        chart.ax.plot(
            value[dots],
            at[dots],
            linestyle="none",
            marker="D" if weak else "o",
            markersize=7,
            markeredgewidth=1.5,
            markeredgecolor=role,
            markerfacecolor=colour("page") if weak else role,
            clip_on=False,
            zorder=4,
        )
    spoken = []
    for i, name in enumerate(table[left[0]]):
        if np.isfinite(low[i]):
            spoken.append(f"{name}: {scale.write(low[i])} to {scale.write(high[i])}")
        elif np.isfinite(value[i]):
            spoken.append(f"{name}: {scale.write(value[i])}")
    data = table[[*left, *right]].astype(str)
    for name, numbers in zip(("lowest", "highest", "value"), (low, high, value), strict=True):
        data[name] = scale.back(numbers)
    return Drawn(chart.fig, alt_text(says, "; ".join(spoken)), data.dropna(axis=1, how="all"))


def _numeric(column: pd.Series) -> bool:
    """True for a column of digits, which is set flush right."""
    return column.astype(str).str.match(r"[\d−.]").all()
