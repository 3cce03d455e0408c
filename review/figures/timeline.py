"""Events down the years: one row each, a lane for each sort of event, declared periods as bars at the side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots.rows import HALF_DIGIT, MARGIN
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width
from restated.plots.words import alt_text, plural

#: Lanes from left to right, and the kinds of events in each.
LANES = {
    "research": ("research", "review"),
    "trials": ("trial", "evaluation"),
    "programmes": ("programme",),
    "policy": ("policy", "funding"),
    "later": ("later",),
}
#: Events that bound a period: their mark stands on the bar of the period and not in a lane.
FRAME = "frame"
#: Shape, filling and colour of a mark, by who gives the date.
BASIS_MARKS = {"outside source": ("o", True, "accent"), "case study": ("s", False, "second")}
BASIS_WORDS = {"outside source": "date from an outside source", "case study": "date from the case study"}
#: Fill of the bars of periods, in their order.
PERIOD_FILLS = ("band", "band2")
NEEDED = ("date", "event", "label", "kind", "basis")

ROW = 0.205  # inches
YEAR, BAR, LANE = 0.44, 0.25, 0.24  # inches of a column
GAP = 0.1
KEY_LINE = 1.6 * BASE / POINTS


@drawing
def timeline(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> Drawn:
    """Events in order of time, downwards.

    Parameters
    ----------
    events : DataFrame
        One row each: `date` (year, year-month or year-month-day), `event` (for the table), `label` (for the picture), `kind` (one
        of the kinds of `LANES`, or "frame"), `basis` (one of `BASIS_MARKS`); further columns go into the table as they are.
        Events of which only the year is known come first in it.
    periods : mapping of str to (first year, last year)
        Bars beside the events; a frame event of the first or last year of a period is marked on its bar.

    Raises
    ------
    RestatedError
        If a column is missing, a kind or basis is unknown, a frame event bounds no period, or the name of a period does not fit its bar.
    """
    require(events, *NEEDED)
    lanes = {kind: i for i, kinds in enumerate(LANES.values()) for kind in kinds}
    for column, known in (("kind", [*lanes, FRAME]), ("basis", list(BASIS_MARKS))):
        unknown = sorted(set(events[column]) - set(known))
        if unknown:
            raise RestatedError(
                f"unknown {column} '{unknown[0]}'", field=column, remedy="Use one of " + ", ".join(known)
            )
    table = _ordered(events, periods)
    years = table["date"].str[:4].astype(int)
    head = max(text_width(name, BASE, "bold") for name in LANES) + 0.12
    top = 2 * KEY_LINE + MARGIN + head
    bars_at = MARGIN + YEAR
    lanes_at = bars_at + BAR * len(periods) + GAP
    text_at = lanes_at + LANE * len(LANES) + GAP
    # Labels of the frame are bold, which is a little wider.
    width = (
        text_at
        + 1.02
        * max(
            text_width(t, BASE, "bold" if k == FRAME else "normal")
            for t, k in zip(table["label"], table["kind"], strict=True)
        )
        + MARGIN
    )
    width = max(width, 2 * MARGIN + 0.2 + max(text_width(words, BASE) for words in BASIS_WORDS.values()))
    height = top + ROW * len(table) + 2 * MARGIN
    fig = new_figure(width, height)
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    ax.set_axis_off()
    drop = HALF_DIGIT * BASE / POINTS
    text = dict(fontsize=BASE, color=colour("ink"), va="baseline", ha="left")
    middles = [top + ROW * (i + 0.5) for i in range(len(table))]

    for line, (basis, words) in enumerate(BASIS_WORDS.items()):
        y = MARGIN + KEY_LINE * (line + 0.5)
        _mark(ax, MARGIN + 0.1, y, basis)
        ax.text(MARGIN + 0.24, y + drop, words, **text)
    for i, name in enumerate(LANES):
        x = lanes_at + LANE * (i + 0.5)
        ax.text(x, top - 0.06, name, **text | dict(ha="center", va="bottom"), rotation=90, fontweight="bold")
        ax.plot([x, x], [top, top + ROW * len(table)], color=colour("grid"), linewidth=0.8, zorder=1)
    for i, year in enumerate(years):
        first = i == 0 or years.iat[i - 1] != year
        if first:
            ax.text(MARGIN, middles[i] + drop, str(year), **text, fontweight="bold")
            ax.plot([MARGIN, width - MARGIN], [middles[i] - ROW / 2] * 2, color=colour("grid"), linewidth=0.8, zorder=0)
    for i, (name, (start, end)) in enumerate(periods.items()):
        inside = [j for j, year in enumerate(years) if start <= year <= end]
        if not inside:
            raise RestatedError(f"no event lies in the period '{name}'", field="periods")
        y0, y1 = middles[inside[0]] - ROW / 2, middles[inside[-1]] + ROW / 2
        words = f"{name}, {start}–{end}"
        if text_width(words, BASE) > y1 - y0 - 2.6 * ROW:  # the marks at both ends need room too
            raise RestatedError(f"the name '{words}' does not fit its bar", field="periods", remedy="Shorten it")
        ax.add_patch(
            Rectangle(
                (bars_at + BAR * i + 0.015, y0),
                BAR - 0.03,
                y1 - y0,
                facecolor=colour(PERIOD_FILLS[i]),
                edgecolor=colour("muted"),
                linewidth=0.8,
                zorder=2,
                gid=f"period-{i}",
            )
        )
        ax.text(
            bars_at + BAR * (i + 0.5),
            y0 + 1.3 * ROW,
            words,
            **text | dict(ha="center", va="top"),
            rotation=90,
            zorder=3,
        )
    for y, event in zip(middles, table.itertuples(), strict=True):
        if event.kind == FRAME:
            for i, (start, end) in enumerate(periods.values()):
                if int(event.date[:4]) in (start, end):
                    _mark(ax, bars_at + BAR * (i + 0.5), y, event.basis)
            ax.text(text_at, y + drop, event.label, **text, fontweight="bold", gid="label")
            continue
        x = lanes_at + LANE * (lanes[event.kind] + 0.5)
        ax.plot([x, text_at - 0.05], [y, y], color=colour("zone1"), linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        _mark(ax, x, y, event.basis)
        ax.text(text_at, y + drop, event.label, **text, gid="label")

    counts = table["basis"].value_counts()
    happened = years[table["kind"] != FRAME]
    sides = [
        f"{name} {start}–{end}, {plural(int(happened.between(start, end).sum()), 'event')}"
        for name, (start, end) in periods.items()
    ]
    return Drawn(
        fig,
        alt_text(
            f"Timeline of {plural(len(table), 'event')}, {years.min()} to {years.max()}, one row each, in lanes for {', '.join(LANES)}",
            f"Dates from outside sources: {counts.get('outside source', 0)}; from the case study: {counts.get('case study', 0)}",
            "Bars at the side: " + "; ".join(sides),
            f"After the last period: {plural(int((happened > max(end for _, end in periods.values())).sum()), 'event')}",
        ),
        table.drop(columns="label").rename(columns={"basis": "date given by"}).reset_index(drop=True),
    )


def _ordered(events: pd.DataFrame, periods: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """By time; within a year a period begins before everything else and ends after it."""
    starts = {start for start, _ in periods.values()}
    ends = {end for _, end in periods.values()}

    def key(event) -> tuple:
        year = int(event.date[:4])
        if event.kind != FRAME:
            return year, 1, event.date
        if year not in starts | ends:
            raise RestatedError(f"'{event.event}' bounds no period", field="kind")
        return year, 2 if year in ends else 0, event.date

    keys = [key(event) for event in events.itertuples()]
    return events.iloc[sorted(range(len(keys)), key=keys.__getitem__)].reset_index(drop=True)


def _mark(ax, x: float, y: float, basis: str) -> None:
    marker, filled, role = BASIS_MARKS[basis]
    ax.plot(
        [x],
        [y],
        linestyle="none",
        marker=marker,
        markersize=7,
        markeredgewidth=1.6,
        markeredgecolor=colour(role),
        markerfacecolor=colour(role if filled else "page"),
        zorder=4,
        gid=f"date-{basis.replace(' ', '-')}",
    )
