"""Pages of several kinds by keyboard alone."""

from __future__ import annotations

import pytest

from tests.browser.pages import KINDS, SIZES, open_page

#: What can be reached by keyboard and is on the page.
STOPS = """() => [...document.querySelectorAll(
  'a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(e => !e.disabled && e.tabIndex >= 0
  && e.checkVisibility({contentVisibilityAuto: false, visibilityProperty: true})).length"""

#: The element that has the focus: whether it is the page, whether its focus is visible, and where it is.
FOCUSED = """() => {
  const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
  return {none: e === document.body, ring: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
    inside: b.bottom > 0 && b.top < innerHeight && b.right > 0 && b.left < innerWidth,
    html: e.outerHTML.slice(0, 150)}; }"""

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


# The page of the search starts in its field.
@pytest.mark.parametrize("kind", [k for k in KINDS if k != "search"])
def test_the_first_tab_skips_to_the_text(browser, site, kind):
    tab = open_page(browser, site, KINDS[kind])
    tab.keyboard.press("Tab")
    assert "skip" in tab.evaluate("document.activeElement.textContent").lower()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")
