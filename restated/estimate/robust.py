"""Robust variance estimation for dependent effects: correlated-effects weights, CR2, Satterthwaite df.

The working model is that effects of one cluster (sample) share a sampling variance and correlate `rho`; weights and
tau2 come from it, but standard errors do not rely on it. As R's robumeta with modelweights = "CORR".

References: Hedges, Tipton & Johnson (2010), Research Synthesis Methods 1, 39-65 (weights, tau2). Tipton (2015),
Psychological Methods 20, 375-393 (small samples). Bell & McCaffrey (2002), Survey Methodology 28, 169-181 (CR2).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from restated.arguments import FloatOrArray, Floats, Ints, check_level, check_numbers
from restated.errors import RestatedError
from restated.estimate.meta import check_effects, check_labels, design_matrix
from restated.tau2 import ROUNDOFF

#: Directions in which a cluster has no residual left are dropped: the generalised inverse of Bell & McCaffrey.
EIGENVALUE_TOLERANCE = 1e-10
_COEFFICIENTS = ("estimate", "se", "df", "statistic", "p", "ci_low", "ci_high")


@dataclass(frozen=True)
class RobustFit:
    """A fit of clustered effects; `i2` and `weights` in percent, `weights` in the order of the effects.

    The first seven fields are floats of the pooled effect, or arrays with one entry per coefficient of a regression,
    the intercept first.
    """

    estimate: FloatOrArray
    se: FloatOrArray
    df: FloatOrArray
    statistic: FloatOrArray
    p: FloatOrArray
    ci_low: FloatOrArray
    ci_high: FloatOrArray
    tau2: float
    i2: float
    weights: Floats
    clusters: int
    k: int


def fit(
    y: ArrayLike, v: ArrayLike, cluster: ArrayLike, *, rho: float = 0.8, small: bool = True, level: float = 0.95
) -> RobustFit:
    """Pool effects that are correlated within clusters.

    `y`, `v`, `cluster`, shape (k,): effects, sampling variances, sample of each. `rho` (in [0, 1]): assumed correlation
    of effects within a cluster; moves tau2 only. `small`: CR2 adjustment with Satterthwaite degrees of freedom; False
    gives the plain sandwich with clusters - 1 df and the factor clusters / (clusters - 1). `level`: coverage. Weights
    are 1 / (k_j (mean v_j + tau2)), normalised to 100. Raises a RestatedError if lengths differ, a value is missing or
    not finite, a variance is not positive, rho is outside [0, 1], there are fewer than two clusters, or they do not
    differ at all.
    """
    y, v = check_effects(y, v)
    result = _solve(y, v, cluster, np.ones((len(y), 1)), rho, small, level)
    pooled: dict[str, Any] = {name: float(getattr(result, name)[0]) for name in _COEFFICIENTS}
    return replace(result, **pooled)


def fit_regression(
    y: ArrayLike,
    v: ArrayLike,
    cluster: ArrayLike,
    X: ArrayLike,
    *,
    rho: float = 0.8,
    small: bool = True,
    level: float = 0.95,
) -> RobustFit:
    """Fit a meta-regression of clustered effects; parameters and errors as for `fit`.

    `X`, of shape (k,) or (k, m), holds the moderators without the intercept, which is added. It must not be collinear
    and must leave residual degrees of freedom, without any one of the clusters too.
    """
    y, v = check_effects(y, v)
    return _solve(y, v, cluster, design_matrix(X, len(y)), rho, small, level)


def _solve(y: Floats, v: Floats, cluster: ArrayLike, X: Floats, rho: float, small: bool, level: float) -> RobustFit:
    codes, members = clusters(cluster, len(y))
    count, (k, p) = len(members), X.shape
    check_numbers(rho=rho)
    if not 0 <= rho <= 1:
        raise RestatedError(f"within-cluster correlation {rho} is not between 0 and 1", field="rho")
    check_level(level)
    if count <= p:
        raise RestatedError(f"{count} clusters cannot carry {p} coefficients and a robust variance", field="cluster")
    for rows in members if p > 1 else []:
        if np.linalg.matrix_rank(np.delete(X, rows, axis=0)) < p:
            name = np.asarray(cluster)[rows[0]]
            remedy = "Leave the moderator out: its variance between clusters cannot be estimated"
            raise RestatedError(f"a moderator differs in cluster '{name}' alone", field="X", remedy=remedy)
    size = np.array([len(rows) for rows in members])
    mean_v = np.array([v[rows].mean() for rows in members])
    tau2, i2 = _moments(y, X, members, size, mean_v, rho)

    w = (1.0 / (size * (mean_v + tau2)))[codes]
    found = sandwich(y, X, [(rows, np.diag(1 / w[rows])) for rows in members], small, level)
    return RobustFit(**found, tau2=tau2, i2=i2, weights=100 * w / w.sum(), clusters=count, k=k)


def sandwich(y: Floats, X: Floats, blocks: list[tuple[Ints, Floats]], small: bool, level: float) -> dict[str, Floats]:
    """Return the coefficients of generalised least squares with cluster-robust tests, by field of `RobustFit`.

    `blocks` holds the rows of each cluster and their working covariance. The adjustment is that of clubSandwich: with
    the covariance D'D, D upper triangular, A = D' (D (S - X M X') D')^(-1/2) D, for whitened rows G = D D' on both
    sides of I - H. Raises a RestatedError where residuals are rounding.
    """
    count, (k, p) = len(blocks), X.shape
    white_y, white_X = np.empty(k), np.empty((k, p))
    grams = []
    for rows, block in blocks:
        lower = np.linalg.cholesky(block)
        white = np.linalg.solve(lower, np.column_stack([y[rows], X[rows]]))
        white_y[rows], white_X[rows] = white[:, 0], white[:, 1:]
        grams.append(lower.T @ lower)
    bread = np.linalg.inv(white_X.T @ white_X)
    beta = bread @ (white_X.T @ white_y)
    residual = white_y - white_X @ beta
    scores = np.empty((count, p))  # one row per cluster: its adjusted contribution to X'W(y - Xb)
    influence = np.empty((p, count, k))  # of each whitened effect in each cluster's contribution
    hat_residual = np.eye(k) - white_X @ bread @ white_X.T
    for j, ((rows, _), gram) in enumerate(zip(blocks, grams, strict=True)):
        adjust: Floats = np.eye(len(rows))
        if small:
            own = gram @ hat_residual[np.ix_(rows, rows)] @ gram
            adjust = np.asarray(_inverse_root(own, float(np.linalg.norm(gram, 2)) ** 2) @ gram)
        row = bread @ white_X[rows].T @ adjust  # (p, k_j)
        scores[j] = row @ residual[rows]
        influence[:, j, :] = row @ hat_residual[rows]
    covariance = scores.T @ scores
    if small:
        # 2 mean^2 / variance of each coefficient's variance under independent unit errors (Satterthwaite).
        covariances = influence @ influence.transpose(0, 2, 1)
        df = np.asarray(np.einsum("pii->p", covariances) ** 2 / (covariances**2).sum(axis=(1, 2)))
    else:
        covariance = covariance * count / (count - p)
        df = np.full(p, float(count - p))
    se = np.sqrt(np.diag(covariance))
    # Residuals at the rounding error of the effects: their sandwich is noise.
    if np.abs(y - X @ beta).max() <= ROUNDOFF * np.abs(y).max() or not se.all():
        problem = "the clusters do not differ, so the robust variance is zero"
        raise RestatedError(problem, field="y", remedy="Use the variance of a model, such as meta.fit")
    statistic = beta / se
    margin = stats.t.ppf((1 + level) / 2, df) * se
    p_value: Floats = np.asarray(2 * stats.t.sf(np.abs(statistic), df))
    return dict(zip(_COEFFICIENTS, (beta, se, df, statistic, p_value, beta - margin, beta + margin), strict=True))


def _moments(y: Floats, X: Floats, members: list[Ints], size: Ints, mean_v: Floats, rho: float) -> tuple[float, float]:
    """Method-of-moments tau2 and I^2 (percent) of the correlated-effects model.

    With weights u_j = 1 / (k_j mean v_j) the residual sum of squares Q has expectation c + tau2 d, where the working
    covariance of cluster j is mean v_j [(1 - rho) I + rho J] + tau2 J. Both sides follow from E(Q) = sum_j tr(U_j S_j)
    - tr((X'UX)^-1 sum_j X_j'U_j S_j U_j X_j).
    """
    p = X.shape[1]
    information, sampling, between = np.zeros((p, p)), np.zeros((p, p)), np.zeros((p, p))
    xy = np.zeros(p)
    u = 1.0 / (size * mean_v)
    for rows, weight, variance in zip(members, u, mean_v, strict=True):
        cross, total = X[rows].T @ X[rows], X[rows].sum(axis=0)
        information += weight * cross
        xy += weight * (X[rows].T @ y[rows])
        sampling += weight**2 * variance * ((1 - rho) * cross + rho * np.outer(total, total))
        between += weight**2 * np.outer(total, total)
    inverse = np.linalg.inv(information)
    beta = inverse @ xy
    q = sum(weight * ((y[rows] - X[rows] @ beta) ** 2).sum() for rows, weight in zip(members, u, strict=True))
    expected = len(members) - np.trace(inverse @ sampling)
    slope = (size * u).sum() - np.trace(inverse @ between)
    i2 = 100 * max(0.0, (q - expected) / q) if q > 0 else 0.0
    return float(max(0.0, (q - expected) / slope)), float(i2)


def _inverse_root(matrix: Floats, scale: float) -> Floats:
    """Symmetric generalised inverse square root."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    floor = EIGENVALUE_TOLERANCE * scale
    root = np.where(values < floor, 0.0, 1.0 / np.sqrt(np.maximum(values, floor)))
    return np.asarray((vectors * root) @ vectors.T)


def clusters(cluster: ArrayLike, k: int) -> tuple[Ints, list[Ints]]:
    """Return the cluster code of each effect and the positions of each cluster's effects."""
    labels = pd.Series(np.asarray(cluster)) if np.ndim(cluster) == 1 else None
    if labels is None or len(labels) != k:
        raise RestatedError(f"{k} effects but cluster labels of shape {np.shape(cluster)}", field="cluster")
    check_labels(labels, "cluster", "cluster label")
    codes, _ = pd.factorize(labels)
    return codes, [np.flatnonzero(codes == code) for code in range(codes.max() + 1)]
