"""All 2 x 2 tables compatible with printed numbers.

Given a total and any mix of printed statistics, `two_by_two` lists *every* integer table that reproduces all of them.
The result is a set, not a data set: values that are the same in all tables are identified, the others are ranges.

Layout and names::

                      second classification
                      1      2
    first       1     a      b     row1 = a + b
    class.      2     c      d
                     col1 = a + c         n = a + b + c + d

Tables are ordered: a table and its transpose are two tables. Agreement is a + d.

Rounding intervals are closed at both ends, so that both ways of rounding ties are covered; `TableSet.on_boundary` marks
the tables that need that.

References
----------
Cohen (1960), Educational and Psychological Measurement 20, 37-46 (kappa).
Pearson (1900); for the 2 x 2 case phi = (ad - bc) / sqrt(product of the four margins) and chi2 = n phi^2.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from restated.arguments import Bools, Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import (
    Constraint,
    Ends,
    closed_interval,
    describe,
    integer_range,
    printed_text,
    refuse_proportion,
)
from restated.reconstruct.enumeration import Exhaustive, ragged_ranges

# Distance (relative, and absolute near zero) from an end of an interval inside which a float comparison is not trusted
# and the quotient is compared in exact fractions. Quotients of exact integers are good to about 1e-15.
DOUBT = 1e-9

# Candidate tables examined at a time: the dozen working arrays stay near the processor's cache (fastest of the sizes
# from 5e4 to 1e6 that were tried), and memory does not grow with n.
BLOCK = 200_000

# More candidates than this would take minutes; the search is refused instead (n = 661 without any limit has 5e7).
MAX_CANDIDATES = 200_000_000

# Largest total for which every intermediate product (at most n^4 / 16) fits a 64-bit integer.
MAX_TOTAL = 100_000


# --- the statistics: an integer numerator and denominator, and the bound on their quotient -----------


def _identity(x: Fraction, n: int) -> Fraction:
    return x


def _percent(x: Fraction, n: int) -> Fraction:
    return x / 100


def _signed_square(x: Fraction, n: int) -> Fraction:
    return x * abs(x)


def _over_n(x: Fraction, n: int) -> Fraction:
    return x / n


_Quotient: TypeAlias = tuple[Ints, Ints]
_Pairs: TypeAlias = tuple[str, Ints, str, Ints]  # names and values of the two outer loops


class _Statistic(NamedTuple):
    quotient: Callable[..., _Quotient]  # of a, b, c, d: integer numerator and denominator, which is 0 where undefined
    bound: Callable[[Fraction, int], Fraction]  # (bound in printed units, n) -> bound on the quotient


def _kappa(a: Ints, b: Ints, c: Ints, d: Ints) -> _Quotient:
    return 2 * (a * d - b * c), (a + b) * (b + d) + (a + c) * (c + d)


def _margins(a: Ints, b: Ints, c: Ints, d: Ints) -> Ints:
    product: Ints = (a + b) * (c + d) * (a + c) * (b + d)
    return product


def _phi_squared_signed(a: Ints, b: Ints, c: Ints, d: Ints) -> _Quotient:
    cross = a * d - b * c
    return cross * abs(cross), _margins(a, b, c, d)


def _phi_squared(a: Ints, b: Ints, c: Ints, d: Ints) -> _Quotient:
    return (a * d - b * c) ** 2, _margins(a, b, c, d)


_STATISTICS: dict[str, _Statistic] = {
    "row1": _Statistic(lambda a, b, c, d: (a + b, a * 0 + 1), _identity),
    "col1": _Statistic(lambda a, b, c, d: (a + c, a * 0 + 1), _identity),
    "row1_share": _Statistic(lambda a, b, c, d: (a + b, a + b + c + d), _percent),
    "col1_share": _Statistic(lambda a, b, c, d: (a + c, a + b + c + d), _percent),
    "agreement": _Statistic(lambda a, b, c, d: (a + d, a + b + c + d), _percent),
    "kappa": _Statistic(_kappa, _identity),
    "phi": _Statistic(_phi_squared_signed, _signed_square),
    "chi2": _Statistic(_phi_squared, _over_n),
    "odds_ratio": _Statistic(lambda a, b, c, d: (a * d, b * c), _identity),
    "sensitivity": _Statistic(lambda a, b, c, d: (a, a + c), _identity),
    "specificity": _Statistic(lambda a, b, c, d: (d, b + d), _identity),
    "row_percent": _Statistic(lambda a, b, c, d: (a, a + b), _percent),
    "row2_percent": _Statistic(lambda a, b, c, d: (c, c + d), _percent),
    "col_percent": _Statistic(lambda a, b, c, d: (a, a + c), _percent),
    "col2_percent": _Statistic(lambda a, b, c, d: (b, b + d), _percent),
}

# Linear statistics that fix the outer loops: row total, column total and diagonal, with their share of n.
_LINEAR = {"row": ("row1", "row1_share"), "col": ("col1", "col1_share"), "diagonal": (None, "agreement")}


# --- the result -----------------------------------------------------------------------------------


class Extremes(NamedTuple):
    """Range of a function over a set of tables, with the tables at both ends."""

    low: float
    high: float
    low_table: tuple[int, int, int, int]
    high_table: tuple[int, int, int, int]
    undefined: int  # tables for which the function has no value


@dataclass(frozen=True)
class TableSet(Exhaustive):
    """All 2 x 2 tables compatible with printed numbers.

    Attributes
    ----------
    tables : ndarray of int, shape (m, 4)
        Cells a, b, c, d; sorted.
    n : int or tuple of int
        Total, or all totals tried.
    constraints : dict of str to str
        The constraints, as text.
    candidates : int
        Tables examined.
    on_boundary : ndarray of bool, shape (m,)
        True where a statistic falls exactly on an end of its rounding interval.
    conflict : tuple of str
        For an empty set: the constraints whose single removal lets tables fit (may be empty).
    method : str
        'exhaustive': nothing compatible is left out.
    """

    tables: Ints
    n: int | tuple[int, ...]
    constraints: dict[str, str]
    candidates: int
    on_boundary: Bools
    conflict: tuple[str, ...] = ()
    method: str = field(default="exhaustive")

    def __len__(self) -> int:
        return len(self.tables)

    @property
    def message(self) -> str:
        """One sentence with the number of tables that fit, and if there are none, with the constraints in conflict."""
        asked = ", ".join(f"{name} {text}" for name, text in self.constraints.items())
        total = f"n = {self.n}" if isinstance(self.n, int) else f"n from {self.n[0]} to {self.n[-1]}"
        asked = total + (f", {asked}" if asked else "")
        if self.identified:
            return f"one integer table fits {asked}"
        if not self.empty:
            return f"{len(self)} integer tables fit {asked}"
        if self.conflict:
            return f"no integer table fits {asked}; without {' or without '.join(self.conflict)} some do"
        return f"no integer table fits {asked}; leaving out any single constraint does not help"

    def range(self, function: Callable[[Ints], ArrayLike]) -> Extremes:
        """Return the smallest and largest value of a statistic over all tables, with the tables that reach them.

        Parameters
        ----------
        function : callable
            Takes the tables, shape (m, 4), and returns m values; those of `restated.estimate.agreement` do.

        Raises
        ------
        RestatedError
            If the set is empty or the function has no value for any table.
        """
        if self.empty:
            raise RestatedError(self.message)
        values = np.asarray(function(self.tables), dtype=float)
        known = np.flatnonzero(~np.isnan(values))
        if known.size == 0:
            raise RestatedError("the statistic is undefined for every table of the set")
        low, high = known[np.argmin(values[known])], known[np.argmax(values[known])]
        return Extremes(
            float(values[low]),
            float(values[high]),
            _cells(self.tables[low]),
            _cells(self.tables[high]),
            int(values.size - known.size),
        )


def _cells(table: Ints) -> tuple[int, int, int, int]:
    a, b, c, d = table.tolist()
    return a, b, c, d


# --- the search -----------------------------------------------------------------------------------


def two_by_two(
    n: int | Iterable[int],
    *,
    row1: Constraint | None = None,
    col1: Constraint | None = None,
    row1_share: Constraint | None = None,
    col1_share: Constraint | None = None,
    agreement: Constraint | None = None,
    kappa: Constraint | None = None,
    phi: Constraint | None = None,
    chi2: Constraint | None = None,
    odds_ratio: Constraint | None = None,
    sensitivity: Constraint | None = None,
    specificity: Constraint | None = None,
    row_percent: Constraint | None = None,
    row2_percent: Constraint | None = None,
    col_percent: Constraint | None = None,
    col2_percent: Constraint | None = None,
) -> TableSet:
    """List all integer 2 x 2 tables with total `n` that reproduce every printed number given.

    Each constraint is printed text or a `Printed` (its closed rounding interval), a pair ``(low, high)`` in the units
    below, or an exact integer.

    Parameters
    ----------
    n : int or iterable of int
        Total number of cases, or all possible totals (a `range`, a list): the tables of each, one total after the
        other.
    row1, col1 : constraint, optional
        Counts in the first row and the first column.
    row1_share, col1_share : constraint, optional
        The same margins in **percent** of n.
    agreement : constraint, optional
        a + d in **percent** of n: '75' is 74.5 to 75.5 percent.
    kappa, phi, chi2, odds_ratio : constraint, optional
        Cohen's kappa; phi (signed); Pearson's chi-square without continuity correction; ad / bc without any zero-cell
        correction. Where one is undefined (kappa with chance agreement 1, phi and chi-square with an empty margin, odds
        ratio with bc = 0) the table is never compatible.
    sensitivity, specificity : constraint, optional
        a / (a + c) and d / (b + d): rows are the test, columns the reference. **Proportions** ('.84'), unless the text
        carries a percent sign ('84%').
    row_percent, row2_percent : constraint, optional
        **Percent** of the first and of the second row that falls in column 1.
    col_percent, col2_percent : constraint, optional
        **Percent** of the first and of the second column that falls in row 1.

    Raises
    ------
    RestatedError
        If a total is not a positive whole number or none is given, a constraint cannot be read, or the constraints
        leave more than `MAX_CANDIDATES` tables to examine.

    Notes
    -----
    The two tightest of row total, column total and diagonal, with cell a, run over every table once. Statistics are
    quotients of exact integers: they are compared as floats, and within `DOUBT` of an end of the interval as fractions,
    so no table is lost or let in by floating-point error.
    """
    given = {name: value for name, value in locals().items() if name != "n" and value is not None}
    if not is_whole(n):
        return _over_totals(n, given)
    n = _total(n)
    bounds = {name: _quotient_bounds(name, value, n) for name, value in given.items()}
    pairs, candidates = _outer(n, bounds)
    _refuse_if_too_many(n, candidates)
    found = list(_search(n, bounds, pairs))
    tables = np.concatenate(found) if found else np.empty((0, 4), dtype=np.int64)
    tables = tables[np.lexsort(tables.T[::-1])]
    return TableSet(
        tables=tables,
        n=n,
        constraints={name: describe(value) for name, value in given.items()},
        candidates=candidates,
        on_boundary=_on_boundary(tables, bounds),
        conflict=() if len(tables) else _conflict(n, bounds),
    )


def _over_totals(totals: object, given: dict[str, Constraint]) -> TableSet:
    """The union over several totals; they differ in size, so no table is counted twice."""
    if not isinstance(totals, Iterable) or isinstance(totals, str):
        raise RestatedError(f"the total {totals!r} is not a positive whole number", field="n")
    tried = sorted({_total(n) for n in totals})
    if not tried:
        raise RestatedError("the list of totals is empty", field="n")
    sets = [two_by_two(n, **given) for n in tried]
    tables = np.concatenate([found.tables for found in sets])
    conflict = {} if len(tables) else dict.fromkeys(name for found in sets for name in found.conflict)
    return TableSet(
        tables=tables,
        n=tuple(tried),
        constraints=sets[0].constraints,
        candidates=sum(found.candidates for found in sets),
        on_boundary=np.concatenate([found.on_boundary for found in sets]),
        conflict=tuple(conflict),
    )


def _total(n: object) -> int:
    if not is_whole(n) or n < 1:
        raise RestatedError(f"the total {n!r} is not a positive whole number", field="n")
    if n > MAX_TOTAL:
        raise RestatedError(f"the total {n} is above {MAX_TOTAL}, the most the exact search can hold", field="n")
    return int(n)


def _quotient_bounds(name: str, value: Constraint, n: int) -> Ends:
    """Ends of the interval for the integer quotient of a statistic."""
    item = _STATISTICS[name]
    low, high = closed_interval(value, name)
    if name in ("sensitivity", "specificity") and "%" in printed_text(value):
        low, high = (None if x is None else x / 100 for x in (low, high))
    if item.bound is _percent:
        refuse_proportion(value, name)
    return None if low is None else item.bound(low, n), None if high is None else item.bound(high, n)


def _outer(n: int, bounds: dict[str, Ends]) -> tuple[_Pairs, int]:
    """The two tightest of row total, column total and diagonal, with their integer values, and the tables they span."""
    spans = {}
    for line, (count_name, share_name) in _LINEAR.items():
        first, last = 0, n
        if count_name in bounds:
            first, last = integer_range(*bounds[count_name], first, last)
        if share_name in bounds:
            low, high = (None if x is None else x * n for x in bounds[share_name])
            first, last = integer_range(low, high, first, last)
        spans[line] = np.arange(first, last + 1, dtype=np.int64)
    x_name, y_name = sorted(spans, key=lambda line: spans[line].size)[:2]
    xs, ys = spans[x_name], spans[y_name]
    candidates = 0
    for x in xs:  # at most n + 1 short vector operations
        candidates += int(np.sum(np.minimum(x, ys) - np.maximum(0, x + ys - n) + 1))
    return (x_name, xs, y_name, ys), candidates


def _refuse_if_too_many(n: int, candidates: int) -> None:
    if candidates > MAX_CANDIDATES:
        raise RestatedError(
            f"n = {n} with these constraints leaves {candidates} tables to examine",
            remedy="Add a margin or the percentage of agreement",
        )


def _search(n: int, bounds: dict[str, Ends], pairs: _Pairs) -> Iterator[Ints]:
    """Compatible tables, block by block."""
    x_name, xs, y_name, ys = pairs
    if xs.size == 0 or ys.size == 0:
        return
    # Every candidate satisfies these: the outer loops run over nothing else.
    settled = {*_LINEAR[x_name], *_LINEAR[y_name]}
    rest = {name: bound for name, bound in bounds.items() if name not in settled}
    rows_per_block = max(1, BLOCK // (ys.size * (n // 2 + 1)))
    for start in range(0, xs.size, rows_per_block):
        x = np.repeat(xs[start : start + rows_per_block], ys.size)
        y = np.tile(ys, x.size // ys.size)
        first = np.maximum(0, x + y - n)
        length = np.minimum(x, y) - first + 1
        # Each of row total, column total and diagonal is a plus one other cell: a runs over the same span for any two.
        a = ragged_ranges(first, length)
        cells = {x_name: np.repeat(x, length) - a, y_name: np.repeat(y, length) - a}
        cells[({"row", "col", "diagonal"} - cells.keys()).pop()] = n - a - cells[x_name] - cells[y_name]
        block = np.stack([a, cells["row"], cells["col"], cells["diagonal"]])
        for name, (low, high) in rest.items():
            if block.shape[1] == 0:
                break
            block = block[:, _inside(*_STATISTICS[name].quotient(*block), low, high)]
        if block.shape[1]:
            yield block.T


def _inside(numerator: Ints, denominator: Ints, low: Fraction | None, high: Fraction | None) -> Bools:
    """True where low <= numerator / denominator <= high, exactly; False where the denominator is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = numerator / denominator
    inside = denominator > 0
    doubtful = np.zeros(inside.shape, dtype=bool)
    for end, sign in ((low, 1), (high, -1)):
        if end is None:
            continue
        margin = sign * (quotient - float(end))
        with np.errstate(invalid="ignore"):
            inside &= margin >= 0
            doubtful |= np.abs(margin) <= DOUBT * max(1.0, abs(float(end)))
    for i in np.flatnonzero(doubtful & (denominator > 0)):
        exact = Fraction(int(numerator[i]), int(denominator[i]))
        inside[i] = (low is None or low <= exact) and (high is None or exact <= high)
    return inside


def _on_boundary(tables: Ints, bounds: dict[str, Ends]) -> Bools:
    """True where a table touches an end of a rounding interval; exact numbers have no such ends."""
    touching = np.zeros(len(tables), dtype=bool)
    for name, (low, high) in bounds.items():
        if low == high:
            continue
        numerator, denominator = _STATISTICS[name].quotient(*tables.T)
        for end in (low, high):
            if end is None:
                continue
            close = np.abs(numerator / denominator - float(end)) <= DOUBT * max(1.0, abs(float(end)))
            for i in np.flatnonzero(close):
                touching[i] |= Fraction(int(numerator[i]), int(denominator[i])) == end
    return touching


def _conflict(n: int, bounds: dict[str, Ends]) -> tuple[str, ...]:
    """Constraints whose removal, one at a time, lets at least one table fit."""
    helpful = []
    for name in bounds:
        rest = {other: bound for other, bound in bounds.items() if other != name}
        pairs, candidates = _outer(n, rest)
        if candidates <= MAX_CANDIDATES and next(_search(n, rest, pairs), None) is not None:
            helpful.append(name)
    return tuple(helpful)
