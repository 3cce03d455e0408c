"""Look at the site: a picture of each kind of page in both themes and on both screens; with ``--keep`` the layout is noted as well.

Run as ``python -m tests.browser.layout``, or ``make screenshots``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from restated_book import paths
from tests.browser.pages import KINDS, SIZES, THEMES, open_page

KEPT = Path(__file__).with_name("layout.json")

#: What gives a page its look: what stands where and how wide it is. How long it is depends on the text.
PARTS = ("header", ".rs-nav", ".rs-toc", "main", "h1", "main p", "main li", "main h2", "input[name=q]")

MEASURE = """parts => Object.fromEntries(parts.map(part => {
  const e = [...document.querySelectorAll(part)].find(e => e.checkVisibility() && e.getBoundingClientRect().width > 1);
  if (!e) return [part, null];
  const b = e.getBoundingClientRect();
  return [part, {left: b.left, width: b.width, size: parseFloat(getComputedStyle(e).fontSize)}]; }))"""


def measured(browser, site: Path) -> dict[str, dict]:
    """Place and width of the parts of each kind of page, in pixels."""
    found = {}
    for kind, page in KINDS.items():
        for size in SIZES:
            tab = open_page(browser, site, page, size=size)
            found[f"{kind}-{size}"] = tab.evaluate(MEASURE, PARTS)
            tab.context.close()
    return found


def main() -> None:
    from restated_book.export import pdf

    site, out = paths.BUILD / "html", paths.BUILD / "screenshots"
    out.mkdir(parents=True, exist_ok=True)
    with pdf.opened(pdf.browser()) as tab:
        browser = tab.context.browser
        for kind, page in KINDS.items():
            for size in SIZES:
                for theme in THEMES:
                    tab = open_page(browser, site, page, size=size, theme=theme)
                    tab.screenshot(path=out / f"{kind}-{size}-{theme}.png")
                    tab.context.close()
        if "--keep" in sys.argv:
            KEPT.write_text(json.dumps(measured(browser, site), indent=1) + "\n", encoding="utf-8")
    print(f"{len(list(out.glob('*.png')))} pictures in {paths.shown(out)}")


if __name__ == "__main__":
    main()
