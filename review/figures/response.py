"""What a share among those who replied leaves open about all who were asked: bounds by response rate."""

from __future__ import annotations

import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import alt_text, count, number

#: Inches; the width fits a narrow screen without scrolling.
WIDTH, HEIGHT = 4.35, 4.4
LEFT, BOTTOM, RIGHT = 0.62, 1.2, 0.28
#: Line style and colour of the bounds of each item.
LINES = (("accent", "-"), ("second", (0, (4, 2))))
#: Response rates with a tick, percent.
TICKS = (100, 75, 50, 25, 10)
HALF = 50  # percent
LINE = 1.4 * BASE / 72  # inches from one line of words to the next


@drawing
def response_bounds(table: pd.DataFrame) -> Drawn:
    """Bounds of the share among all invited against the response rate, from everyone replying to one in ten.

    Parameters
    ----------
    table : DataFrame
        `item`, `rate`, `invited`, `low`, `high`; rate and bounds in percent. One or two items; the first one's bounds are filled.

    Raises
    ------
    RestatedError
        If a column is missing, there are more than two items, or bounds run downwards.
    """
    require(table, "item", "rate", "invited", "low", "high")
    items = list(dict.fromkeys(table["item"]))
    if not 1 <= len(items) <= len(LINES):
        raise RestatedError(f"{len(items)} items cannot be told apart", field="item", remedy="Give one or two")
    if (table["low"] > table["high"]).any():
        raise RestatedError("bounds run downwards", field="low")
    fig = new_figure(WIDTH, HEIGHT)
    ax = axes_in_inches(fig, LEFT, BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - 0.15)
    said = []
    for i, (item, (role, dash)) in enumerate(zip(items, LINES, strict=False)):
        part = table[table["item"] == item].sort_values("rate", ascending=False)
        rate, low, high = (part[name].to_numpy(float) for name in ("rate", "low", "high"))
        if i == 0:
            ax.fill_between(rate, low, high, facecolor=colour("band"), linewidth=0, zorder=1, gid="between the bounds")
        for bound in (low, high):
            ax.plot(rate, bound, color=colour(role), linestyle=dash, linewidth=1.8, zorder=3)
        last = len(rate) - 1
        said.append(
            f"{item}: {number(low[0], 0)} to {number(high[0], 0)} % if all replied, {number(low[last], 0)} to "
            f"{number(high[last], 0)} % if {number(rate[last], 0)} % did"
        )
    ax.axhline(HALF, color=colour("muted"), linewidth=1.0, linestyle=(0, (1, 2)), zorder=2)
    ax.set_xlim(table["rate"].max(), table["rate"].min())
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 25, 50, 75, 100])
    replied = (table["invited"] * table["rate"]).iloc[0]
    ax.set_xticks(TICKS, [f"{rate}\n{count(replied / rate)}" for rate in TICKS])
    ax.set_xlabel("percent who replied; below: number asked")
    ax.set_ylabel("percent of all who were asked")
    for x, y, text in ((45, 86, "all others in favour"), (78, 36, "all others\nnot in favour")):
        ax.text(x, y, text, fontsize=BASE, color=colour("ink"), ha="center", va="center", zorder=4)
    _key(fig, items)
    data = table.rename(
        columns={
            "rate": "percent who replied",
            "invited": "number asked",
            "low": "lowest percent",
            "high": "highest percent",
        }
    )
    return Drawn(
        fig,
        alt_text(
            "Bounds of the share in favour among all who were asked, against the response rate",
            *said,
            "The fewer replied, the less the share among those who replied says about all",
        ),
        data.reset_index(drop=True),
    )


def _key(fig, items) -> None:
    """Lines of the key under the axis."""
    ax = fig.axes[0]
    for i, (item, (role, dash)) in enumerate(zip(items, LINES, strict=False)):
        y = 0.1 + LINE * (len(items) - 1 - i)
        ax.plot(
            [0.1, 0.5],
            [y + 0.05] * 2,
            color=colour(role),
            linestyle=dash,
            linewidth=1.8,
            transform=fig.dpi_scale_trans,
            clip_on=False,
        )
        if 0.6 + text_width(item, BASE) > WIDTH:
            raise RestatedError(f"'{item}' is too long for the key", field="item")
        fig.text(0.6, y, item, fontsize=BASE, color=colour("ink"), va="baseline", transform=fig.dpi_scale_trans)
