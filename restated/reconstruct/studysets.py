"""Sets of studies that lead to a printed pooled correlation.

A meta-analysis printed as k samples, N participants and one pooled r leaves the effects and sample sizes open.
`study_sets` draws many sets of them. Sizes add up to N exactly and the pooled estimate falls inside the printed
rounding interval exactly; everything else follows from assumptions that the caller names.

**Goes in, so agrees by construction:** k, N, the pooled r, and with ``fix='tau2'``, ``fix='Q'`` or ``fix='I2'`` the
heterogeneity estimate. **Assumed:** the spread of sample sizes, normal true effects on the Fisher z scale with variance
tau2, sampling variance 1 / (n - 3), no relation between size and effect, one effect per sample. What `summaries` then
adds (interval, prediction interval, I2) shows what such a meta-analysis would look like; it is not evidence on the real
one.

References
----------
Fisher (1921), Metron 1, 3-32 (z transformation and its variance).
DerSimonian & Laird (1986), Controlled Clinical Trials 7, 177-188.
Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30, 261-293 (REML score).
Higgins, Thompson & Spiegelhalter (2009), JRSS A 172, 137-159 (prediction interval with k - 2 degrees of freedom).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

from restated import tau2 as between
from restated.arguments import Floats, Ints, check_level, check_option, is_whole
from restated.errors import RestatedError
from restated.intervals import Constraint, bounded_interval, describe

# Fisher z needs n - 3 > 0.
SMALLEST_N = 4

MODELS = ("FE", "DL", "REML")

# REML counts as being at the requested tau2 when its search returns it within this relative distance; the search itself
# stops at 1e-12 and the score equation is flat near its root, hence the wider margin.
REML_MATCH = 1e-6


@dataclass(frozen=True)
class StudySets:
    """Many sets of k studies with the same printed summary.

    Attributes
    ----------
    z : ndarray, shape (draws, k)
        Effects as Fisher z.
    n : ndarray of int, shape (draws, k)
        Sample sizes; each row adds up to the printed total.
    target : ndarray, shape (draws,)
        The pooled r of each set, drawn evenly from the printed rounding interval.
    model : str
        Pooling model: FE (common effect), DL or REML.
    inputs : tuple of str
        Inputs, which therefore agree by construction.
    assumed : tuple of str
        Assumptions.
    """

    z: Floats
    n: Ints
    target: Floats
    model: str
    inputs: tuple[str, ...]
    assumed: tuple[str, ...]

    @property
    def r(self) -> Floats:
        """Effects as correlations, shape (draws, k)."""
        return np.tanh(self.z)

    @property
    def v(self) -> Floats:
        """Sampling variances of z, shape (draws, k)."""
        return 1.0 / (self.n - 3)

    def __len__(self) -> int:
        return len(self.z)


class Summaries(NamedTuple):
    """One value per study set, each of shape (draws,); correlations unless noted otherwise."""

    r: Floats
    ci_low: Floats
    ci_high: Floats
    pi_low: Floats  # prediction interval; nan for FE and for k < 3
    pi_high: Floats
    tau2: Floats  # estimate under the model, on the z scale
    q: Floats
    i2: Floats  # percent, max(0, (Q - df) / Q)


def sizes(k: int, total_n: int, *, min_n: int, size_shape: float, draws: int, rng: np.random.Generator) -> Ints:
    """Draw sample sizes that add up to a printed total.

    Parameters
    ----------
    k, total_n : int
        Number of samples and sum of their sizes.
    min_n : int
        Smallest size allowed.
    size_shape : float
        Standard deviation of the logarithm of the lognormal shares that divide the participants above the floor; 0
        gives nearly equal sizes. 0.7 makes the largest of 20 samples about ten times the smallest before the floor.
    draws : int
        Number of sets.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (draws, k)

    Raises
    ------
    RestatedError
        If k samples of at least `min_n` do not fit the total.
    """
    if k * min_n > total_n:
        raise RestatedError(
            f"{k} samples of at least {min_n} need {k * min_n} participants, but {total_n} are printed", field="min_n"
        )
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
    model: str = "DL",
    fix: str | None = None,
    q: float | None = None,
    i2: float | None = None,
) -> StudySets:
    """Draw sets of study effects and sizes that give a printed pooled correlation.

    Parameters
    ----------
    k, total_n : int
        Printed number of samples and of participants.
    pooled : str, Printed, or pair of numbers
        Printed pooled r.
    tau2 : float
        Variance of the true effects on the z scale. An assumption unless a paper prints it.
    draws, seed : int
        Number of sets and seed of the random generator.
    min_n, size_shape : int, float
        Spread of sample sizes, see `sizes`. Assumptions.
    model : {'DL', 'REML', 'FE'}
        Model whose estimate equals the pooled r: DerSimonian-Laird, restricted maximum likelihood, common effect.
    fix : {None, 'tau2', 'Q', 'I2'}
        None: effects vary around their mean as the assumptions have it, so the *estimated* tau2 differs between sets.
        'tau2': deviations are stretched until the model's own estimate equals `tau2`. 'Q': until Cochran's Q equals
        `q`. 'I2': until I2 equals `i2`.
    q : float, optional
        Printed Q for ``fix='Q'``.
    i2 : float, optional
        Printed I2 from Q in percent, (Q - df) / Q, for ``fix='I2'``: above 0, as 0 leaves Q open from 0 to k - 1, and
        below 100.

    Raises
    ------
    RestatedError
        If the arguments contradict each other.

    Notes
    -----
    Adding a constant to all z changes neither weights, Q nor any tau2 estimate, so the pooled z is set exactly by a
    shift. Multiplying deviations by s multiplies Q by s^2; the DL estimate (Q - df) / C and the REML score y'PPy -
    tr(P) = 0 at a given tau2 are then solved for s in closed form.
    """
    _check(k, tau2, draws, min_n, size_shape, model, fix, q, i2)
    low, high = bounded_interval(pooled, "pooled")
    if low <= -1 or high >= 1:
        raise RestatedError("the pooled correlation needs an interval inside -1 to 1", field="pooled")
    rng = np.random.default_rng(seed)
    n = sizes(k, total_n, min_n=min_n, size_shape=size_shape, draws=draws, rng=rng)
    v = 1.0 / (n - 3)
    z: Floats = np.sqrt(tau2 + v) * rng.standard_normal((draws, k))
    target = float(low) + (float(high) - float(low)) * rng.random(draws)
    if fix is not None:
        wanted = q if i2 is None else (k - 1) / (1 - i2 / 100)
        z = _stretch(z, v, model, tau2, wanted)
    z += (np.arctanh(target) - _pool(z, v, _tau2(z, v, model))[0])[:, None]
    inputs = [f"k = {k}", f"N = {total_n}", f"pooled r = {describe(pooled)} ({model})"]
    assumed = [
        f"sizes: at least {min_n}, lognormal shares with SD {size_shape:g} of the logarithm",
        "true effects normal on the Fisher z scale, unrelated to sample size",
        "one effect per sample, sampling variance 1 / (n - 3)",
    ]
    if q is not None:
        inputs.append(f"Q = {q:g}")
    if i2 is not None:
        inputs.append(f"I2 = {i2:g} %")
    assumed.append(f"tau2 = {tau2:g}" + (" (the estimate equals it)" if fix == "tau2" else ""))
    return StudySets(z, n, target, model, tuple(inputs), tuple(assumed))


def _check(
    k: int,
    tau2: float,
    draws: int,
    min_n: int,
    size_shape: float,
    model: str,
    fix: str | None,
    q: float | None,
    i2: float | None,
) -> None:
    for name, value, least in (("k", k, 2), ("draws", draws, 1), ("min_n", min_n, SMALLEST_N)):
        if not is_whole(value) or value < least:
            raise RestatedError(f"{name} must be a whole number of at least {least}, not {value!r}", field=name)
    for name, spread in (("tau2", tau2), ("size_shape", size_shape)):
        if not np.isfinite(spread) or spread < 0:
            raise RestatedError(f"{name} must not be negative, not {spread!r}", field=name)
    check_option("model", model, MODELS, field="model")
    if fix is not None:
        check_option("fix", fix, ("tau2", "Q", "I2"), field="fix")
    for name, given in (("Q", q), ("I2", i2)):
        if (fix == name) != (given is not None):
            raise RestatedError(f"fix='{name}' and a value for {name.lower()} go together", field=name.lower())
    if q is not None and q < 0:
        raise RestatedError(f"Q cannot be negative, not {q!r}", field="q")
    if i2 is not None and not 0 < i2 < 100:
        remedy = "Where I2 is printed as 0, sweep Q from 0 to k - 1 with fix='Q'"
        raise RestatedError(f"I2 fixes Q only between 0 and 100 percent, not {i2!r}", field="i2", remedy=remedy)
    if fix == "tau2" and model == "FE":
        raise RestatedError("the common-effect model has no tau2", field="fix", remedy="Use fix='Q' or DL or REML")


def _stretch(z: Floats, v: Floats, model: str, tau2: float, q: float | None) -> Floats:
    """Deviations stretched so that Q, or without one the model's tau2 estimate, takes a given value."""
    if q is not None:
        factor2 = q / _pool(z, v, np.zeros(len(z)))[2]
    elif model == "DL":
        w = 1.0 / v
        c = w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)
        factor2 = (z.shape[1] - 1 + tau2 * c) / _pool(z, v, np.zeros(len(z)))[2]
    else:
        w = 1.0 / (v + tau2)
        mean = _pool(z, v, np.full(len(z), tau2))[0]
        trace = w.sum(axis=1) - (w**2).sum(axis=1) / w.sum(axis=1)
        factor2 = trace / ((w * (z - mean[:, None])) ** 2).sum(axis=1)
    stretched: Floats = z * np.sqrt(factor2)[:, None]
    if q is None:
        off = np.abs(_tau2(stretched, v, model) - tau2) > REML_MATCH * (tau2 + v.mean(axis=1))
        if np.any(off):
            problem = f"in {int(off.sum())} sets no stretch brings the {model} estimate to {tau2:g}"
            raise RestatedError(problem, field="tau2", remedy="Use model='DL', fix=None or another seed")
    return stretched


def _tau2(z: Floats, v: Floats, model: str) -> Floats:
    return between.estimate(z, v, np.ones((z.shape[1], 1)), model)


def _pool(z: Floats, v: Floats, tau2: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted mean, its standard error and the weighted sum of squares, each of shape (draws,)."""
    w = 1.0 / (v + tau2[:, None])
    total = w.sum(axis=1)
    mean = (w * z).sum(axis=1) / total
    return mean, 1 / np.sqrt(total), (w * (z - mean[:, None]) ** 2).sum(axis=1)


def summaries(sets: StudySets, *, level: float = 0.95) -> Summaries:
    """Pool each set as a meta-analysis would, under the model of the sets.

    Parameters
    ----------
    sets : StudySets
    level : float
        Confidence level of both intervals.

    Returns
    -------
    Summaries
        Wald confidence interval (normal quantile); prediction interval with the t quantile for k - 2 degrees of freedom
        on sqrt(tau2 + SE^2); both back-transformed from z. I2 from Q.
    """
    check_level(level)
    k = sets.z.shape[1]
    v = sets.v
    q = _pool(sets.z, v, np.zeros(len(sets)))[2]
    tau2 = _tau2(sets.z, v, sets.model)
    mean, se, _ = _pool(sets.z, v, tau2)
    wald = stats.norm.ppf((1 + level) / 2) * se
    if sets.model == "FE" or k < 3:
        spread = np.full(len(sets), np.nan)
    else:
        spread = stats.t.ppf((1 + level) / 2, k - 2) * np.sqrt(tau2 + se**2)
    return Summaries(
        np.tanh(mean),
        np.tanh(mean - wald),
        np.tanh(mean + wald),
        np.tanh(mean - spread),
        np.tanh(mean + spread),
        tau2,
        q,
        100 * np.maximum(0.0, 1 - (k - 1) / np.maximum(q, np.finfo(float).tiny)),
    )
