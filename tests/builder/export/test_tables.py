"""Tables as CSV and workbook: numbers in full, texts as texts, never a formula, the same bytes each time."""

from __future__ import annotations

import csv
import io
import time

import openpyxl
import pytest

from restated_book.export import tables
from tests.builder.export.samples import FIGURE, HOSTILE, PAGE, TABLE, notebook

EPOCH = 1_700_000_000


def rows(table):
    return list(csv.reader(io.StringIO(tables.as_csv(table), newline="")))


@pytest.fixture
def sheets():
    shown = tables.collect(notebook(FIGURE, TABLE))
    return openpyxl.load_workbook(io.BytesIO(tables.workbook(PAGE, shown, EPOCH)))


def test_tables_come_out_of_a_notebook_in_order():
    figure, table = tables.collect(notebook(FIGURE, TABLE))
    assert (figure.anchor, table.anchor) == ("fig-rise", "tab-hostile")
    assert figure.alt == FIGURE["alt"]


def test_csv_gives_numbers_in_full_and_texts_that_are_no_formula():
    assert [row[:2] for row in rows(tables.Table(**FIGURE))] == [
        ["point", "value"],
        ["a", "1.0"],
        ["b", "0.30000000000000004"],
    ]
    head, *body = rows(tables.Table(**TABLE))
    assert head[0] == "'=head"
    assert [r[0] for r in body[:6]] == [*(f"'{text}" for text in HOSTILE[:5]), "'\nx"]
    assert [r[0] for r in body[8:11]] == ["-3.5", "+4", "−0.31"]
    assert float(body[0][1]) == 1 / 3 and body[0][2] == "yes" and body[-1][1:3] == ["", "no"]


def test_each_row_of_a_file_says_its_status_in_the_last_column(sheets):
    assert [row[-1] for row in rows(tables.Table(**FIGURE))] == ["status", "moment-matched", "moment-matched"]
    for name, status in (("rise", "moment-matched"), ("hostile", "printed")):
        last = [row[-1].value for row in sheets[name].iter_rows()]
        assert last[0] == "status" and set(last[1:]) == {status}


def test_a_column_of_statuses_is_not_repeated():
    table = tables.Table("table", "t", "Caption", "printed", ["id", "Status"], [["a", "observed"]])
    assert rows(table) == [["id", "Status"], ["a", "observed"]]


def test_a_workbook_holds_no_formula_and_numbers_as_numbers(sheets):
    for sheet in sheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    hostile = sheets["hostile"]
    # A control character cannot stand in a workbook; everything else stands as it is.
    assert [hostile.cell(i + 2, 1).value for i, _ in enumerate(HOSTILE)][:5] == HOSTILE[:5]
    assert hostile["A14"].value == "ab"
    assert hostile["B2"].value == 1 / 3 and hostile["B15"].value is None
    # As printed: a number would lose its zero.
    assert hostile["D2"].value == ".30"
    assert sheets["rise"]["B3"].value == pytest.approx(0.1 + 0.2, rel=1e-15)
    assert hostile.freeze_panes == "A2"


def test_the_first_sheet_says_what_the_others_are(sheets):
    about = [[c.value for c in row] for row in sheets["About"].iter_rows()]
    text = "\n".join(str(c) for row in about for c in row if c)
    assert "CC BY 4.0" in text and "Cite as: The Restated contributors" in text
    assert about[-2][:4] == ["rise", "data of a figure", "moment-matched", FIGURE["caption"]]
    assert about[-1][:4] == ["hostile", "table", "printed", "=evil()"]


def test_texts_become_numbers_only_where_nothing_is_lost():
    assert tables._as_numbers(["1", None, "2.5", "-3"]) == [1, None, 2.5, -3]
    for kept in (["1", "a"], [".30", "0.5"], ["0.30"], ["007"], ["1,000"], [True, "1"]):
        assert tables._as_numbers(kept) == kept


def test_sheets_are_named_by_ids_that_a_workbook_allows():
    long = "a-very-long-name-of-a-table-that-goes-on"
    names = tables.sheet_names([long + "-one", long + "-two", "about", "short"])
    assert len({n.lower() for n in names} | {"about"}) == 5 and max(map(len, names)) <= 31
    assert names[0] == long[:31] and names[3] == "short"


def test_a_workbook_has_the_same_bytes_whenever_it_is_made(monkeypatch):
    shown = tables.collect(notebook(FIGURE, TABLE))
    first = tables.workbook(PAGE, shown, EPOCH)
    made = time.time()
    # openpyxl writes the second of saving by a clock of its own; another is set a day ahead.
    while int(time.time()) == int(made):
        time.sleep(0.02)
    monkeypatch.setattr(time, "time", lambda: made + 86_400)
    assert tables.workbook(PAGE, shown, EPOCH) == first
