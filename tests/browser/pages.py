"""The pages of the book, the screens they are looked at on, and how one is opened."""

from __future__ import annotations

import re
import time
from pathlib import Path

from restated_book.begin import SCAFFOLD
from restated_book.chapters.toc import toc
from tests.builder.books import EXAMPLE
from tests.conftest import PATIENCE

SIZES = {"laptop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")
PAGES = [f"{p}.html" for p in toc()] + ["book/ledger-01.html", "search.html"]

#: Pages of each book, by the fixture that builds it: this one, the second review, and a new book.
BOOKS = {"site": PAGES}
for name, folder in (("example", EXAMPLE), ("begun", SCAFFOLD)):
    listed = re.findall(r"(?:root|file): (\S+)", (folder / "_toc.yml").read_text(encoding="utf-8"))
    BOOKS[name] = [f"{p}.html" for p in (*listed, "book/ledger-1", "search")]

#: One page of each kind: what holds for its layout holds for all of them.
KINDS = {
    "front": "book/index.html",
    "chapter": "notebooks/attachment-across-generations.html",
    "claims": "notebooks/claims.html",
    "text": "book/how-this-book-works.html",
    "ledger": "book/ledger.html",
    "part": "book/ledger-01.html",
    "dictionary": "book/data-dictionary.html",
    "references": "book/references.html",
    "downloads": "book/downloads.html",
    "search": "search.html",
}


#: The tab of each browser. Another one costs more than the page it shows.
_TABS: dict = {}


def _tab(browser):
    """The tab of the browser, which keeps the `faults` and `requests` of the page it shows, and which are `open`."""
    if browser not in _TABS or _TABS[browser].is_closed():
        tab = _TABS[browser] = browser.new_context().new_page()
        tab.set_default_timeout(PATIENCE)
        tab.on("console", lambda m: tab.faults.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda e: tab.faults.append(str(e)))
        tab.on("requestfailed", lambda r: tab.faults.append(f"failed: {r.url}") if r.failure != DROPPED else None)
        tab.on("request", lambda r: (tab.requests.append(r.url), tab.open.add(r)))
        for end in ("requestfinished", "requestfailed"):
            tab.on(end, lambda r: tab.open.discard(r))
        tab.faults, tab.requests, tab.open = [], [], set()
    return _TABS[browser]


#: Failure of a request that the browser drops because the reader goes on to another page: not a fault.
DROPPED = "net::ERR_ABORTED"


def open_page(browser, site: Path | str, page: str, *, size: str = "laptop", theme: str = "light"):
    """Open `page` of the book, with its query and anchor, in the folder `site` or at that address, as for a new reader.

    Return the only tab of the browser: the page that it showed before is closed.
    """
    tab = _tab(browser)
    tab.evaluate("() => { try { localStorage.clear() } catch (e) { /* not on a page */ } }")
    tab.goto("about:blank")
    tab.set_viewport_size(SIZES[size])
    tab.emulate_media(media="null", color_scheme=theme, reduced_motion="null")
    tab.mouse.move(0, 0)
    tab.faults, tab.requests, tab.open = [], [], set()
    file, *rest = re.split("(?=[?#])", page, maxsplit=1)
    tab.goto("".join([f"{site}{file}" if isinstance(site, str) else (site / file).as_uri(), *rest]), wait_until="load")
    return tab


#: The browser has drawn a frame and has nothing else to do.
IDLE = "() => new Promise(done => requestAnimationFrame(() => requestIdleCallback(done)))"


def settled(tab) -> None:
    """Wait until the page has all it asked for: quicker than for half a second without a request (`networkidle`)."""
    latest = time.monotonic() + PATIENCE / 1000
    tab.evaluate(IDLE)
    while tab.open:
        assert time.monotonic() < latest, [request.url for request in tab.open]
        tab.evaluate(IDLE)


#: The pictures that the browser has begun to load are there, and two frames drawn after that show the element at the
#: same place on the screen: the page has come to rest.
AT_REST = """id => new Promise(done => {
  const look = () => document.getElementById(id).getBoundingClientRect().top;
  const loaded = () => [...document.images].every(i => i.complete || i.loading === 'lazy');
  const before = look();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const now = look();
    done(loaded() && now === before && now >= 0 && now < innerHeight); })); })"""


def in_view(tab, id: str) -> None:
    """Wait until the element `id` is on the screen and has stopped moving."""
    tab.wait_for_function(AT_REST, arg=id)
