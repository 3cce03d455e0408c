"""The script of search data."""

from __future__ import annotations

import json

from restated_book import ledgerparts
from restated_book.sphinx import ledgerpage, search
from tests.builder.sphinx.rows import HOSTILE, restated, row


def handed(text: str, name: str):
    """The value a script hands over under a name."""
    return next(
        json.loads(line.removeprefix(f"window.{name}=").removesuffix(";"))
        for line in text.splitlines()
        if line.startswith(f"window.{name}=")
    )


def test_a_number_has_its_address_its_words_and_what_it_can_be_found_by():
    rows = {r["id"]: r for r in [row("n-1"), restated("z", finding="twins")]}
    where = ledgerparts.Addresses("book/ledger", rows)
    for id, found in rows.items():
        address, name, page, text, facets = search.number(found, where)
        assert (address, name, page) == (where.of(id), id, "Ledger")
        assert str(found["quantity"]) in text and facets == ledgerpage.facets(found)


def test_no_text_ends_a_script_early():
    text = search.script(ONE=[HOSTILE, "\u2029"], TWO={"a": 1})
    assert handed(text, "ONE") == [HOSTILE, "\u2029"] and handed(text, "TWO") == {"a": 1}
    assert "<" not in text and not set("\u2028\u2029") & set(text)
