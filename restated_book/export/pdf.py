"""The book and each chapter as tagged PDFs, printed by Chromium, which unlike WeasyPrint knows MathML."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from restated.errors import RestatedError
from restated_book import paths
from restated_book.cite import citation
from restated_book.export import objects, paper
from restated_book.sources import settings

if TYPE_CHECKING:
    from playwright import sync_api as playwright

Thing = TypeVar("Thing")
Made = TypeVar("Made")
_TABLES = paths.tables(__file__)
#: Names and places of browsers, after ``$CHROMIUM``; flags without which one calls its maker.
BROWSERS, _OFFLINE = _TABLES["browsers"], _TABLES["offline"]
OLDEST = 131  #: The first version that prints the margin boxes of CSS, which hold running heads and page numbers
REMEDY = "install it (`apt install chromium`) or set CHROMIUM to its path"
PRINT_SECONDS = 240  #: A page opens in a few seconds; a browser that needs longer hangs
#: The first printing shows the page numbers, the second has them; others may follow where a line breaks elsewhere.
MOST_PRINTINGS = 4


def browser() -> str:
    """Return the path of the Chromium that prints; refuse a machine without one, or with an old one."""
    named = os.environ.get("CHROMIUM", "")
    found = next((path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))), None)
    if found is None:
        fault = f"CHROMIUM names '{named}', which cannot be run" if named else "no Chromium was found on this machine"
        raise RestatedError(f"PDFs are printed by Chromium, and {fault}", remedy=REMEDY)
    run = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)\.\d+\.\d+", run.stdout)
    if version is None or int(version[1]) < OLDEST:
        is_ = f"is version {version[1]}" if version else "reports no version"
        raise RestatedError(f"PDFs need Chromium {OLDEST} or newer; '{found}' {is_}", remedy=REMEDY)
    return found


@contextmanager
def opened(chromium: str) -> Iterator[playwright.Page]:
    """Open a tab of a browser of its own, which belongs to the thread that opens it."""
    from playwright.sync_api import Error, sync_playwright

    # Pictures and fonts are placed in whole pixels of this size on any screen; it opens nothing but files of this book.
    flags = ["--disable-gpu", "--force-device-scale-factor=1", *_OFFLINE]
    with sync_playwright() as play:
        try:
            # In containers and as root the sandbox does not start.
            started = play.chromium.launch(
                executable_path=chromium, args=flags, chromium_sandbox=False, env={**os.environ, "TZ": "UTC"}
            )
        except Error as fault:
            raise RestatedError(f"'{chromium}' does not start: {str(fault)[:500]}", remedy=REMEDY) from None
        with started:
            yield started.new_page()


def print_page(tab: playwright.Page, html: Path, target: Path, *, tags: bool = True) -> None:
    """Print one HTML file, on request without tags, which take time and are not needed to count pages."""
    from playwright.sync_api import Error

    try:
        tab.goto(html.as_uri(), wait_until="load", timeout=1000 * PRINT_SECONDS)
        tab.pdf(path=target, outline=True, tagged=tags, prefer_css_page_size=True, print_background=True)
    except Error as fault:
        message = f"Chromium could not print {target.name}: {str(fault)[:500]}"
        raise RestatedError(message, remedy=f"look at {paths.shown(html)} in a browser") from None


def side_by_side(work: Callable[[Thing, playwright.Page], Made], things: Iterable[Thing], chromium: str) -> list[Made]:
    """Call `work` on each of `things` with a tab, in one browser per core; return the results in order."""
    waiting = deque(enumerate(things))
    made: dict[int, Made] = {}

    def one() -> None:
        with opened(chromium) as tab:
            while True:
                try:
                    i, thing = waiting.popleft()
                except IndexError:  # nothing is left
                    return
                try:
                    made[i] = work(thing, tab)
                except BaseException:
                    waiting.clear()  # the others need not go on
                    raise

    cores = min(os.cpu_count() or 1, len(waiting))
    with ThreadPoolExecutor(max_workers=cores) as several:
        for running in [several.submit(one) for _ in range(cores)]:
            running.result()
    return [made[i] for i in sorted(made)]


def _facts(document: paper.Document, page: paper.Page | None) -> dict[str, str]:
    """Return the metadata of a file: of the chapter that is `page`, or of the book."""
    about = citation.about()
    name, subtitle = paper.names(about)
    words = [
        *about.keywords,
        *(f"status: {s}" for s in sorted({s for p in document.pages for s in p.statuses})),
        *(f"licence: {x}" for x in about.licences),
        f"version {about.version}",
    ]
    title, subject = (f"{page.title} ({name})", page.about) if page else (about.title, subtitle)
    return {"Title": title, "Author": about.byline, "Subject": subject, "Keywords": ", ".join(words)}


def settle(
    document: paper.Document,
    site: Path,
    folder: Path,
    target: Path,
    *,
    tab: playwright.Page,
    epoch: int,
    page: paper.Page | None = None,
) -> dict[str, int]:
    """Print `document` into `target` until its contents name the right pages; return their numbers by target.

    `page` is the chapter, unless it is the whole book; `epoch` the date of the file; `folder` holds what is needed on
    the way.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    html, printed = folder / f"{target.stem}.html", folder / f"{target.stem}.printed.pdf"
    numbers = paper.lay_out(document, site, folder)
    for _ in range(MOST_PRINTINGS):
        paper.write(document, site, folder, html, numbers)
        print_page(tab, html, printed, tags=any(numbers.values()))
        places, _ = objects.page_numbers(printed)
        found = {name: places[name] for name in numbers}
        if found == numbers:
            break
        numbers = found
    else:
        raise RestatedError(f"the page numbers in the contents of {target.name} do not settle")
    date = time.strftime("D:%Y%m%d%H%M%S+00'00'", time.gmtime(epoch))
    facts = _facts(document, page) | {"CreationDate": date, "ModDate": date, "Producer": "Chromium"}
    try:
        target.write_bytes(objects.repack(printed.read_bytes(), {f"/{key}": text for key, text in facts.items()}))
    except RestatedError as error:
        remedy = f"use Chromium {OLDEST} or newer"
        raise RestatedError(f"{target.name} cannot be finished: {error}", remedy=remedy) from None
    return numbers


def book(site: Path, pages: list[str]) -> paper.Document:
    """Lay out the whole book, without the pages that list every number."""
    about = citation.about()
    note = _TABLES["note"].format(address=about.address or "the site of the book")
    read = [paper.read(site, page) for page in pages if page not in paper.LEFT_OUT]
    listed = settings.read(paths.ROOT / "_toc.yml").get("parts", ())
    parts = {p["chapters"][0]["file"]: p["caption"] for p in listed if p.get("chapters") and p.get("caption")}
    name, subtitle = paper.names(about)
    return paper.Document(name, subtitle, name, read, parts, note)


def chapter(site: Path, page: str, references: paper.Page | None) -> paper.Document:
    """Lay out one chapter with the works it cites."""
    about, read = citation.about(), paper.read(site, page)
    cited = references and paper.works_cited(read, references)
    where = "Numbers are listed in ledger.csv, the code is in the notebook of the chapter."
    note = f"<p>One chapter of: {about.title}. {where}</p>"
    pages = [read, *([cited] if cited else [])]
    return paper.Document(read.title, about.title, paper.names(about)[0], pages, note=note)


def write(site: Path, pages: list[str], folder: Path, *, chromium: str, epoch: int) -> list[Path]:
    """Print the book and each notebook into ``downloads/pdf`` of `site`; return the files. `folder` is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    out = site / "downloads" / "pdf"
    references = paper.read(site, paper.REFERENCES) if paper.REFERENCES in pages else None
    folder.mkdir(parents=True)

    def one(page: str | None, tab: playwright.Page) -> Path:
        document = book(site, pages) if page is None else chapter(site, page, references)
        own = None if page is None else document.pages[0]
        target = out / f"{own.name if own else 'restated'}.pdf"
        settle(document, site, folder, target, tab=tab, epoch=epoch, page=own)
        return target

    # The book takes longest and so comes first; a browser keeps about one core busy.
    return side_by_side(one, [None, *(p for p in pages if p.startswith("notebooks/"))], chromium)
