from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated_book import paths
from restated_book.chapters import prose
from restated_book.chapters.toc import toc


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A result of .31 here", [(1, ".31")]),
        ("one\n\nminus −0.5, and 3.2 %", [(3, "−0.5"), (3, "3.2")]),
        ("see `.31` and {published}`a-b` and $\\rho = .8$", []),
        ("$$\nx = 0.5\n$$\nthen 0.6", [(4, "0.6")]),
        ("---\ntitle: 0.5\n---\ntext", []),
        ("```{code-cell} ipython3\nx = 0.5\n```\ny", []),
        ("[a link](page-1.2.html) of 2016, version 1.0.4", [(1, "1.0")]),
        ("whole numbers such as 95 pass. So does the end of 1995.", []),
    ],
)
def test_decimals_in_prose_are_found(text, found):
    assert prose.typed_numbers(text) == found


@settings(deadline=None, derandomize=True, max_examples=100)
@given(st.integers(0, 99), st.integers(0, 5))
def test_the_line_is_right(digits, lines):
    assert prose.typed_numbers("x\n" * lines + f"r = .{digits:02d}") == [(lines + 1, f".{digits:02d}")]


def test_the_message_names_page_and_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A\n\nIt was .31.\n", encoding="utf-8")
    with pytest.raises(RestatedError, match=r"page.md, row 3: the number .31 is typed by hand"):
        prose.check(page)


@pytest.mark.parametrize("page", toc())
def test_no_page_of_the_book_types_a_number(page):
    prose.check(paths.ROOT / f"{page}.md")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("```python\nx\n```\n", None),
        ("```\n````\n", None),
        ("text\n```{code-cell}\nx\n", 2),
        ("```{code-cell}\nx\n\n```{code-cell}\ny\n```\n", 1),
        ("::::{grid}\n:::{card}\n:::\n::::\n", None),
        (":::{dropdown} A\ntext\n\n:::{dropdown} B\ntext\n:::\n", 1),
        ("````\n```{x}\n````\n", None),
    ],
)
def test_a_block_that_is_not_closed_is_found_where_it_begins(text, line):
    assert prose.open_block(text) == line
