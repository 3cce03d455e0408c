"""Two groups of costs known by size, mean ratio and SD/mean ratios, compared by several tests.

Costs have no natural unit here: group 2 has mean 1 and group 1 has mean `ratio`; `cv` is the SD divided by the mean
(coefficient of variation). Student's and Welch's t test and the gamma model with log link need nothing more, so their
verdict is fixed by the moments. The rank test and the bootstrap need values; they take many samples at a time.

References
----------
As in `restated.estimate.costs`, which has the same tests for one pair of samples. Gelman, A., & Carlin, J. (2014)
coined sign and magnitude error; here both are counted in simulated trials, by their definition.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import Bools, Floats, check_option
from restated.errors import RestatedError

#: Tests that means, standard deviations and sizes determine.
BY_MOMENTS = ("Student", "Welch", "gamma model")
#: Resamples of one bootstrap: the Monte Carlo error of a tail share of .025 is then .005.
RESAMPLES = 1000


def standard_error(
    ratio: ArrayLike, cv1: ArrayLike, cv2: ArrayLike, n1: int, n2: int, method: str
) -> tuple[Floats, Floats]:
    """Return standard error and degrees of freedom of the effect of a test.

    Parameters
    ----------
    ratio, cv1, cv2 : array_like
        Mean of group 1 over mean of group 2, and SD/mean of both; broadcast.
    n1, n2 : int
    method : {"Student", "Welch", "gamma model"}
        The effect is the mean difference in units of the mean of group 2, for the gamma model the log ratio.

    Returns
    -------
    se, df : ndarray

    Raises
    ------
    RestatedError
        If the method is unknown.
    """
    check_option("test", method, BY_MOMENTS, field="method")
    ratio, cv1, cv2 = (np.asarray(x, dtype=float) for x in (ratio, cv1, cv2))
    v1, v2 = (ratio * cv1) ** 2, cv2**2
    df = np.asarray(n1 + n2 - 2.0)
    if method == "Student":
        return np.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / df * (1 / n1 + 1 / n2)), df
    if method == "Welch":
        first, second = v1 / n1, v2 / n2
        return np.sqrt(first + second), (first + second) ** 2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))
    return np.sqrt(((n1 - 1) * cv1**2 + (n2 - 1) * cv2**2) / df * (1 / n1 + 1 / n2)), df


def p_by_moments(ratio: ArrayLike, cv1: ArrayLike, cv2: ArrayLike, n1: int, n2: int, method: str) -> Floats:
    """Return the two-sided p value of a test that the moments determine; parameters as `standard_error`."""
    se, df = standard_error(ratio, cv1, cv2, n1, n2, method)
    effect = np.log(ratio) if method == "gamma model" else np.asarray(ratio, dtype=float) - 1
    return 2 * np.asarray(stats.t.sf(np.abs(effect) / se, df))


def critical_cv(ratio: ArrayLike, n1: int, n2: int, method: str, *, level: float = 0.05) -> Floats:
    """Return the largest SD/mean, equal in both groups, at which the test still calls a mean ratio significant.

    With equal SD/mean the standard error is proportional to it and the degrees of freedom do not depend on it, so the
    limit is effect / (critical t times the standard error at SD/mean = 1).
    """
    se, df = standard_error(ratio, 1.0, 1.0, n1, n2, method)
    effect = np.log(ratio) if method == "gamma model" else np.asarray(ratio, dtype=float) - 1
    return np.abs(effect) / (stats.t.isf(level / 2, df) * se)


def critical_ratio(cv: float, n1: int, n2: int, method: str, *, level: float = 0.05) -> float:
    """Return the mean ratio below 1 at which the test turns significant when both groups have this SD/mean.

    Returns 0 where no ratio is small enough.
    """
    # The limit falls steadily as the ratio rises to 1, where no SD/mean is small enough.
    grid = np.linspace(0, 1, 2001)[1:]
    limit = critical_cv(grid, n1, n2, method, level=level)
    reached = np.flatnonzero(limit >= cv)
    return float(grid[reached[-1]]) if len(reached) else 0.0


def by_ranks(values1: ArrayLike, values2: ArrayLike) -> tuple[Floats, Floats]:
    """Compare groups along the last axis by the Mann-Whitney test: normal approximation with tie and continuity
    correction.

    Parameters
    ----------
    values1, values2 : array_like, shapes (..., n1) and (..., n2)

    Returns
    -------
    p, superiority : ndarray
        Two-sided p, and the probability that a value of group 1 is larger (ties count one half).
    """
    x, y = np.asarray(values1, dtype=float), np.asarray(values2, dtype=float)
    test: Any = stats.mannwhitneyu(x, y, axis=-1, method="asymptotic", use_continuity=True)
    return test.pvalue, test.statistic / (x.shape[-1] * y.shape[-1])


def resampled_means(values: ArrayLike, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Return means of bootstrap resamples of each sample.

    Parameters
    ----------
    values : array_like, shape (..., n)
    seed : int
        The same counts of draws are used for every sample.

    Returns
    -------
    ndarray, shape (..., resamples)
    """
    n = np.shape(values)[-1]
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    return np.asarray(np.asarray(values, dtype=float) @ (counts.T / n))


def bootstrap_excludes_zero(means1: ArrayLike, means2: ArrayLike, *, level: float = 0.05) -> Bools:
    """True where the percentile interval of a mean difference excludes zero; resampled means along the last axis."""
    below = (np.asarray(means1) <= means2).mean(axis=-1)
    above = (np.asarray(means1) >= means2).mean(axis=-1)
    return np.asarray(np.minimum(below, above) < level / 2)


def population(kind: str, cv: float, zeros: float, size: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw independent values with mean 1 and the given SD/mean.

    Parameters
    ----------
    kind : {"lognormal", "gamma"}
        Of the values that are not zero.
    cv : float
    zeros : float
        Probability of a value of exactly zero.
    size : int or tuple
    rng : numpy.random.Generator

    Raises
    ------
    RestatedError
        If so many zeros need a larger SD/mean, or the kind is unknown.
    """
    keep = 1 - zeros
    cv2 = (1 + cv**2) * keep - 1  # squared SD/mean of the positive part
    if cv2 <= 0:
        raise RestatedError(f"an SD/mean of {cv:g} is too small for a share of {zeros:g} of zeros", field="cv")
    if kind == "lognormal":
        s2 = math.log1p(cv2)
        values = rng.lognormal(-s2 / 2, math.sqrt(s2), size)
    elif kind == "gamma":
        values = rng.gamma(1 / cv2, cv2, size)
    else:
        raise RestatedError(f"unknown shape '{kind}'", field="kind", remedy="Use 'lognormal' or 'gamma'")
    return values / keep * (rng.random(size) < keep)


def errors_of_trials(
    values1: ArrayLike, values2: ArrayLike, true_difference: float, *, level: float = 0.05
) -> dict[str, float]:
    """Return power, sign error and magnitude error of Welch's test over simulated trials.

    Parameters
    ----------
    values1, values2 : array_like, shapes (trials, n1) and (trials, n2)
    true_difference : float
        Difference of the population means; not 0.

    Returns
    -------
    dict
        ``power``: share of trials that are significant; ``sign``: share of those whose difference has the wrong sign;
        ``magnitude``: mean absolute difference of those over the true one. The last two are nan if no trial is.
    """
    x, y = np.asarray(values1, dtype=float), np.asarray(values2, dtype=float)
    n1, n2 = x.shape[-1], y.shape[-1]
    first, second = x.var(axis=-1, ddof=1) / n1, y.var(axis=-1, ddof=1) / n2
    difference, variance = x.mean(axis=-1) - y.mean(axis=-1), first + second
    with np.errstate(divide="ignore", invalid="ignore"):  # a trial in which nobody has a cost is not significant
        df = variance**2 / (first**2 / (n1 - 1) + second**2 / (n2 - 1))
        found = 2 * stats.t.sf(np.abs(difference) / np.sqrt(variance), df) < level
    hits = difference[found]
    if not len(hits):
        return {"power": 0.0, "sign": math.nan, "magnitude": math.nan}
    return {
        "power": float(found.mean()),
        "sign": float((np.sign(hits) != np.sign(true_difference)).mean()),
        "magnitude": float(np.abs(hits).mean() / abs(true_difference)),
    }
