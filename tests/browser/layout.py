"""Pictures of each kind of page in both themes and on both screens; ``--keep`` also records the layout.

Run as ``python -m tests.browser.layout``, or ``make screenshots``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from restated_book import paths
from restated_book.export import pdf
from tests.browser.pages import KINDS, SIZES, THEMES, open_page

KEPT = Path(__file__).with_name("layout.json")

#: Parts whose place and width make the look of a page. Their length depends on the text.
PARTS = ("header", ".rs-nav", ".rs-toc", "main", "h1", "main p", "main li", "main h2", "input[name=q]")

MEASURE = """parts => Object.fromEntries(parts.map(part => {
  const e = [...document.querySelectorAll(part)].find(e => e.checkVisibility() && e.getBoundingClientRect().width > 1);
  if (!e) return [part, null];
  const b = e.getBoundingClientRect();
  return [part, {left: b.left, width: b.width, size: parseFloat(getComputedStyle(e).fontSize)}]; }))"""


def layout(tab) -> dict[str, dict | None]:
    """Place and width of the parts of an open page, in pixels."""
    return tab.evaluate(MEASURE, PARTS)


def measured(browser, site: Path) -> dict[str, dict]:
    """Layout of each kind of page on each screen."""
    found = {}
    for kind, page in KINDS.items():
        for size in SIZES:
            tab = open_page(browser, site, page, size=size)
            found[f"{kind}-{size}"] = layout(tab)
    return found


def main() -> None:
    """Take the pictures, and with ``--keep`` record the layout."""
    site, out = paths.BUILD / "html", paths.BUILD / "screenshots"
    out.mkdir(parents=True, exist_ok=True)
    with pdf.opened(pdf.browser()) as tab:
        browser = tab.context.browser
        for kind, page in KINDS.items():
            for size in SIZES:
                for theme in THEMES:
                    tab = open_page(browser, site, page, size=size, theme=theme)
                    tab.screenshot(path=out / f"{kind}-{size}-{theme}.png")
        if "--keep" in sys.argv:
            KEPT.write_text(json.dumps(measured(browser, site), indent=1) + "\n", encoding="utf-8")
    print(f"{len(list(out.glob('*.png')))} pictures in {paths.shown(out)}")


if __name__ == "__main__":
    main()
