from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import events, meta
from restated_book import register, studies
from review.findings import trials
from tests.printing import contains
from tests.reference import CLOSED_FORM, ITERATIVE, LIKELIHOOD_SEARCH, assert_matches, load

REPORTS, COUNTS, SCORES, JUDGED = (
    studies.load(f"mbt-{name}", originals=False) for name in ("trials", "events", "scores", "risk-of-bias")
)
THREE, FOUR = (
    trials.attempts.attempts(COUNTS, trials.attempts.THREE),
    trials.attempts.attempts(COUNTS, trials.attempts.FOUR),
)
EVENTS, DIFFERENCES, DERIVED = load("events"), load("differences"), load("trials")
RESPONSES = studies.load("metapsy-response", originals=False)


def test_fourteen_reports_are_on_six_samples():
    linked = trials.sources.families(REPORTS).query("reports > 1")
    assert (len(linked), linked["reports"].sum()) == (6, 14)


def test_the_map_keeps_reports_of_a_sample_together_and_first():
    rows = trials.sources.map_rows(REPORTS)
    assert len(rows) == len(REPORTS)
    assert rows["family"].ne(rows["family"].shift()).sum() == rows["family"].nunique()
    first = rows.groupby("family", sort=False)["relation"].first()
    assert set(first) == {"independent sample", "protocol"}
    assert rows["group"].ne(rows["group"].shift()).sum() == len(trials.sources.KINDS)


def test_every_independent_sample_has_a_row_in_the_grid_of_bias():
    grid = trials.judgements.bias_grid(REPORTS, JUDGED)
    own = REPORTS[REPORTS["relation"] == "independent sample"]
    assert {row.split(":")[0] for row in grid["row"]} == set(own["study"])
    open_rows = grid[grid["group"] == "No judgement with this tool obtained"]
    assert (open_rows[list(trials.judgements.DOMAINS.values())] == "none found").all(axis=None)
    assert set(grid.loc[~grid.index.isin(open_rows.index), "Overall"]) == {"high"}


@pytest.mark.parametrize(("name", "rows"), [("three-trials", THREE), ("four-trials", FOUR)])
def test_the_matrix_is_that_of_metafor_on_these_very_counts(name, rows):
    for measure in ("OR", "RR"):
        matrix = trials.attempts.estimator_matrix(rows, measure)
        for case in EVENTS["pooled"]:
            if (case["data"], case["measure"]) == (name, measure):
                method = {"logistic-normal": "Binomial–normal model", "Mantel-Haenszel": "Mantel–Haenszel"}.get(
                    case["method"], case["method"]
                )
                found = matrix.loc[(method, "counts as they are")]
                tolerance = LIKELIHOOD_SEARCH if method.startswith("Bin") else CLOSED_FORM
                for field in ("estimate", "ci_low", "ci_high", "p"):
                    assert_matches(found[field], case[field], tolerance, (field, case["call"]))
        for case in EVENTS["inverse"]:
            words = {("DL", "z"): "DL, Wald", ("REML", "knha"): "REML, Knapp–Hartung"}.get(
                (case["method"], case["test"])
            )
            if words and (case["data"], case["measure"]) == (name, measure):
                found = matrix.loc[(words, "½ where a cell is empty")]
                for field in ("estimate", "ci_low", "ci_high", "p", "tau2"):
                    assert_matches(found[field], case[field], ITERATIVE, (field, case["call"]))
        assert matrix["tau2"].isna().tolist() == [method in ("Mantel–Haenszel", "Peto") for method, _ in matrix.index]


@pytest.mark.parametrize("case", DERIVED["attempts"], ids=lambda case: f"{case['data']}-{case['method']}")
def test_the_ad_hoc_interval_of_attempts_is_that_of_metafor(case):
    rows = {"three-trials": THREE, "four-trials": FOUR}[case["data"]]
    y, v = events.effect_sizes(*trials.attempts.arms(rows), measure="RR")
    fit = meta.fit(y, v, method=case["method"], ci="adhoc")
    for field in ("estimate", "se", "ci_low", "ci_high", "p", "tau2"):
        assert_matches(getattr(fit, field), case[field], ITERATIVE, (field, case["call"]))
    assert fit.ci_low < 0 < fit.ci_high
    assert meta.fit(y, v, method=case["method"]).se <= fit.se
    matrix = trials.attempts.estimator_matrix(rows, "RR")
    if case["method"] == "REML":
        found = matrix.loc[("REML, ad hoc", "½ where a cell is empty")]
        assert_matches(found["ci_high"], case["ci_high"], ITERATIVE, case["call"])


def test_what_the_chapter_says_of_methods_holds():
    """Three trials: only ad hoc intervals of the ratio include 1; four: only that of Mantel–Haenszel excludes it."""

    def excluding(rows, measure):
        matrix = trials.attempts.estimator_matrix(rows, measure)
        out = (matrix["ci_high"] < 0) | (matrix["ci_low"] > 0)
        return {method for (method, _), found in out.items() if found}, {
            m for (m, _), found in out.items() if not found
        }

    assert excluding(THREE, "RR")[1] == {"REML, ad hoc"}
    assert not excluding(THREE, "RR")[0] & excluding(THREE, "RR")[1] and not excluding(THREE, "OR")[1]
    assert excluding(FOUR, "RR")[0] == {"Mantel–Haenszel"}
    assert trials.attempts.range_over_lost(THREE, COUNTS)[1] < 1
    sweep = trials.severity.rho_sweep(SCORES, np.arange(0, 0.96, 0.05))
    assert (sweep["ci_high"] < 0).all() and (sweep["pi_high"] > 0).all()


@pytest.mark.parametrize("case", DERIVED["risk_differences"], ids=lambda case: case["data"])
def test_risk_differences_alone_and_pooled_follow_one_rule(case):
    rows = {"three-trials": THREE, "four-trials": FOUR}[case["data"]]
    y, v = trials.attempts.risk_differences(rows)
    assert_matches(y, case["y"], CLOSED_FORM, case["call"])
    assert_matches(v, case["v"], CLOSED_FORM, case["call"])
    assert_matches(trials.attempts.differences(rows)["rd"], case["y"], CLOSED_FORM, case["call"])
    fit = meta.fit(y, v, method="DL")
    assert_matches(
        [fit.estimate, fit.ci_low, fit.ci_high],
        [case[field] for field in ("estimate", "ci_low", "ci_high")],
        CLOSED_FORM,
        case["call"],
    )


@pytest.mark.parametrize("case", DERIVED["change"], ids=lambda case: f"{case['rho']}-{case['method']}")
def test_severity_adjusted_for_baseline_is_that_of_metafor(case):
    rows = trials.severity.adjusted(SCORES, case["rho"])
    assert_matches(rows["y"], case["y"], CLOSED_FORM, "y")
    assert_matches(rows["v"], case["v"], CLOSED_FORM, "v")
    sweep = trials.severity.rho_sweep(SCORES, [case["rho"]]).iloc[0]
    fields = ("ci_low", "ci_high") if case["method"] == "DL" else ("pi_low", "pi_high")
    for field, name in zip(("ci_low", "ci_high"), fields, strict=True):
        assert_matches(sweep[name], case[field], ITERATIVE, (field, case["call"]))
    if case["method"] == "DL":
        assert_matches([sweep["estimate"], sweep["i2"]], [case["estimate"], case["i2"]], CLOSED_FORM, case["call"])


def test_severity_adjusted_does_not_use_the_doubtful_sd():
    other = SCORES.copy()
    other.loc[other["row_id"] == "bateman2009-iip-78", "sd_mbt"] = 0.54
    assert trials.severity.adjusted(other, 0.5).equals(trials.severity.adjusted(SCORES, 0.5))


@pytest.mark.parametrize("case", DERIVED["developers"], ids=lambda case: f"{case['outcome']}-{case['test']}")
def test_developers_as_moderator_are_those_of_metafor(case):
    rows = FOUR if case["outcome"] == "attempts" else trials.severity.adjusted(SCORES, 0.5)
    y, v = events.effect_sizes(*trials.attempts.arms(rows), measure="RR") if rows is FOUR else (rows["y"], rows["v"])
    ci = {"z": "wald", "adhoc": "adhoc"}[case["test"]]
    fit = trials.pooled.by_developers(rows, REPORTS, y, v, ci=ci)
    for field in ("estimate", "se", "ci_low", "ci_high", "p"):
        assert_matches(getattr(fit, field)[1], case[field], ITERATIVE, (field, case["call"]))


@pytest.mark.parametrize("case", DERIVED["standardised"], ids=lambda case: case["data"])
def test_both_outcomes_on_one_scale(case):
    severity = trials.severity.severity(SCORES, COUNTS)
    rows = trials.pooled.both_outcomes({"three-trials": THREE, "four-trials": FOUR}[case["data"]], severity)
    k = len(case["y"])
    assert_matches(rows["y"][:k], case["y"], CLOSED_FORM, case["call"])
    assert_matches(rows["v"][:k], case["v"], CLOSED_FORM, case["call"])
    assert rows["y"][k:].tolist() == severity["y"].tolist()


def test_a_missing_trial_is_named():
    with pytest.raises(RestatedError, match="'beck2020' has no row with suicide attempts"):
        trials.attempts.attempts(COUNTS, ["beck2020"])


def test_the_range_over_lost_patients_against_every_data_set():
    rows = THREE[THREE["trial"].isin(["bateman2009", "philips2018"])].reset_index(drop=True)
    few = COUNTS.copy()
    for trial, (mbt, control) in {"bateman2009": (2, 1), "philips2018": (1, 3)}.items():
        here = (few["trial"] == trial) & (few["outcome"] == "attrition")
        few.loc[here, ["events_mbt", "events_control"]] = mbt, control
    a, first, c, second = trials.attempts.arms(rows)
    ratios, excluding = [], 0
    for more in itertools.product(range(3), range(2), range(2), range(4)):
        fit = meta.fit(*events.effect_sizes(a + more[:2], first, c + more[2:], second, measure="RR"), method="DL")
        ratios.append(np.exp(fit.estimate))
        excluding += fit.ci_high < 0 or fit.ci_low > 0
    # The product above runs over (2009 mbt, 2018 mbt, 2009 control, 2018 control), as the arms are concatenated.
    low, high, sets, found = trials.attempts.range_over_lost(rows, few)
    assert sets == len(ratios) == 48 and found == excluding
    assert trials.attempts.range_over_lost(rows, few, ci="adhoc")[3] < found
    assert (low, high) == pytest.approx((min(ratios), max(ratios)))


def test_a_trial_without_a_row_on_attrition_stays_as_it_is():
    only = THREE[THREE["trial"].isin(["bateman1999"])]
    both = np.repeat(only.index, 2)
    low, high, sets, _ = trials.attempts.range_over_lost(only.loc[both].reset_index(drop=True), COUNTS)
    assert sets == 1 and low == high == pytest.approx(1 / 12)


def test_risk_differences_and_numbers_needed_to_treat():
    each = trials.attempts.differences(FOUR).set_index("trial")
    row = each.loc["bateman2009"]
    assert row["rd"] == pytest.approx(2 / 71 - 16 / 63) and row["nnt"] == pytest.approx(1 / (16 / 63 - 2 / 71))
    assert (row["nnt_low"], row["nnt_high"]) == pytest.approx((-1 / row["rd_low"], -1 / row["rd_high"]))
    assert np.isinf(each.loc[["philips2018", "carlyle2020"], "nnt_high"]).all()
    assert each["fragility"].tolist() == [5, 7, 1, 8] and each["significant"].tolist() == [True, True, False, False]
    names = REPORTS.set_index("row_id")["study"]
    written = trials.attempts.differences_table(each.reset_index(), names)
    assert written["Fragility"].tolist() == ["5, lost", "7, lost", "1, gained", "8, gained"]
    assert "no limit" in written["Number needed to treat"].iloc[2]


def reference_rows(name):
    (case,) = (c for c in DIFFERENCES["single"] if c["data"] == name)
    order = [0, 2, 1]  # the reference has Philips before Laurenssen
    return [np.array(case[field])[order] for field in ("y", "v")]


@pytest.mark.parametrize(("name", "sd"), [("as-listed", None), ("other-sd", 0.54)])
def test_severity_is_that_of_metafor_on_these_very_rows(name, sd):
    rows = trials.severity.severity(SCORES, COUNTS, sd=sd)
    y, v = reference_rows(name)
    assert_matches(rows["y"], y, CLOSED_FORM, "g")
    assert_matches(rows["v"], v, CLOSED_FORM, "v")
    sweep = trials.severity.sd_sweep(SCORES, COUNTS, [sd or 0.13]).iloc[0]
    for case in DIFFERENCES["pooled"]:
        if case["data"] == name and case["method"] == "DL" and case["test"] == "z":
            for field in ("estimate", "ci_low", "ci_high"):
                assert_matches(sweep[field], case[field], ITERATIVE, case["call"])
        if case["data"] == name and case["method"] == "REML" and case["test"] == "knha":
            for field, ours in (("estimate", "reml"), ("ci_low", "pi_low"), ("ci_high", "pi_high")):
                assert_matches(sweep[ours], case[field], ITERATIVE, case["call"])


def test_readings_of_the_arm_sizes():
    sizes = {
        words: trials.severity.severity(SCORES, COUNTS, sizes=words).set_index("trial")[["n_mbt", "n_control"]]
        for words in ("as listed", "randomised", "seen at the end")
    }
    assert (
        sizes["as listed"].loc["philips2018"].tolist()
        == sizes["seen at the end"].loc["philips2018"].tolist()
        == [13, 11]
    )
    assert sizes["randomised"].loc["philips2018"].tolist() == [24, 22]
    assert sizes["seen at the end"].loc["laurenssen2018"].tolist() == [54 - 21, 41 - 26]
    assert sizes["seen at the end"].loc["bateman2009"].tolist() == [71 - 19, 63 - 16]


def test_the_listed_effect_sizes_determine_formula_and_n():
    numbers = register.load()
    for row, key in (
        ("bateman2009-iip-78", "bateman2009-iip"),
        ("laurenssen2018-bpdsi-78", "laurenssen2018-bpdsi"),
        ("philips2018-bpdsi-78", "philips2018-bpdsi"),
    ):
        assert contains(numbers[f"{key}-g-listed"].value, trials.severity.listed_g(SCORES, row, exact=False))
    assert not contains(
        numbers["philips2018-bpdsi-g-listed"].value,
        trials.severity.listed_g(SCORES, "philips2018-bpdsi-78", exact=True),
    )


@pytest.mark.parametrize("least", [1, trials.selfharm.LEAST])
def test_self_harm_counts_are_those_metafor_finds_and_one_split_allows_all(least):
    found = trials.selfharm.pairs(register.load(), least=least)
    assert [each.tables.tolist() for each in found.values()] == [case["tables"] for case in DERIVED["selfharm"]]
    assert set.intersection(*(each.splits for each in found.values())) == {(22, 19)}
    assert trials.selfharm.words(found["0–6"].tables) == "2 of 22 v 12 of 19; 2 of 23 v 11 of 18"


def test_imputed_response_is_that_of_r_and_rounds_to_every_listed_count():
    arms = trials.response.imputed(RESPONSES, SCORES)
    *four, other = DERIVED["responders"]
    assert_matches(arms["expected"], [case["responders"] for case in four], CLOSED_FORM, "responders")
    assert arms["expected"].round().tolist() == arms["listed"].tolist() == [1, 8, 4, 2]
    same = trials.response.responders(*(other[name] for name in ("mean", "sd", "n", "baseline")))
    assert_matches(same, other["responders"], CLOSED_FORM, other["arm"])


def test_reductions_that_round_to_the_listed_counts_end_where_a_count_changes():
    arms = trials.response.imputed(RESPONSES, SCORES)
    low, high = trials.response.reductions(arms)
    assert low < 100 * (1 - trials.response.CUT) < high
    for percent, fits in ((low - 1e-6, False), (low + 1e-6, True), (high - 1e-6, True), (high + 1e-6, False)):
        cut = (1 - percent / 100) * arms["baseline"]
        expected = arms["tested"] * stats.norm.cdf((cut - arms["mean"]) / arms["sd"])
        assert (expected.round() == arms["listed"]).all() == fits


def test_listed_log_ratios_of_response_follow_from_their_counts():
    found = trials.response.log_ratios(*(RESPONSES[c] for c in ("improved_ig", "n_ig", "improved_cg", "n_cg")))
    for ours, field in zip(found, ("y", "se"), strict=True):
        assert_matches(ours, [case[field] for case in DERIVED["ratios"]], CLOSED_FORM, field)
    assert trials.response.reproduced(RESPONSES) == len(RESPONSES) == 22
    changed = RESPONSES.assign(improved_ig=RESPONSES["improved_ig"] + (RESPONSES["row_id"] == "response-265"))
    assert trials.response.reproduced(changed) == 21


def test_effects_over_time_are_the_printed_ones_and_need_an_interval():
    numbers, severity = register.load(), "storebo2020-all-tau-severity"
    ids = {"severity": {"end": severity, "one": "storebo2020-all-tau-self-harm-0-6m"}}
    first, second = trials.sources.over_time(numbers, ids).to_dict("records")
    assert [first[x] for x in ("y", "low", "high", "n")] == [-0.52, -0.70, -0.33, "1,244 in 22"]
    assert (first["design"], second["design"]) == ("pooled group comparisons", "trial")
    with pytest.raises(RestatedError, match="'ougrin2015-trials' was printed without an interval"):
        trials.sources.over_time(numbers, {"x": {"y": "ougrin2015-trials"}})


def test_unverified_numbers_are_labelled_in_every_table():
    numbers = register.load()
    rows = trials.sources.printed_rows(
        numbers,
        {"a": ["storebo2020-mbt-tau-depression", "rossouw2012-depression", "hajekgross2024-prepost-depression"]},
    )
    assert rows["Published"].tolist() == [
        "unverified: -0.58 (-1.22 to 0.05)",
        "in words: lower",
        "-1.1 (-1.52 to -0.68)",
    ]
    guidelines = trials.sources.guideline_rows(studies.load("mbt-guidelines", originals=False))
    assert guidelines.loc[guidelines["Grade"] == "U", "Says about MBT"].str.startswith("unverified: ").all()
    reviews = studies.load("mbt-reviews", originals=False)
    assert "U" not in {*reviews["grade"], *(numbers.number(id).grade for id in reviews["published"])}


def test_certainty_has_a_judgement_in_every_domain_that_applies():
    table = studies.load("mbt-certainty", originals=False)
    grid = trials.judgements.certainty_grid(table)
    assert list(grid.columns[1:]) == list(trials.judgements.GRADE_DOMAINS.values())
    blank = (grid == "").to_numpy().sum()
    assert blank == (table[list(trials.judgements.GRADE_DOMAINS)] == "does not apply").to_numpy().sum() == 1


def test_history_ends_with_all_trials_and_a_new_one_changes_the_conclusion():
    known = trials.pooled.history(COUNTS, REPORTS)
    assert list(known["k"]) == [1, 2, 3, 4] and known.index[-1] == "Carlyle et al. 2020"
    y, v = events.effect_sizes(*trials.attempts.arms(FOUR), measure="RR")
    assert known["estimate"].iloc[-1] == pytest.approx(meta.fit(y, v, method="DL", ci="wald").estimate)
    assert list(known["conclusion"]) == ["fewer with MBT"] * 3 + ["not shown"]
    # An invented trial with the opposite result, in its own year.
    new = COUNTS.iloc[:1].assign(trial="smits2022", n_mbt=400, events_mbt=200, n_control=400, events_control=10)
    after = trials.pooled.history(pd.concat([new, COUNTS], ignore_index=True), REPORTS)
    assert after.index[-1].startswith("Smits") and after["k"].iloc[-1] == 5
    assert after["estimate"].iloc[-1] > known["estimate"].iloc[-1]
    worse = trials.pooled.history(pd.concat([new, new.assign(trial="juul2023")], ignore_index=True), REPORTS)
    assert list(worse["conclusion"]) == ["more with MBT"] * 2
