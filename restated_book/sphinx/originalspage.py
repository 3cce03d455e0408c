"""The page of originals: every table a reader may supply, from the descriptions that loaders check against."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import config, paths
from restated_book.sources import dictionary, files
from restated_book.sphinx import blocks, dictionarypage, markup, metadata

PARTS = markup.parts("tables")


def readers(file: str, chapters: dict[str, dict]) -> list[tuple[str, str]]:
    """Return page and title of the notebooks that read `file`, a path in the book; observed while they ran."""
    return [(page, part["title"]) for page, part in chapters.items() if file in part["files"]]


def slots(chapters: dict[str, dict], root: str) -> str:
    """Return all slots as one table: file, what it replaces and from where, its licence, the chapters that change."""
    rows = []
    for name, resource in dictionary.load().items():
        if resource.path.startswith("studies/"):
            template = (paths.ORIGINALS / "templates" / f"{name}.csv").is_file()
            read = readers(f"data/{resource.path}", chapters)
            rows.append((name, resource, nodes.make_id("data-" + resource.path), template, read))
    return PARTS.slots(root, rows)


class Originals(SphinxDirective):
    """``{originals}``: the slots, and the columns of those that replace no table."""

    def run(self):
        root, chapters = blocks.root(self.env.docname), metadata.shown()
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        sections = [self._section(name, chapters, root) for name in config.load().originals]
        return [nodes.raw("", slots(chapters, root), format="html"), *sections]

    def _section(self, name: str, chapters: dict[str, dict], root: str) -> nodes.section:
        """Description of a table that only readers can supply."""
        schema = paths.DATA / "schemas" / f"{name}.json"
        self.env.note_dependency(str(schema))
        described = files.json(schema)
        licence = "; ".join(entry["name"] for entry in described["licenses"])
        sources = "; ".join(source["title"] for source in described["sources"])
        read = readers(f"data/schemas/{name}.json", chapters)
        html = PARTS.slot(root, described["description"], sources, licence, read)
        html += dictionarypage.fields_table({**described, "path": f"{name}.csv"})
        title = nodes.literal("", f"{name}.csv")
        return blocks.section(f"slot-{name}", title, nodes.raw("", html, format="html"))


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("originals", Originals)
