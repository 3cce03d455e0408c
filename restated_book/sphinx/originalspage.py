"""The page of originals: every table a reader may supply, from the descriptions that loaders check against."""

from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import config, paths
from restated_book.sources import dictionary, files
from restated_book.sphinx import dictionarypage, markup, metadata


def readers(file: str, chapters: dict[str, dict]) -> list[str]:
    """Return the pages of the notebooks that read `file`, a path in the book; observed while they ran."""
    return [page for page, part in chapters.items() if file in part["files"]]


def _chapters(pages: list[str], chapters: dict[str, dict], root: str) -> str:
    links = (f'<a href="{root}{page}.html">{escape(chapters[page]["title"])}</a>' for page in pages)
    return ", ".join(links) or "no chapter at present"


def slots(chapters: dict[str, dict], root: str) -> str:
    """Return all slots as one table: file, what it replaces and from where, its licence, the chapters that change."""
    rows = []
    for name, resource in dictionary.load().items():
        if not resource.path.startswith("studies/"):
            continue
        template = " There is an empty template." if (paths.ORIGINALS / "templates" / f"{name}.csv").is_file() else ""
        place = f"{root}book/data-dictionary.html#{nodes.make_id('data-' + resource.path)}"
        rows.append(
            f'<tr><th scope="row"><code>{name}.csv</code> <small><a href="{place}">its columns</a></small></th>'
            f"<td>{escape(resource.title)}.{template} <small>Now: {escape(resource.status)}.</small></td>"
            f"<td>{escape('; '.join(resource.sources))}</td>"
            f"<td>{_chapters(readers(f'data/{resource.path}', chapters), chapters, root)}</td></tr>"
        )
    headings = ["file", "replaces", "where it is printed or kept", "chapters that change"]
    return markup.table("Tables of studies that a file in data/originals can replace", headings, rows, css="rs-slots")


class Originals(SphinxDirective):
    """``{originals}``: the slots, and the columns of those that replace no table."""

    def run(self):
        root = "../" * self.env.docname.count("/")
        chapters = metadata.shown()
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        sections = [self._section(name, chapters, root) for name in config.load().originals]
        return [nodes.raw("", slots(chapters, root), format="html"), *sections]

    def _section(self, name: str, chapters: dict[str, dict], root: str) -> nodes.section:
        """Description of a table that only readers can supply."""
        schema = paths.DATA / "schemas" / f"{name}.json"
        self.env.note_dependency(str(schema))
        described = files.json(schema)
        pages = readers(f"data/schemas/{name}.json", chapters)
        licence = "; ".join(entry["name"] for entry in described["licenses"])
        sources = "; ".join(source["title"] for source in described["sources"])
        own = (
            f"<p>{escape(described['description'])} Source: {escape(sources)}. "
            f"Licence: {escape(licence)}. Chapters that change: {_chapters(pages, chapters, root)}.</p>"
        )
        fields = dictionarypage.fields_table({**described, "path": f"{name}.csv"})
        section = nodes.section(ids=[f"slot-{name}"], names=[])
        section += nodes.title("", "", nodes.literal("", f"{name}.csv"))
        section += nodes.raw("", own + fields, format="html")
        return section


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("originals", Originals)
