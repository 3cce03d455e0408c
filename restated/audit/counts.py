"""Percentages, counts and sums: exact arithmetic in whole numbers and fractions.

References: Brown & Heathers (2017), Social Psychological and Personality Science 8, 363-369 (granularity of means).
"""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce

import numpy as np

from restated.audit.comparison import Comparison, exact_ends, printable, share_refused, span
from restated.errors import RestatedError
from restated.printed import Printed, show

FEW = 3  #: Counts named one by one in a sentence; more are given as a range


def percent_of_count(percent: Printed, denominators: Sequence[int], count: int | None = None) -> Comparison:
    """Check if a printed percentage is a whole count, or the `count` printed with it, out of one of the denominators.

    The range is that of the counts that fit, or the nearest below and above, in percent.
    """
    if min(denominators, default=0) < 1:
        raise RestatedError("a percentage needs denominators of 1 or more", field="denominators")
    ends, tried = exact_ends(percent), sorted(set(denominators))

    def fitting(low: Fraction | int, high: Fraction | int, grain: int = 1) -> Iterator[tuple[int, int]]:
        return ((c, n) for n in tried for c in _whole(low, high, n, grain) if count is None or c == count)

    pairs = list(fitting(*ends))
    values, half, grain = printable(percent, 0, 100)
    power = float(1 - np.mean([any(fitting(v - half, v + half, grain)) for v in values]))
    if pairs:
        shares = [100 * c / n for c, n in pairs]
        named = ", ".join(f"{c} of {n}" for c, n in pairs) if len(pairs) <= FEW else f"{len(pairs)} counts"
        return Comparison(True, min(shares), max(shares), power, f"fits {named}")
    if count is not None:
        shares = [100 * count / n for n in denominators]
        text = " or ".join(f"{count} of {n} is {show(100 * count / n)} %" for n in denominators)
        return Comparison(False, min(shares), max(shares), power, text)
    middle = (ends[0] + ends[1]) / 2
    below = max((Fraction(math.floor(middle * n / 100), n), n) for n in denominators)
    above = min((Fraction(math.floor(middle * n / 100) + 1, n), n) for n in denominators)
    nearest = " and ".join(f"{share * n} of {n} ({show(float(100 * share))} %)" for share, n in (below, above))
    text = f"no whole count fits; the nearest are {nearest}"
    if cut := _cut_off(percent, denominators):
        text += f"; {cut[0]} of {cut[1]} gives the published number if digits are cut off instead of rounded"
    return Comparison(False, float(100 * below[0]), float(100 * above[0]), power, text)


def _whole(low: Fraction | int, high: Fraction | int, n: int, grain: int = 1) -> range:
    """Counts out of n whose percentage is between `low` / grain and `high` / grain."""
    whole = 100 * grain
    return range(max(0, int(-(-low * n // whole))), min(n, int(high * n // whole)) + 1)


def _cut_off(percent: Printed, denominators: Sequence[int]) -> tuple[int, int] | None:
    """A count whose percentage begins with the printed digits, as when digits are cut off and not rounded."""
    if percent.kind != "rounded":
        return None
    low, high = exact_ends(percent.cut_off())
    found = ((c, n) for n in denominators for c in _whole(low, high, n) if Fraction(100 * c, n) < high)
    return next(found, None)


def percents_total(percents: Sequence[Printed], scales: Sequence[int], n: int | None = None) -> Comparison:
    """Check if printed shares can add up to a whole.

    `scales` are 1 for a share in percent and 100 for a proportion. With a common denominator `n`, the counts behind the
    shares must add up to it. The range is that of the sum, in percent.
    """
    if not percents or len(percents) != len(scales) or (n is not None and n < 1):
        raise RestatedError("shares need one scale each, and a denominator of 1 or more", field="percents")
    ends = zip(map(exact_ends, percents), scales, strict=True)
    boxes = [(first * scale, last * scale) for (first, last), scale in ends]
    low, high = (sum(ends) for ends in zip(*boxes, strict=True))
    others = _sums([_whole(*ends, n) for ends in boxes[:-1]]) if n else set()

    # What the other shares leave for the last one.
    most, least = 100 - (low - boxes[-1][0]), 100 - (high - boxes[-1][1])

    def holds(first: Fraction | int, last: Fraction | int, most: Fraction | int, least: Fraction | int, g: int) -> bool:
        if first > most or last < least:
            return False
        return not n or any(n - s in _whole(first, last, n, g) for s in others)

    values, half, grain = printable(percents[-1], 0, Fraction(100, scales[-1]))
    left, scale = (math.floor(most * grain), math.ceil(least * grain), grain), scales[-1]
    power = 1 - np.mean([holds((v - half) * scale, (v + half) * scale, *left) for v in values])
    fits = holds(*boxes[-1], most, least, 1)
    text = f"the shares add up to {span(float(low), float(high))} %"
    if n:
        text += f", and whole counts that add up to {n} {'exist' if fits else 'do not exist'}"
    return Comparison(fits, float(low), float(high), float(power), text)


def _sums(choices: Sequence[Sequence[int]]) -> set[int]:
    """All sums of one number out of each sequence."""
    return reduce(lambda total, options: {t + c for t in total for c in options}, choices, {0})


def percents_of_subgroups(parts: Sequence[Printed], sizes: Sequence[int], whole: Printed, total: int) -> Comparison:
    """Check if the counts of subgroup percentages add up to one of the overall percentage, and of which."""
    if len(parts) != len(sizes) or min(sizes, default=0) < 1 or total < 1:
        raise RestatedError("subgroups need one size each, and all of them cases", field="sizes")
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


def percents_of_arms(first: Printed, second: Printed, total: int, least: int | None = None) -> Comparison:
    """Check if two groups with a given total exist for which both percentages are whole counts.

    Where not all may have been assessed, `least` is the smallest number that can have been. The range is that of the
    nearest possible totals at or below and at or above the printed one, nan where none is found from 2 to twice it.
    """
    if total < 2:
        raise RestatedError("two groups have a total of at least 2", field="total")
    sizes = range(1, 2 * total)
    ends = [(p.low or 0, 100 if p.high is None else p.high) for p in (first, second)]
    ok = [np.array([False] + [bool(_whole(Fraction(a), Fraction(b), n)) for n in sizes]) for a, b in ends]
    # Number of ways to make each total out of one possible size of either group.
    ways = np.convolve(ok[0].astype(int), ok[1].astype(int))[: 2 * total + 1]
    if least is not None:
        ways = np.cumsum(np.where(np.arange(ways.size) < least, 0, ways))
    possible = np.flatnonzero(ways)
    fits = bool(ways[total])
    low = float(max(possible[possible <= total], default=math.nan))
    high = float(min(possible[possible >= total], default=math.nan))
    text = f"{ways[total]} pairs of group sizes" if fits else "no two groups"
    text += f" with {'the total' if least is None else f'a total from {least} to'} {total} fit"
    if not fits and high <= 2 * total:
        one = next(n for n in sizes if ok[0][n] and ok[1][int(high) - n])
        text += f"; groups of {one} and {int(high) - one} would, with the total {int(high)}"
    return Comparison(fits, low, high, float(1 - np.mean(ways[2 : 2 * total + 1] > 0)), text)


def total(parts: Sequence[tuple[int, Printed]], whole: Printed) -> Comparison:
    """Check if parts, each with its sign (1 or -1), can add up to a printed whole; the range is that of the sum."""
    if not parts:
        raise RestatedError("a sum needs parts", field="parts")
    boxes = [sorted(sign * end for end in exact_ends(p)) for sign, p in parts]
    low, high = (sum(ends) for ends in zip(*boxes, strict=True))
    ends, twice, allowed = exact_ends(whole), low + high, (float(low), float(high))
    power = share_refused(whole, min(0, twice), max(0, twice), [allowed])
    word = "differ by" if any(sign < 0 for sign, _ in parts) else "add up to"
    return Comparison(low <= ends[1] and ends[0] <= high, *allowed, power, f"the parts {word} {span(*allowed, 7)}")
