"""Ranges over all study sizes: against every set of sizes, and against the pooling they are about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import meta
from restated.reconstruct import totals

modest = settings(deadline=None, derandomize=True, max_examples=40)


def partitions(k: int, total: int, least: int):
    """Every non-decreasing list of k sizes of at least `least` that add up to `total`."""
    if k == 1:
        if total >= least:
            yield (total,)
        return
    for first in range(least, total // k + 1):
        for rest in partitions(k - 1, total - first, first):
            yield (first, *rest)


@pytest.fixture(scope="module")
def every_set():
    return np.array(list(partitions(4, 60, 5)))


@pytest.mark.parametrize("c", [4.0, 7.5])
@pytest.mark.parametrize("q", [5.0, 30.0])
def test_extremes_from_q_are_those_of_every_set(every_set, c, q):
    tau2 = [totals.tau2_from_q(s, c, q) for s in every_set]
    assert totals.least_tau2(4, 60, q, c=c, min_n=5) == pytest.approx(min(tau2))
    equal, unequal = totals.extreme_sizes(4, 60, min_n=5)
    ses = totals.se_from_q(every_set, c, q)
    assert (ses.min(), ses.max()) == pytest.approx((totals.se_from_q(equal, c, q), totals.se_from_q(unequal, c, q)))


@pytest.mark.parametrize("se", [0.27, 0.4, 0.9])
def test_extremes_from_an_interval_are_those_of_every_set(every_set, se):
    tau2 = [totals.tau2_from_se(s, 4.0, se) for s in every_set]
    assert totals.greatest_tau2(4, 60, se, c=4.0, min_n=5) == pytest.approx(max(tau2))


def test_extreme_sizes():
    equal, unequal = totals.extreme_sizes(4, 62, min_n=5)
    assert sorted(equal) == [15, 15, 16, 16] and sorted(unequal) == [5, 5, 5, 47]


@modest
@given(st.lists(st.integers(8, 300), min_size=3, max_size=12), st.floats(0.05, 0.95), st.integers(0, 10**6))
def test_the_formulas_are_those_of_the_pooling(sizes, share, seed):
    c = totals.variance_factor(share)
    rng = np.random.default_rng(seed)
    v = c / np.array(sizes)
    fit = meta.fit(rng.normal(0.3, np.sqrt(v + 0.05)), v, method="DL")
    assert totals.tau2_from_q(sizes, c, fit.q) == pytest.approx(fit.tau2, abs=1e-12)
    assert totals.se_from_q(sizes, c, fit.q) == pytest.approx(fit.se)
    assert totals.tau2_from_se(sizes, c, fit.se) == pytest.approx(fit.tau2, abs=1e-9)


@modest
@given(st.lists(st.tuples(st.integers(8, 300), st.floats(0.1, 0.9)), min_size=3, max_size=12), st.floats(0.0, 0.5))
def test_equal_groups_bound_any_shares(studies, tau2):
    """With shares that differ between studies the bounds at c = 4 and equal sizes still hold."""
    sizes = np.array([n for n, _ in studies])
    v = np.array([totals.variance_factor(share) / n for n, share in studies])
    k, total = len(sizes), int(sizes.sum())
    se = float(1 / np.sqrt((1 / (v + tau2)).sum()))
    assert tau2 <= totals.greatest_tau2(k, total, se, c=4.0, min_n=1) + 1e-12
    w = 1 / v
    q = k - 1 + tau2 * (w.sum() - (w**2).sum() / w.sum())
    assert totals.least_tau2(k, total, q, c=4.0, min_n=1) <= tau2 + 1e-12


def test_variance_factor_is_that_of_the_textbook():
    n1, n2, d = 30, 70, 0.4
    assert totals.variance_factor(0.3, d) / 100 == pytest.approx((n1 + n2) / (n1 * n2) + d**2 / (2 * (n1 + n2)))
    assert totals.variance_factor() == 4.0


def test_sampling_error_alone_can_be_too_large():
    assert np.isnan(totals.tau2_from_se([20, 40], 4.0, 0.1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: totals.variance_factor(1.0), "share must be between 0 and 1"),
        (lambda: totals.extreme_sizes(4, 19, min_n=5), "4 samples of at least 5 do not add up to 19"),
        (lambda: totals.extreme_sizes(1, 19, min_n=5), "1 samples"),
        (
            lambda: totals.greatest_tau2(4, 60, 0.02, c=4.0, min_n=5),
            "60 participants leave a sampling error above 0.02",
        ),
    ],
)
def test_contradictions_are_named(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
