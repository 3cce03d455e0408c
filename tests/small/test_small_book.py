"""A book of one small chapter, built by the command line."""

from __future__ import annotations

import json
import re

from tests.builder.books import page


def test_the_build_reports_progress_and_verdicts(small_book):
    assert "[1 of 1] notebooks/small.md" in small_book.output
    last = small_book.output.strip().splitlines()[-1]
    assert re.match(r"The book is in _build/html/index\.html: 1 numbers? restated \(1 new\);", last)


def test_a_recorded_number_is_in_the_ledger_and_on_the_page(small_book):
    html = small_book.folder / "_build" / "html"
    rows = json.loads((html / "ledger.json").read_text(encoding="utf-8"))
    number = next(row for row in rows if row["id"] == "tiny-mean")
    assert number["basis"] == "open-data" and (html / "ledger.csv").is_file()
    assert re.search(rf'<span class="rs-val">{number["restated"]:.4f}'.replace("0.", r"0?\."), page(small_book.folder))
