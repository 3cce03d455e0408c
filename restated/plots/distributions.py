"""Shares of classes in several groups as stacked bars, every segment with its number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots.style import BASE, WIDE, Drawn, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import alt_text, plural

ROW, BAR, LINE = 0.74, 0.36, 0.19  # inches: least height of a row, height of its bar and of a line of words
LABELS = 2.7  # inches for the names of the groups
#: Fill and hatch of the first to fourth class: the hatch alone tells them apart. Dots would make the file four times as large.
FILLS = (("page", ""), ("band", "///"), ("zone2", "---"), ("band2", "xxx"))
SUM_SLACK = 1.0  # percentage points by which rounded shares may miss 100


@drawing
def stacked(table: pd.DataFrame, classes: Sequence[str], *, says: str) -> Drawn:
    """One bar of 100 % per group.

    Parameters
    ----------
    table : DataFrame
        `group`, `note` (words after the bar), a column per class with its share in percent (missing where the group was not sorted
        into this class), and per class a column `<class> text` with the words in the segment.
    classes : sequence of str
        At most four, in the order of the segments.
    says : str
        First sentence of the alternative text.

    Raises
    ------
    RestatedError
        If a column is missing, there are more than four classes, or shares do not add up to 100.
    """
    if len(classes) > len(FILLS):
        raise RestatedError(f"{len(classes)} classes cannot be told apart", field="classes", remedy="Give at most four")
    require(table, "group", "note", *classes, *(f"{c} text" for c in classes))
    if len(table) == 0:
        raise RestatedError("there is no group to draw")
    table = table.reset_index(drop=True)
    shares = table[list(classes)].to_numpy(float)
    totals = np.nansum(shares, axis=1)
    off = np.abs(totals - 100) > SUM_SLACK
    if off.any():
        row = int(np.argmax(off))
        raise RestatedError(f"the shares add up to {totals[row]:g}, not to 100", row=row + 1, field=classes[0])
    notes = max(text_width(note, BASE) for note in table["note"].astype(str)) + 0.15
    bar = WIDE - LABELS - notes - 0.2
    names = [wrap_to(str(group), LABELS - 0.2, BASE) for group in table["group"]]
    heights = [max(ROW, LINE * (len(lines) + 1)) for lines in names]
    height = sum(heights) + 0.5
    fig = new_figure(WIDE, height)
    inches = fig.dpi_scale_trans
    x = LABELS
    for name, (fill, hatch) in zip(classes, FILLS, strict=False):
        fig.add_artist(_box(x, height - 0.34, 0.3, 0.2, fill, hatch, inches))
        fig.text(
            x + 0.38, height - 0.24, name, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches
        )
        x += 0.38 + text_width(name, BASE) + 0.25
    for i, row in table.iterrows():
        middle = height - 0.5 - sum(heights[:i]) - heights[i] / 2
        for j, line in enumerate(names[i]):
            fig.text(
                0.08,
                middle + ((len(names[i]) - 1) / 2 - j) * LINE,
                line,
                fontsize=BASE,
                color=colour("ink"),
                va="center_baseline",
                transform=inches,
            )
        x = LABELS
        for name, (fill, hatch) in zip(classes, FILLS, strict=False):
            if np.isnan(row[name]):
                continue
            wide = bar * row[name] / totals[i]
            fig.add_artist(_box(x, middle - BAR / 2, wide, BAR, fill, hatch, inches))
            words = str(row[f"{name} text"])
            need = text_width(words, BASE, "bold") + 0.1
            if wide > need:
                # A plain ground under the number keeps it readable on the hatch.
                fig.add_artist(_box(x + (wide - need) / 2, middle - 0.1, need, 0.2, "page", "", inches, line=0.0))
                fig.text(
                    x + wide / 2,
                    middle,
                    words,
                    fontsize=BASE,
                    fontweight="bold",
                    color=colour("ink"),
                    ha="center",
                    va="center_baseline",
                    transform=inches,
                )
            x += wide
        fig.text(
            LABELS + bar + 0.12,
            middle,
            str(row["note"]),
            fontsize=BASE,
            color=colour("muted"),
            va="center_baseline",
            transform=inches,
        )
    said = [
        f"{row['group']}: " + ", ".join(f"{c} {row[f'{c} text']}" for c in classes if not np.isnan(row[c]))
        for _, row in table.iterrows()
    ]
    data = table[["group", "note", *classes]].rename(columns={c: f"{c} %" for c in classes})
    return Drawn(fig, alt_text(says, f"{plural(len(table), 'bar')} of 100 %", *said), data)


def _box(x, y, width, height, fill, hatch, transform, line: float = 0.9) -> Rectangle:
    return Rectangle(
        (x, y),
        width,
        height,
        facecolor=colour(fill),
        edgecolor=colour("muted"),
        hatch=hatch,
        linewidth=line,
        transform=transform,
    )
