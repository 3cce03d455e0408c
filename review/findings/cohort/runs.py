"""Thousands of cohorts: the share that meets each statement, by true effects and study design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import growth
from restated.reconstruct import ensemble as engine
from restated_book import paths
from review.findings.cohort import classes, design, effects, statements
from review.findings.cohort.design import CELLS, DECISIVE, Cohort, Design, covariates, high_risk_index

SEED = 2011
#: Children with two ratings that every cell needs, as a line does, for a cohort to be analysed.
LEAST_IN_CELL = 2
AGAIN = 20  #: First cohorts whose mean is kept, so that they can be computed again and compared
GRID = tuple(round(0.1 * i, 1) for i in range(16))  #: Extra growth of the decisive cell for the curves of power
#: Scenarios counted for variations of the design.
VARIED = ("nothing", "main", "extra-050")
COLUMNS = ("variation", "scenario", "extra", "quantity", "cohorts", "value")


@dataclass(frozen=True)
class Variation:
    """A change of the base design; ``runs.toml`` says what its fields hold."""

    label: str
    values: Mapping[str, Any] = field(default_factory=dict)
    ranges: Mapping[str, Any] = field(default_factory=dict)
    classes: Sequence[Any] = ()
    index_analysis: bool = False

    def change(self, base: Design) -> Design:
        """Return the base design with this change."""

        def ends(name: str, given: Any) -> Any:
            usual = base.ranges[given if isinstance(given, str) else name]
            return usual if isinstance(given, str) else tuple(u if x == "usual" else x for u, x in zip(usual, given))

        ranges = {name: ends(name, given) for name, given in self.ranges.items()}
        ranges |= classes.ranges(*self.classes) if self.classes else {}
        values = {name: getattr(design, x) if isinstance(x, str) else x for name, x in self.values.items()}
        values = {name: tuple(x) if isinstance(x, list) else x for name, x in values.items()}
        return replace(base, **values).with_ranges(**ranges)


VARIATIONS = {name: Variation(**of) for name, of in paths.tables(__file__).items()}
FIRST_EDITION = VARIATIONS["first-edition"].ranges  #: Ranges of the assumptions of the first edition


@dataclass(frozen=True)
class _Draw:
    design: Design

    def __call__(self, rng: np.random.Generator) -> tuple[Cohort, np.random.Generator]:
        return self.design.draw(rng), rng


@dataclass(frozen=True)
class _Estimate:
    """Results kept of each cohort: events under each set of effects, and the terms by order of interaction."""

    design: Design
    truths: tuple[tuple[str, float, effects.Effects], ...]  # scenario, extra, effects
    class_shares: tuple[tuple[str, float], ...]
    index_analysis: bool = False

    def __call__(self, drawn: list[tuple[Cohort, np.random.Generator]]) -> dict[str, np.ndarray]:
        size = {
            "cell": np.array([c.counts[DECISIVE] for c, _ in drawn], float),
            "cell-rated": np.array([c.rated(self.design, least=3)[DECISIVE] for c, _ in drawn], float),
        }
        fits = np.array([self._enough(c) for c, _ in drawn])
        usable = [one for one, fit in zip(drawn, fits, strict=True) if fit]
        apart = self.index_analysis or self.design.outside
        found = (self._one_by_one if apart else self._by_group)(usable)
        kept = {}
        for name, values in found.items():
            kept[name] = np.full(len(drawn), np.nan)
            kept[name][fits] = values
        return size | kept

    def _enough(self, cohort: Cohort) -> bool:
        return bool((cohort.rated(self.design, least=2) >= LEAST_IN_CELL).all())

    def _by_group(self, drawn) -> dict[str, np.ndarray]:
        """Return events and terms when the model has the upper part of the risk index as a group."""
        cohorts, kept = [cohort for cohort, _ in drawn], {}
        rise = np.array([[c.trend, c.trend_boys] for c in cohorts])
        fit = growth.fit_batch([c.y for c in cohorts], self.design.times, self.design.covariates)
        if fit.names != statements.term_names():
            raise RestatedError("the coefficients of the fit are not in the expected order")
        cell = statements.cell_row(self.design.cells)
        se = fit.fixed_se
        for order, term in statements.BY_ORDER.items():
            kept[f"se {order}"] = se[:, statements.indices(term)[0]]
        kept["se change of the cell"] = np.sqrt(np.einsum("i,bij,j->b", cell, fit.fixed_covariance, cell))
        kept["noise four-way"] = fit.fixed[:, statements.indices(statements.FOUR_WAY)[0]]
        kept["noise cell"] = fit.fixed @ cell
        kept["noise level"], kept["noise change"] = fit.fixed[:, 0], fit.fixed[:, 1]
        for scenario, extra, truth in self.truths:
            lines = effects.cell_lines(truth, dict(self.class_shares))
            fixed = fit.fixed + effects.coefficients(lines, self.design)
            fixed[:, statements.indices("time", "boy:time")] += rise  # change that does not depend on attachment
            met = statements.evaluate(fixed, fit.fixed_covariance, cell)
            kept |= {f"{scenario}|{extra}|{key}": share.astype(float) for key, share in met.items()}
        return kept

    def _one_by_one(self, drawn) -> dict[str, np.ndarray]:
        """Return the events where expected ratings are outside the model, nan if leaving empties a cell."""
        kept: dict[str, list] = {}
        parts = [np.repeat(np.array(part), self.design.slots) for part in zip(*CELLS, strict=True)]
        # The cell's change is taken at the mean index of the upper share: the normal density at the cut over the share.
        q = self.design.high_risk
        at = covariates(["disorganized"], ["boy"], [stats.norm.pdf(stats.norm.ppf(1 - q)) / q], high_risk=q)
        cell = np.kron(np.concatenate([[1.0], at.iloc[0]]), [0.0, 1.0])
        x = self.design.covariates
        levels = {}
        if self.design.hidden_odds > 1:  # who leaves depends on the whole rating
            middle = self.design.middle()
            levels = {"boys": middle["level_boys"], "risk": middle["level_risk"]}
        if not self.index_analysis:
            cell = statements.cell_row(self.design.cells)
        for cohort, rng in drawn:
            if self.index_analysis:
                x = covariates(parts[0], parts[1], high_risk_index(parts[2], q, rng), high_risk=q)
            for scenario, extra, truth in self.truths:
                rise = levels | {"trend": cohort.trend, "trend_boys": cohort.trend_boys}
                lines = effects.cell_lines(truth, dict(self.class_shares), **rise)
                made = replace(cohort, y=self.design.ratings(cohort, lines))
                met: dict = {key: [np.nan] for key in (*statements.KEYS, *statements.EVENTS)}
                if self._enough(made):
                    fit = growth.fit_batch([made.y], self.design.times, x)
                    met = statements.evaluate(fit.fixed, fit.fixed_covariance, cell)
                for key, result in met.items():
                    kept.setdefault(f"{scenario}|{extra}|{key}", []).append(float(result[0]))
        undefined = np.isnan(list(kept.values())).any(axis=0)
        return {name: np.where(undefined, np.nan, values) for name, values in kept.items()}


def run(key: str, register, *, cohorts: int, **how: Any) -> pd.DataFrame:
    """Analyse cohorts of one variation: rows of `COLUMNS`; `how` are options of `reconstruct.ensemble.ensemble`."""
    variation = VARIATIONS[key]
    design, found = variation.change(Design.standard()), effects.scenarios(register)
    truths = [(name, found[name].extra, found[name]) for name in (found if key == "base" else VARIED)]
    if key == "base":
        truths += [(name, truth.extra, truth) for name, truth in effects.two_way(register).items()]
        truths += [("grid", extra, found["main"].with_extra(extra)) for extra in GRID]
    shares = tuple(effects.shares(register).items())
    estimate = _Estimate(design, tuple(truths), shares, variation.index_analysis)
    drawn = engine.ensemble(_Draw(design), estimate, draws=cohorts, seed=SEED, batched=True, **how)
    return _summary(key, drawn.values)


def _summary(key: str, values: pd.DataFrame) -> pd.DataFrame:
    """Return means over cohorts as rows of the stored table; undefined cohorts are left out."""
    n = int(values.iloc[:, -1].notna().sum())
    names = [str(name) for name in values]
    rows = []

    def add(scenario: str, extra: float, quantity: str, value) -> None:
        rows.append((key, scenario, float(extra), quantity, n, float(value)))

    add("any", 0, "undefined cohorts", len(values) - n)
    for name in ("cell", "cell-rated"):
        for level in (0.025, 0.5, 0.975):
            add("any", 0, f"{name} q{level:g}", values[name].quantile(level))
        add("any", 0, f"{name} mean", values[name].mean())
    for name in names:
        if name.startswith("se "):
            add("any", 0, name, np.sqrt((values[name] ** 2).mean()))
    if "noise four-way" in values:
        add("any", 0, "sd four-way", values["noise four-way"].std())
        add("any", 0, "sd change of the cell", values["noise cell"].std())
        for name in ("four-way", "level", "change"):
            add("any", 0, f"mean {name}", values[f"noise {name}"].mean())
        add("any", 0, f"first {AGAIN} four-way", values["noise four-way"][:AGAIN].mean())
    for name in (name for name in names if "|" in name):
        scenario, extra, event = name.split("|")
        add(scenario, float(extra), event, values[name].mean())
        four_way = scenario.split("-")[0] not in effects.GROWERS  # the others lack this term
        if event == "four-way" and four_way and "noise four-way" in values:
            estimate = values["noise four-way"] + float(extra)
            found = estimate.abs() > statements.CRITICAL * values["se disorganized × boy × risk × time"]
            add(scenario, float(extra), "four-way found", found[estimate.notna()].mean())
            if float(extra) > 0 and found.any():
                add(scenario, float(extra), "sign error", (estimate[found] < 0).mean())
                add(scenario, float(extra), "exaggeration", estimate[found].abs().mean() / float(extra))
    return pd.DataFrame(rows, columns=COLUMNS)
