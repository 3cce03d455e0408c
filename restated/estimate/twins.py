"""Twin models: what pairs of twins say about genes (A, D), shared (C) and unique environment and error (E).

Two kinds of data, one set of models. A *liability-threshold* model reads two tables of pairs, identical (MZ)
and fraternal (DZ) twins, affected or not: a twin is affected when a normal liability passes a threshold. A
*continuous* model reads two covariance matrices or correlations. In both, the data speak through two
correlations,

    r_mz = a2 + c2 + d2,    r_dz = a2 / 2 + c2 + d2 / 4,    e2 = 1 - a2 - c2 - d2,

with shares a2, c2, d2, e2 >= 0, so (r_mz, r_dz) lies in a triangle whose corners are the pure components. The
nuisance parameters (thresholds, or the variance) are maximised out exactly. Twins of a pair are exchangeable:
one threshold or variance for both, and the order of discordant pairs does not matter.

Not modelled: sex, covariates, assortative mating, gene-environment interplay, unequal environments.

All functions take one data set or many at once; results are numbers or arrays accordingly. What a data set
cannot determine (no pair with an affected twin, say) is nan.

References
----------
Falconer, D. S. (1965). Annals of Human Genetics, 29, 51-76 (liability; the three shares from two correlations).
Neale, M. C., & Cardon, L. R. (1992). Methodology for Genetic Studies of Twins and Families. Kluwer.
Neale, M. C., & Miller, M. B. (1997). Behavior Genetics, 27, 113-120 (profile-likelihood intervals).
Self, S. G., & Liang, K.-Y. (1987). JASA, 82, 605-610; Dominicus, A., et al. (2006). Behavior Genetics, 36,
331-340 (likelihood-ratio tests at the boundary).
Owen, D. B. (1956). Annals of Mathematical Statistics, 27, 1075-1090 (T function).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy import stats
from scipy.special import ndtr, ndtri, owens_t, xlogy

from restated.errors import RestatedError
from restated.estimate.agreement import tetrachoric
from restated.reconstruct.counts import closed_interval

#: What one unit of each component adds to (r_mz, r_dz).
RESEMBLANCE = {"a2": (1.0, 0.5), "c2": (1.0, 1.0), "d2": (1.0, 0.25)}
#: The components of each model besides e2. C and D together need data beyond twins reared together.
MODELS = {"ACE": ("a2", "c2"), "ADE": ("a2", "d2"), "AE": ("a2",), "CE": ("c2",), "E": ()}
#: Sub-models tested against each model. DE is left out: dominance without additive effects is not plausible.
SUBMODELS = {"ACE": ("AE", "CE", "E"), "ADE": ("AE", "E"), "AE": ("E",), "CE": ("E",), "E": ()}
COMPONENTS = ("a2", "c2", "d2", "e2")

#: Points at which a likelihood is first looked at along a line; the best one is refined between its neighbours.
GRID = 9
#: A search for a share ends when its step is below this. Float64 leaves about 1e-8 of play at a flat maximum of
#: the likelihood, but the derivative, which is what is solved, fixes its zero to about 1e-12.
STEP_TOLERANCE = 1e-10
#: A threshold is settled at this step: Newton is quadratic, and the rest is corrected to first order.
THRESHOLD_TOLERANCE = 1e-6
#: Newton inside a bracket needs fewer than 10 rounds, bisection alone 35.
MAX_ITERATIONS = 100
#: The largest step of a threshold in one Newton round, in standard deviations, and the range it stays in: beyond
#: 8 standard deviations fewer than one person in 1e15 is affected.
THRESHOLD_STEP = 1.0
THRESHOLD_RANGE = 8.0
#: Share of the way to the edge that one step inside the triangle may take, so that it stays inside.
TO_THE_EDGE = 0.95
#: A gradient counts as pointing inwards above this, per pair: below, rounding error could make it.
INWARD = 1e-9
#: First step inwards from an edge, as a share of the room there; halved until the likelihood rises.
FIRST_STEP = 0.1
MAX_HALVINGS = 40
#: Ends of intervals are found to this precision in the share.
LIMIT_TOLERANCE = 1e-8
#: Twice a difference of log-likelihoods below this is zero: two searches for one maximum agree to about 1e-10.
SAME_LIKELIHOOD = 1e-8
#: A probability computed as a difference may round below zero; its logarithm is taken of this instead.
SMALLEST_PROBABILITY = 1e-300
#: Shares given by the reader must add up to 1 within rounding of their decimal fractions.
SUM_TOLERANCE = 1e-9
#: Draws of a power simulation fitted at a time: keeps memory flat.
BLOCK = 5000


class Interval(NamedTuple):
    """Ends of an interval; numbers or arrays."""

    low: float | np.ndarray
    high: float | np.ndarray


@dataclass(frozen=True)
class TwinFit:
    """A fitted twin model; fields are numbers, or arrays with the leading shape of the data.

    Shares are proportions of the variance; a component outside the model is 0. `prevalence_mz` and
    `prevalence_dz` (liability) or `variance` (continuous) are the fitted nuisance parameters; the others nan.
    `loglik` of tables is the sum of the log probabilities of the pairs as ordered pairs; of covariances it
    leaves out the constant. `deviance` is twice its distance from the saturated model of two exchangeable
    tables or matrices, with `df` degrees of freedom when no share is at a bound.
    """

    model: str
    a2: float | np.ndarray
    c2: float | np.ndarray
    d2: float | np.ndarray
    e2: float | np.ndarray
    r_mz: float | np.ndarray
    r_dz: float | np.ndarray
    prevalence_mz: float | np.ndarray
    prevalence_dz: float | np.ndarray
    variance: float | np.ndarray
    loglik: float | np.ndarray
    deviance: float | np.ndarray
    df: int
    at_bound: bool | np.ndarray  # a component of the model is estimated as 0
    data: _Liability | _Continuous = field(repr=False, compare=False)

    @property
    def aic(self):
        """Akaike's criterion, up to a constant that is the same for all models of the same data."""
        return 2 * len(MODELS[self.model]) - 2 * self.loglik


@dataclass(frozen=True)
class Comparison:
    """Likelihood-ratio test of a sub-model.

    `p_boundary` takes account of shares that cannot be negative; `p` is the plain chi-squared p, for
    comparison with publications.
    """

    model: str
    reduced: str
    dropped: tuple[str, ...]
    lrt: float | np.ndarray
    df: int
    p: float | np.ndarray
    p_boundary: float | np.ndarray


@dataclass(frozen=True)
class Power:
    """Power to see a component: share of simulated studies whose test is significant.

    `se` is the Monte Carlo standard error, `low` and `high` the 95 % Wilson interval. `undefined` studies
    (no affected twin, say) count as not significant.
    """

    power: float
    se: float
    low: float
    high: float
    draws: int
    undefined: int


# --- fitting ---------------------------------------------------------------------------------------------------------


def liability(mz, dz, *, model: str = "ACE", thresholds: str = "common") -> TwinFit:
    """Liability-threshold model of two tables of twin pairs by maximum likelihood, shares bounded at 0.

    Parameters
    ----------
    mz, dz : array_like, shape (..., 3) or (..., 4)
        Numbers of pairs: both affected, discordant, neither; with four, the discordant pairs come in two
        orders, which are added up. Need not be whole numbers (expected tables). Leading axes broadcast.
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
    _check_option("model", model, MODELS)
    _check_option("thresholds", thresholds, ("common", "separate"))
    mz, dz = _pairs(mz, "mz"), _pairs(dz, "dz")
    try:
        mz, dz = np.broadcast_arrays(mz, dz)
    except ValueError:
        raise RestatedError(f"shapes {mz.shape} of mz and {dz.shape} of dz do not go together") from None
    data = _Liability(mz.reshape(-1, 3), dz.reshape(-1, 3), thresholds == "common", mz.shape[:-1])
    return _fit(data, model)


def continuous(mz, dz, n_mz, n_dz, *, model: str = "ACE") -> TwinFit:
    """Twin model of two covariance matrices or correlations by maximum likelihood, shares bounded at 0.

    One variance for all twins. Means are free, so a group weighs n - 1 (Wishart likelihood, as in OpenMx and
    LISREL for covariance matrices computed with n - 1).

    Parameters
    ----------
    mz, dz : array_like, shape () or (m,): correlations; shape (2, 2) or (m, 2, 2): covariance matrices
    n_mz, n_dz : array_like of numbers, shape () or (m,)
        Pairs.
    model : {"ACE", "ADE", "AE", "CE", "E"}

    Returns
    -------
    TwinFit

    Raises
    ------
    RestatedError
        If a matrix is not positive definite (a correlation not inside -1 to 1), a group has fewer than 3
        pairs, shapes differ or the model is unknown.
    """
    _check_option("model", model, MODELS)
    parts = [*_moments(mz, "mz"), *_moments(dz, "dz"), _pair_number(n_mz, "n_mz"), _pair_number(n_dz, "n_dz")]
    try:
        parts = np.broadcast_arrays(*parts)
    except ValueError:
        raise RestatedError("mz, dz, n_mz and n_dz hold different numbers of data sets") from None
    shape = parts[0].shape
    variances, covariances = np.stack(parts[0:4:2], -1), np.stack(parts[1:4:2], -1)
    data = _Continuous(variances.reshape(-1, 2), covariances.reshape(-1, 2),
                       np.stack(parts[4:], -1).reshape(-1, 2) - 1.0, shape)
    return _fit(data, model)


def intervals(fit: TwinFit, *, level: float = 0.95) -> dict[str, Interval]:
    """Profile-likelihood intervals of the shares of a model.

    All values whose best fit is less than the chi-squared quantile (1 df) away from the maximum in twice the
    log-likelihood. An end that meets a bound is the bound. The quantile is not adjusted for bounds, so near
    them an interval covers more often than `level` says.

    Parameters
    ----------
    fit : TwinFit
    level : float

    Returns
    -------
    dict of str to Interval
        Keys are the components of the model and "e2".
    """
    if not 0 < level < 1:
        raise RestatedError(f"the level {level!r} is not between 0 and 1", field="level")
    parts = MODELS[fit.model]
    if not parts:
        return {"e2": Interval(*(_shaped(np.where(np.isnan(np.ravel(fit.e2)), np.nan, 1.0), fit.data.shape),) * 2)}
    names = (*parts, "e2")
    rows = fit.data.defined
    # All ends of all shares of all data sets are searched together: one row each.
    keys = [(name, end) for name in names for end in ("low", "high")]
    m = len(rows)
    far = np.concatenate([np.full(m, float(end == "high")) for _, end in keys])
    near = np.concatenate([np.ravel(getattr(fit, name))[rows] for name, _ in keys])
    which = np.repeat([names.index(name) for name, _ in keys], m)
    top = np.tile(np.ravel(fit.loglik)[rows], len(keys))
    repeated = np.tile(rows, len(keys))
    ends = _profile_ends(fit, repeated, which, near, far, top, float(stats.chi2.ppf(level, 1)))
    found = {name: {} for name in names}
    for (name, end), values in zip(keys, ends.reshape(len(keys), m)):
        found[name][end] = _shaped(_spread(values, rows, fit.data.size), fit.data.shape)
    return {name: Interval(**found[name]) for name in names}


def compare(fit: TwinFit) -> dict[str, Comparison]:
    """Likelihood-ratio tests of the sub-models of a fitted model.

    One dropped share lies on the edge of what is allowed, so its statistic is 0 half of the time and
    chi-squared with 1 df otherwise: p is halved. With two dropped shares it is a mixture of 0, 1 and 2
    degrees of freedom with weights 1/2 - w, 1/2 and w, where 2 pi w is the angle between the two components
    in the metric of the information matrix (Self & Liang 1987, case 7); w depends only on the numbers of
    pairs and the prevalences. Both hold for large samples, and where no other share is 0.

    Parameters
    ----------
    fit : TwinFit

    Returns
    -------
    dict of str to Comparison
        Keyed by the sub-model.
    """
    result = {}
    for reduced in SUBMODELS[fit.model]:
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
        result[reduced] = Comparison(fit.model, reduced, dropped, lrt[()], len(dropped), p[()],
                                     np.where(lrt == 0, 1.0, mixture)[()])
    return result


# --- arithmetic on correlations and prevalences ----------------------------------------------------------------------


def falconer(r_mz, r_dz):
    """Falconer's shares a2 = 2 (r_mz - r_dz), c2 = 2 r_dz - r_mz, e2 = 1 - r_mz; may be negative.

    Parameters
    ----------
    r_mz, r_dz : array_like

    Returns
    -------
    tuple (a2, c2, e2) of float or ndarray
    """
    r_mz, r_dz = np.asarray(r_mz, dtype=float), np.asarray(r_dz, dtype=float)
    return (2 * (r_mz - r_dz))[()], (2 * r_dz - r_mz)[()], (1 - r_mz)[()]


def falconer_bounds(r_mz, r_dz) -> dict[str, Interval]:
    """Smallest and largest of Falconer's shares over all correlations that print as given.

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
        If a correlation has no lower or upper end, or lies outside -1 to 1.
    """
    (mz_low, mz_high), (dz_low, dz_high) = _correlation_ends(r_mz, "r_mz"), _correlation_ends(r_dz, "r_dz")
    ends = {"a2": (2 * (mz_low - dz_high), 2 * (mz_high - dz_low)),
            "c2": (2 * dz_low - mz_high, 2 * dz_high - mz_low),
            "e2": (1 - mz_high, 1 - mz_low)}
    return {name: Interval(float(low), float(high)) for name, (low, high) in ends.items()}


def implied_correlations(a2=0.0, c2=0.0, d2=0.0):
    """Twin correlations (r_mz, r_dz) that go with given shares.

    Parameters
    ----------
    a2, c2, d2 : array_like

    Returns
    -------
    tuple (r_mz, r_dz) of float or ndarray
    """
    shares = {"a2": a2, "c2": c2, "d2": d2}
    return tuple(sum(RESEMBLANCE[name][i] * np.asarray(x, dtype=float) for name, x in shares.items())[()]
                 for i in (0, 1))


def pair_probabilities(prevalence, r):
    """Probabilities of a pair: both affected, discordant (either order), neither.

    With threshold h = quantile(prevalence), a given one of two discordant orders has probability
    2 T(h, sqrt((1 - r) / (1 + r))), T being Owen's function.

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
        raise RestatedError("a prevalence is not between 0 and 1", field="prevalence",
                            remedy="Give the share of affected individuals as a proportion")
    if not ((r > -1) & (r <= 1)).all():
        raise RestatedError("a correlation is not between -1 and 1", field="r")
    one_order = 2 * owens_t(ndtri(prevalence), np.sqrt((1 - r) / (1 + r)))
    return np.stack([prevalence - one_order, 2 * one_order, 1 - prevalence - one_order], axis=-1)


# --- power -----------------------------------------------------------------------------------------------------------


def power(a2: float, c2: float, e2: float, n_mz: int, n_dz: int, prevalence: float | None = None, *,
          drop: str = "a2", alpha: float = 0.05, thresholds: str = "common", draws: int = 2000,
          seed: int = 0) -> Power:
    """Power of a twin study to see a share, by simulation: ACE against the model without it.

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

    Returns
    -------
    Power
    """
    reduced, (r_mz, r_dz) = _design(a2, c2, e2, n_mz, n_dz, drop, alpha)
    if draws < 1:
        raise RestatedError(f"{draws!r} draws cannot be simulated", field="draws")
    rng = np.random.default_rng(seed)
    significant = undefined = 0
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        if prevalence is None:
            matrices = [_wishart(rng, n, r, size) for n, r in ((n_mz, r_mz), (n_dz, r_dz))]
            fit = continuous(*matrices, n_mz, n_dz)
        else:
            tables = [rng.multinomial(n, pair_probabilities(prevalence, r), size)
                      for n, r in ((n_mz, r_mz), (n_dz, r_dz))]
            fit = liability(*tables, thresholds=thresholds)
        p = compare(fit)[reduced].p_boundary
        significant += int(np.sum(p < alpha))
        undefined += int(np.sum(np.isnan(p)))
    share = significant / draws
    wilson = stats.binomtest(significant, draws).proportion_ci(method="wilson")
    return Power(share, float(np.sqrt(share * (1 - share) / draws)), float(wilson.low), float(wilson.high),
                 draws, undefined)


def power_expected(a2: float, c2: float, e2: float, n_mz, n_dz, prevalence=None, *, drop: str = "a2",
                   alpha: float = 0.05, thresholds: str = "common"):
    """The same power without simulation, from the noncentral chi-squared distribution.

    The noncentrality is the likelihood-ratio statistic of the expected tables or matrices. It is an
    approximation for large samples, fast enough for maps over designs; `power` is the check.

    Parameters
    ----------
    a2, c2, e2 : float
    n_mz, n_dz : array_like of int
    prevalence : array_like of float or None
        Broadcast against each other.
    drop, alpha, thresholds
        As in `power`.

    Returns
    -------
    float or ndarray
    """
    reduced, (r_mz, r_dz) = _design(a2, c2, e2, n_mz, n_dz, drop, alpha)
    n_mz, n_dz = np.asarray(n_mz, dtype=float), np.asarray(n_dz, dtype=float)
    if prevalence is None:
        n_mz, n_dz = np.broadcast_arrays(n_mz, n_dz)
        fit = continuous(np.full(n_mz.shape, r_mz), np.full(n_mz.shape, r_dz), n_mz, n_dz)
    else:
        fit = liability(n_mz[..., None] * pair_probabilities(prevalence, r_mz),
                        n_dz[..., None] * pair_probabilities(prevalence, r_dz), thresholds=thresholds)
    # The corrected test rejects when lrt exceeds the (1 - 2 alpha) quantile, and its normal root the
    # (1 - alpha) quantile; a root of the other sign belongs to a share at the bound, where lrt is 0.
    return stats.norm.sf(stats.norm.isf(alpha) - np.sqrt(compare(fit)[reduced].lrt))[()]


def _design(a2, c2, e2, n_mz, n_dz, drop, alpha):
    """The sub-model without `drop` and the true correlations, after checks."""
    shares = np.array([a2, c2, e2], dtype=float)
    if not (shares >= 0).all() or abs(shares.sum() - 1) > SUM_TOLERANCE:
        raise RestatedError(f"a2 = {a2}, c2 = {c2}, e2 = {e2} are not shares that add up to 1")
    if e2 == 0:
        raise RestatedError("without unique environment and error twins never differ", field="e2",
                            remedy="Give e2 above 0")
    if np.min(n_mz) < 3 or np.min(n_dz) < 3:
        raise RestatedError("a design needs at least 3 pairs of each zygosity", field="n_mz, n_dz")
    _check_option("drop", drop, ("a2", "c2"))
    if not 0 < alpha < 0.5:
        raise RestatedError(f"the significance level {alpha!r} is not between 0 and .5", field="alpha")
    return {"a2": "CE", "c2": "AE"}[drop], implied_correlations(a2, c2)


def _wishart(rng, n: int, r: float, size: int) -> np.ndarray:
    """Sample covariance matrices, shape (size, 2, 2), of exchangeable pairs with variance 1 and correlation r.

    Sum and difference of a pair are independent, so are their sample variances: scaled chi-squared.
    """
    total, difference = ((1 + sign * r) * rng.chisquare(n - 1, size) / (n - 1) for sign in (1, -1))
    variance, covariance = (total + difference) / 2, (total - difference) / 2
    return np.stack([variance, covariance, covariance, variance], axis=-1).reshape(size, 2, 2)


# --- data: likelihood as a function of the two correlations, nuisance parameters maximised out ------------------------


class _Profile(NamedTuple):
    """Profile log-likelihood, its gradient and Hessian in (r_mz, r_dz), and the nuisance parameters."""

    value: np.ndarray  # (k,)
    gradient: np.ndarray  # (k, 2)
    hessian: np.ndarray  # (k, 2, 2)
    nuisance: np.ndarray  # (k, 2)


class _Liability:
    """Two tables of pairs for each of `size` data sets; nuisance: the thresholds of MZ and DZ twins."""

    def __init__(self, mz, dz, common: bool, shape):
        self.tables = np.stack([mz, dz], axis=1)  # (size, 2, 3)
        self.common, self.shape, self.size = common, shape, len(mz)
        self.pairs = self.tables.sum(axis=(1, 2))
        affected = 2 * self.tables[..., 0] + self.tables[..., 1]  # (size, 2): individuals
        people = 2 * self.tables.sum(axis=-1)
        if common:
            affected, people = (np.repeat(x.sum(axis=1, keepdims=True), 2, axis=1) for x in (affected, people))
        self.defined = np.flatnonzero(((affected > 0) & (affected < people)).all(axis=1))
        self.start = np.zeros((self.size, 2))
        self.start[self.defined] = ndtri(affected[self.defined] / people[self.defined])
        self.df_saturated = 3 if common else 2  # free proportions, less the thresholds
        # Without discordant MZ pairs the likelihood can rise up to e2 = 0.
        self.without_error = self.tables[:, 0, 1] == 0

    def saturated(self) -> np.ndarray:
        n = self.tables.sum(axis=2, keepdims=True)
        cells = self.tables / n * np.array([1, 0.5, 1])
        return xlogy(self.tables, cells).sum(axis=(1, 2))

    def free_correlations(self) -> np.ndarray:
        """Tetrachoric correlations of the groups, shape (size, 2); nan where a margin is empty."""
        both, discordant, neither = np.moveaxis(self.tables, -1, 0)
        return np.asarray(tetrachoric(np.stack([both, discordant / 2, discordant / 2, neither], -1)))

    def nuisance_fields(self, nuisance) -> dict:
        return {"prevalence_mz": ndtr(nuisance[:, 0]), "prevalence_dz": ndtr(nuisance[:, 1])}

    def angle(self, first, second) -> np.ndarray:
        """Angle between two directions of (r_mz, r_dz) in the metric of the information at r = 0."""
        density = np.exp(-self.start**2 / 2) / np.sqrt(2 * np.pi)
        share = ndtr(self.start)
        information = self.tables.sum(axis=2) * density**4 / (share * (1 - share)) ** 2
        return _angle(information, first, second)

    def profile(self, rows, r, start) -> _Profile:
        """Maximise over the thresholds at correlations `r`, shape (k, 2), for the data sets `rows`.

        For given correlations the log-likelihood is concave in the thresholds: the four probabilities are
        integrals of a log-concave density over shifted quadrants.
        """
        tables = self.tables[rows]
        h = start.copy()
        k = len(rows)
        value, gradient, hessian = np.empty(k), np.empty((k, 2)), np.empty((k, 2, 2))
        low, high = np.full((k, 2), -THRESHOLD_RANGE), np.full((k, 2), THRESHOLD_RANGE)
        active = np.arange(k)
        for _ in range(MAX_ITERATIONS):
            at = h[active]
            terms = _table_terms(tables[active], at, r[active])
            slope, curve = terms.h, terms.hh
            if self.common:
                slope, curve = (np.repeat(x.sum(axis=1, keepdims=True), 2, axis=1) for x in (slope, curve))
            low[active] = np.where(slope > 0, at, low[active])
            high[active] = np.where(slope > 0, high[active], at)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.clip(-slope / curve, -THRESHOLD_STEP, THRESHOLD_STEP)
            proposal = at + step
            inside = (proposal >= low[active]) & (proposal <= high[active])
            proposal = np.where(inside, proposal, (low[active] + high[active]) / 2)
            h[active] = proposal
            settled = (np.abs(proposal - at) <= THRESHOLD_TOLERANCE).all(axis=1)
            if settled.any():
                # Value and derivatives belong to `at`, a tiny step before the maximum: corrected for it.
                done = active[settled]
                s, c = slope[settled], curve[settled]
                value[done] = terms.value[settled].sum(axis=1) - 0.5 * (
                    s[:, 0] ** 2 / c[:, 0] + (0 if self.common else s[:, 1] ** 2 / c[:, 1]))
                cross = terms.hr[settled]
                gradient[done] = terms.r[settled] - cross * s / c
                hessian[done] = 0
                hessian[done, 0, 0], hessian[done, 1, 1] = (terms.rr[settled] - cross**2 / c).T
                if self.common:
                    hessian[done, 0, 1] = hessian[done, 1, 0] = -cross[:, 0] * cross[:, 1] / c[:, 0]
                active = active[~settled]
            if not len(active):
                return _Profile(value, gradient, hessian, h)
        raise RestatedError("the search for a threshold did not settle", remedy="Check the tables")


class _TableTerms(NamedTuple):
    """Log-likelihood of each table and its derivatives in the threshold h and the correlation r; (k, 2)."""

    value: np.ndarray
    h: np.ndarray
    r: np.ndarray
    hh: np.ndarray
    hr: np.ndarray
    rr: np.ndarray


def _table_terms(tables, h, r) -> _TableTerms:
    """Terms of tables (k, 2, 3) at thresholds h and correlations r, both (k, 2), 0 <= r <= 1.

    P(both) = Phi(h) - P(one order) and P(neither) = Phi(-h) - P(one order), with P(one order) by Owen's T. At
    r = 1 discordant pairs are impossible; derivatives in r are infinite there and returned as 0.
    """
    both, discordant, neither = tables[..., 0], tables[..., 1], tables[..., 2]
    slope = np.sqrt((1 - r) / (1 + r))
    one_order = 2 * owens_t(h, slope)
    phi = np.exp(-h * h / 2) / np.sqrt(2 * np.pi)
    beyond = ndtr(h * slope)
    open_ = r < 1
    room = np.where(open_, (1 - r) * (1 + r), 1.0)
    density = np.where(open_, np.exp(-h * h / (1 + r)) / (2 * np.pi * np.sqrt(room)), 0.0)
    p = (np.maximum(ndtr(h) - one_order, SMALLEST_PROBABILITY), one_order,
         np.maximum(ndtr(-h) - one_order, SMALLEST_PROBABILITY))
    possible = one_order > 0
    weights = (both / p[0], np.where(possible, discordant / np.where(possible, one_order, 1.0), 0.0), neither / p[2])
    # Derivatives of the three probabilities; those in r differ only in sign.
    p_h = (2 * phi * beyond, phi * (1 - 2 * beyond), -2 * phi * (1 - beyond))
    curve = 2 * phi * (slope * np.exp(-((h * slope) ** 2) / 2) / np.sqrt(2 * np.pi) - h * beyond)
    p_hh = (curve, -h * phi - curve, curve + 2 * h * phi)
    net = weights[0] - weights[1] + weights[2]
    bend = h * h / (1 + r) ** 2 + r / room
    # Squared probabilities in the second derivatives: count / p^2 = weight / p.
    second = (weights[0] / p[0], weights[1] / np.where(possible, one_order, 1.0), weights[2] / p[2])
    return _TableTerms(
        value=xlogy(both, p[0]) + xlogy(discordant, one_order) + xlogy(neither, p[2]),
        h=sum(w * x for w, x in zip(weights, p_h)),
        r=density * net,
        hh=sum(w * x for w, x in zip(weights, p_hh)) - sum(s * x * x for s, x in zip(second, p_h)),
        hr=-2 * h / (1 + r) * density * net
        - density * (second[0] * p_h[0] - second[1] * p_h[1] + second[2] * p_h[2]),
        rr=density * bend * net - density**2 * (second[0] + second[1] + second[2]),
    )


class _Continuous:
    """Mean variances and covariances of `size` pairs of groups; nuisance: the common variance (twice)."""

    without_error = None

    def __init__(self, variances, covariances, weights, shape):
        self.variances, self.covariances, self.weights = variances, covariances, weights
        self.shape, self.size = shape, len(variances)
        self.pairs = weights.sum(axis=1)
        self.defined = np.arange(self.size)
        self.start = np.ones((self.size, 2))
        self.without_error = np.zeros(self.size, dtype=bool)
        self.df_saturated = 3

    def saturated(self) -> np.ndarray:
        """Each group with its own variance and correlation."""
        determinant = self.variances**2 - self.covariances**2
        return -0.5 * (self.weights * (np.log(determinant) + 2)).sum(axis=1)

    def free_correlations(self) -> np.ndarray:
        return self.covariances / self.variances

    def nuisance_fields(self, nuisance) -> dict:
        return {"variance": nuisance[:, 0]}

    def angle(self, first, second) -> np.ndarray:
        return _angle(self.weights, first, second)

    def profile(self, rows, r, start) -> _Profile:
        """Log-likelihood at the best variance, V = sum of w (s / (1 + r) + d / (1 - r)) / (4 sum of w / 2)."""
        w, variance, covariance = self.weights[rows], self.variances[rows], self.covariances[rows]
        total, difference = variance + covariance, variance - covariance
        n = w.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = w / (2 * n[:, None])
            v = (share * (total / (1 + r) + difference / (1 - r))).sum(axis=1)
            v_r = share * (difference / (1 - r) ** 2 - total / (1 + r) ** 2)
            v_rr = share * 2 * (difference / (1 - r) ** 3 + total / (1 + r) ** 3)
            room = (1 - r) * (1 + r)
            relative = v_r / v[:, None]
            gradient = w * r / room - n[:, None] * relative
            hessian = n[:, None, None] * relative[:, :, None] * relative[:, None, :]
            own = w * (1 + r * r) / room**2 - n[:, None] * v_rr / v[:, None]
            hessian[:, 0, 0] += own[:, 0]
            hessian[:, 1, 1] += own[:, 1]
            value = -n * np.log(v) - 0.5 * (w * np.log(room)).sum(axis=1) - n
        edge = (r >= 1).any(axis=1)  # perfect correlation: impossible, as no sample correlation is 1
        value[edge], gradient[edge], hessian[edge] = -np.inf, 0.0, 0.0
        return _Profile(value, gradient, hessian, np.repeat(v[:, None], 2, axis=1))


def _angle(information, first, second) -> np.ndarray:
    """Angle of two directions in the metric of a diagonal information matrix, shape (m, 2)."""
    inner = [(information * np.multiply(x, y)).sum(axis=1) for x, y in
             ((first, second), (first, first), (second, second))]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.arccos(np.clip(inner[0] / np.sqrt(inner[1] * inner[2]), -1, 1))


# --- the search over the triangle -------------------------------------------------------------------------------------


@dataclass
class _Best:
    """Best point found so far, by data set: log-likelihood, correlations, nuisance parameters."""

    value: np.ndarray
    r: np.ndarray
    nuisance: np.ndarray

    def update(self, where, value, r, nuisance) -> None:
        better = value > self.value[where]
        where = where[better]
        self.value[where], self.r[where], self.nuisance[where] = value[better], r[better], nuisance[better]


def _fit(data, model: str) -> TwinFit:
    parts = MODELS[model]
    rows = data.defined
    corners = [np.broadcast_to(RESEMBLANCE[name], (len(rows), 2)) for name in parts]
    origin = np.zeros((len(rows), 2))
    start = data.start[rows]
    if len(rows) == 0:
        best = _Best(np.empty(0), origin, start)
    elif not parts:
        found = data.profile(rows, origin, start)
        best = _Best(found.value, origin, found.nuisance)
    else:
        best = _Best(*_along(data, rows, origin, corners[0], start))
        if len(parts) == 2:
            everything = np.arange(len(rows))
            best.update(everything, *_along(data, rows, origin, corners[1], start))
            perfect = everything[data.without_error[rows]]
            best.update(perfect, *_along(data, rows[perfect], *(c[perfect] for c in corners), start[perfect]))
            _inside(data, rows, np.array([RESEMBLANCE[name] for name in parts]).T, best)
    shares = dict.fromkeys(COMPONENTS, np.zeros(len(rows)))
    if len(parts) == 2:
        solution = np.linalg.solve(np.array([RESEMBLANCE[name] for name in parts]).T, best.r.T)
        # A corner or an edge is met up to rounding by what was computed as a point on it.
        solution[np.abs(solution) < STEP_TOLERANCE] = 0.0
        shares |= dict(zip(parts, solution))
    elif parts:
        shares[parts[0]] = best.r[:, 0] / RESEMBLANCE[parts[0]][0]
    shares["e2"] = np.maximum(1 - best.r[:, 0], 0.0)
    nuisance = dict.fromkeys(("prevalence_mz", "prevalence_dz", "variance"), np.full(len(rows), np.nan))
    nuisance |= data.nuisance_fields(best.nuisance)
    values = {**shares, "r_mz": best.r[:, 0], "r_dz": best.r[:, 1], **nuisance, "loglik": best.value}
    # Rounding can put a perfectly fitting model a few units in the last place above the saturated one.
    values["deviance"] = np.maximum(2 * (data.saturated()[rows] - best.value), 0.0)
    at_bound = np.zeros(data.size, dtype=bool)
    at_bound[rows] = np.any([shares[name] == 0 for name in parts], axis=0) if parts else False
    return TwinFit(
        model=model, **{name: _shaped(_spread(x, rows, data.size), data.shape) for name, x in values.items()},
        df=data.df_saturated - len(parts), at_bound=_shaped(at_bound, data.shape), data=data,
    )


def _along(data, rows, first, last, start):
    """Best point on the line from `first` to `last`, both (k, 2): log-likelihood, correlations, nuisance."""
    k = len(rows)
    if k == 0:
        return np.empty(0), np.empty((0, 2)), np.empty((0, 2))
    direction = last - first
    place = np.linspace(0.0, 1.0, GRID)
    values, slopes = np.empty((GRID, k)), np.empty((GRID, k))
    nuisance = np.empty((GRID, k, 2))
    at = start
    for i, s in enumerate(place):
        found = data.profile(rows, first + s * direction, at)
        values[i], slopes[i] = found.value, (found.gradient * direction).sum(axis=1)
        nuisance[i] = at = found.nuisance
    top = np.argmax(values, axis=0)
    column = np.arange(k)
    s, value, at = place[top], values[top, column], nuisance[top, column].copy()
    slope = slopes[top, column]
    low, high = place[np.maximum(top - 1, 0)], place[np.minimum(top + 1, GRID - 1)]
    # At an end whose slope leads outwards the search is over.
    active = np.flatnonzero(~((top == 0) & (slope <= 0)) & ~((top == GRID - 1) & (slope >= 0)))
    position = s.copy()
    for _ in range(MAX_ITERATIONS):
        if not len(active):
            break
        point = first[active] + position[active, None] * direction[active]
        found = data.profile(rows[active], point, at[active])
        at[active] = found.nuisance
        slope = (found.gradient * direction[active]).sum(axis=1)
        curve = np.einsum("ki,kij,kj->k", direction[active], found.hessian, direction[active])
        better = found.value >= value[active]
        value[active] = np.where(better, found.value, value[active])
        s[active] = np.where(better, position[active], s[active])
        low[active] = np.where(slope > 0, position[active], low[active])
        high[active] = np.where(slope > 0, high[active], position[active])
        with np.errstate(divide="ignore", invalid="ignore"):
            proposal = position[active] - slope / curve
        inside = (proposal > low[active]) & (proposal < high[active]) & (curve < 0)
        proposal = np.where(inside, proposal, (low[active] + high[active]) / 2)
        step = np.abs(proposal - position[active])
        position[active] = np.where(slope == 0, position[active], proposal)
        active = active[(step > STEP_TOLERANCE) & (slope != 0)]
    else:
        raise RestatedError("the search along a line of twin correlations did not settle",
                            remedy="Check the tables or matrices")
    # The last proposal is better than the best place looked at, by less than the likelihood can show.
    near = np.abs(position - s) < np.sqrt(STEP_TOLERANCE)
    s = np.where(near, position, s)
    return value, first + s[:, None] * direction, at


def _inside(data, rows, generators, best: _Best) -> None:
    """Newton inside the triangle, from the free correlations if they lie inside, else inwards from the edge.

    `generators` is (2, 2): columns are the two components. Starts that do not exist leave `best` as it is.
    """
    k = len(rows)
    backwards = np.linalg.inv(generators)
    free = data.free_correlations()[rows]
    x = free @ backwards.T
    room = np.column_stack([x, 1 - x.sum(axis=1)])
    with np.errstate(invalid="ignore"):
        use = (room > STEP_TOLERANCE).all(axis=1)
    # The edge points with a direction inwards along which the likelihood rises.
    edge = data.profile(rows, best.r, best.nuisance)
    slope = edge.gradient @ generators
    at_edge = best.r @ backwards.T
    error = 1 - at_edge.sum(axis=1)
    rising = (np.abs(at_edge) < STEP_TOLERANCE) & (slope > INWARD * data.pairs[rows, None])
    push = np.flatnonzero(~use & rising.any(axis=1) & (error > STEP_TOLERANCE))
    step = np.full(len(push), FIRST_STEP)
    pending = np.arange(len(push))
    for _ in range(MAX_HALVINGS):
        if not len(pending):
            break
        which = push[pending]
        x[which] = at_edge[which] + rising[which] * (step[pending] * error[which] / 2)[:, None]
        tried = data.profile(rows[which], x[which] @ generators.T, best.nuisance[which])
        higher = tried.value > best.value[which]
        use[which[higher]] = True
        pending = pending[~higher]
        step[pending] /= 2
    which = np.flatnonzero(use)
    if len(which):
        value, x, nuisance = _newton(data, rows[which], generators, x[which], best.nuisance[which])
        best.update(which, value, x @ generators.T, nuisance)


def _newton(data, rows, generators, x, nuisance):
    """Damped Newton over two shares, inside the triangle."""
    found = data.profile(rows, x @ generators.T, nuisance)
    value, nuisance = found.value.copy(), found.nuisance.copy()
    gradient = found.gradient @ generators
    hessian = generators.T @ found.hessian @ generators
    active = np.arange(len(rows))
    for _ in range(MAX_ITERATIONS):
        step = _ascent(gradient[active], hessian[active])
        # Distance to the three edges along the step.
        ends = np.column_stack([x[active], 1 - x[active].sum(axis=1)])
        moves = np.column_stack([step, -step.sum(axis=1)])
        with np.errstate(divide="ignore", invalid="ignore"):
            limit = np.where(moves < 0, -ends / moves, np.inf).min(axis=1)
        length = np.minimum(1.0, TO_THE_EDGE * limit)
        small = (np.abs(step) * length[:, None]).max(axis=1) < STEP_TOLERANCE
        active, step, length = active[~small], step[~small], length[~small]
        waiting = np.arange(len(active))
        stuck = np.ones(len(active), dtype=bool)
        for _ in range(MAX_HALVINGS):
            if not len(waiting):
                break
            which = active[waiting]
            proposal = x[which] + length[waiting, None] * step[waiting]
            found = data.profile(rows[which], proposal @ generators.T, nuisance[which])
            rises = found.value > value[which]
            taken = which[rises]
            x[taken], value[taken], nuisance[taken] = proposal[rises], found.value[rises], found.nuisance[rises]
            gradient[taken] = found.gradient[rises] @ generators
            hessian[taken] = generators.T @ found.hessian[rises] @ generators
            stuck[waiting[rises]] = False
            waiting = waiting[~rises]
            length[waiting] /= 2
        # What cannot rise any more is at the maximum to the precision of the likelihood; one last full step
        # uses the gradient, which is more precise.
        last = active[stuck]
        if len(last):
            move = _ascent(gradient[last], hessian[last])
            tiny = np.abs(move).max(axis=1) < np.sqrt(STEP_TOLERANCE)
            moved = x[last] + move
            fits = tiny & (moved > 0).all(axis=1) & (moved.sum(axis=1) < 1)
            x[last[fits]] = moved[fits]
        active = active[~stuck]
        if not len(active):
            return value, x, nuisance
    raise RestatedError("the search for twin shares did not settle", remedy="Check the tables or matrices")


def _ascent(gradient, hessian):
    """Newton steps -H^-1 g for (k, 2) gradients; H is made negative definite where it is not."""
    mean = (hessian[:, 0, 0] + hessian[:, 1, 1]) / 2
    half = np.hypot((hessian[:, 0, 0] - hessian[:, 1, 1]) / 2, hessian[:, 0, 1])
    largest = mean + half  # eigenvalue
    shift = np.where(largest >= 0, largest + np.abs(mean - half) * 1e-3 + 1e-3, 0.0)
    shifted = hessian - shift[:, None, None] * np.eye(2)
    return -np.linalg.solve(shifted, gradient[:, :, None])[:, :, 0]


# --- profile intervals -----------------------------------------------------------------------------------------------


def _profile_ends(fit, rows, which, near, far, top, critical):
    """Where the profile likelihood of a share falls by critical / 2 between the estimate and a bound.

    One entry per end: `which` is the share (position in the model's components; the last is e2), `near` the
    estimate, `far` the bound, `top` the maximum. Illinois' variant of false position on the signed root of
    the likelihood ratio, which is nearly linear.
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


def _excess(data, parts, rows, which, share, top, critical):
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
        value = _along(data, rows, first, last, data.start[rows])[0]
    else:
        value = data.profile(rows, first, data.start[rows]).value
    return np.sqrt(np.maximum(2 * (top - value), 0.0)) - np.sqrt(critical)


# --- reading and shaping ---------------------------------------------------------------------------------------------


def _pairs(tables, name: str) -> np.ndarray:
    """Tables as (..., 3)."""
    try:
        counts = np.asarray(tables, dtype=float)
    except (TypeError, ValueError):
        raise RestatedError("counts of pairs are not numbers", field=name) from None
    if counts.ndim < 1 or counts.shape[-1] not in (3, 4):
        raise RestatedError(f"twin tables have shape {counts.shape}", field=name,
                            remedy="Give pairs with both, one and no twin affected along the last axis")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise RestatedError("a count of pairs is negative, missing or not finite", field=name)
    if counts.shape[-1] == 4:
        counts = np.stack([counts[..., 0], counts[..., 1] + counts[..., 2], counts[..., 3]], axis=-1)
    if (counts.sum(axis=-1) == 0).any():
        raise RestatedError("a twin table holds no pairs", field=name,
                            remedy="Both zygosities are needed to tell the components apart")
    return counts


def _moments(value, name: str):
    """Mean variance and covariance of correlations, shape () or (m,), or matrices, (2, 2) or (m, 2, 2)."""
    try:
        x = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise RestatedError("correlations or covariances are not numbers", field=name) from None
    if x.ndim >= 2 and (x.ndim > 3 or x.shape[-2:] != (2, 2)):
        raise RestatedError(f"correlations or covariances have shape {x.shape}", field=name,
                            remedy="Give correlations, shape () or (m,), or matrices, shape (2, 2) or (m, 2, 2)")
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
    return variance, covariance


def _pair_number(n, name: str) -> np.ndarray:
    n = np.asarray(n, dtype=float)
    if n.ndim > 1 or not np.isfinite(n).all() or (n < 3).any():
        raise RestatedError("a number of pairs is below 3 or missing", field=name,
                            remedy="Give the pairs of each zygosity, one number or one per data set")
    return n


def _correlation_ends(value, name: str):
    low, high = closed_interval(value, name)
    if low is None or high is None:
        raise RestatedError("the printed correlation has no lower or no upper end", field=name)
    if low < -1 or high > 1:
        # A printed 1.00 stands for .995 to 1: beyond 1 there is nothing.
        low, high = max(low, -1), min(high, 1)
        if low > high:
            raise RestatedError("the printed correlation is outside -1 to 1", field=name)
    return low, high


def _check_option(name: str, value, allowed) -> None:
    if value not in allowed:
        raise RestatedError(f"{value!r} is not one of {', '.join(map(str, allowed))}", field=name)


def _spread(values, rows, size: int) -> np.ndarray:
    """Values of the defined data sets among all, nan elsewhere."""
    result = np.full(size, np.nan)
    result[rows] = values
    return result


def _shaped(values, shape):
    return np.reshape(values, shape)[()]
