"""The page of originals: every table a reader may supply, from the descriptions the loaders check it by."""

from __future__ import annotations

import json
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import paths
from restated_book.sources import dictionary
from restated_book.sphinx import dictionarypage, markup, metadata

#: Slots that replace no table of the book: name of the schema.
OWN_SCHEMA = "cohort-children"


def readers(file: str, chapters: dict[str, dict]) -> list[str]:
    """Pages of the notebooks that read `file`, a path in the repository; observed while they ran."""
    return [page for page, part in chapters.items() if file in part["files"]]


def _chapters(pages: list[str], chapters: dict[str, dict], root: str) -> str:
    links = (f'<a href="{root}{page}.html">{escape(chapters[page]["title"])}</a>' for page in pages)
    return ", ".join(links) or "no chapter at present"


def slots(chapters: dict[str, dict], root: str) -> str:
    """All slots as one table: file, what it replaces and from where, its licence, the chapters that change."""
    rows = []
    for name, resource in dictionary.load().items():
        if not resource.path.startswith("studies/"):
            continue
        template = " There is an empty template." if (paths.ORIGINALS / "templates" / f"{name}.csv").is_file() else ""
        place = nodes.make_id("data-" + resource.path)
        rows.append(
            f'<tr><th scope="row"><code>{name}.csv</code> <small><a href="{root}book/data-dictionary.html#{place}">its columns</a></small></th><td>{escape(resource.title)}.{template} <small>Now: {escape(resource.status)}.</small></td>'
            f"<td>{escape('; '.join(resource.sources))}</td>"
            f"<td>{_chapters(readers(f'data/{resource.path}', chapters), chapters, root)}</td></tr>"
        )
    headings = ["file", "replaces", "where it is printed or kept", "chapters that change"]
    return markup.table("Tables of studies that a file in data/originals can replace", headings, rows, css="rs-slots")


class Originals(SphinxDirective):
    """``{originals}``: the slots, and the columns of the one that replaces no table."""

    def run(self):
        root = "../" * self.env.docname.count("/")
        chapters = metadata.shown()
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        schema_file = paths.DATA / "schemas" / f"{OWN_SCHEMA}.json"
        self.env.note_dependency(str(schema_file))
        described = json.loads(schema_file.read_text(encoding="utf-8"))
        pages = readers(f"data/schemas/{OWN_SCHEMA}.json", chapters)
        licence = "; ".join(entry["name"] for entry in described["licenses"])
        own = (
            f"<p>{escape(described['description'])} Source: {escape('; '.join(s['title'] for s in described['sources']))}. "
            f"Licence: {escape(licence)}. Chapters that change: {_chapters(pages, chapters, root)}.</p>"
        )
        section = nodes.section(ids=[f"slot-{OWN_SCHEMA}"], names=[])
        section += nodes.title("", "", nodes.literal("", f"{OWN_SCHEMA}.csv"))
        section += nodes.raw(
            "", own + dictionarypage.fields_table({**described, "path": f"{OWN_SCHEMA}.csv"}), format="html"
        )
        return [nodes.raw("", slots(chapters, root), format="html"), section]


def setup(app) -> None:
    """Register the directive."""
    app.add_directive("originals", Originals)
