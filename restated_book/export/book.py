"""Downloads of the whole book: its data, its results, and the site to be read offline."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from restated_book import paths, todo
from restated_book.export import about, chapter, originals, sets
from restated_book.export.archive import below, places, write
from restated_book.sources import dictionary
from restated_book.sources.cells import as_csv
from restated_book.status import SUPPLIED, WITHHELD

FILES = paths.tables(__file__)  #: Downloads of the book and of a chapter
DATA, RESULTS, OFFLINE = (FILES["book"][part][0] for part in ("data", "results", "offline"))
PAGE = "book/downloads.html"  #: The page that lists all downloads

LEDGER_FILES = ("ledger.csv", "ledger.json", todo.LIST)
#: Downloads left out of the copy for offline reading: each repeats what the copy already shows, or is large.
NOT_OFFLINE = re.compile(
    r"downloads/(?:restated-[a-z]+\.zip|(?:pdf|word|reconstructed)/[^/]+|([a-z0-9-]+)/\1\.(?:zip|ipynb))"
)
_LINK = re.compile(
    r'<a\b(?P<attributes>[^>]*\bhref="(?:\.\./)*(?P<file>downloads/[^"#]+)"[^>]*)>(?P<words>.*?)</a>', re.S
)
#: A figure or table of rows that a reader supplied, which only the site itself shows.
_SUPPLIED = re.compile(rf'(<figure class="rs-[a-z]+" id="[^"]+" data-status="{re.escape(SUPPLIED)}").*?</figure>', re.S)
_ABSENT = "<span>{} (on the site only)</span>"
_WITHHELD = rf"\1><figcaption>{WITHHELD}</figcaption></figure>"
_SIZE = re.compile(r'(<span class="rs-size" data-file="(?P<file>[^"]+)">)[^<]*(?=</span>)')


def _pack(target: Path, part: str, files: Mapping[str, bytes | Path], epoch: int, *, add: bool = False) -> None:
    """Write `files` of a `part` of the book, with terms of use and a file about them, into one folder of an archive."""
    readme = about.text(f"{part}.md").format(book=about.book().title, citation=about.citation_text())
    packed = below(f"restated-{part}", {**files, **about.terms(), "README.md": readme.encode()})
    write(target, packed, epoch, add=add)


def write_data(target: Path, epoch: int, reconstructed: Path | None = None) -> None:
    """Write the data with their description, also the sets in the folder `reconstructed`; nothing a reader supplied."""
    public = {name.removeprefix("data/"): content for name, content in originals.described_data().items()}
    fields = as_csv([dictionary.ABOUT_FIELDS, *dictionary.rows()])
    described: dict[str, bytes | Path] = {**public, "dictionary.csv": fields.encode()}
    if paths.BIBLIOGRAPHY.exists():
        described["references.bib"] = paths.BIBLIOGRAPHY
    if reconstructed is not None and (added := sets.resources(reconstructed)):
        package = json.loads(described[dictionary.PACKAGE].read_bytes())  # type: ignore[union-attr]
        package["resources"] += added
        text = json.dumps(package, ensure_ascii=False, indent=1) + "\n"
        described |= {**sets.packaged(reconstructed), dictionary.PACKAGE: text.encode()}
    _pack(target, "data", described, epoch)


def results(pages: Sequence[str], extra: Path) -> dict[str, Path]:
    """Return the ledger, and figures and tables of all pages, from the staged site by their names in the archive."""
    files = places(extra, files=[extra / name for name in LEDGER_FILES])
    for page in pages:
        for name, content in chapter.made(page, extra).items():
            kind, _, file = name.partition("/")
            files[f"{kind}/{page}/{file}"] = content
    return files


def write_results(target: Path, files: Mapping[str, Path], epoch: int) -> None:
    """Write what :func:`results` returned."""
    _pack(target, "results", files, epoch)


def write_offline(target: Path, site: Mapping[str, Path], epoch: int) -> None:
    """Add to the copy for offline reading what it lacks of the `site`: no larger downloads, and no links to them."""
    # The archive may be one that the next build begins with (:func:`restated_book.build.swap.link`).
    begun = target.read_bytes() if target.is_file() else b""
    target.unlink(missing_ok=True)
    if begun:
        target.write_bytes(begun)
    files: dict[str, bytes | Path] = {
        name: file
        for name, file in site.items()
        if not NOT_OFFLINE.fullmatch(name) and not (name.endswith(".svg") and chapter.is_supplied(file))
    }
    for name in [name for name in files if name.endswith(".html")]:
        text = site[name].read_text("utf-8")
        if "downloads/" in text:
            text = _LINK.sub(lambda a: _ABSENT.format(a["words"]) if NOT_OFFLINE.fullmatch(a["file"]) else a[0], text)
            files[name] = _SUPPLIED.sub(_WITHHELD, text).encode()
    _pack(target, "offline", files, epoch, add=True)


def human(size: int) -> str:
    """Return a size in bytes for a reader, in kB or MB of a thousand."""
    return f"{max(1, round(size / 1000)):,} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def fill_sizes(site: Path) -> None:
    """Write the sizes of files into the page of downloads: most are known only once the site is complete."""
    page = site / PAGE
    if not page.is_file():
        return

    def sized(found: re.Match) -> str:
        file = site / found["file"]
        return found[1] + (human(file.stat().st_size) if file.is_file() else "")

    page.write_text(_SIZE.sub(sized, page.read_text(encoding="utf-8")), encoding="utf-8")
