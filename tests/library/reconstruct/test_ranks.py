"""U behind a printed z, against scipy and brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, norm

from restated.errors import RestatedError
from restated.reconstruct.ranks import exact_p, tie_factor, u_values
from tests.reference import load

modest = settings(deadline=None, derandomize=True, max_examples=40)
sizes = st.integers(2, 15)


def _z(u, n1, n2, factor, correction):
    deviation = u - n1 * n2 / 2
    size = max(abs(deviation) - correction, 0)
    return np.sign(deviation) * size / np.sqrt(factor * n1 * n2 * (n1 + n2 + 1) / 12)


@modest
@given(sizes, sizes, st.data(), st.sampled_from([0, 0.5]))
def test_a_printed_u_is_found_again(n1, n2, data, correction):
    u = data.draw(st.integers(0, n1 * n2))
    found = u_values(f"{_z(u, n1, n2, 1, correction):.2f}", n1, n2)
    fits = found.corrected if correction else found.plain
    assert u in found.u[fits]


@modest
@given(sizes, sizes, st.integers(-300, 300), st.integers(50, 100))
def test_all_u_and_only_those(n1, n2, hundredths, percent):
    low, high = hundredths / 100 - 0.05, hundredths / 100 + 0.05
    factors = (Fraction(percent, 100), Fraction(1))
    found = u_values((low, high), n1, n2, factor=factors)
    grid = np.linspace(percent / 100, 1, 200)
    for u in np.arange(0, n1 * n2 + 0.5, 1 if percent == 100 else 0.5):
        for name, correction in (("plain", 0), ("corrected", 0.5)):
            z = _z(u, n1, n2, grid, correction)
            listed = u in found.u[getattr(found, name)]
            # The grid of factors is coarse: it proves membership, and non-membership up to a sliver.
            if np.any((z >= low + 1e-9) & (z <= high - 1e-9)):
                assert listed
            if z.max() < low - 1e-9 or z.min() > high + 1e-9:
                assert not listed


def test_against_scipy_with_ties_and_correction():
    x, y = [1, 2, 2, 3, 5, 5], [2, 3, 3, 4, 6, 6, 7]
    _, t = np.unique(x + y, return_counts=True)
    for correction in (True, False):
        result = mannwhitneyu(x, y, method="asymptotic", use_continuity=correction)
        z = norm.isf(result.pvalue / 2) * np.sign(result.statistic - len(x) * len(y) / 2)
        found = u_values((z - 1e-9, z + 1e-9), len(x), len(y), factor=tie_factor(t.tolist()))
        assert result.statistic in found.u[found.corrected if correction else found.plain]


@pytest.mark.parametrize("case", load("costs")["ranks"], ids=lambda case: f"{case['data']}-{case['correct']}")
def test_u_of_r_is_among_those_of_the_z_it_prints(case):
    n1, n2 = len(case["x"]), len(case["y"])
    z = np.sign(case["u"] - n1 * n2 / 2) * norm.isf(case["p"] / 2)
    ties = np.unique(case["x"] + case["y"], return_counts=True)[1].tolist()
    for decimals in (1, 2):
        found = u_values(f"{z:.{decimals}f}", n1, n2, factor=(tie_factor(ties), 1))
        assert case["u"] in found.u[found.corrected if case["correct"] else found.plain]
    # With the ties and the correction known, U is determined.
    exact = u_values((z - 1e-6, z + 1e-6), n1, n2, factor=tie_factor(ties))
    assert exact.u[exact.corrected if case["correct"] else exact.plain].tolist() == [case["u"]]


def test_every_u_occurs():
    found = u_values((-9, 9), 2, 3)
    assert found.u.tolist() == list(range(7))
    # Every U of groups 2 and 3 without ties occurs for some ranking.
    seen = {sum(i > j for i in first for j in set(range(5)) - set(first)) for first in combinations(range(5), 2)}
    assert seen == set(found.u)


def test_correction_does_not_pass_the_mean():
    found = u_values("0.00", 3, 3)
    assert found.u.tolist() == [4, 5] and found.corrected.all() and not found.plain.any()


def test_ends_of_the_interval_are_exact():
    # Groups of 4 and 4 with a tie factor of 3/4: variance 3/4 * 12 = 9, so U = 8 + 3 has z = 1.
    factor = Fraction(3, 4)
    at = u_values((Fraction(1), Fraction(1)), 4, 4, factor=factor)
    assert at.u[at.plain].tolist() == [11]
    beside = u_values((1 + Fraction(1, 10**20), Fraction(11, 10)), 4, 4, factor=factor)
    assert not beside.plain.any()


def test_tie_factor():
    assert tie_factor([1, 1, 1]) == 1
    assert tie_factor([3]) == 0
    assert tie_factor([2, 1]) == Fraction(3, 4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: u_values("1.00", 0, 3), "positive whole numbers"),
        (lambda: u_values(">2", 3, 3), "no end on one side"),
        (lambda: u_values("1.00", 3, 3, factor=0), "tie factor"),
        (lambda: u_values("1.00", 3, 3, factor=(1, 2)), "tie factor"),
        (lambda: tie_factor([0, 3]), "ties"),
        (lambda: tie_factor([1]), "at least 2"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


@settings(deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_exact_p_is_that_of_scipy(n1, n2, seed):
    x = np.random.default_rng(seed).permutation(n1 + n2)
    test = mannwhitneyu(x[:n1], x[n1:], method="exact")
    every = exact_p(n1, n2)
    assert len(every) == n1 * n2 + 1
    assert every[int(test.statistic)] == pytest.approx(test.pvalue, rel=1e-9)
