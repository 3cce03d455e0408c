"""Ratings over the school years: expected lines of groups of children, and single simulated children."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DOTS, SHORT_DASHES, SOLID, Fill, Line, Mark, dots
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, panel_title, write
from restated.plots.words import alt_text, number, plain_ticks
from review.figures.tables import checked, distinct


class Look(NamedTuple):
    """Line of a class, mark of its ends, and fill of its interval ("" for none)."""

    line: Line
    mark: Mark
    band: str = ""


#: Look of each class, distinct without colour. Four bands on top of each other would be illegible, so only two classes
#: have one; the data table has all intervals.
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
def groups(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str, row: str = "scenario") -> Drawn:
    """Draw expected lines by attachment in panels of sex and risk, one row of panels per scenario.

    `table`: `attachment`, `sex`, `risk`, `time`, `estimate`, `low`, `high`, and optionally the column `row`, which
    names the rows of panels. `grades` are short names of the times, `axis` the title of the vertical axis. Raises
    `RestatedError` if a column is missing, the table is empty or the times do not match `grades`.
    """
    table = checked(table, "attachment", "sex", "risk", "time", "estimate", "low", "high")
    if row not in table:
        table = table.assign(**{row: ""})
    names = distinct(table, row)
    times = np.sort(table["time"].unique())
    if len(times) != len(grades):
        raise RestatedError(f"{len(times)} times but {len(grades)} names", field="grades")
    fig, axes = _panels(len(names), GROUP_LINE if any(names) else 0.0)
    low, high = table["low"].min(), table["high"].max()
    for i, name in enumerate(names):
        if name:
            _heading(fig, axes[i][0], name)
        for j, (sex, risk) in enumerate(PANELS):
            here = table[(table[row] == name) & (table["sex"] == sex) & (table["risk"] == risk)]
            _lines(axes[i][j], here)
            title = f"{sex}s, {risk} risk" if i == 0 else ""
            _frame(axes[i][j], times, grades, (low, high), title=title, first=j == 0, last=i == len(names) - 1)
    _label(fig, axes, axis)
    key = Key(fig, LEFT, 0.16, mark=(5.5, 1.2))
    for name, look in LINES.items():
        if (table["attachment"] == name).any():
            key.add(name, look.line._replace(width=1.8), look.mark, width=0.34, gap=0.28)
    last = table[(table[row] == names[-1]) & (table["sex"] == "boy") & (table["risk"] == "high")]
    ends = []
    for name in ("disorganized", "secure"):
        line = last[last["attachment"] == name].sort_values("time")["estimate"]
        if len(line):
            ends.append(f"{name} boys at high risk go from {number(line.iloc[0])} to {number(line.iloc[-1])}")
    alt = alt_text(
        f"Expected ratings over {len(grades)} grades by attachment, sex and risk: "
        + ("; ".join(ends) or f"{number(low)} to {number(high)}"),
        f"Rows of panels: {'; '.join(names)}" if any(names) else "",
        "Bands: 95 % intervals of secure and disorganized children",
    )
    columns = [row] if any(names) else []
    return Drawn(fig, alt, table[[*columns, "attachment", "sex", "risk", "time", "estimate", "low", "high"]])


def _lines(ax: Axes, table: pd.DataFrame) -> None:
    """Lines of all classes in one panel, with marks at their ends."""
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


@drawing
def individuals(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str) -> Drawn:
    """Draw single simulated children as thin lines, one panel per class, with the mean of those drawn.

    `table`: `child`, `attachment`, `time`, `rating` (left out or nan where missing), never of observed children;
    `grades` and `axis` as in `groups`. Raises `RestatedError` if a column is missing or the table is empty.
    """
    table = checked(table, "child", "attachment", "time", "rating").dropna(subset="rating")
    times = np.sort(table["time"].unique())
    fig, axes = _panels(1, 0.0)
    low, high = table["rating"].min(), table["rating"].max()
    child = Line("zone1", width=0.9).style() | Mark("o", True, "zone1").style(1.8, 1.0)
    means = []
    for j, (ax, (name, look)) in enumerate(zip(axes[0], LINES.items(), strict=True)):
        here = table[table["attachment"] == name].sort_values("time", kind="stable")
        for _, own in here.groupby("child"):
            ax.plot(own["time"], own["rating"], zorder=2, **child)
        mean = here.groupby("time")["rating"].mean()
        means.append(f"{name} {number(mean.iloc[0])} to {number(mean.iloc[-1])}")
        ax.plot(mean.index, mean, zorder=3, **Line(look.line.role, width=2.2).style())
        title = f"{name}, {here['child'].nunique()}"
        _frame(ax, times, grades, (low, high), title=title, first=j == 0, last=True)
    _label(fig, axes, axis)
    key = Key(fig, LEFT, 0.16, mark=(5.5, 1.2))
    key.add("one simulated child", Line("zone1", width=1.8), Mark("o", False, "zone1"), width=0.34, gap=0.28)
    key.add("mean of those drawn", Line("ink", width=1.8), width=0.34, gap=0.28)
    wide = table.pivot_table(index=["attachment", "child"], columns="time", values="rating").reset_index()
    wide.columns = ["attachment", "child", *grades]
    alt = alt_text(
        f"{table['child'].nunique()} simulated children, each a line from {grades[0]} to {grades[-1]}: "
        f"single ratings range from {number(low, 1)} to {number(high, 1)} and cross at all heights",
        "Means: " + "; ".join(means),
    )
    return Drawn(fig, alt, wide)


def _panels(rows: int, headed: float) -> tuple[Figure, list[list[Axes]]]:
    """Figure with rows of four panels, each under a heading of `headed` inches."""
    width = LEFT + len(PANELS) * PANEL_WIDTH + (len(PANELS) - 1) * GAP + 0.1
    step = PANEL_HEIGHT + headed + (0.16 if rows > 1 else 0.0)
    height = TOP + rows * step + BOTTOM + KEY
    fig = new_figure(width, height)
    lefts = [LEFT + j * (PANEL_WIDTH + GAP) for j in range(len(PANELS))]
    bottoms = [height - TOP - headed - PANEL_HEIGHT - i * step for i in range(rows)]
    return fig, [[axes_in_inches(fig, x, y, PANEL_WIDTH, PANEL_HEIGHT) for x in lefts] for y in bottoms]


def _frame(
    ax: Axes,
    times: np.ndarray,
    grades: Sequence[str],
    limits: tuple[float, float],
    *,
    title: str,
    first: bool,
    last: bool,
) -> None:
    """Limits and ticks of a panel; only the first of a row and the last row have labels."""
    pad = 0.05 * (limits[1] - limits[0])
    ax.set_ylim(limits[0] - pad, limits[1] + pad)
    ax.set_xlim(times[0] - 0.07 * (times[-1] - times[0]), times[-1] + 0.07 * (times[-1] - times[0]))
    ax.axhline(0, color=colour("grid"), linewidth=0.9, zorder=0)
    middle, end = len(times) // 2, len(times) - 1
    names = [grades[0], f"grade {grades[middle]}", grades[end]] if last else [""] * 3
    ax.set_xticks([times[k] for k in (0, middle, end)], names)
    plain_ticks(ax.yaxis, *ax.get_ylim(), most=6)
    if not first:
        ax.set_yticklabels([])
    if title:
        panel_title(ax, title)


def _heading(fig: Figure, ax: Axes, text: str) -> None:
    """Heading over a row of panels; in the first row it is above the titles of the panels."""
    box, height = ax.get_position(), fig.get_size_inches()[1]
    up = 0.34 if box.y1 * height > height - TOP - GROUP_LINE - 0.2 else 0.1
    fig.text(box.x0, box.y1 + up / height, text, fontsize=BASE, color=colour("muted"), va="bottom")


def _label(fig: Figure, axes: list[list[Axes]], text: str) -> None:
    """Common title of the vertical axes."""
    middle = (axes[0][0].get_position().y1 + axes[-1][0].get_position().y0) / 2 * fig.get_size_inches()[1]
    write(fig, 0.08, middle, text, rotation=90, va="center")
