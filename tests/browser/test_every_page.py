"""Every page of this book, of the second review and of a new book, from disk, on a laptop."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.axe import violations
from tests.browser.every import PLACES, WAY, WHOLLY, holds, turn
from tests.browser.layout import KEPT
from tests.browser.pages import KINDS, open_page

#: Bytes that a first visit to a page may transfer, compressed as on a server.
FIRST_VISIT = 300_000

TABLES = """all => all.map(t => ({
  name: t.caption ? t.caption.textContent.trim() : '', heads: t.querySelectorAll('th').length,
  poor: [...t.querySelectorAll('th')]
    .filter(h => !h.textContent.trim() || !['row', 'col', 'rowgroup'].includes(h.getAttribute('scope')))
    .map(h => h.outerHTML)}))"""

FIGURES = """all => all.map(f => ({
  id: f.id, status: f.querySelector('.rs-status')?.textContent, data: !!f.querySelector('details table'),
  shown: [...f.querySelectorAll('img')].filter(i => getComputedStyle(i).display !== 'none')
    .map(i => ({src: i.getAttribute('src'), alt: i.getAttribute('alt')}))}))"""


@pytest.mark.parametrize(("book", "page"), PLACES)
def test_a_page_on_a_laptop(browser, request, book, page):
    site = request.getfixturevalue(book)
    tab = open_page(browser, site, page)
    holds(tab, book, page, "laptop")
    a_first_visit_is_light(tab)
    links_lead_somewhere(tab, site)
    tables_have_names_and_heads(tab)
    if page.startswith("notebooks/"):
        tables_and_figures_have_status_words_and_data(tab, "light")
        turn(tab, "dark")
        tables_and_figures_have_status_words_and_data(tab, "dark")
        assert tab.faults == []
    if (book, page) in WHOLLY:
        # Colours do not depend on the width, nor the rest on the colours.
        turn(tab, "light")
        assert violations(tab) == []
        turn(tab, "dark")
        assert violations(tab, only="color-contrast") == []
    elif WAY[book, page][0] == "laptop":
        turn(tab, WAY[book, page][1])
        assert violations(tab) == []


def test_the_layout_is_kept_of_each_kind_of_page():
    assert set(json.loads(KEPT.read_text(encoding="utf-8"))) == {f"{k}-{s}" for k in KINDS for s in ("laptop", "phone")}


def test_axe_would_find_something(browser, site):
    tab = open_page(browser, site, "book/index.html")
    tab.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<main><img src=x><a href=x style=\"color:#999\">.</a></main>')"
    )
    assert {line.split()[0] for line in violations(tab)} >= {"image-alt", "landmark-no-duplicate-main"}


def a_first_visit_is_light(tab) -> None:
    files = {Path(unquote(urlsplit(r).path)) for r in tab.requests if r.startswith("file:")}
    assert sum(map(_compressed, files)) <= FIRST_VISIT


@cache
def _compressed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes()))


@cache
def _anchors(file: Path) -> set[str]:
    """The ids of a page; of a file that does not exist, an error."""
    return set(re.findall(r"""\bid=["']?([^"'\s>]+)""", file.read_text(encoding="utf-8")))


def links_lead_somewhere(tab, site: Path) -> None:
    links = tab.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    inside = {x for x in links if x.startswith(site.as_uri())}
    assert inside
    for link in sorted(inside):
        address, _, anchor = link.partition("#")
        target = Path(address.removeprefix("file://").split("?")[0])
        assert target.is_file(), link
        if anchor:
            assert anchor in _anchors(target), link


def tables_have_names_and_heads(tab) -> None:
    for table in tab.eval_on_selector_all("table", TABLES):
        assert table["name"], table
        assert table["heads"] and table["poor"] == [], table


def tables_and_figures_have_status_words_and_data(tab, theme: str) -> None:
    """Each figure shows one picture, that of the theme."""
    tables = tab.eval_on_selector_all("figure.rs-tablefig", FIGURES)
    figures = tab.eval_on_selector_all("figure.rs-figure", FIGURES)
    assert figures or tables
    for found in (*tables, *figures):
        assert found["status"].lower().startswith("status:"), found
    for figure in figures:
        (shown,) = figure["shown"]
        assert re.search(r"\.svg#dark$" if theme == "dark" else r"\.svg$", shown["src"]), figure
        assert len(shown["alt"]) >= 20 and ".svg" not in shown["alt"], figure
        assert figure["data"], figure
