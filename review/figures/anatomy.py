"""Pictures that explain pictures: numbered callouts on a figure of the book, and printed numbers on a number line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.text import Text

from restated.errors import RestatedError
from restated.plots.rows import HALF_DIGIT, MARGIN, padded
from restated.plots.style import BASE, POINTS, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.verdicts import MARKS
from restated.plots.words import Scale, alt_text, count, number, plural
from restated.verdict import SHORT, assign

_SENTENCE = re.compile(r"(?<=\.) (?=[A-Z0-9])")

#: Side of a callout's number in points.
BADGE = 15.0
#: Leaders shorter than this, in inches from the middle of the number, would be hidden by it.
SHORTEST = 0.14

#: A place in a figure, in inches from its lower left corner.
Place = Callable[[Figure], tuple[float, float]]


@dataclass(frozen=True)
class Callout:
    """A number on a picture.

    Attributes
    ----------
    name : str
        What it points at; the list beside the picture begins its item with these words.
    at : callable
        Where it points, from `text_at` or `shape_at`.
    away : (float, float)
        From there to the middle of the number, inches to the right and up.
    """

    name: str
    at: Place
    away: tuple[float, float]


def text_at(words: str, x: float = 0.5, y: float = 0.5) -> Place:
    """Place on a text, by shares of its width and height."""

    def place(fig: Figure) -> tuple[float, float]:
        found = fig.findobj(lambda artist: isinstance(artist, Text) and artist.get_text() == words)
        if not found:
            raise RestatedError(f"the figure has no text '{words}'")
        return _inside(fig, found[0], x, y)

    return place


def shape_at(gid: str, index: int = 0, x: float = 0.5, y: float = 0.5) -> Place:
    """Place on a shape or a text by its group id: on member `index` where the shape has several, by shares of width and height otherwise."""

    def place(fig: Figure) -> tuple[float, float]:
        found = [
            a
            for a in fig.findobj(lambda artist: artist.get_gid() == gid)
            if isinstance(a, (Patch, Text, Line2D, PathCollection, LineCollection))
        ]
        if not found:
            raise RestatedError(f"the figure has no shape '{gid}'")
        one = found[0]
        if isinstance(one, (Patch, Text)):
            return _inside(fig, one, x, y)
        if isinstance(one, LineCollection):
            (x0, y0), (x1, y1) = one.get_segments()[index]
            point = (x0 + x * (x1 - x0), y0 + y * (y1 - y0))
        else:
            point = one.get_offsets()[index] if isinstance(one, PathCollection) else one.get_xydata()[index]
        transform = one.get_offset_transform() if isinstance(one, PathCollection) else one.get_transform()
        return tuple(transform.transform(point) / fig.dpi)

    return place


def _inside(fig: Figure, artist, x: float, y: float) -> tuple[float, float]:
    box = artist.get_window_extent(fig.canvas.get_renderer())
    return (box.x0 + x * box.width) / fig.dpi, (box.y0 + y * box.height) / fig.dpi


@drawing
def annotate(drawn: Drawn, callouts: Sequence[Callout], *, top: float = 0.0) -> Drawn:
    """A figure with numbered callouts, its data as they were.

    Parameters
    ----------
    drawn : Drawn
        Is changed.
    callouts : sequence of Callout
        Numbered from 1 in their order.
    top : float
        Inches added above the figure, for numbers over its headings.
    """
    fig = drawn.fig
    width, height = fig.get_size_inches()
    places = [ax.get_position().bounds for ax in fig.axes]
    fig.set_size_inches(width, height + top)
    for ax, (left, bottom, wide, high) in zip(fig.axes, places, strict=True):
        ax.set_position((left, bottom * height / (height + top), wide, high * height / (height + top)))
    fig.canvas.draw()
    for i, callout in enumerate(callouts, start=1):
        x, y = callout.at(fig)
        dx, dy = callout.away
        far = np.hypot(dx, dy)
        if far > SHORTEST:
            _add(fig, [x, x + dx], [y, y + dy], color=colour("ink"), linewidth=1.0, zorder=20, gid="leader")
            _add(fig, [x], [y], marker="o", markersize=3.5, color=colour("ink"), zorder=20)
        _add(fig, [x + dx], [y + dy], marker="o", markersize=BADGE, color=colour("ink"), zorder=21)
        fig.text(
            x + dx,
            y + dy - HALF_DIGIT * BASE / POINTS,
            str(i),
            fontsize=BASE,
            fontweight="bold",
            color=colour("page"),
            ha="center",
            va="baseline",
            transform=fig.dpi_scale_trans,
            zorder=22,
            gid="callout",
        )
    named = ", ".join(f"{i} {callout.name}" for i, callout in enumerate(callouts, start=1))
    return Drawn(
        fig,
        alt_text(f"Picture with {plural(len(callouts), 'numbered part')}: {named}", *_SENTENCE.split(drawn.alt)),
        drawn.data,
    )


def _add(fig: Figure, x, y, **style) -> None:
    style = {"linestyle": "-" if len(x) > 1 else "none", "markeredgewidth": 0} | style
    fig.add_artist(Line2D(x, y, transform=fig.dpi_scale_trans, **style))


#: From a text to a number close above it: no leader is needed.
ABOVE = (0.0, 0.14)
#: Parts of a forest plot whose first row shows all of them.
FOREST = (
    Callout("Study", text_at("Study", y=1.0), ABOVE),
    Callout("Size", text_at("n", y=1.0), ABOVE),
    Callout("Line of no effect", shape_at("null"), (0.0, 0.32)),
    Callout("Square", shape_at("squares"), (0.0, 0.42)),
    Callout("Line through the square", shape_at("whiskers", x=1.0), (0.12, 0.42)),
    Callout("Result in figures", text_at("r [95\u00a0% CI]", y=1.0), ABOVE),
    Callout("Weight", text_at("Weight %", y=1.0), ABOVE),
    Callout("Diamond", shape_at("diamond", x=1.0), (0.4, 0.0)),
    Callout("Prediction interval", shape_at("prediction", x=1.0), (0.4, 0.0)),
)
FOREST_TOP = 0.35  # inches over its headings, for the numbers
#: Parts of a set of data sets with a narrower one.
SET = (
    Callout("Stem", shape_at("values", 0), (0.3, 0.3)),
    Callout("All data sets", shape_at("bracket-all", 2), (0.25, 0.0)),
    Callout("Plausible ones", shape_at("bracket-plausible", 2), (0.25, 0.0)),
)
#: Parts of a number line.
NUMBER_LINE = (
    Callout("Printed digits", text_at("printed .12", x=0.0), (-0.14, 0.0)),
    Callout("Smallest number", shape_at("printed-0", x=0.0, y=0.75), (-0.3, 0.0)),
    Callout("Largest number", shape_at("printed-0", x=1.0, y=0.75), (0.3, 0.0)),
    Callout("Restated number", shape_at("restated-0"), (0.5, 0.0)),
)
#: Number lines, one for each way to compare.
VERDICT_LINES = tuple(
    Callout(name, shape_at(f"title-{i}", x=0.0), (-0.15, 0.0))
    for i, name in enumerate(("Identical", "Within rounding", "Compatible", "Differs"))
)
#: Parts of a pooled result with its two intervals.
INTERVALS = (
    Callout("Dot", shape_at("estimates", -1), (0.0, 0.3)),
    Callout("Confidence interval", shape_at("diamond", x=1.0), (0.4, 0.0)),
    Callout("Prediction interval", shape_at("prediction", x=1.0), (0.3, 0.0)),
)

LINES_WIDTH = 5.2  # inches
INDENT = 0.34  # inches, for callouts left of the words
WORDS = 1.45  # inches of the words left of a number line
LANE = 0.27  # inches
TICKS = 0.36  # inches under a number line
TITLE = 0.3


@drawing
def number_lines(table: pd.DataFrame) -> Drawn:
    """Printed numbers as what their digits stand for, restated ones below, each pair on its own number line with its verdict.

    Parameters
    ----------
    table : DataFrame
        One row per number line: `title`, `printed` (the digits), `printed_value`, `printed_low`, `printed_high` (what they stand
        for), `restated` (missing if only a range is known), `low`, `high` (of the restated set, missing if there is none),
        `grade`, `decimals` (of the restated number in words), `from`, `to` (ends of the line).

    Notes
    -----
    The verdict is not given: it is assigned here, by the rule of the book.
    """
    require(
        table,
        "title",
        "printed",
        "printed_value",
        "printed_low",
        "printed_high",
        "restated",
        "low",
        "high",
        "grade",
        "decimals",
        "from",
        "to",
    )
    each = TITLE + 2 * LANE + TICKS + 0.12
    height = each * len(table) + 2 * MARGIN
    fig = new_figure(LINES_WIDTH, height)
    left = MARGIN + INDENT + WORDS
    rows, says = [], []
    for i, row in enumerate(table.to_dict("records")):
        has_set = not (pd.isna(row["low"]) and pd.isna(row["high"]))
        verdict = assign(
            grade=row["grade"],
            printed=row["printed_value"],
            printed_low=row["printed_low"],
            printed_high=row["printed_high"],
            restated=None if pd.isna(row["restated"]) else float(row["restated"]),
            restated_low=float(row["low"]) if has_set else None,
            restated_high=float(row["high"]) if has_set else None,
        )
        top = height - MARGIN - i * each
        ax = axes_in_inches(fig, left, top - TITLE - 2 * LANE, LINES_WIDTH - left - 0.3, 2 * LANE)
        ax.set_xlim(row["from"], row["to"])
        ax.set_ylim(0, 2)
        ax.set_yticks([])
        ax.spines["left"].set_visible(False)
        scale = Scale("", leading_zero=abs(row["to"]) >= 1)
        ticks = scale.ticks(row["from"], row["to"], most=5)
        ax.set_xticks(ticks, [f"{t:,.0f}" for t in ticks] if abs(row["to"]) >= 1000 else scale.tick_labels(ticks))
        low, high = float(row["printed_low"]), float(row["printed_high"])
        ax.axvspan(
            low,
            high,
            facecolor=colour("band2"),
            edgecolor=colour("second"),
            linewidth=1.2,
            zorder=1,
            gid=f"printed-{i}",
        )
        style = _verdict_mark(verdict)
        if has_set:
            ax.plot(
                [row["low"], row["high"]],
                [0.5, 0.5],
                color=colour("accent"),
                linewidth=2.6,
                solid_capstyle="butt",
                zorder=3,
                gid=f"set-{i}",
            )
            ax.plot(
                [row["low"], row["high"]],
                [0.5, 0.5],
                linestyle="none",
                marker="|",
                markersize=11,
                markeredgewidth=1.8,
                color=colour("accent"),
                zorder=3,
            )
            said = f"{_write(row['low'], row)} to {_write(row['high'], row)}"
        if not pd.isna(row["restated"]):
            ax.plot(
                [row["restated"]],
                [0.5],
                linestyle="none",
                zorder=4,
                clip_on=False,
                gid=f"restated-{i}",
                **style | {"markersize": 8},
            )
            said = _write(row["restated"], row)
        words = dict(fontsize=BASE, color=colour("ink"), va="baseline", transform=fig.dpi_scale_trans)
        drop = HALF_DIGIT * BASE / POINTS
        fig.text(MARGIN + INDENT, top - TITLE / 2 - drop, row["title"], fontweight="bold", gid=f"title-{i}", **words)
        shown = SHORT[verdict]
        end = LINES_WIDTH - 0.3
        fig.text(end, top - TITLE / 2 - drop, shown, ha="right", fontweight="bold", **words)
        _add(fig, [end - 1.05 * text_width(shown, BASE, "bold") - 0.12], [top - TITLE / 2], **style)
        fig.text(MARGIN + INDENT, top - TITLE - LANE / 2 - drop, f"printed {row['printed']}", **words)
        lines = [f"restated {said}"] if text_width(f"restated {said}", BASE) <= WORDS else ["restated", said]
        for j, line in enumerate(lines):
            fig.text(MARGIN + INDENT, top - TITLE - LANE * (1.5 + 0.75 * j) - drop, line, **words)
        rows.append(
            {
                "number": row["title"],
                "printed": row["printed"],
                "stands for, from": low,
                "stands for, to": high,
                "restated": said,
                "verdict": shown,
            }
        )
        says.append(f"{row['title']}: printed {row['printed']}, restated {said}, {shown}")
    return Drawn(
        fig,
        alt_text(f"{plural(len(table), 'number line')} with a printed and a restated number", *says),
        pd.DataFrame(rows),
    )


def _write(x: float, row: dict) -> str:
    decimals = int(row["decimals"])
    return count(x) if decimals == 0 else number(float(x), decimals, leading_zero=abs(row["to"]) >= 1)


def _verdict_mark(verdict: str) -> dict:
    marker, filled, role = MARKS[verdict]
    return dict(
        marker=marker,
        markersize=7,
        markerfacecolor=colour(role if filled else "page"),
        markeredgecolor=colour(role),
        markeredgewidth=1.4,
    )


DOTS_WIDTH = 5.2  # inches
DOT = 0.085  # inches


@drawing
def two_intervals(estimates: Sequence[float], fit, *, scale: Scale, axis: str, noun: str = "study") -> Drawn:
    """Estimates as stacked dots, with the confidence and the prediction interval of their average below.

    Parameters
    ----------
    estimates : sequence of float
        On the scale of analysis.
    fit : object
        With estimate, ci_low, ci_high, pi_low, pi_high on the same scale.
    scale : Scale
        To the scale of the axis.
    axis : str
        Title of the axis.
    noun : str
        What a dot is.
    """
    values = np.sort(scale.back(np.asarray(estimates, float)))
    if not len(values) or not np.isfinite(np.asarray(estimates, float)).all():
        raise RestatedError("there is no estimate to draw, or one that is not finite", field="estimates")
    low, high = padded(float(values[0]), float(values[-1]))
    ends = {
        name: float(scale.back(getattr(fit, name))) for name in ("estimate", "ci_low", "ci_high", "pi_low", "pi_high")
    }
    low, high = min(low, ends["pi_low"]), max(high, ends["pi_high"])
    plot = DOTS_WIDTH - 0.5
    step = (high - low) / plot * DOT
    columns = np.round((values - low) / step).astype(int)
    heights = np.array([int((columns[:i] == c).sum()) for i, c in enumerate(columns)])
    stack = DOT * (heights.max() + 1) + 0.1
    lanes = 1.0
    fig = new_figure(DOTS_WIDTH, 0.45 + stack + lanes + 0.62)
    ax = axes_in_inches(fig, 0.25, 0.62, plot, stack + lanes)
    ax.set_xlim(low, high)
    ax.set_ylim(0, stack + lanes)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ticks = Scale("", leading_zero=scale.leading_zero).ticks(low, high)
    ax.set_xticks(ticks, Scale("", leading_zero=scale.leading_zero).tick_labels(ticks))
    ax.set_xlabel(axis)
    ax.plot(
        [ends["estimate"]] * 2,
        [0, stack + lanes],
        color=colour("accent"),
        linewidth=0.9,
        linestyle=(0, (2, 2)),
        zorder=1,
    )
    at = low + columns * step
    order = np.lexsort((at, heights))
    ax.plot(
        at[order],
        lanes + DOT * (heights[order] + 0.5),
        linestyle="none",
        marker="o",
        markersize=DOT * POINTS * 0.85,
        markeredgewidth=0,
        color=colour("muted"),
        clip_on=False,
        zorder=2,
        gid="estimates",
    )
    middle = 0.72
    ax.add_patch(
        Polygon(
            [
                (ends["ci_low"], middle),
                (ends["estimate"], middle + 0.11),
                (ends["ci_high"], middle),
                (ends["estimate"], middle - 0.11),
            ],
            closed=True,
            facecolor=colour("accent"),
            edgecolor=colour("accent"),
            zorder=3,
            gid="diamond",
        )
    )
    ax.add_patch(
        Rectangle(
            (ends["pi_low"], 0.2),
            ends["pi_high"] - ends["pi_low"],
            0.16,
            facecolor=colour("band"),
            edgecolor=colour("accent"),
            linewidth=1.1,
            zorder=3,
            gid="prediction",
        )
    )
    inside = int(((values >= ends["pi_low"]) & (values <= ends["pi_high"])).sum())
    rows = [(f"{noun} {i}", v, np.nan, np.nan) for i, v in enumerate(values, start=1)]
    rows += [
        ("average, confidence interval", ends["estimate"], ends["ci_low"], ends["ci_high"]),
        ("prediction interval", np.nan, ends["pi_low"], ends["pi_high"]),
    ]
    return Drawn(
        fig,
        alt_text(
            f"{plural(len(values), noun, 'studies' if noun == 'study' else None)} as dots; their average {scale.write(fit.estimate)} with a narrow confidence interval "
            f"{scale.write_interval(fit.ci_low, fit.ci_high)} and a wide prediction interval {scale.write_interval(fit.pi_low, fit.pi_high)}",
            f"{inside} of {len(values)} lie in the prediction interval",
        ),
        pd.DataFrame(rows, columns=["row", scale.symbol, "lower", "upper"]),
    )
