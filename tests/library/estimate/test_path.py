"""Path arithmetic against least squares on exact-moment data, hand values and dense sampling."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from restated.errors import RestatedError
from restated.estimate.path import (
    Path,
    chain_draws,
    chain_interval,
    equations,
    feasible,
    indirect_interval,
    over_box,
    two_predictor,
)

modest = settings(deadline=None, derandomize=True, max_examples=40)
correlation = st.floats(-0.95, 0.95)


def third_range(r12, r13):
    """Limits of the correlation of variables 2 and 3, given those of 1 with 2 and of 1 with 3."""
    width = np.sqrt((1 - r12**2) * (1 - r13**2))
    return r12 * r13 - width, r12 * r13 + width


def _rows_with_correlations(r_xm, r_xy, r_my, n=50):
    """Rows of x, m, y with exactly these sample correlations, means 0 and SDs 1."""
    raw = np.random.default_rng(0).standard_normal((n, 3))
    raw -= raw.mean(axis=0)
    white = np.linalg.solve(np.linalg.cholesky(raw.T @ raw / (n - 1)), raw.T).T
    wanted = np.array([[1, r_xm, r_xy], [r_xm, 1, r_my], [r_xy, r_my, 1]])
    return (white @ np.linalg.cholesky(wanted).T).T


@modest
@given(correlation, correlation, correlation)
def test_paths_are_least_squares_on_data_with_these_correlations(r_xm, r_xy, r_my):
    determinant = 1 + 2 * r_xm * r_xy * r_my - r_xm**2 - r_xy**2 - r_my**2
    assume(determinant > 1e-3)  # Cholesky of a nearly singular matrix loses the digits compared below
    x, m, y = _rows_with_correlations(r_xm, r_xy, r_my)
    paths = two_predictor(r_xm, r_xy, r_my)
    outcome = sm.OLS(y, np.column_stack([m, x])).fit()
    np.testing.assert_allclose([paths.b, paths.direct], outcome.params, atol=1e-9)
    np.testing.assert_allclose(paths.a, sm.OLS(m, x).fit().params[0], atol=1e-9)
    np.testing.assert_allclose(paths.r2, outcome.rsquared, atol=1e-9)
    np.testing.assert_allclose(paths.total, paths.direct + paths.indirect, atol=1e-12)
    np.testing.assert_allclose(sm.OLS(y, x).fit().params[0], paths.total, atol=1e-9)


def test_hand_values():
    paths = two_predictor(0.25, 0.30, 0.25)
    assert paths.a == 0.25
    assert paths.b == pytest.approx(0.175 / 0.9375, rel=1e-15)
    assert paths.direct == pytest.approx(0.2375 / 0.9375, rel=1e-15)
    assert paths.indirect == pytest.approx(0.04375 / 0.9375, rel=1e-15)
    assert paths.product == 0.0625
    assert paths.share == pytest.approx(0.04375 / 0.9375 / 0.30, rel=1e-15)
    assert paths.r2 == pytest.approx(0.175 / 0.9375 * 0.25 + 0.2375 / 0.9375 * 0.30, rel=1e-15)


def test_arrays_broadcast():
    r = np.array([[0.1], [0.2]])
    paths = two_predictor(r, 0.3, np.array([0.1, 0.2, 0.3]))
    assert all(np.shape(field) == (2, 3) for field in paths)
    assert paths.indirect[1, 2] == two_predictor(0.2, 0.3, 0.3).indirect


def test_share_of_nothing_is_undefined():
    assert np.isnan(two_predictor(0.3, 0.0, 0.3).share)


@pytest.mark.filterwarnings("error")
def test_share_of_next_to_nothing_is_infinite_without_a_warning():
    assert two_predictor(0.3, 5e-324, 0.3).share == np.inf


@modest
@given(correlation, correlation, st.floats(-1, 1))
def test_feasible_means_inside_the_range_and_no_negative_eigenvalue(r12, r13, r23):
    low, high = third_range(r12, r13)
    assume(min(abs(r23 - low), abs(r23 - high)) > 1e-9)
    smallest = np.linalg.eigvalsh([[1, r12, r13], [r12, 1, r23], [r13, r23, 1]])[0]
    assert feasible(r12, r13, r23) == (low <= r23 <= high) == (smallest >= 0)


def test_ends_of_the_third_range_are_feasible():
    for end in third_range(0.6, -0.3):
        assert feasible(0.6, -0.3, end)


@modest
@given(
    st.tuples(st.integers(-70, 70), st.integers(-70, 70), st.integers(-70, 70)),
    st.sampled_from(["b", "direct", "indirect", "r2", "product"]),
    st.sampled_from([0.005, 0.05, 0.2]),
    st.integers(0, 9),
)
def test_no_point_of_the_box_lies_outside_its_range(middle, field, half, seed):
    box = [(m / 100 - half, m / 100 + half) for m in middle]
    corners = np.array(np.meshgrid(*box)).reshape(3, -1)
    assume(np.all(np.abs(corners) < 0.99))
    assume(np.all(feasible(*corners)))

    def function(*r):
        return getattr(two_predictor(*r), field)

    found = over_box(function, *box)
    inside = np.random.default_rng(seed).uniform(*np.array(box).T, size=(5000, 3)).T
    values = function(*inside)
    assert found.low <= values.min() + 1e-12 and values.max() - 1e-12 <= found.high
    at_corners = function(*corners)
    assert found.low <= at_corners.min() and at_corners.max() <= found.high


def test_an_end_inside_the_box_is_found():
    # R2 is 0 at r_xy = r_my = 0 and positive at every corner.
    box = over_box(lambda *r: two_predictor(*r).r2, (0.1, 0.2), (-0.1, 0.2), (-0.2, 0.1))
    assert box.low == pytest.approx(0, abs=1e-12)
    # From the better corner of [0, 2.5] the cosine only rises: the dip at pi / 3 is found from the grid.
    dip = over_box(lambda x: np.cos(3 * x), (0.0, 2.5))
    assert dip.low == pytest.approx(-1, abs=1e-14) and dip.high == 1
    # A function with one hump: sin on [1, 2.5] reaches 1 at pi / 2.
    hump = over_box(np.sin, (1.0, 2.5))
    assert hump.high == pytest.approx(1, abs=1e-14)


def test_printed_text_stands_for_its_rounding_interval():
    def function(*r):
        return two_predictor(*r).indirect

    assert over_box(function, ".25", ".30", ".25") == over_box(function, (0.245, 0.255), (0.295, 0.305), (0.245, 0.255))
    exact = over_box(function, (0.25, 0.25), (0.3, 0.3), (0.25, 0.25))
    assert exact.low == exact.high == function(0.25, 0.3, 0.25)


def test_product_box_is_the_product_of_ends():
    box = over_box(lambda a, b: a * b, ".26", ".34")
    assert (box.low, box.high) == (pytest.approx(0.255 * 0.335), pytest.approx(0.265 * 0.345))


def test_delta_gradient_against_finite_differences():
    r, n, step = np.array([0.26, 0.21, 0.34]), (200, 300, 400), 1e-6
    gradient = [
        (two_predictor(*(r + step * e)).indirect - two_predictor(*(r - step * e)).indirect) / (2 * step)
        for e in np.eye(3)
    ]
    variance = (1 - r**2) ** 2 / (np.array(n) - 3)
    expected = np.sqrt(np.sum(np.square(gradient) * variance))
    assert indirect_interval(*r, *n, draws=10).se == pytest.approx(expected, rel=1e-8)


def test_delta_and_monte_carlo_agree_in_large_samples():
    found = indirect_interval(0.25, 0.30, 0.25, 2_000_000, 1_000_000, 6_000_000)
    assert found.estimate == two_predictor(0.25, 0.30, 0.25).indirect
    assert found.simulated_low == pytest.approx(found.delta_low, abs=0.04 * found.se)
    assert found.simulated_high == pytest.approx(found.delta_high, abs=0.04 * found.se)


def test_limits_cover_at_their_level():
    """Fresh triples from the stated model: a 90 % delta interval holds the true path in about 90 % of
    them."""
    truth, n = np.array([0.3, 0.2, 0.4]), np.array([150, 200, 250])
    rng = np.random.default_rng(1)
    samples = np.tanh(np.arctanh(truth) + rng.standard_normal((600, 3)) / np.sqrt(n - 3))
    value = two_predictor(*truth).indirect
    found = [indirect_interval(*r, *n, level=0.9, draws=1) for r in samples]
    covered = np.mean([f.delta_low <= value <= f.delta_high for f in found])
    assert abs(covered - 0.9) < 4 * np.sqrt(0.09 / 600)


def test_impossible_simulated_triples_are_left_out():
    r, n = (0.8, 0.8, 0.3), (10, 10, 10)
    draws = np.tanh(np.arctanh(r) + np.random.default_rng(0).standard_normal((2000, 3)) / np.sqrt(7)).T
    possible = draws[:, feasible(*draws)]
    assert 0 < possible.shape[1] < 2000
    expected = np.quantile(two_predictor(*possible).indirect, [0.025, 0.975])
    found = indirect_interval(*r, *n, draws=2000)
    assert (found.simulated_low, found.simulated_high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: two_predictor(0.9, 0.9, -0.5), "no three variables"),
        (lambda: two_predictor([0.1, 0.9], 0.9, -0.5), "no three variables"),
        (lambda: two_predictor(1.0, 0.5, 0.5), "correlate perfectly"),
        (lambda: two_predictor(1.2, 0.5, 0.5), "outside -1 to 1"),
        (lambda: feasible(0.2, 0.2, float("nan")), "outside -1 to 1"),
        (lambda: over_box(np.sin, "<.05"), "no end on one side"),
        (lambda: over_box(lambda x: np.where(x > 0.5, np.nan, x), (0.0, 1.0)), "no value at some point"),
        (lambda: indirect_interval(0.2, 0.2, 0.2, 3, 50, 50), "at least 4 cases"),
        (lambda: indirect_interval(0.2, 0.2, 0.2, 50, 50, 50, level=95), "not between 0 and 1"),
        (lambda: indirect_interval(0.2, 1.0, 0.2, 50, 50, 50), "no sampling variance"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_fields_in_order():
    assert Path._fields == ("a", "b", "direct", "indirect", "total", "r2", "product", "share")


def test_chain_of_two_is_the_product_and_its_limits_are_those_of_the_product_distribution():
    links, se = np.array([0.21, 0.36]), np.array([0.03, 0.05])
    found = chain_interval(links, se, draws=400_000, seed=3)
    assert found.estimate == pytest.approx(0.21 * 0.36, rel=1e-15)
    z = np.arctanh(links)

    def below(q):  # P(tanh z1 tanh z2 <= q), z1 > 0 almost surely
        def inner(x):
            return stats.norm.pdf(x, z[0], se[0]) * stats.norm.cdf(
                (np.arctanh(min(q / np.tanh(x), 1 - 1e-15)) - z[1]) / se[1]
            )

        return integrate.quad(inner, 0.06, 0.42, points=[z[0]], epsabs=1e-10)[0]

    for q, p in ((found.simulated_low, 0.025), (found.simulated_high, 0.975)):
        # Monte Carlo error of a tail of .025 in 400,000 draws: about 2.5e-4; four of them.
        assert below(q) == pytest.approx(p, abs=1e-3)


@modest
@given(st.lists(st.tuples(st.floats(-0.9, 0.9), st.floats(0.0, 0.2)), min_size=1, max_size=4))
def test_delta_error_of_a_chain_is_the_numerical_gradient(parts):
    links, se = (np.array(x) for x in zip(*parts, strict=True))
    step = 1e-6
    gradient = [
        (np.tanh(np.arctanh(links) + step * e).prod() - np.tanh(np.arctanh(links) - step * e).prod()) / (2 * step)
        for e in np.eye(len(links))
    ]
    assert chain_interval(links, se, draws=10).se == pytest.approx(
        np.sqrt(np.sum((np.array(gradient) * se) ** 2)), abs=1e-8
    )


def test_the_ends_of_a_chain_correlate_as_the_product_of_its_links():
    a, b, c = 0.5, 0.6, -0.4
    rows = _rows_with_correlations(a, a * b, b)  # x, m, y in a chain: r_xy = a b
    x, _m, y = rows
    assert two_predictor(a, a * b, b).direct == pytest.approx(0, abs=1e-12)
    assert np.corrcoef(x, y)[0, 1] == pytest.approx(chain_interval([a, b], [0, 0], draws=10).estimate)
    assert chain_interval([a, b, c], [0, 0, 0], draws=10).simulated_low == pytest.approx(a * b * c)


def test_chain_draws_are_the_same_for_one_seed():
    first, again = (chain_draws([0.3, 0.4], [0.1, 0.1], draws=50, seed=7) for _ in range(2))
    assert np.array_equal(first, again) and not np.array_equal(
        first, chain_draws([0.3, 0.4], [0.1, 0.1], draws=50, seed=8)
    )


@pytest.mark.parametrize(
    ("links", "se", "message"),
    [
        ([0.2, 0.3], [0.1], "2 links have 1 standard errors"),
        ([], [], "0 links"),
        ([1.0], [0.1], "strictly between -1 and 1"),
        ([np.nan], [0.1], "strictly between -1 and 1"),
        ([0.2], [-0.1], "negative, infinite or missing"),
        ([0.2], [np.inf], "negative, infinite or missing"),
        ([0.2], [np.nan], "negative, infinite or missing"),
    ],
)
def test_chains_without_an_answer(links, se, message):
    with pytest.raises(RestatedError, match=message):
        chain_interval(links, se)


def test_a_chain_needs_a_level_between_0_and_1():
    with pytest.raises(RestatedError, match="level 95"):
        chain_interval([0.2], [0.1], level=95)


def test_equations_with_the_same_predictors_are_least_squares():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    design = np.zeros((30, 2, 6))
    design[:, 0, :3] = design[:, 1, 3:] = x
    found = equations(y, design)
    separate = [sm.OLS(y[:, i], x).fit() for i in range(2)]
    assert found.coefficients == pytest.approx(np.concatenate([fit.params for fit in separate]))
    errors = np.transpose([fit.resid for fit in separate])
    assert found.covariance == pytest.approx(errors.T @ errors / 30)


def test_equations_are_at_the_maximum_of_the_likelihood_and_fit_many_data_sets_at_once():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4, 50, 2, 3))
    y = (x @ [1.0, -0.5, 0.2]) + rng.normal(size=(4, 50, 2)) @ [[1, 0.6], [0, 0.8]]

    def loss(b):
        errors = y[2] - x[2] @ b
        return np.linalg.slogdet(errors.T @ errors / 50)[1]

    found = equations(y, x)
    assert found.coefficients[2] == pytest.approx(equations(y[2], x[2]).coefficients)
    best = loss(found.coefficients[2])
    for step in 1e-3 * np.vstack([np.eye(3), -np.eye(3)]):
        assert loss(found.coefficients[2] + step) > best


def test_equations_without_an_answer():
    x = np.random.default_rng(4).normal(size=(20, 2, 1))
    with pytest.raises(RestatedError, match="not determined"):
        equations(x[..., 0], np.concatenate([x, x], axis=-1))
    with pytest.raises(RestatedError, match="perfectly dependent"):
        equations(np.repeat(x[:, :1, 0], 2, axis=1), np.ones((20, 2, 1)))
    with pytest.raises(RestatedError, match="do not fit together"):
        equations(x[..., 0], x[:10])
