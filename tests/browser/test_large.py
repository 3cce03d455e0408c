"""A ledger too large for one list and one script of search data: in a scratch book where each of them holds little."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from restated_book import paths
from tests.browser.pages import open_page
from tests.builder.sphinx.rows import everything, row, written
from tests.builder.sphinx.test_build import INDEX, RUN, lay_out

#: Rows beside those of every scratch book, and how few a part, a list and a script hold.
MANY = 193
SMALL = """
from restated_book.sphinx import ledgerparts, search
ledgerparts.PART_ROWS, ledgerparts.LISTED, search.ROWS = 5, 7, 7
"""
#: Numbers looked through before the reader is asked: twenty scripts of seven, one of which, the last, has four.
AT_A_TIME = 137
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


def test_the_permanent_address_of_every_number_leads_to_its_row_over_the_lists(tab):
    opened = tab("book/ledger.html")
    assert opened.locator(".rs-index a").count() <= 7
    for id in (min(r["id"] for r in ROWS), "many-000", "many-100", max(r["id"] for r in ROWS)):
        opened = tab(f"book/ledger.html#{id}")
        opened.wait_for_function("id => document.getElementById(id)?.closest('.rs-ledger')", arg=id)
        assert opened.url.endswith(f"#{id}") and "list" not in opened.url


def test_without_scripts_every_part_is_two_links_away(browser, large):
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((large / "book" / "ledger.html").as_uri())
    opened.locator(".rs-index a").last.click()
    assert "ledger-list-" in opened.url
    opened.locator(".rs-index a").last.click()
    assert opened.locator(".rs-ledger tbody tr").last.get_attribute("id") == max(r["id"] for r in ROWS)
    context.close()


def test_numbers_are_found_as_far_as_the_reader_looks(tab):
    opened = tab("book/ledger.html")
    opened.fill("#rs-f-text", "odd")
    count, more = opened.locator(".rs-count"), opened.locator(".rs-more button")
    more.wait_for()
    # Twenty scripts of seven numbers each, the last of them first, because it could hold an id like this.
    assert (
        count.inner_text() == f"3 found in {AT_A_TIME} of {len(ROWS)} numbers" and more.inner_text() == "Look further"
    )
    more.click()
    more.wait_for(state="hidden")
    assert count.inner_text() == f"4 found in {len(ROWS)} of {len(ROWS)} numbers"
    assert opened.locator(".rs-hits a").all_inner_texts() == ["many-007", "many-057", "many-107", "many-157"]
    opened.locator(".rs-hits a").last.click()
    opened.locator("#many-157").wait_for()


def test_what_was_found_is_shown_before_more_is_looked_for(tab):
    opened = tab("book/ledger.html?finding=twins")
    more, shown = opened.locator(".rs-more button"), opened.locator(".rs-hits a")
    more.wait_for()
    assert more.inner_text() == "Show more" and shown.count() == 100
    more.click()
    assert more.inner_text() == "Look further" and 100 < shown.count() < 181
    more.click()
    more.wait_for(state="hidden")
    assert shown.count() == 181


def test_an_id_and_what_few_scripts_hold_are_found_at_once(tab):
    opened = tab("book/ledger.html")
    opened.fill("#rs-f-text", "many-155")
    opened.locator(".rs-hits a").first.wait_for()
    assert opened.locator(".rs-hits a").all_inner_texts() == ["many-155"]
    assert opened.locator(".rs-more").is_visible()
    opened.fill("#rs-f-text", "")
    opened.select_option("#rs-f-finding", "trials")
    opened.wait_for_function("() => document.querySelector('.rs-hits').children.length === 12")
    assert (
        opened.locator(".rs-count").inner_text() == f"12 found in {len(ROWS)} of {len(ROWS)} numbers"
        and not opened.locator(".rs-more").is_visible()
    )


def test_the_search_finds_text_first_and_numbers_after_it(tab):
    opened = tab("search.html?q=many-100")
    opened.locator("#rs-results a").first.wait_for()
    assert opened.locator("#rs-results a").first.inner_text() == "many-100"
    opened.fill("#rs-query", "scratch")
    opened.wait_for_function("() => document.querySelector('#rs-results a')?.textContent.includes('Scratch')")
    opened.get_by_role("button", name="Look further").wait_for()
    assert f"{AT_A_TIME} of {len(ROWS)} numbers were looked through" in opened.locator("#rs-found").inner_text()
    opened.get_by_role("button", name="Look further").click()
    opened.wait_for_function("() => document.getElementById('rs-found').textContent.includes('200 of')")
