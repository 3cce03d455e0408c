"""Recording, joining and writing the ledger."""

from __future__ import annotations

import csv
import json
from collections import Counter

import nbformat
import pytest

from restated.errors import RestatedError
from restated_book import ledger, register
from restated_book.ledger import Ledger, Record


@pytest.fixture(scope="module")
def numbers():
    return register.load()


@pytest.fixture
def book(numbers):
    return Ledger("a-page", "transmission", numbers)


def verdicts(numbers, book) -> dict[str, int]:
    """Verdicts of what was recomputed."""
    return Counter(row["verdict"] for row in ledger.join(numbers, book.records) if row["status"] != "printed")


def test_the_public_columns_are_the_documented_ones():
    assert ledger.COLUMNS == (
        "id",
        "finding",
        "source_key",
        "quantity",
        "published",
        "published_low",
        "published_high",
        "grade",
        "restated",
        "restated_low",
        "restated_high",
        "basis",
        "by_construction",
        "verdict",
        "reason",
        "page",
    )


def test_every_printed_number_has_a_row_and_ids_are_unique(numbers):
    rows = list(ledger.join(numbers, []))
    assert [r["id"] for r in rows] == list(numbers)
    assert {r["verdict"] for r in rows} == {"not-recomputable", "unverified"}
    assert all(r["reason"] for r in rows)
    assert all((r["grade"] == "U") == (r["verdict"] == "unverified") for r in rows)


def test_a_restated_number_speaks_for_the_printed_one(book, numbers):
    book.record("a-check", 0.312, published="verhage2016-secure-r", basis="open-data", reason="Because.")
    rows = {r["id"]: r for r in ledger.join(numbers, book.records)}
    assert rows["a-check"]["verdict"] == rows["verhage2016-secure-r"]["verdict"] == "within-rounding"
    assert rows["a-check"]["published"] == ".31"
    assert rows["verhage2016-secure-r"]["restated"] == 0.312
    assert rows["verhage2016-secure-r"]["reason"] == "restated as a-check: Because."
    assert rows["verhage2016-secure-r"]["page"] == "notebooks/a-page.html"


def test_a_check_speaks_before_agreement_by_construction(book, numbers):
    book.record("the-input", 0.31, published="verhage2016-secure-r", basis="assumed", by_construction=True)
    book.record("the-check", 0.2, published="verhage2016-secure-r", basis="open-data")
    row = next(r for r in ledger.join(numbers, book.records) if r["id"] == "verhage2016-secure-r")
    assert (row["verdict"], row["by_construction"]) == ("differs", False)


def test_a_confidence_interval_makes_nothing_compatible(book):
    book.record(
        "a",
        0.4,
        low=0.2,
        high=0.6,
        interval="95 % confidence interval",
        basis="open-data",
        published="verhage2016-secure-r",
    )
    book.record("b", 0.4, low=0.2, high=0.6, basis="enumerated", published="verhage2016-secure-r")
    assert book.entry("a")["verdict"] == "differs"
    assert "95 % confidence interval" in book.entry("a")["reason"]
    assert book.entry("b")["verdict"] == "compatible"


def test_an_unverified_number_stays_unverified(book):
    book.record("c", 70, published="vanijzendoorn1995-threeway-agreement", basis="arithmetic")
    assert book.entry("c")["verdict"] == "unverified"


def test_a_number_computed_from_recalled_ones_is_unverified_and_never_new(book, numbers):
    book.record("h", 12, basis="recalled", quantity="something")
    entry = book.entry("h")
    assert (entry["verdict"], entry["status"]) == ("unverified", "recalled, not verified")
    book.record("i", 70, published="vanijzendoorn1995-threeway-agreement", basis="recalled")
    assert book.entry("i")["verdict"] == "unverified"
    assert verdicts(numbers, book) == {"unverified": 2}


def test_a_recalled_number_cannot_speak_for_a_seen_one(book):
    with pytest.raises(RestatedError, match="'j' rests on recalled numbers and cannot restate 'verhage2016-secure-r'"):
        book.record("j", 0.31, published="verhage2016-secure-r", basis="recalled")


def test_the_basis_follows_the_status_of_the_rows():
    for basis, status in ledger.STATUS_OF_BASIS.items():
        assert ledger.basis_of(status) == basis
    assert ledger.basis_of("printed") == "arithmetic"
    with pytest.raises(RestatedError, match="'measured on another day' are no basis"):
        ledger.basis_of("measured on another day")


def test_only_restated_numbers_are_counted(book, numbers):
    book.record("d", 0.31, published="verhage2016-secure-r", basis="open-data")
    book.record("e", 1, quantity="something", basis="arithmetic")
    assert verdicts(numbers, book) == {"identical": 1, "new": 1}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (dict(id="Not An Id", value=1, basis="assumed", quantity="x"), "not a ledger id"),
        (dict(id="a", value=1, basis="guess", quantity="x"), "basis 'guess'"),
        (dict(id="a", value=1, basis="assumed", published="nowhere"), "not in the register"),
        (dict(id="verhage2016-secure-r", value=1, basis="assumed", quantity="x"), "id of a printed number"),
        (dict(id="a", value=float("inf"), basis="assumed", quantity="x"), "not a finite number"),
        (dict(id="a", value="many", basis="assumed", quantity="x"), "not a number"),
        (dict(id="a", low=2, high=1, basis="assumed", quantity="x"), "runs from"),
        (dict(id="a", basis="assumed", quantity="x"), "neither a number nor a reason"),
        (dict(id="a", value=1, basis="assumed"), "which quantity"),
    ],
)
def test_bad_records_are_refused(book, arguments, says):
    with pytest.raises(RestatedError, match=says):
        book.record(**arguments)


def test_an_id_can_be_recorded_once_only(book, numbers):
    book.record("twice", 1, basis="assumed", quantity="x")
    with pytest.raises(RestatedError, match="recorded twice"):
        book.record("twice", 1, basis="assumed", quantity="x")
    other = Record("twice", "transmission", "x", "assumed", "other-page", value=1.0)
    with pytest.raises(RestatedError, match="a-page and again in other-page"):
        ledger.join(numbers, [*book.records, other])


def test_records_survive_the_notebook(book):
    book.record("f", 1.5, low=1, high=2, quantity="x", basis="enumerated", digits=1)
    output = nbformat.v4.new_output("display_data", data={ledger.MIME: ledger.as_mime(book.records)})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    again = nbformat.reads(nbformat.writes(notebook), as_version=4)
    assert ledger.collect(again) == book.records


def test_both_files_hold_the_same_rows(book, numbers, tmp_path):
    book.record("g", 0.1 + 0.2, low=None, high=0.5, quantity='quote " and, comma', basis="enumerated")
    rows = list(ledger.join(numbers, book.records))
    ledger.write(iter(rows), tmp_path)
    in_json = json.loads((tmp_path / "ledger.json").read_text(encoding="utf-8"))
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as f:
        in_csv = list(csv.DictReader(f))
    assert [tuple(r) for r in in_json] == [ledger.COLUMNS] * len(rows)
    assert [{k: ledger._cell(v) for k, v in r.items()} for r in in_json] == in_csv


@pytest.mark.parametrize(
    ("number", "digits", "unit", "text"),
    [
        (0.3149, 2, "", "0.31"),
        (-0.5, 1, "", "−0.5"),
        (-0.001, 2, "", "0.00"),
        (11550, 0, "", "11,550"),
        (75.04, 0, " %", "75 %"),
    ],
)
def test_numbers_in_prose(number, digits, unit, text):
    assert ledger.in_digits(number, digits, unit) == text
