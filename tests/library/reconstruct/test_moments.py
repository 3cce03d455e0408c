"""Rows with exact moments, for every shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.reconstruct.moments import CORRELATION_TOLERANCE, Shape, exact_moments, exact_samples, sd_range

modest = settings(deadline=None, derandomize=True, max_examples=40)


@modest
@given(st.integers(2, 5), st.integers(0, 60), st.integers(0, 99))
def test_normal_rows_have_the_moments(p, more, seed):
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal((p, p + 2))
    wanted = np.corrcoef(factor)
    wanted = (wanted + wanted.T) / 2
    np.fill_diagonal(wanted, 1.0)
    assume(np.linalg.eigvalsh(wanted)[0] > 1e-3)
    means, sds = rng.normal(0, 10, p), rng.uniform(0.1, 20, p)
    rows = exact_moments(p + 1 + more, means, sds, wanted, seed=seed)
    np.testing.assert_allclose(rows.mean(axis=0), means, atol=1e-11)
    np.testing.assert_allclose(rows.std(axis=0, ddof=1), sds, rtol=1e-11)
    np.testing.assert_allclose(np.corrcoef(rows.T), wanted, atol=1e-11)


@settings(modest, max_examples=25)
@given(
    st.integers(8, 80),
    st.floats(0.1, 1e4),
    st.floats(0.02, 0.5),  # above it the two largest of the sample decide whether a shape can reach the SD
    st.sampled_from(["lognormal", "gamma"]),
    st.floats(0, 0.6),
    st.integers(0, 99),
)
def test_positive_shapes_have_the_moments(n, mean, where, kind, zero_share, seed):
    zeros = int(zero_share * n)
    low, high = sd_range(n, mean, zeros)
    sd = low + where * (high - low)
    x = exact_moments(n, [mean], [sd], shapes=[Shape(kind, zeros)], seed=seed)[:, 0]
    assert x.mean() == pytest.approx(mean, rel=1e-12)
    assert x.std(ddof=1) == pytest.approx(sd, rel=1e-9)
    assert x.min() >= 0
    # Extreme spreads push small gamma values below the smallest float; otherwise exactly the asked zeros
    # are zero.
    assert np.sum(x == 0) == zeros or (kind == "gamma" and np.sum(x == 0) > zeros and sd > mean)


@settings(modest, max_examples=25)
@given(
    st.integers(8, 60),
    st.floats(0.1, 0.9),
    st.floats(0.05, 0.7),
    st.floats(-50, 50),
    st.floats(0.1, 100),
    st.integers(0, 99),
)
def test_bounded_shapes_have_the_moments_and_stay_inside(n, share, spread, low, width, seed):
    mean, high = low + share * width, low + width
    sd = spread * np.sqrt(n / (n - 1) * (high - mean) * (mean - low))
    x = exact_moments(n, [mean], [sd], shapes=[Shape("beta", 0, low, high)], seed=seed)[:, 0]
    assert x.mean() == pytest.approx(mean, rel=1e-9, abs=1e-9 * width)
    assert x.std(ddof=1) == pytest.approx(sd, rel=1e-8)
    assert low <= x.min() and x.max() <= high


def test_bounded_columns_have_the_correlations_too():
    wanted = np.array([[1, 0.4], [0.4, 1]])
    rows = exact_moments(50, [2.5, 10.0], [1.1, 3.0], wanted, shapes=[Shape("beta", 0, 1, 5), "normal"], seed=3)
    assert np.corrcoef(rows.T)[0, 1] == pytest.approx(0.4, abs=2 * CORRELATION_TOLERANCE)
    assert rows[:, 0].min() >= 1 and rows[:, 0].max() <= 5


@pytest.mark.parametrize(
    ("kind", "quantile"),
    [
        ("lognormal", lambda u, cv: np.exp(stats.norm.ppf(u) * np.sqrt(np.log1p(cv**2)))),
        ("gamma", lambda u, cv: stats.gamma.ppf(u, 1 / cv**2)),
    ],
)
def test_large_samples_have_the_shape(kind, quantile):
    x = np.sort(exact_moments(4000, [10.0], [6.0], shapes=[kind], seed=1)[:, 0])
    u = (np.arange(4000) + 0.5) / 4000
    assert np.corrcoef(x, quantile(u, 0.6))[0, 1] > 0.998


@pytest.mark.parametrize(
    "shapes",
    [
        ["lognormal", "normal", "gamma"],
        [Shape("lognormal", 8), "gamma", "normal"],
        [Shape("gamma", 20), Shape("lognormal", 10), "lognormal"],
    ],
)
def test_shaped_columns_have_the_correlations(shapes):
    wanted = np.array([[1, 0.3, -0.2], [0.3, 1, 0.25], [-0.2, 0.25, 1]])
    means, sds = [20.0, 3.0, 7.0], [24.0, 2.0, 5.0]
    rows = exact_moments(60, means, sds, wanted, shapes=shapes, seed=4)
    np.testing.assert_allclose(np.corrcoef(rows.T), wanted, atol=2 * CORRELATION_TOLERANCE)
    np.testing.assert_allclose(rows.mean(axis=0), means, rtol=1e-12)
    np.testing.assert_allclose(rows.std(axis=0, ddof=1), sds, rtol=1e-9)


def test_uncorrelated_by_default_and_deterministic():
    rows = exact_moments(30, [0, 0], [1, 1], seed=5)
    assert np.corrcoef(rows.T)[0, 1] == pytest.approx(0, abs=1e-13)
    assert np.array_equal(rows, exact_moments(30, [0, 0], [1, 1], seed=5))
    assert not np.array_equal(rows, exact_moments(30, [0, 0], [1, 1], seed=6))


@modest
@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=12), st.integers(0, 5))
def test_no_sample_leaves_the_sd_range(positive, zeros):
    x = np.array([*positive, *[0.0] * zeros])
    low, high = sd_range(len(x), x.mean(), zeros)
    assert low * (1 - 1e-9) - 1e-9 <= x.std(ddof=1) <= high * (1 + 1e-9)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((3, [1, 2, 3], [1, 1, 1]), {}, "n = 3 conflicts with 3 columns"),
        ((10, [1, 2], [1]), {}, "2 means and 1 SDs"),
        ((10, [1, 2], [1, 0]), {}, "the SD 0 of column 2 is zero"),
        ((10, [1, 2], [-1, 1]), {}, "the SD -1 of column 1 is negative"),
        ((10, [1, np.nan], [1, 1]), {}, "column 2 is missing or not finite"),
        ((10, [1], [1]), {"shapes": [Shape("beta")]}, "only a beta shape has limits"),
        ((10, [1], [1]), {"shapes": [Shape("gamma", low=0, high=5)]}, "only a beta shape has limits"),
        ((10, [1], [1]), {"shapes": [Shape("beta", 2, 0, 5)]}, "zeros conflict with a beta shape"),
        ((10, [6], [1]), {"shapes": [Shape("beta", 0, 0, 5)]}, "the mean 6 conflicts with the limits 0 and 5"),
        (
            (10, [2], [2.7]),
            {"shapes": [Shape("beta", 0, 0, 5)]},
            "the SD 2.7 conflicts with the mean 2 and the limits 0 and 5: with n = 10 it stays below 2.58199",
        ),
        ((10, [1, 2], [1, 1], [[1, 0.5], [0.4, 1]]), {}, "not a correlation matrix"),
        (
            (10, [0, 0, 0], [1, 1, 1], [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]),
            {},
            "correlations conflict with each other: smallest eigenvalue -0.8",
        ),
        ((10, [1, 2], [1, 1]), {"shapes": ["gamma"]}, "1 shapes conflict with 2 columns"),
        ((10, [1], [1]), {"shapes": ["weibull"]}, "unknown shape"),
        ((10, [1], [1]), {"shapes": [Shape("normal", 2)]}, "zeros conflict with a normal shape"),
        ((10, [-1], [1]), {"shapes": ["gamma"]}, "the mean -1 conflicts with a gamma shape"),
        ((10, [1], [1]), {"shapes": [Shape("gamma", 9)]}, "9 zeros conflict with n = 10"),
        (
            (10, [1], [3.2]),
            {"shapes": ["lognormal"]},
            "the SD 3.2 conflicts with the mean 1 .* must be between 0 and 3.16228",
        ),
        (
            (10, [1], [0.9]),
            {"shapes": [Shape("gamma", 5)]},
            "the SD 0.9 conflicts with the mean 1 .* 5 zeros.* 1.05409",
        ),
        ((10, [1e9], [1.0]), {"shapes": ["gamma"]}, "conflicts with the mean .* gamma shape"),
        (
            (40, [1, 1], [3, 3], [[1, -0.9], [-0.9, 1]]),
            {"shapes": ["lognormal", "lognormal"]},
            "correlations conflict with the shapes",
        ),
    ],
)
def test_requests_that_contradict_themselves(arguments, options, message):
    with pytest.raises(RestatedError, match=message):
        exact_moments(*arguments, **options)


@pytest.mark.parametrize("kind", ["lognormal", "gamma"])
@pytest.mark.parametrize("zeros", [0, 6])
@pytest.mark.parametrize("cv", [0.8, 1.7, 2.6])
def test_samples_in_bulk_have_exact_moments_and_their_zeros(kind, zeros, cv):
    samples = exact_samples(20, 3.0, 3.0 * cv, Shape(kind, zeros), draws=25, seed=4)
    assert samples.shape == (25, 20)
    assert samples.mean(axis=1) == pytest.approx(3.0, rel=1e-12)
    assert samples.std(axis=1, ddof=1) == pytest.approx(3.0 * cv, rel=1e-12)
    assert ((samples == 0).sum(axis=1) == zeros).all() and (samples >= 0).all()
    # Zeros and large values stand anywhere in a sample, and no two samples are alike.
    assert len(np.unique(samples.argmax(axis=1))) > 1 and len(np.unique(samples.max(axis=1))) == 25


@pytest.mark.parametrize("shape", [Shape("lognormal"), Shape("gamma", 4)])
def test_one_sample_in_bulk_is_the_single_one(shape):
    single = exact_moments(15, [2.0], [3.0], shapes=[shape], seed=9)[:, 0]
    bulk = exact_samples(15, 2.0, 3.0, shape, draws=1, seed=9)[0]
    assert np.sort(bulk) == pytest.approx(np.sort(single), rel=1e-10)


def test_bulk_samples_need_a_positive_shape_and_a_possible_sd():
    with pytest.raises(RestatedError, match="positive shapes only"):
        exact_samples(10, 1.0, 1.0, "normal", draws=2)
    with pytest.raises(RestatedError, match="it must be between"):
        exact_samples(10, 1.0, 4.0, "gamma", draws=2)
    with pytest.raises(RestatedError, match="near its upper limit"):
        exact_samples(19, 1.0, 3.2, "gamma", draws=300, seed=1)
