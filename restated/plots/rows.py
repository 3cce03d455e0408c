"""Charts with one row per study or number: aligned text columns left and right of a plot, sizes in inches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, blended_transform_factory
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import SOLID, Dash, Line, Mark, dots
from restated.plots.style import BASE, COMPACT, HALF_DIGIT, POINTS, WIDE, axes_in_inches, colour, new_figure, text_width
from restated.plots.words import Scale

GAP = 0.16  # inches between columns
TIGHT = 0.05  # inches between the parts of one column
MARGIN = 0.06  # inches around everything
#: Height of a row in type sizes: room for the text and a little air.
LEADING, COMPACT_LEADING = 1.75, 1.35
#: Distance of lines under the axis in type sizes.
FOOT_LEADING = 1.35
#: Narrowest legible plot, inches.
LEAST_PLOT = 2.6
#: Least room for row labels, inches; longer ones are cut.
LEAST_LABELS = 0.8
#: From this many rows on the type is smaller, the rows closer and the axis is repeated on top.
MANY_ROWS = 32
#: Label of the plot of a row chart, by which :func:`places` recognises it. It is not drawn.
ROWS = "rows"


@dataclass(frozen=True)
class Column:
    """A text column.

    Attributes
    ----------
    heading : str
    cells : sequence of str
        One per row of the chart, "" for an empty one.
    align : {"left", "right"}
    gap : float
        Inches before the column.
    spans : bool
        The heading reaches over the columns before it and does not widen this one.
    free : frozenset of int
        Rows whose text may reach beyond the column.
    """

    heading: str
    cells: Sequence[str]
    align: str = "left"
    gap: float = GAP
    spans: bool = False
    free: frozenset[int] = frozenset()

    def width(self, size: float, strong: frozenset[int]) -> float:
        """Inches the column needs."""
        widths = [
            text_width(cell, size, _weight(i, strong))
            for i, cell in enumerate(self.cells)
            if cell and i not in self.free
        ]
        if self.heading and not self.spans:
            widths.append(text_width(self.heading, size, "bold"))
        return max(widths, default=0.0)


@dataclass
class Chart:
    """A row chart under construction; row i is at y = i, counted downwards."""

    fig: Figure
    ax: Axes
    size: float
    row_height: float
    starts: dict[str, float] = field(default_factory=dict)
    foot: float = 0.0

    @property
    def width(self) -> float:
        """Inches of the figure."""
        return float(self.fig.get_size_inches()[0])

    @property
    def left(self) -> float:
        """Inches from the left edge of the figure to the plot."""
        return float(self.ax.get_position().x0 * self.width)

    def text_at(self, inches: float, row: float, text: str, *, align: str = "left", **style: Any) -> Text:
        """Text at a distance from the left edge of the figure, on the base line of a row."""
        down = ScaledTranslation(0, -HALF_DIGIT * self.size / POINTS, self.fig.dpi_scale_trans)
        where = blended_transform_factory(self.fig.dpi_scale_trans, self.ax.transData) + down
        look: dict[str, Any] = {"color": colour("ink"), "fontsize": self.size} | style
        return self.ax.text(inches, row, text, ha=align, va="baseline", transform=where, clip_on=False, **look)

    def mark_at(self, inches: float, row: float, mark: Mark, *, size: float, edge: float) -> None:
        """A marker at a distance from the left edge of the figure."""
        where = blended_transform_factory(self.fig.dpi_scale_trans, self.ax.transData)
        style = mark.style(size, edge)
        self.ax.plot([inches], [row], linestyle="none", transform=where, clip_on=False, **style)

    def below(self, inches_x: float, text: str, *, line: int = 0, align: str = "left", **style: Any) -> Text:
        """Text under the axis, `line` lines down from the first free one."""
        look: dict[str, Any] = {"color": colour("muted"), "fontsize": self.size} | style
        y = self._line(line)
        return self.fig.text(inches_x, y, text, ha=align, va="baseline", transform=self.fig.dpi_scale_trans, **look)

    def note(self, text: str, *, line: int = 0) -> None:
        """Text under the axis that begins below the plot, or further left where the figure would cut it."""
        start = min(self.left, self.width - MARGIN - text_width(text, self.size))
        self.below(max(start, MARGIN), text, line=line)

    def key(self, x: float = 0.1, *, line: int = 0, lift: float | None = None, **settings: Any) -> Key:
        """Key under the axis.

        Parameters
        ----------
        x : float
            Inches from the left edge of the figure.
        line : int
            Lines down from the first free one.
        lift : float, optional
            Inches from the base line of the words up to the middle of the samples; by default half a digit.
        **settings
            Other attributes of :class:`restated.plots.legend.Key`.
        """
        lift = HALF_DIGIT * self.size / POINTS if lift is None else lift
        settings = {"size": self.size, "tall": 0.13, "step": self.size * FOOT_LEADING / POINTS} | settings
        return Key(self.ax, x, self._line(line) + lift, drop=lift, **settings)

    def _line(self, line: int) -> float:
        return self.foot - line * self.size * FOOT_LEADING / POINTS


def row_chart(
    left: Sequence[Column],
    right: Sequence[Column],
    *,
    limits: tuple[float, float],
    scale: Scale,
    axis: str,
    compact: bool | None = None,
    strong: frozenset[int] = frozenset(),
    quiet: frozenset[int] = frozenset(),
    foot_lines: int = 0,
    width: float = WIDE,
) -> Chart:
    """Lay out text columns and an empty plot with its axis.

    Parameters
    ----------
    left, right : sequences of Column
        All with the same number of cells.
    limits : (low, high)
        Of the plot, on the scale of analysis.
    scale : Scale
        Turns `limits` into ticks.
    axis : str
        Title of the axis.
    compact : bool, optional
        Small rows; by default from `MANY_ROWS` on.
    strong, quiet : frozenset of int
        Rows in bold and in the muted colour.
    foot_lines : int
        Lines of text wanted under the axis title.
    width : float
        Inches of the whole figure.

    Raises
    ------
    RestatedError
        If columns differ in length or the limits are not in order.
    """
    columns = (*left, *right)
    rows = _row_count(columns)
    if not (np.all(np.isfinite(limits)) and limits[0] < limits[1]):
        raise RestatedError(f"axis limits {limits} are not two finite numbers in order", field="limits")
    small = rows > MANY_ROWS if compact is None else compact
    size = COMPACT if small else BASE
    row_height = size * (COMPACT_LEADING if small else LEADING) / POINTS
    needs = [column.width(size, strong) for column in columns]
    taken = sum(needs) + sum(column.gap for column in columns) + 2 * MARGIN + GAP
    # Labels give way to the plot; headings and summary labels may use the whole block left of it.
    labels, own = left[0], needs[0]
    others = sum(need + column.gap for need, column in zip(needs[1 : len(left)], left[1:], strict=True))
    free = max((text_width(labels.cells[i], size, _weight(i, strong)) for i in labels.free), default=0.0)
    needs[0] = min(max(own, free - others), max(width - LEAST_PLOT - (taken - own), LEAST_LABELS))
    taken += needs[0] - own
    block = needs[0] + others
    many = rows > MANY_ROWS
    header = (1.6 + 1.6 * many) * size / POINTS + MARGIN
    foot = (2 * FOOT_LEADING + 0.9 + foot_lines * FOOT_LEADING) * size / POINTS + MARGIN
    plot = max(width - taken, LEAST_PLOT)
    fig = new_figure(taken + plot, header + rows * row_height + foot)
    x = MARGIN - left[0].gap
    starts = []
    for i, (column, need) in enumerate(zip(columns, needs, strict=True)):
        if i == len(left):
            x += GAP + plot
        x += column.gap
        starts.append(x)
        x += need
    plot_left = MARGIN + block + GAP
    ax = axes_in_inches(fig, plot_left, foot, plot, rows * row_height)
    _dress_rows(ax, rows, limits, scale, size, many)
    ax.set_xlabel(axis, fontsize=size, labelpad=2.5)
    chart = Chart(fig, ax, size, row_height, foot=foot - 3 * FOOT_LEADING * size / POINTS)
    for column, need, start in zip(columns, needs, starts, strict=True):
        chart.starts[column.heading] = start
        edge = start if column.align == "left" else start + need
        _write_column(chart, column, edge, (need, block) if column is labels else None, strong, quiet)
    return chart


def _write_column(
    chart: Chart,
    column: Column,
    x: float,
    room: tuple[float, float] | None,
    strong: frozenset[int],
    quiet: frozenset[int],
) -> None:
    """Heading and cells; `room` are the inches to which cells and free cells are cut."""
    if column.heading:
        head = -0.5 - 0.75 * chart.size / POINTS / chart.row_height
        chart.text_at(x, head, column.heading, align=column.align, fontweight="bold")
    for i, cell in enumerate(column.cells):
        if cell:
            weight, tone = _weight(i, strong), colour("muted" if i in quiet else "ink")
            text = shortened(cell, room[i in column.free], chart.size, weight) if room else cell
            chart.text_at(x, i, text, align=column.align, fontweight=weight, color=tone)


def _row_count(columns: Sequence[Column]) -> int:
    counts = {len(column.cells) for column in columns}
    if len(counts) != 1:
        raise RestatedError(f"text columns have different numbers of rows: {sorted(counts)}")
    if 0 in counts:
        raise RestatedError("there is no row to draw")
    return counts.pop()


def _dress_rows(ax: Axes, rows: int, limits: tuple[float, float], scale: Scale, size: float, many: bool) -> None:
    """Limits, ticks and spines of the plot; with `many` rows the axis is repeated on top."""
    ax.set_label(ROWS)
    ax.set_xlim(*limits)
    ax.set_ylim(rows - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ticks = scale.ticks(*limits)
    ax.set_xticks(scale.forward(ticks), scale.tick_labels(ticks))
    ax.tick_params(axis="x", labelsize=size, top=many, labeltop=many, pad=2.5)
    if many:
        ax.spines["top"].set_visible(True)
        ax.spines["top"].set_color(colour("muted"))
        ax.spines["top"].set_linewidth(0.8)


def under_headings(groups: Sequence[str]) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Rows of items with a heading above each group.

    Parameters
    ----------
    groups : sequence of str
        Group of each item; the items of a group are together.

    Returns
    -------
    at : ndarray of int
        Row of each item.
    headings : dict of int to str
        Rows of the headings.

    Raises
    ------
    RestatedError
        If the items of a group are not together.
    """
    at, headings = np.zeros(len(groups), int), dict[int, str]()
    for i, group in enumerate(groups):
        if i == 0 or group != groups[i - 1]:
            if group in headings.values():
                problem = f"rows of group '{group}' are not together"
                raise RestatedError(problem, field="group", remedy="Sort the table by group")
            headings[i + len(headings)] = group
        at[i] = i + len(headings)
    return at, headings


def cells(rows: int, at: Collection[int] | NDArray[np.int64], values: Collection[Any]) -> list[str]:
    """Cells of a column with `values` in the rows `at`, empty elsewhere."""
    filled = [""] * rows
    for row, value in zip(at, values, strict=True):
        filled[row] = str(value)
    return filled


def places(fig: Figure) -> tuple[int, float, float] | None:
    """Number of rows of a row chart, its upper and its lower edge, as shares of the figure's height from the top."""
    for ax in fig.axes:
        if ax.get_label() == ROWS:
            box = ax.get_position()
            return round(ax.get_ylim()[0] + 0.5), 1 - box.y1, 1 - box.y0
    return None


def _weight(row: int, strong: frozenset[int]) -> str:
    return "bold" if row in strong else "normal"


def shortened(text: str, inches: float, size: float, weight: str = "normal") -> str:
    """`text`, cut with an ellipsis where it is wider than `inches`."""
    if text_width(text, size, weight) <= inches + 1e-9:
        return text
    while text and text_width(text + "…", size, weight) > inches:
        text = text[:-1]
    return text.rstrip(" ,;:(") + "…"


def interval_columns(
    heading: str,
    scale: Scale,
    estimates: ArrayLike,
    lows: ArrayLike,
    highs: ArrayLike,
    *,
    missing: str = "no interval",
    texts: Mapping[int, str] | None = None,
) -> list[Column]:
    """Columns that read as one: estimate [low, high], each part aligned; `texts` replaces whole rows."""
    parts, free = [], set(texts or ())
    columns = (np.asarray(part, float).tolist() for part in (estimates, lows, highs))
    for i, (estimate, low, high) in enumerate(zip(*columns, strict=True)):
        first = "" if np.isnan(estimate) else scale.write(estimate)
        if texts and i in texts:
            parts.append(("", "", texts[i]))
        elif np.isnan(low) or np.isnan(high):
            parts.append((first, "", missing if first else ""))
            free.add(i)
        else:
            parts.append((first, f"[{scale.write(low)},", f"{scale.write(high)}]"))
    values, starts, ends = ([part[i] for part in parts] for i in range(3))
    return [
        Column("", values, align="right"),
        Column("", starts, align="right", gap=1.6 * TIGHT),
        Column(heading, ends, align="right", gap=TIGHT, spans=True, free=frozenset(free)),
    ]


def whiskers(
    chart: Chart, rows: ArrayLike, lows: ArrayLike, highs: ArrayLike, *, role: str = "ink", width: float = 1.1
) -> None:
    """Interval lines, cut at the edges of the plot, with an arrow where they are cut."""
    at, low, high = (np.asarray(part, float) for part in (rows, lows, highs))
    known = ~(np.isnan(low) | np.isnan(high))
    left, right = chart.ax.get_xlim()
    starts, ends = np.clip(low[known], left, right), np.clip(high[known], left, right)
    segments = [[(start, row), (end, row)] for start, end, row in zip(starts, ends, at[known], strict=True)]
    lines = LineCollection(segments, colors=colour(role), linewidths=width, clip_on=False, zorder=2)
    lines.set_gid("whiskers")
    chart.ax.add_collection(lines, autolim=False)
    for side, shape, edge, cut in (("low", "<", left, low < left), ("high", ">", right, high > right)):
        cut_rows = at[known & cut]
        if len(cut_rows):
            arrow, x = Mark(shape, True, role), np.full(len(cut_rows), edge)
            dots(chart.ax, x, cut_rows, arrow, size=4.5, edge=0, zorder=3, gid=f"arrows-{side}")


def reference_line(
    chart: Chart, x: float, *, role: str = "muted", style: Dash = SOLID, bottom: float | None = None, gid: str = ""
) -> None:
    """Vertical line over the rows, from the top to `bottom`, by default the lower edge of the plot."""
    bottom = chart.ax.get_ylim()[0] if bottom is None else bottom
    line = Line(role, style, 0.9).style()
    chart.ax.plot([x, x], [-0.5, bottom], zorder=1, clip_on=False, gid=gid or None, **line)


def null_line(chart: Chart, scale: Scale) -> float | None:
    """Draw the line of no effect, and return its place, where it is inside the plot."""
    null = float(scale.forward(scale.null))
    low, high = chart.ax.get_xlim()
    if low < null < high:
        reference_line(chart, null, role="ink", gid="null")
        return null
    return None


def directions(chart: Chart, x: float, left: str, right: str, *, apart: float = 0.08, shift: bool = False) -> None:
    """Words for values on either side of `x`, in the first line under the axis title.

    Raises
    ------
    RestatedError
        If words do not fit; with `shift` they move inwards instead.
    """
    low, high = chart.ax.get_xlim()
    at = (x - low) / (high - low) * chart.ax.get_position().width * chart.width + chart.left
    for words, text, align in ((left, f"← {left}", "right"), (right, f"{right} →", "left")):
        if not words.strip():
            continue
        need, on_left = text_width(text, chart.size), align == "right"
        place = at - apart if on_left else at + apart
        if shift:
            place = max(place, MARGIN + need) if on_left else min(place, chart.width - MARGIN - need)
        elif need > (at if on_left else chart.width - at) - 0.15:
            raise RestatedError(f"the direction label '{text}' does not fit next to the null line", remedy="Shorten it")
        chart.below(place, text, align=align)


def padded(low: float, high: float) -> tuple[float, float]:
    """Limits moved outwards a little, so that nothing is on the edge."""
    pad = 0.03 * (high - low or 1.0)
    return low - pad, high + pad
