"""Cost of a patient over the windows of a trial, summed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from restated.errors import RestatedError
from restated.plots.marks import DASHES, SOLID, Line, Mark
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, per_inch, require, text_width
from restated.plots.words import PLAIN, alt_text, count

WIDTH, HEIGHT = 9.0, 4.3  # inches
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

    Parameters
    ----------
    path : DataFrame
        `month` (0 is randomisation) and one column per arm, one row per end of a window and one for the start.
    arms : mapping of str to str
        Column to the words of its line.
    windows : sequence of str
        Names of the windows between the rows.
    crossings : sequence of float
        Months.
    mark : str
        Words across the picture when the amounts are not verified.

    Raises
    ------
    RestatedError
        If a column is missing or the number of windows does not fit.
    """
    require(path, "month", *arms)
    month = path["month"].to_numpy(float)
    if len(windows) != len(month) - 1:
        raise RestatedError(f"{len(month)} months bound {len(month) - 1} windows, not {len(windows)}", field="windows")
    top = 1.12 * max(path[arm].max() for arm in arms)
    ends = {arm: count(path[arm].iloc[-1]) for arm in arms}
    room = max(text_width(f"{words}: {ends[arm]}", BASE) for arm, words in arms.items()) + 0.3
    ax = axes_in_inches(new_figure(WIDTH, HEIGHT), 0.85, 0.6, WIDTH - 0.85 - room, HEIGHT - 0.75)
    ax.set_xlim(month[0], month[-1])
    ax.set_ylim(0, top)
    _windows(ax, month, windows, top)
    if mark:
        style = {"ha": "center", "va": "center", "fontsize": BASE, "fontweight": "bold", "color": colour("warn")}
        ax.text((month[0] + month[-1]) / 2, 0.07 * top, mark, **style)
    right = month[-1] + 0.12 * per_inch(ax)[0]
    style = {"va": "center_baseline", "fontsize": BASE, "color": colour("ink"), "clip_on": False}
    for (arm, words), (line, look) in zip(arms.items(), LOOKS, strict=True):
        ax.plot(month, path[arm], zorder=3, clip_on=False, **line.style(), **look.style(6, 1.0))
        ax.text(right, path[arm].iloc[-1], f"{words}: {ends[arm]}", **style)
    first = next(iter(arms))
    for at in crossings:
        ax.plot([at], [np.interp(at, month, path[first])], marker="X", markersize=9, color=colour("warn"), zorder=4)
    ax.set_xticks(month, [f"{int(m)}".replace("-", "−") for m in month])
    ticks = [t for t in PLAIN.ticks(0, top, most=6) if t <= top]
    ax.set_yticks(ticks, [count(t) for t in ticks])
    ax.set_xlabel("months from randomisation")
    ax.set_ylabel("US dollars per patient, summed")
    listed = "; ".join(f"{words} {ends[arm]}" for arm, words in arms.items())
    months = ", ".join(f"{at:.0f}" for at in crossings)
    alt = alt_text(
        f"Summed cost per patient over {month[-1] - month[0]:.0f} months: {listed}",
        mark[:1].upper() + mark[1:],
        f"The lines cross at month {months}" if months else "The lines do not cross",
    )
    return Drawn(ax.figure, alt, path.rename(columns={**arms, "month": "months from randomisation"}))


def _windows(ax: Axes, month: np.ndarray, windows: Sequence[str], top: float) -> None:
    """Names of the windows, every second one on a band."""
    for i, name in enumerate(windows):
        if i % 2:
            ax.axvspan(month[i], month[i + 1], facecolor=colour("zone3"), linewidth=0, zorder=0)
        middle = (month[i] + month[i + 1]) / 2
        ax.text(middle, 0.97 * top, name, ha="center", va="top", fontsize=BASE, color=colour("muted"))
