"""Improved patients as a data set imputed them from means and SDs, and the trace of one doubtful SD.

The rule that gives the listed counts: scores at the end are normal, a patient has improved below a share of the arm's
own mean at baseline, and the expected number among those tested is rounded to whole patients.
"""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.arguments import Floats

#: Trials of MBT in the table of response, and their rows of scores without the week.
SCORES = {"response-267": "bateman2009-iip", "response-283": "philips2018-bpdsi"}
CUT = 0.5  #: Score of an improved patient at most, as a share of the arm's mean at baseline
HALF = 0.5  # added to events and patients of each arm before the log risk ratio, in all trials
LISTED = 1e-12  # the table lists thirteen decimals or more


def responders(mean: Any, sd: Any, n: Any, baseline: Any) -> Floats:
    """Return the expected number of patients whose normal score is below `CUT` times the mean at baseline."""
    return n * norm.cdf((CUT * np.asarray(baseline) - mean) / sd)


def imputed(responses: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Return one row per arm of the trials of MBT: its scores, the patients ``expected`` and ``listed`` as improved.

    ``tested`` are the patients behind the scores, ``n`` those the data set divides by.
    """
    counts, scores = responses.set_index("row_id"), scores.set_index("row_id")
    rows = []
    for row, key in SCORES.items():
        start, end = scores.loc[f"{key}-0"], scores.loc[f"{key}-78"]
        for arm, code in (("mbt", "ig"), ("control", "cg")):
            parts = [end[f"mean_{arm}"], end[f"sd_{arm}"], end[f"n_{arm}"], start[f"mean_{arm}"]]
            own = list(counts.loc[row, [f"improved_{code}", f"n_{code}"]])
            rows.append((start["trial"], arm, *parts, float(responders(*parts)), *own))
    names = ["trial", "arm", "mean", "sd", "tested", "baseline", "expected", "listed", "n"]
    return pd.DataFrame(rows, columns=names)


def reductions(arms: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest reduction from baseline, in percent, that round to every listed count."""
    cuts = [arms["mean"] + arms["sd"] * norm.ppf((arms["listed"] + x) / arms["tested"]) for x in (0.5, -0.5)]
    low, high = (100 * (1 - cut / arms["baseline"]) for cut in cuts)
    return float(low.max()), float(high.min())


def log_ratios(events1: Any, n1: Any, events2: Any, n2: Any) -> tuple[Floats, Floats]:
    """Return log risk ratio and standard error with `HALF` added to events and patients of both arms."""
    a, n1, c, n2 = (np.asarray(x, float) + HALF for x in (events1, n1, events2, n2))
    return np.log(a / n1) - np.log(c / n2), np.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)


def reproduced(responses: pd.DataFrame) -> int:
    """Return the number of rows whose listed log risk ratio and standard error follow from their counts."""
    found = log_ratios(*(responses[c] for c in ("improved_ig", "n_ig", "improved_cg", "n_cg")))
    return int(np.isclose(found, responses[["logrr", "se_logrr"]].T, rtol=0, atol=LISTED).all(axis=0).sum())
