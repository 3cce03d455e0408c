"""A ledger of many parts: a scratch book in which a part holds little."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from restated_book import paths
from tests.browser.pages import open_page
from tests.builder.sphinx.rows import everything, row, written
from tests.builder.sphinx.test_build import INDEX, RUN, lay_out

#: Rows besides those of every scratch book, and how few a part holds.
MANY = 193
SMALL = """
from restated_book import ledgerparts
ledgerparts.PART_ROWS = 5
"""
ROWS = [
    *everything(),
    *(
        row(
            f"many-{i:03}",
            quantity="an odd one" if i % 50 == 7 else "one of many",
            finding="trials" if i > 180 else "twins",
        )
        for i in range(MANY)
    ),
]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large") / "book"
    lay_out(folder, INDEX)
    written(folder / "entries.json", ROWS)
    env = os.environ | {"PYTHONPATH": str(paths.ROOT), "RESTATED_ROOT": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", SMALL + RUN, str(folder)], env=env, capture_output=True, text=True, check=True
    )
    assert "Finished generating HTML" in run.stdout, run.stdout
    return folder.with_name("book-out") / "_build" / "html"


@pytest.fixture
def tab(browser, large):
    """Opens pages; afterwards none has had a fault."""
    opened = []

    def open_at(page: str):
        tab = open_page(browser, large, page)
        opened.append(tab.faults)
        return tab

    yield open_at
    assert not any(opened)


def test_the_permanent_address_of_every_number_leads_to_its_row(tab):
    for id in (min(r["id"] for r in ROWS), "many-000", "many-100", max(r["id"] for r in ROWS)):
        opened = tab(f"book/ledger.html#{id}")
        opened.wait_for_function("id => document.getElementById(id)?.closest('.rs-ledger')", arg=id)
        assert opened.url.endswith(f"#{id}")


def test_without_scripts_every_part_is_a_link_away(browser, large):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((large / "book" / "ledger.html").as_uri())
    opened.locator(".rs-index a").last.click()
    assert opened.locator(".rs-ledger tbody tr").last.get_attribute("id") == max(r["id"] for r in ROWS)
    context.close()


def test_numbers_are_found_in_all_parts(tab):
    opened = tab("book/ledger.html")
    opened.fill("#rs-f-text", "odd")
    opened.locator(".rs-hits a").first.wait_for()
    assert opened.locator(".rs-count").inner_text() == f"4 of {len(ROWS)} numbers found"
    assert opened.locator(".rs-hits a").all_inner_texts() == ["many-007", "many-057", "many-107", "many-157"]
    opened.locator(".rs-hits a").last.click()
    opened.locator("#many-157").wait_for()


def test_a_hundred_numbers_are_shown_at_once(tab):
    opened = tab("book/ledger.html?finding=twins")
    more, shown = opened.locator(".rs-more button"), opened.locator(".rs-hits a")
    more.wait_for()
    assert more.inner_text() == "Show more" and shown.count() == 100
    more.click()
    more.wait_for(state="hidden")
    assert shown.count() == 181


def test_facets_narrow_the_numbers(tab):
    opened = tab("book/ledger.html")
    opened.select_option("#rs-f-finding", "trials")
    opened.wait_for_function("() => document.querySelector('.rs-hits').children.length === 12")
    assert opened.locator(".rs-count").inner_text() == f"12 of {len(ROWS)} numbers found"
    assert not opened.locator(".rs-more").is_visible()


def test_the_search_finds_numbers_and_text(tab):
    opened = tab("search.html?q=many-100")
    opened.locator("#rs-results a").first.wait_for()
    assert opened.locator("#rs-results a").first.inner_text() == "many-100"
    opened.fill("#rs-query", "scratch")
    opened.wait_for_function("() => document.querySelector('#rs-results a')?.textContent.includes('Scratch')")
