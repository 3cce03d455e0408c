"""The page of reconstructed data: each set with its files, columns, constraints and code."""

from itertools import groupby

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import entries
from restated_book.export import about, sets
from restated_book.export.book import human
from restated_book.sphinx import blocks, markup

PARTS = markup.parts("sets")


def listed() -> list[dict]:
    """Return the entries of the index that this build made."""
    return sets.index(entries.location().with_name("reconstructed"))


def link(root: str, chapter: str) -> list[tuple[str, str]]:
    """Return the link to the reconstructed data of a chapter, as address and words; none if it has no such data."""
    there = any(entry["chapter"] == chapter for entry in listed())
    return [(f"{root}{sets.PAGE}.html#sets-{chapter}", "reconstructed data")] if there else []


class ReconstructedData(SphinxDirective):
    """``{reconstructed-data}``: the sets, chapter by chapter."""

    def run(self):
        root = blocks.root(self.env.docname)
        self.env.note_dependency(str(entries.location().with_name("reconstructed") / sets.INDEX))
        found = []
        for chapter, own in groupby(listed(), lambda entry: entry["chapter"]):
            html = PARTS.chapter(f"{root}notebooks/{chapter}.html", f"{root}{sets.FOLDER}/", list(own), human)
            found.append(blocks.section(f"sets-{chapter}", about.title(chapter), nodes.raw("", html, format="html")))
        return found


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("reconstructed-data", ReconstructedData)
