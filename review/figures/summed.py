"""Cost of a patient over the windows of a trial, summed."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import DASHES, SOLID, Line, Mark
from restated.plots.style import (
    BASE,
    Drawn,
    axes_in_inches,
    colour,
    drawing,
    narrow,
    new_figure,
    per_inch,
    text_width,
    width,
    wrap_to,
)
from restated.plots.words import PLAIN, alt_text, count
from review.figures.pieces import label
from review.figures.tables import checked, ensure, numbers

HEIGHT = 4.3  # inches
#: Line and mark of the two arms: distinct without colour.
LOOKS = (
    (Line("accent", SOLID, 1.8), Mark("o", True, "accent")),
    (Line("second", DASHES, 1.8), Mark("s", True, "second")),
)


@drawing
def summed(
    path: pd.DataFrame, *, arms: Mapping[str, str], windows: Sequence[str], crossings: Sequence[float], mark: str = ""
) -> Drawn:
    """Draw cumulative cost per patient by month, windows as bands, and the points where the arms change places.

    `path` has `month` (0 is randomisation) and one column per arm, a row for the start and for each end of a window.
    `arms` has the words of each column's line, `windows` the names between the rows, `crossings` months; `mark` is
    written across the picture when the amounts are not verified.
    """
    (month,) = numbers(checked(path, "month", *arms), "month")
    fits = len(windows) == len(month) - 1
    ensure(fits, f"{len(month)} months bound {len(month) - 1} windows, not {len(windows)}", field="windows")
    top = 1.12 * path[list(arms)].to_numpy(float).max()
    ends = {arm: f"{words}: {count(path[arm].iloc[-1])}" for arm, words in arms.items()}
    room = max(text_width(end, BASE) for end in ends.values()) + 0.3
    room, foot = (0.2, 1.3) if narrow() else (room, 0.6)
    fig = new_figure(width(), HEIGHT)
    ax = axes_in_inches(fig, 1.0, foot, width() - 1.0 - room, HEIGHT - foot - 0.15)
    ax.set(xlim=(month[0], month[-1]), ylim=(0, top))
    ax.set(xlabel="months from randomisation", ylabel="US dollars per patient, summed")
    for i, (name, start, end) in enumerate(zip(windows, month, month[1:])):
        if i % 2:
            ax.axvspan(start, end, facecolor=colour("zone3"), linewidth=0, zorder=0)
        inside = (end - start) / per_inch(ax)[0]
        lines = "\n".join(wrap_to(name, inside, BASE))
        label(ax, (start + end) / 2, 0.97 * top, lines, ha="center", va="top", color=colour("muted"))
    if mark:
        middle = (month[0] + month[-1]) / 2
        label(ax, middle, 0.07 * top, mark, ha="center", va="center", fontweight="bold", color=colour("warn"))
    key = Key(ax, 0.1, 0.55, mark=(6, 1.0))
    right = month[-1] + 0.12 * per_inch(ax)[0]
    for (arm, end), (line, look) in zip(ends.items(), LOOKS):
        ax.plot(month, path[arm], zorder=3, clip_on=False, **line.style(), **look.style(6, 1.0))
        if narrow():
            key.add(end, line, look)
        else:
            label(ax, right, path[arm].iloc[-1], end, clip_on=False)
    first = next(iter(arms))
    for at in crossings:
        ax.plot([at], [np.interp(at, month, path[first])], marker="X", markersize=9, color=colour("warn"), zorder=4)
    ax.set_xticks(month, [f"{int(m)}".replace("-", "−") for m in month])
    ticks = [t for t in PLAIN.ticks(0, top, most=6) if t <= top]
    ax.set_yticks(ticks, [count(t) for t in ticks])
    listed = "; ".join(f"{words} {count(path[arm].iloc[-1])}" for arm, words in arms.items())
    months = ", ".join(f"{at:.0f}" for at in crossings)
    alt = alt_text(
        f"Summed cost per patient over {month[-1] - month[0]:.0f} months: {listed}",
        mark[:1].upper() + mark[1:],
        f"The lines cross at month {months}" if months else "The lines do not cross",
    )
    return Drawn(fig, alt, path.rename(columns={**arms, "month": "months from randomisation"}))
