"""All event counts of two arms compatible with a printed risk ratio and its confidence interval.

References: Katz, D., et al. (1978). Biometrics, 34, 469-474 (standard error of a log risk ratio).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from restated.arguments import Ints, check_level, check_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, Ends, closed_interval, describe
from restated.reconstruct.enumeration import Exhaustive
from restated.reconstruct.tables import MAX_CANDIDATES

#: Relative distance beyond a rounding interval that still counts as its end: above the error of a logarithm.
ROUNDOFF = 1e-12
HALF = 0.5  # correction of an empty cell


@dataclass(frozen=True)
class ArmSet(Exhaustive):
    """All counts of two arms that fit; `tables` are events and patients of the first, then of the second, shape (m, 4).

    `asked` is the request in words, `candidates` the number of pairs examined.
    """

    tables: Ints
    asked: str
    candidates: int
    noun = "count pair"

    @property
    def splits(self) -> set[tuple[int, int]]:
        """Sizes of the two arms that allow at least one pair of counts."""
        return {(int(first), int(second)) for first, second in self.tables[:, [1, 3]]}


def two_arms(
    n: int, *, risk_ratio: Constraint, ci_low: Constraint, ci_high: Constraint, least: int = 1, level: float = 0.95
) -> ArmSet:
    """List all counts of two arms with `n` patients in all whose risk ratio and interval are those printed.

    Every split of `n` into arms of at least `least` is searched. The interval is exp(log RR +- z se), se^2 = 1/a - 1/n1
    + 1/c - 1/n2, with coverage `level`. Where a cell is empty 0.5 is added to all four; a pair without any event has no
    risk ratio. A size or a constraint that cannot be read, or more than `tables.MAX_CANDIDATES` pairs, raise a
    RestatedError.
    """
    check_whole(1, least=least)
    check_whole(2 * least, n=n)
    check_level(level)
    firsts = np.arange(least, n - least + 1)
    candidates = int(((firsts + 1) * (n - firsts + 1)).sum())
    if candidates > MAX_CANDIDATES:
        raise RestatedError(f"n = {n} leaves {candidates} pairs of counts to examine", remedy="Raise the smallest arm")
    given = {"risk_ratio": risk_ratio, "ci_low": ci_low, "ci_high": ci_high}
    ends = [closed_interval(value, name) for name, value in given.items()]
    found = [_of_split(int(first), int(n - first), ends, norm.ppf((1 + level) / 2)) for first in firsts]
    asked = ", ".join([f"n = {n}", *(f"{name} {describe(value)}" for name, value in given.items())])
    return ArmSet(np.concatenate(found), asked, candidates)


def _of_split(first: int, second: int, ends: list[Ends], z: float) -> Ints:
    """Tables of one split, shape (m, 4)."""
    a, c = (x.ravel() for x in np.meshgrid(np.arange(first + 1), np.arange(second + 1), indexing="ij"))
    empty = HALF * ((a == 0) | (a == first) | (c == 0) | (c == second))
    events1, events2, n1, n2 = a + empty, c + empty, first + 2 * empty, second + 2 * empty
    y = np.log(events1 / n1) - np.log(events2 / n2)
    margin = z * np.sqrt(1 / events1 - 1 / n1 + 1 / events2 - 1 / n2)
    fits = a + c > 0
    for value, (low, high) in zip(np.exp([y, y - margin, y + margin]), ends, strict=True):
        fits &= value >= (0 if low is None else float(low) * (1 - ROUNDOFF))
        fits &= value <= (np.inf if high is None else float(high) * (1 + ROUNDOFF))
    a, c = a[fits], c[fits]
    return np.stack([a, np.full_like(a, first), c, np.full_like(c, second)], axis=1)
