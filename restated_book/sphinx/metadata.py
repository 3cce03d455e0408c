"""Metadata of a page for reference managers, search engines and programs: Highwire tags, Open Graph, JSON-LD."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from restated_book import claims, entries, export, paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.cite.licence import licence
from restated_book.epoch import epoch
from restated_book.sources import bibliography
from restated_book.sphinx import blocks, markup
from restated_book.templates import headline

PARTS = markup.parts("metadata")


def shown() -> dict[str, dict]:
    """Return what the build noted of each notebook, by page: title, figures and tables, and files read."""
    file = entries.location().with_name("shown.json")
    return _shown(file, file.stat().st_mtime_ns) if file.is_file() else {}


@lru_cache(maxsize=1)
def _shown(file: Path, stamp: int) -> dict[str, dict]:
    """Content of the file, once per version of it: `stamp` is the time of its last change."""
    return json.loads(file.read_text(encoding="utf-8"))


def changed() -> str:
    """Return the day of the commit the book was built from."""
    return citation.day(epoch())


def restates(page: str) -> str:
    """Return the DOI of the work a chapter restates, as an address; empty without such a work."""
    file = paths.ROOT / f"{page}.md"
    head = heads.read(file) if page.startswith("notebooks/") and file.is_file() else None
    if head is None or not head.reference:
        return ""
    listed = claims.load("sources")
    keys = listed.loc[listed["id"] == head.reference, "source_key"]
    work = bibliography.load().get(keys.iloc[0]) if len(keys) else None
    doi = work.fields.get("doi", "") if work is not None else ""
    return bibliography.doi_address(doi) if doi else ""


def _book(about: citation.About, address: str) -> dict:
    return {
        "@type": "Book",
        "@id": f"{address}#book",
        "name": about.title,
        "url": address,
        **({"identifier": bibliography.doi_address(about.doi)} if about.doi else {}),
        **_common(about, "author", "version", "datePublished", "inLanguage", "license"),
    }


def _common(about: citation.About, *names: str) -> dict:
    """Return what JSON-LD of a part repeats about the book, under `names` in this order."""
    people = [{**citation.person(author), "name": citation.shown(author)} for author in about.authors]
    known = {"author": people, "creator": people, "version": about.version, "license": licence()[1]}
    known |= {"datePublished": about.released.isoformat(), "dateModified": changed(), "inLanguage": "en"}
    return {name: known[name] for name in names}


def dataset(about: citation.About, part: Mapping, address: str, files: Mapping[str, str]) -> dict:
    """Return JSON-LD of a table: a `part` with ``name``, ``status``, ``caption``, and `files` by media type."""
    return {
        "@type": "Dataset",
        "@id": address,
        "name": part["name"],
        "description": f"{part['caption'].rstrip('.')}. Status: {part['status']}. A table of “{about.title}”.",
        **_common(about, "creator", "version", "license"),
        "isAccessibleForFree": True,
        "distribution": [{"@type": "DataDownload", "encodingFormat": k, "contentUrl": url} for k, url in files.items()],
    }


def graph(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str] = ()) -> dict:
    """Return JSON-LD of a page with heading `title` and description `text`; only `front` lists the `chapters`."""
    root = about.address or blocks.root(page)
    here, context = f"{root}{page}.html", {"@context": "https://schema.org"}
    book = _book(about, f"{root}{front}.html")
    if page == front:
        parts = [{"@type": "Chapter", "@id": f"{root}{c}.html#chapter", "url": f"{root}{c}.html"} for c in chapters]
        own = {"description": about.abstract, "keywords": list(about.keywords), "dateModified": changed()}
        return context | book | own | {"hasPart": parts}
    kind = "Chapter" if page.startswith("notebooks/") else "WebPage"
    named = {"@type": kind, "@id": f"{here}#{kind.removeprefix('Web').lower()}", "name": title, "url": here}
    common = _common(about, "author", "datePublished", "dateModified", "version", "inLanguage", "license")
    made = {**context, **named, "description": text, **common, "isPartOf": book}
    made |= {"isBasedOn": restates(page), "hasPart": _tables(about, page, here, root)}
    return {name: value for name, value in made.items() if value or name not in ("isBasedOn", "hasPart")}


def _tables(about: citation.About, page: str, here: str, root: str) -> list[dict]:
    """JSON-LD of the tables of a page; of the ledger as a whole on its own page."""
    name = page.rsplit("/", 1)[-1]
    tables = []
    for part in shown().get(page, {}).get("shown", ()):
        if part["kind"] != "figure":
            named = {**part, "name": headline(part["caption"])}
            files = {"text/csv": f"{root}downloads/{name}/{part['id']}.csv"}
            tables.append(dataset(about, named, f"{here}#{citation.anchor(part)}", files))
    if page == "book/ledger":
        files = {"text/csv": f"{root}ledger.csv", "application/json": f"{root}ledger.json"}
        tables.append(dataset(about, paths.tables(__file__), f"{here}#ledger", files))
    return tables


def html(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str]) -> str:
    """Return all metadata of a page, with heading `title` and description `text`, for its head; see :func:`graph`."""
    here, pdf = f"{about.address}{page}.html" if about.address else "", ""
    if "pdf" in export.forms() and about.address and page.startswith("notebooks/"):
        pdf = f"{about.address}downloads/pdf/{page.rsplit('/', 1)[-1]}.pdf"
    data = json.dumps(graph(about, page, title, text, front, chapters), ensure_ascii=False)
    # Inside a script element only this could end it early.
    data = data.replace("<", "\\u003c")
    # As plain text: it is added to other tags, which text that is known to be markup would escape.
    return str(PARTS.metadata(about, here, title, text, page == front, pdf, licence()[1], data))
