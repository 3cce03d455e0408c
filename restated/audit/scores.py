"""Means and standard deviations of scores on a known scale.

References: Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369 (GRIM).
Anaya (2016), PeerJ Preprints 4, e2400v1 (GRIMMER); Allard (2018), "Analytic-GRIMMER" (its test of parity).
Heathers & Brown (2019), "DEBIT: a simple consistency test for binary data", osf.io/5vb3u.
Bhatia & Davis (2000), American Mathematical Monthly 107, 353-357: variance <= (max - mean)(mean - min).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from restated.arguments import is_whole
from restated.audit.comparison import Comparison, box, compare, exact_ends, printable, scaled, span
from restated.errors import RestatedError
from restated.printed import Printed, show
from restated.reconstruct.scoresums import square_ends


def grim(mean: Printed, sizes: Sequence[int], items: int = 1) -> Comparison:
    """Check if a printed mean is a whole sum divided by n (times the number of averaged items).

    `sizes` are the possible n; `items` whole numbers are averaged into one score, 1 for a single rating or a sum score.
    """
    if not _counts(1, *sizes) or not _counts(1, items):
        raise RestatedError("a mean needs at least one case and one item", field="n")
    grains = [n * items for n in sizes]
    ends = exact_ends(mean)

    def possible(low: Fraction | int, high: Fraction | int, unit: int = 1) -> bool:
        return any(-(-low * grain // unit) <= high * grain // unit for grain in grains)

    # The pattern of possible means repeats with every whole number: one unit, without its upper end, is all of it.
    values, half, unit = printable(mean, 0, 1)
    power = 1 - np.mean([possible(v - half, v + half, unit) for v in values if v < unit])
    middle = (ends[0] + ends[1]) / 2
    below = float(max(Fraction(math.floor(middle * grain), grain) for grain in grains))
    above = float(min(Fraction(math.ceil(middle * grain), grain) for grain in grains))
    text = f"the nearest possible means are {show(below, 5)} and {show(above, 5)}"
    return Comparison(possible(*ends), below, above, float(power), text)


def largest_sd(mean: float, n: int, low: float, high: float) -> float:
    """Return the largest SD (divisor n - 1) of n values on a scale with this mean: all are at an end.

    Source: Bhatia & Davis (2000). Raises RestatedError if no values have the mean.
    """
    if n < 2 or not -math.inf < low <= mean <= high < math.inf:
        raise RestatedError(f"no {n} values from {low:g} to {high:g} have the mean {mean:g}")
    return math.sqrt((mean - low) * (high - mean) * n / (n - 1))


def sd_bound(mean: Printed, sd: Printed, sizes: Sequence[int], minimum: float, maximum: float) -> Comparison:
    """Check if a printed SD is within the largest one possible for the mean on a scale from minimum to maximum.

    SD^2 <= n / (n - 1) (max - mean)(mean - min), with the divisor n - 1, at the best mean of the rounding interval and
    the most generous of the `sizes`. Raises RestatedError if a sample size is below 2.
    """
    inflate = _inflation(sizes)
    _check_scale(minimum, maximum)
    low, high = box(mean)
    best = min(max((minimum + maximum) / 2, low), high)
    if not minimum <= best <= maximum:
        return Comparison(False, math.nan, math.nan, 1.0, f"the mean lies outside the scale {minimum:g} to {maximum:g}")
    largest = largest_sd(best, min(sizes), minimum, maximum)
    text = f"on the scale {minimum:g} to {maximum:g} the SD can be at most {show(largest)}"
    return compare(sd, [(0.0, largest)], 0, inflate * (maximum - minimum) / 2, text)


def grimmer(
    mean: Printed, sd: Printed, sizes: Sequence[int], items: int = 1, scale: tuple[float, float] | None = None
) -> Comparison:
    """Check if a printed SD (divisor n - 1) is possible for whole scores with a printed mean.

    In units of 1 / items all scores are whole, and so are their sum S and their sum of squares. The latter is even or
    odd as S is, at least that of scores next to S / n, and at most that of scores at the ends of the scale, where it is
    known. `sizes` and `items` as for `grim`; `scale`: lowest and highest score. Raises RestatedError if a sample size
    is not a whole number of at least 2, or the SD is negative.
    """
    inflate = _inflation(sizes)
    if items < 1:
        raise RestatedError("a score is the mean of at least one item", field="items")
    if scale is not None:
        _check_scale(*scale)
    if exact_ends(sd)[1] < 0:
        raise RestatedError("a standard deviation is not negative", field="sd")
    samples = [sample for n in sizes for sample in _sums(mean, n, items, scale)]
    if not samples:
        return Comparison(False, math.nan, math.nan, 1.0, "no whole scores have the mean")

    def possible(low: Fraction | int, high: Fraction | int, unit: int = 1) -> bool:
        ends = (max(low, 0) * items) ** 2, (high * items) ** 2
        found = (_squares(sample, *ends, unit**2) for sample in samples)
        return high >= 0 and any(first <= last for first, last in found)

    low, high = exact_ends(sd)
    widest = inflate * (scale[1] - scale[0]) / 2 if scale else 2 * high
    values, half, unit = printable(sd, 0, widest)
    power = float(1 - np.mean([possible(v - half, v + half, unit) for v in values]))
    middle = ((low + high) / 2 * items) ** 2
    below = ((sample, *_squares(sample, Fraction(0), middle)) for sample in samples)
    above = ((sample, *_squares(sample, middle, None)) for sample in samples)
    nearest = (
        max((_spread(sample, last) / items for sample, first, last in below if first <= last), default=math.nan),
        min((_spread(sample, first) / items for sample, first, last in above if first <= last), default=math.nan),
    )
    named = " and ".join(show(x, 6) for x in nearest if not math.isnan(x))
    return Comparison(possible(low, high), *nearest, power, f"the nearest possible SDs are {named}")


#: Cases, sum of their whole scores, and least and greatest sum of squares that these can have (None for no limit).
_Sample: TypeAlias = tuple[int, int, int, int | None]


def _sums(mean: Printed, n: int, items: int, scale: tuple[float, float] | None) -> Iterator[_Sample]:
    """Samples of n scores in units of 1 / items whose mean is printed so."""
    low, high = exact_ends(mean)
    for total in range(math.ceil(low * n * items), math.floor(high * n * items) + 1):
        bottom, top = total // n, total // n + 1
        if scale is not None:
            bottom, top = math.ceil(scale[0] * items), math.floor(scale[1] * items)
        if n * bottom <= total <= n * top:
            least, most = square_ends(n, total - n * bottom, max(top - bottom, 1))
            shift = bottom * (2 * total - n * bottom)  # squares are taken from the lower end of the scale
            yield n, total, least + shift, None if scale is None else most + shift


def _squares(sample: _Sample, low: Fraction | int, high: Fraction | int | None, unit: int = 1) -> tuple[int, int]:
    """First and last sum of squares for a variance from `low` / unit to `high` / unit, odd or even as the sum is."""
    n, total, least, most = sample
    shift, scale, whole = unit * total**2, n * (n - 1), unit * n  # the sum of squares is total^2 / n + (n - 1) variance
    first = max(least, int(-(-(shift + scale * low) // whole)))
    first += (first - total) % 2
    if high is None:  # the first one is enough
        return first, first if most is None else most
    last = int((shift + scale * high) // whole)
    last = last if most is None else min(last, most)
    return first, last - (last - total) % 2


def _spread(sample: _Sample, squares: int) -> float:
    n, total, _, _ = sample
    return math.sqrt((squares - Fraction(total**2, n)) / (n - 1))


def debit(mean: Printed, sd: Printed, sizes: Sequence[int]) -> Comparison:
    """Check if the printed mean and SD of scores 0 and 1 belong together: SD^2 = n / (n - 1) mean (1 - mean).

    The mean is a proportion, or a percentage if it has the sign; so is the SD, with the sign or, beside a percentage,
    above 1. Raises RestatedError if a sample size is below 2.
    """
    largest = _inflation(sizes) / 2
    percent = _is_percent(mean)
    in_percent = _is_percent(sd) or (percent and (sd.value or 0) > 1)
    mean, sd = (scaled(x, Decimal("0.01")) if of else x for x, of in ((mean, percent), (sd, in_percent)))
    low, high = box(mean)
    if high < 0 or low > 1:
        return Comparison(False, math.nan, math.nan, 1.0, "the mean of scores 0 and 1 lies outside 0 to 1")
    low, high = max(low, 0.0), min(high, 1.0)
    spreads = [math.sqrt(x * (1 - x)) for x in (low, high, min(max(0.5, low), high))]
    allowed = [(min(spreads[:2]) * _inflation([n]), max(spreads) * _inflation([n])) for n in sizes]
    found = compare(sd, allowed, 0, largest, "")
    return replace(found, detail=f"the mean implies an SD of {span(found.low, found.high)}")


def _is_percent(printed: Printed) -> bool:
    return re.search(r"%|per ?cent", printed.text, re.IGNORECASE) is not None


def _check_scale(minimum: float, maximum: float) -> None:
    if not -math.inf < minimum < maximum < math.inf:
        raise RestatedError(f"a scale from {minimum} to {maximum} has no room for scores", field="minimum")


def _counts(least: int, *sizes: object) -> bool:
    """Return whether there are sizes, all whole numbers of at least `least`."""
    return bool(sizes) and all(is_whole(n) and n >= least for n in sizes)


def _inflation(sizes: Sequence[int]) -> float:
    """Greatest ratio of an SD with the divisor n - 1 to one with the divisor n."""
    if not _counts(2, *sizes):
        raise RestatedError("a standard deviation needs at least two cases", field="n")
    return max(math.sqrt(n / (n - 1)) for n in sizes)
