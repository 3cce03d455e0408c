"""Which tables of twin pairs can stand behind a printed concordance?

A twin study of a yes/no trait rests on three counts of pairs for each zygosity: both twins affected, one
affected (discordant), neither affected. Publications often print only the number of pairs and one percentage.
This module lists every table that gives it. "Affected" is whichever class is counted; for attachment it may be
secure or insecure.

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
McGue, M. (1992). American Journal of Human Genetics, 50, 1343-1345; Smith, C. (1974). American Journal of
Human Genetics, 26, 454-466 (definitions of concordance).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from restated.errors import RestatedError
from restated.reconstruct.counts import closed_interval, describe, integer_range

DEFINITIONS = ("agreement", "pairwise", "probandwise")

#: More pairs of tables than this are refused: their counts would take more than about 1 GB.
MAX_CROSSED = 20_000_000


@dataclass(frozen=True)
class PairCounts:
    """All numbers of concordant and discordant pairs behind a printed concordance.

    Attributes
    ----------
    concordant, discordant : ndarray of int, shape (m,)
        In increasing order of `concordant`. For "agreement" concordant pairs are alike in either class, else
        both twins are affected.
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
    def identified(self) -> bool:
        """Exactly one count fits."""
        return len(self) == 1

    @property
    def empty(self) -> bool:
        """No count fits."""
        return len(self) == 0

    @property
    def message(self) -> str:
        """One sentence: how many counts fit."""
        asked = f"a {self.definition} concordance of {self.percent} % in {self.pairs} pairs"
        if self.empty:
            return f"no integer count fits {asked}"
        first, last = self.concordant[0], self.concordant[-1]
        if self.identified:
            return f"{first} concordant and {self.discordant[0]} discordant pairs are the only counts that fit {asked}"
        return f"{len(self)} counts fit {asked}, from {first} to {last} concordant pairs"


@dataclass(frozen=True)
class TwinTables:
    """All tables of twin pairs compatible with what is printed.

    Attributes
    ----------
    tables : ndarray of int, shape (m, 3)
        Pairs with both twins affected, discordant pairs, pairs with neither affected; sorted by discordant
        pairs, then by both. As `restated.estimate.twins.liability` takes them.
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
    def identified(self) -> bool:
        """Exactly one table fits."""
        return len(self) == 1

    @property
    def empty(self) -> bool:
        """No table fits."""
        return len(self) == 0

    @property
    def prevalence(self) -> np.ndarray:
        """Share of affected individuals, as a proportion, shape (m,)."""
        return (2 * self.tables[:, 0] + self.tables[:, 1]) / (2 * self.pairs)

    @property
    def message(self) -> str:
        """One sentence: how many tables fit what."""
        asked = ", ".join([f"{self.pairs} pairs", *(f"{name} {text}" for name, text in self.constraints.items())])
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
    low, high = _proportions(percent, "percent", definition)
    # Concordant pairs as a share of pairs: for c of n, probandwise is 2 c / (c + n), so c / n = p / (2 - p).
    to_share = (lambda p: p / (2 - p)) if definition == "probandwise" else (lambda p: p)
    ends = [None if end is None else to_share(end) * pairs for end in (low, high)]
    first, last = integer_range(*ends, 0, pairs)
    concordant = np.arange(first, last + 1, dtype=np.int64)
    touching = [low != high and Fraction(int(count)) in ends for count in concordant]
    return PairCounts(concordant, pairs - concordant, pairs, _text(percent), definition,
                      np.array(touching, dtype=bool))


def twin_tables(pairs: int, *, agreement=None, pairwise=None, probandwise=None, prevalence=None,
                both=None, discordant=None, neither=None) -> TwinTables:
    """All tables of `pairs` twin pairs that give every printed number.

    What is not given is free: with `agreement` alone, every split of the concordant pairs into both and
    neither, that is every prevalence, is listed.

    Parameters
    ----------
    pairs : int
        All pairs of the group.
    agreement, pairwise, probandwise : str, Printed or pair of numbers, optional
        Concordance in percentage points, by definition. A table without affected twins has no pairwise or
        probandwise concordance and never fits one.
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
        If `pairs` is not a positive whole number or a number cannot be read.

    Notes
    -----
    For each number of discordant pairs every constraint is an interval for the pairs with both affected, found
    in exact fractions, so nothing is tried and rejected.
    """
    pairs = _whole(pairs)
    percentages = {"agreement": agreement, "pairwise": pairwise, "probandwise": probandwise,
                   "prevalence": prevalence}
    counts = {"both": both, "discordant": discordant, "neither": neither}
    given = {name: value for name, value in (percentages | counts).items() if value is not None}
    bounds = {name: _proportions(value, name, name) if name in percentages else closed_interval(value, name)
              for name, value in given.items()}
    rows, touching = [], []
    for split in range(pairs + 1):
        first, last = 0, pairs - split
        edges = set()
        for name, (low, high) in bounds.items():
            ends = [None if end is None else _both_at(name, end, split, pairs) for end in (low, high)]
            if name == "neither":
                ends.reverse()
            start, stop = integer_range(*ends, first, last)
            if name in ("pairwise", "probandwise") and split == 0:
                start = max(start, 1)  # without affected twins there is no rate
            if name in ("agreement", "discordant"):
                # These do not depend on `both`: all or nothing.
                share = Fraction(pairs - split, pairs) if name == "agreement" else Fraction(split)
                if not _inside(share, low, high):
                    start, stop = 1, 0
                ends = [None, None] if low == high or share not in (low, high) else ["every"]
            first, last = max(first, start), min(last, stop)
            if low != high:
                edges.update(end for end in ends if end is not None)
        found = np.arange(first, last + 1, dtype=np.int64)
        rows.append(np.column_stack([found, np.full(len(found), split), pairs - split - found]))
        touching.extend("every" in edges or Fraction(int(x)) in edges for x in found)
    return TwinTables(np.concatenate(rows), pairs, {name: _text(value) for name, value in given.items()},
                      np.array(touching, dtype=bool))


def crossed(mz: TwinTables, dz: TwinTables) -> tuple[np.ndarray, np.ndarray]:
    """Every table of identical with every table of fraternal twins, as two arrays of shape (m, 3).

    Raises
    ------
    RestatedError
        If a set is empty or there are more than `MAX_CROSSED` combinations.
    """
    for tables in (mz, dz):
        if tables.empty:
            raise RestatedError(tables.message)
    if len(mz) * len(dz) > MAX_CROSSED:
        raise RestatedError(f"{len(mz)} x {len(dz)} combinations of twin tables are too many to list",
                            remedy="Limit the prevalence, or take every other table")
    return np.repeat(mz.tables, len(dz), axis=0), np.tile(dz.tables, (len(mz), 1))
