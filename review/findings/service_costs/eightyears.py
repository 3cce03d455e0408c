"""The follow-up at eight years: counts that its printed percentages allow, and the effects of these counts."""

from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import contingency, fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from restated.audit.derived import largest_p
from restated.reconstruct import counts
from restated_book import paths
from restated_book.register import Register
from review.findings.numbers import value

_TABLES = paths.tables(__file__)
#: Printed percentages of each outcome, mean years of each outcome, and the periods these may be counted in.
OUTCOMES, YEARS, PERIODS = (_TABLES[name] for name in ("outcomes", "years", "periods"))


def nearest(percent: str, n: int) -> tuple[int, float]:
    """Return the count of n whose percentage is nearest to a printed one, and that percentage."""
    count = round(float(percent) * n / 100)
    return count, 100 * count / n


def counts_up_to(percent: str, n: int) -> pd.DataFrame:
    """Return all counts of all denominators up to n that round to a percentage: ``count, n``."""
    return pd.DataFrame(counts.counts(percent, range(1, n + 1)).pairs, columns=["count", "n"])


def two_groups(x1: int, n1: int, x2: int, n2: int) -> dict[str, float]:
    """Return risk difference, its inverse ``nnt`` and odds ratio of two counts, with intervals and Fisher's p.

    Newcombe's interval (1998, Statistics in Medicine, 17, 873-890, method 10) and the exact conditional one.
    """
    low, high = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", compare="diff")
    table = np.array([[x1, n1 - x1], [x2, n2 - x2]])
    ratio = contingency.odds_ratio(table)
    limits = ratio.confidence_interval(0.95)
    difference = x1 / n1 - x2 / n2
    found = {"difference": difference, "low": low, "high": high, "nnt": 1 / abs(difference) if difference else np.inf}
    found |= {"odds_ratio": ratio.statistic, "or_low": limits.low, "or_high": limits.high}
    return {name: float(x) for name, x in (found | {"p": fisher_exact(table).pvalue}).items()}


def pairs(percent1: str, percent2: str, n1: int, n2: int) -> pd.DataFrame:
    """Return every pair of counts with these printed percentages, with denominators of at least half of each arm."""
    both = ((percent1, n1), (percent2, n2))
    arms = [counts_up_to(p, n).query("n >= @n / 2").to_numpy().tolist() for p, n in both]
    tables = [dict(zip(("x1", "n1", "x2", "n2"), (*a, *b), strict=True)) for a, b in product(*arms)]
    return pd.DataFrame([table | two_groups(**table) for table in tables])


def years(register: Register, n1: int, n2: int) -> pd.DataFrame:
    """Return the largest p of each pair of mean years at eight years, over the two periods they may be counted in.

    ``after, entry`` are the bounds for the years since the end of treatment and since entry, at the printed means;
    ``rounded`` is the larger bound over the means that round to them.
    """
    periods = {name: value(register[f"bateman2008-years-{key}"].value) for name, key in PERIODS.items()}
    rows = []
    for outcome, name in YEARS.items():
        one, two = (register.number(f"bateman2008-{name}-{arm}") for arm in ("mbt", "tau"))
        means = value(one.value), n1, value(two.value), n2
        at = {period: largest_p(*means, 0, most) for period, most in periods.items()}
        ends = product(one.interval, two.interval)
        rounded = max(largest_p(a, n1, b, n2, 0, most) for a, b in ends for most in periods.values())
        rows.append({"outcome": outcome, "rounded": rounded} | at)
    return pd.DataFrame(rows)


def eight_years(register: Register, n1: int, n2: int) -> pd.DataFrame:
    """Hold the printed percentages at eight years against the arms and against all denominators up to them.

    One row per outcome and arm: `count` and `nearest` belong to the whole arm, `counts` maps every denominator up to n
    to the count that gives the percentage.
    """
    out = []
    for outcome, ids in OUTCOMES.items():
        for arm, id, n in zip(("partial hospitalization", "usual treatment"), ids, (n1, n2), strict=True):
            percent = register.number(id).value.text
            found = counts_up_to(percent, n)
            by_n = dict(zip(found["n"].tolist(), found["count"].tolist(), strict=True))
            out.append((outcome, arm, f"{outcome}, {arm}", id, percent, n, *nearest(percent, n), n in by_n, by_n))
    names = ["outcome", "arm", "label", "id", "percent", "n", "count", "nearest", "attainable", "counts"]
    return pd.DataFrame(out, columns=names)


def eight_year_effects(found: pd.DataFrame) -> pd.DataFrame:
    """Return risk differences of the three outcomes over every pair of counts (see `pairs`), and at attainable arms.

    ``low, high`` are of the risk difference over the pairs, ``ci_low, ci_high`` the lowest and highest limit over them;
    ``value`` and ``arms_…``, the fields of `two_groups`, are missing where the arms do not fit.
    """
    out = []
    for outcome, rows in found.groupby("outcome", sort=False):
        one, two = rows.to_dict("records")
        every = pairs(one["percent"], two["percent"], one["n"], two["n"])
        row = {"outcome": outcome, "pairs": len(every)}
        for name, low, high in (("", "difference", "difference"), ("ci_", "low", "high"), ("p_", "p", "p")):
            row |= {f"{name}low": every[low].min(), f"{name}high": every[high].max()}
        row["value"] = np.nan
        if one["attainable"] and two["attainable"]:
            effect = two_groups(one["count"], one["n"], two["count"], two["n"])
            row |= {"value": effect["difference"]} | {f"arms_{name}": x for name, x in effect.items()}
        out.append(row)
    return pd.DataFrame(out)
