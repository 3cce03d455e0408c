"""All event counts compatible with a printed percentage.

A percentage printed with few digits and a denominator allow a short list of integer counts. This module lists all of
them, also when the denominator itself is uncertain.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from restated.arguments import Bools, Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, closed_interval, describe, integer_range
from restated.reconstruct.enumeration import Exhaustive


@dataclass(frozen=True)
class CountSet(Exhaustive):
    """All counts compatible with a printed percentage.

    Attributes
    ----------
    pairs : ndarray of int, shape (m, 2)
        Each row is an event count and its denominator, ordered by denominator, then count.
    percent : str
        The percentage as printed.
    denominators : tuple of int
        The denominators tried.
    on_boundary : ndarray of bool, shape (m,)
        True where the exact percentage falls on an end of the rounding interval, so that the count is compatible only
        under one way of rounding ties.
    """

    pairs: Ints
    percent: str
    denominators: tuple[int, ...]
    on_boundary: Bools
    method: str = "exhaustive"

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def counts(self) -> Ints:
        """Event counts, shape (m,)."""
        return self.pairs[:, 0]

    @property
    def message(self) -> str:
        """One sentence with the number of counts that fit."""
        tried = self.denominators
        n = f"n = {tried[0]}" if len(tried) == 1 else f"any n tried ({len(tried)} values, {tried[0]} to {tried[-1]})"
        if self.empty:
            return f"no integer count fits {self.percent} % of {n}"
        if self.identified:
            count, total = self.pairs[0]
            return f"{self.percent} % of {n} is {count} of {total}, the only count that fits"
        fewest, most = self.counts.min(), self.counts.max()
        return f"{self.percent} % of {n} fits {len(self)} counts, from {fewest} to {most}"


def counts(percent: Constraint, n: int | Iterable[int]) -> CountSet:
    """List all event counts that round to a printed percentage.

    Parameters
    ----------
    percent : str, Printed, or pair of numbers
        Percentage points as printed ('62.6' is the interval 62.55 to 62.65, both ends included).
    n : int or iterable of int
        The denominator, or all denominators to try (a `range`, a list).

    Raises
    ------
    RestatedError
        If a denominator is not a positive integer, or none is given.

    Examples
    --------
    >>> counts((69.5, 70.5), 46).counts.tolist()
    [32]
    """
    low, high = closed_interval(percent, "percent")
    tried = _denominators(n)
    rows, edges = [], []
    for total in tried:
        ends = [None if end is None else end * total / 100 for end in (low, high)]
        first, last = integer_range(ends[0], ends[1], 0, total)
        for count in range(first, last + 1):
            rows.append((count, total))
            edges.append(low != high and count in ends)
    text = describe(percent).rstrip("% ")
    return CountSet(np.array(rows, dtype=np.int64).reshape(-1, 2), text, tried, np.array(edges, dtype=bool))


def _denominators(n: int | Iterable[int]) -> tuple[int, ...]:
    given = [n] if is_whole(n) else n
    if not isinstance(given, Iterable) or isinstance(given, str):
        raise RestatedError(f"the denominator {n!r} is not a whole number", field="n")
    tried = set()
    for value in given:
        if not is_whole(value) or value < 1:
            raise RestatedError(f"the denominator {value!r} is not a positive whole number", field="n")
        tried.add(int(value))
    if not tried:
        raise RestatedError("the list of denominators is empty", field="n")
    return tuple(sorted(tried))
