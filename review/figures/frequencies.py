"""Shares of simulated studies in which something happens, with their Monte Carlo intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from restated.plots.marks import Line, Mark, dots, limited
from restated.plots.rows import MARGIN, whiskers
from restated.plots.style import Drawn, drawing, text_width
from restated.plots.words import Scale, alt_text, count
from review.figures.pieces import keyed_chart
from review.figures.tables import checked, distinct, ensure

#: Marks of the first to fourth event: distinct without colour.
MARKS = (Mark("o", True, "accent"), Mark("s", False, "second"), Mark("D", True, "ink"), Mark("^", False, "third"))
STEP = 0.22  # vertical distance between the marks of one row, in rows
PERCENT = Scale("share", decimals=0)
#: Percent below which shares other than 0 are written in tenths, and below which only the bound is written.
FINE, FINEST = 1.0, 0.1


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
    chart = keyed_chart({heading: labels}, right, limits=(-2, 102), scale=PERCENT, axis=axis, compact=False)
    for row in groups:
        chart.ax.plot(chart.ax.get_xlim(), [row - 0.5] * 2, zorder=0, clip_on=False, **Line("grid", width=1.0).style())
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
    if 0 < value < FINEST:
        return f"<{FINEST:g}"
    return f"{value:.1f}" if 0 < value < FINE else f"{value:.0f}"
