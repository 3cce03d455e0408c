"""Estimate, confidence interval and p: any two fix the third.

References: Altman & Bland (2011), BMJ 343, d2090 (p from an interval; ratios on the log scale). Fisher (1921),
Metron 1, 3-32 (z transformation of a correlation).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from scipy import stats

from restated.arguments import check_level
from restated.audit.comparison import Comparison, box, compare, compare_p, span
from restated.errors import RestatedError
from restated.estimate.contrasts import absolute
from restated.printed import Printed

#: Scales on which an interval may be symmetrical: pooled correlations are printed both ways, and few sources name one.
SCALES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("OR", "RR", "HR", "IRR"), ("log",)),
    **dict.fromkeys(("r", "rho", "icc"), ("plain", "fisher-z")),
    **dict.fromkeys(("d", "g", "SMD", "MD", "mean", "path", "b", "beta", "kappa", "a2", "c2", "e2"), ("plain",)),
}
#: Least degrees of freedom allowed of an interval that names none: fewer would be unusual enough to be printed.
FEWEST_DF = 10
_Route: TypeAlias = Callable[[float], float]
#: The way to each scale, and the way back.
_ROUTES: dict[str, tuple[_Route, _Route]] = {
    "plain": (float, float),
    "log": (lambda x: math.log(x) if x > 0 else -math.inf, math.exp),
    "fisher-z": (lambda x: math.atanh(x) if -1 < x < 1 else math.copysign(math.inf, x), math.tanh),
}


def centred(estimate: Printed, low: Printed, high: Printed, scales: Sequence[str]) -> Comparison:
    """Check if an estimate is the middle of its interval on one of the scales, 'plain', 'log' or 'fisher-z'.

    The range of the middle is in the units of the estimate, over all scales.
    """
    middles = []
    for to, back in (_ROUTES[scale] for scale in scales):
        first, last = (back((to(a) + to(b)) / 2) for a, b in zip(box(low), box(high), strict=True))
        middles.append((first, last))
    start, end = (x.low if x.value is None else x.value for x in (low, high))
    found = compare(estimate, middles, start or 0, end or 0, "")
    where = " on the logarithmic scale" if "log" in scales else ""
    why = "; an interval from resampling, a profile likelihood or an exact method need not be centred"
    text = f"the middle of the interval{where} is {span(found.low, found.high)}{'' if found.fits else why}"
    return replace(found, detail=text)


def _ratio(size: float, width: float) -> float:
    """Size of an estimate in half widths of its interval; 0 where the interval may be endless."""
    return 0.0 if math.isinf(width) else size / (width / 2) if width > 0 else math.inf


def p_of_interval(
    estimate: Printed, low: Printed, high: Printed, p: Printed, scales: Sequence[str], *, level: float, df: float | None
) -> Comparison:
    """Check if the printed p (two-sided) follows from estimate and interval.

    Estimate over half the width, times the quantile that made the interval, is the test statistic. The quantile may be
    normal or t (`df`, where it is unknown `FEWEST_DF`), or between. `scales` as for `centred`; `level` from 0 to 1.
    """
    check_level(level)
    if df is not None and not 0 < df < math.inf:
        raise RestatedError(f"{df} are not degrees of freedom", field="df")
    values = []
    for to, _ in (_ROUTES[scale] for scale in scales):
        least, most = absolute((to(box(estimate)[0]), to(box(estimate)[1])))
        width = to(box(high)[0]) - to(box(low)[1]), to(box(high)[1]) - to(box(low)[0])
        ratios = _ratio(least, width[1]), _ratio(most, width[0])
        for dist in (stats.norm, stats.t(FEWEST_DF if df is None else df)):
            values += [float(2 * dist.sf(dist.ppf((1 + level) / 2) * ratio)) for ratio in ratios]
    first, last = min(values), max(values)
    return compare_p(p, first, last, f"estimate and interval imply p = {span(first, last, 3)}")
