"""Numbers printed as an honest author would print them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from hypothesis import settings
from hypothesis import strategies as st

from restated.printed import Printed, parse

modest = settings(deadline=None, derandomize=True, max_examples=60)
roundings = st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN])


def text(x: float, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
    """`x` with fixed decimals."""
    return str(Decimal(x).quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def printed(x: float, decimals: int, rounding: str = ROUND_HALF_UP) -> Printed:
    """`x` as it would be printed."""
    return parse(text(x, decimals, rounding))


def all_prints(low: float, high: float, decimals: int) -> list[Printed]:
    """Every number with these decimals from `low` to `high`: the universe over which power is counted."""
    unit = Decimal(1).scaleb(-decimals)
    first, last = Decimal(str(low)), Decimal(str(high))
    values, value = [], first.quantize(unit)
    if value < first:
        value += unit
    while value <= last:
        values.append(parse(str(value)))
        value += unit
    return values
