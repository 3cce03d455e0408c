"""One built page in a headless browser, opened from disk."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.pages import open_page


def test_a_page_shows_its_number_and_tells_where_it_comes_from(browser, small_book):
    tab = open_page(browser, small_book.folder / "_build" / "html", "notebooks/small.html")
    assert tab.faults == [] and tab.title().startswith("A small chapter")
    assert [address for address in tab.requests if not address.startswith(("file:", "data:"))] == []
    number = tab.locator('a[href$="#tiny-mean"]').first
    tip = tab.locator(f"#{number.get_attribute('aria-describedby')}")
    expect(tip).to_be_hidden()
    number.focus()
    expect(tip).to_be_visible()
    number.click()
    tab.wait_for_url("**/ledger-*.html#tiny-mean")
    expect(tab.locator("#tiny-mean")).to_contain_text("plain mean of r")
