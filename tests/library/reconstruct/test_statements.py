from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from restated.printed import parse
from restated.reconstruct.compatible import RECONSTRUCTORS
from restated.reconstruct.practice import STRENGTHS
from restated.reconstruct.relations import holds
from restated.reconstruct.statements import _between, ranges


def box_of(values, decimals=2):
    printed = {name: parse(f"{value:.{decimals}f}") for name, value in values.items()}
    return {name: (float(p.low), float(p.high)) for name, p in printed.items()}


def covers(found, truths):
    return [name for name, value in truths.items() if not any(holds(b[name], value) for b in found.values())]


@pytest.mark.full
@settings(max_examples=40, deadline=None)
@given(st.integers(5, 60), st.integers(5, 60), st.integers(0, 10**6), st.sampled_from(sorted(STRENGTHS)))
def test_two_groups_printed_to_two_digits_hold_their_pooled_sd(m, n, seed, strength):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(5, 2, m), rng.normal(3, 2, n)
    test = stats.ttest_ind(x, y)
    interval = test.confidence_interval()
    printed = {"mean1": x.mean(), "mean2": y.mean(), "ci_low": interval.low, "ci_high": interval.high}
    printed |= {"t": test.statistic, "p": test.pvalue}
    box = box_of(printed) | {"n1": (m, m), "n2": (n, n)}
    sd = np.sqrt(((m - 1) * x.var(ddof=1) + (n - 1) * y.var(ddof=1)) / (m + n - 2))
    found, conflict = ranges(box, {}, STRENGTHS[strength])
    assert found, conflict
    assert not covers(found, {"sd": sd, "se": sd * np.sqrt(1 / m + 1 / n), "estimate": x.mean() - y.mean()})


@settings(max_examples=30, deadline=None)
@given(st.floats(-0.9, 0.9), st.integers(10, 300))
def test_one_correlation_with_its_interval_and_p(r, n):
    half = 1.959964 / np.sqrt(n - 3)
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    t = r * np.sqrt((n - 2) / (1 - r * r))
    p = 2 * stats.t.sf(abs(t), n - 2)
    found, conflict = ranges(box_of({"estimate": r, "ci_low": low, "ci_high": high, "p": p}) | {"n": (n, n)},
                             {"scale": "correlation"}, ())  # fmt: skip
    assert found, conflict
    assert not covers(found, {"r": r, "t": t})


@pytest.mark.parametrize("scale, back", [("ratio", np.exp), ("percent more", lambda y: 100 * np.expm1(y))])
def test_ratios_are_symmetric_on_the_log_scale(scale, back):
    y, se = 0.3, 0.1
    box = box_of({"estimate": back(y), "ci_low": back(y - 1.959964 * se), "ci_high": back(y + 1.959964 * se)})
    found, _ = ranges(box, {"scale": scale}, ())
    assert not covers(found, {"se": se, "z": 3.0, "p": 2 * stats.norm.sf(3.0), "hazard_events": 400.0})


def test_i2_of_another_definition_empties_the_strict_set_only():
    box = {"k": (45.0, 45.0), "Q": (172.45, 172.55), "I2": (88.5, 89.5)}
    assert ranges(box, {}, ()) == ({}, ["I2"])
    found, _ = ranges(box, {}, ["estimator"])
    assert all("I2 from tau2" in name for name in found)


def test_heterogeneity_behind_a_pooled_correlation():
    rng = np.random.default_rng(5)
    n = rng.integers(40, 600, 16)
    w = n - 3.0
    tau2 = 0.01
    se = (w / (1 + w * tau2)).sum() ** -0.5
    box = {"k": (16.0, 16.0), "n_total": (n.sum(), n.sum()), "se": (0.98 * se, 1.02 * se), "tau2": (0.0, np.inf)}
    found = _between(box | {"y": (0.15, 0.15)}, {"scale": "correlation"})
    q = 15 + tau2 * (w.sum() - (w**2).sum() / w.sum())
    assert holds(found["tau2"], tau2) and holds(found["Q"], q) and holds(found["I2"], 100 * (q - 15) / q)


def test_a_p_that_no_test_gives_empties_the_set():
    box = {"n1": (19.0, 19.0), "n2": (19.0, 19.0), "estimate": (10.05, 10.15), "se": (3.0, 3.1), "p": (0.45, 0.55)}
    for strength in STRENGTHS.values():
        assert not ranges(box, {}, strength)[0]


def test_standard_errors_of_balanced_growth():
    times = list(range(10))
    box = {"n": (18.0, 18.0), "sd_intercept": (24.74, 24.74), "sd_slope": (5.92, 5.92), "sd_residual": (25.59, 25.59)}
    found, _ = ranges(box, {"times": times}, ())
    # lme4 1.1-31, lmer(Reaction ~ Days + (Days | Subject)): 6.825 and 1.546
    (inner,) = found.values()
    assert inner["se_intercept"] == pytest.approx((6.825, 6.825), abs=2e-3)
    assert inner["se_slope"] == pytest.approx((1.546, 1.546), abs=1e-3)


def test_correlations_behind_a_mediation():
    rng = np.random.default_rng(1)
    x = rng.normal(size=123)
    m = 0.3 * x + rng.normal(size=123)
    y = 0.3 * x + 0.5 * m + rng.normal(size=123)
    data = np.column_stack([np.ones(123), x, m])
    c_prime, b = np.linalg.lstsq(data, y, rcond=None)[0][1:]
    c, a = np.polyfit(x, y, 1)[0], np.polyfit(x, m, 1)[0]
    r = np.corrcoef([x, m, y])
    residual = y - data @ np.linalg.lstsq(data, y, rcond=None)[0]
    r2 = 1 - residual.var() / y.var()
    t = r[0, 2] * np.sqrt(121 / (1 - r[0, 2] ** 2))
    printed = {"c": c, "c_prime": c_prime, "ab": a * b, "R2": r2, "t": t}
    found, conflict = ranges(box_of(printed, 4) | {"df": (121.0, 121.0)}, {}, ())
    assert found, conflict
    assert not covers(found, {"r": r[0, 2], "r_xm": r[0, 1], "r_my": r[1, 2]})


@pytest.mark.parametrize("seed", range(8))
def test_heterogeneity_behind_a_pooled_effect_and_its_i2(seed):
    rng = np.random.default_rng(seed)
    k, tau2 = int(rng.integers(6, 30)), rng.uniform(0.01, 0.2)
    v = rng.uniform(0.02, 0.2, k)
    y = rng.normal(0.4, np.sqrt(tau2 + v))
    w = 1 / v
    mean = (w * y).sum() / w.sum()
    q = (w * (y - mean) ** 2).sum()
    tau2 = max(0.0, (q - (k - 1)) / (w.sum() - (w**2).sum() / w.sum()))  # DerSimonian and Laird
    w = 1 / (v + tau2)
    mean, se = (w * y).sum() / w.sum(), w.sum() ** -0.5
    half = stats.t.ppf(0.975, k - 2) * np.sqrt(tau2 + se**2)
    i2 = 100 * max(0.0, 1 - (k - 1) / q)
    printed = {"estimate": mean, "ci_low": mean - 1.959964 * se, "ci_high": mean + 1.959964 * se}
    found, _ = ranges({**box_of(printed), "k": (k, k), "I2": (i2 - 0.5, i2 + 0.5)}, {}, ())
    truths = {
        "tau2": tau2,
        "tau": np.sqrt(tau2),
        "H2": 1 / (1 - i2 / 100),
        "pi_low": mean - half,
        "pi_high": mean + half,
    }
    assert not covers(found, truths)
    (inner,) = found.values()
    assert i2 == 0 or inner["pi_high"][1] - inner["pi_high"][0] < half


def test_a_prediction_interval_may_rest_on_the_normal_distribution_in_practice():
    box = box_of({"estimate": 0.3, "ci_low": 0.1, "ci_high": 0.5, "tau2": 0.09}) | {"k": (10.0, 10.0)}
    half = 1.959964 * np.sqrt(0.09 + 0.102**2)
    assert covers(ranges(box, {}, ())[0], {"pi_high": 0.3 + half})
    assert not covers(ranges(box, {}, ["estimator"])[0], {"pi_high": 0.3 + half})


def test_unequal_variances_are_usual_practice():
    rng = np.random.default_rng(5)
    for m, n in ((13, 19), (8, 40), (60, 30)):
        x, y = rng.normal(24, 6, m), rng.normal(17, 3, n)
        test = stats.ttest_ind(x, y, equal_var=False)
        sd = np.sqrt(((m - 1) * x.var(ddof=1) + (n - 1) * y.var(ddof=1)) / (m + n - 2))
        truths = {"sd": sd, "d": (x.mean() - y.mean()) / sd, "t": test.statistic}
        given = {"n1": (m, m), "n2": (n, n)} | box_of({"mean1": x.mean(), "mean2": y.mean()})
        found, _ = ranges(given | box_of({"p": test.pvalue}, 9), {}, STRENGTHS["usual"])
        assert not covers(found, truths)
        found, _ = ranges(given | box_of({"sd1": x.std(ddof=1), "sd2": y.std(ddof=1)}), {"test": "Welch t"}, ())
        assert not covers(found, truths | {"p": test.pvalue, "df": test.df})


@pytest.mark.parametrize("method", ["wilson", "beta", "agresti_coull", "normal"])
@pytest.mark.parametrize(("events", "n"), [(3, 41), (40, 200), (35, 1230)])
def test_people_behind_a_share_and_its_interval(method, events, n):
    low, high = proportion_confint(events, n, method=method)
    printed = {"proportion": events / n, "ci_low": low, "ci_high": high}
    found, conflict = ranges(box_of(printed, 3), {}, STRENGTHS["usual"])
    assert found, conflict
    assert not covers(found, {"n": n, "events": events})
    assert max(box["n"][1] for box in found.values()) < 3 * n


def test_cases_behind_a_correlation():
    r, n = 0.30, 120
    half = 1.959964 / np.sqrt(n - 3)
    printed = {"estimate": r, "ci_low": np.tanh(np.arctanh(r) - half), "ci_high": np.tanh(np.arctanh(r) + half)}
    found, _ = ranges(box_of(printed), {"scale": "correlation"}, ())
    p = 2 * stats.t.sf(r * np.sqrt((n - 2) / (1 - r**2)), n - 2)
    assert not covers(found, {"n": n, "p": p})
    found, _ = ranges(box_of({"r": r, "p": p}, 5), {"scale": "correlation"}, ())
    assert not covers(found, {"n": n, "R2": r**2}) and found["t"]["n"][1] < n + 1
    found, _ = ranges({"n": (n, n)} | box_of({"p": 0.02}), {"scale": "correlation"}, ())
    assert -0.3 < found["t"]["r"][0] < -0.1 and 0.1 < found["t"]["r"][1] < 0.3  # either sign


@pytest.mark.parametrize("k", [4, 9, 25])
def test_heterogeneity_whose_definition_is_not_printed_is_bounded(k):
    box = {"k": (k, k), "I2": (59.5, 60.5)}
    found, _ = ranges(box, {}, STRENGTHS["usual"])
    q = (k - 1) / 0.4
    low, high = min(b["Q"][0] for b in found.values()), max(b["Q"][1] for b in found.values())
    assert low < q < high < 4 * q
    assert ranges(box, {}, ())[0]["z, I2 from Q"]["Q"] == pytest.approx((q, q), rel=0.02)


def test_the_standard_error_and_k_bound_the_variance_between_studies():
    rng = np.random.default_rng(3)
    for _ in range(200):
        v, tau2 = rng.uniform(0.01, 0.3, 12), rng.uniform(0, 0.5)
        se = (1 / (v + tau2)).sum() ** -0.5
        found, _ = ranges({"k": (12.0, 12.0), "se": (se, se), "estimate": (0.2, 0.2)}, {}, ())
        assert not covers(found, {"tau2": tau2}) and found["z, I2 from Q"]["tau2"][1] == pytest.approx(12 * se**2)


def test_q_below_its_degrees_of_freedom_is_possible():
    found, conflict = ranges({"k": (10.0, 10.0), "Q": (4.15, 4.25)}, {}, STRENGTHS["usual"])
    assert found, conflict
    assert not covers(found, {"I2": 0.0, "H2": 4.2 / 9, "p_q": stats.chi2.sf(4.2, 9)})


def test_a_common_effect_and_q_give_the_variance_between_studies():
    rng = np.random.default_rng(1)
    v = rng.uniform(0.01, 0.03, 20)
    y = rng.normal(0.3, np.sqrt(v + 0.05))
    w = 1 / v
    q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
    tau2 = (q - 19) / (w.sum() - (w**2).sum() / w.sum())
    half = 1.959964 * w.sum() ** -0.5
    printed = {"estimate": 0.3, "fixed_low": 0.3 - half, "fixed_high": 0.3 + half, "Q": q}
    found, _ = ranges({"k": (20.0, 20.0)} | box_of(printed, 3), {}, ())
    assert not covers(found, {"tau2": tau2, "se": (1 / (v + tau2)).sum() ** -0.5})


def test_formulas_can_be_read_backwards():
    found, _ = ranges(box_of({"h2": 0.5, "r_mz": 0.7}), {}, ())
    assert not covers(found, {"r_dz": 0.45, "e2": 0.3})
    share = np.linalg.inv(np.array([[5, 10], [10, 30]]))[1, 1]
    box = {"n": (40, 40)} | box_of({"se_slope": np.sqrt((0.6**2 + share * 1.5**2) / 40), "sd_residual": 1.5}, 4)
    found, _ = ranges(box, {"times": [0, 1, 2, 3, 4]}, ())
    assert not covers(found, {"sd_slope": 0.6})
    found, _ = ranges(box_of({"a": 0.5, "b": 0.4, "c_prime": 0.2}), {"standardized": True}, ())
    assert not covers(found, {"r_xm": 0.5, "r_my": 0.5, "c": 0.4})
    found, _ = ranges({"n": (60, 60), "R2": (0.245, 0.255)}, {"predictors": 4}, ())
    assert not covers(found, {"F": 0.25 / 4 / (0.75 / 55)})


def test_a_printed_p_takes_neither_sign_nor_size_from_what_it_was_computed_from():
    # A two-sided p leaves the sign open: that is not a matter of rounding.
    box = box_of({"mean1": 20.66, "sd1": 6.61, "mean2": 16.96, "sd2": 8.27, "p": 0.06}) | {
        "n1": (30, 30),
        "n2": (30, 30),
    }
    for strength in STRENGTHS.values():
        found, _ = ranges(box, {}, strength)
        assert covers(found, {"mean1": 14.1}) and covers(found, {"t": -1.9})
        assert not covers(found, {"mean1": 20.66, "t": 1.915, "estimate": 3.7})
    impossible = {"r": (0.295, 0.305), "n": (20, 20), "p": (0.0005, 0.0015)}
    assert not any(ranges(impossible, {}, strength)[0] for strength in STRENGTHS.values())


def test_a_p_that_nothing_explains_keeps_its_digits():
    box = {"estimate": (39.5, 40.5), "n": (929.0, 929.0), "p": (0.0, 1e-4)}
    found, _ = ranges(box, {"scale": "percent less", "test": "z"}, STRENGTHS["usual"])
    assert covers(found, {"p": 0.0002}) and max(b["se"][1] for b in found.values()) < 0.2


def test_a_correlation_with_n_or_its_interval_needs_no_scale():
    # R 4.2.2, cor.test(cars$dist, cars$speed): r .807 of 50, .682 to .886
    truths = {"ci_low": 0.6816422, "ci_high": 0.8862036, "t": 9.464, "r": 0.8068949}
    printed = {"r": (0.805, 0.815), "n": (50.0, 50.0)}
    for more in ({}, {"ci_low": (0.675, 0.685), "ci_high": (0.885, 0.895)}):
        found, conflict = ranges(printed | more, {}, ())
        assert found, conflict
        assert not covers(found, truths) and found["t"]["ci_low"][0] > 0.67


def test_a_share_follows_from_its_counts():
    counts = {"n": (143.0, 143.0), "events": (17.0, 17.0)}
    (box,) = ranges(counts, {}, ())[0].values()
    assert box["proportion"] == pytest.approx((17 / 143, 17 / 143))
    low, high = proportion_confint(17, 143, method="beta")
    found, _ = ranges(counts | box_of({"ci_low": low, "ci_high": high}, 3), {}, STRENGTHS["usual"])
    assert not covers(found, {"proportion": 17 / 143})
    assert not ranges(counts | {"proportion": (0.395, 0.405)}, {}, STRENGTHS["usual"])[0]


def test_p_alone_does_not_explain_a_correlation():
    # Where n is free, |r| may be anything: then r keeps its own interval, and so its sign.
    found, _ = ranges({"r": (-0.085, -0.075), "p": (0.0025, 0.0035)}, {"scale": "correlation"}, STRENGTHS["usual"])
    assert all(box["r"] == (-0.085, -0.075) for box in found.values())


def test_one_sd_of_two_groups_follows_from_the_other():
    sd1, sd2, m, n = 6.0, 3.0, 13, 19
    given = {"n1": (m, m), "n2": (n, n), "sd1": (sd1, sd1)}
    pooled = np.sqrt(((m - 1) * sd1**2 + (n - 1) * sd2**2) / (m + n - 2))
    found, _ = ranges(given | box_of({"sd": pooled}, 6), {}, ())
    assert not covers(found, {"sd2": sd2}) and found["t"]["sd2"][1] < 3.001
    se = np.sqrt(sd1**2 / m + sd2**2 / n)
    found, _ = ranges(given | box_of({"se": se}, 6), {"test": "Welch t"}, ())
    assert not covers(found, {"sd2": sd2}) and found["Welch t"]["sd2"][1] < 3.001


def test_hedges_correction_of_tiny_groups_divides_by_nothing():
    for m, n in ((1, 1), (1, 2), (2, 2)):
        found, _ = ranges({"n1": (m, m), "n2": (n, n), "d": (0.35, 0.45)}, {}, STRENGTHS["usual"])
        assert all(box["d"][0] >= 0.35 for box in found.values())


def test_the_interval_of_a_common_effect_beside_a_large_q_is_usual_practice():
    # The interval is as narrow as sampling makes it, and Q 20 times its degrees of freedom.
    box = {"k": (40.0, 40.0), "n_total": (9000.0, 9000.0), "Q": (724.5, 725.5)}
    box |= box_of({"estimate": 0.40, "ci_low": 0.38, "ci_high": 0.42})
    assert not ranges(box, {"scale": "correlation"}, ())[0]
    found, _ = ranges(box, {"scale": "correlation"}, STRENGTHS["usual"])
    assert not covers(found, {"I2": 100 * (1 - 39 / 725), "H2": 725 / 39})


@pytest.mark.parametrize(
    ("printed", "fits"),
    [
        ({"r": ".30", "n": "20", "p": ".35"}, True),  # Student's t gives .20
        ({"r": ".30", "n": "20", "p": ".9"}, False),
        ({"r": ".30", "n": "20", "p": "<.0001"}, False),
        ({"t": "2.50", "df": "40", "p": ".40"}, False),
    ],
)
def test_a_p_of_an_adjusted_analysis_is_usual_if_a_plain_test_comes_near(printed, fits):
    found = RECONSTRUCTORS["statement"].run(printed, {}, STRENGTHS["usual"])
    assert (found.size != 0) is fits
    assert RECONSTRUCTORS["statement"].run(printed, {}, STRENGTHS["as printed"]).size == 0
    if fits:
        assert found.range("p") == pytest.approx((0.345, 0.36), abs=1e-6)  # as published, digits cut off or not
