"""Variance between studies behind a printed pooled effect, its interval and the number of studies.

If all k studies had the same size, the error of a random-effects mean would be sqrt((tau2 + v) / k), so that tau2 =
k SE^2 - v, where v is the sampling variance of one study: 1 / (N / k - 3) for Fisher's z, 4 k / N for a standardised
mean difference of two equal groups. The prediction interval is that of Higgins et al. (2009), with k - 2 degrees of
freedom. Studies of unequal size make both approximate.

References: Higgins, Thompson & Spiegelhalter (2009), Journal of the Royal Statistical Society A 172, 137-159.
"""

import math
from typing import NamedTuple

from scipy import stats
from scipy.special import ndtri

from restated.arguments import check_option, check_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval

MEASURES = ("r", "d")
#: Quantile of the printed interval, 95 %.
QUANTILE = float(ndtri(0.975))


class Heterogeneity(NamedTuple):
    """Ranges of tau2 and the widest prediction interval over the rounding of the print, in the units of the effect."""

    tau2_low: float
    tau2_high: float
    prediction_low: float
    prediction_high: float


def of_interval(
    estimate: Constraint, low: Constraint, high: Constraint, k: int, n: int, measure: str = "r"
) -> Heterogeneity:
    """Return what a printed pooled effect and its 95 % interval say about the spread of the true effects.

    `estimate`, `low`, `high` (str, Printed, or pair of numbers): Pooled effect and the ends of its interval, as
    printed. `k`, `n` (int): Number of studies, at least 3, and of members in all. `measure` ({"r", "d"}): A
    correlation, pooled as Fisher's z, or a standardised mean difference.

    Raises a RestatedError if a size is too small, an end has no interval, a correlation is not between -1 and 1, or the
    interval runs downwards.
    """
    check_whole(3, k=k)
    check_whole(1, n=n)
    check_option("measure", measure, MEASURES)
    if n / k <= 3:
        raise RestatedError(f"{n} members are too few for {k} studies", field="n")
    boxes = [
        tuple(float(end) for end in bounded_interval(x, name))
        for x, name in zip((estimate, low, high), ("estimate", "low", "high"), strict=True)
    ]
    if measure == "r":
        if not all(-1 < end < 1 for box in boxes for end in box):
            raise RestatedError("a correlation is not between -1 and 1", field="estimate, low, high")
        boxes = [tuple(math.atanh(end) for end in box) for box in boxes]
    (first, last), lower, upper = boxes
    if upper[1] < lower[0]:
        raise RestatedError("the interval runs downwards", remedy="Give the lower end first")
    v = 1 / (n / k - 3) if measure == "r" else 4 * k / n
    errors = [max(0.0, width) / (2 * QUANTILE) for width in (upper[0] - lower[1], upper[1] - lower[0])]
    tau2 = [max(0.0, k * se**2 - v) for se in errors]
    reach = float(stats.t.ppf(0.975, k - 2)) * math.sqrt(tau2[1] + errors[1] ** 2)
    ends = first - reach, last + reach
    return Heterogeneity(*tau2, *(map(math.tanh, ends) if measure == "r" else ends))
