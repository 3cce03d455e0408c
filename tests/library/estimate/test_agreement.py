from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from restated.errors import RestatedError
from restated.estimate import agreement
from tests.reference import CLOSED_FORM, CORRELATION, PROBABILITY, load

REFERENCE = load("agreement")
quick = settings(deadline=None, derandomize=True, max_examples=60)
#: Central differences of step 1e-6 are good to about 1e-9 of the variance here.
NUMERIC_DERIVATIVE = 1e-6

count = st.integers(0, 200)
table = st.tuples(count, count, count, count)
full_table = st.tuples(*[st.integers(1, 200)] * 4)
three_by_three = st.lists(st.integers(1, 50), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)))


def rows_of(a, b, c, d):
    first = np.repeat([1, 1, 0, 0], [a, b, c, d])
    second = np.repeat([1, 0, 1, 0], [a, b, c, d])
    return first, second


@quick
@given(full_table)
def test_two_by_two_measures_equal_those_of_the_rows(cells):
    first, second = rows_of(*cells)
    po = np.mean(first == second)
    pe = first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
    assert agreement.percent_agreement(cells) == pytest.approx(po)
    assert agreement.kappa(cells) == pytest.approx((po - pe) / (1 - pe), abs=1e-12)
    assert agreement.phi(cells) == pytest.approx(np.corrcoef(first, second)[0, 1], abs=1e-12)


@quick
@given(table)
def test_kappa_of_four_counts_equals_kappa_of_the_square(cells):
    square = np.reshape(cells, (2, 2))
    np.testing.assert_allclose(agreement.kappa(cells), agreement.kappa_square(square), atol=1e-12)


def test_what_is_undefined_is_nan_or_infinite():
    empty, constant, no_b = (0, 0, 0, 0), (9, 0, 0, 0), (5, 0, 3, 2)
    for measure in (
        agreement.percent_agreement,
        agreement.kappa,
        agreement.phi,
        agreement.odds_ratio,
        agreement.tetrachoric,
    ):
        assert np.isnan(measure(empty))
    assert agreement.percent_agreement(constant) == 1
    assert np.isnan(agreement.kappa(constant)) and np.isnan(agreement.phi(constant))
    assert np.isnan(agreement.tetrachoric(constant)) and np.isnan(agreement.odds_ratio(constant))
    assert agreement.odds_ratio(no_b) == np.inf
    assert agreement.odds_ratio((0, 2, 3, 4)) == 0
    square = np.diag([7, 0, 0])
    assert np.isnan(agreement.kappa_square(square)) and np.isnan(agreement.kappa_variance(square))
    assert np.isnan(agreement.kappa_variance_cohen(square))


def test_bivariate_normal_matches_genz_and_direct_integration():
    grid = REFERENCE["bivariate"]
    p = agreement.bivariate_normal(grid["h"], grid["k"], grid["rho"])
    np.testing.assert_allclose(p, grid["genz"], rtol=0, atol=PROBABILITY)
    np.testing.assert_allclose(p, grid["integral"], rtol=0, atol=PROBABILITY)
    assert {0.0} < set(grid["h"]) and {0.0} < set(grid["k"])  # zero thresholds are a separate branch


def test_tetrachoric_matches_r():
    values = REFERENCE["tetrachoric"]
    r = agreement.tetrachoric(values["tables"])
    assert len(r) > 50
    np.testing.assert_allclose(r, values["genz"], rtol=0, atol=CORRELATION)
    np.testing.assert_allclose(r, values["integral"], rtol=0, atol=CORRELATION)


def test_tetrachoric_of_even_margins_is_the_sine_rule():
    a = np.arange(1, 50)
    tables = np.column_stack([a, 50 - a, 50 - a, a])
    expected = np.sin(np.pi / 2 * (a / 25 - 1))
    np.testing.assert_allclose(agreement.tetrachoric(tables), expected, atol=CORRELATION)


@quick
@given(full_table)
def test_tetrachoric_reproduces_the_table_and_knows_its_symmetries(cells):
    from scipy.special import ndtri

    a, b, c, d = cells
    n = sum(cells)
    r = agreement.tetrachoric(cells)
    assert -1 < r < 1
    back = agreement.bivariate_normal(ndtri((a + b) / n), ndtri((a + c) / n), r)
    assert back == pytest.approx(a / n, abs=1e-12)
    assert agreement.tetrachoric((a, c, b, d)) == pytest.approx(r, abs=CORRELATION)
    assert agreement.tetrachoric((d, c, b, a)) == pytest.approx(r, abs=CORRELATION)
    assert agreement.tetrachoric((b, a, d, c)) == pytest.approx(-r, abs=CORRELATION)


def test_tetrachoric_of_tables_with_empty_cells_by_enumeration():
    for cells in product(range(3), repeat=4):
        a, b, c, d = cells
        r = agreement.tetrachoric(cells)
        if not ((a + b) and (c + d) and (a + c) and (b + d)):
            assert np.isnan(r), cells
        elif b * c == 0:
            assert r == 1, cells
        elif a * d == 0:
            assert r == -1, cells
        else:
            assert -1 < r < 1, cells
    assert agreement.tetrachoric(np.ones((3, 5, 4))).shape == (3, 5)


@quick
@given(three_by_three)
def test_kappa_and_its_variance_match_statsmodels(counts):
    reference = cohens_kappa(counts)
    assert agreement.kappa_square(counts) == pytest.approx(reference.kappa, abs=CLOSED_FORM)
    assert agreement.kappa_variance(counts) == pytest.approx(reference.var_kappa, rel=CLOSED_FORM)
    assert agreement.kappa_variance_null(counts) == pytest.approx(reference.var_kappa0, rel=CLOSED_FORM)


@quick
@given(three_by_three)
def test_kappa_variance_is_the_delta_method(counts):
    n = counts.sum()
    p = counts / n
    step = 1e-6
    gradient = np.zeros(p.shape)
    for i, j in np.ndindex(p.shape):
        up, down = p.copy(), p.copy()
        up[i, j] += step
        down[i, j] -= step

        def value(q):  # without renormalising: the derivative along the simplex is centred below
            po, pe = np.trace(q), q.sum(1) @ q.sum(0)
            return (po - pe) / (1 - pe)

        gradient[i, j] = (value(up) - value(down)) / (2 * step)
    mean = (p * gradient).sum()
    expected = (p * (gradient - mean) ** 2).sum() / n
    assert agreement.kappa_variance(counts) == pytest.approx(expected, rel=NUMERIC_DERIVATIVE)


def test_cohen_variance_by_hand_and_for_many_tables_at_once():
    counts = np.array([[44, 5], [7, 24]])  # po = 68/80, pe = (49 * 51 + 31 * 29) / 6400
    po, pe = 0.85, (49 * 51 + 31 * 29) / 6400
    expected = po * (1 - po) / (80 * (1 - pe) ** 2)
    assert agreement.kappa_variance_cohen(counts) == pytest.approx(expected)
    stacked = agreement.kappa_variance_cohen(np.stack([counts, counts.T]))
    np.testing.assert_allclose(stacked, [expected, expected])
    assert agreement.kappa_variance(np.diag([3, 4])) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: agreement.kappa([1, 2, 3]), "along the last axis"),
        (lambda: agreement.kappa([1, 2, 3, -1]), "negative"),
        (lambda: agreement.kappa(["a", 2, 3, 4]), "not numbers"),
        (lambda: agreement.kappa_square([[1, 2, 3], [4, 5, 6]]), "square tables"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_opposite_infinite_limits_are_refused():
    with pytest.raises(RestatedError, match="limits must be finite"):
        agreement.bivariate_normal(np.inf, -np.inf, 0.0)
