"""The oracle of the page's check of a pooled effect."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import meta
from restated.estimate.effects import fisher_z_to_r
from tests.browser import heterogeneity


@pytest.mark.parametrize("tau2", [0.0, 0.02, 0.1])
def test_the_variance_between_studies_of_one_size_is_found_again(tau2):
    k, each = 40, 60
    v = np.full(k, 1 / (each - 3))
    y = 0.3 + np.sqrt(tau2 + v[0]) * np.sqrt(k) * _standardised(k)
    fit = meta.fit(y, v, method="DL", ci="wald")
    ends = [(float(fisher_z_to_r(x)),) * 2 for x in (fit.estimate, fit.ci_low, fit.ci_high)]
    found = heterogeneity.of_interval(*ends, k, k * each)
    assert found.tau2_low == pytest.approx(fit.tau2, abs=1e-6)
    assert found.tau2_high == pytest.approx(fit.tau2, abs=1e-6)


def _standardised(k):
    values = np.random.default_rng(3).normal(size=k)
    values -= values.mean()
    return values / np.sqrt((values**2).sum()) * np.sqrt((k - 1) / k)


def test_digits_leave_a_range_that_holds_the_values_behind_them():
    exact = heterogeneity.of_interval((0.312, 0.312), (0.2312, 0.2312), (0.3888, 0.3888), 30, 3000)
    found = heterogeneity.of_interval(".31", ".23", ".39", 30, 3000)
    assert found.tau2_low <= exact.tau2_low <= found.tau2_high
    assert found.prediction_low <= exact.prediction_low < exact.prediction_high <= found.prediction_high


def test_differences_have_the_variance_of_two_equal_groups():
    found = heterogeneity.of_interval((0.5, 0.5), (0.3, 0.3), (0.7, 0.7), 10, 400, "d")
    assert found.tau2_low == pytest.approx(10 * (0.4 / 2 / 1.959963984540054) ** 2 - 4 * 10 / 400)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((".3", ".4", ".2", 10, 400), "runs downwards"),
        ((".3", ".2", "1.4", 10, 400), "between -1 and 1"),
        ((".3", ".2", ".4", 2, 400), "at least 3"),
        ((".3", ".2", ".4", 10, 30), "too few"),
        ((".3", ".2", ".4", 10, 400, "g"), "measure"),
    ],
)
def test_impossible_requests_are_refused(given, message):
    with pytest.raises(RestatedError, match=message):
        heterogeneity.of_interval(*given)
