"""Every page of this book, of the second review and of a new book, from disk, once on a laptop and once on a phone."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from restated_book import outputs
from tests.browser.axe import violations
from tests.browser.layout import KEPT, layout
from tests.browser.pages import BOOKS, KINDS, open_page

#: Set this variable to examine every page with axe in both themes and on both screens; otherwise one of each of six
#: kinds is, and any other page one way, each in another way than its neighbours.
EVERYTHING = bool(os.environ.get("RESTATED_EVERY_PAGE"))
PLACES = [(book, page) for book, pages in BOOKS.items() for page in pages]
WHOLLY = [("site", KINDS[k]) for k in ("front", "chapter", "text", "ledger", "downloads", "search")]
WHOLLY = PLACES if EVERYTHING else [*WHOLLY, ("example", KINDS["front"]), ("begun", "book/claims.html")]
WAYS = (("laptop", "light"), ("laptop", "dark"), ("phone", "light"), ("phone", "dark"))
WAY = {place: WAYS[i % len(WAYS)] for i, place in enumerate(p for p in PLACES if p not in WHOLLY)}

#: Pixels. Text that grows or shrinks moves nothing sideways; another machine's fonts move what is as wide as its text.
TOLERANCE = 3

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
    opens_without_errors_requests_to_others_or_overflow(tab, page)
    if book == "site":
        is_laid_out_as_before(tab, page, "laptop")
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


@pytest.mark.parametrize(("book", "page"), PLACES)
def test_a_page_on_a_phone(browser, request, book, page):
    size, theme = WAY.get((book, page), ("phone", "dark"))
    tab = open_page(browser, request.getfixturevalue(book), page, size="phone", theme=theme)
    opens_without_errors_requests_to_others_or_overflow(tab, page)
    if book == "site":
        is_laid_out_as_before(tab, page, "phone")
    figures_fit_the_screen(tab)
    tables_fit_the_screen(tab)
    if (book, page) in WHOLLY:
        assert violations(tab, without="color-contrast") == []
    elif size == "phone":
        assert violations(tab) == []


#: Bytes that a first visit to a page may transfer, compressed as on a server.
FIRST_VISIT = 300_000


@pytest.mark.parametrize("book", BOOKS)
def test_a_first_visit_to_any_page_is_light(browser, request, book):
    site = request.getfixturevalue(book)
    weights = {}
    for page in BOOKS[book]:
        tab = open_page(browser, site, page)
        tab.wait_for_load_state("networkidle")
        files = {Path(unquote(urlsplit(r).path)) for r in tab.requests if r.startswith("file:")}
        weights[page] = sum(len(gzip.compress(file.read_bytes())) for file in files)
    assert {page: weight for page, weight in weights.items() if weight > FIRST_VISIT} == {}


def test_the_layout_is_kept_of_each_kind_of_page():
    assert set(json.loads(KEPT.read_text(encoding="utf-8"))) == {f"{k}-{s}" for k in KINDS for s in ("laptop", "phone")}


def test_axe_would_find_something(browser, site):
    tab = open_page(browser, site, "book/index.html")
    tab.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<main><img src=x><a href=x style=\"color:#999\">.</a></main>')"
    )
    assert {line.split()[0] for line in violations(tab)} >= {"image-alt", "landmark-no-duplicate-main"}


FITTING = """all => all.map(plate => ({
  id: plate.closest('figure').id, over: plate.scrollWidth - plate.clientWidth,
  shown: [...plate.querySelectorAll('img')].filter(i => i.checkVisibility()).map(i => i.loading === 'lazy')}))"""


def figures_fit_the_screen(tab) -> None:
    """Each figure shows the picture for narrow screens; wide ones are not even loaded."""
    # Of the pictures in folds, none is shown.
    tab.evaluate("document.querySelectorAll('details:has(.rs-plate)').forEach(d => { d.open = true })")
    for plate in tab.eval_on_selector_all("figure.rs-figure .rs-plate", FITTING):
        assert plate["over"] <= 0, f"{plate['id']} scrolls sideways by {plate['over']} px"
        assert plate["shown"] == [True], plate
    tab.wait_for_load_state("networkidle")
    loaded = [r for r in tab.requests if "/figures/" in r]
    assert all(r.partition("#")[0].endswith(outputs.NARROW) for r in loaded), loaded


WIDE = """all => all.filter(t => t.checkVisibility() && !t.closest('.rs-data')).map(t => {
  const box = t.closest('.rs-scroll') || t.parentElement;
  return [t.caption?.textContent.trim(), box.scrollWidth - box.clientWidth] }).filter(([, over]) => over > 1)"""


def tables_fit_the_screen(tab) -> None:
    """No table has to be pushed sideways, but for the data behind a figure, which say so."""
    tab.evaluate("document.querySelectorAll('details:has(table)').forEach(d => { d.open = true })")
    assert tab.eval_on_selector_all(".rs-table, .rs-ledger, .table", WIDE) == []


def turn(tab, theme: str) -> None:
    """Turn to a theme, and wait until the page has followed."""
    tab.emulate_media(color_scheme=theme)
    tab.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)


def opens_without_errors_requests_to_others_or_overflow(tab, page: str) -> None:
    tab.wait_for_load_state("networkidle")
    assert tab.faults == []
    assert [r for r in tab.requests if not r.startswith(("file:", "data:"))] == []
    assert tab.title().strip()
    overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page} scrolls sideways by {overflow} px"


def is_laid_out_as_before(tab, page: str, size: str) -> None:
    """Compare with the layout that was last looked at; ``python -m tests.browser.layout --keep`` records a new one."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    for kind in (k for k, p in KINDS.items() if p == page):
        for part, place in layout(tab).items():
            before = kept[f"{kind}-{size}"][part]
            assert (before is None) == (place is None), f"{page}: {part}"
            for measure, value in (place or {}).items():
                assert abs(value - before[measure]) <= TOLERANCE, (
                    f"{page}: {measure} of {part} was {before[measure]:.0f} and is {value:.0f}"
                )


def links_lead_somewhere(tab, site: Path) -> None:
    links = tab.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    inside = {x for x in links if x.startswith(site.as_uri())}
    assert inside
    anchors: dict[Path, set[str]] = {}
    for link in sorted(inside):
        address, _, anchor = link.partition("#")
        target = Path(address.removeprefix("file://").split("?")[0])
        assert target.is_file(), link
        if anchor:
            if target not in anchors:
                html = target.read_text(encoding="utf-8")
                anchors[target] = set(re.findall(r"""\bid=["']?([^"'\s>]+)""", html))
            assert anchor in anchors[target], link


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
