"""The scripts of search data: all numbers once, in the order of their ids, and of each script what it can hold."""

from __future__ import annotations

import json

from restated_book.sphinx import ledgerparts, search
from tests.builder.sphinx.rows import HOSTILE, restated, row


def handed(text: str, name: str):
    """The value a script hands over under a name."""
    return next(
        json.loads(line.removeprefix(f"window.{name}=").removesuffix(";"))
        for line in text.splitlines()
        if line.startswith(f"window.{name}=")
    )


def test_a_large_ledger_is_in_scripts_that_are_told_by_what_they_hold(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "ROWS", 4)
    rows = {
        r["id"]: r
        for r in [*(row(f"n-{i}") for i in reversed(range(7))), restated("z", finding="twins"), restated("y")]
    }
    where = ledgerparts.Addresses("book/ledger", rows)
    index = search.write_numbers(rows, where, tmp_path)
    assert [file.name for file in sorted(tmp_path.iterdir())] == [part[0] for part in index]
    written = [handed((tmp_path / part[0]).read_text(encoding="utf-8"), "RESTATED_NUMBERS") for part in index]
    assert [n[1] for numbers in written for n in numbers] == sorted(rows)
    assert [n for numbers in written for n in numbers] == [search.number(rows[id], where) for id in sorted(rows)]
    for (_, first, count, *facets), numbers in zip(index, written, strict=True):
        assert first == numbers[0][1] and count == len(numbers) <= 4
        assert facets == [sorted(values) for values in map(set, zip(*(n[4] for n in numbers), strict=True))]


def test_no_text_ends_a_script_early():
    text = search.script(ONE=[HOSTILE, "\u2029"], TWO={"a": 1})
    assert handed(text, "ONE") == [HOSTILE, "\u2029"] and handed(text, "TWO") == {"a": 1}
    assert "<" not in text and not set("\u2028\u2029") & set(text)
