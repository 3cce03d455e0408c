from __future__ import annotations

import tomllib

import pandas as pd
import pytest

from restated.calibrate import cases, score
from restated_book import calibrate, paths, register
from restated_book import calibration as stored
from restated_book.sources import dictionary
from review.findings import calibration


@pytest.fixture(scope="module")
def rows():
    return stored.load()


def test_the_stored_rows_are_those_of_the_cases(rows, tmp_path):
    calibrate.run(stored.CASES, tmp_path / "again.csv", without_seconds=True)
    again = pd.read_csv(tmp_path / "again.csv", dtype={"value": str})
    kept = pd.read_csv(stored.FILE, dtype={"value": str})
    pd.testing.assert_frame_equal(again, kept, rtol=1e-4)


def test_usual_practice_learned_elsewhere_holds_nine_truths_in_ten(rows):
    assert calibration.overall(rows, score.LEARNED)["share"] >= 0.9
    assert calibration.overall(rows, "usual")["share"] > calibration.overall(rows, "as printed")["share"]


def test_sets_are_nested(rows):
    """In all stored cases, a set contains the one of the strength before it."""
    at = {name: own.set_index(["case", "truth"]) for name, own in rows.groupby("strength")}
    for less, more in (("as printed", "usual"), ("usual", "wide")):
        held = at[less]["inside"].isin(["yes", "unbounded"]) & (at[less].index.get_level_values("truth") != "possible")
        assert at[more].loc[held, "inside"].isin(["yes", "unbounded"]).all()
        lost = at[more]["inside"].eq("not supported") & at[less]["inside"].ne("not supported") & at[less]["size"].ne(0)
        assert not lost.any()
        for end, sign in (("low", 1), ("high", -1)):
            first, second = sign * at[less].loc[held, end], sign * at[more].loc[held, end]
            assert (second.isna() | (second <= first + 1e-5 * first.abs())).all()


def test_impossible_prints_are_said_to_be_so(rows):
    said = rows[(rows["truth"] == "possible") & (rows["strength"] == "as printed")].set_index("case")["inside"]
    assert set(said) == {"yes"} and {"michael2013-cells-exp-3"} <= set(said.index)


def test_options_are_those_of_a_kind_or_of_the_statement():
    for case in cases.load(stored.CASES):
        assert set(case.options) <= {"test", "scale", "measure", "k", "step", "per", "times"}, case.id


def test_causes_are_those_of_the_cases(rows):
    truths = calibration.truths(rows).set_index(["Case", "Quantity"])
    assert truths.loc[("elmunzer2012-no-stent", "percentage, group 2"), "Cause"].startswith("truncation")
    assert truths.loc[("elmunzer2012-no-stent", "percentage, group 2"), "As printed"] == "empty"


def test_no_sentence_of_a_paper_is_in_a_case():
    for file in stored.CASES.glob("*.toml"):
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        assert all(len(text) <= 40 for texts in content["printed"].values() for text in [texts]), file


def test_every_scored_miss_has_a_cause(rows):
    truths = calibration.truths(rows)
    missed = truths[truths["Held"].str.strip("()") != "as printed"]
    assert (
        len(truths) == rows.groupby(["case", "truth"]).ngroups
        and missed["Cause"].map(lambda x: isinstance(x, str) and x != "").all()
    )


def test_every_kind_but_skewed_costs_has_a_scored_value(rows):
    assert set(cases.KINDS) - set(score.scored(rows)["kind"]) == {"skewed"}  # the chapter names it


def test_widths_compare_the_same_values(rows):
    own = calibration.alike(rows)
    assert own.dropna(subset="width").groupby("strength").size().nunique() == 1
    widths = calibration.by_kind(rows).query("kind == 'all kinds'").set_index("strength")["width"]
    assert widths["as printed"] <= widths["usual"] <= widths["wide"]


def test_every_value_is_shown_in_words(rows):
    shown = calibration.truths(rows)
    assert not shown["Quantity"].str.contains("_").any()
    assert shown["Held"].str.startswith("(").sum() == (~shown["scored"]).sum()
    assert not shown[["As printed", "Usual"]].map(lambda text: "e+" in text).any(axis=None)


def test_kinds_come_in_their_order_with_all_at_the_end(rows):
    table = calibration.by_kind(rows)
    assert table["kind"].iloc[0] == "events" and table["kind"].iloc[-1] == "all kinds"
    assert table["low"].le(table["share"]).all() and table["share"].le(table["high"]).all()


def test_headline_sets_grow_with_the_strength():
    table = calibration.at_strengths(calibration.headlines(register.load()))
    sizes = table[["As printed", "Usual practice", "Wide"]].map(
        lambda x: int(x[x.index("(") + 1 : -1].replace(",", ""))
    )
    assert len(table) == 8 and (sizes > 0).all(axis=None)
    assert (sizes["As printed"] <= sizes["Usual practice"]).all() and (sizes["As printed"] < sizes["Wide"]).any()
    # The counts of self-harm that the chapter shows.
    assert table.loc[table["Set"] == "self-harm, 6–12 months", "As printed"].item().endswith("(1)")


def test_other_programs_are_scored_on_the_same_cases():
    file = paths.DATA / "calibration" / "peers.csv"
    table = pd.DataFrame([row for _, row in dictionary.validate(file, dictionary.load()["calibration-peers"])])
    assert table.groupby(["kind", "tool"]).size().groupby("kind").nunique().eq(1).all()
    held = (table["inside"] == "yes").groupby([table["kind"], table["tool"]]).mean()
    assert held["whole scores", "Restated"] == held["whole scores", "CLOSURE"] == 1  # both list every sample
