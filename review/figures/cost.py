"""Cost of computation: speed next to other programs, and growth of the seconds with the work."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DASHES, SOLID, Line, Mark
from restated.plots.rows import Column, padded, row_chart
from restated.plots.style import BASE, WIDE, Drawn, axes_in_inches, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import Scale, alt_text, number, plural
from review.figures.tables import distinct

#: Ratios inside as logarithms, on the axis as they are.
TIMES = Scale("times as fast", back=np.exp, forward=np.log, null=1.0, decimals=0, steps=())
#: Mark and line of the first to fourth kind of work: distinct without colour.
LOOKS = (
    (Mark("o", True, "accent"), Line("accent", SOLID, 1.5)),
    (Mark("s", True, "second"), Line("second", DASHES, 1.5)),
    (Mark("^", True, "third"), Line("third", (0, (2, 1.5)), 1.5)),
    (Mark("D", True, "ink"), Line("ink", (0, (6, 2, 1, 2)), 1.5)),
)
PANEL_HEIGHT, KEY_LINE = 2.5, 0.2  # inches


def _times(ratio: float) -> str:
    """Ratio with at least two digits: rounded to one, 1.6 would become 2."""
    return f"{ratio:,.1f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


@drawing
def speed(table: pd.DataFrame) -> Drawn:
    """Draw the speed relative to other programs, with the ratio that was asked for.

    `table`: `work`, `peer` (text), `ratio` (above 0) and `bar` (the least ratio asked for; nan where none was set).
    Raises `RestatedError` if a column is missing, the table is empty, or a ratio is not positive.
    """
    require(table, "work", "peer", "ratio", "bar")
    ratio, bar = table["ratio"].to_numpy(float), table["bar"].to_numpy(float)
    if len(table) == 0 or not (ratio > 0).all():
        raise RestatedError("every row needs a ratio above 0", field="ratio")
    works, peers = (table[name].astype(str).tolist() for name in ("work", "peer"))
    texts = [_times(r) for r in ratio]
    asked = ~np.isnan(bar)
    ends = np.log(np.concatenate([ratio, bar[asked], [1.0]]))
    chart = row_chart(
        [Column("Work", works), Column("Other program", peers)],
        [
            Column("Measured", texts, align="right"),
            Column("Asked", ["" if np.isnan(b) else _times(b) for b in bar], align="right"),
        ],
        limits=padded(ends.min(), ends.max()),
        scale=TIMES,
        axis="times as fast as the other program (each step ten times)",
        foot_lines=1,
    )
    for i, (r, b) in enumerate(zip(ratio, bar, strict=True)):
        chart.ax.plot([0, np.log(r)], [i, i], color=colour("accent"), linewidth=1.6, zorder=2)
        chart.ax.plot([np.log(r)], [i], marker="o", markersize=7, color=colour("accent"), zorder=3)
        if asked[i]:
            chart.ax.plot([np.log(b)] * 2, [i - 0.33, i + 0.33], color=colour("second"), linewidth=2.2, zorder=4)
    chart.ax.axvline(0, color=colour("ink"), linewidth=0.9)
    chart.below(0.1, "circle: measured; upright line: least ratio asked for")
    least, most = int(np.argmin(ratio)), int(np.argmax(ratio))
    alt = alt_text(
        f"Speed beside other programs in {plural(len(table), 'comparison')}, "
        f"from {texts[least]} to {texts[most]} as fast",
        f"{int((ratio[asked] >= bar[asked]).sum())} of {int(asked.sum())} ratios that were asked for are reached",
        f"Smallest: {works[least]}, beside {peers[least]}",
    )
    data = {"work": works, "other program": peers, "times as fast": ratio, "asked for": bar}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


@drawing
def growth_of_cost(table: pd.DataFrame, axes: Mapping[str, str]) -> Drawn:
    """Draw seconds against the size of the work, one panel an axis, both scales logarithmic.

    `table`: `work`, `axis`, `size`, `seconds` (above 0). `axes` has the title of the panel for each value of `axis`;
    panels are in this order, and values of one title share a panel. Raises `RestatedError` if a column is missing, a
    value is not positive, an axis has no panel or a panel has more than four lines.
    """
    require(table, "work", "axis", "size", "seconds")
    if not (table[["size", "seconds"]].to_numpy(float) > 0).all():
        raise RestatedError("sizes and seconds must be above 0", field="seconds")
    if missing := sorted(set(table["axis"]) - set(axes)):
        raise RestatedError(f"no panel shows the axis {', '.join(missing)}", field="axis")
    panels = {title: table[table["axis"].map(axes) == title] for title in dict.fromkeys(axes.values())}
    column = WIDE / len(panels)
    words = {
        title: {work: wrap_to(work, column - 0.75, BASE) for work in distinct(part, "work")}
        for title, part in panels.items()
    }
    if max(map(len, words.values())) > len(LOOKS):
        raise RestatedError(f"a panel shows more than {len(LOOKS)} lines", field="work")
    foot = KEY_LINE * max(sum(map(len, works.values())) for works in words.values()) + 0.75
    fig = new_figure(WIDE, foot + PANEL_HEIGHT + 0.15)
    seconds = np.log10([table["seconds"].min(), table["seconds"].max()])
    slopes: dict[str, float] = {}
    for i, (title, part) in enumerate(panels.items()):
        left = i * column + 0.72
        ax = axes_in_inches(fig, left, foot, column - 0.92, PANEL_HEIGHT)
        _logarithmic(ax, np.log10([part["size"].min(), part["size"].max()]), seconds)
        ax.set_xlabel(title)
        if i == 0:
            ax.set_ylabel("seconds")
        key = Key(ax, left - 0.45, foot - 0.68, mark=(4.5, 1.0))
        for (work, lines), (mark, line) in zip(words[title].items(), LOOKS, strict=False):
            own = part[part["work"] == work].sort_values("size")
            x, y = np.log10(own["size"].to_numpy(float)), np.log10(own["seconds"].to_numpy(float))
            style = mark.style(4.5, 1.0) | line.style()
            ax.plot(x, y, zorder=3, **style)
            if len(x) > 1:
                slopes[work] = float(np.polyfit(x, y, 1)[0])
            for j, text in enumerate(lines):
                if j == 0:
                    ax.plot([key.x, key.x + 0.3], [key.y] * 2, transform=fig.dpi_scale_trans, clip_on=False, **style)
                key.add(text, width=0.3, space=0.1)
                key.newline(KEY_LINE)
    steepest = max(slopes, key=lambda work: slopes[work])
    alt = alt_text(
        f"Seconds against the size of the work, both on logarithmic scales, in {plural(len(panels), 'panel')}: "
        f"{plural(len(slopes), 'line')}, all rising",
        f"Steepest: {steepest}, about size to the power {number(slopes[steepest], 1)}",
        "A slope of 1 means cost in proportion to the work",
    )
    return Drawn(fig, alt, table.reset_index(drop=True))


def _logarithmic(ax: Axes, sizes: np.ndarray, seconds: np.ndarray) -> None:
    """Limits and ticks of a panel for ranges of decimal logarithms."""
    ax.set_xlim(sizes[0] - 0.08 * np.ptp(sizes), sizes[1] + 0.08 * np.ptp(sizes))
    ax.set_ylim(seconds[0] - 0.15, seconds[1] + 0.15)
    for axis, ends in ((ax.xaxis, sizes), (ax.yaxis, seconds)):
        at = _ticks(*ends)
        axis.set_ticks(np.log10(at), [_plain(x) for x in at])


def _ticks(low: float, high: float) -> np.ndarray:
    """Powers of ten between two logarithms; steps of 1, 2, 5 where there are fewer than two of them."""
    candidates = np.array([m * 10.0**e for e in range(-6, 9) for m in (1, 2, 5)])
    inside = candidates[(np.log10(candidates) >= low - 0.05) & (np.log10(candidates) <= high + 0.05)]
    powers = inside[np.isclose(np.log10(inside) % 1, 0)]
    return powers if len(powers) > 1 else inside


def _plain(x: float) -> str:
    """Tick label: .01, 1, 1,000."""
    return f"{x:,.0f}" if x >= 1 else number(x, int(np.ceil(-np.log10(x))), leading_zero=False)
