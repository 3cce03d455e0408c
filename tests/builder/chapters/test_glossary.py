"""The terms of the book are read from their page."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated_book.chapters import glossary

TEXT = """
```{glossary}
MBT
mentalization-based treatment
  A talking
  therapy.

odds ratio
  A ratio.
```
"""


def test_names_and_explanation_of_an_entry():
    assert glossary.parse(TEXT) == {
        ("MBT", "mentalization-based treatment"): "A talking therapy.",
        ("odds ratio",): "A ratio.",
    }


def test_an_entry_without_explanation_or_a_name_used_twice_is_refused():
    with pytest.raises(RestatedError, match="'odds ratio' lacks a name or an explanation"):
        glossary.parse(TEXT.replace("  A ratio.\n", ""))
    with pytest.raises(RestatedError, match="the term 'MBT' twice"):
        glossary.parse(TEXT.replace("odds ratio", "MBT"))


def test_a_name_of_asterisks_is_none():
    with pytest.raises(RestatedError, match=r"book/glossary\.md: the glossary entry '\*\*' lacks a name"):
        glossary.parse(TEXT.replace("odds ratio", "**"))


def test_a_book_without_a_glossary_has_no_terms(tmp_path, monkeypatch):
    monkeypatch.setattr("restated_book.paths.ROOT", tmp_path)
    assert glossary.load() == {}
