"""Recomputed against printed values, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import Scale, alt_text, number, plural

PLOT, HEIGHT = 5.6, 3.9  # inches
#: Recomputed values this near to an end of the rounding interval lie in it; floating-point division is no
#: better.
ROUNDOFF = 1e-9
#: Below this the axis counts in powers of ten: nobody reads .0000005.
SMALL = 1e-3
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: At most this many rows outside rounding are named in the picture; all of them are in the data table.
NAMED = 8


@drawing
def differences(table: pd.DataFrame, *, statistic: str = "r", leading_zero: bool = False) -> Drawn:
    """Recomputed minus printed value against the printed value.

    Parameters
    ----------
    table : DataFrame
        `label`, `printed` (number), `low`, `high` (rounding interval of the printed digits), `recomputed`.
    statistic : str
    leading_zero : bool

    Raises
    ------
    RestatedError
        If a column is missing, the table is empty or a value is not finite.
    """
    require(table, "label", "printed", "low", "high", "recomputed")
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    table = table.reset_index(drop=True)
    x, low, high, again = (table[name].to_numpy(float) for name in ("printed", "low", "high", "recomputed"))
    finite = np.isfinite(np.array([x, low, high, again])).all(axis=0)
    if not finite.all():
        raise RestatedError(
            "a value is missing or not finite", row=int(np.argmin(finite)) + 1, remedy="Count the row apart, and say so"
        )
    y = again - x
    inside = (again >= low - ROUNDOFF) & (again <= high + ROUNDOFF)
    names = table["label"].astype(str).tolist()
    outside = np.flatnonzero(~inside)
    order = outside[np.argsort(-np.abs(y[outside]))][:NAMED]
    room = 0.25 + max((text_width(names[i], BASE) for i in order), default=0.4)
    room = min(room, 3.0)
    fig = new_figure(0.85 + PLOT + room, HEIGHT)
    ax = axes_in_inches(fig, 0.85, 0.62, PLOT, HEIGHT - 1.0)
    span = max(np.abs(y).max(), (high - low).max())
    ax.set_ylim(-1.15 * span, 1.15 * span)
    power = int(np.floor(np.log10(span))) if span < SMALL else 0
    reach = x.max() - x.min() or 1.0
    ax.set_xlim(x.min() - 0.05 * reach, x.max() + 0.05 * reach)
    ends = ax.get_xlim()
    half = np.median((high - low) / 2)
    ax.axhspan(-half, half, facecolor=colour("band"), edgecolor="none", zorder=0, gid="rounding")
    ax.plot(ends, [0, 0], color=colour("ink"), linewidth=0.9, zorder=1)
    ax.plot(
        x[inside],
        y[inside],
        linestyle="none",
        marker="o",
        markersize=5,
        color=colour("accent"),
        markeredgecolor=colour("page"),
        markeredgewidth=0.6,
        zorder=3,
        gid="agree",
        clip_on=False,
    )
    ax.plot(
        x[outside],
        y[outside],
        linestyle="none",
        marker="D",
        markersize=5.5,
        color=colour("warn"),
        zorder=4,
        gid="differ",
        clip_on=False,
    )
    _name(ax, [(x[i], y[i], names[i]) for i in order])
    scale = Scale(statistic, leading_zero=leading_zero)
    for axis, box in ((ax.xaxis, ends), (ax.yaxis, ax.get_ylim())):
        at = scale.ticks(*box, most=7) if axis is ax.xaxis else _fine_ticks(*box)
        unit = 1.0 if axis is ax.xaxis else 10.0**power
        axis.set_ticks(at, scale.tick_labels(np.round(at / unit, 6)))
    ax.set_xlabel(f"{statistic} as printed")
    ax.set_ylabel("recomputed − printed" + (f", in 10{str(power).translate(SUPERSCRIPT)}" if power else ""))
    _key(fig, ax, bool(len(outside)))
    data = pd.DataFrame(
        {
            "row": names,
            "printed": x,
            "printed low": low,
            "printed high": high,
            "recomputed": again,
            "difference": y,
            "within rounding": inside,
        }
    )
    largest = int(np.abs(y).argmax())
    closing = "All differences stay within rounding"
    if len(outside):
        closing = (
            f"Largest difference {number(y[largest], 3)}: {names[largest]}, printed "
            f"{scale.write(x[largest])}, recomputed {scale.write(again[largest])}"
        )
    return Drawn(
        fig,
        alt_text(
            f"Recomputed minus printed {statistic} for {plural(len(x), 'row')}: "
            f"{int(inside.sum())} agree within rounding, {len(outside)} differ",
            closing,
        ),
        data,
    )


def _fine_ticks(low: float, high: float) -> np.ndarray:
    """Ticks of differences, which may be small."""
    steps = [m * 10.0**e for e in range(-8, 1) for m in (1, 2, 5)]
    return Scale("", steps=steps).ticks(low, high, most=6)


def _key(fig, ax, differ: bool) -> None:
    box = ax.get_position()
    width, height = fig.get_size_inches()
    x, y = box.x0 * width, height - 0.2
    inches = fig.dpi_scale_trans
    entries = [("o", "accent", "within rounding")] + ([("D", "warn", "outside rounding")] if differ else [])
    for marker, role, text in entries:
        ax.plot(
            [x + 0.06],
            [y],
            linestyle="none",
            marker=marker,
            markersize=5,
            color=colour(role),
            transform=inches,
            clip_on=False,
        )
        fig.text(x + 0.18, y, text, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
        x += 0.18 + text_width(text, BASE) + 0.3
    ax.fill_between(
        [x, x + 0.3], y - 0.07, y + 0.07, facecolor=colour("band"), edgecolor="none", transform=inches, clip_on=False
    )
    fig.text(
        x + 0.4,
        y,
        "what the printed digits stand for",
        fontsize=BASE,
        color=colour("ink"),
        va="center_baseline",
        transform=inches,
    )


def _name(ax, points: list[tuple[float, float, str]]) -> None:
    """Names in the right margin, kept apart, each with a thin line to its mark."""
    from restated.plots.rows import shortened

    low, high = ax.get_ylim()
    unit = (high - low) / (ax.get_position().height * ax.figure.get_size_inches()[1])
    width = ax.figure.get_size_inches()[0]
    right = ax.get_xlim()[1]
    per_inch = np.diff(ax.get_xlim())[0] / (ax.get_position().width * width)
    room = width - ax.get_position().x1 * width - 0.2
    gap = 0.19 * unit
    places = sorted(points, key=lambda point: point[1])
    at = [y for _, y, _ in places]
    for i in range(1, len(at)):
        at[i] = max(at[i], at[i - 1] + gap)
    over = at[-1] - (high - 0.3 * gap) if at else 0
    if over > 0:
        at[-1] -= over
        for i in reversed(range(len(at) - 1)):
            at[i] = min(at[i], at[i + 1] - gap)
    for (x, y, name), place in zip(places, at, strict=True):
        ax.plot(
            [x, right, right + 0.1 * per_inch],
            [y, place, place],
            color=colour("muted"),
            linewidth=0.6,
            zorder=2,
            clip_on=False,
        )
        ax.text(
            right + 0.15 * per_inch,
            place,
            shortened(name, room, BASE),
            fontsize=BASE,
            color=colour("ink"),
            va="center_baseline",
            clip_on=False,
        )
