"""Differences stated in words against two printed numbers."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from restated.audit import differences
from restated.errors import RestatedError
from restated.printed import parse


def compared(words, scale, first, second, sizes, rho=(0.0, 0.0)):
    numbers = [parse(first), parse(second)]
    errors = [differences.error(scale, x, None, None, 0.95, n) for x, n in zip(numbers, sizes, strict=True)]
    return differences.stated(words, scale, numbers, errors, rho)


def test_a_difference_is_refused_where_no_reading_is_significant():
    # Fisher's z of .31 and .21 differ by .107; with 100 cases each the error is .144, with 4,819 it is .020.
    assert compared("positive", "r", ".31", ".21", (4819, 4819)).fits
    assert not compared("positive", "r", ".31", ".21", (100, 100)).fits
    assert not compared("negative", "r", ".31", ".21", (4819, 4819)).fits
    assert compared("null", "r", ".31", ".21", (100, 100)).fits
    assert not compared("null", "r", ".31", ".21", (4819, 4819)).fits


def test_the_limit_is_that_of_the_z_test():
    se = math.sqrt(2 / 997)
    least = math.tanh(math.atanh(0.20) + stats.norm.ppf(0.975) * se)
    found = compared("positive", "r", f"{least + 0.0001:.6f}", "0.200000", (1000, 1000))
    assert found.fits and found.low == pytest.approx(least, abs=1e-5)
    assert not compared("positive", "r", f"{least - 0.0001:.6f}", "0.200000", (1000, 1000)).fits


def test_a_correlation_of_the_estimates_makes_a_difference_more_certain():
    assert not compared("positive", "d", ".39", ".31", (2000, 2000)).fits
    assert compared("positive", "d", ".39", ".31", (2000, 2000), (0.0, 0.9)).fits


def test_power_counts_the_first_numbers_that_would_be_refused():
    found = compared("positive", "percent", "64.4", "48.4", (36, 35))
    shares = (0.644 * 0.356 / 36, 0.484 * 0.516 / 35)
    assert not found.fits and found.low == pytest.approx(48.4 + 196 * math.sqrt(sum(shares)), abs=0.2)
    assert found.power == pytest.approx(found.low / 100, abs=0.01)
    assert compared("null", "percent", "50", "50", (4, 4)).power < 0.05


def test_an_interval_gives_the_error_before_a_size_does():
    low, high = (parse(x) for x in (".12", ".39"))
    least, most = differences.error("r", parse(".26"), low, high, 0.95, 10)
    width = (math.atanh(0.39) - math.atanh(0.12)) / (2 * stats.norm.ppf(0.975))
    assert least < width < most


@pytest.mark.parametrize(
    "call",
    [
        lambda: differences.error("d", parse(".3"), None, None, 0.95, None),
        lambda: differences.error("r", parse(".3"), parse("-1"), parse("1"), 0.95, None),
        lambda: differences.error("beta", parse(".3"), None, None, 0.95, 50),
        lambda: compared("larger", "d", ".3", ".2", (50, 50)),
    ],
)
def test_what_cannot_be_tested_is_refused(call):
    with pytest.raises(RestatedError):
        call()
