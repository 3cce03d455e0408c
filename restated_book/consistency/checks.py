"""The checks in words: comparison, meaning of the power, and source of the rule; the words are in ``checks.toml``."""

from math import inf
from typing import NamedTuple

from restated_book import paths

INCONSISTENT, DIFFERENT = FAILED = ("inconsistent as printed", "differs between sources")
CONSISTENT, WEAK = "consistent as printed", "consistent as printed, with little power"
IDLE = "the check has no power"
#: The worst first: one check that fails is not outweighed by others that pass.
OUTCOMES = (*FAILED, CONSISTENT, WEAK, IDLE)
#: With less power a pass says little: it raises the odds that the digits are right by a quarter at most.
LEAST_POWER = 0.2


class Check(NamedTuple):
    """One kind of check in words, and what groups listed by hand need: fewest and most parts, wholes, and columns."""

    title: str
    rule: str
    power: str  # the possible printed values of which `power` is the refused share
    reference: str
    parts: tuple[float, float] = (0, inf)
    whole: tuple[float, float] | tuple[()] = ()  # empty where rows are never listed by hand
    needs: tuple[str, ...] = ()
    compared: str = ""  # parts (p), wholes (w) and sizes (n) put side by side; places of both (at)
    part_sizes: tuple[int, ...] = ()  # parts that are sizes, used and not compared
    whole_sizes: int = 9  # the first of the wholes that are sizes
    condition: str = ""  # under which numbers that do not fit are inconsistent; groups listed by hand name their own


_TABLES = paths.tables(__file__)
WHY: dict[str, str] = _TABLES.pop("why_unchecked")  #: Why no check fits a number, by its statistic or what it lacks
CHECKS = {name: Check(**words) for name, words in _TABLES.items()}


class Result(NamedTuple):
    """One check of one group of printed numbers; rows graded U make it unverified, and it is never counted."""

    check: str  # key of `CHECKS`
    ids: tuple[str, ...]  # register rows used
    compared: str  # the printed numbers put side by side
    outcome: str  # one of `OUTCOMES`
    power: float  # share of the possible printed values (`Check.power`) that the check would have refused
    verified: bool
    sentence: str  # the result in words
    sizes_only: frozenset[str] = frozenset()  # of `ids`, rows whose size was used and whose number was not compared
    condition: str = ""  # what the group of numbers rests on

    @property
    def judged(self) -> list[str]:
        """Ids of the rows whose number was compared."""
        return [id for id in self.ids if id not in self.sizes_only]
