"""Shares of classes in several groups as stacked bars, every segment with its number."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots import style
from restated.plots.legend import Key
from restated.plots.marks import Fill, limited
from restated.plots.style import BASE, Drawn, colour, drawing, narrow, require, text_width, width, wrap_to, write
from restated.plots.words import alt_text, plural

ROW, BAR, LINE = 0.74, 0.36, 0.19  # inches: least height of a row, height of its bar and of a line of words
LABELS = 2.7  # inches for the names of the groups
#: Fills of the first to fourth class; hatches distinguish them. Dots would make the file four times as large.
FILLS = (Fill("page", hatch=""), Fill("band", hatch="///"), Fill("zone2", hatch="---"), Fill("band2", hatch="xxx"))
GROUND = Fill("page", width=0.0)  #: Plain ground under a number, which keeps it readable on a hatch
SUM_SLACK = 1.0  # percentage points by which rounded shares may miss 100


@drawing
def stacked(table: pd.DataFrame, classes: Sequence[str], *, says: str) -> Drawn:
    """One bar of 100 % per group.

    `table`: `group`, `note` (words after the bar), and per class a column with its share in percent (missing where the
    group was not sorted into this class) and a column `<class> text` with the words in the segment. `classes`: at most
    four, in the order of the segments. `says`: first sentence of the alternative text. Raises RestatedError if a column
    is missing, there are more than four classes, or shares do not add up to 100.
    """
    limited(len(classes), len(FILLS), "classes", "classes")
    table = require(table, "group", "note", *classes, *(f"{c} text" for c in classes))
    totals = np.nansum(table[list(classes)].to_numpy(float), axis=1)
    off = np.abs(totals - 100) > SUM_SLACK
    if off.any():
        first = int(np.argmax(off))
        raise RestatedError(f"the shares add up to {totals[first]:g}, not to 100", row=first + 1, field=classes[0])
    bar = width() - LABELS - max(text_width(str(note), BASE) for note in table["note"]) - 0.35
    names = [wrap_to(str(group), LABELS - 0.2, BASE) for group in table["group"]]
    heights = [max(ROW, LINE * (len(lines) + 1)) for lines in names]
    if narrow():
        bar, names = (
            width() - 0.2,
            [wrap_to(f"{row.group}: {row.note}", width() - 0.2, BASE) for row in table.itertuples()],
        )
        heights = [LINE * len(lines) + BAR + 0.2 for lines in names]
    left, head = (0.1, 0.75) if narrow() else (LABELS, 0.5)
    height = sum(heights) + head
    fig = style.new_figure(width(), height)
    key = Key(fig, left, height - 0.24, tall=0.2)
    for name, fill in zip(classes, FILLS, strict=False):
        key.add(name, fill, width=0.3, gap=0.25)
    for i, (_, row) in enumerate(table.iterrows()):
        middle = height - head - sum(heights[:i]) - heights[i] / 2
        lift = (heights[i] - LINE * len(names[i])) / 2 if narrow() else 0.0
        for j, line in enumerate(names[i]):
            write(fig, 0.08, middle + lift + ((len(names[i]) - 1) / 2 - j) * LINE, line)
        _segments(fig, row, classes, bar / totals[i], left, middle - lift + 0.1 * narrow())
        if not narrow():
            write(fig, LABELS + bar + 0.12, middle, str(row["note"]), color=colour("muted"))
    spoken = [
        f"{row['group']}: " + ", ".join(f"{c} {row[f'{c} text']}" for c in classes if not np.isnan(row[c]))
        for _, row in table.iterrows()
    ]
    data = table[["group", "note", *classes]].rename(columns={c: f"{c} %" for c in classes})
    return Drawn(fig, alt_text(says, f"{plural(len(table), 'bar')} of 100 %", *spoken), data)


def _segments(fig: Figure, row: "pd.Series[Any]", classes: Sequence[str], unit: float, x: float, middle: float) -> None:
    """Segments of one bar from `x`, `unit` inches per percent, each with its number where that fits."""
    for name, fill in zip(classes, FILLS, strict=False):
        if np.isnan(row[name]):
            continue
        wide = unit * row[name]
        _box(fig, x, middle, wide, BAR, fill)
        words = str(row[f"{name} text"])
        need = text_width(words, BASE, "bold") + 0.1
        if wide > need:
            _box(fig, x + (wide - need) / 2, middle, need, 0.2, GROUND)
            write(fig, x + wide / 2, middle, words, fontweight="bold", ha="center")
        x += wide


def _box(fig: Figure, x: float, middle: float, width: float, height: float, fill: Fill) -> None:
    place = (x, middle - height / 2)
    fig.add_artist(Rectangle(place, width, height, transform=fig.dpi_scale_trans, **fill.style()))
