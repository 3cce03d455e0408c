from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import agreement, pairs, twins
from tests.reference import PROBABILITY, assert_matches, load

cell = st.integers(0, 40)
tables = st.tuples(cell, cell, cell).filter(lambda t: sum(t) > 1 and 0 < 2 * t[0] + t[1] < 2 * sum(t))
quick = settings(deadline=None, derandomize=True, max_examples=60)


def rows(table) -> np.ndarray:
    """One row per pair, one column per member."""
    both, one, neither = table
    return np.repeat([[1, 1], [1, 0], [0, 0]], [both, one, neither], axis=0)


@given(tables)
@quick
def test_double_entry_is_the_correlation_of_the_pairs_in_both_orders(table):
    members = rows(table)
    doubled = np.concatenate([members, members[:, ::-1]])
    assert pairs.double_entry(table) == pytest.approx(np.corrcoef(doubled.T)[0, 1], abs=1e-12)


@pytest.mark.parametrize("table", [(30, 52, 56), (3, 2, 1), (0, 5, 9), (20, 0, 20), (1, 7, 1)])
def test_intraclass_is_that_of_the_analysis_of_variance(table):
    members = rows(table)
    long = pd.DataFrame({"score": members.ravel().astype(float), "pair": np.repeat(np.arange(len(members)), 2)})
    squares = sm.stats.anova_lm(smf.ols("score ~ C(pair)", long).fit())["mean_sq"]
    between, within = squares.iloc[0], squares.iloc[1]
    assert pairs.intraclass(table) == pytest.approx((between - within) / (between + within), abs=1e-10)


@given(tables)
@quick
def test_the_two_correlations_of_classes_part_by_one_over_the_pairs(table):
    assert abs(pairs.intraclass(table) - pairs.double_entry(table)) <= 1 / (sum(table) - 1) + 1e-12


@given(tables)
@quick
def test_mirrored_classes_are_as_much_alike(table):
    for function in (pairs.agreement, pairs.double_entry, pairs.intraclass):
        assert function(table[::-1]) == pytest.approx(function(table), abs=1e-12)
    assert pairs.affected(table) == pytest.approx(1 - pairs.affected(table[::-1]))


def test_a_liability_correlation_is_found_again_in_the_pairs_it_makes():
    prevalence, r = np.array([0.2, 0.5, 0.7])[:, None], np.array([-0.4, 0.0, 0.52, 0.9])
    made = twins.pair_probabilities(prevalence, r)
    np.testing.assert_allclose(pairs.liability(made), np.broadcast_to(r, (3, 4)), atol=1e-9)
    np.testing.assert_allclose(pairs.affected(made), np.broadcast_to(prevalence, (3, 4)), atol=1e-12)


def test_symmetrised_tables_keep_the_pairs():
    made = pairs.symmetrised([(4, 3, 2), (1, 0, 5)])
    np.testing.assert_array_equal(made, [(4, 1.5, 1.5, 2), (1, 0, 0, 5)])
    assert pairs.liability((4, 3, 2)) == agreement.tetrachoric((4, 1.5, 1.5, 2))


@given(st.floats(0.05, 0.95), st.floats(0.0, 1.0))
@quick
def test_expected_pairs_have_the_share_and_the_correlation(share, score):
    table = pairs.expected(share, score)
    assert table.sum() == pytest.approx(1)
    assert pairs.affected(table) == pytest.approx(share)
    assert pairs.double_entry(table) == pytest.approx(score, abs=1e-9)


def test_bad_input_is_named():
    with pytest.raises(RestatedError, match=r"tables of pairs have shape \(2,\)"):
        pairs.agreement((1, 2))
    with pytest.raises(RestatedError, match="no pairs have that share affected"):
        pairs.expected(0.2, -0.9)
    assert np.isnan(pairs.double_entry((5, 0, 0))) and np.isnan(pairs.affected((0, 0, 0)))


def test_agreement_in_ordered_classes_is_the_integral_and_that_of_two_classes():
    for case in load("classes")["agreement"]:
        assert_matches(pairs.class_agreement(case["shares"], case["r"]), case["value"], PROBABILITY * 1e3, case)
    p, r = np.array([0.2, 0.5, 0.7])[:, None], np.array([-0.4, 0.0, 0.52, 0.9])
    two = pairs.class_agreement(np.stack([p, 1 - p], axis=-1), r)
    np.testing.assert_allclose(two, pairs.agreement(twins.pair_probabilities(p, r)), atol=1e-12)


@pytest.mark.parametrize("shares", [0.5, [1.0], [0.5, 0.4], [0.5, 0.5, 0.0], [0.7, 0.5, -0.2], [np.nan, 1.0]])
def test_shares_that_are_no_classes_are_refused(shares):
    with pytest.raises(RestatedError, match="shares of two or more classes"):
        pairs.class_agreement(shares, 0.3)
