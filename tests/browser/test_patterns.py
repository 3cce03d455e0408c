"""The oracle of the page on one small group."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from tests.browser import patterns

#: Simulated studies: the Monte Carlo error of a share is then below .004.
STUDIES = 20_000


@pytest.mark.parametrize(("change", "group", "n", "sd"), [(0.5, 20, 300, 1.2), (0.0, 40, 90, 1.0), (1.0, 10, 50, 2.0)])
def test_chances_are_those_of_simulated_studies(change, group, n, sd):
    rng = np.random.default_rng(1)
    own = change + rng.normal(size=STUDIES) * sd / np.sqrt(group)
    others = rng.normal(size=STUDIES) * sd / np.sqrt(n - group)
    alone = own / (sd / np.sqrt(group)) > patterns.CRITICAL
    apart = (own - others) / (sd * np.sqrt(1 / group + 1 / (n - group))) > patterns.CRITICAL
    found = patterns.chance(change, group, n, sd)
    assert found.change == pytest.approx(alone.mean(), abs=0.012)
    assert found.pattern == pytest.approx((alone & apart).mean(), abs=0.012)
    assert found.pattern <= found.change


def test_luck_grows_with_the_groups_that_are_looked_at():
    one, ten = (patterns.chance(0.3, 20, 300, 1.0, groups=groups) for groups in (1, 10))
    assert ten.by_luck == pytest.approx(1 - (1 - one.by_luck) ** 10)
    assert one.by_luck == pytest.approx(patterns.chance(0.0, 20, 300, 1.0).pattern)


def test_a_detectable_change_is_found_in_four_of_five_studies():
    sd = patterns.sd_of_change(0.6, 25)
    assert patterns.chance(0.6, 25, 10_000, sd).change == pytest.approx(patterns.POWER)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0.5, 20, 20, 1.0), "not smaller than the study"),
        ((0.5, 0, 20, 1.0), "whole number of at least 1"),
        ((0.5, 5, 20, 0.0), "not above 0"),
        ((float("nan"), 5, 20, 1.0), "not finite"),
    ],
)
def test_impossible_studies_are_refused(given, message):
    with pytest.raises(RestatedError, match=message):
        patterns.chance(*given)


@pytest.mark.parametrize("given", [(0, 5), (0.5, 0), (float("inf"), 5)])
def test_a_spread_needs_a_change_and_a_group(given):
    with pytest.raises(RestatedError, match="above 0"):
        patterns.sd_of_change(*given)
