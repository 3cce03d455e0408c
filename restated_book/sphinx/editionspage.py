"""The page of what changed between two editions, and their feed."""

from pathlib import Path

from sphinx.util.docutils import SphinxDirective

from restated_book import editions, paths
from restated_book.cite import citation
from restated_book.sphinx import blocks, claimspage, markup

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
        return "<p>This is the first edition.</p>"
    found = editions.compared(*versions)
    return PARTS.changes(found, versions[0], blocks.root(builder.current_docname), claimspage.address(builder))


class WhatChanged(SphinxDirective):
    """``{what-changed}``: what differs from the last edition."""

    def run(self):
        for file in (*editions.folder().glob("*.json"), paths.ROOT / "CHANGELOG.md"):
            self.env.note_dependency(str(file))
        return [blocks.block(html, "The changes are in changes.csv.")]


def feed() -> str:
    """Return an Atom feed with an entry for each frozen edition, the newest first."""
    about, frozen = citation.about(), [editions.load(version) for version in reversed(editions.versions())]
    return PARTS.feed(about, about.address or f"urn:restated:{about.version}", frozen)


def write(site: Path) -> None:
    """Write the changes for programs and the feed into the finished `site`; nothing without an earlier edition."""
    if (versions := pair()) is None:
        return
    found = editions.compared(*versions)
    folder = site / "downloads"
    (folder / CSV).write_text(editions.written(found, "csv"), encoding="utf-8", newline="")
    (folder / JSON).write_text(editions.written(found, "json") + "\n", encoding="utf-8")
    (site / FEED).write_text(feed(), encoding="utf-8")
