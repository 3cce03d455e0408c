"""Growth models: against lme4 and statsmodels, single against batch, and with known truth."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import growth

from ..reference import load

REFERENCE = load("growth")
#: Log-likelihoods: both sides iterate to the end. Worst observed 1e-8.
LOG_LIKELIHOOD = 1e-5
#: Fixed effects and variances, relative to their standard error or to the largest variance. lme4's search stops where the
#: likelihood no longer changes; worst observed 2e-5.
ESTIMATE = 1e-4


def data(name):
    content = REFERENCE["data"][name]
    y = np.array([[np.nan if v is None else v for v in child] for child in content["y"]], float)
    return y, content["times"], np.array(content["covariates"], float).reshape(len(y), -1), content["degree"]


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda c: f"{c['data']}-{c['method']}")
def test_a_batch_of_one_matches_lme4(case):
    y, times, covariates, degree = data(case["data"])
    fit = growth.fit_batch([y], times, covariates, degree=degree, method=case["method"])
    # A larger likelihood than lme4's would not be a fault; a smaller one would.
    assert fit.log_likelihood[0] == pytest.approx(case["log_likelihood"], abs=LOG_LIKELIHOOD)
    scale = np.array(case["se"])
    assert np.abs(fit.fixed[0] - case["fixed"]).max() <= ESTIMATE * scale.max()
    np.testing.assert_allclose(fit.fixed_se[0], scale, rtol=ESTIMATE)
    largest = max(np.abs(case["random"]).max(), case["residual"])
    np.testing.assert_allclose(fit.random_covariance[0], case["random"], atol=10 * ESTIMATE * largest)
    assert fit.residual_variance[0] == pytest.approx(case["residual"], rel=10 * ESTIMATE)
    assert bool(fit.singular[0]) == case["singular"]


@pytest.mark.parametrize("name", ["scattered", "dropout", "cubic"])  # statsmodels does not converge on orthodont
def test_the_reference_route_through_statsmodels_agrees(name):
    y, times, covariates, degree = data(name)
    single = growth.fit(y, times, covariates, degree=degree)
    batch = growth.fit_batch([y], times, covariates, degree=degree)
    assert single.log_likelihood == pytest.approx(batch.log_likelihood[0], abs=1e-4)
    np.testing.assert_allclose(single.fixed, batch.fixed[0], atol=1e-3 * batch.fixed_se[0].max())
    assert single.names == batch.names


def test_every_data_set_of_a_batch_is_fitted_as_if_alone():
    y, times, covariates, degree = data("scattered")
    rng = np.random.default_rng(5)
    sets = [y + rng.normal(0, 0.5, y.shape) for _ in range(growth.CHUNK + 3)]  # more than one chunk
    together = growth.fit_batch(iter(sets), times, covariates, degree=degree)
    for i in (0, growth.CHUNK - 1, growth.CHUNK + 2):
        alone = growth.fit_batch([sets[i]], times, covariates, degree=degree)
        assert together.log_likelihood[i] == pytest.approx(alone.log_likelihood[0], abs=1e-6)
        np.testing.assert_allclose(together.fixed[i], alone.fixed[0], rtol=1e-5, atol=1e-6)


def test_the_order_of_children_does_not_matter():
    y, times, covariates, degree = data("dropout")
    order = np.random.default_rng(6).permutation(len(y))
    one, other = (growth.fit_batch([y[o]], times, covariates[o], degree=degree) for o in (slice(None), order))
    np.testing.assert_allclose(one.fixed, other.fixed, rtol=1e-6)


def test_known_truth_is_recovered():
    rng = np.random.default_rng(7)
    children, draws = 200, 120
    covariates = (np.arange(children) % 2)[:, None].astype(float)
    times, truth = np.arange(5.0), np.array([10.0, -0.5, 2.0, 0.4])
    covariance = np.array([[4.0, -0.4], [-0.4, 0.5]])
    sets = (growth.simulate(times, covariates, truth, covariance, 2.0, missing=0.2, rng=rng) for _ in range(draws))
    fit = growth.fit_batch(sets, times, covariates)
    # Five standard errors of the mean over the draws: a correct estimator misses one of these seven about once in a million.
    for estimates, true in (
        (fit.fixed, truth),
        (fit.random_covariance[:, [0, 0, 1], [0, 1, 1]], covariance[[0, 0, 1], [0, 1, 1]]),
        (fit.residual_variance[:, None], np.array([2.0])),
    ):
        error = estimates.std(axis=0, ddof=1) / np.sqrt(draws)
        assert (np.abs(estimates.mean(axis=0) - true) <= 5 * error).all()
    assert fit.fixed_se.mean(axis=0) == pytest.approx(fit.fixed.std(axis=0, ddof=1), rel=0.3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dict(times=[0, 1, np.nan, 3]), "times"),
        (dict(covariates=np.ones((27, 1))), "collinear"),
        (dict(covariates=np.arange(5.0)), "27|5"),
        (dict(method="OLS"), "REML"),
    ],
)
def test_bad_input_is_refused(change, says):
    y, times, covariates, _ = data("orthodont")
    arguments = {"times": times, "covariates": covariates, "method": "REML"} | change
    with pytest.raises(RestatedError, match=says):
        growth.fit_batch([y], arguments["times"], arguments["covariates"], method=arguments["method"])


def test_no_data_set_and_an_empty_data_set_are_refused():
    y, times, covariates, _ = data("orthodont")
    with pytest.raises(RestatedError, match="no data set"):
        growth.fit_batch([], times, covariates)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning), pytest.raises(RestatedError):
        growth.fit_batch([np.full_like(y, np.nan)], times, covariates)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (dict(random_covariance=[[1, 2], [2, 1]]), "eigenvalue"),
        (dict(residual_variance=-1), "negative"),
        (dict(missing=1.0), "probability"),
        (dict(fixed=[1.0, 2.0, 3.0]), "fixed effects"),
    ],
)
def test_impossible_simulations_are_refused(change, says):
    good = dict(fixed=[0, 1, 0, 0], random_covariance=[[1, 0], [0, 1]], residual_variance=1.0, missing=0.0)
    with pytest.raises(RestatedError, match=says):
        growth.simulate([0, 1, 2], np.zeros((4, 1)) + np.arange(4)[:, None], rng=np.random.default_rng(0), **(good | change))
