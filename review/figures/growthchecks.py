"""Checks of a growth model: spread by grade, correlation by distance, residuals against the normal distribution."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from restated.plots.style import Drawn, axes_in_inches, colour, drawing, new_figure, panel_title, write
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
    fig = new_figure(LEFT + 3 * SIDE + 2 * GAP + 0.15, BOTTOM + HEIGHT + TOP)
    axes = [axes_in_inches(fig, LEFT + i * (SIDE + GAP), BOTTOM, SIDE, HEIGHT) for i in range(3)]
    spread, correlation, residuals = parts["spread"], parts["correlation"], parts["residuals"]
    _pair(axes[0], spread["wave"], spread)
    axes[0].set_ylim(0, 1.25 * spread[["observed", "implied"]].to_numpy().max())
    shown = [0, len(grades) // 2, len(grades) - 1]
    axes[0].set_xticks(shown, [grades[i] for i in shown])
    _pair(axes[1], correlation["lag"], correlation)
    axes[1].set_ylim(0, 1)
    axes[1].set_xticks(correlation["lag"])
    ends = [residuals.to_numpy().min(), residuals.to_numpy().max()]
    axes[2].plot(ends, ends, color=colour("muted"), linewidth=1.2, zorder=1)
    _dots(axes[2], residuals["normal"], residuals["observed"], 3)
    for ax in axes:
        plain_ticks(ax.yaxis, *ax.get_ylim(), most=7)
    plain_ticks(axes[2].xaxis, *axes[2].get_xlim(), most=6)
    for ax, (title, below) in zip(axes, PANELS, strict=True):
        panel_title(ax, title, 1.04)
        ax.set_xlabel(below)
    write(fig, LEFT, 0.16, "dots: in the data; lines: implied by the model", color=colour("muted"))
    off, far = (float(np.abs(part["observed"] - part["implied"]).max()) for part in (spread, correlation))
    observed, normal = residuals["observed"], residuals["normal"]
    alt = alt_text(
        f"The growth model beside the data: standard deviations by grade differ by at most {number(off)}, "
        f"correlations by distance by at most {number(far)}",
        f"Residual percentiles run from {number(observed.iloc[0])} to {number(observed.iloc[-1])}, "
        f"normal ones from {number(normal.iloc[0])} to {number(normal.iloc[-1])}",
    )
    rows = (
        _rows([f"SD, {grades[i]}" for i in spread["wave"]], spread["observed"], spread["implied"]),
        _rows(
            [f"correlation, {lag} apart" for lag in correlation["lag"]], correlation["observed"], correlation["implied"]
        ),
        _rows([f"residual percentile {p}" for p in range(1, 100)], observed, normal),
    )
    return Drawn(fig, alt, pd.concat(rows, ignore_index=True))


def _rows(names: Sequence[str], observed: pd.Series, implied: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"check": names, "in the data": observed, "implied": implied})


def _pair(ax: Axes, x: pd.Series, table: pd.DataFrame) -> None:
    ax.plot(x, table["implied"], color=colour("muted"), linewidth=1.4, zorder=1)
    _dots(ax, x, table["observed"], 5)


def _dots(ax: Axes, x: pd.Series, y: pd.Series, size: float) -> None:
    ax.plot(x, y, linestyle="none", marker="o", markersize=size, color=colour("accent"), zorder=2)
