"""Every picture of the built book: no word is cut off by its edge or covered by another one."""

from __future__ import annotations

import re

from restated_book import outputs, paths
from tests.browser.pages import open_page

#: Lines of text are outlines here: groups with a scale, or all that is in a group whose only transform is one.
LINES = """() => {
  const box = e => { const b = e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; };
  const scaled = [...document.querySelectorAll('svg g[transform*="scale("]')];
  const lines = scaled.flatMap(g => g.getAttribute('transform').startsWith('scale(') ? [...g.children] : [g]);
  // Boxes of slanted lines say nothing about their letters.
  const straight = e => !/rotate\\((?!-?90\\b)/.test(e.getAttribute('transform') || '');
  return {all: box(document.querySelector('svg')), lines: lines.filter(straight).map(box)}; }"""

#: Pixels by which smoothing and the space around letters may reach beyond an edge.
EDGE = 1.5
#: Share of the smaller of two boxes that may be covered: letters of lines set close reach into each other's box.
COVERED = 0.25


def test_no_word_is_cut_off_or_covered(browser, site):
    tab, faults, found = open_page(browser, site, "book/index.html"), [], 0
    tab.goto("about:blank")
    for file in sorted((site / "figures").rglob("*.svg")):
        tab.set_content(re.sub(r"<metadata>.*?</metadata>", "", file.read_text(encoding="utf-8")))
        measured = tab.evaluate(LINES)
        left, top, right, bottom = measured["all"]
        boxes = [b for b in measured["lines"] if b[2] > b[0]]
        found += len(boxes)
        for i, (x0, y0, x1, y1) in enumerate(boxes):
            if x0 < left - EDGE or y0 < top - EDGE or x1 > right + EDGE or y1 > bottom + EDGE:
                faults.append(f"{file.name}: a word at {x0:.0f}, {y0:.0f} is cut off")
            for u0, v0, u1, v1 in boxes[i + 1 :]:
                shared = max(0, min(x1, u1) - max(x0, u0)) * max(0, min(y1, v1) - max(y0, v0))
                if shared > COVERED * min((x1 - x0) * (y1 - y0), (u1 - u0) * (v1 - v0)):
                    faults.append(f"{file.name}: words at {x0:.0f}, {y0:.0f} and {u0:.0f}, {v0:.0f} overlap")
    assert faults == []
    assert found > 1000


def test_every_figure_has_a_picture_for_narrow_screens(site):
    wide = {f for f in (site / "figures").rglob("*.svg") if not f.name.endswith(outputs.NARROW)}
    assert wide
    missing = [paths.shown(f) for f in wide if not f.with_name(f.stem + outputs.NARROW).is_file()]
    assert missing == []
