"""The data dictionary: every data file and field, read from ``data/datapackage.json``."""

from collections.abc import Mapping
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import paths
from restated_book.sources import dictionary, files
from restated_book.sphinx import blocks, markup
from restated_book.status import STATUSES

#: Words for the constraints of Table Schema; %s is the value.
CONSTRAINT_WORDS = {"required": "required", "unique": "unique", "minimum": "at least %s", "maximum": "at most %s"}
CONSTRAINT_WORDS |= {"pattern": "matches %s", "enum": "one of %s"}

PARTS = markup.parts("tables")


def load(path: Path | None = None) -> dict:
    """Read the descriptor of the data package; one without resources where the book has no data."""
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
        if value is not False:
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            shown.append(words % text if "%s" in words else words)
    return "; ".join(shown)


def _names(items, *fields: str) -> str:
    """Join the first of `fields` each item has."""
    found = (next((item[f] for f in fields if item.get(f)), "") for item in items or ())
    return "; ".join(filter(None, found))


def _licences(resource: Mapping) -> str:
    return _names(resource.get("licenses"), "title", "name", "path")


def _sources(resource: Mapping) -> str:
    return _names(resource.get("sources"), "title", "path")


def fields_table(resource: Mapping) -> str:
    """Return the fields of one data file as an accessible table."""
    rows = [
        (f["name"], [f.get("type", ""), f.get("unit") or "", f.get("description", ""), _constraints(f)])
        for f in resource.get("schema", {}).get("fields", ())
    ]
    return PARTS.named(f"Fields of {resource['path']}", ["field", "type", "unit", "meaning", "rules"], rows)


class DataDictionary(SphinxDirective):
    """``{data-dictionary}``: one section per data file."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        return [self._section(resource) for resource in load()["resources"]]

    def _section(self, resource: Mapping) -> nodes.section:
        path = str(resource["path"])
        section = blocks.section(nodes.make_id("data-" + path), nodes.literal("", path))
        if title := resource.get("title"):
            section += nodes.paragraph("", "", nodes.strong("", title))
        if resource.get("description"):
            section += nodes.paragraph("", str(resource["description"]))
        about = {"Licence": _licences(resource), "Sources": _sources(resource)}
        if words := " ".join(f"{name}: {text}." for name, text in about.items() if text):
            section += nodes.paragraph("", words)
        html = PARTS.status(STATUSES.get(status), status) if (status := resource.get("status")) else ""
        section += nodes.raw("", html + fields_table(resource), format="html")
        return section


def licences_table(package: Mapping) -> str:
    """Return the licence and source of every data file that is under another licence than the package as a whole."""
    whole = _names(package["licenses"], "title")
    listed = [(r["path"], [_licences(r), _sources(r)]) for r in package["resources"] if _licences(r) != whole]
    return PARTS.named("Data files of others", ["file", "licence", "source"], listed)


class Licences(SphinxDirective):
    """``{licences}``: the data files that keep a licence of their own."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        return [nodes.raw("", licences_table(load()), format="html")]


def setup(app) -> None:
    """Register the directives."""
    app.add_directive("data-dictionary", DataDictionary)
    app.add_directive("licences", Licences)
