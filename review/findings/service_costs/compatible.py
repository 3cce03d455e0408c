"""Data sets that are compatible with a ratio of mean costs: how often tests find a difference, by SD/mean and shape."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from restated.estimate import costs, costsets
from restated.reconstruct import extremes, moments

#: Assumed shapes of costs: kind of the positive values, and share of patients without any; .3 shows what zeros do.
SHAPES = {"lognormal": ("lognormal", 0.0), "gamma": ("gamma", 0.0), "lognormal, 30 % zeros": ("lognormal", 0.3)}
#: SD/mean ratios tried in both arms: up to the largest at which floats hold samples of 19 of every shape above.
CVS = np.round(np.arange(0.4, 2.81, 0.2), 10)


@dataclass(frozen=True)
class CostSets:
    """Data sets of two arms with mean 1 and exact SD/mean, by shape, and the means of their bootstrap resamples.

    Each dict holds arrays of shape (cvs, draws, n) or (cvs, draws, resamples), nan where a shape does not exist.
    """

    cvs: np.ndarray
    values1: dict[str, np.ndarray]
    values2: dict[str, np.ndarray]
    means1: dict[str, np.ndarray]
    means2: dict[str, np.ndarray]


def compatible_sets(n1: int, n2: int, *, cvs=CVS, draws: int, seed: int) -> CostSets:
    """Draw the data sets: `draws` of each shape in `SHAPES` for every SD/mean in both arms."""
    cvs = np.asarray(cvs, dtype=float)

    def samples(n: int, seed: int) -> dict[str, np.ndarray]:
        found = {}
        for name, (kind, share) in SHAPES.items():
            zeros = round(share * n)
            least, _ = moments.sd_range(n, 1.0, zeros)
            found[name] = np.full((len(cvs), draws, n), np.nan)
            for i in np.flatnonzero(cvs > least):
                found[name][i] = moments.exact_samples(n, 1.0, cvs[i], kind, zeros=zeros, draws=draws, seed=seed)
        return found

    values = samples(n1, seed), samples(n2, seed + 1)
    means = (
        {name: costsets.resampled_means(x, seed=at) for name, x in arm.items()}
        for arm, at in zip(values, (seed + 2, seed + 3))
    )
    return CostSets(cvs, *values, *means)


def shares(sets: CostSets, ratios, *, diagonal: bool = False) -> pd.DataFrame:
    """Return the share of compatible data sets that rank test and bootstrap call significant, by SD/mean.

    `ratios` are means of group 1 over means of group 2; `diagonal` keeps points with equal SD/mean in both groups.
    Every data set has exactly the stated means and standard deviations; its shape is assumed. ``share`` is nan where
    the shape does not exist, its standard error at most ``sqrt(.25 / draws)``; `opposite` is the share in which the
    test is significant although the arm with the lower mean ranks *higher*.
    """
    out = []
    for shape, ratio in product(SHAPES, ratios):
        x, y = sets.values1[shape], sets.values2[shape]
        exists = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(y).all(axis=(1, 2))
        for i, cv1 in enumerate(sets.cvs):
            against = np.array([i]) if diagonal else np.arange(len(sets.cvs))
            known = against[exists[against] & exists[i]]
            # Rows: significant, and significant the other way round.
            ranked, resampled = np.full((2, len(sets.cvs)), np.nan), np.full((2, len(sets.cvs)), np.nan)
            if len(known):
                first = np.broadcast_to(ratio * x[i], (len(known), *x[i].shape))
                by_ranks = costs.mann_whitney(first, y[known])
                significant, opposite = by_ranks.p < 0.05, (by_ranks.probability_larger > 0.5) == (ratio < 1)
                ranked[0, known] = significant.mean(axis=1)
                ranked[1, known] = (significant & opposite).mean(axis=1)
                apart = costsets.bootstrap_excludes_zero(ratio * sets.means1[shape][i], sets.means2[shape][known])
                resampled[0, known] = apart.mean(axis=1)
                resampled[1, known] = 0.0  # the interval is around the difference of the means
            for test, found in (("Mann–Whitney", ranked), ("bootstrap", resampled)):
                out += [(shape, test, ratio, cv1, sets.cvs[j], *found[:, j]) for j in against]
    return pd.DataFrame(out, columns=["shape", "test", "ratio", "cv1", "cv2", "share", "opposite"])


def bounds(sets: CostSets, ratios, cvs) -> pd.DataFrame:
    """Return what moments leave open, over every distribution and over the drawn shapes.

    One row for each ratio of means, SD/mean in both arms, and share without costs (those of `SHAPES`): the probability
    that a patient of group 1 has the higher cost, Mann-Whitney's z, and the median of group 1 in units of its mean.
    """
    sizes = [next(iter(of.values())).shape[-1] for of in (sets.values1, sets.values2)]
    rows = []
    for ratio, cv, share in product(ratios, cvs, sorted({share for _, share in SHAPES.values()})):
        at = int(np.flatnonzero(np.isclose(sets.cvs, cv))[0])
        first, second = (
            extremes.Arm(n, mean, mean * cv, round(share * n)) for n, mean in zip(sizes, (ratio, 1.0), strict=True)
        )
        drawn = [
            costs.mann_whitney(ratio * sets.values1[name][at], sets.values2[name][at]).probability_larger
            for name, (_, zeros) in SHAPES.items()
            if zeros == share
        ]
        row = {"ratio": ratio, "cv": cv, "zeros": share, "drawn low": np.min(drawn), "drawn high": np.max(drawn)}
        of_mean_one = extremes.Arm(first.n, 1.0, cv, first.zeros)
        found = extremes.superiority(first, second), extremes.rank_z(first, second), extremes.median(of_mean_one)
        for name, (low, high) in zip(("all", "z", "median"), found, strict=True):
            row |= {f"{name} low": low, f"{name} high": high}
        rows.append(row)
    return pd.DataFrame(rows)


def half_limits(diagonal: pd.DataFrame) -> pd.DataFrame:
    """Return the SD/mean up to which at least half of the data sets are significant, by shape, test and ratio.

    From the smallest SD/mean of :func:`shares` on the `diagonal` up to the first fall below one half, linear between
    grid points; infinite where there is none on the grid, nan where fewer than half are significant from its start.
    """
    out = []
    for key, rows in diagonal.dropna(subset="share").groupby(["shape", "test", "ratio"], sort=False):
        cv, share = rows["cv1"].to_numpy(), rows["share"].to_numpy()
        below = np.flatnonzero(share < 0.5)
        at = np.inf
        if len(below):
            i = below[0] - 1
            at = np.nan if i < 0 else cv[i] + (cv[i + 1] - cv[i]) * (share[i] - 0.5) / (share[i] - share[i + 1])
        out.append((*key, at))
    return pd.DataFrame(out, columns=["shape", "test", "ratio", "cv"])


def limit_bands(limits: pd.DataFrame) -> pd.DataFrame:
    """Return the reach of `half_limits` over the shapes that reach one half."""
    reached = limits.dropna(subset="cv").groupby(["test", "ratio"], sort=False)["cv"]
    return reached.agg(low="min", high="max").reset_index()


def limit_curves(n1: int, n2: int, ratios) -> pd.DataFrame:
    """Return the limits of the tests that moments determine."""
    by_test = {test: costsets.critical_cv(ratios, n1, n2, test) for test in costsets.BY_MOMENTS}
    rows = [pd.DataFrame({"test": test, "ratio": ratios, "cv": cv}) for test, cv in by_test.items()]
    return pd.concat(rows, ignore_index=True)


def two_part_limits(cv: float, n1: int, n2: int, share: float) -> tuple[float, float]:
    """Return the largest mean ratio that a two-part test calls significant: by amounts alone, and by users alone.

    In both arms a `share` of patients has any cost and SD/mean of all is `cv`. If the difference is one of users, fewer
    in the first arm have any cost, with the same mean and spread of amounts.
    """
    ratios = np.arange(1, 1000) / 1000
    of_users = np.sqrt((1 + cv**2) * share - 1)
    by_amount = costsets.two_part_p(ratios, of_users, n1, n2, share, share)
    by_users = costsets.two_part_p(1.0, of_users, n1, n2, share * ratios, share)
    first, second = (float(ratios[p < costsets.ALPHA].max(initial=0.0)) for p in (by_amount, by_users))
    return first, second


def detection(ratios, cvs, n1: int, n2: int, *, trials: int, seed: int) -> pd.DataFrame:
    """Simulate trials of this size at stated true mean ratios and SD/mean (`costsets.errors_of_trials`)."""
    out = []
    for shape, (kind, zeros) in SHAPES.items():
        for cv in cvs:
            rng = np.random.default_rng(seed)
            x, y = (costsets.population(kind, cv, zeros, (trials, n), rng) for n in (n1, n2))
            for ratio in ratios:
                errors = costsets.errors_of_trials(ratio * x, y, ratio - 1)
                out.append({"shape": shape, "cv": cv, "ratio": ratio} | errors)
    return pd.DataFrame(out)
