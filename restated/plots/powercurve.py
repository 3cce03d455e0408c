"""Power against the true effect: one curve per event, with its Monte Carlo interval."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from restated.plots import style
from restated.plots.legend import Key, spread
from restated.plots.marks import DOTS, GUIDE, SERIES, Line, Mark, Series, limited
from restated.plots.style import BASE, Drawn, colour, drawing, figure_of, framed, narrow, per_inch, require, width
from restated.plots.words import alt_text, number, plain_ticks

WIDTH, HEIGHT = 9.0, 4.3  # inches
CURVES = (*SERIES[:2], Series(Mark("D", False, "warn"), DOTS))  #: Marks and dashes of the curves
PLANNED = 0.8  #: Power that studies are commonly planned for, drawn as a line
APART = 0.22  #: Least distance between two labels at the right, inches


@drawing
def curves(table: pd.DataFrame, events: Mapping[str, str], *, x_axis: str, axis: str) -> Drawn:
    """Share of studies that find an event, by the true effect.

    `table`: `extra` (the true effect), `event`, `share`, `low`, `high`. `events`: at most three events with the names
    of their curves. `x_axis`, `axis`: titles of the axes. Raises RestatedError if a column is missing or there are too
    many events.
    """
    require(table, "extra", "event", "share", "low", "high")
    limited(len(events), len(CURVES), "curves", "events")
    room = 0.15 if narrow() else max(style.text_width(name, BASE) for name in events.values()) + 0.85
    foot = 1.5 if narrow() else 0.62
    fig, ax = framed(width(), HEIGHT, 0.75, foot, width() - 0.75 - room, HEIGHT - foot - 0.18)
    ends, crossing = [], []
    for curve, (event, name) in zip(CURVES, events.items(), strict=False):
        part = table[table["event"] == event].sort_values("extra")
        x, share = part["extra"].to_numpy(), 100 * part["share"].to_numpy()
        for low, high, at in zip(100 * part["low"], 100 * part["high"], x, strict=True):
            ax.plot([at, at], [low, high], color=colour(curve.role), linewidth=1.4, zorder=2)
        hollow = curve.mark._replace(filled=False)
        ax.plot(x, share, zorder=3, **curve.line(1.7).style(), **hollow.style(4.5, 1.2))
        ends.append((share[-1], name, curve))
        enough = np.flatnonzero(share >= 100 * PLANNED)[:1] + 1
        first = [number(np.interp(100 * PLANNED, share[:end], x[:end])) for end in enough]
        crossing.append(f"{first[0] if first else 'no value drawn'} for {name}")
    ax.axhline(100 * PLANNED, zorder=1, **Line("muted", GUIDE, 0.9).style())
    left, tone = ax.get_yaxis_transform(), colour("muted")
    ax.text(0.01, 100 * PLANNED + 1.5, "80 %", transform=left, fontsize=BASE, color=tone, va="bottom")
    ax.set(ylim=(-3, 103), yticks=range(0, 101, 20), xlabel=x_axis, ylabel=axis)
    plain_ticks(ax.xaxis, *ax.get_xlim())
    if narrow():
        key = Key(ax, 0.1, 0.75, mark=(4.5, 1.2))
        for _, name, curve in ends:
            key.add(name, curve.line(1.7), curve.mark._replace(filled=False))
    else:
        _names(ax, ends)
    data = table[table["event"].isin(list(events))].sort_values(["event", "extra"], ignore_index=True)
    alt = alt_text(
        "Percent of simulated studies that find it, by the true effect. 80 percent are reached at "
        + "; ".join(crossing),
        f"True effects from {number(table['extra'].min(), 1)} to {number(table['extra'].max(), 1)}",
    )
    shares = 100 * data[["share", "low", "high"]].set_axis(["percent", "lower", "upper"], axis=1)
    return Drawn(fig, alt, pd.DataFrame({"event": data["event"].map(events), "true effect": data["extra"], **shares}))


def _names(ax: Axes, ends: list[tuple[float, str, Series]]) -> None:
    """Names at the right end of the curves, kept apart, each after a sample of its curve."""
    ends = sorted(ends, key=lambda end: -end[0])
    up = per_inch(ax)[1]
    fig, box = figure_of(ax), ax.get_position()
    x = box.x1 * fig.get_figwidth() + 0.1
    bottom = box.y0 * fig.get_figheight()
    for y, (_, name, curve) in zip(-spread([-y for y, _, _ in ends], APART * up), ends, strict=True):
        key = Key(ax, x, bottom + (y - ax.get_ylim()[0]) / up, mark=(4.5, 1.2))
        key.add(name, curve.line(1.7), curve.mark._replace(filled=False))
