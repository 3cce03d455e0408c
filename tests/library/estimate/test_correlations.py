from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate.correlations import dependent_difference, pearson
from tests.reference import CLOSED_FORM, assert_matches, load

modest = settings(deadline=None, derandomize=True, max_examples=60)
R = load("correlations")
DATA = {name: np.array(values, float) for name, values in R["data"].items()}
#: BCa limits from two resamplers: worst observed difference .007 with 9,999 and 20,000 samples.
RESAMPLED = 0.02


def columns(case):
    return [DATA[name] for name in case["case"].split()]


@pytest.mark.parametrize("case", R["single"], ids=lambda c: c["case"])
def test_cor_test_and_boot_agree(case):
    x, y, _ = columns(case)
    found = pearson(x, y, seed=3)
    assert_matches([found.r, found.p], [case["r"], case["p"]], CLOSED_FORM, case)
    assert_matches([found.low, found.high], case["limits"], CLOSED_FORM, case)
    assert (found.boot_low, found.boot_high) == pytest.approx(case["bca"], abs=RESAMPLED)


@pytest.mark.parametrize("case", R["differences"], ids=lambda c: c["case"])
def test_psych_agrees_on_differences(case):
    found = dependent_difference(np.corrcoef(columns(case)), 40)
    assert_matches([found.z, found.p], [case["z"], case["p"]], CLOSED_FORM, case)


def test_one_seed_gives_one_interval():
    first, again = (pearson(DATA["fP"], DATA["fS"], seed=1) for _ in range(2))
    assert first == again != pearson(DATA["fP"], DATA["fS"], seed=2)


@modest
@given(st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), min_size=6, max_size=9))
def test_order_turns_the_sign_and_nothing_else(loadings):
    loadings = np.array(loadings)
    covariance = loadings.T @ loadings + 0.5 * np.eye(4)
    sd = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(sd, sd)
    turned = r[np.ix_([2, 3, 0, 1], [2, 3, 0, 1])]
    one, other = dependent_difference(r, 40), dependent_difference(turned, 40)
    assert (one.difference, one.z, one.low, one.high) == pytest.approx(
        (-other.difference, -other.z, -other.high, -other.low)
    )
    assert one.low < one.difference < one.high and one.p == pytest.approx(other.p)


def test_without_cross_correlations_the_samples_are_independent():
    r = np.eye(4)
    r[[0, 1, 2, 3], [1, 0, 3, 2]] = 0.6, 0.6, 0.2, 0.2
    found = dependent_difference(r, 50)
    assert found.z == pytest.approx((np.arctanh(0.6) - np.arctanh(0.2)) / np.sqrt(2 / 47))


def test_error_and_limits_by_simulation():
    r = np.array([[1, 0.6, 0.5, 0.2], [0.6, 1, 0.3, 0.4], [0.5, 0.3, 1, 0.3], [0.2, 0.4, 0.3, 1]])
    n, drawn = 60, np.random.default_rng(8)
    data = drawn.standard_normal((4_000, n, 4)) @ np.linalg.cholesky(r).T
    data = (data - data.mean(axis=1, keepdims=True)) / data.std(axis=1, keepdims=True)
    found = data.swapaxes(1, 2) @ data / n
    z = np.arctanh(found[:, 0, 1]) - np.arctanh(found[:, 2, 3])
    expected = (np.arctanh(0.6) - np.arctanh(0.3)) / dependent_difference(r, n).z
    assert z.std() == pytest.approx(expected, rel=0.03)
    limits = np.array([dependent_difference(one, n)[3:] for one in found[:1_500]])
    assert ((limits[:, 0] < 0.3) & (limits[:, 1] > 0.3)).mean() == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("r", "n"), [(np.eye(3), 40), (np.eye(4), 3), (np.ones((4, 4)), 40)], ids=["three", "few", "perfect"]
)
def test_differences_without_an_answer(r, n):
    with pytest.raises(RestatedError, match="a difference needs"):
        dependent_difference(r, n)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([1, 2, 3], [1, 2, 4]),
        ([1, 2, 3, 4], [1, 1, 1, 1]),
        ([1, 2, 3, 4], [1, 1, 1, 1 + 1e-15]),
        ([1, 2, 3, np.nan], [1, 2, 4, 3]),
        ([1, 2, 3, 4], [1, 2]),
    ],
    ids=["few", "constant", "all but constant", "missing", "unpaired"],
)
def test_correlations_without_an_answer(x, y):
    with pytest.raises(RestatedError, match="4 pairs of finite numbers"):
        pearson(x, y)
