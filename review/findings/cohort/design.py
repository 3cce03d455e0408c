"""Cohorts drawn from stated assumptions: who is in them, who is rated when, and how ratings vary.

Ratings are in SDs of one grade's ratings at mid-course within a class. A drawn cohort holds *deviations* from the
expected ratings only. Expected ratings are in the column space of the analysis model, and leaving the study depends on
deviations, so the model fitted to deviations plus expectations has the coefficients of the former plus those of the
latter and the same standard errors: one fit serves every set of true effects (:mod:`.effects`).

Reference: Plackett (1965), JASA 60, 516-522 (two-by-two table from its margins and odds ratio).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special, stats

from restated.errors import RestatedError
from restated.reconstruct import moments
from restated_book import studies

CLASSES = ("secure", "avoidant", "resistant", "disorganized")
SEXES = ("girl", "boy")
RISKS = ("lower", "high")
#: The sixteen cells of attachment, sex and risk, in the order of all arrays here.
CELLS = tuple(itertools.product(CLASSES, SEXES, RISKS))
#: The cell of the abstract's last statement.
DECISIVE = CELLS.index(("disorganized", "boy", "high"))
GRADES = ("kindergarten", *(f"grade {g}" for g in range(1, 7)))
#: Time is 0 in grade 3 and covers 1 from kindergarten to grade 6: a slope is the change over the whole period.
TIMES = (np.arange(len(GRADES)) - 3) / 6
#: Standard deviations above a cell's largest expected count up to which rows are kept: more has a chance below 1e-7.
SPARE_SDS = 5.5
#: Shape of the gamma distribution of skewed deviations: skewness 2, that of an exponential distribution.
SKEWED_SHAPE = 1.0
#: Share of miscoded classes behind the coders' kappa of .70 at 15 months: the kappa of two codings is (1 - share)^2.
CODED = 1 - 0.70**0.5


def assumptions() -> pd.DataFrame:
    """Return the table of assumptions. Readers change it in place: the fingerprint of the stored results covers it."""
    return studies.load("cohort-assumptions", originals=False)


@dataclass(frozen=True)
class Design:
    """Study design with its ranges."""

    #: Lowest and highest value of each assumption; each cohort draws its own uniformly.
    ranges: Mapping[str, tuple[float, float]]
    waves: tuple[int, ...] = tuple(range(len(GRADES)))  # indices of the grades used
    complete_only: bool = False  # analyse only children rated in every grade used
    skewed: bool = False  # deviations from a shifted gamma distribution with the variances of the normal one
    #: Of the deviations of one grade with the next beyond intercept and slope; the model ignores it.
    autocorrelation: float = 0.0
    one_teacher: bool = False  # the rater contributes nothing to the deviations
    #: Share of the standard normal distribution that a lowest score cuts off, see :meth:`ratings`; 0 without a floor.
    floor: float = 0.0
    #: Share of children whose class is drawn from the shares of their sex and risk; :data:`CODED` has its value.
    miscoded: float = 0.0
    #: Odds of leaving before a grade for one SD of the rating that is then not made: missing not at random if above 1.
    hidden_odds: float = 1.0
    hidden_classes: tuple[str, ...] = CLASSES  # children whose leaving depends on it; others leave by risk alone

    @classmethod
    def standard(cls) -> Design:
        """Return the design with the ranges of :func:`assumptions`."""
        table = assumptions()
        return cls(dict(zip(table["name"], zip(table["low"], table["high"], strict=True), strict=True)))

    def with_ranges(self, **ranges: tuple[float, float]) -> Design:
        """Return the same design with other ranges for some assumptions; their names must be those of assumptions."""
        for name in ranges:
            if name not in self.ranges:
                raise RestatedError(f"'{name}' is not an assumption", remedy=f"Use one of {', '.join(self.ranges)}.")
        return replace(self, ranges={**self.ranges, **ranges})

    @property
    def high_risk(self) -> float:
        """Share of children at high risk, by which the risk covariate is centred: the middle of its range."""
        return sum(self.ranges["share_high_risk"]) / 2

    @property
    def times(self) -> np.ndarray:
        """Times of the grades used."""
        return TIMES[list(self.waves)]

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Covariates of the sixteen cells, without the intercept."""
        return cell_covariates(self.high_risk)

    @cached_property
    def slots(self) -> np.ndarray:
        """Rows kept for each cell, int, shape (16,): enough for every cohort that can be drawn."""
        varied = ("share_disorganized", "share_boys", "share_high_risk", "risk_odds")
        corners = itertools.product(*(self.ranges[name] for name in varied))
        most = np.max([cell_shares(self.middle() | dict(zip(varied, corner))) for corner in corners], axis=0)
        expected = self.ranges["classified"][1] * most
        return np.ceil(expected + SPARE_SDS * np.sqrt(expected * (1 - most))).astype(int)

    @cached_property
    def covariates(self) -> pd.DataFrame:
        """Covariates of all slots, in the order of the rows of a cohort."""
        return self.cells.loc[np.repeat(np.arange(len(CELLS)), self.slots)].reset_index(drop=True)

    def ratings(self, cohort: Cohort, lines: np.ndarray) -> np.ndarray:
        """Return the ratings of a drawn cohort, shape (slots, waves), if cells have these lines.

        `lines` of shape (16, 2) are from :func:`.effects.cell_lines` and apply to the cells children are truly in. A
        floor cuts ratings off here, and children leave whose rating passes the limit of the cohort.
        """
        expected = lines @ np.vstack([np.ones_like(self.times), self.times])
        y = np.maximum(cohort.y + expected[cohort.truly], stats.norm.ppf(self.floor))
        return np.where(np.maximum.accumulate(y > cohort.limit, axis=1), np.nan, y)

    @property
    def outside(self) -> bool:
        """True if expected ratings are outside the analysis model, so that every set of effects needs its own fit."""
        return self.floor > 0 or self.miscoded > 0 or self.hidden_odds > 1

    def middle(self) -> dict[str, float]:
        """Return every assumption at the middle of its range."""
        return {name: (low + high) / 2 for name, (low, high) in self.ranges.items()}

    def draw(self, rng: np.random.Generator) -> Cohort:
        """Draw one cohort with its own values of the assumptions."""
        values = {name: low + (high - low) * rng.random() for name, (low, high) in self.ranges.items()}
        low, high = self.ranges["classified"]
        counts = rng.multinomial(rng.integers(int(low), int(high) + 1), cell_shares(values))
        if (counts > self.slots).any():
            raise RestatedError("a cell drew more children than rows are kept for it", remedy="Raise SPARE_SDS.")
        cell = np.repeat(np.arange(len(CELLS)), counts)
        deviations = self._deviations(values, len(cell), rng)
        risky = np.array([CELLS[c][2] == "high" for c in cell])
        limit = np.full(deviations.shape, np.inf)
        if self.hidden_odds > 1:  # the odds of leaving pass those of a uniform number where the rating passes the limit
            log_base = special.logit(values["lost"]) + risky[:, None] * np.log(values["lost_risk_odds"])
            limit[:, 1:] = special.logit(rng.random(limit[:, 1:].shape)) - log_base
            depends = np.isin([CELLS[c][0] for c in cell], self.hidden_classes)[:, None]
            limit = np.where(depends, limit / np.log(self.hidden_odds), np.copysign(np.inf, limit))
            values |= {"lost": 0.0}
        seen = _seen(values, deviations, risky, rng)
        y = np.where(seen, deviations, np.nan)[:, list(self.waves)]
        if self.complete_only:
            y[np.isnan(y).any(axis=1)] = np.nan
        filled = np.concatenate([np.arange(slots) < n for slots, n in zip(self.slots, counts)])
        placed, limits = np.full((2, len(filled), len(self.waves)), np.nan)
        placed[filled], limits[filled] = y, limit[:, list(self.waves)]
        truly = np.repeat(np.arange(len(CELLS)), self.slots)
        if self.miscoded:
            truly[filled] = _true_cells(cell, cell_shares(values), self.miscoded, rng)
        return Cohort(placed, counts, values["trend"], values["trend_boys"], truly, limits)

    def _deviations(self, values: Mapping[str, float], children: int, rng: np.random.Generator) -> np.ndarray:
        """Draw deviations from the expected ratings in all seven grades, shape (children, 7)."""
        shape = (children, 2 + len(GRADES))
        if self.skewed:
            z = (rng.gamma(SKEWED_SHAPE, size=shape) - SKEWED_SHAPE) / np.sqrt(SKEWED_SHAPE)
        else:
            z = rng.standard_normal(shape)
        random = z[:, :2] @ np.linalg.cholesky(random_covariance(values)).T
        noise = z[:, 2:]
        for j in range(1, len(GRADES)):  # a first-order autoregressive series with variance 1
            noise[:, j] = self.autocorrelation * noise[:, j - 1] + np.sqrt(1 - self.autocorrelation**2) * noise[:, j]
        residual = 1 - values["stable_variance"]  # the rating variance at mid-course is 1
        if self.one_teacher:
            residual *= 1 - values["teacher_share"]
        return random[:, :1] + random[:, 1:] * TIMES + np.sqrt(residual) * noise


@dataclass(frozen=True)
class Cohort:
    """Deviations from the expected ratings: y of shape (slots, waves), nan where not rated or not filled."""

    y: np.ndarray
    counts: np.ndarray  # (16,), classified children by cell
    trend: float  # average change from kindergarten to grade 6
    trend_boys: float  # how much more boys change than girls
    truly: np.ndarray  # (slots,), the cell whose expected ratings a child has: its own unless classes are miscoded
    limit: np.ndarray  # (slots, waves), rating above which a child leaves before it is made; infinite by default

    def rated(self, design: Design, *, least: int = 1) -> np.ndarray:
        """Count children by cell with at least `least` ratings, shape (16,)."""
        enough = (np.isfinite(self.y).sum(axis=1) >= least).astype(int)
        return np.add.reduceat(enough, np.cumsum(design.slots) - design.slots)


def covariates(attachment, sex, risk, *, high_risk: float) -> pd.DataFrame:
    """Return the child-level columns of the analysis model without the intercept, shape (children, 15).

    Secure is the reference class. Boys are 1/2 and girls -1/2; high risk is 1 - share and lower risk -share, where
    `high_risk` is the share. A lower-order coefficient is therefore that of the average child, and an interaction a
    difference of differences. `risk` may also be numbers, a standardised index, which then enters as it is.
    """
    attachment, sex, risk = np.asarray(attachment), np.asarray(sex), np.asarray(risk)
    boy = (sex == "boy") - 0.5
    index = risk if np.issubdtype(risk.dtype, np.number) else (risk == "high") - high_risk
    columns = {name: (attachment == name).astype(float) for name in CLASSES[1:]}
    columns |= {"boy": boy, "risk": index, "boy×risk": boy * index}
    for by, values in (("boy", boy), ("risk", index), ("boy×risk", boy * index)):
        columns |= {f"{name}×{by}": columns[name] * values for name in CLASSES[1:]}
    return pd.DataFrame(columns)


def cell_covariates(high_risk: float) -> pd.DataFrame:
    """Return the covariates of the sixteen cells, shape (16, 15)."""
    return covariates(*zip(*CELLS), high_risk=high_risk)


def cell_shares(values: Mapping[str, float]) -> np.ndarray:
    """Return the expected share of each of the sixteen cells, shape (16,)."""
    d, q, odds = values["share_disorganized"], values["share_high_risk"], values["risk_odds"]
    if odds == 1:
        both = d * q
    else:
        s = 1 + (d + q) * (odds - 1)
        both = (s - np.sqrt(s**2 - 4 * odds * (odds - 1) * d * q)) / (2 * (odds - 1))
    rest = {"secure": values["share_secure"], "avoidant": values["share_avoidant"]}
    rest["resistant"] = 1 - sum(rest.values())
    high = {"disorganized": both} | {name: share * (q - both) for name, share in rest.items()}
    lower = {"disorganized": d - both} | {name: share * (1 - d - q + both) for name, share in rest.items()}
    boys = values["share_boys"]
    return np.array([(high if r == "high" else lower)[a] * (boys if s == "boy" else 1 - boys) for a, s, r in CELLS])


def _true_cells(cell: np.ndarray, shares: np.ndarray, miscoded: float, rng: np.random.Generator) -> np.ndarray:
    """Return true cells: of a share `miscoded` of children the class is drawn from those of their sex and risk."""
    stratum = cell % (len(SEXES) * len(RISKS))
    below = np.cumsum(shares.reshape(len(CLASSES), -1), axis=0)
    drawn = (rng.random(len(cell)) * below[-1, stratum] > below[:-1, stratum]).sum(axis=0)
    return np.where(rng.random(len(cell)) < miscoded, drawn * len(SEXES) * len(RISKS) + stratum, cell)


def random_covariance(values: Mapping[str, float]) -> np.ndarray:
    """Return the covariance of level at mid-course and change, shape (2, 2)."""
    level, change = values["stable_variance"], values["slope_sd"] ** 2
    both = values["slope_correlation"] * np.sqrt(level * change)
    return np.array([[level, both], [both, change]])


def _seen(
    values: Mapping[str, float], deviations: np.ndarray, high: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Mark the ratings made, bool; leaving depends on the risk group and the last rating made: missing at random."""
    children, grades = deviations.shape
    made = rng.random((children, grades)) >= values["missed"]
    there = rng.random((children,)) < values["ever_rated"]
    base = values["lost"] / (1 - values["lost"]) * values["lost_risk_odds"] ** high
    last = np.zeros(children)
    seen = np.zeros((children, grades), dtype=bool)
    for j in range(grades):
        if j:
            odds = base * values["lost_rating_odds"] ** last
            there &= rng.random(children) >= odds / (1 + odds)
        seen[:, j] = there & made[:, j]
        last = np.where(seen[:, j], deviations[:, j], last)
    return seen


def illustrative(design: Design, *, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Draw the cohort of the figures: every assumption at the middle of its range, and exact moments in every cell.

    `children` (pandas.DataFrame): ``attachment, sex, risk, cell``, one row per classified child; counts are the
    expected ones, rounded. `deviations`, `seen` (ndarray, shape (children, 7)): in each cell with means of exactly 0
    and exactly the stated covariances; which ratings are made.
    """
    values = design.middle()
    counts = np.round(values["classified"] * cell_shares(values)).astype(int)
    cell = np.repeat(np.arange(len(CELLS)), counts)
    covariance = np.zeros((2 + len(GRADES),) * 2)
    covariance[:2, :2] = random_covariance(values)
    covariance[2:, 2:] = np.eye(len(GRADES)) * (1 - values["stable_variance"])
    sds = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(sds, sds)
    np.fill_diagonal(correlations, 1.0)
    zeros = np.zeros(len(sds))
    drawn = (moments.exact_moments(int(n), zeros, sds, correlations, seed=seed + c) for c, n in enumerate(counts))
    parts = np.concatenate(list(drawn))
    deviations = parts[:, :1] + parts[:, 1:2] * TIMES + parts[:, 2:]
    children = pd.DataFrame([CELLS[c] for c in cell], columns=["attachment", "sex", "risk"]).assign(cell=cell)
    rng = np.random.default_rng(seed)
    return children, deviations, _seen(values, deviations, (children["risk"] == "high").to_numpy(), rng)


def high_risk_index(risk: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a standard normal risk index, in its upper `share` for children at high risk and below for others."""
    position = rng.random(len(risk))
    return stats.norm.ppf(np.where(risk == "high", 1 - share * position, (1 - share) * position))
