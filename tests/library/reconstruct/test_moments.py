"""Rows with exact moments, for every shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.reconstruct.moments import exact_moments, exact_samples, sd_range

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
    x = exact_samples(n, mean, sd, kind, zeros=zeros, draws=1, seed=seed)[0]
    assert x.mean() == pytest.approx(mean, rel=1e-12)
    assert x.std(ddof=1) == pytest.approx(sd, rel=1e-9)
    assert x.min() >= 0
    # Extreme spreads push small gamma values below the smallest float; otherwise exactly the asked zeros
    # are zero.
    assert np.sum(x == 0) == zeros or (kind == "gamma" and np.sum(x == 0) > zeros and sd > mean)


@pytest.mark.parametrize(
    ("kind", "quantile"),
    [
        ("lognormal", lambda u, cv: np.exp(stats.norm.ppf(u) * np.sqrt(np.log1p(cv**2)))),
        ("gamma", lambda u, cv: stats.gamma.ppf(u, 1 / cv**2)),
    ],
)
def test_large_samples_have_the_shape(kind, quantile):
    x = np.sort(exact_samples(4000, 10.0, 6.0, kind, draws=1, seed=1)[0])
    u = (np.arange(4000) + 0.5) / 4000
    assert np.corrcoef(x, quantile(u, 0.6))[0, 1] > 0.998


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
    ("arguments", "message"),
    [
        ((3, [1, 2, 3], [1, 1, 1]), "n = 3 conflicts with 3 columns"),
        ((10, [1, 2], [1]), "2 means and 1 SDs"),
        ((10, [1, 2], [1, 0]), "the SD 0 of column 2 is zero"),
        ((10, [1, 2], [-1, 1]), "the SD -1 of column 1 is negative"),
        ((10, [1, np.nan], [1, 1]), "column 2 is missing or not finite"),
        ((10, [1, 2], [1, 1], [[1, 0.5], [0.4, 1]]), "not a correlation matrix"),
        (
            (10, [0, 0, 0], [1, 1, 1], [[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]]),
            "correlations conflict with each other: smallest eigenvalue -0.8",
        ),
    ],
)
def test_requests_that_contradict_themselves(arguments, message):
    with pytest.raises(RestatedError, match=message):
        exact_moments(*arguments)


@pytest.mark.parametrize(
    ("arguments", "zeros", "message"),
    [
        ((10, 1, 1, "weibull"), 0, "unknown shape 'weibull'. Use one of lognormal, gamma"),
        ((10, -1, 1, "gamma"), 0, "the mean -1 conflicts with a gamma shape"),
        ((10, 1, 0, "gamma"), 0, "the SD 0 of column 1 is zero"),
        ((10, 1, 1, "gamma"), 9, "9 zeros conflict with n = 10"),
        ((10, 1, 3.2, "lognormal"), 0, "the SD 3.2 conflicts with the mean 1 .* must be between 0 and 3.16228"),
        ((10, 1, 0.9, "gamma"), 5, "the SD 0.9 conflicts with the mean 1 .* 5 zeros.* 1.05409"),
        ((10, 1e9, 1.0, "gamma"), 0, "conflicts with the mean .* gamma shape"),
        ((19, 1.0, 3.2, "gamma"), 0, "near its upper limit"),
    ],
)
def test_samples_that_contradict_themselves(arguments, zeros, message):
    with pytest.raises(RestatedError, match=message):
        exact_samples(*arguments, zeros=zeros, draws=300, seed=1)


@pytest.mark.parametrize("kind", ["lognormal", "gamma"])
@pytest.mark.parametrize("zeros", [0, 6])
@pytest.mark.parametrize("cv", [0.8, 1.7, 2.6])
def test_samples_in_bulk_have_exact_moments_and_their_zeros(kind, zeros, cv):
    samples = exact_samples(20, 3.0, 3.0 * cv, kind, zeros=zeros, draws=25, seed=4)
    assert samples.shape == (25, 20)
    assert samples.mean(axis=1) == pytest.approx(3.0, rel=1e-12)
    assert samples.std(axis=1, ddof=1) == pytest.approx(3.0 * cv, rel=1e-12)
    assert ((samples == 0).sum(axis=1) == zeros).all() and (samples >= 0).all()
    # Zeros and large values stand anywhere in a sample, and no two samples are alike.
    assert len(np.unique(samples.argmax(axis=1))) > 1 and len(np.unique(samples.max(axis=1))) == 25
