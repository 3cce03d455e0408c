"""Linear mixed growth models: a polynomial in time for each subject, with random intercept and slope.

y_ij = sum_ak beta_ak x_ia t_j^k + b_i0 + b_i1 t_j + e_ij, b_i ~ N(0, D), e_ij ~ N(0, sigma^2). x_i holds 1 and the
covariates of subject i, each of them crossed with every power of time up to `degree`. Waves are common to all subjects;
each may miss any of them (nan). The first entry of D is the variance between subjects at time 0.

`fit` is the reference route through statsmodels. `fit_batch` gives the same estimates for thousands of data sets, from
sums over subjects that share the same observed waves (`restated.estimate.growth_likelihood`), and is to be preferred
where a variance is small: there statsmodels' search can stop short of the maximum.

References: Laird & Ware (1982), Biometrics 38, 963-974 (the model, ML and REML). Pinheiro & Bates (2000), Mixed-effects
models in S and S-PLUS, chapter 2. Singer & Willett (2003), Applied longitudinal data analysis.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM

from restated.arguments import Bools, FloatOrArray, Floats, Ints, check_option, floats, is_whole
from restated.errors import RestatedError
from restated.estimate import growth_likelihood as likelihood
from restated.results import Result

METHODS = ("REML", "ML")
CHUNK = 32  #: Data sets handled at a time: with 127 patterns of missing waves a few megabytes; more gain no speed
#: A singular value of a design, or eigenvalue of X'X, below this share of the largest leaves fewer than six digits.
RANK_TOLERANCE = 1e-10
#: D is singular if an eigenvalue, with orthogonal time, is below this share of the residual variance (lme4's bound).
SINGULAR_SHARE = 1e-8
MAX_WAVES = 62  #: Patterns of observed waves are numbered in the bits of a 64-bit integer


@dataclass(frozen=True)
class _Growth:
    """Fields of both routes; arrays of a `GrowthBatch` have the data set as their first axis."""

    names: tuple[str, ...]
    fixed: Floats  # (p,), in the order of `names`
    fixed_covariance: Floats  # (p, p)
    random_covariance: Floats  # (2, 2), D: intercept, slope
    residual_variance: FloatOrArray
    log_likelihood: FloatOrArray  # restricted for REML, with all constants
    subjects: int | Ints  # with at least one value
    observations: int | Ints
    method: str

    @property
    def fixed_se(self) -> Floats:
        """Standard errors of the fixed effects, of the shape of `fixed`."""
        return np.asarray(np.sqrt(np.einsum("...ii->...i", self.fixed_covariance)))


@dataclass(frozen=True)
class GrowthFit(_Growth, Result):
    """A growth model fitted to one data set by statsmodels; ranges of effects are 95 % Wald intervals."""

    converged: bool

    @property
    def message(self) -> str:
        size = f"{self.subjects} subjects with {self.observations} values"
        return f"growth model of {size} ({self.method})" + "; the search did not converge" * (not self.converged)

    def _rows(self) -> list[tuple[str, object, float, float]]:
        ends = self.fixed + np.outer((-1, 1), stats.norm.ppf(0.975) * self.fixed_se)
        (intercept, covariance), (_, slope) = self.random_covariance
        variances = {"intercept variance": intercept, "slope variance": slope, "their covariance": covariance}
        variances["residual variance"] = self.residual_variance
        rows = [*zip(self.names, self.fixed.tolist(), *ends.tolist(), strict=True)]
        return rows + [(name, float(value), np.nan, np.nan) for name, value in variances.items()]


@dataclass(frozen=True)
class GrowthBatch(_Growth):
    """Growth models fitted to many data sets."""

    singular: Bools  # a variance is zero or the correlation is -1 or 1


def fit(y: ArrayLike, times: ArrayLike, covariates: ArrayLike, *, degree: int = 1, method: str = "REML") -> GrowthFit:
    """Fit one growth model with statsmodels' MixedLM, from its own starting values and on the scale given.

    `y`, shape (subjects, waves): outcome, nan where it is missing. `times`, shape (waves,). `covariates`, shape
    (subjects,) or (subjects, q), q may be 0: without the intercept, which is added; a DataFrame names them. `degree`:
    of the polynomial in time, at least 1. `method`: "REML" or "ML". Raises RestatedError if shapes disagree, a time or
    covariate is missing, the design is collinear, the values observed do not determine variances or fixed effects, or
    statsmodels fails.

    `fixed` runs over the covariates (intercept first) and within each over the powers of time. `fixed_covariance` comes
    from the second derivatives in all parameters; where values are missing it differs from that of `fit_batch` in the
    third digit. `converged` is the verdict of statsmodels, which can be wrong with a variance near 0.
    """
    design = _Design.make(times, covariates, degree, method)
    y = _outcome(y, design)
    observed = np.isfinite(y)
    _determined(observed[None], design, first=0)
    subject, wave = np.nonzero(observed)
    powers = design.powers[wave]
    fixed = (design.covariates[subject][:, :, None] * powers[:, None, :]).reshape(len(subject), -1)
    model = MixedLM(y[subject, wave], fixed, groups=subject, exog_re=powers[:, :2])
    with warnings.catch_warnings():
        # `converged` marks failed searches; estimates on the boundary are a legitimate result.
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            result = model.fit(reml=method == "REML")
            covariance = np.asarray(result.cov_params())[: fixed.shape[1], : fixed.shape[1]]
        except (np.linalg.LinAlgError, ValueError) as problem:
            message = f"statsmodels cannot fit this growth model: {problem}"
            raise RestatedError(message, remedy="Centre and scale time, or use fit_batch") from problem
    fixed_effects, random = np.asarray(result.fe_params), np.asarray(result.cov_re)
    variance, height, subjects = float(result.scale), float(result.llf), int(observed.any(axis=1).sum())
    estimates = (design.names, fixed_effects, covariance, random, variance, height)
    return GrowthFit(*estimates, subjects, len(subject), method, converged=bool(result.converged))


def fit_batch(
    data_sets: Iterable[ArrayLike], times: ArrayLike, covariates: ArrayLike, *, degree: int = 1, method: str = "REML"
) -> GrowthBatch:
    """Fit the same growth model to many data sets.

    `data_sets`: outcomes, nan where missing, as an array of shape (draws, subjects, waves) or a generator, of which
    only a few are held in memory. `times`, `covariates`, `degree`, `method`: as in `fit`; shared by all. Raises
    RestatedError as `fit`, naming the data set (counted from 0), and if a data set leaves no residual variance or the
    search does not settle. D is positive semidefinite; `singular` marks where it has no inverse. `fixed_covariance` is
    (X'V^-1 X)^-1, with the variances taken as known, as in lme4.
    """
    design = _Design.make(times, covariates, degree, method)
    outcomes = (_outcome(y, design, index) for index, y in enumerate(data_sets))
    chunks: list[dict[str, Floats]] = []
    while chunk := list(itertools.islice(outcomes, CHUNK)):
        chunks.append(_fit_chunk(np.stack(chunk), design, CHUNK * len(chunks)))
    if not chunks:
        raise RestatedError("no data set to fit", field="data_sets")
    fields = {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}
    return GrowthBatch(names=design.names, method=method, **fields)


@dataclass(frozen=True)
class _Design:
    """Common part of all data sets, also as orthogonal columns of mean square 1, on which the fit runs."""

    covariates: Floats  # (subjects, c), intercept first
    powers: Floats  # (waves, d), time^0, time^1, ...
    x: Floats
    x_root: Floats  # (c, c), upper triangular: covariates = x @ x_root
    time: Floats
    time_root: Floats  # (d, d), upper triangular: powers = time @ time_root
    names: tuple[str, ...]
    method: str

    @classmethod
    def make(cls, times: ArrayLike, covariates: ArrayLike, degree: int, method: str) -> _Design:
        check_option("method", method, METHODS, field="method")
        times = _finite(times, "times")
        if times.ndim != 1 or len(np.unique(times)) != len(times) or len(times) > MAX_WAVES:
            raise RestatedError(f"times are not a list of at most {MAX_WAVES} different numbers", field="times")
        if not is_whole(degree):
            raise RestatedError(f"{degree!r} is not a whole number", field="degree")
        if not 1 <= degree < len(times):
            needs = f"degree {degree} needs at least {degree + 1} waves and must be 1 or more"
            raise RestatedError(f"{needs}; there are {len(times)} waves", field="degree")
        design = _with_intercept(covariates)
        given = covariates.columns if isinstance(covariates, pd.DataFrame) else None
        names = [f"x{i}" for i in range(1, design.shape[1])] if given is None else [str(name) for name in given]
        powers = np.vander(times, degree + 1, increasing=True)
        time, time_root = _orthogonal(powers, "times", "Centre the times")
        x, x_root = _orthogonal(design, "covariates", "Leave one out: the intercept is added")
        labels = ["", "time", *(f"time^{k}" for k in range(2, degree + 1))]
        crossed = itertools.product(["", *names], labels)
        effects = tuple(":".join(filter(None, pair)) or "intercept" for pair in crossed)
        return cls(design, powers, x, x_root, time, time_root, effects, method)


def _fit_chunk(y: Floats, design: _Design, first: int) -> dict[str, Floats]:
    """Fields of GrowthBatch for data sets y of shape (draws, subjects, waves)."""
    restricted = design.method == "REML"
    observed = np.isfinite(y)
    information = _determined(observed, design, first)
    likelihood.refuse(np.nanmax(y, axis=(1, 2)) == np.nanmin(y, axis=(1, 2)), first, "has one value only")
    # Residuals of ordinary least squares, scaled: the sums of squares then lose no digits to fixed effects.
    centre, variance = np.nanmean(y, axis=(1, 2)), np.nanvar(y, axis=(1, 2))
    y = np.where(observed, y - centre[:, None, None], 0.0)
    draws, (c, d) = len(y), (design.x.shape[1], design.time.shape[1])
    right = (design.x.T @ y @ design.time).reshape(draws, c * d, 1)
    ordinary = np.linalg.solve(information, right)[..., 0]
    y = np.where(observed, y - design.x @ ordinary.reshape(draws, c, d) @ design.time.T, 0.0)
    observations = observed.sum(axis=(1, 2))
    scale = np.sqrt(np.sum(y**2, axis=(1, 2)) / observations)
    likelihood.refuse(scale**2 <= likelihood.NO_RESIDUAL * variance, first, "has no variation around its fixed effects")
    sums = likelihood.summarise(y / scale[:, None, None], observed, design.x, design.time)
    relative, best = likelihood.maximise(sums, restricted, first)

    # Back to the columns and the outcome given.
    x_inverse, time_inverse = np.linalg.inv(design.x_root), np.linalg.inv(design.time_root)
    back = np.kron(x_inverse, time_inverse)
    fixed = (ordinary + scale[:, None] * best.beta) @ back.T
    fixed[:, 0] += centre
    residual = scale**2 * best.residual
    line = time_inverse[:2, :2]
    log_likelihood = -best.deviance / 2 - (observations - restricted * c * d) * np.log(scale)
    return {
        "fixed": fixed,
        "fixed_covariance": residual[:, None, None] * (back @ best.inverse @ back.T),
        "random_covariance": residual[:, None, None] * (line @ relative @ line.T),
        "residual_variance": residual,
        "log_likelihood": log_likelihood + restricted * np.linalg.slogdet(back)[1],
        "singular": np.linalg.eigvalsh(relative)[:, 0] < SINGULAR_SHARE,
        "subjects": observed.any(axis=2).sum(axis=1),
        "observations": observations,
    }


def _determined(observed: Bools, design: _Design, first: int) -> Floats:
    """Return X'X of each data set, shape (draws, p, p); refuse the first that does not determine the model."""
    # The covariance at waves j and k is D11 + (s_j + s_k) D12 + s_j s_k D22, plus the residual variance if j = k.
    together = observed.transpose(0, 2, 1).astype(float) @ observed > 0
    slope, (j, k) = design.time[:, 1], np.triu_indices(len(design.time))
    equations = np.column_stack([np.ones(len(j)), slope[j] + slope[k], slope[j] * slope[k], j == k])
    rank = np.linalg.matrix_rank(equations * together[:, j, k, None], tol=RANK_TOLERANCE)
    problem = "does not determine residual, intercept and slope variance from the waves observed together"
    remedy = "Subjects with three or more waves are needed"
    likelihood.refuse(rank < 4, first, problem, remedy)
    draws, (c, d) = len(observed), (design.x.shape[1], design.time.shape[1])
    xx = (design.x[:, :, None] * design.x[:, None, :]).reshape(-1, c * c)
    tt = (design.time[:, :, None] * design.time[:, None, :]).reshape(-1, d * d)
    information = (xx.T @ observed @ tt).reshape(draws, c, c, d, d).transpose(0, 1, 3, 2, 4)
    information = information.reshape(draws, c * d, c * d)
    eigenvalues = np.linalg.eigvalsh(information)
    deficient = eigenvalues[:, 0] < RANK_TOLERANCE * eigenvalues[:, -1]
    deficient |= observed.sum(axis=(1, 2)) <= c * d
    remedy = "Lower the degree or leave out a covariate: some combination has too few values"
    likelihood.refuse(deficient, first, f"does not determine {c * d} fixed effects", remedy)
    return information


def _finite(values: ArrayLike, name: str) -> Floats:
    array = floats(values, name, problem="not all entries are numbers")
    if not np.isfinite(array).all():
        raise RestatedError("an entry is missing or not finite", field=name)
    return array


def _outcome(y: ArrayLike, design: _Design, index: int = 0) -> Floats:
    y = floats(y, "y", problem=f"data set {index} has entries that are not numbers")
    expected = (len(design.covariates), len(design.time))
    if y.shape != expected:
        problem = f"has shape {y.shape}, but covariates and times ask for {expected}: subjects by waves"
        raise RestatedError(f"data set {index} {problem}", field="y")
    if np.isinf(y).any():
        raise RestatedError(f"data set {index} has an infinite value", field="y", remedy="Write missing values as nan")
    return y


def _with_intercept(covariates: ArrayLike) -> Floats:
    """Covariates as a matrix with a first column of ones."""
    x = _finite(covariates, "covariates")
    if x.ndim == 1:
        x = x[:, None]
    if x.ndim != 2 or not len(x):
        remedy = "Give one row per subject and one column per covariate"
        raise RestatedError(f"covariates of shape {x.shape}", field="covariates", remedy=remedy)
    return np.column_stack([np.ones(len(x)), x])


def _orthogonal(matrix: Floats, field: str, remedy: str) -> tuple[Floats, Floats]:
    """Orthogonal columns with mean square 1 and the triangular root: matrix = columns @ root."""
    singular = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0).clip(min=np.finfo(float).tiny), compute_uv=False)
    if len(matrix) < matrix.shape[1] or singular[-1] < RANK_TOLERANCE * singular[0]:
        raise RestatedError("the columns are collinear", field=field, remedy=remedy)
    columns, root = np.linalg.qr(matrix)
    size = np.sqrt(len(matrix))
    return columns * size, root / size
