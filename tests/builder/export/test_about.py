"""The words of files about themselves: the licence is that of the book."""

from __future__ import annotations

from dataclasses import replace

import pytest

from restated_book import config
from restated_book.cite import citation
from restated_book.export import about


@pytest.mark.parametrize(
    ("ids", "short", "address"),
    [
        (("BSD-3-Clause", "CC-BY-4.0"), "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (("CC0-1.0",), "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        (("MIT", "ODbL-1.0"), "ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
    ],
)
def test_the_licence_of_texts_is_that_of_the_book(monkeypatch, ids, short, address):
    book = replace(about.book(), licences=ids)
    monkeypatch.setattr(citation, "about", lambda: book)
    monkeypatch.setattr(config, "load", config.Config)
    name, *others = about.licence()
    assert others == [address, short] and short in name
    assert short in about.text("data.md") and (short == "CC BY 4.0" or "CC BY 4.0" not in about.text("data.md"))
