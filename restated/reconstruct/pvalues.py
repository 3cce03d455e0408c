"""p and its test statistic: either, printed with few digits, leaves an interval for the other.

A test statistic is named by its kind: z, t and r are two-sided and have no sign; F, chi-square and Q are tested in the
upper tail. A correlation r of n cases is tested by t = r sqrt(df / (1 - r^2)) with df = n - 2.

References: Nuijten, Hartgerink, van Assen, Epskamp & Wicherts (2016), Behavior Research Methods 48, 1205-1226 (p from
test statistic and degrees of freedom).
"""

import math
from collections.abc import Sequence
from typing import Any

from scipy import stats

from restated.arguments import check_option, floats
from restated.errors import RestatedError
from restated.intervals import Constraint, closed_interval, describe
from restated.printed import Printed, float_ends, parse, show

DEGREES = {"z": 0, "t": 1, "r": 1, "chi2": 1, "Q": 1, "F": 2}  #: Degrees of freedom each kind of statistic has
SIGNED = ("z", "t", "r")  #: Kinds whose sign is lost in a two-sided p


def p_of_statistic(kind: str, statistic: Constraint, df: Sequence[float] = ()) -> tuple[float, float]:
    """Return the lowest and highest two-sided p over an interval of a test statistic.

    `kind`: one of `DEGREES`, which says how many `df` it has. `statistic` (str, Printed, or pair of numbers). A printed
    upper bound on z or t is one on its size: "< 1.96" means all values from -1.96 to 1.96, whose p is .05 or more.
    Raises a RestatedError if the kind is unknown or the degrees of freedom do not suit it.
    """
    distribution = _distribution(kind, df)
    statistic = parse(statistic) if isinstance(statistic, str) else statistic
    low, high = float_ends(*closed_interval(statistic, "statistic"))
    if kind in SIGNED and isinstance(statistic, Printed) and statistic.kind == "below":
        low = -high if high > 0 else low
    if kind == "r":
        ends = (r * math.sqrt(df[0] / (1 - r * r)) if abs(r) < 1 else math.copysign(math.inf, r) for r in (low, high))
        low, high = ends
    if kind in SIGNED:
        least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
        return float(2 * distribution.sf(max(abs(low), abs(high)))), float(2 * distribution.sf(least))
    return float(distribution.sf(high)), float(distribution.sf(max(low, 0.0)))


def statistic_of_p(kind: str, p: Constraint, df: Sequence[float] = ()) -> tuple[float, float]:
    """Return the lowest and highest test statistic that gives a printed two-sided p; as `p_of_statistic`.

    z and t are without a sign; the upper end is infinite where p may be 0. For digits of p that were cut off give
    ``parse('.04').cut_off()``. Raises a RestatedError also if the interval of p is outside 0 to 1.
    """
    distribution = _distribution(kind, df)
    low, high = float_ends(*closed_interval(p, "p"))
    low, high = max(low, 0.0), min(high, 1.0)
    if low > high:
        raise RestatedError(f"'{describe(p)}' is not a probability", field="p", remedy="Give a p between 0 and 1")
    tails = 2 if kind in SIGNED else 1
    least, most = float(distribution.isf(high / tails)), float(distribution.isf(low / tails))
    if kind == "r":
        least, most = (1.0 if math.isinf(t) else t / math.hypot(t, math.sqrt(df[0])) for t in (least, most))
    return least, most


def _distribution(kind: str, df: Sequence[float]) -> Any:
    check_option("test statistic", kind, DEGREES)
    df = floats(df, "df").ravel().tolist()
    if len(df) != DEGREES[kind] or not all(0 < d < math.inf for d in df):
        shown = ", ".join(show(d, 6) for d in df) or "none"
        needs = ("no", "one positive number of", "two positive numbers of")[DEGREES[kind]]
        problem = f"{kind} needs {needs} degrees of freedom, not {shown}"
        raise RestatedError(problem, field="df", remedy="Separate them with commas, and write decimals with points")
    return {"z": stats.norm, "t": stats.t, "r": stats.t, "F": stats.f}.get(kind, stats.chi2)(*df)
