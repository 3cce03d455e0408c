"""The data dictionary: every data file and field, read from ``data/datapackage.json``."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import entries, paths
from restated_book.sources import dictionary, files
from restated_book.sphinx import markup

#: Words for the constraints of Table Schema; %s is the value.
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
    """Read the descriptor of the data package; one without resources where the book has no data.

    Raises
    ------
    RestatedError
        If it is not JSON with a list of resources.
    """
    path = paths.DATA / dictionary.PACKAGE if path is None else Path(path)
    if not path.exists():
        return {"resources": [], "licenses": []}
    package = files.json(path)
    if not isinstance(package, dict) or not isinstance(package.get("resources"), list):
        files.refuser(path)("this does not describe data files", field="resources")
    return package


def _constraints(field: Mapping) -> str:
    shown = []
    for name, value in field.get("constraints", {}).items():
        words = CONSTRAINT_WORDS.get(name, f"{name} %s")
        if value is False:
            continue
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        shown.append(words % value if "%s" in words else words)
    return "; ".join(shown)


def _status_key(status: str) -> str | None:
    """Return the badge of a status given as its key or in words; None for other words."""
    by_words = {words: key for key, words in entries.STATUSES.items()}
    return status if status in entries.STATUSES else by_words.get(status)


def _names(items, *fields: str) -> str:
    """Join the first of `fields` each item has."""
    found = []
    for item in items or ():
        text = next((str(item[f]) for f in fields if item.get(f)), "") if isinstance(item, Mapping) else str(item)
        if text:
            found.append(text)
    return "; ".join(found)


def fields_table(resource: Mapping) -> str:
    """Return the fields of one data file as an accessible table."""
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
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        return [self._section(resource) for resource in load()["resources"]]

    def _section(self, resource: Mapping) -> nodes.section:
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
        return section


def licences_table(package: Mapping) -> str:
    """Return the licence and source of every data file that is under another licence than the package as a whole."""
    whole = _names(package["licenses"], "title")
    rows = []
    for resource in package["resources"]:
        licence = _names(resource["licenses"], "title", "name", "path")
        if licence != whole:
            source = _names(resource.get("sources"), "title", "path")
            path = escape(str(resource["path"]))
            cells = f"<td>{escape(licence)}</td><td>{escape(source)}</td>"
            rows.append(f'<tr><th scope="row"><code>{path}</code></th>{cells}</tr>')
    return markup.table("Data files of others", ["file", "licence", "source"], rows, css="rs-fields")


class Licences(SphinxDirective):
    """``{licences}``: the data files that keep a licence of their own."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        return [nodes.raw("", licences_table(load()), format="html")]


def setup(app) -> None:
    """Register the directives."""
    app.add_directive("data-dictionary", DataDictionary)
    app.add_directive("licences", Licences)
