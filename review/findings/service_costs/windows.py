"""Mean costs by window: per year and summed, where they cross, and the tests that standard deviations determine."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from restated.estimate import costs, costsets
from restated_book import paths

TOTAL = "total"  #: Category of the rows of totals
ARMS = {"ph": "partial hospitalization", "gpc": "general psychiatric care"}
YEAR = 12  #: Months in a year: amounts per year become amounts per window
#: Statements of the abstract on the totals of each window, in order of time.
STATED: dict[str, str] = paths.tables(__file__)
PERIODS = tuple(STATED)


def totals(table: pd.DataFrame, months: dict[str, int]) -> pd.DataFrame:
    """Return total cost per patient by window and arm, per year and per window of `months`."""
    rows = {(r["period"], r["group"]): r for r in table[table["category"] == TOTAL].to_dict("records")}
    out = []
    for period in PERIODS:
        for arm, group in ARMS.items():
            row, years = rows[period, group], months[period] / YEAR
            per_year = row["mean"] if row["basis"] == "per year" else row["mean"] / years
            out.append((period, arm, row["mean"], row["sd"], int(row["n"]), months[period], per_year, per_year * years))
    return pd.DataFrame(out, columns=["period", "arm", "mean", "sd", "n", "months", "per_year", "per_window"])


def cumulative(six: pd.DataFrame) -> pd.DataFrame:
    """Sum the cost per patient, taken to accrue evenly, up to the end of each window (0: randomisation)."""
    wide = six.pivot(index="period", columns="arm", values="per_window").loc[list(PERIODS)]
    months = six.drop_duplicates("period").set_index("period")["months"].loc[list(PERIODS)]
    month_ends = np.r_[0, months.cumsum()] - months.iloc[0]
    return pd.DataFrame({"month": month_ends} | {arm: np.r_[0.0, wide[arm].cumsum()] for arm in ARMS})


def crossings(path: pd.DataFrame) -> list[float]:
    """Return the months at which the two cumulative costs cross (straight lines between the ends of windows)."""
    gap, month = (path["ph"] - path["gpc"]).to_numpy(), path["month"].to_numpy(float)
    i = np.flatnonzero(gap[:-1] * gap[1:] < 0)
    return (month[i] + (month[i + 1] - month[i]) * gap[i] / (gap[i] - gap[i + 1])).tolist()


def break_even(six: pd.DataFrame) -> float:
    """Return the yearly cost of partial hospitalization at which both arms cost the same from randomisation on."""
    cost = {(r["period"], r["arm"]): r for r in six.to_dict("records")}
    allowed = sum(cost[p, "gpc"]["per_window"] for p in PERIODS[1:]) - cost["follow-up", "ph"]["per_window"]
    return float(allowed / (cost["treatment", "ph"]["months"] / YEAR))


def comparisons(table: pd.DataFrame) -> pd.DataFrame:
    """Test each window with both arms and SDs, partial hospitalization less general care; ``gamma_p`` can be nan."""
    out = []
    given = table[table["sd"].notna()]
    for (category, period), rows in given.groupby(["category", "period"], sort=False):
        by = {r["group"]: r for r in rows.to_dict("records")}
        x, y = (by.get(group) for group in ARMS.values())
        if not (x and y) or x["sd"] == y["sd"] == 0:
            continue
        moments = (x["mean"], x["sd"], int(x["n"]), y["mean"], y["sd"], int(y["n"]))
        welch = costs.t_test_from_moments(*moments)
        student = costs.t_test_from_moments(*moments, equal_variances=True)
        gamma = np.nan
        if x["mean"] > 0 and y["mean"] > 0:
            spread = (x["sd"] / x["mean"], y["sd"] / y["mean"])
            gamma = float(costsets.p_by_moments(x["mean"] / y["mean"], *spread, x["n"], y["n"], "gamma model"))
        out.append((category, period, welch.estimate, welch.ci_low, welch.ci_high, welch.p, student.p, gamma))
    names = ["category", "period", "difference", "low", "high", "welch_p", "student_p", "gamma_p"]
    return pd.DataFrame(out, columns=names)


def statements(tests: pd.DataFrame) -> pd.DataFrame:
    """Hold the abstract's statements about the totals against the tests of :func:`comparisons`, at .05."""
    out = [
        (STATED[row["period"]], row["period"], *(_holds(row, row[p]) for p in ("welch_p", "student_p", "gamma_p")))
        for row in tests[tests["category"] == TOTAL].to_dict("records")
    ]
    return pd.DataFrame(out, columns=["statement", "period", "Welch", "Student", "gamma model"])


def _holds(row: Mapping[Any, Any], p: float) -> str:
    """Return whether the statement about a window agrees with a test, in words."""
    if np.isnan(p):
        return "not determined"
    lower = p < 0.05 and row["difference"] < 0
    return "yes" if (lower if row["period"] == "follow-up" else p >= 0.05) else "no"


def adds_up(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the sum of the categories of each window and arm with the total."""
    parts = table[table["category"] != TOTAL].groupby(["period", "group"], sort=False, as_index=False)["mean"]
    whole = table[table["category"] == TOTAL].set_index(["period", "group"])["mean"].rename("total")
    frame = parts.agg(categories="size", sum="sum").join(whole, on=["period", "group"])
    return frame.assign(difference=frame["sum"] - frame["total"])
