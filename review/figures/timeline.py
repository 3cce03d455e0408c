"""Events down the years: one row each, a lane for each sort of event, declared periods as bars at the side."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots.marks import DOTTED_GUIDE, Fill, Line, Mark, dots
from restated.plots.rows import MARGIN
from restated.plots.style import BASE, POINTS, Drawn, canvas, drawing, narrow, on_canvas, text_width
from restated.plots.words import alt_text, plural
from restated_book import paths
from review.figures.pieces import label
from review.figures.tables import checked, ensure, known, rows

LANES, BASIS_WORDS = paths.tables(__file__).values()  # lanes with their kinds of events, from left to right
FRAME = "frame"  # events that bound a period: their mark is on the bar of the period and not in a lane
#: Marks by the source of the date.
BASIS_MARKS = {"outside source": Mark("o", True, "accent"), "case study": Mark("s", False, "second")}
PERIOD_FILLS = (Fill("band", width=0.8), Fill("band2", width=0.8))  # fills of the bars of periods, in their order
ROW = 0.205  # inches
#: Inches of a column and between columns, on wide and on narrow screens.
YEAR, BAR, LANE, GAP = (0.44, 0.38), (0.25, 0.2), (0.24, 0.165), (0.1, 0.05)
KEY_LINE = 1.6 * BASE / POINTS


@drawing
def timeline(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> Drawn:
    """Draw events in order of time, downwards.

    `events`, one row each: `date` (year, year-month or year-month-day), `event` (for the table), `label` (for the
    picture), `kind` (one of the kinds of `LANES`, or "frame"), `basis` (one of `BASIS_MARKS`); further columns go into
    the table as they are. Events of which only the year is known come first in it. `periods`, with first and last year,
    are bars next to the events; a frame event of the first or last year of a period is marked on its bar.
    """
    year, bar, lane, gap = (sizes[narrow()] for sizes in (YEAR, BAR, LANE, GAP))
    bars_at = MARGIN + year
    lanes = {kind: i for i, kinds in enumerate(LANES.values()) for kind in kinds}
    table = checked(events, "date", "event", "label", "kind", "basis")
    known(table, "kind", [*lanes, FRAME])
    known(table, "basis", BASIS_MARKS)
    table = _ordered(table.assign(year=table["date"].str[:4].astype(int)), periods)
    top = 2 * KEY_LINE + MARGIN + max(text_width(name, BASE, "bold") for name in LANES) + 0.12
    bottom = top + ROW * len(table)
    lanes_at = bars_at + bar * len(periods) + gap
    text_at = lanes_at + lane * len(LANES) + gap
    table["weight"] = np.where(table["kind"] == FRAME, "bold", "normal")
    table["y"] = top + ROW * (table.index + 0.5)
    # Bold labels are a little wider than measured.
    widest = 1.02 * max(text_width(row.label, BASE, row.weight) for row in rows(table))
    key = 2 * MARGIN + 0.2 + max(text_width(words, BASE) for words in BASIS_WORDS.values())
    width = max(text_at + widest + MARGIN, key)
    fig, ax = canvas(width, bottom + 2 * MARGIN)
    for line, (basis, words) in enumerate(BASIS_WORDS.items()):
        y = MARGIN + KEY_LINE * (line + 0.5)
        _mark(ax, MARGIN + 0.1, y, basis)
        on_canvas(ax, MARGIN + 0.24, y, words)
    grid = Line("grid", width=0.8).style()
    for i, name in enumerate(LANES):
        x = lanes_at + lane * (i + 0.5)
        label(ax, x, top - 0.06, name, ha="center", va="bottom", rotation=90, fontweight="bold")
        ax.plot([x, x], [top, bottom], zorder=1, **grid)
    for row in rows(table.drop_duplicates("year")):
        on_canvas(ax, MARGIN, row.y, str(row.year), fontweight="bold")
        ax.plot([MARGIN, width - MARGIN], [row.y - ROW / 2] * 2, zorder=0, **grid)
    for i, (name, (start, end)) in enumerate(periods.items()):
        inside = table.loc[table["year"].between(start, end), "y"]
        ensure(len(inside), f"period '{name}' has no event", field="periods")
        words, first, last = f"{name}, {start}–{end}", inside.iloc[0] - ROW / 2, inside.iloc[-1] + ROW / 2
        fits = text_width(words, BASE) <= last - first - 2.6 * ROW  # the marks at both ends need room too
        ensure(fits, f"the name '{words}' does not fit its bar", field="periods", remedy="Shorten it")
        x, style = bars_at + bar * i, PERIOD_FILLS[i].style() | {"zorder": 2, "gid": f"period-{i}"}
        ax.add_patch(Rectangle((x + 0.015, first), bar - 0.03, last - first, **style))
        label(ax, x + bar / 2, first + 1.3 * ROW, words, ha="center", va="top", rotation=90, zorder=3)
    for row in rows(table):
        if row.kind == FRAME:
            for i, period in enumerate(periods.values()):
                if row.year in period:
                    _mark(ax, bars_at + bar * (i + 0.5), row.y, row.basis)
        else:
            x = lanes_at + lane * (lanes[row.kind] + 0.5)
            ax.plot([x, text_at - 0.05], [row.y, row.y], zorder=1, **Line("zone1", DOTTED_GUIDE, 0.8).style())
            _mark(ax, x, row.y, row.basis)
        on_canvas(ax, text_at, row.y, row.label, fontweight=row.weight, gid="label")
    data = table.drop(columns=["label", "year", "weight", "y"]).rename(columns={"basis": "date given by"})
    return Drawn(fig, _alt(table, periods), data)


def _ordered(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Events by time; within a year a period begins before everything else and ends after it."""
    starts, ends = (set(years) for years in zip(*periods.values()))
    frame = events["kind"] == FRAME
    for stray in events.loc[frame & ~events["year"].isin(starts | ends), "event"]:
        raise RestatedError(f"'{stray}' bounds no period", field="kind")
    place = np.where(frame, 2 * events["year"].isin(ends), 1)
    return events.assign(place=place).sort_values(["year", "place", "date"], ignore_index=True).drop(columns="place")


def _mark(ax: Axes, x: float, y: float, basis: str) -> None:
    gid = f"date-{basis.replace(' ', '-')}"
    dots(ax, [x], [y], BASIS_MARKS[basis], size=7, edge=1.6, gid=gid, clip_on=True)


def _alt(table: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> str:
    bases, years = table["basis"].value_counts(), table["year"]
    happened = years[table["kind"] != FRAME]
    sides = [
        f"{name} {start}–{end}, {plural(int(happened.between(start, end).sum()), 'event')}"
        for name, (start, end) in periods.items()
    ]
    later = int((happened > max(end for _, end in periods.values())).sum())
    return alt_text(
        f"Timeline of {plural(len(table), 'event')}, {years.min()} to {years.max()}, one row each, "
        f"in lanes for {', '.join(LANES)}",
        f"Dates from outside sources: {bases.get('outside source', 0)}; "
        f"from the case study: {bases.get('case study', 0)}",
        "Bars at the side: " + "; ".join(sides),
        f"After the last period: {plural(later, 'event')}",
    )
