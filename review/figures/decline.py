"""Published estimates of one quantity over the years."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restated.plots.legend import Key, spread
from restated.plots.marks import Fill, Line, Mark, Series, dots, series
from restated.plots.rows import Column, interval_columns, null_line, padded, row_chart, whiskers
from restated.plots.style import BASE, Drawn, colour, drawing, framed, narrow, per_inch, text_width
from restated.plots.words import CORRELATION, Scale, alt_text, plain_ticks, plural
from review.figures.pieces import label
from review.figures.tables import checked, completed, distinct, ensure, rows

WIDTH, HEIGHT = 9.0, 4.6  # inches
LEFT = 0.7
STEP = 0.018  # distance of estimates of one year, as a share of all years: the width of a mark
NONE_PRINTED = "no interval published"
YEARS = Scale("", steps=(1, 2, 5, 10, 20, 50))
OPTIONAL = {"low": np.nan, "high": np.nan, "text": "", "series": ""}  # columns that a table may lack, with their values
Window: TypeAlias = tuple[float, float, str] | None


@drawing
def over_time(table: pd.DataFrame, *, window: tuple[float, float, str] | None = None, joined: bool = False) -> Drawn:
    """Draw correlations by year of publication, with printed intervals.

    `table`: `label`, `year`, `value`; optional `low`, `high` (printed interval; missing means none was printed), `text`
    (digits as printed), `series` (at most three). `window` is the first and last year to mark with the words for them.
    `joined` joins the estimates of a series: not for estimates of different kinds.
    """
    table = completed(checked(table, "label", finite=("year", "value")), OPTIONAL)
    looks = series(distinct(table, "series"), most=3, field="series")
    across = max(np.ptp(table["year"]), 1)
    table = _described(table, across)
    has, year = table["has"], table["year"]
    fig = _rows(table, looks, window) if narrow() else _plot(table, looks, window, joined=joined)
    data: dict[str, Any] = {"estimate": table["label"]}
    if table["series"].any():
        data["series"] = table["series"]
    data |= {"year": year.astype(int).astype(str), CORRELATION.symbol: table["value"]}
    data |= {"lower": table["low"], "upper": table["high"], "interval": np.where(has, "published", NONE_PRINTED)}
    extremes = table.loc[[table["value"].idxmax(), table["value"].idxmin()]]
    top, bottom = (f"{e.digits} ({e.label})" for e in rows(extremes))
    listed = "; ".join(f"{int(e.year)}, {e.words}" for e in rows(table.sort_values("year", kind="stable")))
    alt = alt_text(
        f"{plural(len(table), 'published estimate')} of {CORRELATION.symbol}, {year.min():.0f} to {year.max():.0f}: "
        f"from {top} to {bottom}",
        listed if len(listed) < 260 else "",
        "" if has.all() else f"{(~has).sum()} have {NONE_PRINTED}",
        f"Marked: {window[0]:g} to {window[1]:g}, {window[2]}" if window else "",
    )
    return Drawn(fig, alt, pd.DataFrame(data))


def _rows(table: pd.DataFrame, looks: Mapping[str, Series], window: Window) -> Figure:
    """The estimates from the oldest to the newest, a row each, for narrow screens."""
    table = table.sort_values("year", kind="stable", ignore_index=True)
    value, low, high = (table[name].to_numpy() for name in ("value", "low", "high"))
    ends = np.concatenate([value, low[table["has"]], high[table["has"]], [0.0]])
    within = [window is not None and window[0] <= year <= window[1] for year in table["year"]]
    chart = row_chart(
        [
            Column("", [e.label if f"{e.year:.0f}" in e.label else f"{e.year:.0f}  {e.label}" for e in rows(table)]),
            Column("", table["series"].tolist()),
            Column("", [window[2] if window and inside else "" for inside in within]),
        ],
        interval_columns(f"{CORRELATION.symbol} [95\u00a0% CI]", CORRELATION, value, low, high, missing=""),
        limits=padded(ends.min(), ends.max()),
        scale=CORRELATION,
        axis=CORRELATION.symbol,
    )
    null_line(chart, CORRELATION)
    whiskers(chart, np.arange(len(table)), low, high, width=1.6)
    for i, e in enumerate(rows(table)):
        dots(chart.ax, [e.value], [i], looks[e.series].mark._replace(filled=e.has), size=7, edge=1.5)
    if not table["has"].all():
        chart.key(mark=(6.5, 1.4)).add("hollow: " + NONE_PRINTED, Mark("o", False, "muted"))
    return chart.fig


def _plot(table: pd.DataFrame, looks: Mapping[str, Series], window: Window, *, joined: bool) -> Figure:
    """The estimates over the years."""
    has, year = table["has"], table["year"]
    across = max(np.ptp(year), 1)
    room = max(text_width(words, BASE) for words in table["words"]) + 0.42
    ensure(room <= WIDTH - 4.0, "a label is too long for the margin", field="label", remedy="Shorten it")
    key = len(looks) > 1 or not has.all()
    fig, ax = framed(WIDTH, HEIGHT, LEFT, 0.62, WIDTH - LEFT - room, HEIGHT - 0.75 - (0.56 if key else 0.0))
    ends = np.array([*table["value"], *table["low"][has], *table["high"][has], 0.0])
    pad = 0.06 * np.ptp(ends)
    ax.set_ylim(ends.min() - pad * (ends.min() < 0), ends.max() + pad)
    ax.set_xlim(year.min() - 0.05 * across, year.max() + 0.05 * across)
    if window:
        # A band over the years of a statement.
        ax.axvspan(window[0] - 0.5, window[1] + 0.5, zorder=0, gid="window", **Fill("band2", "second").style())
        low, high = ax.get_ylim()
        label(ax, window[0] - 0.7, low + 0.03 * (high - low), window[2], ha="right", va="bottom")
    _points(ax, table, looks, joined=joined)
    _labels(ax, table, looks)
    plain_ticks(ax.yaxis, *ax.get_ylim(), scale=CORRELATION)
    marks = YEARS.ticks(*ax.get_xlim(), most=8)
    ax.set_xticks(marks, [str(int(t)) for t in marks])
    ax.set(xlabel="year of publication", ylabel=CORRELATION.symbol)
    if key:
        samples = Key(ax, LEFT + 0.05, HEIGHT - 0.18, mark=(6.5, 1.4), right=WIDTH)
        for name, look in looks.items() if len(looks) > 1 else ():
            line = [look.line()] if joined else []
            samples.add(name, *line, look.mark._replace(filled=False), space=0.1, gap=0.25)
        if not has.all():
            samples.add("hollow: " + NONE_PRINTED, Mark("o", False, "muted"), space=0.1, gap=0.25)
            if has.any() and len(looks) == 1:
                samples.add("filled: interval published", Mark("o", True, "muted"), space=0.1, gap=0.25)
    return fig


def _described(table: pd.DataFrame, across: float) -> pd.DataFrame:
    """The table with plain numbers, words of labels, and places in years: estimates of one year are side by side."""
    numbers, names = ["year", "value", "low", "high"], ["label", "series"]
    table = table.astype(dict.fromkeys(numbers, float) | dict.fromkeys(names, str))
    table["has"] = table[["low", "high"]].notna().all(axis=1)
    table["digits"] = [
        e.text if isinstance(e.text, str) and e.text else CORRELATION.write(e.value) for e in rows(table)
    ]
    intervals = [f" {CORRELATION.write_interval(e.low, e.high)}" if e.has else "" for e in rows(table)]
    table["words"] = table["label"] + ": " + table["digits"] + intervals
    same = table.groupby("year")["year"]
    return table.assign(at=table["year"] + STEP * across * (same.cumcount() - (same.transform("size") - 1) / 2))


def _points(ax: Axes, table: pd.DataFrame, looks: Mapping[str, Series], *, joined: bool) -> None:
    """Marks, hollow where no interval was printed, with intervals and the lines of series."""
    for name, look in looks.items():
        own = table[table["series"] == name].sort_values("year", kind="stable")
        if joined and (len(looks) > 1 or name):
            ax.plot(own["at"], own["value"], zorder=2, **look.line().style())
        for e in rows(own):
            if e.has:
                ax.plot([e.at] * 2, [e.low, e.high], color=colour(look.role), linewidth=1.6, zorder=2.5)
            dots(ax, [e.at], [e.value], look.mark._replace(filled=e.has), size=7, edge=1.5, zorder=3)


def _labels(ax: Axes, table: pd.DataFrame, looks: Mapping[str, Series]) -> None:
    """Label of each point in the right margin at its height, kept apart, joined to it by a thin line."""
    across, up = per_inch(ax)
    right = ax.get_xlim()[1]
    table = table.sort_values(["value", "at"], ascending=[True, False])
    line = Line("grid", width=0.8).style()
    for e, y in zip(rows(table), spread(table["value"].tolist(), 0.21 * up, high=ax.get_ylim()[1])):
        ax.plot([e.at, right, right + 0.12 * across], [e.value, y, y], zorder=1, clip_on=False, **line)
        mark = looks[e.series].mark._replace(filled=e.has)
        dots(ax, [right + 0.19 * across], [y], mark, size=5, edge=1.2, zorder=2)
        label(ax, right + 0.28 * across, y, e.words, clip_on=False)
