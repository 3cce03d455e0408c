"""Even draws from all samples of whole scores with given size, and a sum and sum of squares among many.

Cases are put on the scale as by independent geometric frequencies with parameter x_v for score v (Boltzmann sampling).
With log x_v quadratic in v, all samples with the same n, sum and sum of squares are equally likely, so that draws which
fit, kept with a probability that undoes the differences between sums, are exactly even. The coefficients are those of
largest entropy for the wanted moments; they decide how many draws fit, not how the kept ones are distributed. Where a
table of weights by cases and sum fits into memory, n and the sum are right from the start and only the sum of squares
is left to chance; otherwise one score takes the cases that are missing.

References: Duchon, Flajolet, Louchard & Schaeffer (2004), Combinatorics, Probability and Computing 13, 577-625 (the
sampler). Arratia & DeSalvo (2016), ibid. 25, 324-351 (one part fixed by the others).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.special import logsumexp

from restated.arguments import Bools, Floats, Ints
from restated.reconstruct.scoresums import Targets

# Weights held at once (128 MB); proposals made at once, times scores.
MAX_CELLS, BATCH = 16_000_000, 2_000_000
# Frequencies proposed before the search ends (about 1 s with sums), how much faster they are without sums, and how much
# longer one takes with as many weights as fit.
MAX_PROPOSED, QUICKER, FARTHER = 20_000_000, 8, 3
# Samples found before their number is estimated (a standard error of 2 %), and proposals beyond those expected.
LEAST_FOUND, RESERVE = 2_500, 1.1
# Newton steps to the largest entropy, about ten as a rule, and the share of one below which no step improves.
STEPS, LEAST_STEP = 60, 1e-9
#: Proposes a number of samples: frequencies of those that fit, shape (m, levels).
_Propose: TypeAlias = Callable[[int], Ints]


@dataclass(frozen=True)
class Draws:
    """Even, independent draws."""

    counts: Ints  # frequency of each score, shape (m, levels); fewer than wanted if `MAX_PROPOSED` is reached
    log_total: float  # natural logarithm of the number of samples
    error: float  # standard error of that number as a share of it; infinite without any draw
    proposed: int


@dataclass(frozen=True)
class Tilt:
    """Log weight -(a + b v + c v^2) of each score v, all negative."""

    a: float
    b: float
    c: float
    logs: Floats

    def heaviest(self, targets: Targets) -> Floats:
        """Return the largest b S + c Q for each sum S."""
        ends = np.maximum(self.c * targets.least, self.c * targets.most)
        return np.asarray(self.b * targets.sums + ends)


def draw(targets: Targets, draws: int, rng: np.random.Generator, *, count: bool) -> Draws:
    """Draw from all samples that fit, and estimate their number; to `count`, find `LEAST_FOUND` at least."""
    levels = targets.top + 1
    tilt = fit_tilt(targets)
    # Even the limits of the sums take too much memory where n is so large.
    cells = _Windows(targets).cells if levels * targets.n < MAX_CELLS // 8 else MAX_CELLS + 1
    summed = cells <= MAX_CELLS
    propose, log_weight = (_by_sum if summed else _by_size)(targets, tilt, rng)
    # Looking up a weight takes longer among many.
    most = max(1, int((1 / (1 + FARTHER * cells / MAX_CELLS) if summed else QUICKER) * MAX_PROPOSED) // levels)
    size, proposed, enough = BATCH // levels + 1, 0, max(draws, LEAST_FOUND if count else 1)
    found: list[Ints] = []
    while (kept := sum(len(part) for part in found)) < enough and proposed < most:
        # The first batch is small: it shows how many proposals are needed.
        wanted = (enough - kept) * proposed / max(1, kept) * RESERVE if proposed else enough
        step = int(min(size, wanted + LEAST_FOUND))
        found.append(propose(step))
        proposed += step
    share = kept / proposed
    # One more proposal that does not fit keeps the error above 0: the number is an estimate even if all fitted.
    error = math.sqrt((1 - kept / (proposed + 1)) / kept) if kept else math.inf
    log_total = log_weight + math.log(share) if kept else -math.inf
    return Draws(np.concatenate(found)[:draws], log_total, error, proposed)


def fit_tilt(targets: Targets) -> Tilt:
    """Find the weights of largest entropy with mean size n and, as far as needed, a sum and sum of squares that fit."""
    n, top = targets.n, targets.top
    middle = len(targets.sums) // 2
    total = float(targets.sums[middle])
    v = np.arange(top + 1)
    y = (v - total / n) / top
    basis = np.stack([np.ones(top + 1), y, y**2])
    theta = np.array([math.log1p((top + 1) / n), 0.0, 0.0])
    wanted = np.array([n, 0.0, 0.0])
    theta[:2] = _newton(theta[:2], basis[:2], wanted[:2])
    # Without weight on the squares their mean may fit already; otherwise the nearest is aimed at.
    free = float((y**2 / np.expm1(theta @ basis)).sum())
    shift = targets.sums.astype(float) ** 2 / n
    ends = float((targets.least - shift).min()) / top**2, float((targets.most - shift).max()) / top**2
    wanted[2] = min(max(free, ends[0]), ends[1])
    theta = _newton(theta, basis, wanted)
    m = total / n
    c = theta[2] / top**2
    b = theta[1] / top - 2 * c * m
    return Tilt(theta[0] - theta[1] * m / top + c * m**2, b, c, -(theta @ basis))


def _newton(theta: Floats, basis: Floats, wanted: Floats) -> Floats:
    """Minimise the convex dual, sum -log(1 - x) + theta wanted with log x = -theta basis."""

    def dual(at: Floats) -> float:
        weight = at @ basis
        return float(at @ wanted - np.log(-np.expm1(-weight)).sum()) if weight.min() > 0 else math.inf

    value = dual(theta)
    for _ in range(STEPS):
        with np.errstate(over="ignore"):  # scores that next to no case has
            mean = 1 / np.expm1(theta @ basis)
        gradient = wanted - basis @ mean
        curvature = (basis * (mean * (1 + mean))) @ basis.T
        step = -np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        scale = 1.0
        while scale > LEAST_STEP and not (new := dual(theta + scale * step)) < value:
            scale /= 2
        if scale <= LEAST_STEP:
            break
        theta, value = theta + scale * step, new
    return theta


class _Windows:
    """Sums that `c` cases on the scores up to v can have if the sample fits; shape (levels, n + 1).

    No c of n cases have a mean so far from that of the others that the squares between both exceed those of all.
    """

    def __init__(self, targets: Targets) -> None:
        n, top = targets.n, targets.top
        c, v = np.arange(n + 1), np.arange(top + 1)[:, None]
        first, last = targets.sums[0], targets.sums[-1]
        away = np.sqrt((targets.most - targets.sums.astype(float) ** 2 / n).max() * c * (n - c) / n) + 1
        self.low = np.maximum(np.maximum(0, first - (n - c) * top), np.floor(c * first / n - away).astype(int))
        # One more case of the same score is allowed for: the recursion within a score needs it.
        self.high = np.minimum(np.minimum(c * v, last - (n - c) * v), np.ceil(c * last / n + away).astype(int))
        self.width = np.maximum(0, self.high - self.low + 1)
        self.cells = int(self.width.sum())


def _by_sum(targets: Targets, tilt: Tilt, rng: np.random.Generator) -> tuple[_Propose, float]:
    """Samples with the right size and sum, one score after the other from the highest."""
    n, top, windows = targets.n, targets.top, _Windows(targets)
    starts = np.cumsum(windows.width, axis=1) - windows.width
    weights: list[Floats] = []
    for v in range(top + 1):
        weights.append(_level(v, windows, starts, tilt, weights[-1] if v else None))
    with np.errstate(divide="ignore"):
        last = np.log(weights[-1][starts[-1, n] + targets.sums - windows.low[n]]) + tilt.heaviest(targets)
    log_weight = float(logsumexp(last))
    chance = np.exp(last - log_weight)

    def propose(size: int) -> Ints:
        which = rng.choice(len(chance), size=size, p=chance / chance.sum())
        c, s, q = np.full(size, n), targets.sums[which], np.zeros(size, dtype=np.int64)
        least, most = targets.least[which], targets.most[which]
        row, counts = np.arange(size), np.zeros((size, top + 1), dtype=np.int32)
        for v in range(top, 0, -1):
            f = _frequency(v, c, s, float(tilt.logs[v]), weights[v], starts[v], windows, rng)
            counts[row, v] = f
            c, s, q = c - f, s - f * v, q + f * v * v
            # Squares of what is left: at most all on the next score or 0, at least all equal.
            able = (q + (v - 1) * s >= least) & (s * s <= (most - q) * c)
            if not able.all():
                row, c, s, q, least, most = (part[able] for part in (row, c, s, q, least, most))
        counts[row, 0] = c
        best = np.maximum(tilt.c * least, tilt.c * most)
        kept: Ints = counts[row[np.log(rng.random(len(row))) < tilt.c * q - best]].astype(np.int64)
        return kept

    return propose, log_weight + tilt.a * n


def _level(v: int, windows: _Windows, starts: Ints, tilt: Tilt, below: Floats | None) -> Floats:
    """Weight of all ways to put c cases with sum s on the scores up to v, in the order of `starts`."""
    x = math.exp(tilt.logs[v])
    weight = np.zeros(max(1, int(windows.width[v].sum())))
    for c, (low, width, start) in enumerate(zip(windows.low, windows.width[v], starts[v], strict=True)):
        if not width:
            continue
        here = weight[start : start + width]
        if below is None:
            here[0] = x**c if low == 0 else 0.0
            continue
        shared = min(int(windows.width[v - 1, c]), int(width))
        here[:shared] = below[starts[v - 1, c] : starts[v - 1, c] + shared]
        if c:
            # Sum s here is s - v with one case less.
            shift = int(windows.low[c - 1]) + v - int(low)
            count = min(int(windows.width[v, c - 1]), int(width) - shift)
            first = max(0, -shift)
            if count > first:
                before = starts[v, c - 1]
                here[shift + first : shift + count] += x * weight[before + first : before + count]
    return weight


def _frequency(
    v: int, c: Ints, s: Ints, log_x: float, weight: Floats, starts: Ints, windows: _Windows, rng: np.random.Generator
) -> Ints:
    """Draw how many of c cases with sum s have score v and the others a lower one.

    At least f cases have it with probability x^f W(c - f, s - f v) / W(c, s), W being the weight at v, and 0 outside
    the windows, which have no gaps. The largest f for which that exceeds a random number is found by doubling and
    halving.
    """
    low, width = windows.low, windows.width[v]

    def likely(f: Ints) -> Bools:
        """Return where at least `f` of the active cases have the score."""
        left = np.maximum(0, c[active] - f)
        place = s[active] - f * v - low[left]
        inside = (f <= c[active]) & (place >= 0) & (place < width[left])
        found = weight[np.where(inside, starts[left] + place, 0)]
        larger: Bools = inside & (np.exp(f * log_x) * found > threshold[active])
        return larger

    threshold = rng.random(len(c)) * weight[starts[c] + s - low[c]]
    active: Ints = np.arange(len(c))
    active = active[likely(np.ones(len(c), dtype=np.int64))]
    f = np.zeros_like(c)
    f[active] = 1
    rising: Bools = np.ones(len(active), dtype=bool)
    step: Ints = np.full(len(active), 2)
    while len(active):
        able = likely(f[active] + step)
        f[active[able]] += step[able]
        rising &= able
        step = np.where(rising, 2 * step, step // 2)
        more = step > 0
        active, rising, step = active[more], rising[more], step[more]
    return f


def _by_size(targets: Targets, tilt: Tilt, rng: np.random.Generator) -> tuple[_Propose, float]:
    """Samples with the right size: one score, the likeliest, takes the cases that the others leave."""
    v = np.arange(targets.top + 1)
    last = int(np.argmax(tilt.logs))
    rate = np.where(v == last, np.inf, -tilt.logs)
    best = float(tilt.heaviest(targets).max())

    def propose(size: int) -> Ints:
        counts = np.floor(rng.standard_exponential((size, len(v))) / rate).astype(np.int64)
        left = targets.n - counts.sum(axis=1)
        counts, left = counts[left >= 0], left[left >= 0]
        counts[:, last] = left
        sums, squares = counts @ v, counts @ (v * v)
        keep = targets.fit(sums, squares)
        chance = tilt.b * sums + tilt.c * squares - best + left * tilt.logs[last]
        kept: Ints = counts[keep & (np.log(rng.random(len(left))) < chance)]
        return kept

    return propose, best + tilt.a * targets.n - float(np.log(-np.expm1(-rate)).sum())
