"""Selection model of publication: effects that are not significant are seen more or less often than the others.

References: Hedges (1992), Statistical Science 7, 246-255. Vevea & Hedges (1995), Psychometrika 60, 419-435.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats
from statsmodels.tools.numdiff import approx_fprime_cs, approx_hess_cs

from restated.arguments import Floats, check_level
from restated.errors import RestatedError
from restated.estimate import meta

#: The likelihood can have several peaks in the weight: it is climbed from each of these, around 1 (no selection).
STARTS = (0.1, 0.5, 1.0, 3.0)
LARGEST_WEIGHT = 100.0  #: A weight that reaches this bound is not limited by the data (metafor has the same)
#: Newton's steps from the peak found shrink quadratically; the last is below this share of the parameters.
STEP_TOLERANCE, MAX_STEPS = 1e-10, 50


@dataclass(frozen=True)
class SelectionFit:
    """Mean of all effects, seen or not; `weight` compares the chance to be seen of those not significant with the rest.

    `selection_p` is of the likelihood-ratio test against a weight of 1.
    """

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    p: float
    tau2: float
    weight: float
    weight_se: float
    selection_p: float
    significant: int
    k: int


def fit(y: ArrayLike, v: ArrayLike, *, step: float = 0.025, level: float = 0.95) -> SelectionFit:
    """Fit the three-parameter step model by maximum likelihood: mean, tau2, and the weight of p > `step`.

    `y`, `v`, shape (k,): independent effects, positive in the direction that selection favours, and sampling variances.
    `step`: one-sided p at which the chance of being seen changes. `level`: coverage of the Wald interval, from the
    observed information. Raises a RestatedError as `meta.fit`, or if all effects are on one side or do not limit the
    weight.
    """
    null = meta.fit(y, v, method="ML", level=level)
    y, v = meta.check_effects(y, v)
    check_level(step)
    cut = stats.norm.isf(step) * np.sqrt(v)
    unseen = y < cut
    if unseen.all() or not unseen.any():
        raise RestatedError("all effects are on one side of the step, so selection cannot be estimated", field="step")

    def loss(theta: Floats) -> Any:  # a float, complex where derivatives are taken
        mean, tau2, weight = theta
        total = v + tau2
        below = special.erfc((mean - cut) / np.sqrt(2 * total)) / 2
        seen = np.log(1 - below + weight * below)
        return ((np.log(total) + (y - mean) ** 2 / total) / 2 + seen).sum() - unseen.sum() * np.log(weight)

    bounds = [(None, None), (0.0, None), (1 / LARGEST_WEIGHT**2, LARGEST_WEIGHT)]
    search: dict[str, Any] = {"jac": lambda x: approx_fprime_cs(x, loss), "method": "L-BFGS-B", "bounds": bounds}
    starts = [np.array([null.estimate, null.tau2, weight]) for weight in STARTS]
    found = min((optimize.minimize(loss, start, **search) for start in starts), key=lambda one: one.fun)
    if found.x[2] >= LARGEST_WEIGHT:
        raise RestatedError("the effects do not limit the weight of those that are not significant", field="y")
    theta, information = _polished(found.x, loss)
    estimate, tau2, weight = map(float, theta)
    se = np.sqrt(np.diag(np.linalg.inv(information)))
    margin = float(stats.norm.ppf((1 + level) / 2) * se[0])
    ratio = 2 * (loss(np.array([null.estimate, null.tau2, 1.0])) - loss(theta))
    interval = float(se[0]), estimate - margin, estimate + margin
    p = float(2 * stats.norm.sf(abs(estimate) / se[0])), float(stats.chi2.sf(max(0.0, ratio), 1))
    return SelectionFit(estimate, *interval, p[0], tau2, weight, float(se[-1]), p[1], int((~unseen).sum()), len(y))


def _polished(theta: Floats, loss: Callable[[Floats], Any]) -> tuple[Floats, Floats]:
    """Newton's method from near the peak; the second result is the information of what is not at its bound."""
    free = np.array([True, theta[1] > 0, True])
    for _ in range(MAX_STEPS):
        information = approx_hess_cs(theta, loss)[np.ix_(free, free)]
        move = np.linalg.solve(information, approx_fprime_cs(theta, loss)[free])
        theta[free] -= move
        if np.abs(move).max() <= STEP_TOLERANCE * np.abs(theta).max():
            return theta, information
        if theta[1] < 0:
            theta[1], free[1] = 0.0, False
    raise RestatedError("the search for the selection model did not settle", field="y")
