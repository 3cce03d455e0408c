"""A simulated cohort: children counted, shares of studies, and checks of the growth model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from restated.plots import style
from restated.plots.marks import Fill, Line, Mark, dots, limited
from restated.plots.rows import MARGIN, NEAR, whiskers
from restated.plots.style import Drawn, axes_in_inches, colour, drawing, new_figure, text_width, width, write
from restated.plots.words import Scale, alt_text, count, number, plain_ticks
from restated_book import paths
from review.figures.pieces import fill_key, keyed_chart, stacked_bars
from review.figures.tables import checked, distinct, ensure, texts

PERCENT = Scale("%", decimals=0, steps=(25, 50))
ROUNDED = 0.15  # percent points by which four printed percentages with one decimal may miss 100
PARTS = {name: Fill(*look) for name, look in paths.tables(__file__).items()}  #: Looks of the parts, from the left
#: Marks of the first to fourth event: distinct without colour.
MARKS = (Mark("o", True, "accent"), Mark("s", False, "second"), Mark("D", True, "ink"), Mark("^", False, "third"))
STEP = 0.22  # vertical distance between the marks of one row, in rows
SHARE = Scale("share", decimals=0)
#: Percent below which shares other than 0 are written in tenths, and below which only the bound is written.
FINE, FINEST = 1.0, 0.1
SIDE, HEIGHT = 2.25, 2.2  # inches of a panel
LEFT, GAP, BOTTOM, TOP = 0.62, 0.72, 0.82, 0.36  # inches
#: Title and axis of each panel.
PANELS = (("SD of ratings", "grade"), ("Correlation", "grades apart"), ("Residual percentiles", "normal distribution"))


@drawing
def class_bars(table: pd.DataFrame) -> Drawn:
    """Draw a bar of four parts for each row, with the children it counts and the percent that are disorganized.

    `table`: `label`, `n` (missing where not counted here) and a share for each of `PARTS`.
    """
    table = checked(table, "label", "n", finite=tuple(PARTS))
    shares, (labels,) = 100 * table[list(PARTS)].to_numpy(float), texts(table, "label")
    whole = (shares >= 0).all() and (abs(shares.sum(axis=1) - 100) < ROUNDED).all()
    ensure(whole, "the shares of a row do not add up to 1")
    percent = [f"{share:.1f}" for share in shares[:, 0]]
    right = {"n": [count(n) or "–" for n in table["n"]], "D, %": percent}
    axis = "percent of the row's children"
    chart = keyed_chart({"Children": labels}, right, limits=(0, 100), scale=PERCENT, axis=axis)
    stacked_bars(chart, shares, list(PARTS.values()), list(PARTS))
    fill_key(chart, PARTS)
    alt = alt_text(
        f"Attachment classes in {len(table)} groups of children, percent disorganized: "
        + "; ".join(map(" ".join, zip(labels, percent)))
    )
    return Drawn(chart.fig, alt, pd.DataFrame({"children": labels, "n": table["n"]} | dict(zip(PARTS, shares.T))))


@drawing
def shares(
    table: pd.DataFrame, events: Mapping[str, tuple[str, str]], *, heading: str, axis: str, groups: Sequence[int] = ()
) -> Drawn:
    """Draw the share of simulated studies in which each event happens, one row per setting.

    `table`: `row` (label, in drawing order), `event`, `share`, `low`, `high` (Monte Carlo interval), all from 0 to 1,
    `cohorts`. `events`, at most four: name in the key, and heading of the column of numbers; `heading` is that of the
    row labels, `axis` the title of the axis, `groups` the rows above which a rule is drawn.
    """
    table = checked(table, "row", "event", "share", "low", "high", "cohorts")
    limited(len(events), len(MARKS), "events", "events")
    labels = distinct(table, "row")
    drawn = table[table["event"].isin(list(events))]
    complete = len(drawn) == len(labels) * len(events) and table["share"].between(0, 1).all()
    ensure(complete, "a share is missing or not between 0 and 1", field="share")
    names = {event: name for event, (name, _) in events.items()}
    of_event = {event: drawn[drawn["event"] == event].set_index("row").loc[labels] for event in events}
    written = {event: list(map(percent, part["share"])) for event, part in of_event.items()}
    right = {head: written[event] for event, (_, head) in events.items()}
    chart = keyed_chart({heading: labels}, right, limits=(-2, 102), scale=SHARE, axis=axis, compact=False)
    for row in groups:
        chart.ax.plot(chart.ax.get_xlim(), [row - 0.5 - NEAR] * 2, zorder=0, clip_on=False, **Line("grid").style())
    for i, (mark, part) in enumerate(zip(MARKS, of_event.values())):
        at = np.arange(len(labels)) + STEP * (i - (len(events) - 1) / 2)
        whiskers(chart, at, 100 * part["low"], 100 * part["high"], role=mark.role, width=1.6)
        dots(chart.ax, 100 * part["share"], at, mark)
    width = sum(0.28 + text_width(name, chart.size) for name in names.values()) - 0.28
    key = chart.key(max(min(chart.left, chart.width - width - 0.5 * len(names)), MARGIN + 0.1), lift=0.055)
    for name, mark in zip(names.values(), MARKS):
        key.add(name, mark, width=0.0, space=0.13, gap=0.32)
    *others, last = events
    spans = [(names[event], *map(percent, of_event[event]["share"].agg(["min", "max"]))) for event in others]
    alt = alt_text(
        f"Percent of {count(table['cohorts'].max())} simulated cohorts with {names[last]}: "
        + "; ".join(map(": ".join, zip(labels, written[last]))),
        "; ".join(f"{name} from {low} to {high}" for name, low, high in spans),
    )
    data = {heading.lower(): drawn["row"], "event": drawn["event"].map(names)}
    data |= {name: 100 * drawn[end] for name, end in (("percent", "share"), ("lower", "low"), ("upper", "high"))}
    return Drawn(chart.fig, alt, pd.DataFrame(data | {"cohorts": drawn["cohorts"]}).reset_index(drop=True))


def percent(share: float) -> str:
    """Write a share in percent: 0, <0.1, 0.3, 42."""
    value = 100 * share
    return f"<{FINEST:g}" if 0 < value < FINEST else f"{value:.1f}" if 0 < value < FINE else f"{value:.0f}"


@drawing
def checks(parts: Mapping[str, pd.DataFrame], *, grades: tuple[str, ...]) -> Drawn:
    """Draw observed against implied values in three panels.

    `parts`: ``spread`` (`wave`, `observed`, `implied`), ``correlation`` (`lag`, `observed`, `implied`), ``residuals``
    (`normal`, `observed` percentiles); `grades` are short names of the waves.
    """
    if style.narrow():
        step = BOTTOM + HEIGHT + TOP
        fig = new_figure(width(), 3 * step)
        axes = [axes_in_inches(fig, LEFT, (2 - i) * step + BOTTOM, width() - LEFT - 0.15, HEIGHT) for i in range(3)]
    else:
        fig = new_figure(LEFT + 3 * SIDE + 2 * GAP + 0.15, BOTTOM + HEIGHT + TOP)
        axes = [axes_in_inches(fig, LEFT + i * (SIDE + GAP), BOTTOM, SIDE, HEIGHT) for i in range(3)]
    dots: dict[str, Any] = {"linestyle": "none", "marker": "o", "color": colour("accent"), "zorder": 2}
    spread, correlation, residuals = parts["spread"], parts["correlation"], parts["residuals"]
    for ax, part, x in ((axes[0], spread, "wave"), (axes[1], correlation, "lag")):
        ax.plot(part[x], part["implied"], color=colour("muted"), linewidth=1.4, zorder=1)
        ax.plot(part[x], part["observed"], markersize=5, **dots)
    axes[0].set_ylim(0, 1.25 * spread[["observed", "implied"]].to_numpy().max())
    shown = [0, len(grades) // 2, len(grades) - 1]
    axes[0].set_xticks(shown, [grades[i] for i in shown])
    axes[1].set(ylim=(0, 1), xticks=correlation["lag"])
    ends = [residuals.to_numpy().min(), residuals.to_numpy().max()]
    axes[2].plot(ends, ends, color=colour("muted"), linewidth=1.2, zorder=1)
    axes[2].plot(residuals["normal"], residuals["observed"], markersize=3, **dots)
    plain_ticks(axes[2].xaxis, *axes[2].get_xlim(), most=6)
    for ax, (title, below) in zip(axes, PANELS):
        plain_ticks(ax.yaxis, *ax.get_ylim(), most=7)
        style.panel_title(ax, title, 1.04)
        ax.set_xlabel(below)
    write(fig, LEFT, 0.16, "dots: in the data; lines: implied by the model", color=colour("muted"))
    off, far = (float(np.abs(part["observed"] - part["implied"]).max()) for part in (spread, correlation))
    first, last = (residuals.map(number).iloc[end] for end in (0, -1))
    alt = alt_text(
        f"The growth model and the data: standard deviations by grade differ by at most {number(off)}, "
        f"correlations by distance by at most {number(far)}",
        f"Residual percentiles run from {first['observed']} to {last['observed']}, "
        f"normal ones from {first['normal']} to {last['normal']}",
    )
    data = pd.concat([spread, correlation, residuals.rename(columns={"normal": "implied"})], ignore_index=True)
    names = [f"SD, {grades[i]}" for i in spread["wave"]] + [f"correlation, {lag} apart" for lag in correlation["lag"]]
    names += [f"residual percentile {p}" for p in range(1, 100)]
    return Drawn(fig, alt, pd.DataFrame({"check": names, "in the data": data["observed"], "implied": data["implied"]}))
