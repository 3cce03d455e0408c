"""Sheets of the PDFs break well: no head, heading, row or caption comes alone, and nothing is cut that fits a sheet."""

from __future__ import annotations

import shutil

import pytest
from lxml.html import fragment_fromstring

from restated_book.chapters.toc import toc
from restated_book.export import objects, paper, pdf
from tests.builder.export import sheets
from tests.builder.export.test_pdf import CHROMIUM, needs_chromium

WORDS = "Whoever reads a table wants its head above the rows, and whoever reads a caption wants what it names."


def _row(tag: str, cells: int, words: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return "<tr>" + f"<{tag}{scope}><p>{words}</p></{tag}>" * cells + "</tr>"


def _table(rows: int, words: str = "some words", *, cells: int = 3, heads: int = 1, caption: str = "") -> str:
    name = f"<caption>{caption}</caption>" if caption else '<caption class="rs-hidden">Table: some</caption>'
    head, body = _row("th", cells, "head") * heads, _row("td", cells, words) * rows
    return (
        f'<div class="pst-scrollable-table-container"><table class="table">{name}<thead>{head}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _figure(width: int, height: int, caption: str = WORDS) -> tuple[str, str]:
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'><text y='20'>x</text></svg>"
    return (
        f'<figure class="rs-figure"><div class="rs-plate"><img class="rs-light" alt="A picture" width="{width}" '
        f'height="{height}" src="picture-{width}-{height}.svg"></div><figcaption>{caption}</figcaption>'
        '<details class="rs-data"><summary>Data behind this figure</summary>'
        f"<table><thead>{_row('th', 2, 'head')}</thead><tbody>{_row('td', 2, '1')}</tbody></table></details></figure>"
    ), picture


PICTURES = {"low": _figure(600, 300), "high": _figure(600, 1400), "much": _figure(500, 1400, WORDS * 9)}
ITEMS = f"<ul><li><p>{WORDS}</p><ul><li>{WORDS}</li><li>{WORDS}<ol><li>{WORDS}</li></ol></li></ul></li></ul>"
CODE = "".join(f"line = {i}  # of a program\n" for i in range(90))

#: What follows the text whose length is tried, by name.
KINDS = {
    "table": _table(12),
    "short table": _table(2),
    "table of long cells": _table(7, WORDS * 3),
    "rows as high as half a sheet": _table(4, WORDS * 10),
    "rows higher than a sheet": f"<h2>Rows</h2>{_table(3, WORDS * 25)}",
    "table longer than a sheet": _table(70) + "<p>After it.</p>",
    "two heads": _table(9, heads=2),
    "caption": _table(9, caption=WORDS * 2),
    "no head": _table(9).replace("thead", "tbody"),
    "figure of a table": f'<figure class="rs-tablefig"><figcaption>{WORDS}</figcaption>{_table(9, WORDS)}</figure>',
    "headings and table": f"<h2>Two</h2><section><h3>Three</h3>{_table(9, WORDS)}</section>",
    "heading and wide table": f"<h2>Wide</h2><p>{WORDS}</p>{_table(30, '123.4', cells=14)}<p>After it.</p>",
    "heading and wide figure of a table": '<h2>Wide</h2><h3>Figure</h3><figure class="rs-tablefig">'
    f"<figcaption>{WORDS}</figcaption>{_table(9, '1', cells=14)}</figure>",
    "heading and figure": f"<h2>Low</h2><h3>Picture</h3>{PICTURES['low'][0]}",
    "high figure": f"<h2>High</h2><h3>Picture</h3>{PICTURES['high'][0]}",
    "high figure, long caption": PICTURES["much"][0],
    "heading and list": f"<h2>List</h2>{ITEMS * 3}",
    "heading and code": f'<h2>Code</h2><div class="highlight"><pre>{CODE}</pre></div>',
    "heading and box": f'<h2>Box</h2><div class="admonition"><p class="admonition-title">Note</p>{ITEMS}</div>',
    "box longer than a sheet": '<div class="admonition note"><p class="admonition-title">Note</p>'
    f"{_table(6)}<h3>Inside</h3>{f'<p>{WORDS * 6}</p>' * 14}</div>",
    "terms": "".join(f"<dl><dt>term</dt><dd><p>{WORDS}</p></dd></dl>" for _ in range(6)),
    "glossary": '<dl class="simple glossary">' + f"<dt>a</dt><dt>b</dt><dd><p>{WORDS}</p></dd>" * 9 + "</dl>",
    "works cited": '<div role="list">' + f'<div class="citation"><p>{WORDS}</p></div>' * 9 + "</div>",
    "anchor between headings": f'<h2>Two</h2><section><span id="old"></span><h3>Three</h3><p>{WORDS * 3}</p></section>',
    "text": f"<h2>Text</h2><p>{WORDS * 4}</p><p>The end.</p>",
}
#: What cannot be otherwise: half a sheet is much for a row, and what no sheet holds is cut.
ALLOWED = {
    ("rows as high as half a sheet", "a row alone"),
    ("rows higher than a sheet", "a row alone"),
    ("rows higher than a sheet", "a row cut"),
    ("rows higher than a sheet", "nearly empty"),
}
#: A sheet with a title holds some 40 lines: the text before each kind ends from its middle to beyond its foot.
LINES = range(20, 44, 3)


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Return the faults of small pages of each kind: (kind, lines of the text before it, fault)."""
    folder = tmp_path_factory.mktemp("sheets")
    (folder / "_static").mkdir()
    shutil.copy(paper.STYLE.parents[1] / "sphinx" / "static" / "restated.css", folder / "_static")
    for html, picture in PICTURES.values():
        (folder / html.split('src="')[1].split('"')[0]).write_text(picture, encoding="utf-8")
    pages = []
    for k, what in enumerate(KINDS.values()):
        for n in LINES:
            lines = ["A line of text, as long as a line is on an upright sheet of this size in this type."] * n
            text = "".join(f"<p>{'<br>'.join(lines[i : i + 4])}</p>" for i in range(0, n, 4))
            before = f'<div style="padding-top: {n % 5}px">{text}</div>'
            article = f'<article><section id="x"><h1>{k}</h1>{before}{what}</section></article>'
            pages.append(paper.Page(f"kind-{k}-{n}", f"{k}", "", fragment_fromstring(article)))
    document = paper.Document("Kinds", "", "Kinds", pages)
    paper.lay_out(document, folder, folder)
    paper.write(document, folder, folder, folder / "x.html", {})
    printed = folder / "x.pdf"
    pdf.side_by_side(lambda html, tab: pdf.print_page(tab, html, printed), [folder / "x.html"], CHROMIUM)
    places, _ = objects.page_numbers(printed)
    starts = sorted((places[page.name], page.name) for page in pages)
    found = []
    for sheet, fault in sheets.faults(printed):
        _, k, n = max(start for start in starts if start[0] <= sheet)[1].split("-")
        found.append((list(KINDS)[int(k)], int(n), fault))
    return found


@needs_chromium
def test_wherever_it_comes_on_a_sheet_nothing_breaks_badly(generated):
    assert [fault for fault in generated if (fault[0], fault[2]) not in ALLOWED] == []


@needs_chromium
def test_what_breaks_badly_without_the_rules_is_noticed(tmp_path):
    """The faults are found in a file that has them: one sheet ends with a heading, one with a head, one row is cut."""
    high = '<div style="height: 220mm">x</div>'
    table = _table(2, WORDS * 4).replace("<tr>", '<tr style="break-inside: auto">')
    sections = [
        f"{high}<h2>Heading</h2><div class='next'>{WORDS * 20}</div>",
        high + table.replace("<tbody>", "<tbody class='next'>") + f"<p>{WORDS * 9}</p>",
        f"{high}{table}",
        f"<p>{WORDS * 9}</p><p class='next'>Alone.</p>",
        PICTURES["low"][0].replace("<figcaption>", "<figcaption class='next'>"),
    ]
    style = "@page { size: A4; margin: 22mm 20mm 20mm } section, .next { break-before: page }"
    html, printed = tmp_path / "x.html", tmp_path / "x.pdf"
    (tmp_path / "picture-600-300.svg").write_text(PICTURES["low"][1], encoding="utf-8")
    body = "".join(f"<section>{section}</section>" for section in sections)
    html.write_text(f"<!DOCTYPE html><title>x</title><style>{style}</style>{body}", encoding="utf-8")
    pdf.side_by_side(lambda page, tab: pdf.print_page(tab, page, printed), [html], CHROMIUM)
    assert {fault for _, fault in sheets.faults(printed)} >= {
        *("a heading at the foot", "a head without a row", "a row cut", "nearly empty", "a figure without its caption")
    }


@needs_chromium
def test_the_book_has_no_such_sheet(site, tmp_path):
    book = pdf.book(site, toc())
    numbers = paper.lay_out(book, site, tmp_path)
    paper.write(book, site, tmp_path, tmp_path / "x.html", numbers)
    pdf.side_by_side(lambda html, tab: pdf.print_page(tab, html, tmp_path / "x.pdf"), [tmp_path / "x.html"], CHROMIUM)
    assert sheets.faults(tmp_path / "x.pdf") == []
