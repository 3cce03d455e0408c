"""Pictures that explain pictures: numbered callouts on a figure of the book, and printed numbers on a number line."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.text import Text

from restated.plots import style as styles
from restated.plots.marks import GUIDE, Fill, Line, Mark, dots
from restated.plots.rows import MARGIN, padded
from restated.plots.style import BASE, Drawn, colour, drawing, framed, narrow, new_figure, text_width, width, write
from restated.plots.verdicts import MARKS
from restated.plots.words import Scale, alt_text, count, number, plain_ticks, plural
from restated.verdict import SHORT, assign
from restated_book import paths
from review.figures.pieces import DROP, without_y
from review.figures.tables import checked, ensure

_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z0-9])")
BADGE = 15.0  # side of a callout's number in points
SHORTEST = 0.14  # leaders shorter than this, in inches from the middle of the number, would be hidden by it
Place = Callable[[Figure], tuple[float, float]]  #: A place in a figure, in inches from its lower left corner


class Callout(NamedTuple):
    """A number on a picture."""

    name: str  # what it points at; it begins the item of the list under the picture
    at: Place  # the target, from `text_at` or `shape_at`
    away: tuple[float, float]  # from the target to the middle of the number, inches to the right and up


def text_at(words: str, x: float = 0.5, y: float = 0.5, *, stacked: Place | None = None) -> Place:
    """Return a place on a text, by shares of its width and height; `stacked` is the place on a narrow screen."""

    def place(fig: Figure) -> tuple[float, float]:
        if stacked and narrow():
            return stacked(fig)
        found = fig.findobj(lambda artist: isinstance(artist, Text) and artist.get_text() == words)
        ensure(found, f"the figure has no text '{words}'")
        return _inside(fig, found[0], x, y)

    return place


def shape_at(gid: str, index: int = 0, x: float = 0.5, y: float = 0.5) -> Place:
    """Return a place on a shape or text by its group id: on member `index` of several, else by shares of its size."""

    def place(fig: Figure) -> tuple[float, float]:
        kinds = (Patch, Text, Line2D, PathCollection, LineCollection)
        found = fig.findobj(lambda artist: artist.get_gid() == gid and isinstance(artist, kinds))
        ensure(found, f"the figure has no shape '{gid}'")
        one: Any = found[0]
        if isinstance(one, (Patch, Text)):
            return _inside(fig, one, x, y)
        transform = one.get_transform()
        if isinstance(one, LineCollection):
            segments: Any = one.get_segments()
            (x0, y0), (x1, y1) = segments[index]
            point = (x0 + x * (x1 - x0), y0 + y * (y1 - y0))
        elif isinstance(one, PathCollection):
            offsets: Any = one.get_offsets()
            point, transform = offsets[index], one.get_offset_transform()
        else:
            point = one.get_xydata()[index]
        return tuple(transform.transform(point) / fig.dpi)

    return place


def _inside(fig: Figure, artist: Artist, x: float, y: float) -> tuple[float, float]:
    box = artist.get_window_extent()
    return (box.x0 + x * box.width) / fig.dpi, (box.y0 + y * box.height) / fig.dpi


@drawing
def annotate(drawn: Drawn, callouts: Sequence[Callout], *, top: float = 0.0) -> Drawn:
    """Add numbered callouts to a figure, which is changed and `top` inches higher, and name them in its words."""
    fig = drawn.narrow().fig if narrow() and drawn.narrow else drawn.fig
    across, height = fig.get_size_inches()
    fig.set_size_inches(across, height + top)
    for ax in fig.axes:
        left, bottom, wide, high = ax.get_position().bounds
        ax.set_position((left, bottom * height / (height + top), wide, high * height / (height + top)))
    fig.canvas.draw()
    style = {"fontweight": "bold", "color": colour("page"), "ha": "center", "va": "baseline", "gid": "callout"}
    for i, callout in enumerate(callouts, start=1):
        x, y = callout.at(fig)
        dx, dy = callout.away
        if np.hypot(dx, dy) > SHORTEST:
            _add(fig, [x, x + dx], [y, y + dy], color=colour("ink"), linewidth=1.0, zorder=20, gid="leader")
            _add(fig, [x], [y], marker="o", markersize=3.5, color=colour("ink"), zorder=20)
        _add(fig, [x + dx], [y + dy], marker="o", markersize=BADGE, color=colour("ink"), zorder=21)
        write(fig, x + dx, y + dy - DROP, str(i), zorder=22, **style)
    named = ", ".join(f"{i} {callout.name}" for i, callout in enumerate(callouts, start=1))
    first = f"Picture with {plural(len(callouts), 'numbered part')}: {named}"
    return Drawn(fig, alt_text(first, *_SENTENCE.split(drawn.alt)), drawn.data)


def _add(fig: Figure, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
    style = {"linestyle": "-" if len(x) > 1 else "none", "markeredgewidth": 0} | style
    fig.add_artist(Line2D(x, y, transform=fig.dpi_scale_trans, **style))


def _place(text: str = "", stacked: Mapping[str, Any] | None = None, shape: str = "", **at: Any) -> Place:
    return shape_at(shape, **at) if shape else text_at(text, **at, stacked=_place(**stacked) if stacked else None)


#: Callouts of each picture.
FOREST, SET, NUMBER_LINE, VERDICT_LINES, INTERVALS = (
    tuple(Callout(one["name"], _place(**one["at"]), tuple(one["away"])) for one in listed)
    for listed in paths.tables(__file__).values()
)
FOREST_TOP = 0.35  # inches over the headings of a forest plot, for the numbers
LINES_WIDTH = 5.2  # inches
INDENT = 0.34  # inches, for callouts left of the words
WORDS = 1.45  # inches of the words left of a number line
LINES_AT = MARGIN + INDENT + WORDS
LANE, TICKS, TITLE = 0.27, 0.36, 0.3  # inches of a lane, under a number line and of its title
EACH = TITLE + 2 * LANE + TICKS + 0.12
PRINTED = Fill("band2", "second", width=1.2)


def _end() -> float:
    """Right end of the number lines, in inches."""
    return min(LINES_WIDTH, width()) - 0.3


@drawing
def number_lines(table: pd.DataFrame) -> Drawn:
    """Draw printed numbers as the range their digits stand for, restated ones below, each pair on its own number line.

    `table`, one row a line: `title`, `printed` (the digits), `printed_value`, `printed_low`, `printed_high` (what they
    stand for), `restated` (missing if only a range is known), `low`, `high` (of the restated set, or missing), `grade`,
    `decimals` (of the restated number in words), `from`, `to` (ends of the line). The verdict is assigned here, by the
    rule of the book.
    """
    table = checked(table, "title", "printed", "printed_value", "printed_low", "printed_high", "restated", "low")
    table = checked(table, "high", "grade", "decimals", "from", "to")
    height = EACH * len(table) + 2 * MARGIN
    fig = new_figure(min(LINES_WIDTH, width()), height)
    left, bold = MARGIN + INDENT, {"fontweight": "bold", "va": "baseline"}
    rows = []
    for i, row in enumerate(table.to_dict("records")):
        verdict, restated = _verdict(row), _restated(row)
        words, top = SHORT[verdict], height - MARGIN - i * EACH
        ax = styles.axes_in_inches(fig, LINES_AT, top - TITLE - 2 * LANE, _end() - LINES_AT, 2 * LANE)
        _number_line(ax, i, row, MARKS[verdict])
        middle = top - TITLE / 2
        write(fig, left, middle - DROP, row["title"], gid=f"title-{i}", **bold)
        write(fig, _end(), middle - DROP, words, ha="right", **bold)
        _add(fig, [_end() - 1.05 * text_width(words, BASE, "bold") - 0.12], [middle], **MARKS[verdict].style(7))
        write(fig, left, top - TITLE - LANE / 2 - DROP, f"published {row['printed']}", va="baseline")
        whole = f"recomputed {restated}"
        for j, line in enumerate([whole] if text_width(whole, BASE) <= WORDS else ["recomputed", restated]):
            write(fig, left, top - TITLE - LANE * (1.5 + 0.75 * j) - DROP, line, va="baseline")
        ends = (float(row["printed_low"]), float(row["printed_high"]))
        rows.append((row["title"], row["printed"], *ends, restated, words))
    listed = [f"{title}: published {own}, recomputed {again}, {words}" for title, own, _, _, again, words in rows]
    alt = alt_text(f"{plural(len(table), 'number line')} with a published and a recomputed number", *listed)
    columns = ["number", "published", "lowest allowed", "highest allowed", "recomputed", "verdict"]
    return Drawn(fig, alt, pd.DataFrame(rows, columns=columns))


def _verdict(row: Mapping[Any, Any]) -> str:
    given: dict[str, Any] = {name: row[name] for name in ("grade", "printed_low", "printed_high")}
    for end, name in (("", "restated"), ("_low", "low"), ("_high", "high")):
        given[f"restated{end}"] = None if pd.isna(row[name]) else float(row[name])
    return assign(printed=row["printed_value"], **given)


def _restated(row: Mapping[Any, Any]) -> str:
    """Restated number, or its range, in words."""
    decimals, zero = int(row["decimals"]), abs(row["to"]) >= 1
    numbers = [row["low"], row["high"]] if pd.isna(row["restated"]) else [row["restated"]]
    return " to ".join(number(float(x), decimals, leading_zero=zero) if decimals else count(x) for x in numbers)


def _number_line(ax: Axes, i: int, row: Mapping[Any, Any], mark: Mark) -> None:
    """Number line `i` with the printed range, the restated set and the restated number."""
    ax.set(xlim=(row["from"], row["to"]), ylim=(0, 2))
    without_y(ax)
    scale = Scale("", leading_zero=abs(row["to"]) >= 1)
    ticks = scale.ticks(row["from"], row["to"], most=5)
    ax.set_xticks(ticks, [f"{t:,.0f}" for t in ticks] if abs(row["to"]) >= 1000 else scale.tick_labels(ticks))
    ax.axvspan(row["printed_low"], row["printed_high"], zorder=1, gid=f"printed-{i}", **PRINTED.style())
    ends = [row["low"], row["high"]]
    if not all(map(pd.isna, ends)):
        ax.plot(ends, [0.5, 0.5], solid_capstyle="butt", zorder=3, gid=f"set-{i}", **Line("accent", width=2.6).style())
        dots(ax, ends, [0.5, 0.5], Mark("|", True, "accent"), size=11, edge=1.8, zorder=3, clip_on=True)
    if not pd.isna(row["restated"]):
        dots(ax, [row["restated"]], [0.5], mark, size=8, gid=f"restated-{i}")


DOTS_WIDTH, DOT, LANES = 5.2, 0.085, 1.0  # inches of the picture, a dot, and the two intervals under the dots
CONFIDENCE, PREDICTION = Fill("accent", "accent", width=1.0), Fill("band", "accent", width=1.1)


@drawing
def two_intervals(estimates: Sequence[float], fit: Any, *, scale: Scale, axis: str, noun: str = "result") -> Drawn:
    """Draw estimates as stacked dots, with the confidence and the prediction interval of their average below.

    `estimates` and `fit` (with estimate, ci_low, ci_high, pi_low, pi_high) are on the scale of analysis, which `scale`
    takes to that of the axis; `axis` is its title, `noun` names a dot.
    """
    values = np.sort(scale.back(np.asarray(estimates, float)))
    ensure(len(values) and np.isfinite(values).all(), "an estimate is missing or not finite", field="estimates")
    names = ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
    average, ci_low, ci_high, pi_low, pi_high = (float(scale.back(getattr(fit, name))) for name in names)
    low, high = padded(float(values[0]), float(values[-1]))
    low, high = min(low, pi_low), max(high, pi_high)
    plot = min(DOTS_WIDTH, width()) - 0.5
    step = (high - low) / plot * DOT
    columns = pd.Series(np.round((values - low) / step).astype(int))
    heights = columns.groupby(columns).cumcount()
    top = DOT * (heights.max() + 1) + 0.1 + LANES
    fig, ax = framed(plot + 0.5, 0.45 + top + 0.62, 0.25, 0.62, plot, top)
    ax.set(xlim=(low, high), ylim=(0, top), xlabel=axis)
    without_y(ax)
    plain_ticks(ax.xaxis, low, high, scale=Scale("", leading_zero=scale.leading_zero))
    ax.plot([average] * 2, [0, top], zorder=1, **Line("accent", GUIDE, 0.9).style())
    heights = heights.sort_values(kind="stable")
    at, y = low + columns[heights.index] * step, LANES + DOT * (heights + 0.5)
    dots(ax, at, y, Mark("o", True, "muted"), size=DOT * styles.POINTS * 0.85, edge=0, zorder=2, gid="estimates")
    middle, tall = 0.72, 0.11
    corners = [(ci_low, middle), (average, middle + tall), (ci_high, middle), (average, middle - tall)]
    ax.add_patch(Polygon(corners, closed=True, zorder=3, gid="diamond", **CONFIDENCE.style()))
    ax.add_patch(Rectangle((pi_low, 0.2), pi_high - pi_low, 0.16, zorder=3, gid="prediction", **PREDICTION.style()))
    inside = int(((values >= pi_low) & (values <= pi_high)).sum())
    alt = alt_text(
        f"{plural(len(values), noun)} as dots; their average {scale.write(fit.estimate)} with a narrow confidence "
        f"interval {scale.write_interval(fit.ci_low, fit.ci_high)} and a wide prediction interval "
        f"{scale.write_interval(fit.pi_low, fit.pi_high)}",
        f"{inside} of {len(values)} lie in the prediction interval",
    )
    rows = [(f"{noun} {i}", v, np.nan, np.nan) for i, v in enumerate(values, start=1)]
    rows.append(("average, confidence interval", average, ci_low, ci_high))
    rows.append(("prediction interval", np.nan, pi_low, pi_high))
    return Drawn(fig, alt, pd.DataFrame(rows, columns=["row", scale.symbol, "lower", "upper"]))
