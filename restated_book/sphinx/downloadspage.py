"""The page of all downloads; :func:`restated_book.export.book.fill_sizes` writes the sizes into the finished site."""

import os

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import export
from restated_book.chapters.toc import toc
from restated_book.export import about
from restated_book.sphinx import blocks, markup, metadata

PARTS = markup.parts("tables")


def book(builder) -> str:
    """Return the files of the whole book as a table."""
    files = [*([export.BOOK_PDF] if os.environ.get("RESTATED_PDF") else []), *export.BOOK_FILES]
    return PARTS.book_files(blocks.root(builder.current_docname), files)


def chapters(builder) -> str:
    """Return the files of each chapter as a table; a path is empty where a chapter lacks the file."""
    columns = [PARTS.heading(short, words) for _, words, short in export.CHAPTER_FILES]
    pdf = os.environ.get("RESTATED_PDF")
    if pdf:
        columns.append(PARTS.heading("On paper", "with the works it cites"))
    rows = []
    for page in (p.removeprefix("notebooks/") for p in toc() if p.startswith("notebooks/")):
        there = export.files(page, shows=bool(metadata.shown().get(f"notebooks/{page}", {}).get("shown")))
        found, title = dict(there), about.title(page)
        paths = [(found.get(words, ""), f"{title}, {words}") for _, words, _ in export.CHAPTER_FILES]
        if pdf:
            paths.append((f"downloads/pdf/{page}.pdf", title))
        rows.append((page, title, [(path, path.rpartition(".")[2].upper(), words) for path, words in paths]))
    return PARTS.chapter_files(blocks.root(builder.current_docname), columns, rows)


class Downloads(SphinxDirective):
    """``{downloads}``: files of the whole book, and of each chapter."""

    def run(self):
        own = nodes.paragraph("", "Each figure and each table has its own links below it, for PNG, SVG and CSV.")
        return [
            blocks.section("downloads-book", "The whole book", blocks.block(book)),
            blocks.section("downloads-chapters", "Chapter by chapter", own, blocks.block(chapters)),
        ]


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("downloads", Downloads)
