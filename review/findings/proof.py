"""Comparison of the estimators with the stored reference values of independent software, at each build.

The values were made by R scripts in ``tests/reference`` and are stored there with the calls and versions that made
them; the tests compare every one of them. This module makes the tables of the book.
"""

import json

import numpy as np
import pandas as pd

from restated.estimate import growth, meta, robust
from restated_book import paths

REFERENCE = paths.ROOT / "tests" / "reference"
NOT_MEASURED = "not measured"  #: Entry of the kept benchmark table for a program that was not available
SUBJECTS = paths.tables(__file__)  #: Subject of each file, in words


def _load(name: str) -> dict:
    return json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))


def sources() -> pd.DataFrame:
    """Return the stored reference values: subject, versions and number of cases."""
    rows = []
    for file in sorted(REFERENCE.glob("*.json")):
        content = _load(file.stem)
        packages = ", ".join(f"{name} {version}" for name, version in content["packages"].items())
        cases = sum(len(part) for part in content.values() if isinstance(part, list))
        rows.append((file.stem, SUBJECTS[file.stem], f"R {content['r']}: {packages}", cases or None))
    return pd.DataFrame(rows, columns=["File", "Compares", "With", "Cases"]).astype({"Cases": "Int64"})


def _worst(ours, theirs) -> float:
    """Return the largest relative difference; the absolute one where the reference is 0."""
    ours, theirs = np.atleast_1d(np.asarray(ours, float)), np.atleast_1d(np.array(theirs, dtype=float))
    return float(np.max(np.abs(ours - theirs) / np.where(theirs == 0, 1.0, np.abs(theirs))))


def pooling() -> pd.DataFrame:
    """Return the worst relative difference from metafor (absolute for tau2) by estimator, over data and intervals."""
    reference = _load("meta")
    fields = {"Estimate": ("estimate",), "Standard error": ("se",), "Interval": ("ci_low", "ci_high")}
    rows = []
    for case in reference["pooled"]:
        data = reference["data"][case["data"]]
        ci = {"z": "wald", "knha": "knapp-hartung", "adhoc": "adhoc"}[case["test"]]
        fit = meta.fit(np.array(data["y"]), np.array(data["v"]), method=case["method"], ci=ci)
        found = [max(_worst(getattr(fit, f), case[f]) for f in group) for group in fields.values()]
        # One side may put tau2 at zero and the other at the end of its iteration: the absolute difference counts.
        rows.append((case["method"], *found, abs(fit.tau2 - case["tau2"])))
    return _worst_by(rows, ["Estimator", *fields, "τ² (absolute)"])


def _worst_by(rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    """Return the number of cases and the largest of each difference by the first column."""
    grouped = pd.DataFrame(rows, columns=columns).groupby(columns[0], sort=False)
    table = grouped.max()
    table.insert(0, "Cases", grouped.size())
    return table.reset_index()


def robust_variance() -> pd.DataFrame:
    """Return the worst relative difference from robumeta over all cases with an intercept only, by data set."""
    reference = _load("robust")
    fields = {"Estimate": "estimate", "Standard error": "se", "Degrees of freedom": "df", "τ²": "tau2"}
    rows = []
    for case in (case for case in reference["cases"] if case["formula"] == "y ~ 1"):
        data = reference["data"][case["data"]]
        fit = robust.fit(data["y"], data["v"], data["cluster"], rho=case["rho"], small=case["small"])
        rows.append((case["data"], *(_worst(getattr(fit, f), case[f]) for f in fields.values())))
    return _worst_by(rows, ["Data set", *fields])


def ratios(measured: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the kept benchmark table in which another program was measured too.

    Work and peer are without what follows their first comma or bracket; `bar` is the least ratio asked for, nan where
    the bar is of another kind. `measured` is ``data/benchmarks/measured.csv`` as text.
    """
    rows = measured[measured["ratio"] != NOT_MEASURED]
    asked = rows["bar"].str.extract(r"at least (\d+(?:\.\d+)?) times", expand=False)
    short = {name: rows[name].str.split(r", | \(| with | in a loop", regex=True).str[0] for name in ("work", "peer")}
    columns = {**short, "ratio": rows["ratio"].astype(float), "bar": asked.astype(float)}
    return pd.DataFrame(columns).reset_index(drop=True)


def latent_growth() -> pd.DataFrame:
    """Compare the growth model as a mixed model here with structural equations in lavaan, on the stored data sets.

    One row per data set: children, share of ratings missing, both log-likelihoods, and the largest differences of a
    coefficient (in its standard errors) and of a variance (absolute).
    """
    reference = _load("growthsem")
    rows = []
    for case in reference["cases"]:
        data = reference["data"][case["data"]]
        y = np.array(data["y"], dtype=float)
        fit = growth.fit_batch([y], data["times"], np.array(data["covariates"], dtype=float), method="ML")
        apart = np.abs(fit.fixed[0] - case["fixed"]) / fit.fixed_se[0]
        between, within = fit.random_covariance[0] - case["random"], fit.residual_variance[0] - case["residual"]
        variances = np.abs(np.append(between, within))
        missing = f"{np.isnan(y).mean():.0%}".replace("%", " %")
        likelihoods = (case["log_likelihood"], float(fit.log_likelihood[0]))
        rows.append((case["data"], len(y), missing, *likelihoods, f"{apart.max():.0e}", f"{variances.max():.0e}"))
    columns = ["Ratings", "Children", "Missing", "Likelihood, lavaan", "Likelihood, here", "Coefficients", "Variances"]
    return pd.DataFrame(rows, columns=columns)


def powers_of_ten(table: pd.DataFrame) -> pd.DataFrame:
    """Return differences in powers of ten, as a reader compares them; 0 where there is none."""
    names = table.columns[2:]
    return table.assign(**{name: ["0" if x == 0 else f"{x:.0e}" for x in table[name]] for name in names})
