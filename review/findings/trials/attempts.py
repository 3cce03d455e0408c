"""Suicide attempts: pooled ratios by method, risk differences of each trial, and the patients lost."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from restated import words
from restated.errors import RestatedError
from restated.estimate import events, fragility, meta
from restated_book.ledger import in_digits
from review.findings.numbers import ends

#: Trials with counts of suicide attempts: those that existed when the Cochrane review was made, and all of them.
THREE = ("bateman1999", "bateman2009", "philips2018")
FOUR = (*THREE, "carlyle2020")
#: Rules for empty cells, in words, and the options of `events.effect_sizes`.
EMPTY_CELLS: dict[str, dict[str, Any]] = {
    "½ where a cell is empty": {"correction": 0.5},
    "½ in all trials": {"correction": 0.5, "correct": "all"},
    "by size of arm": {"correction": events.TREATMENT_ARM},
}
AS_THEY_ARE = "counts as they are"  # the rule of methods that need none
#: Inverse-variance models: the classical choice of review software, today's, and today's never narrower than Wald.
MODELS: dict[str, list[str]] = words.tables(__file__)["models"]
COMMON_EFFECT = ("Mantel–Haenszel", "Peto")


def attempts(counts: pd.DataFrame, trials: Sequence[str]) -> pd.DataFrame:
    """Return the rows with suicide attempts of the named trials, in that order; each trial must have one."""
    rows = counts[counts["outcome"] == "suicide attempts"].set_index("trial")
    for trial in trials:
        if trial not in rows.index:
            remedy = "Keep the row of the original table, or leave the file out."
            place = {"file": counts.attrs.get("file"), "field": "trial", "remedy": remedy}
            raise RestatedError(f"'{trial}' has no row with suicide attempts", **place)
    out = rows.loc[list(trials)].reset_index()
    out.attrs = counts.attrs
    return out


def arms(rows: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Return events and patients, MBT first: four arrays of shape (k,)."""
    return tuple(rows[c].to_numpy(int) for c in ("events_mbt", "n_mbt", "events_control", "n_control"))


def estimator_matrix(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Pool the log ratio by (method, rule for empty cells); tau2 is nan for a common-effect method."""
    counts = arms(rows)
    fits: dict[tuple[str, str], Any] = {}
    fits["Mantel–Haenszel", AS_THEY_ARE] = events.mantel_haenszel(*counts, measure=measure)
    if measure == "OR":
        fits["Peto", AS_THEY_ARE] = events.peto(*counts)
        fits["Binomial–normal model", AS_THEY_ARE] = events.logistic_normal(*counts)
    for model, (method, ci) in MODELS.items():
        for rule, options in EMPTY_CELLS.items():
            effects = events.effect_sizes(*counts, measure=measure, **options)
            fits[model, rule] = meta.fit(*effects, method=method, ci=ci)
    table = pd.DataFrame(
        {name: [getattr(f, name) for f in fits.values()] for name in ("estimate", "ci_low", "ci_high", "p")},
        index=pd.MultiIndex.from_tuples(fits, names=["method", "rule"]),
    )
    return table.assign(tau2=[np.nan if k[0] in COMMON_EFFECT else f.tau2 for k, f in fits.items()])


def risk_differences(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the risk difference of each trial and its variance: nothing is added to empty cells, alone or pooled."""
    return events.effect_sizes(*arms(rows), measure="RD", correct="none")


def differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Return risks, difference (Wald), number needed to treat and fragility of each trial; ``p`` is Fisher's."""
    out = []
    for trial, a, first, c, second, rd, v in zip(rows["trial"], *arms(rows), *risk_differences(rows), strict=True):
        margin = stats.norm.ppf(0.975) * np.sqrt(v)
        risks = (a / first, c / second, rd, rd - margin, rd + margin)
        nnt = events.number_needed_to_treat(*risks[2:])
        p = stats.fisher_exact(np.array([[a, first - a], [c, second - c]]))[1]
        fragile = fragility.of_trial(a, first, c, second)
        out.append((trial, *risks, *nnt, p, fragile.number, fragile.significant))
    columns = ["trial", "risk_mbt", "risk_control", "rd", *ends("rd"), "nnt", *ends("nnt")]
    return pd.DataFrame(out, columns=[*columns, "p", "fragility", "significant"])


def over_lost(rows: pd.DataFrame, counts: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every data set in which any number of the patients lost had an event, with its effects.

    For each trial with a row on attrition, 0 to all of the patients lost are added to the events of their arm, in every
    combination over arms and trials. It is assumed that none of them is among the events already counted, so ranges
    over the sets are outer ones; trials without a row on attrition stay as they are. Returned are the events of the
    first arms and then of the second, shape (sets, 2 k), and log risk ratios with their variances, shape (sets, k).
    """
    lost = counts[counts["outcome"] == "attrition"].set_index("trial").reindex(rows["trial"])
    a, first, c, second = arms(rows)
    gone = [lost[f"events_{arm}"].fillna(0).to_numpy(int) for arm in ("mbt", "control")]
    now, most = np.r_[a, c], np.minimum(np.r_[a, c] + np.concatenate(gone), np.r_[first, second])
    axes = [np.arange(low, high + 1) for low, high in zip(now, most)]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    k, sets = len(rows), len(grid)
    sizes = np.tile(first, sets), np.tile(second, sets)
    y, v = events.effect_sizes(grid[:, :k].ravel(), sizes[0], grid[:, k:].ravel(), sizes[1], measure="RR")
    return grid, y.reshape(sets, k), v.reshape(sets, k)


def range_over_lost(rows: pd.DataFrame, counts: pd.DataFrame, *, ci: str = "wald") -> tuple[float, float, int, int]:
    """Return the range of the pooled risk ratio (DL) over the sets of :func:`over_lost`.

    The last two results are the number of data sets, and of those whose interval, of the kind `ci` of `meta.fit`,
    excludes no effect.
    """
    grid, y, v = over_lost(rows, counts)
    pooled = meta.fit_batch(y, v, method="DL", ci=ci)
    excluding = int(((pooled.ci_high < 0) | (pooled.ci_low > 0)).sum())
    return float(np.exp(pooled.estimate.min())), float(np.exp(pooled.estimate.max())), len(grid), excluding


def differences_table(each: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Return the table of :func:`differences` in columns for readers, percent and percentage points."""

    def points(r) -> str:
        return "{} ({} to {})".format(*(in_digits(100 * r[x], 0) for x in ("rd", "rd_low", "rd_high")))

    def nnt(r) -> str:
        most = "no limit" if np.isinf(r["nnt_high"]) else format(r["nnt_high"], ".1f")
        return "–" if np.isnan(r["nnt"]) else f"{r['nnt']:.1f} ({r['nnt_low']:.1f} to {most})"

    def fragile(r) -> str:
        change = "lost" if r["significant"] else "gained"
        return "–" if pd.isna(r["fragility"]) else f"{r['fragility']:.0f}, {change}"

    rows = each.to_dict("records")
    return pd.DataFrame(
        {
            "Trial": each["trial"].map(names),
            "MBT %": 100 * each["risk_mbt"],
            "Control %": 100 * each["risk_control"],
            "Difference, points": list(map(points, rows)),
            "Number needed to treat": list(map(nnt, rows)),
            "p (Fisher)": each["p"],
            "Fragility": list(map(fragile, rows)),
        }
    )
