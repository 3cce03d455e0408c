"""The common ground of exhaustive searches."""

from fractions import Fraction
from typing import ClassVar

import numpy as np

from restated.arguments import Bools, Ints
from restated.intervals import Ends

# Distance (relative, and absolute near zero) from an end of an interval inside which exact fractions are compared.
DOUBT = 1e-9


class Exhaustive:
    """All tables that fit printed numbers, one a row of `tables`; `asked` is the request in words."""

    tables: Ints
    asked: str
    noun: ClassVar[str]

    def __len__(self) -> int:
        return len(self.tables)

    @property
    def identified(self) -> bool:
        """Exactly one member fits."""
        return len(self) == 1

    @property
    def empty(self) -> bool:
        """No member fits."""
        return len(self) == 0

    @property
    def message(self) -> str:
        """One sentence with the number of members that fit."""
        many = f"one {self.noun} fits" if self.identified else f"{len(self)} {self.noun}s fit"
        return f"{f'no {self.noun} fits' if self.empty else many} {self.asked}"


def ragged_ranges(first: Ints, length: Ints) -> Ints:
    """Return the ranges ``first[i], ..., first[i] + length[i] - 1`` in sequence, shape (sum of lengths,)."""
    return np.repeat(first - (np.cumsum(length) - length), length) + np.arange(length.sum())


def inside(numerator: Ints, denominator: Ints, ends: Ends) -> Bools:
    """Return where a quotient of whole numbers is inside a closed interval, exactly; not where the denominator is 0."""
    low, high = ends
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = numerator / denominator
    found = denominator > 0
    doubtful = np.zeros(found.shape, dtype=bool)
    for end, sign in ((low, 1), (high, -1)):
        if end is None:
            continue
        margin = sign * (quotient - float(end))
        with np.errstate(invalid="ignore"):
            found &= margin >= 0
            doubtful |= np.abs(margin) <= DOUBT * max(1.0, abs(float(end)))
    for i in np.flatnonzero(doubtful & (denominator > 0)):
        exact = Fraction(int(numerator[i]), int(denominator[i]))
        found[i] = (low is None or low <= exact) and (high is None or exact <= high)
    return found
