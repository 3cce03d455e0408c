"""The site from a web server under any path, and the search from there and from disk."""

from __future__ import annotations

import pytest

from benchmarks.pages.served import served
from tests.browser.pages import KINDS, open_page

#: What readers look for: words, and the page the answer stands on.
QUERIES = {
    "author": ("Verhage", "references.html#cite-verhage2016"),
    "number": ("stability-secure-r", "#stability-secure-r"),
    "term": ("prediction interval", "glossary.html#"),
    "claim": ("A03", "claims.html#claim-a03"),
}


@pytest.fixture(params=["/book/v1/", "disk"])
def place(request, site):
    if request.param == "disk":
        yield site
    else:
        with served(site, request.param) as address:
            yield address


def test_pages_work_wherever_the_site_lies(browser, place):
    for page in (KINDS[kind] for kind in ("front", "chapter", "ledger", "part", "references", "search")):
        tab = open_page(browser, place, page)
        tab.wait_for_load_state("networkidle")
        assert tab.faults == [], page
        home = place if isinstance(place, str) else place.as_uri()
        assert [r for r in tab.requests if not r.startswith((home, "data:"))] == [], page


@pytest.mark.parametrize("query", QUERIES)
def test_the_search_finds_it_and_shows_where(browser, place, query):
    words, target = QUERIES[query]
    tab = open_page(browser, place, "book/index.html")
    tab.locator("input[name=q]").first.fill(words)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?**")
    hit = tab.locator(f'main a[href*="{target}"]').first
    hit.wait_for()
    around = hit.locator("xpath=ancestor::li").inner_text()
    assert len(around) > len(hit.inner_text()) + 20, "no context"
    hit.click()
    tab.wait_for_url(f"**{target}**")
    assert tab.faults == []
