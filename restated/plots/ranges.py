"""Rows of ranges and points with text next to them, for results that are sets, intervals or single printed ratios."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import Mark, dots
from restated.plots.rows import Column
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import Scale, alt_text
from restated.printed import legible

NUMBERS = ("low", "high", "value")
#: Marks of a value, and of one from a weaker kind of result.
STRONG, WEAK = Mark("o", True, "accent"), Mark("D", False, "second")


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
    """One row per result: a bar from low to high and a mark at the value, either where there is one.

    `table`: `low`, `high`, `value` on the scale of analysis (missing where there is none), the columns of `left` and
    `right` (text), and optional `open` (True draws the mark hollow and the bar thin, for a weaker kind of result).
    `left`, `right`: text columns, named as their headings; the first one names the row. `axis`, `says`: title of the
    axis; first sentence of the alternative text. `null`: draw a line at the null value of the scale. `limits`: of the
    plot, on the scale of analysis; by default all numbers fit. Bars beyond them end in an arrow. Raises RestatedError
    if a column is missing, a range runs downwards or no row has a number.
    """
    table = require(table, *NUMBERS, *left, *right)
    low, high, value = (table[name].to_numpy(float) for name in NUMBERS)
    if (low > high).any():
        raise RestatedError("a range runs downwards", row=int(np.argmax(low > high)) + 1, field="low")
    known = np.concatenate([low, high, value])
    known = known[np.isfinite(known)]
    if not len(known):
        raise RestatedError("no row has a number: there is nothing to draw", remedy="Say so in words")
    hollow = table["open"].to_numpy(bool) if "open" in table else np.zeros(len(table), bool)
    if limits is None:
        ends = np.append(known, scale.origin) if null else known
        limits = layout.padded(float(ends.min()), float(ends.max()))
    shown = table[[*left, *right]].astype(str).map(legible)
    # Columns of digits at the right are set flush right.
    flush = {name: "right" for name in right if shown[name].str.match(r"[\d−.,]").all()}
    columns = [Column(name, shown[name].tolist(), align=flush.get(name, "left")) for name in (*left, *right)]
    chart = layout.row_chart(columns[: len(left)], columns[len(left) :], limits=limits, scale=scale, axis=axis)
    if null:
        layout.null_line(chart, scale)
    at = np.arange(len(table))
    for here, mark, width in ((~hollow, STRONG, 4.0), (hollow, WEAK, 1.4)):
        layout.whiskers(chart, at[here], low[here], high[here], role=mark.role, width=width)
        known_here = here & np.isfinite(value)
        dots(chart.ax, value[known_here], at[known_here], mark, size=7, edge=1.5)
    # A name that belongs to the rows below it, too, is repeated where rows are read one by one.
    full = shown.assign(**{left[0]: shown[left[0]].mask(shown[left[0]] == "").ffill().fillna("")})
    naming = left if full[left[0]].duplicated().any() else left[:1]
    spoken = []
    for i, row in enumerate(full[[*naming]].itertuples(index=False)):
        name = ", ".join(filter(None, row))
        if np.isfinite(low[i]):
            spoken.append(f"{name}: {scale.write(low[i])} to {scale.write(high[i])}")
        elif np.isfinite(value[i]):
            spoken.append(f"{name}: {scale.write(value[i])}")
    data = full.assign(lowest=scale.back(low), highest=scale.back(high), value=scale.back(value))
    return Drawn(chart.fig, alt_text(says, "; ".join(spoken)), data.dropna(axis=1, how="all"))
