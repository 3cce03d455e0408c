"""Intervals of shares against scipy, Wilson's quadratic by hand, and R; bounds against the definition."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, hypergeom, norm

from restated.errors import RestatedError
from restated.estimate import proportions
from tests.reference import load

PAIRS = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
#: The counts that print as 87 and 89 % of 290, and the ends.
CASES = [*((k, 290) for k in (251, 252, 253, 257, 258, 259)), (0, 10), (10, 10), (1, 3), (37, 100), (3, 10_000)]


@pytest.mark.parametrize(("count", "n"), CASES)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_both_intervals_are_scipys(count, n, level):
    reference = binomtest(count, n)
    for mine, method in ((proportions.wilson, "wilson"), (proportions.exact, "exact")):
        other = reference.proportion_ci(level, method=method)
        assert mine(count, n, level=level) == pytest.approx((other.low, other.high), abs=1e-12)


def test_wilson_is_rs_prop_test_without_correction():
    seen = [(c[f"x{i}"], c[f"n{i}"], c[f"wilson{i}"]) for c in load("costs")["risks"] for i in (1, 2)]
    assert len(seen) >= 4
    for count, n, ends in seen:
        assert proportions.wilson(count, n) == pytest.approx(tuple(ends), abs=1e-9)


@given(PAIRS)
def test_wilsons_ends_solve_his_quadratic(pair):
    # Each end p is as far from the share as 1.96 of its own standard errors: (x/n - p)^2 = z^2 p (1 - p) / n.
    count, n = pair
    z = norm.ppf(0.975)
    for p in proportions.wilson(count, n):
        assert abs(count / n - p) == pytest.approx(z * sqrt(max(p * (1 - p), 0) / n), abs=1e-7)


@given(PAIRS)
def test_exact_ends_leave_two_and_a_half_percent_on_their_side(pair):
    count, n = pair
    low, high = proportions.exact(count, n)
    assert low == 0 if count == 0 else binom.sf(count - 1, n, low) == pytest.approx(0.025, rel=1e-6)
    assert high == 1 if count == n else binom.cdf(count, n, high) == pytest.approx(0.025, rel=1e-6)


@given(PAIRS)
def test_intervals_hold_the_share_and_mirror_the_other_answer(pair):
    count, n = pair
    for interval in (proportions.wilson, proportions.exact):
        low, high = interval(count, n)
        assert 0 <= low <= count / n <= high <= 1
        other_low, other_high = interval(n - count, n)
        assert (low, high) == pytest.approx((1 - other_high, 1 - other_low), abs=1e-9)
    # A wider level holds the narrower one.
    assert proportions.wilson(count, n, level=0.99)[0] <= proportions.wilson(count, n)[0] + 1e-12


def test_arrays_give_arrays():
    low, high = proportions.wilson(np.array([3, 10]), 10)
    assert low.shape == high.shape == (2,)
    assert (low[1], high[1]) == proportions.wilson(10, 10)


def test_envelope_takes_the_outermost_limits():
    found = proportions.envelope([253, 251, 252], 290)
    assert found == (proportions.wilson(251, 290)[0], proportions.wilson(253, 290)[1])
    assert proportions.envelope([5], 10) == proportions.wilson(5, 10)


@given(PAIRS, st.integers(0, 20_000))
def test_bounds_are_reached_when_all_others_agree(pair, others):
    count, n = pair
    low, high = proportions.unanswered(count, n, n + others)
    assert low == pytest.approx(count / (n + others))
    assert high == pytest.approx((count + others) / (n + others))
    # Their distance is the share that did not answer, whatever the answers were.
    assert high - low == pytest.approx(others / (n + others))


def test_without_missing_answers_the_bounds_meet():
    assert proportions.unanswered(258, 290, 290) == (258 / 290, 258 / 290)


@given(st.integers(0, 5000))
def test_one_more_invited_would_be_too_many(count):
    most = proportions.most_invited(count)
    assert count >= most / 2 and count < (most + 1) / 2


@given(st.integers(4, 500), st.data())
def test_finite_factor_is_the_ratio_of_hypergeometric_to_binomial(population, data):
    n = data.draw(st.integers(1, population - 1))
    cases = population // 2
    ratio = hypergeom(population, cases, n).std() / binom(n, cases / population).std()
    assert proportions.without_replacement(n, population) == pytest.approx(ratio, abs=1e-9)
    assert proportions.without_replacement(population, population) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: proportions.wilson(11, 10),
        lambda: proportions.exact(-1, 10),
        lambda: proportions.wilson(0, 0),
        lambda: proportions.unanswered(5, 10, 9),
        lambda: proportions.without_replacement(11, 10),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(RestatedError):
        call()
