"""Ratings over the school years: expected lines of groups of children, and single simulated children."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restated.plots import style
from restated.plots.legend import Key
from restated.plots.marks import DOTS, SHORT_DASHES, SOLID, Fill, Line, Mark, dots
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, narrow, new_figure
from restated.plots.words import alt_text, number, plain_ticks
from review.figures.tables import checked, distinct, ensure


class Look(NamedTuple):
    """Line of a class, mark of its ends, and fill of its interval ("" for none)."""

    line: Line
    mark: Mark
    band: str = ""


#: Look of each class, distinct without colour. Only two have a band, as four would be illegible; the table has all.
LINES = {
    "secure": Look(Line("accent", SOLID, 1.6), Mark("o", False, "accent"), "band"),
    "avoidant": Look(Line("second", SHORT_DASHES, 1.3), Mark("s", False, "second")),
    "resistant": Look(Line("third", DOTS, 1.3), Mark("^", False, "third")),
    "disorganized": Look(Line("warn", SOLID, 2.0), Mark("D", False, "warn"), "band2"),
}
PANELS = (("girl", "lower"), ("girl", "high"), ("boy", "lower"), ("boy", "high"))
PANEL_WIDTH, PANEL_HEIGHT = 1.82, 1.9  # inches
LEFT, GAP, TOP, BOTTOM, KEY = 0.85, 0.22, 0.34, 0.3, 0.36  # inches
GROUP_LINE = 0.3  # inches for the heading of a row of panels


@drawing
def groups(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str) -> Drawn:
    """Draw expected lines by attachment in panels of sex and risk, one row of panels per scenario.

    `table`: `attachment`, `sex`, `risk`, `time`, `estimate`, `low`, `high`, and perhaps `scenario`, which names the
    rows of panels. `grades` are short names of the times, `axis` the title of the vertical axis.
    """
    columns = ["scenario", "attachment", "sex", "risk", "time", "estimate", "low", "high"]
    table = checked(table.assign(scenario=table.get("scenario", "")), *columns)
    names, times = distinct(table, "scenario"), np.sort(table["time"].unique())
    ensure(len(times) == len(grades), f"{len(times)} times but {len(grades)} names", field="grades")
    named = any(names)
    fig, axes = _panels(len(names), GROUP_LINE if named else 0.0)
    low, high = table["low"].min(), table["high"].max()
    ends: dict[str, str] = {}
    for i, name in enumerate(names):
        # Over the first row of panels the heading is above their titles.
        box, height = axes[i][0].get_position(), fig.get_size_inches()[1]
        up = 0.1 if i and not narrow() else 0.34
        fig.text(box.x0, box.y1 + up / height, name, fontsize=BASE, color=colour("muted"), va="bottom")
        for ax, (sex, risk) in zip(axes[i], PANELS):
            here = table[(table["scenario"] == name) & (table["sex"] == sex) & (table["risk"] == risk)]
            ends = _lines(ax, here)
            _frame(ax, times, grades, (low, high), f"{sex}s, {risk} risk" if i == 0 or narrow() else "")
    _inner(axes, axis)
    key = Key(fig, 0.1 if narrow() else LEFT, 0.55 if narrow() else 0.16, mark=(5.5, 1.2))
    for name, look in LINES.items():
        if (table["attachment"] == name).any():
            key.add(name, look.line._replace(width=1.8), look.mark, width=0.34, gap=0.28)
    listed = [f"{name} boys at high risk go from {ends[name]}" for name in ("disorganized", "secure") if name in ends]
    alt = alt_text(
        f"Expected ratings over {len(grades)} grades by attachment, sex and risk: "
        + ("; ".join(listed) or f"{number(low)} to {number(high)}"),
        f"Rows of panels: {'; '.join(names)}" if named else "",
        "Bands: 95 % intervals of secure and disorganized children",
    )
    return Drawn(fig, alt, table[columns if named else columns[1:]])


def _lines(ax: Axes, table: pd.DataFrame) -> dict[str, str]:
    """Lines of all classes in one panel, with marks at their ends; their first and last values in words."""
    words = {}
    for name, look in LINES.items():
        line = table[table["attachment"] == name].sort_values("time")
        if not len(line):
            continue
        if look.band:
            band = Fill(look.band, look.line.role, width=0.6)
            ax.fill_between(line["time"], line["low"], line["high"], zorder=1, **band.style())
        ax.plot(line["time"], line["estimate"], zorder=3, **look.line.style())
        ends = line.iloc[[0, -1]]
        dots(ax, ends["time"], ends["estimate"], look.mark, size=5.5, edge=1.2, clip_on=True)
        words[name] = " to ".join(map(number, ends["estimate"]))
    return words


@drawing
def individuals(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str) -> Drawn:
    """Draw single simulated children as thin lines, one panel per class, with the mean of those drawn.

    `table`: `child`, `attachment`, `time`, `rating` (left out or nan where missing), never of observed children;
    `grades` and `axis` as in `groups`.
    """
    table = checked(table, "child", "attachment", "time", "rating").dropna(subset="rating")
    times = np.sort(table["time"].unique())
    fig, axes = _panels(1, 0.0)
    low, high = table["rating"].min(), table["rating"].max()
    child = Line("zone1", width=0.9).style() | Mark("o", True, "zone1").style(1.8, 1.0)
    means = []
    for ax, (name, look) in zip(axes[0], LINES.items()):
        here = table[table["attachment"] == name].sort_values("time", kind="stable")
        for _, own in here.groupby("child"):
            ax.plot(own["time"], own["rating"], zorder=2, **child)
        mean = here.groupby("time")["rating"].mean()
        means.append(f"{name} {number(mean.iloc[0])} to {number(mean.iloc[-1])}")
        ax.plot(mean.index, mean, zorder=3, **Line(look.line.role, width=2.2).style())
        _frame(ax, times, grades, (low, high), f"{name}, {here['child'].nunique()}")
    _inner(axes, axis)
    key = Key(fig, 0.1 if narrow() else LEFT, 0.55 if narrow() else 0.16, mark=(5.5, 1.2))
    key.add("one simulated child", Line("zone1", width=1.8), Mark("o", False, "zone1"), width=0.34, gap=0.28)
    key.add("mean of those drawn", Line("ink", width=1.8), width=0.34, gap=0.28)
    wide = table.pivot_table(index=["attachment", "child"], columns="time", values="rating").reset_index()
    alt = alt_text(
        f"{table['child'].nunique()} simulated children, each a line from {grades[0]} to {grades[-1]}: "
        f"single ratings range from {number(low, 1)} to {number(high, 1)} and cross at all heights",
        "Means: " + "; ".join(means),
    )
    return Drawn(fig, alt, wide.set_axis(["attachment", "child", *grades], axis=1))


def _panels(rows: int, headed: float) -> tuple[Figure, list[list[Axes]]]:
    """Figure with rows of four panels, each under a heading of `headed` inches."""
    if narrow():
        # Two panels next to each other, two below them.
        side, deep = (style.width() - LEFT - GAP - 0.1) / 2, PANEL_HEIGHT + TOP + BOTTOM
        fig = new_figure(style.width(), rows * (headed + 2 * deep) + 0.8)
        feet = [fig.get_figheight() - i * (headed + 2 * deep) - headed - deep + BOTTOM for i in range(rows)]
        places = [(LEFT + j % 2 * (side + GAP), j // 2 * deep) for j in range(len(PANELS))]
        return fig, [[axes_in_inches(fig, x, y - down, side, PANEL_HEIGHT) for x, down in places] for y in feet]
    step = PANEL_HEIGHT + headed + (0.16 if rows > 1 else 0.0)
    height = TOP + rows * step + BOTTOM + KEY
    fig = new_figure(LEFT + len(PANELS) * PANEL_WIDTH + (len(PANELS) - 1) * GAP + 0.1, height)
    lefts = [LEFT + j * (PANEL_WIDTH + GAP) for j in range(len(PANELS))]
    bottoms = [height - TOP - headed - PANEL_HEIGHT - i * step for i in range(rows)]
    return fig, [[axes_in_inches(fig, x, y, PANEL_WIDTH, PANEL_HEIGHT) for x in lefts] for y in bottoms]


def _frame(ax: Axes, times: np.ndarray, grades: tuple[str, ...], limits: tuple[float, float], title: str) -> None:
    """Limits, ticks and title of a panel."""
    low, high = limits
    ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    ax.set_xlim(times[0] - 0.07 * np.ptp(times), times[-1] + 0.07 * np.ptp(times))
    ax.axhline(0, color=colour("grid"), linewidth=0.9, zorder=0)
    middle, end = len(times) // 2, len(times) - 1
    ax.set_xticks(times[[0, middle, end]], [grades[0], f"grade {grades[middle]}", grades[end]])
    plain_ticks(ax.yaxis, *ax.get_ylim(), most=6)
    if title:
        style.panel_title(ax, title)


def _inner(axes: list[list[Axes]], text: str) -> None:
    """Remove labels of ticks inside the rows of panels, and write the common title of the vertical axes."""
    for row in axes:
        for ax in row[1::2] if narrow() else row[1:]:
            ax.set_yticklabels([])
    for row in [] if narrow() else axes[:-1]:
        for ax in row:
            ax.set_xticklabels([])
    fig = style.figure_of(axes[0][0])
    middle = (axes[0][0].get_position().y1 + axes[-1][0].get_position().y0) / 2 * fig.get_size_inches()[1]
    style.write(fig, 0.08, middle, text, rotation=90, va="center")
