"""Paternal sensitivity and infant-father attachment: the 16 study rows of Lucassen et al. (2011)."""

from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy.stats import norm

from restated.estimate import meta
from restated.estimate.effects import fisher_z, fisher_z_to_r, fisher_z_variance

#: Marks a row whose primary paper reported only that the result was not significant (see the column ``note``).
NOT_SIGNIFICANT = "entered as 0"
#: Steps per row in the search over not-significant results. With 5, 11 and 21 steps the extremes are the same.
GRID = 5


def effects(rows: pd.DataFrame, column: str = "r") -> tuple[np.ndarray, np.ndarray]:
    """Return Fisher z and its sampling variance for each study, shapes (k,)."""
    return fisher_z(rows[column].to_numpy(float)), fisher_z_variance(rows["n"].to_numpy(float))


def pooled_without(rows: pd.DataFrame, drop: np.ndarray, **options) -> meta.MetaFit:
    """Pool Fisher z without the rows marked in `drop` (bool, shape (k,))."""
    y, v = effects(rows)
    return meta.fit(y[~drop], v[~drop], **options)


def entered_as_zero(rows: pd.DataFrame) -> np.ndarray:
    """Mark the rows known to be 'not significant' entered as exactly 0; bool, shape (k,)."""
    return rows["note"].fillna("").str.contains(NOT_SIGNIFICANT).to_numpy()


def range_over_not_significant(rows: pd.DataFrame, free: np.ndarray | None = None, **options) -> tuple[float, float]:
    """Return the lowest and highest pooled r when each row of `free` may be any that is not significant.

    Rows are marked by a bool each; by default those :func:`entered_as_zero`.

    A correlation is not significant (two-sided, Fisher z) when ``abs(z) < z_crit / sqrt(n - 3)``. Each of these rows
    runs over :data:`GRID` even steps of that interval, ends included, independently of the others; heterogeneity is
    estimated each time, so the extremes need not be at the corners and the whole grid is searched.
    """
    y, v = effects(rows)
    free = np.flatnonzero(entered_as_zero(rows) if free is None else free)
    critical = norm.ppf(0.975) * np.sqrt(v[free])
    steps = np.array(list(product(np.linspace(-1, 1, GRID), repeat=len(free))))
    sets = np.tile(y, (len(steps), 1))
    sets[:, free] = steps * critical
    pooled = fisher_z_to_r(meta.fit_batch(sets, v, **options).estimate)
    return float(pooled.min()), float(pooled.max())


def subsets_with_total(rows: pd.DataFrame, size: int, total: int, **options) -> pd.DataFrame:
    """List all subsets of `size` studies whose sample sizes add up to `total`, in order of their pooled r."""
    y, v = effects(rows)
    n = rows["n"].to_numpy(int)
    subsets = np.array(list(combinations(range(len(rows)), size)))
    subsets = subsets[n[subsets].sum(axis=1) == total]
    labels = study_labels(rows)
    found = [
        ("; ".join(labels[i] for i in s), float(fisher_z_to_r(meta.fit(y[s], v[s], **options).estimate)))
        for s in subsets
    ]
    return pd.DataFrame(found, columns=["studies", "pooled_r"]).sort_values("pooled_r", ignore_index=True)


def study_labels(rows: pd.DataFrame) -> list[str]:
    """Return author and year of each study."""
    return [f"{s} {y}" for s, y in zip(rows["study"], rows["year"], strict=True)]
