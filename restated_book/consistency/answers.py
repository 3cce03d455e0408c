"""Answers of the audit: what is said of a printed number next to its verdict.

Run as a module, it prints those on the register of the book as JSON, for :mod:`restated_book.build.checked`.
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
DIGITS = 3  #: Decimals of a power in the ledger


def of(results: Iterable[Result]) -> dict[str, dict]:
    """Return the answers by id of a printed number: ``check`` in words, its methods, and the greatest power of them.

    Checks that rest on an unverified number answer nothing, and nor do those that used only a size given with a number.
    """
    found: defaultdict[str, defaultdict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for id in result.judged if result.verified else ():
            found[id][result.outcome].append(result)
    answers = {}
    for id, outcomes in found.items():
        outcome = next(outcome for outcome in WORDS if outcome in outcomes)
        methods = "; ".join(dict.fromkeys(CHECKS[r.check].title for r in outcomes[outcome]))
        power = round(max(r.power for r in outcomes[outcome]), DIGITS)
        answers[id] = {"check": WORDS[outcome], "check_method": methods, "check_power": power}
    return answers


if __name__ == "__main__":
    json.dump(of(run(register.load())), sys.stdout)
