"""Events down the years: one row each, a lane for each sort of event, declared periods as bars at the side."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots.marks import DOTTED_GUIDE, Fill, Line, Mark, dots
from restated.plots.rows import MARGIN
from restated.plots.style import BASE, POINTS, Drawn, canvas, colour, drawing, on_canvas, require, text_width
from restated.plots.words import alt_text, plural
from review.figures.pieces import label
from review.figures.tables import known, rows

#: Lanes from left to right, and the kinds of events in each.
LANES = {
    "research": ("research", "review"),
    "trials": ("trial", "evaluation"),
    "programmes": ("programme",),
    "policy": ("policy", "funding"),
    "later": ("later",),
}
#: Events that bound a period: their mark is on the bar of the period and not in a lane.
FRAME = "frame"
#: Marks by the source of the date.
BASIS_MARKS = {"outside source": Mark("o", True, "accent"), "case study": Mark("s", False, "second")}
BASIS_WORDS = {"outside source": "date from an outside source", "case study": "date from the case study"}
#: Fills of the bars of periods, in their order.
PERIOD_FILLS = (Fill("band", width=0.8), Fill("band2", width=0.8))

ROW = 0.205  # inches
YEAR, BAR, LANE = 0.44, 0.25, 0.24  # inches of a column
GAP = 0.1
BARS_AT = MARGIN + YEAR
KEY_LINE = 1.6 * BASE / POINTS


@drawing
def timeline(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> Drawn:
    """Draw events in order of time, downwards.

    `events`, one row each: `date` (year, year-month or year-month-day), `event` (for the table), `label` (for the
    picture), `kind` (one of the kinds of `LANES`, or "frame"), `basis` (one of `BASIS_MARKS`); further columns go into
    the table as they are. Events of which only the year is known come first in it. `periods`, with first and last year,
    are bars next to the events; a frame event of the first or last year of a period is marked on its bar. Raises
    `RestatedError` if a column is missing, a kind or basis is unknown, a frame event bounds no period, or the name of a
    period does not fit its bar.
    """
    require(events, "date", "event", "label", "kind", "basis")
    lanes = {kind: i for i, kinds in enumerate(LANES.values()) for kind in kinds}
    known(events, "kind", [*lanes, FRAME])
    known(events, "basis", BASIS_MARKS)
    table = _ordered(events, periods)
    years = table["date"].str[:4].astype(int)
    top = 2 * KEY_LINE + MARGIN + max(text_width(name, BASE, "bold") for name in LANES) + 0.12
    bottom = top + ROW * len(table)
    lanes_at = BARS_AT + BAR * len(periods) + GAP
    text_at = lanes_at + LANE * len(LANES) + GAP
    weights = ["bold" if kind == FRAME else "normal" for kind in table["kind"]]
    # Bold labels are a little wider than measured.
    widest = 1.02 * max(text_width(label, BASE, weight) for label, weight in zip(table["label"], weights, strict=True))
    key = 2 * MARGIN + 0.2 + max(text_width(words, BASE) for words in BASIS_WORDS.values())
    width = max(text_at + widest + MARGIN, key)
    fig, ax = canvas(width, bottom + 2 * MARGIN)
    middles = [top + ROW * (i + 0.5) for i in range(len(table))]
    for line, (basis, words) in enumerate(BASIS_WORDS.items()):
        y = MARGIN + KEY_LINE * (line + 0.5)
        _mark(ax, MARGIN + 0.1, y, basis)
        on_canvas(ax, MARGIN + 0.24, y, words)
    for i, name in enumerate(LANES):
        x = lanes_at + LANE * (i + 0.5)
        label(ax, x, top - 0.06, name, ha="center", va="bottom", rotation=90, fontweight="bold")
        ax.plot([x, x], [top, bottom], color=colour("grid"), linewidth=0.8, zorder=1)
    for i in years.index[years != years.shift()]:
        on_canvas(ax, MARGIN, middles[i], str(years[i]), fontweight="bold")
        ax.plot([MARGIN, width - MARGIN], [middles[i] - ROW / 2] * 2, color=colour("grid"), linewidth=0.8, zorder=0)
    for i, (name, period) in enumerate(periods.items()):
        inside = [y for y, year in zip(middles, years, strict=True) if period[0] <= year <= period[1]]
        if not inside:
            raise RestatedError(f"period '{name}' has no event", field="periods")
        _bar(ax, i, f"{name}, {period[0]}–{period[1]}", inside[0] - ROW / 2, inside[-1] + ROW / 2)
    for y, weight, event in zip(middles, weights, rows(table), strict=True):
        if event.kind == FRAME:
            for i, period in enumerate(periods.values()):
                if int(event.date[:4]) in period:
                    _mark(ax, BARS_AT + BAR * (i + 0.5), y, event.basis)
        else:
            x = lanes_at + LANE * (lanes[event.kind] + 0.5)
            ax.plot([x, text_at - 0.05], [y, y], zorder=1, **Line("zone1", DOTTED_GUIDE, 0.8).style())
            _mark(ax, x, y, event.basis)
        on_canvas(ax, text_at, y, event.label, fontweight=weight, gid="label")
    data = table.drop(columns="label").rename(columns={"basis": "date given by"}).reset_index(drop=True)
    return Drawn(fig, _alt(table, years, periods), data)


def _ordered(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """Events by time; within a year a period begins before everything else and ends after it."""
    starts = {start for start, _ in periods.values()}
    ends = {end for _, end in periods.values()}

    def key(event: Any) -> tuple[int, int, str]:
        year = int(event.date[:4])
        if event.kind != FRAME:
            return year, 1, event.date
        if year not in starts | ends:
            raise RestatedError(f"'{event.event}' bounds no period", field="kind")
        return year, 2 if year in ends else 0, event.date

    keys = [key(event) for event in rows(events)]
    return events.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def _bar(ax: Axes, i: int, words: str, top: float, bottom: float) -> None:
    """Bar of period `i`, with its name."""
    if text_width(words, BASE) > bottom - top - 2.6 * ROW:  # the marks at both ends need room too
        raise RestatedError(f"the name '{words}' does not fit its bar", field="periods", remedy="Shorten it")
    x = BARS_AT + BAR * i
    style = PERIOD_FILLS[i].style() | {"zorder": 2, "gid": f"period-{i}"}
    ax.add_patch(Rectangle((x + 0.015, top), BAR - 0.03, bottom - top, **style))
    label(ax, x + BAR / 2, top + 1.3 * ROW, words, ha="center", va="top", rotation=90, zorder=3)


def _mark(ax: Axes, x: float, y: float, basis: str) -> None:
    gid = f"date-{basis.replace(' ', '-')}"
    dots(ax, [x], [y], BASIS_MARKS[basis], size=7, edge=1.6, gid=gid, clip_on=True)


def _alt(table: pd.DataFrame, years: pd.Series, periods: Mapping[str, tuple[int, int]]) -> str:
    bases = table["basis"].value_counts()
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
