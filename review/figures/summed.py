"""Cost of a patient over the windows of a trial, summed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import Scale, alt_text, count

WIDTH, HEIGHT = 9.0, 4.3  # inches
#: Colour and line of the two arms: apart without colour.
LINES = (("accent", "-", "o"), ("second", (0, (5, 2)), "s"))


@drawing
def summed(
    path: pd.DataFrame, *, arms: dict[str, str], windows: list[str], crossings: list[float], mark: str = ""
) -> Drawn:
    """Cumulative cost per patient by month, with the windows as bands and the points where the arms change places.

    Parameters
    ----------
    path : DataFrame
        `month` (0 is randomisation) and one column per arm, one row per end of a window and one for the start.
    arms : dict
        Column to the words of its line.
    windows : list of str
        Names of the windows between the rows.
    crossings : list of float
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
        raise RestatedError(f"{len(windows)} windows do not lie between {len(month)} months", field="windows")
    top = 1.12 * max(path[arm].max() for arm in arms)
    room = max(text_width(f"{words}: {count(path[arm].iloc[-1])}", BASE) for arm, words in arms.items()) + 0.3
    fig = new_figure(WIDTH, HEIGHT)
    ax = axes_in_inches(fig, 0.85, 0.6, WIDTH - 0.85 - room, HEIGHT - 0.75)
    ax.set_xlim(month[0], month[-1])
    ax.set_ylim(0, top)
    for i, name in enumerate(windows):
        if i % 2:
            ax.axvspan(month[i], month[i + 1], facecolor=colour("zone3"), linewidth=0, zorder=0)
        middle = (month[i] + month[i + 1]) / 2
        ax.text(middle, 0.97 * top, name, ha="center", va="top", fontsize=BASE, color=colour("muted"))
    if mark:
        ax.text(
            (month[0] + month[-1]) / 2,
            0.07 * top,
            mark,
            ha="center",
            va="center",
            fontsize=BASE,
            fontweight="bold",
            color=colour("warn"),
        )
    spread = (month[-1] - month[0]) / (ax.get_position().width * WIDTH)
    for (arm, words), (role, dash, marker) in zip(arms.items(), LINES, strict=True):
        cost = path[arm].to_numpy(float)
        ax.plot(
            month,
            cost,
            color=colour(role),
            linestyle=dash,
            linewidth=1.8,
            marker=marker,
            markersize=6,
            zorder=3,
            clip_on=False,
        )
        ax.text(
            month[-1] + 0.12 * spread,
            cost[-1],
            f"{words}: {count(cost[-1])}",
            va="center_baseline",
            fontsize=BASE,
            color=colour("ink"),
            clip_on=False,
        )
    first = next(iter(arms))
    for at in crossings:
        ax.plot([at], [np.interp(at, month, path[first])], marker="X", markersize=9, color=colour("warn"), zorder=4)
    ax.set_xticks(month, [f"{int(m)}".replace("-", "−") for m in month])
    ticks = [t for t in Scale("").ticks(0, top, most=6) if t <= top]
    ax.set_yticks(ticks, [count(t) for t in ticks])
    ax.set_xlabel("months from randomisation")
    ax.set_ylabel("US dollars per patient, summed")
    ends = "; ".join(f"{words} {count(path[arm].iloc[-1])}" for arm, words in arms.items())
    crossed = (
        "The lines cross at month " + ", ".join(f"{at:.0f}" for at in crossings)
        if crossings
        else "The lines do not cross"
    )
    data = path.rename(columns=arms | {"month": "months from randomisation"})
    said = f"{mark[:1].upper()}{mark[1:]}" if mark else ""
    return Drawn(
        fig, alt_text(f"Summed cost per patient over {month[-1] - month[0]:.0f} months: {ends}", said, crossed), data
    )
