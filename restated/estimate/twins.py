"""Twin models: shares of genes (A, D), shared environment (C), and unique environment and error (E).

Two kinds of data, one set of models. A *liability-threshold* model reads two tables of pairs, identical (MZ) and
fraternal (DZ) twins, affected or not: a twin is affected when a normal liability passes a threshold. A *continuous*
model reads two covariance matrices or correlations. In both, the data speak through two correlations,

    r_mz = a2 + c2 + d2,    r_dz = a2 / 2 + c2 + d2 / 4,    e2 = 1 - a2 - c2 - d2,

with shares a2, c2, d2, e2 >= 0, so (r_mz, r_dz) is in a triangle whose corners are the pure components. The nuisance
parameters (thresholds, or the variance) are maximised out exactly. Twins of a pair are exchangeable: one threshold or
variance for both, and the order of discordant pairs does not matter.

Not modelled: sex, covariates, assortative mating, gene-environment interplay, unequal environments.

All functions take one data set or many at once; results are numbers or arrays accordingly. What a data set cannot
determine (without pairs with an affected twin, for example) is nan.

References
----------
Falconer, D. S. (1965). Annals of Human Genetics, 29, 51-76 (liability; shares from two correlations).
Neale, M. C., & Cardon, L. R. (1992). Methodology for Genetic Studies of Twins and Families. Kluwer.
Neale, M. C., & Miller, M. B. (1997). Behavior Genetics, 27, 113-120 (profile-likelihood intervals).
Self, S. G., & Liang, K.-Y. (1987). JASA, 82, 605-610; Dominicus, A., et al. (2006). Behavior Genetics, 36, 331-340
(likelihood-ratio tests at the boundary). The likelihoods and the search are in `restated.estimate.twinlikelihood`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import ndtri, owens_t

from restated.arguments import FloatOrArray, Floats, Ints, check_level, check_option, floats
from restated.errors import RestatedError
from restated.estimate.proportions import wilson
from restated.estimate.twinlikelihood import (
    MAX_ITERATIONS,
    ContinuousData,
    LiabilityData,
    TwinData,
    best_on_line,
    maximise,
)
from restated.intervals import Constraint, bounded_interval

#: What one unit of each component adds to (r_mz, r_dz).
RESEMBLANCE = {"a2": (1.0, 0.5), "c2": (1.0, 1.0), "d2": (1.0, 0.25)}
#: The components of each model besides e2. C and D together need data beyond twins reared together.
MODELS = {"ACE": ("a2", "c2"), "ADE": ("a2", "d2"), "AE": ("a2",), "CE": ("c2",), "E": ()}
#: Sub-models tested against each model. DE is left out: dominance without additive effects is not plausible.
SUBMODELS = {"ACE": ("AE", "CE", "E"), "ADE": ("AE", "E"), "AE": ("E",), "CE": ("E",), "E": ()}
COMPONENTS = ("a2", "c2", "d2", "e2")

#: Ends of intervals are found to this precision in the share.
LIMIT_TOLERANCE = 1e-8
#: Twice a difference of log-likelihoods below this is zero: two searches for one maximum agree to 1e-10.
SAME_LIKELIHOOD = 1e-8
#: Shares given by the reader must add up to 1 within rounding of their decimal fractions.
SUM_TOLERANCE = 1e-9
#: Draws of a power simulation fitted at a time: keeps memory flat.
BLOCK = 5000


class Interval(NamedTuple):
    """Ends of an interval; numbers or arrays."""

    low: float | Floats
    high: float | Floats


@dataclass(frozen=True)
class TwinFit:
    """A fitted twin model; fields are numbers, or arrays with the leading shape of the data.

    Shares are proportions of the variance; a component outside the model is 0. `prevalence_mz` and `prevalence_dz`
    (liability) or `variance` (continuous) are the fitted nuisance parameters; the others nan. `loglik` is that of the
    single pairs: of tables the sum of their log probabilities, discordant pairs in the order they came; of covariances
    the normal one with free means. `deviance` is twice its distance from the saturated model of two exchangeable tables
    or matrices, with `df` degrees of freedom when no share is at a bound.
    """

    model: str
    a2: float | Floats
    c2: float | Floats
    d2: float | Floats
    e2: float | Floats
    r_mz: float | Floats
    r_dz: float | Floats
    prevalence_mz: float | Floats
    prevalence_dz: float | Floats
    variance: float | Floats
    loglik: float | Floats
    deviance: float | Floats
    df: int
    at_bound: bool | Floats  # a component of the model is estimated as 0
    data: TwinData = field(repr=False, compare=False)

    @property
    def aic(self) -> FloatOrArray:
        """Akaike's criterion, up to a constant that is the same for all models of the same data."""
        return 2 * len(MODELS[self.model]) - 2 * self.loglik


@dataclass(frozen=True)
class Comparison:
    """Likelihood-ratio test of a sub-model.

    `p_boundary` takes account of shares that cannot be negative; `p` is the plain chi-squared p, for comparison with
    publications.
    """

    model: str
    reduced: str
    dropped: tuple[str, ...]
    lrt: float | Floats
    df: int
    p: float | Floats
    p_boundary: float | Floats


@dataclass(frozen=True)
class Power:
    """Power to see a component: share of simulated studies whose test is significant.

    `se` is the Monte Carlo standard error, `low` and `high` the 95 % Wilson interval. `undefined` studies (no affected
    twin, say) count as not significant.
    """

    power: float
    se: float
    low: float
    high: float
    draws: int
    undefined: int


# --- fitting ---------------------------------------------------------------------------------------------


def liability(mz: ArrayLike, dz: ArrayLike, *, model: str = "ACE", thresholds: str = "common") -> TwinFit:
    """Fit the liability-threshold model to two tables of twin pairs by maximum likelihood, shares bounded at 0.

    Parameters
    ----------
    mz, dz : array_like, shape (..., 3) or (..., 4)
        Numbers of pairs: both affected, discordant, neither; with four, the discordant pairs come in two orders, which
        are added up. Need not be whole numbers (expected tables). Leading axes broadcast.
    model : {"ACE", "ADE", "AE", "CE", "E"}
    thresholds : {"common", "separate"}
        One threshold for everybody, or one for each zygosity.

    Returns
    -------
    TwinFit
        nan where a threshold is not determined: nobody or everybody affected (for "separate", in one group).

    Raises
    ------
    RestatedError
        If counts are negative or not finite, a table is empty, or an option is unknown.
    """
    check_option("model", model, MODELS, field="model")
    check_option("kind of thresholds", thresholds, ("common", "separate"), field="thresholds")
    mz, dz = _pairs(mz, "mz"), _pairs(dz, "dz")
    try:
        mz, dz = np.broadcast_arrays(mz, dz)
    except ValueError:
        raise RestatedError(f"shapes {mz.shape} of mz and {dz.shape} of dz do not go together") from None
    data = LiabilityData(mz.reshape(-1, 3), dz.reshape(-1, 3), thresholds == "common", mz.shape[:-1])
    return _fit(data, model)


def continuous(mz: ArrayLike, dz: ArrayLike, n_mz: ArrayLike, n_dz: ArrayLike, *, model: str = "ACE") -> TwinFit:
    """Fit the twin model to two covariance matrices or correlations by maximum likelihood, shares bounded at 0.

    One variance for all twins, free means: the likelihood of normal raw data, as in OpenMx and lavaan. Matrices are
    those programs print, with n - 1 in the denominator. Where only correlations are known, the variances of the two
    groups are taken to be the same.

    Parameters
    ----------
    mz, dz : array_like, shape () or (m,): correlations; shape (2, 2) or (m, 2, 2): covariance matrices
    n_mz, n_dz : array_like of numbers, shape () or (m,)
        Pairs.
    model : {"ACE", "ADE", "AE", "CE", "E"}

    Raises
    ------
    RestatedError
        If a matrix is not positive definite (a correlation not inside -1 to 1), a group has fewer than 3 pairs, shapes
        differ or the model is unknown.
    """
    check_option("model", model, MODELS, field="model")
    n_mz, n_dz = _pair_number(n_mz, "n_mz"), _pair_number(n_dz, "n_dz")
    parts = [*_moments(mz, n_mz, "mz"), *_moments(dz, n_dz, "dz"), n_mz, n_dz]
    try:
        parts = list(np.broadcast_arrays(*parts))
    except ValueError:
        raise RestatedError("mz, dz, n_mz and n_dz hold different numbers of data sets") from None
    shape = parts[0].shape
    variances, covariances = np.stack(parts[0:4:2], -1), np.stack(parts[1:4:2], -1)
    data = ContinuousData(
        variances.reshape(-1, 2), covariances.reshape(-1, 2), np.stack(parts[4:], -1).reshape(-1, 2), shape
    )
    return _fit(data, model)


def intervals(fit: TwinFit, *, level: float = 0.95, only: tuple[str, ...] | None = None) -> dict[str, Interval]:
    """Return profile-likelihood intervals of the shares of a model.

    All values whose best fit is less than the chi-squared quantile (1 df) away from the maximum in twice the
    log-likelihood. An end that meets a bound is the bound. The quantile is not adjusted for bounds, so near them an
    interval covers more often than `level`.

    Parameters
    ----------
    fit : TwinFit
    level : float
    only : tuple of str, optional
        The shares wanted, where many data sets make the others too costly; all by default.

    Returns
    -------
    dict of str to Interval
        Keys are the components of the model and "e2", or those of `only`.
    """
    check_level(level)
    parts = MODELS[fit.model]
    if not parts:
        return {"e2": Interval(fit.e2, fit.e2)}  # 1 by definition
    names = (*parts, "e2")
    for name in only or ():
        check_option("share", name, names, field="only")
    rows = fit.data.defined
    # All ends of all shares of all data sets are searched together: one row each.
    keys = [(name, end) for name in only or names for end in ("low", "high")]
    m = len(rows)
    far = np.concatenate([np.full(m, float(end == "high")) for _, end in keys])
    near = np.concatenate([np.ravel(getattr(fit, name))[rows] for name, _ in keys])
    which = np.repeat([names.index(name) for name, _ in keys], m)
    top = np.tile(np.ravel(fit.loglik)[rows], len(keys))
    repeated = np.tile(rows, len(keys))
    ends = _profile_ends(fit, repeated, which, near, far, top, float(stats.chi2.ppf(level, 1)))
    found: dict[str, dict[str, FloatOrArray]] = {name: {} for name in only or names}
    for (name, end), values in zip(keys, ends.reshape(len(keys), m)):
        found[name][end] = _shaped(_spread(values, rows, fit.data.size), fit.data.shape)
    return {name: Interval(**ends) for name, ends in found.items()}


def compare(fit: TwinFit) -> dict[str, Comparison]:
    """Return likelihood-ratio tests of the sub-models of a fitted model.

    One dropped share is on the edge of the allowed range, so its statistic is 0 half of the time and chi-squared with 1
    df otherwise: p is halved. With two dropped shares it is a mixture of 0, 1 and 2 degrees of freedom with weights 1/2
    - w, 1/2 and w, where 2 pi w is the angle between the two components in the metric of the information matrix (Self &
      Liang 1987, case 7); w depends only on the numbers of pairs and the prevalences. Both hold for large samples, and
      where no other share is 0.

    Parameters
    ----------
    fit : TwinFit

    Returns
    -------
    dict of str to Comparison
        Keyed by the sub-model.
    """
    return {reduced: _test(fit, reduced) for reduced in SUBMODELS[fit.model]}


def _test(fit: TwinFit, reduced: str) -> Comparison:
    """One of the tests of `compare`."""
    dropped = tuple(name for name in MODELS[fit.model] if name not in MODELS[reduced])
    other = _fit(fit.data, reduced)
    lrt = 2 * (np.asarray(fit.loglik) - other.loglik)
    lrt = np.where(lrt < SAME_LIKELIHOOD, np.where(np.isnan(lrt), np.nan, 0.0), lrt)
    one, two = stats.chi2.sf(lrt, 1), stats.chi2.sf(lrt, 2)
    if len(dropped) == 1:
        mixture = 0.5 * one
    else:
        both = fit.data.angle(*(RESEMBLANCE[name] for name in dropped)) / (2 * np.pi)
        mixture = 0.5 * one + _shaped(both, fit.data.shape) * two
    p = one if len(dropped) == 1 else two
    return Comparison(fit.model, reduced, dropped, lrt[()], len(dropped), p[()], np.where(lrt == 0, 1.0, mixture)[()])


def lowest_aic(fit: TwinFit) -> Floats:
    """Return the name of the model with the lowest Akaike criterion among a model and its sub-models.

    Parameters
    ----------
    fit : TwinFit

    Returns
    -------
    ndarray of str, shape of the data
        A tie goes to the smaller model, and among models of one size to the first of `SUBMODELS`; "" where nothing was
        fitted.
    """
    tests = compare(fit)
    names = [*sorted(tests, key=lambda name: len(MODELS[name])), fit.model]
    # Dropping k shares lowers the penalty by 2 k and raises the deviance by the likelihood ratio.
    excess = np.stack(
        [tests[name].lrt - 2 * tests[name].df if name in tests else np.zeros_like(fit.loglik) for name in names]
    )
    best = np.array(names)[np.argmin(np.nan_to_num(excess, nan=np.inf), axis=0)]
    return np.where(np.isnan(fit.loglik), "", best)


# --- arithmetic on correlations and prevalences ----------------------------------------------------------


def falconer(r_mz: ArrayLike, r_dz: ArrayLike) -> tuple[FloatOrArray, FloatOrArray, FloatOrArray]:
    """Return Falconer's shares a2 = 2 (r_mz - r_dz), c2 = 2 r_dz - r_mz, e2 = 1 - r_mz; may be negative.

    Parameters
    ----------
    r_mz, r_dz : array_like

    Returns
    -------
    tuple (a2, c2, e2) of float or ndarray
    """
    r_mz, r_dz = np.asarray(r_mz, dtype=float), np.asarray(r_dz, dtype=float)
    return (2 * (r_mz - r_dz))[()], (2 * r_dz - r_mz)[()], (1 - r_mz)[()]


def falconer_bounds(r_mz: Constraint, r_dz: Constraint) -> dict[str, Interval]:
    """Return the smallest and largest of Falconer's shares over all correlations that print as given.

    The shares are linear in the correlations, so the extremes are at corners of the rounding box.

    Parameters
    ----------
    r_mz, r_dz : str, Printed or pair of numbers
        A correlation as printed.

    Returns
    -------
    dict of str to Interval
        Keys "a2", "c2", "e2".

    Raises
    ------
    RestatedError
        If a correlation has no lower or upper end, or is outside -1 to 1.
    """
    (mz_low, mz_high), (dz_low, dz_high) = _correlation_ends(r_mz, "r_mz"), _correlation_ends(r_dz, "r_dz")
    ends = {
        "a2": (2 * (mz_low - dz_high), 2 * (mz_high - dz_low)),
        "c2": (2 * dz_low - mz_high, 2 * dz_high - mz_low),
        "e2": (1 - mz_high, 1 - mz_low),
    }
    return {name: Interval(float(low), float(high)) for name, (low, high) in ends.items()}


def implied_correlations(
    a2: ArrayLike = 0.0, c2: ArrayLike = 0.0, d2: ArrayLike = 0.0
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return the twin correlations (r_mz, r_dz) that go with given shares.

    Parameters
    ----------
    a2, c2, d2 : array_like

    Returns
    -------
    tuple (r_mz, r_dz) of float or ndarray
    """
    shares = [(name, np.asarray(x, dtype=float)) for name, x in (("a2", a2), ("c2", c2), ("d2", d2))]
    mz, dz = (np.asarray(sum(RESEMBLANCE[name][i] * x for name, x in shares)) for i in (0, 1))
    return mz[()], dz[()]


def pair_probabilities(prevalence: ArrayLike, r: ArrayLike) -> Floats:
    """Return the probabilities of a pair: both affected, discordant (either order), neither.

    With threshold h = quantile(prevalence), a given one of two discordant orders has probability 2 T(h, sqrt((1 - r) /
    (1 + r))), T being Owen's function.

    Parameters
    ----------
    prevalence : array_like
        Share of affected individuals, between 0 and 1.
    r : array_like
        Correlation of the liabilities, above -1, at most 1.

    Returns
    -------
    ndarray, shape (..., 3)
    """
    prevalence, r = np.broadcast_arrays(np.asarray(prevalence, dtype=float), np.asarray(r, dtype=float))
    if not ((prevalence > 0) & (prevalence < 1)).all():
        remedy = "Give the share of affected individuals as a proportion"
        raise RestatedError("a prevalence is not between 0 and 1", field="prevalence", remedy=remedy)
    if not ((r > -1) & (r <= 1)).all():
        raise RestatedError("a correlation is not between -1 and 1", field="r")
    one_order = 2 * owens_t(ndtri(prevalence), np.sqrt((1 - r) / (1 + r)))
    return np.stack([prevalence - one_order, 2 * one_order, 1 - prevalence - one_order], axis=-1)


# --- power -----------------------------------------------------------------------------------------------


def power(
    a2: float,
    c2: float,
    e2: float,
    n_mz: int,
    n_dz: int,
    prevalence: float | None = None,
    *,
    drop: str = "a2",
    alpha: float = 0.05,
    thresholds: str = "common",
    draws: int = 2000,
    seed: int = 0,
) -> Power:
    """Return the power of a twin study to see a share, by simulation: ACE against the model without it.

    The test is the boundary-corrected one of `compare`.

    Parameters
    ----------
    a2, c2, e2 : float
        True shares; they add up to 1.
    n_mz, n_dz : int
        Pairs.
    prevalence : float or None
        Share of affected individuals; None for a continuous measure.
    drop : {"a2", "c2"}
        The share tested.
    alpha : float
        Significance level.
    thresholds : {"common", "separate"}
        Fitted to the tables; the true threshold is the same for both zygosities.
    draws : int
        Simulated studies.
    seed : int
    """
    reduced, (r_mz, r_dz) = _design(a2, c2, e2, n_mz, n_dz, drop, alpha)
    significant = undefined = 0
    for fit in _simulated(r_mz, r_dz, n_mz, n_dz, prevalence, thresholds, draws, seed):
        p = _test(fit, reduced).p_boundary
        significant += int(np.sum(p < alpha))
        undefined += int(np.sum(np.isnan(p)))
    share = significant / draws
    low, high = wilson(significant, draws)
    return Power(share, float(np.sqrt(share * (1 - share) / draws)), float(low), float(high), draws, undefined)


def model_choice(
    a2: float,
    c2: float,
    e2: float,
    n_mz: int,
    n_dz: int,
    prevalence: float | None = None,
    *,
    thresholds: str = "common",
    draws: int = 2000,
    seed: int = 0,
) -> dict[str, float]:
    """Return how often each model has the lowest Akaike criterion in simulated studies of known shares.

    Parameters
    ----------
    a2, c2, e2, n_mz, n_dz, prevalence, thresholds, draws, seed
        As in `power`.

    Returns
    -------
    dict of str to float
        Share of studies by model, "ACE", "AE", "CE" and "E"; they add up to 1 less the undefined studies.
    """
    _, (r_mz, r_dz) = _design(a2, c2, e2, n_mz, n_dz, "a2", 0.05)
    tally = dict.fromkeys(("ACE", *SUBMODELS["ACE"]), 0)
    for fit in _simulated(r_mz, r_dz, n_mz, n_dz, prevalence, thresholds, draws, seed):
        chosen = lowest_aic(fit)
        tally = {name: n + int(np.sum(chosen == name)) for name, n in tally.items()}
    return {name: n / draws for name, n in tally.items()}


def power_expected(
    a2: float,
    c2: float,
    e2: float,
    n_mz: ArrayLike,
    n_dz: ArrayLike,
    prevalence: ArrayLike | None = None,
    *,
    drop: str = "a2",
    alpha: float = 0.05,
    thresholds: str = "common",
) -> FloatOrArray:
    """Return the same power without simulation, from the noncentral chi-squared distribution.

    The noncentrality is the likelihood-ratio statistic of the expected tables or matrices. It is an approximation for
    large samples, fast enough for maps over designs; `power` is the check.

    Parameters
    ----------
    a2, c2, e2 : float
    n_mz, n_dz : array_like of int
    prevalence : array_like of float or None
        Broadcast against each other.
    drop, alpha, thresholds
        As in `power`.
    """
    reduced, (r_mz, r_dz) = _design(a2, c2, e2, n_mz, n_dz, drop, alpha)
    n_mz, n_dz = np.asarray(n_mz, dtype=float), np.asarray(n_dz, dtype=float)
    if prevalence is None:
        n_mz, n_dz = np.broadcast_arrays(n_mz, n_dz)
        fit = continuous(np.full(n_mz.shape, r_mz), np.full(n_mz.shape, r_dz), n_mz, n_dz)
    else:
        fit = liability(
            n_mz[..., None] * pair_probabilities(prevalence, r_mz),
            n_dz[..., None] * pair_probabilities(prevalence, r_dz),
            thresholds=thresholds,
        )
    # The corrected test rejects when lrt exceeds the (1 - 2 alpha) quantile, and its normal root the (1 - alpha)
    # quantile; a root of the other sign belongs to a share at the bound, where lrt is 0.
    return stats.norm.sf(stats.norm.isf(alpha) - np.sqrt(_test(fit, reduced).lrt))[()]


def pairs_for_power(
    a2: float,
    c2: float,
    e2: float,
    mz_share: float,
    prevalence: ArrayLike | None = None,
    *,
    power: float = 0.8,
    drop: str = "a2",
    alpha: float = 0.05,
    thresholds: str = "common",
) -> FloatOrArray:
    """Return the pairs a study needs for a given power, by the approximation of `power_expected`.

    The noncentrality is proportional to the number of pairs, so it is computed once.

    Parameters
    ----------
    a2, c2, e2 : float
    mz_share : float
        Identical pairs as a share of all pairs.
    prevalence : array_like of float or None
    power : float
        Above `alpha`.
    drop, alpha, thresholds
        As in `power`.

    Returns
    -------
    float or ndarray
        Not rounded.
    """
    if not (0 < mz_share < 1 and alpha < power < 1):
        raise RestatedError(f"a share {mz_share!r} of identical pairs or a power of {power!r} is out of range")
    unit = 1000.0
    once = power_expected(
        a2, c2, e2, unit * mz_share, unit * (1 - mz_share), prevalence, drop=drop, alpha=alpha, thresholds=thresholds
    )
    root = stats.norm.isf(alpha) - stats.norm.isf(once)
    return unit * ((stats.norm.isf(alpha) - stats.norm.isf(power)) / root) ** 2


def _simulated(
    r_mz: float, r_dz: float, n_mz: int, n_dz: int, prevalence: float | None, thresholds: str, draws: int, seed: int
) -> Iterator[TwinFit]:
    """ACE fits to simulated studies, `BLOCK` at a time."""
    if draws < 1:
        raise RestatedError(f"{draws!r} draws cannot be simulated", field="draws")
    rng = np.random.default_rng(seed)
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        groups = ((n_mz, r_mz), (n_dz, r_dz))
        if prevalence is None:
            mz, dz = (_wishart(rng, n, r, size) for n, r in groups)
            yield continuous(mz, dz, n_mz, n_dz)
        else:
            tables = [rng.multinomial(n, pair_probabilities(prevalence, r), size) for n, r in groups]
            yield liability(*tables, thresholds=thresholds)


def _design(
    a2: float, c2: float, e2: float, n_mz: ArrayLike, n_dz: ArrayLike, drop: str, alpha: float
) -> tuple[str, tuple[float, float]]:
    """The sub-model without `drop` and the true correlations, after checks."""
    shares = np.array([a2, c2, e2], dtype=float)
    if not (shares >= 0).all() or abs(shares.sum() - 1) > SUM_TOLERANCE:
        raise RestatedError(f"a2 = {a2}, c2 = {c2}, e2 = {e2} are not shares that add up to 1")
    if e2 == 0:
        problem = "without unique environment and error twins never differ"
        raise RestatedError(problem, field="e2", remedy="Give e2 above 0")
    if np.min(n_mz) < 3 or np.min(n_dz) < 3:
        raise RestatedError("a design needs at least 3 pairs of each zygosity", field="n_mz, n_dz")
    check_option("share", drop, ("a2", "c2"), field="drop")
    if not 0 < alpha < 0.5:
        raise RestatedError(f"the significance level {alpha!r} is not between 0 and .5", field="alpha")
    return {"a2": "CE", "c2": "AE"}[drop], implied_correlations(a2, c2)


def _wishart(rng: np.random.Generator, n: int, r: float, size: int) -> Floats:
    """Sample covariance matrices, shape (size, 2, 2), of exchangeable pairs: variance 1, correlation r.

    Sum and difference of a pair are independent, so are their sample variances: scaled chi-squared.
    """
    total, difference = ((1 + sign * r) * rng.chisquare(n - 1, size) / (n - 1) for sign in (1, -1))
    variance, covariance = (total + difference) / 2, (total - difference) / 2
    return np.stack([variance, covariance, covariance, variance], axis=-1).reshape(size, 2, 2)


def _fit(data: TwinData, model: str) -> TwinFit:
    parts = MODELS[model]
    rows = data.defined
    units, best = maximise(data, rows, [RESEMBLANCE[name] for name in parts])
    shares = dict.fromkeys(COMPONENTS, np.zeros(len(rows))) | dict(zip(parts, units.T))
    shares["e2"] = np.maximum(1 - best.r[:, 0], 0.0)
    nuisance = dict.fromkeys(("prevalence_mz", "prevalence_dz", "variance"), np.full(len(rows), np.nan))
    nuisance |= data.nuisance_fields(best.nuisance)
    values = {**shares, "r_mz": best.r[:, 0], "r_dz": best.r[:, 1], **nuisance, "loglik": best.value}
    # Rounding can put a perfectly fitting model a few units in the last place above the saturated one.
    values["deviance"] = np.maximum(2 * (data.saturated()[rows] - best.value), 0.0)
    at_bound = np.zeros(data.size, dtype=bool)
    at_bound[rows] = (units == 0).any(axis=1)
    return TwinFit(
        model=model,
        **{name: _shaped(_spread(x, rows, data.size), data.shape) for name, x in values.items()},
        df=data.df_saturated - len(parts),
        at_bound=_shaped(at_bound, data.shape),
        data=data,
    )


# --- profile intervals -----------------------------------------------------------------------------------


def _profile_ends(
    fit: TwinFit, rows: Ints, which: Ints, near: Floats, far: Floats, top: Floats, critical: float
) -> Floats:
    """Points at which the profile likelihood of a share falls by critical / 2 between the estimate and a bound.

    One entry per end: `which` is the share (position in the model's components; the last is e2), `near` the estimate,
    `far` the bound, `top` the maximum. Illinois' variant of false position on the signed root of the likelihood ratio,
    which is nearly linear.
    """
    parts = [np.array(RESEMBLANCE[name]) for name in MODELS[fit.model]]
    excess = partial(_excess, fit.data, parts)
    a, b = near.copy(), far.copy()
    fa = np.full(len(near), -np.sqrt(critical))
    fb = excess(rows, which, b, top, critical)
    result = np.where(fb <= 0, far, near)
    active = np.flatnonzero((fb > 0) & (a != b))
    for _ in range(MAX_ITERATIONS):
        if not len(active):
            return result
        x, y, fx, fy = a[active], b[active], fa[active], fb[active]
        with np.errstate(invalid="ignore"):
            proposal = x - fx * (y - x) / (fy - fx)
        # At a bound with likelihood zero the function is infinite: halve.
        c = np.where(np.isfinite(fy) & np.isfinite(proposal), proposal, (x + y) / 2)
        fc = excess(rows[active], which[active], c, top[active], critical)
        same = (fc > 0) == (fy > 0)
        # The new point replaces the end of its sign; the other end's value is halved when it stays twice.
        a[active] = np.where(same, x, y)
        fa[active] = np.where(same, fx / 2, fy)
        b[active], fb[active] = c, fc
        result[active] = c
        done = (np.abs(b[active] - a[active]) < LIMIT_TOLERANCE) | (fc == 0) | (np.abs(fc) < LIMIT_TOLERANCE)
        active = active[~done]
    raise RestatedError("the search for a profile-likelihood interval did not settle")


def _excess(
    data: TwinData, parts: list[Floats], rows: Ints, which: Ints, share: Floats, top: Floats, critical: float
) -> Floats:
    """sqrt(2 (top - profile)) - sqrt(critical) where share number `which` has the value `share`."""
    is_error = which == len(parts)
    first = np.zeros((len(rows), 2))
    last = np.zeros((len(rows), 2))
    for i, own in enumerate(parts):
        mine = which == i
        first[mine] = share[mine, None] * own
        other = parts[1 - i] if len(parts) == 2 else np.zeros(2)
        last[mine] = first[mine] + (1 - share[mine, None]) * other
    first[is_error] = (1 - share[is_error, None]) * parts[0]
    last[is_error] = (1 - share[is_error, None]) * parts[-1]
    if len(parts) == 2:
        value = best_on_line(data, rows, first, last, data.start[rows])[0]
    else:
        value = data.profile(rows, first, data.start[rows]).value
    return np.asarray(np.sqrt(np.maximum(2 * (top - value), 0.0)) - np.sqrt(critical))


# --- reading and shaping ---------------------------------------------------------------------------------


def _pairs(tables: ArrayLike, name: str) -> Floats:
    """Tables as (..., 3)."""
    counts = floats(tables, name, problem="counts of pairs are not numbers")
    if counts.ndim < 1 or counts.shape[-1] not in (3, 4):
        remedy = "Give pairs with both, one and no twin affected along the last axis"
        raise RestatedError(f"twin tables have shape {counts.shape}", field=name, remedy=remedy)
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise RestatedError("a count of pairs is negative, missing or not finite", field=name)
    if counts.shape[-1] == 4:
        counts = np.stack([counts[..., 0], counts[..., 1] + counts[..., 2], counts[..., 3]], axis=-1)
    if (counts.sum(axis=-1) == 0).any():
        raise RestatedError("a twin table is empty", field=name, remedy="Give pairs of both zygosities")
    return counts


def _moments(value: ArrayLike, n: Floats, name: str) -> tuple[Floats, Floats]:
    """Mean variance and covariance, with n in the denominator, of correlations or of covariance matrices."""
    x = floats(value, name, problem="correlations or covariances are not numbers")
    if x.ndim >= 2 and (x.ndim > 3 or x.shape[-2:] != (2, 2)):
        remedy = "Give correlations, () or (m,), or matrices, (2, 2) or (m, 2, 2)"
        raise RestatedError(f"correlations or covariances have shape {x.shape}", field=name, remedy=remedy)
    if not np.isfinite(x).all():
        raise RestatedError("a correlation or covariance is missing or not finite", field=name)
    if x.ndim < 2:
        if (np.abs(x) >= 1).any():
            raise RestatedError("a twin correlation is not inside -1 to 1", field=name)
        return np.ones_like(x), x
    if (x[..., 0, 1] != x[..., 1, 0]).any():
        raise RestatedError("a covariance matrix is not symmetric", field=name)
    variance, covariance = (x[..., 0, 0] + x[..., 1, 1]) / 2, x[..., 0, 1]
    if (x[..., 0, 0] * x[..., 1, 1] <= covariance**2).any() or (variance <= 0).any():
        raise RestatedError("a covariance matrix is not positive definite", field=name)
    return variance * (n - 1) / n, covariance * (n - 1) / n


def _pair_number(n: ArrayLike, name: str) -> Floats:
    n = np.asarray(n, dtype=float)
    if n.ndim > 1 or not np.isfinite(n).all() or (n < 3).any():
        remedy = "Give the pairs of each zygosity, one number or one per data set"
        raise RestatedError("a number of pairs is below 3 or missing", field=name, remedy=remedy)
    return n


def _correlation_ends(value: Constraint, name: str) -> tuple[Fraction, Fraction]:
    low, high = bounded_interval(value, name)
    # A printed 1.00 stands for .995 to 1: beyond 1 there is nothing.
    low, high = max(low, Fraction(-1)), min(high, Fraction(1))
    if low > high:
        raise RestatedError("the printed correlation is outside -1 to 1", field=name)
    return low, high


def _spread(values: ArrayLike, rows: Ints, size: int) -> Floats:
    """Values of the defined data sets among all, nan elsewhere."""
    result = np.full(size, np.nan)
    result[rows] = values
    return result


def _shaped(values: Floats, shape: tuple[int, ...]) -> FloatOrArray:
    return np.reshape(values, shape)[()]
