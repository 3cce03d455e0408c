"""The page of all downloads; :func:`restated_book.export.book.fill_sizes` writes the sizes into the finished site."""

import os
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import export
from restated_book.chapters.toc import toc
from restated_book.export import about
from restated_book.sphinx import markup, metadata
from restated_book.sphinx.otherbuilders import OTHERS, nothing


class downloads_block(nodes.General, nodes.Element):
    """Generated when the page is written. Attribute: ``make``."""


class Downloads(SphinxDirective):
    """``{downloads}``: files of the whole book, and of each chapter."""

    def run(self):
        sections = []
        own = "Each figure and each table has its own links below it, for PNG, SVG and CSV."
        for make, title, words in (("book", "The whole book", ""), ("chapters", "Chapter by chapter", own)):
            section = nodes.section(ids=[f"downloads-{make}"], names=[])
            section += nodes.title("", title)
            section += [nodes.paragraph("", words)] if words else []
            section += downloads_block("", nodes.paragraph("", ""), make=make)
            sections.append(section)
        return sections


def _size(path: str) -> str:
    return f'<span class="rs-size" data-file="{escape(path)}"></span>'


def book_html(root: str) -> str:
    """Return the files of the whole book as a table."""
    files = [*([export.BOOK_PDF] if os.environ.get("RESTATED_PDF") else []), *export.BOOK_FILES]
    rows = [
        f'<tr><th scope="row"><a href="{root}{path}" download>{escape(words)}</a></th>'
        f"<td >{_size(path)}</td><td>{escape(purpose)}</td></tr>"
        for path, words, purpose in files
    ]
    return markup.table("Files of the whole book", ["File", "Size", "What it is for"], rows, css="rs-files")


def chapters_html(root: str) -> str:
    """Return the files of each chapter as a table."""
    rows = []
    for page in (p.removeprefix("notebooks/") for p in toc() if p.startswith("notebooks/")):
        shows = bool(metadata.shown().get(f"notebooks/{page}", {}).get("shown"))
        there = {path for _, path in export.files(page, shows=shows)}
        title = about.title(page)
        cells = []
        for path, words, _ in export.CHAPTER_FILES:
            path = path.format(page=page)
            ending = path.rpartition(".")[2].upper()
            link = f'<a href="{root}{path}" download>{ending}{markup.hidden(f": {title}, {words}")}</a> {_size(path)}'
            cells.append(f"<td>{link if path in there else '–'}</td>")
        if os.environ.get("RESTATED_PDF"):
            path = f"downloads/pdf/{page}.pdf"
            cells.append(f'<td><a href="{root}{path}" download>PDF{markup.hidden(f": {title}")}</a> {_size(path)}</td>')
        heading = f'<a href="{root}notebooks/{page}.html">{escape(title)}</a>'
        rows.append(f'<tr><th scope="row">{heading}</th>{"".join(cells)}</tr>')
    headings = ["Chapter", *(f"{short} <small>({escape(words)})</small>" for _, words, short in export.CHAPTER_FILES)]
    if os.environ.get("RESTATED_PDF"):
        headings.append("On paper <small>(with the works it cites)</small>")
    return markup.table("Files of each chapter", headings, rows, css="rs-files")


def visit_block(self, node: downloads_block) -> None:
    """HTML visitor."""
    root = "../" * self.builder.current_docname.count("/")
    self.body.append(book_html(root) if node["make"] == "book" else chapters_html(root))
    raise nodes.SkipNode


def setup(app) -> None:
    """Register node and directive."""
    app.add_node(downloads_block, html=(visit_block, nothing), **OTHERS)
    app.add_directive("downloads", Downloads)
