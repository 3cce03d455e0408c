"""Does a growth model fit? Spread by grade, correlation by distance, and residuals against the normal distribution."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure
from restated.plots.words import alt_text, number, plain_ticks

SIDE, HEIGHT = 2.25, 2.2  # inches of a panel
LEFT, GAP, BOTTOM, TOP = 0.62, 0.72, 0.82, 0.36  # inches


@drawing
def checks(parts: Mapping[str, pd.DataFrame], *, grades: tuple[str, ...]) -> Drawn:
    """Observed against implied: three panels.

    Parameters
    ----------
    parts : mapping
        ``spread`` (`wave, observed, implied`), ``correlation`` (`lag, observed, implied`), ``residuals`` (`normal, observed`
        percentiles).
    grades : tuple of str
        Short names of the waves.
    """
    width = LEFT + 3 * SIDE + 2 * GAP + 0.15
    fig = new_figure(width, BOTTOM + HEIGHT + TOP)
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
    axes[2].plot(
        residuals["normal"],
        residuals["observed"],
        linestyle="none",
        marker="o",
        markersize=3,
        color=colour("accent"),
        zorder=2,
    )
    for ax in axes:
        plain_ticks(ax.yaxis, *ax.get_ylim(), most=7)
    plain_ticks(axes[2].xaxis, *axes[2].get_xlim(), most=6)
    for ax, title, below in zip(
        axes,
        ("SD of ratings", "Correlation", "Residual percentiles"),
        ("grade", "grades apart", "normal distribution"),
        strict=True,
    ):
        ax.text(
            0, 1.04, title, transform=ax.transAxes, fontsize=BASE, fontweight="bold", color=colour("ink"), va="bottom"
        )
        ax.set_xlabel(below)
    fig.text(
        LEFT,
        0.16,
        "dots: in the data; lines: implied by the model",
        fontsize=BASE,
        color=colour("muted"),
        transform=fig.dpi_scale_trans,
        va="center_baseline",
    )
    off = {
        name: float(np.abs(parts[name]["observed"] - parts[name]["implied"]).max())
        for name in ("spread", "correlation")
    }
    named = (
        ([f"SD, {grades[i]}" for i in spread["wave"]], spread["observed"], spread["implied"]),
        ([f"correlation, {lag} apart" for lag in correlation["lag"]], correlation["observed"], correlation["implied"]),
        ([f"residual percentile {p}" for p in range(1, 100)], residuals["observed"], residuals["normal"]),
    )
    data = pd.concat(
        [pd.DataFrame(dict(zip(("check", "in the data", "implied"), part, strict=True))) for part in named],
        ignore_index=True,
    )
    return Drawn(
        fig,
        alt_text(
            f"The growth model beside the data: standard deviations by grade differ by at most {number(off['spread'])}, "
            f"correlations by distance by at most {number(off['correlation'])}",
            f"Residual percentiles run from {number(residuals['observed'].iloc[0])} to {number(residuals['observed'].iloc[-1])}, "
            f"normal ones from {number(residuals['normal'].iloc[0])} to {number(residuals['normal'].iloc[-1])}",
        ),
        data,
    )


def _pair(ax, x, table) -> None:
    ax.plot(x, table["implied"], color=colour("muted"), linewidth=1.4, zorder=1)
    ax.plot(x, table["observed"], linestyle="none", marker="o", markersize=5, color=colour("accent"), zorder=2)
