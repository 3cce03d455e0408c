"""Charts with one row per study or number: aligned text columns left and right of a plot, sizes in inches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError
from restated.plots import style
from restated.plots.legend import Key
from restated.plots.marks import SOLID, Dash, Line, Mark, dots
from restated.plots.style import BASE, EM, NARROW, POINTS, WIDE, colour, narrow, new_figure, text_width, wrap_to
from restated.plots.words import Scale

GAP = 0.16  # inches between columns
TIGHT = 0.05  # inches between the parts of one column
MARGIN = 0.06  # inches around everything
LEADING, COMPACT_LEADING = 1.75, 1.35  #: Height of a row in type sizes: room for the text and a little air
FOOT_LEADING = 1.35  #: Distance of lines under the axis in type sizes
LEAST_PLOT = 2.6  #: Narrowest legible plot, inches
#: Room for row labels, inches (some sixty letters): the chart grows to hold them, and only longer ones are cut.
LEAST_LABELS = 3.8
MANY_ROWS = 32  #: From this many rows on the type is smaller, the rows closer and the axis is repeated on top
#: On narrow screens, in type sizes: height of a line of words, of a lane of marks, of a lane without, and of a gap.
STACKED_LINE, LANE, NO_LANE, AFTER = 1.3, 1.5, 0.15, 0.25
FOOT = 2.0  #: Inches under the title of the axis of a narrow chart for a key; what it does not need is cut off
#: Narrowest plot on a narrow screen, inches: numbers that leave less room are written with the words.
LEAST_NARROW_PLOT = 2.2
BOLD = 0.87  #: Share of a line for words measured in normal weight: bold letters are up to a seventh wider
NEAR = 1e-6  #: Rows closer than this are at the same place
ROWS = "rows"  #: Label of the plot of a row chart, by which :func:`places` recognises it. It is not drawn.


@dataclass(frozen=True)
class Column:
    """A text column with one cell for each row of the chart, "" for an empty one, `gap` inches after the one before.

    Cells are set flush with the side `align`. A heading that `spans` reaches over the columns before it and does not
    widen this one; `free` are the rows whose text may reach beyond the column.
    """

    heading: str
    cells: Sequence[str]
    align: str = "left"
    gap: float = GAP
    spans: bool = False
    free: frozenset[int] = frozenset()

    def width(self, size: float, strong: frozenset[int]) -> float:
        """Inches the column needs."""
        cells = [(cell, _weight(i, strong)) for i, cell in enumerate(self.cells) if cell and i not in self.free]
        if self.heading and not self.spans:
            cells.append((self.heading, "bold"))
        return max((text_width(cell, size, weight) for cell, weight in cells), default=0.0)


@dataclass
class Chart:
    """A row chart under construction; row i is at y = i, counted downwards."""

    fig: Figure
    ax: Axes
    size: float
    row_height: float
    starts: dict[str, float] = field(default_factory=dict)
    foot: float = 0.0
    broken: int = 0

    @property
    def width(self) -> float:
        """Inches of the figure."""
        return float(self.fig.get_size_inches()[0])

    @property
    def left(self) -> float:
        """Inches from the left edge of the figure to the plot."""
        return float(self.ax.get_position().x0 * self.width)

    @property
    def across(self) -> Transform:
        """Transform from inches from the left edge of the figure, and rows."""
        return blended_transform_factory(self.fig.dpi_scale_trans, self.ax.transData)

    def below(self, inches_x: float, text: str, *, line: int = 0, align: str = "left") -> None:
        """Text under the axis, `line` lines down from the first free one; broken into more where it is too long."""
        look: dict[str, Any] = {"color": colour("muted"), "fontsize": self.size}
        if narrow():
            lines = wrap_to(text, NARROW - 2 * MARGIN, self.size)
            for i, words in enumerate(lines):
                self.fig.text(MARGIN, self.foot_of(line + i), words, transform=self.fig.dpi_scale_trans, **look)
            self.broken += len(lines) - 1
            return
        self.fig.text(inches_x, self.foot_of(line), text, ha=align, transform=self.fig.dpi_scale_trans, **look)

    def note(self, text: str, *, line: int = 0) -> None:
        """Text under the axis that begins below the plot, or further left where the figure would cut it."""
        start = min(self.left, self.width - MARGIN - text_width(text, self.size))
        self.below(max(start, MARGIN), text, line=line)

    def key(self, x: float = 0.1, *, line: int = 0, lift: float | None = None, **settings: Any) -> Key:
        """Key under the axis, `x` inches from the left edge and `line` lines down, with the `settings` of a `Key`.

        The middle of the samples is `lift` inches above the base line of the words, by default half a digit.
        """
        lift = style.HALF_DIGIT * self.size / POINTS if lift is None else lift
        settings = {"size": self.size, "tall": 0.13, "step": self.size * FOOT_LEADING / POINTS} | settings
        return Key(self.ax, x, self.foot_of(line) + lift, drop=lift, **settings)

    def foot_of(self, line: int) -> float:
        """Height of a line under the axis, in inches."""
        return self.foot - (line + self.broken) * self.size * FOOT_LEADING / POINTS


def row_chart(
    left: Sequence[Column],
    right: Sequence[Column],
    *,
    limits: tuple[float, float],
    scale: Scale,
    axis: str,
    compact: bool = True,
    strong: frozenset[int] = frozenset(),
    quiet: frozenset[int] = frozenset(),
    foot_lines: int = 0,
) -> Chart:
    """Lay out text columns and an empty plot with its axis.

    `left`, `right`: all with the same number of cells. `limits`: of the plot, on the scale of analysis; `scale` turns
    them into ticks. `axis`: title of the axis. `compact`: small rows from `MANY_ROWS` on. `strong`, `quiet`: rows in
    bold and in the muted colour. `foot_lines`: lines of text wanted under the axis title. Raises RestatedError if
    columns differ in length or the limits are not in order.
    """
    columns = (*left, *right)
    rows = _row_count(columns)
    if not (np.all(np.isfinite(limits)) and limits[0] < limits[1]):
        raise RestatedError(f"axis limits {limits} are not two finite numbers in order", field="limits")
    if narrow():
        return _stacked(left, right, limits, scale, axis, strong, quiet)
    many = rows > MANY_ROWS
    size, leading = (style.COMPACT, COMPACT_LEADING) if many and compact else (BASE, LEADING)
    row_height = size * leading / POINTS
    needs = [column.width(size, strong) for column in columns]
    taken = sum(needs) + sum(column.gap for column in columns) + 2 * MARGIN + GAP
    # Labels give way to the plot; headings and summary labels may use the whole block left of it.
    labels, own = left[0], needs[0]
    others = sum(need + column.gap for need, column in zip(needs[1 : len(left)], left[1:], strict=True))
    free = max((text_width(labels.cells[i], size, _weight(i, strong)) for i in labels.free), default=0.0)
    needs[0] = min(max(own, free - others), max(WIDE - LEAST_PLOT - (taken - own), min(own, LEAST_LABELS)))
    taken += needs[0] - own
    block = needs[0] + others
    header = (1.6 + 1.6 * many) * size / POINTS + MARGIN
    foot = (2 * FOOT_LEADING + 0.9 + foot_lines * FOOT_LEADING) * size / POINTS + MARGIN
    plot = max(WIDE - taken, LEAST_PLOT)
    fig = new_figure(taken + plot, header + rows * row_height + foot)
    ax = style.axes_in_inches(fig, MARGIN + block + GAP, foot, plot, rows * row_height)
    _dress_rows(ax, rows, limits, scale, size, many)
    ax.set_xlabel(axis, fontsize=size, labelpad=2.5)
    chart = Chart(fig, ax, size, row_height, foot=foot - 3 * FOOT_LEADING * size / POINTS)
    x = MARGIN - labels.gap
    for i, (column, need) in enumerate(zip(columns, needs, strict=True)):
        x += column.gap + (GAP + plot if i == len(left) else 0)
        chart.starts[column.heading] = x
        edge = x if column.align == "left" else x + need
        _write_column(chart, column, edge, (np.inf, np.inf) if i else (need, block), strong, quiet)
        x += need
    return chart


def _write_column(
    chart: Chart, column: Column, x: float, room: tuple[float, float], strong: frozenset[int], quiet: frozenset[int]
) -> None:
    """Heading and cells on the base lines of their rows; `room` are the inches to which cells and free ones are cut."""
    down = ScaledTranslation(0, -style.HALF_DIGIT * chart.size / POINTS, chart.fig.dpi_scale_trans)
    look: dict[str, Any] = {"fontsize": chart.size, "ha": column.align, "transform": chart.across + down}
    if column.heading:
        head = -0.5 - 0.75 * chart.size / POINTS / chart.row_height
        chart.ax.text(x, head, column.heading, color=colour("ink"), fontweight="bold", **look)
    for i, cell in enumerate(column.cells):
        if cell:
            weight, tone = _weight(i, strong), colour("muted" if i in quiet else "ink")
            text = shortened(cell, room[i in column.free], chart.size, weight)
            chart.ax.text(x, i, text, color=tone, fontweight=weight, **look)


def _stacked(
    left: Sequence[Column],
    right: Sequence[Column],
    limits: tuple[float, float],
    scale: Scale,
    axis: str,
    strong: frozenset[int],
    quiet: frozenset[int],
) -> Chart:
    """Lay out a row chart for a narrow screen: the words of a row above its marks, its numbers right of these."""
    room = NARROW - 2 * MARGIN
    right_of, below = _beside(right, strong)
    taken = sum(column.width(BASE, strong) + column.gap for column in right_of)
    below = [[column] for column in left[1:]] + below
    words = [_words(i, cell, below, room, i in strong) for i, cell in enumerate(left[0].cells)]
    bare = [bool(right) and not any(column.cells[i] for column in right) for i in range(len(words))]
    rows, places, down = [-0.5 - NEAR], [0.0], 0.0
    for i, lines in enumerate(words):
        down += len(lines) * STACKED_LINE
        rows += [i - 0.5, i + 0.5 - NEAR]
        places += [down + NEAR, down + (NO_LANE if bare[i] else LANE)]
        down = places[-1] + AFTER
    rows[-1] += NEAR
    titles = wrap_to(axis, room, BASE)
    headed = any(column.heading for column in right_of)
    foot, plot = FOOT + (2 + len(titles)) * FOOT_LEADING * EM, room - taken - (0.1 if right_of else 0.3)
    fig = new_figure(NARROW, foot + places[-1] * EM + headed * STACKED_LINE * EM + MARGIN)
    ax = style.axes_in_inches(fig, MARGIN + 0.1, foot, plot, places[-1] * EM)
    ax.set_yscale("function", functions=(lambda y: np.interp(y, rows, places), lambda p: np.interp(p, places, rows)))
    _dress_rows(ax, len(words), limits, scale, BASE, False, most=5)
    ax.set_ylim(len(words) - 0.5, rows[0])
    ax.set_xlabel("\n".join(titles))
    half = max(text_width(line, BASE) for line in titles or [""]) / 2
    ax.xaxis.label.set_x((min(max(plot / 2, half - 0.1), NARROW - 2 * MARGIN - 0.1 - half)) / plot)
    chart = Chart(fig, ax, BASE, LANE * EM, foot=foot - (2 + len(titles)) * FOOT_LEADING * EM)
    x = MARGIN + 0.1 + plot
    for column in right_of:
        need = column.width(BASE, strong)
        chart.starts[column.heading] = x + column.gap
        x += column.gap + need
        cells = Column("", column.cells, column.align)
        _write_column(chart, cells, x if column.align == "right" else x - need, (np.inf, np.inf), strong, quiet)
        if column.heading:
            top = foot + places[-1] * EM + 0.5 * EM
            look: dict[str, Any] = {"fontsize": BASE, "fontweight": "bold", "color": colour("ink"), "ha": "right"}
            fig.text(x, top, column.heading, transform=fig.dpi_scale_trans, **look)
    for i, lines in enumerate(words):
        for j, line in enumerate(reversed(lines)):
            for text, side, tone, weight in line:
                up = ScaledTranslation(0, (0.35 + j * STACKED_LINE) * EM, fig.dpi_scale_trans)
                role = "muted" if i in quiet else tone
                look = {"fontsize": BASE, "ha": side, "color": colour(role), "bbox": style.ground()}
                at = MARGIN if side == "left" else NARROW - MARGIN
                gid = "label" if side == "left" else "below"
                ax.text(at, i - 0.5, text, fontweight=weight, transform=chart.across + up, zorder=3.5, gid=gid, **look)
    return chart


def _beside(right: Sequence[Column], strong: frozenset[int]) -> tuple[list[Column], list[list[Column]]]:
    """Columns that fit next to the plot of a narrow screen, and those that do not; parts that read as one together."""
    groups: list[list[Column]] = [[]]
    for column in right:
        groups[-1].append(column)
        if column.heading:
            groups.append([])
    right_of, below, free = list[Column](), list[list[Column]](), NARROW - 2 * MARGIN - 0.1 - LEAST_NARROW_PLOT
    for group in filter(None, groups):
        free -= sum(column.width(BASE, strong) + column.gap for column in group)
        if free < 0 or below:
            below.append(group)
        else:
            right_of += group
    return right_of, below


def _words(
    row: int, label: str, below: Sequence[Sequence[Column]], room: float, bold: bool
) -> list[list[tuple[str, str, str, str]]]:
    """Lines above the marks of a row: text, side, colour role and weight of each piece."""
    weight = "bold" if bold else "normal"
    names = wrap_to(label, room * BOLD if bold else room, BASE)
    parts = [(group[-1].heading, " ".join(filter(None, (column.cells[row] for column in group)))) for group in below]
    more = " · ".join(f"{h.removesuffix(' %')} {cell}{' %' * h.endswith(' %')}".strip() for h, cell in parts if cell)
    lines = [[(name, "left", "ink", weight)] for name in names]
    if more and names and text_width(names[-1], BASE, weight) + text_width(more, BASE) + GAP <= room:
        lines[-1].append((more, "right", "muted", "normal"))
        return lines
    return lines + [[(line, "left", "muted", "normal")] for line in wrap_to(more, room, BASE)]


def _row_count(columns: Sequence[Column]) -> int:
    counts = {len(column.cells) for column in columns}
    if len(counts) != 1:
        raise RestatedError(f"text columns have different numbers of rows: {sorted(counts)}")
    if 0 in counts:
        raise RestatedError("there is no row to draw")
    return counts.pop()


def _dress_rows(
    ax: Axes, rows: int, limits: tuple[float, float], scale: Scale, size: float, many: bool, most: int = 8
) -> None:
    ax.set(label=ROWS, xlim=limits, ylim=(rows - 0.5, -0.5), yticks=[])
    ax.spines["left"].set_visible(False)
    ticks = scale.ticks(*limits, most=most)
    ax.set_xticks(scale.forward(ticks), scale.tick_labels(ticks))
    ax.tick_params(axis="x", labelsize=size, top=many, labeltop=many, pad=2.5)
    ax.spines["top"].set(visible=many, color=colour("muted"), linewidth=0.8)


def under_headings(groups: Sequence[str]) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Row of each item, by its group, and rows of the headings above each group, whose items must be together."""
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
    texts = texts or {}
    parts, free = [], set(texts)
    columns = (np.asarray(part, float).tolist() for part in (estimates, lows, highs))
    for i, (estimate, low, high) in enumerate(zip(*columns, strict=True)):
        first = "" if np.isnan(estimate) else scale.write(estimate)
        if i in texts:
            parts.append(("", "", texts[i]))
        elif np.isnan(low) or np.isnan(high):
            parts.append((first, "", missing if first else ""))
            free.add(i)
        else:
            parts.append((first, f"[{scale.write(low)},", f"{scale.write(high)}]"))
    values, starts, ends = zip(*parts, strict=True)
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
    lines = LineCollection(segments, colors=colour(role), linewidths=width, clip_on=False, zorder=2, gid="whiskers")
    chart.ax.add_collection(lines, autolim=False)
    for side, shape, edge, cut in (("low", "<", left, low < left), ("high", ">", right, high > right)):
        if len(rows_cut := at[known & cut]):
            arrow, x = Mark(shape, True, role), np.full(len(rows_cut), edge)
            dots(chart.ax, x, rows_cut, arrow, size=4.5, edge=0, zorder=3, gid=f"arrows-{side}")


def reference_line(
    chart: Chart, x: float, *, role: str = "muted", style: Dash = SOLID, bottom: float | None = None, gid: str = ""
) -> None:
    """Vertical line over the rows, from the top to `bottom`, by default the lower edge of the plot."""
    bottom = chart.ax.get_ylim()[0] if bottom is None else bottom
    line = Line(role, style, 0.9).style()
    chart.ax.plot([x, x], [-0.5, bottom], zorder=1, clip_on=False, gid=gid or None, **line)


def null_line(chart: Chart, scale: Scale) -> float | None:
    """Draw the line of no effect, and return its place, where it is inside the plot."""
    low, high = chart.ax.get_xlim()
    if not low < scale.origin < high:
        return None
    reference_line(chart, scale.origin, role="ink", gid="null")
    return scale.origin


def directions(chart: Chart, x: float, left: str, right: str, *, apart: float = 0.08, shift: bool = False) -> None:
    """Words for values on either side of `x`, under the axis title; refused, or with `shift` moved, to fit."""
    if narrow():
        sides = {"left": f"← {left}" if left.strip() else "", "right": f"{right} →" if right.strip() else ""}
        apart_lines = sum(text_width(text, chart.size) for text in sides.values()) + GAP > NARROW - 2 * MARGIN
        for line, (side, text) in enumerate(sides.items()):
            place, y = MARGIN if side == "left" else NARROW - MARGIN, chart.foot_of(line * apart_lines)
            style.write(chart.fig, place, y, text, fontsize=chart.size, color=colour("muted"), ha=side, va="baseline")
        chart.broken += apart_lines
        return
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
