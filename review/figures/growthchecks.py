"""Checks of a growth model: spread by grade, correlation by distance, residuals against the normal distribution."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from restated.plots.style import Drawn, axes_in_inches, colour, drawing, narrow, new_figure, panel_title, width, write
from restated.plots.words import alt_text, number, plain_ticks

SIDE, HEIGHT = 2.25, 2.2  # inches of a panel
LEFT, GAP, BOTTOM, TOP = 0.62, 0.72, 0.82, 0.36  # inches
#: Title and axis of each panel.
PANELS = (("SD of ratings", "grade"), ("Correlation", "grades apart"), ("Residual percentiles", "normal distribution"))


@drawing
def checks(parts: Mapping[str, pd.DataFrame], *, grades: tuple[str, ...]) -> Drawn:
    """Draw observed against implied values in three panels.

    `parts`: ``spread`` (`wave`, `observed`, `implied`), ``correlation`` (`lag`, `observed`, `implied`), ``residuals``
    (`normal`, `observed` percentiles); `grades` are short names of the waves.
    """
    if narrow():
        step = BOTTOM + HEIGHT + TOP
        fig = new_figure(width(), 3 * step)
        axes = [axes_in_inches(fig, LEFT, (2 - i) * step + BOTTOM, width() - LEFT - 0.15, HEIGHT) for i in range(3)]
    else:
        fig = new_figure(LEFT + 3 * SIDE + 2 * GAP + 0.15, BOTTOM + HEIGHT + TOP)
        axes = [axes_in_inches(fig, LEFT + i * (SIDE + GAP), BOTTOM, SIDE, HEIGHT) for i in range(3)]
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "color": colour("accent"), "zorder": 2}
    spread, correlation, residuals = parts["spread"], parts["correlation"], parts["residuals"]
    for ax, part, x in ((axes[0], spread, "wave"), (axes[1], correlation, "lag")):
        ax.plot(part[x], part["implied"], color=colour("muted"), linewidth=1.4, zorder=1)
        ax.plot(part[x], part["observed"], markersize=5, **dots)
    axes[0].set_ylim(0, 1.25 * spread[["observed", "implied"]].to_numpy().max())
    shown = [0, len(grades) // 2, len(grades) - 1]
    axes[0].set_xticks(shown, [grades[i] for i in shown])
    axes[1].set(ylim=(0, 1), xticks=correlation["lag"])
    ends = [residuals.to_numpy().min(), residuals.to_numpy().max()]
    axes[2].plot(ends, ends, color=colour("muted"), linewidth=1.2, zorder=1)
    axes[2].plot(residuals["normal"], residuals["observed"], markersize=3, **dots)
    plain_ticks(axes[2].xaxis, *axes[2].get_xlim(), most=6)
    for ax, (title, below) in zip(axes, PANELS):
        plain_ticks(ax.yaxis, *ax.get_ylim(), most=7)
        panel_title(ax, title, 1.04)
        ax.set_xlabel(below)
    write(fig, LEFT, 0.16, "dots: in the data; lines: implied by the model", color=colour("muted"))
    off, far = (float(np.abs(part["observed"] - part["implied"]).max()) for part in (spread, correlation))
    first, last = (residuals.map(number).iloc[end] for end in (0, -1))
    alt = alt_text(
        f"The growth model beside the data: standard deviations by grade differ by at most {number(off)}, "
        f"correlations by distance by at most {number(far)}",
        f"Residual percentiles run from {first['observed']} to {last['observed']}, "
        f"normal ones from {first['normal']} to {last['normal']}",
    )
    data = pd.concat([spread, correlation, residuals.rename(columns={"normal": "implied"})], ignore_index=True)
    names = [f"SD, {grades[i]}" for i in spread["wave"]] + [f"correlation, {lag} apart" for lag in correlation["lag"]]
    names += [f"residual percentile {p}" for p in range(1, 100)]
    return Drawn(fig, alt, pd.DataFrame({"check": names, "in the data": data["observed"], "implied": data["implied"]}))
