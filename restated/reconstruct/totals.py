"""Heterogeneity from printed totals when no study size was printed.

A pooled mean difference printed with k, N and an interval, or with Cochran's Q, leaves the k sample sizes open.
Sampling variances are v_i = c / n_i with c = 1 / (P (1 - P)) + d^2 / 2 for group shares P and 1 - P, so c is at least
4. Under inverse-variance weights the Wald standard error at a given tau2, 1 / sqrt(sum 1 / (v_i + tau2)), and the
DerSimonian-Laird estimate (Q - k + 1) / C with C = sum w - sum w^2 / sum w, w_i = 1 / v_i, are Schur-convex in the
sizes: over all whole sizes of at least `min_n` that add up to N both are least where the sizes are as equal as can be,
and greatest where one sample holds all it can. The ranges here are therefore exact. And as both are monotone in every
w_i, c = 4 gives bounds that hold for any shares, even if they differ between studies.

References: DerSimonian & Laird (1986), Controlled Clinical Trials 7, 177-188. Hedges & Olkin (1985), Statistical
methods for meta-analysis, chapter 5 (variance of d). Marshall, Olkin & Arnold (2011), Inequalities, 2nd ed., chapter 3.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from restated.arguments import FloatOrArray, Floats, Ints, check_finite, check_numbers, check_sizes, floats
from restated.errors import RestatedError
from restated.verdict import ROUNDOFF


def variance_factor(share: float = 0.5, d: float = 0.0) -> float:
    """Return c of v = c / n for a mean difference d between groups with the shares `share` and 1 - `share`."""
    check_numbers(d=d, share=share)
    check_finite(d=d)
    if not 0 < share < 1:
        raise RestatedError("a group's share must be between 0 and 1", field="share")
    return 1 / (share * (1 - share)) + d * d / 2


def extreme_sizes(k: int, total_n: int, *, min_n: int) -> tuple[Ints, Ints]:
    """Return the most equal and the most unequal whole sizes of at least `min_n` that add up to `total_n`, shape (k,).

    Raises a RestatedError if k < 2, min_n < 1, or k samples of `min_n` exceed the total.
    """
    check_numbers(k=k, total_n=total_n, min_n=min_n)
    if k < 2 or min_n < 1 or k * min_n > total_n:
        raise RestatedError(f"{k} samples of at least {min_n} do not add up to {total_n}", field="min_n")
    each, rest = divmod(total_n, k)
    return np.full(k, each) + (np.arange(k) < rest), np.append(np.full(k - 1, min_n), total_n - (k - 1) * min_n)


def _sizes(sizes: ArrayLike, c: float) -> Floats:
    """Sizes as floats, after checks of them and of the variance factor."""
    if np.shape(sizes)[-1:] < (2,):
        raise RestatedError("pooling needs at least two samples", field="sizes")
    check_sizes(1, sizes=sizes)
    check_numbers(c=c)
    if not 0 < c < np.inf:
        raise RestatedError(f"the variance factor {c} is not positive", field="c")
    return np.asarray(sizes, dtype=float)


def standard_error(sizes: ArrayLike, c: float, tau2: ArrayLike) -> FloatOrArray:
    """Return the Wald standard error of the pooled mean, variances c / n + tau2; sizes (..., k), tau2 (...)."""
    n = _sizes(sizes, c)
    tau2 = floats(tau2, "tau2")
    if not (np.isfinite(tau2) & (tau2 >= 0)).all():
        raise RestatedError("tau2 is negative, missing or not finite", field="tau2")
    return 1 / np.sqrt((n / (c + tau2[..., None] * n)).sum(axis=-1))


def tau2_from_q(sizes: ArrayLike, c: float, q: float) -> FloatOrArray:
    """Return the DerSimonian-Laird estimate from Q, 0 where Q is at most k - 1; sizes of shape (..., k)."""
    check_numbers(q=q)
    check_finite(q=q)
    w = _sizes(sizes, c) / c
    total = w.sum(axis=-1)
    return np.maximum(0.0, (q - w.shape[-1] + 1) / (total - (w**2).sum(axis=-1) / total))


def tau2_from_se(sizes: Ints, c: float, se: float) -> float:
    """Return the tau2 at which the Wald standard error of one set of sizes is `se`; nan if sampling error is larger."""
    check_numbers(se=se)
    check_finite(se=se)
    alone = float(standard_error(sizes, c, 0.0))
    if alone >= se:
        return 0.0 if alone <= se * (1 + ROUNDOFF) else np.nan
    # The standard error is at least sqrt(tau2 / k), which bounds the search.
    return float(brentq(lambda t: float(standard_error(sizes, c, t)) - se, 0.0, len(sizes) * se**2, xtol=1e-15))


def least_tau2(k: int, total_n: int, q: float, *, c: float, min_n: int) -> float:
    """Return the least DerSimonian-Laird tau2 over all sizes, from the least Q."""
    equal, _ = extreme_sizes(k, total_n, min_n=min_n)
    return float(tau2_from_q(equal, c, q))


def greatest_tau2(k: int, total_n: int, se: float, *, c: float, min_n: int) -> float:
    """Return the greatest between-study variance over all sizes, from the greatest standard error.

    Raises a RestatedError if sampling error alone exceeds the standard error for every set of sizes.
    """
    equal, _ = extreme_sizes(k, total_n, min_n=min_n)
    tau2 = tau2_from_se(equal, c, se)
    if np.isnan(tau2):
        problem = f"{total_n} participants leave a sampling error above {se:.4g}"
        raise RestatedError(problem, field="se", remedy="Check that interval, total and model belong together")
    return tau2


def se_from_q(sizes: ArrayLike, c: float, q: float) -> FloatOrArray:
    """Return the Wald standard error implied by a printed Q, with the DerSimonian-Laird tau2 in the weights."""
    return standard_error(sizes, c, tau2_from_q(sizes, c, q))
