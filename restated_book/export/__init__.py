"""Downloads: figures, tables, notebooks, and archives of chapters and of the book, all made from executed notebooks.

:func:`write_chapter` makes what a page links to, while it is typeset, :func:`finish` what needs the finished site.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from restated_book import ledger, provenance
from restated_book.export import archive, book, chapter, embeds, notebook, pictures, tables
from restated_book.export.archive import below
from restated_book.sources import bibliography
from restated_book.status import SUPPLIED

#: Downloads of a chapter: path below the site, what it is, and the short name in a list. Without tables: no workbook.
CHAPTER_FILES = list(book.FILES["chapter"].values())
TABLES = book.FILES["chapter"]["tables"][0]
#: Forms of a chapter that a build makes on request, which names them in RESTATED_FORMS: path, what it is, short name.
FORMS = book.FILES["forms"]
#: Downloads of the book: path below the site, what it is, and what it is for; the PDF is there in a build that prints.
BOOK_PDF, *BOOK_FILES = book.FILES["book"].values()


def write_chapter(executed: Path, rows: Mapping[str, Mapping], extra: Path, epoch: int) -> None:
    """Make the downloads of an `executed` notebook, dated `epoch`, in `extra`, with the `rows` of the ledger."""
    page, content = executed.stem, json.loads(executed.read_text(encoding="utf-8"))
    drawn = pictures.pictures_of(executed)
    folder = extra / "downloads" / page
    shown = tables.collect(content)
    for table in (table for table in shown if table.status != SUPPLIED):
        if table.kind == "figure":
            picture = (drawn / f"{table.id}.png").read_bytes()
            (folder / f"{table.id}.png").write_bytes(pictures.described_png(picture, page, asdict(table)))
        (folder / f"{table.id}.csv").write_text(tables.as_csv(table), encoding="utf-8", newline="")
    if shown:
        (folder / f"{page}-tables.xlsx").write_bytes(tables.workbook(page, shown, epoch))
    text = notebook.for_reader(content, page, rows, bibliography.load())
    (folder / f"{page}.ipynb").write_text(text, encoding="utf-8")
    modules, of = provenance.traced(content)["modules"], chapter.findings(content, rows)
    packed = chapter.files(page, text, modules, ledger.collect(content), shown, extra, of)
    archive.write(folder / f"{page}.zip", below(f"restated-{page}", packed), epoch)


def finish(site: Path, epoch: int) -> None:
    """Make the copy for offline reading of the finished site, and fill in the sizes of files."""
    book.fill_sizes(site)
    rest = archive.places(site, files=(f for f in site.rglob("*") if f.parent != site / embeds.FOLDER))
    book.write_offline(site / book.OFFLINE, rest, epoch)
    book.fill_sizes(site)


def forms() -> list[str]:
    """List the forms besides pages that this build makes."""
    return [form for form in FORMS if form in os.environ.get("RESTATED_FORMS", "").split()]


def files(page: str, *, shows: bool) -> list[tuple[str, str]]:
    """List the downloads of a notebook, which `shows` figures or tables or not: words, and path below the site."""
    return [(words, path.format(page=page)) for path, words, _ in CHAPTER_FILES if shows or path != TABLES]
