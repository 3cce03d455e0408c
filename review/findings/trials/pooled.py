"""Trials for a forest plot, and pooled results for the ledger."""

import numpy as np
import pandas as pd


def forest_rows(rows: pd.DataFrame, names: pd.Series, y, v) -> pd.DataFrame:
    """Return trials for a forest plot: label from `names`, patients, effect and standard error."""
    return pd.DataFrame(
        {"study": rows["trial"].map(names), "n": rows["n_mbt"] + rows["n_control"], "y": y, "se": np.sqrt(v)}
    )


def ledger_fields(fit, back=np.exp, factor: float = 1.0) -> dict:
    """Return a pooled result as arguments of a ledger entry: value, ends and name of its 95 % interval.

    Parameters
    ----------
    fit : MetaFit, EventsFit or row of :func:`review.findings.trials.attempts.estimator_matrix`
    back : callable
        From the scale of analysis to the one that is recorded.
    factor : float
        Applied afterwards, for example 100 for percentage points.
    """
    kind = {"knapp-hartung": "Knapp–Hartung"}.get(getattr(fit, "ci_method", "wald"), "Wald")
    value, low, high = (factor * float(back(getattr(fit, name))) for name in ("estimate", "ci_low", "ci_high"))
    return {"value": value, "low": low, "high": high, "interval": f"95 % confidence interval ({kind})"}
