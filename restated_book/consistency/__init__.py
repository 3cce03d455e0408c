"""The audit of the register: the checks of :mod:`restated.audit`, applied to all printed numbers they fit."""

from restated_book.consistency.checks import CHECKS, CONSISTENT, INCONSISTENT, OUTCOMES, UNINFORMATIVE, Result
from restated_book.consistency.run import coverage, run, summary, table, unchecked

__all__ = ["CHECKS", "CONSISTENT", "INCONSISTENT", "OUTCOMES", "UNINFORMATIVE", "Result"]
__all__ += ["coverage", "run", "summary", "table", "unchecked"]
