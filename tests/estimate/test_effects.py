from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import effects
from tests.reference import CLOSED_FORM, assert_matches, load

REFERENCE = load("meta")["effects"]
quick = settings(deadline=None, derandomize=True, max_examples=60)
inner = st.floats(-0.999, 0.999)
share = st.floats(0.01, 0.99)


def test_fisher_z_and_hedges_correction_match_metafor():
    assert_matches(effects.fisher_z(REFERENCE["r"]), REFERENCE["z"], CLOSED_FORM, "z")
    factor = effects.hedges_correction(REFERENCE["correction_df"])
    assert_matches(factor, REFERENCE["correction"], CLOSED_FORM, "J")


@quick
@given(inner)
def test_fisher_z_goes_there_and_back(r):
    assert effects.fisher_z_to_r(effects.fisher_z(r)) == pytest.approx(r, abs=1e-12)


@quick
@given(inner, share)
def test_r_to_d_goes_there_and_back(r, p):
    assert effects.d_to_r(effects.r_to_d(r, proportion=p), proportion=p) == pytest.approx(r, abs=1e-12)


def test_r_to_d_equals_the_difference_of_two_group_means():
    # Groups of 2 and 6 with within-group standard deviation (divisor n) of 1 and means 0 and 3.
    y = np.array([-1, 1, 2, 4, 2, 4, 2, 4], dtype=float)
    group = np.array([0, 0, 1, 1, 1, 1, 1, 1])
    r = np.corrcoef(group, y)[0, 1]
    assert effects.r_to_d(r, proportion=0.25) == pytest.approx(3.0)
    assert effects.r_to_d(0.6) == pytest.approx(2 * 0.6 / 0.8)


def test_shapes_are_kept_and_missing_values_pass_through():
    assert isinstance(effects.fisher_z(0.5), float)
    assert effects.fisher_z([[0.1, np.nan]]).shape == (1, 2)
    assert np.isnan(effects.fisher_z([0.1, np.nan])[1])
    np.testing.assert_array_equal(effects.fisher_z_variance([13, 103]), [0.1, 0.01])


@pytest.mark.parametrize(("call", "message"), [
    (lambda: effects.fisher_z([0.2, 1.01]), "correlation 1.01 is beyond 1"),
    (lambda: effects.fisher_z([0.2, -1.0]), "Leave the row out, or cap"),
    (lambda: effects.r_to_d(1.0), "no finite d"),
    (lambda: effects.r_to_d(0.1, proportion=1.0), "share must lie between 0 and 1"),
    (lambda: effects.fisher_z_variance(3), "sample size above 3"),
    (lambda: effects.hedges_correction(1), "more than one degree of freedom"),
])
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


@given(st.floats(0.05, 40.0), st.floats(-3.0, 3.0))
@settings(derandomize=True)
def test_an_odds_ratio_is_the_shift_of_a_logistic_distribution_cut_anywhere(odds_ratio, cut):
    d = effects.odds_ratio_to_d(odds_ratio)
    shift = d * np.pi / np.sqrt(3)  # in units of the logistic scale, whose standard deviation is pi / sqrt(3)
    odds = [np.exp(-(cut - s)) for s in (shift, 0.0)]  # odds of lying above the cut
    assert odds[0] / odds[1] == pytest.approx(odds_ratio)


def test_odds_ratios_of_one_and_below():
    assert effects.odds_ratio_to_d(1.0) == 0
    assert effects.odds_ratio_to_d(1 / 3) == -effects.odds_ratio_to_d(3.0)
    assert np.isnan(effects.odds_ratio_to_d(np.nan))
    with pytest.raises(RestatedError, match="0 or less"):
        effects.odds_ratio_to_d([2.0, 0.0])
