"""Bounds of a share among all who were asked, given the share among those who replied, by response rate."""

import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import DOTTED_GUIDE, SHORT_DASHES, SOLID, Line, limited
from restated.plots.style import BASE, POINTS, Drawn, axes_in_inches, colour, drawing, new_figure, text_width
from restated.plots.words import alt_text, count, number
from review.figures.pieces import label
from review.figures.tables import checked, distinct, ensure, numbers

WIDTH, HEIGHT = 4.35, 4.4  # inches; the width fits a narrow screen without scrolling
LEFT, BOTTOM, RIGHT = 0.62, 1.2, 0.28
LINES = (Line("accent", SOLID, 1.8), Line("second", SHORT_DASHES, 1.8))  # lines of the bounds of each item
TICKS = (100, 75, 50, 25, 10)  # response rates with a tick, percent
HALF = 50  # percent
#: Columns of the data.
NAMES = dict(rate="percent who replied", invited="number asked", low="lowest percent", high="highest percent")
LINE = 1.4 * BASE / POINTS  # inches from one line of words to the next


@drawing
def response_bounds(table: pd.DataFrame) -> Drawn:
    """Draw bounds of the share among all invited against the response rate, from everyone replying to one in ten.

    `table`: `item` (one or two; the first one's bounds are filled), `rate`, `low`, `high` (percent), `invited`.
    """
    table = checked(table, "item", "rate", "invited", "low", "high")
    limited(len(items := distinct(table, "item")), len(LINES), "items", "item")
    ensure((table["low"] <= table["high"]).all(), "a lower bound exceeds the upper one", field="low")
    fig = new_figure(WIDTH, HEIGHT)
    ax = axes_in_inches(fig, LEFT, BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - 0.15)
    key = Key(ax, 0.1, 0.15 + LINE * (len(items) - 1), drop=0.05, step=LINE)
    words = []
    for item, line in zip(items, LINES):
        part = table[table["item"] == item].sort_values("rate", ascending=False)
        rate, low, high = numbers(part, "rate", "low", "high")
        if item == items[0]:
            ax.fill_between(rate, low, high, facecolor=colour("band"), linewidth=0, zorder=1, gid="between the bounds")
        for bound in (low, high):
            ax.plot(rate, bound, zorder=3, **line.style())
        first, last = (f"{number(low[end], 0)} to {number(high[end], 0)} %" for end in (0, -1))
        words.append(f"{item}: {first} if all replied, {last} if {number(rate[-1], 0)} % did")
    ax.axhline(HALF, zorder=2, **Line("muted", DOTTED_GUIDE, 1.0).style())
    ax.set(xlim=(table["rate"].max(), table["rate"].min()), ylim=(0, 100), yticks=[0, 25, 50, 75, 100])
    ax.set(xlabel="percent who replied; below: number asked", ylabel="percent of all who were asked")
    replied = (table["invited"] * table["rate"]).iloc[0]
    ax.set_xticks(TICKS, [f"{rate}\n{count(replied / rate)}" for rate in TICKS])
    for x, y, text in ((45, 86, "all others in favour"), (78, 36, "all others\nnot in favour")):
        label(ax, x, y, text, ha="center", va="center", zorder=4)
    for item, line in zip(items, LINES):
        ensure(0.6 + text_width(item, BASE) <= WIDTH, f"'{item}' is too long for the key", field="item")
        key.add(item, line, width=0.4, space=0.1)
        key.newline()
    alt = alt_text(
        "Bounds of the share in favour among all who were asked, against the response rate",
        *words,
        "The fewer replied, the less the share among those who replied says about all",
    )
    return Drawn(fig, alt, table.rename(columns=NAMES))
