"""Spread of true effects that printed intervals, totals and Q imply."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from restated.reconstruct import studysets, totals
from restated_book.register import PublishedNumber, Register
from review.findings.numbers import ends, value
from review.findings.sequelae.estimates import CONVENTION, se_box

#: Smallest sample in the sets of sizes: an assumption, below the smallest samples of the neighbouring study tables.
MIN_N = 10
#: SD of the logarithm of sample sizes called ordinary; the larger has a largest sample of 350 to 600, as is common.
SPREADS = (0.7, 1.0)


def heterogeneity(
    register: Register, which: Sequence[str], *, draws: int, seed: int, convention: float = CONVENTION
) -> pd.DataFrame:
    """Return the spread of true effects that a printed interval, k and N imply, though no study size was printed.

    The model is assumed: inverse-variance weights, a Wald interval, variances c / n. The range over *all* sizes and all
    group shares is exact (:mod:`restated.reconstruct.totals`); the ordinary range rests on drawn sizes (`SPREADS`), two
    groups of one size, and the middle of the rounding box.

    One row per estimate: ``sampling_se`` is the smallest sampling error of N children, ``se`` as printed,
    ``share_alone`` the largest share of the smaller group at which sampling error alone explains the interval,
    ``tau_highest`` for any sizes and shares, ``tau_low, tau_high`` for ordinary sizes; ``inner`` and ``pi`` are 95 %
    prediction limits at these two, t with k - 2 degrees of freedom.
    """
    rows = []
    for n in (register.number(i) for i in which):
        k, total, d, se = int(n.k), int(n.n), value(n.value), se_box(n, convention=convention)
        c, middle = totals.variance_factor(0.5, d), sum(se) / 2
        highest = totals.greatest_tau2(k, total, se[1], c=totals.variance_factor(), min_n=MIN_N)
        tau2 = np.array([totals.tau2_from_se(s, c, middle) for s in _sizes(k, total, draws, seed)])
        ordinary = np.nanmin(tau2), np.nanmax(tau2)
        share_alone = (1 - np.sqrt(max(0.0, 1 - 4 / (se[0] ** 2 * total)))) / 2
        inner, outer = (stats.t.ppf(0.975, k - 2) * np.sqrt(x + middle**2) for x in ordinary)
        limits = (d - inner, d + inner, d - outer, d + outer)
        rows.append((n.id, k, total, np.sqrt(4 / total), *se, share_alone, *np.sqrt((highest, *ordinary)), *limits))
    columns = ["id", "k", "n", "sampling_se", *ends("se"), "share_alone", "tau_highest", *ends("tau", "inner", "pi")]
    return pd.DataFrame(rows, columns=columns)


def prediction(n: PublishedNumber, tau: float) -> tuple[float, float]:
    """Return 95 % prediction limits of a printed estimate at a spread of true effects, t with k - 2 degrees of freedom.

    The standard error is the smallest that the printed interval allows: the limits are the narrowest.
    """
    d = value(n.value)
    spread = stats.t.ppf(0.975, int(n.k) - 2) * np.sqrt(tau**2 + se_box(n)[0] ** 2)
    return float(d - spread), float(d + spread)


def _sizes(k: int, total: int, draws: int, seed: int) -> np.ndarray:
    """Draw sizes of both ordinary spreads, shape (2 draws, k)."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [studysets.sizes(k, total, min_n=MIN_N, size_shape=spread, draws=draws, rng=rng) for spread in SPREADS]
    )


class FromQ(NamedTuple):
    """Heterogeneity from a printed Q, over all sizes and group shares."""

    i2: tuple[float, float]  # (Q - k + 1) / Q, in percent
    p: tuple[float, float]  # chi-square with k - 1 degrees of freedom
    tau_least: float  # least DerSimonian-Laird tau
    tau_most: float  # greatest tau that the printed interval allows


def from_q(q: PublishedNumber, estimate: PublishedNumber) -> FromQ:
    """Return the heterogeneity from a printed Q and the interval printed with it; both carry k and N of the set."""
    k, total = int(q.k), int(q.n)
    i2_low, i2_high = (100 * max(0.0, (x - k + 1) / x) for x in q.interval)
    p = float(stats.chi2.sf(q.high, k - 1)), float(stats.chi2.sf(q.low, k - 1))
    c = totals.variance_factor()
    least = totals.least_tau2(k, total, q.low, c=c, min_n=MIN_N)
    most = totals.greatest_tau2(k, total, se_box(estimate)[1], c=c, min_n=MIN_N)
    return FromQ((i2_low, i2_high), p, float(np.sqrt(least)), float(np.sqrt(most)))


def q_against_interval(
    q: PublishedNumber, estimate: PublishedNumber, shares: Sequence[float], *, draws: int, seed: int
) -> pd.DataFrame:
    """Compare the standard error that a printed Q implies with the printed interval, by the share of the smaller group.

    ``se_equal`` is at sizes as equal as can be, the least; ``se_low, se_high`` over drawn ordinary sizes; ``fits`` is
    the kind of sizes that lead to the printed interval.
    """
    k, total, printed = int(q.k), int(q.n), se_box(estimate)
    equal, _ = totals.extreme_sizes(k, total, min_n=MIN_N)
    drawn = _sizes(k, total, draws, seed)
    rows = []
    for share in shares:
        c = totals.variance_factor(share, value(estimate.value))
        least = float(totals.se_from_q(equal, c, q.low))
        ses = totals.se_from_q(drawn, c, value(q.value))
        low, high = float(ses.min()), float(ses.max())
        if least > printed[1]:
            fits = "none"
        elif high < printed[0]:
            fits = "more unequal than ordinary"
        else:
            fits = "more equal than ordinary" if low > printed[1] else "ordinary"
        rows.append((share, least, low, high, *printed, fits))
    return pd.DataFrame(rows, columns=["share", "se_equal", *ends("se", "printed"), "fits"])
