"""The page of claims in a headless browser: filters, addresses, and what is left without scripts."""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from playwright.sync_api import expect

from benchmarks.pages.served import served
from restated_book import claims
from tests.browser.pages import SIZES, in_view, open_page

PAGE = "notebooks/claims.html"
SHOWN = "all => all.filter(c => c.offsetParent !== null).map(c => c.id)"


@pytest.fixture
def tab(browser, site):
    tab = open_page(browser, site, PAGE)
    yield tab
    assert tab.faults == []


def shown(tab) -> list[str]:
    return tab.eval_on_selector_all(".rs-claim", SHOWN)


def expected(keep) -> list[str]:
    table = claims.load("claims")
    return [claims.anchor(row["id"]) for row in table.to_dict("records") if keep(row)]


def counted(tab, words: str | re.Pattern) -> None:
    """Wait until the page shows this count of claims: it filters after a pause in typing."""
    expect(tab.locator(".rs-count")).to_have_text(words)


TOTAL = len(claims.load("claims"))


def test_all_claims_are_shown_and_counted(tab):
    assert shown(tab) == expected(lambda row: True)
    assert tab.text_content(".rs-count") == f"{TOTAL} claims"


@pytest.mark.parametrize(
    ("field", "value", "keep"),
    [
        ("verdict", "contradicted", lambda row: row["verdict"] == "contradicted"),
        ("section", "claims-lighthouse", lambda row: row["section"] == "4 Lighthouse"),
        ("cited", "S1", lambda row: "S1" in row["cited"]),
        ("cited", "none", lambda row: not row["cited"]),
    ],
)
def test_a_choice_leaves_its_claims_and_says_how_many(tab, field, value, keep):
    tab.select_option(f"#rs-f-{field}", value)
    counted(tab, f"{len(expected(keep))} of {TOTAL} claims shown")
    assert shown(tab) == expected(keep)


def test_filters_go_together_and_parts_without_a_claim_are_hidden(tab):
    tab.fill("#rs-f-text", "foster CARERS")
    counted(tab, re.compile("claims shown"))
    found = shown(tab)
    tab.select_option("#rs-f-verdict", "supported")
    expect(tab.locator(".rs-count")).not_to_have_text(f"{len(found)} of {TOTAL} claims shown")
    left = shown(tab)
    assert "claim-n12" in left and "claim-n11" not in left and len(left) < 10
    assert tab.is_visible("#claims-new-interventions .rs-group") and not tab.is_visible("#claims-policy .rs-group")
    tab.click(".rs-claims-filters button")
    counted(tab, f"{TOTAL} claims")
    assert shown(tab) == expected(lambda row: True) and tab.is_visible("#claims-policy .rs-group")


def test_nothing_found_is_said(tab):
    tab.fill("#rs-f-text", "xyzzy")
    counted(tab, re.compile("^0 of "))
    assert shown(tab) == []


@pytest.mark.parametrize("target", ["claim-g05", "claims-policy"])
def test_an_address_that_is_filtered_out_is_shown(tab, target):
    tab.select_option("#rs-f-section", "claims-summary")
    expect(tab.locator(f"#{target}")).to_be_hidden()
    tab.evaluate(f"location.hash = '#{target}'")
    expect(tab.locator(f"#{target}")).to_be_visible()
    assert tab.input_value("#rs-f-section") == ""
    in_view(tab, target)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("id", ["claim-a03", "claim-s10", "inc-doi"])
def test_an_address_leads_to_its_claim(browser, site, size, id):
    in_view(open_page(browser, site, f"{PAGE}#{id}", size=size), id)


def test_everything_can_be_read_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"])
    tab = context.new_page()
    tab.goto((site / PAGE).as_uri())
    claim = tab.locator("#claim-m17")
    assert claim.is_visible() and not tab.locator(".rs-claims-filters").is_visible()
    claim.locator("summary").click()
    assert claim.get_by_text("The source says").first.is_visible()
    context.close()


def test_a_view_has_an_address_and_an_address_its_view(browser, site):
    tab = open_page(browser, site, f"{PAGE}?verdict=contradicted")
    found = expected(lambda row: row["verdict"] == "contradicted")
    counted(tab, f"{len(found)} of {TOTAL} claims shown")
    assert shown(tab) == found and tab.input_value("#rs-f-verdict") == "contradicted"


@pytest.mark.parametrize("place", ["/book/v1/", "disk"])
def test_a_choice_is_kept_in_the_address(browser, site, place):
    with served(site, place) if place != "disk" else nullcontext(site) as address:
        tab = open_page(browser, address, PAGE)
        tab.select_option("#rs-f-cited", "S1")
        counted(tab, f"{len(expected(lambda row: 'S1' in row['cited']))} of {TOTAL} claims shown")
        tab.wait_for_function("location.search === '?cited=S1'")
        tab.reload()
        counted(tab, f"{len(expected(lambda row: 'S1' in row['cited']))} of {TOTAL} claims shown")


def test_an_address_of_a_claim_opens_it(browser, site):
    tab = open_page(browser, site, f"{PAGE}#claim-m17")
    assert tab.locator("#claim-m17 details[open]").count() == 1 and tab.locator("#claim-m16 details[open]").count() == 0


def test_the_page_is_at_most_15_000_pixels_tall(tab):
    assert tab.evaluate("document.documentElement.scrollHeight") <= 15_000


def test_comparisons_are_printed_and_filters_are_not(tab):
    tab.emulate_media(media="print")
    assert tab.locator("#claim-m17").get_by_text("The source says").first.is_visible()
    assert not tab.is_visible(".rs-claims-filters") and tab.is_visible("#claim-m17")


def test_the_search_finds_a_claim_by_its_id_and_by_its_words(browser, site):
    tab = open_page(browser, site, "search.html")
    tab.fill("#rs-query", "B17")
    expect(tab.locator("#rs-results a").first).to_have_attribute("href", re.compile(r"claims\.html#claim-b17$"))
    tab.fill("#rs-query", "only 19 models designation")
    expect(tab.locator("#rs-results a[href$='claims.html#claim-m17']")).to_have_count(1)


def test_on_a_narrow_screen_each_part_opens_and_a_choice_opens_all(browser, site):
    tab = open_page(browser, site, PAGE, size="phone")
    assert shown(tab) == []
    part = tab.locator("#claims-lighthouse .rs-group button")
    inside = expected(lambda row: row["section"] == "4 Lighthouse")
    expect(part).to_have_text(re.compile(rf"\({len(inside)} claims\)$"))
    part.click()
    assert shown(tab) == inside and part.get_attribute("aria-expanded") == "true"
    part.click()
    assert shown(tab) == [] and part.get_attribute("aria-expanded") == "false"
    tab.select_option("#rs-f-verdict", "contradicted")
    contradicted = expected(lambda row: row["verdict"] == "contradicted")
    counted(tab, f"{len(contradicted)} of {TOTAL} claims shown")
    assert shown(tab) == contradicted
    tab.click(".rs-claims-filters [type=reset]")
    counted(tab, f"{TOTAL} claims")
    assert shown(tab) == []
    tab = open_page(browser, site, f"{PAGE}#claim-{contradicted[0].removeprefix('claim-')}", size="phone")
    expect(tab.locator(f"#{contradicted[0]} details")).to_have_attribute("open", "")
    assert contradicted[0] in shown(tab)
