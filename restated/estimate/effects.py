"""Effect sizes and conversions between them: correlations, Fisher's z, standardised mean differences.

Arguments are array_like and broadcast; missing values (nan) pass through. Results are floats, or arrays where an
argument is one. A value outside the stated range raises a RestatedError.

References: Fisher (1921), Metron 1, 3-32. Hedges (1981), Journal of Educational Statistics 6, 107-128 (correction
factor). Hedges (1982), Psychological Bulletin 92, 490-499 (variance of g). Borenstein et al. (2009), Introduction to
meta-analysis, chapters 4, 6 and 7. Hasselblad & Hedges (1995), Psychological Bulletin 117, 167-178 (odds ratio and d).
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from restated.arguments import FloatOrArray, Floats, floats
from restated.errors import RestatedError

#: A d beyond this is a correlation of 1 to the last digit for any share that is not below 1e-200; its square is finite.
FARTHEST_D = 1e120


def fisher_z(r: ArrayLike) -> FloatOrArray:
    """Return Fisher's z = artanh(r) of correlations strictly between -1 and 1."""
    r = _correlations(r)
    if (np.abs(r) == 1).any():
        remedy = "Leave the row out, or cap the correlation below 1 in absolute value, and report which"
        raise RestatedError("Fisher's z of a correlation of exactly 1 or -1 is infinite", field="r", remedy=remedy)
    return np.arctanh(r)[()]


def fisher_z_to_r(z: ArrayLike) -> FloatOrArray:
    """Invert `fisher_z`: r = tanh(z); infinite z gives +-1."""
    return np.tanh(floats(z, "z"))[()]


def fisher_z_variance(n: ArrayLike) -> FloatOrArray:
    """Return the sampling variance of Fisher's z, 1 / (n - 3), for sample sizes above 3."""
    n = floats(n, "n")
    if (n <= 3).any():
        problem = "the variance of Fisher's z needs a sample size above 3"
        raise RestatedError(problem, field="n", remedy="Leave the row out")
    return (1.0 / (n - 3.0))[()]


def r_to_d(r: ArrayLike, *, proportion: ArrayLike = 0.5) -> FloatOrArray:
    """Return the standardised mean difference of two groups from the point-biserial correlation.

    d = r / sqrt(P (1 - P) (1 - r^2)), for r inside -1 to 1 and the share P of one of the groups inside 0 to 1; groups
    as given, with the divisor-n within-group standard deviation.
    """
    r, share = _correlations(r), _proportion(proportion)
    if (np.abs(r) == 1).any():
        remedy = "Leave the row out, or cap the correlation, and report which"
        raise RestatedError("a correlation of exactly 1 or -1 has no finite d", field="r", remedy=remedy)
    return (r / np.sqrt(share * (1 - share) * (1 - r**2)))[()]


def d_to_r(d: ArrayLike, *, proportion: ArrayLike = 0.5) -> FloatOrArray:
    """Invert `r_to_d`: r = d / sqrt(d^2 + 1 / (P (1 - P))); with equal groups d / sqrt(d^2 + 4). +-inf gives +-1."""
    d, share = floats(d, "d"), _proportion(proportion)
    near = np.clip(d, -FARTHEST_D, FARTHEST_D)
    return (near / np.sqrt(near**2 + 1 / (share * (1 - share))))[()]


def odds_ratio_to_d(odds_ratio: ArrayLike) -> FloatOrArray:
    """Return the standardised mean difference from an odds ratio above 0: d = ln(OR) sqrt(3) / pi.

    Exact for two logistic distributions of one spread, cut anywhere: pi / sqrt(3) is the standard deviation of the
    logistic distribution (Hasselblad & Hedges, 1995).
    """
    odds_ratio = floats(odds_ratio, "odds_ratio")
    if ((odds_ratio <= 0) | np.isinf(odds_ratio)).any():
        raise RestatedError("an odds ratio of 0 or less, or an infinite one, has no finite d", field="odds_ratio")
    return (np.log(odds_ratio) * np.sqrt(3) / np.pi)[()]


def hedges_correction(df: ArrayLike, *, exact: bool = True) -> FloatOrArray:
    """Return Hedges' small-sample factor J by which d is multiplied to give g.

    J = Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)), with the degrees of freedom of the standard deviation (two groups:
    n1 + n2 - 2), above 1. Not `exact` gives 1 - 3 / (4 df - 1), the approximation that many programs use.
    """
    df = floats(df, "df")
    if np.isinf(df).any():
        raise RestatedError("degrees of freedom are infinite", field="df", remedy="Use d itself: the factor is 1")
    if (df <= 1).any():
        raise RestatedError("Hedges' correction needs more than one degree of freedom", field="df")
    if not exact:
        return (1 - 3 / (4 * df - 1))[()]
    return np.exp(gammaln(df / 2) - gammaln((df - 1) / 2) - 0.5 * np.log(df / 2))[()]


def hedges_g(
    mean1: ArrayLike,
    sd1: ArrayLike,
    n1: ArrayLike,
    mean2: ArrayLike,
    sd2: ArrayLike,
    n2: ArrayLike,
    *,
    exact: bool = True,
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return Hedges' g of group 1 against an independent group 2, and its large-sample variance.

    g = J (mean1 - mean2) / s with the pooled standard deviation s and `hedges_correction` at n1 + n2 - 2; v = 1 / n1 +
    1 / n2 + g^2 / (2 (n1 + n2)), as metafor's "SMD". Standard deviations are above 0, sizes at least 2.
    """
    mean1, sd1, n1, mean2, sd2, n2 = given = [floats(x) for x in (mean1, sd1, n1, mean2, sd2, n2)]
    if any(np.isinf(x).any() for x in given):
        raise RestatedError("a mean, standard deviation or size is infinite")
    if (sd1 <= 0).any() or (sd2 <= 0).any():
        raise RestatedError("a standard deviation is not positive", field="sd")
    if (n1 < 2).any() or (n2 < 2).any():
        raise RestatedError("a group has fewer than two members", field="n")
    df = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    g = hedges_correction(df, exact=exact) * (mean1 - mean2) / pooled
    return g[()], (1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))[()]


def _correlations(r: ArrayLike) -> Floats:
    r = floats(r, "r")
    beyond = np.abs(r) > 1
    if beyond.any():
        problem = f"correlation {r[beyond].flat[0]:g} is beyond 1 in absolute value"
        raise RestatedError(problem, field="r", remedy="Check the value, and pass Fisher's z to fisher_z_to_r")
    return r


def _proportion(proportion: ArrayLike) -> Floats:
    share = floats(proportion, "proportion")
    if ((share <= 0) | (share >= 1)).any():
        raise RestatedError("a group's share must be between 0 and 1", field="proportion")
    return share
