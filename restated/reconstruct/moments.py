"""Synthetic rows with exactly the printed means, SDs and correlations.

`exact_moments` gives n rows whose sample moments equal the printed ones. Everything the moments do not fix
- quantiles, tails, interactions - comes from the shape that the caller assumes and from the seed; a result that depends
  on it has to be shown over several shapes and seeds.

References
----------
Rubinstein & Kroese (2016), Simulation and the Monte Carlo method, 3rd ed., section 2.5 (recolouring).
Li & Hammond (1975), IEEE Trans. Systems, Man and Cybernetics 5, 557-561 (correlated variables with given marginals).
Samuelson (1968), JASA 63, 1522-1525 (largest deviation in a sample; here the largest SD of non-negative values).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special
from scipy.optimize import elementwise

from restated.arguments import FloatOrArray, Floats, Ints, check_option, is_whole
from restated.errors import RestatedError

KINDS = ("normal", "lognormal", "gamma", "beta")

# An eigenvalue of a correlation matrix below this counts as zero: such a matrix cannot be recoloured accurately.
SMALLEST_EIGENVALUE = 1e-10

# Sample correlations of shaped columns are iterated to this accuracy: far inside two or three printed decimals.
CORRELATION_TOLERANCE = 1e-10
MAX_ROUNDS = 500
# The rows that are zero are chosen again in this many rounds and then kept: the correlations jump when they change.
ROUNDS_BEFORE_FREEZE = 10

# Search range for the spread of a lognormal (SD of the logarithm) and the shape of a gamma. Wider values meet the
# limits of floating-point numbers; coefficients of variation from 1e-3 to nearly the square root of n are inside.
SIGMA_RANGE = (1e-4, 300.0)
GAMMA_RANGE = (1e-3, 1e7)
# Search range for the concentration a + b of a beta: from nearly all values at an end to nearly all alike.
CONCENTRATION_RANGE = (1e-3, 1e8)
# Search range for the logit of its location: beyond it the sample mean is 0 or 1 to all digits.
LOGIT_RANGE = (-30.0, 30.0)
# The parameter is searched on its logarithm to the last digits, so that the SD is right to rounding error.
ROOT_TOLERANCES: Any = {"xatol": 1e-15, "xrtol": 1e-14}


@dataclass(frozen=True)
class Shape:
    """An assumed marginal shape.

    Attributes
    ----------
    kind : {'normal', 'lognormal', 'gamma', 'beta'}
        Distribution of the values that are not zero. Only a beta stays between two limits.
    zeros : int
        Number of cases that are exactly zero (for instance: used no service); only with a positive shape.
    low, high : float, optional
        Ends of the scale, for a beta.
    """

    kind: str = "normal"
    zeros: int = 0
    low: float | None = None
    high: float | None = None


def exact_moments(
    n: int,
    means: ArrayLike,
    sds: ArrayLike,
    correlations: ArrayLike | None = None,
    *,
    shapes: Sequence[Shape | str] | None = None,
    seed: int = 0,
) -> Floats:
    """Make rows with exactly these sample means and SDs and, to `CORRELATION_TOLERANCE`, correlations.

    Parameters
    ----------
    n : int
        Number of rows; more than the number of columns.
    means, sds : array_like, shape (p,)
        Sample means and SDs (divisor n - 1).
    correlations : array_like, shape (p, p), optional
        Sample correlations. Left out, they are 0 for normal columns and near 0 for the others.
    shapes : sequence of Shape or str, optional
        One per column; normal by default.
    seed : int
        Seed of the random generator.

    Returns
    -------
    ndarray, shape (n, p)

    Raises
    ------
    RestatedError
        If the request contradicts itself; the message names the two sides.

    Notes
    -----
    Normal draws are centred, whitened with their own covariance and recoloured. A lognormal column is exp(s z), a gamma
    column the gamma quantile of Phi(z); s or the gamma shape is solved so that the sample coefficient of variation is
    the printed one (for exp(s z) it rises with s, because the log of the empirical moment generating function is
    convex), and the column is then scaled to its mean. A beta column is its quantile of Phi(z) between the limits,
    location and concentration solved for both moments. The lowest z become the zeros. Correlations of z are adjusted
    until those of the columns are right.
    """
    means, sds, wanted, shapes = _request(n, means, sds, correlations, shapes)
    p = len(means)
    z = np.random.default_rng(seed).standard_normal((n, p))
    z -= z.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(z.T @ z / (n - 1)), z.T).T
    for column, shape in enumerate(shapes):
        _check_shape(n, means[column], sds[column], shape, column)
    if correlations is None or all(shape.kind == "normal" for shape in shapes):
        z = white @ np.linalg.cholesky(wanted).T
        return _columns(z, means, sds, shapes, _not_zero(z, shapes))
    latent = wanted.copy()
    for round_ in range(MAX_ROUNDS):
        if np.linalg.eigvalsh(latent)[0] < SMALLEST_EIGENVALUE:
            break
        z = white @ np.linalg.cholesky(latent).T
        if round_ < ROUNDS_BEFORE_FREEZE:
            positive = _not_zero(z, shapes)
        rows = _columns(z, means, sds, shapes, positive)
        off = wanted - np.corrcoef(rows.T)
        if np.abs(off).max() < CORRELATION_TOLERANCE:
            return rows
        latent = latent + off
        np.fill_diagonal(latent, 1.0)
    raise RestatedError(
        "the correlations conflict with the shapes: no sample of these shapes was found that has them",
        field="correlations",
        remedy="Use milder shapes, smaller correlations or another seed",
    )


def _request(
    n: int, means: ArrayLike, sds: ArrayLike, correlations: ArrayLike | None, shapes: Sequence[Shape | str] | None
) -> tuple[Floats, Floats, Floats, list[Shape]]:
    """Means, SDs, correlations and shapes as arrays and a list, after checks."""
    means, sds = np.atleast_1d(np.asarray(means, dtype=float)), np.atleast_1d(np.asarray(sds, dtype=float))
    p = len(means)
    if means.shape != sds.shape or means.ndim != 1:
        raise RestatedError(f"{means.size} means and {sds.size} SDs do not belong together", field="means, sds")
    if not is_whole(n) or n <= p:
        raise RestatedError(f"n = {n!r} conflicts with {p} columns: more rows than columns are needed", field="n")
    for column, (mean, sd) in enumerate(zip(means, sds, strict=True), start=1):
        if not (math.isfinite(mean) and math.isfinite(sd)):
            raise RestatedError(f"the mean or the SD of column {column} is missing or not finite", field="means, sds")
        if sd <= 0:
            problem = f"the SD {sd:g} of column {column} is {'negative' if sd < 0 else 'zero'}"
            raise RestatedError(f"{problem}; rows with these moments need a positive one", field="sds")
    given = ["normal"] * p if shapes is None else shapes
    made = [Shape(shape) if isinstance(shape, str) else shape for shape in given]
    if len(made) != p:
        raise RestatedError(f"{len(made)} shapes conflict with {p} columns", field="shapes")
    wanted = np.eye(p) if correlations is None else np.asarray(correlations, dtype=float)
    if wanted.shape != (p, p) or not np.array_equal(wanted, wanted.T) or not np.all(np.diag(wanted) == 1):
        raise RestatedError(f"not a correlation matrix of {p} columns: symmetric with ones", field="correlations")
    smallest = np.linalg.eigvalsh(wanted)[0]
    if smallest < SMALLEST_EIGENVALUE:
        problem = f"the correlations conflict with each other: smallest eigenvalue {smallest:.3g}"
        raise RestatedError(problem, field="correlations")
    return means, sds, wanted, made


def _check_shape(n: int, mean: float, sd: float, shape: Shape, column: int) -> None:
    where = f"shapes, column {column + 1}"
    check_option("shape", shape.kind, KINDS, field=where)
    if shape.kind in ("normal", "beta") and shape.zeros:
        raise RestatedError(f"zeros conflict with a {shape.kind} shape", field=where, remedy="Use lognormal or gamma")
    if (shape.low is None or shape.high is None) if shape.kind == "beta" else (shape.low, shape.high) != (None, None):
        raise RestatedError("only a beta shape has limits", field=where, remedy="Give low and high with 'beta' only")
    if shape.kind == "normal":
        return
    if shape.low is not None and shape.high is not None:
        _check_limits(n, mean, sd, shape.low, shape.high, where)
        return
    if mean <= 0:
        raise RestatedError(f"the mean {mean:g} conflicts with a {shape.kind} shape, which is positive", field=where)
    if not 0 <= shape.zeros <= n - 2:
        raise RestatedError(f"{shape.zeros} zeros conflict with n = {n}: two other values are needed", field=where)
    lowest, highest = sd_range(n, mean, shape.zeros)
    if not lowest < sd < highest:
        raise RestatedError(
            f"the SD {sd:g} conflicts with the mean {mean:g} of {n} values that are positive except for "
            f"{shape.zeros} zeros: it must be between {lowest:.6g} and {highest:.6g}",
            field=where,
        )


def _check_limits(n: int, mean: float, sd: float, low: float, high: float, where: str) -> None:
    scale = f"the limits {low:g} and {high:g}"
    if not low < mean < high:
        raise RestatedError(f"the mean {mean:g} conflicts with {scale}: it is outside them or on one", field=where)
    largest = math.sqrt(n / (n - 1) * (high - mean) * (mean - low))
    if not sd < largest:
        problem = f"the SD {sd:g} conflicts with the mean {mean:g} and {scale}"
        raise RestatedError(f"{problem}: with n = {n} it stays below {largest:.6g}", field=where)


def exact_samples(n: int, mean: float, sd: float, shape: Shape | str, *, draws: int, seed: int = 0) -> Floats:
    """Make many samples of one column, each with exactly this mean and SD; see `exact_moments`.

    Parameters
    ----------
    n : int
        Values in a sample.
    mean, sd : float
        Of every sample (divisor n - 1).
    shape : Shape or str
        A positive shape.
    draws : int
        Number of samples.
    seed : int

    Returns
    -------
    ndarray, shape (draws, n)

    Raises
    ------
    RestatedError
        As `exact_moments`.
    """
    (mean,), (sd,), _, (shape,) = _request(n, [mean], [sd], None, [shape])
    if shape.kind not in ("lognormal", "gamma"):
        raise RestatedError("samples are drawn in bulk for positive shapes only", field="shape")
    _check_shape(n, mean, sd, shape, 0)
    z = np.random.default_rng(seed).standard_normal((draws, n))
    z -= z.mean(axis=1, keepdims=True)
    z = np.sort(z / z.std(axis=1, ddof=1, keepdims=True), axis=1)
    out = np.zeros((draws, n))
    m_mean, m_sd = _of_positive(n, n - shape.zeros, mean, sd)
    out[:, shape.zeros :] = _positive(z[:, shape.zeros :], m_mean, m_sd, shape.kind)
    return np.random.default_rng([seed, 1]).permuted(out, axis=1)


def sd_range(n: int, mean: float, zeros: int = 0) -> tuple[float, float]:
    """Return the limits of the SD of n values with a given mean, of which `zeros` are 0 and the others positive.

    The lower limit has all others equal, the upper one a single value that holds the whole sum.
    """
    return mean * math.sqrt(n / (n - 1) * zeros / (n - zeros)), mean * math.sqrt(n)


def _not_zero(z: Floats, shapes: list[Shape]) -> list[Ints]:
    """For each column the rows that are not zero: all but those with the lowest z."""
    return [np.sort(np.argsort(z[:, j], kind="stable")[shape.zeros :]) for j, shape in enumerate(shapes)]


def _columns(z: Floats, means: Floats, sds: Floats, shapes: list[Shape], positive: list[Ints]) -> Floats:
    return np.stack([_column(z[:, j], means[j], sds[j], shapes[j], positive[j]) for j in range(len(means))], axis=1)


def _column(z: Floats, mean: float, sd: float, shape: Shape, positive: Ints) -> Floats:
    if shape.kind == "normal":
        column: Floats = mean + sd * (z - z.mean()) / z.std(ddof=1)
        return column
    if shape.low is not None and shape.high is not None:
        return _between(z, mean, sd, shape.low, shape.high)
    column = np.zeros(len(z))
    column[positive] = _positive(z[None, positive], *_of_positive(len(z), len(positive), mean, sd), shape.kind)[0]
    return column


def _between(z: Floats, mean: float, sd: float, low: float, high: float) -> Floats:
    """Beta values between two limits, increasing in z, with exact mean and SD.

    For each concentration the location is solved for the sample mean (which rises with it), then the concentration for
    the sample SD (which falls with it).
    """
    width = high - low
    share, spread, level = (mean - low) / width, sd / width, special.ndtr(z)

    def at(logit: float, concentration: float) -> FloatOrArray:
        return special.betaincinv(concentration * special.expit(logit), concentration * special.expit(-logit), level)

    def values(concentration: float) -> Floats:
        found = optimize.brentq(
            lambda logit: at(logit, concentration).mean() - share, *LOGIT_RANGE, xtol=1e-14, rtol=1e-14
        )
        result: Floats = at(found, concentration)
        return result

    def excess(log_concentration: float) -> float:
        return float(values(math.exp(log_concentration)).std(ddof=1) - spread)

    start, end = (math.log(limit) for limit in CONCENTRATION_RANGE)
    try:
        found = values(math.exp(optimize.brentq(excess, start, end, xtol=1e-14, rtol=1e-14)))
    except ValueError:  # no change of sign: this sample of z cannot be spread so far or so little
        raise RestatedError(
            f"the SD {sd:g} conflicts with the mean {mean:g} between {low:g} and {high:g} for a beta shape",
            remedy="Use another seed: near its limits the SD depends on the draw",
        ) from None
    return low + width * found


def _of_positive(n: int, m: int, mean: float, sd: float) -> tuple[float, float]:
    """Mean and SD of the m values that are not zero, from those of all n."""
    return mean * n / m, math.sqrt(((n - 1) * sd**2 - n * mean**2 * (n - m) / m) / (m - 1))


def _positive(z: Floats, mean: float, sd: float, kind: str) -> Floats:
    """Values of a positive shape, increasing in z, with exact mean and SD in each row of z, shape (draws, m)."""
    if kind == "lognormal":
        limits = SIGMA_RANGE
        above = z - z.max(axis=1, keepdims=True)

        def curve(parameter: Floats, rows: Ints) -> FloatOrArray:
            return np.exp(parameter[:, None] * above[rows])
    else:
        limits = GAMMA_RANGE
        upper = special.ndtr(-z)  # the complement keeps the digits of the upper tail

        def curve(parameter: Floats, rows: Ints) -> FloatOrArray:
            return special.gammainccinv(parameter[:, None], upper[rows])

    def excess(log_parameter: Any, rows: Any) -> Any:
        values = curve(np.exp(log_parameter), rows)
        return np.log(values.std(axis=1, ddof=1) / values.mean(axis=1)) - math.log(sd / mean)

    rows = np.arange(len(z))
    ends = np.full(len(z), math.log(limits[0])), np.full(len(z), math.log(limits[1]))
    if not np.all(excess(ends[0], rows) * excess(ends[1], rows) < 0):
        raise RestatedError(
            f"the SD {sd:g} conflicts with the mean {mean:g} of the positive values of a {kind} shape",
            remedy="Use another shape or, for an SD near its upper limit, another seed",
        )
    found: Any = elementwise.find_root(excess, ends, args=(rows,), tolerances=ROOT_TOLERANCES)
    values: Floats = curve(np.exp(found.x), rows)
    result: Floats = values * (mean / values.mean(axis=1, keepdims=True))
    return result
