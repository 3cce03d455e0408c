"""Percentages, counts and sums: exact arithmetic in whole numbers and fractions.

References
----------
Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369 (granularity; here applied to shares).
"""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from restated.arguments import Bools
from restated.audit.comparison import Comparison, exact_ends, printable, share_refused, show, span, step
from restated.printed import Printed
from restated.reconstruct.counts import counts

#: Counts named one by one in a sentence; more are given as a range.
FEW = 3


def percent_of_count(percent: Printed, denominators: Sequence[int], count: int | None = None) -> Comparison:
    """Check if a printed percentage is a whole count out of one of the denominators.

    Parameters
    ----------
    percent : Printed
        In percent.
    denominators : sequence of int
        All possible ones; one that fits is enough.
    count : int, optional
        The count, where it is printed too.

    Returns
    -------
    Comparison
        `low`, `high` in percent: the percentages of the counts that fit, or the nearest below and above.
    """
    ends = exact_ends(percent)
    allowed = [n for n in denominators if count is None or count <= n]
    pairs = [(int(c), int(n)) for c, n in counts(ends, list(denominators)).pairs if count is None or c == count]
    power = 1 - np.mean(np.any([_reached(percent, n, count) for n in allowed], axis=0)) if allowed else 1.0
    if pairs:
        shares = [100 * c / n for c, n in pairs]
        named = ", ".join(f"{c} of {n}" for c, n in pairs[:FEW]) if len(pairs) <= FEW else f"{len(pairs)} counts"
        return Comparison(True, min(shares), max(shares), float(power), f"fits {named}")
    if count is not None:
        shares = [100 * count / n for n in denominators]
        text = " or ".join(f"{count} of {n} is {show(100 * count / n)} %" for n in denominators)
        return Comparison(False, min(shares), max(shares), float(power), text)
    middle = (ends[0] + ends[1]) / 2
    below = max((Fraction(math.floor(middle * n / 100), n), n) for n in denominators)
    above = min((Fraction(math.floor(middle * n / 100) + 1, n), n) for n in denominators)
    nearest = " and ".join(f"{share * n} of {n} ({show(float(100 * share))} %)" for share, n in (below, above))
    text = f"no whole count fits; the nearest are {nearest}"
    cut = _cut_off(percent, denominators)
    if cut:
        text += f"; {cut[0]} of {cut[1]} gives the print if digits are cut off instead of rounded"
    return Comparison(False, float(100 * below[0]), float(100 * above[0]), float(power), text)


def _whole(low: Fraction, high: Fraction, n: int) -> range:
    """Counts out of n whose percentage is between `low` and `high`."""
    return range(max(0, math.ceil(low * n / 100)), min(n, math.floor(high * n / 100)) + 1)


def _reached(percent: Printed, n: int, count: int | None) -> Bools:
    """True for the percentages from 0 to 100 that some count out of n (or the given one) rounds to."""
    unit, half = step(percent)
    scale = math.lcm(unit.denominator, half.denominator)
    value = np.arange(int(100 / unit) + 1, dtype=object) * int(unit * scale)  # whole numbers of any size, no rounding
    edge, whole = int(half * scale), 100 * scale
    if count is not None:
        return np.array(abs(value * n - count * whole) <= edge * n, dtype=bool)
    first = -((-(value - edge) * n) // whole)
    last = (value + edge) * n // whole
    return np.array(np.maximum(first, 0) <= np.minimum(last, n), dtype=bool)


def _cut_off(percent: Printed, denominators: Sequence[int]) -> tuple[int, int] | None:
    """A count whose percentage begins with the printed digits, as when digits are cut off and not rounded."""
    if percent.kind != "rounded":
        return None
    cut = percent.cut_off()
    low, high = exact_ends(cut)
    for n in denominators:
        for c in _whole(low, high, n):
            if Fraction(100 * c, n) < high:
                return c, n
    return None


def percents_total(percents: Sequence[Printed], scales: Sequence[int], n: int | None = None) -> Comparison:
    """Check if printed shares can add up to a whole.

    Parameters
    ----------
    percents : sequence of Printed
    scales : sequence of int
        1 for a share in percent, 100 for a proportion.
    n : int, optional
        Common denominator; the counts behind the shares must then add up to it.

    Returns
    -------
    Comparison
        `low`, `high`: the sum in percent over the rounding box.
    """
    boxes = []
    for p, scale in zip(percents, scales, strict=True):
        first, last = exact_ends(p)
        boxes.append((first * scale, last * scale))
    low, high = sum(first for first, _ in boxes), sum(last for _, last in boxes)
    others = _sums([_whole(*ends, n) for ends in boxes[:-1]]) if n else set()

    def holds(first: Fraction, last: Fraction) -> bool:
        rest_low, rest_high = low - boxes[-1][0], high - boxes[-1][1]
        if not first + rest_low <= 100 <= last + rest_high:
            return False
        return not n or any(n - s in _whole(first, last, n) for s in others)

    values, half = printable(percents[-1], 0, Fraction(100, scales[-1]))
    power = 1 - np.mean([holds((v - half) * scales[-1], (v + half) * scales[-1]) for v in values])
    fits = holds(*boxes[-1])
    text = f"the shares add up to {span(float(low), float(high))} %"
    if n:
        text += f", and whole counts that add up to {n} {'exist' if fits else 'do not exist'}"
    return Comparison(fits, float(low), float(high), float(power), text)


def _sums(choices: Sequence[Sequence[int]]) -> set[int]:
    """All sums of one number out of each sequence."""
    total = {0}
    for options in choices:
        total = {t + c for t in total for c in options}
    return total


def percents_of_subgroups(parts: Sequence[Printed], sizes: Sequence[int], whole: Printed, total: int) -> Comparison:
    """Check if the counts of subgroup percentages add up to one of the overall percentage.

    Returns
    -------
    Comparison
        `low`, `high`: overall percentages that the subgroups allow.
    """
    sums = _sums([_whole(*exact_ends(p), n) for p, n in zip(parts, sizes, strict=True)])
    shares = sorted(Fraction(100 * s, total) for s in sums if s <= total)
    if not shares:
        return Comparison(False, math.nan, math.nan, 1.0, "no whole counts fit the subgroups")
    points = [(float(s), float(s)) for s in shares]
    ends = exact_ends(whole)
    fits = any(ends[0] <= s <= ends[1] for s in shares)
    low, high = float(shares[0]), float(shares[-1])
    text = f"the subgroups add up to {span(min(sums), max(sums))} of {total}, that is {span(low, high)} %"
    return Comparison(fits, low, high, share_refused(whole, 0, 100, points), text)


def percents_of_arms(first: Printed, second: Printed, total: int) -> Comparison:
    """Check if two groups with a given total exist for which both percentages are whole counts.

    Returns
    -------
    Comparison
        `low`, `high`: the nearest possible totals at or below and at or above the printed one (nan where none is found
        between 2 and twice the total).
    """
    sizes = range(1, 2 * total)
    ok = [np.array([False] + [bool(_whole(*exact_ends(p), n)) for n in sizes]) for p in (first, second)]
    # Number of ways to make each total out of one possible size of either group.
    ways = np.convolve(ok[0].astype(int), ok[1].astype(int))[: 2 * total + 1]
    possible = np.flatnonzero(ways)
    fits = bool(ways[total])
    below, above = possible[possible <= total], possible[possible >= total]
    low = float(below.max()) if below.size else math.nan
    high = float(above.min()) if above.size else math.nan
    if fits:
        text = f"{ways[total]} pairs of group sizes with the total {total} fit"
    else:
        text = f"no two groups with the total {total} fit"
        if above.size:
            one = next(n for n in sizes if ok[0][n] and ok[1][int(high) - n])
            text += f"; groups of {one} and {int(high) - one} would, with the total {int(high)}"
    return Comparison(fits, low, high, float(1 - np.mean(ways[2 : 2 * total + 1] > 0)), text)


def total(parts: Sequence[tuple[int, Printed]], whole: Printed) -> Comparison:
    """Check if signed parts can add up to a printed whole.

    Parameters
    ----------
    parts : sequence of (int, Printed)
        Sign (1 or -1) and number.
    whole : Printed

    Returns
    -------
    Comparison
        `low`, `high`: the sum over the rounding box.
    """
    boxes = [(sign, *exact_ends(p)) for sign, p in parts]
    low = sum(sign * (first if sign > 0 else last) for sign, first, last in boxes)
    high = sum(sign * (last if sign > 0 else first) for sign, first, last in boxes)
    ends = exact_ends(whole)
    middle = low + high  # twice the middle
    power = share_refused(whole, min(0, middle), max(0, middle), [(float(low), float(high))])
    word = "differ by" if any(sign < 0 for sign, _ in parts) else "add up to"
    return Comparison(
        low <= ends[1] and ends[0] <= high,
        float(low),
        float(high),
        power,
        f"the parts {word} {span(float(low), float(high), 7)}",
    )
