from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.verdict import BASES, GRADES, VERDICTS
from restated_book import entries
from tests.builder.sphinx.rows import everything, kinds, restated, row, written


def write(tmp_path, content) -> object:
    path = tmp_path / "entries.json"
    if not isinstance(content, str):
        return written(path, content)
    path.write_text(content, encoding="utf-8")
    return path


def test_rows_come_by_id_in_order(tmp_path):
    rows = everything()
    loaded = entries.load(write(tmp_path, rows))
    assert list(loaded.values()) == rows and list(loaded) == [r["id"] for r in rows] and len(loaded) == len(rows)
    assert "nowhere" not in loaded and loaded.get("nowhere") is None
    assert loaded.kinds == kinds(rows) and list(loaded.kinds) == list(kinds(rows))


def test_a_ledger_without_rows_has_none(tmp_path):
    assert list(entries.load(write(tmp_path, []))) == []


def test_a_changed_file_is_read_again(tmp_path):
    import os

    path = write(tmp_path, [row("one")])
    assert list(entries.load(path)) == ["one"]
    path = write(tmp_path, [row("two")])
    os.utime(path, ns=(1, 1))
    assert list(entries.load(path)) == ["two"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[{", ["entries.json", "not JSON"]),
        ('{"id": 1}', ["entries.json", "not a list"]),
        ("[1]", ["entries.json", "not a list"]),
        ('[{"id": 1}]', ["row 1", "'finding'", "missing"]),
        ([row("a"), row("a")], ["row a", "'id'", "used twice"]),
        ([row("a", verdict="good")], ["row a", "'verdict'", "'good' is not a verdict"]),
        ([row("a", grade="X")], ["row a", "'grade'", "'X' is not a grade"]),
        ([{k: v for k, v in row("a").items() if k != "quantity"}], ["row a", "'quantity'", "missing"]),
        ([{"finding": "f"}], ["row 1", "'id'", "missing"]),
    ],
)
def test_bad_rows_are_refused_by_name(tmp_path, content, words):
    with pytest.raises(RestatedError) as error:
        entries.load(write(tmp_path, content))
    assert all(word in str(error.value) for word in words)


def test_a_missing_file_tells_the_remedy(tmp_path):
    with pytest.raises(RestatedError, match="restated build"):
        entries.load(tmp_path / "none.json")


def test_every_word_of_the_rules_has_words_on_the_page():
    assert set(VERDICTS) < set(entries.ANSWERS) == set(entries.VERDICT_SHAPES)
    assert set(entries.VERDICT_SHORT) == {*entries.ANSWERS, *entries.CHECKED}
    assert len(set(entries.VERDICT_SHAPES.values())) == len(entries.ANSWERS)
    assert set(entries.GRADE_WORDS) == set(GRADES)
    assert set(entries.BASIS_WORDS) == set(BASES)


def test_tally_counts_printed_and_recomputed_apart():
    rows = everything()
    printed, recomputed = (entries.tally(kinds(rows), printed=which) for which in (True, False))
    assert (printed["not-recomputable"], printed["unverified"]) == (3, 1)
    assert (recomputed["within-rounding"], recomputed["differs"], recomputed["new"]) == (1, 1, 1)
    assert sum(printed.values()) + sum(recomputed.values()) == len(rows)
    page = restated()["page"]
    on_page = [r for r in rows if r["page"] == page and r["status"] != "printed"]
    assert 0 < sum(entries.tally(kinds(rows), printed=False, page=page).values()) == len(on_page) < len(rows)
    assert not entries.tally(kinds(rows), printed=False, page="notebooks/none.html")


def test_only_results_agree_and_what_was_put_in_is_no_agreement():
    rows = [
        restated("a"),
        restated("b", by_construction=True),
        row("c", kind="result"),
        row("d", kind="design fact"),
        row("e", kind="statement"),
        row("f", kind="result", check="inconsistent as printed"),
    ]
    assert [entries.answer(r) for r in rows] == [
        "within-rounding",
        "by-construction",
        "not-recomputable",
        "design-fact",
        "statement",
        "not-recomputable",
    ]
    results = entries.tally(kinds(rows), printed=True, kind="result")
    assert results == {"not-recomputable": 2}
    checked = entries.tally(kinds(rows), "check", printed=True, kind="result")
    assert checked == {"check-inconsistent": 1, "check-none": 1}


def test_close_matches_find_the_slip():
    assert entries.close_matches("stabilty-r", ["stability-r", "cohort-n"]) == ["stability-r"]
    assert entries.close_matches("zzz", ["stability-r"]) == []


def test_texts_fall_back_to_the_public_columns():
    bare = {"restated": 0.5, "restated_low": 0.4, "restated_high": 0.6, "published": ".5"}
    assert entries.restated_text(bare) == "0.5"
    assert entries.interval_text(bare) == "0.4 to 0.6"
    assert entries.published_text(bare) == ".5"
    assert entries.interval_text(bare | {"restated_high": None}) == ""
    assert entries.restated_text(restated()) == "0.31"


def test_a_number_word_that_began_a_sentence_elsewhere_does_not_begin_ours():
    row = {"published": "Thirty-eight", "statistic": "count"}
    assert entries.words("published", row) == "thirty-eight"
    assert entries.words("published", row | {"published": "Yes", "statistic": "text"}) == "Yes"
    assert entries.words("published", row | {"published": "1195"}) == "1,195"
