"""Cost of computation: speed next to other programs, and growth of the seconds with the work."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import DASHES, SOLID, Line, Mark
from restated.plots.rows import padded
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, narrow, new_figure, width, wrap_to
from restated.plots.words import Scale, alt_text, number, plural
from review.figures.pieces import keyed_chart
from review.figures.tables import checked, distinct, ensure, numbers, texts

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
    """
    table = checked(table, "work", "peer", "ratio", "bar")
    (works, peers), (ratio, bar) = texts(table, "work", "peer"), numbers(table, "ratio", "bar")
    ensure((ratio > 0).all(), "every row needs a ratio above 0", field="ratio")
    times, asked = [_times(r) for r in ratio], ~np.isnan(bar)
    ends = np.log([*ratio, *bar[asked], 1.0])
    chart = keyed_chart(
        {"Work": works, "Other program": peers},
        {"Measured": times, "Asked": ["" if np.isnan(b) else _times(b) for b in bar]},
        limits=padded(ends.min(), ends.max()),
        scale=TIMES,
        axis="times as fast as the other program (each step ten times)",
    )
    for i, (r, b) in enumerate(zip(np.log(ratio), np.log(bar))):
        chart.ax.plot([0, r], [i, i], color=colour("accent"), linewidth=1.6, zorder=2)
        chart.ax.plot([r], [i], marker="o", markersize=7, color=colour("accent"), zorder=3)
        if asked[i]:
            chart.ax.plot([b, b], [i - 0.33, i + 0.33], color=colour("second"), linewidth=2.2, zorder=4)
    chart.ax.axvline(0, color=colour("ink"), linewidth=0.9)
    chart.below(0.1, "circle: measured; upright line: least ratio asked for")
    i, j = int(ratio.argmin()), int(ratio.argmax())
    alt = alt_text(
        f"Speed in {plural(len(table), 'comparison')} with other programs, from {times[i]} to {times[j]} as fast",
        f"{int((ratio[asked] >= bar[asked]).sum())} of {int(asked.sum())} ratios that were asked for are reached",
        f"Smallest: {works[i]}, compared with {peers[i]}",
    )
    data = {"work": works, "other program": peers, "times as fast": ratio, "asked for": bar}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


@drawing
def growth_of_cost(table: pd.DataFrame, axes: Mapping[str, str]) -> Drawn:
    """Draw seconds against the size of the work, one panel an axis, both scales logarithmic.

    `table`: `work`, `axis`, `size`, `seconds` (above 0). `axes` has the title of the panel for each value of `axis`;
    panels are in this order, and values of one title share a panel.
    """
    table = checked(table, "work", "axis", "size", "seconds")
    ensure((table[["size", "seconds"]] > 0).all(axis=None), "sizes and seconds must be above 0", field="seconds")
    missing = sorted(set(table["axis"]) - set(axes))
    ensure(not missing, f"no panel shows the axis {', '.join(missing)}", field="axis")
    panels = {title: table[table["axis"].map(axes) == title] for title in dict.fromkeys(axes.values())}
    across = 1 if narrow() else len(panels)
    column = width() / across
    words = {t: {work: wrap_to(work, column - 0.75, BASE) for work in distinct(p, "work")} for t, p in panels.items()}
    ensure(max(map(len, words.values())) <= len(LOOKS), f"a panel shows more than {len(LOOKS)} lines", field="work")
    foot = KEY_LINE * max(sum(map(len, works.values())) for works in words.values()) + 0.75
    down, step = len(panels) // across, foot + PANEL_HEIGHT + 0.15
    fig = new_figure(width(), down * step)
    seconds = np.log10([table["seconds"].min(), table["seconds"].max()])
    slopes: dict[str, float] = {}
    for i, (title, part) in enumerate(panels.items()):
        left, bottom = i % across * column + 0.72, (down - 1 - i // across) * step
        ax = axes_in_inches(fig, left, bottom + foot, column - 0.92, PANEL_HEIGHT)
        low, high = sizes = np.log10([part["size"].min(), part["size"].max()])
        ax.set(xlim=(low - 0.08 * (high - low), high + 0.08 * (high - low)), xlabel=title)
        ax.set(ylim=(seconds[0] - 0.15, seconds[1] + 0.15), ylabel="" if i % across else "seconds")
        for axis, ends in ((ax.xaxis, sizes), (ax.yaxis, seconds)):
            # Powers of ten; steps of 1, 2, 5 where there are fewer than two of them.
            at = np.array([m * 10.0**e for e in range(-6, 9) for m in (1, 2, 5)])
            at = at[(np.log10(at) >= ends[0] - 0.05) & (np.log10(at) <= ends[1] + 0.05)]
            powers = at[np.isclose(np.log10(at) % 1, 0)]
            at = powers if len(powers) > 1 else at
            axis.set_ticks(np.log10(at), [f"{x:,.0f}" if x >= 1 else f"{x:.6f}".strip("0") for x in at])
        key = Key(ax, left - 0.45, bottom + foot - 0.68, mark=(4.5, 1.0))
        for (work, lines), (mark, line) in zip(words[title].items(), LOOKS):
            x, y = np.log10(numbers(part[part["work"] == work].sort_values("size"), "size", "seconds"))
            style = mark.style(4.5, 1.0) | line.style()
            ax.plot(x, y, zorder=3, **style)
            if len(x) > 1:
                slopes[work] = float(np.polyfit(x, y, 1)[0])
            ax.plot([key.x, key.x + 0.3], [key.y] * 2, transform=fig.dpi_scale_trans, clip_on=False, **style)
            for text in lines:
                key.add(text, width=0.3, space=0.1)
                key.newline(KEY_LINE)
    steepest = max(slopes, key=slopes.__getitem__)
    alt = alt_text(
        f"Seconds by the size of the work, both on logarithmic scales, in {plural(len(panels), 'panel')}: "
        f"{plural(len(slopes), 'line')}, all rising",
        f"Steepest: {steepest}, about size to the power {number(slopes[steepest], 1)}",
        "A slope of 1 means cost in proportion to the work",
    )
    return Drawn(fig, alt, table)
