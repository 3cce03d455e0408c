"""Recording, joining and writing the ledger."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from restated.errors import RestatedError
from restated.estimate import meta
from restated_book import entries, ledger, register
from restated_book.ledger import Record
from restated_book.recording import Ledger


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
        "cell",
        "line",
        "interval",
        "kind",
        "check",
        "check_method",
        "check_power",
        "check_reason",
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


def test_several_choices_are_one_set_that_a_printed_number_may_reach(book, numbers):
    book.record("paper", 0.25, published="verhage2016-secure-r", basis="open-data")
    book.record("other", 0.31, published="verhage2016-secure-r", basis="open-data")
    book.record("wide", 0.2, low=0.1, high=0.4, published="verhage2016-secure-r", basis="enumerated")
    row = next(r for r in ledger.join(numbers, book.records) if r["id"] == "verhage2016-secure-r")
    assert (row["verdict"], row["restated"]) == ("compatible", 0.25)
    assert (row["restated_low"], row["restated_high"]) == (0.1, 0.4)
    assert row["reason"] == (
        "the set over 3 choices; paper: 0.25, differs; other: 0.31, identical; wide: 0.20, compatible"
    )
    assert row["interval"] == "set" and row["restated_by"] == ["paper", "other", "wide"]


def test_choices_that_miss_on_both_sides_differ(book, numbers):
    for name, value in (("low", 0.25), ("high", 0.4)):
        book.record(name, value, published="verhage2016-secure-r", basis="open-data")
    row = next(r for r in ledger.join(numbers, book.records) if r["id"] == "verhage2016-secure-r")
    assert (row["verdict"], row["restated_low"], row["restated_high"]) == ("differs", 0.25, 0.4)


def test_a_row_has_the_kind_of_its_number_and_the_answer_of_the_audit(book, numbers):
    book.record("d", 0.31, published="verhage2016-secure-r", basis="open-data")
    found = {"check": "consistent as printed", "check_method": "a", "check_power": 0.5}
    rows = {r["id"]: r for r in ledger.join(numbers, book.records, checks={"verhage2016-secure-r": found})}
    for id in ("d", "verhage2016-secure-r"):
        assert rows[id]["kind"] == "result" and found.items() <= rows[id].items()
    other = rows["verhage2016-total-n"]
    assert (other["kind"], other["check"], other["check_power"]) == ("design fact", "no check applies", None)


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
    with pytest.raises(RestatedError, match="rows of the status 'measured on another day'"):
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
        (dict(id="a", value=1, basis="assumed"), "has no quantity"),
        (dict(id="a", value=1, text="1 of 2", basis="assumed", quantity="x"), "a text and a number"),
        (dict(id="a", text="1 of 2", basis="assumed", published="verhage2016-secure-r"), "a text and a number"),
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


def test_a_result_in_words_is_a_text(book, numbers, tmp_path):
    book.record("pair", text="2 of 22 v 12 of 19", quantity="events", basis="enumerated")
    (row,) = (r for r in ledger.join(numbers, book.records) if r["id"] == "pair")
    assert (row["restated"], row["restated_text"], row["verdict"]) == (*["2 of 22 v 12 of 19"] * 2, "new")
    assert entries.words("restated", row) == "2 of 22 v 12 of 19" and not row["interval_text"]
    ledger.write([row], tmp_path)
    assert ",2 of 22 v 12 of 19,,,enumerated,false,new," in (tmp_path / "ledger.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("published", "shown"),
    [("-.15", "−.15"), ("1-2", "1-2"), ("null", "not found"), ("not-reported", "not reported"), ("1,364", "1,364")],
)
def test_code_words_and_hyphens_of_the_register_are_not_shown(published, shown):
    assert entries.words("published", {"published": published}) == shown


def test_records_survive_the_notebook(book):
    book.record("pair", text="1 of 2", quantity="x", basis="enumerated")
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


@pytest.mark.parametrize(
    ("interval", "kind"),
    [
        ("set", "set"),
        ("95 % confidence interval (Wald)", "confidence"),
        ("95 % Monte Carlo interval (Wilson)", "confidence"),
        ("95 % prediction interval, k - 2 degrees of freedom", "prediction"),
        ("reach of the 95 % profile-likelihood intervals over the set", "bounds"),
        ("lowest and highest 95 % limit (Wilson) over all counts", "bounds"),
    ],
)
def test_the_kind_of_a_range_is_one_of_four(book, numbers, interval, kind):
    book.record("a", low=0.1, high=0.2, interval=interval, basis="assumed", quantity="q")
    book.record("b", 0.1, interval=interval, basis="assumed", quantity="q")
    rows = {r["id"]: r["interval"] for r in ledger.join(numbers, book.records)}
    assert (rows["a"], rows["b"]) == (kind, "")


def test_the_cell_and_line_of_a_record_come_from_the_kernel(numbers, tmp_path, monkeypatch):
    """The outermost frame of the notebook counts, and the line that spells the id out in a table."""
    first = "def enter(id):\n    book.record(id, 1, basis='assumed', quantity='q')"
    second = "x = 1\nenter('one-row')\nfor id in (\n    'two-row',\n):\n    enter(id)"
    shell = SimpleNamespace(
        user_ns={"book": Ledger("a-page", "transmission", numbers)},
        history_manager=SimpleNamespace(input_hist_parsed=[""]),
    )
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    for source in (first, second):
        shell.history_manager.input_hist_parsed += [source] * 5
        exec(compile(source, "a cell", "exec"), shell.user_ns)
    cells = [
        {"cell_type": "markdown", "source": "Words."},
        {"cell_type": "code", "source": first, "execution_count": 5, "outputs": []},
        {"cell_type": "code", "source": second, "execution_count": 10, "outputs": []},
    ]
    handed = ledger.as_mime(shell.user_ns["book"].records)
    cells[2]["outputs"] = [{"data": {ledger.MIME: handed}}]
    records = ledger.collect({"cells": cells})
    assert [(r.id, r.cell, r.line) for r in records] == [("one-row", 2, 2), ("two-row", 2, 4)]

    monkeypatch.setattr(ledger.paths, "NOTEBOOKS", tmp_path)
    (tmp_path / "a-page.md").write_text(
        f"# Title\n\n```{{code-cell}}\n{first}\n```\n\n```{{code-cell}}\n{second}\n```\n"
    )
    row = next(r for r in ledger.join(numbers, records) if r["id"] == "one-row")
    assert (row["cell"], row["line"], ledger.public(row)["line"]) == (2, 2, 10)
    # An edit of prose moves the line of the file, not the row.
    (tmp_path / "a-page.md").write_text(
        f"# Title\n\nNew.\n\n```{{code-cell}}\n{first}\n```\n\n```{{code-cell}}\n{second}\n```\n"
    )
    assert ledger.public(row)["line"] == 12


def test_a_printed_number_has_the_cell_of_the_record_that_speaks_for_it(book, numbers):
    records = [replace(Record("a-check", "transmission", "q", "open-data", "a-page", 0.312), cell=3, line=4)]
    records[0] = replace(records[0], published="verhage2016-secure-r", low=0.3, high=0.32)
    row = next(r for r in ledger.join(numbers, records) if r["id"] == "verhage2016-secure-r")
    assert (row["cell"], row["line"], row["interval"]) == (3, 4, "set")


def test_a_table_of_records_is_entered_row_by_row(book):
    book.record_many([("a", 1, "one"), ("b", (1, 2), "a range"), ("c", (2, 1, 3), "both")], basis="assumed", digits=0)
    assert [(r.id, r.value, r.low, r.high, r.quantity, r.digits) for r in book.records] == [
        ("a", 1.0, None, None, "one", 0),
        ("b", None, 1.0, 2.0, "a range", 0),
        ("c", 2.0, 1.0, 3.0, "both", 0),
    ]


def test_the_parts_of_a_fit_are_entered_in_the_order_given(book):
    fit = meta.fit([0.1, 0.3, 0.2], [0.01, 0.02, 0.01], method="REML", ci="knapp-hartung")
    book.record_fit(
        fit,
        basis="open-data",
        back=np.tanh,
        factor=100,
        unit=" %",
        published="verhage2016-secure-r",
        reason="Because.",
        k=("fit-k", "studies"),
        estimate="fit-r",
        prediction=("fit-new", "a new study"),
        i2=("fit-i2", "heterogeneity"),
    )
    k, estimate, new, i2 = book.records
    assert (k.id, k.value, k.digits, k.published) == ("fit-k", 3.0, 0, None)
    assert estimate.value == pytest.approx(100 * np.tanh(fit.estimate))
    assert (estimate.interval, estimate.published) == (
        "95 % confidence interval (Knapp–Hartung)",
        "verhage2016-secure-r",
    )
    assert (new.value, new.low, new.kind) == (None, pytest.approx(100 * np.tanh(fit.pi_low)), "prediction")
    assert (i2.value, i2.unit, i2.quantity) == (fit.i2_q, " %", "heterogeneity")
    with pytest.raises(RestatedError, match="'q' is not a part of a fit"):
        book.record_fit(fit, basis="open-data", q=("fit-q", "Q"))
