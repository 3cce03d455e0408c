"""Small-study effects in a meta-analysis: regression tests for funnel asymmetry, and trim and fill.

References: Egger et al. (1997), BMJ 315, 629-634. Sterne & Egger (2005) (regression tests). Stanley & Doucouliagos
(2014), Research Synthesis Methods 5, 60-78 (PET, PEESE). Duval & Tweedie (2000), Biometrics 56, 455-463.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from restated.arguments import Floats, check_option
from restated.errors import RestatedError
from restated.estimate.meta import MetaFit, check_effects, fit, fit_regression

MAX_TRIM_ROUNDS = 100  #: Trim and fill settles within a few rounds; k0 can cycle between two values, which is reported


@dataclass(frozen=True)
class EggerTest:
    """Regression test for funnel-plot asymmetry."""

    slope: float
    slope_se: float
    statistic: float
    df: float  # inf for a normal reference distribution
    p: float
    limit: float  # expected effect of a study without sampling error, and its interval
    limit_low: float
    limit_high: float


@dataclass(frozen=True)
class TrimAndFill:
    """Trim-and-fill result: `fit` is that of the observed and the `k0` filled-in effects, with nan as in `meta.fit`."""

    k0: int
    side: str
    filled_y: Floats
    filled_v: Floats
    fit: MetaFit


def egger(
    y: ArrayLike, v: ArrayLike, *, model: str = "mixed", method: str = "REML", ci: str = "wald", predictor: str = "se"
) -> EggerTest:
    """Test funnel-plot asymmetry by regression on a measure of imprecision, for k >= 3.

    `model`: "mixed", a meta-regression on sqrt(v) with `method` and `ci` (Sterne & Egger 2005); or "classical", least
    squares with weights 1 / v and an estimated dispersion, t with k - 2 df: the test of Egger et al. (1997), whose
    intercept of y / se on 1 / se is this slope. `predictor`: "se" or "variance"; classical, the `limit` is then the
    estimate of PET or PEESE (Stanley & Doucouliagos 2014). Raises RestatedError as `meta.fit`, if k < 3, or if all
    standard errors are equal.
    """
    y, v = check_effects(y, v)
    check_option("regression test", model, ("mixed", "classical"))
    check_option("predictor", predictor, ("se", "variance"))
    if np.ptp(v) == 0:
        raise RestatedError("all standard errors are equal, so the slope is not defined", field="v")
    if model == "classical":  # Knapp-Hartung at tau2 = 0 is exactly the estimated dispersion
        method, ci = "FE", "knapp-hartung"
    result = fit_regression(y, v, np.sqrt(v) if predictor == "se" else v, method=method, ci=ci)
    slope, se, statistic, p = (float(x[1]) for x in (result.estimate, result.se, result.statistic, result.p))
    limits = (float(x[0]) for x in (result.estimate, result.ci_low, result.ci_high))
    return EggerTest(slope, se, statistic, result.df, p, *limits)


def trim_and_fill(y: ArrayLike, v: ArrayLike, *, side: str | None = None, method: str = "REML") -> TrimAndFill:
    """Fill in the studies missing from a funnel plot by trim and fill (Duval & Tweedie 2000), with estimator L0.

    `side` ("left", "right"): where studies are assumed to be missing, by default opposite to the slope of the
    regression on the standard error. `method`: as in `meta.fit`, while trimming and for the final fit. Raises
    RestatedError as `meta.fit`; if an option is unknown; if trimming does not settle or leaves fewer than two studies.
    """
    y, v = check_effects(y, v)
    if side is None:
        side = "right" if fit_regression(y, v, np.sqrt(v), method=method).estimate[1] < 0 else "left"
    check_option("side", side, ("left", "right"))
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    flipped, variance = sign * y[order], v[order]
    k, k0 = len(y), 0
    for _ in range(MAX_TRIM_ROUNDS):
        if k - k0 < 2:
            raise RestatedError("trim and fill would trim all but one study", remedy="Do not use it on these data")
        centre = fit(flipped[: k - k0], variance[: k - k0], method=method).estimate
        deviation = flipped - centre
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(deviation), kind="stable")] = np.arange(1, k + 1)
        before, rank_sum = k0, ranks[deviation > 0].sum()
        k0 = max(0, int(np.round((4 * rank_sum - k * (k + 1)) / (2 * k - 1))))  # halves go to the even number
        if k0 == before:
            break
    else:
        raise RestatedError("trim and fill did not settle on a number of studies", remedy="Do not use it on these data")
    filled_y = sign * (2 * centre - flipped[k - k0 :])
    filled_v = variance[k - k0 :]
    return TrimAndFill(k0, side, filled_y, filled_v, fit(np.append(y, filled_y), np.append(v, filled_v), method=method))
