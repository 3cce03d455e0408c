from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from restated import tau2 as between
from restated.errors import RestatedError
from tests.reference import CLOSED_FORM, ITERATIVE, assert_matches, load

REFERENCE = load("meta")
quick = settings(deadline=None, derandomize=True, max_examples=80)
#: Points of the brute-force search, once spread evenly and once geometrically.
BRUTE_FORCE_STEPS = 4000


@st.composite
def data_sets(draw, smallest=2, largest=12):
    k = draw(st.integers(smallest, largest))
    y = draw(st.lists(st.integers(-300, 300), min_size=k, max_size=k))
    v = draw(st.lists(st.integers(1, 2000), min_size=k, max_size=k))
    return np.array(y) / 100, np.array(v) / 1000


def solve(y, v, method):
    return between.estimate(y[None, :], v[None, :], np.ones((len(y), 1)), method)[0]


def restricted_log_likelihood(y, v, tau2, restricted):
    """Written out for a single mean, as an oracle."""
    w = 1 / (v + tau2)
    mean = (w * y).sum() / w.sum()
    value = np.log(w).sum() / 2 - (w * (y - mean) ** 2).sum() / 2
    return value - np.log(w.sum()) / 2 if restricted else value


@quick
@given(data_sets(), st.sampled_from(["ML", "REML"]))
def test_likelihood_estimates_reach_the_highest_point(data, method):
    y, v = data
    found = solve(y, v, method)
    assert found >= 0
    height = restricted_log_likelihood(y, v, found, method == "REML")
    top = 2 * (y.var(ddof=1) + v.max())
    even, geometric = np.linspace(0, top, BRUTE_FORCE_STEPS), np.geomspace(top * 1e-8, top, BRUTE_FORCE_STEPS)
    grid = np.concatenate([even, geometric])
    w = 1 / (v + grid[:, None])
    mean = (w * y).sum(axis=1) / w.sum(axis=1)
    heights = np.log(w).sum(axis=1) / 2 - (w * (y - mean[:, None]) ** 2).sum(axis=1) / 2
    if method == "REML":
        heights -= np.log(w.sum(axis=1)) / 2
    assert height >= heights.max() - 1e-9 * max(1.0, abs(height))


@quick
@given(data_sets())
def test_paule_mandel_solves_its_equation(data):
    y, v = data
    found = solve(y, v, "PM")
    w = 1 / (v + found)
    q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
    if found > 0:
        assert q == pytest.approx(len(y) - 1, rel=ITERATIVE)
    else:
        assert q <= len(y) - 1


@quick
@given(data_sets(smallest=3))
def test_moment_estimators_match_statsmodels(data):
    y, v = data
    # statsmodels stops Paule-Mandel at 1e-5 in Q
    for method, name, tolerance in (("DL", "dl", CLOSED_FORM), ("PM", "pm", 1e-4)):
        with np.errstate(all="ignore"):  # it divides by what a negative tau2 leaves, before we truncate it
            reference = combine_effects(y, v, method_re=name).tau2
        assert solve(y, v, method) == pytest.approx(max(0.0, reference), rel=tolerance, abs=1e-5 * v.mean())


@quick
@given(data_sets(), st.sampled_from(between.METHODS), st.floats(-5, 5), st.floats(0.01, 100))
def test_tau2_ignores_order_and_shift_and_follows_the_scale(data, method, shift, scale):
    y, v = data
    found = solve(y, v, method)
    floor = 1e-9 * (v.mean() + y.var())
    assert found >= 0
    assert solve(y[::-1].copy(), v[::-1].copy(), method) == pytest.approx(found, rel=ITERATIVE, abs=floor)
    assert solve(y + shift, v, method) == pytest.approx(found, rel=ITERATIVE, abs=floor)
    assert solve(-scale * y, scale**2 * v, method) == pytest.approx(
        scale**2 * found, rel=ITERATIVE, abs=scale**2 * floor
    )


def test_a_batch_longer_than_one_chunk_equals_single_runs():
    rng = np.random.default_rng(20210101)
    V = rng.uniform(0.005, 0.5, (between.CHUNK + 20, 7))
    Y = rng.normal(size=V.shape) * np.sqrt(V + rng.uniform(0, 0.5, (len(V), 1)))
    for method in between.METHODS:
        together = between.estimate(Y, V, np.ones((7, 1)), method)
        alone = [solve(y, v, method) for y, v in zip(Y[-40:], V[-40:], strict=True)]
        np.testing.assert_allclose(together[-40:], alone, rtol=ITERATIVE, atol=1e-12)


@pytest.mark.parametrize("case", REFERENCE["profile"], ids=lambda case: f"{case['data']}-{case['level']}")
def test_q_profile_matches_metafor(case):
    data = REFERENCE["data"][case["data"]]
    y, v = np.array(data["y"]), np.array(data["v"])
    low, high = between.q_profile(y, v, np.ones((len(y), 1)), case["level"])
    assert_matches(low, case["low"], ITERATIVE, case["call"])
    assert_matches(high, case["high"], ITERATIVE, case["call"])


def test_q_profile_of_effects_that_agree_too_well_is_empty():
    assert all(np.isnan(between.q_profile(np.full(4, 0.1), np.full(4, 0.1), np.ones((4, 1)), 0.95)))
    assert any(case["low"] is None for case in REFERENCE["profile"])  # the reference covers the empty set too


def test_identical_effects_have_no_heterogeneity():
    for method in between.METHODS:
        assert solve(np.full(5, 0.3), np.array([0.1, 0.2, 0.05, 0.3, 0.1]), method) == 0


def test_unknown_method_is_refused():
    with pytest.raises(RestatedError, match=r"unknown tau2 method 'dl'.*Use one of FE, DL"):
        solve(np.array([0.0, 1.0]), np.array([0.1, 0.1]), "dl")
