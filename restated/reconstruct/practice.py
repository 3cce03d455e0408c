"""Intervals that a printed string allows at three named strengths: published numbers depart from their data.

*As printed* allows for rounding only. *Usual practice* adds what authors and programs do without saying so. *Wide* adds
small slips. Each strength is a set of the `ELEMENTS`, so every set that holds at one strength holds at the next.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction
from math import ceil

from scipy import stats

from restated.errors import RestatedError
from restated.intervals import Ends, bounded_interval, closed_interval, scaled
from restated.printed import Printed, parse
from restated.words import tables

ELEMENTS: Mapping[str, str] = tables(__file__)  #: Departures from plain rounding, in words
#: The elements of each strength.
STRENGTHS: Mapping[str, frozenset[str]] = {
    "as printed": frozenset(),
    "usual": frozenset(("truncation", "derived", "divisor", "tests", "estimator")),
    "wide": frozenset(ELEMENTS),
}
#: "A few" cases: two, or two in a hundred where that is more. An assumption, not an estimate.
FEW, FEW_SHARE = 2, Fraction(2, 100)
#: Part of the last digit by which a number that was cut off stays below the next one, which would be printed as itself.
OPEN = 10**7
#: Factor by which z of an adjusted or stratified analysis may differ from that of a plain test: chosen, not measured.
ANOTHER_TEST = 2.0


def admitted(printed: str | Printed, elements: Collection[str] = (), *, count: bool = False) -> Ends:
    """Return the closed interval that a printed number allows under some `ELEMENTS`.

    Decimals of a text follow a point. Only truncation, last digit and missing concern a single string; the other
    elements concern how numbers are related. A `count` stands for itself, up to a few cases under "missing". Raises a
    RestatedError if an element is unknown or the text is not a number.
    """
    if unknown := set(elements) - set(ELEMENTS):
        raise RestatedError(f"the element '{min(unknown)}' is unknown", remedy=f"Use one of {', '.join(ELEMENTS)}")
    read = parse(printed, exact=count, decimal=".") if isinstance(printed, str) else printed
    ends: list[Ends] = [closed_interval(read)]
    if count and "missing" in elements and read.value is not None:
        few = Fraction(max(FEW, ceil(abs(Fraction(read.value)) * FEW_SHARE)))
        ends.append((max(Fraction(0), Fraction(read.value) - few), Fraction(read.value) + few))
    elif not count and read.decimals is not None:
        unit = Fraction(10) ** -read.decimals
        if "truncation" in elements and read.kind == "rounded":
            (low, high), value = bounded_interval(read.cut_off()), Fraction(read.value or 0)
            ends.append((low + (low < value) * unit / OPEN, high - (high > value) * unit / OPEN))
        if "last digit" in elements:
            ends += [scaled(ends[0], 1, -unit), scaled(ends[0], 1, unit)]
    lows, highs = [low for low, _ in ends if low is not None], [high for _, high in ends if high is not None]
    # An end that is missing is missing in every reading.
    return min(lows) if len(lows) == len(ends) else None, max(highs) if len(highs) == len(ends) else None


def of_another_test(p: tuple[float, float]) -> tuple[float, float]:
    """Return the two-sided p that a plain test may give where the printed one, low to high, is of another test."""
    least, most = (float(stats.norm.isf(end / 2)) for end in reversed(p))
    return float(2 * stats.norm.sf(most * ANOTHER_TEST)), float(2 * stats.norm.sf(least / ANOTHER_TEST))
