"""The data dictionary: every data file and field, read from ``data/datapackage.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated.errors import RestatedError
from restated_book import entries, paths
from restated_book.sphinx import markup

#: Constraints of Table Schema said in words; %s is the value.
CONSTRAINT_WORDS = {
    "required": "required",
    "unique": "unique",
    "minimum": "at least %s",
    "maximum": "at most %s",
    "pattern": "matches %s",
    "enum": "one of %s",
    "minLength": "at least %s characters",
    "maxLength": "at most %s characters",
}


def load(path: Path | None = None) -> dict:
    """The descriptor of the data package.

    Raises
    ------
    RestatedError
        No such file, or not JSON with a list of resources.
    """
    path = paths.DATA / "datapackage.json" if path is None else Path(path)
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RestatedError("there is no description of the data files", file=path) from None
    except json.JSONDecodeError as error:
        raise RestatedError(f"this is not JSON ({error})", file=path) from None
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        raise RestatedError("this describes no data files", file=path, field="resources")
    return package


def _constraints(field: Mapping) -> str:
    said = []
    for name, value in field.get("constraints", {}).items():
        words = CONSTRAINT_WORDS.get(name, f"{name} %s")
        if value is False:
            continue
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        said.append(words % value if "%s" in words else words)
    return "; ".join(said)


def _status_key(status: str) -> str | None:
    """The badge of a status given as its key or in words; None for words we do not have."""
    by_words = {words: key for key, words in entries.STATUSES.items()}
    return status if status in entries.STATUSES else by_words.get(status)


def _names(items, *fields: str) -> str:
    """The first of `fields` each item has, joined."""
    found = []
    for item in items or ():
        text = next((str(item[f]) for f in fields if item.get(f)), "") if isinstance(item, Mapping) else str(item)
        if text:
            found.append(text)
    return "; ".join(found)


def fields_table(resource: Mapping) -> str:
    """The fields of one data file as an accessible table."""
    rows = [
        f'<tr><th scope="row"><code>{escape(f["name"])}</code></th><td>{escape(f.get("type", ""))}</td>'
        f"<td>{escape(f.get('unit') or '')}</td><td>{escape(f.get('description', ''))}</td>"
        f"<td>{escape(_constraints(f))}</td></tr>"
        for f in resource.get("schema", {}).get("fields", ())
    ]
    headings = ["field", "type", "unit", "meaning", "rules"]
    return markup.table(f"Fields of {resource['path']}", headings, rows, css="rs-fields")


class DataDictionary(SphinxDirective):
    """``{data-dictionary}``: one section per data file."""

    def run(self):
        package = load()
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        sections = []
        for resource in package["resources"]:
            path = str(resource["path"])
            section = nodes.section(ids=[nodes.make_id("data-" + path)], names=[])
            section += nodes.title("", "", nodes.literal("", path))
            if title := resource.get("title"):
                section += nodes.paragraph("", "", nodes.strong("", title))
            if resource.get("description"):
                section += nodes.paragraph("", str(resource["description"]))
            about = []
            if licences := _names(resource.get("licenses"), "title", "name", "path"):
                about.append(f"Licence: {licences}.")
            if sources := _names(resource.get("sources"), "title", "path"):
                about.append(f"Sources: {sources}.")
            if about:
                section += nodes.paragraph("", " ".join(about))
            html = ""
            if status := resource.get("status"):
                key = _status_key(status)
                badge = markup.status_badge(key) if key else f'<span class="rs-status">Status: {escape(status)}</span>'
                html = f"<p>{badge}</p>"
            section += nodes.raw("", html + fields_table(resource), format="html")
            sections.append(section)
        return sections


def licences_table(package: Mapping) -> str:
    """The licence and source of every data file that is under another licence than the package as a whole."""
    whole = _names(package["licenses"], "title")
    rows = [
        f'<tr><th scope="row"><code>{escape(str(r["path"]))}</code></th><td>{escape(licence)}</td><td>{escape(_names(r.get("sources"), "title", "path"))}</td></tr>'
        for r in package["resources"]
        if (licence := _names(r["licenses"], "title", "name", "path")) != whole
    ]
    return markup.table("Data files of others", ["file", "licence", "source"], rows, css="rs-fields")


class Licences(SphinxDirective):
    """``{licences}``: the data files that keep a licence of their own."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / "datapackage.json"))
        return [nodes.raw("", licences_table(load()), format="html")]


def setup(app) -> None:
    """Register the directives."""
    app.add_directive("data-dictionary", DataDictionary)
    app.add_directive("licences", Licences)
