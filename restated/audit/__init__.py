"""Do printed numbers that belong together agree with each other?

Every check takes numbers as printed, works out what the others allow one of them to be (over the whole
rounding box), and says whether the printed one is among the possibilities. ``counts``, ``scores``,
``intervals``, ``statistics`` and ``correlations`` hold the arithmetic, one function per check; ``groups``
reads which rows belong together where the rows do not say so themselves; ``run`` applies all checks to the
register; ``checks`` explains them.

A check that could not have failed is *uninformative*, not passed. *Inconsistent as printed* is a statement
about digits, never about authors: a misprint, a changed denominator, digits cut off instead of rounded, or
our copy can be behind it.
"""

from __future__ import annotations

from .checks import CHECKS, CONSISTENT, INCONSISTENT, OUTCOMES, UNINFORMATIVE, Result
from .run import coverage, run, summary, table

__all__ = [
    "CHECKS",
    "CONSISTENT",
    "INCONSISTENT",
    "OUTCOMES",
    "UNINFORMATIVE",
    "Result",
    "coverage",
    "run",
    "summary",
    "table",
]
