"""Metadata of a page for reference managers, search engines and programs: Highwire tags, Open Graph, JSON-LD."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

from restated_book import claims, entries, paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.epoch import epoch
from restated_book.export.about import LICENCE_ADDRESS
from restated_book.sources import bibliography


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
    return f"https://doi.org/{doi}" if doi else ""


def _person(author: Mapping[str, str]) -> dict:
    if "literal" in author:
        return {"@type": "Organization", "name": author["literal"]}
    family, given = author["family"], author["given"]
    return {"@type": "Person", "familyName": family, "givenName": given, "name": f"{given} {family}"}


def _book(about: citation.About, root: str, front: str) -> dict:
    return {
        "@type": "Book",
        "@id": f"{about.address or root}{front}.html#book",
        "name": about.title,
        "url": f"{about.address or root}{front}.html",
        "author": [_person(author) for author in about.authors],
        "version": about.version,
        "datePublished": about.released.isoformat(),
        "inLanguage": "en",
        "license": LICENCE_ADDRESS,
    }


def dataset(about: citation.About, part: Mapping, address: str, files: Mapping[str, str]) -> dict:
    """Return JSON-LD of one table.

    `part` has ``name``, ``status`` and ``caption``; `address` is that of the table, with its anchor; `files` gives
    media type and address of each file of the table.
    """
    return {
        "@type": "Dataset",
        "@id": address,
        "name": part["name"],
        "description": f"{part['caption'].rstrip('.')}. Status: {part['status']}. A table of “{about.title}”.",
        "creator": [_person(author) for author in about.authors],
        "version": about.version,
        "license": LICENCE_ADDRESS,
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": url} for kind, url in files.items()
        ],
    }


def graph(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str] = ()) -> dict:
    """Return JSON-LD of a page with heading `title` and description `text`.

    `page` and `front` are paths of the page and of the front page, without suffix; only the front page lists the
    `chapters`.
    """
    root = about.address or "../" * page.count("/")
    here = f"{root}{page}.html"
    book = _book(about, root, front)
    if page == front:
        book |= {"description": about.abstract, "keywords": list(about.keywords), "dateModified": changed()}
        book["hasPart"] = [
            {"@type": "Chapter", "@id": f"{root}{c}.html#chapter", "url": f"{root}{c}.html"} for c in chapters
        ]
        return {"@context": "https://schema.org", **book}
    is_chapter = page.startswith("notebooks/")
    made = {
        "@context": "https://schema.org",
        "@type": "Chapter" if is_chapter else "WebPage",
        "@id": f"{here}#{'chapter' if is_chapter else 'page'}",
        "name": title,
        "url": here,
        "description": text,
        "author": [_person(author) for author in about.authors],
        "datePublished": about.released.isoformat(),
        "dateModified": changed(),
        "version": about.version,
        "inLanguage": "en",
        "license": LICENCE_ADDRESS,
        "isPartOf": book,
    }
    if based_on := restates(page):
        made["isBasedOn"] = based_on
    if tables := _tables(about, page, here, root):
        made["hasPart"] = tables
    return made


def _tables(about: citation.About, page: str, here: str, root: str) -> list[dict]:
    """JSON-LD of the tables of a page; of the ledger as a whole on its own page."""
    name = page.rsplit("/", 1)[-1]
    tables = []
    for part in shown().get(page, {}).get("shown", ()):
        if part["kind"] != "figure":
            named = {**part, "name": citation.headline(part["caption"])}
            files = {"text/csv": f"{root}downloads/{name}/{part['id']}.csv"}
            tables.append(dataset(about, named, f"{here}#{citation.anchor(part)}", files))
    if page == "book/ledger":
        ledger = {
            "name": "Ledger of numbers",
            "caption": "Every printed number with its source, and every recomputed one, with verdicts",
            "status": "printed against restated",
        }
        files = {"text/csv": f"{root}ledger.csv", "application/json": f"{root}ledger.json"}
        tables.append(dataset(about, ledger, f"{here}#ledger", files))
    return tables


def tags(about: citation.About, page: str, title: str, text: str, front: str) -> list[tuple[str, str, str]]:
    """Return the meta tags of a page as attribute, its value, and content.

    Reference managers and scholarly search read Highwire's names: one tag for each author; the book's title marks a
    page as part of a book. Parts have no ``og:type``: there is none for a chapter, and reference managers would trust
    it more than the Highwire tags.
    """
    is_front = page == front
    found = [("name", "citation_title", about.title if is_front else title)]
    found += [("name", "citation_author", citation.spelled(a)) for a in about.authors]
    found.append(("name", "citation_publication_date", f"{about.released:%Y/%m/%d}"))
    if not is_front:
        found += [("name", "citation_inbook_title", about.title), ("name", "citation_book_title", about.title)]
    found += [
        ("name", "citation_language", "en"),
        ("name", "citation_abstract", text),
        ("name", "citation_keywords", "; ".join(about.keywords)),
        ("property", "og:title", title),
        ("property", "og:description", text),
        ("property", "og:site_name", about.title),
        ("property", "og:locale", "en_GB"),
    ]
    if is_front:
        found.append(("property", "og:type", "book"))
    if about.address:
        here = f"{about.address}{page}.html"
        found += [("name", "citation_public_url", here), ("name", "citation_fulltext_html_url", here)]
        found.append(("property", "og:url", here))
    if pdf := pdf_address(about, page):
        found.append(("name", "citation_pdf_url", pdf))
    found.append(("name", "twitter:card", "summary"))
    return found


def pdf_address(about: citation.About, page: str) -> str:
    """Return the address of the page's PDF, in a build that makes them and knows its own address."""
    if not os.environ.get("RESTATED_PDF") or not about.address or not page.startswith("notebooks/"):
        return ""
    return f"{about.address}downloads/pdf/{page.rsplit('/', 1)[-1]}.pdf"


def html(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str]) -> str:
    """Return all metadata, for the head of the page."""
    lines = [
        f'<meta {kind}="{name}" content="{escape(content)}">'
        for kind, name, content in tags(about, page, title, text, front)
    ]
    lines.append(f'<link rel="license" href="{LICENCE_ADDRESS}">')
    data = json.dumps(graph(about, page, title, text, front, chapters), ensure_ascii=False)
    # Inside a script element only this could end it early.
    lines.append(f'<script type="application/ld+json">{data.replace("<", chr(92) + "u003c")}</script>')
    return "".join(f"\n    {line}" for line in lines)


def sitemap(about: citation.About, pages: Sequence[str]) -> str:
    """Return the sitemap of the pages, for search engines; only of use where the address of the book is known."""
    day = changed()
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    lines = (f"<url><loc>{escape(about.address)}{page}.html</loc><lastmod>{day}</lastmod></url>\n" for page in pages)
    return f"{start}{''.join(lines)}</urlset>\n"


def write_sitemap(out: Path, pages: Sequence[str]) -> None:
    """Write ``sitemap.xml`` into the finished site if the address of the book is configured."""
    about = citation.about()
    if about.address:
        (out / "sitemap.xml").write_text(sitemap(about, pages), encoding="utf-8")
