"""Sums of squares that whole scores with a given size and sum can have: exactly, without listing samples.

For n scores between 0 and k with the sum S, the sum of squares Q has the parity of S. It is least where the scores are
as equal as can be and largest where all but one are 0 or k. In between it takes nearly every value of that parity, but
not all: the shortfall k S - Q = sum x (k - x) costs at least k - 1 for every score inside the scale, which leaves gaps
while it is below about 3 k^1.5, and a handful of scores leaves gaps everywhere. So a sample is looked for first, which
settles nearly all cases; where none turns up soon, all ways to make up the shortfall are gone through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from restated.arguments import Bools, Ints

# Partial samples beyond n looked at before all ways are gone through; fewer than n are enough as a rule.
PATIENCE = 1_000
#: Cases, sum, and least and largest sum of squares, that are still to be placed.
_State: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True)
class Targets:
    """Sums and sums of squares that fit; scores are counted from the lower end of the scale."""

    n: int  # cases
    top: int  # highest score
    sums: Ints  # shape (t,), with the smallest and largest sum of squares of each
    least: Ints
    most: Ints

    def fit(self, sums: Ints, squares: Ints) -> Bools:
        """Return where a sum and a sum of squares of whole scores fit."""
        place = np.minimum(np.searchsorted(self.sums, sums), len(self.sums) - 1)
        found: Bools = (self.sums[place] == sums) & (self.least[place] <= squares) & (squares <= self.most[place])
        return found


def square_ends(n: int, total: int, top: int) -> tuple[int, int]:
    """Return the least and the largest sum of squares of n scores in 0..top; the least above the largest if none."""
    if n == 0 or not 0 <= total <= n * top:
        return (0, 0) if n == total == 0 else (1, 0)
    whole, over = divmod(total, n)
    at_top, rest = divmod(total, top)
    return (n - over) * whole**2 + over * (whole + 1) ** 2, at_top * top**2 + rest**2


def attainable(targets: Targets) -> bool:
    """Return True if there is a sample with one of the sums and a sum of squares in its range."""
    n, top = targets.n, targets.top
    each = zip(targets.sums.tolist(), targets.least.tolist(), targets.most.tolist(), strict=True)
    parts = [(n, total, least, most) for total, least, most in each]
    middle, left = parts[len(parts) // 2][1], []
    for state in sorted(parts, key=lambda state: abs(state[1] - middle)):
        found = _search(state, top)
        if found:
            return True
        if found is None:
            left.append(state)
    return bool(left) and _by_shortfall(left, top)


def _settled(state: _State, top: int) -> bool | None:
    """Return if the rest can be placed, None if that takes a closer look."""
    n, total, low, high = state
    least, most = square_ends(n, total, top)
    if max(least, low) > min(most, high):
        return False
    if low <= least <= high or low <= most <= high:
        return True
    for middle in {total // n, -(-total // n)} - {0, top}:
        # Scores middle - 1, middle and middle + 1 give any sum of squares around middle of its parity up to n.
        around = abs(total - middle * n)
        shift = middle * (middle * n - 2 * total)
        first = max(around, low + shift)
        if first + (first - around) % 2 <= min(n, high + shift):
            return True
    return None


def _search(state: _State, top: int) -> bool | None:
    """Place the scores farthest from the mean first; None if `PATIENCE` ends."""
    found = _settled(state, top)
    if found is not None:
        return found
    known, ways = {state}, [_one_placed(state, top)]
    while ways and len(known) <= PATIENCE + state[0]:
        rest = next(ways[-1], None)
        if rest is None:
            ways.pop()
        elif rest not in known:
            known.add(rest)
            found = _settled(rest, top)
            if found:
                return True
            if found is None:
                ways.append(_one_placed(rest, top))
    return None if ways else False


def _one_placed(state: _State, top: int) -> Iterator[_State]:
    n, total, low, high = state
    # Ties are broken in turn for the upper and the lower side, which keeps the mean of the rest near the middle.
    order = sorted(range(top + 1), key=lambda x: (-abs(x * n - total), (x * n > total) == n % 2))
    return ((n - 1, total - x, low - x * x, high - x * x) for x in order)


def _by_shortfall(states: list[_State], top: int) -> bool:
    """Go through all ways to make up top S - Q with scores a from the lower and b from the upper end.

    Each costs top a - a^2, or the same of b; with A and B the sums of all a and b the shortfall is top (A + B) less
    their squares, and S is A - B more than a multiple of `top`.
    """
    half = top // 2
    reach = max(2 * (top * total - low) // top for _, total, low, _ in states)
    tables = _square_sets(min(reach, states[0][0]), reach, half)
    for n, total, low, high in states:
        least, most = top * total - high, top * total - low
        for moved in range(max(0, -(-least // top)), 2 * most // top + 1):
            first = -moved + (total + moved) % top
            for difference in range(first, moved + 1, top):
                above = (total - difference) // top
                if (moved + difference) % 2 or not 0 <= above <= n:
                    continue
                sums = (moved + difference) // 2, (moved - difference) // 2
                lower, upper = (
                    tables[min(count, len(tables) - 1)][s] for count, s in zip((n - above, above), sums, strict=True)
                )
                ends = top * moved - most, top * moved - least
                if _sum_inside(lower, upper, *ends):
                    return True
    return False


def _square_sets(count: int, reach: int, largest: int) -> list[list[int]]:
    """Sums of squares of at most `count` parts 1..largest for each sum up to `reach`, as bits of a number."""
    table = [[1] + [0] * reach] + [[0] * (reach + 1) for _ in range(count)]
    for part in range(1, min(largest, reach) + 1):
        for before, here in pairwise(table):
            for total in range(part, reach + 1):
                here[total] |= before[total - part] << part * part
    for before, here in pairwise(table):
        for total in range(reach + 1):
            here[total] |= before[total]
    return table


def _sum_inside(first: int, second: int, low: int, high: int) -> bool:
    """Return if a bit of `first` and a bit of `second` have places with a sum between low and high."""
    while first:
        place = (first & -first).bit_length() - 1
        first &= first - 1
        if high >= place and (second >> max(0, low - place)) & ((1 << (high - max(low, place) + 1)) - 1):
            return True
    return False
