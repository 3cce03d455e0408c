"""BPD severity at the end of treatment: Hedges' g under each reading of arm sizes and of a doubtful SD."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from restated.estimate import meta
from restated.estimate.effects import hedges_correction, hedges_g

#: Rows of the score table that are pooled as severity: the scale that each data set took, at the end of treatment.
SEVERITY = ("bateman2009-iip-78", "laurenssen2018-bpdsi-78", "philips2018-bpdsi-78")


def severity(
    scores: pd.DataFrame, counts: pd.DataFrame, *, sd: float | None = None, sizes: str = "as listed"
) -> pd.DataFrame:
    """Return Hedges' g of BPD severity at the end of treatment, one row per trial; below 0 favours MBT.

    `sd` (float, optional): standard deviation to put in the place of the one listed for the MBT arm of the first trial.
    `sizes` ({"as listed", "randomised", "seen at the end"}): patients the means are taken to rest on. The data set
    lists completers for one trial and those randomised for two; `counts` has the patients lost.
    """
    rows = scores.set_index("row_id").loc[list(SEVERITY)].reset_index()
    lost = counts[counts["outcome"] == "attrition"].set_index("trial").loc[rows["trial"]]
    n = {}
    for arm in ("mbt", "control"):
        gone = lost[f"events_{arm}"] if sizes == "seen at the end" else 0
        n[arm] = (rows[f"n_{arm}"] if sizes == "as listed" else lost[f"n_{arm}"] - gone).to_numpy(float)
    sd_mbt = rows["sd_mbt"].to_numpy(float).copy()
    if sd is not None:
        sd_mbt[0] = sd
    y, v = hedges_g(rows["mean_mbt"], sd_mbt, n["mbt"], rows["mean_control"], rows["sd_control"], n["control"])
    return pd.DataFrame({"trial": rows["trial"], "n_mbt": n["mbt"], "n_control": n["control"], "y": y, "v": v})


def adjusted(scores: pd.DataFrame, rho: float) -> pd.DataFrame:
    """Return the difference of the two arms' changes over the pooled SD at baseline, one row per trial (``y``, ``v``).

    `rho` is the unknown correlation of the scores at baseline and at the end. The variance, for equal SDs at both, is
    2 (1 - rho) (1 / n1 + 1 / n2) + g^2 / (2 N) with n of those scored at the end and N of all at baseline.

    Source: Morris (2008), Organizational Research Methods, 11, 364-386 (d_ppc2).
    """
    rows = scores.set_index("row_id")
    start, end = (rows.loc[[name.replace("-78", week) for name in SEVERITY]].reset_index() for week in ("-0", "-78"))
    change = {arm: end[f"mean_{arm}"] - start[f"mean_{arm}"] for arm in ("mbt", "control")}
    df = {arm: start[f"n_{arm}"] - 1 for arm in change}
    sd = np.sqrt(sum(df[arm] * start[f"sd_{arm}"] ** 2 for arm in df) / sum(df.values()))
    y = hedges_correction(sum(df.values())) * (change["mbt"] - change["control"]) / sd
    v = 2 * (1 - rho) * (1 / end["n_mbt"] + 1 / end["n_control"]) + y**2 / (2 * (start["n_mbt"] + start["n_control"]))
    return pd.DataFrame({"trial": end["trial"], "n_mbt": end["n_mbt"], "n_control": end["n_control"], "y": y, "v": v})


def rho_sweep(scores: pd.DataFrame, grid: Sequence[float]) -> pd.DataFrame:
    """Pool `adjusted` over the unknown correlation: DL with Wald and its I², REML with the ad hoc interval."""
    sets = [adjusted(scores, float(rho)) for rho in grid]
    y, v = (np.array([rows[column] for rows in sets]) for column in ("y", "v"))
    dl, wide = meta.fit_batch(y, v, method="DL"), meta.fit_batch(y, v, method="REML", ci="adhoc")
    first = {"rho": np.asarray(grid, float), "estimate": dl.estimate, "ci_low": dl.ci_low, "ci_high": dl.ci_high}
    return pd.DataFrame(first | {"pi_low": wide.ci_low, "pi_high": wide.ci_high, "i2": dl.i2_q})


def listed_g(scores: pd.DataFrame, row_id: str, *, exact: bool) -> float:
    """Return Hedges' g of one row of scores, with the exact or the approximate small-sample factor."""
    r = scores.set_index("row_id").loc[row_id]
    arms = [r[f"{what}_{arm}"] for arm in ("mbt", "control") for what in ("mean", "sd", "n")]
    return float(hedges_g(*arms, exact=exact)[0])


def sd_sweep(scores: pd.DataFrame, counts: pd.DataFrame, grid: Sequence[float]) -> pd.DataFrame:
    """Pool severity over the unknown standard deviation, for the sweep figure.

    ``estimate`` and ``ci`` are of DL with Wald interval, ``reml`` and ``pi`` of REML with Knapp–Hartung; ``g_first`` is
    the trial itself, ``i2`` from Q.
    """
    sets = [severity(scores, counts, sd=float(sd)) for sd in grid]
    y, v = (np.array([rows[column] for rows in sets]) for column in ("y", "v"))
    dl, kh = meta.fit_batch(y, v, method="DL"), meta.fit_batch(y, v, method="REML", ci="knapp-hartung")
    first = {"sd": np.asarray(grid, float), "estimate": dl.estimate, "ci_low": dl.ci_low, "ci_high": dl.ci_high}
    second = {"pi_low": kh.ci_low, "pi_high": kh.ci_high, "g_first": y[:, 0], "reml": kh.estimate, "i2": dl.i2_q}
    return pd.DataFrame(first | second)
