"""Strength of one link: a printed statistic as a correlation, differences of two estimates, power to find a link."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.errors import RestatedError
from restated.estimate.effects import d_to_r, fisher_z_variance, odds_ratio_to_d
from restated_book.register import PublishedNumber
from review.findings import numbers

#: Printed statistic to correlation, given the share of one of two groups. A share of explained variance is r squared.
TO_R: dict[str, Callable] = {
    "r": lambda x, _: x,
    "path": lambda x, _: x,
    "d": lambda x, share: d_to_r(x, proportion=share),
    "OR": lambda x, share: d_to_r(odds_ratio_to_d(x), proportion=share),
    "proportion": lambda x, _: np.sqrt(x),
}
#: The scale on which two estimates of one kind are compared: that on which their intervals are symmetrical.
COMPARED_ON: dict[str, Callable] = {"r": np.arctanh, "d": lambda x: x, "OR": np.log}
#: Standard error on the scale of the value, where a note of the register has it.
NOTED_ERROR = re.compile(r"standard error ([\d.]*\d)")
USUAL_LEVEL = 95.0  #: Level assumed where a source does not state that of its interval, in percent: the customary one


class Link(NamedTuple):
    """A printed number as the strength of a link: a correlation without its sign."""

    value: float
    box: tuple[float, float]  # over the rounding of the print
    interval: tuple[float, float]  # printed interval; nan where none was printed
    se_z: float  # on the scale of Fisher's z; nan where unknown
    precision: str  # source of the standard error


def link(number: PublishedNumber, *, n: float | None = None, share: float = 0.5) -> Link:
    """Return a printed number on the scale of r, without its sign; refuse an unverified one, or one of another kind.

    `number` (PublishedNumber): its statistic must be one of :data:`TO_R`. `n` (float, optional): sample size, for the
    standard error where no interval was printed: 1 / sqrt(n - 3), that of one sample without heterogeneity, and so too
    small for a pooled value. `share`: share of the patients where two groups were compared; half by convention.
    """
    if number.grade == "U":
        raise RestatedError(f"'{number.id}' is unverified and carries no conclusion")
    if number.statistic not in TO_R or not number.is_number:
        raise RestatedError(f"'{number.id}' cannot be put on the scale of a correlation")
    printed, low, high = numbers.estimate(number)
    to_r, sign = TO_R[number.statistic], -1.0 if printed < 0 else 1.0

    def both(*ends: float) -> tuple[float, float]:
        a, b = (sign * float(to_r(float(x), share)) for x in ends)
        return min(a, b), max(a, b)

    r, box = sign * float(to_r(printed, share)), both(number.low, number.high)
    if number.ci_low is not None and number.ci_high is not None:
        interval = both(low, high)
        se = float(np.diff(np.arctanh(interval))[0] / (2 * _quantile(number)))
        words = "published interval" if number.ci_level else "published interval, level taken as 95 %"
        return Link(r, box, interval, se, words)
    if n:
        return Link(r, box, (np.nan, np.nan), float(np.sqrt(fisher_z_variance(n))), "n alone: too narrow")
    return Link(r, box, (np.nan, np.nan), np.nan, "not known")


def _quantile(number: PublishedNumber) -> float:
    """Return the normal quantile of the level of the printed interval."""
    level = float(number.ci_level) if number.ci_level else USUAL_LEVEL
    return norm.ppf(0.5 + level / 200)


class Contrast(NamedTuple):
    """Difference of two estimates on the scale of comparison (log for odds ratios, Fisher's z for correlations)."""

    difference: float
    low: float
    high: float
    p: float  # two-sided


def contrast(first: PublishedNumber, second: PublishedNumber) -> Contrast:
    """Return the difference of two printed estimates of one kind, taken as independent, with its 95 % interval.

    Samples that share studies make the estimates correlate; a positive correlation would make the true interval
    narrower (Altman & Bland, 2003, BMJ, 326, 219). Estimates of different kinds, or without an interval, are refused.
    """
    if first.statistic != second.statistic or first.statistic not in COMPARED_ON:
        message = f"'{first.id}' and '{second.id}' cannot be compared"
        raise RestatedError(message, remedy="Give two odds ratios, two d or two r.")
    (a, se_a), (b, se_b) = map(_value_and_error, (first, second))
    difference, se = a - b, float(np.hypot(se_a, se_b))
    half = float(norm.ppf(0.975)) * se
    return Contrast(difference, difference - half, difference + half, float(2 * norm.sf(abs(difference) / se)))


def _value_and_error(number: PublishedNumber) -> tuple[float, float]:
    to = COMPARED_ON[number.statistic]
    value, low, high = (float(to(x)) for x in with_limits(number))
    return value, (high - low) / (2 * _quantile(number))


def with_limits(number: PublishedNumber) -> tuple[float, float, float]:
    """Return value and limits: those printed, or normal ones of 95 % from a standard error in the number's note."""
    value, low, high = numbers.estimate(number)
    if noted := NOTED_ERROR.search(number.note):
        half = float(norm.ppf(0.975)) * float(noted[1])
        return value, value - half, value + half
    if number.ci_low is None or number.ci_high is None:
        raise RestatedError(f"'{number.id}' has no printed interval")
    return value, low, high


def remaining(before: PublishedNumber, after: PublishedNumber) -> tuple[float, float, float]:
    """Return the share of an unadjusted estimate that an adjusted one is, and its range over the rounding of both."""
    corners = [x / y for x in (after.low, after.high) for y in (before.low, before.high)]
    return numbers.estimate(after)[0] / numbers.estimate(before)[0], min(corners), max(corners)


def exposure_shares(odds_ratio: float, among_controls: Sequence[float]) -> pd.DataFrame:
    """Return an odds ratio of exposure as shares of exposed cases, for assumed shares of exposed controls (0 to 1)."""
    p = np.asarray(among_controls, float)
    if ((p <= 0) | (p >= 1)).any():
        raise RestatedError("the share of exposed controls must be between 0 and 1", field="among_controls")
    odds = odds_ratio * p / (1 - p)
    cases = odds / (1 + odds)
    return pd.DataFrame({"controls": p, "cases": cases, "ratio": cases / p})


def genetic_correlation_ceiling(a2_cause, a2_outcome):
    """Return the largest correlation that shared additive genes alone can make, sqrt(a2_cause a2_outcome).

    It takes a genetic correlation of 1 (Falconer & Mackay, 1996, Quantitative genetics, 4th ed., equation 19.1).
    """
    return np.sqrt(np.asarray(a2_cause, float) * np.asarray(a2_outcome, float))[()]


def sample_size(r: float) -> int:
    """Return the people one sample needs to find a correlation with 80 % power, two-sided (Cohen, 1988, chapter 3)."""
    return int(np.ceil(((norm.ppf(0.975) + norm.ppf(0.8)) / np.arctanh(abs(r))) ** 2 + 3))


def power(r: float, n: int) -> float:
    """Return the power of one sample of `n` to find a correlation, by Fisher's z, two-sided at 5 %."""
    shift, critical = np.arctanh(abs(r)) * np.sqrt(n - 3), norm.ppf(0.975)
    return float(norm.sf(critical - shift) + norm.cdf(-critical - shift))
