"""Constraints from printed numbers: any of the ways to write one, read as a closed interval with exact ends."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from restated.arguments import is_whole
from restated.errors import RestatedError
from restated.printed import AS_PRINTED, Printed, parse
from restated.words import tables

#: Printed text or a `Printed` (its rounding interval), an exact number, or a pair (low, high) with None for no bound.
Constraint: TypeAlias = str | Printed | int | Fraction | Sequence[Any]
Ends: TypeAlias = tuple[Fraction | None, Fraction | None]  #: Lower and upper end; None for an open end
#: The lowest and the highest value that a number can have, by its name.
LIMITS: Mapping[str, tuple[float, float]] = {name: (low, high) for name, (low, high) in tables(__file__).items()}


def closed_interval(value: Constraint, name: str = "value") -> Ends:
    """Read a constraint as a closed interval with exact rational ends, None where there is no bound.

    Text is read as printed (its rounding interval), an integer or a Fraction is exact, and a pair ``(low, high)`` is
    taken as given; a float inside a pair is the decimal number it displays (0.305 is 305/1000). `name` is that of the
    constraint in a message. Raises a RestatedError for a bare float, which has lost the number of printed digits, for
    text without a number, and for a pair in the wrong order.
    """
    if isinstance(value, str):
        try:
            value = parse(value)
        except RestatedError as error:
            raise RestatedError(error.message, field=name, remedy=error.remedy) from None
    ends: Sequence[Any]
    if isinstance(value, Printed):
        ends = value.low, value.high
        if not value.is_number:
            raise RestatedError(f"'{value.text}' is not a number", field=name, remedy=AS_PRINTED)
    elif isinstance(value, (bool, np.bool_)):
        raise RestatedError("a truth value is not a number", field=name)
    elif is_whole(value) or isinstance(value, Fraction):
        ends = value, value
    elif isinstance(value, (tuple, list)) and len(value) == 2:
        ends = value
    else:
        remedy = "Give text, or a pair (low, high)"
        raise RestatedError(f"the digits published for {value!r} are unknown", field=name, remedy=remedy)
    low, high = (_fraction(x, name) for x in ends)
    if low is not None and high is not None and low > high:
        raise RestatedError(f"the lower end {float(low):g} is above the upper end {float(high):g}", field=name)
    return low, high


def bounded_interval(value: Constraint, name: str = "value") -> tuple[Fraction, Fraction]:
    """Read a constraint as `closed_interval` does, and raise a RestatedError also if an end is missing."""
    low, high = closed_interval(value, name)
    if low is None or high is None:
        raise RestatedError("the interval has no end on one side", field=name)
    return low, high


def scaled(ends: Ends, factor: Fraction | int, shift: Fraction | int = 0) -> Ends:
    """Return both ends times a factor, plus a shift."""
    low, high = (None if x is None else x * factor + shift for x in ends)
    return low, high


def _fraction(x: Any, name: str) -> Fraction | None:
    if x is None:
        return None
    if isinstance(x, (float, np.floating)):
        if math.isnan(x):
            raise RestatedError("an end of the interval is not a number", field=name)
        return None if math.isinf(x) else Fraction(repr(float(x)))
    try:
        return Fraction(int(x) if isinstance(x, np.integer) else x)
    except (TypeError, ValueError):
        raise RestatedError(f"an end of the interval, {x!r}, is not a number", field=name) from None


def describe(value: Constraint) -> str:
    """Return a constraint as words: the printed text, or the interval it allows."""
    if text := printed_text(value):
        return text
    if isinstance(value, (tuple, list)):
        low, high = ("unbounded" if x is None else f"{float(x):g}" for x in value)
        return f"{low} to {high}"
    return f"exactly {value}"


def printed_text(value: Constraint) -> str:
    """Return the text of a printed constraint, and "" for numbers."""
    return value if isinstance(value, str) else str(getattr(value, "text", ""))


def refuse_proportion(value: Constraint, name: str) -> None:
    """Raise a RestatedError if a constraint in percent is printed as a proportion, such as '.62'."""
    text = printed_text(value)
    if text.lstrip().startswith((".", "0.")) and "%" not in text:
        problem = f"'{text}' looks like a proportion, but {name} is in percent"
        raise RestatedError(problem, field=name, remedy="Add a percent sign, or give a pair (low, high) in percent")


def integer_range(low: Fraction | None, high: Fraction | None, floor: int, ceiling: int) -> tuple[int, int]:
    """Return the first and last integer in a closed interval within ``floor..ceiling``; none if first > last."""
    first = floor if low is None else min(max(floor, math.ceil(low)), ceiling + 1)
    return first, (ceiling if high is None else max(min(ceiling, math.floor(high)), floor - 1))
