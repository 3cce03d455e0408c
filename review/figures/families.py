"""Individual cases in panels of two measures, with the least-squares line."""

import numpy as np
import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import Line, dots, limited, series
from restated.plots.style import Drawn, axes_in_inches, drawing, narrow, new_figure, panel_title
from restated.plots.words import alt_text, plain_ticks
from review.figures.tables import checked, distinct, ensure, parts

SIDE, LEFT, GAP, BOTTOM, TOP = 3.4, 0.6, 0.75, 0.92, 0.36  # inches of a panel and around it
APART = 0.2  # between marks of cases that share a place, in units of x
LINE = Line("muted", width=1.4)


@drawing
def cases(table: pd.DataFrame, *, x: str, y: str, says: str) -> Drawn:
    """Draw every case, in up to two panels and two groups; those of one place are drawn next to each other.

    `table`: `panel`, `group`, `x` and `y`, a row a case. `x` and `y` are words for the axes; `says` is the first
    sentence of the alternative text.
    """
    table = checked(table, "panel", "group", finite=("x", "y"))
    panels, groups = parts(table, "panel"), series(distinct(table, "group"), what="groups", field="group", most=2)
    limited(len(panels), 2, "panels", "panel")
    columns = 1 if narrow() else len(panels)
    down, step = len(panels) // columns, BOTTOM + SIDE
    below = 0.6 if narrow() else 0.0  # the key takes more lines
    fig = new_figure(LEFT + columns * (SIDE + GAP) - GAP + 0.15, below + down * step + TOP)
    ends = [(table[name].min() - 0.5, table[name].max() + 0.5) for name in "xy"]
    for i, (name, part) in enumerate(panels.items()):
        line, column = divmod(i, columns)
        ax = axes_in_inches(fig, LEFT + column * (SIDE + GAP), below + BOTTOM + (down - 1 - line) * step, SIDE, SIDE)
        ax.set(xlim=ends[0], ylim=ends[1], xlabel=x, ylabel="" if column else y)
        ensure(part["x"].nunique() > 1, f"all cases of '{name}' have one x, so there is no line", field="x")
        place = part.sort_values("group").groupby(["x", "y"])
        shift = APART * (place.cumcount() - (place["x"].transform("size") - 1) / 2)
        for words, look in groups.items():
            of = part["group"] == words
            dots(ax, (part["x"] + shift)[of], part.loc[of, "y"], look.mark, size=5.5)
        slope, start = np.polyfit(part["x"], part["y"], 1)
        across = np.array([part["x"].min(), part["x"].max()])
        ax.plot(across, start + slope * across, zorder=2, **LINE.style())
        for axis, (low, high) in zip((ax.xaxis, ax.yaxis), ends):
            plain_ticks(axis, low, high, most=9)
        panel_title(ax, name)
    key = Key(fig, LEFT, below + 0.18)
    for words, look in groups.items():
        key.add(words, look.mark)
    key.add("least squares", LINE)
    alt = alt_text(says, *(f"{name}: {len(part)} marks" for name, part in panels.items()))
    return Drawn(fig, alt, table[["panel", "group", "x", "y"]].set_axis(["panel", "group", x, y], axis=1))
