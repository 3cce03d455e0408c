"""Which event counts can stand behind a printed percentage?

A percentage printed with few digits and a denominator allow a short list of integer counts. This module lists all of
them, also when the denominator itself is uncertain, and turns counts into rows. It also holds `closed_interval`, the
one place where the reconstructors read a constraint.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from restated.errors import RestatedError


def closed_interval(value, name: str = "value") -> tuple[Fraction | None, Fraction | None]:
    """Read a constraint as a closed interval with exact rational ends.

    Parameters
    ----------
    value : str, Printed, int, Fraction, or pair of numbers
        Text is read as printed (its rounding interval), an integer or a Fraction stands for itself, and a pair ``(low,
        high)`` is taken as given; ``None`` in a pair means unbounded. A float inside a pair stands for the decimal
        number it displays (0.305 is 305/1000).
    name : str
        What to call the constraint in an error message.

    Returns
    -------
    tuple of (Fraction or None, Fraction or None)
        Lower and upper end; None where there is no bound.

    Raises
    ------
    RestatedError
        For a bare float, which no longer says how many digits were printed, for text without a number, and for a pair
        in the wrong order.
    """
    if isinstance(value, str):
        from restated.printed import parse

        value = parse(value)
    if hasattr(value, "low") and hasattr(value, "high"):
        low, high = value.low, value.high
        if low is None and high is None:
            raise RestatedError(f"'{getattr(value, 'text', value)}' holds no number", field=name)
    elif isinstance(value, (bool, np.bool_)):
        raise RestatedError("a truth value is not a number", field=name)
    elif isinstance(value, (int, np.integer, Fraction)):
        low = high = value
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        low, high = value
    else:
        raise RestatedError(
            f"{value!r} does not say how many digits were printed",
            field=name,
            remedy="Give the printed text, such as '.49', or a pair (low, high)",
        )
    low, high = _fraction(low, name), _fraction(high, name)
    if low is not None and high is not None and low > high:
        raise RestatedError(f"the lower end {float(low):g} is above the upper end {float(high):g}", field=name)
    return low, high


def _fraction(x, name: str) -> Fraction | None:
    if x is None:
        return None
    if isinstance(x, (float, np.floating)):
        if math.isnan(x):
            raise RestatedError("an end of the interval is not a number", field=name)
        return None if math.isinf(x) else Fraction(repr(float(x)))
    if isinstance(x, np.integer):
        x = int(x)
    return Fraction(x)


def describe(value) -> str:
    """A constraint as words: the printed text, or the interval it stands for."""
    if isinstance(value, str):
        return value
    if hasattr(value, "text"):
        return value.text
    if isinstance(value, (tuple, list)):
        low, high = ("unbounded" if x is None else f"{float(x):g}" for x in value)
        return f"{low} to {high}"
    return f"exactly {value}"


def integer_range(low: Fraction | None, high: Fraction | None, floor: int, ceiling: int) -> tuple[int, int]:
    """First and last integer inside a closed interval and inside ``floor..ceiling`` (empty when first > last)."""
    first = floor if low is None else max(floor, math.ceil(low))
    last = ceiling if high is None else min(ceiling, math.floor(high))
    return first, last


def ragged_ranges(first: np.ndarray, length: np.ndarray) -> np.ndarray:
    """The ranges ``first[i], ..., first[i] + length[i] - 1`` one after the other, shape (sum of lengths,)."""
    return np.repeat(first - (np.cumsum(length) - length), length) + np.arange(length.sum())


class Exhaustive:
    """A set that holds everything compatible with what was printed; its length is the number of members."""

    @property
    def identified(self) -> bool:
        """Exactly one member fits."""
        return len(self) == 1

    @property
    def empty(self) -> bool:
        """No member fits."""
        return len(self) == 0


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

    pairs: np.ndarray
    percent: str
    denominators: tuple[int, ...]
    on_boundary: np.ndarray
    method: str = "exhaustive"

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def counts(self) -> np.ndarray:
        """Event counts, shape (m,)."""
        return self.pairs[:, 0]

    @property
    def complements(self) -> np.ndarray:
        """Non-events (for pairs: discordant pairs), shape (m,)."""
        return self.pairs[:, 1] - self.pairs[:, 0]

    @property
    def message(self) -> str:
        """One sentence: how many counts fit."""
        tried = self.denominators
        n = f"n = {tried[0]}" if len(tried) == 1 else f"any n tried ({len(tried)} values, {tried[0]} to {tried[-1]})"
        if self.empty:
            return f"no integer count fits {self.percent} % of {n}"
        if self.identified:
            count, total = self.pairs[0]
            return f"{self.percent} % of {n} is {count} of {total}, the only count that fits"
        fewest, most = self.counts.min(), self.counts.max()
        return f"{self.percent} % of {n} fits {len(self)} counts, from {fewest} to {most}"


def counts(percent, n) -> CountSet:
    """All event counts that round to a printed percentage.

    Parameters
    ----------
    percent : str, Printed, or pair of numbers
        Percentage points as printed ('62.6' stands for 62.55 to 62.65, both ends included).
    n : int or iterable of int
        The denominator, or all denominators that come into question (a `range`, a list).

    Returns
    -------
    CountSet

    Raises
    ------
    RestatedError
        If a denominator is not a positive integer, or no denominator is given.

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
        first, last = integer_range(*ends, 0, total)
        for count in range(first, last + 1):
            rows.append((count, total))
            edges.append(low != high and count in ends)
    text = describe(percent).rstrip("% ")
    return CountSet(np.array(rows, dtype=np.int64).reshape(-1, 2), text, tried, np.array(edges, dtype=bool))


def _denominators(n) -> tuple[int, ...]:
    values = [n] if isinstance(n, (int, np.integer)) else n
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise RestatedError(f"the denominator {n!r} is not a whole number", field="n")
    values = sorted({v if isinstance(v, int) else int(v) for v in values if _is_count(v)})
    if not values:
        raise RestatedError("no denominator to try", field="n")
    return tuple(values)


def _is_count(v) -> bool:
    if isinstance(v, (bool, np.bool_)) or not isinstance(v, (int, np.integer)) or v < 1:
        raise RestatedError(f"the denominator {v!r} is not a positive whole number", field="n")
    return True


def concordance(percent, pairs) -> CountSet:
    """All numbers of concordant pairs (twins, dyads) behind a printed pairwise concordance.

    Parameters
    ----------
    percent : str, Printed, or pair of numbers
        Pairwise concordance in percentage points: concordant pairs out of all pairs counted. A *probandwise* rate has
        another denominator and must not be given here.
    pairs : int or iterable of int
        Number of pairs, or all numbers that come into question.

    Returns
    -------
    CountSet
        `counts` are concordant, `complements` discordant pairs.
    """
    return counts(percent, pairs)


def expand(cells) -> np.ndarray:
    """Turn a table of counts into one row per case.

    Parameters
    ----------
    cells : array_like of int
        Counts of any dimension; a 2 x 2 table gives two columns.

    Returns
    -------
    ndarray of int, shape (total, number of dimensions)
        Zero-based category indices, in the order of the cells.

    Raises
    ------
    RestatedError
        If a count is negative or not whole.
    """
    cells = np.asarray(cells)
    whole = cells.astype(np.int64)
    if np.any(whole != cells) or np.any(whole < 0):
        raise RestatedError("only whole, non-negative counts can be expanded to rows", field="cells")
    index = np.indices(whole.shape).reshape(whole.ndim, -1).T
    return np.repeat(index, whole.ravel(), axis=0)
