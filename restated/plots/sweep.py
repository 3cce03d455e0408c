"""Pooled effect and its intervals as an unknown number, such as the heterogeneity, varies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from restated.errors import RestatedError
from restated.plots import style
from restated.plots.legend import Key, spread
from restated.plots.marks import DASHES, DOTTED_GUIDE, Fill, Line
from restated.plots.style import BASE, Drawn, colour, drawing, framed, narrow, per_inch, require, width, wrap_to
from restated.plots.words import FISHER_Z, Scale, alt_text, number, plain_ticks

WIDTH, HEIGHT = 7.8, 4.2  # inches
END_LABEL = 1.5  # inches for a name at the right end of a line
NUMBERS = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
SYMBOLS = {"tau": "τ", "tau2": "τ²"}  #: Symbols and titles of the horizontal axis
TITLES = {"tau": "τ: standard deviation of the true effects", "tau2": "τ²: variance of the true effects"}


@drawing
def heterogeneity(
    table: pd.DataFrame,
    *,
    x: str = "tau",
    transform: Scale = FISHER_Z,
    printed: tuple[str, float, float] | None = None,
    axis: str | None = None,
    x_axis: str | None = None,
    bands: tuple[str, str] = ("confidence interval", "prediction interval"),
    marks: Sequence[tuple[float, str]] = (),
) -> Drawn:
    """Pooled effect with its confidence and prediction bands as heterogeneity, or another number, grows.

    `table`: column `x` (tau, tau2 or another unknown number, increasing), estimate, ci_low, ci_high, pi_low, pi_high on
    the scale of analysis. `x`: name of the column on the horizontal axis. `printed`: printed pooled value and its
    rounding interval, in axis units. `axis`, `x_axis`: titles of the axes. `bands`: names of the filled interval (ci)
    and of the hatched one (pi). `marks`: named lines across the horizontal axis. Raises RestatedError if a column is
    missing, fewer than two rows are given or `x` does not increase.
    """
    require(table, x, *NUMBERS)
    at = table[x].to_numpy(float)
    if len(at) < 2 or (np.diff(at) <= 0).any():
        raise RestatedError("heterogeneity must increase from row to row, over at least two rows", field=x)
    parts = {name: table[name].to_numpy(float) for name in NUMBERS}
    if not np.isfinite(np.concatenate([at, *parts.values()])).all():
        raise RestatedError("a value is missing or not finite", remedy="Drop the row, and say so")
    symbol = transform.symbol
    labels = _labels(table, symbol, printed, bands, transform)
    room = max(style.text_width(line, BASE) for label in labels for line in label.split("\n")) + 0.25
    room, foot = (0.2, 1.7) if narrow() else (room, 0.62)
    whole = min(WIDTH, width())
    fig, ax = framed(whole, HEIGHT, 0.7, foot, whole - 0.7 - room, HEIGHT - foot - 0.15 - 0.21 * len(marks))
    null = transform.origin
    values = np.concatenate([*parts.values(), [null]])
    pad = 0.05 * (values.max() - values.min())
    ax.set(xlim=(at[0], at[-1]), ylim=(values.min() - pad, values.max() + pad), ylabel=axis or symbol)
    if printed:
        low, high = transform.forward(printed[1:])
        ax.axhspan(low, high, zorder=2.2, gid="printed", **Fill("band2", "second").style())
    ax.plot(at[[0, -1]], [null, null], color=colour("ink"), linewidth=0.9, zorder=1.5)
    _draw(ax, at, parts)
    if narrow():
        _key(ax, symbol, printed, bands)
    else:
        _end_labels(ax, labels)
    _named_lines(ax, marks)
    plain_ticks(ax.yaxis, *ax.get_ylim(), scale=transform)
    plain_ticks(ax.xaxis, at[0], at[-1], scale=Scale("", leading_zero=False))
    ax.set_xlabel(x_axis or TITLES.get(x, x) + (" (Fisher z)" if transform is FISHER_Z else ""))
    hatched = [f"{bands[1].replace(' interval', '')} {end}" for end in ("lower", "upper")]
    names = dict(zip((symbol, "lower", "upper", *hatched), NUMBERS, strict=True))
    data = pd.DataFrame({x: at} | {label: transform.back(parts[name]) for label, name in names.items()})
    return Drawn(fig, _alt(table, x, bands, transform), data)


def _labels(
    table: pd.DataFrame, symbol: str, printed: tuple[str, float, float] | None, bands: tuple[str, str], scale: Scale
) -> dict[str, float]:
    """Words at the right end of the lines, with their heights."""
    last = table.iloc[-1]
    pooled = float(last["estimate"])
    labels = {
        "\n".join(wrap_to(f"95 % {name}", END_LABEL, BASE)).replace("95 %", "95\u00a0%"): float(last[end])
        for name, end in zip(bands, ("ci_high", "pi_high"), strict=True)
    }
    if printed is None:
        return {f"pooled {symbol}": pooled} | labels
    low, high = scale.forward(printed[1:])
    if low <= pooled <= high:
        return labels | {f"pooled {symbol},\nprinted {printed[0]}": pooled}
    return {f"pooled {symbol}": pooled} | labels | {f"printed {printed[0]}": (low + high) / 2}


def _draw(ax: Axes, at: NDArray[np.float64], parts: dict[str, NDArray[np.float64]]) -> None:
    """Wide band hatched with dashed edges, narrow band filled with solid ones, and the estimate."""
    wide, narrow = Fill("none", "zone1", "////", 0.0).style(), Fill("band", "none", width=0.0).style()
    ax.fill_between(at, parts["pi_low"], parts["pi_high"], zorder=0.5, gid="prediction", **wide)
    ax.fill_between(at, parts["ci_low"], parts["ci_high"], zorder=1, gid="confidence", **narrow)
    for end in ("pi_low", "pi_high"):
        ax.plot(at, parts[end], zorder=2, **Line("muted", DASHES).style())
    for end in ("ci_low", "ci_high"):
        ax.plot(at, parts[end], zorder=2, **Line("accent", width=1.0).style())
    ax.plot(at, parts["estimate"], zorder=3, gid="estimate", **Line("accent", width=1.8).style())


def _key(ax: Axes, symbol: str, printed: tuple[str, float, float] | None, bands: tuple[str, str]) -> None:
    """Names of lines and bands under the plot, where there is no room next to it."""
    key = Key(ax, 0.1, 0.95)
    key.add(f"pooled {symbol}", Line("accent", width=1.8))
    if printed:
        key.add(f"printed {printed[0]}", Fill("band2", "second"))
    key.add(f"95\u00a0% {bands[0]}", Fill("band", "accent"))
    key.add(f"95\u00a0% {bands[1]}", Fill("none", "zone1", "////", 0.0), Line("muted", DASHES))


def _end_labels(ax: Axes, ends: dict[str, float]) -> None:
    across, up = per_inch(ax)
    x = ax.get_xlim()[1] + 0.1 * across
    names = sorted(ends, key=ends.__getitem__)
    places = spread([ends[name] for name in names], [(0.04 + 0.18 * (name.count("\n") + 1)) * up for name in names])
    for name, y in zip(names, places, strict=True):
        ax.text(x, y, name, va="center", ha="left", fontsize=BASE, color=colour("ink"), clip_on=False, linespacing=1.1)


def _named_lines(ax: Axes, marks: Sequence[tuple[float, str]]) -> None:
    """Dotted lines with their names above the plot, each name on a line of its own."""
    inches = ax.get_position().height * style.figure_of(ax).get_size_inches()[1]
    within = ax.get_xaxis_transform()
    dotted = Line("muted", DOTTED_GUIDE, 1.0).style()
    for i, (x, name) in enumerate(sorted(marks, reverse=True)):
        height = 1 + 0.21 * (i + 0.15) / inches
        ax.plot([x, x], [0, height], transform=within, zorder=2.1, clip_on=False, **dotted)
        look: dict[str, Any] = {"xytext": (3, 0), "textcoords": "offset points", "annotation_clip": False}
        ax.annotate(name, (x, height), xycoords=within, va="bottom", fontsize=BASE, color=colour("ink"), **look)


def _alt(table: pd.DataFrame, x: str, bands: tuple[str, str], scale: Scale) -> str:
    first, last, at = table.iloc[0], table.iloc[-1], table[x].to_numpy(float)
    greek, null, zero = SYMBOLS.get(x, x), scale.origin, number(scale.null, 0)
    narrow = [scale.write_interval(row["ci_low"], row["ci_high"]) for row in (first, last)]
    wide = scale.write_interval(last["pi_low"], last["pi_high"])
    including = at[((table["pi_low"] <= null) & (null <= table["pi_high"])).to_numpy()]
    return alt_text(
        f"Pooled {scale.symbol} {scale.write(first['estimate'])} with {bands[0]} and {bands[1]} as "
        f"{greek} grows from {number(at[0], 2)} to {number(at[-1], 2)}",
        f"The {bands[0]} is {narrow[0]} at the start, {narrow[1]} at the end; the {bands[1]} at the end {wide}",
        f"The {bands[1]} includes {zero} from {greek} = {number(including[0], 2)} on"
        if len(including)
        else f"The {bands[1]} excludes {zero} throughout",
    )
