"""The checks in words: comparison, meaning of the power, and source of the rule."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from restated.audit.derived import FORMULAS

CONSISTENT = "consistent"
INCONSISTENT = "inconsistent as printed"
UNINFORMATIVE = "uninformative"
OUTCOMES = (CONSISTENT, INCONSISTENT, UNINFORMATIVE)


class Check(NamedTuple):
    """One kind of check, in words."""

    title: str
    rule: str
    power: str  # the possible printed values of which `power` is the refused share
    reference: str


CHECKS = {
    name: Check(**words)
    for name, words in tomllib.loads(Path(__file__).with_name("checks.toml").read_text(encoding="utf-8")).items()
}
_POWER = "values from 0 to twice the recomputed one"
CHECKS |= {name: Check(f.title, f.rule, _POWER, f.reference) for name, f in FORMULAS.items()}


class Result(NamedTuple):
    """One check of one group of printed numbers; rows graded U make it unverified, shown as such and never counted."""

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
