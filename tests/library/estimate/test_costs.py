from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import costs, costsets
from tests.reference import CLOSED_FORM, ITERATIVE, assert_matches, load

REFERENCE = load("costs")
quick = settings(deadline=None, derandomize=True, max_examples=40)
group = st.lists(st.integers(1, 5000), min_size=3, max_size=12, unique=True)


def groups(name):
    return REFERENCE["data"][name]["x"], REFERENCE["data"][name]["y"]


def t_test(x, y, **options):
    """The t test of two groups of values, from their moments."""
    moments = [part for group in (x, y) for part in (np.mean(group), np.std(group, ddof=1), len(group))]
    return costs.t_test_from_moments(*moments, **options)


def gamma_model(x, y):
    """The gamma model of two groups of values, from their moments."""
    ratio, sizes = np.mean(x) / np.mean(y), (len(x), len(y))
    given = ratio, *(np.std(group, ddof=1) / np.mean(group) for group in (x, y)), *sizes, "gamma model"
    (se, df), p, estimate = costsets.standard_error(*given), costsets.p_by_moments(*given), np.log(ratio)
    margin = stats.t.ppf(0.975, df) * se
    return costs.Comparison(estimate, se, estimate / se, df, p, estimate - margin, estimate + margin)


def run(case):
    x, y = groups(case["data"])
    method = case["method"]
    if method.startswith("Mann-Whitney"):
        return costs.mann_whitney(x, y, continuity=method.endswith("TRUE"))
    if method == "gamma":
        return gamma_model(x, y)
    return t_test(x, y, equal_variances=method == "Student")


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: f"{case['data']}-{case['method']}")
def test_comparisons_match_r(case):
    result = run(case)
    tolerance = ITERATIVE if case["method"] == "gamma" else CLOSED_FORM
    for field in set(case) - {"data", "method", "call"}:
        assert_matches(getattr(result, field), case[field], tolerance, (field, case["call"]))


@quick
@given(group, group)
def test_comparisons_match_scipy_and_statsmodels(x, y):
    for equal in (True, False):
        reference = stats.ttest_ind(x, y, equal_var=equal)
        result = t_test(x, y, equal_variances=equal)
        assert (result.statistic, result.p) == pytest.approx((reference.statistic, reference.pvalue))
    reference = stats.mannwhitneyu(x, y, method="asymptotic")
    result = costs.mann_whitney(x, y)
    assert (result.u, result.p) == pytest.approx((reference.statistic, reference.pvalue))
    design = np.column_stack([np.ones(len(x) + len(y)), np.r_[np.ones(len(x)), np.zeros(len(y))]])
    family = sm.families.Gamma(sm.families.links.Log())
    reference = sm.GLM(np.array(x + y, dtype=float), design, family=family).fit(tol=1e-13)
    result = gamma_model(x, y)
    expected = reference.params[1], reference.bse[1]
    assert (result.estimate, result.se) == pytest.approx(expected, rel=1e-6, abs=1e-9)


@quick
@given(group, group)
def test_swapping_groups_turns_the_sign_and_the_tail(x, y):
    for compare in (t_test, gamma_model):
        there, back = compare(x, y), compare(y, x)
        expected = -there.estimate, -there.ci_high, there.p
        assert (back.estimate, back.ci_low, back.p) == pytest.approx(expected)
    there, back = costs.mann_whitney(x, y), costs.mann_whitney(y, x)
    assert back.p == pytest.approx(there.p)
    assert there.u + back.u == len(x) * len(y)
    assert there.probability_larger + back.probability_larger == pytest.approx(1)


def test_simulated_costs_recover_difference_and_ratio():
    """Gamma costs with means 1,000 and 800: Welch keeps its level, the gamma model finds the ratio."""
    rng, runs = np.random.default_rng(8), 400
    welch, ratio, covered = [], [], np.zeros(2)
    for _ in range(runs):
        x, y = rng.gamma(2, 500, 120), rng.gamma(2, 400, 80)
        first, second = t_test(x, y), gamma_model(x, y)
        welch.append(first.estimate)
        ratio.append(second.estimate)
        covered += first.ci_low <= 200 <= first.ci_high, second.ci_low <= np.log(1.25) <= second.ci_high
    assert abs(np.mean(welch) - 200) < 4 * np.std(welch) / np.sqrt(runs)
    assert abs(np.mean(ratio) - np.log(1.25)) < 4 * np.std(ratio) / np.sqrt(runs)
    assert (np.abs(covered / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)).all()


def test_zeros_are_allowed_in_the_gamma_model():
    result = gamma_model([0, 10, 20], [5, 0, 5])
    assert result.estimate == pytest.approx(np.log(3))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: costs.mann_whitney([1], [1, 2]), "group 1 needs a list of at least two"),
        (lambda: costs.mann_whitney([1, 2], [1, np.nan]), "group 2 has a value that is missing"),
        (lambda: costs.mann_whitney([1, 2], ["a", 2]), "group 2 are not numbers"),
        (lambda: t_test([1, 1], [2, 2]), "both are zero"),
        (lambda: costs.t_test_from_moments(1, 1, 1, 2, 1, 5), "at least two values"),
        (lambda: costs.t_test_from_moments(1, np.nan, 4, 2, 1, 5), "not finite"),
        (lambda: t_test([1, 2], [2, 3], level=95), "level 95"),
        (lambda: costs.mann_whitney([1, 1], [1, 1]), "have no ranks"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()
