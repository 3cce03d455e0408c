"""Attachment across generations: what the printed correlations, tables and totals allow."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.estimate import agreement, path
from restated.estimate.effects import d_to_r
from restated.reconstruct import studysets
from restated.reconstruct.tables import TableSet

#: Margins are called plausible here when both lie between these shares of secure: an assumption, around the printed
#: distributions of adults and children (58 % and 51.6 % secure), wide enough for samples at risk and samples without.
PLAUSIBLE_SECURE = (0.40, 0.70)


def plausible(tables: TableSet) -> np.ndarray:
    """Which tables have both secure shares inside :data:`PLAUSIBLE_SECURE`; bool, shape (m,)."""
    low, high = PLAUSIBLE_SECURE
    a, b, c, _ = tables.tables.T
    caregiver, child = (a + b) / tables.n, (a + c) / tables.n
    return (low <= caregiver) & (caregiver <= high) & (low <= child) & (child <= high)


def margin_table(tables: TableSet) -> pd.DataFrame:
    """Margins and phi of every table: ``row1, column1, value``."""
    a, b, c, _ = tables.tables.T
    return pd.DataFrame({"row1": a + b, "column1": a + c, "value": agreement.phi(tables.tables)})


_STATISTICS = {"phi": agreement.phi, "odds ratio": agreement.odds_ratio, "tetrachoric r": agreement.tetrachoric}


def table_ranges(tables: TableSet) -> pd.DataFrame:
    """Range of phi, odds ratio and tetrachoric r over all tables and over those with plausible margins.

    Returns
    -------
    pandas.DataFrame
        Columns ``margins, tables, statistic, lowest, highest``; an odds ratio with an empty cell is infinite.
    """
    out = []
    for margins, keep in (("all", np.full(len(tables.tables), True)), ("plausible", plausible(tables))):
        kept = tables.tables[keep]
        for name, function in _STATISTICS.items():
            values = function(kept) if len(kept) else np.array([np.nan])
            out.append((margins, len(kept), name, float(np.min(values)), float(np.max(values))))
    return pd.DataFrame(out, columns=["margins", "tables", "statistic", "lowest", "highest"])


def indirect_paths(cases: dict[str, tuple]) -> pd.DataFrame:
    """Regression-based indirect effect and naive product for triples of printed correlations, over their rounding box.

    Parameters
    ----------
    cases : dict
        Name to three intervals ``(low, high)``: r(cause, mediator), r(cause, outcome), r(mediator, outcome).

    Returns
    -------
    pandas.DataFrame
        One row per case and quantity: ``case, quantity, value, low, high``; ``value`` is at the interval midpoints.
    """
    quantities = {
        "indirect effect (regression)": lambda *r: path.two_predictor(*r).indirect,
        "product of two correlations": lambda *r: path.two_predictor(*r).product,
        "direct effect of the cause": lambda *r: path.two_predictor(*r).direct,
        "effect on the mediator": lambda *r: path.two_predictor(*r).a,
        "effect of the mediator": lambda *r: path.two_predictor(*r).b,
        "share of the association that is indirect": lambda *r: path.two_predictor(*r).share,
        "product as a share of the association": lambda *r: (
            path.two_predictor(*r).product / path.two_predictor(*r).total
        ),
        "variance explained by both": lambda *r: path.two_predictor(*r).r2,
    }
    out = []
    for case, intervals in cases.items():
        middle = [(low + high) / 2 for low, high in intervals]
        for name, function in quantities.items():
            box = path.over_box(function, *intervals)
            out.append((case, name, float(function(*middle)), box.low, box.high))
    return pd.DataFrame(out, columns=["case", "quantity", "value", "low", "high"])


def readable_ranges(ranges: pd.DataFrame) -> pd.DataFrame:
    """Ranges of :func:`table_ranges` for a reader: an infinite end is written as 'no upper limit'."""

    def written(x: float, statistic: str) -> str:
        if not np.isfinite(x):
            return "no upper limit"
        return f"{x:.1f}" if statistic == "odds ratio" else f"{x:.3f}"

    return pd.DataFrame(
        {
            "Classification": ranges["classification"],
            "Margins": ranges["margins"],
            "Tables": ranges["tables"],
            "Statistic": ranges["statistic"],
            "Lowest": [written(x, s) for x, s in zip(ranges["lowest"], ranges["statistic"], strict=True)],
            "Highest": [written(x, s) for x, s in zip(ranges["highest"], ranges["statistic"], strict=True)],
        }
    )


def path_panels(
    paths: pd.DataFrame, case: str, printed: dict[str, tuple[str, float]], restated: dict[str, str]
) -> pd.DataFrame:
    """Printed and restated paths of one case, as the path diagram reads them.

    Parameters
    ----------
    paths : pandas.DataFrame
        From :func:`indirect_paths`.
    case : str
    printed : dict
        Edge ("a", "b", "direct", "indirect", "total") to printed text and value.
    restated : dict
        Edge to the quantity of `paths` that stands for it.
    """
    mine = paths[paths["case"] == case].set_index("quantity")
    rows = [("as printed", edge, value, None, None, text) for edge, (text, value) in printed.items()]
    rows += [
        ("restated by regression", edge, mine.loc[q, "value"], mine.loc[q, "low"], mine.loc[q, "high"], None)
        for edge, q in restated.items()
    ]
    return pd.DataFrame(rows, columns=["panel", "edge", "value", "low", "high", "text"])


def printed_over_time(numbers, series: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Printed correlations by year of their source, as the figure over time reads them.

    Parameters
    ----------
    numbers : restated_book.register.Register
    series : dict
        Name of a series to the ids of its printed numbers.

    Raises
    ------
    RestatedError
        If a number is unverified: such a number is not drawn.
    """
    rows = []
    for name, ids in series.items():
        for n in (numbers.number(i) for i in ids):
            if n.grade == "U":
                raise RestatedError(f"'{n.id}' is unverified and is not drawn among verified numbers")
            year = int(re.search(r"\d{4}", n.study).group())
            rows.append((n.study, year, float(n.value.value), *_printed_interval(n), n.value.text, name))
    return pd.DataFrame(rows, columns=["label", "year", "value", "low", "high", "text", "series"])


def _printed_interval(number) -> tuple[float, float]:
    return tuple(np.nan if x is None else float(x.value) for x in (number.ci_low, number.ci_high))


def r_interval_from_d(low: float, high: float) -> tuple[float, float]:
    """The r's (equal groups) that a rounded d stands for."""
    return float(d_to_r(low)), float(d_to_r(high))


def heterogeneity_sweep(k: int, total_n: int, pooled: str, tau2_grid, *, draws: int, seed: int) -> pd.DataFrame:
    """What a meta-analysis with the printed totals and pooled r looks like, as the heterogeneity varies.

    The printed k, N and pooled r are inputs of every set; sizes and the shape of the heterogeneity are assumed
    (:func:`restated.reconstruct.studysets.study_sets`). The estimated tau2 of each set equals the grid value.

    Parameters
    ----------
    k, total_n : int
        Printed number of samples and dyads.
    pooled : str
        Printed pooled r.
    tau2_grid : sequence of float
        Between-study variances on the Fisher z scale.
    draws, seed : int
        Sets per grid value; the same seed is used for each value so that the curves are smooth.

    Returns
    -------
    pandas.DataFrame
        One row per grid value: ``tau2, tau``, and the lowest, median and highest value over the sets of the pooled r,
        the interval ends, the prediction-interval ends and I² (columns ``<name>_low, <name>_mid, <name>_high``).
    """
    out = []
    for tau2 in tau2_grid:
        # Without heterogeneity the estimate is held at zero through its own formula: DerSimonian-Laird gives 0 at Q = k
        # - 1.
        fixed = {"fix": "tau2"} if tau2 > 0 else {"fix": "Q", "q": float(k - 1)}
        sets = studysets.study_sets(k, total_n, pooled, tau2=float(tau2), draws=draws, seed=seed, model="DL", **fixed)
        s = studysets.summaries(sets)
        row = {"tau2": float(tau2), "tau": float(np.sqrt(tau2))}
        for name in ("r", "ci_low", "ci_high", "pi_low", "pi_high", "i2"):
            values = getattr(s, name)
            row |= {f"{name}_low": values.min(), f"{name}_mid": np.median(values), f"{name}_high": values.max()}
        out.append(row)
    return pd.DataFrame(out)


def sweep_curves(sweep: pd.DataFrame) -> pd.DataFrame:
    """Medians over the drawn sets, on Fisher z, as the figure of heterogeneity reads them."""
    names = {"r_mid": "estimate", **{f"{n}_mid": n for n in ("ci_low", "ci_high", "pi_low", "pi_high")}}
    curves = sweep[["tau2", "tau", *names]].rename(columns=names)
    curves[list(names.values())] = np.arctanh(curves[list(names.values())])
    return curves
