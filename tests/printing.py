"""Values that a print allows, to compare results with."""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Integral

from restated.printed import Printed, float_ends, parse_number

#: A float computed at the very end of an interval may miss it by its last bits.
SLACK = Fraction(1, 10**12)


def contains(printed: Printed, x) -> bool:
    """True if `x` could have been printed so; False for text, NaN and infinity."""
    if not printed.is_number or not math.isfinite(x):
        return False
    exact = Fraction(int(x) if isinstance(x, Integral) else x)
    low, high = (None if end is None else Fraction(end) for end in (printed.low, printed.high))
    slack = SLACK if isinstance(x, float) else 0
    return (low is None or exact >= low - slack * abs(low)) and (high is None or exact <= high + slack * abs(high))


def interval(text: str, *, exact: bool = False) -> tuple[float, float]:
    """The ends of the interval that a printed number leaves; infinite where the print sets no end."""
    printed = parse_number(text, exact=exact)
    return float_ends(printed.low, printed.high)
