"""Resemblance of the members of pairs in a yes/no trait, on three scales that must not be mixed.

Twins, or siblings, of a pair are exchangeable. *Agreement* is the share of pairs whose members are in the same class.
*Score* is the correlation of the yes/no scores: phi of the double-entered table, or the intraclass correlation, which
differs from it by about 1 / (2 pairs). *Liability* is the correlation of two normal liabilities behind the classes
(tetrachoric); a share of variance from a liability model, such as c2, is on this scale. All functions take tables of
pairs with both, one and no member affected along the last axis, shape (..., 3), and return shape (...); what a table
leaves undefined is nan.

References: Fisher (1925), Statistical Methods for Research Workers, chapter 7 (double entry, analysis of variance).
Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428 (ICC(1,1)).
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from restated.arguments import FloatOrArray, Floats, check_finite, floats
from restated.errors import RestatedError
from restated.estimate.agreement import bivariate_normal, percent_agreement, phi, tetrachoric


def symmetrised(tables: ArrayLike) -> Floats:
    """Return the 2x2 tables a, b, c, d with the discordant pairs halved into their two orders, shape (..., 4).

    The last axis must hold three counts that are not negative (RestatedError).
    """
    tables = floats(tables, "tables")
    if not (np.isfinite(tables) & (tables >= 0)).all():
        raise RestatedError("a count of pairs is negative, missing or not finite", field="tables")
    if tables.ndim == 0 or tables.shape[-1] != 3:
        remedy = "Give pairs with both, one and no member affected along the last axis"
        raise RestatedError(f"tables of pairs have shape {tables.shape}", field="tables", remedy=remedy)
    return tables[..., [0, 1, 1, 2]] * (1, 0.5, 0.5, 1)


def agreement(tables: ArrayLike) -> FloatOrArray:
    """Return the share of pairs whose members are in the same class."""
    return percent_agreement(symmetrised(tables))


def affected(tables: ArrayLike) -> FloatOrArray:
    """Return the share of affected members."""
    a, b, _, d = np.moveaxis(symmetrised(tables), -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return ((a + b) / (a + 2 * b + d))[()]


def double_entry(tables: ArrayLike) -> FloatOrArray:
    """Return the correlation of the scores with each pair entered in both orders: 1 - discordant / (2 n p q)."""
    return phi(symmetrised(tables))


def intraclass(tables: ArrayLike) -> FloatOrArray:
    """Return the ICC(1,1) of the scores: (MSB - MSW) / (MSB + MSW) of the analysis of variance of n pairs.

    The sum of squares within pairs is half the discordant pairs, the total one 2 n p q.
    """
    a, b, _, d = np.moveaxis(symmetrised(tables), -1, 0)
    n, p = a + 2 * b + d, affected(tables)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = b / n
        between = (2 * n * p * (1 - p) - b) / (n - 1)
        return ((between - within) / (between + within))[()]


def liability(tables: ArrayLike) -> FloatOrArray:
    """Return the correlation of the liabilities with one threshold for both members."""
    return tetrachoric(symmetrised(tables))


def expected(affected: ArrayLike, score: ArrayLike) -> Floats:
    """Return shares of pairs, shape (..., 3), from the share affected and the score correlation.

    Raises RestatedError if no table has that share and that correlation (it would need a negative share of pairs).
    """
    check_finite(affected=affected, score=score)
    p, r = np.broadcast_arrays(floats(affected, "affected"), floats(score, "score"))
    one = 2 * p * (1 - p) * (1 - r)
    tables = np.stack([p - one / 2, one, 1 - p - one / 2], axis=-1)
    if not (np.isfinite(tables) & (tables >= 0)).all():
        raise RestatedError("no pairs have that share affected and that correlation", field="score")
    return tables


def class_agreement(shares: ArrayLike, r: ArrayLike) -> FloatOrArray:
    """Return the share of pairs in the same of several ordered classes, cut from normal liabilities with correlation r.

    `shares` are the members by class along the last axis, in the order of the liability; they must be above 0 and add
    up to 1. `r`, above -1 and below 1, broadcasts against their leading axes.
    """
    shares, r = floats(shares, "shares"), floats(r, "r")
    if shares.ndim == 0 or shares.shape[-1] < 2 or not ((shares > 0).all() and np.allclose(shares.sum(axis=-1), 1)):
        raise RestatedError("shares of two or more classes are not above 0 or do not add up to 1", field="shares")
    below = np.moveaxis(np.cumsum(shares, axis=-1)[..., :-1], -1, 0)
    ends = ndtri(below)
    # In one class are both members: below its upper end, less one or both below its lower end.
    both = sum(bivariate_normal(end, end, r) for end in ends)
    across = sum(bivariate_normal(a, b, r) for a, b in pairwise(ends))
    return np.asarray(1 + 2 * (both - across - below[-1]))[()]
