"""The glossary: what it says, what is linked to it, and that plain words need nothing that is not in it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated_book.chapters import glossary as terms
from restated_book.chapters import heads
from restated_book.sphinx import glossary
from tests.builder.chapters.test_glossary import TEXT

#: A plain summary is read without effort up to about these lengths in words, on average and at most.
MEAN_WORDS, MOST_WORDS = 20, 35

#: Two capitals or more, or a capital and a digit: an abbreviation. R1 to R6 and S1 to S10 are the case study's own
#: markers.
ABBREVIATION = re.compile(r"(?<![\w-])(?=[\w-]*[A-Z][\w-]*[A-Z0-9])[A-Za-z][\w-]*(?![\w-])")
MARKER = re.compile(r"[RS][0-9]{1,2}")


def prose(text: str) -> str:
    """MyST without its roles and links."""
    return re.sub(r"\]\([^)]*\)", "]", re.sub(r"\{[a-z:-]+\}`[^`]*`", "0", text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("an odds ratio", "odds ratio"),
        ("Odds ratio first", "Odds ratio"),
        ("the odds\nratio", "odds\nratio"),
        ("MBT works", "MBT"),
        ("mbt", None),
        ("MBT-A", None),
        ("modds ratios", None),
        ("mentalization-based treatment", "mentalization-based treatment"),
    ],
)
def test_whole_words_are_found_as_they_are_written(text, found):
    names = [n for entry in terms.parse(TEXT) for n in entry]
    match = glossary.finder(names).search(text)
    assert (match and match[0]) == found


@given(st.sampled_from(sorted(n for e in terms.load() for n in e if len(n) > 1)))
def test_every_name_of_the_book_is_found_where_it_stands_alone(name):
    names = [n for entry in terms.load() for n in entry]
    assert glossary.finder(names).fullmatch(name)


@pytest.mark.parametrize("head", heads.chapters(), ids=lambda head: head.page)
def test_summaries_are_short_sentences_without_unexplained_abbreviations(head):
    assert head.plain, "a chapter needs its plain words"
    explained = {n for entry in terms.load() for n in entry}
    for text in (head.answer, head.plain):
        for word in ABBREVIATION.findall(prose(text)):
            assert word in explained or MARKER.fullmatch(word), f"{word} is not in the glossary"
    lengths = [len(s.split()) for s in re.split(r"(?<=[.?!])\s+", prose(head.plain)) if s.strip()]
    assert max(lengths) <= MOST_WORDS
    assert sum(lengths) / len(lengths) <= MEAN_WORDS
