"""What a number that nobody knows, such as the heterogeneity, would do to a pooled effect and its intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import FISHER_Z, Scale, alt_text, number

WIDTH, HEIGHT = 7.8, 4.2  # inches
END_LABEL = 1.5  # inches for a name at the right end of a line
NEEDED = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")


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

    Parameters
    ----------
    table : DataFrame
        Column `x` (tau, tau2 or what is unknown, increasing), estimate, ci_low, ci_high, pi_low, pi_high on
        the scale of analysis.
    x : str
        Name of the column on the horizontal axis.
    transform : Scale
    printed : (text, low, high), optional
        Printed pooled value and its rounding interval, in axis units.
    axis, x_axis : str, optional
        Titles of the axes.
    bands : (str, str)
        Names of the filled interval (ci) and of the hatched one (pi).
    marks : sequence of (x, text)
        Places on the horizontal axis worth a line and a name.

    Raises
    ------
    RestatedError
        If a column is missing, fewer than two rows are given or `x` does not increase.
    """
    require(table, x, *NEEDED)
    at = table[x].to_numpy(float)
    if len(at) < 2 or (np.diff(at) <= 0).any():
        raise RestatedError("heterogeneity must increase from row to row, over at least two rows", field=x)
    parts = {name: table[name].to_numpy(float) for name in NEEDED}
    if not np.isfinite(np.concatenate([at, *parts.values()])).all():
        raise RestatedError("a value is missing or not finite", remedy="Drop the row, and say so")
    symbol = transform.symbol
    labels = {
        f"pooled {symbol}": parts["estimate"][-1],
        **{
            "\n".join(wrap_to(f"95 % {name}", END_LABEL, BASE)).replace("95 %", "95\u00a0%"): parts[end][-1]
            for name, end in zip(bands, ("ci_high", "pi_high"), strict=True)
        },
    }
    band = printed and [float(transform.forward(value)) for value in printed[1:]]
    if printed and band[0] <= parts["estimate"][-1] <= band[1]:
        labels[f"pooled {symbol},\nprinted {printed[0]}"] = labels.pop(f"pooled {symbol}")
    elif printed:
        labels[f"printed {printed[0]}"] = sum(band) / 2
    room = max(text_width(line, BASE) for label in labels for line in label.split("\n")) + 0.25
    fig = new_figure(WIDTH, HEIGHT)
    top = 0.15 + 0.21 * len(marks)
    ax = axes_in_inches(fig, 0.7, 0.62, WIDTH - 0.7 - room, HEIGHT - 0.62 - top)
    null = float(transform.forward(transform.null))
    values = np.concatenate([*parts.values(), [null]])
    low, high = values.min(), values.max()
    pad = 0.05 * (high - low)
    ax.set_ylim(low - pad, high + pad)
    ax.set_xlim(at[0], at[-1])
    if printed:
        ax.axhspan(
            *band, facecolor=colour("band2"), edgecolor=colour("second"), linewidth=0.9, zorder=2.2, gid="printed"
        )
    ax.plot(at[[0, -1]], [null, null], color=colour("ink"), linewidth=0.9, zorder=1.5)
    # The wide band is hatched and dashed, the narrow one filled and drawn through: apart without colour.
    ax.fill_between(
        at,
        parts["pi_low"],
        parts["pi_high"],
        facecolor="none",
        edgecolor=colour("zone1"),
        hatch="////",
        linewidth=0,
        zorder=0.5,
        gid="prediction",
    )
    ax.fill_between(
        at,
        parts["ci_low"],
        parts["ci_high"],
        facecolor=colour("band"),
        edgecolor="none",
        linewidth=0,
        zorder=1,
        gid="confidence",
    )
    for end in ("pi_low", "pi_high"):
        ax.plot(at, parts[end], color=colour("muted"), linewidth=1.2, linestyle=(0, (5, 2)), zorder=2)
    for end in ("ci_low", "ci_high"):
        ax.plot(at, parts[end], color=colour("accent"), linewidth=1.0, zorder=2)
    ax.plot(at, parts["estimate"], color=colour("accent"), linewidth=1.8, zorder=3, gid="estimate")
    _end_labels(ax, labels)
    _marks(ax, marks)
    ticks = transform.ticks(low - pad, high + pad)
    ax.set_yticks(transform.forward(ticks), transform.tick_labels(ticks))
    plain = Scale("", leading_zero=False)
    marks = plain.ticks(at[0], at[-1], most=8)
    ax.set_xticks(marks, plain.tick_labels(marks))
    ax.set_xlabel(
        x_axis
        or {"tau": "τ: standard deviation of the true effects", "tau2": "τ²: variance of the true effects"}.get(x, x)
        + (" (Fisher z)" if transform is FISHER_Z else "")
    )
    ax.set_ylabel(axis or symbol)
    hatched = [f"{bands[1].replace(' interval', '')} {end}" for end in ("lower", "upper")]
    data = pd.DataFrame(
        {x: at}
        | {
            label: transform.back(parts[name])
            for label, name in zip((symbol, "lower", "upper", *hatched), NEEDED, strict=True)
        }
    )
    first, last = table.iloc[0], table.iloc[-1]
    null_text = number(transform.null, 0)

    def span(row: pd.Series, kind: str) -> str:
        return transform.write_interval(row[f"{kind}_low"], row[f"{kind}_high"])

    greek = {"tau": "τ", "tau2": "τ²"}.get(x, x)
    including = at[(parts["pi_low"] <= null) & (null <= parts["pi_high"])]
    return Drawn(
        fig,
        alt_text(
            f"Pooled {symbol} {transform.write(first['estimate'])} with {bands[0]} and {bands[1]} as "
            f"{greek} grows from {number(at[0], 2)} to {number(at[-1], 2)}",
            f"The {bands[0]} is {span(first, 'ci')} at the start, {span(last, 'ci')} at the end; "
            f"the {bands[1]} at the end {span(last, 'pi')}",
            f"The {bands[1]} includes {null_text} from {greek} = {number(including[0], 2)} on"
            if len(including)
            else f"The {bands[1]} excludes {null_text} throughout",
        ),
        data,
    )


def _marks(ax, marks: Sequence[tuple[float, str]]) -> None:
    """Dotted lines with their names above the plot, each name on a line of its own."""
    inches = ax.get_position().height * ax.figure.get_size_inches()[1]
    for i, (x, name) in enumerate(sorted(marks, reverse=True)):
        height = 1 + 0.21 * (i + 0.15) / inches
        ax.plot(
            [x, x],
            [0, height],
            transform=ax.get_xaxis_transform(),
            color=colour("muted"),
            linestyle=(0, (1, 2)),
            linewidth=1.0,
            zorder=2.1,
            clip_on=False,
        )
        ax.annotate(
            name,
            (x, height),
            xycoords=ax.get_xaxis_transform(),
            xytext=(3, 0),
            textcoords="offset points",
            va="bottom",
            ha="left",
            fontsize=BASE,
            color=colour("ink"),
            annotation_clip=False,
        )


def _end_labels(ax, ends: dict[str, float]) -> None:
    """Names of lines at their right end, kept apart."""
    low, high = ax.get_ylim()
    inches = ax.get_position().height * ax.figure.get_size_inches()[1]
    unit = (high - low) / inches
    x = ax.get_xlim()[1] + 0.1 / (ax.get_position().width * ax.figure.get_size_inches()[0]) * np.diff(ax.get_xlim())[0]
    last = -np.inf
    for name, y in sorted(ends.items(), key=lambda item: item[1]):
        tall = (0.04 + 0.18 * (name.count("\n") + 1)) * unit
        y = max(y, last + tall / 2)
        ax.text(x, y, name, va="center", ha="left", fontsize=BASE, color=colour("ink"), clip_on=False, linespacing=1.1)
        last = y + tall / 2
