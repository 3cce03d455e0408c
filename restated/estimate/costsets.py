"""Two groups of costs known by size, mean ratio and SD/mean ratios, compared by several tests.

Costs have no natural unit here: group 2 has mean 1 and group 1 has mean `ratio`; `cv` is the SD divided by the mean.
That is enough for Student's and Welch's t test and the gamma model with log link (its error is Student's for values in
units of their group's mean); `method` is one of `BY_MOMENTS`. The two-part test needs the shares with any cost too, the
bootstrap values; it takes many samples at a time.

References: As in `restated.estimate.costs`. McCullagh & Nelder (1989), Generalized linear models, chapter 8 (gamma
model). Barber & Thompson (2000), Statistics in Medicine 19, 3219-3236 (bootstrap of mean costs). Lachenbruch (2001),
Statistics in Medicine 20, 1215-1234 (two-part test). Gelman & Carlin (2014) coined sign and magnitude error; here both
are counted in simulated trials.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import Bools, Floats, check_finite, check_numbers, check_option, check_sizes, floats
from restated.errors import RestatedError
from restated.estimate.costs import error_of_difference

BY_MOMENTS = ("Student", "Welch", "gamma model")  #: Tests that means, standard deviations and sizes determine
ALPHA = 0.05  #: Level of all tests, two-sided
RESAMPLES = 1000  #: Resamples of one bootstrap: the Monte Carlo error of a tail share of .025 is then .005


def standard_error(
    ratio: ArrayLike, cv1: ArrayLike, cv2: ArrayLike, n1: int, n2: int, method: str
) -> tuple[Floats, Floats]:
    """Return standard error and degrees of freedom of the effect of a test; `ratio`, `cv1` and `cv2` broadcast.

    The effect is the mean difference in units of the mean of group 2, for the gamma model the log ratio. Ratios that
    are not positive, or SD/means that are negative or not finite, raise a RestatedError.
    """
    check_option("test", method, BY_MOMENTS, field="method")
    check_finite(ratio=ratio, cv1=cv1, cv2=cv2)
    if not (np.asarray(ratio, dtype=float) > 0).all():
        raise RestatedError("a ratio of two means is not positive", field="ratio")
    scale = 1.0 if method == "gamma model" else np.asarray(ratio, dtype=float)
    v1, v2 = (scale * np.asarray(cv1, dtype=float)) ** 2, np.asarray(cv2, dtype=float) ** 2
    return error_of_difference(v1, n1, v2, n2, equal_variances=method != "Welch")


def p_by_moments(ratio: ArrayLike, cv1: ArrayLike, cv2: ArrayLike, n1: int, n2: int, method: str) -> Floats:
    """Return the two-sided p value of a test that the moments determine; parameters as `standard_error`."""
    se, df = standard_error(ratio, cv1, cv2, n1, n2, method)
    if not (se > 0).all():
        raise RestatedError("costs without any spread have no test", field="cv1, cv2")
    return 2 * np.asarray(stats.t.sf(_size(ratio, method) / se, df))


def critical_cv(ratio: ArrayLike, n1: int, n2: int, method: str) -> Floats:
    """Return the largest SD/mean, equal in both groups, at which the test still calls a mean ratio significant.

    With equal SD/mean the standard error is proportional to it and the degrees of freedom do not depend on it, so the
    limit is effect / (critical t times the standard error at SD/mean = 1).
    """
    se, df = standard_error(ratio, 1.0, 1.0, n1, n2, method)
    return _size(ratio, method) / (stats.t.isf(ALPHA / 2, df) * se)


def two_part_p(ratio: ArrayLike, cv: float, n1: int, n2: int, share1: ArrayLike, share2: ArrayLike) -> Floats:
    """Return the p value of a two-part test: who has any cost, and how much those who have one cost.

    `ratio`, `cv`: ratio of the mean costs of those who have any, and their SD/mean, equal in both groups; `share1`,
    `share2`: shares with any cost, above 0, of all `n1` and `n2`. Pearson's chi-squared of the shares plus the squared
    t of the gamma model, on two degrees of freedom (Lachenbruch, 2001). Values out of range raise a RestatedError.
    """
    check_numbers(cv=cv, n1=n1, n2=n2)
    check_sizes(1, n1=n1, n2=n2)
    if not 0 < cv < math.inf or not (floats(ratio, "ratio") > 0).all():
        raise RestatedError("costs need a positive ratio of means and a positive SD/mean", field="ratio, cv")
    first, second = floats(share1, "share1"), floats(share2, "share2")
    if not ((first > 0) & (first <= 1) & (second > 0) & (second <= 1)).all():
        raise RestatedError("a share with any cost is not above 0 and at most 1", field="share1, share2")
    with np.errstate(divide="ignore", invalid="ignore"):
        both = (n1 * first + n2 * second) / (n1 + n2)
        users = np.where(both < 1, (first - second) ** 2 / (both * (1 - both) * (1 / n1 + 1 / n2)), 0.0)
    k1, k2 = n1 * first, n2 * second
    amounts = _size(ratio, "gamma model") ** 2 / (cv**2 * (1 / k1 + 1 / k2))
    return np.asarray(stats.chi2.sf(users + amounts, 2))


def _size(ratio: ArrayLike, method: str) -> Floats:
    """Absolute effect, on the scale of the test."""
    return np.abs(np.log(ratio) if method == "gamma model" else np.asarray(ratio, dtype=float) - 1)


def critical_ratio(cv: float, n1: int, n2: int, method: str) -> float:
    """Return the mean ratio below 1 at which the test turns significant when both groups have this SD/mean.

    Returns 0 where no ratio is small enough.
    """
    check_numbers(cv=cv)
    # The limit falls steadily as the ratio rises to 1, where no SD/mean is small enough.
    grid = np.linspace(0, 1, 2001)[1:]
    limit = critical_cv(grid, n1, n2, method)
    reached = np.flatnonzero(limit >= cv)
    return float(grid[reached[-1]]) if len(reached) else 0.0


def resampled_means(values: ArrayLike, *, seed: int, resamples: int = RESAMPLES) -> Floats:
    """Return means of bootstrap resamples of each sample, shape (..., n), as shape (..., resamples).

    The same counts of draws are used for every sample.
    """
    n = np.shape(values)[-1]
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)
    return np.asarray(np.asarray(values, dtype=float) @ (counts.T / n))


def bootstrap_excludes_zero(means1: ArrayLike, means2: ArrayLike) -> Bools:
    """True where the percentile interval of a mean difference excludes zero; resampled means along the last axis."""
    below = (floats(means1, "means1") <= floats(means2, "means2")).mean(axis=-1)
    above = (np.asarray(means1) >= np.asarray(means2)).mean(axis=-1)
    return np.asarray(np.minimum(below, above) < ALPHA / 2)


def population(kind: str, cv: float, zeros: float, size: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw independent values with mean 1 and the given SD/mean.

    `zeros` is the probability of an exact zero, `kind` ({"lognormal", "gamma"}) the distribution of the others. Raises
    RestatedError if that share of zeros needs a larger SD/mean, or the kind is unknown.
    """
    check_numbers(cv=cv, zeros=zeros)
    check_finite(cv=cv)
    if not 0 <= zeros < 1:
        raise RestatedError(f"{zeros} is not a probability below 1", field="zeros")
    keep = 1 - zeros
    cv2 = (1 + cv**2) * keep - 1  # squared SD/mean of the positive part
    if cv2 <= 0:
        raise RestatedError(f"an SD/mean of {cv:g} is too small for a share of {zeros:g} of zeros", field="cv")
    check_option("shape", kind, ("lognormal", "gamma"), field="kind")
    if kind == "lognormal":
        s2 = math.log1p(cv2)
        values = rng.lognormal(-s2 / 2, math.sqrt(s2), size)
    else:
        values = rng.gamma(1 / cv2, cv2, size)
    return values / keep * (rng.random(size) < keep)


def errors_of_trials(values1: ArrayLike, values2: ArrayLike, true_difference: float) -> dict[str, float]:
    """Return power, sign error and magnitude error of Welch's test over simulated trials, shapes (trials, n).

    ``power`` is the share of trials that are significant, ``sign`` the share of those whose difference has the wrong
    sign, ``magnitude`` the mean absolute difference of those over the true one (which is not 0, else a RestatedError).
    The last two are nan if no trial is.
    """
    x, y = floats(values1, "values1"), floats(values2, "values2")
    check_finite(values1=x, values2=y, true_difference=true_difference)
    if true_difference == 0:
        raise RestatedError("a true difference of 0 has no sign or size to miss", field="true_difference")
    difference = x.mean(axis=-1) - y.mean(axis=-1)
    v1, v2 = (values.var(axis=-1, ddof=1) for values in (x, y))
    with np.errstate(divide="ignore", invalid="ignore"):  # a trial in which nobody has a cost is not significant
        se, df = error_of_difference(v1, x.shape[-1], v2, y.shape[-1], equal_variances=False)
        found = np.asarray(2 * stats.t.sf(np.abs(difference) / se, df)) < ALPHA
    hits = difference[found]
    if not len(hits):
        return {"power": 0.0, "sign": math.nan, "magnitude": math.nan}
    return {
        "power": float(found.mean()),
        "sign": float((np.sign(hits) != np.sign(true_difference)).mean()),
        "magnitude": float(np.abs(hits).mean() / abs(true_difference)),
    }
