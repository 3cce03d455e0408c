"""ACE models over every table of pairs, or every correlation, that the print allows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from restated.estimate import twins
from restated.reconstruct.twintables import TwinTables, crossed
from review.findings.numbers import ends, rounding
from review.findings.twins.concordance import plausible

SHARES = ("a2", "c2", "e2")
#: Level of every test and interval of the chapter.
LEVEL = 0.95
#: Level of the interval whose upper end is the one-sided limit: chi-squared 2.71, at which the boundary-corrected test
#: of 5 % rejects, in place of 3.84.
TEST_LEVEL = 0.90
#: Points along each side of a rounding box of two correlations. The shares are linear inside the triangle and bend only
#: at its edges, so the extremes are at corners or where an edge is crossed; five points find both.
BOX_POINTS = 5


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
    """Fit the liability-threshold ACE model to every table of `mz` with every table of `dz`.

    Thresholds are separate by default: no source prints that the two groups have the same secure share.
    """
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
