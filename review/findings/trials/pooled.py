"""Trials for a forest plot, by author and over outcomes, and pooled results for the ledger."""

import numpy as np
import pandas as pd

from restated.estimate import effects, events, meta
from restated_book import paths
from review.findings.trials.attempts import arms

METHODS: dict[str, str] = paths.tables(__file__)  #: Names of methods for readers; others are shown as they are


def by_developers(rows: pd.DataFrame, reports: pd.DataFrame, y, v, *, ci: str) -> meta.MetaRegression:
    """Return the regression (REML) of effects on a developer (1) or none (0) among the authors of the first report."""
    developer = reports.set_index("row_id")["developer_author"].loc[rows["trial"]] == "yes"
    return meta.fit_regression(y, v, developer.to_numpy(float), ci=ci)


def both_outcomes(attempts: pd.DataFrame, severity: pd.DataFrame) -> pd.DataFrame:
    """Return ``trial``, ``y`` and ``v`` of attempts and severity on one scale: log odds ratios times √3 / π are d."""
    y, v = events.effect_sizes(*arms(attempts), measure="OR")
    rows = pd.DataFrame({"trial": attempts["trial"], "y": effects.odds_ratio_to_d(np.exp(y)), "v": v * 3 / np.pi**2})
    return pd.concat([rows, severity[["trial", "y", "v"]]], ignore_index=True)


def history(counts: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Pool attempts (DL) as trials came (`meta.cumulative`), with the ``conclusion`` of each Wald interval."""
    about, rows = reports.set_index("row_id"), counts[counts["outcome"] == "suicide attempts"]
    y, v = events.effect_sizes(*arms(rows), measure="RR")
    study, year = (rows["trial"].map(about[column]) for column in ("study", "year"))
    table = meta.cumulative(y, v, year, labels=list(study), method="DL")
    words = np.select([table["ci_high"] < 0, table["ci_low"] > 0], ["fewer with MBT", "more with MBT"], "not shown")
    return table.assign(conclusion=words)


def forest_rows(rows: pd.DataFrame, names: pd.Series, y, v) -> pd.DataFrame:
    """Return trials for a forest plot: label from `names`, patients, effect and standard error."""
    return pd.DataFrame(
        {"study": rows["trial"].map(names), "n": rows["n_mbt"] + rows["n_control"], "y": y, "se": np.sqrt(v)}
    )


def ledger_fields(fit, back=np.exp) -> dict:
    """Return a pooled result as arguments of a ledger entry: value, ends and name of its 95 % interval.

    `fit` is a MetaFit, an EventsFit or a row of :func:`review.findings.trials.attempts.estimator_matrix`; `back` leads
    from the scale of analysis to the one that is recorded.
    """
    kind = METHODS[getattr(fit, "ci_method", "wald")]
    value, low, high = (float(back(getattr(fit, name))) for name in ("estimate", "ci_low", "ci_high"))
    return {"value": value, "low": low, "high": high, "interval": f"95 % confidence interval ({kind})"}
