"""Twin models: shares of genes (A, D), shared environment (C), and unique environment and error (E).

A *liability-threshold* model reads two tables of pairs, identical (MZ) and fraternal (DZ) twins, affected or not: a
twin is affected when a normal liability passes a threshold. A *continuous* model reads two covariance matrices or
correlations. In both, the data speak through two correlations, r_mz = a2 + c2 + d2 and r_dz = a2 / 2 + c2 + d2 / 4,
with e2 = 1 - a2 - c2 - d2 and shares of at least 0, so (r_mz, r_dz) is in a triangle whose corners are the pure
components. Thresholds, or the variance, are maximised out exactly. Twins of a pair are exchangeable: one threshold or
variance for both.

Not modelled: sex, covariates, assortative mating, gene-environment interplay, unequal environments. All functions take
one data set or many at once; results are numbers or arrays accordingly, nan where a data set cannot determine them.

References: Falconer (1965), Annals of Human Genetics 29, 51-76 (shares from two correlations). Neale & Cardon (1992),
Methodology for Genetic Studies of Twins and Families. Neale & Miller (1997), Behavior Genetics 27, 113-120
(profile-likelihood intervals). Self & Liang (1987), JASA 82, 605-610; Dominicus et al. (2006), Behavior Genetics 36,
331-340 (tests at the boundary). The likelihoods and the search are in `restated.estimate.twinlikelihood`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import elementwise
from scipy.special import ndtri, owens_t

from restated.arguments import (
    FloatOrArray,
    Floats,
    Ints,
    check_finite,
    check_level,
    check_numbers,
    check_option,
    floats,
)
from restated.errors import RestatedError
from restated.estimate import twinlikelihood as likelihood
from restated.estimate.proportions import wilson
from restated.intervals import Constraint, bounded_interval

#: What one unit of each component adds to (r_mz, r_dz).
RESEMBLANCE = {"a2": (1.0, 0.5), "c2": (1.0, 1.0), "d2": (1.0, 0.25)}
#: The components of each model besides e2. C and D together need data beyond twins reared together.
MODELS = {"ACE": ("a2", "c2"), "ADE": ("a2", "d2"), "AE": ("a2",), "CE": ("c2",), "E": ()}
#: Sub-models tested against each model. DE is left out: dominance without additive effects is not plausible.
SUBMODELS = {"ACE": ("AE", "CE", "E"), "ADE": ("AE", "E"), "AE": ("E",), "CE": ("E",), "E": ()}
#: Ends of intervals are found to this precision in the share, or in the root of the likelihood ratio.
LIMIT_TOLERANCES: Any = {"xatol": 1e-9, "xrtol": 0.0, "fatol": 1e-9}
#: Stands for an infinite root of the likelihood ratio; twice a difference of log-likelihoods below which it is zero.
LARGEST_EXCESS, SAME_LIKELIHOOD = 1e3, 1e-8
#: Shares must add up to 1 within this; the power that studies are planned for; draws fitted at a time.
SUM_TOLERANCE, PLANNED, BLOCK = 1e-9, 0.8, 5000


class Interval(NamedTuple):
    """Ends of an interval."""

    low: FloatOrArray
    high: FloatOrArray


@dataclass(frozen=True)
class TwinFit:
    """A fitted twin model; fields are numbers, or arrays with the leading shape of the data.

    Shares are proportions of the variance, 0 outside the model. `prevalence_mz` and `prevalence_dz` (liability) or
    `variance` (continuous) are the fitted nuisance parameters; the others nan. `loglik` is that of single pairs:
    discordant pairs in the order they came, or normal with free means. `deviance` is twice its distance from the
    saturated model of two exchangeable tables or matrices, with `df` degrees of freedom when no share is at a bound.
    """

    model: str
    a2: FloatOrArray
    c2: FloatOrArray
    d2: FloatOrArray
    e2: FloatOrArray
    r_mz: FloatOrArray
    r_dz: FloatOrArray
    prevalence_mz: FloatOrArray
    prevalence_dz: FloatOrArray
    variance: FloatOrArray
    loglik: FloatOrArray
    deviance: FloatOrArray
    df: int
    at_bound: Any  # a component of the model is estimated as 0
    data: likelihood.TwinData = field(repr=False, compare=False)


@dataclass(frozen=True)
class Comparison:
    """Likelihood-ratio test of a sub-model: `p_boundary` allows for shares that cannot be negative, `p` does not."""

    lrt: FloatOrArray
    df: int
    p: FloatOrArray
    p_boundary: FloatOrArray


@dataclass(frozen=True)
class Power:
    """Power to see a component: share of simulated studies whose test is significant.

    `se` is its Monte Carlo standard error, `low` and `high` the 95 % Wilson interval. `undefined` studies (no affected
    twin, say) count as not significant.
    """

    power: float
    se: float
    low: float
    high: float
    draws: int
    undefined: int


def liability(mz: ArrayLike, dz: ArrayLike, *, model: str = "ACE", thresholds: str = "common") -> TwinFit:
    """Fit the liability-threshold model to two tables of twin pairs by maximum likelihood, shares bounded at 0.

    `mz`, `dz`, shape (..., 3) or (..., 4), which broadcast: pairs with both affected, discordant (in two orders where
    there are four), neither; expected counts too. `model`: one of `MODELS`. `thresholds`: "common", or "separate" for
    each zygosity. Fields are nan where nobody or everybody is affected (for "separate", in one group). Raises
    RestatedError if counts are negative or not finite, a table is empty, or an option is unknown.
    """
    check_option("model", model, MODELS, field="model")
    check_option("kind of thresholds", thresholds, ("common", "separate"), field="thresholds")
    mz, dz = _pairs(mz, "mz"), _pairs(dz, "dz")
    try:
        mz, dz = np.broadcast_arrays(mz, dz)
    except ValueError:
        raise RestatedError(f"shapes {mz.shape} of mz and {dz.shape} of dz do not go together") from None
    data = likelihood.LiabilityData(mz.reshape(-1, 3), dz.reshape(-1, 3), thresholds == "common", mz.shape[:-1])
    return _fit(data, model)


def continuous(mz: ArrayLike, dz: ArrayLike, n_mz: ArrayLike, n_dz: ArrayLike, *, model: str = "ACE") -> TwinFit:
    """Fit the twin model to two covariance matrices or correlations by maximum likelihood, shares bounded at 0.

    One variance for all twins, free means: the likelihood of normal raw data, as in OpenMx and lavaan. `mz`, `dz`:
    correlations, shape () or (m,), of groups whose variances are taken to be the same; or covariance matrices with
    divisor n - 1, shape (2, 2) or (m, 2, 2). `n_mz`, `n_dz`: pairs. `model`: one of `MODELS`. Raises RestatedError if a
    matrix is not positive definite (a correlation not inside -1 to 1), a group has fewer than 3 pairs, shapes differ or
    the model is unknown.
    """
    check_option("model", model, MODELS, field="model")
    moments = zip(_moments(mz, n_mz, "mz"), _moments(dz, n_dz, "dz"))
    try:
        parts = np.broadcast_arrays(*chain.from_iterable(moments))
    except ValueError:
        raise RestatedError("mz, dz, n_mz and n_dz hold different numbers of data sets") from None
    variances, covariances, sizes = (np.stack(parts[i : i + 2], axis=-1).reshape(-1, 2) for i in (0, 2, 4))
    return _fit(likelihood.ContinuousData(variances, covariances, sizes, parts[0].shape), model)


def intervals(fit: TwinFit, *, level: float = 0.95, only: tuple[str, ...] | None = None) -> dict[str, Interval]:
    """Return profile-likelihood intervals of the shares of a model: its components and "e2", or those of `only`.

    They hold all values whose best fit is less than the chi-squared quantile (1 df) away from the maximum in twice the
    log-likelihood, so near a bound they cover more often than `level`. `only` saves time with many data sets.
    """
    check_level(level)
    parts = MODELS[fit.model]
    if not parts:
        return {"e2": Interval(fit.e2, fit.e2)}  # 1 by definition
    every = (*parts, "e2")
    for name in only or ():
        check_option("share", name, every, field="only")
    names = only or every
    # All ends of all shares of all data sets are searched together: one row each.
    rows = fit.data.defined
    m, both = len(rows), 2 * len(names)
    ends = _profile_ends(
        fit,
        rows=np.tile(rows, both),
        which=np.repeat([every.index(name) for name in names], 2 * m),
        near=np.concatenate([np.tile(np.ravel(getattr(fit, name))[rows], 2) for name in names]),
        far=np.tile(np.repeat([0.0, 1.0], m), len(names)),
        critical=float(stats.chi2.ppf(level, 1)),
    )
    return {
        name: Interval(*(_shaped(fit.data, end) for end in pair))
        for name, pair in zip(names, ends.reshape(len(names), 2, m), strict=True)
    }


def compare(fit: TwinFit) -> dict[str, Comparison]:
    """Return likelihood-ratio tests of the sub-models of a fitted model, by sub-model.

    One dropped share is at its bound, so its statistic is 0 half of the time and chi-squared with 1 df otherwise: p is
    halved. Two give a mixture of 0, 1 and 2 df with weights 1/2 - w, 1/2 and w, where 2 pi w is the angle between the
    components in the metric of the information matrix (Self & Liang 1987, case 7). Both hold for large samples, and
    where no other share is 0.
    """
    return {reduced: _test(fit, reduced) for reduced in SUBMODELS[fit.model]}


def _test(fit: TwinFit, reduced: str) -> Comparison:
    """One of the tests of `compare`."""
    dropped = tuple(name for name in MODELS[fit.model] if name not in MODELS[reduced])
    other = _fit(fit.data, reduced)
    lrt = 2 * (np.asarray(fit.loglik) - other.loglik)
    lrt = np.where(lrt < SAME_LIKELIHOOD, np.where(np.isnan(lrt), np.nan, 0.0), lrt)
    p = stats.chi2.sf(lrt, len(dropped))
    mixture = 0.5 * stats.chi2.sf(lrt, 1)
    if len(dropped) == 2:
        both = likelihood.angle(fit.data.information, *(RESEMBLANCE[name] for name in dropped)) / (2 * np.pi)
        mixture = mixture + both.reshape(fit.data.shape)[()] * p
    return Comparison(lrt[()], len(dropped), p[()], np.where(lrt == 0, 1.0, mixture)[()])


def lowest_aic(fit: TwinFit) -> Floats:
    """Return the name of the model with the lowest Akaike criterion among a model and its sub-models.

    An array of the shape of the data. A tie goes to the smaller model, and among models of one size to the first of
    `SUBMODELS`; "" where nothing was fitted.
    """
    tests = compare(fit)
    names = [*sorted(tests, key=lambda name: len(MODELS[name])), fit.model]
    # Dropping k shares lowers the penalty by 2 k and raises the deviance by the likelihood ratio.
    excess = np.stack([*(tests[name].lrt - 2 * tests[name].df for name in names[:-1]), np.zeros_like(fit.loglik)])
    best = np.array(names)[np.argmin(np.nan_to_num(excess, nan=np.inf), axis=0)]
    return np.where(np.isnan(fit.loglik), "", best)


def falconer_bounds(r_mz: Constraint, r_dz: Constraint) -> dict[str, Interval]:
    """Return the smallest and largest of Falconer's shares over all correlations that print as given.

    The shares are linear in the correlations, so the extremes are at corners of the rounding box. Raises RestatedError
    if a correlation has no lower or upper end, or is outside -1 to 1.
    """
    corners = product(_correlation_ends(r_mz, "r_mz"), _correlation_ends(r_dz, "r_dz"))
    shares = zip(*((2 * (mz - dz), 2 * dz - mz, 1 - mz) for mz, dz in corners))
    return {name: Interval(float(min(x)), float(max(x))) for name, x in zip(("a2", "c2", "e2"), shares, strict=True)}


def implied_correlations(
    a2: ArrayLike = 0.0, c2: ArrayLike = 0.0, d2: ArrayLike = 0.0
) -> tuple[FloatOrArray, FloatOrArray]:
    """Return the twin correlations (r_mz, r_dz) that go with given shares, which are finite."""
    check_finite(a2=a2, c2=c2, d2=d2)
    shares = [(name, floats(x)) for name, x in (("a2", a2), ("c2", c2), ("d2", d2))]
    mz, dz = (np.asarray(sum(RESEMBLANCE[name][i] * x for name, x in shares)) for i in (0, 1))
    return mz[()], dz[()]


def pair_probabilities(prevalence: ArrayLike, r: ArrayLike) -> Floats:
    """Return the probabilities of a pair, shape (..., 3): both affected, discordant (either order), neither.

    `prevalence`: share of affected individuals, inside 0 to 1; `r`: correlation of the liabilities, in (-1, 1]. One
    discordant order has probability 2 T(h, sqrt((1 - r) / (1 + r))), with Owen's T and h = quantile(prevalence).
    """
    prevalence, r = np.broadcast_arrays(floats(prevalence, "prevalence"), floats(r))
    if not ((prevalence > 0) & (prevalence < 1)).all():
        remedy = "Give the share of affected individuals as a proportion"
        raise RestatedError("a prevalence is not between 0 and 1", field="prevalence", remedy=remedy)
    if not ((r > -1) & (r <= 1)).all():
        raise RestatedError("a correlation is not between -1 and 1", field="r")
    one_order = 2 * owens_t(ndtri(prevalence), np.sqrt((1 - r) / (1 + r)))
    return np.stack([prevalence - one_order, 2 * one_order, 1 - prevalence - one_order], axis=-1)


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
    draws: int = 2000,
    seed: int = 0,
) -> Power:
    """Return the power of a twin study to see a share, by simulation: ACE against the model without it.

    The test is the boundary-corrected one of `compare`; twins have one threshold. `a2`, `c2`, `e2`: true shares; they
    add up to 1. `n_mz`, `n_dz`: pairs. `prevalence`: share of affected individuals; None for a continuous measure.
    `drop` ({"a2", "c2"}): the share tested, at level `alpha`.
    """
    reduced, r = _reduced(drop, alpha), _correlations(a2, c2, e2, n_mz, n_dz)
    fits = _simulated(r, n_mz, n_dz, prevalence, draws, seed)
    p = np.concatenate([_test(fit, reduced).p_boundary for fit in fits])
    significant = int(np.sum(p < alpha))
    share = significant / draws
    low, high = wilson(significant, draws)
    se = float(np.sqrt(share * (1 - share) / draws))
    return Power(share, se, float(low), float(high), draws, int(np.sum(np.isnan(p))))


def model_choice(
    a2: float, c2: float, e2: float, n_mz: int, n_dz: int, prevalence: float | None, *, draws: int = 2000, seed: int = 0
) -> dict[str, float]:
    """Return how often each model has the lowest Akaike criterion in simulated studies of known shares, as in `power`.

    Shares of studies by model, "ACE", "AE", "CE" and "E", add up to 1 less the undefined studies.
    """
    r = _correlations(a2, c2, e2, n_mz, n_dz)
    fits = _simulated(r, n_mz, n_dz, prevalence, draws, seed)
    chosen = np.concatenate([lowest_aic(fit) for fit in fits])
    return {name: int(np.sum(chosen == name)) / draws for name in ("ACE", *SUBMODELS["ACE"])}


def pairs_for_power(
    a2: float, c2: float, e2: float, mz_share: float, prevalence: ArrayLike | None = None, *, alpha: float = 0.05
) -> FloatOrArray:
    """Return the pairs that give the test of a2 in `power` a power of `PLANNED`, not rounded, without simulation.

    For large samples: the likelihood-ratio statistic of expected tables or matrices is the noncentrality of a
    chi-squared, proportional to the number of pairs. `mz_share`: identical pairs among all; several `prevalence` are
    possible. Infinite where a2 is 0.
    """
    check_numbers(mz_share=mz_share)
    if not 0 < mz_share < 1:
        raise RestatedError(f"a share {mz_share!r} of identical pairs is out of range", field="mz_share")
    sizes = (1000 * mz_share, 1000 * (1 - mz_share))
    reduced, r = _reduced("a2", alpha), _correlations(a2, c2, e2, *sizes)
    if prevalence is None:
        fit = continuous(*r, *sizes)
    else:
        fit = liability(*(n * pair_probabilities(prevalence, own) for n, own in zip(sizes, r)))
    # The corrected test rejects when the normal root of lrt exceeds the (1 - alpha) quantile.
    distance = stats.norm.isf(alpha) - stats.norm.isf(PLANNED)
    with np.errstate(divide="ignore"):
        return 1000 * distance**2 / np.float64(_test(fit, reduced).lrt)


def _simulated(
    r: tuple[float, float], n_mz: int, n_dz: int, prevalence: float | None, draws: int, seed: int
) -> Iterator[TwinFit]:
    """ACE fits to simulated studies, `BLOCK` at a time."""
    if draws < 1:
        raise RestatedError(f"{draws!r} draws cannot be simulated", field="draws")
    rng = np.random.default_rng(seed)
    groups = tuple(zip((n_mz, n_dz), r))
    for start in range(0, draws, BLOCK):
        size = min(BLOCK, draws - start)
        if prevalence is None:
            mz, dz = (_wishart(rng, n, own, size) for n, own in groups)
            yield continuous(mz, dz, n_mz, n_dz)
        else:
            yield liability(*(rng.multinomial(n, pair_probabilities(prevalence, own), size) for n, own in groups))


def _correlations(a2: float, c2: float, e2: float, n_mz: ArrayLike, n_dz: ArrayLike) -> tuple[float, float]:
    """The true correlations of a design, after checks."""
    check_numbers(a2=a2, c2=c2, e2=e2)
    shares = floats([a2, c2, e2])
    if not (shares >= 0).all() or abs(shares.sum() - 1) > SUM_TOLERANCE:
        raise RestatedError(f"a2 = {a2}, c2 = {c2}, e2 = {e2} are not shares that add up to 1")
    if e2 == 0:
        problem = "without unique environment and error twins never differ"
        raise RestatedError(problem, field="e2", remedy="Give e2 above 0")
    if np.min(n_mz) < 3 or np.min(n_dz) < 3:
        raise RestatedError("a design needs at least 3 pairs of each zygosity", field="n_mz, n_dz")
    return implied_correlations(a2, c2)


def _reduced(drop: str, alpha: float) -> str:
    """The sub-model without `drop`, after checks."""
    check_option("share", drop, ("a2", "c2"), field="drop")
    check_numbers(alpha=alpha)
    if not 0 < alpha < 0.5:
        raise RestatedError(f"the significance level {alpha!r} is not between 0 and .5", field="alpha")
    return {"a2": "CE", "c2": "AE"}[drop]


def _wishart(rng: np.random.Generator, n: int, r: float, size: int) -> Floats:
    """Sample covariance matrices, shape (size, 2, 2), of pairs, whose sum and difference are independent."""
    total, difference = ((1 + sign * r) * rng.chisquare(n - 1, size) / (n - 1) for sign in (1, -1))
    variance, covariance = (total + difference) / 2, (total - difference) / 2
    return np.stack([variance, covariance, covariance, variance], axis=-1).reshape(size, 2, 2)


def _fit(data: likelihood.TwinData, model: str) -> TwinFit:
    parts = MODELS[model]
    rows = data.defined
    units, best = likelihood.maximise(data, rows, [RESEMBLANCE[name] for name in parts])
    shares = dict.fromkeys(RESEMBLANCE, np.zeros(len(rows))) | dict(zip(parts, units.T))
    shares["e2"] = np.maximum(1 - best.r[:, 0], 0.0)
    nuisance = dict.fromkeys(("prevalence_mz", "prevalence_dz", "variance"), np.full(len(rows), np.nan))
    nuisance |= data.nuisance_fields(best.nuisance)
    values = {**shares, "r_mz": best.r[:, 0], "r_dz": best.r[:, 1], **nuisance, "loglik": best.value}
    # Rounding can put a perfectly fitting model a few units in the last place above the saturated one.
    values["deviance"] = np.maximum(2 * (data.saturated()[rows] - best.value), 0.0)
    return TwinFit(
        model=model,
        **{name: _shaped(data, x) for name, x in values.items()},
        df=data.df_saturated - len(parts),
        at_bound=_shaped(data, (units == 0).any(axis=1), False),
        data=data,
    )


def _profile_ends(fit: TwinFit, rows: Ints, which: Ints, near: Floats, far: Floats, critical: float) -> Floats:
    """Points at which the profile likelihood of a share falls by critical / 2 between the estimate and a bound.

    One entry per end: `which` is the share (position in the model's components; the last is e2), `near` the estimate,
    `far` the bound. The signed root of the likelihood ratio is searched, which is nearly linear.
    """
    result = far.copy()
    beyond = np.flatnonzero((_excess(fit, rows, which, far, critical) > 0) & (near != far))

    def excess(share: Any, row: Any, part: Any) -> Any:
        # At a bound the likelihood can be zero, and the function infinite.
        return np.minimum(_excess(fit, row.astype(int), part.astype(int), share, critical), LARGEST_EXCESS)

    ends, args = (near[beyond], far[beyond]), (rows[beyond], which[beyond])
    found: Any = elementwise.find_root(excess, ends, args=args, tolerances=LIMIT_TOLERANCES)
    if not found.success.all():
        raise RestatedError("the search for a profile-likelihood interval did not settle")
    result[beyond] = found.x
    return result


def _excess(fit: TwinFit, rows: Ints, which: Ints, share: Floats, critical: float) -> Floats:
    """sqrt(2 (maximum - profile)) - sqrt(critical) where share number `which` has the value `share`."""
    parts = [RESEMBLANCE[name] for name in MODELS[fit.model]]
    nothing = (0.0, 0.0)
    # The share itself, and what the rest is between: nothing and the other component; for e2 the two components.
    own = np.array([*parts, nothing])[which]
    others = parts[::-1] if len(parts) == 2 else [nothing]
    ends = np.array([*((nothing, other) for other in others), (parts[0], parts[-1])])[which]
    first, last = (share[:, None] * own + (1 - share[:, None]) * ends[:, i] for i in (0, 1))
    start = fit.data.start[rows]
    if len(parts) == 2:
        value = likelihood.best_on_line(fit.data, rows, first, last, start)[0]
    else:
        value = fit.data.profile(rows, first, start).value
    return np.asarray(np.sqrt(np.maximum(2 * (np.ravel(fit.loglik)[rows] - value), 0.0)) - np.sqrt(critical))


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


def _moments(value: ArrayLike, n: ArrayLike, name: str) -> tuple[Floats, Floats, Floats]:
    """Mean variance and covariance, with n in the denominator, of correlations or of covariance matrices; and n."""
    n = floats(n, "n")
    if n.ndim > 1 or not np.isfinite(n).all() or (n < 3).any():
        remedy = "Give the pairs of each zygosity, one number or one per data set"
        raise RestatedError("a number of pairs is below 3 or missing", field=f"n_{name}", remedy=remedy)
    x = floats(value, name, problem="correlations or covariances are not numbers")
    if x.ndim >= 2 and (x.ndim > 3 or x.shape[-2:] != (2, 2)):
        remedy = "Give correlations, () or (m,), or matrices, (2, 2) or (m, 2, 2)"
        raise RestatedError(f"correlations or covariances have shape {x.shape}", field=name, remedy=remedy)
    if not np.isfinite(x).all():
        raise RestatedError("a correlation or covariance is missing or not finite", field=name)
    if x.ndim < 2:
        if (np.abs(x) >= 1).any():
            raise RestatedError("a twin correlation is not inside -1 to 1", field=name)
        return np.ones_like(x), x, n
    if (x[..., 0, 1] != x[..., 1, 0]).any():
        raise RestatedError("a covariance matrix is not symmetric", field=name)
    variance, covariance = (x[..., 0, 0] + x[..., 1, 1]) / 2, x[..., 0, 1]
    if (x[..., 0, 0] * x[..., 1, 1] <= covariance**2).any() or (variance <= 0).any():
        raise RestatedError("a covariance matrix is not positive definite", field=name)
    return variance * (n - 1) / n, covariance * (n - 1) / n, n


def _correlation_ends(value: Constraint, name: str) -> tuple[Fraction, Fraction]:
    low, high = bounded_interval(value, name)
    # A printed 1.00 stands for .995 to 1: beyond 1 there is nothing.
    low, high = max(low, Fraction(-1)), min(high, Fraction(1))
    if low > high:
        raise RestatedError("the printed correlation is outside -1 to 1", field=name)
    return low, high


def _shaped(data: likelihood.TwinData, values: ArrayLike, missing: float | bool = np.nan) -> FloatOrArray:
    """Values of the defined data sets in the shape of the data, `missing` elsewhere."""
    result = np.full(data.shape, missing)
    result.flat[data.defined] = values
    return result[()]
