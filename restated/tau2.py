"""Between-study variance: seven estimators and the Q-profile interval, for many data sets at once.

`Y` and `V` have shape (draws, k), one row per data set, and share one design matrix `X` of shape (k, p), whose only
column is 1 for a plain meta-analysis. Notation, as in Viechtbauer (2005): weights w = 1 / (v + tau2), W their diagonal
matrix, P = W - W X (X'WX)^-1 X'W, so that y'Py is the weighted residual sum of squares.

References: DerSimonian & Laird (1986), Controlled Clinical Trials 7, 177-188. Hedges & Olkin (1985), Statistical
methods for meta-analysis. Paule & Mandel (1982), Journal of Research of the National Bureau of Standards 87, 377-385.
Sidik & Jonkman (2005), Applied Statistics 54, 367-384. Viechtbauer (2005), Journal of Educational and Behavioral
Statistics 30, 261-293. Viechtbauer (2007), Statistics in Medicine 26, 37-52 (Q-profile interval).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.stats import chi2

from restated.arguments import Floats, check_option
from restated.errors import RestatedError

METHODS = ("FE", "DL", "HE", "SJ", "PM", "ML", "REML")
#: A step below this share of (tau2 + mean sampling variance) ends an iteration: Newton's steps shrink quadratically.
STEP_TOLERANCE = 1e-12
MAX_ITERATIONS = 200  #: Newton from inside a bracket takes 5 to 10 steps, bisection in the worst case about 50.
#: A sum of squares below the square of this share of the squares it is a difference of is rounding, that is zero.
ROUNDOFF = 1e-12
#: With weights further apart than this, sums of squared weights lose more than eight of their 16 digits.
WEIGHTS_APART = 1e4
#: The likelihood can have several maxima: it is evaluated at 0 and at these shares of an upper bound, factors of 2.
LIKELIHOOD_GRID = tuple(2.0**-power for power in range(13, -1, -1))
CHUNK = 256  #: Draws handled at a time: 256 rows of 100 studies stay inside a processor's cache


@dataclass(frozen=True)
class Weighted:
    """Weighted least squares at a given tau2; every field has the draws as its first axis."""

    w: Floats  # (draws, k)
    beta: Floats  # (draws, p)
    covariance: Floats  # (draws, p, p), (X'WX)^-1
    py: Floats  # (draws, k), Py
    q: Floats  # (draws,), y'Py
    log_det: Floats  # (draws,), log |X'WX|


def weighted(Y: Floats, V: Floats, X: Floats, tau2: Floats) -> Weighted:
    """Fit weighted least squares with weights 1 / (V + tau2); tau2 of shape (draws,)."""
    w = 1.0 / (V + tau2[:, None])
    information = _cross(w, X)
    if X.shape[1] == 1:  # the common case, without a linear solver
        covariance: Floats = 1.0 / information
        log_det = np.log(information[:, 0, 0])
    else:
        covariance = np.linalg.inv(information)
        log_det = np.linalg.slogdet(information)[1]
    beta = np.einsum("bij,bj->bi", covariance, (w * Y) @ X)
    residual = Y - beta @ X.T
    py = w * residual
    return Weighted(w, beta, covariance, py, np.einsum("bk,bk->b", py, residual), log_det)


def estimate(Y: Floats, V: Floats, X: Floats, method: str) -> Floats:
    """Return tau2 for each data set, never negative, shape (draws,).

    `Y`, `V`, shape (draws, k): effects and sampling variances. `X`, shape (k, p): design matrix, of full column rank,
    with p < k. `method`: one of `METHODS`; FE is the common-effect model: tau2 = 0. Raises RestatedError if the method
    is unknown or an iteration does not settle.
    """
    check_option("tau2 method", method, METHODS)
    solve = _SOLVERS[method]
    tau2 = np.empty(len(Y))
    for start in range(0, len(Y), CHUNK):
        rows = slice(start, start + CHUNK)
        tau2[rows] = solve(Y[rows], V[rows], X)
    return tau2


def q_profile(y: Floats, v: Floats, X: Floats, level: float) -> tuple[float, float]:
    """Return the Q-profile confidence interval for tau2 of one data set (Viechtbauer 2007).

    The set of tau2 at which the generalised Q statistic is inside the central `level` of chi-squared with k - p degrees
    of freedom. Both limits are nan if even tau2 = 0 leaves Q below the lower quantile: the set is empty, which happens
    when studies agree better than their sampling errors allow.
    """
    k, p = X.shape
    upper_quantile, lower_quantile = np.asarray(chi2.ppf([(1 + level) / 2, (1 - level) / 2], k - p))
    Y, V = y[None, :], v[None, :]
    if weighted(Y, V, X, np.zeros(1)).q[0] < lower_quantile:
        return np.nan, np.nan
    return float(_q_equals(Y, V, X, upper_quantile)[0]), float(_q_equals(Y, V, X, lower_quantile)[0])


def _cross(weights: Floats, X: Floats) -> Floats:
    """X' diag(weights) X for each row of `weights`, shape (draws, p, p)."""
    k, p = X.shape
    return (weights @ (X[:, :, None] * X[:, None, :]).reshape(k, p * p)).reshape(-1, p, p)


def traces(fit: Weighted, X: Floats) -> tuple[Floats, Floats]:
    """Return tr(P) and tr(PP) without forming P."""
    w2 = fit.w * fit.w
    m2 = fit.covariance @ _cross(w2, X)
    m3 = fit.covariance @ _cross(w2 * fit.w, X)
    first = fit.w.sum(axis=1) - np.einsum("bii->b", m2)
    second = w2.sum(axis=1) - 2 * np.einsum("bii->b", m3) + np.einsum("bij,bji->b", m2, m2)
    apart = fit.w.max(axis=1) > WEIGHTS_APART * fit.w.min(axis=1)
    if apart.any():  # the squares cancel: P = W^1/2 N N' W^1/2, with N an orthonormal basis of what W^1/2 X leaves free
        w = fit.w[apart]
        free = np.linalg.qr(np.sqrt(w)[:, :, None] * X, mode="complete")[0][:, :, X.shape[1] :]
        inner = np.einsum("bki,bk,bkj->bij", free, w, free)
        first[apart], second[apart] = np.einsum("bii->b", inner), (inner**2).sum(axis=(1, 2))
    return first, second


def _residual_maker(X: Floats) -> Floats:
    """I - X (X'X)^-1 X', shape (k, k)."""
    return np.asarray(np.eye(len(X)) - X @ np.linalg.pinv(X))


def _dersimonian_laird(Y: Floats, V: Floats, X: Floats) -> Floats:
    k, p = X.shape
    fit = weighted(Y, V, X, np.zeros(len(Y)))
    return np.asarray(np.maximum(0.0, (fit.q - (k - p)) / traces(fit, X)[0]))


def _hedges(Y: Floats, V: Floats, X: Floats) -> Floats:
    k, p = X.shape
    residual_maker = _residual_maker(X)
    squares = ((Y @ residual_maker) ** 2).sum(axis=1)
    return np.asarray(np.maximum(0.0, (squares - V @ np.diag(residual_maker)) / (k - p)))


def _sidik_jonkman(Y: Floats, V: Floats, X: Floats) -> Floats:
    k, p = X.shape
    start = Y.var(axis=1)  # from the unweighted mean, divisor k
    return np.asarray(start * weighted(Y, V, X, start).q / (k - p))


def _q_equals(Y: Floats, V: Floats, X: Floats, target: float) -> Floats:
    """Return tau2 at which the generalised Q equals `target`, 0 where Q is below it already."""
    # Q falls and is convex in tau2, and its derivative is -y'PPy: Newton's steps from 0 do not pass the root.
    tau2 = np.zeros(len(Y))
    typical = V.mean(axis=1)
    active = np.arange(len(Y))
    for _ in range(MAX_ITERATIONS):
        fit = weighted(Y[active], V[active], X, tau2[active])
        above = fit.q > target
        step = np.where(above, fit.q - target, 0.0) / np.where(above, (fit.py**2).sum(axis=1), 1.0)
        tau2[active] += step
        active = active[step > STEP_TOLERANCE * (tau2[active] + typical[active])]
        if not len(active):
            return tau2
    raise RestatedError("the Paule-Mandel equation did not settle", remedy="Check the effects and variances")


def _likelihood(Y: Floats, V: Floats, X: Floats, restricted: bool) -> Floats:
    """Global maximum of the (restricted) likelihood over tau2 >= 0: the highest of searches from peaks of a grid."""
    k, p = X.shape
    draws = len(Y)
    # Beyond s^2 + max(v), with s^2 the unweighted residual mean square, the score is negative.
    bound = ((Y @ _residual_maker(X)) ** 2).sum(axis=1) / (k - p) + V.max(axis=1)
    grid = np.concatenate([np.zeros((draws, 1)), bound[:, None] * np.array(LIKELIHOOD_GRID)], axis=1)
    height = np.column_stack([_log_likelihood(Y, V, X, grid[:, j], restricted) for j in range(grid.shape[1])])
    fence = np.pad(height, ((0, 0), (1, 1)), constant_values=-np.inf)
    row, peak = np.nonzero((height > fence[:, :-2]) & (height >= fence[:, 2:]))
    low, high = grid[row, np.maximum(peak - 1, 0)], grid[row, np.minimum(peak + 1, grid.shape[1] - 1)]
    found = _climb(Y[row], V[row], X, restricted, grid[row, peak], low, high)
    order = np.lexsort((_log_likelihood(Y[row], V[row], X, found, restricted), row))
    tau2 = np.empty(draws)
    tau2[row[order]] = found[order]  # of several values for one row the last, which is the highest, stays
    return tau2


def _climb(Y: Floats, V: Floats, X: Floats, restricted: bool, tau2: Floats, low: Floats, high: Floats) -> Floats:
    """Climb to a maximum of the likelihood between `low` and `high`, from `tau2`, changing all three in place."""
    typical = V.mean(axis=1)
    active = np.arange(len(Y))
    for _ in range(MAX_ITERATIONS):
        at = tau2[active]
        slope, curvature, expected = _score(weighted(Y[active], V[active], X, at), X, restricted)
        low[active] = np.where(slope > 0, at, low[active])
        high[active] = np.where(slope > 0, high[active], at)
        proposal = at + slope / np.where(curvature > 0, curvature, expected)
        inside = (proposal > low[active]) & (proposal < high[active])
        proposal = np.where(inside, proposal, (low[active] + high[active]) / 2)
        # At zero with the likelihood falling the search is over; a bracket shrunk onto zero means zero.
        zero = (low[active] == 0) & (high[active] <= STEP_TOLERANCE * typical[active])
        tau2[active] = np.where(zero, 0.0, proposal)
        moving = np.abs(proposal - at) > STEP_TOLERANCE * (at + typical[active])
        active = active[moving & ~zero]
        if not len(active):
            return tau2
    remedy = "Check the effects and variances, or use method='DL'"
    raise RestatedError("the likelihood search for tau2 did not settle", remedy=remedy)


def _log_likelihood(Y: Floats, V: Floats, X: Floats, tau2: Floats, restricted: bool) -> Floats:
    """(Restricted) log-likelihood at `tau2`, up to a constant."""
    fit = weighted(Y, V, X, tau2)
    total = -np.log(fit.w).sum(axis=1) + fit.q
    return np.asarray(-0.5 * (total + fit.log_det) if restricted else -0.5 * total)


def _score(fit: Weighted, X: Floats, restricted: bool) -> tuple[Floats, Floats, Floats]:
    """First derivative of the log-likelihood in tau2, minus its second, and the latter's expectation."""
    first, second = traces(fit, X) if restricted else (fit.w.sum(axis=1), (fit.w**2).sum(axis=1))
    projected = (fit.w * fit.py) @ X
    cubic = np.einsum("bk,bk->b", fit.w * fit.py, fit.py)
    cubic -= np.einsum("bi,bij,bj->b", projected, fit.covariance, projected)
    return 0.5 * ((fit.py**2).sum(axis=1) - first), cubic - 0.5 * second, 0.5 * second


_SOLVERS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "FE": lambda Y, V, X: np.zeros(len(Y)),
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "SJ": _sidik_jonkman,
    "PM": lambda Y, V, X: _q_equals(Y, V, X, float(X.shape[0] - X.shape[1])),  # Paule and Mandel
    "ML": partial(_likelihood, restricted=False),
    "REML": partial(_likelihood, restricted=True),
}
