"""Other economic studies, the printed z of medication, and the patients of the trial in its reports."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from restated.errors import RestatedError
from restated.reconstruct import ranks
from restated_book import paths
from restated_book.register import Register
from review.findings import numbers
from review.findings.numbers import ends


def spread_from_range(n: int, mean: float, low: float, high: float) -> tuple[float, float]:
    """Return the smallest and largest SD/mean of n values with this mean whose smallest is `low` and largest `high`.

    Both ends are members. The smallest spread has all others equal; the largest has them at the ends but for one, which
    makes the mean right. A mean that such values cannot have is refused.
    """
    rest = n * mean - low - high
    if n < 3 or not (n - 2) * low <= rest <= (n - 2) * high:
        raise RestatedError(f"no {n} values from {low:g} to {high:g} have the mean {mean:g}")
    equal = np.r_[low, high, np.full(n - 2, rest / (n - 2))]
    at_top = min(int((rest - (n - 2) * low) // (high - low)), n - 2) if high > low else 0
    extreme = np.r_[low, high, np.full(at_top, high), np.full(n - 2 - at_top, low)]
    if at_top < n - 2:
        extreme[-1] = n * mean - extreme[:-1].sum()
    return float(equal.std(ddof=1) / mean), float(extreme.std(ddof=1) / mean)


def spread_from_interval(
    mean1: float, mean2: float, n1: ArrayLike, n2: ArrayLike, low: float, high: float
) -> tuple[float, float]:
    """Return the smallest and largest SD/mean, equal in both groups, that a 95 % interval implies.

    The interval is that of the mean difference. It need not be centred on it, so each of its sides implies a spread,
    for each pair of group sizes.
    """
    sides = np.array([[mean1 - mean2 - low], [high - (mean1 - mean2)]]) / 1.959963984540054  # normal quantile of .975
    implied = sides / np.sqrt(mean1**2 / np.asarray(n1) + mean2**2 / np.asarray(n2))
    return float(implied.min()), float(implied.max())


WINDOWS = paths.tables(__file__)  #: Register ids of mean costs printed with their SD, and the window they cover
#: Smallest share of the patients in an arm where the arms of a randomised trial are unknown: an assumption.
LEAST_ARM = 1 / 3


def spreads(register: Register) -> pd.DataFrame:
    """Return SD/mean of costs or service use elsewhere: printed, implied by an interval, or bounded by a range.

    `open` marks what is not the cost of a patient, `total` those of a patient's direct or societal cost that rest on a
    printed SD or interval.
    """

    def value(id: str) -> float:
        return numbers.value(register.number(id).value)

    def bounded(id: str, n: int, mean: float) -> tuple[float, float, float]:
        return (*spread_from_range(n, mean, value(f"{id}-lowest"), value(f"{id}-highest")), np.nan)

    def printed(ratio: float) -> tuple[float, float, float]:
        return np.nan, np.nan, ratio

    _, low, high = numbers.estimate(register.number("priebe2012-cost-difference"))
    sizes = int(value("priebe2012-n-dbt")), int(value("priebe2012-n-tau"))
    implied = spread_from_interval(value("priebe2012-cost-dbt"), value("priebe2012-cost-tau"), *sizes, low, high)
    windows = [
        (key, "Wagner 2016", what, "as reported", *printed(value(f"{id}-sd") / value(id)), False, True)
        for key, (id, what) in WINDOWS.items()
    ]
    n = int(value("brettschneider2014-vanasselt2008-n"))
    _, low, high = numbers.estimate(register.number("vanasselt2008-cost-difference"))
    first = np.arange(np.ceil(LEAST_ARM * n), np.floor(n - LEAST_ARM * n) + 1)  # every size of the first arm
    means = value("vanasselt2008-cost-sft"), value("vanasselt2008-cost-tfp")
    asselt = (*spread_from_interval(*means, first, n - first, low, high), np.nan)
    n = int(value("stevenson1999-n"))
    start, end = "stevenson1999-admission-cost-before", "stevenson1999-admission-cost-after"
    before, after = (bounded(id, n, value(id) / n) for id in (start, end))
    irish = bounded("bourke2018-direct-cost", int(value("bourke2018-n")), value("bourke2018-direct-cost"))
    days = printed(value("priebe2012-inpatient-days-sd") / value("priebe2012-inpatient-days-mean"))
    savings = printed(value("meuldijk2017-weighted-mean-sd") / value("meuldijk2017-weighted-mean"))
    by_range, interval = "bounded by a range", "implied by an interval"
    rows = [
        *windows,
        ("priebe-cost", "Priebe 2012", "total cost, 12 months", interval, *implied, np.nan, False, True),
        ("asselt", "van Asselt 2008", "societal cost, 4 years", "implied, arms open", *asselt, False, True),
        ("stevenson-before", "Stevenson 1999", "admission cost, year before", by_range, *before, False, False),
        ("stevenson-after", "Stevenson 1999", "admission cost, year after", by_range, *after, False, False),
        ("bourke", "Bourke 2018", "direct cost, usual services", "bounded, if over patients", *irish, True, False),
        ("priebe-days", "Priebe 2012", "inpatient days, not costs", "as reported", *days, True, False),
        ("meuldijk", "Meuldijk 2017", "savings over evaluations", "as reported", *savings, True, False),
    ]
    return pd.DataFrame(rows, columns=["key", "study", "what", "known", "low", "high", "value", "open", "total"])


def region(spreads: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and the highest SD/mean of direct or societal costs of patients in `spreads`."""
    found = spreads.loc[spreads["total"], ["low", "high", "value"]]
    return float(found.min().min()), float(found.max().max())


def later_evidence(table: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return other economic studies with the ratio of their two printed costs, where both were printed and verified."""
    ratios = []
    for ids in table[["active", "control"]].to_numpy():
        costs = [numbers.verified(register.number(id)).value for id in ids if isinstance(id, str) and id]
        ratios.append(numbers.value(costs[0]) / numbers.value(costs[1]) if len(costs) == 2 else np.nan)
    return table.assign(ratio=ratios)


def medication_sets(z: str, sizes: Iterable[tuple[int, int]], *, most_tied: float) -> pd.DataFrame:
    """Enumerate all U that print as z, for several sizes of the two arms, with and without ties.

    `z` is negative when partial hospitalization is lower; at most a share `most_tied` of all patients has one and the
    same cost. ``low, high`` are the probability that a patient of general psychiatric care has the higher cost (ties
    count one half).
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
                    out.append((n1, n2, ties, correction, u.min(), u.max(), len(u), higher.min(), higher.max()))
    return pd.DataFrame(out, columns=["n1", "n2", "ties", "correction", *ends("u"), "members", "low", "high"])


def reports(register: Register) -> pd.DataFrame:
    """Return the patients of the trial by report: ``report, source, first, second, total, unverified`` (the arms)."""

    def n(*ids: str) -> list[int]:
        return [int(numbers.value(register.number(f"bateman{id}").value)) for id in ids]

    costed = n("2003-n-partial-hospital", "2003-n-general-care")
    rows = [
        ("Allocated", "report of 2001; arms: S", *n("2001-allocated-ph", "2001-allocated-control", "2001-n"), False),
        ("First report, 1999", "arms as a review codes them: S", *n("1999-n-mbt", "1999-n-control", "1999-n"), False),
        ("Cost analysis, 2003", "Method section: P", *costed, sum(costed), False),
        ("Eight years, 2008", "abstract, total only: P", *n("2008-n-mbt", "2008-n-control", "2008-n"), True),
    ]
    return pd.DataFrame(rows, columns=["report", "source", "first", "second", "total", "unverified"])
