"""Growth models: against lme4, nlme, statsmodels and the likelihood child by child, and with known truth."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.growth import simulate
from restated.errors import RestatedError
from restated.estimate import growth
from tests.reference import load

REFERENCE = load("growth")
INSIDE = ("orthodont", "sleepstudy", "scattered", "dropout", "cubic", "weak")
#: On the boundary: a correlation of -1 or 1, or no variance between children.
SINGULAR = ("flat", "parallel", "origin", "noise")
#: Log-likelihood, absolute: worst observed difference 3e-11 from lme4, 5e-7 from nlme.
LOG_LIKELIHOOD = 1e-5
#: Fixed effects in standard errors, standard errors and variances relative to the largest: both sides search
#: where the likelihood is flat. Worst observed 7e-6 from lme4, 3e-5 from nlme.
ESTIMATE = 1e-4
#: statsmodels' search stops earlier: worst observed 1e-4 in the variances of the three sets compared.
STATSMODELS = 1e-3
#: The same sums in another order.
REORDERED = 1e-6
quick = settings(deadline=None, derandomize=True, max_examples=25)
# Data drawn for tests.
TIMES = (0.0, 1.0, 2.0, 4.0, 5.0)
FIXED, RANDOM, RESIDUAL = (10.0, -0.5, 2.0, 0.4), ((4.0, -0.4), (-0.4, 0.5)), 2.0


def data(name):
    content = REFERENCE["data"][name]
    y = np.array(content["y"], dtype=float)
    return y, content["times"], np.array(content["covariates"], float).reshape(len(y), -1), content["degree"]


def fit_one(y, times, covariates, **options):
    return growth.fit_batch([y], times, covariates, **options)


def drawn(seed, draws, children=40, missing=0.2):
    """Covariate of two values, and data sets drawn from a known model."""
    rng = np.random.default_rng(seed)
    covariates = np.arange(children) % 2
    truth = (FIXED, RANDOM, RESIDUAL)
    return covariates, np.array([simulate(TIMES, covariates, *truth, missing=missing, rng=rng) for _ in range(draws)])


# --- against other software -----------------------------------------------------------------------


def test_the_grid_of_cases_is_complete_and_has_both_kinds():
    cases = [(case["data"], case["method"]) for case in REFERENCE["cases"]]
    assert sorted(cases) == sorted(itertools.product(INSIDE + SINGULAR, ("REML", "ML")))
    assert {case["data"] for case in REFERENCE["cases"] if case["singular"]} == set(SINGULAR)


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: f"{case['data']}-{case['method']}")
def test_a_batch_of_one_matches_lme4(case):
    y, times, covariates, degree = data(case["data"])
    fit = fit_one(y, times, covariates, degree=degree, method=case["method"])
    se = np.array(case["se"])
    assert fit.log_likelihood[0] == pytest.approx(case["log_likelihood"], abs=LOG_LIKELIHOOD)
    assert (np.abs(fit.fixed[0] - case["fixed"]) <= ESTIMATE * se).all()
    np.testing.assert_allclose(fit.fixed_se[0], se, rtol=ESTIMATE)
    largest = max(np.abs(case["random"]).max(), case["residual"])
    np.testing.assert_allclose(fit.random_covariance[0], case["random"], atol=ESTIMATE * largest)
    assert fit.residual_variance[0] == pytest.approx(case["residual"], rel=ESTIMATE)
    assert bool(fit.singular[0]) == case["singular"]
    assert (fit.subjects[0], fit.observations[0]) == (np.isfinite(y).any(axis=1).sum(), np.isfinite(y).sum())


@pytest.mark.parametrize(
    "case",
    [case for case in REFERENCE["cases"] if not case["singular"]],
    ids=lambda case: f"{case['data']}-{case['method']}",
)
def test_a_batch_of_one_matches_nlme(case):
    y, times, covariates, degree = data(case["data"])
    fit = fit_one(y, times, covariates, degree=degree, method=case["method"])
    assert fit.log_likelihood[0] == pytest.approx(case["nlme"]["log_likelihood"], abs=LOG_LIKELIHOOD)
    assert (np.abs(fit.fixed[0] - case["nlme"]["fixed"]) <= ESTIMATE * np.array(case["se"])).all()
    assert fit.residual_variance[0] == pytest.approx(case["nlme"]["residual"], rel=ESTIMATE)


# Not orthodont: with ages far from 0, statsmodels does not find its REML maximum, and says so.
@pytest.mark.parametrize("name", ["scattered", "dropout", "cubic"])
@pytest.mark.parametrize("method", ["REML", "ML"])
def test_the_reference_route_through_statsmodels_agrees(name, method):
    y, times, covariates, degree = data(name)
    single = growth.fit(y, times, covariates, degree=degree, method=method)
    batch = fit_one(y, times, covariates, degree=degree, method=method)
    assert single.converged and single.names == batch.names
    assert single.log_likelihood == pytest.approx(batch.log_likelihood[0], abs=LOG_LIKELIHOOD)
    assert (np.abs(single.fixed - batch.fixed[0]) <= STATSMODELS * batch.fixed_se[0]).all()
    np.testing.assert_allclose(single.fixed_se, batch.fixed_se[0], rtol=0.01)  # another definition: see `fit`
    random = batch.random_covariance[0]
    np.testing.assert_allclose(single.random_covariance, random, atol=STATSMODELS * np.abs(random).max())
    assert single.residual_variance == pytest.approx(batch.residual_variance[0], rel=STATSMODELS)
    assert (single.subjects, single.observations) == (batch.subjects[0], batch.observations[0])


LATENT = load("growthsem")


def test_the_latent_growth_cases_have_complete_and_lost_ratings():
    missing = {
        case["data"]: np.isnan(np.array(LATENT["data"][case["data"]]["y"], float)).any() for case in LATENT["cases"]
    }
    assert missing == {"complete": False, "lost": True}


@pytest.mark.parametrize("case", LATENT["cases"], ids=lambda case: case["data"])
def test_the_structural_equation_form_gives_the_same_estimates(case):
    content = LATENT["data"][case["data"]]
    fit = fit_one(np.array(content["y"], float), content["times"], np.array(content["covariates"], float), method="ML")
    assert fit.log_likelihood[0] == pytest.approx(case["log_likelihood"], abs=LOG_LIKELIHOOD)
    assert fit.log_likelihood[0] == pytest.approx(case["lme4_log_likelihood"], abs=LOG_LIKELIHOOD)
    assert (np.abs(fit.fixed[0] - case["fixed"]) <= ESTIMATE * np.array(case["se"])).all()
    # lavaan's standard errors come from the observed information, which differs where ratings are lost.
    np.testing.assert_allclose(fit.fixed_se[0], case["se"], rtol=1e-3)
    np.testing.assert_allclose(fit.random_covariance[0], case["random"], atol=ESTIMATE)
    assert fit.residual_variance[0] == pytest.approx(case["residual"], rel=ESTIMATE)


# --- against the likelihood written out child by child --------------------------------------------


def log_likelihood(y, times, x, degree, random, residual, method):
    """Profiled over the fixed effects; nothing of the module is used."""
    design = np.column_stack([np.ones(len(x)), x])
    powers = np.vander(times, degree + 1, increasing=True)
    seen = np.isfinite(y)
    X = [np.kron(row, powers[s]) for row, s in zip(design[:, None], seen, strict=True)]
    V = [powers[s, :2] @ random @ powers[s, :2].T + residual * np.eye(s.sum()) for s in seen]
    information = sum(x.T @ np.linalg.solve(v, x) for x, v in zip(X, V, strict=True))
    beta = np.linalg.solve(
        information, sum(x.T @ np.linalg.solve(v, row[s]) for x, v, row, s in zip(X, V, y, seen, strict=True))
    )
    total = sum(
        stats.multivariate_normal.logpdf(row[s], x @ beta, v)
        for x, v, row, s in zip(X, V, y, seen, strict=True)
        if s.any()
    )
    if method == "REML":
        total += len(beta) / 2 * np.log(2 * np.pi) - np.linalg.slogdet(information)[1] / 2
    return total


@quick
@given(
    seed=st.integers(0, 10_000),
    method=st.sampled_from(["REML", "ML"]),
    degree=st.sampled_from([1, 2]),
    missing=st.sampled_from([0.0, 0.3]),
    strength=st.sampled_from([0.0, 0.05, 1.0, 30.0]),
)
def test_the_estimate_is_the_maximum_of_the_likelihood(seed, method, degree, missing, strength):
    rng = np.random.default_rng(seed)
    root = strength * rng.normal(size=(2, 2))
    x, fixed = rng.normal(size=15), rng.normal(size=2 * (degree + 1))
    y = simulate(TIMES, x, fixed, root @ root.T, 1.0, missing=missing, rng=rng)
    fit = fit_one(y, TIMES, x, degree=degree, method=method)
    random, residual = fit.random_covariance[0], fit.residual_variance[0]

    def height(random, residual):
        return log_likelihood(y, TIMES, x, degree, random, residual, method)

    assert fit.log_likelihood[0] == pytest.approx(height(random, residual), abs=1e-6)
    assert np.linalg.eigvalsh(random)[0] >= -1e-9 * np.linalg.eigvalsh(random)[1]
    values, vectors = np.linalg.eigh(random)
    here = vectors * np.sqrt(np.maximum(values, 0))
    for size in np.repeat([0.01, 0.1, 0.5], 4):  # near and far; any root gives a covariance matrix
        other = here + size * np.sqrt(residual + values[1]) * rng.normal(size=(2, 2)) / [[1], [max(TIMES)]]
        lower = height(other @ other.T, residual * np.exp(size * rng.normal()))
        assert lower <= fit.log_likelihood[0] + 1e-6


def test_a_boundary_on_which_other_searches_stay_is_left():
    """Two of lme4's searches stop at an intercept variance of 0; with a negative covariance it is higher."""
    y, times, covariates, degree = data("origin")
    fit = fit_one(y, times, covariates)
    stuck = log_likelihood(y, times, covariates, degree, np.diag([0, 0.37175537]), 3.75620543, "REML")
    assert fit.log_likelihood[0] > stuck + 0.05
    assert fit.random_covariance[0, 0, 1] < 0


# --- batches --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["REML", "ML"])
def test_every_data_set_of_a_batch_is_fitted_as_if_alone(method):
    covariates, y = drawn(5, growth.CHUNK + 3)
    y[3::4] = np.round(y[3::4, ::-1])  # other patterns of missing waves, other values
    together = growth.fit_batch(iter(y), TIMES, covariates, method=method)
    assert len(together.fixed) == growth.CHUNK + 3
    for i in (0, 3, growth.CHUNK - 1, growth.CHUNK, growth.CHUNK + 2):
        alone = fit_one(y[i], TIMES, covariates, method=method)
        assert together.log_likelihood[i] == pytest.approx(alone.log_likelihood[0], abs=REORDERED)
        for field in ("fixed", "fixed_covariance", "random_covariance", "residual_variance"):
            np.testing.assert_allclose(
                getattr(together, field)[i], getattr(alone, field)[0], rtol=REORDERED, atol=REORDERED
            )


def test_memory_does_not_grow_with_the_number_of_data_sets():
    covariates, y = drawn(6, growth.CHUNK, children=200)

    def peak(rounds):
        tracemalloc.start()
        growth.fit_batch((one for _ in range(rounds) for one in y), TIMES, covariates)
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(1)
    assert peak(6) < 1.2 * peak(2)


def test_known_truth_is_recovered():
    draws, truth = 120, np.array([*FIXED, *np.ravel(RANDOM), RESIDUAL])
    covariates, y = drawn(7, draws, children=200)
    fit = growth.fit_batch(y, TIMES, covariates)
    estimates = np.column_stack([fit.fixed, fit.random_covariance.reshape(draws, 4), fit.residual_variance])
    error = estimates.std(axis=0, ddof=1) / np.sqrt(draws)
    # Four standard errors of a mean over the draws: eight correct means stay inside but once in 2,000 seeds.
    assert (np.abs(estimates.mean(axis=0) - truth) <= 4 * error).all()
    # A standard deviation from 120 draws has a relative standard error of 6.5 %.
    np.testing.assert_allclose(fit.fixed_se.mean(axis=0), fit.fixed.std(axis=0, ddof=1), rtol=0.26)


def test_reml_corrects_the_variances_for_the_fixed_effects():
    covariates, y = drawn(8, 60, children=20, missing=0.0)
    reml, ml = (growth.fit_batch(y, TIMES, covariates, degree=3, method=method) for method in ("REML", "ML"))
    assert (reml.residual_variance > ml.residual_variance).all()


# --- what must not matter -------------------------------------------------------------------------


@quick
@given(seed=st.integers(0, 10_000))
def test_the_order_of_children_and_waves_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    covariates, y = drawn(seed, 1)
    children, waves = rng.permutation(y.shape[1]), rng.permutation(y.shape[2])
    one = growth.fit_batch(y, TIMES, covariates)
    other = growth.fit_batch(y[:, children][:, :, waves], np.array(TIMES)[waves], covariates[children])
    np.testing.assert_allclose(other.fixed, one.fixed, rtol=REORDERED, atol=REORDERED)
    np.testing.assert_allclose(other.random_covariance, one.random_covariance, rtol=REORDERED, atol=REORDERED)


@quick
@given(
    seed=st.integers(0, 10_000),
    shift=st.floats(-5, 5),
    factor=st.floats(0.01, 100),
    level=st.floats(-1e4, 1e4),
    unit=st.floats(1e-3, 1e3),
)
def test_units_and_origins_change_the_estimates_as_they_should(seed, shift, factor, level, unit):
    covariates, y = drawn(seed, 1)
    one = growth.fit_batch(y, TIMES, covariates)
    other = growth.fit_batch(level + unit * y, shift + factor * np.array(TIMES), covariates)
    # Intercept and slope at the new origin and unit of time, from those at the old one.
    move = np.array([[1.0, -shift / factor], [0.0, 1 / factor]])
    tolerance = {"rtol": 1e-5, "atol": 1e-5 * unit**2 * max(1, np.abs(move).max()) ** 2}
    np.testing.assert_allclose(
        other.random_covariance[0], unit**2 * move @ one.random_covariance[0] @ move.T, **tolerance
    )
    assert other.residual_variance[0] == pytest.approx(unit**2 * one.residual_variance[0], rel=1e-5)
    expected = unit * one.fixed[0].reshape(2, 2) @ move.T
    expected[0, 0] += level
    scale = np.abs(move).max() * unit * 10
    np.testing.assert_allclose(other.fixed[0].reshape(2, 2), expected, rtol=1e-6, atol=1e-6 * scale)


# --- simulation, names, bad input -----------------------------------------------------------------


def test_simulated_data_have_the_moments_of_the_model():
    rng = np.random.default_rng(9)
    random, children = np.array([[4.0, 1.2], [1.2, 0.36]]), 20_000  # correlation 1
    y = simulate([0, 1, 2], np.ones((children, 0)), [1, 2, 3], random, 0.5, missing=0.25, rng=rng)
    # Five standard errors each: of a mean, of a share, of a covariance (that of the largest variance).
    powers = np.vander([0, 1, 2], 3, increasing=True)
    covariance = powers[:, :2] @ random @ powers[:, :2].T + 0.5 * np.eye(3)
    sizes = np.sqrt(np.diag(covariance) / (0.75 * children))
    assert (np.abs(np.nanmean(y, axis=0) - powers @ [1, 2, 3]) <= 5 * sizes).all()
    assert abs(np.isnan(y).mean() - 0.25) <= 5 * np.sqrt(0.25 * 0.75 / y.size)
    observed = pd.DataFrame(y).cov().to_numpy()
    assert (np.abs(observed - covariance) <= 5 * covariance.max() * np.sqrt(2 / (0.5 * children))).all()


def test_fixed_effects_are_named_covariate_by_covariate():
    y, times, covariates, _ = data("orthodont")
    assert fit_one(y, times, covariates, degree=2).names == (
        "intercept",
        "time",
        "time^2",
        "x1",
        "x1:time",
        "x1:time^2",
    )
    assert fit_one(y, times, pd.DataFrame({"male": covariates[:, 0]})).names == (
        "intercept",
        "time",
        "male",
        "male:time",
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"times": [8, 10, np.nan, 14]}, "field 'times': an entry is missing"),
        ({"times": [8, 10, 10, 14]}, "field 'times'.*different numbers"),
        ({"times": [8, 10, 12]}, r"data set 0 has shape \(27, 4\), but covariates and times ask for \(27, 3\)"),
        ({"times": [1e11, 1e11 + 1, 1e11 + 2, 1e11 + 3]}, "field 'times'.*Centre the times"),
        ({"covariates": np.ones((27, 1))}, "field 'covariates'.*collinear"),
        ({"covariates": np.arange(5.0)}, r"\(27, 4\).*\(5, 4\)"),
        ({"covariates": ["a"] * 27}, "field 'covariates': not all entries are numbers"),
        ({"method": "OLS"}, "'OLS'.*REML, ML"),
        ({"degree": 0}, "degree 0"),
        ({"degree": 4}, "degree 4 needs at least 5 waves"),
        ({"y": np.full((27, 4), np.nan)}, "data set 0 does not determine"),
        ({"y": np.full((27, 4), 0.1)}, "data set 0 has one value only"),
        ({"y": np.tile([1.0, 2.0, 3.0, 4.0], (27, 1))}, "data set 0 has no variation around"),
        ({"y": np.outer(np.arange(27.0) ** 2, [1.0, 2.0, 3.0, 4.0])}, "data set 0"),
        ({"y": np.full((27, 4), np.inf)}, "infinite"),
        ({"y": [["a"] * 4] * 27}, "not numbers"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_bad_input_is_refused_by_both_routes(change, says):
    y, times, covariates, _ = data("orthodont")
    arguments = {"y": y, "times": times, "covariates": covariates} | change
    with pytest.raises(RestatedError, match=says):
        growth.fit_batch([arguments.pop("y")], **arguments)
    if not says.startswith("data set 0 has") and "y" not in change:
        with pytest.raises(RestatedError, match=says):
            growth.fit(y, **arguments)


def test_children_with_two_waves_determine_no_variances():
    y, times, covariates, _ = data("orthodont")
    y[:, 2:] = np.nan
    for fit in (growth.fit, fit_one):
        with pytest.raises(RestatedError, match="three or more waves"):
            fit(y, times, covariates)


def test_a_covariate_seen_at_one_wave_only_has_no_slope():
    y, times, covariates, _ = data("orthodont")
    y[covariates[:, 0] == 1, 1:] = np.nan
    with pytest.raises(RestatedError, match="data set 1 does not determine 4 fixed effects"):
        growth.fit_batch([data("orthodont")[0], y], times, covariates)


def test_no_data_set_is_refused():
    with pytest.raises(RestatedError, match="no data set"):
        growth.fit_batch([], TIMES, np.arange(4))
