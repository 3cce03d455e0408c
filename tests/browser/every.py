"""What holds for every page of all books, and how each is examined."""

from __future__ import annotations

import json
import os

from tests.browser.layout import KEPT, layout
from tests.browser.pages import BOOKS, KINDS, settled

#: Set this variable to examine every page with axe in both themes and on both screens; otherwise one of each of six
#: kinds is, and any other page one way, each in another way than its neighbours.
EVERYTHING = bool(os.environ.get("RESTATED_EVERY_PAGE"))
PLACES = [(book, page) for book, pages in BOOKS.items() for page in pages]
WHOLLY = [("site", KINDS[k]) for k in ("front", "chapter", "text", "ledger", "downloads", "search")]
WHOLLY = PLACES if EVERYTHING else [*WHOLLY, ("example", KINDS["front"]), ("begun", "book/claims.html")]
WAYS = (("laptop", "light"), ("laptop", "dark"), ("phone", "light"), ("phone", "dark"))
WAY = {place: WAYS[i % len(WAYS)] for i, place in enumerate(p for p in PLACES if p not in WHOLLY)}

#: Pixels. Text that grows or shrinks moves nothing sideways; another machine's fonts move what is as wide as its text.
TOLERANCE = 3

#: Pixels that a chapter with closed folds may be tall, so that readers reach its end, and the lists of claims and of
#: checks on any screen.
TALLEST = {"laptop": 12_000, "phone": 16_000}
LISTS = ("notebooks/claims.html", "notebooks/audit.html")
TALLEST_LIST = 15_000


def is_not_too_tall(tab, page: str, size: str) -> None:
    tallest = TALLEST_LIST if page in LISTS else TALLEST[size]
    if page.startswith("notebooks/"):
        assert tab.evaluate("document.documentElement.scrollHeight") <= tallest, page


def holds(tab, book: str, page: str, size: str) -> None:
    """What holds for a page on any screen; of this book, the layout that was looked at, and heights."""
    opens_without_errors_requests_to_others_or_overflow(tab, page)
    if book == "site":
        is_laid_out_as_before(tab, page, size)
        is_not_too_tall(tab, page, size)


def turn(tab, theme: str) -> None:
    """Turn to a theme, and wait until the page has followed."""
    tab.emulate_media(color_scheme=theme)
    tab.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)


def opens_without_errors_requests_to_others_or_overflow(tab, page: str) -> None:
    settled(tab)
    assert tab.faults == []
    assert [r for r in tab.requests if not r.startswith(("file:", "data:"))] == []
    assert tab.title().strip()
    overflow = tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page} scrolls sideways by {overflow} px"


def is_laid_out_as_before(tab, page: str, size: str) -> None:
    """Compare with the layout that was last looked at; ``python -m tests.browser.layout --keep`` records a new one."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    for kind in (k for k, p in KINDS.items() if p == page):
        for part, place in layout(tab).items():
            before = kept[f"{kind}-{size}"][part]
            assert (before is None) == (place is None), f"{page}: {part}"
            for measure, value in (place or {}).items():
                assert abs(value - before[measure]) <= TOLERANCE, (
                    f"{page}: {measure} of {part} was {before[measure]:.0f} and is {value:.0f}"
                )
