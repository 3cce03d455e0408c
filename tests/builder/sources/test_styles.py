"""The styles print what pybtex's own leave out, and a single page as one."""

from __future__ import annotations

import pytest

from tests.builder.sources.test_biblatex import read

__all__ = ["read"]
BODY = "author = {Muster, Anna}, title = {A {Title}}, year = {2010}"
ARTICLE = {
    "volume = 3": "J, 3, 2010.",
    "volume = 3, number = {Suppl. 1}": "J, 3(Suppl. 1), 2010.",
    "number = 2": "J, (2), 2010.",
    "volume = 3, pages = {7}": "J, 3:7, 2010.",
    "pages = {7}": "J, page 7, 2010.",
    "pages = {xii}": "J, page xii, 2010.",
    "pages = {7, 9}": "J, pages 7, 9, 2010.",
    "pages = {7ff.}": "J, pages 7ff., 2010.",
    "pages = {7\\textendash 9}": "J, pages 7–9, 2010.",
    "pages = {pp. 7-9}": "J, pages 7–9, 2010.",
    "pages = {S7}": "J, page S7, 2010.",
    "pages = {n/a}": "J, 2010.",
    "pages = {e12}": "J, article e12, 2010.",
    "eid = {102694}": "J, article 102694, 2010.",
    "pages = {CD005652}": "J, article CD005652, 2010.",
}
EDITED = "editor = {Haus, B. and Hof, C.}"
PARTS = {
    f"@book{{k, {BODY}, {EDITED}, publisher = {{P}}}}": "Edited by B. Haus and C. Hof. P, 2010.",
    f"@book{{k, {BODY}, {EDITED}, publisher = {{P}}, volume = 2}}": "Edited by B. Haus and C. Hof. Volume 2. P, 2010.",
    f"@inbook{{k, {BODY}, {EDITED}, publisher = {{P}}, chapter = 2}}": "Edited by B. Haus and C. Hof. P, 2010.",
    f"@incollection{{k, {BODY}, booktitle = {{B}}, publisher = {{P}}, pages = 7, note = {{In press}}}}": (
        "In B, page 7. P, 2010. In press."
    ),
    f"@inproceedings{{k, {BODY}, booktitle = {{C}}, pages = {{1-5}}}}": "In C, pages 1–5. 2010.",
}


@pytest.mark.parametrize("fields", ARTICLE)
def test_an_article_is_printed_with_all_its_numbers(read, fields):
    printed = read(f"@article{{k, {BODY}, journal = {{J}}, {fields}}}")[0]["k"]
    assert printed == f"Anna Muster. A Title. {ARTICLE[fields]}"


@pytest.mark.parametrize("entry", PARTS)
def test_a_book_is_printed_with_its_editors_and_notes(read, entry):
    assert read(entry)[0]["k"].endswith(f" {PARTS[entry]}")
