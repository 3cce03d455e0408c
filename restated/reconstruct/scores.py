"""All samples of whole numbers compatible with a printed mean and SD.

References
----------
Wilner, Wood & Simons (2018), Complete recovery of values in Diophantine systems (CORVIDS), preprint.
Heathers, Anaya, van der Zee & Brown (2018), Recovering data from summary statistics (SPRITE), PeerJ Preprints 6,
e26968. Neither program is used here: samples are counted by dynamic programming over the scores.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from restated.arguments import Bools, Floats, Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval, closed_interval, describe, integer_range
from restated.reconstruct.enumeration import ragged_ranges

# Partial samples held at one score: three arrays of this length take about 120 MB.
MAX_STATES = 5_000_000

#: Bases of the number that codes a state: cases, sum and sum of squares of a partial sample.
_Coding: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class ScoreSet:
    """Samples compatible with a printed mean and SD.

    Attributes
    ----------
    counts : ndarray of int, shape (m, levels)
        Frequency of each score.
    scores : ndarray of int, shape (levels,)
        The scores, from the lower to the upper end of the scale.
    total : float
        Number of samples that exist (exact up to 2**53).
    method : str
        'exhaustive': `counts` are all samples; 'sampled': even draws from all, with replacement.
    message : str
        One sentence with the number of samples, and if there are none, with the printed numbers that conflict.
    """

    counts: Ints
    scores: Ints
    total: float
    method: str
    message: str

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def identified(self) -> bool:
        """Exactly one sample fits."""
        return self.total == 1

    @property
    def empty(self) -> bool:
        """No sample fits."""
        return self.total == 0

    def rows(self, i: int) -> Ints:
        """Return sample `i` as one score per case, ascending."""
        return np.repeat(self.scores, self.counts[i])


def score_samples(
    mean: Constraint,
    sd: Constraint,
    n: int,
    low: int,
    high: int,
    *,
    limit: int = 200_000,
    draws: int = 10_000,
    seed: int = 0,
) -> ScoreSet:
    """List all samples of whole scores with a printed mean and SD, or draw from them evenly where they are too many.

    Parameters
    ----------
    mean, sd : str, Printed, or pair of numbers
        As printed; the SD has divisor n - 1.
    n : int
        Sample size, at least 2.
    low, high : int
        Ends of the scale.
    limit : int
        Up to this many samples are listed, above it `draws` are drawn.
    draws, seed : int
        For the draws.

    Raises
    ------
    RestatedError
        For an unusable n or scale, an unbounded mean or SD, or a problem with more than `MAX_STATES` partial samples.

    Notes
    -----
    Scores are taken up one after the other; partial samples with the same number of cases, sum and sum of squares are
    one state, and the number of ways to reach it is added up. Going back from the states that fit visits every sample
    once, or draws one with the right probability.
    """
    _check(n, low, high)
    wanted = _targets(mean, sd, n, low, high)
    levels = high - low + 1
    keys, ways, coding = _forward(n, levels, wanted) if len(wanted) else ([wanted], [], (0, 0))
    if not len(keys[-1]):
        none = np.empty((0, levels), dtype=np.int64)
        message = f"no sample fits: {_conflict(mean, sd, n, low, high)}"
        return ScoreSet(none, np.arange(low, high + 1), 0.0, "exhaustive", message)
    total = float(ways[-1].sum())
    if total <= limit:
        counts, method = _all_paths(keys, coding, n, levels), "exhaustive"
    else:
        counts, method = _drawn_paths(keys, ways, coding, n, levels, draws, np.random.default_rng(seed)), "sampled"
    asked = f"n = {n} on the scale {low} to {high}, mean {describe(mean)}, SD {describe(sd)}"
    message = f"{total:,.0f} sample{'s' * (total != 1)} of whole scores fit{'s' * (total == 1)} {asked}"
    return ScoreSet(counts, np.arange(low, high + 1), total, method, message)


def _check(n: int, low: int, high: int) -> None:
    for name, value in (("n", n), ("low", low), ("high", high)):
        if not is_whole(value):
            raise RestatedError(f"{value!r} is not a whole number", field=name)
    if n < 2:
        raise RestatedError("a sample with an SD has at least 2 cases", field="n")
    if low >= high:
        raise RestatedError(f"the scale from {low} to {high} is empty", field="low, high")


def _targets(mean: Constraint, sd: Constraint, n: int, low: int, high: int) -> Ints:
    """n, sum and sum of squares that fit, with scores counted from the lower end of the scale; shape (t, 3)."""
    m_low, m_high = bounded_interval(mean, "mean")
    s_low, s_high = _sd_ends(sd)
    span = high - low
    found: list[tuple[int, int, int]] = []
    first, last = integer_range((m_low - low) * n, (m_high - low) * n, 0, span * n)
    for total in range(first, last + 1):
        base = Fraction(total * total, n)
        squares = integer_range(base + (n - 1) * s_low**2, base + (n - 1) * s_high**2, total, span * total)
        found += [(n, total, q) for q in range(squares[0], squares[1] + 1)]
    return np.array(found, dtype=np.int64).reshape(-1, 3)


def _sd_ends(sd: Constraint) -> tuple[Fraction, Fraction]:
    s_low, s_high = closed_interval(sd, "sd")
    if s_high is None:
        raise RestatedError("the SD has no upper end", field="sd")
    if s_high < 0:
        raise RestatedError("an SD is not negative", field="sd")
    return max(s_low or Fraction(0), Fraction(0)), s_high


def _conflict(mean: Constraint, sd: Constraint, n: int, low: int, high: int) -> str:
    """Name the printed numbers that conflict, where no sample fits."""
    m_low, m_high = bounded_interval(mean, "mean")
    s_low, s_high = _sd_ends(sd)
    if m_high < low or m_low > high:
        return f"the mean {describe(mean)} conflicts with the scale {low} to {high}"
    first, last = integer_range((m_low - low) * n, (m_high - low) * n, 0, (high - low) * n)
    if first > last:
        return f"the mean {describe(mean)} conflicts with n = {n}: no whole sum of scores gives it"
    # For a given sum the squares are largest with as many scores as possible at the ends of the scale, and smallest
    # with all scores at the two whole numbers around the mean.
    mosts, leasts = [], []
    for total in range(first, last + 1):
        at_top, rest = divmod(total, high - low)
        whole, over = divmod(total, n)
        most = Fraction(at_top * (high - low) ** 2 + rest**2) - Fraction(total**2, n)
        least = Fraction((n - over) * whole**2 + over * (whole + 1) ** 2) - Fraction(total**2, n)
        mosts.append(most)
        leasts.append(least)
    largest, smallest = max(mosts), min(leasts)
    ends = [math.sqrt(x / (n - 1)) for x in (smallest, largest)]
    if s_low**2 * (n - 1) > largest or s_high**2 * (n - 1) < smallest:
        return (
            f"the SD {describe(sd)} conflicts with the mean {describe(mean)} of {n} whole scores on the scale {low} to "
            f"{high}: it must be between {ends[0]:.4g} and {ends[1]:.4g}"
        )
    pair = f"the mean {describe(mean)} and the SD {describe(sd)}"
    return f"{pair} conflict for {n} whole scores on the scale {low} to {high}"


def _forward(n: int, levels: int, wanted: Ints) -> tuple[list[Ints], list[Floats], _Coding]:
    """States after each score and the number of ways to reach them."""
    coding = int(wanted[:, 1].max()) + 1, int(wanted[:, 2].max()) + 1
    if (n + 1) * coding[0] * coding[1] >= 2**62:
        raise _too_large(n, levels)
    least, most = wanted.min(axis=0), wanted.max(axis=0)
    keys: list[Ints] = [np.zeros(1, dtype=np.int64)]
    ways: list[Floats] = [np.ones(1)]
    for x in range(levels):
        c, s, q = _decode(keys[-1], coding)
        room = n - c
        # The last score takes all cases that are left.
        lowest = room if x == levels - 1 else np.zeros_like(room)
        length = room - lowest + 1
        if length.sum() > MAX_STATES * 4:
            raise _too_large(n, levels)
        f = ragged_ranges(lowest, length)
        c, s, q = (np.repeat(part, length) for part in (c, s, q))
        c, s, q = c + f, s + f * x, q + f * x * x
        rest, y, top = n - c, x + 1, levels - 1
        # What is left takes scores between y and top.
        keep = (s + rest * y <= most[1]) & (q + rest * y * y <= most[2])
        keep &= (s + rest * top >= least[1]) & (q + rest * top * top >= least[2])
        # For a given sum the squares are smallest when all are equal, and x^2 <= (y + top) x - y top for y <= x <= top.
        keep &= np.maximum(0, least[1] - s) ** 2 <= (most[2] - q) * rest
        keep &= q + (y + top) * (most[1] - s) - rest * y * top >= least[2]
        code = (c[keep] * coding[0] + s[keep]) * coding[1] + q[keep]
        merged, inverse = np.unique(code, return_inverse=True)
        if len(merged) > MAX_STATES:
            raise _too_large(n, levels)
        keys.append(merged)
        weights: Floats = np.repeat(ways[-1], length)[keep]
        ways.append(np.bincount(inverse, weights=weights, minlength=len(merged)).astype(float))
    fits = np.isin(keys[-1], (wanted[:, 0] * coding[0] + wanted[:, 1]) * coding[1] + wanted[:, 2])
    keys[-1], ways[-1] = keys[-1][fits], ways[-1][fits]
    return keys, ways, coding


def _too_large(n: int, levels: int) -> RestatedError:
    return RestatedError(
        f"a sample of {n} on {levels} scores has too many partial sums", remedy="Use a shorter scale or a smaller n"
    )


def _decode(code: Ints, coding: _Coding) -> tuple[Ints, Ints, Ints]:
    rest, q = np.divmod(code, coding[1])
    c, s = np.divmod(rest, coding[0])
    return c, s, q


def _predecessors(code: Ints, x: int, n: int, keys: Ints, coding: _Coding) -> tuple[Ints, Bools]:
    """Position of the state before each state, for each count f = 0..n of score x; and True where it exists."""
    c, s, q = (part[:, None] for part in _decode(code, coding))
    f = np.arange(n + 1)
    before = ((c - f) * coding[0] + s - f * x) * coding[1] + q - f * x * x
    place = np.minimum(np.searchsorted(keys, before), len(keys) - 1)
    return place, (keys[place] == before) & (f <= c) & (f * x <= s) & (f * x * x <= q)


def _all_paths(keys: list[Ints], coding: _Coding, n: int, levels: int) -> Ints:
    counts = np.zeros((len(keys[-1]), levels), dtype=np.int64)
    state = keys[-1]
    for x in range(levels - 1, -1, -1):
        place, exists = _predecessors(state, x, n, keys[x], coding)
        row, f = np.nonzero(exists)
        counts, state = counts[row], keys[x][place[row, f]]
        counts[:, x] = f
    return counts[np.lexsort(counts.T[::-1])]


def _drawn_paths(
    keys: list[Ints], ways: list[Floats], coding: _Coding, n: int, levels: int, draws: int, rng: np.random.Generator
) -> Ints:
    counts = np.zeros((draws, levels), dtype=np.int64)
    state = rng.choice(keys[-1], size=draws, p=ways[-1] / ways[-1].sum())
    for x in range(levels - 1, -1, -1):
        place, exists = _predecessors(state, x, n, keys[x], coding)
        weight = np.cumsum(np.where(exists, ways[x][place], 0.0), axis=1)
        f = (rng.random(draws)[:, None] * weight[:, -1:] >= weight).sum(axis=1)
        counts[:, x] = f
        state = keys[x][place[np.arange(draws), f]]
    return counts
