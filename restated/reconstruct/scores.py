"""All samples of whole numbers compatible with a printed mean and SD, as CORVIDS and SPRITE look for them.

Neither program is used: existence is decided in `scoresums`, few samples are counted and listed by dynamic programming
over the scores, many are drawn in `scoredraws`.

References: Wilner, Wood & Simons (2018), preprint (CORVIDS). Heathers et al. (2018), PeerJ Preprints 6, e26968
(SPRITE).
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from restated.arguments import Bools, Floats, Ints, check_numbers, check_whole, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval, closed_interval, describe, integer_range, scaled
from restated.reconstruct import scoredraws
from restated.reconstruct.enumeration import ragged_ranges
from restated.reconstruct.scoresums import Targets, attainable, square_ends

# Partial samples looked at for one score before the exact count is given up, and states looked up at once: 50 MB.
MAX_STATES, BLOCK = 500_000, 500_000
# Whole numbers up to here are exact as floats.
EXACT = 2**53
#: Most scores of a scale and most cases of a sample: more take minutes, or gigabytes.
MOST_SCORES, MOST_CASES = 1_001, 200_000
# Natural logarithm of the largest number that is counted out as a float, and the largest that is written out.
LARGEST, READABLE = 709.0, 1e9
#: Bases of the number that codes a state: cases, sum and sum of squares of a partial sample.
_Coding: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class ScoreSet:
    """Samples compatible with a printed mean and SD.

    `counts`, shape (m, levels): frequency of each of the `scores`. `total`: number of samples that exist (exact up to
    2**53); an estimate with the relative standard error `error` where that is not 0, nan where there are some but none
    came up. `method`: 'exhaustive', `counts` are all samples; 'sampled', even, independent draws from all, with
    replacement. `message`: one sentence with the number of samples, or with the printed numbers that conflict.
    """

    counts: Ints
    scores: Ints | Floats
    total: float
    method: str
    message: str
    error: float = 0.0

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def identified(self) -> bool:
        """Exactly one sample fits."""
        return self.total == 1 and not self.error

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
    ddof: int = 1,
    limit: int = 200_000,
    draws: int = 10_000,
    seed: int = 0,
    items: int = 1,
) -> ScoreSet:
    """List all samples of whole scores with a printed mean and SD, or draw from them evenly where they are too many.

    `mean`, `sd` (str, Printed, or pair of numbers): as printed; the SD has divisor n - `ddof`. `n`: at least 2. `low`,
    `high`: ends of the scale. `limit`: up to this many samples are listed, above it `draws` are drawn with `seed`.
    `items`: number of whole scores of which each score is the mean, or steps of a scale in 1; the message counts sums.
    Raises a RestatedError for an n or scale that is unusable or too large, or an unbounded mean or SD.

    A sample is a table of frequencies: the order of cases does not count, and each table is as likely as any other to
    be drawn. Whether there is one is always decided exactly. For the count, scores are taken up one after the other;
    partial samples with the same cases, sum and sum of squares are one state, and the ways to reach it are added up.
    Where a score has more than `MAX_STATES` states, the number is estimated from the share of proposed draws that fit.
    """
    check_numbers(limit=limit)
    _check(n, low, high, ddof)
    check_whole(1, items=items)
    if items > 1:
        mean, sd = (scaled(closed_interval(x, name), items) for x, name in ((mean, "mean"), (sd, "sd")))
        sums = score_samples(mean, sd, n, low * items, high * items, ddof=ddof, limit=limit, draws=draws, seed=seed)
        return replace(sums, scores=sums.scores / items, message=f"as sums of {items} items, {sums.message}")
    scores, span = np.arange(low, high + 1), high - low
    asked = f"n = {n} on the scale {low} to {high}, mean {describe(mean)}, SD {describe(sd)}"
    wanted = targets(mean, sd, n, low, high, ddof)
    if not len(wanted.sums) or not attainable(wanted):
        none = np.empty((0, span + 1), dtype=np.int64)
        return ScoreSet(none, scores, 0.0, "exhaustive", f"no sample fits: {_conflict(mean, sd, n, low, high, ddof)}")
    counted = _forward(wanted)
    total = math.nan if counted is None else counted[1]
    if counted is not None and total <= limit:
        message = f"{total:,.0f} sample{'s' * (total != 1)} of whole scores fit{'s' * (total == 1)} {asked}"
        return ScoreSet(_all_paths(counted[0], counted[2], n, span + 1), scores, total, "exhaustive", message)
    found = scoredraws.draw(wanted, draws, np.random.default_rng(seed), count=counted is None)
    if counted is None and found.error < math.inf:
        total = math.exp(found.log_total) if found.log_total < LARGEST else math.inf
    error = 0.0 if counted is not None else found.error
    message = f"{_amount(total, found.log_total, error)} samples of whole scores fit {asked}"
    if len(found.counts) < draws:
        message += f"; {len(found.counts):,} of {draws:,} draws came up among {found.proposed:,} proposals"
    return ScoreSet(found.counts, scores, total, "sampled", message, error)


def _amount(total: float, log_total: float, error: float) -> str:
    """Return a number of samples in words."""
    if not error and total <= EXACT:
        return f"{total:,.0f}"
    if math.isnan(total):
        return "an unknown number of"
    power, digits = divmod(math.log10(total) if total < math.inf else log_total / math.log(10), 1)
    text = f"{total:,.0f}" if total < READABLE else f"{10**digits:.3g} × 10^{power:.0f}"
    return f"about {text}" + f" (standard error {100 * error:.2g} %)" * bool(error)


def _check(n: int, low: int, high: int, ddof: int) -> None:
    whole = "Count in steps: divide mean, SD and the ends of the scale by the step, and give mean and SD as pairs"
    for name, value in (("n", n), ("low", low), ("high", high)):
        if not is_whole(value):
            raise RestatedError(f"{value!r} is not a whole number", field=name, remedy=None if name == "n" else whole)
    if n < 2:
        raise RestatedError("a sample with an SD has at least 2 cases", field="n")
    if low > high:
        problem = f"the scale from {low} to {high} is upside down"
        raise RestatedError(problem, field="low, high", remedy="Give the lower end first")
    if low == high:
        raise RestatedError(f"the scale from {low} to {high} is empty: it has a single score", field="low, high")
    for field, count, most in (("low, high", high - low + 1, MOST_SCORES), ("n", n, MOST_CASES)):
        if count > most:
            what, remedy = ("cases", None) if field == "n" else ("scores", whole)
            raise RestatedError(f"{count:,} {what} are more than the {most:,} handled", field=field, remedy=remedy)
    if ddof not in (0, 1):
        raise RestatedError(f"the divisor of an SD is n - 1 or n, not n - {ddof!r}", field="ddof", remedy="Use 1 or 0")


def targets(mean: Constraint, sd: Constraint, n: int, low: int, high: int, ddof: int) -> Targets:
    """Return sums and sums of squares that fit, with scores counted from the lower end of the scale."""
    m_low, m_high = bounded_interval(mean, "mean")
    s_low, s_high = _sd_ends(sd)
    span, divisor = high - low, n - ddof
    found: list[tuple[int, int, int]] = []
    first, last = integer_range((m_low - low) * n, (m_high - low) * n, 0, span * n)
    within = divisor * s_low**2, divisor * s_high**2
    for total in range(first, last + 1):
        base = Fraction(total * total, n)
        least, most = integer_range(base + within[0], base + within[1], *square_ends(n, total, span))
        # A sum of squares has the parity of the sum.
        least, most = least + (least - total) % 2, most - (most - total) % 2
        if least <= most:
            found.append((total, least, most))
    return Targets(n, span, *np.array(found, dtype=np.int64).reshape(-1, 3).T)


def _sd_ends(sd: Constraint) -> tuple[Fraction, Fraction]:
    s_low, s_high = closed_interval(sd, "sd")
    if s_high is None:
        raise RestatedError("the SD has no upper end", field="sd")
    if s_high < 0:
        raise RestatedError("an SD is not negative", field="sd")
    return max(s_low or Fraction(0), Fraction(0)), s_high


def _conflict(mean: Constraint, sd: Constraint, n: int, low: int, high: int, ddof: int) -> str:
    """Name the printed numbers that conflict, where no sample fits."""
    m_low, m_high = bounded_interval(mean, "mean")
    s_low, s_high = _sd_ends(sd)
    if m_high < low or m_low > high:
        return f"the mean {describe(mean)} conflicts with the scale {low} to {high}"
    first, last = integer_range((m_low - low) * n, (m_high - low) * n, 0, (high - low) * n)
    if first > last:
        return f"the mean {describe(mean)} conflicts with n = {n}: no whole sum of scores gives it"
    limits = [
        [Fraction(q) - Fraction(total**2, n) for q in square_ends(n, total, high - low)]
        for total in range(first, last + 1)
    ]
    smallest, largest = min(least for least, _ in limits), max(most for _, most in limits)
    ends = [math.sqrt(x / (n - ddof)) for x in (smallest, largest)]
    if s_low**2 * (n - ddof) > largest or s_high**2 * (n - ddof) < smallest:
        return (
            f"the SD {describe(sd)} conflicts with the mean {describe(mean)} of {n} whole scores on the scale {low} to "
            f"{high}: it must be between {ends[0]:.4g} and {ends[1]:.4g}"
        )
    pair = f"the mean {describe(mean)} and the SD {describe(sd)}"
    return f"{pair} conflict for {n} whole scores on the scale {low} to {high}"


def _forward(targets: Targets) -> tuple[list[Ints], float, _Coding] | None:
    """States after each score, the number of ways to reach those that fit, and their coding; None if too many."""
    n, top = targets.n, targets.top
    least, most = (targets.sums[0], targets.least.min()), (targets.sums[-1], targets.most.max())
    coding = int(most[0]) + 1, int(most[1]) + 1
    if (n + 1) * coding[0] * coding[1] >= 2**62:
        return None
    keys: list[Ints] = [np.zeros(1, dtype=np.int64)]
    ways: Floats = np.ones(1)
    for x in range(top + 1):
        c, s, q = _decode(keys[-1], coding)
        room = n - c
        # The last score takes all cases that are left; no other takes more than sum and squares allow.
        lowest = room if x == top else np.zeros_like(room)
        most_of = np.minimum((most[0] - s) // x, (most[1] - q) // (x * x)) if x else room
        length = np.maximum(0, np.minimum(room, most_of) - lowest + 1)
        if length.sum() > MAX_STATES:
            return None
        f = ragged_ranges(lowest, length)
        c, s, q = (np.repeat(part, length) for part in (c, s, q))
        c, s, q = c + f, s + f * x, q + f * x * x
        rest, y = n - c, x + 1
        # What is left takes scores between y and top.
        keep = (s + rest * y <= most[0]) & (q + rest * y * y <= most[1])
        keep &= (s + rest * top >= least[0]) & (q + rest * top * top >= least[1])
        # For a given sum the squares are smallest when all are equal, and x^2 <= (y + top) x - y top for y <= x <= top.
        keep &= np.maximum(0, least[0] - s) ** 2 <= (most[1] - q) * rest
        keep &= q + (y + top) * (most[0] - s) - rest * y * top >= least[1]
        code = (c[keep] * coding[0] + s[keep]) * coding[1] + q[keep]
        merged, inverse = np.unique(code, return_inverse=True)
        keys.append(merged)
        ways = np.bincount(inverse, weights=np.repeat(ways, length)[keep], minlength=len(merged)).astype(float)
    _, s, q = _decode(keys[-1], coding)
    fits = targets.fit(s, q)
    keys[-1] = keys[-1][fits]
    return keys, float(ways[fits].sum()), coding


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
    counts = np.zeros((len(keys[-1]), levels), dtype=np.int32)
    state = keys[-1]
    for x in range(levels - 1, -1, -1):
        found = []
        for part in np.array_split(np.arange(len(state)), len(state) * (n + 1) // BLOCK + 1):
            place, exists = _predecessors(state[part], x, n, keys[x], coding)
            row, f = np.nonzero(exists)
            found.append((part[row], f, keys[x][place[row, f]]))
        rows, f, state = (np.concatenate(parts) for parts in zip(*found, strict=True))
        counts = counts[rows]
        counts[:, x] = f
    return counts[np.lexsort(counts.T[::-1])].astype(np.int64)
