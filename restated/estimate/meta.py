"""Meta-analysis of independent effects: pooling, meta-regression, and checks for small-study effects.

Defaults follow the current recommendation for primary results where the paper's own choice is unknown:
REML, and a t-based prediction interval with k - 2 degrees of freedom. The interval of the mean is Wald
unless Knapp-Hartung is asked for, because published results rest on it; show both.

Two definitions of I^2 are in use. `i2_q` is (Q - df) / Q; `i2` is tau2 / (tau2 + typical variance). They
coincide when tau2 is the DerSimonian-Laird estimate and part for every other estimator.

References
----------
Higgins, J. P. T., & Thompson, S. G. (2002). Statistics in Medicine, 21, 1539-1558 (I^2, H^2).
Higgins, J. P. T., Thompson, S. G., & Spiegelhalter, D. J. (2009). JRSS A, 172, 137-159 (prediction interval).
Knapp, G., & Hartung, J. (2003). Statistics in Medicine, 22, 2693-2710.
Egger, M., et al. (1997). BMJ, 315, 629-634. Sterne, J. A. C., & Egger, M. (2005) (regression tests).
Duval, S., & Tweedie, R. (2000). Biometrics, 56, 455-463 (trim and fill).
Estimators of tau2: see `restated.estimate.tau2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import tau2 as between

#: With fewer studies no prediction interval is given: k - 2 degrees of freedom would be zero.
MINIMUM_K_PREDICTION = 3
#: Trim and fill settles within a few rounds; k0 can cycle between two values, which is reported.
MAX_TRIM_ROUNDS = 100


@dataclass(frozen=True)
class MetaFit:
    """A pooled effect. `i2`, `i2_q`, `weights` in percent; `tau2` in squared units of the effect."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float  # estimate / se: normal deviate (wald) or t with k - 1 df (knapp-hartung)
    p: float
    tau2: float
    tau2_se: float
    tau2_low: float  # Q-profile; both nan when the interval is empty
    tau2_high: float
    q: float
    q_df: int
    q_p: float
    i2_q: float
    i2: float
    h2: float
    pi_low: float
    pi_high: float
    weights: np.ndarray
    k: int
    method: str
    ci_method: str
    level: float
    pi_df: str


@dataclass(frozen=True)
class MetaBatch:
    """Pooled effects of many data sets; each field is an array of shape (draws,), named as in `MetaFit`."""

    estimate: np.ndarray
    se: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    statistic: np.ndarray
    p: np.ndarray
    tau2: np.ndarray
    q: np.ndarray
    i2_q: np.ndarray
    i2: np.ndarray
    h2: np.ndarray
    pi_low: np.ndarray
    pi_high: np.ndarray
    k: int
    method: str
    ci_method: str
    level: float
    pi_df: str


@dataclass(frozen=True)
class MetaRegression:
    """Meta-regression; arrays have one entry per coefficient, the intercept first."""

    names: tuple[str, ...]
    estimate: np.ndarray
    se: np.ndarray
    ci_low: np.ndarray
    ci_high: np.ndarray
    statistic: np.ndarray
    p: np.ndarray
    covariance: np.ndarray
    tau2: float
    tau2_se: float
    i2: float
    qm: float  # joint test of all moderators: chi-squared (wald) or F (knapp-hartung)
    qm_df: int
    qm_df_residual: float  # inf for wald
    qm_p: float
    qe: float  # residual heterogeneity
    qe_df: int
    qe_p: float
    k: int
    method: str
    ci_method: str
    level: float

    @property
    def table(self) -> pd.DataFrame:
        """Coefficients as a table, one row per name."""
        columns = ("estimate", "se", "statistic", "p", "ci_low", "ci_high")
        values = {name: getattr(self, name) for name in columns}
        return pd.DataFrame(values, index=pd.Index(self.names, name="coefficient"))


@dataclass(frozen=True)
class EggerTest:
    """Regression test for funnel-plot asymmetry; `limit` is the effect predicted at a standard error of 0."""

    model: str
    slope: float
    slope_se: float
    statistic: float
    df: float  # inf for a normal reference distribution
    p: float
    limit: float
    limit_low: float
    limit_high: float
    level: float


@dataclass(frozen=True)
class TrimAndFill:
    """Trim-and-fill result: `fit` is the model on the observed and the `k0` filled-in effects."""

    k0: int
    k0_se: float  # nan where its large-sample approximation fails
    k0_p: float  # R0's test of no missing study; nan for L0
    side: str
    estimator: str
    filled_y: np.ndarray
    filled_v: np.ndarray
    fit: MetaFit


def fit(y, v, *, method: str = "REML", ci: str = "wald", level: float = 0.95, pi_df: str = "k-2") -> MetaFit:
    """Pool independent effects.

    Parameters
    ----------
    y, v : array_like, shape (k,)
        Effects and their sampling variances.
    method : {"REML", "DL", "PM", "ML", "HE", "SJ", "FE"}
        Estimator of tau2; FE is the common-effect (inverse-variance) model.
    ci : {"wald", "knapp-hartung"}
        Interval of the mean: normal, or t with k - 1 df and the Knapp-Hartung scale factor (not truncated
        at 1, so it can be narrower than Wald).
    level : float
        Coverage of all intervals.
    pi_df : {"k-2", "k-1"}
        Degrees of freedom of the prediction interval estimate +- t sqrt(tau2 + se^2). k - 2 is Higgins et
        al. (2009); metafor uses k - 1 with Knapp-Hartung and a normal deviate otherwise.

    Returns
    -------
    MetaFit
        For FE, `i2` and `h2` are those from Q and the prediction interval is nan.

    Raises
    ------
    RestatedError
        If lengths differ, a value is not finite, a variance is not positive, k < 2 or an option is unknown.
    """
    y, v = _checked(y, v)
    batch = fit_batch(y[None, :], v[None, :], method=method, ci=ci, level=level, pi_df=pi_df)
    X = np.ones((len(y), 1))
    tau2 = batch.tau2
    low, high = between.q_profile(y, v, X, level)
    w = 1 / (v + tau2[0])
    shared = {name: float(getattr(batch, name)[0]) for name in
              ("estimate", "se", "ci_low", "ci_high", "statistic", "p", "tau2", "q", "i2_q", "i2", "h2",
               "pi_low", "pi_high")}
    return MetaFit(
        **shared,
        tau2_se=float(between.standard_error(y[None, :], v[None, :], X, tau2, method)[0]),
        tau2_low=low, tau2_high=high,
        q_df=len(y) - 1, q_p=float(stats.chi2.sf(shared["q"], len(y) - 1)),
        weights=100 * w / w.sum(), k=len(y), method=method, ci_method=ci, level=level, pi_df=pi_df,
    )


def fit_batch(Y, V, *, method: str = "REML", ci: str = "wald", level: float = 0.95,
              pi_df: str = "k-2") -> MetaBatch:
    """Pool each row of `Y`: the same results as `fit`, row by row, for an ensemble of data sets.

    Parameters
    ----------
    Y : array_like, shape (draws, k)
    V : array_like, shape (draws, k) or (k,)
    method, ci, level, pi_df
        As in `fit`.

    Returns
    -------
    MetaBatch

    Raises
    ------
    RestatedError
        As `fit`.
    """
    Y, V = _checked(Y, V, batch=True)
    _check_options(ci, level, pi_df)
    draws, k = Y.shape
    X = np.ones((k, 1))
    tau2 = between.estimate(Y, V, X, method)
    model = between.weighted(Y, V, X, tau2)
    mean, variance = model.beta[:, 0], model.covariance[:, 0, 0]
    if ci == "knapp-hartung":
        variance = variance * model.q / (k - 1)
        df = k - 1
    else:
        df = np.inf
    se = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):  # identical effects: Knapp-Hartung se = 0
        statistic = mean / se
    margin = stats.t.ppf((1 + level) / 2, df) * se
    q, typical = _heterogeneity(Y, V)
    with np.errstate(divide="ignore", invalid="ignore"):
        i2_q = np.where(q > k - 1, 100 * (q - (k - 1)) / q, 0.0)
    if method == "FE":
        i2, h2 = i2_q, q / (k - 1)
    else:
        i2, h2 = 100 * tau2 / (tau2 + typical), tau2 / typical + 1
    if method == "FE" or k < MINIMUM_K_PREDICTION:
        spread = np.full(draws, np.nan)
    else:
        spread = stats.t.ppf((1 + level) / 2, k - 2 if pi_df == "k-2" else k - 1) * np.sqrt(tau2 + variance)
    return MetaBatch(
        estimate=mean, se=se, ci_low=mean - margin, ci_high=mean + margin, statistic=statistic,
        p=2 * stats.t.sf(np.abs(statistic), df), tau2=tau2, q=q, i2_q=i2_q, i2=i2, h2=h2,
        pi_low=mean - spread, pi_high=mean + spread,
        k=k, method=method, ci_method=ci, level=level, pi_df=pi_df,
    )


def fit_regression(y, v, X, *, names: Sequence[str] | None = None, method: str = "REML", ci: str = "wald",
                   level: float = 0.95) -> MetaRegression:
    """Mixed-effects meta-regression (weighted regression for method FE).

    Parameters
    ----------
    y, v : array_like, shape (k,)
    X : array_like, shape (k,) or (k, m)
        Moderators without the intercept, which is added.
    names : sequence of str, optional
        Names of the moderators; default the columns of a DataFrame, else x1, x2, ...
    method, ci, level
        As in `fit`; Knapp-Hartung uses t and F with k - m - 1 df.

    Returns
    -------
    MetaRegression

    Raises
    ------
    RestatedError
        As `fit`, and if X is of the wrong length, not finite, collinear, or leaves no residual df.
    """
    y, v = _checked(y, v)
    _check_options(ci, level, "k-2")
    if names is None and isinstance(X, pd.DataFrame):
        names = [str(name) for name in X.columns]
    design, names = _design(X, len(y), names)
    k, p = design.shape
    Y, V = y[None, :], v[None, :]
    tau2 = between.estimate(Y, V, design, method)
    model = between.weighted(Y, V, design, tau2)
    beta, covariance, df = model.beta[0], model.covariance[0], k - p
    if ci == "knapp-hartung":
        covariance = covariance * model.q[0] / df
        test_df = float(df)
    else:
        test_df = np.inf
    se = np.sqrt(np.diag(covariance))
    margin = stats.t.ppf((1 + level) / 2, test_df) * se
    wald = float(beta[1:] @ np.linalg.solve(covariance[1:, 1:], beta[1:]))
    if ci == "knapp-hartung":
        qm, qm_p = wald / (p - 1), stats.f.sf(wald / (p - 1), p - 1, df)
    else:
        qm, qm_p = wald, stats.chi2.sf(wald, p - 1)
    common = between.weighted(Y, V, design, np.zeros(1))
    qe = float(common.q[0])
    typical = df / between.traces(common, design)[0][0]
    i2 = 100 * max(0.0, (qe - df) / qe) if method == "FE" else 100 * tau2[0] / (tau2[0] + typical)
    return MetaRegression(
        names=names, estimate=beta, se=se, ci_low=beta - margin, ci_high=beta + margin, statistic=beta / se,
        p=2 * stats.t.sf(np.abs(beta / se), test_df), covariance=covariance, tau2=float(tau2[0]),
        tau2_se=float(between.standard_error(Y, V, design, tau2, method)[0]), i2=float(i2),
        qm=qm, qm_df=p - 1, qm_df_residual=test_df, qm_p=float(qm_p),
        qe=qe, qe_df=df, qe_p=float(stats.chi2.sf(qe, df)), k=k, method=method, ci_method=ci, level=level,
    )


def leave_one_out(y, v, *, labels: Sequence | None = None, **options) -> pd.DataFrame:
    """Pool again without each study in turn.

    Parameters
    ----------
    y, v : array_like, shape (k,), k >= 3
    labels : sequence, optional
        Index of the result; default 0, 1, ...
    **options
        As in `fit`.

    Returns
    -------
    DataFrame
        One row per left-out study: estimate, se, ci_low, ci_high, p, tau2, i2, q, k.

    Raises
    ------
    RestatedError
        As `fit`, and if k < 3.
    """
    y, v = _checked(y, v)
    if len(y) < 3:
        raise RestatedError("leaving one out needs at least three studies", field="y")
    rows = [fit(np.delete(y, i), np.delete(v, i), **options) for i in range(len(y))]
    return _summary(rows, labels)


def cumulative(y, v, order=None, *, labels: Sequence | None = None, **options) -> pd.DataFrame:
    """Pool the first study, the first two, and so on, in the given order.

    Parameters
    ----------
    y, v : array_like, shape (k,)
    order : array_like, shape (k,), optional
        Sort key, for example the year; ties keep their given order. Default: the order of `y`.
    labels : sequence, optional
        Labels of the studies in their given order; the index of the result.
    **options
        As in `fit`.

    Returns
    -------
    DataFrame
        Columns as `leave_one_out`; row j holds the result after the j-th study. The first row is that study
        alone, with tau2 = 0 and (under Knapp-Hartung, which needs two) no interval.

    Raises
    ------
    RestatedError
        As `fit`, and if `order` has another length.
    """
    y, v = _checked(y, v)
    key = np.arange(len(y)) if order is None else np.asarray(order)
    if key.shape != y.shape:
        raise RestatedError(f"{len(y)} effects but {key.size} sort keys", field="order")
    sequence = np.argsort(key, kind="stable")
    rows = [_single(y[sequence[0]], v[sequence[0]], **options)]
    rows += [fit(y[sequence[:size]], v[sequence[:size]], **options) for size in range(2, len(y) + 1)]
    return _summary(rows, None if labels is None else [labels[i] for i in sequence])


def egger(y, v, *, model: str = "mixed", method: str = "REML", ci: str = "wald",
          level: float = 0.95) -> EggerTest:
    """Regression test for funnel-plot asymmetry, with the standard error as predictor.

    Parameters
    ----------
    y, v : array_like, shape (k,), k >= 3
    model : {"mixed", "classical"}
        mixed: mixed-effects meta-regression on sqrt(v) (Sterne & Egger 2005), with `method` and `ci`.
        classical: least squares with weights 1 / v and an estimated dispersion, t with k - 2 df: the test of
        Egger et al. (1997), in which the intercept of y / se on 1 / se is this slope.
    level : float
        Coverage of the limit estimate's interval.

    Returns
    -------
    EggerTest

    Raises
    ------
    RestatedError
        As `fit`, if k < 3, or if all standard errors are equal (the slope is then not defined).
    """
    y, v = _checked(y, v)
    if model not in ("mixed", "classical"):
        raise RestatedError(f"unknown regression test {model!r}", remedy="Use 'mixed' or 'classical'")
    if np.ptp(v) == 0:
        raise RestatedError("the standard errors are all equal, there is no slope to test", field="v")
    if model == "classical":  # Knapp-Hartung at tau2 = 0 is exactly the estimated dispersion
        method, ci = "FE", "knapp-hartung"
    result = fit_regression(y, v, np.sqrt(v), names=["se"], method=method, ci=ci, level=level)
    return EggerTest(
        model=model, slope=float(result.estimate[1]), slope_se=float(result.se[1]),
        statistic=float(result.statistic[1]), df=result.qm_df_residual, p=float(result.p[1]),
        limit=float(result.estimate[0]), limit_low=float(result.ci_low[0]),
        limit_high=float(result.ci_high[0]), level=level,
    )


def trim_and_fill(y, v, *, side: str | None = None, estimator: str = "L0", method: str = "REML",
                  ci: str = "wald", level: float = 0.95, pi_df: str = "k-2") -> TrimAndFill:
    """Trim and fill (Duval & Tweedie 2000).

    Parameters
    ----------
    y, v : array_like, shape (k,)
    side : {"left", "right"}, optional
        Where studies are assumed to be missing. Default: the side opposite to the slope of the regression
        on the standard error (left if small studies have larger effects).
    estimator : {"L0", "R0"}
        L0 rests on the Wilcoxon rank sum, R0 on the length of the rightmost run.
    method, ci, level, pi_df
        As in `fit`; the model is used while trimming as well as for the final fit.

    Returns
    -------
    TrimAndFill

    Raises
    ------
    RestatedError
        As `fit`; if an option is unknown; if trimming does not settle or leaves fewer than two studies.
    """
    y, v = _checked(y, v)
    if estimator not in ("L0", "R0"):
        raise RestatedError(f"unknown trim-and-fill estimator {estimator!r}", remedy="Use 'L0' or 'R0'")
    if side not in (None, "left", "right"):
        raise RestatedError(f"unknown side {side!r}", remedy="Use 'left' or 'right'")
    if side is None:
        side = "right" if fit_regression(y, v, np.sqrt(v), method=method).estimate[1] < 0 else "left"
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * y, kind="stable")
    flipped, variance = sign * y[order], v[order]
    k, k0 = len(y), 0
    for _ in range(MAX_TRIM_ROUNDS):
        if k - k0 < 2:
            raise RestatedError("trim and fill would trim all but one study",
                                remedy="Do not use it on these data")
        centre = fit(flipped[: k - k0], variance[: k - k0], method=method).estimate
        deviation = flipped - centre
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(deviation), kind="stable")] = np.arange(1, k + 1)
        before, raw = k0, _missing(ranks, deviation, estimator)
        k0 = max(0, int(np.round(raw)))  # halves go to the even number
        if k0 == before:
            break
    else:
        raise RestatedError("trim and fill did not settle on a number of studies", field="estimator",
                            remedy="Try the other estimator")
    filled_y = sign * (2 * centre - flipped[k - k0:])
    filled_v = variance[k - k0:]
    if estimator == "L0":  # from the variance of the rank sum
        rank_variance = (k * (k + 1) * (2 * k + 1) + 10 * raw**3 + 27 * raw**2 + 17 * raw
                         - 18 * k * raw**2 - 18 * k * raw + 6 * k**2 * raw) / 24
        # The approximation fails, with a negative variance, where far fewer than half lie on the full side.
        k0_se = 4 * np.sqrt(rank_variance) / (2 * k - 1) if rank_variance >= 0 else np.nan
    else:
        k0_se = np.sqrt(2 * k0 + 2)
    return TrimAndFill(
        k0=k0, k0_se=float(k0_se), k0_p=0.5 ** (k0 + 1) if estimator == "R0" else np.nan,
        side=side, estimator=estimator,
        filled_y=filled_y, filled_v=filled_v,
        fit=fit(np.append(y, filled_y), np.append(v, filled_v),
                method=method, ci=ci, level=level, pi_df=pi_df),
    )


def estimator_matrix(y, v, *, methods: Sequence[str] = ("DL", "PM", "REML"),
                     cis: Sequence[str] = ("wald", "knapp-hartung"), level: float = 0.95,
                     pi_df: str = "k-2") -> pd.DataFrame:
    """The same data under each combination of tau2 estimator and interval method.

    Parameters
    ----------
    y, v : array_like, shape (k,)
    methods, cis : sequence of str
        As in `fit`.

    Returns
    -------
    DataFrame
        Indexed by (method, ci): estimate, se, ci_low, ci_high, p, tau2, i2_q, i2, pi_low, pi_high.
    """
    columns = ["estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2_q", "i2", "pi_low", "pi_high"]
    keys = [(method, ci) for method in methods for ci in cis]
    rows = []
    for method, ci in keys:
        result = fit(y, v, method=method, ci=ci, level=level, pi_df=pi_df)
        rows.append([getattr(result, column) for column in columns])
    return pd.DataFrame(rows, columns=columns, index=pd.MultiIndex.from_tuples(keys, names=["method", "ci"]))


def _missing(ranks: np.ndarray, deviation: np.ndarray, estimator: str) -> float:
    """Estimated number of missing studies from signed ranks, before rounding; may be negative."""
    k = len(ranks)
    if estimator == "L0":
        return (4 * ranks[deviation > 0].sum() - k * (k + 1)) / (2 * k - 1)
    return k - ranks[deviation < 0].max(initial=0) - 1


def _heterogeneity(Y: np.ndarray, V: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cochran's Q and the typical sampling variance (k - 1) / tr(P) of Higgins & Thompson (2002)."""
    k = Y.shape[1]
    common = between.weighted(Y, V, np.ones((k, 1)), np.zeros(len(Y)))
    total = common.w.sum(axis=1)
    return common.q, (k - 1) / (total - (common.w**2).sum(axis=1) / total)


def _single(y: float, v: float, *, method: str = "REML", ci: str = "wald", level: float = 0.95,
            pi_df: str = "k-2") -> MetaFit:
    """One study alone, for the first row of a cumulative analysis."""
    _check_options(ci, level, pi_df)
    se = float(np.sqrt(v)) if ci == "wald" else np.nan
    margin = stats.norm.ppf((1 + level) / 2) * se
    return MetaFit(
        estimate=float(y), se=se, ci_low=y - margin, ci_high=y + margin, statistic=y / se,
        p=float(2 * stats.norm.sf(abs(y / se))), tau2=0.0, tau2_se=np.nan, tau2_low=np.nan, tau2_high=np.nan,
        q=0.0, q_df=0, q_p=1.0, i2_q=0.0, i2=0.0, h2=1.0, pi_low=np.nan, pi_high=np.nan,
        weights=np.array([100.0]), k=1, method=method, ci_method=ci, level=level, pi_df=pi_df,
    )


def _summary(rows: Sequence[MetaFit], labels: Sequence | None) -> pd.DataFrame:
    columns = ["estimate", "se", "ci_low", "ci_high", "p", "tau2", "i2", "q", "k"]
    if labels is not None and len(labels) != len(rows):
        raise RestatedError(f"{len(rows)} studies but {len(labels)} labels", field="labels")
    table = pd.DataFrame([[getattr(row, column) for column in columns] for row in rows], columns=columns)
    return table if labels is None else table.set_index(pd.Index(list(labels), name="study"))


def _checked(y, v, *, batch: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """`y` and `v` as float arrays of one shape, or a RestatedError."""
    y, v = _floats(y, "y"), _floats(v, "v")
    if y.ndim != (2 if batch else 1):
        shape = "(draws, k)" if batch else "(k,)"
        raise RestatedError(f"effects have shape {y.shape}", field="y",
                            remedy=f"Give an array of shape {shape}")
    if v.shape != y.shape and not (batch and v.shape == y.shape[1:]):
        raise RestatedError(f"effects have shape {y.shape} but variances {v.shape}", field="v",
                            remedy="Give one variance for each effect")
    if y.shape[-1] < 2:
        raise RestatedError("pooling needs at least two studies", field="y")
    for name, values in (("y", y), ("v", v)):
        if not np.isfinite(values).all():
            place = int(np.argwhere(~np.isfinite(values))[0][-1])
            raise RestatedError(f"study {place + 1} has a value that is missing or not finite", field=name,
                                remedy="Leave the study out, and say so")
    if (v <= 0).any():
        place = int(np.argwhere(v <= 0)[0][-1])
        raise RestatedError(f"study {place + 1} has a sampling variance that is not positive", field="v")
    return y, np.broadcast_to(v, y.shape)


def _floats(values, field: str) -> np.ndarray:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise RestatedError("values are not numbers", field=field) from None


def _check_options(ci: str, level: float, pi_df: str) -> None:
    if ci not in ("wald", "knapp-hartung"):
        raise RestatedError(f"unknown interval {ci!r}", field="ci", remedy="Use 'wald' or 'knapp-hartung'")
    if pi_df not in ("k-2", "k-1"):
        raise RestatedError(f"unknown degrees of freedom {pi_df!r}", field="pi_df",
                            remedy="Use 'k-2' or 'k-1'")
    if not 0 < level < 1:
        raise RestatedError(f"coverage {level} is not between 0 and 1", field="level")


def _design(X, k: int, names: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Design matrix with the intercept first, checked, and its column names."""
    moderators = _floats(X, "X")
    if moderators.ndim == 1:
        moderators = moderators[:, None]
    if moderators.ndim != 2 or len(moderators) != k:
        raise RestatedError(f"{k} effects but moderators of shape {moderators.shape}", field="X")
    if not np.isfinite(moderators).all():
        raise RestatedError("a moderator is missing or not finite", field="X", remedy="Leave the study out")
    names = [f"x{i + 1}" for i in range(moderators.shape[1])] if names is None else list(names)
    if len(names) != moderators.shape[1]:
        raise RestatedError(f"{moderators.shape[1]} moderators but {len(names)} names", field="names")
    if (np.ptp(moderators, axis=0) == 0).any():
        raise RestatedError("a moderator is the same for all studies", field="X",
                            remedy="Leave the constant column out: the intercept is added")
    design = np.column_stack([np.ones(k), moderators])
    if design.shape[1] >= k:
        raise RestatedError(f"{k} studies cannot carry {design.shape[1]} coefficients", field="X")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise RestatedError("the moderators are collinear", field="X", remedy="Leave one out")
    return design, ("intercept", *names)
