"""Other economic studies: how skewed their costs are, and the ratio of their two printed costs."""

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated_book.register import Register
from review.findings import numbers


def spread_from_range(n: int, mean: float, low: float, high: float) -> tuple[float, float]:
    """Return the smallest and largest SD/mean of n values with this mean whose smallest is `low` and largest `high`.

    Both ends are members. The smallest spread has all others equal; the largest has them at the ends but for one, which
    makes the mean right. A mean that no such values have is refused.
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


def spread_from_interval(mean1: float, mean2: float, n1: int, n2: int, low: float, high: float) -> float:
    """Return the SD/mean, equal in both groups, that a 95 % interval of the mean difference implies."""
    se = (high - low) / 2 / 1.959963984540054  # standard normal quantile of .975
    return float(se / np.sqrt(mean1**2 / n1 + mean2**2 / n2))


def spreads(register: Register) -> pd.DataFrame:
    """Return SD/mean of costs or service use elsewhere: printed, implied by an interval, or bounded by a range.

    `open` marks what is not the cost of a patient.
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
    n = int(value("stevenson1999-n"))
    start, end = "stevenson1999-admission-cost-before", "stevenson1999-admission-cost-after"
    before, after = (bounded(id, n, value(id) / n) for id in (start, end))
    irish = bounded("bourke2018-direct-cost", int(value("bourke2018-n")), value("bourke2018-direct-cost"))
    days = printed(value("priebe2012-inpatient-days-sd") / value("priebe2012-inpatient-days-mean"))
    savings = printed(value("meuldijk2017-weighted-mean-sd") / value("meuldijk2017-weighted-mean"))
    by_range, interval = "bounded by a range", "implied by an interval"
    rows = [
        ("priebe-cost", "Priebe 2012", "total cost, 12 months", interval, *printed(implied), False),
        ("stevenson-before", "Stevenson 1999", "admission cost, year before", by_range, *before, False),
        ("stevenson-after", "Stevenson 1999", "admission cost, year after", by_range, *after, False),
        ("bourke", "Bourke 2018", "direct cost, usual services", "bounded, if over patients", *irish, True),
        ("priebe-days", "Priebe 2012", "inpatient days, not costs", "printed", *days, True),
        ("meuldijk", "Meuldijk 2017", "savings over evaluations", "printed", *savings, True),
    ]
    return pd.DataFrame(rows, columns=["key", "study", "what", "known", "low", "high", "value", "open"])


def later_evidence(table: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return other economic studies with the ratio of their two printed costs, where both were printed and verified."""
    ratios = []
    for ids in table[["active", "control"]].to_numpy():
        costs = [numbers.verified(register.number(id)).value for id in ids if isinstance(id, str) and id]
        ratios.append(numbers.value(costs[0]) / numbers.value(costs[1]) if len(costs) == 2 else np.nan)
    return table.assign(ratio=ratios)
