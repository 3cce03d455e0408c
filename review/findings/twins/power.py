"""Power of twin studies to find genes or a shared home."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd

from restated.estimate import twins
from review.findings.twins.fits import LEVEL


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
