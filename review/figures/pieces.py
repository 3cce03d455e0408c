"""Pieces of several figures: labels, boxes, columns of words, and bars of parts with a key under the axis."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from restated.plots.legend import Key
from restated.plots.marks import Fill
from restated.plots.rows import Chart, Column, row_chart
from restated.plots.style import BASE, HALF_DIGIT, POINTS, colour, write

LIFT = 0.045  # inches from the base line of the words under the axis to the middle of their samples
LINE = 1.25 * BASE / POINTS  # inches between two lines of text
DROP = HALF_DIGIT * BASE / POINTS  # inches from the middle of a line of text to its base line


def label(ax: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text at a place of the axes, centred on the height of its letters."""
    look: dict[str, Any] = {"fontsize": BASE, "color": colour("ink"), "va": "center_baseline"}
    ax.text(x, y, text, **look | style)


def box(
    fig: Figure, x: float, y: float, size: tuple[float, float], lines: Sequence[str], fill: Fill, shape: str
) -> None:
    """Box with lines of words, both centred on a place in inches; `shape` is a box style of matplotlib."""
    corner, style = (x - size[0] / 2, y - size[1] / 2), fill.style() | {"boxstyle": shape}
    fig.add_artist(FancyBboxPatch(corner, *size, transform=fig.dpi_scale_trans, **style))
    for i, line in enumerate(lines):
        write(fig, x, y + ((len(lines) - 1) / 2 - i) * LINE, line, ha="center")


def without_y(ax: Axes) -> None:
    """Remove ticks and line of the vertical axis."""
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def columns(cells: Mapping[str, Sequence[str]], align: str = "left", **more: Any) -> list[Column]:
    """Text columns of a row chart by their headings."""
    return [Column(heading, own, align, **more) for heading, own in cells.items()]


def keyed_chart(left: Mapping[str, Sequence[str]], right: Mapping[str, Sequence[str]], **settings: Any) -> Chart:
    """Row chart of words at the left and numbers at the right, by their headings, with a line for a key."""
    return row_chart(columns(left), columns(right, "right"), foot_lines=1, **settings)


def stacked_bars(chart: Chart, lengths: np.ndarray, fills: Sequence[Fill], gids: Sequence[str]) -> None:
    """Draw a bar in each row, its parts from left to right; `lengths` has one row a bar and one column a part."""
    starts = np.cumsum(lengths, axis=1) - lengths
    for length, start, fill, gid in zip(lengths.T, starts.T, fills, gids):
        chart.ax.barh(np.arange(len(lengths)), length, left=start, height=0.62, zorder=2, gid=gid, **fill.style())


def fill_key(chart: Chart, fills: Mapping[str, Fill]) -> Key:
    """Draw the key of fills by their words, and return it for further entries."""
    key = chart.key(lift=LIFT)
    for words, fill in fills.items():
        key.add(words, fill, width=0.28)
    return key
