"""A reconstruction as a set: what a statistic can be over all tables that fit the printed facts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.style import (
    BASE,
    POINTS,
    RAMP,
    Drawn,
    axes_in_inches,
    colour,
    drawing,
    new_figure,
    require,
    text_width,
)
from restated.plots.words import Scale, alt_text, plural

#: Up to this many different values each is drawn as a stem; more become a histogram.
STEMS = 60
BINS = 40
#: Two values of a statistic closer than this came from the same table up to arithmetic.
SAME = 1e-9
#: Cells along the longer side of the margin map; finer is not visible and only makes files large.
CELLS = 130
WIDTH = 7.4  # inches
KEY = 2.3  # inches at the right for the key of the margin map


@drawing
def set_range(
    values,
    *,
    statistic: str,
    printed: tuple[str, float, float] | None = None,
    plausible: tuple[str, float, float] | None = None,
    noun: str = "table",
    leading_zero: bool = False,
    decimals: int = 3,
) -> Drawn:
    """Distribution of a statistic over an enumerated set, with its range and the printed value.

    Parameters
    ----------
    values : array_like, shape (tables,)
        One per member of the set.
    statistic : str
        Name on the axis: phi, odds ratio, tetrachoric r.
    printed : (text, low, high), optional
        Printed digits and the rounding interval they stand for, drawn as a band.
    plausible : (words, low, high), optional
        A narrower range under a stated condition, drawn as a second bracket.
    noun : str
        What a member is.
    leading_zero, decimals
        How the statistic is written.

    Raises
    ------
    RestatedError
        If the set is empty or holds a value that is not finite.
    """
    values = np.asarray(values, float).ravel()
    if not len(values):
        raise RestatedError(f"no {noun} fits: there is nothing to draw", remedy="Say so in words")
    if not np.isfinite(values).all():
        raise RestatedError(
            f"{statistic} is not finite for some {noun}s", field="values", remedy="Count them apart, and say so"
        )
    low, high = float(values.min()), float(values.max())
    scale = Scale(statistic, leading_zero=leading_zero, decimals=decimals)
    ends = [low, high, *(printed[1:] if printed else ())]
    pad = 0.06 * (max(ends) - min(ends)) or max(0.02, 0.05 * abs(low))
    box = (min(ends) - pad, max(ends) + pad)
    lanes = 0.34 * (1 + (plausible is not None)) + (0.3 if printed else 0.0)
    fig = new_figure(WIDTH, 2.75 + lanes)
    ax = axes_in_inches(fig, 0.85, 0.6, WIDTH - 0.85 - 0.25, 2.05)
    ax.set_xlim(*box)
    data = _stems(ax, values, statistic) if len(_distinct(values)) <= STEMS else _histogram(ax, values, statistic)
    top = ax.get_ylim()[1]
    if printed:
        ax.axvspan(
            printed[1],
            printed[2],
            facecolor=colour("band2"),
            edgecolor=colour("second"),
            linewidth=1.0,
            zorder=0,
            gid="printed",
        )
        _centred(ax, (printed[1] + printed[2]) / 2, 2.05 + lanes - 0.2, f"printed {printed[0]}")
        _stalk(ax, (printed[1] + printed[2]) / 2, 2.05, 2.05 + lanes - 0.25)
    lane = 2.05 + 0.14
    if plausible:
        _bracket(
            ax,
            plausible[1],
            plausible[2],
            lane,
            f"{plausible[0]}: {scale.write(plausible[1])} to {scale.write(plausible[2])}",
            "muted",
            "bracket-plausible",
        )
        lane += 0.34
    _bracket(
        ax, low, high, lane, f"all {len(values):,}: {scale.write(low)} to {scale.write(high)}", "accent", "bracket-all"
    )
    ax.set_ylim(0, top)
    ticks = scale.ticks(*box)
    ax.set_xticks(ticks, scale.tick_labels(ticks))
    heights = [t for t in Scale("").ticks(0, top, most=5) if float(t).is_integer()]
    ax.set_yticks(heights, [f"{int(t):,}" for t in heights])
    ax.set_xlabel(statistic)
    ax.set_ylabel(f"number of {noun}s")
    words = [
        f"{_capital(statistic)} over {plural(len(values), noun)} compatible with the printed facts: from "
        f"{scale.write(low)} to {scale.write(high)}"
    ]
    if printed:
        inside = int(((values >= printed[1] - SAME) & (values <= printed[2] + SAME)).sum())
        words.append(f"The printed value {printed[0]} is matched by {inside:,} of them")
    if plausible:
        words.append(f"{_capital(plausible[0])}: {scale.write(plausible[1])} to {scale.write(plausible[2])}")
    words.append(f"Median {scale.write(float(np.median(values)))}")
    return Drawn(fig, alt_text(*words), data)


@drawing
def margins(
    table: pd.DataFrame,
    *,
    n: int,
    row: str,
    column: str,
    statistic: str = "phi",
    plausible: tuple[float, float, float, float] | None = None,
    noun: str = "table",
    leading_zero: bool = False,
) -> Drawn:
    """Which margins the compatible 2x2 tables have, shaded by a statistic.

    Parameters
    ----------
    table : DataFrame, one row per table
        `row1` and `column1` (first row and first column total), `value` (the statistic).
    n : int
        Total of each table.
    row, column : str
        What the totals count, for the axes.
    statistic : str
    plausible : (row low, row high, column low, column high), optional
        Totals regarded as plausible: outlined.
    noun : str
    leading_zero : bool

    Raises
    ------
    RestatedError
        If a column is missing, the set is empty or a total lies outside 0 to n.
    """
    require(table, "row1", "column1", "value")
    if len(table) == 0:
        raise RestatedError(f"no {noun} fits: there is nothing to draw", remedy="Say so in words")
    x, y, value = (table[name].to_numpy(float) for name in ("row1", "column1", "value"))
    if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) > n:
        raise RestatedError(f"a total lies outside 0 to {n}", field="row1")
    if not np.isfinite(value).all():
        raise RestatedError(
            f"{statistic} is not finite for some {noun}s", field="value", remedy="Count them apart, and say so"
        )
    side = 4.6
    fig = new_figure(0.95 + side + KEY, side + 0.85)
    ax = axes_in_inches(fig, 0.85, 0.65, side, side)
    ends = [*x, *y, *(plausible or ())]
    low, high = min(ends), max(ends)
    pad = 0.04 * (high - low) + 1
    low, high = max(low - pad, -0.02 * n), min(high + pad, 1.02 * n)
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    ax.plot([low, high], [low, high], color=colour("grid"), linewidth=0.8, zorder=0)
    cell = max(1.0, np.ceil((high - low) / CELLS))
    edges = np.linspace(value.min(), value.max(), len(RAMP) + 1)
    step = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(RAMP) - 1)
    # Where several tables share a cell the highest step is on top; the key counts tables, not cells.
    place = pd.DataFrame({"x": np.floor(x / cell), "y": np.floor(y / cell), "step": step})
    top = place.groupby(["x", "y"])["step"].max().reset_index()
    scale = Scale(statistic, leading_zero=leading_zero)
    rows = []
    # Wider cells underneath leave an outline, so that the palest step has an edge too.
    _cells(ax, top, cell, "muted", width=2.0)
    for i, role in enumerate(RAMP):
        here = step == i
        if here.any():
            _cells(ax, top[top["step"] == i], cell, role)
        rows.append(
            {
                statistic: f"{scale.write(edges[i])} to {scale.write(edges[i + 1])}",
                f"{noun}s": int(here.sum()),
                f"{row}: from": _whole(x[here].min() if here.any() else np.nan),
                f"{row}: to": _whole(x[here].max() if here.any() else np.nan),
                f"{column}: from": _whole(y[here].min() if here.any() else np.nan),
                f"{column}: to": _whole(y[here].max() if here.any() else np.nan),
            }
        )
    data = pd.DataFrame(rows)
    for name in data.columns[1:]:
        data[name] = data[name].astype("Int64")
    words = [
        f"Margins of {plural(len(table), noun)} of {n:,} compatible with the printed facts; {statistic} from "
        f"{scale.write(value.min())} to {scale.write(value.max())}",
        f"{_capital(row)}: {x.min():,.0f} to {x.max():,.0f}; {column}: {y.min():,.0f} to {y.max():,.0f}",
    ]
    if plausible:
        x0, x1, y0, y1 = plausible
        ax.add_patch(
            Rectangle(
                (x0, y0),
                x1 - x0,
                y1 - y0,
                facecolor="none",
                edgecolor=colour("warn"),
                linewidth=1.4,
                linestyle=(0, (4, 2)),
                zorder=4,
                gid="plausible",
            )
        )
        within = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        span = (
            f", {statistic} {scale.write(value[within].min())} to {scale.write(value[within].max())}"
            if within.any()
            else ""
        )
        words.insert(1, f"{within.sum():,} of them lie within plausible margins{span}")
    for axis in (ax.xaxis, ax.yaxis):
        at = Scale("").ticks(max(low, 0), min(high, n), most=7)
        axis.set_ticks(at, [f"{int(t):,}" for t in at])
    ax.set_xlabel(f"{row} (of {n:,})")
    ax.set_ylabel(f"{column} (of {n:,})")
    _ramp_key(fig, side, statistic, [r[statistic] for r in rows], bool(plausible))
    return Drawn(fig, alt_text(*words), data)


def _distinct(values: np.ndarray) -> np.ndarray:
    return np.unique(np.round(values / SAME) * SAME)


def _stems(ax, values, statistic) -> pd.DataFrame:
    at, how_many = np.unique(np.round(values / SAME) * SAME, return_counts=True)
    ax.vlines(at, 0, how_many, color=colour("accent"), linewidth=1.4, zorder=2)
    ax.plot(at, how_many, linestyle="none", marker="o", markersize=4, color=colour("accent"), zorder=3, gid="values")
    ax.set_ylim(0, 1.12 * how_many.max())
    return pd.DataFrame({statistic: at, "number": how_many})


def _histogram(ax, values, statistic) -> pd.DataFrame:
    how_many, edges = np.histogram(values, bins=BINS)
    steps = np.repeat(how_many, 2)
    ax.fill_between(
        np.repeat(edges, 2)[1:-1],
        steps,
        facecolor=colour("ramp2"),
        edgecolor=colour("accent"),
        linewidth=0.8,
        zorder=2,
        gid="values",
    )
    ax.set_ylim(0, 1.08 * how_many.max())
    return pd.DataFrame({f"{statistic} from": edges[:-1], f"{statistic} to": edges[1:], "number": how_many})


def _lane(ax):
    """Transform with x in data units and y in inches above the axis."""
    from matplotlib.transforms import Affine2D, ScaledTranslation, blended_transform_factory

    fig = ax.figure
    lift = fig.dpi_scale_trans + ScaledTranslation(
        0, ax.get_position().y0 * fig.get_size_inches()[1], fig.dpi_scale_trans
    )
    return blended_transform_factory(ax.transData, Affine2D() + lift)


def _centred(ax, x: float, inches: float, text: str) -> None:
    """Text centred at x, moved inwards where it would leave the figure."""
    low, high = ax.get_xlim()
    width = ax.get_position().width * ax.figure.get_size_inches()[0]
    half = text_width(text, BASE) / 2 / width * (high - low)
    x = min(max(x, low + half), high - half) if 2 * half < high - low else (low + high) / 2
    ax.text(
        x,
        inches,
        text,
        ha="center",
        va="baseline",
        transform=_lane(ax),
        color=colour("ink"),
        fontsize=BASE,
        clip_on=False,
        zorder=6,
    )


def _stalk(ax, x: float, start: float, end: float) -> None:
    ax.plot([x, x], [start, end], color=colour("second"), linewidth=0.9, transform=_lane(ax), clip_on=False, zorder=1)


def _bracket(ax, low: float, high: float, inches: float, text: str, role: str, gid: str) -> None:
    """Range as a line with end ticks, its words on the line."""
    drop = 5 / POINTS
    ax.plot(
        [low, low, high, high],
        [inches - drop, inches, inches, inches - drop],
        color=colour(role),
        linewidth=1.3,
        transform=_lane(ax),
        clip_on=False,
        zorder=3,
        gid=gid,
    )
    _centred(ax, (low + high) / 2, inches + 0.05, text)


def _cells(ax, cells: pd.DataFrame, cell: float, role: str, width: float = 0.5) -> None:
    """Grid cells of one step as one shape; runs along a line are joined."""
    corners, codes = [], []
    for line, group in cells.sort_values(["y", "x"]).groupby("y"):
        xs = group["x"].to_numpy()
        breaks = np.flatnonzero(np.diff(xs) != 1)
        for start, end in zip(np.r_[0, breaks + 1], np.r_[breaks, len(xs) - 1], strict=True):
            # A whole total sits in the middle of its cell.
            x0, x1 = xs[start] * cell - 0.5, (xs[end] + 1) * cell - 0.5
            y0, y1 = line * cell - 0.5, (line + 1) * cell - 0.5
            corners += [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    # An outline of half a point closes the hairlines renderers leave between neighbours.
    ax.add_patch(
        PathPatch(
            Path(corners, codes),
            facecolor=colour(role),
            edgecolor=colour(role),
            linewidth=width,
            zorder=2 if width < 1 else 1,
            gid=role,
        )
    )


def _ramp_key(fig, side: float, statistic: str, spans: list[str], plausible: bool) -> None:
    left, y = 0.85 + side + 0.3, 0.65 + side - 0.1
    inches = fig.dpi_scale_trans
    fig.text(
        left,
        y,
        statistic,
        fontsize=BASE,
        fontweight="bold",
        color=colour("ink"),
        va="center_baseline",
        transform=inches,
    )
    for role, span in reversed(list(zip(RAMP, spans, strict=True))):
        y -= 0.24
        fig.add_artist(Rectangle((left, y - 0.08), 0.3, 0.16, facecolor=colour(role), linewidth=0, transform=inches))
        fig.text(left + 0.4, y, span, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
    if plausible:
        y -= 0.34
        fig.add_artist(
            Rectangle(
                (left, y - 0.08),
                0.3,
                0.16,
                facecolor="none",
                edgecolor=colour("warn"),
                linewidth=1.4,
                linestyle=(0, (4, 2)),
                transform=inches,
            )
        )
        fig.text(
            left + 0.4,
            y,
            "plausible margins",
            fontsize=BASE,
            color=colour("ink"),
            va="center_baseline",
            transform=inches,
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _whole(x: float):
    return pd.NA if np.isnan(x) else int(round(x))
