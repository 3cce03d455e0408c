"""Agreement and association in square tables of counts, for one table or many at once.

A 2x2 table is given as four counts a, b, c, d along the last axis, shape (..., 4): rows are the first assessment,
columns the second, so a and d are the agreements. A k x k table has the last two axes. Results are a float or an array
of shape (...). What cannot be computed is nan, because enumerations meet empty margins; counts that are negative or not
finite, and other shapes, raise a RestatedError.

References: Cohen (1960), Educational and Psychological Measurement 20, 37-46 (kappa; its first variance). Fleiss, Cohen
& Everitt (1969), Psychological Bulletin 72, 323-327 (variance). Pearson (1900), Philosophical Transactions A 195, 1-47
(tetrachoric). Owen (1956), Annals of Mathematical Statistics 27, 1075-1090 (bivariate normal).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import elementwise
from scipy.special import ndtr, ndtri, owens_t

from restated.arguments import FloatOrArray, Floats, floats
from restated.errors import RestatedError

#: Largest correlation in the search for a tetrachoric one, and its precision: probabilities are good to about 1e-15.
NEAREST = 1 - 1e-15
TOLERANCES: Any = {"xatol": 1e-14, "xrtol": 0.0}


def percent_agreement(tables: ArrayLike) -> FloatOrArray:
    """Return the share of agreements (a + d) / n of 2x2 tables, as a proportion; nan for an empty table."""
    a, b, c, d = _four(tables)
    return _ratio(a + d, a + b + c + d)


def kappa(tables: ArrayLike) -> FloatOrArray:
    """Return Cohen's kappa of 2x2 tables; nan if chance agreement is 1 (both assessments constant) or n is 0."""
    four = _four(tables)
    return kappa_square(np.moveaxis(four, 0, -1).reshape(*four.shape[1:], 2, 2))


def phi(tables: ArrayLike) -> FloatOrArray:
    """Return phi, the Pearson correlation of two dichotomies; nan if a margin is empty."""
    a, b, c, d = _four(tables)
    return _ratio(a * d - b * c, np.sqrt((a + b) * (c + d)) * np.sqrt((a + c) * (b + d)))


def odds_ratio(tables: ArrayLike) -> FloatOrArray:
    """Return the odds ratio ad / bc without continuity correction: inf if only bc is 0, nan if ad and bc are both 0."""
    a, b, c, d = _four(tables)
    with np.errstate(divide="ignore", invalid="ignore"):
        return ((a * d) / (b * c))[()]


def tetrachoric(tables: ArrayLike) -> FloatOrArray:
    """Return the tetrachoric correlation of 2x2 tables by maximum likelihood; nan if a margin is empty.

    Thresholds come from the margins, and r puts a / n into the first quadrant of the bivariate normal, which fits
    exactly. So a single empty cell, or an empty diagonal, has its solution at the boundary: -1 if a or d is empty, 1 if
    b or c is. No continuity correction is added. A search that does not settle raises a RestatedError too.
    """
    counts = _four(tables)
    a, b, c, d = four = counts.reshape(4, -1)
    result = np.full(a.shape, np.nan)
    margins = ((a + b) > 0) & ((c + d) > 0) & ((a + c) > 0) & ((b + d) > 0)
    result[margins & ((b == 0) | (c == 0))] = 1.0
    result[margins & ((a == 0) | (d == 0))] = -1.0
    inner = (four > 0).all(axis=0)
    if inner.any():
        rows, columns, target = (x[inner] / (a + b + c + d)[inner] for x in (a + b, a + c, a))
        result[inner] = _solve_correlation(ndtri(rows), ndtri(columns), target)
    return result.reshape(counts.shape[1:])[()]


def bivariate_normal(h: ArrayLike, k: ArrayLike, rho: ArrayLike) -> FloatOrArray:
    """Return P(X <= h, Y <= k) of standard normals with correlation rho, -1 < rho < 1, by Owen's T function.

    The arguments are finite and broadcast; others raise a RestatedError.
    """
    h, k, rho = np.broadcast_arrays(*(floats(x) for x in (h, k, rho)))
    if not (np.isfinite(h) & np.isfinite(k) & (np.abs(rho) < 1)).all():
        raise RestatedError("limits must be finite and the correlation between -1 and 1", field="rho")
    root = np.sqrt((1 - rho) * (1 + rho))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h = np.where(h == 0, np.copysign(np.inf, k), (k - rho * h) / (h * root))
        slope_k = np.where(k == 0, np.copysign(np.inf, h), (h - rho * k) / (k * root))
    opposite = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    inside = 0.5 * (ndtr(h) + ndtr(k)) - owens_t(h, slope_h) - owens_t(k, slope_k) - 0.5 * opposite
    return np.where((h == 0) & (k == 0), 0.25 + np.arcsin(rho) / (2 * np.pi), inside)[()]


def kappa_square(tables: ArrayLike) -> FloatOrArray:
    """Return Cohen's kappa of k x k tables; nan if chance agreement is 1 or n is 0."""
    n, agree, chance = _agreement_counts(_square(tables))
    return _ratio(n * agree - chance, n * n - chance)


def kappa_variance_cohen(tables: ArrayLike) -> FloatOrArray:
    """Return Cohen's (1960) large-sample variance of kappa, po (1 - po) / (n (1 - pe)^2); nan where kappa is nan.

    It treats chance agreement as known; `kappa_variance` does not. It is 0 in a table of perfect agreement.
    """
    n, agree, chance = _agreement_counts(_square(tables))
    return _ratio(n * agree * (n - agree), (n * n - chance) ** 2)


def kappa_variance(tables: ArrayLike) -> FloatOrArray:
    """Return the large-sample variance of kappa of Fleiss, Cohen and Everitt (1969); nan where kappa is nan.

    Cell (i, j) of the delta method weighs [i = j] - (p_.i + p_j.)(1 - kappa): column share of its row's class, row
    share of its column's class.
    """
    counts = _square(tables)
    n, _, chance = _agreement_counts(counts)
    lack = np.asarray(1 - kappa_square(counts))
    with np.errstate(divide="ignore", invalid="ignore"):
        p, chance = counts / n[..., None, None], chance / n**2
        margins = p.sum(axis=-2)[..., :, None] + p.sum(axis=-1)[..., None, :]
        weights = np.eye(counts.shape[-1]) - margins * lack[..., None, None]
        mean_square = (p * weights**2).sum(axis=(-2, -1))
        # Perfect agreement leaves a zero that rounding can make slightly negative.
        variance = np.maximum(mean_square - (1 - lack - chance * lack) ** 2, 0.0) / (n * (1 - chance) ** 2)
    return np.where(np.isnan(lack), np.nan, variance)[()]


def kappa_variance_null(tables: ArrayLike) -> FloatOrArray:
    """Return the large-sample variance of kappa where the true kappa is 0 (Fleiss, Cohen & Everitt, 1969)."""
    counts = _square(tables)
    n, _, chance = _agreement_counts(counts)
    first, second = counts.sum(axis=-1), counts.sum(axis=-2)
    triple = (first * second * (first + second)).sum(axis=-1)
    return _ratio(n * n * chance + chance**2 - n * triple, n * (n * n - chance) ** 2)


def _solve_correlation(h: Floats, k: Floats, target: Floats) -> Floats:
    """rho with bivariate_normal(h, k, rho) = target."""

    def excess(rho: Any, h: Any, k: Any, target: Any) -> Any:
        return bivariate_normal(h, k, rho) - target

    ends = np.full(h.shape, NEAREST)
    found: Any = elementwise.find_root(excess, (-ends, ends), args=(h, k, target), tolerances=TOLERANCES)
    if not found.success.all():
        raise RestatedError("the search for a tetrachoric correlation did not settle", remedy="Check the counts")
    return np.asarray(found.x)


def _agreement_counts(counts: Floats) -> tuple[Floats, Floats, Floats]:
    """n, n * po and n^2 * pe: the counts kappa is made of, exact for whole counts."""
    chance = (counts.sum(axis=-1) * counts.sum(axis=-2)).sum(axis=-1)
    return counts.sum(axis=(-2, -1)), np.einsum("...ii->...", counts), chance


def _ratio(top: ArrayLike, bottom: ArrayLike) -> FloatOrArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(bottom == 0, np.nan, np.asarray(top) / bottom)[()]


def _four(tables: ArrayLike) -> Floats:
    """Counts a, b, c, d along the first axis."""
    counts = _counts(tables)
    if counts.ndim < 1 or counts.shape[-1] != 4:
        remedy = "Give the four counts a, b, c, d along the last axis"
        raise RestatedError(f"tables have shape {counts.shape}", field="tables", remedy=remedy)
    return np.moveaxis(counts, -1, 0)


def _square(tables: ArrayLike) -> Floats:
    counts = _counts(tables)
    if counts.ndim < 2 or counts.shape[-1] != counts.shape[-2] or counts.shape[-1] < 2:
        remedy = "Give square tables along the last two axes"
        raise RestatedError(f"tables have shape {counts.shape}", field="tables", remedy=remedy)
    return counts


def _counts(tables: ArrayLike) -> Floats:
    counts = floats(tables, "tables", problem="counts are not numbers")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise RestatedError("a count is negative, missing or not finite", field="tables")
    return counts
