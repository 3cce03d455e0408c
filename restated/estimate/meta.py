"""Meta-analysis of independent effects: pooling, meta-regression, leaving out and accumulating.

Defaults where a paper's own choice is unknown: REML, and a t-based prediction interval with k - 2 degrees of freedom.
The interval of the mean is Wald unless Knapp-Hartung is asked for, because published results rest on it; show both.
`i2_q` is (Q - df) / Q; `i2` is tau2 / (tau2 + typical variance): the same only for the DerSimonian-Laird tau2.

References: Higgins & Thompson (2002), Statistics in Medicine 21, 1539-1558 (I^2, H^2, typical variance). Higgins,
Thompson & Spiegelhalter (2009), JRSS A 172, 137-159 (prediction interval). Knapp & Hartung (2003), Statistics in
Medicine 22, 2693-2710. Jackson et al. (2017), Statistics in Medicine 36, 3923-3934 (ad hoc). See `restated.tau2` for
tau2.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from restated import tau2 as between
from restated.arguments import FloatOrArray, Floats, check_level, check_option, floats
from restated.errors import RestatedError
from restated.results import Result

MINIMUM_K_PREDICTION = 3  #: With fewer studies no prediction interval is given: k - 2 degrees of freedom would be zero
#: Effects and variances beyond this, or variances below its inverse, overflow when weights are multiplied.
LARGEST = 1e50
LEAST_SHARE = 1e-10  #: Weights further apart than this leave fewer than six of 16 digits for the light studies
USE_WALD = "Use ci='wald' or ci='adhoc'"
INTERVALS = ("wald", "knapp-hartung", "adhoc")  #: Intervals of the mean
#: Columns of the tables with one row per study.
SUMMARY = ("estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q", "k")


@dataclass(frozen=True)
class MetaBatch:
    """Pooled effects of many data sets, one entry of each array per data set.

    `i2` and `i2_q` are in percent, `tau2` in squared units of the effect.
    """

    estimate: FloatOrArray
    se: FloatOrArray
    ci_low: FloatOrArray
    ci_high: FloatOrArray
    statistic: FloatOrArray  # estimate / se: normal deviate (wald) or t with k - 1 df
    p: FloatOrArray
    tau2: FloatOrArray
    q: FloatOrArray
    i2_q: FloatOrArray
    i2: FloatOrArray
    h2: FloatOrArray
    pi_low: FloatOrArray
    pi_high: FloatOrArray
    k: int
    method: str
    ci_method: str
    level: float
    pi_df: str


@dataclass(frozen=True)
class MetaFit(MetaBatch, Result):
    """A pooled effect: the fields of `MetaBatch` as numbers, and some more."""

    tau2_low: float  # Q-profile; both nan when the interval is empty
    tau2_high: float
    weights: Floats  # in percent

    @property
    def message(self) -> str:
        return f"{self.k} studies pooled by {self.method}, {100 * self.level:g} % intervals ({self.ci_method})"

    def _rows(self) -> list[tuple[str, object, float, float]]:
        return [
            ("estimate", self.estimate, self.ci_low, self.ci_high),
            ("new study", self.estimate, self.pi_low, self.pi_high),
            ("tau2", self.tau2, self.tau2_low, self.tau2_high),
            ("i2", self.i2, np.nan, np.nan),
            ("p", self.p, np.nan, np.nan),
        ]


@dataclass(frozen=True)
class MetaRegression:
    """Meta-regression; arrays have one entry per coefficient, the intercept first."""

    estimate: Floats
    se: Floats
    ci_low: Floats
    ci_high: Floats
    statistic: Floats
    p: Floats
    covariance: Floats
    df: float  # of the tests: inf for wald
    tau2: float


def fit(
    y: ArrayLike, v: ArrayLike, *, method: str = "REML", ci: str = "wald", level: float = 0.95, pi_df: str = "k-2"
) -> MetaFit:
    """Pool independent effects `y` with sampling variances `v`, shape (k,) each.

    `method` ({"REML", "DL", "PM", "ML", "HE", "SJ", "FE"}): estimator of tau2; FE is the common-effect
    (inverse-variance) model, with `i2` and `h2` from Q and without a prediction interval. `ci`: "wald", normal;
    "knapp-hartung", t with k - 1 df and a scale factor that can make it narrower than Wald; "adhoc", the same with a
    factor of at least 1. `level`: coverage of all intervals. `pi_df` ({"k-2", "k-1"}): degrees of freedom of the
    prediction interval estimate +- t sqrt(tau2 + se^2): k - 2 by Higgins et al. (2009), k - 1 in metafor with
    Knapp-Hartung. Raises RestatedError if lengths differ, a value is not finite, a variance is not positive, k < 2 or
    an option is unknown; under Knapp-Hartung also if all effects are the same, which leaves no variance to estimate.
    """
    found = _fit(y, v, method, ci, level, pi_df)
    if np.isnan(found.se):
        raise RestatedError("all effects are the same, so Knapp-Hartung has no standard error", remedy=USE_WALD)
    return found


def _fit(
    y: ArrayLike, v: ArrayLike, method: str = "REML", ci: str = "wald", level: float = 0.95, pi_df: str = "k-2"
) -> MetaFit:
    """`fit`, with nan where Knapp-Hartung has no standard error."""
    y, v = check_effects(y, v)
    batch = fit_batch(y[None, :], v[None, :], method=method, ci=ci, level=level, pi_df=pi_df)
    shared = {field.name: getattr(batch, field.name) for field in fields(batch)}
    shared |= {name: float(value[0]) for name, value in shared.items() if isinstance(value, np.ndarray)}
    X = np.ones((len(y), 1))
    low, high = between.q_profile(y, v, X, level)
    w = 1 / (v + batch.tau2[0])
    return MetaFit(**shared, tau2_low=low, tau2_high=high, weights=100 * w / w.sum())


def fit_batch(
    Y: ArrayLike, V: ArrayLike, *, method: str = "REML", ci: str = "wald", level: float = 0.95, pi_df: str = "k-2"
) -> MetaBatch:
    """Pool each row of `Y`, shape (draws, k): the same results as `fit`, row by row; `V` has shape (draws, k) or (k,).

    Errors as in `fit`; but where all effects of a row are the same, Knapp-Hartung gives nan.
    """
    Y, V = check_effects(Y, V, batch=True)
    check_option("degrees of freedom", pi_df, ("k-2", "k-1"), field="pi_df")
    k = Y.shape[1]
    X = np.ones((k, 1))
    tau2, _, found = _coefficients(Y, V, X, method, ci, level)
    variance = found.pop("covariance")[:, 0, 0]
    pooled = {name: values[:, 0] for name, values in found.items()}
    common = between.weighted(Y, V, X, np.zeros(len(Y)))
    q, total = common.q, common.w.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        i2_q = np.where(q > k - 1, 100 * (q - (k - 1)) / q, 0.0)
    if method == "FE":
        i2, h2 = i2_q, q / (k - 1)
    else:
        typical = (k - 1) / (total - (common.w**2).sum(axis=1) / total)
        i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
    if method == "FE" or k < MINIMUM_K_PREDICTION:
        spread = np.full(len(Y), np.nan)
    else:
        spread = stats.t.ppf((1 + level) / 2, k - int(pi_df[-1])) * np.sqrt(tau2 + variance)
    results: dict[str, Any] = pooled | dict(tau2=tau2, q=q, i2_q=i2_q, i2=i2, h2=h2)
    results |= {"pi_low": pooled["estimate"] - spread, "pi_high": pooled["estimate"] + spread}
    return MetaBatch(**results, k=k, method=method, ci_method=ci, level=level, pi_df=pi_df)


def fit_regression(
    y: ArrayLike, v: ArrayLike, X: ArrayLike, *, method: str = "REML", ci: str = "wald", level: float = 0.95
) -> MetaRegression:
    """Fit a mixed-effects meta-regression (weighted regression for method FE).

    `X`, shape (k,) or (k, m): moderators without the intercept, which is added. Options as in `fit`; Knapp-Hartung uses
    t with k - m - 1 df. Raises RestatedError as `fit`, and if X is of the wrong length, not finite, collinear, or
    leaves no residual df; under Knapp-Hartung also if the moderators predict all effects exactly.
    """
    y, v = check_effects(y, v)
    tau2, df, batch = _coefficients(y[None, :], v[None, :], design_matrix(X, len(y)), method, ci, level)
    found = {name: values[0] for name, values in batch.items()}
    if np.isnan(found["se"]).any():
        problem = "the moderators predict all effects exactly, so Knapp-Hartung has no standard errors"
        raise RestatedError(problem, remedy=USE_WALD)
    return MetaRegression(**found, df=df, tau2=float(tau2[0]))


def _coefficients(
    Y: Floats, V: Floats, X: Floats, method: str, ci: str, level: float
) -> tuple[Floats, float, dict[str, Floats]]:
    """tau2, the degrees of freedom of tests, and the fields of a result that describe coefficients, draws first."""
    check_option("interval", ci, INTERVALS, field="ci")
    check_level(level)
    k, p = X.shape
    tau2 = between.estimate(Y, V, X, method)
    model = between.weighted(Y, V, X, tau2)
    estimate, covariance, df = model.beta, model.covariance, np.inf
    if ci != "wald":
        scale, df = model.q / (k - p), float(k - p)
        if ci == "adhoc":
            scale = np.maximum(scale, 1.0)
        else:  # effects without any spread leave no variance to scale with
            exact = model.q <= between.ROUNDOFF**2 * (model.w * Y**2).sum(axis=1)
            scale = np.where(exact, np.nan, scale)
        covariance = covariance * scale[:, None, None]
    se = np.sqrt(np.einsum("bii->bi", covariance))
    statistic = estimate / se
    margin = stats.t.ppf((1 + level) / 2, df) * se
    ends = {"ci_low": estimate - margin, "ci_high": estimate + margin}
    tests = {"statistic": statistic, "p": 2 * stats.t.sf(np.abs(statistic), df)}
    return tau2, df, {"estimate": estimate, "se": se, "covariance": covariance, **ends, **tests}


def leave_one_out(
    y: ArrayLike, v: ArrayLike, *, labels: Sequence[object] | None = None, **options: Any
) -> pd.DataFrame:
    """Pool again without each study in turn: one row per left-out study, with the columns `SUMMARY`.

    Needs k >= 3. `labels`: index of the result. `**options`: as in `fit`, with the same errors; but where the rest of
    the effects are the same, Knapp-Hartung gives nan.
    """
    y, v = check_effects(y, v)
    if len(y) < 3:
        raise RestatedError("leaving one out needs at least three studies", field="y")
    return _summary([_row(_fit(np.delete(y, i), np.delete(v, i), **options)) for i in range(len(y))], labels)


def cumulative(
    y: ArrayLike,
    v: ArrayLike,
    order: ArrayLike | None = None,
    *,
    labels: Sequence[object] | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Pool the first study, the first two, and so on, in the given order: a row each, with the columns `SUMMARY`.

    The first row is that study alone, with tau2 = 0 and (unless Wald, as the others need two) no interval. `order`,
    shape (k,): sort key, by default the order of `y`; ties keep it. `labels`: index of the result. `**options`: as in
    `fit`, with the same errors; but where the effects so far are the same, Knapp-Hartung gives nan.
    """
    y, v = check_effects(y, v)
    key = np.arange(len(y)) if order is None else np.asarray(order)
    if key.shape != y.shape:
        raise RestatedError(f"{len(y)} effects but {key.size} sort keys", field="order")
    check_labels(key, "order", "sort key")
    if key.dtype.kind in "OU" and all(re.fullmatch(r"\s*\d+\s*", str(k)) for k in key):
        key = key.astype(int)  # years as text
    labels = _checked_labels(labels, len(y))
    try:
        sequence = np.argsort(key, kind="stable")
    except TypeError:
        raise RestatedError("the sort keys cannot be compared with each other", field="order") from None
    y, v = y[sequence], v[sequence]
    pooled = [_fit(y[:size], v[:size], **options) for size in range(2, len(y) + 1)]
    se = np.sqrt(v[0]) if pooled[0].ci_method == "wald" else np.nan
    margin = stats.norm.ppf((1 + pooled[0].level) / 2) * se
    alone = [y[0], se, y[0] - margin, y[0] + margin, 2 * stats.norm.sf(abs(y[0] / se)), 0.0, 0.0, 0.0, 1]
    return _summary([alone, *map(_row, pooled)], None if labels is None else [labels[i] for i in sequence])


def _row(found: MetaFit) -> list[Any]:
    return [getattr(found, column) for column in SUMMARY]


def _summary(rows: Sequence[Sequence[Any]], labels: Sequence[object] | None) -> pd.DataFrame:
    labels = _checked_labels(labels, len(rows))
    return pd.DataFrame(rows, columns=SUMMARY, index=None if labels is None else pd.Index(list(labels), name="study"))


def _checked_labels(labels: Sequence[object] | None, k: int) -> Sequence[object] | None:
    if labels is not None and len(labels) != k:
        raise RestatedError(f"{k} studies but {len(labels)} labels", field="labels")
    return labels


def check_labels(labels: ArrayLike, field: str, what: str) -> None:
    """Raise a RestatedError, in `field`, for the first study whose label, a `what`, is missing or blank."""
    missing = [bool(pd.isna(label)) or not str(label).strip() for label in np.asarray(labels).ravel()]
    if any(missing):
        problem, remedy = f"study {missing.index(True) + 1} has no {what}", "Give it, or leave the study out"
        raise RestatedError(problem, field=field, remedy=remedy)


def check_effects(y: ArrayLike, v: ArrayLike, *, batch: bool = False) -> tuple[Floats, Floats]:
    """Return `y` and `v` as float arrays of one shape, or raise a RestatedError."""
    y, v = floats(y, "y"), floats(v, "v")
    if y.ndim != (2 if batch else 1):
        shape = "(draws, k)" if batch else "(k,)"
        raise RestatedError(f"effects have shape {y.shape}", field="y", remedy=f"Give an array of shape {shape}")
    if v.shape != y.shape and not (batch and v.shape == y.shape[1:]):
        problem = f"effects have shape {y.shape} but variances {v.shape}"
        raise RestatedError(problem, field="v", remedy="Give one variance for each effect")
    if y.shape[-1] < 2:
        raise RestatedError("pooling needs at least two studies", field="y")
    missing, remedy = "a value that is missing or not finite", "Leave the study out, and report that"
    units = "Check the value and its unit"
    light = v < LEAST_SHARE * v.max(axis=-1, keepdims=True)
    rounding = (between.ROUNDOFF * np.clip(np.nan_to_num(y), -LARGEST, LARGEST)) ** 2
    for field, bad, problem, advice in (
        ("y", ~np.isfinite(y), missing, remedy),
        ("v", ~np.isfinite(v), missing, remedy),
        ("v", v <= 0, "a sampling variance that is not positive", None),
        ("y", np.abs(y) > LARGEST, f"an effect beyond {LARGEST:g}", units),
        ("v", (v > LARGEST) | (v < 1 / LARGEST), f"a variance outside {1 / LARGEST:g} to {LARGEST:g}", units),
        ("v", light, f"a variance below {LEAST_SHARE:g} of the largest", units),
        ("v", v < rounding, "a standard error within the rounding error of the effects", units),
    ):
        if bad.any():
            raise RestatedError(f"study {np.argwhere(bad)[0][-1] + 1} has {problem}", field=field, remedy=advice)
    return y, np.broadcast_to(v, y.shape)


def design_matrix(X: ArrayLike, k: int) -> Floats:
    """Return the design matrix, intercept first."""
    moderators = floats(X, "X")
    if moderators.ndim == 1:
        moderators = moderators[:, None]
    if moderators.ndim != 2 or len(moderators) != k:
        raise RestatedError(f"{k} effects but moderators of shape {moderators.shape}", field="X")
    if not np.isfinite(moderators).all():
        raise RestatedError("a moderator is missing or not finite", field="X", remedy="Leave the study out")
    if (np.ptp(moderators, axis=0) == 0).any():
        remedy = "Leave the constant column out: the intercept is added"
        raise RestatedError("a moderator is the same for all studies", field="X", remedy=remedy)
    design = np.column_stack([np.ones(k), moderators])
    if design.shape[1] >= k:
        raise RestatedError(f"{k} studies cannot carry {design.shape[1]} coefficients", field="X")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise RestatedError("the moderators are collinear", field="X", remedy="Leave one out")
    return design
