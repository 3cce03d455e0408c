"""Fragility of a result: fewest patients with another outcome that move it across the line of significance.

One change of status turns an event into a non-event or back, in either arm and any trial; arm sizes stay. The fragility
is the smallest number of changes after which the verdict "significant" differs from that on the data as they are, in
either direction. All sets of changes are tried, number by number, so it is the true minimum. It describes the data at
hand; it is small in small trials whatever the truth is.

References: Walsh et al. (2014), Journal of Clinical Epidemiology 67, 622-628 (single trials). Atal et al. (2019),
Journal of Clinical Epidemiology 111, 32-40 (meta-analyses).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import Bools, Floats, Ints
from restated.errors import RestatedError
from restated.estimate import events, meta

LEVEL = 0.95  #: Confidence level; results are significant at 1 - LEVEL, two-sided
MAX_CHANGES = 12  #: The search ends at this many changes: four trials then have some 10^6 tables to check
CHUNK = 100_000  #: Rows pooled at a time, to bound the memory
#: Verdicts on tables, from the events of arms 1 and 2, shape (m, k): 1 where significant, nan where unknown.
_Test: TypeAlias = Callable[[Ints, Ints], Floats | Bools]


@dataclass(frozen=True)
class Fragility:
    """Smallest number of changes, and the first set of changes found that achieves it.

    `changes` is added to the events of each trial in arm 1 and in arm 2, shape (k, 2); `significant` is the verdict on
    the unchanged data. `number` is None where no set of up to `MAX_CHANGES` changes crosses.
    """

    number: int | None
    significant: bool
    changes: Floats | None


def of_trial(events1: int, n1: int, events2: int, n2: int) -> Fragility:
    """Return the fragility of one trial under Fisher's exact test; impossible counts raise a RestatedError.

    A trial without events has p = 1: it is not significant.
    """

    def significant(a: Ints, c: Ints) -> Bools:
        tables = (np.array([[x, n1 - x], [y, n2 - y]]) for x, y in zip(a[:, 0], c[:, 0], strict=True))
        return np.array([stats.fisher_exact(table)[1] < 1 - LEVEL for table in tables])

    return _smallest([events1], [n1], [events2], [n2], significant)


def of_pooled(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, measure: str = "RR", method: str = "DL"
) -> Fragility:
    """Return the fragility of an inverse-variance meta-analysis, significant if its Wald interval excludes zero.

    `measure`, `method`: as in `events.effect_sizes` and `meta.fit`; trials with an empty cell are corrected. Raises
    RestatedError if the counts are impossible, or a trial has no information on the measure: no change of status alone
    would bring it into the model.
    """

    def significant(a: Ints, c: Ints) -> Floats:
        first, second = (np.tile(n, len(a)) for n in (n1, n2))
        y, v = (x.reshape(a.shape) for x in events.effect_sizes(a.ravel(), first, c.ravel(), second, measure=measure))
        known = np.isfinite(y).all(axis=1)  # a trial without events leaves the model: not a change of status alone
        out = np.full(len(a), np.nan)
        if known.any():
            pooled = meta.fit_batch(y[known], v[known], method=method, level=LEVEL)
            out[known] = (pooled.ci_low > 0) | (pooled.ci_high < 0)
        return out

    return _smallest(events1, n1, events2, n2, significant)


def _smallest(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, significant: _Test) -> Fragility:
    cells, _ = events.cells(events1, n1, events2, n2, "RD")
    if (cells % 1 != 0).any():
        raise RestatedError("events and patients must be whole numbers", field="events")
    a, b, c, d = cells.astype(np.int64)
    arms, sizes = np.concatenate([a, c]), np.concatenate([a + b, c + d])
    verdict_now = significant(a[None, :], c[None, :])[0]
    if np.isnan(verdict_now):
        remedy = "Leave out the trials without events (or without others), or use the risk difference"
        problem = "a trial has no information on the measure, so there is no verdict to change"
        raise RestatedError(problem, remedy=remedy)
    now = bool(verdict_now)
    for number in range(1, MAX_CHANGES + 1):
        every = _steps(len(arms), number)
        while block := list(islice(every, CHUNK)):
            steps = np.array(block)
            changed: Ints = arms + steps
            possible = ((changed >= 0) & (changed <= sizes)).all(axis=1)
            steps, changed = steps[possible], changed[possible]
            if not len(steps):
                continue
            verdict = significant(changed[:, : len(a)], changed[:, len(a) :])
            crossing = np.flatnonzero(verdict == (not now))
            if len(crossing):
                return Fragility(number, now, steps[crossing[0]].reshape(2, -1).T)
    return Fragility(None, now, None)


def _steps(arms: int, number: int) -> Iterator[Ints]:
    """Yield all ways to make `number` changes in `arms` arms, each of shape (arms,)."""
    for used in range(1, min(arms, number) + 1):
        for where, bars in product(combinations(range(arms), used), combinations(range(1, number), used - 1)):
            parts = np.diff([0, *bars, number])
            for signs in product((-1, 1), repeat=used):
                step = np.zeros(arms, dtype=int)
                step[list(where)] = parts * signs
                yield step
