"""Downloads of the whole book: its data, its results, and the site to be read offline."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from restated_book import paths
from restated_book.export import about, chapter, originals
from restated_book.export.archive import below, places, write
from restated_book.sources import dictionary
from restated_book.status import SUPPLIED, WITHHELD

DATA, RESULTS, OFFLINE = (f"downloads/restated-{part}.zip" for part in ("data", "results", "offline"))

#: The page that lists all downloads.
PAGE = "book/downloads.html"

LEDGER_FILES = ("ledger.csv", "ledger.json", "to-verify.csv")

README_DATA = """\
# Restated: data

The printed numbers and study tables behind *{book}*.

`datapackage.json` (Frictionless Data Package) describes every file and column; `dictionary.csv` holds the same as a
table. Each row, or each file, says its status: printed, recalled, assumed, observed. `source_key` is a key of
`references.bib`. Not in here: original tables that readers supply under licences of their own.

Cite as: {citation}

Licence: CC BY 4.0; study rows of others keep their own licences. Both are in `LICENSES`.
"""

README_RESULTS = """\
# Restated: results

Everything *{book}* shows.

| Place | Holds |
|---|---|
| `ledger.csv`, `ledger.json` | one row for each printed and each recomputed number |
| `to-verify.csv` | what nobody could verify for this edition |
| `figures/<page>/` | every figure as PNG (300 dpi) and as SVG |
| `tables/<page>/` | every table, and the data behind every figure, as CSV, and one workbook a page |

The status of a figure or table (observed, enumerated, assumed, ...) is in the figure's file and on the first sheet of
each workbook.

Cite as: {citation}

Licence: CC BY 4.0, in `LICENSES`.
"""

README_OFFLINE = """\
# Restated, to be read offline

Open `index.html`; no server and no network are needed. Figures and tables can be downloaded from the pages here as on
the site. The larger archives (a chapter with its code, all data, all results) are not inside this one; where a page
offers them, it says so without a link.

Cite as: {citation}

Licence: text and data CC BY 4.0.
"""

#: Downloads left out of the copy for offline reading: each repeats what the copy already shows.
NOT_OFFLINE = re.compile(r"downloads/(?:restated-[a-z]+\.zip|pdf/[a-z0-9-]+\.pdf|([a-z0-9-]+)/\1\.(?:zip|ipynb))")
_LINK = re.compile(
    r'<a\b(?P<attributes>[^>]*\bhref="(?:\.\./)*(?P<file>downloads/[^"#]+)"[^>]*)>(?P<words>.*?)</a>', re.S
)
#: A figure or table of rows that a reader supplied, which only the site itself shows.
_SUPPLIED = re.compile(rf'(<figure class="rs-[a-z]+" id="[^"]+" data-status="{re.escape(SUPPLIED)}").*?</figure>', re.S)
_WITHHELD = rf"\1><figcaption>{WITHHELD}</figcaption></figure>"
_SIZE = re.compile(r'(<span class="rs-size" data-file="(?P<file>[^"]+)">)[^<]*(?=</span>)')


def _pack(target: Path, folder: str, files: Mapping[str, bytes | Path], readme: str, epoch: int) -> None:
    """Write `files` with the terms of use and a file about them into one `folder` of the archive `target`."""
    about_it = {"README.md": readme.format(book=about.book().title, citation=about.citation_text()).encode()}
    write(target, below(folder, {**files, **about.terms(), **about_it}), epoch)


def write_data(target: Path, epoch: int) -> None:
    """Write the data with their description; nothing a reader has supplied."""
    public = {name.removeprefix("data/"): content for name, content in originals.described_data().items()}
    out = io.StringIO()
    writer = csv.DictWriter(out, ("resource", "field", "type", "unit", "description"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(dictionary.rows())
    described: dict[str, bytes | Path] = {**public, "dictionary.csv": out.getvalue().encode()}
    if paths.BIBLIOGRAPHY.exists():
        described["references.bib"] = paths.BIBLIOGRAPHY
    _pack(target, "restated-data", described, README_DATA, epoch)


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
    _pack(target, "restated-results", files, README_RESULTS, epoch)


def write_offline(target: Path, site: Path, epoch: int) -> None:
    """Write the finished site, without the larger downloads and without links to them."""
    files: dict[str, bytes | Path] = {
        name: file
        for name, file in places(site).items()
        if not NOT_OFFLINE.fullmatch(name) and not (name.endswith(".svg") and chapter.is_supplied(file))
    }
    for name in [name for name in files if name.endswith(".html")]:
        text = (site / name).read_bytes()
        if b"downloads/" in text:
            files[name] = _SUPPLIED.sub(_WITHHELD, _LINK.sub(_unlinked, text.decode("utf-8"))).encode()
    _pack(target, "restated-offline", files, README_OFFLINE, epoch)


def _unlinked(found: re.Match) -> str:
    return f"<span>{found['words']} (on the site only)</span>" if NOT_OFFLINE.fullmatch(found["file"]) else found[0]


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
