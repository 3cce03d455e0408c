"""Tables behind printed percentages against a plain search, and the directions of the studies."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.printed import parse
from restated_book import claims
from review.findings import programmes
from tests.printing import contains


def test_the_obesity_percentages_fit_one_table():
    found = programmes.tables("3.3", "19.7", [(92, 66)])
    assert found[["a", "n1", "b", "n2"]].to_numpy().tolist() == [[3, 92, 13, 66]]
    row = found.iloc[0]
    assert row["risk_ratio"] == pytest.approx((3 / 92) / (13 / 66))
    # The hypergeometric sum over all tables no more likely than this one: the definition of the two-sided test.
    law = stats.hypergeom(158, 16, 92)
    seen = law.pmf(3)
    assert row["p"] == pytest.approx(sum(law.pmf(k) for k in range(17) if law.pmf(k) <= seen * (1 + 1e-7)))


def test_no_division_of_71_prints_both_percentages_of_secure_attachment():
    assert programmes.tables("64.4", "48.4", programmes.splits(71)).empty
    assert len(programmes.tables("27", "43", programmes.splits(71))) == 6


def test_no_event_in_the_second_arm_leaves_the_ratio_open():
    assert math.isnan(programmes.tables("50", "0", [(2, 5)])["risk_ratio"].iloc[0])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(2, 25))
def test_tables_are_those_a_plain_search_finds(first, second, total):
    wanted = {
        (a, n, b, total - n)
        for n in range(1, total)
        for a in range(n + 1)
        for b in range(total - n + 1)
        if contains(parse(str(first)), 100 * a / n) and contains(parse(str(second)), 100 * b / (total - n))
    }
    found = programmes.tables(str(first), str(second), programmes.splits(total))
    assert set(found[["a", "n1", "b", "n2"]].itertuples(index=False, name=None)) == wanted


def test_every_direction_of_the_table_of_studies_is_drawn_once():
    studies = claims.load("programmes")
    drawn = programmes.directions(studies)
    known = {words for all_words in programmes.DIRECTIONS.values() for words in all_words}
    assert set(studies["result_direction"]) - {""} == known
    left_out = studies[(studies["result_direction"] == "") | (studies["study"] == "none found")]
    assert len(drawn) == len(studies) - len(left_out)
    assert drawn["place"].is_unique
    assert drawn["place"].str.endswith("(later)").sum() == studies["note"].str.contains(programmes.LATER).sum()


def test_a_study_without_a_direction_is_left_out():
    row = {"short": "A", "programme": "P", "study": "A 2000", "result_direction": "", "note": ""}
    assert programmes.directions(pd.DataFrame([row])).empty
