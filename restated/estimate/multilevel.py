"""Three-level and correlated-and-hierarchical meta-analysis of effects in clusters, with robust variance.

Effects vary between clusters and within them; sampling errors of one cluster correlate `rho`. With rho = 0 this is the
three-level model. Variances are by REML (R: metafor's rma.mv); tests do not rely on them (clubSandwich's CR2).

References: Van den Noortgate et al. (2013), Behavior Research Methods 45, 576-594 (three-level). Pustejovsky & Tipton
(2022), Prevention Science 23, 425-438 (correlated and hierarchical effects).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from restated.arguments import Floats, check_level, check_numbers
from restated.errors import RestatedError
from restated.estimate import robust
from restated.estimate.meta import check_effects

#: The search starts from these shares of the variance of the effects, between and within clusters.
STARTS = ((0.5, 0.5), (1.0, 0.1), (0.1, 1.0))
#: Newton's last step, as a share of the variance of the effects, and steps at most.
STEP_TOLERANCE, MAX_STEPS = 1e-10, 100


@dataclass(frozen=True)
class MultilevelFit(robust.RobustFit):
    """A robust fit with the variances behind it; `tau2` is their sum, `model_se` the standard error by the model."""

    between: float
    within: float
    model_se: float


def fit(y: ArrayLike, v: ArrayLike, cluster: ArrayLike, *, rho: float = 0.0, level: float = 0.95) -> MultilevelFit:
    """Pool effects that vary between and within clusters.

    `y`, `v`, `cluster`, shape (k,): effects, sampling variances, sample of each. `rho` (in [0, 1)): correlation of the
    sampling errors of one cluster. `level`: coverage; t with Satterthwaite df and the CR2 standard error. Raises a
    RestatedError as `robust.fit`, or if no cluster has two effects or the search does not settle.
    """
    y, v = check_effects(y, v)
    check_level(level)
    check_numbers(rho=rho)
    if not 0 <= rho < 1:
        raise RestatedError(f"within-cluster correlation {rho} is not in [0, 1)", field="rho")
    codes, members = robust.clusters(cluster, len(y))
    if len(members) in (1, len(y)):
        problem = "all effects are of one cluster" if len(members) == 1 else "no cluster has two effects"
        raise RestatedError(problem, field="cluster", remedy="Use meta.fit")
    same = (codes[:, None] == codes).astype(float)
    sampling = same * np.sqrt(np.outer(v, v)) * np.where(np.eye(len(y)) > 0, 1.0, rho)
    between, within = _components(y, sampling, same)
    total = sampling + between * same + within * np.eye(len(y))
    blocks = [(rows, total[np.ix_(rows, rows)]) for rows in members]
    found = robust.sandwich(y, np.ones((len(y), 1)), blocks, True, level)
    weights = np.linalg.inv(total).sum(axis=0)
    projection = _projection(sampling)[0]
    tau2 = between + within
    return MultilevelFit(
        **{name: float(value[0]) for name, value in found.items()},
        tau2=tau2,
        i2=100 * tau2 / (tau2 + (len(y) - 1) / np.trace(projection)),
        weights=100 * weights / weights.sum(),
        clusters=len(members),
        k=len(y),
        between=between,
        within=within,
        model_se=float(1 / np.sqrt(weights.sum())),
    )


def _projection(total: Floats) -> tuple[Floats, float]:
    """P = W - W11'W / 1'W1 for W the inverse of `total`, and log |total| + log 1'W1."""
    inverse = np.linalg.inv(total)
    column = inverse.sum(axis=0)
    return inverse - np.outer(column, column) / column.sum(), np.linalg.slogdet(total)[1] + np.log(column.sum())


def _components(y: Floats, sampling: Floats, same: Floats) -> tuple[float, float]:
    """Variances between and within clusters that maximise the restricted likelihood, neither below 0."""
    parts = (same, np.eye(len(y)))

    def score(theta: Floats) -> tuple[Any, ...]:  # loss, slope, curvature
        projection, log_det = _projection(sampling + theta[0] * same + theta[1] * parts[1])
        py = projection @ y
        moved = [part @ py for part in parts]
        slope = [(np.trace(projection @ part) - py @ m) / 2 for part, m in zip(parts, moved, strict=True)]
        shapes = [projection @ part for part in parts]
        curve = [
            [a @ projection @ b - (s * t.T).sum() / 2 for b, t in zip(moved, shapes)] for a, s in zip(moved, shapes)
        ]
        return (log_det + y @ py) / 2, np.array(slope), np.array(curve)

    scale = y.var()
    search: dict[str, Any] = {"jac": True, "method": "L-BFGS-B", "bounds": [(0.0, None)] * 2}

    def loss(theta: Floats) -> tuple[Any, ...]:
        return score(theta)[:2]

    searches = (optimize.minimize(loss, np.multiply(start, scale), **search) for start in STARTS)
    theta = min(searches, key=lambda one: one.fun).x
    free = theta > 0
    for _ in range(MAX_STEPS):
        _, slope, curve = score(theta)
        move = np.zeros(2)
        move[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        theta = np.maximum(theta - move, 0.0)
        free &= theta > 0
        if np.abs(move).max() <= STEP_TOLERANCE * scale:
            return float(theta[0]), float(theta[1])
    raise RestatedError("the search for the variances did not settle", field="y")
