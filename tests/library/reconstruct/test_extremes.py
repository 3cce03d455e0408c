"""Bounds over every distribution with given moments: known answers, made-up samples, and real use of services."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.datasets import randhie

from restated.errors import RestatedError
from restated.estimate import costs
from restated.reconstruct import extremes
from restated.reconstruct.extremes import Arm
from restated.reconstruct.moments import exact_samples

#: Error that the search on a grid is documented to have.
GRID = 0.005


def arm(values):
    values = np.asarray(values, float)
    return Arm(len(values), values.mean(), values.std(ddof=1), int((values == 0).sum()))


@pytest.mark.parametrize("cv", [0.3, 1.0, 2.0])
def test_the_largest_share_above_twice_the_mean_is_cantellis_or_has_three_points(cv):
    variance, top = cv**2 * 18 / 19, 1 + cv * 18 / sqrt(19)
    wanted = variance / (variance + 1)
    if variance > 1:  # Cantelli's lower point would be negative: 0, 2 and the highest value instead
        wanted = np.linalg.solve([[1, 1, 1], [0, 2, top], [0, 4, top**2]], [1, 1, 1 + variance])[1:].sum()
    assert extremes.share_above(Arm(19, 1.0, cv), 2.0)[1] == pytest.approx(wanted, abs=GRID)


def test_the_median_is_within_one_sd_of_the_mean():
    low, high = extremes.median(Arm(101, 10.0, 1.0))
    sd = sqrt(100 / 101)
    assert (low, high) == (pytest.approx(10 - sd, abs=0.02), pytest.approx(10 + sd, abs=0.02))


def test_a_distribution_of_two_values_reaches_the_bound_when_means_are_far_apart():
    # All of the second arm is 1; the first has the mean 1/2: Cantelli gives the largest share above 1.
    first, second = Arm(1000, 0.5, 0.5), Arm(1000, 1.0, 0.001)
    assert extremes.superiority(first, second)[1] == pytest.approx(0.5, abs=2 * GRID)


@pytest.mark.parametrize("kind, zeros", [("lognormal", 0), ("gamma", 0), ("lognormal", 6)])
def test_no_sample_of_a_shape_is_outside(kind, zeros):
    x = exact_samples(22, 0.5, 0.6, kind, zeros=zeros, draws=300, seed=1)
    y = exact_samples(19, 1.0, 1.3, kind, zeros=zeros, draws=300, seed=2)
    low, high = extremes.superiority(Arm(22, 0.5, 0.6, zeros), Arm(19, 1.0, 1.3, zeros))
    found = costs.mann_whitney(x, y).probability_larger
    assert low - GRID <= found.min() and found.max() <= high + GRID


def test_samples_of_two_values_come_near_both_bounds():
    """Samples with the moments whose low value is below or above that of the other arm: the bounds are not idle."""

    def two(n, mean, sd, few):
        share, spread = few / n, sd * sqrt((n - 1) / n)
        low = mean - spread * sqrt(share / (1 - share))
        return np.repeat([low, mean + spread * sqrt((1 - share) / share)], [n - few, few])

    low, high = extremes.superiority(Arm(22, 0.5, 0.5), Arm(19, 1.0, 1.0))
    made = [(two(22, 0.5, 0.5, i), two(19, 1.0, 1.0, j)) for i in range(1, 22) for j in range(1, 19)]
    found = [costs.mann_whitney(x, y).probability_larger for x, y in made if min(x.min(), y.min()) >= 0]
    assert low - GRID <= min(found) < low + 0.1 and high - 0.1 < max(found) <= high + GRID


def test_the_truth_of_real_use_of_services_is_within_the_bounds():
    """Outpatient visits of the RAND experiment (bundled with statsmodels), 22 and 19 people at a time."""
    visits, coinsurance = randhie.load_pandas().data[["mdvis", "lncoins"]].to_numpy().T
    rng = np.random.default_rng(22)
    for _ in range(6):
        x, y = (rng.choice(visits[which], n, False) for which, n in ((coinsurance == 0, 22), (coinsurance > 4, 19)))
        first, second = arm(x), arm(y)
        low, high = extremes.superiority(first, second)
        test = costs.mann_whitney(x, y, continuity=False)
        assert low - GRID <= test.probability_larger <= high + GRID and high - low < 1
        lowest, highest = extremes.median(first)
        assert lowest - GRID * first.top <= np.median(x) <= highest + GRID * first.top
        low, high = extremes.share_above(first, 5.0)
        assert low - GRID <= (x > 5).mean() <= high + GRID
        bare = stats.norm.isf(test.p / 2)  # ties other than at zero enlarge the z of the data
        ends = extremes.rank_z(first, second)
        ties = np.unique(np.concatenate([x, y]), return_counts=True)[1]
        assert bare * sqrt(1 - (ties**3 - ties).sum() / (41**3 - 41)) <= max(map(abs, ends)) + 0.1


def test_rank_z_is_superiority_in_standard_errors():
    first, second = Arm(22, 0.5, 0.5), Arm(19, 1.0, 1.0)
    expected = (np.array(extremes.superiority(first, second)) - 0.5) * 22 * 19 / sqrt(22 * 19 * 42 / 12)
    np.testing.assert_allclose(extremes.rank_z(first, second), expected)


def test_a_stated_highest_value_narrows_the_range():
    free, bound = (extremes.superiority(Arm(22, 0.5, 0.5, highest=top), Arm(19, 1.0, 1.0)) for top in (np.inf, 1.2))
    assert bound[1] - bound[0] < free[1] - free[0]


@pytest.mark.parametrize("sd, more", [(5.0, {}), (0.1, {"zeros": 10}), (1.0, {"highest": 1.5}), (0.0, {})])
def test_moments_that_no_values_have_are_refused(sd, more):
    with pytest.raises(RestatedError, match="SD"):
        Arm(19, 1.0, sd, **more)


def test_a_threshold_is_a_value():
    with pytest.raises(RestatedError, match="threshold"):
        extremes.share_above(Arm(19, 1.0, 1.0), -1.0)
    assert extremes.share_above(Arm(19, 1.0, 1.0), 1e9) == (0.0, 0.0)
