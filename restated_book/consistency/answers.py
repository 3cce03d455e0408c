"""Answers of the audit: what is said of a printed number next to its verdict.

Run as a module, it prints those on the register of the book as JSON, for :mod:`restated_book.build.checked`.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping

from restated_book import register
from restated_book.consistency import checks, groups
from restated_book.consistency.checks import Result
from restated_book.consistency.run import run, unchecked
from restated_book.ledger import NO_CHECK


def of(results: Iterable[Result], unchecked: Mapping[str, str] | None = None) -> dict[str, dict]:
    """Return the answers by id of a printed number: ``check``, its methods, and the greatest power of them.

    ``check_reason`` is what a failed check found, or why none applies (`unchecked`). Checks that rest on an unverified
    number do not count; one that used only a size given with a number says nothing about that number.
    """
    found: defaultdict[str, defaultdict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        for id in result.judged if result.verified else ():
            found[id][result.outcome].append(result)
    answers = {id: {**NO_CHECK, "check_reason": reason} for id, reason in (unchecked or {}).items()}
    for id, outcomes in found.items():
        outcome = next(outcome for outcome in checks.OUTCOMES if outcome in outcomes)
        methods = "; ".join(dict.fromkeys(checks.CHECKS[r.check].title for r in outcomes[outcome]))
        failed = [r.sentence + (f" Condition: {r.condition}." if r.condition else "") for r in outcomes[outcome]]
        answers[id] = {
            "check": outcome,
            "check_method": methods,
            "check_power": round(max(r.power for r in outcomes[outcome]), 3),
            "check_reason": " ".join(failed) if outcome in checks.FAILED else "",
        }
    return answers


if __name__ == "__main__":
    numbers = register.load()
    listed = groups.load(numbers)
    found = run(numbers, listed)
    json.dump(of(found, unchecked(numbers, found, listed)), sys.stdout)
