"""Which tables of twin pairs can stand behind a printed concordance?

A twin study of a yes/no trait rests on three counts of pairs for each zygosity: both twins affected, one affected
(discordant), neither affected. Publications often print only the number of pairs and one percentage. This module lists
every table that gives it. "Affected" is whichever class is counted; for attachment it may be secure or insecure.

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

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from restated.errors import RestatedError
from restated.reconstruct.counts import Exhaustive, closed_interval, describe, integer_range

DEFINITIONS = ("agreement", "pairwise", "probandwise")

#: Each printed number as a quotient of whole numbers, from pairs with both, one and no twin affected.
_STATISTICS = {
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
#: More tables, or combinations of tables, than this are refused: they would take more than about 1 GB.
MAX_CANDIDATES = 20_000_000


@dataclass(frozen=True)
class PairCounts(Exhaustive):
    """All numbers of concordant and discordant pairs behind a printed concordance.

    Attributes
    ----------
    concordant, discordant : ndarray of int, shape (m,)
        In increasing order of `concordant`. For "agreement" concordant pairs are alike in either class, else both twins
        are affected.
    pairs : int
    percent, definition : str
        What was asked.
    on_boundary : ndarray of bool, shape (m,)
        True where the exact percentage is an end of the rounding interval.
    """

    concordant: np.ndarray
    discordant: np.ndarray
    pairs: int
    percent: str
    definition: str
    on_boundary: np.ndarray
    method: str = "exhaustive"

    def __len__(self) -> int:
        return len(self.concordant)

    @property
    def message(self) -> str:
        """One sentence: how many counts fit."""
        name = self.definition if self.definition == "agreement" else f"{self.definition} concordance"
        asked = f"{name} of {self.percent} % in {self.pairs} pairs"
        if self.empty:
            return f"no integer count gives {asked}"
        first, last = self.concordant[0], self.concordant[-1]
        if self.identified:
            return f"only {first} concordant and {self.discordant[0]} discordant pairs give {asked}"
        return f"{len(self)} counts, from {first} to {last} concordant pairs, give {asked}"


@dataclass(frozen=True)
class TwinTables(Exhaustive):
    """All tables of twin pairs compatible with what is printed.

    Attributes
    ----------
    tables : ndarray of int, shape (m, 3)
        Pairs with both twins affected, discordant pairs, pairs with neither affected; sorted by discordant pairs, then
        by both. As `restated.estimate.twins.liability` takes them.
    pairs : int
    constraints : dict of str to str
        What was asked, as text.
    on_boundary : ndarray of bool, shape (m,)
        True where a percentage falls exactly on an end of its rounding interval.
    """

    tables: np.ndarray
    pairs: int
    constraints: dict[str, str]
    on_boundary: np.ndarray
    method: str = "exhaustive"

    def __len__(self) -> int:
        return len(self.tables)

    @property
    def prevalence(self) -> np.ndarray:
        """Share of affected individuals, as a proportion, shape (m,)."""
        return (2 * self.tables[:, 0] + self.tables[:, 1]) / (2 * self.pairs)

    @property
    def message(self) -> str:
        """One sentence: how many tables fit what."""
        given = [f"{name} {text}" for name, text in self.constraints.items()]
        asked = ", ".join([f"{self.pairs} pairs", *given])
        if self.empty:
            return f"no twin table fits {asked}"
        if self.identified:
            return f"one twin table fits {asked}"
        return f"{len(self)} twin tables fit {asked}"


def pair_counts(pairs: int, percent, definition: str = "agreement") -> PairCounts:
    """All numbers of concordant and discordant pairs that give a printed concordance.

    Parameters
    ----------
    pairs : int
        The pairs the percentage is about: all pairs for "agreement", pairs with at least one affected twin for
        "pairwise" and "probandwise".
    percent : str, Printed, or pair of numbers
        Percentage points as printed ('62.6' stands for 62.55 to 62.65, both ends included).
    definition : {"agreement", "pairwise", "probandwise"}

    Returns
    -------
    PairCounts

    Raises
    ------
    RestatedError
        If `pairs` is not a positive whole number, the percentage cannot be read or the definition is unknown.
    """
    pairs = _whole(pairs)
    if definition not in DEFINITIONS:
        raise RestatedError(f"{definition!r} is not one of {', '.join(DEFINITIONS)}", field="definition")
    low, high = _bounds("percent", percent)
    # Concordant pairs as a share of pairs: for c of n, probandwise is 2 c / (c + n), so c / n = p / (2 - p).
    to_share = (lambda p: p / (2 - p)) if definition == "probandwise" else (lambda p: p)
    ends = [None if end is None else to_share(end) * pairs for end in (low, high)]
    first, last = integer_range(*ends, 0, pairs)
    concordant = np.arange(first, last + 1, dtype=np.int64)
    touching = [low != high and int(count) in ends for count in concordant]
    return PairCounts(concordant, pairs - concordant, pairs, _text(percent), definition, np.array(touching, dtype=bool))


def twin_tables(
    pairs: int,
    *,
    agreement=None,
    pairwise=None,
    probandwise=None,
    prevalence=None,
    both=None,
    discordant=None,
    neither=None,
) -> TwinTables:
    """All tables of `pairs` twin pairs that give every printed number.

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

    Returns
    -------
    TwinTables

    Raises
    ------
    RestatedError
        If `pairs` is not a positive whole number, a number cannot be read, or more than `MAX_CANDIDATES` tables would
        have to be looked at.

    Notes
    -----
    The discordant pairs run over what `agreement` and `discordant` allow, the pairs with both affected over all values;
    quotients are compared with the ends of the intervals in whole numbers, without rounding.
    """
    pairs = _whole(pairs)
    given = {
        name: value
        for name, value in {
            "agreement": agreement,
            "pairwise": pairwise,
            "probandwise": probandwise,
            "prevalence": prevalence,
            "both": both,
            "discordant": discordant,
            "neither": neither,
        }.items()
        if value is not None
    }
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
    texts = {name: _text(value) + (" %" if name in _PERCENTAGES else "") for name, value in given.items()}
    return TwinTables(tables, pairs, texts, touching)


def crossed(mz: TwinTables, dz: TwinTables) -> tuple[np.ndarray, np.ndarray]:
    """Every table of identical with every table of fraternal twins, as two arrays of shape (m, 3).

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


def _candidates(pairs: int, bounds) -> np.ndarray:
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
            f"{pairs} pairs with these numbers leave {sizes.sum()} tables to look at",
            remedy="Add the percentage of agreement or the discordant pairs",
        )
    both = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    one = np.repeat(one, sizes)
    return np.column_stack([both, one, pairs - one - both])


def _sign(numerator, denominator, end: Fraction) -> np.ndarray:
    """Sign of numerator / denominator - end, exactly; numerator and denominator at most 2 * MAX_PAIRS."""
    if max(abs(end.numerator), end.denominator) * 2 * MAX_PAIRS > np.iinfo(np.int64).max // 2:
        numerator, denominator = numerator.astype(object), denominator.astype(object)
    difference = numerator * end.denominator - denominator * end.numerator
    return (difference > 0).astype(np.int8) - (difference < 0).astype(np.int8)


def _bounds(name: str, value) -> tuple[Fraction | None, Fraction | None]:
    """Closed interval of a count, or of a percentage as a proportion."""
    low, high = closed_interval(value, name)
    if name != "percent" and name not in _PERCENTAGES:
        return low, high
    text = getattr(value, "text", value if isinstance(value, str) else "")
    if text.lstrip().startswith((".", "0.")) and "%" not in text:
        raise RestatedError(
            f"'{text}' looks like a proportion, but {name} is in percent",
            field=name,
            remedy="Write it with a percent sign, or give a pair (low, high) in percent",
        )
    # Rounding intervals may pass 0 or 100, percentages do not.
    low = None if low is None or low < 0 else low / 100
    high = None if high is None or high > 100 else high / 100
    return low, high


def _text(value) -> str:
    return describe(value).rstrip("% ")


def _whole(pairs) -> int:
    if isinstance(pairs, (bool, np.bool_)) or not isinstance(pairs, (int, np.integer)) or pairs < 1:
        raise RestatedError(f"the number of pairs {pairs!r} is not a positive whole number", field="pairs")
    if pairs > MAX_PAIRS:
        raise RestatedError(f"{pairs} pairs are more than the {MAX_PAIRS} the search can hold", field="pairs")
    return int(pairs)
