"""Printed estimates in groups, without a pooled one; the mark shows whether the interval includes no effect."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import Mark, dots
from restated.plots.rows import Column, cells
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import DIFFERENCE, Scale, alt_text, number, plural

#: Marks of an interval that excludes the null, and of one that includes it or is missing.
EXCLUDES, INCLUDES = Mark("s", True, "accent"), Mark("o", False, "accent")


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

    `table`: `group` (contiguous), `label`, `value`, `low`, `high` in axis units; `low` and `high` may be missing
    together. Optional `strong` (bool): the main row of its group. `columns`: heading to column of text shown between
    label and plot. `axis`, `left`, `right`, `interval`: title of the axis; meaning of values on either side of the
    null; name of the interval, for the heading. Raises RestatedError if a column is missing, a group is split, a value
    is not finite, or only one end of an interval is given.
    """
    columns = dict(columns or {})
    table = require(table, "group", "label", "value", "low", "high", *columns.values())
    value, low, high = (table[name].to_numpy(float) for name in ("value", "low", "high"))
    has = np.isfinite(low)
    if not np.isfinite(value).all() or (has != np.isfinite(high)).any():
        raise RestatedError("a value or one end of an interval is missing", field="value")
    groups, labels = table["group"].astype(str), table["label"].astype(str)
    at, headings = layout.under_headings(groups.tolist())
    rows = len(at) + len(headings)
    strong = table["strong"].to_numpy(bool) if "strong" in table else np.zeros(len(table), bool)
    names = cells(rows, at, "  " + labels)
    for row, group in headings.items():
        names[row] = group
    numbers = np.full((3, rows), np.nan)
    numbers[:, at] = scale.forward(np.array([value, low, high]))
    ends = scale.forward(np.concatenate([value, low[has], high[has], [scale.null]]))
    chart = layout.row_chart(
        [
            Column("", names, free=frozenset(headings)),
            *(Column(heading, cells(rows, at, table[name]), align="right") for heading, name in columns.items()),
        ],
        layout.interval_columns(f"{scale.symbol} [{interval}]", scale, *numbers),
        limits=layout.padded(ends.min(), ends.max()),
        scale=scale,
        axis=axis or scale.symbol,
        strong=frozenset(headings) | frozenset(at[strong].tolist()),
        foot_lines=1 + bool(left or right),
    )
    layout.null_line(chart, scale)
    layout.whiskers(chart, at, scale.forward(low), scale.forward(high), role="accent", width=2.6)
    without = (low > scale.null) | (high < scale.null)
    for mark, which, gid in ((EXCLUDES, without, "excludes"), (INCLUDES, ~without, "includes")):
        dots(chart.ax, scale.forward(value[which]), at[which], mark, size=7, edge=1.5, gid=gid)
    layout.directions(chart, scale.origin, left, right, apart=0.1, shift=True)
    zero = number(scale.null, 0)
    key = f"square: the interval excludes {zero}; open circle: it includes it"
    chart.note(key if has.all() else key + ", or none was published", line=int(bool(left or right)))
    data = pd.DataFrame({"group": groups, "row": labels} | {h: table[n] for h, n in columns.items()})
    data[scale.symbol], data["lower"], data["upper"] = value, low, high
    main = np.flatnonzero(strong) if strong.any() else [int(value.argmax()), int(value.argmin())]
    spoken = "; ".join(f"{groups[i]}, {labels[i]}: {scale.write(float(scale.forward(value[i])))}" for i in main)
    reach = f"{int((without & has).sum())} of {int(has.sum())} intervals exclude {zero}" if has.any() else ""
    subject = f"{plural(len(table), 'estimate')} of {scale.symbol} in {plural(len(headings), 'group')}"
    return Drawn(chart.fig, alt_text(f"{subject}. {reach}", spoken), data)
