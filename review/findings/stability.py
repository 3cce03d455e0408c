"""Stability of early attachment: the study rows behind Opie et al. (2021)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from restated.estimate import agreement, meta, robust
from restated.estimate.effects import fisher_z, fisher_z_to_r, fisher_z_variance

CLASSES = "ABCD"
TWO_WAY = ["SS", "SI", "IS", "II"]
FOUR_WAY = [f"{a}_to_{b}" for a in CLASSES for b in CLASSES]
_SECURE, _DISORGANISED = CLASSES.index("B"), CLASSES.index("D")

#: Working correlations of the sensitivity analysis: the whole range in steps of one fifth, as is usual.
RHOS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

#: The file gives r and kappa to six decimals: a recomputed value agrees if it rounds to the same six.
SIX_DECIMALS = 0.5e-6 * (1 + 1e-9)


def four_way_tables(transitions: pd.DataFrame) -> np.ndarray:
    """Counts by class at the first (rows) and second (columns) assessment, shape (rows, 4, 4), order A B C D."""
    return transitions[FOUR_WAY].to_numpy(int).reshape(-1, 4, 4)


def collapse(tables: np.ndarray, against: int) -> np.ndarray:
    """Two-way tables of one class against the other three.

    Parameters
    ----------
    tables : ndarray, shape (m, 4, 4)
    against : int
        Index of the class.

    Returns
    -------
    ndarray, shape (m, 4)
        Counts in the order class-class, class-other, other-class, other-other.
    """
    both = tables[:, against, against]
    first = tables[:, against, :].sum(axis=1)
    second = tables[:, :, against].sum(axis=1)
    total = tables.sum(axis=(1, 2))
    return np.stack([both, first - both, second - both, total - first - second + both], axis=1)


def check_counts(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """Every coefficient of the file that counts allow to be recomputed, beside the recomputed one.

    Returns
    -------
    pandas.DataFrame
        Columns ``row_id, study, coefficient, n, in_file, recomputed, difference, agrees``. ``recomputed`` is missing
        where the counts leave the coefficient undefined.
    """
    parts = []
    counted = rows.dropna(subset=TWO_WAY)
    parts.append(_compared(counted, "r_secure_insecure", agreement.phi(counted[TWO_WAY].to_numpy(float)), counted["n"]))
    by_row = rows.set_index("row_id").loc[transitions["row_id"]].reset_index()
    tables = four_way_tables(transitions)
    total = tables.sum(axis=(1, 2))
    parts.append(_compared(by_row, "kappa_four_way", agreement.kappa_square(tables), total))
    organised = agreement.phi(collapse(tables, _DISORGANISED).astype(float))
    parts.append(_compared(by_row, "r_organised_disorganised", organised, total))
    return pd.concat(parts, ignore_index=True)


_NAMES = {
    "r_secure_insecure": "r, secure or insecure",
    "kappa_four_way": "kappa, four classes",
    "r_organised_disorganised": "r, organised or disorganised",
}


def _compared(rows: pd.DataFrame, column: str, recomputed, n) -> pd.DataFrame:
    in_file = rows[column].to_numpy(float)
    recomputed = np.asarray(recomputed, float)
    difference = recomputed - in_file
    return pd.DataFrame(
        {
            "row_id": rows["row_id"].to_numpy(),
            "study": (rows["study"] + ", " + rows["sample"]).to_numpy(),
            "coefficient": _NAMES[column],
            "n": np.asarray(n, int),
            "in_file": in_file,
            "recomputed": recomputed,
            "difference": difference,
            "agrees": np.abs(difference) <= SIX_DECIMALS,
        }
    )


def compared_as_printed(checked: pd.DataFrame, name: str) -> pd.DataFrame:
    """The checked rows of one coefficient, as the figure of differences reads them.

    Returns
    -------
    pandas.DataFrame
        Columns ``label, printed, low, high, recomputed``; rows that counts leave undefined are left out.
    """
    part = checked[(checked["coefficient"] == name) & checked["recomputed"].notna()]
    return pd.DataFrame(
        {
            "label": part["row_id"] + " " + part["study"],
            "printed": part["in_file"],
            "low": part["in_file"] - SIX_DECIMALS,
            "high": part["in_file"] + SIX_DECIMALS,
            "recomputed": part["recomputed"],
        }
    ).reset_index(drop=True)


def check_collapse(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """Rows whose four-way table, collapsed to secure or insecure, is not the two-way table of the same row.

    Returns
    -------
    pandas.DataFrame
        Columns ``row_id, study, two_way, four_way_collapsed, same_as``; the last names another row of the same paper
        whose two-way table the collapsed one equals, if there is one.
    """
    two_way = {r.row_id: tuple(getattr(r, c) for c in TWO_WAY) for r in rows.dropna(subset=TWO_WAY).itertuples()}
    paper = rows.set_index("row_id")["study"]
    found = []
    collapsed = collapse(four_way_tables(transitions), _SECURE)
    for row_id, cells in zip(transitions["row_id"], collapsed, strict=True):
        cells = tuple(int(c) for c in cells)
        mine = two_way.get(row_id)
        if mine is None or cells == tuple(int(c) for c in mine):
            continue
        twin = [o for o, c in two_way.items() if o != row_id and paper[o] == paper[row_id] and tuple(c) == cells]
        found.append(
            (
                row_id,
                paper[row_id],
                " ".join(str(int(c)) for c in mine),
                " ".join(map(str, cells)),
                ", ".join(twin) or None,
            )
        )
    return pd.DataFrame(found, columns=["row_id", "study", "two_way", "four_way_collapsed", "same_as"])


def secure_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a secure-or-insecure r of absolute value below 1: Fisher z has no value at 1."""
    r = rows["r_secure_insecure"]
    return rows[r.notna() & (r.abs() < 1)]


def pooled_secure(rows: pd.DataFrame, cap: float | None = None, **options) -> robust.RobustFit:
    """Secure-or-insecure stability on Fisher z, correlated-effects robust variance.

    Parameters
    ----------
    rows : pandas.DataFrame
    cap : float, optional
        Replace r = 1 by this value; without it the row is left out.
    """
    used = secure_rows(rows)
    if cap is not None:
        used = rows[rows["r_secure_insecure"].notna()]
        used = used.assign(r_secure_insecure=used["r_secure_insecure"].clip(-cap, cap))
    y, v = fisher_z(used["r_secure_insecure"].to_numpy(float)), fisher_z_variance(used["n"].to_numpy(float))
    return robust.fit(y, v, used["study_id"].to_numpy(), **options)


def sensitivity_to_rho(rows: pd.DataFrame) -> pd.DataFrame:
    """The pooled secure-or-insecure r for working correlations from 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Columns ``rho, r, ci_low, ci_high, tau2``; correlations on the scale of r.
    """
    fits = [(rho, pooled_secure(rows, rho=rho)) for rho in RHOS]
    ends = [(rho, *(float(fisher_z_to_r(x)) for x in (f.estimate, f.ci_low, f.ci_high)), f.tau2) for rho, f in fits]
    return pd.DataFrame(ends, columns=["rho", "r", "ci_low", "ci_high", "tau2"])


@dataclass(frozen=True)
class Predicted:
    """A robust fit with a prediction interval, as the forest plot reads it."""

    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float
    pi_high: float
    tau2: float
    i2: float
    weights: np.ndarray


def with_prediction(fit: robust.RobustFit, level: float = 0.95) -> Predicted:
    """`fit` with the interval in which a new sample is expected.

    The estimate plus or minus the t quantile with (clusters - 2) degrees of freedom times ``sqrt(tau2 + se**2)``, after
    Higgins, Thompson & Spiegelhalter (2009), with clusters in the place of studies.
    """
    spread = t.ppf(0.5 + level / 2, fit.clusters - 2) * np.sqrt(fit.tau2 + fit.se**2)
    return Predicted(
        fit.estimate,
        fit.ci_low,
        fit.ci_high,
        fit.estimate - spread,
        fit.estimate + spread,
        fit.tau2,
        fit.i2,
        fit.weights,
    )


def kappa_rows(transitions: pd.DataFrame) -> pd.DataFrame:
    """Rows with a four-way table for a forest plot on the raw scale: ``study, year, n, y, se`` (Cohen's variance)."""
    tables = four_way_tables(transitions)
    return pd.DataFrame(
        {
            "study": _row_labels(transitions),
            "year": transitions["year"].to_numpy(),
            "n": tables.sum(axis=(1, 2)),
            "y": agreement.kappa_square(tables),
            "se": np.sqrt(agreement.kappa_variance_cohen(tables)),
        }
    )


def _row_labels(rows: pd.DataFrame) -> np.ndarray:
    """Authors, with the sample where a paper has several rows."""
    authors = rows["study"].str.replace(r" \(\d{4}\)$", "", regex=True)
    return np.where(rows["study"].duplicated(keep=False), authors + ": " + rows["sample"], authors)


def pooled_table(rows: pd.DataFrame, transitions: pd.DataFrame) -> pd.DataFrame:
    """The three pooled stabilities with interval, prediction interval and heterogeneity, each on its own scale."""
    fits = (
        ("r, secure or insecure", pooled_secure(rows), fisher_z_to_r),
        ("kappa, four classes", pooled_fourway(transitions), float),
        ("r, organised or disorganised", pooled_organised(rows), fisher_z_to_r),
    )
    out = []
    for name, fit, back in fits:
        p = with_prediction(fit)
        ends = (p.estimate, p.ci_low, p.ci_high, p.pi_low, p.pi_high)
        out.append((name, fit.k, fit.clusters, *(float(back(x)) for x in ends), fit.df, fit.tau2, fit.i2))
    names = [
        "Coefficient",
        "Rows",
        "Samples",
        "Pooled",
        "95 % CI low",
        "95 % CI high",
        "Prediction low",
        "Prediction high",
        "Degrees of freedom",
        "τ²",
        "I² in %",
    ]
    return pd.DataFrame(out, columns=names)


def forest_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a secure-or-insecure r for a forest plot: ``study, year, n, y, se`` on Fisher z.

    The row with r = 1 has no finite effect and is drawn as left out.
    """
    used = rows[rows["r_secure_insecure"].notna()]
    r = used["r_secure_insecure"].to_numpy(float)
    y = np.full(len(r), np.inf)
    y[np.abs(r) < 1] = fisher_z(r[np.abs(r) < 1])
    return pd.DataFrame(
        {
            "study": _row_labels(used),
            "year": used["year"].to_numpy(),
            "n": used["n"].to_numpy(int),
            "y": y,
            "se": np.sqrt(fisher_z_variance(used["n"].to_numpy(float))),
        }
    )


def pooled_secure_raw(rows: pd.DataFrame, *, with_degenerate: bool) -> robust.RobustFit:
    """The same on the scale of r, with the large-sample variance ``(1 - r**2)**2 / (n - 1)``.

    At r = 1 that variance is 0; with `with_degenerate` it is replaced by the smallest variance of the other rows, which
    gives the degenerate row the largest weight any row has instead of an infinite one.
    """
    used = rows[rows["r_secure_insecure"].notna()] if with_degenerate else secure_rows(rows)
    r, n = used["r_secure_insecure"].to_numpy(float), used["n"].to_numpy(float)
    v = (1 - r**2) ** 2 / (n - 1)
    v = np.where(v > 0, v, v[v > 0].min())
    return robust.fit(r, v, used["study_id"].to_numpy())


def pooled_fourway(transitions: pd.DataFrame, *, fisher: bool = False, **options) -> robust.RobustFit:
    """Four-way kappa, correlated-effects robust variance.

    On the raw scale the sampling variance is Cohen's, ``po (1 - po) / (n (1 - pe)**2)``. With `fisher` kappa is treated
    as a correlation (Fisher z, variance ``1 / (n - 3)``), as the code beside the data file does.
    """
    tables = four_way_tables(transitions)
    k = agreement.kappa_square(tables)
    cluster = transitions["study_id"].to_numpy()
    if fisher:
        return robust.fit(fisher_z(k), fisher_z_variance(tables.sum(axis=(1, 2)).astype(float)), cluster, **options)
    return robust.fit(k, agreement.kappa_variance_cohen(tables), cluster, **options)


def pooled_organised(rows: pd.DataFrame, **options) -> robust.RobustFit:
    """Organised-or-disorganised stability on Fisher z, correlated-effects robust variance."""
    used = rows[rows["r_organised_disorganised"].notna()]
    y = fisher_z(used["r_organised_disorganised"].to_numpy(float))
    v = fisher_z_variance(used["n_four_way"].to_numpy(float))
    return robust.fit(y, v, used["study_id"].to_numpy(), **options)


def one_row_per_sample(rows: pd.DataFrame) -> pd.DataFrame:
    """One independent effect per sample: the mean Fisher z of its rows, with the largest n of them.

    Taking the largest n of a sample treats its rows as perfectly dependent, which overstates no sample's weight.

    Returns
    -------
    pandas.DataFrame
        Columns ``study_id, label, year, n, z, v``.
    """
    used = secure_rows(rows).assign(z=lambda d: fisher_z(d["r_secure_insecure"].to_numpy(float)))
    grouped = used.groupby("study_id", sort=False)
    out = grouped.agg(
        study=("study", "first"), sample=("sample", "first"), year=("year", "first"), n=("n", "max"), z=("z", "mean")
    ).reset_index()
    out["n"] = out["n"].astype(int)
    out["v"] = fisher_z_variance(out["n"].to_numpy(float))
    # A paper with several samples: the first part of the sample's description tells them apart.
    several = out["study"].duplicated(keep=False)
    which = out["sample"].str.split(",").str[0].str.strip()
    out["label"] = np.where(several, out["study"] + ", " + which.str[0].str.lower() + which.str[1:], out["study"])
    return out[["study_id", "label", "year", "n", "z", "v"]]


def leave_one_sample_out(rows: pd.DataFrame) -> pd.DataFrame:
    """Robust pooled r with each sample left out in turn.

    Returns
    -------
    pandas.DataFrame
        Columns ``label, estimate, ci_low, ci_high`` on the scale of r.
    """
    labels = one_row_per_sample(rows).set_index("study_id")["label"]
    out = []
    for study_id, label in labels.items():
        f = pooled_secure(rows[rows["study_id"] != study_id])
        out.append((label, *(float(fisher_z_to_r(x)) for x in (f.estimate, f.ci_low, f.ci_high))))
    return pd.DataFrame(out, columns=["label", "estimate", "ci_low", "ci_high"])


def small_study_test(rows: pd.DataFrame) -> robust.RobustRegression:
    """Egger-type test that respects the clusters: Fisher z on its standard error, robust variance."""
    used = secure_rows(rows)
    y, v = fisher_z(used["r_secure_insecure"].to_numpy(float)), fisher_z_variance(used["n"].to_numpy(float))
    return robust.fit_regression(y, v, used["study_id"].to_numpy(), np.sqrt(v)[:, None], names=("standard error",))


def estimator_matrix(rows: pd.DataFrame) -> pd.DataFrame:
    """Estimators and interval methods on one effect per sample, on the scale of r."""
    per_sample = one_row_per_sample(rows)
    return meta.estimator_matrix(per_sample["z"].to_numpy(), per_sample["v"].to_numpy())
