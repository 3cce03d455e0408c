"""Means and standard deviations of scores on a known scale.

References
----------
Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369 (GRIM).
Bhatia & Davis (2000), American Mathematical Monthly 107, 353-357: variance <= (max - mean)(mean - min).
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from restated.audit.comparison import Comparison, box, compare, exact_ends, printable, show
from restated.errors import RestatedError
from restated.printed import Printed


def grim(mean: Printed, sizes: Sequence[int], items: int = 1) -> Comparison:
    """Check if a printed mean is a whole sum divided by n (times the number of averaged items).

    `sizes` are the possible n; `items` whole numbers are averaged into one score, 1 for a single rating or a sum score.
    """
    grains = [n * items for n in sizes]
    ends = exact_ends(mean)

    def possible(low: Fraction, high: Fraction) -> bool:
        return any(math.ceil(low * grain) <= math.floor(high * grain) for grain in grains)

    # The pattern of possible means repeats with every whole number: one unit, without its upper end, is all of it.
    values, half = printable(mean, 0, 1)
    power = 1 - np.mean([possible(v - half, v + half) for v in values if v < 1])
    middle = (ends[0] + ends[1]) / 2
    below = float(max(Fraction(math.floor(middle * grain), grain) for grain in grains))
    above = float(min(Fraction(math.ceil(middle * grain), grain) for grain in grains))
    text = f"the nearest possible means are {show(below, 5)} and {show(above, 5)}"
    return Comparison(possible(*ends), below, above, float(power), text)


def sd_bound(mean: Printed, sd: Printed, sizes: Sequence[int], minimum: float, maximum: float) -> Comparison:
    """Check if a printed SD is within the largest one possible for the mean on a scale from minimum to maximum.

    SD^2 <= n / (n - 1) (max - mean)(mean - min), with the divisor n - 1, taken at the best mean of the rounding
    interval. The most generous of the `sizes` counts. The range is nan where the mean is outside the scale.

    Raises
    ------
    RestatedError
        If a sample size is below 2.
    """
    if min(sizes) < 2:
        raise RestatedError("a standard deviation needs at least two cases", field="n")
    low, high = box(mean)
    inflate = max(math.sqrt(n / (n - 1)) for n in sizes)
    best = min(max((minimum + maximum) / 2, low), high)
    if not minimum <= best <= maximum:
        return Comparison(False, math.nan, math.nan, 1.0, f"the mean lies outside the scale {minimum:g} to {maximum:g}")
    largest = inflate * math.sqrt((maximum - best) * (best - minimum))
    text = f"on the scale {minimum:g} to {maximum:g} the SD can be at most {show(largest)}"
    return compare(sd, [(0.0, largest)], 0, inflate * (maximum - minimum) / 2, text)
