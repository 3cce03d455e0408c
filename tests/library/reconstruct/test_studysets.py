"""Study sets: what is promised exactly holds exactly, and the assumptions are the ones stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from restated.errors import RestatedError
from restated.estimate import meta
from restated.reconstruct.studysets import sizes, study_sets, summaries

modest = settings(deadline=None, derandomize=True, max_examples=40)

# The pooled z is a weighted mean of up to about 100 terms shifted once: agreement to a few units of
# rounding error.
EXACT = 1e-12


@modest
@given(
    st.integers(3, 60),
    st.integers(20, 80),
    st.sampled_from(["-.10", ".00", ".31", ".471"]),
    st.floats(0.001, 0.2),
    st.floats(0, 1.5),
    st.integers(0, 99),
)
def test_printed_totals_and_pooled_value_hold(k, mean_n, pooled, tau2, size_shape, seed):
    sets = study_sets(k, k * mean_n, pooled, tau2=tau2, draws=5, seed=seed, size_shape=size_shape, min_n=8)
    assert np.all(sets.n.sum(axis=1) == k * mean_n)
    assert sets.n.min() >= 8
    value, half = float(pooled), 0.5 * 10.0 ** -len(pooled.partition(".")[2])
    assert np.all(np.abs(summaries(sets).r - value) <= half + EXACT)


def test_summaries_agree_with_the_project_estimator():
    sets = study_sets(18, 854, ".47", tau2=0.03, draws=4, seed=3)
    found = summaries(sets)
    for i in range(len(sets.z)):
        fit = meta.fit(sets.z[i], sets.v[i], method="DL")
        np.testing.assert_allclose(np.tanh(fit.estimate), found.r[i], atol=EXACT)
        np.testing.assert_allclose(fit.tau2, found.tau2[i], atol=EXACT)
        for limit in ("ci_low", "ci_high", "pi_low", "pi_high"):
            np.testing.assert_allclose(np.tanh(getattr(fit, limit)), getattr(found, limit)[i], atol=EXACT)


def test_dersimonian_laird_summaries_agree_with_statsmodels():
    # The estimate is fixed above zero: statsmodels does not cut a negative one off.
    sets = study_sets(18, 854, ".47", tau2=0.03, draws=3, seed=4)
    found = summaries(sets)
    for i in range(len(sets.z)):
        reference = combine_effects(sets.z[i], sets.v[i], method_re="chi2")
        np.testing.assert_allclose(reference.mean_effect_re, np.arctanh(found.r[i]), atol=EXACT)
        np.testing.assert_allclose(reference.tau2, found.tau2[i], atol=EXACT)
        np.testing.assert_allclose(reference.q, found.q[i], atol=1e-9)
        np.testing.assert_allclose(np.tanh(reference.conf_int()[1]), (found.ci_low[i], found.ci_high[i]), atol=EXACT)


@modest
@given(st.integers(3, 40), st.floats(0, 0.2), st.integers(0, 99))
def test_fixed_dersimonian_laird_tau2_is_the_estimate(k, tau2, seed):
    sets = study_sets(k, 50 * k, ".31", tau2=tau2, draws=4, seed=seed)
    np.testing.assert_allclose(summaries(sets).tau2, tau2, atol=EXACT)


def test_fixed_q_is_reached_and_i2_follows():
    sets = study_sets(16, 1355, ".13", tau2=0.0, draws=6, seed=2, q=25.5)
    np.testing.assert_allclose(summaries(sets).q, 25.5, rtol=EXACT)
    np.testing.assert_allclose(summaries(sets).i2, 100 * (25.5 - 15) / 25.5, rtol=EXACT)


def test_prediction_interval_holds_the_confidence_interval():
    found = summaries(study_sets(20, 1000, ".3", tau2=0.02, draws=20, seed=6))
    assert np.all(found.pi_low < found.ci_low) and np.all(found.ci_high < found.pi_high)
    assert np.isnan(summaries(study_sets(2, 100, ".3", tau2=0.02, draws=2, seed=6)).pi_high).all()


def test_same_seed_same_sets():
    first, again, other = (study_sets(10, 500, ".3", tau2=0.02, draws=3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first.z, again.z) and np.array_equal(first.n, again.n)
    assert not np.array_equal(first.z, other.z)


def test_targets_fill_the_rounding_interval():
    r = summaries(study_sets(5, 100, ".31", tau2=0.0, draws=2000, seed=7)).r
    assert 0.305 - EXACT <= r.min() < 0.3052 and 0.3148 < r.max() <= 0.315 + EXACT


def test_shape_spreads_sizes():
    spread = [
        sizes(50, 5000, min_n=5, size_shape=shape, draws=200, rng=np.random.default_rng(0)).std(axis=1).mean()
        for shape in (0, 0.5, 1)
    ]
    assert spread[0] < spread[1] < spread[2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"min_n": 60}, "need 600 participants, but 500 are printed"),
        ({"min_n": 3}, "min_n must be a whole number"),
        ({"k": 1}, "k must be a whole number"),
        ({"draws": 0}, "draws must be a whole number"),
        ({"tau2": -0.1}, "tau2 must not be negative"),
        ({"q": -1.0}, "q must not be negative"),
        ({"pooled": "1.00"}, "inside -1 to 1"),
        ({"pooled": "<.31"}, "no end on one side"),
        ({"pooled": 0.31}, "digits published for 0.31 are unknown"),
    ],
)
def test_contradictory_requests(change, message):
    request = {"k": 10, "total_n": 500, "pooled": ".31", "tau2": 0.02, "draws": 2, "seed": 1} | change
    with pytest.raises(RestatedError, match=message):
        study_sets(**request)


def test_bad_level():
    with pytest.raises(RestatedError, match="level"):
        summaries(study_sets(10, 500, ".31", tau2=0.02, draws=1, seed=1), level=95)
