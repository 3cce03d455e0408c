"""Trials of mentalization-based treatment: which samples there are, and what their counts and scores allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import events, fragility, meta
from restated.estimate.effects import hedges_g
from restated_book.ledger import in_digits
from restated_book.sources import bibliography

#: Trials with counts of suicide attempts: those that existed when the Cochrane review was made, and all of them.
THREE = ("bateman1999", "bateman2009", "philips2018")
FOUR = (*THREE, "carlyle2020")
#: Rows of the score table that are pooled as severity: the scale each data set took for severity, at the end of treatment.
SEVERITY = ("bateman2009-iip-78", "laurenssen2018-bpdsi-78", "philips2018-bpdsi-78")
#: Rules for empty cells: what `events.effect_sizes` is told, and the words for it.
EMPTY_CELLS = {
    "½ where a cell is empty": {"correction": 0.5},
    "½ in all trials": {"correction": 0.5, "correct": "all"},
    "by size of arm": {"correction": events.TREATMENT_ARM},
}
#: The rule of methods that need none.
AS_THEY_ARE = "counts as they are"
#: Inverse-variance models: the classical choice of review software, and today's.
MODELS = {"DL, Wald": ("DL", "wald"), "REML, Knapp–Hartung": ("REML", "knapp-hartung")}
#: Order in which kinds of comparators are shown.
KINDS = ("usual care", "structured or other active treatment", "MBT in another dose or setting")
#: Domains of RoB 2: columns of the risk-of-bias table, and the headings of the figure.
DOMAINS = {
    "randomisation": "Random allocation",
    "deviations": "Deviations",
    "missing_data": "Missing data",
    "measurement": "Outcome measured",
    "selective_reporting": "Selective reporting",
    "overall": "Overall",
}

#: Domains of GRADE: columns of the certainty table, and the headings of the figure.
GRADE_DOMAINS = {
    "risk_of_bias": "Risk of bias",
    "inconsistency": "Inconsistency",
    "indirectness": "Indirectness",
    "imprecision": "Imprecision",
    "publication_bias": "Publication bias",
}
#: Words for the directions in which abstracts report a result.
DIRECTIONS = {"negative": "in words: lower", "positive": "in words: higher", "null": "in words: no difference"}


def families(reports: pd.DataFrame) -> pd.DataFrame:
    """One row per sample of patients: ``family, reports, n`` (randomised) and ``developer`` of its first report."""
    first = reports[reports["row_id"] == reports["family"]].set_index("family")
    counted = reports.groupby("family", sort=False).size()
    return pd.DataFrame(
        {
            "reports": counted,
            "n": first["n"].reindex(counted.index),
            "developer": first["developer_author"].reindex(counted.index),
        }
    ).reset_index()


def map_rows(reports: pd.DataFrame) -> pd.DataFrame:
    """The reports as the map of trials reads them: by kind of comparator, then by year of the first report."""
    first = reports.set_index("row_id").loc[reports["family"]]
    rows = pd.DataFrame(
        {
            "family": reports["family"],
            "report": reports["study"],
            "label": first["study"].to_numpy(),
            "population": first["population"].to_numpy(),
            "group": "against " + first["comparator_kind"].to_numpy(),
            "n": reports["n"],
            "year": reports["year"],
            "relation": reports["relation"],
            "developer": reports["developer_author"],
            "order": [KINDS.index(kind) for kind in first["comparator_kind"]],
            "start": first["year"].to_numpy(),
            "own": (reports["row_id"] != reports["family"]).to_numpy(),
        }
    )
    rows = rows.sort_values(["order", "start", "family", "own", "year"], kind="stable")
    return rows.drop(columns=["order", "start", "own"]).reset_index(drop=True)


def bias_grid(reports: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """RoB 2 judgements per trial and outcome, and a row of "not seen" for each sample without any.

    Returns
    -------
    pandas.DataFrame
        ``row, group`` and one column per domain, headed by the words of `DOMAINS`.
    """
    names = reports.set_index("row_id")["study"]
    judged = judged[judged["scheme"] == "RoB 2"]
    out = []
    for row in judged.to_dict("records"):
        outcome = {"BPD severity": "severity", "suicidal behaviour": "attempts"}[row["outcome"]]
        cells = {w: row[c] if isinstance(row[c], str) else "not seen" for c, w in DOMAINS.items()}
        out.append({"row": f"{names[row['trial']]}: {outcome}", "group": "Judged in a source that was seen"} | cells)
    own = reports[reports["relation"] == "independent sample"].sort_values("year", kind="stable")
    for trial in own.loc[~own["row_id"].isin(judged["trial"]), "row_id"]:
        cells = dict.fromkeys(DOMAINS.values(), "not seen")
        out.append({"row": names[trial], "group": "No judgement with this tool was seen"} | cells)
    return pd.DataFrame(out)


def certainty_grid(certainty: pd.DataFrame) -> pd.DataFrame:
    """Judgements of certainty as the grid reads them: ``row`` (outcome and what is left) and one column per domain."""
    cells = certainty[list(GRADE_DOMAINS)].replace("does not apply", "").rename(columns=GRADE_DOMAINS)
    # Only the first letter is raised: BPD stays BPD.
    label = certainty["outcome"].str[:1].str.upper() + certainty["outcome"].str[1:] + ": " + certainty["certainty"]
    return pd.concat([label.rename("row"), cells], axis=1)


def attempts(counts: pd.DataFrame, trials: Sequence[str]) -> pd.DataFrame:
    """Rows with suicide attempts of the trials named, in that order.

    Raises
    ------
    RestatedError
        If a trial has no such row.
    """
    rows = counts[counts["outcome"] == "suicide attempts"].set_index("trial")
    for trial in trials:
        if trial not in rows.index:
            raise RestatedError(
                f"there is no row with suicide attempts of '{trial}'",
                file=counts.attrs.get("file"),
                field="trial",
                remedy="Keep the row of the original table, or leave the file out",
            )
    out = rows.loc[list(trials)].reset_index()
    out.attrs = counts.attrs
    return out


def arms(rows: pd.DataFrame) -> tuple[np.ndarray, ...]:
    """Events and patients, MBT first: four arrays of shape (k,)."""
    return tuple(rows[c].to_numpy(int) for c in ("events_mbt", "n_mbt", "events_control", "n_control"))


def drawn(rows: pd.DataFrame, names: pd.Series, y, v) -> pd.DataFrame:
    """Trials as a forest plot reads them: label from `names`, patients, effect and standard error."""
    return pd.DataFrame(
        {"study": rows["trial"].map(names), "n": rows["n_mbt"] + rows["n_control"], "y": y, "se": np.sqrt(v)}
    )


def estimator_matrix(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Pooled log ratio (or risk difference) by every method that can take the counts, and every rule for empty cells.

    Returns
    -------
    pandas.DataFrame
        Indexed by (method, rule): estimate, ci_low, ci_high, p, tau2 (nan for a common-effect method).
    """
    counts = arms(rows)
    fits: dict[tuple[str, str], object] = {
        ("Mantel–Haenszel", AS_THEY_ARE): events.mantel_haenszel(*counts, measure=measure)
    }
    if measure == "OR":
        fits["Peto", AS_THEY_ARE] = events.peto(*counts)
        fits["Binomial–normal model", AS_THEY_ARE] = events.logistic_normal(*counts)
    for words, (method, ci) in MODELS.items():
        for rule, options in EMPTY_CELLS.items():
            fits[words, rule] = meta.fit(
                *events.effect_sizes(*counts, measure=measure, **options), method=method, ci=ci
            )
    common = ("Mantel–Haenszel", "Peto")
    table = pd.DataFrame(
        [[f.estimate, f.ci_low, f.ci_high, f.p, np.nan if k[0] in common else f.tau2] for k, f in fits.items()],
        columns=["estimate", "ci_low", "ci_high", "p", "tau2"],
        index=pd.MultiIndex.from_tuples(fits, names=["method", "rule"]),
    )
    return table


def differences(rows: pd.DataFrame) -> pd.DataFrame:
    """Risks per arm, risk difference with Wald interval, number needed to treat and fragility of each trial.

    Returns
    -------
    pandas.DataFrame
        One row per trial: ``trial, risk_mbt, risk_control, rd, rd_low, rd_high, nnt, nnt_low, nnt_high, p`` (Fisher's exact
        test, two-sided), ``fragility`` (see `restated.estimate.fragility`) and ``significant``.
    """
    out = []
    for trial, a, first, c, second in zip(rows["trial"], *arms(rows), strict=True):
        rd = a / first - c / second
        margin = stats.norm.ppf(0.975) * np.sqrt(a * (first - a) / first**3 + c * (second - c) / second**3)
        fragile = fragility.of_trial(a, first, c, second)
        p = stats.fisher_exact([[a, first - a], [c, second - c]])[1]
        needed = events.number_needed_to_treat(rd, rd - margin, rd + margin)
        out.append(
            (
                trial,
                a / first,
                c / second,
                rd,
                rd - margin,
                rd + margin,
                *needed,
                p,
                fragile.number,
                fragile.significant,
            )
        )
    columns = ["trial", "risk_mbt", "risk_control", "rd", "rd_low", "rd_high", "nnt", "nnt_low", "nnt_high"]
    columns += ["p", "fragility", "significant"]
    return pd.DataFrame(out, columns=columns)


def over_lost(rows: pd.DataFrame, counts: pd.DataFrame) -> tuple[float, float, int, int]:
    """Range of the pooled risk ratio (DL) when any number of the patients lost may have had an event.

    For each trial with a row on attrition, 0 to all of the patients lost are added to the events of their arm, in every
    combination over arms and trials. It is assumed that none of them is among the events already counted, so the range is
    an outer one; trials without a row on attrition stay as they are.

    Returns
    -------
    low, high : float
        On the scale of the risk ratio.
    sets, excluding : int
        Number of data sets looked at, and of those whose Wald interval excludes no effect.
    """
    lost = counts[counts["outcome"] == "attrition"].set_index("trial").reindex(rows["trial"])
    a, first, c, second = arms(rows)
    axes = []
    for events_now, sizes, column in ((a, first, "events_mbt"), (c, second, "events_control")):
        for now, n, gone in zip(events_now, sizes, lost[column].fillna(0).to_numpy(int), strict=True):
            axes.append(np.arange(now, min(now + gone, n) + 1))
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    k, sets = len(rows), len(grid)
    mbt, control = grid[:, :k], grid[:, k:]
    y, v = events.effect_sizes(mbt.ravel(), np.tile(first, sets), control.ravel(), np.tile(second, sets), measure="RR")
    pooled = meta.fit_batch(y.reshape(sets, k), v.reshape(sets, k), method="DL")
    excluding = int(((pooled.ci_high < 0) | (pooled.ci_low > 0)).sum())
    return float(np.exp(pooled.estimate.min())), float(np.exp(pooled.estimate.max())), sets, excluding


def severity(
    scores: pd.DataFrame, counts: pd.DataFrame, *, sd: float | None = None, sizes: str = "as listed"
) -> pd.DataFrame:
    """Hedges' g of BPD severity at the end of treatment; below 0 favours MBT.

    Parameters
    ----------
    scores, counts : DataFrame
        The tables of scores and of counts (for the patients lost).
    sd : float, optional
        Standard deviation to put in the place of the one listed for the MBT arm of the first trial.
    sizes : {"as listed", "randomised", "seen at the end"}
        Patients the means are taken to rest on. The data set lists completers for one trial and those randomised for two.

    Returns
    -------
    pandas.DataFrame
        One row per trial: ``trial, n_mbt, n_control, y, v``.
    """
    rows = scores.set_index("row_id").loc[list(SEVERITY)].reset_index()
    lost = counts[counts["outcome"] == "attrition"].set_index("trial").loc[rows["trial"]]
    n = {arm: rows[f"n_{arm}"].to_numpy(float) for arm in ("mbt", "control")}
    if sizes != "as listed":
        randomised = {arm: lost[f"n_{arm}"].to_numpy(float) for arm in n}
        gone = {arm: lost[f"events_{arm}"].to_numpy(float) for arm in n}
        n = {arm: randomised[arm] - (gone[arm] if sizes == "seen at the end" else 0) for arm in n}
    sd_mbt = rows["sd_mbt"].to_numpy(float).copy()
    if sd is not None:
        sd_mbt[0] = sd
    y, v = hedges_g(rows["mean_mbt"], sd_mbt, n["mbt"], rows["mean_control"], rows["sd_control"], n["control"])
    return pd.DataFrame({"trial": rows["trial"], "n_mbt": n["mbt"], "n_control": n["control"], "y": y, "v": v})


def listed_g(scores: pd.DataFrame, row_id: str, *, exact: bool) -> float:
    """Hedges' g of one row of scores, with the exact or the approximate small-sample factor."""
    r = scores.set_index("row_id").loc[row_id]
    arms = [r[f"{what}_{arm}"] for arm in ("mbt", "control") for what in ("mean", "sd", "n")]
    return float(hedges_g(*arms, exact=exact)[0])


def sd_sweep(scores: pd.DataFrame, counts: pd.DataFrame, grid: Sequence[float]) -> pd.DataFrame:
    """Pooled severity over the unknown standard deviation: ``sd``, then DL with Wald interval and REML with Knapp–Hartung.

    Returns
    -------
    pandas.DataFrame
        Columns as the sweep figure reads them: the DL fit as ``estimate, ci_low, ci_high``, the limits of REML with
        Knapp–Hartung as ``pi_low, pi_high``; then ``g_first`` (the trial itself), ``reml`` and ``i2`` (from Q).
    """
    sets = [severity(scores, counts, sd=float(sd)) for sd in grid]
    y, v = (np.array([rows[column] for rows in sets]) for column in ("y", "v"))
    dl, kh = meta.fit_batch(y, v, method="DL"), meta.fit_batch(y, v, method="REML", ci="knapp-hartung")
    return pd.DataFrame(
        {
            "sd": np.asarray(grid, float),
            "estimate": dl.estimate,
            "ci_low": dl.ci_low,
            "ci_high": dl.ci_high,
            "pi_low": kh.ci_low,
            "pi_high": kh.ci_high,
            "g_first": y[:, 0],
            "reml": kh.estimate,
            "i2": dl.i2_q,
        }
    )


def severity_readings(scores: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Pooled severity under each reading of the arm sizes, with the doubtful SD as listed and as at baseline.

    Returns
    -------
    pandas.DataFrame
        ``n taken as, SD of 2009, n``, then estimate and interval for DL with Wald and for REML with Knapp–Hartung.
    """
    start = scores.set_index("row_id").loc[SEVERITY[0].replace("-78", "-0"), "sd_mbt"]
    out = []
    for sizes in ("as listed", "randomised", "seen at the end"):
        for words, sd in (("as listed", None), ("as at baseline", start)):
            rows = severity(scores, counts, sd=sd, sizes=sizes)
            dl = meta.fit(rows["y"], rows["v"], method="DL")
            kh = meta.fit(rows["y"], rows["v"], method="REML", ci="knapp-hartung")
            n = int(rows["n_mbt"].sum() + rows["n_control"].sum())
            out.append((sizes, words, n, dl.estimate, dl.ci_low, dl.ci_high, kh.estimate, kh.ci_low, kh.ci_high))
    names = ["n taken as", "SD of 2009", "n", "g (DL)", "from", "to", "g (REML)", "from (KH)", "to (KH)"]
    return pd.DataFrame(out, columns=names)


def recorded(fit, back=np.exp, factor: float = 1.0) -> dict:
    """A pooled result as a ledger takes it: value, ends of its 95 % interval and the name of that interval.

    Parameters
    ----------
    fit : MetaFit, EventsFit or row of :func:`estimator_matrix`
    back : callable
        From the scale of analysis to the one that is recorded.
    factor : float
        Applied afterwards, for example 100 for percentage points.
    """
    kind = {"knapp-hartung": "Knapp–Hartung"}.get(getattr(fit, "ci_method", "wald"), "Wald")
    value, low, high = (factor * float(back(getattr(fit, name))) for name in ("estimate", "ci_low", "ci_high"))
    return {"value": value, "low": low, "high": high, "interval": f"95 % confidence interval ({kind})"}


def counts_table(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Counts per arm in columns for readers: "1 of 19"."""
    return pd.DataFrame(
        {
            "Trial": rows["trial"].map(names),
            "Counted": rows["definition"],
            "MBT": [f"{a} of {n}" for a, n in zip(rows["events_mbt"], rows["n_mbt"], strict=True)],
            "Control": [f"{a} of {n}" for a, n in zip(rows["events_control"], rows["n_control"], strict=True)],
            "Caution": rows["note"],
            "Grade": rows["grade"],
        }
    )


def scores_table(rows: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Scores per arm in columns for readers: "2.01 (0.54), n = 71"."""

    def arm(r, which: str) -> str:
        return f"{getattr(r, f'mean_{which}'):g} ({getattr(r, f'sd_{which}'):g}), n = {getattr(r, f'n_{which}'):.0f}"

    return pd.DataFrame(
        {
            "Trial": rows["trial"].map(names),
            "Scale": rows["instrument"],
            "Week": rows["weeks"].astype(str),
            "MBT": [arm(r, "mbt") for r in rows.itertuples()],
            "Control": [arm(r, "control") for r in rows.itertuples()],
            "Caution": rows["note"],
        }
    )


def differences_table(each: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The table of :func:`differences` in columns for readers, percent and percentage points."""

    def needed(r) -> str:
        return f"{r.nnt:.1f} ({r.nnt_low:.1f} to {'no limit' if np.isinf(r.nnt_high) else format(r.nnt_high, '.1f')})"

    def fragile(r) -> str:
        return (
            "–"
            if r.fragility is None or np.isnan(r.fragility)
            else f"{r.fragility:.0f}, {'lost' if r.significant else 'gained'}"
        )

    points = [
        "{} ({} to {})".format(*(in_digits(100 * x, 0) for x in (r.rd, r.rd_low, r.rd_high))) for r in each.itertuples()
    ]
    return pd.DataFrame(
        {
            "Trial": each["trial"].map(names),
            "MBT %": 100 * each["risk_mbt"],
            "Control %": 100 * each["risk_control"],
            "Difference, points": points,
            "Number needed to treat": ["–" if np.isnan(r.nnt) else needed(r) for r in each.itertuples()],
            "p (Fisher)": each["p"],
            "Fragility": [fragile(r) for r in each.itertuples()],
        }
    )


def printed_rows(numbers, ids: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Printed numbers and directions by outcome, with whom they are about; a number nobody saw says so in its cell."""
    works = bibliography.load()
    out = []
    for outcome, names in ids.items():
        for n in (numbers.number(i) for i in names):
            text = _printed(n) if n.is_number else DIRECTIONS[n.value.text]
            value = f"unverified: {text}" if n.grade == "U" else text
            out.append((outcome, n.quantity, n.population, value, works.short(n.source_key), n.grade))
    return pd.DataFrame(out, columns=["About", "Quantity", "Patients and comparison", "Printed", "Source", "Grade"])


def review_rows(reviews: pd.DataFrame, numbers) -> pd.DataFrame:
    """What reviews say, with the number as printed and its interval, in columns for readers."""
    works = bibliography.load()
    out = []
    for row in reviews.itertuples():
        n = numbers.number(row.published)
        value = _printed(n) if n.is_number else "in words"
        out.append((works.short(row.source_key), row.comparison, row.outcome, value, row.says, row.limits, row.grade))
    return pd.DataFrame(out, columns=["Review", "Comparison", "About", "Printed", "Says", "Cannot carry", "Grade"])


def guideline_rows(guidelines: pd.DataFrame) -> pd.DataFrame:
    """What guidelines say, by year, in columns for readers; a text that nobody saw says so."""
    rows = guidelines.sort_values("year", na_position="last", kind="stable")
    years = ["year not seen" if np.isnan(y) else f"{y:.0f}" for y in rows["year"]]
    unseen = rows["grade"] == "U"
    return pd.DataFrame(
        {
            "Text": [f"{g} ({y}): {k}" for g, y, k in zip(rows["guideline"], years, rows["kind"], strict=True)],
            "Issued by": rows["body"],
            "Says about MBT": rows["says"].where(~unseen, "unverified: " + rows["says"]),
            "Caution": rows["note"],
            "Grade": rows["grade"],
        }
    )


def _printed(n) -> str:
    """A number as printed, with its unit sign and its interval."""
    ci = f" ({n.ci_low.text} to {n.ci_high.text})" if n.ci_low is not None and n.ci_high is not None else ""
    return n.value.text + (" %" if n.statistic == "percent" else "") + ci
