"""Attachment across generations: what the printed correlations, tables and totals allow."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from restated.estimate import agreement, path
from restated.estimate.effects import d_to_r
from restated.reconstruct import studysets
from restated.reconstruct.tables import TableSet
from restated_book.register import Register
from review.findings import numbers

#: Margins are called plausible here when both secure shares are in this range: an assumption, around the printed
#: distributions of adults and children (58 % and 51.6 % secure), wide enough for samples at risk and samples without.
PLAUSIBLE_SECURE = (0.40, 0.70)
_STATISTICS = {"phi": agreement.phi, "odds ratio": agreement.odds_ratio, "tetrachoric r": agreement.tetrachoric}


def plausible(tables: TableSet) -> np.ndarray:
    """Mark tables with both secure shares inside :data:`PLAUSIBLE_SECURE`; bool, shape (m,)."""
    low, high = PLAUSIBLE_SECURE
    a, b, c, _ = tables.tables.T
    caregiver, child = ((low <= x / tables.n) & (x / tables.n <= high) for x in (a + b, a + c))
    return caregiver & child


def margin_table(tables: TableSet) -> pd.DataFrame:
    """Return margins and phi of every table: ``row1, column1, value``."""
    a, b, c, _ = tables.tables.T
    return pd.DataFrame({"row1": a + b, "column1": a + c, "value": agreement.phi(tables.tables)})


def table_ranges(tables: TableSet) -> pd.DataFrame:
    """Return the range of phi, odds ratio and tetrachoric r over all tables and over those with plausible margins.

    An odds ratio with an empty cell is infinite.
    """
    out = []
    for margins, keep in (("all", np.full(len(tables.tables), True)), ("plausible", plausible(tables))):
        kept = tables.tables[keep]
        for name, function in _STATISTICS.items():
            values = function(kept) if len(kept) else np.array([np.nan])
            out.append((margins, len(kept), name, float(np.min(values)), float(np.max(values))))
    return pd.DataFrame(out, columns=["margins", "tables", "statistic", "lowest", "highest"])


def indirect_paths(cases: dict[str, tuple]) -> pd.DataFrame:
    """Return regression-based indirect effects and naive products of printed correlations, over their rounding box.

    `cases` maps a name to three intervals: r(cause, mediator), r(cause, outcome), r(mediator, outcome). ``value`` is at
    their midpoints.
    """
    quantities = {
        "indirect effect (regression)": lambda p: p.indirect,
        "product of two correlations": lambda p: p.product,
        "direct effect of the cause": lambda p: p.direct,
        "effect on the mediator": lambda p: p.a,
        "effect of the mediator": lambda p: p.b,
        "share of the association that is indirect": lambda p: p.share,
        "product as a share of the association": lambda p: p.product / p.total,
        "variance explained by both": lambda p: p.r2,
    }
    out = []
    for case, intervals in cases.items():
        middle = [(low + high) / 2 for low, high in intervals]
        for name, quantity in quantities.items():
            box = path.over_box(lambda *r, of=quantity: of(path.two_predictor(*r)), *intervals)
            out.append((case, name, float(quantity(path.two_predictor(*middle))), box.low, box.high))
    return pd.DataFrame(out, columns=["case", "quantity", "value", "low", "high"])


def readable_ranges(ranges: pd.DataFrame) -> pd.DataFrame:
    """Return the ranges of :func:`table_ranges` for a reader: an infinite end is written as 'no upper limit'."""

    def texts(column: str) -> list[str]:
        return [
            f"{x:.{1 if statistic == 'odds ratio' else 3}f}" if np.isfinite(x) else "no upper limit"
            for x, statistic in zip(ranges[column], ranges["statistic"], strict=True)
        ]

    shown = ranges[["classification", "margins", "tables", "statistic"]].rename(columns=str.capitalize)
    return shown.assign(Lowest=texts("lowest"), Highest=texts("highest"))


def path_panels(
    paths: pd.DataFrame, case: str, printed: dict[str, tuple[str, float]], restated: dict[str, str]
) -> pd.DataFrame:
    """Return printed and restated `paths` of one case, from :func:`indirect_paths`, for the path diagram.

    Keys are edges ("a", "b", "direct", "indirect", "total"): `printed` has text and value, `restated` the quantity.
    """
    mine = paths[paths["case"] == case].set_index("quantity")[["value", "low", "high"]]
    rows: list[tuple] = [("as printed", edge, value, None, None, text) for edge, (text, value) in printed.items()]
    rows += [("restated by regression", edge, *mine.loc[q], None) for edge, q in restated.items()]
    return pd.DataFrame(rows, columns=["panel", "edge", "value", "low", "high", "text"])


def printed_over_time(register: Register, series: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return printed correlations by year of their source, for the figure over time; refuse an unverified one.

    `series` maps names to the ids of printed numbers.
    """
    rows = []
    for name, ids in series.items():
        for n in (numbers.verified(register.number(i)) for i in ids):
            year = int(re.findall(r"\d{4}", n.study)[0])
            rows.append((n.study, year, *numbers.estimate(n), n.value.text, name))
    return pd.DataFrame(rows, columns=["label", "year", "value", "low", "high", "text", "series"])


def r_interval_from_d(low: float, high: float) -> tuple[float, float]:
    """Return the correlations (groups of equal size) that a rounded d allows."""
    return float(d_to_r(low)), float(d_to_r(high))


def heterogeneity_sweep(
    k: int, total_n: int, pooled: str, tau2_grid: Iterable[float], *, draws: int, seed: int
) -> pd.DataFrame:
    """Draw meta-analyses with the printed totals and pooled r over a range of heterogeneity.

    The printed k, N and pooled r are inputs of every set; sizes and the shape of the heterogeneity are assumed
    (:func:`restated.reconstruct.studysets.study_sets`). The estimated tau2 of each set equals the grid value, on the
    Fisher z scale; each takes the same seed, so that the curves are smooth.

    One row per grid value: ``tau2, tau``, and the lowest, median and highest value over the sets of the pooled r, the
    interval ends, the prediction-interval ends and I² (columns ``<name>_low, <name>_mid, <name>_high``).
    """
    out = []
    for tau2 in map(float, tau2_grid):
        # Without heterogeneity the estimate is held at zero through its own formula: DerSimonian-Laird gives 0 at Q = k
        # - 1.
        q = None if tau2 > 0 else float(k - 1)
        sets = studysets.study_sets(k, total_n, pooled, tau2=tau2, draws=draws, seed=seed, q=q)
        s = studysets.summaries(sets)
        row = {"tau2": tau2, "tau": float(np.sqrt(tau2))}
        for name in ("r", "ci_low", "ci_high", "pi_low", "pi_high", "i2"):
            values = getattr(s, name)
            row |= {f"{name}_low": values.min(), f"{name}_mid": np.median(values), f"{name}_high": values.max()}
        out.append(row)
    return pd.DataFrame(out)


def sweep_curves(sweep: pd.DataFrame) -> pd.DataFrame:
    """Return medians over the drawn sets, on Fisher z, for the figure of heterogeneity."""
    names = {"r_mid": "estimate", **{f"{n}_mid": n for n in ("ci_low", "ci_high", "pi_low", "pi_high")}}
    curves = sweep[["tau2", "tau", *names]].rename(columns=names)
    curves[list(names.values())] = np.arctanh(curves[list(names.values())])
    return curves
