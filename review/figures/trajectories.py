"""Ratings over the school years: expected lines of groups of children, and single simulated children."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, text_width
from restated.plots.words import alt_text, number, plain_ticks

#: Marker, colour, line style and width of each class: shapes and styles first.
LINES = {
    "secure": ("o", "accent", "-", 1.6),
    "avoidant": ("s", "second", (0, (4, 2)), 1.3),
    "resistant": ("^", "third", (0, (1, 1.5)), 1.3),
    "disorganized": ("D", "warn", "-", 2.0),
}
#: Classes whose intervals are drawn: four bands on top of each other could not be read; all are in the data table.
BANDS = {"secure": "band", "disorganized": "band2"}
PANELS = (("girl", "lower"), ("girl", "high"), ("boy", "lower"), ("boy", "high"))
PANEL_WIDTH, PANEL_HEIGHT = 1.82, 1.9  # inches
LEFT, GAP, TOP, BOTTOM, KEY = 0.85, 0.22, 0.34, 0.3, 0.36  # inches
GROUP_LINE = 0.3  # inches for the heading of a row of panels


@drawing
def groups(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str, row: str = "scenario") -> Drawn:
    """Expected lines by attachment in panels of sex and risk, one row of panels per scenario.

    Parameters
    ----------
    table : DataFrame
        `attachment, sex, risk, time, estimate, low, high`, and optionally a column named by `row`.
    grades : tuple of str
        Short names of the times, in order.
    axis : str
        Title of the vertical axis.
    row : str
        Column that names the rows of panels.

    Raises
    ------
    RestatedError
        If a column is missing or there is nothing to draw.
    """
    table = _checked(table, ("attachment", "sex", "risk", "time", "estimate", "low", "high"))
    if row not in table:
        table = table.assign(**{row: ""})
    names = list(dict.fromkeys(table[row]))
    times = np.sort(table["time"].unique())
    if len(times) != len(grades):
        raise RestatedError(f"{len(times)} times but {len(grades)} names", field="grades")
    headed = GROUP_LINE if any(names) else 0.0
    fig, axes = _panels(len(names), headed)
    low, high = table["low"].min(), table["high"].max()
    for i, name in enumerate(names):
        if name:
            _heading(fig, axes[i][0], name)
        for j, (sex, risk) in enumerate(PANELS):
            ax = axes[i][j]
            here = table[(table[row] == name) & (table["sex"] == sex) & (table["risk"] == risk)]
            for attachment, (marker, role, dash, width) in LINES.items():
                line = here[here["attachment"] == attachment].sort_values("time")
                if not len(line):
                    continue
                if attachment in BANDS:
                    ax.fill_between(
                        line["time"],
                        line["low"],
                        line["high"],
                        facecolor=colour(BANDS[attachment]),
                        edgecolor=colour(role),
                        linewidth=0.6,
                        zorder=1,
                    )
                ax.plot(line["time"], line["estimate"], color=colour(role), linestyle=dash, linewidth=width, zorder=3)
                ends = line.iloc[[0, -1]]
                ax.plot(
                    ends["time"],
                    ends["estimate"],
                    linestyle="none",
                    marker=marker,
                    markersize=5.5,
                    zorder=4,
                    markeredgewidth=1.2,
                    markeredgecolor=colour(role),
                    markerfacecolor=colour("page"),
                )
            _frame(
                ax,
                times,
                grades,
                (low, high),
                title=f"{sex}s, {risk} risk" if i == 0 else "",
                first=j == 0,
                last=i == len(names) - 1,
            )
    _label(fig, axes, axis)
    _key(fig, [(name, *LINES[name][:3]) for name in LINES if (table["attachment"] == name).any()])
    last = table[(table[row] == names[-1]) & (table["sex"] == "boy") & (table["risk"] == "high")]
    told = []
    for name in ("disorganized", "secure"):
        line = last[last["attachment"] == name].sort_values("time")
        if len(line):
            told.append(
                f"{name} boys at high risk go from {number(line['estimate'].iloc[0])} to "
                f"{number(line['estimate'].iloc[-1])}"
            )
    columns = [
        c for c in (row, "attachment", "sex", "risk", "time", "estimate", "low", "high") if c != row or any(names)
    ]
    return Drawn(
        fig,
        alt_text(
            f"Expected ratings over {len(grades)} grades by attachment, sex and risk: "
            + ("; ".join(told) if told else f"{number(low)} to {number(high)}"),
            f"Rows of panels: {'; '.join(names)}" if any(names) else "",
            "Bands: 95 % intervals of secure and disorganized children",
        ),
        table[columns].reset_index(drop=True),
    )


@drawing
def individuals(table: pd.DataFrame, *, grades: tuple[str, ...], axis: str) -> Drawn:
    """Single simulated children as thin lines, one panel per class, with the mean of those drawn.

    Parameters
    ----------
    table : DataFrame
        `child, attachment, time, rating`; missing ratings are left out or nan. Never for observed children.
    grades, axis
        As in `groups`.
    """
    table = _checked(table, ("child", "attachment", "time")).dropna(subset="rating")
    times = np.sort(table["time"].unique())
    fig, axes = _panels(1, 0.0)
    low, high = table["rating"].min(), table["rating"].max()
    means = []
    for j, (attachment, (_, role, _, _)) in enumerate(LINES.items()):
        ax = axes[0][j]
        here = table[table["attachment"] == attachment]
        for _, child in here.groupby("child"):
            child = child.sort_values("time")
            ax.plot(
                child["time"],
                child["rating"],
                color=colour("zone1"),
                linewidth=0.9,
                marker="o",
                markersize=1.8,
                zorder=2,
            )
        mean = here.groupby("time")["rating"].mean()
        means.append((attachment, float(mean.iloc[0]), float(mean.iloc[-1])))
        ax.plot(mean.index, mean, color=colour(role), linewidth=2.2, zorder=3)
        _frame(
            ax, times, grades, (low, high), title=f"{attachment}, {here['child'].nunique()}", first=j == 0, last=True
        )
    _label(fig, axes, axis)
    _key(fig, [("one simulated child", "o", "zone1", "-"), ("mean of those drawn", None, "ink", "-")])
    wide = table.pivot_table(index=["attachment", "child"], columns="time", values="rating").reset_index()
    wide.columns = ["attachment", "child", *grades]
    return Drawn(
        fig,
        alt_text(
            f"{table['child'].nunique()} simulated children, each a line from {grades[0]} to {grades[-1]}: single ratings range "
            f"from {number(low, 1)} to {number(high, 1)} and cross at all heights",
            "Means: " + "; ".join(f"{a} {number(x)} to {number(y)}" for a, x, y in means),
        ),
        wide,
    )


def _checked(table: pd.DataFrame, needed: tuple[str, ...]) -> pd.DataFrame:
    require(table, *needed)
    if not len(table):
        raise RestatedError("there is nothing to draw")
    return table


def _panels(rows: int, headed: float):
    width = LEFT + len(PANELS) * PANEL_WIDTH + (len(PANELS) - 1) * GAP + 0.1
    step = PANEL_HEIGHT + headed + (0.16 if rows > 1 else 0.0)
    height = TOP + rows * step + BOTTOM + KEY
    fig = new_figure(width, height)
    axes = []
    for i in range(rows):
        bottom = height - TOP - headed - PANEL_HEIGHT - i * step
        axes.append(
            [axes_in_inches(fig, LEFT + j * (PANEL_WIDTH + GAP), bottom, PANEL_WIDTH, PANEL_HEIGHT) for j in range(4)]
        )
    return fig, axes


def _frame(ax, times, grades, limits, *, title: str, first: bool, last: bool) -> None:
    pad = 0.05 * (limits[1] - limits[0])
    ax.set_ylim(limits[0] - pad, limits[1] + pad)
    ax.set_xlim(times[0] - 0.07 * (times[-1] - times[0]), times[-1] + 0.07 * (times[-1] - times[0]))
    ax.axhline(0, color=colour("grid"), linewidth=0.9, zorder=0)
    shown = [0, len(times) // 2, len(times) - 1]
    ax.set_xticks(
        [times[k] for k in shown],
        [f"grade {grades[k]}" if k == shown[1] else grades[k] for k in shown] if last else [""] * 3,
    )
    plain_ticks(ax.yaxis, *ax.get_ylim(), most=6)
    if not first:
        ax.set_yticklabels([])
    if title:
        ax.text(
            0, 1.03, title, transform=ax.transAxes, fontsize=BASE, fontweight="bold", color=colour("ink"), va="bottom"
        )


def _heading(fig, ax, text: str) -> None:
    box = ax.get_position()
    _, height = fig.get_size_inches()
    up = 0.34 if ax.get_position().y1 * height > height - TOP - GROUP_LINE - 0.2 else 0.1
    fig.text(box.x0, box.y1 + up / height, text, fontsize=BASE, color=colour("muted"), va="bottom")


def _label(fig, axes, axis: str) -> None:
    _, height = fig.get_size_inches()
    middle = (axes[0][0].get_position().y1 + axes[-1][0].get_position().y0) / 2
    fig.text(
        0.08 / fig.get_size_inches()[0],
        middle,
        axis,
        rotation=90,
        fontsize=BASE,
        color=colour("ink"),
        va="center",
        ha="left",
    )


def _key(fig, entries) -> None:
    x, inches = LEFT, fig.dpi_scale_trans
    for name, marker, role, dash in entries:
        fig.add_artist(
            Line2D([x, x + 0.34], [0.16, 0.16], color=colour(role), linestyle=dash, linewidth=1.8, transform=inches)
        )
        if marker:
            fig.add_artist(
                Line2D(
                    [x + 0.17],
                    [0.16],
                    linestyle="none",
                    marker=marker,
                    markersize=5.5,
                    markeredgewidth=1.2,
                    markeredgecolor=colour(role),
                    markerfacecolor=colour("page"),
                    transform=inches,
                )
            )
        fig.text(x + 0.42, 0.16, name, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
        x += 0.42 + text_width(name, BASE) + 0.28
