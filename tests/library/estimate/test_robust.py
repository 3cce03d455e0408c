from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.estimate import meta, robust
from tests.reference import CLOSED_FORM, assert_matches, load

REFERENCE = load("robust")
quick = settings(deadline=None, derandomize=True, max_examples=40)


def run(case):
    values = REFERENCE["data"][case["data"]]
    arguments = values["y"], values["v"], values["cluster"]
    options = {"rho": case["rho"], "small": case["small"]}
    if case["formula"] == "y ~ 1":
        return robust.fit(*arguments, **options)
    return robust.fit_regression(*arguments, values["x"], **options)


def label(case):
    return f"{case['data']}-{case['rho']}-{'small' if case['small'] else 'large'}-{case['formula']}"


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=label)
def test_robust_variance_matches_robumeta(case):
    result = run(case)
    for field in ("estimate", "se", "df", "statistic", "p", "ci_low", "ci_high", "tau2", "i2", "weights", "clusters"):
        assert_matches(getattr(result, field), case[field], CLOSED_FORM, (field, case["call"]))


@pytest.mark.parametrize("case", [c for c in REFERENCE["cases"] if c["small"]], ids=label)
def test_robust_variance_matches_clubsandwich(case):
    result, reference = run(case), case["clubsandwich"]
    for field in ("estimate", "se", "df", "p"):
        assert_matches(getattr(result, field), reference[field], CLOSED_FORM, (field, reference["call"]))


def test_the_reference_has_clusters_of_several_effects():
    for values in REFERENCE["data"].values():
        assert len(set(values["cluster"])) < len(values["cluster"])


@st.composite
def clustered(draw):
    sizes = draw(st.lists(st.integers(1, 4), min_size=3, max_size=8))
    k = sum(sizes)
    y = np.array(draw(st.lists(st.integers(-200, 200), min_size=k, max_size=k))) / 100
    v = np.array(draw(st.lists(st.integers(5, 500), min_size=k, max_size=k))) / 1000
    return y + np.arange(k) / 997, v, np.repeat(np.arange(len(sizes)), sizes)  # never all equal


@quick
@given(clustered(), st.floats(0, 1), st.floats(-3, 3), st.floats(0.1, 10))
def test_order_labels_shift_and_scale(sample, rho, shift, scale):
    y, v, cluster = sample
    base = robust.fit(y, v, cluster, rho=rho)
    order = np.random.default_rng(len(y)).permutation(len(y))
    names = np.array([f"sample {9 - c}" for c in cluster])
    mixed = robust.fit(y[order], v[order], names[order], rho=rho)
    moved = robust.fit(scale * y + shift, scale**2 * v, cluster, rho=rho)
    assert base.tau2 >= 0 and 0 <= base.i2 < 100
    for field in ("estimate", "se", "df", "tau2"):
        assert getattr(mixed, field) == pytest.approx(getattr(base, field), rel=1e-7, abs=1e-9)
    np.testing.assert_allclose(mixed.weights, base.weights[order], rtol=1e-7)
    assert moved.estimate == pytest.approx(scale * base.estimate + shift, rel=1e-7, abs=1e-7)
    assert moved.se == pytest.approx(scale * base.se, rel=1e-7)
    assert moved.df == pytest.approx(base.df, rel=1e-7)


@quick
@given(clustered())
def test_one_effect_for_each_cluster_is_dersimonian_laird(sample):
    y, v, _ = sample
    result = robust.fit(y, v, np.arange(len(y)))
    classic = meta.fit(y, v, method="DL")
    assert result.tau2 == pytest.approx(classic.tau2, abs=1e-10)
    assert result.estimate == pytest.approx(classic.estimate, rel=1e-9, abs=1e-12)
    assert result.i2 == pytest.approx(classic.i2_q, abs=1e-7)


@quick
@given(clustered())
def test_an_effect_given_twice_counts_once(sample):
    y, v, cluster = sample
    once = robust.fit(y, v, cluster, rho=1.0)
    twice = robust.fit(np.repeat(y, 2), np.repeat(v, 2), np.repeat(cluster, 2), rho=1.0)
    assert twice.estimate == pytest.approx(once.estimate, rel=1e-8, abs=1e-10)
    assert twice.se == pytest.approx(once.se, rel=1e-7)


@pytest.mark.full
def test_simulated_clusters_recover_the_mean_and_its_coverage():
    """Effects of one sample share an error: robust intervals keep their level all the same."""
    rng, runs, covered, found = np.random.default_rng(12), 400, 0, []
    cluster = np.repeat(np.arange(40), 3)
    v = np.repeat(1 / rng.integers(20, 100, 40), 3)
    for _ in range(runs):
        shared = rng.normal(0, np.sqrt(0.8 * v[::3] + 0.02))[cluster]
        fit = robust.fit(0.25 + shared + rng.normal(0, np.sqrt(0.2 * v)), v, cluster)
        covered += fit.ci_low <= 0.25 <= fit.ci_high
        found.append(fit.estimate)
    assert abs(np.mean(found) - 0.25) < 4 * np.std(found) / np.sqrt(runs)
    assert abs(covered / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: robust.fit([1, 2], [1, 1], ["a"]), "2 effects but cluster labels"),
        (lambda: robust.fit([1, 2], [1, 1], ["a", None]), "study 2 has no cluster label"),
        (lambda: robust.fit([1, 2], [1, 1], ["", "a"]), "study 1 has no cluster label"),
        (lambda: robust.fit([1, 2], [1, 1], ["a", "a"]), "1 clusters cannot carry 1"),
        (lambda: robust.fit([1, 2], [1, 1], ["a", "b"], rho=1.2), "correlation 1.2"),
        (lambda: robust.fit([1, 2], [1, 1], ["a", "b"], level=1.5), "level 1.5"),
        (lambda: robust.fit([1, 2], [1, -1], ["a", "b"]), "study 2 .* not positive"),
        (lambda: robust.fit_regression([1, 2, 4], [1, 1, 1], [1, 2, 3], [1, 1, 1]), "the intercept is added"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_clusters_that_do_not_differ_leave_no_robust_variance():
    for y in ([0.1] * 5, [0.3, 0.3, 0.3, 0.3, 0.3 + 5e-17]):
        with pytest.raises(RestatedError, match="clusters do not differ"):
            robust.fit(y, [0.01, 0.02, 0.03, 0.04, 0.05], list("aabbc"))
    with pytest.raises(RestatedError, match="clusters do not differ"):
        robust.fit_regression(np.arange(5) / 10, [0.01] * 5, list("abcde"), np.arange(5))


def test_a_moderator_carried_by_one_cluster_is_refused():
    arguments = [0.1, 0.3, 0.2, 0.5, 0.4], [0.01, 0.02, 0.03, 0.04, 0.05]
    for cluster, x in (("abcde", [0, 0, 0, 0, 1]), ("abcdd", [0, 0, 0, 1, 2]), ("aabbc", [1, 1, 1, 1, 0])):
        with pytest.raises(RestatedError, match=f"differs in cluster '{cluster[-1]}' alone"):
            robust.fit_regression(*arguments, list(cluster), x)
    assert robust.fit_regression(*arguments, list("abcde"), [0, 0, 0, 1, 1]).se.shape == (2,)


def test_a_correlation_that_is_no_number_is_refused():
    with pytest.raises(RestatedError, match="field 'rho': 'x' is not a number"):
        robust.fit([0.1, 0.2, 0.3], [0.1] * 3, list("aab"), rho="x")
