"""One key for every figure: samples of marks, lines and fills with their words; and labels that are kept apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from restated.plots.marks import EDGE, SIZE, Fill, Line, Mark
from restated.plots.style import BASE, NARROW, colour, figure_of, narrow, text_width, wrap_to, write

Sample: TypeAlias = Mark | Line | Fill


@dataclass
class Key:
    """A key under construction: entries from left to right, and on new lines where wanted.

    Samples of axes as `host` are drawn before any text of the figure, those of a figure after all axes. `x` and `y` are
    the left edge and the middle of the next entry, in inches from the lower left corner of the figure; no entry may
    reach beyond `right` on its line, lines are `step` apart. `size` (points) and `role` are those of the words, `mark`
    is the size and edge width of marks in points, `tall` the height of filled samples in inches. `drop` is in inches
    from the middle of the samples down to the base line of the words; by default the words are centred.
    """

    host: Axes | Figure
    x: float
    y: float
    size: float = BASE
    role: str = "ink"
    mark: tuple[float, float] = (SIZE, EDGE)
    tall: float = 0.16
    drop: float | None = None
    right: float | None = None
    step: float = 0.26

    def __post_init__(self) -> None:
        self.left, self.lines = self.x, 1
        if narrow() and self.right is None:
            self.right = NARROW - 0.04
        self.fig = self.host if isinstance(self.host, Figure) else figure_of(self.host)

    def add(
        self, words: str | Sequence[str], *samples: Sample, width: float = 0.36, space: float = 0.08, gap: float = 0.3
    ) -> None:
        """Draw one entry, samples over each other, and move on; `width`, `space` and `gap` in inches."""
        lines = [words] if isinstance(words, str) else list(words)
        if narrow() and self.right is not None:
            lines = wrap_to(" ".join(lines), self.right - self.left - width - space, self.size)
        need = width + space + max(text_width(line, self.size) for line in lines)
        if self.right is not None and self.x > self.left and self.x + need > self.right:
            self.newline()
        self.lines = max(self.lines, len(lines))
        need += gap
        for sample in samples:
            self._draw(sample, width)
        look = {"fontsize": self.size, "color": colour(self.role)} | ({} if self.drop is None else {"va": "baseline"})
        for i, line in enumerate(lines):
            write(self.fig, self.x + width + space, self.y - (self.drop or 0.0) - 0.19 * i, line, **look)
        self.x += need

    def newline(self, inches: float | None = None) -> None:
        """Go down by `inches`, by default `step`, and back to the left."""
        self.x = self.left
        self.y -= (self.step if inches is None else inches) + 0.19 * (self.lines - 1)
        self.lines = 1

    def _draw(self, sample: Sample, width: float) -> None:
        """One sample; in axes a fill is a filled area, in a figure a rectangle."""
        x, y = self.x, self.y
        free: dict[str, Any] = {"transform": self.fig.dpi_scale_trans, "clip_on": False}
        if isinstance(sample, Mark):
            self.host.add_artist(Line2D([x + width / 2], [y], linestyle="none", **sample.style(*self.mark), **free))
        elif isinstance(sample, Line):
            self.host.add_artist(Line2D([x, x + width], [y, y], **sample.style(), **free))
        elif isinstance(self.host, Figure):
            self.host.add_artist(Rectangle((x, y - self.tall / 2), width, self.tall, **sample.style(), **free))
        else:
            self.host.fill_between([x, x + width], y - self.tall / 2, y + self.tall / 2, **sample.style(), **free)


def spread(at: Sequence[float], gap: ArrayLike, *, high: float = np.inf) -> NDArray[np.float64]:
    """Places near the given ones that do not overlap: each moves up as far as the one below demands.

    The last one then moves down to `high`, pushing others. `at`, shape (n,): wanted places, ascending; negate places
    to fill from the top down. `gap`, shape (n,): room around each place, in the units of `at`.
    """
    places = np.array(at, float)
    room = np.broadcast_to(np.asarray(gap, float), places.shape)
    between = (room[1:] + room[:-1]) / 2
    for i, least in enumerate(between, start=1):
        places[i] = max(places[i], places[i - 1] + least)
    if len(places) and places[-1] > high:
        places[-1] = high
        for i in reversed(range(len(between))):
            places[i] = min(places[i], places[i + 1] - between[i])
    return places
