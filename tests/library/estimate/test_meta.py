from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated import tau2
from restated.errors import RestatedError
from restated.estimate import meta
from restated.tau2 import METHODS
from tests.library.test_tau2 import data_sets
from tests.reference import CLOSED_FORM, ITERATIVE, assert_matches, load

REFERENCE = load("meta")
CI = {"z": "wald", "knha": "knapp-hartung", "adhoc": "adhoc"}
ITERATED = {"PM", "ML", "REML"}
quick = settings(deadline=None, derandomize=True, max_examples=50)


def data(name):
    values = REFERENCE["data"][name]
    return np.array(values["y"]), np.array(values["v"]), np.array(values["x"], dtype=float)


def tolerance(method):
    return ITERATIVE if method in ITERATED else CLOSED_FORM


def named(*fields):
    return lambda case: "-".join(str(case[field]) for field in fields)


# --- against metafor ------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFERENCE["pooled"], ids=named("data", "method", "test"))
def test_pooling_matches_metafor(case):
    y, v, _ = data(case["data"])
    result = meta.fit(y, v, method=case["method"], ci=CI[case["test"]])
    for field in ("estimate", "se", "ci_low", "ci_high", "statistic", "p", "tau2", "q", "i2", "h2", "weights"):
        assert_matches(getattr(result, field), case[field], tolerance(case["method"]), (field, case["call"]))
    assert result.k == len(y)


@pytest.mark.parametrize(
    "case", [c for c in REFERENCE["pooled"] if c["method"] != "FE"], ids=named("data", "method", "test")
)
def test_prediction_interval_matches_metafor_for_both_degrees_of_freedom(case):
    y, v, _ = data(case["data"])
    options = {"method": case["method"], "ci": CI[case["test"]]}
    riley = meta.fit(y, v, **options, pi_df="k-2")
    assert_matches(
        [riley.pi_low, riley.pi_high],
        [case["pi_riley_low"], case["pi_riley_high"]],
        tolerance(case["method"]),
        case["call"],
    )
    wider = meta.fit(y, v, **options, pi_df="k-1")
    half = (wider.pi_high - wider.pi_low) / 2
    default = (case["pi_default_high"] - case["pi_default_low"]) / 2
    if case["test"] != "z":  # metafor's default has k - 1 df here ...
        assert half == pytest.approx(default, rel=tolerance(case["method"]))
    else:  # ... and a normal deviate here
        ratio = stats.t.ppf(0.975, len(y) - 1) / stats.norm.ppf(0.975)
        assert half == pytest.approx(default * ratio, rel=tolerance(case["method"]))


@pytest.mark.parametrize("case", REFERENCE["regression"], ids=named("data", "method", "test", "formula"))
def test_meta_regression_matches_metafor(case):
    y, v, x = data(case["data"])
    x = x - x.mean()
    X = x if case["formula"] == "~ x" else np.column_stack([x, x**2])
    result = meta.fit_regression(y, v, X, method=case["method"], ci=CI[case["test"]])
    for field in ("estimate", "se", "statistic", "p", "ci_low", "ci_high", "tau2"):
        assert_matches(getattr(result, field), case[field], tolerance(case["method"]), (field, case["call"]))


@pytest.mark.parametrize("case", REFERENCE["sequences"], ids=named("data", "method", "kind"))
def test_leaving_out_and_accumulating_match_metafor(case):
    y, v, x = data(case["data"])
    if case["kind"] == "leave1out":
        table = meta.leave_one_out(y, v, method=case["method"])
    else:
        table = meta.cumulative(y, v, x, method=case["method"])
    for field in ("estimate", "se", "ci_low", "ci_high", "tau2", "i2"):
        assert_matches(table[field], case[field], ITERATIVE, (field, case["call"]))


# --- against other sources ------------------------------------------------------------------------


def test_vaccine_trials_give_the_values_known_to_four_decimals():
    y, v, _ = data("bcg")
    index = pd.MultiIndex.from_product([("DL", "PM", "REML"), meta.INTERVALS], names=["method", "ci"])
    matrix = pd.DataFrame([vars(meta.fit(y, v, method=method, ci=ci)) for method, ci in index], index=index)
    tau2 = matrix["tau2"].xs("wald", level="ci").round(4)
    assert tau2.to_dict() == {"DL": 0.3088, "REML": 0.3132, "PM": 0.3181}
    assert list(matrix.loc[("REML", "wald"), ["estimate", "se"]].round(4)) == [-0.7145, 0.1798]
    assert list(matrix.loc[("REML", "wald"), ["ci_low", "ci_high"]].round(3)) == [-1.067, -0.362]
    assert list(matrix.loc[("REML", "knapp-hartung"), ["ci_low", "ci_high"]].round(3)) == [-1.108, -0.321]
    assert list(matrix.loc[("REML", "wald"), ["i2_q", "i2"]].round(2)) == [92.12, 92.22]


# --- known truth ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [m for m in METHODS if m != "FE"])
def test_simulated_studies_recover_mean_and_heterogeneity(method):
    """4,000 meta-analyses of 60 studies with mean .3 and tau2 .05: bias within four Monte Carlo errors and a small part
    of tau2."""
    rng = np.random.default_rng(60)
    v = 1 / rng.integers(20, 200, (4_000, 60))
    batch = meta.fit_batch(rng.normal(0.3, np.sqrt(v + 0.05)), v, method=method, ci="knapp-hartung")
    assert abs(batch.estimate.mean() - 0.3) < 4 * batch.estimate.std() / np.sqrt(4_000)
    # ML is biased downwards by about tau2 / k; the others nearly not.
    truth = 0.05 * (1 - 1 / 60) if method == "ML" else 0.05
    bias = 0.05 if method == "SJ" else 0.01  # Sidik-Jonkman is known to overestimate a moderate tau2 a little
    assert abs(batch.tau2.mean() - truth) < 4 * batch.tau2.std() / np.sqrt(4_000) + bias * truth
    covered = np.mean((batch.ci_low <= 0.3) & (batch.ci_high >= 0.3))
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4_000)


def test_simulated_studies_recover_a_moderator():
    rng = np.random.default_rng(61)
    x, found = rng.normal(size=80), []
    for _ in range(200):
        v = 1 / rng.integers(20, 200, 80)
        found.append(meta.fit_regression(rng.normal(0.1 + 0.2 * x, np.sqrt(v + 0.03)), v, x).estimate)
    error = np.std(found, axis=0) / np.sqrt(200)
    assert (np.abs(np.mean(found, axis=0) - [0.1, 0.2]) < 4 * error).all()


# --- properties -----------------------------------------------------------------------------------


@quick
@given(
    data_sets(smallest=3),
    st.sampled_from(METHODS),
    st.sampled_from(["wald", "knapp-hartung"]),
    st.floats(-5, 5),
    st.floats(0.1, 10),
)
def test_pooling_ignores_order_and_follows_shift_and_scale(sample, method, ci, shift, scale):
    y, v = sample
    base = meta.fit(y, v, method=method, ci=ci)
    slack = {"rel": ITERATIVE, "abs": 1e-7}
    order = np.random.default_rng(len(y)).permutation(len(y))
    mixed = meta.fit(y[order], v[order], method=method, ci=ci)
    moved = meta.fit(scale * y + shift, scale**2 * v, method=method, ci=ci)
    for field in ("estimate", "se", "ci_low", "ci_high", "i2", "i2_q"):
        assert getattr(mixed, field) == pytest.approx(getattr(base, field), **slack)
    np.testing.assert_allclose(mixed.weights, base.weights[order], rtol=1e-6)
    for field in ("estimate", "ci_low", "ci_high"):
        assert getattr(moved, field) == pytest.approx(scale * getattr(base, field) + shift, **slack)
    assert moved.se == pytest.approx(scale * base.se, **slack)
    assert (moved.i2, moved.i2_q) == (pytest.approx(base.i2, abs=1e-5), pytest.approx(base.i2_q, abs=1e-5))


@quick
@given(data_sets(smallest=3), st.sampled_from(METHODS))
def test_results_keep_their_order(sample, method):
    y, v = sample
    result = meta.fit(y, v, method=method)
    assert y.min() - 1e-12 <= result.estimate <= y.max() + 1e-12
    assert result.ci_low < result.estimate < result.ci_high
    assert 0 <= result.i2 < 100 and 0 <= result.i2_q < 100
    assert result.weights.sum() == pytest.approx(100)
    if method != "FE":
        assert result.pi_low < result.ci_low and result.ci_high < result.pi_high


@quick
@given(data_sets(smallest=3))
def test_identities_between_definitions(sample):
    y, v = sample
    dl = meta.fit(y, v, method="DL")
    assert dl.i2 == pytest.approx(dl.i2_q, abs=1e-9)
    pm = meta.fit(y, v, method="PM")
    if pm.tau2 > 0:  # the Knapp-Hartung factor is then 1
        assert meta.fit(y, v, method="PM", ci="knapp-hartung").se == pytest.approx(pm.se, rel=ITERATIVE)


def test_batch_equals_single_fits():
    rng = np.random.default_rng(19)
    V = rng.uniform(0.01, 0.3, 9)
    Y = rng.normal(0.2, 0.5, (6, 9))
    for method in METHODS:
        for ci in ("wald", "knapp-hartung"):
            batch = meta.fit_batch(Y, V, method=method, ci=ci, pi_df="k-1", level=0.9)
            for i, y in enumerate(Y):
                single = meta.fit(y, V, method=method, ci=ci, pi_df="k-1", level=0.9)
                for field in (
                    "estimate",
                    "se",
                    "ci_low",
                    "ci_high",
                    "statistic",
                    "p",
                    "tau2",
                    "q",
                    "i2_q",
                    "i2",
                    "h2",
                    "pi_low",
                    "pi_high",
                ):
                    assert_matches(getattr(batch, field)[i], getattr(single, field), ITERATIVE, (method, ci, field))


def test_a_moderator_of_zero_effect_changes_the_scale_of_its_coefficient_only():
    y, v, x = data("bcg")
    frame = pd.DataFrame({"latitude": x, "tens": x**2 / 10})
    one = meta.fit_regression(y, v, frame)
    two = meta.fit_regression(y, v, frame * [10, 1])
    assert two.estimate[1] == pytest.approx(one.estimate[1] / 10, rel=ITERATIVE)
    assert two.tau2 == pytest.approx(one.tau2, rel=ITERATIVE)


def test_cumulative_ends_with_the_full_fit_and_keeps_labels_in_order():
    y, v, _x = data("three")
    table = meta.cumulative(y, v, [3, 1, 2], labels=["a", "b", "c"], method="DL")
    assert list(table.index) == ["b", "c", "a"]
    assert list(table["k"]) == [1, 2, 3]
    assert table["estimate"].iloc[0] == y[1]
    assert table["estimate"].iloc[-1] == pytest.approx(meta.fit(y, v, method="DL").estimate)
    assert np.isnan(meta.cumulative(y, v, ci="knapp-hartung")["se"].iloc[0])
    assert list(meta.leave_one_out(y, v, labels="abc").index) == ["a", "b", "c"]


def test_two_studies_have_no_prediction_interval():
    result = meta.fit([0.1, 0.4], [0.02, 0.03])
    assert np.isnan(result.pi_low) and np.isnan(result.pi_high)
    assert result.k == 2


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: meta.fit([0.1], [0.1]), "at least two studies"),
        (lambda: meta.fit([0.1, 0.2], [0.1]), r"shape \(2,\) but variances \(1,\)"),
        (lambda: meta.fit([0.1, np.inf], [0.1, 0.1]), "field 'y': study 2 .* not finite"),
        (lambda: meta.fit([0.1, 0.2, 0.3], [0.1, 0.1, np.nan]), "field 'v': study 3"),
        (lambda: meta.fit([0.1, 0.2], [0.0, 0.1]), "study 1 has a sampling variance that is not positive"),
        (lambda: meta.fit(["x", 0.2], [0.1, 0.1]), "values are not numbers"),
        (lambda: meta.fit([[0.1, 0.2]], [[0.1, 0.1]]), r"shape \(k,\)"),
        (lambda: meta.fit_batch([0.1, 0.2], [0.1, 0.1]), r"shape \(draws, k\)"),
        (lambda: meta.fit([0.1, 0.2], [0.1, 0.1], ci="hksj"), "Use one of wald, knapp-hartung"),
        (lambda: meta.fit([0.1, 0.2], [0.1, 0.1], pi_df="k"), "Use one of k-2, k-1"),
        (lambda: meta.fit([0.1, 0.2], [0.1, 0.1], level=95), "level 95"),
        (lambda: meta.fit_regression([1, 2, 3], [1, 1, 1], [1, 1, 1]), "the intercept is added"),
        (lambda: meta.fit_regression([1, 2, 3, 5], [1, 1, 1, 1], np.outer([1, 2, 5, 6], [1, 2])), "collinear"),
        (lambda: meta.fit_regression([1, 2], [1, 1], [1, 2]), "cannot carry 2 coefficients"),
        (lambda: meta.fit_regression([1, 2, 3], [1, 1, 1], [1, 2]), "moderators of shape"),
        (lambda: meta.fit_regression([1, 2, 3], [1, 1, 1], [1, np.nan, 2]), "missing or not finite"),
        (lambda: meta.leave_one_out([1, 2], [1, 1]), "at least three"),
        (lambda: meta.leave_one_out([1, 2, 3], [1, 1, 1], labels=["a"]), "3 studies but 1 labels"),
        (lambda: meta.cumulative([1, 2, 3], [1, 1, 1], [1, 2]), "3 effects but 2 sort keys"),
    ],
)
def test_bad_input_is_refused_with_a_reason(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


def test_identical_effects_leave_knapp_hartung_no_variance():
    y, v = [0.1, 0.1, 0.1], [0.01, 0.02, 0.03]
    for same in (y, [0.3, 0.3, 0.3 + 5e-17], [0.0, 0.0, 0.0]):
        with pytest.raises(RestatedError, match=r"all effects are the same.*ci='wald'"):
            meta.fit(same, v, ci="knapp-hartung")
    with pytest.raises(RestatedError, match="predict all effects exactly"):
        meta.fit_regression([0.1, 0.2, 0.3, 0.4], [0.01] * 4, [1, 2, 3, 4], ci="knapp-hartung")
    batch = meta.fit_batch([y, [0.1, 0.2, 0.4]], v, ci="knapp-hartung")
    unknown = np.array([getattr(batch, name) for name in ("se", "ci_low", "ci_high", "p", "pi_low", "pi_high")])
    assert np.isnan(unknown[:, 0]).all() and np.isfinite(unknown[:, 1]).all()
    assert batch.estimate[0] == pytest.approx(0.1)
    table = meta.leave_one_out([0.1, 0.1, 0.3], v, ci="knapp-hartung")
    assert table["p"].isna().tolist() == [False, False, True]


@quick
@given(data_sets())
def test_the_ad_hoc_interval_is_the_wider_of_knapp_hartung_and_a_t_interval_and_never_narrower_than_wald(sample):
    wald, plain, adhoc = (meta.fit_batch([sample[0]], sample[1], ci=ci) for ci in meta.INTERVALS)
    assert adhoc.estimate == wald.estimate and adhoc.se >= wald.se and adhoc.ci_low <= wald.ci_low
    expected = np.fmax(wald.se, plain.se)  # where all effects are the same, Knapp-Hartung has none
    assert adhoc.se == pytest.approx(expected)


def test_years_given_as_text_are_ordered_as_numbers():
    found = meta.cumulative([0.1, 0.2, 0.3], [0.01, 0.02, 0.03], ["10", "9", "11"], labels=["a", "b", "c"])
    assert found.index.tolist() == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("order", "labels", "message"),
    [
        ([2000, np.nan, 2001], None, "study 2 has no sort key"),
        (["2000", " ", "2001"], None, "study 2 has no sort key"),
        ([2000, "1999", None], None, "study 3 has no sort key"),
        ([2000, "1999", (1,)], None, "cannot be compared"),
        ([2000, 1999, 2001], ["a", "b"], "3 studies but 2 labels"),
        (None, ["a", "b", "c", "d"], "3 studies but 4 labels"),
    ],
)
def test_an_order_or_labels_that_do_not_suit_the_studies(order, labels, message):
    order = None if order is None else np.array(order, dtype=object)
    with pytest.raises(RestatedError, match=message):
        meta.cumulative([0.1, 0.2, 0.3], [0.01, 0.02, 0.03], order, labels=labels)


@pytest.mark.parametrize(
    ("y", "v", "message"),
    [
        ([0.1, 0.2], [1e-60, 1e-60], "variance outside"),
        ([0.1, 1e60], [1, 1], "effect beyond"),
        ([0.1, 0.2], [1e-12, 1], "below 1e-10 of the largest"),
        ([0.1, 0.1], [1e-40, 1e-40], "within the rounding error"),
    ],
)
def test_numbers_beyond_what_floats_can_weigh_are_refused(y, v, message):
    with pytest.raises(RestatedError, match=f"study . has .*{message}"):
        meta.fit(y, v)


@pytest.mark.parametrize("least", [1e-2, 1e-5, 1e-9])
def test_the_trace_behind_reml_holds_where_one_variance_is_near_zero(least):
    v = [least, 1.0, 2.0, 3.0]
    w = [1 / Fraction(x) for x in v]
    p = [[(w[i] if i == j else 0) - w[i] * w[j] / sum(w) for j in range(4)] for i in range(4)]
    information = float(sum(x * x for row in p for x in row))
    X = np.ones((4, 1))
    model = tau2.weighted(np.full((1, 4), 0.1), np.array([v]), X, np.zeros(1))
    assert tau2.traces(model, X)[1][0] == pytest.approx(information, rel=1e-6)
