"""Printed estimates in groups, side by side without a pooled one: shape says whether the interval reaches no effect."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import DIFFERENCE, Scale, alt_text, number, plural

NEEDED = ("group", "label", "value", "low", "high")
#: Marker, and whether it is filled: of an interval that excludes the null, and of one that includes it or is missing.
EXCLUDES, INCLUDES = ("s", True), ("o", False)


@drawing
def grouped(
    table: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    scale: Scale = DIFFERENCE,
    axis: str | None = None,
    left: str = "",
    right: str = "",
    interval: str = "95\u00a0% CI",
) -> Drawn:
    """Estimates with their intervals, by group.

    Parameters
    ----------
    table : DataFrame
        `group` (contiguous), `label`, `value`, `low`, `high` in axis units; `low` and `high` may be missing together.
        Optional `strong` (bool): the main row of its group.
    columns : mapping, optional
        Heading to column of text shown between label and plot.
    scale : Scale
    axis : str, optional
        Title of the axis.
    left, right : str
        What values on either side of the null mean.
    interval : str
        What `low` and `high` are, for the heading.

    Raises
    ------
    RestatedError
        If a column is missing, a group is split, a value is not finite, or an interval is half given.
    """
    columns = dict(columns or {})
    require(table, *NEEDED, *columns.values())
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    table = table.reset_index(drop=True)
    value, low, high = (table[name].to_numpy(float) for name in ("value", "low", "high"))
    if not np.isfinite(value).all() or (np.isfinite(low) != np.isfinite(high)).any():
        raise RestatedError("a value is missing or an interval is half given", field="value")
    groups = table["group"].astype(str)
    if groups.ne(groups.shift()).sum() != groups.nunique():
        raise RestatedError("rows of one group are not together", field="group", remedy="Sort the table by group")
    at, headings, row = np.zeros(len(table), int), {}, 0
    for i, group in enumerate(groups):
        if i == 0 or group != groups[i - 1]:
            headings[row] = group
            row += 1
        at[i] = row
        row += 1
    strong = table["strong"].to_numpy(bool) if "strong" in table else np.zeros(len(table), bool)

    def column(cells) -> list[str]:
        out = [""] * row
        for place, cell in zip(at, cells, strict=True):
            out[place] = str(cell)
        return out

    labels = column("  " + table["label"].astype(str))
    for place, group in headings.items():
        labels[place] = group
    spread = [np.full(row, np.nan) for _ in range(3)]
    for cells, values in zip(spread, (value, low, high), strict=True):
        cells[at] = scale.forward(values)
    ends = np.concatenate([value, low, high, [scale.null]])
    ends = scale.forward(ends[np.isfinite(ends)])
    chart = layout.row_chart(
        [
            Column("", labels, free=frozenset(headings)),
            *(Column(heading, column(table[name]), align="right") for heading, name in columns.items()),
        ],
        layout.interval_columns(f"{scale.symbol} [{interval}]", scale, *spread),
        limits=layout.padded(ends.min(), ends.max()),
        scale=scale,
        axis=axis or scale.symbol,
        strong=frozenset(headings) | frozenset(at[strong].tolist()),
        foot_lines=1 + bool(left or right),
    )
    null = float(scale.forward(scale.null))
    layout.reference_line(chart, null, role="ink")
    layout.whiskers(chart, at, scale.forward(low), scale.forward(high), role="accent", width=2.6)
    without = (low > scale.null) | (high < scale.null)
    for (marker, full), which, gid in ((EXCLUDES, without, "excludes"), (INCLUDES, ~without, "includes")):
        chart.ax.plot(
            scale.forward(value[which]),
            at[which],
            linestyle="none",
            marker=marker,
            markersize=7,
            markeredgewidth=1.5,
            markeredgecolor=colour("accent"),
            markerfacecolor=colour("accent" if full else "page"),
            zorder=4,
            clip_on=False,
            gid=gid,
        )
    line = 0
    if left or right:
        _sides(chart, null, left, right)
        line = 1
    has = np.isfinite(low)
    key = f"square: the interval excludes {number(scale.null, 0)}; open circle: it includes it"
    if not has.all():
        key += ", or none was printed"
    width = chart.fig.get_size_inches()[0]
    start = chart.ax.get_position().x0 * width
    chart.below(max(min(start, width - layout.MARGIN - text_width(key, chart.size)), layout.MARGIN), key, line=line)
    data = pd.DataFrame(
        {"group": groups, "row": table["label"].astype(str)} | {h: table[n] for h, n in columns.items()}
    )
    data[scale.symbol], data["lower"], data["upper"] = value, low, high
    main = np.flatnonzero(strong) if strong.any() else [int(value.argmax()), int(value.argmin())]
    said = "; ".join(f"{groups[i]}, {table['label'][i]}: {scale.write(float(scale.forward(value[i])))}" for i in main)
    reach = (
        f"{int((without & has).sum())} of {int(has.sum())} intervals exclude {number(scale.null, 0)}"
        if has.any()
        else ""
    )
    names = plural(len(headings), "group")
    return Drawn(
        chart.fig, alt_text(f"{plural(len(table), 'estimate')} of {scale.symbol} in {names}. {reach}", said), data
    )


def _sides(chart, null: float, left: str, right: str) -> None:
    """Words on either side of the null line, under the axis title, moved inwards where they would leave the figure."""
    box = chart.ax.get_position()
    width = chart.fig.get_size_inches()[0]
    x0, x1 = chart.ax.get_xlim()
    at = (box.x0 + (null - x0) / (x1 - x0) * box.width) * width
    if left:
        chart.below(max(at - 0.1, layout.MARGIN + text_width("← " + left, chart.size)), "← " + left, align="right")
    if right:
        chart.below(min(at + 0.1, width - layout.MARGIN - text_width(right + " →", chart.size)), right + " →")
