"""Labels along one side of a plot, kept apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def spread(at: Sequence[float], gap: ArrayLike, *, high: float = np.inf) -> NDArray[np.float64]:
    """Places near the given ones that do not overlap, in the same order.

    Each place moves up as far as the one below it demands. The last one then moves down to `high`, pushing others down.

    `at`, shape (n,): wanted places, ascending; negate places to fill from the top down. `gap`, shape (n,): room each
    label needs, half of it on either side, in the units of `at`. `high`: highest place of the last label.
    """
    places = np.array(at, float)
    room = np.broadcast_to(np.asarray(gap, float), places.shape)
    between = (room[1:] + room[:-1]) / 2
    for i, least in enumerate(between, start=1):
        places[i] = max(places[i], places[i - 1] + least)
    if len(places) and places[-1] > high:
        places[-1] = high
        for i in reversed(range(len(between))):
            places[i] = min(places[i], places[i + 1] - between[i])
    return places
