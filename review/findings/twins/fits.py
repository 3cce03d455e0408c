"""ACE models over every table of pairs, correlation or division into classes that the print allows, and their power."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy import special, stats

from restated.estimate import pairs, twins
from restated.reconstruct.twintables import TwinTables, crossed
from review.findings.numbers import ends, rounding
from review.findings.transmission import PLAUSIBLE_SECURE
from review.findings.twins.concordance import plausible

SHARES = ("a2", "c2", "e2")
LEVEL = 0.95  #: Level of every test and interval of the chapter
TEST_LEVEL = 0.90  #: Level of the interval whose upper end is the one-sided limit: chi-squared 2.71, in place of 3.84
#: Points along each side of a rounding box: the extremes are at corners or where an edge is crossed; five find both.
BOX_POINTS = 5
STEPS = 100  #: Steps of the shares a2 and c2, and so the precision of the results: hundredths, as they are shown
#: Shares of classes are multiples of 5 %: none is smaller. With an empty class there would be one class less.
PARTS = 20
NEAR_ONE = 1 - 1e-8  #: A correlation of 1 has no bivariate normal; one this near it has the same agreement within 1e-4


@dataclass(frozen=True)
class SetFits:
    """Fits of the ACE model to every combination of compatible tables."""

    mz: np.ndarray  # int, shape (m, 3)
    dz: np.ndarray  # int, shape (m, 3)
    thresholds: str  # "common" or "separate"
    fit: twins.TwinFit
    genes_p: np.ndarray  # (m,), boundary-corrected p of dropping A
    home_p: np.ndarray  # (m,), boundary-corrected p of dropping C
    kept: np.ndarray  # (m,), both secure shares inside `PLAUSIBLE_SECURE`; every combination where none is

    def estimates(self) -> pd.DataFrame:
        """Return the lowest and highest estimate of each share over the kept combinations, and over all."""
        out = []
        for name in SHARES:
            values = getattr(self.fit, name)
            kept = values[self.kept]
            out.append((name, len(kept), kept.min(), kept.max(), len(values), np.nanmin(values), np.nanmax(values)))
        return pd.DataFrame(out, columns=["share", "kept", "lowest", "highest", "tables", "all_lowest", "all_highest"])

    def ranges(self) -> pd.DataFrame:
        """Return `estimates` with the reach of the profile intervals that are kept, ``ci_lowest, ci_highest``."""
        kept = twins.liability(self.mz[self.kept], self.dz[self.kept], thresholds=self.thresholds)
        found = twins.intervals(kept, level=LEVEL)
        low, high = [np.min(found[name].low) for name in SHARES], [np.max(found[name].high) for name in SHARES]
        return self.estimates().assign(ci_lowest=low, ci_highest=high)

    def significant(self, p: str) -> int:
        """Count the kept combinations in which ``genes_p`` or ``home_p`` is below .05."""
        return int(np.sum(getattr(self, p)[self.kept] < 1 - LEVEL))


def fit_set(mz: TwinTables, dz: TwinTables, *, thresholds: str = "separate") -> SetFits:
    """Fit the liability-threshold ACE model to every table of `mz` with every table of `dz`."""
    both = crossed(mz, dz)
    fit = twins.liability(*both, thresholds=thresholds)
    tests = twins.compare(fit)
    kept = plausible(both[0]) & plausible(both[1])
    kept |= not kept.any()
    genes_p, home_p = (np.asarray(tests[model].p_boundary) for model in ("CE", "AE"))
    return SetFits(*both, thresholds, fit, genes_p, home_p, kept)


def fit_scores(r_mz, r_dz, n_mz, n_dz) -> pd.DataFrame:
    """Fit the normal-theory ACE model over the rounding box of two printed correlations of a continuous score.

    ``p_low, p_high`` are boundary-corrected p of dropping A (row a2) and C (row c2). Several numbers of pairs, `n_mz`
    and `n_dz`, are combined one by one with the whole box.
    """
    sides = [np.linspace(*rounding(r, name), BOX_POINTS) for r, name in ((r_mz, "r_mz"), (r_dz, "r_dz"))]
    sizes = np.column_stack([np.atleast_1d(n_mz), np.atleast_1d(n_dz)])
    mz, dz, which = (x.ravel() for x in np.meshgrid(*sides, np.arange(len(sizes)), indexing="ij"))
    fit = twins.continuous(mz, dz, *sizes[which].T)
    found, tests = twins.intervals(fit, level=LEVEL), twins.compare(fit)
    p = {"a2": tests["CE"].p_boundary, "c2": tests["AE"].p_boundary, "e2": np.array([np.nan])}
    out = []
    for name in SHARES:
        value, reach = getattr(fit, name), found[name]
        out.append(
            (name, value.min(), value.max(), np.min(reach.low), np.max(reach.high), np.min(p[name]), np.max(p[name]))
        )
    return pd.DataFrame(out, columns=["share", "lowest", "highest", "ci_lowest", "ci_highest", *ends("p")])


def power_table(
    pairs: int,
    truths: Sequence[tuple[float, float]],
    mz_shares: Sequence[float],
    prevalences: Sequence[float | None],
    *,
    drop: str = "a2",
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Simulate power to find the share `drop` over true shares (a2, c2), shares of identical pairs and secure shares.

    A prevalence of None, nan in the table, is a continuous score instead of two classes. There are `draws` per design;
    every design has a seed of its own. ``low, high`` are the 95 % Wilson interval of the Monte Carlo error.
    """
    out = []
    for i, ((a2, c2), share, p) in enumerate(product(truths, mz_shares, prevalences)):
        n_mz, e2 = round(pairs * share), 1 - a2 - c2
        found = twins.power(a2, c2, e2, n_mz, pairs - n_mz, p, drop=drop, alpha=1 - LEVEL, draws=draws, seed=seed + i)
        out.append((pairs, a2, c2, share, np.nan if p is None else p, found.power, found.se, found.low, found.high))
    return pd.DataFrame(out, columns=["pairs", "a2", "c2", "mz_share", "prevalence", "power", "se", "low", "high"])


def pairs_for_power(truths: Sequence[tuple[float, float]], prevalences: Sequence[float | None]) -> pd.DataFrame:
    """Return the pairs, half of them identical, that find a2 with 80 % power, large-sample approximation."""
    out = []
    for (a2, c2), p in product(truths, prevalences):
        n = twins.pairs_for_power(a2, c2, 1 - a2 - c2, 0.5, p, alpha=1 - LEVEL)
        out.append((a2, c2, np.nan if p is None else p, int(np.ceil(n))))
    return pd.DataFrame(out, columns=["a2", "c2", "prevalence", "pairs"])


def class_shares(classes: int) -> np.ndarray:
    """Return shares of children by ordered class, shape (m, classes), one of them plausible for the secure class."""
    cuts = np.array(list(combinations(range(1, PARTS), classes - 1)))
    shares = np.diff(cuts, prepend=0, append=PARTS, axis=1) / PARTS
    low, high = PLAUSIBLE_SECURE
    return shares[((shares >= low) & (shares <= high)).any(axis=1)]


def fit_concordance(mz: tuple[int, int], dz: tuple[int, int], classes: int) -> pd.DataFrame:
    """Fit the ACE model to two concordances, each as concordant and all pairs, for every division into classes.

    Both zygosities have the same shares of classes, and the two counts are binomial: nothing else was printed. One row
    per division with ``a2, c2, e2`` (maximum likelihood on a grid), ``a2_high, c2_high`` (upper 95 % profile limits)
    and ``genes_p`` (boundary-corrected p of dropping A).
    """
    a, c = np.array([(a, c) for a in range(STEPS + 1) for c in range(STEPS + 1 - a)]).T
    r = np.minimum(np.arange(2 * STEPS + 1) / (2 * STEPS), NEAR_ONE)
    critical, out = stats.chi2.ppf(LEVEL, 1), []
    for shares in class_shares(classes):
        alike = np.clip(pairs.class_agreement(shares, r), 0, 1)
        # Counted in half steps: the correlation of fraternal twins is a2 / 2 + c2.
        both = ((mz, alike[2 * (a + c)]), (dz, alike[a + 2 * c]))
        found = sum(special.xlogy(x, p) + special.xlog1py(n - x, -p) for (x, n), p in both)
        best, drop = found.argmax(), 2 * (found.max() - found)
        without = drop[a == 0].min()
        high = a[drop < critical].max(), c[drop < critical].max()
        in_steps = np.array([a[best], c[best], STEPS - a[best] - c[best], *high])
        out.append((*in_steps / STEPS, stats.chi2.sf(without, 1) / 2 if without > 0 else 1.0))
    return pd.DataFrame(out, columns=["a2", "c2", "e2", "a2_high", "c2_high", "genes_p"])
