"""The common ground of exhaustive searches."""

import numpy as np

from restated.arguments import Ints


class Exhaustive:
    """A set of everything compatible with the printed numbers; its length is the number of members."""

    def __len__(self) -> int:
        raise NotImplementedError

    @property
    def identified(self) -> bool:
        """Exactly one member fits."""
        return len(self) == 1

    @property
    def empty(self) -> bool:
        """No member fits."""
        return len(self) == 0


def ragged_ranges(first: Ints, length: Ints) -> Ints:
    """Return the ranges ``first[i], ..., first[i] + length[i] - 1`` in sequence, shape (sum of lengths,)."""
    return np.repeat(first - (np.cumsum(length) - length), length) + np.arange(length.sum())
