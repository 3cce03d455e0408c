"""Shares of simulated studies in which something happens, with their Monte Carlo intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.marks import Mark, dots, limited
from restated.plots.rows import MARGIN, Chart, Column, row_chart, whiskers
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import Scale, alt_text, count

#: Marks of the first to fourth event: distinct without colour.
MARKS = (Mark("o", True, "accent"), Mark("s", False, "second"), Mark("D", True, "ink"), Mark("^", False, "third"))
#: Vertical distance between the marks of one row, in rows.
STEP = 0.22
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
    row labels, `axis` the title of the axis, `groups` the rows above which a rule is drawn. Raises `RestatedError` if a
    column is missing, a share is not between 0 and 1, or a row lacks an event.
    """
    require(table, "row", "event", "share", "low", "high", "cohorts")
    limited(len(events), len(MARKS), "events", "events")
    labels = list(dict.fromkeys(table["row"]))
    wide = table.set_index(["row", "event"])
    missing = [(row, event) for row in labels for event in events if (row, event) not in wide.index]
    if missing or not table["share"].between(0, 1).all():
        raise RestatedError(f"a share is missing or not between 0 and 1: {missing[:1] or ''}", field="share")
    names = {event: name for event, (name, _) in events.items()}
    parts = {event: wide.loc[[(row, event) for row in labels]] for event in events}
    written = {event: [percent(float(share)) for share in part["share"]] for event, part in parts.items()}
    chart = row_chart(
        [Column(heading, labels)],
        [Column(head, written[event], align="right") for event, (_, head) in events.items()],
        limits=(-2, 102),
        scale=PERCENT,
        axis=axis,
        foot_lines=1,
        compact=False,
    )
    for row in groups:
        chart.ax.plot(
            chart.ax.get_xlim(), [row - 0.5] * 2, color=colour("grid"), linewidth=1.0, zorder=0, clip_on=False
        )
    for i, (mark, part) in enumerate(zip(MARKS, parts.values(), strict=False)):
        at = np.arange(len(labels)) + STEP * (i - (len(events) - 1) / 2)
        whiskers(chart, at, 100 * part["low"], 100 * part["high"], role=mark.role, width=1.6)
        dots(chart.ax, 100 * part["share"], at, mark)
    _key(chart, list(names.values()))
    *others, last = events
    cohorts = max(int(n) for n in table["cohorts"])
    alt = alt_text(
        f"Percent of {count(cohorts)} simulated cohorts with {names[last]}: "
        + "; ".join(f"{row}: {share}" for row, share in zip(labels, written[last], strict=True)),
        "; ".join(
            f"{names[event]} from {percent(parts[event]['share'].min())} to {percent(parts[event]['share'].max())}"
            for event in others
        ),
    )
    drawn = table[table["event"].isin(list(events))]
    data = {heading.lower(): drawn["row"], "event": drawn["event"].map(names)}
    data |= {name: 100 * drawn[end] for name, end in (("percent", "share"), ("lower", "low"), ("upper", "high"))}
    return Drawn(chart.fig, alt, pd.DataFrame(data | {"cohorts": drawn["cohorts"]}).reset_index(drop=True))


def percent(share: float) -> str:
    """Write a share in percent: 0, <0.1, 0.3, 42."""
    value = 100 * share
    if 0 < value < FINEST:
        return f"<{FINEST:g}"
    return f"{value:.1f}" if 0 < value < FINE else f"{value:.0f}"


def _key(chart: Chart, names: list[str]) -> None:
    """Marks and names under the axis."""
    width = sum(0.28 + text_width(name, chart.size) for name in names) - 0.28
    x = max(min(chart.left, chart.width - width - 0.5 * len(names)), MARGIN + 0.1)
    key = chart.key(x, lift=0.055)
    for mark, name in zip(MARKS, names, strict=False):
        key.add(name, mark, width=0.0, space=0.13, gap=0.32)
