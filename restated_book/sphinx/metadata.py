"""What a page says of itself to reference managers, search engines and programs: Highwire tags, Open Graph, JSON-LD."""

from __future__ import annotations

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
    """What the build left beside the ledger's rows: title, figures and tables, and files read, by page of a notebook."""
    file = entries.location().with_name("shown.json")
    return _shown(file, file.stat().st_mtime_ns) if file.is_file() else {}


@lru_cache(maxsize=1)
def _shown(file: Path, stamp: int) -> dict[str, dict]:
    """`shown`, once per version of the file: `stamp` is its time of change."""
    return json.loads(file.read_text(encoding="utf-8"))


def changed() -> str:
    """Day of the commit the book was built from."""
    return citation.day(epoch())


def restates(page: str) -> str:
    """DOI of the work a chapter restates, as an address; empty for a page on none."""
    file = paths.ROOT / f"{page}.md"
    head = heads.read(file) if page.startswith("notebooks/") and file.is_file() else None
    if head is None or not head.reference:
        return ""
    listed = claims.load("sources")
    keys = listed.loc[listed["id"] == head.reference, "source_key"]
    work = bibliography.load().get(keys.iloc[0]) if len(keys) else None
    doi = work.fields.get("doi", "") if work is not None else ""
    return f"https://doi.org/{doi}" if doi else ""


def _people(about: citation.About) -> list[dict]:
    return [
        {"@type": "Organization", "name": a["literal"]}
        if "literal" in a
        else {
            "@type": "Person",
            "familyName": a["family"],
            "givenName": a["given"],
            "name": f"{a['given']} {a['family']}",
        }
        for a in about.authors
    ]


def _book(about: citation.About, root: str, front: str) -> dict:
    return {
        "@type": "Book",
        "@id": f"{about.address or root}{front}.html#book",
        "name": about.title,
        "url": f"{about.address or root}{front}.html",
        "author": _people(about),
        "version": about.version,
        "datePublished": about.released.isoformat(),
        "inLanguage": "en",
        "license": LICENCE_ADDRESS,
    }


def dataset(about: citation.About, part: Mapping, address: str, files: Mapping[str, str]) -> dict:
    """JSON-LD of one table.

    Parameters
    ----------
    part : mapping
        ``name``, ``status`` and ``caption``.
    address : str
        Of the table, anchor and all.
    files : mapping of str to str
        Media type and address of each file the table can be had as.
    """
    return {
        "@type": "Dataset",
        "@id": address,
        "name": part["name"],
        "description": f"{part['caption'].rstrip('.')}. Status: {part['status']}. A table of “{about.title}”.",
        "creator": _people(about),
        "version": about.version,
        "license": LICENCE_ADDRESS,
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": url} for kind, url in files.items()
        ],
    }


def graph(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str] = ()) -> dict:
    """JSON-LD of a page.

    Parameters
    ----------
    about : citation.About
    page, front : str
        Paths of the page and of the front page, without ending.
    title, text : str
        Heading of the page and its description.
    chapters : sequence of str
        Paths of the chapters; only the front page lists them.
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
        "author": _people(about),
        "datePublished": about.released.isoformat(),
        "dateModified": changed(),
        "version": about.version,
        "inLanguage": "en",
        "license": LICENCE_ADDRESS,
        "isPartOf": book,
    }
    if based_on := restates(page):
        made["isBasedOn"] = based_on
    tables = []
    name = page.rsplit("/", 1)[-1]
    for part in shown().get(page, {}).get("shown", ()):
        if part["kind"] != "figure":
            anchor = citation.anchor(part)
            named = {**part, "name": citation.headline(part["caption"])}
            tables.append(
                dataset(about, named, f"{here}#{anchor}", {"text/csv": f"{root}downloads/{name}/{part['id']}.csv"})
            )
    if page == "book/ledger":
        ledger = {
            "name": "Ledger of numbers",
            "caption": "Every printed number with its source, and every recomputed one, with verdicts",
            "status": "printed against restated",
        }
        files = {"text/csv": f"{root}ledger.csv", "application/json": f"{root}ledger.json"}
        tables.append(dataset(about, ledger, f"{here}#ledger", files))
    if tables:
        made["hasPart"] = tables
    return made


def tags(about: citation.About, page: str, title: str, text: str, front: str) -> list[tuple[str, str, str]]:
    """Meta tags of a page as attribute, its value, and content.

    Highwire's names are what reference managers and scholarly search read: one tag for each author, and the book's title
    makes a page a part of a book. No ``og:type`` is given for parts: there is none for a chapter, and reference managers would
    trust it more than the Highwire tags.
    """
    found = [("name", "citation_title", title if page != front else about.title)]
    found += [("name", "citation_author", citation.spelled(a)) for a in about.authors]
    found.append(("name", "citation_publication_date", f"{about.released:%Y/%m/%d}"))
    if page != front:
        found += [("name", "citation_inbook_title", about.title), ("name", "citation_book_title", about.title)]
    found += [("name", "citation_language", "en"), ("name", "citation_abstract", text)]
    found.append(("name", "citation_keywords", "; ".join(about.keywords)))
    found += [
        ("property", "og:title", title),
        ("property", "og:description", text),
        ("property", "og:site_name", about.title),
    ]
    found.append(("property", "og:locale", "en_GB"))
    if page == front:
        found.append(("property", "og:type", "book"))
    if about.address:
        here = f"{about.address}{page}.html"
        found += [
            ("name", "citation_public_url", here),
            ("name", "citation_fulltext_html_url", here),
            ("property", "og:url", here),
        ]
    if pdf := pdf_address(about, page):
        found.append(("name", "citation_pdf_url", pdf))
    found.append(("name", "twitter:card", "summary"))
    return found


def pdf_address(about: citation.About, page: str) -> str:
    """Address of the page's PDF, in a build that makes them and knows where it will be published."""
    if not os.environ.get("RESTATED_PDF") or not about.address or not page.startswith("notebooks/"):
        return ""
    return f"{about.address}downloads/pdf/{page.rsplit('/', 1)[-1]}.pdf"


def html(about: citation.About, page: str, title: str, text: str, front: str, chapters: Sequence[str]) -> str:
    """All of it, for the head of the page."""
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
    """The sitemap of the pages, which search engines read; only of use where the address of the book is known."""
    day = changed()
    urls = "".join(
        f"<url><loc>{escape(about.address)}{page}.html</loc><lastmod>{day}</lastmod></url>\n" for page in pages
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'


def write_sitemap(out: Path, pages: Sequence[str]) -> None:
    """Write ``sitemap.xml`` into the finished site if the address of the book is configured."""
    about = citation.about()
    if about.address:
        (out / "sitemap.xml").write_text(sitemap(about, pages), encoding="utf-8")
