from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from restated.estimate import agreement
from restated_book import studies
from review.findings import stability
from tests.reference import SEARCH, load


@pytest.fixture(scope="module")
def rows():
    return studies.load("stability", originals=False)


@pytest.fixture(scope="module")
def transitions():
    return studies.load("stability-transitions", originals=False)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(arrays(int, (3, 4, 4), elements=st.integers(0, 9)), st.integers(0, 3))
def test_collapsing_keeps_the_total_and_the_margins(tables, against):
    two = stability.collapse(tables, against)
    assert (two >= 0).all() and (two.sum(axis=1) == tables.sum(axis=(1, 2))).all()
    assert (two[:, 0] + two[:, 1] == tables[:, against].sum(axis=1)).all()
    assert (two[:, 0] + two[:, 2] == tables[:, :, against].sum(axis=1)).all()


def test_every_row_with_counts_is_checked(rows, transitions):
    checked = stability.check_counts(rows, transitions)
    assert checked["coefficient"].value_counts().to_dict() == {
        "r, secure or insecure": int(rows[stability.TWO_WAY].notna().all(axis=1).sum()),
        "kappa, four classes": len(transitions),
        "r, organised or disorganised": len(transitions),
    }
    one = checked.query("row_id == 'o29-1' and coefficient == 'r, secure or insecure'").iloc[0]
    assert one["recomputed"] == pytest.approx(agreement.phi([419, 235, 242, 164]))
    assert one["agrees"]


def test_a_changed_count_is_noticed(rows, transitions):
    broken = rows.copy()
    at = broken.index[broken["row_id"] == "o29-1"][0]
    broken.loc[at, "SS"] += 1
    before, after = (stability.check_counts(r, transitions)["agrees"].sum() for r in (rows, broken))
    assert after == before - 1


def test_the_exchanged_rows_of_one_paper_are_found(rows, transitions):
    found = stability.check_collapse(rows, transitions)
    assert dict(zip(found["row_id"], found["same_as"], strict=True)) == {"o09-1": "o09-2", "o09-2": "o09-1"}


def test_the_code_published_with_the_data_reports_the_same_four_way_result(transitions):
    # The authors' output file: z .227510780623363, SE .03702388220533, df 23.5795450915723, tau2 .0196469925775354.
    fit = stability.pooled_fourway(transitions, fisher=True)
    assert (fit.estimate, fit.se, fit.df, fit.tau2) == pytest.approx(
        (0.227510780623363, 0.03702388220533, 23.5795450915723, 0.0196469925775354), rel=1e-6
    )


def test_the_degenerate_row_is_left_out_capped_or_drawn_without_an_effect(rows):
    assert stability.pooled_secure(rows).k == 65
    assert stability.pooled_secure(rows, cap=0.99).k == 66
    assert stability.pooled_secure(rows, cap=0.95).estimate < stability.pooled_secure(rows, cap=0.99).estimate
    drawn = stability.forest_rows(rows)
    assert len(drawn) == 66 and np.isinf(drawn["y"]).sum() == 1
    assert not drawn.duplicated(["study", "year"]).any() and drawn["study"].str.len().max() <= 45
    assert "Meins et al.: Mother-child, 15 to 44 months" in set(drawn["study"])


def test_one_effect_per_sample(rows):
    per_sample = stability.one_row_per_sample(rows)
    assert per_sample["study_id"].is_unique and per_sample["label"].is_unique
    assert len(per_sample) == stability.pooled_secure(rows).clusters
    rauh = per_sample.set_index("study_id").loc[30]
    used = rows[rows["study_id"] == 30]
    assert rauh["n"] == 75 and rauh["z"] == pytest.approx(np.arctanh(used["r_secure_insecure"]).mean())


def test_leaving_out_a_sample_leaves_out_all_its_rows(rows):
    table = stability.leave_one_sample_out(rows)
    rauh = table[table["label"].str.contains("Rauh")].iloc[0]
    assert rauh["estimate"] == pytest.approx(np.tanh(stability.pooled_secure(rows[rows["study_id"] != 30]).estimate))
    assert len(table) == 50


def test_the_prediction_interval_is_wider_than_the_confidence_interval(rows):
    p = stability.with_prediction(stability.pooled_secure(rows))
    assert p.pi_low < p.ci_low < p.estimate < p.ci_high < p.pi_high


def test_the_working_correlation_table_holds_the_main_result(rows):
    table = stability.sensitivity_to_rho(rows).set_index("rho")
    assert table.loc[0.8, "r"] == pytest.approx(np.tanh(stability.pooled_secure(rows).estimate))
    assert list(table.index) == list(stability.RHOS)


def test_small_samples_report_more_stability(rows):
    test = stability.small_study_test(rows)
    assert test.estimate[1] > 0 and 0 < test.p[1] < 1


def test_the_pooled_table_is_on_the_scale_of_each_coefficient(rows, transitions):
    table = stability.pooled_table(rows, transitions).set_index("Coefficient")
    assert table.loc["r, secure or insecure", "Pooled"] == pytest.approx(
        np.tanh(stability.pooled_secure(rows).estimate)
    )
    assert table.loc["kappa, four classes", "Pooled"] == pytest.approx(stability.pooled_fourway(transitions).estimate)
    assert (table["Prediction low"] < table["95 % CI low"]).all() and (
        table["95 % CI high"] < table["Prediction high"]
    ).all()


@pytest.fixture(scope="module")
def facts():
    return stability.file_facts(studies.load("stability-files", originals=False))


@pytest.mark.parametrize(
    ("row_id", "samples", "i2", "tau2"),
    [
        ("stability2018-r", 49, 80.4, 0.0487),
        ("stability2018-r-capped", 50, 84.8, 0.0676),
        ("stability2018-kappa", 27, 68.2, 0.0205),
    ],
)
def test_facts_about_the_file_of_2018_follow_from_its_rows(rows, transitions, facts, row_id, samples, i2, tau2):
    joined, joined_transitions = map(stability.same_children, (rows, transitions))
    fit = {
        "stability2018-r": lambda: stability.pooled_secure(joined),
        "stability2018-r-capped": lambda: stability.pooled_secure(joined, cap=0.99),
        "stability2018-kappa": lambda: stability.pooled_fourway(joined_transitions, fisher=True),
    }[row_id]()
    expected = facts.loc[row_id, ["value", "ci_low", "ci_high"]].tolist()
    assert np.tanh([fit.estimate, fit.ci_low, fit.ci_high]).round(3).tolist() == expected
    assert (fit.clusters, round(fit.i2, 1), round(fit.tau2, 4)) == (samples, i2, tau2)


def test_no_other_pair_of_samples_of_one_paper_gives_all_facts(rows, transitions, facts):
    paper = rows.drop_duplicates("study_id").set_index("study_id")["study"]
    pairs = [(a, b) for a in paper.index for b in paper.index if a < b and paper[a] == paper[b]]
    expected = [facts.loc[i, "value"] for i in ("stability2018-r", "stability2018-kappa")]
    fitting = []
    for a, b in pairs:
        joined, by_class = (t.assign(study_id=t["study_id"].replace({b: a})) for t in (rows, transitions))
        found = stability.pooled_secure(joined), stability.pooled_fourway(by_class, fisher=True)
        if np.tanh([f.estimate for f in found]).round(3).tolist() == expected:
            fitting.append({b: a})
    assert len(pairs) > 5 and fitting == [stability.SAME_CHILDREN]


def test_facts_of_words_are_left_out(facts):
    assert "continuity2026-n" not in facts.index and facts.loc["stability2020-r", "value"] == 0.282


def test_the_kappa_depends_on_the_variance_that_the_article_does_not_name(transitions):
    found = {name: stability.pooled_fourway(transitions, variance=name).estimate for name in stability.KAPPA_VARIANCES}
    # Recomputed without this package by a referee.
    expected = {"Cohen": 0.2254, "Fleiss, Cohen and Everitt": 0.2212, "kappa of 0": 0.2228, "1/n": 0.2081}
    assert {name: round(value, 4) for name, value in found.items()} == expected


def test_models_of_dependence_agree_with_the_robust_estimate(rows):
    table = stability.dependence(rows)
    robust_r = np.tanh(stability.pooled_secure(rows).estimate)
    assert (abs(table["r"] - robust_r) < 0.01).all()
    # metafor's rma.mv (tests/reference/robust.json), rounded
    assert table["r"].round(4).tolist() == [0.2582, 0.2557, 0.2547]


def test_corrections_for_small_studies_disagree(rows):
    table = stability.corrected(stability.one_row_per_sample(rows)).set_index("Method")["r"].round(2)
    assert table.tolist() == [0.04, 0.12, 0.16, 0.21, 0.32]


def test_corrections_for_small_studies_are_those_of_r_on_one_effect_per_sample(rows):
    found = stability.corrected(stability.one_row_per_sample(rows)).set_index("Method")
    cases = load("meta")["corrected"]
    assert [case["method"] for case in cases] == found.index.tolist()
    for case in cases:
        own = found.loc[case["method"]]
        assert own.iloc[:3].tolist() == pytest.approx(case["r"], rel=SEARCH)
        assert own["p of asymmetry"] == pytest.approx(case["p"], rel=SEARCH)


def test_the_moderators_are_those_of_robumeta(rows):
    found = stability.moderators(rows)["p"]
    # robu(..., modelweights = "CORR", rho = .8, small = TRUE) on the same rows
    expected = {"interval": 0.02442917, "social_risk": 0.06298827, "medical_risk": 0.04353879, "published": 0.1308208}
    for name, p in expected.items():
        assert found[name] == pytest.approx(p, rel=1e-6)
    assert found.min() * len(found) > 0.05  # none is left after a correction for their number
