"""Patients with self-harm behind three rows of one trial in the Cochrane review, over every split of its patients."""

from restated.reconstruct.ratios import ArmSet, two_arms
from restated_book import paths
from restated_book.register import Register
from review.findings.trials.sources import with_interval

#: Printed risk ratios by months after the end of treatment.
ROWS: dict[str, str] = paths.tables(__file__)
LEAST = 5  # patients of the smallest arm that is tried; all sizes from 1 give the same result


def pairs(register: Register, *, least: int = LEAST) -> dict[str, ArmSet]:
    """Return all counts of two arms that give the printed risk ratio and interval, by follow-up."""
    found = {}
    for at, id in ROWS.items():
        n = register.number(id)
        ratio, low, high = with_interval(n)
        found[at] = two_arms(int(n.n), risk_ratio=ratio, ci_low=low, ci_high=high, least=least)
    return found


def words(tables) -> str:
    """Return events and patients of two arms in words, one or several: "2 of 22 v 12 of 19"."""
    return "; ".join("{} of {} v {} of {}".format(*row) for row in tables)
