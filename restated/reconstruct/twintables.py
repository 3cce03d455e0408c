"""All tables of twin pairs compatible with a printed concordance.

A twin study of a yes/no trait rests on three counts of pairs for each zygosity: both twins affected, one affected
(discordant), neither affected. Publications often print only the number of pairs and one percentage. "Affected" is the
class that is counted. Three percentages are called concordance, and they are not the same number: agreement, (both +
neither) / all pairs; pairwise, both / (both + discordant), of the pairs with an affected twin; probandwise, 2 both / (2
both + discordant), of the affected twins those with an affected twin.

References: McGue (1992), American Journal of Human Genetics 50, 1343-1345; Smith (1974), American Journal of Human
Genetics 26, 454-466 (definitions of concordance).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from restated.arguments import Floats, Ints, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, Ends, closed_interval, describe, integer_range, refuse_proportion, scaled
from restated.printed import float_ends
from restated.reconstruct.enumeration import Exhaustive, inside, ragged_ranges
from restated.reconstruct.relations import functions
from restated.words import tables

_TABLES = tables(__file__)
#: Each printed number as a quotient of whole numbers; agreement and discordant pairs limit what is looked at.
_STATISTICS: Mapping[str, Callable[..., tuple[Ints, Ints]]] = functions(_TABLES["statistics"], "both, one, none")
#: Pairs with both twins affected that give a printed number, from it, the discordant pairs and all pairs.
_BOTH: Mapping[str, Callable[..., Any]] = functions(_TABLES["both"], "share, one, pairs")
_PERCENTAGES = ("agreement", "pairwise", "probandwise", "prevalence")
MAX_PAIRS = 1_000_000  #: Far more pairs than any twin register has
MAX_CANDIDATES = 20_000_000  #: Most tables, or combinations of tables; more would take more than about 1 GB


@dataclass(frozen=True)
class TwinTables(Exhaustive):
    """All tables of twin pairs compatible with printed numbers, as `restated.estimate.twins.liability` takes them.

    `tables`, shape (m, 3): pairs with both twins affected, discordant pairs, pairs with neither affected; sorted by
    discordant pairs, then by both.
    """

    tables: Ints
    pairs: int
    asked: str
    noun = "twin table"


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
    """List all tables of `pairs` twin pairs that give every printed number; what is not given is free.

    Numbers are text, `Printed` or pairs. `agreement`, `pairwise`, `probandwise`: concordance in percentage points; a
    table without affected twins has neither of the last two and never fits. `prevalence`: affected individuals in
    percent of all twins. `both`, `discordant`, `neither`: counts of pairs. Raises a RestatedError if `pairs` is not a
    positive whole number, a number cannot be read, or more than `MAX_CANDIDATES` tables are left.
    """
    given = {name: value for name, value in locals().items() if name != "pairs" and value is not None}
    if not is_whole(pairs) or pairs < 1:
        raise RestatedError(f"the number of pairs {pairs!r} is not a positive whole number", field="pairs")
    if pairs > MAX_PAIRS:
        raise RestatedError(f"{pairs} pairs are more than the {MAX_PAIRS} the search can hold", field="pairs")
    bounds, asked = {}, [f"{pairs} pairs"]
    for name, value in given.items():
        bounds[name] = closed_interval(value, name)
        if name in _PERCENTAGES:
            refuse_proportion(value, name)
        asked.append(f"{name} {describe(value).rstrip('% ') + ' %' if name in _PERCENTAGES else describe(value)}")
    tables = _candidates(int(pairs), bounds)
    for name, quotient in _STATISTICS.items():
        if name in bounds:
            ends = scaled(bounds[name], Fraction(1, 100)) if name in _PERCENTAGES else bounds[name]
            tables = tables[inside(*quotient(*tables.T), ends)]
    return TwinTables(tables, int(pairs), ", ".join(asked))


def examined(pairs: int, given: Mapping[str, Constraint]) -> int:
    """Return how many tables `twin_tables` looks at; a RestatedError if there are more than `MAX_PAIRS` pairs."""
    if pairs > MAX_PAIRS:
        raise RestatedError(f"{pairs} pairs are more than the {MAX_PAIRS} the search can hold", field="pairs")
    return int(_ranges(pairs, {name: closed_interval(value, name) for name, value in given.items()})[2].sum())


def _ranges(pairs: int, bounds: dict[str, Ends]) -> tuple[Ints, Ints, Ints]:
    """Discordant pairs that may fit, and for each the least number with both affected, and how many from there."""
    first, last = integer_range(*bounds.get("discordant", (None, None)), 0, pairs)
    low, high = scaled(bounds.get("agreement", (None, None)), Fraction(-pairs, 100), pairs)
    first, last = integer_range(high, low, first, last)
    one = np.arange(first, last + 1, dtype=np.int64)
    least, most = np.zeros(len(one)), (pairs - one).astype(float)
    for name in bounds.keys() & _BOTH.keys():
        scale, limit = (100, 1) if name in _PERCENTAGES else (1, pairs)
        with np.errstate(divide="ignore", invalid="ignore"):
            given = np.clip(np.array(float_ends(*bounds[name])) / scale, 0, limit)
            ends = np.sort([_BOTH[name](end, one, pairs) for end in given], axis=0)
        ends = np.where(np.isnan(ends), np.array([[0.0], [pairs]]), ends)
        # One more on either side: floating-point error loses no table, and what does not fit is left out later.
        least, most = np.maximum(least, np.floor(ends[0]) - 1), np.minimum(most, np.ceil(ends[1]) + 1)
    return one, least.astype(np.int64), np.maximum(most - least + 1, 0).astype(np.int64)


def _candidates(pairs: int, bounds: dict[str, Ends]) -> Ints:
    """All tables that may fit, shape (m, 3)."""
    one, least, sizes = _ranges(pairs, bounds)
    if sizes.sum() > MAX_CANDIDATES:
        problem = f"{pairs} pairs with these numbers leave {sizes.sum()} tables to examine"
        raise RestatedError(problem, remedy="Add the percentage of agreement or the discordant pairs")
    both, one = ragged_ranges(least, sizes), np.repeat(one, sizes)
    return np.column_stack([both, one, pairs - one - both])


def quantities(tables: Ints) -> dict[str, Floats]:
    """Return what follows from each table by name, shape (m,): counts, and shares in percent, nan where undefined."""
    both, one, none = (cells.astype(float) for cells in tables.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {name: np.divide(*quotient(both, one, none)) for name, quotient in _STATISTICS.items()}
    found["agreement"] = (both + none) / (both + one + none)
    found |= {name: 100 * found[name] for name in _PERCENTAGES}
    return found | {"discordant": one, "pairs": both + one + none}


def crossed(mz: TwinTables, dz: TwinTables) -> tuple[Ints, Ints]:
    """Combine every table of identical with every table of fraternal twins: two arrays of shape (m, 3).

    Raises a RestatedError if a set is empty or there are more than `MAX_CANDIDATES` combinations.
    """
    for one in (mz, dz):
        if one.empty:
            raise RestatedError(one.message)
    if len(mz) * len(dz) > MAX_CANDIDATES:
        problem = f"{len(mz)} x {len(dz)} combinations of twin tables are too many to list"
        raise RestatedError(problem, remedy="Limit the prevalence")
    return np.repeat(mz.tables, len(dz), axis=0), np.tile(dz.tables, (len(mz), 1))
