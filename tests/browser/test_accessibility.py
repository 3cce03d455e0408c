"""Pages of several kinds, on request all, by axe-core, in both themes and on both screens; and by keyboard alone."""

from __future__ import annotations

import os
from importlib.resources import files

import pytest

from tests.browser.pages import KINDS, PAGES, SIZES, THEMES, open_page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

#: WCAG 2.2, levels A and AA, and what axe calls best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: Rows of a table that are looked at; axe would need a minute for the ledger.
MOST_ROWS = 40


def violations(tab, *, only: str = "", without: str = "") -> list[str]:
    """What axe finds: rule and place; by one rule only, or without one that would say nothing new."""
    run = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    # The size of what is touched is new in WCAG 2.2; axe leaves it out unless asked.
    rules = {} if only else {"target-size": {"enabled": True}} | ({without: {"enabled": False}} if without else {})
    # Rows of a long table are alike.
    tab.evaluate(
        "most => document.querySelectorAll(`tbody tr:nth-child(n + ${most})`).forEach(row => row.remove())", MOST_ROWS
    )
    tab.evaluate(AXE)
    found = tab.evaluate(
        "options => axe.run(document, options)", {"runOnly": run, "rules": rules, "resultTypes": ["violations"]}
    )
    return [
        f"{v['id']} ({v['impact']}): {n['html'][:200]} {n['failureSummary'][:300]}"
        for v in found["violations"]
        for n in v["nodes"][:3]
    ]


#: Set this variable to look at every page in both themes and on both screens; otherwise only one of each of six kinds is, and any
#: other page one way.
EVERYTHING = bool(os.environ.get("RESTATED_EVERY_PAGE"))
WHOLLY = PAGES if EVERYTHING else [KINDS[k] for k in ("front", "chapter", "text", "ledger", "downloads", "search")]
ONE_WAY = [page for page in PAGES if page not in WHOLLY]


@pytest.mark.parametrize("page", WHOLLY)
def test_axe_finds_nothing(browser, site, page):
    tab = open_page(browser, site, page)
    assert violations(tab) == []
    tab.context.close()


# Colours do not depend on the width, nor the rest on the colours.
@pytest.mark.parametrize("page", WHOLLY)
def test_axe_finds_nothing_in_the_dark_and_on_a_phone(browser, site, page):
    tab = open_page(browser, site, page, theme="dark")
    assert violations(tab, only="color-contrast") == []
    tab.set_viewport_size(SIZES["phone"])
    assert violations(tab, without="color-contrast") == []
    tab.context.close()


# Each in another way than its neighbours, so that every page and every way is looked at.
@pytest.mark.parametrize(("page", "way"), [(page, i % 4) for i, page in enumerate(ONE_WAY)])
def test_axe_finds_nothing_on_any_other_page(browser, site, page, way):
    tab = open_page(browser, site, page, theme=THEMES[way % 2], size=list(SIZES)[way // 2])
    assert violations(tab) == []
    tab.context.close()


def test_axe_would_find_something(browser, site):
    tab = open_page(browser, site, "book/index.html")
    tab.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<main><img src=x><a href=x style=\"color:#999\">.</a></main>')"
    )
    assert {line.split()[0] for line in violations(tab)} >= {"image-alt", "landmark-no-duplicate-main"}
    tab.context.close()


#: What can be reached by keyboard and is on the page.
STOPS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({contentVisibilityAuto: false, visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0).length"""

#: The element that has the focus: whether it is the page, whether its focus is to be seen, and where it is.
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  return {none: e === document.body, ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
          inside: b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth, html: e.outerHTML.slice(0, 150)}; }"""

#: A long chapter has hundreds of stops, each like one of the first.
MOST_STOPS = 80


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", ["front", "chapter", "search"])
def test_everything_is_reached_by_tab_and_its_focus_is_seen(browser, site, kind, size):
    tab = open_page(browser, site, KINDS[kind], size=size)
    tab.emulate_media(reduced_motion="reduce")
    tab.evaluate("document.querySelector('.rs-skip').focus()")
    stops = min(tab.evaluate(STOPS), MOST_STOPS)
    assert stops > 5
    for stop in range(1, stops):
        focus = tab.evaluate(FOCUSED)
        assert not focus["none"], f"after {stop} of {stops}"
        assert focus["ring"] and focus["inside"], focus
        tab.keyboard.press("Tab")
    tab.context.close()


# The page of the search starts in its field.
@pytest.mark.parametrize("kind", [k for k in KINDS if k != "search"])
def test_the_first_tab_skips_to_the_text(browser, site, kind):
    tab = open_page(browser, site, KINDS[kind])
    tab.keyboard.press("Tab")
    assert "skip" in tab.evaluate("document.activeElement.textContent").lower()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")
    tab.context.close()
