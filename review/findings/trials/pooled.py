"""Trials for a forest plot, and pooled results for the ledger."""

import numpy as np
import pandas as pd


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
    kind = "Knapp–Hartung" if getattr(fit, "ci_method", "wald") == "knapp-hartung" else "Wald"
    value, low, high = (float(back(getattr(fit, name))) for name in ("estimate", "ci_low", "ci_high"))
    return {"value": value, "low": low, "high": high, "interval": f"95 % confidence interval ({kind})"}
