"""All 2 x 2 tables compatible with printed numbers.

The result is a set, not a data set: values that are the same in all tables are identified, the others are ranges.
Tables are ordered: a table and its transpose are two tables. Agreement is a + d. Layout and names::

                      second classification
                      1      2
    first       1     a      b     row1 = a + b
    class.      2     c      d
                     col1 = a + c         n = a + b + c + d

References: Cohen (1960), Educational and Psychological Measurement 20, 37-46 (kappa). Pearson (1900); for the 2 x 2
case phi = (ad - bc) / sqrt(product of the four margins) and chi2 = n phi^2.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from restated import intervals
from restated.arguments import Floats, Ints, is_whole
from restated.errors import RestatedError
from restated.reconstruct.enumeration import Exhaustive, inside, ragged_ranges
from restated.reconstruct.relations import functions
from restated.words import tables

# Candidate tables examined at a time: the dozen working arrays stay near the processor's cache.
BLOCK = 200_000
# More candidates than this would take minutes; the search is refused instead (n = 661 without any limit has 5e7).
MAX_CANDIDATES = 200_000_000
# Candidates up to which a conflict is looked for: its message is worth some seconds.
MAX_CONFLICT = 60_000_000
# Largest total for which every intermediate product (at most n^4 / 16) fits a 64-bit integer.
MAX_TOTAL = 100_000
# Integer numerator and denominator of a statistic; the denominator is 0 where it is undefined.
_Quotient: TypeAlias = tuple[Ints, Ints]
_Pairs: TypeAlias = tuple[str, Ints, str, Ints]  # names and values of the two outer loops


_STATISTICS: Mapping[str, Callable[..., _Quotient]] = functions(tables(__file__)["statistics"], "a, b, c, d")
_PERCENTAGES = ("row1_share", "col1_share", "agreement", "row_percent", "row2_percent", "col_percent", "col2_percent")
_PROPORTIONS = ("sensitivity", "specificity")
# Linear statistics that fix the outer loops: row total, column total and diagonal, with their share of n.
_LINEAR = {"row": ("row1", "row1_share"), "col": ("col1", "col1_share"), "diagonal": ("", "agreement")}


@dataclass(frozen=True)
class TableSet(Exhaustive):
    """All 2 x 2 tables compatible with printed numbers."""

    tables: Ints  # cells a, b, c, d, shape (m, 4); sorted
    n: int  # total
    asked: str  # total and printed numbers in words
    candidates: int  # tables examined
    conflict: tuple[str, ...]  # for an empty set: constraints whose single removal lets tables fit (may be empty)
    noun = "integer table"

    @property
    def message(self) -> str:
        """One sentence with the number of tables that fit, and if there are none, with the constraints in conflict."""
        if not self.empty:
            return super().message
        if self.conflict:
            return f"{super().message}; without {' or without '.join(self.conflict)} some do"
        return f"{super().message}; leaving out any single constraint does not help"


def two_by_two(
    n: int,
    *,
    row1: intervals.Constraint | None = None,
    col1: intervals.Constraint | None = None,
    row1_share: intervals.Constraint | None = None,
    col1_share: intervals.Constraint | None = None,
    agreement: intervals.Constraint | None = None,
    kappa: intervals.Constraint | None = None,
    phi: intervals.Constraint | None = None,
    chi2: intervals.Constraint | None = None,
    odds_ratio: intervals.Constraint | None = None,
    sensitivity: intervals.Constraint | None = None,
    specificity: intervals.Constraint | None = None,
    row_percent: intervals.Constraint | None = None,
    row2_percent: intervals.Constraint | None = None,
    col_percent: intervals.Constraint | None = None,
    col2_percent: intervals.Constraint | None = None,
) -> TableSet:
    """List all integer 2 x 2 tables with total `n` that reproduce every printed number given.

    Each constraint is printed text or a `Printed` (its closed rounding interval), a pair ``(low, high)`` in the units
    below, or an exact integer. `row1`, `col1`: counts in the first row and the first column; `row1_share`,
    `col1_share`: the same in **percent** of n. `agreement`: a + d in **percent** of n: '75' is 74.5 to 75.5 percent.
    `kappa`: Cohen's; `phi`: signed; `chi2`: Pearson's without continuity correction; `odds_ratio`: ad / bc without
    zero-cell correction. Where one is undefined (chance agreement 1, an empty margin, bc = 0) the table is never
    compatible. `sensitivity`, `specificity`: a / (a + c) and d / (b + d), rows being the test: **proportions** ('.84'),
    unless the text carries a percent sign. `row_percent`, `row2_percent`: **percent** of the first and of the second
    row that falls in column 1; `col_percent`, `col2_percent`: of the columns in row 1.

    Raises a RestatedError if the total is not a positive whole number, a constraint cannot be read, or the constraints
    leave more than `MAX_CANDIDATES` tables to examine. The two tightest of row total, column total and diagonal, with
    cell a, run over every table once. Statistics are quotients of whole numbers and are compared exactly.
    """
    given = {name: value for name, value in locals().items() if name != "n" and value is not None}
    if not is_whole(n) or n < 1:
        raise RestatedError(f"the total {n!r} is not a positive whole number", field="n")
    n, (bounds, pairs, candidates) = int(n), _planned(int(n), given)
    if candidates > MAX_CANDIDATES:
        problem = f"n = {n} with these constraints leaves {candidates} tables to examine"
        raise RestatedError(problem, remedy="Add a margin or the percentage of agreement")
    tables = np.concatenate([np.empty((0, 4), dtype=np.int64), *_search(n, bounds, pairs)])
    asked = ", ".join([f"n = {n}", *(f"{name} {intervals.describe(value)}" for name, value in given.items())])
    conflict = () if len(tables) else _conflict(n, bounds)
    return TableSet(tables[np.lexsort(tables.T[::-1])], n, asked, candidates, conflict)


def examined(n: int, given: Mapping[str, intervals.Constraint]) -> int:
    """Return how many tables `two_by_two` looks at; a RestatedError if the total is above `MAX_TOTAL`."""
    return _planned(n, given)[2]


def _planned(n: int, given: Mapping[str, intervals.Constraint]) -> tuple[dict[str, intervals.Ends], _Pairs, int]:
    """Return the limits of each quotient, the outer loops of the search, and how many tables they leave."""
    if n > MAX_TOTAL:
        raise RestatedError(f"the total {n} is above {MAX_TOTAL}, the most the exact search can hold", field="n")
    bounds = {name: _quotient_bounds(name, value, n) for name, value in given.items()}
    return (bounds, *_outer(n, bounds))


def quantities(tables: Ints) -> dict[str, Floats]:
    """Return what follows from each table by name, shape (m,), in the units of `two_by_two`.

    Besides its statistics: cells, `n`, `row2`, `col2`, `risk_ratio` of the first row to the second, and `difference` of
    the row percentages in points. Values are nan or infinite where a denominator is 0.
    """
    a, b, c, d = (cells.astype(float) for cells in tables.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {name: np.divide(*quotient(a, b, c, d)) for name, quotient in _STATISTICS.items()}
        found |= {name: 100 * found[name] for name in _PERCENTAGES}
        found["risk_ratio"] = found["row_percent"] / found["row2_percent"]
    found["phi"] = np.sign(found["phi"]) * np.sqrt(found["chi2"])
    found["chi2"] = found["chi2"] * (a + b + c + d)
    found["difference"] = found["row_percent"] - found["row2_percent"]
    cells = dict(zip("abcd", (a, b, c, d), strict=True))
    return found | cells | {"n": a + b + c + d, "row2": c + d, "col2": b + d}


def _quotient_bounds(name: str, value: intervals.Constraint, n: int) -> intervals.Ends:
    """Ends of the interval for the integer quotient of a statistic."""
    ends = intervals.closed_interval(value, name)
    if name in _PERCENTAGES:
        intervals.refuse_proportion(value, name)
    if name in _PERCENTAGES or (name in _PROPORTIONS and "%" in intervals.printed_text(value)):
        return intervals.scaled(ends, Fraction(1, 100))
    if name == "phi":
        low, high = (None if x is None else x * abs(x) for x in ends)
        return low, high
    return intervals.scaled(ends, Fraction(1, n)) if name == "chi2" else ends


def _outer(n: int, bounds: dict[str, intervals.Ends]) -> tuple[_Pairs, int]:
    """The two tightest of row total, column total and diagonal, with their integer values, and the tables they span."""
    spans = {}
    for line, (count_name, share_name) in _LINEAR.items():
        first, last = intervals.integer_range(*bounds.get(count_name, (None, None)), 0, n)
        first, last = intervals.integer_range(*intervals.scaled(bounds.get(share_name, (None, None)), n), first, last)
        spans[line] = np.arange(first, last + 1, dtype=np.int64)
    x_name, y_name = sorted(spans, key=lambda line: spans[line].size)[:2]
    xs, ys = spans[x_name], spans[y_name]
    if (least := xs.size * ys.size) > MAX_CANDIDATES:  # each pair has one table or more
        return (x_name, xs, y_name, ys), least
    # At most n + 1 short vector operations.
    candidates = sum(int(np.sum(np.minimum(x, ys) - np.maximum(0, x + ys - n) + 1)) for x in xs)
    return (x_name, xs, y_name, ys), candidates


def _search(n: int, bounds: dict[str, intervals.Ends], pairs: _Pairs) -> Iterator[Ints]:
    """Compatible tables, block by block."""
    x_name, xs, y_name, ys = pairs
    if not (xs.size and ys.size):
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
        for name, ends in rest.items():
            block = block[:, inside(*_STATISTICS[name](*block), ends)]
        if block.shape[1]:
            yield block.T


def _conflict(n: int, bounds: dict[str, intervals.Ends]) -> tuple[str, ...]:
    """Constraints whose removal, one at a time, lets at least one table fit."""
    helpful = []
    for name in bounds:
        rest = {other: bound for other, bound in bounds.items() if other != name}
        pairs, candidates = _outer(n, rest)
        if candidates <= MAX_CONFLICT and next(_search(n, rest, pairs), None) is not None:
            helpful.append(name)
    return tuple(helpful)
