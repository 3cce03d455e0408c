"""Tests of skewed costs known by moments or drawn in bulk, against R, scipy and the single-sample versions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from restated.errors import RestatedError
from restated.estimate import costs, costsets
from restated.reconstruct.moments import exact_samples
from tests.reference import CLOSED_FORM, ITERATIVE, assert_matches, load

quick = settings(deadline=None, derandomize=True, max_examples=30)
spread = st.floats(0.3, 2.5)


@pytest.mark.parametrize(
    "case", load("costs")["moments"], ids=lambda c: f"{c['method']}-{c['ratio']}-{c['cv1']}-{c['cv2']}"
)
def test_p_from_moments_matches_r(case):
    p = costsets.p_by_moments(case["ratio"], case["cv1"], case["cv2"], 22, 19, case["method"])
    assert_matches(p, case["p"], ITERATIVE if case["method"] == "gamma model" else CLOSED_FORM, case["call"])


@pytest.mark.parametrize("case", load("costs")["two_part"], ids=lambda c: f"{c['ratio']}-{c['k1']}")
def test_the_two_part_test_matches_r(case):
    p = costsets.two_part_p(case["ratio"], case["cv"], 22, 19, case["k1"] / 22, case["k2"] / 19)
    assert_matches(p, case["p"], ITERATIVE, case["call"])


@quick
@given(st.floats(0.1, 0.9), spread)
def test_without_zeros_the_two_part_test_is_the_gamma_model_with_a_degree_of_freedom_more(ratio, cv):
    se, _ = costsets.standard_error(ratio, cv, cv, 22, 19, "gamma model")
    assert costsets.two_part_p(ratio, cv, 22, 19, 1.0, 1.0) == pytest.approx(
        stats.chi2.sf((np.log(ratio) / se) ** 2, 2)
    )
    with pytest.raises(RestatedError, match="share with any cost"):
        costsets.two_part_p(ratio, cv, 22, 19, 0.0, 1.0)


@quick
@given(st.floats(0.1, 2.0), spread, spread, st.integers(0, 9))
def test_moments_give_the_p_of_any_data_with_those_moments(ratio, cv1, cv2, seed):
    x = ratio * exact_samples(22, 1.0, cv1, "lognormal", draws=1, seed=seed)[0]
    y = exact_samples(19, 1.0, cv2, "gamma", draws=1, seed=seed + 1)[0]
    by_values = {
        "Student": stats.ttest_ind(x, y).pvalue,
        "Welch": stats.ttest_ind(x, y, equal_var=False).pvalue,
        "gamma model": stats.ttest_ind_from_stats(np.log(ratio), cv1, 22, 0.0, cv2, 19).pvalue,
    }
    for test, p in by_values.items():
        assert costsets.p_by_moments(ratio, cv1, cv2, 22, 19, test) == pytest.approx(p, rel=1e-8, abs=1e-12)


@quick
@given(st.floats(0.05, 0.95), st.sampled_from(costsets.BY_MOMENTS))
def test_at_the_critical_spread_p_is_the_level(ratio, test):
    cv = costsets.critical_cv(ratio, 22, 19, test)
    assert costsets.p_by_moments(ratio, cv, cv, 22, 19, test) == pytest.approx(0.05)
    assert costsets.p_by_moments(ratio, 1.01 * cv, 1.01 * cv, 22, 19, test) > 0.05


@pytest.mark.parametrize("test", costsets.BY_MOMENTS)
def test_the_critical_ratio_is_where_significance_ends(test):
    ratio = costsets.critical_ratio(0.9, 22, 19, test)
    assert costsets.p_by_moments(ratio, 0.9, 0.9, 22, 19, test) <= 0.05
    assert costsets.p_by_moments(ratio + 0.001, 0.9, 0.9, 22, 19, test) > 0.05


def test_no_ratio_is_small_enough_for_the_t_test_of_very_skewed_costs():
    assert costsets.critical_ratio(3.0, 22, 19, "Student") == 0


def test_rank_tests_in_bulk_are_the_single_ones():
    rng = np.random.default_rng(1)
    x, y = rng.poisson(2, (4, 6, 9)).astype(float), rng.poisson(3, (4, 6, 7)).astype(float)  # many ties
    many = costs.mann_whitney(x, y)
    for i in np.ndindex(4, 6):
        single = costs.mann_whitney(x[i], y[i])
        found = many.u[i], many.p[i], many.probability_larger[i]
        assert found == pytest.approx((single.u, single.p, single.probability_larger))


def test_resampled_means_are_means_of_draws_with_replacement():
    values = np.array([[1.0, 2.0, 4.0], [0.0, 0.0, 3.0]])
    means = costsets.resampled_means(values, seed=3, resamples=4000)
    assert means.shape == (2, 4000)
    possible = {round(sum(draw) / 3, 9) for draw in np.array(np.meshgrid(*[values[0]] * 3)).reshape(3, -1).T}
    assert set(np.round(means[0], 9)) == possible
    assert means.mean(axis=1) == pytest.approx(values.mean(axis=1), abs=0.05)
    assert means.std(axis=1) == pytest.approx(values.std(axis=1) / np.sqrt(3), rel=0.05)


@pytest.mark.parametrize("gap", [0.0, 0.6, 1.0])
def test_the_bootstrap_decides_as_its_percentile_interval_does(gap):
    rng = np.random.default_rng(7)
    x, y = rng.gamma(1, 1, 22) + gap, rng.gamma(1, 1, 19)
    means = (x, y), lambda a, b, axis: a.mean(axis=axis) - b.mean(axis=axis)
    found = stats.bootstrap(*means, n_resamples=4000, method="percentile", rng=np.random.default_rng(1))
    low, high = found.confidence_interval
    means = (costsets.resampled_means(values, seed=seed, resamples=4000) for seed, values in ((1, x), (2, y)))
    assert bool(costsets.bootstrap_excludes_zero(*means)) == (not low <= 0 <= high)


@pytest.mark.parametrize(("kind", "zeros"), [("lognormal", 0.0), ("gamma", 0.0), ("gamma", 0.3)])
def test_populations_have_mean_one_and_the_spread_asked_for(kind, zeros):
    values = costsets.population(kind, 1.2, zeros, 400_000, np.random.default_rng(2))
    assert values.mean() == pytest.approx(1, abs=0.01)
    assert values.std() == pytest.approx(1.2, rel=0.02)
    assert (values == 0).mean() == pytest.approx(zeros, abs=0.005)


def test_power_of_normal_trials_is_that_of_the_noncentral_t():
    rng = np.random.default_rng(11)
    x, y = rng.normal(1.0, 1.0, (20_000, 20)), rng.normal(0.0, 1.0, (20_000, 20))
    found = costsets.errors_of_trials(x, y, 1.0)
    assert found["power"] == pytest.approx(TTestIndPower().power(1.0, 20, 0.05), abs=0.01)
    assert found["sign"] < 0.001 and 1 < found["magnitude"] < 1.3


def test_errors_of_trials_by_hand():
    # Three trials: one finds the true direction at twice its size, one the other direction, one nothing.
    noise = np.tile([-0.01, 0.0, 0.01], (3, 1))
    x = np.array([[2.0], [-1.0], [0.0]]) + noise
    found = costsets.errors_of_trials(x, noise, 1.0)
    assert found == {"power": pytest.approx(2 / 3), "sign": 0.5, "magnitude": pytest.approx(1.5)}


def test_trials_that_find_nothing_leave_the_errors_open():
    found = costsets.errors_of_trials(np.zeros((3, 4)), np.zeros((3, 4)), -0.5)
    assert found["power"] == 0 and np.isnan(found["sign"]) and np.isnan(found["magnitude"])


def test_wide_intervals_at_equal_means():
    se, df = costsets.standard_error(1.0, 1.0, 1.0, 22, 19, "Welch")
    reference = stats.ttest_ind_from_stats(1, 1, 22, 1, 1, 19, equal_var=False)
    assert reference.pvalue == 1 and se == pytest.approx(np.sqrt(1 / 22 + 1 / 19)) and 37 < df < 39


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: costsets.p_by_moments(1, 1, 1, 5, 5, "z"), "unknown test 'z'"),
        (lambda: costsets.population("normal", 1, 0, 5, np.random.default_rng(0)), "unknown shape 'normal'"),
        (lambda: costsets.population("gamma", 0.5, 0.3, 5, np.random.default_rng(0)), "too small for a share of 0.3"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
