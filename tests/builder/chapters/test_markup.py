"""Footnotes, images and tables that would not appear as they are meant are found, with their lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from restated_book import paths
from restated_book.chapters import markup
from restated_book.chapters.toc import toc

TABLE = "| a | b |\n|---|---|\n"


@pytest.mark.parametrize(
    "text",
    [
        "a[^1]\n\n[^1]: x",
        "a[^one] and `[^2]`, $[^3]$, \\[^4]\n\n[^One]: no\n\n[^one]: x".replace("[^One]: no\n\n", ""),
        ":::{note}\na[^1]\n:::\n\n[^1]: x",
        "```\n![](a b.png) [^q]\n```",
        "![words](b.png) and ![words](b.png 'title') and ![words][r]\n\n[r]: b.png",
        "[words](https://example.org/a%20b.png) and `![words](https://example.org/b.png)`",
        ":::{figure} b.png\n:alt: words\n\nLegend\n:::",
        "```{image} b.png\n---\nalt: words\n---\n```",
        "<a href='https://example.org/b.png'>words</a> and <!-- <img src='b.png'> -->",
        "```{card} T\n:img-top: b.png\n:img-alt: words\n```",
        "```{code-cell}\n'![](a b.png) [^q]'\n```",
        TABLE + r"| $P(A\|B)$ | `a\|b` |" + "\n" + r"| $P(A \vert B)$ | $5 |",
        TABLE + "| $5 | $6 |\n| `a` | `b` |\n| $a$ | $b$ |\n| x |",
        TABLE.replace("| ", "> | ", 1).replace("\n|", "\n> |") + "> | 1 | 2 |",
        "- | a | b |\n  |---|---|\n  | 1 | 2 |",
        "a | b and $|x|$ in text, `a|b` too\n\nso",
    ],
)
def test_what_appears_as_it_is_meant_passes(text):
    assert markup.faults(text) == []


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("x\na[^1] b", 2, "footnote [^1] is not defined"),
        ("x\n\n[^1]: y", 3, "no text refers to the footnote [^1]"),
        ("a[^1]\n\n[^1]: x\n\n[^1]: y", 5, "footnote [^1] is defined a second time"),
        ("a[^x]\n\n[^x]: x\n\n[^X]: y", 5, "footnote [^x] is defined a second time"),
        (":::{note}\n\na[^1]\n:::", 3, "footnote [^1] is not defined"),
        ("a[^1]\n\n:::{note}\n[^1]: x\n:::", 1, "footnote [^1] is not defined"),
        ("x\na[^two words] b", 2, "footnote [^two words] is not defined"),
        ("x\na ^[so] b", 2, "footnote ^[so] is not defined"),
        ("x\n\n<p>\na[^1]\n</p>\n\n[^1]: y", 4, "footnote [^1] is in HTML"),
        ("![b.png](b.png)", 1, "image 'b.png' has no alternative text"),
        ("![b](c/b.png)", 1, "image 'c/b.png' has no alternative text"),
        ("![.](b.png)", 1, "image 'b.png' has no alternative text"),
        ("x\n\n<object data='b.svg'></object>", 3, "file 'b.svg' is named in HTML only"),
        ("x <video src='b.mp4'></video>", 1, "file 'b.mp4' is named in HTML only"),
        *(
            (text, line, "is not a file of the book, and pages show nothing else")
            for text, line in [
                ("x\n![words](https://example.org/b.png)", 2),
                ("![words][r]\n\n[r]: HTTPS://example.org/b.png", 1),
                ("![words][a  R]\n\n[A r]: <//example.org/b.png> 'title'", 1),
                ("> ![r]\n>\n> [r]: http://example.org/b.png", 1),
                ("![words](data:image/png;base64,iVBORw0KGgo=)", 1),
                ("[![words](https://example.org/b.svg)](c.md)", 1),
                ("x\n\n```{figure} https://example.org/b.png\n:alt: words\n```", 3),
                (":::{card} T\n:img-top: //example.org/b.png\n:img-alt: words\n:::", 1),
                ("x <img src='https://example.org/b.png' alt='words'>", 1),
                ("<div>\n<iframe src='https://example.org'></iframe>\n</div>", 2),
            ]
        ),
        ("x\n![](b.png)", 2, "image 'b.png' has no alternative text"),
        ("[![ ](b.png)](c.md)", 1, "image 'b.png' has no alternative text"),
        ("x\n![words](a b.png)", 2, "this image cannot be read"),
        ("![words](<a b.png>)", 1, "name of the image 'a b.png' has a blank"),
        ("![words](a%20b.png)", 1, "name of the image 'a b.png' has a blank"),
        ("![words][r]\n\n[r]: <a b.png>", 1, "name of the image 'a b.png' has a blank"),
        ("![words][r]\n\n[r]: a b.png", 1, "this image cannot be read"),
        ("x\n\n```{figure} a b.png\n:alt: words\n```", 3, "name of the image 'a b.png' has a blank"),
        (":::{figure} b.png\n:width: 3\n\nLegend\n:::", 1, "image 'b.png' has no alternative text"),
        (":::{image} b.png\n---\nwidth: 3\n---\n:::", 1, "image 'b.png' has no alternative text"),
        ("````{note}\n\n```{figure} b.png\n:alt:\n```\n````", 3, "image 'b.png' has no alternative text"),
        (":::{figure-md}\n![](b.png)\n\nLegend\n:::", 2, "image 'b.png' has no alternative text"),
        ("```{card} T\n:img-top: b.png\n\nx\n```", 1, "image 'b.png' has no alternative text"),
        ("so\n<img src='b.png' alt='words'>", 2, "image 'b.png' is named in HTML only"),
        ("<div>\n<img\nsrc='b.png' alt=''>\n</div>", 2, "image 'b.png' has no alternative text"),
        ("so <img src='a b.png' alt='words'>", 1, "name of the image 'a b.png' has a blank"),
        (TABLE + "| $P(A|B)$ | 1 |", 3, "the bar in 'P(A|B)' splits the cell"),
        (TABLE + "| $|x|$ |", 3, "the bar in '|x|' splits the cell"),
        (TABLE + "| $a | b$ |", 3, "the bar in 'a | b' splits the cell"),
        (TABLE + "| 1 | 2 |\n| {math}`a|b` |", 4, "the bar in 'a|b' splits the cell"),
        ("a | b\n--|--\n``a`|b`` | 1", 3, "the bar in 'a`|b' splits the cell"),
        (TABLE + "| 1 | 2 | 3 |", 3, "this row has 3 cells, and its table 2"),
        ("> x\n>\n> | a | b |\n> |--|--|\n> | 1 | 2 | 3 |", 5, "this row has 3 cells, and its table 2"),
        ("x\n\n| $P(A|B)$ | n |\n|---|---|\n| 1 | 2 |", 3, "this table has 3 cells, and the line under it 2"),
        (":::{note}\n:class: x\n\n" + TABLE + "| `a|b` | 1 |\n:::", 6, "the bar in 'a|b' splits the cell"),
    ],
)
def test_what_does_not_is_found_on_its_line(text, line, says):
    found = markup.faults(text)
    assert any(at == line and says in message for at, message, _ in found), found
    assert found[0][0] == line and all(remedy for _, _, remedy in found)


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["x", r"a\|b", "1 2", ""]), min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_row_is_refused_just_where_the_parser_loses_a_cell(rows):
    text = TABLE + "\n".join(f"| {' | '.join(row)} |" for row in rows)
    kept = MarkdownIt("commonmark").enable("table").render(text)
    lost = sum(len(row) for row in rows) > sum(min(len(row), 2) for row in rows)
    assert kept.count("<td>") == 2 * len(rows)
    assert bool(markup.faults(text)) == lost


@settings(deadline=None)
@given(st.text(alphabet="[]^!()|$`:-{}<>\n ab\\\"'=", max_size=60))
def test_any_text_is_read(text):
    lines = max(1, len(text.splitlines()))
    assert all(1 <= line <= lines and message and remedy for line, message, remedy in markup.faults(text))


@pytest.mark.parametrize("page", toc())
def test_no_page_of_the_book_has_such_a_fault(page):
    assert markup.faults((paths.ROOT / f"{page}.md").read_text(encoding="utf-8")) == []
