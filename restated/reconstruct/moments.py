"""Synthetic values with exactly the printed means, SDs and correlations.

Everything the moments do not fix - quantiles, tails, interactions - comes from the assumed shape and from the seed; a
result that depends on it has to be shown over several shapes and seeds.

References: Rubinstein & Kroese (2016), Simulation and the Monte Carlo method, 3rd ed., section 2.5 (recolouring).
Samuelson (1968), JASA 63, 1522-1525 (largest deviation in a sample; here the largest SD of non-negative values).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import elementwise

from restated.arguments import FloatOrArray, Floats, Ints, check_finite, check_numbers, check_option, floats, is_whole
from restated.errors import RestatedError

# An eigenvalue of a correlation matrix below this counts as zero: such a matrix cannot be recoloured accurately.
SMALLEST_EIGENVALUE = 1e-10
# Search range for the SD of the logarithm of a lognormal and the shape of a gamma: what floating-point numbers allow.
PARAMETER_RANGES = {"lognormal": (1e-4, 300.0), "gamma": (1e-3, 1e7)}
# The parameter is searched on its logarithm to the last digits, so that the SD is right to rounding error.
ROOT_TOLERANCES: Any = {"xatol": 1e-15, "xrtol": 1e-14}


def exact_moments(
    n: int, means: ArrayLike, sds: ArrayLike, correlations: ArrayLike | None = None, *, seed: int = 0
) -> Floats:
    """Make normal rows with exactly these sample means, SDs and correlations, shape (n, p).

    Normal draws are centred, whitened with their own covariance and recoloured. `n`: rows, more than columns. `means`,
    `sds`, shape (p,), divisor n - 1. `correlations`, shape (p, p), 0 by default. Raises a RestatedError if the request
    contradicts itself; the message names the two sides.
    """
    means, sds = _request(n, means, sds)
    p = len(means)
    wanted = np.eye(p) if correlations is None else floats(correlations, "correlations")
    if wanted.shape != (p, p) or not np.array_equal(wanted, wanted.T) or not np.all(np.diag(wanted) == 1):
        raise RestatedError(f"not a correlation matrix of {p} columns: symmetric with ones", field="correlations")
    smallest = np.linalg.eigvalsh(wanted)[0]
    if smallest < SMALLEST_EIGENVALUE:
        problem = f"the correlations conflict with each other: smallest eigenvalue {smallest:.3g}"
        raise RestatedError(problem, field="correlations")
    z = np.random.default_rng(seed).standard_normal((n, p))
    z -= z.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(z.T @ z / (n - 1)), z.T).T
    z = white @ np.linalg.cholesky(wanted).T
    columns = [means[j] + sds[j] * (z[:, j] - z[:, j].mean()) / z[:, j].std(ddof=1) for j in range(p)]
    return np.stack(columns, axis=1)


def exact_samples(n: int, mean: float, sd: float, kind: str, *, zeros: int = 0, draws: int, seed: int = 0) -> Floats:
    """Make many samples of a positive shape, each with exactly this mean and SD, shape (draws, n).

    `mean`, `sd`: of every sample of `n` values (divisor n - 1). `kind` ({'lognormal', 'gamma'}): distribution of the
    values that are not zero. `zeros`: number of values that are (for instance: used no service). Raises a RestatedError
    if the request contradicts itself; the message names the two sides.

    A lognormal sample is exp(s z), a gamma one the gamma quantile of Phi(z); s or the gamma shape is solved for the
    coefficient of variation (for exp(s z) it rises with s, as the log of the empirical moment generating function is
    convex), and the sample is then scaled to its mean. The lowest z become the zeros.
    """
    check_numbers(n=n, mean=mean, sd=sd, zeros=zeros, draws=draws)
    _request(n, [mean], [sd])
    check_option("shape", kind, PARAMETER_RANGES, field="kind")
    if mean <= 0:
        raise RestatedError(f"the mean {mean:g} conflicts with a {kind} shape, which is positive", field="mean")
    if not 0 <= zeros <= n - 2:
        raise RestatedError(f"{zeros} zeros conflict with n = {n}: two other values are needed", field="zeros")
    lowest, highest = sd_range(n, mean, zeros)
    if not lowest < sd < highest:
        problem = f"the SD {sd:g} conflicts with the mean {mean:g} of {n} values, positive except for {zeros} zeros"
        raise RestatedError(f"{problem}: it must be between {lowest:.6g} and {highest:.6g}", field="sd")
    z = np.random.default_rng(seed).standard_normal((draws, n))
    z -= z.mean(axis=1, keepdims=True)
    z = np.sort(z / z.std(axis=1, ddof=1, keepdims=True), axis=1)
    m = n - zeros
    sd_positive = math.sqrt(((n - 1) * sd**2 - n * mean**2 * (n - m) / m) / (m - 1))
    out = np.zeros((draws, n))
    out[:, zeros:] = _positive(z[:, zeros:], mean * n / m, sd_positive, kind)
    return np.random.default_rng([seed, 1]).permuted(out, axis=1)


def sd_range(n: int, mean: float, zeros: int = 0) -> tuple[float, float]:
    """Return the limits of the SD of n values with a given mean, of which `zeros` are 0 and the others positive.

    At the lower one all others are equal, at the upper one a single value holds the whole sum. Fewer than two values,
    or none above 0, raise a RestatedError.
    """
    check_numbers(n=n, mean=mean, zeros=zeros)
    check_finite(mean=mean)
    if not (2 <= n < math.inf and 0 <= zeros < n and mean > 0):
        raise RestatedError(f"{n} values with {zeros} zeros and the mean {mean:g} have no SD", field="n")
    return mean * math.sqrt(n / (n - 1) * zeros / (n - zeros)), mean * math.sqrt(n)


def _request(n: int, means: ArrayLike, sds: ArrayLike) -> tuple[Floats, Floats]:
    """Means and SDs as arrays, after checks."""
    means, sds = np.atleast_1d(floats(means, "means")), np.atleast_1d(floats(sds, "sds"))
    if means.shape != sds.shape or means.ndim != 1:
        raise RestatedError(f"{means.size} means and {sds.size} SDs do not belong together", field="means, sds")
    if not is_whole(n) or n <= len(means):
        problem = f"n = {n!r} conflicts with {len(means)} columns: more rows than columns are needed"
        raise RestatedError(problem, field="n")
    for column, (mean, sd) in enumerate(zip(means, sds, strict=True), start=1):
        if not (math.isfinite(mean) and math.isfinite(sd)):
            raise RestatedError(f"the mean or the SD of column {column} is missing or not finite", field="means, sds")
        if sd <= 0:
            problem = f"the SD {sd:g} of column {column} is {'negative' if sd < 0 else 'zero'}"
            raise RestatedError(f"{problem}; rows with these moments need a positive one", field="sds")
    return means, sds


def _positive(z: Floats, mean: float, sd: float, kind: str) -> Floats:
    """Values of a positive shape, increasing in z, with exact mean and SD in each row of z, shape (draws, m)."""
    if kind == "lognormal":
        above = z - z.max(axis=1, keepdims=True)

        def curve(parameter: Floats, rows: Ints) -> FloatOrArray:
            return np.exp(parameter[:, None] * above[rows])
    else:
        upper = special.ndtr(-z)  # the complement keeps the digits of the upper tail

        def curve(parameter: Floats, rows: Ints) -> FloatOrArray:
            return special.gammainccinv(parameter[:, None], upper[rows])

    def excess(log_parameter: Any, rows: Any) -> Any:
        values = curve(np.exp(log_parameter), rows)
        return np.log(values.std(axis=1, ddof=1) / values.mean(axis=1)) - math.log(sd / mean)

    rows = np.arange(len(z))
    low, high = (np.full(len(z), math.log(limit)) for limit in PARAMETER_RANGES[kind])
    if not np.all(excess(low, rows) * excess(high, rows) < 0):
        problem = f"the SD {sd:g} conflicts with the mean {mean:g} of the positive values of a {kind} shape"
        raise RestatedError(problem, remedy="Use another shape or, for an SD near its upper limit, another seed")
    found: Any = elementwise.find_root(excess, (low, high), args=(rows,), tolerances=ROOT_TOLERANCES)
    values: Floats = curve(np.exp(found.x), rows)
    result: Floats = values * (mean / values.mean(axis=1, keepdims=True))
    return result
