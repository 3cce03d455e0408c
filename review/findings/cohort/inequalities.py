"""True effects that fit the sentences of the abstract: each sentence is an inequality on an estimate.

True effects are drawn from stated ranges. The first cohorts of the stored ensemble give the noise of the estimates. The
weight of a draw is the share of these cohorts in which its estimates satisfy a sentence: importance sampling with the
drawn ranges as proposal. A sentence that nearly every draw satisfies leaves the weights equal and says little.

References
----------
Kish, L. (1965). Survey sampling, section 11.7 (effective size of a weighted sample).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from restated.arguments import Floats
from restated.estimate import growth
from restated.reconstruct.ensemble import generator
from review.findings import numbers
from review.findings.cohort import effects, runs, statements
from review.findings.cohort.design import CELLS, Design

#: Draws of true effects, and cohorts that give the noise: a share of draws then has a standard error below 1.5 points.
DRAWS, COHORTS = 4000, 200
#: Effects that the abstract concerns and nobody has pooled are drawn between this and its negative: large by Cohen.
REACH = max(effects.EXTRA)
#: True effects: contrasts of a class with all others, then differences among disorganized children by sex and risk.
DIFFERENCES = {
    "level by sex": lambda boy, high: (boy - 0.5, 0),
    "level by risk": lambda boy, high: (high - 0.25, 0),
    "change": lambda boy, high: (0, 1),
    "change of boys": lambda boy, high: (0, boy),
    "change at high risk": lambda boy, high: (0, high),
    "change of boys at high risk": lambda boy, high: (0, boy and high),
}
PARAMETERS = (*effects.PRINTED, *DIFFERENCES)
#: Change of disorganized boys at high risk beyond that of other children.
CELL = [PARAMETERS.index(name) for name in DIFFERENCES if name.startswith("change")]
#: Sentences that name a direction, with the words of their inequality.
DIRECTED = {"C2": "avoidant − secure > 0", "C3": "disorganized − secure > 0", "C7": "change of the group > 0"}
#: Parameters whose shift is shown.
SHOWN = ("avoidant", "disorganized", "change", "change of boys", "change at high risk", "change of boys at high risk")


@dataclass(frozen=True)
class Noise:
    """Estimates of cohorts in which attachment does nothing, shape (cohorts, 32), and their covariances."""

    fixed: Floats
    covariance: Floats
    cell: Floats  # (32,), weights of the decisive group's change


@cache
def noise(cohorts: int = COHORTS, first: int = 0) -> Noise:
    """Draw and fit cohorts of the base design, from the `first` of the stored ensemble on."""
    design = Design.standard()
    drawn = [design.draw(generator(runs.SEED, first + i)) for i in range(cohorts)]
    usable = [c for c in drawn if (c.rated(design, least=2) >= runs.LEAST_IN_CELL).all()]
    fit = growth.fit_batch([c.y for c in usable], design.times, design.covariates)
    fixed = fit.fixed.copy()
    fixed[:, statements.indices("time", "boy:time")] += [[c.trend, c.trend_boys] for c in usable]
    return Noise(fixed, fit.fixed_covariance, statements.cell_row(design.cells))


def draw(register, size: int = DRAWS, *, seed: int = runs.SEED) -> Floats:
    """Draw true effects, shape (size, parameters): pooled contrasts by their intervals, the others evenly."""
    rng = np.random.default_rng(seed)
    at = [numbers.estimate(register[id]) for id in effects.PRINTED.values()]
    pooled = [rng.normal(m, (high - low) / (2 * statements.CRITICAL), size) for m, low, high in at]
    return np.column_stack([*pooled, *rng.uniform(-REACH, REACH, (len(DIFFERENCES), size))])


def coefficients(true: Floats, class_shares) -> Floats:
    """Return the coefficients of the analysis model for true effects, shape (draws, 32); they are linear in them."""
    design, rows = Design.standard(), []
    for name in PARAMETERS:
        contrasts = {other: float(other == name) for other in effects.PRINTED}
        lines = effects.cell_lines(effects.Effects("", contrasts), class_shares)
        if name in DIFFERENCES:
            parts = [DIFFERENCES[name](s == "boy", r == "high") if a == "disorganized" else (0, 0) for a, s, r in CELLS]
            lines = np.array(parts) @ [[1.0, 0.0], [0.5, 1.0]]  # a change begins in kindergarten
        rows.append(effects.coefficients(lines, design))
    return true @ np.array(rows)


def weights(means: Floats, given: Noise) -> dict[str, Floats]:
    """Return the share of cohorts that satisfy each sentence, "whole", and with " sign" a direction alone, by draw."""
    total: dict[str, Floats] = {}
    for fixed, covariance in zip(given.fixed, given.covariance, strict=True):
        estimates = means + fixed
        met = statements.evaluate(estimates, covariance[None], given.cell)
        signs = {name: estimates[:, statements.indices(name)[0]] > 0 for name in ("avoidant", "disorganized")}
        met |= {"C2 sign": signs["avoidant"], "C3 sign": signs["disorganized"], "C7 sign": estimates @ given.cell > 0}
        met["whole sign"] = np.all([met.get(f"{key} sign", met[key]) for key in statements.KEYS], axis=0)
        for key in (*statements.KEYS, "whole", *(f"{key} sign" for key in (*DIRECTED, "whole"))):
            total[key] = total.get(key, 0) + met[key] / len(given.fixed)
    return total


def effective(weight: Floats) -> float:
    """Return the effective share of a weighted sample: squared sum of weights over their sum of squares and number."""
    return float(weight.sum() ** 2 / (weight**2).sum() / len(weight))


def interval(values: Floats, weight: Floats, level: float = 0.95) -> tuple[float, float]:
    """Return the central interval of weighted values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2], weights=weight, method="inverted_cdf")
    return float(low), float(high)


def information(true: Floats, found: dict[str, Floats]) -> pd.DataFrame:
    """Return what each sentence says: the share of cohorts that satisfy it, effective share, shifts in SDs drawn."""
    rows = []
    for key, weight in found.items():
        name = key.removesuffix(" sign")
        words = statements.STATEMENTS.get(name, ("all sentences", ""))[0]
        rule = DIRECTED.get(name, "directions; p < .05 where none is named") if name != key else "p < .05"
        moved = (np.average(true, axis=0, weights=weight) - true.mean(axis=0)) / true.std(axis=0)
        rows.append((words, rule, weight.mean(), effective(weight), *(moved[PARAMETERS.index(one)] for one in SHOWN)))
    return pd.DataFrame(rows, columns=["Sentence", "Inequality", "Satisfied", "Effective", *SHOWN])
