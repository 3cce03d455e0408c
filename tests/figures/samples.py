"""One drawing of every kind, from made-up numbers, for tests that hold for all figures."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd

from restated.figures import (
    agreement,
    decline,
    forest,
    flow,
    funnel,
    growthchecks,
    intervals,
    mediation,
    outcomes,
    powercurve,
    render,
    sets,
    sweep,
    trajectories,
    verdicts,
)
from restated.figures.style import Drawn


def fit(estimate=0.2, half=0.08, k=8, *, pi=0.3, weights=None, tau2=0.01, i2=40.0) -> SimpleNamespace:
    """A pooled result as the figures use it."""
    weights = np.linspace(5, 20, k) if weights is None else np.asarray(weights, float)
    return SimpleNamespace(
        estimate=estimate,
        ci_low=estimate - half,
        ci_high=estimate + half,
        pi_low=estimate - pi,
        pi_high=estimate + pi,
        weights=weights,
        tau2=tau2,
        i2=i2,
        k=k,
    )


def studies(k=8, seed=1) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = random.integers(20, 300, k)
    return pd.DataFrame(
        {
            "study": [f"Author {chr(65 + i % 26)}{i}" for i in range(k)],
            "year": 1990 + np.arange(k) % 30,
            "n": n,
            "y": random.normal(0.2, 0.2, k),
            "se": 1 / np.sqrt(n - 3.0),
        }
    )


def pooled_rows(k=6) -> pd.DataFrame:
    estimate = np.linspace(0.15, 0.25, k)
    return pd.DataFrame(
        {"estimate": estimate, "ci_low": estimate - 0.1, "ci_high": estimate + 0.1, "k": np.arange(1, k + 1)},
        index=[f"Author {i}" for i in range(k)],
    )


def methods() -> pd.DataFrame:
    table = pooled_rows(4).drop(columns="k").assign(tau2=0.02, pi_low=-0.2, pi_high=0.6)
    table.index = pd.MultiIndex.from_product([["DL", "REML"], ["wald", "knapp-hartung"]])
    return table


def spread() -> pd.DataFrame:
    tau = np.linspace(0, 0.4, 21)
    return pd.DataFrame(
        {
            "tau": tau,
            "estimate": 0.32,
            "ci_low": 0.29 - tau / 5,
            "ci_high": 0.35 + tau / 5,
            "pi_low": 0.29 - 2 * tau,
            "pi_high": 0.35 + 2 * tau,
        }
    )


def paths() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("Printed", "a", 0.31, None, None, ".31"),
            ("Printed", "b", 0.27, None, None, ".27"),
            ("Printed", "direct", None, None, None, ""),
            ("Restated", "a", 0.31, 0.305, 0.315, ""),
            ("Restated", "b", 0.19, 0.18, 0.2, ""),
            ("Restated", "direct", 0.25, 0.24, 0.26, ""),
            ("Restated", "indirect", 0.059, 0.055, 0.063, ""),
        ],
        columns=["panel", "edge", "value", "low", "high", "text"],
    )


def verdict_rows() -> pd.DataFrame:
    missing = np.nan
    return pd.DataFrame(
        [
            ("First r", ".28", 0.275, 0.285, 0.26, 0.18, 0.34, "differs"),
            ("Second r", ".12", 0.115, 0.125, 0.121, 0.06, 0.17, "within-rounding"),
            ("Third r", ".21", 0.205, 0.215, missing, missing, missing, "not-recomputable"),
            ("Fourth r", "", missing, missing, -0.2, missing, missing, "new"),
        ],
        columns=[
            "quantity",
            "published",
            "published_low",
            "published_high",
            "restated",
            "restated_low",
            "restated_high",
            "verdict",
        ],
    )


def checks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["One", "Two", "Three"],
            "printed": [0.1, 0.3, 0.5],
            "low": [0.095, 0.295, 0.495],
            "high": [0.105, 0.305, 0.505],
            "recomputed": [0.102, 0.295, 0.43],
        }
    )


def estimates() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["First 1995", "Second 2016", "Third 2024"],
            "year": [1995, 2016, 2024],
            "value": [0.47, 0.31, 0.25],
            "low": [np.nan, np.nan, 0.22],
            "high": [np.nan, np.nan, 0.28],
            "series": ["a", "a", "b"],
        }
    )


def margin_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {"row1": [10, 12, 14, 20], "column1": [11, 12, 18, 30], "value": [0.4, 0.42, 0.45, 0.5]}
    )

GRADES = ("K", "1", "2", "3", "4", "5", "6")
SCHOOL = np.linspace(-0.5, 0.5, 7)


def simulated_shares() -> pd.DataFrame:
    rows = [("nothing", "C7", 0.004), ("nothing", "whole", 0.0003), ("growth", "C7", 0.55), ("growth", "whole", 0.42)]
    table = pd.DataFrame(rows, columns=["row", "event", "share"])
    return table.assign(low=table["share"] * 0.9, high=table["share"] * 1.1, cohorts=1000)


def power_grid() -> pd.DataFrame:
    extra = np.tile(np.linspace(0, 1, 6), 2)
    share = np.concatenate([np.linspace(0.02, 0.98, 6), np.linspace(0.02, 0.6, 6)])
    return pd.DataFrame({"extra": extra, "event": np.repeat(["C7", "whole"], 6), "share": share, "low": share - 0.02, "high": share + 0.02})


def school_lines() -> pd.DataFrame:
    rows = [(a, s, r, t, 0.1 * i + 0.2 * t, 0.1 * i + 0.2 * t - 0.3, 0.1 * i + 0.2 * t + 0.3)
            for i, a in enumerate(trajectories.LINES) for s, r in trajectories.PANELS for t in SCHOOL]
    return pd.DataFrame(rows, columns=["attachment", "sex", "risk", "time", "estimate", "low", "high"])


def school_children() -> pd.DataFrame:
    rows = [(8 * i + c, a, t, np.sin(c + 5 * t)) for i, a in enumerate(trajectories.LINES) for c in range(4) for t in SCHOOL]
    return pd.DataFrame(rows, columns=["child", "attachment", "time", "rating"])


def growth_checks() -> dict[str, pd.DataFrame]:
    at = np.linspace(-2.33, 2.33, 99)
    return {
        "spread": pd.DataFrame({"wave": range(7), "observed": np.full(7, 1.02), "implied": np.ones(7)}),
        "correlation": pd.DataFrame({"lag": range(1, 7), "observed": np.full(6, 0.45), "implied": np.full(6, 0.5)}),
        "residuals": pd.DataFrame({"normal": at, "observed": 1.1 * at}),
    }


def cohort_counts() -> pd.DataFrame:
    rows = [("First 2001", "recruited", 1364, "1,364", False), ("Second 2002", "rated", 918, "918", False),
            ("Third 2003", "classified", 1000, "more than 1,000", True)]
    return pd.DataFrame(rows, columns=["label", "what", "n", "text", "bound"])


#: Name -> (a new drawing, the main number its alternative text must say).
FIGURES = {
    "forest": (lambda: forest.forest(studies(4), fit(k=4), left="less", right="more"), ".20"),
    "forest with groups": (
        lambda: forest.forest(
            studies(3).assign(group=list("abb"), status=["printed", "printed", "assumed"]),
            fit(k=3),
            second=("Other", fit(0.25)),
        ),
        ".20",
    ),
    "funnel": (
        lambda: funnel.funnel(
            studies()["y"], studies()["se"], fit(), filled_y=[-0.2], filled_se=[0.2], filled_fit=fit(0.15)
        ),
        ".20",
    ),
    "leave one out": (lambda: intervals.leave_one_out(pooled_rows(3), fit()), ".20"),
    "cumulative": (lambda: intervals.cumulative(pooled_rows(3), fit()), ".24"),
    "estimators": (lambda: intervals.estimators(methods()), ".15"),
    "set, stems": (
        lambda: sets.set_range(
            [0.42, 0.43, 0.43, 0.5],
            statistic="phi",
            printed=(".43", 0.425, 0.435),
            plausible=("plausible margins", 0.42, 0.43),
        ),
        ".500",
    ),
    "set, histogram": (lambda: sets.set_range(np.linspace(0.4, 0.6, 500), statistic="phi"), ".600"),
    "margins": (
        lambda: sets.margins(
            margin_rows(), n=50, row="caregivers", column="children", plausible=(10, 14, 10, 20)
        ),
        ".50",
    ),
    "heterogeneity": (lambda: sweep.heterogeneity(spread(), printed=(".31", 0.305, 0.315)), ".31"),
    "path": (lambda: mediation.path_diagram(paths(), ("Cause", "Mediator", "Outcome")), ".19"),
    "verdicts": (lambda: verdicts.verdict_strip(verdict_rows()), ".28"),
    "agreement": (lambda: agreement.differences(checks()), ".43"),
    "over time": (lambda: decline.over_time(estimates()), ".47"),
    "shares": (
        lambda: outcomes.shares(
            simulated_shares(), {"C7": ("rise", "C7"), "whole": ("pattern", "whole")}, heading="True", axis="percent", groups=(1,)
        ),
        "42",
    ),
    "power curves": (
        lambda: powercurve.curves(power_grid(), {"C7": "rise", "whole": "pattern"}, x_axis="true growth", axis="percent"),
        "0.81",
    ),
    "trajectories": (lambda: trajectories.groups(school_lines(), grades=GRADES, axis="rating (SD)"), "0.20"),
    "trajectories of two scenarios": (
        lambda: trajectories.groups(
            pd.concat([school_lines().assign(scenario=name) for name in ("one", "two")]), grades=GRADES, axis="rating (SD)"
        ),
        "0.40",
    ),
    "children": (lambda: trajectories.individuals(school_children(), grades=GRADES, axis="rating (SD)"), "16"),
    "growth checks": (lambda: growthchecks.checks(growth_checks(), grades=GRADES), "0.05"),
    "flow": (lambda: flow.counts(cohort_counts(), axis="children"), "1,364"),
}


@cache
def drawn(name: str) -> Drawn:
    """The drawing of that name, made once for all tests that only look at it."""
    return FIGURES[name][0]()


@cache
def pictures(name: str) -> dict[str, str]:
    """The SVG of that drawing by theme."""
    return render.themes(drawn(name).fig)
