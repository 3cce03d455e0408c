from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import effects, meta
from tests.reference import CLOSED_FORM, ITERATIVE, assert_matches, load

REFERENCE = load("meta")["effects"]
DIFFERENCES = load("differences")
quick = settings(deadline=None, derandomize=True, max_examples=60)
inner = st.floats(-0.999, 0.999)
share = st.floats(0.01, 0.99)


def groups(name):
    rows = DIFFERENCES["data"][name]
    return [np.array([row[f] for row in rows], float) for f in ("mean1", "sd1", "n1", "mean2", "sd2", "n2")]


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


@pytest.mark.parametrize("case", DIFFERENCES["single"], ids=lambda case: case["data"])
def test_hedges_g_matches_metafor(case):
    g, v = effects.hedges_g(*groups(case["data"]))
    assert_matches(g, case["y"], CLOSED_FORM, case["call"])
    assert_matches(v, case["v"], CLOSED_FORM, case["call"])


@pytest.mark.parametrize(
    "case", DIFFERENCES["pooled"], ids=lambda case: "-".join(case[f] for f in ("data", "method", "test"))
)
def test_pooled_g_matches_metafor(case):
    ci = {"z": "wald", "knha": "knapp-hartung"}[case["test"]]
    result = meta.fit(*effects.hedges_g(*groups(case["data"])), method=case["method"], ci=ci)
    for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2"):
        assert_matches(getattr(result, field), case[field], ITERATIVE, (field, case["call"]))


@quick
@given(st.integers(2, 500))
def test_the_approximate_correction_is_close_and_never_smaller(df):
    exact, approximate = effects.hedges_correction(df), effects.hedges_correction(df, exact=False)
    # The series of the exact factor starts 1 - 3 / (4 df) - 7 / (32 df^2): they part in the second-order term only.
    assert exact != approximate and abs(exact - approximate) < 0.1 / df**2


def test_shapes_are_kept_and_missing_values_pass_through():
    assert isinstance(effects.fisher_z(0.5), float)
    assert effects.fisher_z([[0.1, np.nan]]).shape == (1, 2)
    assert np.isnan(effects.fisher_z([0.1, np.nan])[1])
    np.testing.assert_array_equal(effects.fisher_z_variance([13, 103]), [0.1, 0.01])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: effects.fisher_z([0.2, 1.01]), "correlation 1.01 is beyond 1"),
        (lambda: effects.fisher_z([0.2, -1.0]), "Leave the row out, or cap"),
        (lambda: effects.r_to_d(1.0), "no finite d"),
        (lambda: effects.r_to_d(0.1, proportion=1.0), "share must be between 0 and 1"),
        (lambda: effects.fisher_z_variance(3), "sample size above 3"),
        (lambda: effects.hedges_correction(1), "more than one degree of freedom"),
        (lambda: effects.hedges_g(1, 0, 9, 2, 1, 9), "standard deviation is not positive"),
        (lambda: effects.hedges_g(1, 1, 9, 2, 1, 1), "fewer than two members"),
    ],
)
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


def test_an_endless_or_huge_difference_is_a_perfect_correlation():
    assert effects.d_to_r([np.inf, -np.inf, 1e200, -1e130]).tolist() == [1, -1, 1, -1]
    assert np.isnan(effects.d_to_r(np.nan))
