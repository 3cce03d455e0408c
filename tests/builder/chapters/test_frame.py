"""Every chapter keeps the frame, and a chapter that does not is refused with the part it lacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated_book import config, paths
from restated_book.chapters import frame
from restated_book.chapters.toc import toc

PARTS = config.load().chapters.sections
WHOLE = "# T\n\n:::{chapter-head}\n:::\n\n:::{plain-words}\nWords.\n:::\n\n" + "".join(
    f"## {part}\n\nText.\n\n" for part in PARTS
)
NEEDED = [part for part in PARTS if part not in config.load().chapters.optional]


def test_the_whole_frame_has_no_fault_with_or_without_the_optional_part():
    assert frame.fault(WHOLE) is None
    assert frame.fault(WHOLE.replace("## What is missing, and where it is printed\n\nText.\n\n", "")) is None


@pytest.mark.parametrize("part", NEEDED)
def test_a_part_that_is_left_out_or_empty_is_named(part):
    _, what, _ = frame.fault(WHOLE.replace(f"## {part}\n\nText.\n\n", ""))
    assert what == f"the section '{part}' is missing"
    line, what, _ = frame.fault(WHOLE.replace(f"## {part}\n\nText.", f"## {part}\n"))
    assert what == f"the section '{part}' is empty"
    assert WHOLE.splitlines()[line - 1] == f"## {part}"


@given(st.permutations(PARTS))
def test_only_one_order_is_kept(order):
    text = WHOLE[: WHOLE.index("## ")] + "".join(f"## {part}\n\nText.\n\n" for part in order)
    assert (frame.fault(text) is None) == (order == PARTS)


@pytest.mark.parametrize("block", frame.BLOCKS)
def test_a_missing_block_is_named(block):
    assert frame.fault(WHOLE.replace(f"{{{block}}}", "{note}"))[1] == f"the chapter has no {{{block}}} in its place"


def test_a_section_of_another_name_is_refused_and_code_is_no_section():
    _line, what, remedy = frame.fault(WHOLE.replace("## Result", "## Outcome"))
    assert what == "'Outcome' is not a section of the frame" and "subsection" in remedy
    assert frame.fault(WHOLE.replace("Text.", "```python\n## Outcome\n```", 1)) is None


def test_the_message_names_file_line_and_remedy(tmp_path):
    page = tmp_path / "chapter.md"
    page.write_text(WHOLE.replace("## Result", "## Outcome"), encoding="utf-8")
    with pytest.raises(
        RestatedError, match=r"chapter.md, row \d+: 'Outcome' is not a section of the frame. Make it a subsection"
    ):
        frame.check(page)


def test_every_notebook_of_the_book_has_a_head_and_keeps_the_frame():
    for page in toc():
        if page.startswith("notebooks/"):
            path = paths.ROOT / f"{page}.md"
            assert "{chapter-head}" in path.read_text(encoding="utf-8"), page
            frame.check(path)
