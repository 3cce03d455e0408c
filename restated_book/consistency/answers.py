"""Answers of the audit: the second thing that is said of a printed number, next to its verdict.

Run as a module, it prints the answers on the register of the book as JSON. The build does so in a process of its own
(:mod:`restated_book.build.checked`), as the checks need libraries that take long to load.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable

from restated_book import register
from restated_book.consistency import CHECKS, CONSISTENT, INCONSISTENT, UNINFORMATIVE, Result, run

#: The worst answer first: one check that fails is not outweighed by others that pass.
WORDS = {
    INCONSISTENT: "inconsistent as printed",
    CONSISTENT: "consistent as printed",
    UNINFORMATIVE: "the check has no power",
}
#: Decimals of a power in the ledger.
DIGITS = 3


def of(results: Iterable[Result]) -> dict[str, dict]:
    """Return the answers by id of a printed number: ``check`` in words, its methods, and the greatest power of them.

    Checks that rest on an unverified number answer nothing, and nor do those that used only a size given with a number.
    """
    found: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        for id in result.judged if result.verified else ():
            found[id].append(result)
    return {id: _answer(mine) for id, mine in found.items()}


def _answer(results: list[Result]) -> dict:
    outcome = next(outcome for outcome in WORDS if any(r.outcome == outcome for r in results))
    mine = [r for r in results if r.outcome == outcome]
    methods = dict.fromkeys(CHECKS[r.check].title for r in mine)
    power = round(max(r.power for r in mine), DIGITS)
    return {"check": WORDS[outcome], "check_method": "; ".join(methods), "check_power": power}


if __name__ == "__main__":
    json.dump(of(run(register.load())), sys.stdout)
