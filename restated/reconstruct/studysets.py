"""Sets of studies that lead to a printed pooled correlation.

A meta-analysis printed as k samples, N participants and one pooled r leaves the effects and sample sizes open. In the
sets drawn here sizes add up to N exactly and the pooled estimate (DerSimonian-Laird) falls inside the printed rounding
interval exactly.

**Goes in, so agrees by construction:** k, N, the pooled r, and tau2 or Q. **Assumed:** the spread of sample sizes,
normal true effects on the Fisher z scale with variance tau2, sampling variance 1 / (n - 3), no relation between size
and effect, one effect per sample. What `summaries` adds (interval, prediction interval, I2) shows what such a
meta-analysis would look like; it is not evidence on the real one.

References: Fisher (1921), Metron 1, 3-32 (z and its variance). DerSimonian & Laird (1986), Controlled Clinical Trials
7, 177-188. Higgins, Thompson & Spiegelhalter (2009), JRSS A 172, 137-159 (prediction interval with k - 2 df).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from restated import tau2 as between
from restated.arguments import Floats, Ints, check_level, check_numbers, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval

# Fisher z needs n - 3 > 0.
SMALLEST_N = 4
WIDEST = 50.0  #: Beyond this spread of logarithms one sample holds everybody, and exponentials overflow


@dataclass(frozen=True)
class StudySets:
    """Many sets of k studies with the same printed summary; arrays have the shape (draws, k)."""

    z: Floats  # effects as Fisher z
    n: Ints  # sample sizes; each row adds up to the printed total

    @property
    def v(self) -> Floats:
        """Sampling variances of z, shape (draws, k)."""
        return 1.0 / (self.n - 3)


class Summaries(NamedTuple):
    """One value per study set, each of shape (draws,); correlations unless noted otherwise."""

    r: Floats
    ci_low: Floats
    ci_high: Floats
    pi_low: Floats  # prediction interval; nan for k < 3
    pi_high: Floats
    tau2: Floats  # on the z scale
    q: Floats
    i2: Floats  # percent, max(0, (Q - df) / Q)


def sizes(k: int, total_n: int, *, min_n: int, size_shape: float, draws: int, rng: np.random.Generator) -> Ints:
    """Draw sample sizes that add up to a printed total, shape (draws, k).

    Each of the `k` sizes is at least `min_n`; `size_shape` is the SD of the logarithm of the lognormal shares of the
    rest: 0 gives nearly equal sizes, 0.7 makes the largest of 20 about ten times the smallest. Raises a RestatedError
    if the samples do not fit the total, or there is none.
    """
    check_numbers(k=k, total_n=total_n, min_n=min_n, size_shape=size_shape, draws=draws)
    if k < 1 or min_n < 0 or draws < 1 or not 0 <= size_shape <= WIDEST:
        raise RestatedError(f"{k} samples with a spread of {size_shape} cannot be drawn", field="k, size_shape")
    if k * min_n > total_n:
        problem = f"{k} samples of at least {min_n} need {k * min_n} participants, but {total_n} are printed"
        raise RestatedError(problem, field="min_n")
    shares = np.exp(size_shape * rng.standard_normal((draws, k)))
    shares /= shares.sum(axis=1, keepdims=True)
    return min_n + rng.multinomial(total_n - k * min_n, shares)


def study_sets(
    k: int,
    total_n: int,
    pooled: Constraint,
    *,
    tau2: float,
    draws: int,
    seed: int,
    min_n: int = 10,
    size_shape: float = 0.7,
    q: float | None = None,
) -> StudySets:
    """Draw sets of study effects and sizes that give a printed pooled correlation.

    `k`, `total_n`: printed number of samples and of participants. `pooled` (str, Printed, or pair of numbers): printed
    r. `tau2`: variance of the true effects on the z scale, an assumption unless a paper prints it; deviations are
    stretched until the estimated tau2 equals it, or Cochran's Q equals `q`. `min_n`, `size_shape`: see `sizes`;
    assumptions. Raises a RestatedError if the arguments contradict each other.

    Adding a constant to all z changes neither weights, Q nor the tau2 estimate, so the pooled z is set exactly by a
    shift. Multiplying deviations by s multiplies Q by s^2; (Q - df) / C is then solved for s in closed form.
    """
    for name, value, least in (("k", k, 2), ("draws", draws, 1), ("min_n", min_n, SMALLEST_N)):
        if not is_whole(value) or value < least:
            raise RestatedError(f"{name} must be a whole number of at least {least}, not {value!r}", field=name)
    for name, number in (("tau2", tau2), ("size_shape", size_shape), ("q", 0.0 if q is None else q)):
        check_numbers(**{name: number})
        if not np.isfinite(number) or number < 0:
            raise RestatedError(f"{name} must not be negative, not {number!r}", field=name)
    low, high = bounded_interval(pooled, "pooled")
    if low <= -1 or high >= 1:
        raise RestatedError("the pooled correlation needs an interval inside -1 to 1", field="pooled")
    rng = np.random.default_rng(seed)
    n = sizes(k, total_n, min_n=min_n, size_shape=size_shape, draws=draws, rng=rng)
    v = 1.0 / (n - 3)
    z: Floats = np.sqrt(tau2 + v) * rng.standard_normal((draws, k))
    target = float(low) + (float(high) - float(low)) * rng.random(draws)
    w = 1.0 / v
    wanted = k - 1 + tau2 * (w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)) if q is None else q
    z = z * np.sqrt(wanted / _pool(z, v, np.zeros(draws))[2])[:, None]
    z += (np.arctanh(target) - _pool(z, v, _tau2(z, v))[0])[:, None]
    return StudySets(z, n)


def _tau2(z: Floats, v: Floats) -> Floats:
    return between.estimate(z, v, np.ones((z.shape[1], 1)), "DL")


def _pool(z: Floats, v: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted mean, its standard error and the weighted sum of squares, each of shape (draws,)."""
    w = 1.0 / (v + tau2[:, None])
    total = w.sum(axis=1)
    mean = (w * z).sum(axis=1) / total
    return mean, 1 / np.sqrt(total), (w * (z - mean[:, None]) ** 2).sum(axis=1)


def summaries(sets: StudySets, *, level: float = 0.95) -> Summaries:
    """Pool each set as a meta-analysis would: Wald and prediction interval (t, k - 2 df) at confidence `level`."""
    check_level(level)
    draws, k = sets.z.shape
    q = _pool(sets.z, sets.v, np.zeros(draws))[2]
    tau2 = _tau2(sets.z, sets.v)
    mean, se, _ = _pool(sets.z, sets.v, tau2)
    wald = stats.norm.ppf((1 + level) / 2) * se
    # The quantile is nan without degrees of freedom.
    spread = stats.t.ppf((1 + level) / 2, k - 2) * np.sqrt(tau2 + se**2)
    ci_low, ci_high, pi_low, pi_high = (np.tanh(mean + x) for x in (-wald, wald, -spread, spread))
    i2 = 100 * np.maximum(0.0, 1 - (k - 1) / np.maximum(q, np.finfo(float).tiny))
    return Summaries(np.tanh(mean), ci_low, ci_high, pi_low, pi_high, tau2, q, i2)
