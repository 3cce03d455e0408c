"""Two classifications in one table of counts: residuals, log-linear models, resampling.

A table is array_like of shape (rows, columns), counts that are finite and not negative, without an empty row or column;
others raise a RestatedError.

References: Haberman (1973), Biometrics 29, 205-220 (adjusted residuals). Agresti (2013), Categorical Data Analysis, 3rd
ed., 11.4 (models of square tables). Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13 (percentile
interval).
"""

from typing import NamedTuple

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike
from scipy.stats import chi2
from statsmodels.stats.contingency_tables import Table

from restated.arguments import Floats, Ints, floats
from restated.errors import RestatedError

#: Log-linear models of square tables whose rows and columns are the same classes in the same order.
MODELS = ("independence", "quasi-independence", "quasi-symmetry")
CONVERGED = 1e-12  #: Change of the deviance at which the search ends, far below the digits anybody prints


class Deviance(NamedTuple):
    """Likelihood-ratio chi-square of a model against the table, its degrees of freedom and p, and the fitted counts."""

    deviance: float
    df: int
    p: float
    fitted: Floats


def adjusted_residuals(table: ArrayLike) -> Floats:
    """Return (observed - expected) / standard error under independence (Haberman), standard normal in large samples."""
    return np.asarray(Table(_table(table), shift_zeros=False).standardized_resids)


def loglinear(table: ArrayLike, model: str) -> Deviance:
    """Fit one of :data:`MODELS` by maximum likelihood (Poisson regression).

    Quasi-independence frees the diagonal of independence; quasi-symmetry asks for the same association above and below
    the diagonal, whatever the margins.

    Raises a RestatedError if the model is unknown, or not independence for a table that is not square.
    """
    counts = _table(table)
    k, m = counts.shape
    if model not in MODELS or (model != "independence" and k != m):
        raise RestatedError(f"'{model}' is not a model of a {k} x {m} table", remedy=f"Use one of {', '.join(MODELS)}")
    row, column = (index.ravel() for index in np.indices(counts.shape))
    effects = [np.ones(counts.size), *(row == i for i in range(1, k)), *(column == j for j in range(1, m))]
    if model == "quasi-independence":
        effects += [(row == i) & (column == i) for i in range(k)]
    if model == "quasi-symmetry":
        low, high = np.minimum(row, column), np.maximum(row, column)
        effects += [(low == i) & (high == j) for i in range(1, k) for j in range(i, k)]
    fit = sm.GLM(counts.ravel(), np.column_stack(effects).astype(float), family=sm.families.Poisson()).fit(
        tol=CONVERGED
    )
    return Deviance(
        float(fit.deviance), int(fit.df_resid), float(chi2.sf(fit.deviance, fit.df_resid)), fit.mu.reshape(k, m)
    )


def resampled(table: ArrayLike, *, draws: int, seed: int) -> Ints:
    """Return multinomial tables, shape (draws, rows, columns), with the shares and the total of `table`.

    Quantiles of a statistic over them are its percentile interval, if the counted units are independent.
    """
    counts = _table(table)
    drawn = np.random.default_rng(seed).multinomial(int(counts.sum()), (counts / counts.sum()).ravel(), draws)
    return drawn.reshape(draws, *counts.shape)


def _table(table: ArrayLike) -> Floats:
    counts = floats(table, "table", problem="counts are not numbers")
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise RestatedError(f"the table has shape {counts.shape}", field="table", remedy="Give rows of counts")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise RestatedError("a count is negative, missing or not finite", field="table")
    if not (counts.sum(axis=0).all() and counts.sum(axis=1).all()):
        raise RestatedError("a row or a column is empty", field="table", remedy="Leave the class out")
    return counts
