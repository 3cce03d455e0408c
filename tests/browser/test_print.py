"""Pages printed by the reader's own browser, and not as the PDFs of the book: nothing is cut, no head comes alone."""

from __future__ import annotations

import pikepdf
import pytest

from tests.browser.pages import KINDS, open_page
from tests.builder.export import sheets

#: Width of A4 between the margins of the style sheet, 13 mm on either side, in pixels.
WIDTH = round((210 - 2 * 13) / 25.4 * 96)
#: Lower margin of the style sheet, 14 mm, in points.
LOWER = 14 / 25.4 * 72
#: Pages with the widest tables besides one of each kind.
WIDE = ("notebooks/causal-story.html", "notebooks/service-costs.html", "book/originals.html", "book/what-changed.html")

BEYOND = """width => {
  const beyond = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const out = box => box.width > 1 && box.height > 1 && (box.right > width + 1 || box.left < -1);
  while (walk.nextNode()) {
    const words = walk.currentNode, range = document.createRange();
    if (!words.textContent.trim() || words.parentElement.closest('.rs-hidden')) continue;
    range.selectNodeContents(words);
    if ([...range.getClientRects()].some(out)) beyond.push(words.textContent.trim());
  }
  return beyond.concat([...document.images].filter(i => out(i.getBoundingClientRect())).map(i => i.src)) }"""


def on_paper(browser, site, page: str):
    """Open a page as it is laid out for print, with its folds open."""
    tab = open_page(browser, site, page)
    tab.set_viewport_size({"width": WIDTH, "height": 1000})
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    return tab


@pytest.mark.parametrize("page", [*KINDS.values(), *WIDE])
def test_everything_is_between_the_margins(browser, site, page):
    tab = on_paper(browser, site, page)
    found = tab.evaluate(BEYOND, WIDTH)
    tab.emulate_media(media="screen")
    assert found == []


def test_what_is_beyond_a_margin_is_found(browser, site):
    tab = on_paper(browser, site, "book/how-this-book-works.html")
    tab.evaluate(f"document.querySelector('h1').style.marginLeft = '{WIDTH - 20}px'")
    found = tab.evaluate(BEYOND, WIDTH)
    tab.emulate_media(media="screen")
    assert found


@pytest.mark.parametrize("page", ["notebooks/attachment-across-generations.html", "book/ledger-01.html"])
def test_no_head_comes_alone_and_nothing_is_in_the_lower_margin(browser, site, page, tmp_path):
    tab, file = open_page(browser, site, page), tmp_path / "x.pdf"
    tab.pdf(path=file, prefer_css_page_size=True, tagged=True)
    found = {fault for _, fault in sheets.faults(file)}
    assert not found & {"a head without a row", "a heading at the foot", "a row cut"}
    with pikepdf.open(file) as pdf:
        assert min(height for sheet in pdf.pages for height in sheets.lowest(sheet).values()) >= LOWER
