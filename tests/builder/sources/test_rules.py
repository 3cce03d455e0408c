"""The rules over the columns of a table: what they refuse, and which rules are refused themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from restated.errors import RestatedError
from restated_book.sources import rules

TABLE = Path("table.csv")
COLUMNS = {"arm": "string", "a": "integer", "b": "integer", "n": "integer", "mean": "number", "sd": "number"}


def row(**cells) -> dict:
    return {"arm": "one", "a": 1, "b": 2, "n": 3, "mean": 10.0, "sd": 5.0, "note": None} | cells


def broken(given: dict, *rows: dict) -> str:
    """The message about the first row that breaks a rule; empty if none does."""
    try:
        rules.check(list(enumerate(rows, start=2)), given, {"arm": ["one", "two"]}, TABLE)
    except RestatedError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("given", "good", "bad", "words"),
    [
        (
            {"sums": [{"parts": ["a", "b"], "total": "n"}]},
            row(),
            row(n=4),
            "row 2, field 'n': the counts a to b add up",
        ),
        ({"sums": [{"parts": ["a", "b"], "total": "n"}]}, row(a=None, b=None), row(a=None), "field 'a': the count is"),
        ({"parts": [{"part": "a", "whole": "n"}]}, row(a=3), row(a=4), "field 'a': 4 is more than 3, the value of n"),
        ({"spreads": ["sd"]}, row(sd=None), row(sd=0.0), "field 'sd': a standard deviation of 0"),
        ({"amounts": [{"n": "n", "mean": "mean", "sd": "sd"}]}, row(sd=17.3), row(sd=17.4), "at most 17, not 17.4"),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused(given, good, bad, words):
    assert broken(given, good) == "" and words in broken(given, bad)


def test_a_source_that_says_so_may_be_inconsistent():
    given = {"sums": [{"parts": ["a", "b"], "total": "n"}]}
    assert broken(given, row(n=9, note="the counts add up to 3")) == ""


def test_a_column_can_be_the_same_in_all_rows_and_rows_can_be_required():
    assert broken({"constant": ["a"]}, row(), row()) == "" and "row 3, field 'a'" in broken(
        {"constant": ["a"]}, row(), row(a=2)
    )
    complete = {"complete": [{"column": "a", "value": 1, "by": ["arm"]}]}
    assert broken(complete, row(), row(arm="two")) == ""
    assert "field 'a': there is no row '1' for two" in broken(complete, row())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"order": ["a"]}, "unknown rule 'order'"),
        ({"sums": {}}, "is not a list"),
        ({"sums": [{"parts": ["a"]}]}, "is not complete"),
        ({"sums": [{"parts": "a", "total": "n"}]}, "lacks a list of columns"),
        ({"sums": [{"parts": ["arm"], "total": "n"}]}, "'arm' does not fit the rule 'sums'"),
        ({"spreads": ["x"]}, "'x' does not fit the rule 'spreads'"),
        ({"complete": [{"column": "a", "value": "1", "by": ["n"]}]}, "'n' does not fit the rule 'complete'"),
    ],
)
def test_a_rule_that_cannot_be_applied_is_refused(given, words):
    with pytest.raises(RestatedError, match="field 'rules'") as caught:
        rules.read(given, COLUMNS, ["arm"], "resource 'table'", Path("datapackage.json"))
    assert words in str(caught.value)
