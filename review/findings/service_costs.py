"""Health-service costs after partial hospitalization: what sizes, a z, percentages and recalled totals allow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.stats import contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from restated.errors import RestatedError
from restated.estimate import costs, costsets
from restated.reconstruct import counts, moments, ranks

PERIODS = ("pretreatment", "treatment", "follow-up")
ARMS = {"ph": "partial hospitalization", "gpc": "general psychiatric care"}
#: Months in a year: amounts per year become amounts per window.
YEAR = 12
#: Category of the rows of totals.
TOTAL = "total"

#: Assumed shapes of costs: kind of the positive values and share of patients without any cost. The share of zeros is an
#: assumption; three in ten is large enough to show what zeros do.
SHAPES = {"lognormal": ("lognormal", 0.0), "gamma": ("gamma", 0.0), "lognormal, 30 % zeros": ("lognormal", 0.3)}
#: SD/mean ratios tried in both arms: up to the largest at which samples of 19 of every shape above exist within the reach of
#: floating-point numbers.
CVS = np.round(np.arange(0.4, 2.81, 0.2), 10)


# --- mean costs by window ---------------------------------------------------------------------------------------------


def totals(table: pd.DataFrame, months: dict[str, int]) -> pd.DataFrame:
    """Total cost per patient, by window and arm, per year and per window.

    Parameters
    ----------
    table : pandas.DataFrame
        From ``studies.load("service-costs")``.
    months : dict
        Length of each window.

    Returns
    -------
    pandas.DataFrame
        Columns ``period, arm, mean, sd, n, months, per_year, per_window``; six rows in order of time.
    """
    rows = table[table["category"] == TOTAL].set_index(["period", "group"])
    out = []
    for period in PERIODS:
        for arm, group in ARMS.items():
            row = rows.loc[(period, group)]
            years = months[period] / YEAR
            per_year = row["mean"] if row["basis"] == "per year" else row["mean"] / years
            out.append((period, arm, row["mean"], row["sd"], int(row["n"]), months[period], per_year, per_year * years))
    return pd.DataFrame(out, columns=["period", "arm", "mean", "sd", "n", "months", "per_year", "per_window"])


def cumulative(six: pd.DataFrame) -> pd.DataFrame:
    """Cost per patient summed since the start of the first window, at the end of each window.

    Costs are taken to accrue evenly within a window. Columns ``month`` (0 is randomisation), ``ph, gpc``.
    """
    wide = six.pivot(index="period", columns="arm", values="per_window").loc[list(PERIODS)]
    months = six.drop_duplicates("period").set_index("period")["months"].loc[list(PERIODS)]
    ends = np.r_[0, months.cumsum()] - months.iloc[0]
    return pd.DataFrame({"month": ends} | {arm: np.r_[0.0, wide[arm].cumsum()] for arm in ARMS})


def crossings(path: pd.DataFrame) -> list[float]:
    """Months at which the two cumulative costs change places (straight lines between the ends of windows)."""
    gap = (path["ph"] - path["gpc"]).to_numpy()
    month = path["month"].to_numpy(float)
    found = []
    for i in range(1, len(gap)):
        if gap[i - 1] * gap[i] < 0:
            found.append(float(month[i - 1] + (month[i] - month[i - 1]) * gap[i - 1] / (gap[i - 1] - gap[i])))
    return found


def break_even(six: pd.DataFrame) -> float:
    """Yearly cost of partial hospitalization during treatment at which both arms cost the same from randomisation on."""
    cost = six.set_index(["period", "arm"])
    allowed = sum(cost.loc[(p, "gpc"), "per_window"] for p in PERIODS[1:]) - cost.loc[("follow-up", "ph"), "per_window"]
    return float(allowed / (cost.loc[("treatment", "ph"), "months"] / YEAR))


def comparisons(table: pd.DataFrame) -> pd.DataFrame:
    """The tests that a table with standard deviations determines, for every category and window that has both arms.

    Returns
    -------
    pandas.DataFrame
        ``category, period, difference`` (partial hospitalization minus general psychiatric care), ``low, high`` (95 %,
        Welch), ``welch_p, student_p, gamma_p`` (the last one nan where a mean is zero).
    """
    out = []
    given = table[table["sd"].notna()]
    for (category, period), rows in given.groupby(["category", "period"], sort=False):
        by = rows.set_index("group")
        if not set(ARMS.values()) <= set(by.index):
            continue
        x, y = (by.loc[group] for group in ARMS.values())
        if x["sd"] == y["sd"] == 0:
            continue
        ends = (x["mean"], x["sd"], int(x["n"]), y["mean"], y["sd"], int(y["n"]))
        welch = costs.t_test_from_moments(*ends)
        student = costs.t_test_from_moments(*ends, equal_variances=True)
        gamma = np.nan
        if x["mean"] > 0 and y["mean"] > 0:
            spread = (x["sd"] / x["mean"], y["sd"] / y["mean"])
            gamma = float(costsets.p_by_moments(x["mean"] / y["mean"], *spread, x["n"], y["n"], "gamma model"))
        out.append((category, period, welch.estimate, welch.ci_low, welch.ci_high, welch.p, student.p, gamma))
    names = ["category", "period", "difference", "low", "high", "welch_p", "student_p", "gamma_p"]
    return pd.DataFrame(out, columns=names)


def adds_up(table: pd.DataFrame) -> pd.DataFrame:
    """Sum of the categories of each window and arm beside the total: ``period, group, categories, total, difference``."""
    parts = table[table["category"] != TOTAL].groupby(["period", "group"], sort=False)["mean"].agg(["size", "sum"])
    whole = table[table["category"] == TOTAL].set_index(["period", "group"])["mean"]
    out = [(p, g, row["size"], row["sum"], whole[p, g]) for (p, g), row in parts.iterrows()]
    frame = pd.DataFrame(out, columns=["period", "group", "categories", "sum", "total"])
    return frame.assign(categories=frame["categories"].astype(int), difference=frame["sum"] - frame["total"])


# --- the inverse question ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CostSets:
    """Data sets of two arms with mean 1 and exact SD/mean, by shape, and the means of their bootstrap resamples.

    Each dict holds arrays of shape (cvs, draws, n) or (cvs, draws, resamples), nan where a shape does not exist.
    """

    cvs: np.ndarray
    values1: dict[str, np.ndarray]
    values2: dict[str, np.ndarray]
    means1: dict[str, np.ndarray]
    means2: dict[str, np.ndarray]


def compatible_sets(n1: int, n2: int, *, cvs=CVS, draws: int, seed: int) -> CostSets:
    """Draw the data sets: `draws` of each shape in `SHAPES` for every SD/mean in both arms."""
    cvs = np.asarray(cvs, dtype=float)

    def samples(n: int, seed: int) -> dict[str, np.ndarray]:
        found = {}
        for name, (kind, share) in SHAPES.items():
            shape = moments.Shape(kind, round(share * n))
            least, _ = moments.sd_range(n, 1.0, shape.zeros)
            found[name] = np.full((len(cvs), draws, n), np.nan)
            for i in np.flatnonzero(cvs > least):
                found[name][i] = moments.exact_samples(n, 1.0, cvs[i], shape, draws=draws, seed=seed)
        return found

    x, y = samples(n1, seed), samples(n2, seed + 1)
    return CostSets(
        cvs,
        x,
        y,
        {name: costsets.resampled_means(values, seed=seed + 2) for name, values in x.items()},
        {name: costsets.resampled_means(values, seed=seed + 3) for name, values in y.items()},
    )


def shares(sets: CostSets, ratios, *, diagonal: bool = False) -> pd.DataFrame:
    """Share of compatible data sets that the rank test and the bootstrap call significant, over the plane of SD/mean.

    Every data set has exactly the stated means and standard deviations; its shape is assumed.

    Parameters
    ----------
    sets : CostSets
    ratios : sequence of float
        Mean of group 1 over mean of group 2.
    diagonal : bool
        Only points with equal SD/mean in both groups.

    Returns
    -------
    pandas.DataFrame
        ``shape, test, ratio, cv1, cv2, share, opposite``; nan where the shape does not exist. `opposite` is the share in which
        the test is significant although the arm with the lower mean ranks *higher*. The standard error of a share is at most
        ``sqrt(.25 / draws)``.
    """
    out = []
    for shape in SHAPES:
        x, y = sets.values1[shape], sets.values2[shape]
        exists = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(y).all(axis=(1, 2))
        for ratio in ratios:
            for i, cv1 in enumerate(sets.cvs):
                against = np.array([i]) if diagonal else np.arange(len(sets.cvs))
                known = against[exists[against] & exists[i]]
                # Rows: significant, and significant the other way round.
                ranked, resampled = np.full((2, len(sets.cvs)), np.nan), np.full((2, len(sets.cvs)), np.nan)
                if len(known):
                    p, superiority = costsets.by_ranks(
                        np.broadcast_to(ratio * x[i], (len(known), *x[i].shape)), y[known]
                    )
                    ranked[0, known] = (p < 0.05).mean(axis=1)
                    ranked[1, known] = ((p < 0.05) & ((superiority > 0.5) == (ratio < 1))).mean(axis=1)
                    apart = costsets.bootstrap_excludes_zero(ratio * sets.means1[shape][i], sets.means2[shape][known])
                    resampled[0, known] = apart.mean(axis=1)
                    resampled[1, known] = 0.0  # the interval lies around the difference of the means
                for test, found in (("Mann–Whitney", ranked), ("bootstrap", resampled)):
                    out += [(shape, test, ratio, cv1, sets.cvs[j], *found[:, j]) for j in against]
    return pd.DataFrame(out, columns=["shape", "test", "ratio", "cv1", "cv2", "share", "opposite"])


def half_limits(diagonal: pd.DataFrame) -> pd.DataFrame:
    """SD/mean up to which at least half of the data sets are significant, by shape, test and ratio.

    Parameters
    ----------
    diagonal : pandas.DataFrame
        From `shares` with ``diagonal=True``.

    Returns
    -------
    pandas.DataFrame
        ``shape, test, ratio, cv``: from the smallest SD/mean up to the first fall below one half, linear between grid points;
        infinite where there is none on the grid, nan where fewer than half are significant from its start.
    """
    out = []
    for key, rows in diagonal.dropna(subset="share").groupby(["shape", "test", "ratio"], sort=False):
        cv, share = rows["cv1"].to_numpy(), rows["share"].to_numpy()
        below = np.flatnonzero(share < 0.5)
        at = np.inf
        if len(below):
            i = below[0] - 1
            at = np.nan if i < 0 else cv[i] + (cv[i + 1] - cv[i]) * (share[i] - 0.5) / (share[i] - share[i + 1])
        out.append((*key, at))
    return pd.DataFrame(out, columns=["shape", "test", "ratio", "cv"])


def limit_bands(limits: pd.DataFrame) -> pd.DataFrame:
    """Lowest and highest limit of `half_limits` over the shapes that reach one half: ``test, ratio, low, high``."""
    reached = limits.dropna(subset="cv").groupby(["test", "ratio"], sort=False)["cv"]
    return reached.agg(low="min", high="max").reset_index()


def limit_curves(n1: int, n2: int, ratios) -> pd.DataFrame:
    """Limits of the tests that moments determine: ``test, ratio, cv``."""
    rows = [
        pd.DataFrame({"test": test, "ratio": ratios, "cv": costsets.critical_cv(ratios, n1, n2, test)})
        for test in costsets.BY_MOMENTS
    ]
    return pd.concat(rows, ignore_index=True)


def detection(ratios, cvs, n1: int, n2: int, *, trials: int, seed: int) -> pd.DataFrame:
    """What trials of this size find (Welch, two-sided .05) when the true mean ratio and SD/mean are as stated.

    Returns
    -------
    pandas.DataFrame
        ``shape, cv, ratio, power, sign, magnitude``; see `restated.estimate.costsets.errors_of_trials`.
    """
    out = []
    for shape, (kind, zeros) in SHAPES.items():
        for cv in cvs:
            rng = np.random.default_rng(seed)
            x = costsets.population(kind, cv, zeros, (trials, n1), rng)
            y = costsets.population(kind, cv, zeros, (trials, n2), rng)
            for ratio in ratios:
                out.append(
                    {"shape": shape, "cv": cv, "ratio": ratio} | costsets.errors_of_trials(ratio * x, y, ratio - 1)
                )
    return pd.DataFrame(out)


# --- how skewed costs are elsewhere -----------------------------------------------------------------------------------


def spread_from_range(n: int, mean: float, low: float, high: float) -> tuple[float, float]:
    """Smallest and largest SD/mean of n values with this mean whose smallest is `low` and largest `high`.

    Both ends are members. The smallest spread has all others equal; the largest has them at the ends but for one, which
    makes the mean right.

    Raises
    ------
    RestatedError
        If no such values exist.
    """
    rest = n * mean - low - high
    if n < 3 or not (n - 2) * low <= rest <= (n - 2) * high:
        raise RestatedError(f"no {n} values from {low:g} to {high:g} have the mean {mean:g}")
    equal = np.r_[low, high, np.full(n - 2, rest / (n - 2))]
    at_top = int((rest - (n - 2) * low) // (high - low)) if high > low else 0
    at_top = min(at_top, n - 2)
    ends = np.r_[low, high, np.full(at_top, high), np.full(n - 2 - at_top, low)]
    if at_top < n - 2:
        ends[-1] = n * mean - ends[:-1].sum()
    return tuple(float(v.std(ddof=1) / mean) for v in (equal, ends))


def spread_from_interval(mean1: float, mean2: float, n1: int, n2: int, low: float, high: float) -> float:
    """SD/mean, equal in both groups, that a 95 % interval of the mean difference implies (normal quantile)."""
    se = (high - low) / 2 / 1.959963984540054  # standard normal quantile of .975
    return float(se / np.sqrt(mean1**2 / n1 + mean2**2 / n2))


# --- the z of medication ----------------------------------------------------------------------------------------------


def medication_sets(z: str, sizes, *, most_tied: float) -> pd.DataFrame:
    """All U behind the printed z, for several sizes, with and without ties.

    Parameters
    ----------
    z : str
        As printed, negative when partial hospitalization is lower.
    sizes : sequence of (int, int)
        Patients in partial hospitalization and in general psychiatric care.
    most_tied : float
        Largest share of all patients that may have one and the same cost.

    Returns
    -------
    pandas.DataFrame
        ``n1, n2, ties, correction, u_low, u_high, members, low, high``; the last two are the probability that a patient of
        general psychiatric care has the higher cost (ties count one half).
    """
    out = []
    for n1, n2 in sizes:
        tied = int(most_tied * (n1 + n2))
        least = ranks.tie_factor([tied] + [1] * (n1 + n2 - tied))
        for ties, factor in (("none", (1, 1)), (f"up to {tied} patients alike", (least, Fraction(1)))):
            found = ranks.u_values(z, n1, n2, factor=factor)
            for correction, fits in (("without", found.plain), ("with", found.corrected)):
                u = found.u[fits]
                if len(u):
                    higher = 1 - u / (n1 * n2)
                    row = (n1, n2, ties, correction, u.min(), u.max(), len(u), higher.min(), higher.max())
                    out.append(row)
    names = ["n1", "n2", "ties", "correction", "u_low", "u_high", "members", "low", "high"]
    return pd.DataFrame(out, columns=names)


# --- the follow-up at eight years -------------------------------------------------------------------------------------

#: Outcome to the two printed percentages.
EIGHT_YEARS = {
    "suicidality, as worded there": ("bateman2008-suicidality-8y-mbt", "bateman2008-suicidality-8y-control"),
    "meets criteria of the diagnosis": ("bateman2008-diagnosis-8y-mbt", "bateman2008-diagnosis-8y-control"),
    "global function above 60": ("bateman2008-gaf-above-60-8y-mbt", "bateman2008-gaf-above-60-8y-control"),
}


def nearest(percent: str, n: int) -> tuple[int, float]:
    """Count of n whose percentage lies nearest to a printed one, and that percentage."""
    low, high = counts.closed_interval(percent, "percent")
    count = round(float((low + high) / 2) * n / 100)
    return count, 100 * count / n


def attained(percent: str, n: int) -> pd.DataFrame:
    """All counts of all denominators up to n that round to a percentage: ``count, n``."""
    return pd.DataFrame(counts.counts(percent, range(1, n + 1)).pairs, columns=["count", "n"])


def two_groups(x1: int, n1: int, x2: int, n2: int) -> dict[str, float]:
    """Risk difference (Newcombe interval) and odds ratio (exact conditional interval, Fisher's p) of two counts.

    Returns
    -------
    dict
        ``difference, low, high, nnt, odds_ratio, or_low, or_high, p``; ``nnt`` is 1 over the absolute difference.

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine, 17, 873-890, method 10. Fisher, R. A. (1935). JRSS, 98, 39-82.
    """
    low, high = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
    table = np.array([[x1, n1 - x1], [x2, n2 - x2]])
    ratio = contingency.odds_ratio(table)
    ends = ratio.confidence_interval(0.95)
    difference = x1 / n1 - x2 / n2
    return {
        "difference": difference,
        "low": float(low),
        "high": float(high),
        "nnt": 1 / abs(difference) if difference else np.inf,
        "odds_ratio": float(ratio.statistic),
        "or_low": float(ends.low),
        "or_high": float(ends.high),
        "p": float(fisher_exact(table).pvalue),
    }


def pairs(percent1: str, percent2: str, n1: int, n2: int) -> pd.DataFrame:
    """Every pair of counts behind two printed percentages, with denominators of at least half of each arm.

    Columns ``x1, n1, x2, n2`` and those of `two_groups`.
    """
    out = []
    first, second = (attained(p, n).query("n >= @n / 2") for p, n in ((percent1, n1), (percent2, n2)))
    for a in first.itertuples(index=False):
        for b in second.itertuples(index=False):
            cells = (int(a[0]), int(a[1]), int(b[0]), int(b[1]))
            out.append(dict(zip(("x1", "n1", "x2", "n2"), cells, strict=True)) | two_groups(*cells))
    return pd.DataFrame(out)


def eight_years(register, n1: int, n2: int) -> pd.DataFrame:
    """The printed percentages of the follow-up at eight years against the arms and against all denominators up to them.

    Returns
    -------
    pandas.DataFrame
        One row per outcome and arm: ``outcome, arm, label, id, percent, n, count, nearest, attainable, counts``, where `count`
        and `nearest` belong to the whole arm and `counts` maps every denominator up to n to the count that gives the percentage.
    """
    out = []
    for outcome, ids in EIGHT_YEARS.items():
        for arm, id, n in zip(("partial hospitalization", "usual treatment"), ids, (n1, n2), strict=True):
            percent = register.number(id).value.text
            count, share = nearest(percent, n)
            found = attained(percent, n)
            by_n = dict(zip(found["n"].tolist(), found["count"].tolist(), strict=True))
            out.append((outcome, arm, f"{outcome}, {arm}", id, percent, n, count, share, n in by_n, by_n))
    names = ["outcome", "arm", "label", "id", "percent", "n", "count", "nearest", "attainable", "counts"]
    return pd.DataFrame(out, columns=names)


def eight_year_effects(found: pd.DataFrame) -> pd.DataFrame:
    """Risk differences of the three outcomes over every pair of counts (see `pairs`), and at the arms where both are attainable.

    Returns
    -------
    pandas.DataFrame
        ``outcome, pairs, low, high`` (risk difference over the pairs), ``ci_low, ci_high`` (lowest and highest limit over
        them), ``value`` and the fields of `two_groups` at the arms, missing where the arms do not fit.
    """
    out = []
    for outcome, rows in found.groupby("outcome", sort=False):
        (one, two) = rows.itertuples()
        every = pairs(one.percent, two.percent, one.n, two.n)
        row = {
            "outcome": outcome,
            "pairs": len(every),
            "low": every["difference"].min(),
            "high": every["difference"].max(),
            "ci_low": every["low"].min(),
            "ci_high": every["high"].max(),
            "p_low": every["p"].min(),
            "p_high": every["p"].max(),
            "value": np.nan,
        }
        if one.attainable and two.attainable:
            effect = two_groups(one.count, one.n, two.count, two.n)
            row |= {"value": effect["difference"]} | {f"arms_{name}": x for name, x in effect.items()}
        out.append(row)
    return pd.DataFrame(out)


# --- rows for tables and figures --------------------------------------------------------------------------------------


def _value(register, id: str) -> float:
    return float(register.number(id).value.value)


def reports(register) -> pd.DataFrame:
    """Patients of the trial in its reports, as the flow figure reads them."""
    n = {
        name: _value(register, id)
        for name, id in (
            ("ph", "bateman2003-n-partial-hospital"),
            ("gpc", "bateman2003-n-general-care"),
            ("allocated-ph", "bateman2001-allocated-ph"),
            ("allocated-gpc", "bateman2001-allocated-control"),
            ("all", "bateman2001-n"),
            ("first-ph", "bateman1999-n-mbt"),
            ("first-gpc", "bateman1999-n-control"),
            ("first", "bateman1999-n"),
            ("refused", "bateman2001-control-refusals"),
            ("late", "bateman2008-n"),
            ("late-ph", "bateman2008-n-mbt"),
            ("late-gpc", "bateman2008-n-control"),
        )
    }

    def fewer(now: str, then: str) -> str:
        return f"{n[then] - n[now]:.0f} fewer" if n[then] > n[now] else "as allocated"

    rows = [
        ("Allocated", "report of 2001; arms: S", n["allocated-ph"], n["allocated-gpc"], n["all"], "", "", "", False),
        (
            "First report, 1999",
            "arms as a review codes them: S",
            n["first-ph"],
            n["first-gpc"],
            n["first"],
            fewer("first-ph", "allocated-ph"),
            fewer("first-gpc", "allocated-gpc"),
            "",
            False,
        ),
        (
            "Cost analysis, 2003",
            "Method section: P",
            n["ph"],
            n["gpc"],
            n["ph"] + n["gpc"],
            fewer("ph", "allocated-ph"),
            f"{n['refused']:.0f} refused",
            "",
            False,
        ),
        (
            "Eight years, 2008",
            "abstract, total only: P",
            n["late-ph"],
            n["late-gpc"],
            n["late"],
            "unverified",
            "unverified",
            "",
            True,
        ),
    ]
    names = ["report", "source", "first", "second", "total", "first_says", "second_says", "total_says", "unverified"]
    return pd.DataFrame(rows, columns=names)


def spreads(register) -> pd.DataFrame:
    """SD/mean of costs or service use in other studies: printed, implied by an interval, or bounded by a printed range.

    Returns
    -------
    pandas.DataFrame
        ``key, study, what, known, low, high, value, open``; `open` marks what is not the cost of a patient.
    """
    v = {
        id: _value(register, id)
        for id in (
            "priebe2012-cost-dbt",
            "priebe2012-cost-tau",
            "priebe2012-n-dbt",
            "priebe2012-n-tau",
            "priebe2012-inpatient-days-mean",
            "priebe2012-inpatient-days-sd",
            "stevenson1999-n",
            "stevenson1999-admission-cost-before",
            "stevenson1999-admission-cost-before-lowest",
            "stevenson1999-admission-cost-before-highest",
            "stevenson1999-admission-cost-after",
            "stevenson1999-admission-cost-after-lowest",
            "stevenson1999-admission-cost-after-highest",
            "bourke2018-n",
            "bourke2018-direct-cost",
            "bourke2018-direct-cost-lowest",
            "bourke2018-direct-cost-highest",
            "meuldijk2017-weighted-mean",
            "meuldijk2017-weighted-mean-sd",
        )
    }
    difference = register.number("priebe2012-cost-difference")
    implied = spread_from_interval(
        v["priebe2012-cost-dbt"],
        v["priebe2012-cost-tau"],
        int(v["priebe2012-n-dbt"]),
        int(v["priebe2012-n-tau"]),
        float(difference.ci_low.value),
        float(difference.ci_high.value),
    )
    n = int(v["stevenson1999-n"])
    bounded = {
        when: spread_from_range(
            n,
            v[f"stevenson1999-admission-cost-{when}"] / n,
            v[f"stevenson1999-admission-cost-{when}-lowest"],
            v[f"stevenson1999-admission-cost-{when}-highest"],
        )
        for when in ("before", "after")
    }
    irish = spread_from_range(
        int(v["bourke2018-n"]),
        v["bourke2018-direct-cost"],
        v["bourke2018-direct-cost-lowest"],
        v["bourke2018-direct-cost-highest"],
    )
    nan = float("nan")
    rows = [
        ("priebe-cost", "Priebe 2012", "total cost, 12 months", "implied by an interval", nan, nan, implied, False),
        (
            "stevenson-before",
            "Stevenson 1999",
            "admission cost, year before",
            "bounded by a range",
            *bounded["before"],
            nan,
            False,
        ),
        (
            "stevenson-after",
            "Stevenson 1999",
            "admission cost, year after",
            "bounded by a range",
            *bounded["after"],
            nan,
            False,
        ),
        ("bourke", "Bourke 2018", "direct cost, usual services", "bounded, if over patients", *irish, nan, True),
        (
            "priebe-days",
            "Priebe 2012",
            "inpatient days, not costs",
            "printed",
            nan,
            nan,
            v["priebe2012-inpatient-days-sd"] / v["priebe2012-inpatient-days-mean"],
            True,
        ),
        (
            "meuldijk",
            "Meuldijk 2017",
            "savings over evaluations",
            "printed",
            nan,
            nan,
            v["meuldijk2017-weighted-mean-sd"] / v["meuldijk2017-weighted-mean"],
            True,
        ),
    ]
    return pd.DataFrame(rows, columns=["key", "study", "what", "known", "low", "high", "value", "open"])


def later_evidence(table: pd.DataFrame, register) -> pd.DataFrame:
    """Other economic studies with the ratio of their two printed costs, where both were printed.

    Raises
    ------
    RestatedError
        If a printed cost is unverified: such a number is not drawn.
    """
    ratio = []
    for row in table.itertuples():
        ids = [id for id in (row.active, row.control) if isinstance(id, str) and id]
        if any(register.number(id).grade == "U" for id in ids):
            raise RestatedError(f"a cost of '{row.row_id}' is unverified and is not drawn among verified numbers")
        ratio.append(_value(register, row.active) / _value(register, row.control) if len(ids) == 2 else np.nan)
    return table.assign(ratio=ratio)


def statements(tests: pd.DataFrame) -> pd.DataFrame:
    """What the abstract says about the totals beside the tests of a table that has standard deviations.

    Columns ``statement, period`` and one of 'yes' or 'no' for each test: whether the statement holds at .05.
    """
    said = {
        "pretreatment": "no difference before treatment",
        "treatment": "no difference during treatment",
        "follow-up": "lower cost after partial hospitalization",
    }
    out = []
    for row in tests[tests["category"] == TOTAL].itertuples():

        def holds(p, row=row):
            if np.isnan(p):
                return "not determined"
            found = p < 0.05
            return "yes" if (found and row.difference < 0 if row.period == "follow-up" else not found) else "no"

        out.append((said[row.period], row.period, *(holds(p) for p in (row.welch_p, row.student_p, row.gamma_p))))
    return pd.DataFrame(out, columns=["statement", "period", "Welch", "Student", "gamma model"])
