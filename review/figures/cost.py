"""What the engine costs: how many times as fast as other programs, and how seconds grow with the work."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, padded, row_chart
from restated.plots.style import BASE, WIDE, Drawn, axes_in_inches, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import Scale, alt_text, number, plural

#: Ratios inside as logarithms, on the axis as they are.
TIMES = Scale("times as fast", back=np.exp, forward=np.log, null=1.0, decimals=0, steps=())

#: One mark and one dash pattern a line, so that lines differ without colour.
LINES = (
    ("accent", "o", "-"),
    ("second", "s", (0, (5, 2))),
    ("third", "^", (0, (2, 1.5))),
    ("ink", "D", (0, (6, 2, 1, 2))),
)
PANEL, PANEL_HEIGHT, KEY_LINE = 2.2, 2.5, 0.2  # inches


def _times(ratio: float) -> str:
    """A ratio in two digits at least: rounded to one, 1.6 would become 2."""
    return f"{ratio:,.1f} ×" if ratio < 10 else f"{ratio:,.0f} ×"


@drawing
def speed(table: pd.DataFrame) -> Drawn:
    """How many times as fast as another program, with the bar that was set.

    Parameters
    ----------
    table : DataFrame
        `work`, `peer` (text), `ratio` (above 0) and `bar` (the least ratio asked for; nan where none was set).

    Raises
    ------
    RestatedError
        If a column is missing, there is no row, or a ratio is not positive.
    """
    require(table, "work", "peer", "ratio", "bar")
    ratio, bar = table["ratio"].to_numpy(float), table["bar"].to_numpy(float)
    if len(table) == 0 or not (ratio > 0).all():
        raise RestatedError("every row needs a ratio above 0", field="ratio")
    works, peers = (table[name].astype(str).tolist() for name in ("work", "peer"))
    texts = [_times(r) for r in ratio]
    asked = ["" if np.isnan(b) else _times(b) for b in bar]
    ends = np.log(np.concatenate([ratio, bar[~np.isnan(bar)], [1.0]]))
    chart = row_chart(
        [Column("Work", works), Column("Other program", peers)],
        [Column("Measured", texts, align="right"), Column("Asked", asked, align="right")],
        limits=padded(ends.min(), ends.max()),
        scale=TIMES,
        axis="times as fast as the other program (each step ten times)",
        foot_lines=1,
    )
    for i, (r, b) in enumerate(zip(ratio, bar, strict=True)):
        chart.ax.plot([0, np.log(r)], [i, i], color=colour("accent"), linewidth=1.6, zorder=2)
        chart.ax.plot([np.log(r)], [i], marker="o", markersize=7, color=colour("accent"), zorder=3)
        if not np.isnan(b):
            chart.ax.plot([np.log(b)] * 2, [i - 0.33, i + 0.33], color=colour("second"), linewidth=2.2, zorder=4)
    chart.ax.axvline(0, color=colour("ink"), linewidth=0.9)
    chart.below(0.1, "circle: measured; upright line: least ratio asked for")
    least = int(np.argmin(ratio))
    met = int((ratio[~np.isnan(bar)] >= bar[~np.isnan(bar)]).sum())
    return Drawn(
        chart.fig,
        alt_text(
            f"Speed beside other programs in {plural(len(table), 'comparison')}, from {texts[least]} to "
            f"{texts[int(np.argmax(ratio))]} as fast",
            f"{met} of {int((~np.isnan(bar)).sum())} ratios that were asked for are reached",
            f"Smallest: {works[least]}, beside {peers[least]}",
        ),
        pd.DataFrame({"work": works, "other program": peers, "times as fast": ratio, "asked for": bar}),
    )


@drawing
def growth_of_cost(table: pd.DataFrame, axes: dict[str, str]) -> Drawn:
    """Seconds against the size of the work, one panel an axis, both scales logarithmic.

    Parameters
    ----------
    table : DataFrame
        `work`, `axis`, `size`, `seconds` (above 0).
    axes : dict of str to str
        The values of `axis` a panel shows together, as titles: {"data sets": "data sets"}; panels in this order.

    Raises
    ------
    RestatedError
        If a column is missing, a value is not positive, an axis has no panel or a panel more lines than can be told apart.
    """
    require(table, "work", "axis", "size", "seconds")
    if not (table[["size", "seconds"]].to_numpy(float) > 0).all():
        raise RestatedError("sizes and seconds must be above 0", field="seconds")
    if left := set(table["axis"]) - set(axes):
        raise RestatedError(f"no panel shows the axis {', '.join(sorted(left))}", field="axis")
    titles = list(dict.fromkeys(axes.values()))
    panels = {title: table[[axes[a] == title for a in table["axis"]]] for title in titles}
    keys = {title: list(dict.fromkeys(part["work"])) for title, part in panels.items()}
    if max(len(works) for works in keys.values()) > len(LINES):
        raise RestatedError(f"a panel shows more than {len(LINES)} lines", field="work")
    column = WIDE / len(titles)
    words = {title: [wrap_to(work, column - 0.75, BASE) for work in works] for title, works in keys.items()}
    foot = KEY_LINE * max(sum(len(lines) for lines in works) for works in words.values()) + 0.75
    fig = new_figure(WIDE, foot + PANEL_HEIGHT + 0.15)
    low, high = np.log10(table["seconds"].min()), np.log10(table["seconds"].max())
    slopes = []
    for number_, title in enumerate(titles):
        left = number_ * column + 0.72
        ax = axes_in_inches(fig, left, foot, column - 0.92, PANEL_HEIGHT)
        part = panels[title]
        ax.set_ylim(low - 0.15, high + 0.15)
        ends = np.log10([part["size"].min(), part["size"].max()])
        ax.set_xlim(ends[0] - 0.08 * np.ptp(ends), ends[1] + 0.08 * np.ptp(ends))
        for axis, span in ((ax.xaxis, ends), (ax.yaxis, (low, high))):
            at = _ticks(*span)
            axis.set_ticks(np.log10(at), [_plain(x) for x in at])
        ax.set_xlabel(title)
        if number_ == 0:
            ax.set_ylabel("seconds")
        y = foot - 0.68
        for work, lines, (role, marker, dash) in zip(keys[title], words[title], LINES, strict=False):
            line = part[part["work"] == work].sort_values("size")
            x, seconds = np.log10(line["size"].to_numpy(float)), np.log10(line["seconds"].to_numpy(float))
            style = {"color": colour(role), "marker": marker, "markersize": 4.5, "linestyle": dash, "linewidth": 1.5}
            ax.plot(x, seconds, zorder=3, **style)
            if len(x) > 1:
                slopes.append((work, float(np.polyfit(x, seconds, 1)[0])))
            inches = fig.dpi_scale_trans
            ax.plot([left - 0.45, left - 0.15], [y, y], transform=inches, clip_on=False, **style)
            for text in lines:
                fig.text(
                    left - 0.05, y, text, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches
                )
                y -= KEY_LINE
    steepest = max(slopes, key=lambda pair: pair[1])
    return Drawn(
        fig,
        alt_text(
            f"Seconds against the size of the work, both on logarithmic scales, in {plural(len(titles), 'panel')}: "
            f"{plural(len(slopes), 'line')}, all rising",
            f"Steepest: {steepest[0]}, about size to the power {number(steepest[1], 1)}",
            "A slope of 1 means cost in proportion to the work",
        ),
        table.reset_index(drop=True),
    )


def _ticks(low: float, high: float) -> np.ndarray:
    """Powers of ten between two logarithms; steps of 1, 2, 5 where there are fewer than two of them."""
    candidates = np.array([m * 10.0**e for e in range(-6, 9) for m in (1, 2, 5)])
    inside = candidates[(np.log10(candidates) >= low - 0.05) & (np.log10(candidates) <= high + 0.05)]
    powers = inside[np.isclose(np.log10(inside) % 1, 0)]
    return powers if len(powers) > 1 else inside


def _plain(x: float) -> str:
    """A tick as a reader writes it: .01, 1, 1,000."""
    return f"{x:,.0f}" if x >= 1 else number(x, int(np.ceil(-np.log10(x))), leading_zero=False)
