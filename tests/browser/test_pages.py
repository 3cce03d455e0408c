"""What readers do on the pages: tooltips, margins, sorting, the finder of the ledger."""

from __future__ import annotations

import json
import re

from restated_book import paths
from tests.browser.pages import SIZES, in_view, open_page


def test_the_address_of_the_site_leads_to_the_front_page(browser, site):
    tab = open_page(browser, site, "index.html")
    tab.wait_for_url("**/book/index.html")
    assert tab.faults == []


def test_the_chapter_on_generations_has_its_figures(browser, site):
    tab = open_page(browser, site, "notebooks/attachment-across-generations.html")
    shown = set(tab.eval_on_selector_all("figure.rs-figure", "all => all.map(f => f.id)"))
    assert {
        "fig-fathers-forest",
        "fig-stability-forest",
        "fig-sets-vij1995",
        "fig-headline-sweep",
        "fig-gap-zeegers",
    } <= shown


def test_a_number_tells_its_source_on_focus_and_leads_to_the_ledger(browser, site):
    tab = open_page(browser, site, "notebooks/attachment-across-generations.html")
    link = tab.query_selector('a[href$="#verhage2016-secure-r"]')
    link.scroll_into_view_if_needed()
    link.focus()
    tip = tab.query_selector(f"#{link.get_attribute('aria-describedby')}")
    assert tip.is_visible()
    assert "Verhage" in tip.inner_text()
    tab.keyboard.press("Escape")
    tip.wait_for_element_state("hidden")
    link.click()
    tab.wait_for_url("**/ledger-*.html#verhage2016-secure-r")
    in_view(tab, "verhage2016-secure-r")


def test_a_citation_tells_its_work_on_focus_and_in_the_margin_of_a_wide_screen(browser, site):
    tab = open_page(browser, site, "notebooks/causal-story.html")
    link = tab.locator("section > p .rs-noted > a").first
    tip = tab.locator(f"#{link.get_attribute('aria-describedby')}")
    assert not tip.is_visible()
    link.focus()
    assert tip.is_visible() and "Skaug" in tip.inner_text()
    tab.keyboard.press("Escape")
    assert not tip.is_visible()
    tab.set_viewport_size({"width": 1720, "height": 1000})
    tab.evaluate("document.activeElement.blur()")
    notes = tab.eval_on_selector_all(
        "section > p .rs-noted > .rs-tip",
        "all => all.map(n => n.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])",
    )
    text, contents = (tab.locator(part).bounding_box() for part in (".rs-article", ".rs-toc"))
    assert len(notes) > 5
    for (left, right, top, _), before in zip(notes[1:], notes, strict=False):
        assert text["x"] + text["width"] < left < right < contents["x"]
        assert top >= before[3]


def test_the_row_under_the_pointer_is_marked(browser, site):
    tab = open_page(browser, site, "notebooks/attachment-across-generations.html")
    plate = tab.locator("#fig-fathers-forest .rs-plate")
    plate.scroll_into_view_if_needed()
    ruler, picture = plate.locator(".rs-ruler"), plate.locator("img:visible").bounding_box()
    assert not ruler.is_visible()
    rows, first, last = map(float, tab.locator("#fig-fathers-forest").get_attribute("data-rows").split())
    height = picture["height"] * (last - first) / rows
    for row in (0, 7):
        middle = picture["y"] + picture["height"] * first + (row + 0.5) * height
        tab.mouse.move(picture["x"] + 50, middle)
        box = ruler.bounding_box()
        assert abs(box["y"] + box["height"] / 2 - middle) < 1.5 and abs(box["height"] - height) < 1.5
    tab.mouse.move(picture["x"] + 50, picture["y"] + picture["height"] - 4)
    assert not ruler.is_visible()


def test_data_of_a_figure_are_sorted_by_a_column_and_put_back(browser, site):
    tab = open_page(browser, site, "notebooks/attachment-across-generations.html")
    data = tab.locator("#fig-fathers-forest details.rs-data")
    data.locator("summary").click()
    names = data.locator("tbody th")
    as_drawn = names.all_inner_texts()
    head = data.get_by_role("columnheader", name="weight %")
    for order, turned in (("ascending", False), ("descending", True)):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == order
        weights = [float(w) for w in data.locator("tbody td:nth-child(7)").all_inner_texts() if w != "–"]
        assert weights == sorted(weights, reverse=turned)
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") is None and names.all_inner_texts() == as_drawn


def test_data_of_figures_are_printed_unless_they_fill_pages(browser, site):
    tab = open_page(browser, site, "notebooks/externalizing-growth.html")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    rows = "d => [d.open, d.querySelectorAll('tbody tr').length]"
    found = tab.eval_on_selector_all("details.rs-data", f"all => all.map({rows})")
    assert {is_open for is_open, _ in found} == {True, False}
    assert all(is_open == (length <= 40) for is_open, length in found)
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not any(tab.eval_on_selector_all("details.rs-data", "all => all.map(d => d.open)"))


def test_the_permanent_address_of_every_number_leads_to_its_row(browser, site):
    rows = json.loads((site / "ledger.json").read_text(encoding="utf-8"))
    on = {
        id: page.name
        for page in (site / "book").glob("ledger-*.html")
        for id in re.findall(r'<tr id="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert set(on) == {r["id"] for r in rows}
    for id in (min(on), max(on), "stability-secure-r"):
        tab = open_page(browser, site, f"book/ledger.html#{id}")
        tab.wait_for_url(f"**/{on[id]}#{id}")
        in_view(tab, id)
        assert tab.faults == []


def test_an_id_the_ledger_does_not_have_is_said(browser, site):
    tab = open_page(browser, site, "book/ledger.html#nothing-of-this-name")
    tab.wait_for_url("**/ledger-*.html#nothing-of-this-name")
    assert "no number with the id “nothing-of-this-name”" in tab.locator(".rs-count").inner_text()


def test_numbers_are_found_by_words_and_by_what_is_known_of_them(browser, site):
    rows = json.loads((site / "ledger.json").read_text(encoding="utf-8"))
    tab = open_page(browser, site, "book/ledger.html")
    tab.fill("#rs-f-text", "stability-secure-r")
    tab.locator(".rs-hits a").first.wait_for()
    assert "stability-secure-r" in tab.locator(".rs-hits a").all_inner_texts()
    tab.locator(".rs-filters [type=reset]").click()
    tab.wait_for_function("() => !document.querySelector('.rs-hits').children.length")
    tab.select_option("#rs-f-finding", "trials")
    tab.locator(".rs-hits a").first.wait_for()
    wanted = [r["id"] for r in rows if r["finding"] == "trials"]
    assert tab.locator(".rs-count").inner_text() == f"{len(wanted):,} of {len(rows):,} numbers found"
    shown = tab.locator(".rs-hits a").all_inner_texts()
    assert len(shown) < len(wanted)
    while tab.locator(".rs-more button").is_visible():
        tab.locator(".rs-more button").click()
        assert tab.evaluate("document.activeElement.textContent") == wanted[len(shown)]
        shown = tab.locator(".rs-hits a").all_inner_texts()
    assert shown == wanted
    tab.select_option("#rs-f-verdict", "differs")
    tab.wait_for_function(f"() => document.querySelector('.rs-hits').children.length < {len(wanted)}")
    assert tab.locator(".rs-hits a").all_inner_texts() == [
        r["id"] for r in rows if r["finding"] == "trials" and r["verdict"] == "differs"
    ]
    assert tab.faults == []


def test_an_address_can_hold_what_is_looked_for(browser, site):
    tab = open_page(browser, site, "book/ledger.html?finding=stability&verdict=differs")
    hit = tab.locator(".rs-hits a").first
    hit.click()
    tab.wait_for_url("**/ledger-*.html#**")


def test_a_part_of_the_ledger_is_sorted_by_a_column(browser, site):
    tab = open_page(browser, site, "book/ledger-01.html")
    published = tab.get_by_role("columnheader", name="Published")
    published.get_by_role("button").click()
    values = tab.eval_on_selector_all(
        ".rs-ledger tbody tr",
        "all => all.map(r => parseFloat(r.cells[2].textContent.replace(',', ''))).filter(x => !isNaN(x))",
    )
    assert published.get_attribute("aria-sort") == "ascending" and values[0] < values[-1]
    published.get_by_role("button").click()
    assert published.get_attribute("aria-sort") == "descending"


def test_a_part_reached_by_the_address_of_a_number_is_sorted_too(browser, site):
    tab = open_page(browser, site, "book/ledger.html#stability-secure-r")
    tab.locator(".rs-cite-row").wait_for()
    rows = tab.locator(".rs-ledger tbody tr").count() - 1
    tab.get_by_role("columnheader", name="Published").get_by_role("button").click()
    assert tab.locator(".rs-cite-row").count() == 0 and tab.locator(".rs-ledger tbody tr").count() == rows


def test_the_ledger_can_be_read_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["laptop"])
    tab = context.new_page()
    tab.goto((site / "book" / "ledger.html").as_uri())
    tab.locator(".rs-index a").nth(3).click()
    assert tab.locator(".rs-ledger tbody tr").count() > 50
    context.close()


def test_the_ids_other_programs_look_up_are_there(site):
    rows = {r["id"]: r for r in json.loads((site / "ledger.json").read_text(encoding="utf-8"))}
    for id in (
        "stability-secure-r",
        "stability-fourway-kappa",
        "paternal-sensitivity-r",
        "transmission-dozier2001-tables",
        "transmission-dozier2001-phi",
        "transmission-vij1995-phi",
        "transmission-zeegers-indirect",
    ):
        assert id in rows
    assert len(rows) > 900 and paths.BUILD in site.parents
