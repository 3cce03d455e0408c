"""Sums of the diagonal that k x k tables with printed margins, and a printed agreement or kappa, can have.

With both margins given, agreement and kappa depend on the sum of the diagonal alone. What is left beside a diagonal d
can be filled in without touching it if and only if no category holds more than all the rest, in rows and columns
together: r_i + c_i - 2 d_i <= n - sum(d) (Hall's condition), which bounds each d_i from below.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from restated.arguments import Ints
from restated.errors import RestatedError
from restated.intervals import Constraint, closed_interval, integer_range, scaled


def diagonals(
    rows: ArrayLike, columns: ArrayLike, *, agreement: Constraint | None = None, kappa: Constraint | None = None
) -> Ints:
    """List the sums of the diagonal of all k x k tables that fit, shape (m,), ascending.

    `rows`, `columns`: margins, in the same order of categories. `agreement` (str, Printed, or pair of numbers): sum of
    the diagonal in **percent** of n. `kappa` (the same): Cohen's, unweighted; where it is undefined nothing fits.
    Raises a RestatedError if the margins are not counts or differ in length or total.
    """
    r, c = _margins(rows, "rows"), _margins(columns, "columns")
    if len(r) != len(c) or r.sum() != c.sum():
        first, second = (f"({len(x)} categories, {x.sum()} cases)" for x in (r, c))
        problem = f"rows {first} and columns {second} do not belong to one square table"
        raise RestatedError(problem, field="rows, columns")
    n = int(r.sum())
    chance = Fraction(int((r * c).sum()), n * n)
    low, high = 0, int(np.minimum(r, c).sum())
    if agreement is not None:
        low, high = integer_range(*scaled(closed_interval(agreement, "agreement"), Fraction(n, 100)), low, high)
    if kappa is not None:
        ends = scaled(closed_interval(kappa, "kappa"), (1 - chance) * n, chance * n)
        low, high = integer_range(*ends, low, high) if chance < 1 else (1, 0)
    sums: Ints = np.arange(low, high + 1)
    least = np.maximum(0, -((n - r - c - sums[:, None]) // 2))
    found: Ints = sums[(least <= np.minimum(r, c)).all(axis=1) & (least.sum(axis=1) <= sums)]
    return found


def _margins(values: ArrayLike, name: str) -> Ints:
    given = np.asarray(values)
    numbers = given.dtype.kind in "iuf" and given.ndim == 1 and len(given) >= 2
    if not numbers or not np.isfinite(given).all() or np.any(given < 0) or np.any(given % 1 != 0):
        raise RestatedError("margins are at least two whole, non-negative counts", field=name)
    if given.sum() == 0:
        raise RestatedError("the margins are all zero", field=name)
    return given.astype(np.int64)
