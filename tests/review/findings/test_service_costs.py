"""Sums, sets and tables of the service-cost chapter, against brute force and other routes."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher, ttest_ind
from statsmodels.stats.proportion import proportion_confint

from restated.audit import derived, scores
from restated.errors import RestatedError
from restated.estimate import costs, costsets
from restated_book import paths, register, studies
from review.findings import service_costs
from tests.builder.test_studies import as_csv, made_up_costs
from tests.reference import CLOSED_FORM, FISHER_SEARCH, assert_matches, load

MONTHS = {"pretreatment": 6, "treatment": 18, "follow-up": 18}
quick = settings(deadline=None, derandomize=True, max_examples=40)


@pytest.fixture(scope="module")
def numbers():
    return register.load()


@pytest.fixture
def made_up(tmp_path, monkeypatch):
    """The made-up original, labelled as such in its notes."""
    text = as_csv(made_up_costs())
    monkeypatch.setattr(paths, "ORIGINALS", tmp_path)
    (tmp_path / "service-costs.csv").write_text(text, encoding="utf-8")
    return studies.load("service-costs")


def path_of(*steps):
    return pd.DataFrame(steps, columns=["month", "ph", "gpc"])


# --- mean costs by window ---------------------------------------------------------------------------------------------


def test_amounts_per_year_and_per_window_are_two_forms_of_one_table(made_up):
    six = service_costs.windows.totals(made_up, MONTHS)
    first = six[(six["period"] == "treatment") & (six["arm"] == "ph")].iloc[0]
    assert (first["per_year"], first["per_window"]) == (2100, 2100 * 18 / 12)
    windows = made_up.assign(basis="per window", mean=made_up["mean"] * made_up["period"].map(MONTHS) / 12)
    again = service_costs.windows.totals(windows, MONTHS)
    assert again["per_year"].to_numpy() == pytest.approx(six["per_year"].to_numpy())


def test_summed_costs_start_at_zero_and_cross_where_the_lines_meet(made_up):
    path = service_costs.windows.cumulative(service_costs.windows.totals(made_up, MONTHS))
    assert path["month"].tolist() == [-6, 0, 18, 36]
    assert path["ph"].tolist() == [0, 550, 3700, 4000] and path["gpc"].tolist() == [0, 500, 2000, 3500]
    assert service_costs.windows.crossings(path) == []
    assert service_costs.windows.crossings(path_of((0, 0, 0), (6, 10, 5), (18, 10, 20))) == [pytest.approx(10.0)]


@quick
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=2, max_size=4))
def test_crossings_are_where_a_fine_walk_changes_sign(steps):
    months = 6 * np.arange(len(steps) + 1)
    costs = np.vstack([[0, 0], np.cumsum(steps, axis=0)])
    path = pd.DataFrame({"month": months, "ph": costs[:, 0], "gpc": costs[:, 1]})
    found = service_costs.windows.crossings(path)
    for at in found:
        gap = np.interp(at, months, path["ph"] - path["gpc"])
        assert gap == pytest.approx(0, abs=1e-9)
    at_ends = (path["ph"] - path["gpc"]).to_numpy()
    assert len(found) == sum(a * b < 0 for a, b in pairwise(at_ends))


def test_at_the_break_even_cost_both_arms_cost_the_same(made_up):
    six = service_costs.windows.totals(made_up, MONTHS)
    level = service_costs.windows.break_even(six)
    made_up.loc[made_up["row_id"] == "total-treatment-ph", "mean"] = level
    path = service_costs.windows.cumulative(service_costs.windows.totals(made_up, MONTHS))
    after = path.iloc[-1] - path[path["month"] == 0].iloc[0]
    assert after["ph"] == pytest.approx(after["gpc"])


def test_a_table_with_standard_deviations_is_tested(made_up):
    tests = service_costs.windows.comparisons(made_up).set_index("period")
    assert tests.loc["follow-up", "difference"] == -800
    assert tests.loc["follow-up", "high"] < 0 and tests.loc["follow-up", "welch_p"] < 0.001
    judged = service_costs.windows.statements(service_costs.windows.comparisons(made_up)).set_index("period")
    assert judged["Welch"].tolist() == ["yes", "no", "yes"]
    assert judged["statement"].iloc[0] == "no difference before treatment"


def test_a_table_without_standard_deviations_is_not():
    recalled = studies.load("service-costs", originals=False)
    assert len(service_costs.windows.comparisons(recalled)) == 0 and len(service_costs.windows.adds_up(recalled)) == 0


def test_categories_are_added_up(made_up):
    part = made_up.iloc[[0]].assign(category="medication", mean=400.0)
    sums = service_costs.windows.adds_up(pd.concat([made_up, part, part.assign(category="other", mean=650.0)]))
    assert sums.to_dict("records") == [
        {
            "period": "pretreatment",
            "group": "partial hospitalization",
            "categories": 2,
            "sum": 1050.0,
            "total": 1100.0,
            "difference": -50.0,
        }
    ]


# --- the inverse question ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sets():
    return service_costs.compatible.compatible_sets(22, 19, cvs=[0.4, 1.0, 2.0], draws=40, seed=1)


def test_every_data_set_has_the_moments_and_zeros_it_claims(sets):
    for shape, (_, zeros) in service_costs.compatible.SHAPES.items():
        for values, n in ((sets.values1[shape], 22), (sets.values2[shape], 19)):
            for cv, samples in zip(sets.cvs, values, strict=True):
                if zeros and cv == 0.4:
                    assert np.isnan(samples).all()
                    continue
                assert samples.mean(axis=1) == pytest.approx(1.0)
                assert samples.std(axis=1, ddof=1) == pytest.approx(cv)
                assert ((samples == 0).sum(axis=1) == round(zeros * n)).all()


def test_shares_count_single_tests(sets):
    from restated.estimate import costs

    shares = service_costs.compatible.shares(sets, [0.4])
    assert len(shares) == 2 * 3 * 9
    row = shares.set_index(["shape", "test", "cv1", "cv2"]).loc[("gamma", "Mann–Whitney", 1.0, 2.0)]
    found = [
        costs.mann_whitney(0.4 * x, y) for x, y in zip(sets.values1["gamma"][1], sets.values2["gamma"][2], strict=True)
    ]
    assert row["share"] == np.mean([f.p < 0.05 for f in found])
    assert row["opposite"] == np.mean([f.p < 0.05 and f.probability_larger > 0.5 for f in found])
    missing = shares[shares["share"].isna()]
    assert set(missing["shape"]) == {"lognormal, 30 % zeros"} and (missing[["cv1", "cv2"]].min(axis=1) == 0.4).all()
    assert ((shares["opposite"] <= shares["share"]) | shares["share"].isna()).all()


def test_bounds_hold_the_drawn_shapes_and_scale_with_the_mean(sets):
    table = service_costs.compatible.bounds(sets, [0.5], [1.0])
    assert (table["all low"] <= table["drawn low"]).all() and (table["drawn high"] <= table["all high"]).all()
    assert ((table["median low"] >= 0) & (table["median high"] <= 2)).all()
    free, some_at_zero = table["all high"] - table["all low"]
    assert some_at_zero < free  # a stated share of zeros leaves less open


def test_the_diagonal_is_the_diagonal_of_the_plane(sets):
    plane, diagonal = (
        service_costs.compatible.shares(sets, [0.4]),
        service_costs.compatible.shares(sets, [0.4], diagonal=True),
    )
    pd.testing.assert_frame_equal(diagonal, plane[plane["cv1"] == plane["cv2"]].reset_index(drop=True))


def test_limits_lie_where_half_of_the_sets_stop_being_significant():
    rows = [("a", "t", 0.5, cv, cv, share) for cv, share in ((1.0, 1.0), (2.0, 0.75), (3.0, 0.25), (4.0, 0.6))]
    rows += [("b", "t", 0.5, 1.0, 1.0, 0.9), ("b", "t", 0.5, 2.0, 2.0, 0.6), ("c", "t", 0.5, 1.0, 1.0, 0.1)]
    limits = service_costs.compatible.half_limits(
        pd.DataFrame(rows, columns=["shape", "test", "ratio", "cv1", "cv2", "share"])
    )
    assert limits["cv"].tolist() == pytest.approx([2.5, np.inf, np.nan], nan_ok=True)
    assert service_costs.compatible.limit_bands(limits).iloc[0].tolist() == ["t", 0.5, 2.5, np.inf]


def test_detection_falls_towards_equal_costs():
    found = service_costs.compatible.detection([0.2, 0.5, 0.8], [1.0], 22, 19, trials=500, seed=1)
    for _, rows in found.groupby("shape"):
        assert rows["power"].is_monotonic_decreasing and rows["magnitude"].is_monotonic_increasing


# --- spreads elsewhere ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "low", "high"), [(4, 0, 5), (5, 1, 4), (6, 0, 3)])
def test_spread_from_a_range_against_every_list_of_whole_costs(n, low, high):
    found = {}
    for middle in product(range(low, high + 1), repeat=n - 2):
        values = np.array([low, high, *middle], float)
        found.setdefault(values.sum(), []).append(values.std(ddof=1) / values.mean())
    for total, spreads in found.items():
        least, most = service_costs.elsewhere.spread_from_range(n, total / n, low, high)
        assert least <= min(spreads) + 1e-12
        assert most == pytest.approx(max(spreads))  # with whole ends the extreme list is whole as well


def test_an_impossible_range_is_refused():
    with pytest.raises(RestatedError, match=r"no 5 values from 0 to 10 have the mean 9\.9"):
        service_costs.elsewhere.spread_from_range(5, 9.9, 0, 10)


def test_spread_from_an_interval_gives_back_the_interval():
    cvs = np.array(service_costs.elsewhere.spread_from_interval(5685, 3754, 40, 40, -603, 4599))
    halves = 1.959963984540054 * cvs * np.sqrt(5685**2 / 40 + 3754**2 / 40)
    # The difference of the printed means is 1,931: the two sides of the interval differ.
    assert halves == pytest.approx([1931 + 603, 4599 - 1931])
    equal = service_costs.elsewhere.spread_from_interval(3.0, 1.0, 10, 10, 1.0, 3.0)
    assert equal[0] == pytest.approx(equal[1])


# --- medication and eight years ---------------------------------------------------------------------------------------


def test_medication_sets_hold_every_u_that_prints_as_the_z():
    found = service_costs.elsewhere.medication_sets("-3.9", [(22, 19)], most_tied=0.5)
    none = found[(found["ties"] == "none") & (found["correction"] == "without")].iloc[0]
    sd = np.sqrt(22 * 19 * 42 / 12)
    fits = [u for u in range(22 * 19 + 1) if -3.95 <= (u - 209) / sd <= -3.85]
    assert (none["u_low"], none["u_high"], none["members"]) == (fits[0], fits[-1], len(fits))
    assert none["low"] == pytest.approx(1 - fits[-1] / 418)
    ties = found[found["ties"] != "none"]
    assert (ties["low"] <= none["low"]).all() and len(found) == 4


@quick
@given(st.integers(0, 100), st.integers(1, 25))
def test_counts_against_all_fractions(percent, n):
    found = {tuple(row) for row in service_costs.eightyears.counts_up_to(str(percent), n).to_numpy()}
    assert found == {(x, m) for m in range(1, n + 1) for x in range(m + 1) if abs(100 * x - percent * m) * 2 <= m}


@quick
@given(st.integers(0, 100), st.integers(1, 25))
def test_the_nearest_count_is_the_nearest(percent, n):
    count, share = service_costs.eightyears.nearest(str(percent), n)
    assert share == pytest.approx(100 * count / n)
    assert abs(share - percent) == pytest.approx(min(abs(100 * x / n - percent) for x in range(n + 1)))


@pytest.mark.parametrize("case", load("costs")["risks"], ids=lambda case: f"{case['x1']}-{case['n1']}")
def test_two_groups_match_r(case):
    found = service_costs.eightyears.two_groups(case["x1"], case["n1"], case["x2"], case["n2"])
    for name in ("odds_ratio", "or_low", "or_high"):
        assert_matches(found[name], case[name], FISHER_SEARCH, (name, case["call"]))
    # By definition: at the limits the tail beyond the observed count holds 2.5 %.
    x, margins = case["x1"], (case["n1"] + case["n2"], case["n1"], case["x1"] + case["x2"])
    assert nchypergeom_fisher.sf(x - 1, *margins, found["or_low"]) == pytest.approx(0.025, rel=1e-6)
    assert nchypergeom_fisher.cdf(x, *margins, found["or_high"]) == pytest.approx(0.025, rel=1e-6)
    assert_matches(found["p"], case["p"], CLOSED_FORM, case["call"])
    # Newcombe's method 10 from R's Wilson limits.
    p1, p2 = case["x1"] / case["n1"], case["x2"] / case["n2"]
    (l1, u1), (l2, u2) = case["wilson1"], case["wilson2"]
    assert found["low"] == pytest.approx(p1 - p2 - np.hypot(p1 - l1, u2 - p2))
    assert found["high"] == pytest.approx(p1 - p2 + np.hypot(u1 - p1, p2 - l2))
    assert found["nnt"] == pytest.approx(1 / abs(p1 - p2))
    assert proportion_confint(case["x1"], case["n1"], method="wilson") == pytest.approx(tuple(case["wilson1"]))


def test_pairs_are_all_pairs_with_half_of_each_arm():
    found = service_costs.eightyears.pairs("23", "74", 22, 19)
    assert found[["x1", "n1", "x2", "n2"]].to_numpy().tolist() == [[3, 13, 14, 19], [5, 22, 14, 19]]


@quick
@given(st.lists(st.floats(0, 5), min_size=3, max_size=12), st.lists(st.floats(0, 5), min_size=3, max_size=12))
def test_no_values_within_the_bounds_have_a_larger_sd_or_p(x, y):
    for values in (x, y):
        assert np.std(values, ddof=1) <= scores.largest_sd(np.mean(values), len(values), 0, 5) + 1e-9
    if min(np.ptp(x), np.ptp(y)) > 0.1:
        most = derived.largest_p(np.mean(x), len(x), np.mean(y), len(y), 0, 5)
        # Welch's degrees of freedom also vary with the SDs: the bound of p holds where the two p are worth a look.
        p = ttest_ind(x, y, equal_var=False).pvalue
        assert p <= most + 1e-9 or most > 0.3


def test_the_largest_p_of_the_years_is_that_of_the_largest_sds(numbers):
    found = service_costs.eightyears.years(numbers, 22, 19).set_index("outcome")
    # Read off the review of the chapter, which computed them by another program, to its digits.
    for outcome, after, entry in (
        ("three or more medications", 0.004, 0.031),
        ("outpatient treatment", 0.056, 0.22),
        ("employment or education", 0.009, 0.074),
    ):
        assert found.loc[outcome, ["after", "entry"]].tolist() == pytest.approx([after, entry], abs=6e-4)
    assert (found["rounded"] >= found["entry"]).all()
    # Over all smaller SDs, not only at the corner.
    for (a, b), most in product([(0.02, 1.90), (3.2, 1.2)], (5, 8)):
        s1, s2 = (scores.largest_sd(m, n, 0, most) for m, n in ((a, 22), (b, 19)))
        grid = [
            costs.t_test_from_moments(a, s1 * u, 22, b, s2 * v, 19).p
            for u, v in product(np.linspace(0, 1, 41)[1:], repeat=2)
        ]
        assert max(grid) <= derived.largest_p(a, 22, b, 19, 0, most) + 1e-12
    with pytest.raises(RestatedError, match="no 22 values"):
        scores.largest_sd(6.0, 22, 0, 5)


def test_the_two_part_limits_are_where_its_significance_ends():
    amount, users = service_costs.compatible.two_part_limits(1.0, 22, 19, 0.7)
    cv = np.sqrt(2 * 0.7 - 1)
    for ratio, share in ((amount, 0.7), (1.0, 0.7 * users)):
        assert costsets.two_part_p(ratio, cv, 22, 19, share, 0.7) < 0.05
    assert costsets.two_part_p(amount + 0.002, cv, 22, 19, 0.7, 0.7) > 0.05
    assert costsets.two_part_p(1.0, cv, 22, 19, 0.7 * users + 0.002, 0.7) > 0.05


def test_eight_years_against_the_arms(numbers):
    late = service_costs.eightyears.eight_years(numbers, 22, 19)
    assert late["attainable"].tolist() == [True, True, False, False, True, False]
    assert late["count"].tolist() == [5, 14, 3, 17, 10, 2]
    effects = service_costs.eightyears.eight_year_effects(late)
    assert effects["value"].notna().tolist() == [True, False, False]
    assert effects.loc[0, "value"] == pytest.approx(5 / 22 - 14 / 19)
    assert (effects["ci_low"] < effects["low"]).all() and (effects["high"] < effects["ci_high"]).all()


# --- rows for tables and figures --------------------------------------------------------------------------------------


def test_only_the_arms_at_eight_years_are_unverified(numbers):
    reports = service_costs.elsewhere.reports(numbers)
    assert reports["unverified"].tolist() == [False, False, False, True]
    assert reports["total"].tolist() == [44, 38, 41, 41]
    assert (reports["first"] + reports["second"] == reports["total"]).all()


def test_no_spread_rests_on_an_unverified_number(numbers):
    found = service_costs.elsewhere.spreads(numbers)
    assert found["key"].is_unique
    assert (found["value"].isna() == found["low"].notna()).all()


def test_the_region_holds_every_total_cost_and_reaches_its_ends(numbers):
    found = service_costs.elsewhere.spreads(numbers).set_index("key")
    # As printed in the abstract: 32,275 over 26,882; 19,450 over 18,758; 18,592 over 14,750.
    by_hand = {"wagner-before": 32275 / 26882, "wagner-during": 19450 / 18758, "wagner-after": 18592 / 14750}
    assert found.loc[list(by_hand), "value"].to_dict() == pytest.approx(by_hand)
    least, most = service_costs.elsewhere.region(found)
    # The interval of the difference with 86 patients, by hand, in arms of 29 and 57 and the other way round.
    sides = [x / 1.959963984540054 for x in (21775 - (46795 - 37826), 3546 + (46795 - 37826))]
    splits = [s / np.hypot(37826 / np.sqrt(m), 46795 / np.sqrt(86 - m)) for m in range(29, 58) for s in sides]
    assert (least, most) == (pytest.approx(min(splits)), pytest.approx(23867 / 17976))
    assert found.loc["asselt", "high"] == pytest.approx(max(splits))
    assert not found.loc[found["open"], "total"].any() and found["total"].sum() == 7


def test_no_unverified_cost_is_drawn_among_later_studies(numbers):
    table = studies.load("economic-evidence")
    found = service_costs.elsewhere.later_evidence(table, numbers)
    assert found["ratio"].notna().sum() == 7
    wrong = table.copy()
    wrong.loc[0, ["active", "control"]] = ["bateman2003-total-treatment-ph", "bateman2003-total-treatment-gpc"]
    with pytest.raises(RestatedError, match="unverified and is not drawn"):
        service_costs.elsewhere.later_evidence(wrong, numbers)
