from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import expit
from scipy.stats import binom, norm

from restated.errors import RestatedError
from restated.estimate import events, meta
from tests.reference import CLOSED_FORM, ITERATIVE, LIKELIHOOD_SEARCH, assert_matches, load

REFERENCE = load("events")
RULES = {"only0": "zero-trials", "all": "all"}
quick = settings(deadline=None, derandomize=True, max_examples=40)


def counts(name):
    rows = REFERENCE["data"][name]
    return tuple([row[field] for row in rows] for field in ("events1", "n1", "events2", "n2"))


def named(*fields):
    return lambda case: "-".join(case[field] for field in fields)


@st.composite
def trials(draw):
    arm = st.integers(5, 60)
    n1, n2 = (draw(st.lists(arm, min_size=4, max_size=4)) for _ in "12")
    e1 = [draw(st.integers(1, n - 1)) for n in n1]
    e2 = [draw(st.integers(1, n - 1)) for n in n2]
    return e1, n1, e2, n2


@pytest.mark.parametrize("case", REFERENCE["single"], ids=named("data", "measure", "rule"))
def test_effects_of_single_trials_match_metafor(case):
    y, v = events.effect_sizes(*counts(case["data"]), measure=case["measure"], correct=RULES[case["rule"]])
    assert_matches(y, case["y"], CLOSED_FORM, case["call"])
    assert_matches(v, case["v"], CLOSED_FORM, case["call"])


@pytest.mark.parametrize("case", REFERENCE["treatment_arm"], ids=named("data", "measure"))
def test_the_treatment_arm_correction_matches_metafor_on_corrected_cells(case):
    y, v = events.effect_sizes(*counts(case["data"]), measure=case["measure"], correction="treatment-arm")
    assert_matches(y, case["y"], CLOSED_FORM, case["call"])
    assert_matches(v, case["v"], CLOSED_FORM, case["call"])


@pytest.mark.parametrize("case", REFERENCE["inverse"], ids=named("data", "measure", "method", "test"))
def test_inverse_variance_of_counts_matches_metafor(case):
    y, v = events.effect_sizes(*counts(case["data"]), measure=case["measure"])
    told = np.isfinite(y)
    result = meta.fit(y[told], v[told], method=case["method"], ci={"z": "wald", "knha": "knapp-hartung"}[case["test"]])
    for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2"):
        assert_matches(getattr(result, field), case[field], ITERATIVE, (field, case["call"]))


@pytest.mark.parametrize(
    ("rd", "low", "high", "expected"),
    [
        (-0.25, -0.5, -0.125, (4, 2, 8)),
        (-0.25, -0.5, 0.1, (4, 2, np.inf)),
        (0.1, -0.1, 0.3, (np.nan, np.nan, np.nan)),
        (0.0, -0.1, 0.1, (np.nan, np.nan, np.nan)),
    ],
)
def test_number_needed_to_treat(rd, low, high, expected):
    assert events.number_needed_to_treat(rd, low, high) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("case", REFERENCE["pooled"], ids=named("data", "measure", "method"))
def test_pooling_matches_metafor(case):
    data, tolerance = counts(case["data"]), CLOSED_FORM
    if case["method"] == "Mantel-Haenszel":
        result = events.mantel_haenszel(*data, measure=case["measure"])
    elif case["method"] == "Peto":
        result = events.peto(*data)
    else:
        result, tolerance = events.logistic_normal(*data), LIKELIHOOD_SEARCH
    for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2"):
        assert_matches(getattr(result, field), case[field], tolerance, (field, case["call"]))
    assert result.method == case["method"]


def test_the_reference_has_heterogeneous_and_homogeneous_logistic_fits():
    found = [case["tau2"] for case in REFERENCE["pooled"] if case["method"] == "logistic-normal"]
    assert max(found) > 0.1 and min(found) < 1e-8


def test_trials_without_events_are_left_out_of_ratios_only():
    data = counts("rare")
    assert events.mantel_haenszel(*data, measure="OR").left_out == 1
    assert events.mantel_haenszel(*data, measure="RD").left_out == 0
    assert np.isnan(events.effect_sizes(*data, measure="RR")[0]).sum() == 1


@quick
@given(trials())
def test_swapping_arms_turns_the_sign(data):
    e1, n1, e2, n2 = data
    for run in (events.mantel_haenszel, events.peto):
        there, back = run(*data), run(e2, n2, e1, n1)
        assert back.estimate == pytest.approx(-there.estimate, abs=1e-12)
        assert back.se == pytest.approx(there.se)
    for measure in events.MEASURES:
        there = events.effect_sizes(*data, measure=measure)
        back = events.effect_sizes(e2, n2, e1, n1, measure=measure)
        np.testing.assert_allclose(back[0], -there[0], atol=1e-12)
        np.testing.assert_allclose(back[1], there[1])


@quick
@given(trials(), st.sampled_from(events.MEASURES))
def test_one_trial_alone_gives_its_own_effect(data, measure):
    one = tuple(x[:1] for x in data)
    y, _ = events.effect_sizes(*one, measure=measure)
    assert events.mantel_haenszel(*one, measure=measure).estimate == pytest.approx(y[0], abs=1e-12)


def test_logistic_likelihood_equals_direct_integration():
    data = [np.array(x, dtype=float) for x in counts("one-zero")]
    a, first, c, second = data
    model = events._Trials(a, first - a, c, second - c)
    theta, tau = -1.2, 0.9

    u = np.linspace(-9, 9, 2001)  # the trapezoidal rule is exact to rounding for a smooth bell
    effect = theta + tau * u

    def minus_log(alpha, j):
        density = (
            norm.pdf(u)
            * binom.pmf(a[j], first[j], expit(alpha + effect / 2))
            * binom.pmf(c[j], second[j], expit(alpha - effect / 2))
        )
        return -np.log(density.sum() * (u[1] - u[0]))

    direct = sum(
        optimize.minimize_scalar(minus_log, bounds=(-8, 8), args=(j,), method="bounded", options={"xatol": 1e-7}).fun
        for j in range(len(a))
    )
    value, gradient = model.minus_log_likelihood(np.array([theta, tau]))
    assert value == pytest.approx(direct, abs=1e-8)
    numeric = optimize.approx_fprime(np.array([theta, tau]), lambda x: model.minus_log_likelihood(x)[0], 1e-6)
    np.testing.assert_allclose(gradient, numeric, atol=1e-4)


@pytest.mark.full
def test_simulated_trials_recover_the_log_odds_ratio():
    """Known truth: log odds ratio -.8 with and without spread, twenty large trials, sixty times."""
    rng = np.random.default_rng(3)
    n = rng.integers(100, 300, 20)
    for tau in (0.0, 0.5):
        found = {"logistic-normal": [], "MH": [], "Peto": []}
        for _ in range(60):
            base, effect = rng.normal(-0.5, 0.5, 20), -0.8 + tau * rng.normal(size=20)
            data = (rng.binomial(n, expit(base + effect / 2)), n, rng.binomial(n, expit(base - effect / 2)), n)
            found["logistic-normal"].append(events.logistic_normal(*data))
            found["MH"].append(events.mantel_haenszel(*data))
            found["Peto"].append(events.peto(*data))
        # Common-effect methods estimate the same quantity only without spread, and Peto is off by a little where
        # the effect is large, so its margin is wider.
        for name in found if tau == 0 else ["logistic-normal"]:
            estimates = [fit.estimate for fit in found[name]]
            assert abs(np.mean(estimates) + 0.8) < 4 * np.std(estimates) / np.sqrt(60) + 0.05 * (name == "Peto")
        spread = np.mean([fit.tau2 for fit in found["logistic-normal"]])
        # Maximum likelihood with a free baseline a trial is biased downwards, here by less than a fifth.
        assert 0.8 * tau**2 < spread < tau**2 + 0.02


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: events.peto([5], [4], [1], [4]), "trial 1 has 5 events of 4 in arm 1"),
        (lambda: events.peto([1, 1], [4, 4], [1, -1], [4, 4]), "trial 2 has -1 events of 4 in arm 2"),
        (lambda: events.peto([1], [4, 4], [1], [4]), "four lists of one length"),
        (lambda: events.peto([0], [4], [0], [4]), "no trial has information"),
        (lambda: events.mantel_haenszel([0], [4], [1], [4]), "not finite"),
        (lambda: events.mantel_haenszel([1], [4], [1], [4], measure="HR"), "unknown measure 'HR'"),
        (lambda: events.mantel_haenszel([1], [4], [1], [4], level=95), "level 95"),
        (lambda: events.effect_sizes([1], [4], [1], [4], correct="none"), "unknown rule"),
        (lambda: events.effect_sizes([1], [4], [1], [4], measure="RR", correct="none"), "unknown rule"),
        (lambda: events.effect_sizes([1], [4], [1], [4], correction=0), "not positive"),
        (lambda: events.effect_sizes([1], [4], [1], [4], correction="control-arm"), "or 'treatment-arm'"),
        (lambda: events.effect_sizes(["x"], [4], [1], [4]), "not numbers"),
        (lambda: events.logistic_normal([1], [4], [1], [4]), "at least two trials"),
        (lambda: events.logistic_normal([0, 0], [4, 4], [1, 1], [4, 4]), "not finite"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


@pytest.mark.parametrize("events1", [[0, 0], [10, 20]])
def test_a_risk_difference_without_any_variance_is_refused(events1):
    with pytest.raises(RestatedError, match="standard error of the pooled RD is zero"):
        events.mantel_haenszel(events1, [10, 20], [0, 0], [10, 20], measure="RD")
    assert events.mantel_haenszel([1, 0], [10, 20], [0, 0], [10, 20], measure="RD").se > 0


def test_a_risk_ratio_without_any_variance_is_refused():
    with pytest.raises(RestatedError, match="standard error of the pooled RR is zero"):
        events.mantel_haenszel([10, 5], [10, 5], [5, 2.5], [5, 2.5], measure="RR")
    assert events.mantel_haenszel([10**7 - 1], [10**7], [10**7], [10**7], measure="RR").se > 0


@pytest.mark.parametrize(("events1", "n1"), [(1e-300, 10), (2, 1e300), (2, 1e200)])
def test_counts_that_no_trial_has_are_refused(events1, n1):
    for measure in events.MEASURES:
        with pytest.raises(RestatedError, match="trial 1 has"):
            events.mantel_haenszel([events1], [n1], [3], [10], measure=measure)


@pytest.mark.parametrize("limits", [(-0.1, 0.0, 0.1), (-0.1, float("nan"), 0.1), (float("nan"), -0.2, 0.1)])
def test_a_risk_difference_outside_its_interval_has_no_number_needed_to_treat(limits):
    with pytest.raises(RestatedError, match="is not between"):
        events.number_needed_to_treat(*limits)


def test_a_risk_difference_can_do_without_a_correction():
    y, v = events.effect_sizes([0, 0], [24, 5], [3, 0], [22, 5], measure="RD", correct="none")
    assert y.tolist() == [-3 / 22, 0] and v.tolist() == pytest.approx([3 * 19 / 22**3, 0])


@pytest.mark.parametrize("correction", [float("nan"), float("inf"), 0])
def test_a_correction_is_a_number_above_zero(correction):
    with pytest.raises(RestatedError, match="not positive"):
        events.effect_sizes([0], [5], [1], [5], correction=correction)
