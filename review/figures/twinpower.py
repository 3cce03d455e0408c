"""Power of a twin design over its division into identical and fraternal pairs, with Monte Carlo error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import alt_text, number

#: Marker, colour, line and fill of the first to fourth kind of measurement: shapes first.
SERIES = (
    ("o", "accent", "-", True),
    ("s", "second", (0, (5, 2)), False),
    ("^", "third", (0, (1, 1.5)), True),
    ("D", "ink", "-.", False),
)
#: Power that studies usually plan for.
WANTED = 0.80
HEIGHT = 3.5  # inches


@drawing
def power_by_split(
    table: pd.DataFrame, *, x: str = "mz_share", x_axis: str = "identical pairs, percent of all"
) -> Drawn:
    """One panel per true effect; one line per kind of measurement; error bars are 95 % intervals of the simulation.

    Parameters
    ----------
    table : DataFrame
        `panel`, `series`, column `x` (a proportion), `power`, `low`, `high`.
    x, x_axis : str

    Raises
    ------
    RestatedError
        If a column is missing, a value is not finite or there are more series than can be told apart.
    """
    require(table, "panel", "series", x, "power", "low", "high")
    if not len(table) or not np.isfinite(table[[x, "power", "low", "high"]].to_numpy(float)).all():
        raise RestatedError("there is no row, or a value is missing")
    panels, series = (list(dict.fromkeys(table[name].astype(str))) for name in ("panel", "series"))
    if len(series) > len(SERIES):
        raise RestatedError(
            f"{len(series)} series cannot be told apart", field="series", remedy=f"Give at most {len(SERIES)}"
        )
    left, gap, width = 0.75, 0.35, 3.75 if len(panels) > 1 else 6.0
    fig = new_figure(left + len(panels) * width + (len(panels) - 1) * gap + 0.15, HEIGHT + 1.35)
    ends = table[x].min(), table[x].max()
    pad = 0.09 * (ends[1] - ends[0] or 1)
    for i, panel in enumerate(panels):
        ax = axes_in_inches(fig, left + i * (width + gap), 0.95, width, HEIGHT)
        ax.set_xlim(ends[0] - pad, ends[1] + pad)
        ax.set_ylim(0, 1)
        ax.plot(
            [ends[0] - pad, ends[1] + pad],
            [WANTED] * 2,
            color=colour("muted"),
            linewidth=0.9,
            linestyle=(0, (4, 2)),
            zorder=1,
        )
        ax.text(
            ends[0] - 0.8 * pad,
            WANTED + 0.015,
            "usually wanted: 80 %",
            fontsize=BASE,
            color=colour("muted"),
            va="bottom",
        )
        ax.text(
            0.0,
            1.0 + 0.09 / HEIGHT,
            panel,
            transform=ax.transAxes,
            fontsize=BASE,
            fontweight="bold",
            color=colour("ink"),
            va="bottom",
        )
        for name, (marker, role, dash, full) in zip(series, SERIES[: len(series)], strict=True):
            mine = table[(table["panel"].astype(str) == panel) & (table["series"].astype(str) == name)].sort_values(x)
            # Series stand a little apart, so that error bars do not hide each other.
            at = (
                mine[x].to_numpy(float)
                + 0.012 * (series.index(name) - (len(series) - 1) / 2) * (ends[1] - ends[0] or 1) * 2
            )
            ax.vlines(at, mine["low"], mine["high"], color=colour(role), linewidth=1.4, zorder=2)
            ax.plot(
                at,
                mine["power"],
                color=colour(role),
                linestyle=dash,
                linewidth=1.2,
                marker=marker,
                markersize=6.5,
                markeredgewidth=1.4,
                markeredgecolor=colour(role),
                markerfacecolor=colour(role if full else "page"),
                zorder=3,
                gid="power",
            )
        marks = sorted(set(table[x]))
        ax.set_xticks(marks, [f"{100 * m:.0f}" for m in marks])
        ax.set_yticks(np.linspace(0, 1, 6), [f"{100 * t:.0f}" for t in np.linspace(0, 1, 6)] if i == 0 else [""] * 6)
        ax.set_xlabel(x_axis)
        if i == 0:
            ax.set_ylabel("power, percent")
    place = left
    for name, (marker, role, dash, full) in zip(series, SERIES[: len(series)], strict=True):
        fig.add_artist(_line(fig, place, 0.2, marker, role, dash, full))
        fig.text(
            place + 0.45,
            0.2,
            name,
            transform=fig.dpi_scale_trans,
            fontsize=BASE,
            color=colour("ink"),
            va="center_baseline",
        )
        place += 0.45 + text_width(name, BASE) + 0.35
    said = []
    for panel in panels:
        mine = table[table["panel"].astype(str) == panel]
        said.append(
            f"{panel}: "
            + ", ".join(
                f"{name} {_percent(part['power'].min())} to {_percent(part['power'].max())}"
                for name, part in mine.groupby("series", sort=False)
            )
        )
    most = table["power"].max()
    return Drawn(
        fig,
        alt_text(
            f"Simulated power, percent. {'. '.join(said)}",
            f"The highest is {_percent(most)}, {'below' if most < WANTED else 'not below'} 80",
        ),
        table[["panel", "series", x, "power", "low", "high"]]
        .rename(columns={x: x_axis.split(",")[0], "low": "lower", "high": "upper"})
        .reset_index(drop=True),
    )


def _percent(share: float) -> str:
    return number(100 * share, 0)


def _line(fig, x: float, y: float, marker: str, role: str, dash, full: bool):
    return Line2D(
        [x, x + 0.18, x + 0.36],
        [y, y, y],
        color=colour(role),
        linestyle=dash,
        linewidth=1.2,
        marker=marker,
        markevery=[1],
        markersize=6.5,
        markeredgewidth=1.4,
        markeredgecolor=colour(role),
        markerfacecolor=colour(role if full else "page"),
        transform=fig.dpi_scale_trans,
    )
