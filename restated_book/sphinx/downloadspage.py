"""The page of all downloads; :func:`restated_book.export.book.fill_sizes` writes the sizes into the finished site."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import export
from restated_book.chapters.toc import toc
from restated_book.export import about
from restated_book.sphinx import blocks, markup, metadata

PARTS = markup.parts("tables")


def book(builder) -> str:
    """Return the files of the whole book as a table."""
    files = [*([export.BOOK_PDF] if "pdf" in export.forms() else []), *export.BOOK_FILES]
    return PARTS.book_files(blocks.root(builder.current_docname), files)


def chapters(builder) -> str:
    """Return the files of each chapter as a table; a path is empty where a chapter lacks the file."""
    columns = [PARTS.heading(short, words) for _, words, short in export.CHAPTER_FILES]
    forms = [export.FORMS[form] for form in export.forms()]
    columns += [PARTS.heading(short, "with the works it cites") for _, _, short in forms]
    rows = []
    for page in (p.removeprefix("notebooks/") for p in toc() if p.startswith("notebooks/")):
        there = export.files(page, shows=bool(metadata.shown().get(f"notebooks/{page}", {}).get("shown")))
        found, title = dict(there), about.title(page)
        paths = [(found.get(words, ""), f"{title}, {words}") for _, words, _ in export.CHAPTER_FILES]
        paths += [(path.format(page=page), f"{title}, {words}") for path, words, _ in forms]
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
