from __future__ import annotations

import re

import pytest
from docutils import nodes
from docutils.utils import new_document
from hypothesis import given, settings
from hypothesis import strategies as st

from restated_book.sphinx import pages
from restated_book.sphinx.pages import DESCRIPTION_LENGTH, description, marked


def page(*paragraphs: str) -> nodes.document:
    document = new_document("page")
    document.extend(nodes.paragraph("", text) for text in paragraphs)
    return document


def test_front_matter_describes_the_page_before_its_text_does():
    text = "A paragraph that is long enough to describe a page."
    assert description(page(text), {"description": "What it says."}) == "What it says."
    assert description(page("short", text), {}) == text
    assert description(None, {}) == ""


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(st.text("abc,", min_size=1, max_size=12), min_size=40, max_size=60))
def test_a_long_description_is_cut_between_words(words):
    text = " ".join(words)
    cut = description(page(text), {})
    assert len(cut) <= DESCRIPTION_LENGTH
    if cut != text:
        assert cut.endswith("…")
        assert set(cut[:-1].split()) <= {w.rstrip(",;") for w in words} | set(words)


TREE = (
    '<p class="rs-part">Part</p>\n<ul>\n<li class="toctree-l1"><a class="reference internal" href="a.html">A</a><ul>\n'
    '<li class="toctree-l2"><a class="reference internal" href="b.html">B</a></li>\n</ul>\n</li>\n'
    '<li class="toctree-l1"><a class="reference internal" href="../x/c.html">C</a></li>\n</ul>\n<ul>\n'
    '<li class="toctree-l1"><a class="reference internal" href="d.html">D</a></li>\n</ul>'
)


@pytest.mark.parametrize(
    ("address", "levels", "words"),
    [("a.html", ["1"], "A"), ("b.html", ["1", "2"], "B"), ("../x/c.html", ["1"], "C"), ("d.html", ["1"], "D")],
)
def test_navigation_marks_the_page_and_its_branch_and_nothing_else(address, levels, words):
    shown = marked(TREE, address)
    assert re.findall(r'<li class="toctree-l(\d) current">', shown) == levels
    assert shown.count('<ul class="current">') == len(levels)
    assert re.findall(r'<a class="current reference internal" href="#" aria-current="page">(\w+)</a>', shown) == [words]
    assert re.sub(r' current|current | aria-current="page"| class="current"', "", shown).replace("#", address) == TREE


def test_navigation_without_the_page_stays_as_it_is():
    assert marked(TREE, "ledger-1.html") == TREE


def test_a_table_of_the_text_is_named_after_its_section_and_its_headings_have_a_scope():
    body = (
        '<h2>The <em>claim</em><a class="headerlink" href="#x">#</a></h2><table class="table docutils align-default">'
        '\n<thead><tr><th class="head">A</th></tr></thead></table>'
    )
    named = pages.name_tables(body)
    assert '<caption class="rs-hidden">Table: The claim</caption>' in named
    assert '<th scope="col" class="head">A</th>' in named
    assert pages.name_tables(named) == named


def test_rows_of_a_table_of_three_columns_say_in_each_cell_what_it_is():
    head, row = ("".join(f"<{tag}>{x}</{tag[:2]}>" for x in "AB<") for tag in ('th class="head"', "td"))
    wide = f'<table class="table">{head.replace("<<", "&lt;<")}{row}{row}</table>'
    named = pages.name_tables(wide)
    assert '<table class="table rs-cards">' in named
    assert named.count('<td>A</td><td data-label="B">B</td><td data-label="&lt;">') == 2
    assert pages.name_tables(named) == named
    assert "rs-cards" not in pages.name_tables(wide.replace('<th class="head">B</th>', ""))


CITATION = '<a class="reference internal" href="references.html#cite-{0}" title="All of {0}.">20{0}</a>'


def test_a_work_is_told_in_a_box_and_once_in_the_margin():
    one, two = CITATION.format("01"), CITATION.format("02")
    html = pages.box_titles(
        f"<ul><li><p>{one}</p></li></ul>\n<p>{one} and\n{one}</p>\n<p>{two}</p>\n<td><p>{two}</p></td>"
    )
    assert 'title="' not in html
    assert [m.split('"')[0] for m in html.split('<span class="')[1:] if m.startswith("rs-number")] == [
        "rs-number rs-cited",
        "rs-number rs-cited rs-noted",
        "rs-number rs-cited",
        "rs-number rs-cited rs-noted",
        "rs-number rs-cited",
    ]
    ids = re.findall(r'role="tooltip" id="([^"]+)">All of 0[12]\.<', html)
    assert len(set(ids)) == 5 and ids == re.findall(r'aria-describedby="([^"]+)"', html)


def test_other_links_are_left_alone():
    html = (
        '<p><a class="reference internal" href="references.html">References</a> <a href="#cite-x" title="t">x</a></p>'
    )
    assert pages.box_titles(html) == html


def test_a_term_is_told_in_a_box():
    html = pages.box_titles(
        '<p>the <a class="rs-gloss reference internal" href="glossary.html#term-d" '
        'title="A &quot;difference&quot;.">d</a></p>'
    )
    assert 'title="' not in html and 'role="tooltip" id="rs-said-1">A &quot;difference&quot;.<' in html
    assert (
        '<a class="rs-gloss reference internal" href="glossary.html#term-d" aria-describedby="rs-said-1">d</a>' in html
    )
