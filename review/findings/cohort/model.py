"""Results of a fitted growth model: expected trajectories, contrasts, and checks of variances and residuals."""

import numpy as np
import pandas as pd
from scipy import stats

from restated.estimate import growth
from review.findings.cohort import effects, statements
from review.findings.cohort.design import CELLS, TIMES, Design, covariates, illustrative

PERCENTILES = np.arange(
    1, 100
)  #: Percentiles at which standardised residuals are compared with the normal distribution


def fit(children: pd.DataFrame, y: np.ndarray, times: np.ndarray, *, high_risk: float, statsmodels: bool = False):
    """Fit the full model, attachment x sex x risk x time with random intercept and slope, by REML.

    `children` (pandas.DataFrame): ``attachment, sex, risk``, one row per child; `y` has their ratings by wave, nan
    where missing. `high_risk`: share at high risk by which the groups are centred. `statsmodels`: use the reference
    route through MixedLM, which gives a GrowthFit, instead of the fast one (GrowthBatch).
    """
    x = covariates(children["attachment"], children["sex"], children["risk"], high_risk=high_risk)
    return growth.fit(y, times, x) if statsmodels else growth.fit_batch([y], times, x)


def trajectories(fixed: np.ndarray, covariance: np.ndarray, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the expected ratings of the sixteen cells over time, with 95 % intervals; `cells` as in `Design`."""
    x = np.column_stack([np.ones(len(CELLS)), cells])
    rows = [
        (*cell, float(t), *wald(fixed, covariance, np.kron(row, [1.0, t])))
        for cell, row in zip(CELLS, x, strict=True)
        for t in TIMES
    ]
    return pd.DataFrame(rows, columns=["attachment", "sex", "risk", "time", "estimate", "low", "high"])


def wald(fixed: np.ndarray, covariance: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    """Return a weighted sum of coefficients with its 95 % Wald interval: estimate, lower, upper."""
    estimate = float(weights @ fixed)
    half = statements.CRITICAL * float(np.sqrt(weights @ covariance @ weights))
    return estimate, estimate - half, estimate + half


def contrast_weights(cells: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the quantities of the abstract's statements as weights of the coefficients, each of shape (32,)."""
    unit = dict(zip(statements.term_names(), np.eye(len(statements.term_names())), strict=True))
    found = {f"level, {name} above secure": unit[name] for name in statements.INSECURE}
    found |= {f"change, {order}": unit[term] for order, term in statements.BY_ORDER.items()}
    return found | {"change of " + statements.cell_name(): statements.cell_row(cells)}


def checks(
    children: pd.DataFrame, y: np.ndarray, times: np.ndarray, found: growth.GrowthBatch, *, high_risk: float
) -> dict[str, pd.DataFrame]:
    """Compare variances, correlations and residuals with those the model implies.

    ``spread`` holds the SD of residuals around the expected ratings by wave, ``correlation`` their correlation by lag,
    ``residuals`` percentiles of residuals standardised and decorrelated by the implied covariance of each child.
    """
    x = covariates(children["attachment"], children["sex"], children["risk"], high_risk=high_risk)
    lines = np.column_stack([np.ones(len(x)), x]) @ found.fixed[0].reshape(-1, 2)
    powers = np.vander(times, 2, increasing=True)
    residuals = y - lines @ powers.T
    implied = powers @ found.random_covariance[0] @ powers.T + found.residual_variance[0] * np.eye(len(times))
    sds = np.sqrt(np.diag(implied))
    spread = pd.DataFrame(
        {"wave": np.arange(len(times)), "observed": np.sqrt(np.nanmean(residuals**2, axis=0)), "implied": sds}
    )
    observed = pd.DataFrame(residuals).corr().to_numpy()
    expected = implied / np.outer(sds, sds)
    lags = range(1, len(times))
    rows = [(k, np.diagonal(observed, k).mean(), np.diagonal(expected, k).mean()) for k in lags]
    correlation = pd.DataFrame(rows, columns=["lag", "observed", "implied"])
    whitened = []
    seen = np.isfinite(residuals)
    for pattern in np.unique(seen, axis=0):
        if pattern.any():
            rows = residuals[(seen == pattern).all(axis=1)][:, pattern]
            whitened.append(np.linalg.solve(np.linalg.cholesky(implied[np.ix_(pattern, pattern)]), rows.T).ravel())
    at = np.percentile(np.concatenate(whitened), PERCENTILES)
    percentiles = pd.DataFrame({"normal": stats.norm.ppf(PERCENTILES / 100), "observed": at})
    return {"spread": spread, "correlation": correlation, "residuals": percentiles}


def illustration(
    register, scenario: effects.Effects, design: Design, *, seed: int
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return the illustrative cohort under one set of true effects: children, complete ratings, ratings made."""
    children, deviations, seen = illustrative(design, seed=seed)
    values = design.middle()
    lines = effects.cell_lines(
        scenario, effects.shares(register), trend=values["trend"], boys=values["level_boys"], risk=values["level_risk"]
    )[children["cell"]]
    complete = deviations + lines[:, :1] + lines[:, 1:] * TIMES
    return children, complete, np.where(seen, complete, np.nan)


def routes(
    children: pd.DataFrame, complete: np.ndarray, made: np.ndarray, truth: np.ndarray, design: Design
) -> pd.DataFrame:
    """Return the same terms by four routes: true value, all ratings, maximum likelihood on those made, complete cases.

    Estimates and standard errors; `children, complete, made` are from :func:`illustration`, `truth` holds the true
    coefficients, shape (32,).
    """
    whole = np.isfinite(made).all(axis=1)
    fits = {
        "fast route, every rating": fit(children, complete, TIMES, high_risk=design.high_risk),
        "MixedLM, ratings made": fit(children, made, TIMES, high_risk=design.high_risk, statsmodels=True),
        "fast route, ratings made": fit(children, made, TIMES, high_risk=design.high_risk),
        "fast route, complete cases": fit(children[whole], made[whole], TIMES, high_risk=design.high_risk),
    }
    terms = {"avoidant, level": "avoidant", "disorganized, level": "disorganized", **statements.BY_ORDER}
    at = statements.indices(*terms.values())
    table = {"Term": list(terms), "True": truth[at]}
    for name, found in fits.items():
        estimate, se = (np.atleast_2d(part)[0] for part in (found.fixed, found.fixed_se))
        table[name] = [f"{e:.4f} ({s:.4f})".replace("-", "−") for e, s in zip(estimate[at], se[at], strict=True)]
    return pd.DataFrame(table)
