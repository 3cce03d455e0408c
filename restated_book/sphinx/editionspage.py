"""The page of what changed between two editions, and their feed."""

from html import escape
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

from restated_book import editions, paths
from restated_book.cite import citation
from restated_book.sphinx import blocks, markup

PARTS = markup.parts("editions", KINDS=editions.KINDS)
#: Files next to the page: the changes for programs, and the feed of editions.
CSV, JSON, FEED = "changes.csv", "changes.json", "editions.atom"


def pair() -> tuple[str, str] | None:
    """Return the versions to compare: the last frozen edition and the build, or the two last ones if it is frozen."""
    known = editions.versions()
    if known and known[-1] == citation.about().version:
        return (known[-2], known[-1]) if len(known) > 1 else None
    return (known[-1], "now") if known else None


def html(builder) -> str:
    """Return the changes as tables, conclusions first; what is only new or gone is counted."""
    versions = pair()
    if versions is None:
        return "<p>There is no earlier edition to compare this one with.</p>"
    found = editions.compared(*versions)
    return PARTS.changes(found, versions[0], citation.about().version, blocks.root(builder.current_docname))


class WhatChanged(SphinxDirective):
    """``{what-changed}``: what differs from the last edition."""

    def run(self):
        for file in (*editions.folder().glob("*.json"), paths.ROOT / "CHANGELOG.md"):
            self.env.note_dependency(str(file))
        return [blocks.block(html, "The changes are in changes.csv.")]


def feed() -> str:
    """Return an Atom feed with an entry for each frozen edition, the newest first."""
    about, known = citation.about(), editions.versions()
    root, base = about.address or "", about.address or f"urn:restated:{about.version}"
    entries, last = [], f"{about.released.isoformat()}T00:00:00Z"
    for version in reversed(known):
        frozen = editions.load(version)
        address = f"{root}v/{version}/index.html" if root else f"v/{version}/index.html"
        counts = f"{len(frozen['numbers'])} numbers, {len(frozen['claims'])} claims, {len(frozen['chapters'])} chapters"
        id, day = f"{escape(base)}#{escape(version)}", frozen["date"]
        entries.append(
            f"<entry><title>Edition {escape(version)}</title><id>{id}</id><updated>{day}T00:00:00Z</updated>"
            f'<link href="{escape(address)}"/><summary>{counts}</summary></entry>'
        )
    head = f"<title>{escape(about.title)}: editions</title><id>{escape(base)}</id><updated>{last}</updated>"
    author = f"<author><name>{escape(about.byline)}</name></author>"
    body = "\n".join(entries)
    opening = '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    return f"{opening}{head}{author}\n{body}\n</feed>\n"


def write(site: Path) -> None:
    """Write the changes for programs and the feed into the finished `site`; nothing without an earlier edition."""
    if (versions := pair()) is None:
        return
    found = editions.compared(*versions)
    folder = site / "downloads"
    (folder / CSV).write_text(editions.written(found, "csv"), encoding="utf-8", newline="")
    (folder / JSON).write_text(editions.written(found, "json") + "\n", encoding="utf-8")
    (site / FEED).write_text(feed(), encoding="utf-8")
