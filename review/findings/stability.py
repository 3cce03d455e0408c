"""Stability of early attachment: the study rows of Opie et al. (2021)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from restated.estimate import agreement, multilevel, robust, selection, smallstudy
from restated.estimate.effects import fisher_z, fisher_z_to_r, fisher_z_variance
from restated_book import paths

CLASSES = "ABCD"
TWO_WAY = ["SS", "SI", "IS", "II"]
FOUR_WAY = [f"{a}_to_{b}" for a in CLASSES for b in CLASSES]
_SECURE, _DISORGANISED = CLASSES.index("B"), CLASSES.index("D")
_NAMES: dict[str, str] = paths.tables(__file__)  #: Names of coefficients for readers
#: Working correlations of the sensitivity analysis: the whole range in steps of one fifth, as is usual.
RHOS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
#: The file gives r and kappa to six decimals: a recomputed value agrees if it rounds to the same six.
SIX_DECIMALS = 0.5e-6 * (1 + 1e-9)
#: Clusters of the same children: mothers and fathers of Steele, Steele & Fonagy (1996), two samples in 2018's file.
SAME_CHILDREN = {33: 32}
#: Sampling variances of a raw kappa from its table; the article does not say which it used.
KAPPA_VARIANCES = {
    "Cohen": agreement.kappa_variance_cohen,
    "Fleiss, Cohen and Everitt": agreement.kappa_variance,
    "kappa of 0": agreement.kappa_variance_null,
    "1/n": lambda tables: 1.0 / tables.sum(axis=(1, 2)),
}
#: Columns that a moderator is read from, with the value that counts as 1.
MODERATORS = {"social_risk": "yes", "medical_risk": "yes", "published": "yes", "country": "USA"}
WITHIN = (0.0, 0.6, 0.8)  #: Correlations of sampling errors within a sample; the first is that of the three-level model


def four_way_tables(transitions: pd.DataFrame) -> np.ndarray:
    """Return counts by class at the first (rows) and second (columns) assessment, shape (rows, 4, 4), order A B C D."""
    return transitions[FOUR_WAY].to_numpy(int).reshape(-1, 4, 4)


def collapse(tables: np.ndarray, against: int) -> np.ndarray:
    """Return counts of one class, by index, shape (m, 4): class-class, class-other, other-class, other-other."""
    both = tables[:, against, against]
    first = tables[:, against, :].sum(axis=1)
    second = tables[:, :, against].sum(axis=1)
    total = tables.sum(axis=(1, 2))
    return np.stack([both, first - both, second - both, total - first - second + both], axis=1)


def check_counts(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """Recompute every coefficient of the file that counts determine; nan where they leave it undefined."""
    counted = rows.dropna(subset=TWO_WAY)
    by_row = rows.set_index("row_id").loc[transitions["row_id"]].reset_index()
    tables = four_way_tables(transitions)
    total = tables.sum(axis=(1, 2))
    organised = agreement.phi(collapse(tables, _DISORGANISED).astype(float))
    parts = [
        _compared(counted, "r_secure_insecure", agreement.phi(counted[TWO_WAY].to_numpy(float)), counted["n"]),
        _compared(by_row, "kappa_four_way", agreement.kappa_square(tables), total),
        _compared(by_row, "r_organised_disorganised", organised, total),
    ]
    return pd.concat(parts, ignore_index=True)


def _compared(rows: pd.DataFrame, column: str, recomputed: np.ndarray, n) -> pd.DataFrame:
    named = {"row_id": rows["row_id"], "study": rows["study"] + ", " + rows["sample"], "coefficient": _NAMES[column]}
    columns = {"n": np.asarray(n, int), "in_file": rows[column].astype(float), "recomputed": recomputed}
    table = pd.DataFrame(named | columns)
    table["difference"] = table["recomputed"] - table["in_file"]
    return table.assign(agrees=table["difference"].abs() <= SIX_DECIMALS)


def check_collapse(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose collapsed four-way table is not their two-way one; ``same_as`` names rows whose it is."""
    given = rows.dropna(subset=TWO_WAY)
    two_way = dict(zip(given["row_id"], map(tuple, given[TWO_WAY].to_numpy(int).tolist()), strict=True))
    paper = dict(zip(rows["row_id"], rows["study"], strict=True))
    collapsed = collapse(four_way_tables(transitions), _SECURE).tolist()
    found = []
    for row_id, cells in zip(transitions["row_id"], map(tuple, collapsed), strict=True):
        if two_way.get(row_id, cells) != cells:
            twins = [o for o, c in two_way.items() if o != row_id and paper[o] == paper[row_id] and c == cells]
            texts = (" ".join(map(str, counts)) for counts in (two_way[row_id], cells))
            found.append((row_id, paper[row_id], *texts, ", ".join(twins) or None))
    return pd.DataFrame(found, columns=["row_id", "study", "two_way", "four_way_collapsed", "same_as"])


def secure_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with a secure-or-insecure r of absolute value below 1: Fisher z has no value at 1."""
    r = rows["r_secure_insecure"]
    return rows[r.notna() & (r.abs() < 1)]


def _effects(rows: pd.DataFrame, r: str = "r_secure_insecure", n: str = "n") -> tuple[np.ndarray, ...]:
    """Return Fisher z, its sampling variance and the cluster of each row, shapes (k,)."""
    y, v = fisher_z(rows[r].to_numpy(float)), fisher_z_variance(rows[n].to_numpy(float))
    return y, v, rows["study_id"].to_numpy()


def pooled_secure(rows: pd.DataFrame, cap: float | None = None, **options) -> robust.RobustFit:
    """Pool secure-or-insecure Fisher z, robust variance; rows with r = 1 are left out or have the value `cap`."""
    used = secure_rows(rows)
    if cap is not None:
        used = rows[rows["r_secure_insecure"].notna()]
        used = used.assign(r_secure_insecure=used["r_secure_insecure"].clip(-cap, cap))
    return robust.fit(*_effects(used), **options)


def pooled_secure_raw(rows: pd.DataFrame, *, with_degenerate: bool) -> robust.RobustFit:
    """Pool secure-or-insecure stability on the scale of r, with the large-sample variance ``(1 - r**2)**2 / (n - 1)``.

    At r = 1 that variance is 0; with `with_degenerate` it is replaced by the smallest variance of the other rows, which
    gives the degenerate row the largest weight any row has instead of an infinite one.
    """
    used = rows[rows["r_secure_insecure"].notna()] if with_degenerate else secure_rows(rows)
    r, n = used["r_secure_insecure"].to_numpy(float), used["n"].to_numpy(float)
    v = (1 - r**2) ** 2 / (n - 1)
    return robust.fit(r, np.where(v > 0, v, v[v > 0].min()), used["study_id"].to_numpy())


def pooled_fourway(
    transitions: pd.DataFrame, *, variance: str = "Cohen", fisher: bool = False, **options
) -> robust.RobustFit:
    """Pool four-way kappa, correlated-effects robust variance.

    On the raw scale the sampling variance is one of :data:`KAPPA_VARIANCES`. With `fisher` kappa is treated as a
    correlation (Fisher z, variance ``1 / (n - 3)``), as the code published with the data file does.
    """
    tables = four_way_tables(transitions)
    k = agreement.kappa_square(tables)
    cluster = transitions["study_id"].to_numpy()
    if fisher:
        return robust.fit(fisher_z(k), fisher_z_variance(tables.sum(axis=(1, 2)).astype(float)), cluster, **options)
    return robust.fit(k, KAPPA_VARIANCES[variance](tables), cluster, **options)


def pooled_organised(rows: pd.DataFrame, **options) -> robust.RobustFit:
    """Pool organised-or-disorganised stability on Fisher z, correlated-effects robust variance."""
    used = rows[rows["r_organised_disorganised"].notna()]
    return robust.fit(*_effects(used, "r_organised_disorganised", "n_four_way"), **options)


def same_children(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the clusters of :data:`SAME_CHILDREN` joined."""
    return rows.assign(study_id=rows["study_id"].replace(SAME_CHILDREN))


def file_facts(facts: pd.DataFrame) -> pd.DataFrame:
    """Return value and interval of each result of the authors' files as floats, by row id."""
    single = facts[facts["statistic"] != "text"].set_index("row_id")
    return single[["value", "ci_low", "ci_high"]].astype(float)


def _as_r(*z: float) -> tuple[float, ...]:
    return tuple(float(fisher_z_to_r(x)) for x in z)


def sensitivity_to_rho(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pooled secure-or-insecure r by working correlation."""
    fits = [(rho, pooled_secure(rows, rho=rho)) for rho in RHOS]
    found = [(rho, *_as_r(f.estimate, f.ci_low, f.ci_high), f.tau2) for rho, f in fits]
    return pd.DataFrame(found, columns=["rho", "r", "ci_low", "ci_high", "tau2"])


@dataclass(frozen=True)
class Predicted(robust.RobustFit):
    """A robust fit with a prediction interval, for the forest plot."""

    pi_low: float
    pi_high: float


def with_prediction(fit: robust.RobustFit) -> Predicted:
    """Return `fit` with the interval in which a new sample is expected with a probability of 95 %.

    The estimate plus or minus the t quantile with (clusters - 2) degrees of freedom times ``sqrt(tau2 + se**2)``, after
    Higgins, Thompson & Spiegelhalter (2009), with clusters in the place of studies.
    """
    spread = t.ppf(0.975, fit.clusters - 2) * np.sqrt(fit.tau2 + fit.se**2)
    return Predicted(**vars(fit), pi_low=fit.estimate - spread, pi_high=fit.estimate + spread)


def pooled_table(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """Return the three pooled stabilities with intervals and heterogeneity, each on its own scale."""
    fits = (
        ("r, secure or insecure", pooled_secure(rows), fisher_z_to_r),
        ("kappa, four classes", pooled_fourway(transitions), float),
        ("r, organised or disorganised", pooled_organised(rows), fisher_z_to_r),
    )
    out = []
    for name, fit, back in fits:
        p = with_prediction(fit)
        limits = (float(back(x)) for x in (p.estimate, p.ci_low, p.ci_high, p.pi_low, p.pi_high))
        out.append((name, fit.k, fit.clusters, *limits, fit.df, fit.tau2, fit.i2))
    names = ["Coefficient", "Rows", "Samples", "Pooled", "95 % CI low", "95 % CI high", "Prediction low"]
    return pd.DataFrame(out, columns=[*names, "Prediction high", "Degrees of freedom", "τ²", "I² in %"])


def forest_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return secure-or-insecure rows on Fisher z, each with a name of its own; r = 1 has no finite effect."""
    used = rows[rows["r_secure_insecure"].notna()]
    r, n = used["r_secure_insecure"].to_numpy(float), used["n"].to_numpy(int)
    y = np.full(len(r), np.inf)
    y[np.abs(r) < 1] = fisher_z(r[np.abs(r) < 1])
    authors = used["study"].str.replace(r" \(\d{4}\)$", "", regex=True).str.replace(r", .*", " et al.", regex=True)
    sample = used["sample"].str.replace("month interval", "months")
    ages = used[["age1_months", "age2_months"]].map("{:g}".format).agg(" to ".join, axis=1) + " months"
    sample = sample.where(~used.duplicated(["study", "sample"], keep=False), sample + ", " + ages)
    study = np.where(used["study"].duplicated(keep=False), authors + ": " + sample, authors)
    se = np.sqrt(fisher_z_variance(n.astype(float)))
    return pd.DataFrame({"study": study, "year": used["year"].to_numpy(), "n": n, "y": y, "se": se})


def one_row_per_sample(rows: pd.DataFrame) -> pd.DataFrame:
    """Return per sample the mean Fisher z of its rows, with the largest n of them, as if they were wholly dependent."""
    used = secure_rows(rows).assign(z=lambda d: fisher_z(d["r_secure_insecure"].to_numpy(float)))
    how = {"study": "first", "sample": "first", "year": "first", "n": "max", "z": "mean"}
    out = used.groupby("study_id", sort=False).agg(how).reset_index().astype({"n": int})
    out["v"] = fisher_z_variance(out["n"].to_numpy(float))
    # A paper with several samples: the first part of the sample's description distinguishes them.
    several = out["study"].duplicated(keep=False)
    which = out["sample"].str.split(",").str[0].str.strip()
    out["label"] = np.where(several, out["study"] + ", " + which.str[0].str.lower() + which.str[1:], out["study"])
    return out[["study_id", "label", "year", "n", "z", "v"]]


def leave_one_sample_out(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the robust pooled r with each sample left out in turn."""
    labels = one_row_per_sample(rows).set_index("study_id")["label"]
    out = []
    for study_id, label in labels.items():
        f = pooled_secure(rows[rows["study_id"] != study_id])
        out.append((label, *_as_r(f.estimate, f.ci_low, f.ci_high)))
    return pd.DataFrame(out, columns=["label", "estimate", "ci_low", "ci_high"])


def small_study_test(rows: pd.DataFrame) -> robust.RobustFit:
    """Run an Egger-type test that respects the clusters: Fisher z on its standard error, robust variance."""
    y, v, cluster = _effects(secure_rows(rows))
    return robust.fit_regression(y, v, cluster, np.sqrt(v))


def dependence(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the pooled secure-or-insecure r by model of how rows of one sample depend; variances on Fisher z."""
    y, v, cluster = _effects(secure_rows(rows))
    out = []
    for rho in WITHIN:
        f = multilevel.fit(y, v, cluster, rho=rho)
        name = f"Correlated and hierarchical, ρ = {rho}" if rho else "Three-level, independent errors"
        out.append((name, *_as_r(f.estimate, f.ci_low, f.ci_high), f.df, f.between, f.within))
    names = ["Model", "r", "95 % CI low", "95 % CI high", "Degrees of freedom", "Variance between", "Variance within"]
    return pd.DataFrame(out, columns=names)


def corrected(per_sample: pd.DataFrame) -> pd.DataFrame:
    """Return PET, PEESE and the step selection model for one effect per sample, on the scale of r, by name."""
    z, v = per_sample["z"].to_numpy(), per_sample["v"].to_numpy()
    out = []
    for words, model in (("weighted least squares", "classical"), ("REML", "mixed")):
        for name, predictor in (("PET", "se"), ("PEESE", "variance")):
            e = smallstudy.egger(z, v, model=model, predictor=predictor)
            out.append((f"{name}, {words}", *_as_r(e.limit, e.limit_low, e.limit_high), e.p))
    s = selection.fit(z, v)
    out.append(("Selection model, maximum likelihood", *_as_r(s.estimate, s.ci_low, s.ci_high), s.selection_p))
    return pd.DataFrame(out, columns=["Method", "r", "95 % CI low", "95 % CI high", "p of asymmetry"])


def moderators(rows: pd.DataFrame) -> pd.DataFrame:
    """Return robust meta-regressions of Fisher z on one moderator at a time: slope, interval, df, p; by column."""
    used = secure_rows(rows)
    y, v, cluster = _effects(used)
    values = {"interval": used["age2_months"] - used["age1_months"]}
    values |= {name: used[name].eq(one).astype(float) for name, one in MODERATORS.items()}
    out = []
    for name, x in values.items():
        f = robust.fit_regression(y, v, cluster, x.to_numpy(float))
        out.append((name, *(float(np.asarray(part)[1]) for part in (f.estimate, f.ci_low, f.ci_high, f.df, f.p))))
    names = ["Moderator", "Slope", "95 % CI low", "95 % CI high", "Degrees of freedom", "p"]
    return pd.DataFrame(out, columns=names).set_index("Moderator")
