"""How often something happens, row by row: shares of simulated studies with their Monte Carlo intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text, count

#: Marker, colour and filling of the first to fourth event: shapes first.
MARKS = (("o", "accent", True), ("s", "second", False), ("D", "ink", True), ("^", "third", False))
#: Vertical distance between the marks of one row, in rows.
STEP = 0.22
PERCENT = Scale("share", decimals=0, leading_zero=True)
#: Shares below this many percent, other than 0, are written in tenths, and below the second as being below it.
FINE, FINEST = 1.0, 0.1


@drawing
def shares(
    table: pd.DataFrame, events: Mapping[str, tuple[str, str]], *, heading: str, axis: str, groups: Sequence[int] = ()
) -> Drawn:
    """Shares of simulated studies in which each event happens, one row per setting.

    Parameters
    ----------
    table : DataFrame
        `row` (label, in drawing order), `event`, `share`, `low`, `high` (Monte Carlo interval), all from 0 to 1,
        `cohorts`.
    events : mapping of str to (str, str)
        Events to draw, at most four: name in the key, and heading of its column of numbers.
    heading : str
        Heading of the row labels.
    axis : str
        Title of the axis.
    groups : sequence of int
        Rows above which a rule is drawn.

    Raises
    ------
    RestatedError
        If a column is missing, a share is no share, or a row lacks an event.
    """
    require(table, "row", "event", "share", "low", "high", "cohorts")
    if not 1 <= len(events) <= len(MARKS):
        raise RestatedError(f"{len(events)} events cannot be told apart", field="events", remedy="Give one to four")
    labels = list(dict.fromkeys(table["row"]))
    wide = table.set_index(["row", "event"])
    missing = [(row, event) for row in labels for event in events if (row, event) not in wide.index]
    if missing or not table["share"].between(0, 1).all():
        raise RestatedError(f"a share is missing or not between 0 and 1: {missing[:1] or ''}", field="share")
    headings = {event: head for event, (_, head) in events.items()}
    events = {event: name for event, (name, _) in events.items()}
    right = [
        Column(headings[event], [percent(float(wide.loc[(row, event), "share"])) for row in labels], align="right")
        for event in events
    ]
    chart = layout.row_chart(
        [Column(heading, labels)], right, limits=(-2, 102), scale=PERCENT, axis=axis, foot_lines=1, compact=False
    )
    for at in groups:
        _rule(chart, at - 0.5)
    middle = (len(events) - 1) / 2
    for i, event in enumerate(events):
        marker, role, filled = MARKS[i]
        at = np.arange(len(labels)) + STEP * (i - middle)
        part = wide.loc[[(row, event) for row in labels]]
        layout.whiskers(chart, at, 100 * part["low"], 100 * part["high"], role=role, width=1.6)
        chart.ax.plot(
            100 * part["share"],
            at,
            linestyle="none",
            marker=marker,
            markersize=6.5,
            markeredgewidth=1.4,
            markeredgecolor=colour(role),
            markerfacecolor=colour(role if filled else "page"),
            zorder=4,
            clip_on=False,
        )
    _key(chart, events)
    data = table[table["event"].isin(list(events))].copy()
    data["event"] = data["event"].map(events)
    data = pd.DataFrame(
        {
            heading.lower(): data["row"],
            "event": data["event"],
            "percent": 100 * data["share"],
            "lower": 100 * data["low"],
            "upper": 100 * data["high"],
            "cohorts": data["cohorts"],
        }
    )
    last = list(events)[-1]
    told = "; ".join(f"{row}: {percent(float(wide.loc[(row, last), 'share']))}" for row in labels)
    n = sorted(set(int(x) for x in table["cohorts"]))
    return Drawn(
        chart.fig,
        alt_text(
            f"Percent of {count(n[-1])} simulated cohorts with {events[last]}: {told}",
            "; ".join(
                f"{name} from {percent(float(wide.loc[[(r, e) for r in labels], 'share'].min()))} to "
                f"{percent(float(wide.loc[[(r, e) for r in labels], 'share'].max()))}"
                for e, name in list(events.items())[:-1]
            ),
        ),
        data.reset_index(drop=True),
    )


def percent(share: float) -> str:
    """A share in words of print: 0, <0.1, 0.3, 42."""
    value = 100 * share
    if 0 < value < FINEST:
        return f"<{FINEST:g}"
    return f"{value:.1f}" if 0 < value < FINE else f"{value:.0f}"


def _rule(chart, at: float) -> None:
    """A faint rule across the plot between two rows."""
    left, right = chart.ax.get_xlim()
    chart.ax.plot([left, right], [at, at], color=colour("grid"), linewidth=1.0, zorder=0, clip_on=False)


def _key(chart, events: Mapping[str, str]) -> None:
    """Marks and names under the axis."""
    width = sum(0.28 + text_width(name, chart.size) for name in events.values()) - 0.28
    start = chart.ax.get_position().x0 * chart.fig.get_size_inches()[0]
    x = max(min(start, chart.fig.get_size_inches()[0] - width - 0.5 * len(events)), layout.MARGIN + 0.1)
    bottom = chart.foot
    for (marker, role, filled), name in zip(MARKS, events.values(), strict=False):
        chart.ax.plot(
            [x],
            [bottom + 0.055],
            linestyle="none",
            marker=marker,
            markersize=6.5,
            markeredgewidth=1.4,
            markeredgecolor=colour(role),
            markerfacecolor=colour(role if filled else "page"),
            transform=chart.fig.dpi_scale_trans,
            clip_on=False,
        )
        chart.below(x + 0.13, name, color=colour("ink"))
        x += 0.45 + text_width(name, chart.size)
