"""The common ground of all checks: rounding intervals, and the share of possible prints that a check rejects."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from restated.errors import RestatedError
from restated.printed import Printed, float_ends, show

#: Ends computed along two floating-point routes may miss each other by their last bits, far below any printed digit.
SLACK = 1e-11
#: Prints that are tried one by one for the power of a check: enough for three digits of a share, quick enough to wait.
MOST_PRINTS = 20_000
#: An end that is read exactly: give a Decimal or Fraction where it is itself a printed value.
Exact: TypeAlias = Fraction | Decimal | float
Interval: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """Result of a check.

    It `fits` if some value inside every rounding interval satisfies the rule. `low` and `high` are the range allowed
    for the checked number, infinite without an end; where it is empty the nearest possible values, or nan. `power` is
    the share of the possible prints that the check rejects, `detail` one neutral clause.
    """

    fits: bool
    low: float
    high: float
    power: float
    detail: str


def compare(printed: Printed, allowed: Sequence[Interval], start: Exact, end: Exact, detail: str) -> Comparison:
    """Compare a printed number with the intervals that others allow for it; it could be printed from start to end."""
    own = box(printed)
    fits = any(overlap(own, interval) for interval in allowed)
    low, high = min(a for a, _ in allowed), max(b for _, b in allowed)
    return Comparison(fits, low, high, share_refused(printed, start, end, allowed), detail)


def compare_p(p: Printed, low: float, high: float, detail: str) -> Comparison:
    """Compare a printed p with the range of a recomputed one.

    Power is the share of the printable values from 0 to 1 that are rejected; of a bound, the length of the p values it
    excludes: the chance of refusal if p was uniform.
    """
    start, end = p_interval(p)
    bound = p.kind in ("below", "above", "range")
    power = 1.0 - (end - start) if bound else share_refused(p, 0, 1, [(low, high)])
    return Comparison(overlap((low, high), (start, end)), low, high, power, detail)


def box(printed: Printed) -> Interval:
    """Return the rounding interval as floats, infinite where the print sets no end."""
    return float_ends(printed.low, printed.high)


def scaled(printed: Printed, factor: Decimal) -> Printed:
    """Return a printed number on another scale, as a proportion in percent."""
    low, high, value = (None if x is None else x * factor for x in (printed.low, printed.high, printed.value))
    return replace(printed, low=low, high=high, value=value)


def p_interval(p: Printed) -> Interval:
    """Return the interval of a printed p, closed by 0 and 1."""
    low, high = box(p)
    return max(low, 0.0), min(high, 1.0)


def exact_ends(printed: Printed) -> tuple[Fraction, Fraction]:
    """Return the rounding interval as fractions; bounds and words, which have no two ends, raise a RestatedError."""
    if printed.low is None or printed.high is None:
        raise RestatedError(f"'{printed.text}' has no end on one side")
    return Fraction(printed.low), Fraction(printed.high)


def overlap(first: Interval, second: Interval) -> bool:
    """Return True if two closed intervals share a point, up to `SLACK`."""
    slack = SLACK * max([1.0, *(abs(x) for x in (*first, *second) if math.isfinite(x))])
    return first[0] <= second[1] + slack and second[0] <= first[1] + slack


def printable(printed: Printed, low: Exact, high: Exact) -> tuple[range, int, int]:
    """List the values from `low` to `high` that could have been printed with the same digits, and half a unit.

    Both are whole multiples of 1 / grain, the last value returned. Of more than `MOST_PRINTS` values an even share.
    """
    unit, half = _step(printed)
    grain = math.lcm(unit.denominator, half.denominator)
    first, last = math.ceil(Fraction(low) / unit), math.floor(Fraction(high) / unit)
    step, width = max(1, (last - first) // MOST_PRINTS), int(unit * grain)
    return range(first * width, (last + 1) * width, step * width), int(half * grain), grain


def share_refused(printed: Printed, low: Exact, high: Exact, allowed: Sequence[Interval]) -> float:
    """Return the share of the printable values from `low` to `high` whose interval touches none of the `allowed`."""
    unit, half = _step(printed)
    first, last = math.ceil(Fraction(low) / unit), math.floor(Fraction(high) / unit)
    reach = half + Fraction(SLACK * max(1.0, abs(float(low)), abs(float(high))))
    accepted, after = 0, first
    for start, end in sorted(allowed):
        # Prints are counted, not listed: a sum of money has millions of them.
        begin = max(first, _steps(start, -reach, unit, math.ceil)) if math.isfinite(start) else first
        to = min(last, _steps(end, reach, unit, math.floor)) if math.isfinite(end) else last
        accepted += max(0, to - max(begin, after) + 1)
        after = max(after, to + 1)
    return 1 - accepted / (last - first + 1) if last >= first else 0.0


def _steps(x: float, shift: Fraction, unit: Fraction, whole: Callable[[float | Fraction], int]) -> int:
    """Return ``whole((x + shift) / unit)``; in fractions, which take ten times as long, only next to a whole number."""
    size, about = float(unit), (x + float(shift)) / float(unit)
    near = abs(about - round(about)) <= 1e-9 * max(1.0, abs(x) / size, abs(float(shift)) / size)
    return whole((Fraction(x) + shift) / unit if near else about)


def _step(printed: Printed) -> tuple[Fraction, Fraction]:
    """Distance between neighbouring prints of this kind, and half the width of a rounding interval."""
    if printed.kind == "exact":
        return Fraction(1), Fraction(0)
    if printed.kind not in ("rounded", "about"):
        raise RestatedError(f"the number of digits that '{printed.text}' was rounded to is unknown")
    low, high = exact_ends(printed)
    return high - low, (high - low) / 2


def span(low: float, high: float, digits: int = 4) -> str:
    """Format a range for a sentence; one number if both ends show the same digits."""
    first, last = show(low, digits), show(high, digits)
    return first if first == last else f"{first} to {last}"
