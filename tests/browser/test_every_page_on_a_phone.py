"""Every page of this book, of the second review and of a new book, from disk, on a phone."""

from __future__ import annotations

import pytest

from restated_book import outputs
from tests.browser.axe import violations
from tests.browser.every import PLACES, WAY, WHOLLY, holds
from tests.browser.pages import open_page, settled


@pytest.mark.parametrize(("book", "page"), PLACES)
def test_a_page_on_a_phone(browser, request, book, page):
    size, theme = WAY.get((book, page), ("phone", "dark"))
    tab = open_page(browser, request.getfixturevalue(book), page, size="phone", theme=theme)
    holds(tab, book, page, "phone")
    figures_fit_the_screen(tab)
    tables_fit_the_screen(tab)
    if (book, page) in WHOLLY:
        assert violations(tab, without="color-contrast") == []
    elif size == "phone":
        assert violations(tab) == []


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
    settled(tab)
    loaded = [r for r in tab.requests if "/figures/" in r]
    assert all(r.partition("#")[0].endswith(outputs.NARROW) for r in loaded), loaded


WIDE = """all => all.filter(t => t.checkVisibility() && !t.closest('.rs-data')).map(t => {
  const box = t.closest('.rs-scroll') || t.parentElement;
  return [t.caption?.textContent.trim(), box.scrollWidth - box.clientWidth] }).filter(([, over]) => over > 1)"""


def tables_fit_the_screen(tab) -> None:
    """No table has to be pushed sideways, but for the data behind a figure, which say so."""
    tab.evaluate("document.querySelectorAll('details:has(table)').forEach(d => { d.open = true })")
    assert tab.eval_on_selector_all(".rs-table, .rs-ledger, .table", WIDE) == []
