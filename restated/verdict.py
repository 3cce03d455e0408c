"""The rules that turn a printed number and a recomputed one into a verdict.

One printed number stands for the closed interval of all numbers that would have been printed with the same digits
(:mod:`restated.printed`). One restated number is a point, or a set given by its lowest and highest member. The verdict
is the first rule that applies: ``unverified``, no source of the printed number was read (grade U), or the number was
computed from such numbers; ``new``, nothing was printed; ``not-recomputable``; ``identical``, the two are equal;
``within-rounding``, the restated number, or every member of the set, is in the interval of the printed digits;
``compatible``, the set reaches into it; ``differs``.

The interval is closed: a number exactly half-way is within rounding of both its neighbours, because sources round
halves up, down, to even, or so that a table adds up. A confidence interval is not a restated set: it is the precision
of an estimate, not the values that the printed facts allow, and never makes a number ``compatible``. Agreement *by
construction* (the number was an input) is recorded next to the verdict and never changes it.
"""

import math
from decimal import Decimal

from restated.errors import RestatedError

VERDICTS = ("identical", "within-rounding", "compatible", "differs", "not-recomputable", "unverified", "new")
BASES = ("open-data", "enumerated", "moment-matched", "arithmetic", "computed", "assumed", "original", "recalled")
GRADES = ("P", "S", "U")
ROUNDOFF = 1e-12  #: Two floating-point routes to one number differ by far less, and the last printed digit is far more
SHORT = {verdict: verdict.replace("-", " ") for verdict in VERDICTS}  #: Text of a badge


def assign(
    *,
    grade: str | None = None,
    printed: float | Decimal | None = None,
    printed_low: float | None = None,
    printed_high: float | None = None,
    restated: float | None = None,
    restated_low: float | None = None,
    restated_high: float | None = None,
    recalled: bool = False,
) -> str:
    """Return the verdict on one number, one of :data:`VERDICTS`.

    `grade`: of the printed number; None when nothing was printed. `printed`: the number the digits spell, None for a
    bound such as ``<.001``; `printed_low`, `printed_high`: interval of its digits, None on a side without limit.
    `restated`: the recomputed number; `restated_low`, `restated_high`: ends of the restated *set*, not of a confidence
    interval. `recalled`: the number was computed from unverified ones: it neither agrees nor disagrees. Raises
    RestatedError if the grade is unknown, a number is not finite where it must be, or low exceeds high.
    """
    if grade is not None and grade not in GRADES:
        raise RestatedError(f"grade {grade!r} is not one of P, S, U")
    low, high = _interval(printed_low, printed_high, "printed")
    set_low, set_high = _interval(restated_low, restated_high, "restated")
    if restated is not None and math.isnan(restated):
        raise RestatedError("the restated value is not a number", remedy="record nothing, with a reason, instead")
    if recalled or grade == "U":
        return "unverified"
    if grade is None:
        return "new"
    if restated_low is None and restated_high is None:
        if restated is None:
            return "not-recomputable"
        set_low = set_high = float(restated)
    if printed_low is None and printed_high is None:
        return "not-recomputable"
    slack = ROUNDOFF * max(1.0, *(abs(v) for v in (low, high, set_low, set_high) if math.isfinite(v)))
    if printed is not None and max(abs(set_low - float(printed)), abs(set_high - float(printed))) <= slack:
        return "identical"
    if low - slack <= set_low and set_high <= high + slack:
        return "within-rounding"
    return "compatible" if set_low <= high + slack and set_high >= low - slack else "differs"


def _interval(low: float | None, high: float | None, name: str) -> tuple[float, float]:
    """Both ends as floats, infinite where there is none, after checks."""
    ends = -math.inf if low is None else float(low), math.inf if high is None else float(high)
    if any(map(math.isnan, ends)):
        raise RestatedError(f"the {name} interval is not a number")
    if ends[0] > ends[1]:
        raise RestatedError(f"the {name} interval runs from {low} down to {high}", remedy="Give the lower end first")
    return ends
