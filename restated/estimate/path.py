"""The share of an association that can run through a third variable.

Standardized path arithmetic with one predictor x, one mediator m and one outcome y, from three correlations::

        m
     a /  \\ b
      /    \\
     x ----- y
         c'

a = r_xm; b and c' are the standardized coefficients of the regression of y on m and x. The *naive product* r_xm * r_my
ignores x when the mediator meets the outcome; it is not the indirect path a * b.

References: Wright (1934), The method of path coefficients, Annals of Mathematical Statistics 5, 161-215. Cohen, Cohen,
West & Aiken (2003), Applied multiple regression, 3rd ed., eq. 3.2.4-3.2.5 (two-predictor coefficients). Sobel (1982),
Sociological Methodology 13, 290-312 (delta method for an indirect path). MacKinnon, Lockwood & Williams (2004),
Multivariate Behavioral Research 39, 99-128 (Monte Carlo limits). Taylor, MacKinnon & Tein (2008), Organizational
Research Methods 11, 241-269 (paths of several links). Oberhofer & Kmenta (1974), Econometrica 42, 579-590 (equations
with correlated errors, by iteration).
"""

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from restated.arguments import Bools, Floats, check_level, floats
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval

#: A correlation matrix whose determinant is this little below zero is singular, not impossible: rounding is 1e-15.
DETERMINANT_SLACK = 1e-12
GRID = 7  #: Points per side of the grid on which `over_box` looks for ends inside the box before polishing them
#: An end inside the box must beat every vertex by this share of the largest value: below, the two are equal.
GAIN = 1e-12
#: `equations` stops when no coefficient moves by more than this, and refuses after this number of rounds.
MOVED, ROUNDS = 1e-9, 1_000


class Path(NamedTuple):
    """Standardized paths of a two-predictor model; each a float or an array of the broadcast shape."""

    a: Floats  # x -> m
    b: Floats  # m -> y, x held
    direct: Floats  # x -> y, m held (c')
    indirect: Floats  # a * b
    total: Floats  # r_xy = direct + indirect
    r2: Floats  # share of the variance of y explained by x and m
    product: Floats  # naive product r_xm * r_my
    share: Floats  # indirect / total; nan where the total is 0


def feasible(r_xm: ArrayLike, r_xy: ArrayLike, r_my: ArrayLike) -> Bools:
    """True where three correlations can belong to the same variables: their matrix has no negative eigenvalue."""
    r_xm, r_xy, r_my = (floats(r) for r in (r_xm, r_xy, r_my))
    if not all(np.all(np.abs(r) <= 1) for r in (r_xm, r_xy, r_my)):
        raise RestatedError("a correlation is outside -1 to 1")
    possible: Bools = 1 + 2 * r_xm * r_xy * r_my - r_xm**2 - r_xy**2 - r_my**2 >= -DETERMINANT_SLACK
    return possible


def two_predictor(r_xm: ArrayLike, r_xy: ArrayLike, r_my: ArrayLike) -> Path:
    """Return the paths of the two-predictor model from three correlations, which broadcast.

    b = (r_my - r_xm r_xy) / (1 - r_xm^2), c' = (r_xy - r_xm r_my) / (1 - r_xm^2), R^2 = b r_my + c' r_xy. Raises
    RestatedError if a correlation is outside -1 to 1, r_xm is 1 or -1 (predictor and mediator are the same variable),
    or no three variables can have these correlations.
    """
    if not np.all(feasible(r_xm, r_xy, r_my)):
        raise RestatedError("no three variables can have these correlations together", field="r_xm, r_xy, r_my")
    if np.any(np.abs(floats(r_xm, "r_xm")) == 1):
        raise RestatedError("predictor and mediator correlate perfectly: their paths are not identified", field="r_xm")
    return _paths(*np.broadcast_arrays(*(floats(r) for r in (r_xm, r_xy, r_my))))


def _paths(r_xm: Floats, r_xy: Floats, r_my: Floats) -> Path:
    rest = 1 - r_xm**2
    b = (r_my - r_xm * r_xy) / rest
    direct = (r_xy - r_xm * r_my) / rest
    indirect = r_xm * b
    # A total near the smallest float overflows the share to infinity, which is the right limit.
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        share = np.where(r_xy == 0, np.nan, indirect / r_xy)
    return Path(r_xm, b, direct, indirect, r_xy, b * r_my + direct * r_xy, r_xm * r_my, share[()])


class Box(NamedTuple):
    """Range of a function over a box of rounding intervals."""

    low: float
    high: float


def over_box(function: Callable[..., ArrayLike], *intervals: Constraint) -> Box:
    """Return the range of a smooth function when each argument may be anywhere in its rounding interval.

    `function` takes one array per interval, for instance ``lambda *r: two_predictor(*r).indirect``. Raises
    RestatedError if an interval is unbounded, or the function has no value at some point of the box.

    A function that rises or falls in each argument has its ends at vertices. The indirect path is not linear in r_xm
    and R^2 is curved, so a grid with `GRID` points a side is searched too and its best point polished: over boxes as
    small as rounding intervals these functions have one turning point at most. The set of feasible triples is convex:
    when all vertices are feasible, so is the box.
    """
    limits = [
        tuple(map(float, bounded_interval(interval, f"interval {i}"))) for i, interval in enumerate(intervals, start=1)
    ]
    vertices = np.array(list(product(*limits)))
    grid = np.array(list(product(*(np.linspace(low, high, GRID) for low, high in limits))))
    points = np.concatenate([vertices, grid])
    values = np.asarray(function(*points.T), dtype=float)
    if not np.all(np.isfinite(values)):
        raise RestatedError("the function has no value at some point of the box", remedy="Shorten an interval")

    low, high = np.array(limits).T
    width = np.where(high > low, high - low, 1.0)  # the search runs from 0 to 1 along each side

    def value(u: Any, sign: int) -> float:
        return sign * float(np.asarray(function(*np.clip(low + u * width, low, high))))

    bounds, options = [(0.0, float(b > a)) for a, b in limits], {"ftol": 1e-15, "gtol": 1e-12}
    search: Any = partial(optimize.minimize, value, method="L-BFGS-B", bounds=bounds, options=options)
    ends = []
    for sign in (1, -1):  # smallest, then largest
        corner = float(sign * np.min(sign * values[: len(vertices)]))
        start = (points[np.argmin(sign * values)] - low) / width
        polished = value(search(start, args=(sign,)).x, 1)
        inside = sign * (corner - polished) > GAIN * np.max(np.abs(values))
        ends.append(polished if inside else corner)
    return Box(*ends)


class IndirectInterval(NamedTuple):
    """An indirect path, or the product of the links of a chain, with sampling limits."""

    estimate: float
    se: float  # delta method
    delta_low: float
    delta_high: float
    simulated_low: float
    simulated_high: float


def indirect_interval(
    r_xm: float,
    r_xy: float,
    r_my: float,
    n_xm: int,
    n_xy: int,
    n_my: int,
    *,
    level: float = 0.95,
    draws: int = 100_000,
    seed: int = 0,
) -> IndirectInterval:
    """Return sampling limits for the indirect path, given the number of cases behind each correlation, at least 4.

    Each Fisher z is normal with variance 1 / (n - 3), and the three are taken as independent: right for correlations
    from separate samples, an assumption for overlapping ones. With the n of a meta-analysis the limits are those of a
    fixed-effect model: too narrow by as much as differences between studies matter. Raises RestatedError for an
    infeasible triple, a sample below 4 or a level outside 0 to 1.
    """
    found = two_predictor(r_xm, r_xy, r_my)
    r, n = floats([r_xm, r_xy, r_my], "r"), floats([n_xm, n_xy, n_my], "n")
    if np.any(np.abs(r) == 1):
        raise RestatedError("a correlation of 1 or -1 has no sampling variance")
    if np.any(n < 4):
        raise RestatedError("a correlation needs at least 4 cases for a sampling variance", field="n")
    check_level(level)
    se_z = 1 / np.sqrt(n - 3)
    rest, b = 1 - r_xm**2, float(found.b)
    gradient = np.array([b + r_xm * (2 * r_xm * b - r_xy) / rest, -(r_xm**2) / rest, r_xm / rest])
    sampled = _simulated(r, se_z, draws, seed).T
    indirect = _paths(*sampled).indirect[feasible(*sampled)]  # without triples that no three variables can have
    return _limits(float(found.indirect), gradient * (1 - r**2) * se_z, indirect, level)


def _simulated(r: Floats, se_z: Floats, draws: int, seed: int) -> Floats:
    """Correlations with normal, independent Fisher's z, shape (draws, correlations)."""
    errors = se_z * np.random.default_rng(seed).standard_normal((draws, len(r)))
    return np.asarray(np.tanh(np.arctanh(r) + errors))


def _limits(estimate: float, errors: Floats, simulated: Floats, level: float) -> IndirectInterval:
    """Delta-method limits from the part of each correlation in the error of the estimate, and quantiles."""
    se = float(np.sqrt(np.sum(errors**2)))
    margin = float(stats.norm.ppf((1 + level) / 2) * se)
    low, high = np.quantile(simulated, [(1 - level) / 2, (1 + level) / 2])
    return IndirectInterval(estimate, se, estimate - margin, estimate + margin, float(low), float(high))


def chain_draws(links: ArrayLike, se_z: ArrayLike, *, draws: int = 100_000, seed: int = 0) -> Floats:
    """Simulate products of the links of a chain, shape (draws,).

    Where each variable depends on the one before it alone, the correlation of the two ends is the product of the
    `links` (Wright, 1934), each inside -1 to 1. Fisher's z are normal and independent with standard errors `se_z` (0:
    known). Raises RestatedError if there are not as many standard errors as links, or one is out of range.
    """
    links, se_z = _chain(links, se_z)
    return np.asarray(_simulated(links, se_z, draws, seed).prod(axis=1))


def chain_interval(
    links: ArrayLike, se_z: ArrayLike, *, level: float = 0.95, draws: int = 100_000, seed: int = 0
) -> IndirectInterval:
    """Return the product of the links of a chain, with delta-method and Monte Carlo limits of the given level.

    The derivative in Fisher's z of link i is (1 - r_i^2) times the product of the others. As `chain_draws`.
    """
    links, se_z = _chain(links, se_z)
    check_level(level)
    others = np.array([np.delete(links, i).prod() for i in range(len(links))])
    simulated = chain_draws(links, se_z, draws=draws, seed=seed)
    return _limits(float(links.prod()), (1 - links**2) * others * se_z, simulated, level)


def _chain(links: ArrayLike, se_z: ArrayLike) -> tuple[Floats, Floats]:
    links, se_z = floats(links, "links"), floats(se_z, "se_z")
    if links.ndim != 1 or len(links) == 0 or links.shape != se_z.shape:
        problem = f"{links.size} links have {se_z.size} standard errors"
        raise RestatedError(problem, field="se_z", remedy="Give one per link")
    if not np.all(np.abs(links) < 1):
        raise RestatedError("a link is not a correlation strictly between -1 and 1", field="links")
    if not np.all((se_z >= 0) & np.isfinite(se_z)):
        raise RestatedError(
            "a standard error is negative, infinite or missing", field="se_z", remedy="Use 0 for a known link"
        )
    return links, se_z


class Equations(NamedTuple):
    """Maximum-likelihood coefficients, shape (..., p), and covariance of the errors, shape (..., m, m)."""

    coefficients: Floats
    covariance: Floats


def equations(y: ArrayLike, x: ArrayLike) -> Equations:
    """Fit m linear equations with normal errors that correlate within a case; leading axes are data sets.

    `y`, shape (..., n, m): outcomes of n cases; `x`, shape (..., n, m, p): what each coefficient multiplies in each
    equation, intercepts included. Raises RestatedError if these do not fit together or hold a missing value,
    coefficients are not determined, errors are perfectly dependent, or the search does not end.
    """
    y, x = floats(y, "y"), floats(x, "x")
    if y.ndim < 2 or x.shape[:-1] != y.shape or not (x.size and np.isfinite(x).all() and np.isfinite(y).all()):
        raise RestatedError("outcomes and predictors do not fit together, or one is missing", field="y, x")
    last, weight = np.full(1, np.inf), np.eye(y.shape[-1])
    flat, outcome = x.reshape(*x.shape[:-3], -1, x.shape[-1]), y.reshape(*y.shape[:-2], -1, 1)
    try:
        for _ in range(ROUNDS):
            weighted = (weight[..., None, :, :] @ x).reshape(flat.shape).swapaxes(-1, -2)
            found = np.linalg.solve(weighted @ flat, weighted @ outcome)
            errors = (outcome - flat @ found).reshape(y.shape)
            covariance = errors.swapaxes(-1, -2) @ errors / y.shape[-2]
            if np.max(np.abs(found - last)) <= MOVED:
                return Equations(found[..., 0], covariance)
            weight, last = np.linalg.inv(covariance), found
    except np.linalg.LinAlgError:
        raise RestatedError("coefficients are not determined, or errors are perfectly dependent") from None
    raise RestatedError(f"the equations did not settle in {ROUNDS} rounds")
