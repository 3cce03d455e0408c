"""Attachment across generations: what the printed correlations, tables and totals allow."""

import re
from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd

from restated.estimate import agreement, crosstable, path, proportions
from restated.estimate.effects import d_to_r
from restated.plots.words import number
from restated.reconstruct import studysets
from restated.reconstruct.tables import TableSet
from restated_book import paths
from restated_book.register import Register
from review.findings import numbers, stability

SHORT: dict[str, str] = paths.tables(__file__)  #: Short descriptions of recomputed numbers by id
#: Classes of caregivers, and the class of children that corresponds to each.
CLASSES = {"dismissing": "avoidant", "autonomous": "secure", "preoccupied": "resistant", "unresolved": "disorganized"}
#: Tables drawn for a percentile interval: their ends then vary by about .001 from seed to seed.
DRAWS, SEED = 20_000, 1995
NORMAL = 1.959963984540054  #: Two-sided normal quantile of 95 % intervals
#: Secure shares called plausible here, an assumption around the printed ones of adults (58 %) and children (51.6 %).
PLAUSIBLE_SECURE = (0.40, 0.70)
_STATISTICS = {"phi": agreement.phi, "odds ratio": agreement.odds_ratio, "tetrachoric r": agreement.tetrachoric}


def plausible(tables: TableSet) -> np.ndarray:
    """Mark tables with both secure shares inside :data:`PLAUSIBLE_SECURE`; bool, shape (m,)."""
    low, high = PLAUSIBLE_SECURE
    a, b, c, _ = tables.tables.T
    caregiver, child = ((low <= x / tables.n) & (x / tables.n <= high) for x in (a + b, a + c))
    return caregiver & child


def table_ranges(tables: TableSet) -> pd.DataFrame:
    """Return ranges of phi, odds ratio (or infinite) and tetrachoric r, over all tables and over plausible ones."""
    out = []
    for margins, keep in (("all", np.full(len(tables.tables), True)), ("plausible", plausible(tables))):
        kept = tables.tables[keep]
        for name, function in _STATISTICS.items():
            values = function(kept) if len(kept) else np.array([np.nan])
            out.append((margins, len(kept), name, float(np.min(values)), float(np.max(values))))
    return pd.DataFrame(out, columns=["margins", "tables", "statistic", "lowest", "highest"])


def dyad_counts(table: pd.DataFrame) -> np.ndarray:
    """Return dyads by class of caregiver (rows) and child (columns), in the order of :data:`CLASSES`."""
    wide = table.pivot(index="caregiver_class", columns="child_class", values="dyads")
    return wide.loc[list(CLASSES), list(CLASSES.values())].to_numpy(int)


def dyad_measures(counts: np.ndarray) -> pd.DataFrame:
    """Return agreement, kappa and phi of the table with 95 % intervals, by statistic and classes.

    Classes are "four", or one class of caregivers and its counterpart against the rest. ``low, high`` are Wilson's for
    agreement and those of the variance of Fleiss, Cohen & Everitt for kappa; ``resampled_low, resampled_high`` are
    percentiles of multinomial tables. All take dyads for independent, which those of one sample need not be.
    """
    tables = np.concatenate([counts[None], crosstable.resampled(counts, draws=DRAWS, seed=SEED)]).astype(float)
    views = {"four": tables}
    views |= {name: stability.collapse(tables, at).reshape(-1, 2, 2) for at, name in enumerate(CLASSES)}
    out = []
    for name, view in views.items():
        agreeing, kappa = np.einsum("...ii->...", view), agreement.kappa_square(view)
        half = NORMAL * np.sqrt(agreement.kappa_variance(view[0]))
        found = {
            "agreement": (agreeing / counts.sum(), *proportions.wilson(int(agreeing[0]), int(counts.sum()))),
            "kappa": (kappa, kappa[0] - half, kappa[0] + half),
        }
        if view is not tables:
            found["phi"] = (agreement.phi(view.reshape(-1, 4)), np.nan, np.nan)
        for statistic, (values, *ends) in found.items():
            resampled = np.quantile(values[1:], [0.025, 0.975])
            out.append((statistic, name, *map(float, (values[0], *ends, *resampled))))
    columns = ["statistic", "classes", "value", "low", "high", "resampled_low", "resampled_high"]
    return pd.DataFrame(out, columns=columns).set_index(["statistic", "classes"])


def dyad_cells(counts: np.ndarray) -> pd.DataFrame:
    """Return the table for a reader: each count with its adjusted residual, and the totals."""
    residuals = crosstable.adjusted_residuals(counts)
    cells = [
        [f"{n} ({number(z, 1)})" for n, z in zip(*row, strict=True)] for row in zip(counts, residuals, strict=True)
    ]
    shown = pd.DataFrame(cells, columns=[name.capitalize() for name in CLASSES.values()])
    shown.insert(0, "Caregiver", [name.capitalize() for name in CLASSES])
    return shown.assign(Caregivers=counts.sum(axis=1))


def attenuation(
    r: tuple[float, float], child: dict[str, tuple[float, float]], caregiver: dict[str, tuple[float, float]]
) -> pd.DataFrame:
    """Return what measurement error of a given size allows, for each pair of assumptions on child and caregiver.

    `r` is the interval of an observed correlation; the others map the words for an assumption to the lowest and highest
    reliability under it. The classical formula (Spearman, 1904) has ``ceiling = sqrt(child * caregiver)``, the largest
    correlation two measures of these reliabilities can show on average, and ``r / ceiling`` between the true scores.
    Errors are taken for independent of each other and of the true scores.
    """
    out = []
    for (about_child, own), (about_caregiver, other) in product(child.items(), caregiver.items()):
        low, high = (np.sqrt(x * y) for x, y in zip(own, other, strict=True))
        out.append((about_child, about_caregiver, low, high, r[0] / high, r[1] / low))
    columns = ["child", "caregiver", "ceiling_low", "ceiling_high", "low", "high"]
    return pd.DataFrame(out, columns=columns)


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


def path_panels(
    paths: pd.DataFrame, case: str, printed: dict[str, tuple[str, float]], restated: dict[str, str]
) -> pd.DataFrame:
    """Return printed and restated `paths` of one case, from :func:`indirect_paths`, for the path diagram.

    Keys are edges ("a", "b", "direct", "indirect", "total"): `printed` has text and value, `restated` the quantity.
    """
    mine = paths[paths["case"] == case].set_index("quantity")[["value", "low", "high"]]
    rows: list[tuple] = [("as published", edge, value, None, None, text) for edge, (text, value) in printed.items()]
    rows += [("restated by regression", edge, *mine.loc[q], None) for edge, q in restated.items()]
    return pd.DataFrame(rows, columns=["panel", "edge", "value", "low", "high", "text"])


def printed_over_time(register: Register, series: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Return printed correlations, ids by name in `series`, by year of their source; refuse an unverified one."""
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
        # Without heterogeneity the estimate stays at zero through its own formula: DerSimonian-Laird is 0 at Q = k - 1.
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
