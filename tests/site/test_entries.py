from __future__ import annotations

import json

import pytest

from restated.errors import RestatedError
from restated.site import entries
from restated.verdict import BASES, GRADES, VERDICTS

from .rows import everything, restated, row


def write(tmp_path, content) -> object:
    path = tmp_path / "entries.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_rows_come_by_id_in_order(tmp_path):
    rows = everything()
    assert list(entries.load(write(tmp_path, rows)).values()) == rows


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
        ("[{", ["entries.json", "not readable as JSON"]),
        ('{"id": 1}', ["entries.json", "not a list"]),
        ([row("a"), row("a")], ["row a", "'id'", "used twice"]),
        ([row("a", verdict="good")], ["row a", "'verdict'", "'good' is no verdict"]),
        ([row("a", grade="X")], ["row a", "'grade'", "'X' is no grade"]),
        ([{k: v for k, v in row("a").items() if k != "quantity"}], ["row a", "'quantity'", "missing"]),
        ([{"finding": "f"}], ["row 1", "'id'", "missing"]),
    ],
)
def test_bad_rows_are_refused_by_name(tmp_path, content, words):
    with pytest.raises(RestatedError) as error:
        entries.load(write(tmp_path, content))
    assert all(word in str(error.value) for word in words)


def test_a_missing_file_tells_the_remedy(tmp_path):
    with pytest.raises(RestatedError, match="make book"):
        entries.load(tmp_path / "none.json")


def test_every_word_of_the_rules_has_words_on_the_page():
    assert set(entries.VERDICT_SHAPES) == set(entries.VERDICT_SHORT) == set(VERDICTS)
    assert len(set(entries.VERDICT_SHAPES.values())) == len(VERDICTS)
    assert set(entries.GRADE_WORDS) == set(GRADES)
    assert set(entries.BASIS_WORDS) == set(BASES)


def test_tally_counts_printed_and_recomputed_apart():
    rows = everything()
    printed, recomputed = entries.tally(rows, printed=True), entries.tally(rows, printed=False)
    assert (printed["not-recomputable"], printed["unverified"]) == (3, 1)
    assert (recomputed["within-rounding"], recomputed["differs"], recomputed["new"]) == (1, 1, 1)
    assert sum(printed.values()) + sum(recomputed.values()) == len(rows)


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
