"""Extremes over every distribution that has a printed mean and SD, instead of a few assumed shapes.

What is linear in the distribution of an arm (a share above a threshold, the probability that a patient of one arm has
the larger value, hence Mann-Whitney's U) is most extreme at a vertex of the set of distributions with these moments,
which has at most three points: total, mean and square (Richter; Rogosinski; Karr). U is linear in each arm in turn, so
both arms can be taken at vertices. All vertices on a grid from 0 to a highest value are tried; the grid is then refined
at the points of the best ones.

Every sample of n is such a distribution, and Samuelson's bound gives its highest value. So the ranges hold all samples;
weights between multiples of 1/n make them slightly too wide. Student's, Welch's and the gamma model's test need no
range: moments fix them. A t test of logarithms has none: its mean of logs falls without bound as a value nears 0.

References: Richter (1957), Blätter der DGVFM 3, 147-161. Rogosinski (1958), Proceedings of the Royal Society A 245,
1-27. Karr (1983), Mathematics of Operations Research 8, 74-85 (few points are enough). Samuelson (1968), JASA 63,
1522-1525 (largest value of a sample).
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np

from restated.arguments import Floats, check_finite, check_numbers
from restated.errors import RestatedError
from restated.reconstruct.moments import sd_range
from restated.reconstruct.ranks import tie_factor

#: Points of the first grid: with three times as many, the bounds of 22 and 19 values move by less than .005.
POINTS = 16
ABOUT = np.array([-2, -1, -0.5, 0, 0.5, 1, 2])  #: points about the mean, in SDs: a small spread needs them
ROUNDS, NEW = 3, 2  #: Times the grid is refined, and new points on either side of each point of the best vertices
BLOCK = 512  #: vertices of one arm that are paired at a time, to save memory
STEPS = 14  #: of a bisection: limits are then known to a 16,000th of the highest value
TINY = 1e-9  #: weights down to minus this count as zero: rounding of the linear equations


@dataclass(frozen=True)
class Arm:
    """One arm as printed: values of at least 0 with their mean and SD (divisor n - 1), else a RestatedError.

    `zeros`: values that are exactly 0; the others are above 0. `highest`: no value is larger; by default only the
    moments limit them.
    """

    n: int
    mean: float
    sd: float
    zeros: int = 0
    highest: float = math.inf

    def __post_init__(self) -> None:
        check_numbers(n=self.n, mean=self.mean, sd=self.sd, zeros=self.zeros, highest=self.highest)
        check_finite(sd=self.sd)
        low, high = sd_range(self.n, self.mean, self.zeros)
        if not low < self.sd < high or (self.top - self.mean) * self.mean * self.n <= (self.n - 1) * self.sd**2:
            problem = f"no {self.n} values from 0 to {self.top:g} have the mean {self.mean:g} and the SD {self.sd:g}"
            raise RestatedError(problem, field="sd")

    @property
    def top(self) -> float:
        """Largest value: that stated, or Samuelson's bound."""
        return min(self.highest, self.mean + self.sd * (self.n - 1) / math.sqrt(self.n))

    def start(self) -> Floats:
        """Return points for a first grid: even ones, closer near 0, and some about the mean of the values above 0."""
        share = 1 - self.zeros / self.n
        mean = self.mean / share
        sd = math.sqrt(max((self.mean**2 + self.sd**2 * (self.n - 1) / self.n) / share - mean**2, 0))
        return np.clip(np.append(self.top * np.linspace(0, 1, POINTS) ** 1.5, mean + sd * ABOUT), 0, self.top)

    def vertices(self, grid: Floats) -> Floats:
        """Return the weights of all vertices on a grid, shape (vertices, points); they leave room for the zeros."""
        at = np.array(list(combinations(np.flatnonzero(grid <= self.top), 3)))
        x, square, mass = grid[at], self.mean**2 + self.sd**2 * (self.n - 1) / self.n, 1 - self.zeros / self.n
        # Lagrange: the weight of a point is the expected product of distances to the two others, over its own.
        first, second = np.roll(x, 1, axis=1), np.roll(x, 2, axis=1)
        weights = (square - (first + second) * self.mean + first * second * mass) / ((x - first) * (x - second))
        fits = (weights >= -TINY).all(axis=1)
        found = np.zeros((int(fits.sum()), len(grid)))
        np.put_along_axis(found, at[fits], np.maximum(weights[fits], 0), axis=1)
        return found


@dataclass(frozen=True)
class _Fixed:
    """A threshold, as an arm whose values are all there."""

    top: float
    zeros: int = 0
    n: int = 1

    def start(self) -> Floats:
        return np.array([self.top])

    def vertices(self, grid: Floats) -> Floats:
        return np.asarray(grid == self.top, dtype=float)[None]


def superiority(first: Arm, second: Arm) -> tuple[float, float]:
    """Return the least and the largest probability that a value of the first arm is larger, zeros in both as one half.

    It is U / (n1 n2). Other values are taken to differ, if only by a hair.
    """
    for arm in (first, second):
        _check(arm)
    return _extreme(first, second, most=False), _extreme(first, second, most=True)


def rank_z(first: Arm, second: Arm) -> tuple[float, float]:
    """Return the range of Mann-Whitney's z, by normal approximation without continuity correction.

    Only zeros are taken as tied; more ties would make z larger for the same U.
    """
    low, high = superiority(first, second)
    pairs, total, tied = first.n * second.n, first.n + second.n, first.zeros + second.zeros
    factor = float(tie_factor([tied, *[1] * (total - tied)])) if tied else 1.0
    sd = math.sqrt(pairs * (total + 1) / 12 * factor)
    return (low - 0.5) * pairs / sd, (high - 0.5) * pairs / sd


def share_above(arm: Arm, threshold: float) -> tuple[float, float]:
    """Return the least and the largest share of values above a threshold of at least 0.

    The largest counts values that are a hair above it. A threshold below 0 or missing raises a RestatedError.
    """
    _check(arm)
    check_numbers(threshold=threshold)
    if not 0 <= threshold < math.inf:
        raise RestatedError(f"the threshold {threshold:g} is not a value of at least 0", field="threshold")
    if threshold >= arm.top:
        return 0.0, 0.0
    return _extreme(arm, _Fixed(threshold), most=False), _extreme(arm, _Fixed(threshold), most=True)


def median(arm: Arm) -> tuple[float, float]:
    """Return the least and the largest median: thresholds that half of the values can just be below, or above."""
    _check(arm)
    ends = []
    for end in (0, 1):
        low, high = 0.0, arm.top
        for _ in range(STEPS):
            middle = (low + high) / 2
            # Too low if half must be above it, or half still can be.
            low, high = (middle, high) if share_above(arm, middle)[end] >= 0.5 else (low, middle)
        ends.append((low + high) / 2)
    return ends[0], ends[1]


def _check(arm: object) -> None:
    if not isinstance(arm, Arm):
        raise RestatedError(f"{arm!r} is not an Arm", field="arm")


@cache
def _extreme(first: Arm, second: Arm | _Fixed, *, most: bool) -> float:
    """Return an extreme of the probability that a value of the first arm is larger, over pairs of vertices."""
    sign = 1 if most else -1
    grid, found = np.unique(np.concatenate([first.start(), second.start()])), -math.inf
    for _ in range(ROUNDS + 1):
        larger = grid[:, None] >= grid if most else grid[:, None] > grid
        one, two = first.vertices(grid), second.vertices(grid)
        scores, best = sign * (one @ larger), None
        for row in range(0, len(one), BLOCK):
            pairs = scores[row : row + BLOCK] @ two.T
            at = np.unravel_index(int(pairs.argmax()), pairs.shape)
            if pairs[at] > found:
                found, best = float(pairs[at]), (row + int(at[0]), int(at[1]))
        if best is None:  # no finer grid does better
            break
        used = np.flatnonzero((one[best[0]] > 0) | (two[best[1]] > 0))
        gaps = {int(i) for i in [*(used - 1), *used] if 0 <= i < len(grid) - 1}
        grid = np.unique(np.concatenate([grid[[0, -1]], *(np.linspace(grid[i], grid[i + 1], NEW + 2) for i in gaps)]))
    none1, none2 = first.zeros / first.n, second.zeros / second.n
    return sign * found + (1 - none1) * none2 + none1 * none2 / 2
