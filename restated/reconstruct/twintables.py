"""All tables of twin pairs compatible with a printed concordance.

A twin study of a yes/no trait rests on three counts of pairs for each zygosity: both twins affected, one affected
(discordant), neither affected. Publications often print only the number of pairs and one percentage. This module lists
every table that gives it. "Affected" is the class that is counted.

Three percentages are called concordance, and they are not the same number:

============  ==================================  =================================================
Name          Formula                             In words
============  ==================================  =================================================
agreement     (both + neither) / all pairs        pairs whose twins are in the same class
pairwise      both / (both + discordant)          of the pairs with an affected twin, both affected
probandwise   2 both / (2 both + discordant)      of the affected twins, those with an affected twin
============  ==================================  =================================================

References
----------
McGue, M. (1992). American Journal of Human Genetics, 50, 1343-1345; Smith, C. (1974). American Journal of Human
Genetics, 26, 454-466 (definitions of concordance).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from restated.arguments import Bools, Floats, Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, Ends, closed_interval, describe, integer_range, refuse_proportion
from restated.reconstruct.enumeration import Exhaustive

#: Each printed number as a quotient of whole numbers, from pairs with both, one and no twin affected.
_STATISTICS: dict[str, Callable[[Ints, Ints, Ints], tuple[Ints, Ints]]] = {
    "agreement": lambda both, one, none: (both + none, both + one + none),
    "pairwise": lambda both, one, none: (both, both + one),
    "probandwise": lambda both, one, none: (2 * both, 2 * both + one),
    "prevalence": lambda both, one, none: (2 * both + one, 2 * (both + one + none)),
    "both": lambda both, one, none: (both, np.ones_like(both)),
    "discordant": lambda both, one, none: (one, np.ones_like(one)),
    "neither": lambda both, one, none: (none, np.ones_like(none)),
}
_PERCENTAGES = ("agreement", "pairwise", "probandwise", "prevalence")

#: Far more pairs than any twin register has.
MAX_PAIRS = 1_000_000
#: Most tables, or combinations of tables; more would take more than about 1 GB.
MAX_CANDIDATES = 20_000_000


@dataclass(frozen=True)
class TwinTables(Exhaustive):
    """All tables of twin pairs compatible with printed numbers.

    Attributes
    ----------
    tables : ndarray of int, shape (m, 3)
        Pairs with both twins affected, discordant pairs, pairs with neither affected; sorted by discordant pairs, then
        by both. As `restated.estimate.twins.liability` takes them.
    pairs : int
    constraints : dict of str to str
        The constraints, as text.
    on_boundary : ndarray of bool, shape (m,)
        True where a percentage falls exactly on an end of its rounding interval.
    """

    tables: Ints
    pairs: int
    constraints: dict[str, str]
    on_boundary: Bools
    method: str = "exhaustive"

    def __len__(self) -> int:
        return len(self.tables)

    @property
    def prevalence(self) -> Floats:
        """Share of affected individuals, as a proportion, shape (m,)."""
        return (2 * self.tables[:, 0] + self.tables[:, 1]) / (2 * self.pairs)

    @property
    def message(self) -> str:
        """One sentence with the number of tables that fit."""
        given = [f"{name} {text}" for name, text in self.constraints.items()]
        asked = ", ".join([f"{self.pairs} pairs", *given])
        if self.empty:
            return f"no twin table fits {asked}"
        if self.identified:
            return f"one twin table fits {asked}"
        return f"{len(self)} twin tables fit {asked}"


def twin_tables(
    pairs: int,
    *,
    agreement: Constraint | None = None,
    pairwise: Constraint | None = None,
    probandwise: Constraint | None = None,
    prevalence: Constraint | None = None,
    both: Constraint | None = None,
    discordant: Constraint | None = None,
    neither: Constraint | None = None,
) -> TwinTables:
    """List all tables of `pairs` twin pairs that give every printed number.

    What is not given is free: with `agreement` alone, every split of the concordant pairs into both and neither, that
    is every prevalence, is listed.

    Parameters
    ----------
    pairs : int
        All pairs of the group.
    agreement, pairwise, probandwise : str, Printed or pair of numbers, optional
        Concordance in percentage points, by definition. A table without affected twins has no pairwise or probandwise
        concordance and never fits one.
    prevalence : str, Printed or pair of numbers, optional
        Affected individuals in percent of all twins.
    both, discordant, neither : int, str, Printed or pair of numbers, optional
        Counts of pairs.

    Raises
    ------
    RestatedError
        If `pairs` is not a positive whole number, a number cannot be read, or there are more than `MAX_CANDIDATES`
        candidate tables.

    Notes
    -----
    The discordant pairs run over what `agreement` and `discordant` allow, the pairs with both affected over all values;
    quotients are compared with the ends of the intervals in whole numbers, without rounding.
    """
    given = {name: value for name, value in locals().items() if name != "pairs" and value is not None}
    pairs = _checked_pairs(pairs)
    bounds = {name: _bounds(name, value) for name, value in given.items()}
    tables = _candidates(pairs, bounds)
    touching = np.zeros(len(tables), dtype=bool)
    for name, (low, high) in bounds.items():
        numerator, denominator = _STATISTICS[name](*tables.T)
        keep = denominator > 0
        touches = np.zeros(len(tables), dtype=bool)
        for end, side in ((low, 1), (high, -1)):
            if end is not None:
                sign = side * _sign(numerator, denominator, end)
                keep &= sign >= 0
                touches |= (sign == 0) & (low != high)
        tables, touching = tables[keep], (touching | touches)[keep]
    texts = {
        name: describe(value).rstrip("% ") + (" %" if name in _PERCENTAGES else "") for name, value in given.items()
    }
    return TwinTables(tables, pairs, texts, touching)


def crossed(mz: TwinTables, dz: TwinTables) -> tuple[Ints, Ints]:
    """Combine every table of identical with every table of fraternal twins: two arrays of shape (m, 3).

    Raises
    ------
    RestatedError
        If a set is empty or there are more than `MAX_CANDIDATES` combinations.
    """
    for tables in (mz, dz):
        if tables.empty:
            raise RestatedError(tables.message)
    if len(mz) * len(dz) > MAX_CANDIDATES:
        raise RestatedError(
            f"{len(mz)} x {len(dz)} combinations of twin tables are too many to list", remedy="Limit the prevalence"
        )
    return np.repeat(mz.tables, len(dz), axis=0), np.tile(dz.tables, (len(mz), 1))


def _candidates(pairs: int, bounds: dict[str, Ends]) -> Ints:
    """All tables with a number of discordant pairs that the bounds on it allow, shape (m, 3)."""
    first, last = 0, pairs
    if "discordant" in bounds:
        first, last = integer_range(*bounds["discordant"], first, last)
    if "agreement" in bounds:
        low, high = bounds["agreement"]
        first, last = integer_range(
            None if high is None else pairs * (1 - high), None if low is None else pairs * (1 - low), first, last
        )
    one = np.arange(first, last + 1, dtype=np.int64)
    sizes = pairs - one + 1
    if sizes.sum() > MAX_CANDIDATES:
        raise RestatedError(
            f"{pairs} pairs with these numbers leave {sizes.sum()} tables to examine",
            remedy="Add the percentage of agreement or the discordant pairs",
        )
    both = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    one = np.repeat(one, sizes)
    return np.column_stack([both, one, pairs - one - both])


def _sign(numerator: Ints, denominator: Ints, end: Fraction) -> Ints:
    """Sign of numerator / denominator - end, exactly; numerator and denominator at most 2 * MAX_PAIRS."""
    top: np.ndarray[Any, Any] = numerator
    bottom: np.ndarray[Any, Any] = denominator
    if max(abs(end.numerator), end.denominator) * 2 * MAX_PAIRS > np.iinfo(np.int64).max // 2:
        top, bottom = top.astype(object), bottom.astype(object)
    difference = top * end.denominator - bottom * end.numerator
    sign: Ints = (difference > 0).astype(np.int64) - (difference < 0).astype(np.int64)
    return sign


def _bounds(name: str, value: Constraint) -> Ends:
    """Closed interval of a count, or of a percentage as a proportion."""
    low, high = closed_interval(value, name)
    if name not in _PERCENTAGES:
        return low, high
    refuse_proportion(value, name)
    # Rounding intervals may pass 0 or 100, percentages do not.
    return None if low is None or low < 0 else low / 100, None if high is None or high > 100 else high / 100


def _checked_pairs(pairs: int) -> int:
    if not is_whole(pairs) or pairs < 1:
        raise RestatedError(f"the number of pairs {pairs!r} is not a positive whole number", field="pairs")
    if pairs > MAX_PAIRS:
        raise RestatedError(f"{pairs} pairs are more than the {MAX_PAIRS} the search can hold", field="pairs")
    return int(pairs)
