from __future__ import annotations

import pandas as pd
import pytest

from restated.calibrate import score
from restated.calibrate.cases import Case, Truth
from restated.reconstruct.practice import STRENGTHS


def case(pair, printed, truths, *, reconstructor="statement", use="cover", **options):
    made = tuple(Truth(name, value, "made up", use) for name, value in truths.items())
    id = f"{pair}-{reconstructor}"
    return Case(id, pair, "means", use, "P", "A", "made up", reconstructor, printed, options, made)


CUT = {"percent1": "20.6%", "percent2": "10%"}  # of 20.69
CASES = [
    case("a", CUT, {"percent1": 20.69}),
    case("b", CUT, {"percent1": 20.69}),
    case("c", CUT, {"percent1": 20.6, "other": 1.0}),
    case("d", {"n": "10", "mean": "0.75", "sd": "1.70"}, {"ss": 28.805}, reconstructor="scores", step=0.1),
    case("e", {"percent1": "9%"}, {"n1": 5}, reconstructor="two arms"),
    case("f", {"n": "21", "mean": "3.07"}, {"possible": False}, reconstructor="scores", use="stress"),
]


@pytest.fixture(scope="module")
def rows():
    return score.run(CASES)


def inside(rows, case, truth):
    chosen = rows[(rows["case"] == case) & (rows["truth"] == truth)]
    return dict(zip(chosen["strength"], chosen["inside"], strict=True))


def test_every_truth_has_a_row_at_each_strength(rows):
    truths = sum(len(case.truths) for case in CASES)
    assert len(rows) == truths * (len(STRENGTHS) + 1) and list(rows.columns) == [*score.COLUMNS, "seconds"]


def test_practice_is_learned_from_other_papers_only(rows):
    # Two papers cut digits off: each teaches the other.
    held = dict.fromkeys((*STRENGTHS, score.LEARNED), "yes") | {"as printed": "no"}
    assert inside(rows, "a-statement", "percent1") == held
    # One paper alone divides by n: nobody else shows it.
    assert inside(rows, "d-scores", "ss") == held | {score.LEARNED: "no"}


def test_what_cannot_be_done_is_said_not_left_out(rows):
    assert set(inside(rows, "c-statement", "other").values()) == {"not supported"}
    arms = rows[rows["case"] == "e-two arms"]
    assert set(arms["inside"]) == {"not supported"} and arms["cause"].str.contains("no limit of the size").all()


def test_impossible_numbers_are_said_to_be_so(rows):
    assert inside(rows, "f-scores", "possible")["as printed"] == "yes"


def test_misses_have_a_cause(rows):
    missed = rows[rows["inside"] != "yes"]
    assert (missed["cause"] != "").all() and (rows.loc[rows["inside"] == "yes", "cause"] == "").all()


def test_runs_are_the_same(rows):
    again = score.run(CASES)
    pd.testing.assert_frame_equal(rows.drop(columns="seconds"), again.drop(columns="seconds"))


def test_coverage_has_the_exact_interval(rows):
    table = score.coverage(rows).set_index("strength")
    assert table.loc["as printed", ["truths", "inside", "papers"]].tolist() == [4, 1, 4]
    # R 4.2.2, binom.test(1, 4)$conf.int
    assert table.loc["as printed", ["low", "high"]].tolist() == pytest.approx([0.006309463, 0.8058796], abs=1e-7)
    assert score.coverage(rows, uses=("stress",))["truths"].tolist() == [1] * 4


def test_numbers_that_only_come_back_are_not_scored():
    rows = score.run([case("a", {"n": "40", "weather": "20.6", "r": ".31"}, {"n": 40, "weather": 20.69, "r": 0.312})])
    assert rows.groupby("truth")["printed"].first().to_dict() == {"n": "given", "weather": "given", "r": "yes"}
    assert inside(rows, "a-statement", "weather")["as printed"] == "no"
    assert score.coverage(rows)["truths"].tolist() == [1] * 4


def test_widths_are_relative_to_the_scale():
    assert score._width(Truth("percent1", 9.0, "", "cover"), 8.0, 10.0) == pytest.approx(0.02)
    assert score._width(Truth("agreement", 43.0, "", "cover"), 22.0, 100.0) == pytest.approx(0.78)
    assert score._width(Truth("sd", "4.0", "", "cover"), 3.0, 5.0) == pytest.approx(0.5)
    assert score._width(Truth("sd", 4.0, "", "cover"), 3.0, 5.0) == pytest.approx(0.5)
    assert score._width(Truth("x", 4.0, "", "cover", scale=10.0), 3.0, 5.0) == pytest.approx(0.2)


def test_a_truth_that_no_set_speaks_of_is_not_missed_by_an_empty_one():
    printed = {"k": "12", "estimate": "0.30", "ci_low": "0.10", "ci_high": "0.50", "Q": "30.0", "I2": "20%"}
    rows = score.run([case("a", printed, {"weather": 1.0, "Q": 30.0})])
    assert rows.loc[rows["truth"] == "weather", "inside"].eq("not supported").all()
    assert inside(rows, "a-statement", "Q")["as printed"] == "no"


def test_an_unknown_reconstructor_is_not_supported():
    rows = score.run([case("a", CUT, {"percent1": 20.69}), case("b", CUT, {"percent1": 20.69}, reconstructor="magic")])
    own = rows[rows["case"] == "b-magic"]
    assert (
        set(own["inside"]) == {"not supported"}
        and own["cause"].str.startswith("the reconstructor 'magic' is unknown").all()
    )
    assert inside(rows, "a-statement", "percent1")["usual"] == "yes"


def test_a_range_that_excludes_nothing_is_no_hit():
    printed = {"k": "12", "estimate": "0.30", "ci_low": "0.10", "ci_high": "0.50"}
    rows = score.run([case("a", printed, {"Q": 30.0, "I2": 63.3, "se": 0.1})])
    assert (
        set(inside(rows, "a-statement", "Q").values())
        == set(inside(rows, "a-statement", "I2").values())
        == {"unbounded"}
    )
    assert set(inside(rows, "a-statement", "se").values()) == {"yes"}
    table = score.coverage(rows).set_index("strength")
    assert table.loc["usual", ["truths", "inside"]].tolist() == [3, 1]


def test_a_set_too_large_to_list_keeps_the_lesser_one():
    printed = {"n1": "99999", "n2": "99999", "events1": "14990", "events2": "20000"}
    rows = score.run([case("a", printed, {"percent1": 14.99015}, reconstructor="two arms")])
    assert "too many" in score._build(case("a", printed, {}, reconstructor="two arms"), STRENGTHS["wide"])
    assert set(inside(rows, "a-two arms", "percent1").values()) == {"yes"}


HUGE = ("99999999999", "9" * 25)


@pytest.mark.parametrize("n", HUGE)
@pytest.mark.parametrize(
    "reconstructor, printed, options",
    [
        ("two by two", {"n": "N", "kappa": "0.40"}, {}),
        ("twin table", {"pairs": "N", "probandwise": "40%"}, {}),
        ("two arms", {"n1": "N", "n2": "N", "percent1": "15%", "percent2": "20%"}, {}),
        ("shares", {"n": "N", "a / a+b": "51%"}, {}),
        ("square table", {"rows": ["N", "N"], "columns": ["N", "N"], "kappa": ".6"}, {}),
        ("scores", {"n": "N", "mean": "3.51", "sd": "1.2", "low": "1", "high": "5"}, {}),
        ("ranks", {"n1": "N", "n2": "N", "z": "2.1"}, {}),
    ],
)
def test_huge_numbers_are_refused_before_any_work(n, reconstructor, printed, options):
    given = {role: [n] * 2 if isinstance(text, list) else text.replace("N", n) for role, text in printed.items()}
    for elements in STRENGTHS.values():
        why = score._build(case("a", given, {}, reconstructor=reconstructor), elements)
        assert isinstance(why, str) and "stopped" not in why and "\n" not in why


def test_a_huge_meta_analysis_draws_no_studies():
    printed = {"k": HUGE[0], "estimate": "0.3", "ci_low": "0.1", "ci_high": "0.5", "I2": "50%"}
    assert score._build(case("a", printed, {}), ()).range("se") == pytest.approx((0.1, 0.1), abs=0.03)
