"""Names by role, and bounds of a share among all who were asked."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DOTTED_GUIDE, SHORT_DASHES, SOLID, Line, Mark, dots, limited
from restated.plots.rows import MARGIN
from restated.plots.style import BASE, POINTS, Drawn, canvas, colour, drawing, framed, on_canvas, text_width
from restated.plots.words import alt_text, count, number, plural
from review.figures.pieces import label
from review.figures.tables import checked, distinct, ensure, numbers, parts

WIDTH, HEIGHT = 4.35, 4.4  # inches; the width fits a narrow screen without scrolling
ROW, LINE = 1.5 * BASE / POINTS, 1.4 * BASE / POINTS  # inches of a row of the matrix, and of a line of words
#: Marks of the columns, in their order.
MARKS = [Mark("o", True, "accent"), Mark("s", True, "second"), Mark("^", False, "accent"), Mark("D", False, "second")]
MARKS += [Mark("v", True, "third"), Mark("P", False, "warn")]
_dot = partial(dots, size=7.5, zorder=3, clip_on=True)
#: Rows under the places: the number of names, and the total the source prints.
LISTED, PRINTED = "names listed", "total given"
LEFT, BOTTOM, RIGHT = 0.62, 1.2, 0.28
LINES = (Line("accent", SOLID, 1.8), Line("second", SHORT_DASHES, 1.8))  # lines of the bounds of each item
TICKS = (100, 75, 50, 25, 10)  # response rates with a tick, percent
HALF = 50  # percent
#: Columns of the data.
NAMES = dict(rate="percent who replied", invited="number asked", low="lowest percent", high="highest percent")


@drawing
def place_matrix(
    table: pd.DataFrame,
    *,
    roles: Sequence[str],
    totals: Mapping[str, str] | None = None,
    name: str = "place",
    part: str = "part of the world",
) -> Drawn:
    """Draw a matrix of places and roles, with the number of names and the printed total below.

    `table`: `place`, `part` (heading, contiguous) and `role`, a row for every role of a place; places keep their order.
    `roles` are the columns, in order, `totals` the printed totals by role; without them the picture ends with the
    number of names. `name` and `part` describe a row and its heading.
    """
    table = checked(table, "place", "part", "role")
    limited(len(roles), len(MARKS), "roles", "role")
    for stray in sorted({*table["role"], *(totals or ())} - set(roles)):
        raise RestatedError(f"role '{stray}' has no column", field="role", remedy="Name it in roles")
    plan: list[tuple[str, set[str] | None]] = []
    for heading, own in parts(table, "part").items():
        plan += [(heading, None), *((place, set(here["role"])) for place, here in parts(own, "place").items())]
    listed = {role: table.loc[table["role"] == role, "place"].nunique() for role in roles}
    foot = {LISTED: {role: str(n) for role, n in listed.items()}} | ({} if totals is None else {PRINTED: totals})
    head = ROW * (len(roles) + 1.8)  # the key, and the marks as headings
    fig, ax = canvas(WIDTH, head + ROW * (len(plan) + len(foot) + 0.4) + 2 * MARGIN)
    left = max(text_width(title, BASE) for title, mine in plan if mine is not None) + 0.1
    step = (WIDTH - left - 2 * MARGIN) / len(roles)
    columns = {role: (MARGIN + left + (j + 0.5) * step, mark) for j, (role, mark) in enumerate(zip(roles, MARKS))}
    for j, (role, (x, mark)) in enumerate(columns.items()):
        y = MARGIN + (j + 0.5) * ROW
        _dot(ax, [MARGIN + 0.1], [y], mark)
        on_canvas(ax, MARGIN + 0.3, y, role)
        _dot(ax, [x], [MARGIN + head - 0.6 * ROW], mark)
    top, across = MARGIN + head, [MARGIN, WIDTH - MARGIN]
    for i, (title, mine) in enumerate(plan):
        y = top + (i + 0.5) * ROW
        ax.plot(across, [y - ROW / 2] * 2, zorder=1, **Line("grid", width=0.8).style())
        on_canvas(ax, MARGIN, y, title, fontweight="bold" if mine is None else "normal")
        for role, (x, mark) in columns.items():
            if role in (mine or ()):
                _dot(ax, [x], [y], mark)
    top += ROW * len(plan)
    ax.plot(across, [top, top], zorder=1, **Line("muted", width=1.0).style())
    for i, (title, cells) in enumerate(foot.items()):
        y = top + (i + 0.7) * ROW
        on_canvas(ax, MARGIN, y, title, fontweight="bold")
        for role, (x, _) in columns.items():
            weight = "bold" if role in (totals or ()) else "normal"
            on_canvas(ax, x, y, cells.get(role, "–"), ha="center", fontweight=weight)
    printed = {role: f", {n} given as total" for role, n in (totals or {}).items()}
    counts = [f"{role}: {n} listed{printed.get(role, '')}" for role, n in listed.items()]
    alt = alt_text(f"{plural(table['place'].nunique(), name)} by role. " + "; ".join(counts))
    data = [
        {name: row, part: heading, **{role: "listed" if role in set(mine["role"]) else "–" for role in roles}}
        for (heading, row), mine in table.groupby(["part", "place"], sort=False)
    ] + [{name: title, part: "", **{role: cells.get(role, "–") for role in roles}} for title, cells in foot.items()]
    return Drawn(fig, alt, pd.DataFrame(data))


@drawing
def response_bounds(table: pd.DataFrame) -> Drawn:
    """Draw bounds of the share among all invited by the response rate, from everyone replying to one in ten.

    `table`: `item` (one or two; the first one's bounds are filled), `rate`, `low`, `high` (percent), `invited`.
    """
    table = checked(table, "item", "rate", "invited", "low", "high")
    limited(len(items := distinct(table, "item")), len(LINES), "items", "item")
    ensure((table["low"] <= table["high"]).all(), "a lower bound exceeds the upper one", field="low")
    fig, ax = framed(WIDTH, HEIGHT, LEFT, BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - 0.15)
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
        "Bounds of the share in favour among all who were asked, by the response rate",
        *words,
        "The fewer replied, the less the share among those who replied says about all",
    )
    return Drawn(fig, alt, table.rename(columns=NAMES))
