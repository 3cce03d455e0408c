"""Bars of parts, one bar a row, with a key of the parts under the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from restated.plots.legend import Key
from restated.plots.marks import Fill
from restated.plots.rows import Chart

#: Inches from the base line of the words under the axis to the middle of their samples.
LIFT = 0.045


def stacked_bars(chart: Chart, lengths: np.ndarray, fills: Sequence[Fill], gids: Sequence[str]) -> None:
    """Draw a bar in each row, its parts from left to right; `lengths` has one row a bar and one column a part."""
    starts = np.cumsum(lengths, axis=1) - lengths
    for length, start, fill, gid in zip(lengths.T, starts.T, fills, gids, strict=True):
        chart.ax.barh(np.arange(len(lengths)), length, left=start, height=0.62, zorder=2, gid=gid, **fill.style())


def fill_key(chart: Chart, fills: Mapping[str, Fill]) -> Key:
    """Draw the key of fills by their words, and return it for further entries."""
    key = chart.key(lift=LIFT)
    for words, fill in fills.items():
        key.add(words, fill, width=0.28)
    return key
