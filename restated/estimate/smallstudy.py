"""Small-study effects in a meta-analysis: regression tests for funnel asymmetry, and trim and fill.

References
----------
Egger, M., et al. (1997). BMJ, 315, 629-634. Sterne, J. A. C., & Egger, M. (2005) (regression tests).
Stanley, T. D., & Doucouliagos, H. (2014). Research Synthesis Methods, 5, 60-78 (PET, PEESE).
Duval, S., & Tweedie, R. (2000). Biometrics, 56, 455-463 (trim and fill).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from restated.arguments import Floats, check_option
from restated.errors import RestatedError
from restated.estimate.meta import MetaFit, check_effects, fit, fit_regression

#: Trim and fill settles within a few rounds; k0 can cycle between two values, which is reported.
MAX_TRIM_ROUNDS = 100


@dataclass(frozen=True)
class EggerTest:
    """Regression test for funnel-plot asymmetry; `limit` is the effect predicted at a standard error of 0."""

    slope: float
    slope_se: float
    statistic: float
    df: float  # inf for a normal reference distribution
    p: float
    limit: float
    limit_low: float
    limit_high: float


@dataclass(frozen=True)
class TrimAndFill:
    """Trim-and-fill result: `fit` is the model on the observed and the `k0` filled-in effects."""

    k0: int
    k0_se: float  # nan where its large-sample approximation fails
    k0_p: float  # R0's test of no missing study; nan for L0
    side: str
    filled_y: Floats
    filled_v: Floats
    fit: MetaFit


def egger(
    y: ArrayLike, v: ArrayLike, *, model: str = "mixed", method: str = "REML", ci: str = "wald", predictor: str = "se"
) -> EggerTest:
    """Test funnel-plot asymmetry by regression on a measure of imprecision.

    Parameters
    ----------
    y, v : array_like, shape (k,), k >= 3
    model : {"mixed", "classical"}
        mixed: mixed-effects meta-regression on sqrt(v) (Sterne & Egger 2005), with `method` and `ci`. classical: least
        squares with weights 1 / v and an estimated dispersion, t with k - 2 df: the test of Egger et al. (1997), in
        which the intercept of y / se on 1 / se is this slope.
    predictor : {"se", "variance"}
        With the classical model the `limit` is then the estimate of PET or PEESE (Stanley & Doucouliagos 2014).

    Raises
    ------
    RestatedError
        As `meta.fit`, if k < 3, or if all standard errors are equal (the slope is then not defined).
    """
    y, v = check_effects(y, v)
    check_option("regression test", model, ("mixed", "classical"))
    check_option("predictor", predictor, ("se", "variance"))
    if np.ptp(v) == 0:
        raise RestatedError("all standard errors are equal, so the slope is not defined", field="v")
    if model == "classical":  # Knapp-Hartung at tau2 = 0 is exactly the estimated dispersion
        method, ci = "FE", "knapp-hartung"
    result = fit_regression(y, v, np.sqrt(v) if predictor == "se" else v, method=method, ci=ci)
    return EggerTest(
        slope=float(result.estimate[1]),
        slope_se=float(result.se[1]),
        statistic=float(result.statistic[1]),
        df=result.qm_df_residual,
        p=float(result.p[1]),
        limit=float(result.estimate[0]),
        limit_low=float(result.ci_low[0]),
        limit_high=float(result.ci_high[0]),
    )


def trim_and_fill(
    y: ArrayLike, v: ArrayLike, *, side: str | None = None, estimator: str = "L0", method: str = "REML"
) -> TrimAndFill:
    """Fill in the studies missing from a funnel plot by trim and fill (Duval & Tweedie 2000).

    Parameters
    ----------
    y, v : array_like, shape (k,)
    side : {"left", "right"}, optional
        Where studies are assumed to be missing. Default: the side opposite to the slope of the regression on the
        standard error (left if small studies have larger effects).
    estimator : {"L0", "R0"}
        L0 rests on the Wilcoxon rank sum, R0 on the length of the rightmost run.
    method : str
        As in `meta.fit`, while trimming as well as for the final fit.

    Raises
    ------
    RestatedError
        As `meta.fit`; if an option is unknown; if trimming does not settle or leaves fewer than two studies.
    """
    y, v = check_effects(y, v)
    check_option("trim-and-fill estimator", estimator, ("L0", "R0"))
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
        before, raw = k0, _missing(ranks, deviation, estimator)
        k0 = max(0, int(np.round(raw)))  # halves go to the even number
        if k0 == before:
            break
    else:
        problem = "trim and fill did not settle on a number of studies"
        raise RestatedError(problem, field="estimator", remedy="Try the other estimator")
    filled_y = sign * (2 * centre - flipped[k - k0 :])
    filled_v = variance[k - k0 :]
    return TrimAndFill(
        k0=k0,
        k0_se=_standard_error(k, k0, raw, estimator),
        k0_p=0.5 ** (k0 + 1) if estimator == "R0" else np.nan,
        side=side,
        filled_y=filled_y,
        filled_v=filled_v,
        fit=fit(np.append(y, filled_y), np.append(v, filled_v), method=method),
    )


def _missing(ranks: Floats, deviation: Floats, estimator: str) -> float:
    """Estimated number of missing studies from signed ranks, before rounding; may be negative."""
    k = len(ranks)
    if estimator == "L0":
        return float((4 * ranks[deviation > 0].sum() - k * (k + 1)) / (2 * k - 1))
    return float(k - ranks[deviation < 0].max(initial=0) - 1)


def _standard_error(k: int, k0: int, raw: float, estimator: str) -> float:
    """Large-sample standard error of the number of missing studies; nan where its approximation fails."""
    if estimator == "R0":
        return float(np.sqrt(2 * k0 + 2))
    full = k * (k + 1) * (2 * k + 1)
    rank_variance = (full + 10 * raw**3 + 27 * raw**2 + 17 * raw - 18 * k * raw**2 - 18 * k * raw + 6 * k**2 * raw) / 24
    # The approximation fails, with a negative variance, where far fewer than half are on the full side.
    return float(4 * np.sqrt(rank_variance) / (2 * k - 1)) if rank_variance >= 0 else np.nan
