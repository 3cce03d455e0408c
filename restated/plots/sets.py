"""A reconstruction as a set: values of a statistic over all tables that fit the printed facts."""

from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError
from restated.plots import style
from restated.plots.legend import Key
from restated.plots.marks import SHORT_DASHES, Fill, Line, Mark, dots
from restated.plots.style import BASE, RAMP, Drawn, colour, drawing, framed, narrow, per_inch, require, width, write
from restated.plots.words import PLAIN, Scale, alt_text, plain_ticks, plural

STEMS = 60  #: Up to this many different values are drawn as stems; more become a histogram
BINS = 40
SAME = 1e-9  #: Values of a statistic closer than this differ by arithmetic only
CELLS = 130  #: Cells along the longer side of the margin map; finer ones are invisible and only make files large
WIDTH, PLOT, BOTTOM = 7.4, 2.05, 0.6  # inches: figure of a set, height of its plot, and below that
TICK = 5 / 72  # inches: end of a bracket
SIDE, KEY = 4.6, 2.3  # inches of the margin map and of the key at its right
PLAUSIBLE = Fill("none", "warn", width=1.4, dash=SHORT_DASHES)


@drawing
def set_range(
    values: ArrayLike,
    *,
    statistic: str,
    printed: tuple[str, float, float] | None = None,
    plausible: tuple[str, float, float] | None = None,
    noun: str = "table",
) -> Drawn:
    """Distribution of a statistic over an enumerated set, with its range and the printed value.

    `values`, shape (tables,): one per member of the set. `statistic`, `noun`: name on the axis (phi, odds ratio,
    tetrachoric r); word for a member. `printed`: printed digits and their rounding interval, drawn as a band.
    `plausible`: a narrower range under a stated condition, drawn as a second bracket. Raises RestatedError if the set
    is empty or holds a value that is not finite.
    """
    values = np.asarray(values, float).ravel()
    _check_set(values, statistic, noun, "values")
    low, high = float(values.min()), float(values.max())
    scale = Scale(statistic, leading_zero=False, decimals=3)
    ends = [low, high, *(printed[1:] if printed else ())]
    pad = 0.06 * (max(ends) - min(ends)) or max(0.02, 0.05 * abs(low))
    lanes = 0.34 * (1 + (plausible is not None) + (printed is not None))
    whole = min(WIDTH, width())
    fig, ax = framed(whole, PLOT + 0.7 + lanes, 0.85, BOTTOM, whole - 0.85 - 0.25, PLOT)
    ax.set_xlim(min(ends) - pad, max(ends) + pad)
    at, counts = np.unique(np.round(values / SAME) * SAME, return_counts=True)
    data = _stems(ax, at, counts, statistic) if len(at) <= STEMS else _histogram(ax, values, statistic)
    top = ax.get_ylim()[1]
    lane = PLOT + 0.14
    if plausible:
        _bracket(ax, plausible[1:], lane, plausible[0], scale, "muted", "bracket-plausible")
        lane += 0.34
    _bracket(ax, (low, high), lane, f"all {len(values):,}", scale, "accent", "bracket-all")
    if printed:
        _bracket(ax, printed[1:], lane + 0.34, f"printed {printed[0]}", scale, "second", "printed")
    plain_ticks(ax.xaxis, *ax.get_xlim(), scale=scale)
    heights = [t for t in PLAIN.ticks(0, top, most=5) if float(t).is_integer()]
    ax.set_yticks(heights, [f"{int(t):,}" for t in heights])
    ax.set(xlabel=statistic, ylabel=f"number of {noun}s")
    members = f"{plural(len(values), noun)} compatible with what was published"
    words = [f"{_capital(statistic)} over {members}: from {_span(scale, low, high)}"]
    if printed:
        inside = int(((values >= printed[1] - SAME) & (values <= printed[2] + SAME)).sum())
        words.append(f"The printed value {printed[0]} is matched by {inside:,} of them")
    if plausible:
        words.append(f"{_capital(plausible[0])}: {_span(scale, *plausible[1:])}")
    return Drawn(fig, alt_text(*words, f"Median {scale.write(float(np.median(values)))}"), data)


@drawing
def margins(
    table: pd.DataFrame,
    *,
    n: int,
    row: str,
    column: str,
    statistic: str = "phi",
    plausible: tuple[float, float, float, float] | None = None,
) -> Drawn:
    """Margins of the compatible 2x2 tables, shaded by a statistic.

    `table`: `row1` and `column1` (first row and first column total), `value` (the statistic). `row`, `column`,
    `statistic`: subjects of the totals, for the axes; name of the statistic. `plausible`: totals regarded as plausible:
    outlined. Raises RestatedError if a column is missing, the set is empty or a total is not between 0 and n.
    """
    require(table, "row1", "column1", "value")
    x, y, value = (table[name].to_numpy(float) for name in ("row1", "column1", "value"))
    _check_set(value, statistic, "table", "value")
    if min(x.min(), y.min()) < 0 or max(x.max(), y.max()) > n:
        raise RestatedError(f"a total is not between 0 and {n}", field="row1")
    side, foot = (width() - 1.0, 1.9) if narrow() else (SIDE, 0.65)
    fig, ax = framed(0.95 + side + (0 if narrow() else KEY), side + foot + 0.2, 0.85, foot, side, side)
    ends = [*x, *y, *(plausible or ())]
    low, high = min(ends), max(ends)
    pad = 0.04 * (high - low) + 1
    low, high = max(low - pad, -0.02 * n), min(high + pad, 1.02 * n)
    ax.set(xlim=(low, high), ylim=(low, high), xlabel=f"{row} (of {n:,})", ylabel=f"{column} (of {n:,})")
    ax.plot([low, high], [low, high], color=colour("grid"), linewidth=0.8, zorder=0)
    edges = np.linspace(value.min(), value.max(), len(RAMP) + 1)
    step = np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(RAMP) - 1)
    _draw_steps(ax, x, y, step, max(1.0, float(np.ceil((high - low) / CELLS))))
    scale = Scale(statistic, leading_zero=False)
    spans = [_span(scale, low, high) for low, high in pairwise(edges)]
    words = [
        f"Margins of {plural(len(table), 'table')} of {n:,} compatible with what was published; {statistic} from "
        f"{_span(scale, value.min(), value.max())}",
        f"{_capital(row)}: {x.min():,.0f} to {x.max():,.0f}; {column}: {y.min():,.0f} to {y.max():,.0f}",
    ]
    if plausible:
        x0, x1, y0, y1 = plausible
        ax.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, zorder=4, gid="plausible", **PLAUSIBLE.style()))
        within = (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
        span = f", {statistic} {_span(scale, value[within].min(), value[within].max())}" if within.any() else ""
        words.insert(1, f"{within.sum():,} of them lie within plausible margins{span}")
    for axis in (ax.xaxis, ax.yaxis):
        at = PLAIN.ticks(max(low, 0), min(high, n), most=7)
        axis.set_ticks(at, [f"{int(t):,}" for t in at])
    _ramp_key(fig, statistic, spans, bool(plausible))
    data = pd.DataFrame({"tables": np.bincount(step, minlength=len(RAMP))})
    reach = pd.DataFrame({row: x, column: y}).groupby(step).agg(["min", "max"])
    data[[f"{name}: {end}" for name in (row, column) for end in ("from", "to")]] = reach.reindex(data.index).round()
    data = data.astype("Int64")
    data.insert(0, statistic, spans)
    return Drawn(fig, alt_text(*words), data)


def _check_set(values: NDArray[np.float64], statistic: str, noun: str, field: str) -> None:
    if not len(values):
        raise RestatedError(f"no {noun} fits: there is nothing to draw", remedy="Say so in words")
    if not np.isfinite(values).all():
        remedy = "Count them separately, and say so"
        raise RestatedError(f"{statistic} is not finite for some {noun}s", field=field, remedy=remedy)


def _span(scale: Scale, low: float, high: float) -> str:
    return f"{scale.write(low)} to {scale.write(high)}"


def _stems(ax: Axes, at: NDArray[np.float64], counts: NDArray[np.int64], statistic: str) -> pd.DataFrame:
    ax.vlines(at, 0, counts, color=colour("accent"), linewidth=1.4, zorder=2)
    dots(ax, at, counts, Mark("o", True, "accent"), size=4, edge=1.0, zorder=3, gid="values", clip_on=True)
    ax.set_ylim(0, 1.12 * counts.max())
    return pd.DataFrame({statistic: at, "number": counts})


def _histogram(ax: Axes, values: NDArray[np.float64], statistic: str) -> pd.DataFrame:
    counts, edges = np.histogram(values, bins=BINS)
    fill = Fill("ramp2", "accent", width=0.8).style()
    ax.fill_between(np.repeat(edges, 2)[1:-1], np.repeat(counts, 2), zorder=2, gid="values", **fill)
    ax.set_ylim(0, 1.08 * counts.max())
    return pd.DataFrame({f"{statistic} from": edges[:-1], f"{statistic} to": edges[1:], "number": counts})


def _lane(ax: Axes) -> Transform:
    """Transform with x in data units and y in inches above the axis."""
    inches = ax.figure.dpi_scale_trans
    return blended_transform_factory(ax.transData, inches + ScaledTranslation(0, BOTTOM, inches))


def _centred(ax: Axes, x: float, inches: float, text: str) -> None:
    """Text centred at x, moved inwards where it would leave the figure."""
    low, high = ax.get_xlim()
    half = style.text_width(text, BASE) / 2 * per_inch(ax)[0]
    x = min(max(x, low + half), high - half) if 2 * half < high - low else (low + high) / 2
    ax.text(x, inches, text, ha="center", color=colour("ink"), fontsize=BASE, zorder=6, transform=_lane(ax))


def _bracket(ax: Axes, ends: tuple[float, float], inches: float, words: str, scale: Scale, role: str, gid: str) -> None:
    """Range as a line with end ticks, and its words on the line."""
    low, high = ends
    x, y = [low, low, high, high], [inches - TICK, inches, inches, inches - TICK]
    ax.plot(x, y, transform=_lane(ax), clip_on=False, zorder=3, gid=gid, **Line(role, width=1.3).style())
    _centred(ax, (low + high) / 2, inches + 0.05, f"{words}: {_span(scale, low, high)}")


def _draw_steps(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64], step: NDArray[np.int64], cell: float) -> None:
    """Shade the cells by step; where several tables share a cell the highest step is on top."""
    place = pd.DataFrame({"x": np.floor(x / cell), "y": np.floor(y / cell), "step": step})
    top = place.groupby(["x", "y"])["step"].max().reset_index()
    # Wider cells underneath leave an outline, so that the palest step has an edge too.
    _cells(ax, top, cell, "muted", width=2.0)
    for i, part in top.groupby("step"):
        _cells(ax, part, cell, RAMP[int(str(i))])


def _cells(ax: Axes, cells: pd.DataFrame, cell: float, role: str, width: float = 0.5) -> None:
    # A whole total is in the middle of its cell.
    x, y = ((cells[["x", "y"]].to_numpy(float) + 0.5) * cell - 0.5).T
    # An outline of half a point closes the hairlines renderers leave between neighbours.
    zorder = 2 if width < 1 else 1
    shape = PathPatch(merged_cells(x, y, cell), zorder=zorder, gid=role, **Fill(role, role, width=width).style())
    ax.add_patch(shape)


def merged_cells(x: NDArray[np.float64], y: NDArray[np.float64], side: float) -> Path:
    """Outline of square cells, given by their middles, as one shape; runs along a line are joined."""
    corners: list[tuple[float, float]] = []
    for line in np.unique(y):
        xs = np.sort(x[y == line])
        for run in np.split(xs, np.flatnonzero(np.diff(xs) > 1.5 * side) + 1):
            x0, x1, y0, y1 = run[0] - side / 2, run[-1] + side / 2, line - side / 2, line + side / 2
            corners += [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    return Path(corners, [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * (len(corners) // 5))


def _ramp_key(fig: Figure, statistic: str, spans: list[str], plausible: bool) -> None:
    x, y = (0.1, 1.1) if narrow() else (0.85 + SIDE + 0.3, 0.65 + SIDE - 0.1)
    key = Key(fig, x, y, step=0.24)
    write(fig, key.x, key.y, statistic, fontweight="bold")
    for i, (role, span) in enumerate(reversed(list(zip(RAMP, spans, strict=True)))):
        if not (narrow() and i % 3):
            key.newline()
        key.add(span, Fill(role, role, width=0.0), width=0.3, space=0.1)
    if plausible:
        key.newline(0.34)
        key.add("plausible margins", PLAUSIBLE, width=0.3, space=0.1)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
