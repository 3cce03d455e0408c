"""Heads of chapters as they are read for the front page."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated_book.chapters import heads

FULL = """# A title

:::{chapter-head}
---
reference: R1
short: Short
question: >-
  How
  much?
claim: A claim
printed: "{published}`a-number`"
restated: A range
how: "{status}`enumerated`"
people: two of three
checked: theory
data: none needed
verdict: "{verdict}`a-number`"
certainty: low
because: one study
say: It may be so.
avoid: It is so.
ask: the data
---
The answer,
in one sentence.
:::

Text.
"""


@pytest.fixture
def read(tmp_path):
    def read(text):
        page = tmp_path / "page.md"
        page.write_text(text, encoding="utf-8")
        return heads.read(page)

    return read


def test_a_head_is_read_with_its_title_and_its_lines_joined(read):
    head = read(FULL)
    assert (head.page, head.title, head.reference, head.short) == ("page", "A title", "R1", "Short")
    assert head.question == "How much?"
    assert head.answer == "The answer, in one sentence."
    assert head.row["printed"] == "{published}`a-number`"


def test_a_page_without_a_head_has_none(read):
    assert read("# A title\n\nText.\n") is None


def test_a_chapter_on_no_finding_needs_only_its_question(read):
    head = read("# T\n\n:::{chapter-head}\n---\nquestion: Why?\n---\nBecause.\n:::\n")
    assert (head.question, head.answer, head.reference) == ("Why?", "Because.", "")


@pytest.mark.parametrize("field", ["question", *heads.row()[1:]])
def test_a_head_on_a_finding_that_leaves_something_out_is_refused(read, field):
    lines, skipping = [], False
    for line in FULL.splitlines():
        skipping = line.startswith(f"{field}:") or (skipping and line.startswith("  "))
        if not skipping:
            lines.append(line)
    with pytest.raises(RestatedError, match=f"page.md, field '{field}'"):
        read("\n".join(lines) + "\n")


def test_an_unknown_option_certainty_or_broken_yaml_is_refused(read):
    with pytest.raises(RestatedError, match="field 'clam'"):
        read(FULL.replace("claim:", "clam:"))
    with pytest.raises(RestatedError, match=r"'sure' is not a word for certainty. Use one of high, moderate"):
        read(FULL.replace("certainty: low", "certainty: sure"))
    with pytest.raises(RestatedError, match=r"field 'checked': 'guessed' is not a word for checked. Use one of re-run"):
        read(FULL.replace("checked: theory", "checked: guessed"))
    with pytest.raises(RestatedError, match="not valid YAML"):
        read(FULL.replace("claim: A claim", "claim: {"))


def test_the_book_has_a_row_for_each_reference_and_the_cochrane_review():
    found = [head.reference for head in heads.chapters() if head.reference]
    assert sorted(found) == ["R1", "R2", "R3", "R4", "R5", "R6", "S2"]


def test_a_head_that_is_cut_off_or_stands_twice_is_refused(read):
    with pytest.raises(RestatedError, match="row 3: the chapter head is not complete"):
        read("# Title\n\n:::{chapter-head}\nquestion: x\n:::\n")
    with pytest.raises(RestatedError, match="a second chapter head"):
        read(f"{FULL}\n{FULL}")
    with pytest.raises(RestatedError, match="field 'question': the chapter head lacks this option"):
        read("# Title\n\n:::{chapter-head}\n---\nquestion:\n---\nAn answer.\n:::\n")
    with pytest.raises(RestatedError, match="field 'because': the chapter head lacks this option"):
        read("# Title\n\n:::{chapter-head}\n---\nquestion: x\ncertainty: low\n---\nAn answer.\n:::\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("---\na: 1\n", "row 1: the front matter has no end"),
        ("---\na: 1\nb: [\n---\n", "row 3: this is not valid YAML"),
        ("# Title\n", "row 1: the notebook has no front matter"),
    ],
)
def test_front_matter_that_cannot_be_read_is_refused(tmp_path, text, says):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(RestatedError, match=says):
        heads.front_matter(page, needed=True)


def test_front_matter_is_what_stands_between_two_lines(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("---\na: {b: 1}\n---\n\n# Title\n---\n")
    assert heads.front_matter(page) == {"a": {"b": 1}}
    page.write_text("# Title\n")
    assert heads.front_matter(page) == {}
