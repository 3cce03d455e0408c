"""The checks in words: comparison, meaning of the power, and source of the rule; the words are in ``checks.toml``."""

from math import inf
from typing import NamedTuple

from restated_book import paths

CONSISTENT = "consistent"
INCONSISTENT = "inconsistent as printed"
UNINFORMATIVE = "uninformative"
OUTCOMES = (CONSISTENT, INCONSISTENT, UNINFORMATIVE)


class Check(NamedTuple):
    """One kind of check in words, and what groups listed by hand need: fewest and most parts, wholes, and columns."""

    title: str
    rule: str
    power: str  # the possible printed values of which `power` is the refused share
    reference: str
    parts: tuple[float, float] = (0, inf)
    whole: tuple[float, float] | tuple[()] = ()  # empty where rows are never listed by hand
    needs: tuple[str, ...] = ()
    compared: str = ""  # parts (p, as counts c), wholes (w) and sizes (n) put side by side


CHECKS = {name: Check(**words) for name, words in paths.tables(__file__).items()}


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

    @property
    def judged(self) -> list[str]:
        """Ids of the rows whose number was compared."""
        return [id for id in self.ids if id not in self.sizes_only]
