"""Regression tests for funnel asymmetry and trim and fill, against metafor and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import smallstudy
from tests.library.estimate.test_meta import CI, REFERENCE, data, named
from tests.reference import ITERATIVE, assert_matches


@pytest.mark.parametrize("case", REFERENCE["asymmetry"], ids=named("data", "kind"))
def test_regression_test_for_asymmetry_matches_metafor(case):
    y, v, _ = data(case["data"])
    kind, predictor = case["kind"].removesuffix("-variance"), "variance" if "variance" in case["kind"] else "se"
    if kind == "classical":
        result = smallstudy.egger(y, v, model="classical", predictor=predictor)
    else:
        _, method, test = kind.split("-")
        result = smallstudy.egger(y, v, method=method, ci=CI[test], predictor=predictor)
    for field in ("statistic", "p", "limit", "limit_low", "limit_high"):
        assert_matches(getattr(result, field), case[field], ITERATIVE, (field, case["call"]))


FILLED = [case for case in REFERENCE["filled"] if case["estimator"] == "L0"]


@pytest.mark.parametrize("case", FILLED, ids=named("data", "method", "side"))
def test_trim_and_fill_matches_metafor(case):
    y, v, _ = data(case["data"])
    side = None if case["side"] == "default" else case["side"]
    result = smallstudy.trim_and_fill(y, v, side=side, method=case["method"])
    assert (result.k0, result.side) == (case["k0"], case["side_used"])
    for field in ("filled_y", "filled_v"):
        assert_matches(getattr(result, field), case[field], ITERATIVE, (field, case["call"]))
    for field in ("estimate", "se", "tau2"):
        assert_matches(getattr(result.fit, field), case[field], ITERATIVE, (field, case["call"]))


def test_the_reference_has_cases_with_filled_studies():
    assert any(case["k0"] > 0 for case in FILLED)


def test_the_mirror_image_is_filled_on_the_other_side():
    case = next(case for case in FILLED if case["k0"] > 0)
    y, v, _ = data(case["data"])
    one, other = smallstudy.trim_and_fill(y, v, method="DL"), smallstudy.trim_and_fill(-y, v, method="DL")
    assert {one.side, other.side} == {"left", "right"}
    np.testing.assert_allclose(other.filled_y, -one.filled_y)


def test_classical_regression_test_is_the_regression_of_egger():
    y, v, _ = data("bcg")
    line = stats.linregress(1 / np.sqrt(v), y / np.sqrt(v))
    result = smallstudy.egger(y, v, model="classical")
    assert result.slope == pytest.approx(line.intercept)
    assert result.slope_se == pytest.approx(line.intercept_stderr)
    assert result.df == len(y) - 2


def test_a_slope_that_is_there_is_found():
    """Known truth: effects that rise with their standard error by 1.5."""
    rng = np.random.default_rng(7)
    v = rng.uniform(0.01, 0.2, 400)
    found = smallstudy.egger(0.2 + 1.5 * np.sqrt(v) + rng.normal(0, np.sqrt(v)), v)
    assert abs(found.slope - 1.5) < 4 * found.slope_se


def test_a_cut_tail_hardly_disturbs_the_rank_sum():
    """Known truth: mean 0, the lowest eight of forty evenly spread effects left out. L0 finds nothing to fill."""
    kept, v = stats.norm.ppf((np.arange(8, 40) + 0.5) / 40) / 2, np.full(32, 0.25)
    assert smallstudy.trim_and_fill(kept, v, side="left", method="FE").k0 == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: smallstudy.egger([1, 2, 3], [1, 2, 3], model="rank"), "unknown regression test"),
        (lambda: smallstudy.egger([1, 2, 3], [1, 1, 1]), "all standard errors are equal"),
        (lambda: smallstudy.egger([1, 2, 3], [1, 2, 3], predictor="n"), "Use one of se, variance"),
        (lambda: smallstudy.trim_and_fill([1, 2, 3], [1, 2, 1], side="up"), "Use one of left, right"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
