"""All event counts compatible with a printed percentage, also where the denominator itself is uncertain."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from restated.arguments import Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, closed_interval, describe, integer_range, scaled
from restated.reconstruct.enumeration import Exhaustive


@dataclass(frozen=True)
class CountSet(Exhaustive):
    """All counts compatible with a printed percentage, and their denominators: `tables`, shape (m, 2)."""

    tables: Ints
    asked: str
    noun = "integer count"

    @property
    def pairs(self) -> Ints:
        """Event count and denominator, shape (m, 2), ordered by denominator, then count."""
        return self.tables

    @property
    def counts(self) -> Ints:
        """Event counts, shape (m,)."""
        return self.pairs[:, 0]

    @property
    def message(self) -> str:
        """One sentence with the number of counts that fit."""
        if self.empty:
            return super().message
        if self.identified:
            return "{} is {} of {}, the only count that fits".format(self.asked, *self.pairs[0])
        return f"{self.asked} fits {len(self)} counts, from {self.counts.min()} to {self.counts.max()}"


def counts(percent: Constraint, n: int | Iterable[int]) -> CountSet:
    """List all event counts that round to a printed percentage.

    `percent` (str, Printed, or pair of numbers): percentage points as printed ('62.6' is the interval 62.55 to 62.65,
    both ends included). `n` (int or iterable of int): the denominator, or all denominators to try. Raises a
    RestatedError if a denominator is not a positive integer, or none is given.

    >>> counts((69.5, 70.5), 46).counts.tolist()
    [32]
    """
    ends = closed_interval(percent, "percent")
    tried = _denominators(n)
    rows: list[tuple[int, int]] = []
    for total in tried:
        first, last = integer_range(*scaled(ends, total / Fraction(100)), 0, total)
        rows += ((count, total) for count in range(first, last + 1))
    of = f"n = {tried[0]}" if len(tried) == 1 else f"any n tried ({len(tried)} values, {tried[0]} to {tried[-1]})"
    return CountSet(np.array(rows, dtype=np.int64).reshape(-1, 2), f"{describe(percent).rstrip('% ')} % of {of}")


def _denominators(n: int | Iterable[int]) -> list[int]:
    given = list(n) if isinstance(n, Iterable) and not isinstance(n, str) else [n]
    for value in given:
        if not is_whole(value) or value < 1:
            raise RestatedError(f"the denominator {value!r} is not a positive whole number", field="n")
    if not given:
        raise RestatedError("the list of denominators is empty", field="n")
    return sorted({int(value) for value in given})
