"""Estimate, confidence interval and p: any two fix the third.

References
----------
Altman & Bland (2011), BMJ 343, d2090 (p from a confidence interval; ratios on the logarithmic scale).
Fisher (1921), Metron 1, 3-32 (z transformation of a correlation).
"""

import math
from collections.abc import Callable, Sequence

from scipy import stats

from restated.audit.comparison import Comparison, box, overlap, p_interval, p_power, share_refused, span
from restated.printed import Printed

#: The scale on which an interval is symmetrical when estimate and standard error made it. Pooled correlations are
#: printed both ways, with or without Fisher's transformation, and the source seldom names one: either is enough.
SCALES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("OR", "RR", "HR"), ("log",)),
    **dict.fromkeys(("r", "icc"), ("plain", "fisher-z")),
    **dict.fromkeys(("d", "g", "SMD", "MD", "mean", "path", "kappa", "a2", "c2", "e2"), ("plain",)),
}

#: Where the degrees of freedom of an interval are unknown, anything from this many to the normal limit is allowed:
#: fewer would be unusual enough to be printed.
FEWEST_DF = 10


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


def _atanh(x: float) -> float:
    return math.atanh(x) if -1 < x < 1 else math.copysign(math.inf, x)


_TO: dict[str, Callable[[float], float]] = {"plain": lambda x: x, "log": _log, "fisher-z": _atanh}
_FROM: dict[str, Callable[[float], float]] = {"plain": lambda x: x, "log": math.exp, "fisher-z": math.tanh}


def centred(estimate: Printed, low: Printed, high: Printed, scales: Sequence[str]) -> Comparison:
    """Check if an estimate is the middle of its interval.

    Parameters
    ----------
    estimate, low, high : Printed
    scales : sequence of str
        'plain', 'log' or 'fisher-z'; one that fits is enough.

    Returns
    -------
    Comparison
        `low`, `high`: the middle over the rounding box of the interval, in the units of the estimate, over all scales.
    """
    middles = []
    for scale in scales:
        to, back = _TO[scale], _FROM[scale]
        ends = [(to(a) + to(b)) / 2 for a, b in zip(box(low), box(high), strict=True)]
        middles.append((back(ends[0]), back(ends[1])))
    start, end = (x.low if x.value is None else x.value for x in (low, high))
    power = share_refused(estimate, start or 0, end or 0, middles)
    first, last = min(m[0] for m in middles), max(m[1] for m in middles)
    fits = any(overlap(box(estimate), middle) for middle in middles)
    where = " on the logarithmic scale" if "log" in scales else ""
    text = f"the middle of the interval{where} is {span(first, last)}"
    if not fits:
        text += "; an interval from resampling, a profile likelihood or an exact method need not be centred"
    return Comparison(fits, first, last, power, text)


def p_of_interval(
    estimate: Printed, low: Printed, high: Printed, p: Printed, scales: Sequence[str], *, level: float, df: float | None
) -> Comparison:
    """Check if the printed p follows from estimate and interval.

    Estimate over half the width of the interval, times the quantile that made the interval, is the test statistic. The
    quantile may be normal or t: both, and all between, are allowed.

    Parameters
    ----------
    estimate, low, high, p : Printed
    scales : sequence of str
        As for `centred`.
    level : float
        Confidence level, between 0 and 1.
    df : float or None
        Degrees of freedom where they are known; `FEWEST_DF` otherwise.

    Returns
    -------
    Comparison
        `low`, `high`: p over the rounding box, two-sided.
    """
    ranges = []
    for scale in scales:
        to = _TO[scale]
        value = [to(x) for x in box(estimate)]
        width = to(box(high)[0]) - to(box(low)[1]), to(box(high)[1]) - to(box(low)[0])
        least = 0.0 if value[0] <= 0 <= value[1] else min(abs(v) for v in value)
        most = max(abs(v) for v in value)
        ratios = least / (width[1] / 2), most / (width[0] / 2) if width[0] > 0 else math.inf
        for dist in (stats.norm, stats.t(FEWEST_DF if df is None else df)):
            quantile = dist.ppf((1 + level) / 2)
            ranges.append(tuple(float(2 * dist.sf(quantile * ratio)) for ratio in reversed(ratios)))
    first, last = min(r[0] for r in ranges), max(r[1] for r in ranges)
    fits = overlap((first, last), p_interval(p))
    return Comparison(
        fits, first, last, p_power(p, first, last), f"estimate and interval imply p = {span(first, last, 3)}"
    )
