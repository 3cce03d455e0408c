"""The pages of data and files: dictionary, licences, tables of readers, reconstructed sets, downloads."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from restated_book import config, entries, export, paths
from restated_book.chapters.toc import toc
from restated_book.export import about, sets
from restated_book.export.book import human
from restated_book.sources import dictionary, files
from restated_book.sphinx import blocks, markup, metadata
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
    found = (next((item[f] for f in fields if item.get(f)), "") for item in items or ())
    return "; ".join(filter(None, found))


def _terms(resource: Mapping) -> list[str]:
    return [_names(resource.get("licenses"), "title", "name", "path"), _names(resource.get("sources"), "title", "path")]


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
        terms = zip(("Licence", "Sources"), _terms(resource), strict=True)
        if words := " ".join(f"{name}: {text}." for name, text in terms if text):
            section += nodes.paragraph("", words)
        html = PARTS.status(STATUSES.get(status), status) if (status := resource.get("status")) else ""
        section += blocks.html(html + fields_table(resource))
        return section


def licences_table(package: Mapping) -> str:
    """Return the licence and source of every data file that is under another licence than the package as a whole."""
    whole, listed = _names(package["licenses"], "title"), ((r["path"], _terms(r)) for r in package["resources"])
    rows = [(path, terms) for path, terms in listed if terms[0] != whole]
    return PARTS.named("Data files of others", ["file", "licence", "source"], rows)


class Licences(SphinxDirective):
    """``{licences}``: the data files that keep a licence of their own."""

    def run(self):
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        return [blocks.html(licences_table(load()))]


def _readers(file: str) -> list[tuple[str, str]]:
    """Return page and title of the notebooks that read `file`, a path in the book; observed while they ran."""
    return [(page, part["title"]) for page, part in metadata.shown().items() if file in part["files"]]


class Originals(SphinxDirective):
    """``{originals}``: every table a reader may supply, and the columns of those that replace no table."""

    def run(self):
        root, rows = blocks.root(self.env.docname), []
        self.env.note_dependency(str(paths.DATA / dictionary.PACKAGE))
        for name, resource in dictionary.load().items():
            if resource.path.startswith("studies/"):
                template = (paths.ORIGINALS / "templates" / f"{name}.csv").is_file()
                read = _readers(f"data/{resource.path}")
                rows.append((name, resource, nodes.make_id("data-" + resource.path), template, read))
        return [blocks.html(PARTS.slots(root, rows)), *(self._section(name, root) for name in config.load().originals)]

    def _section(self, name: str, root: str) -> nodes.section:
        """Describe a table that only readers can supply."""
        schema = paths.DATA / "schemas" / f"{name}.json"
        self.env.note_dependency(str(schema))
        described = files.json(schema)
        licence, sources = _names(described["licenses"], "name"), _names(described["sources"], "title")
        html = PARTS.slot(root, described["description"], sources, licence, _readers(f"data/schemas/{name}.json"))
        html += fields_table({**described, "path": f"{name}.csv"})
        return blocks.section(f"slot-{name}", nodes.literal("", f"{name}.csv"), blocks.html(html))


def _reconstructed() -> Path:
    return entries.location().with_name("reconstructed")


def link(root: str, chapter: str) -> list[tuple[str, str]]:
    """Return the link to the reconstructed data of a chapter, as address and words; none if it has none."""
    there = any(entry["chapter"] == chapter for entry in sets.index(_reconstructed()))
    return [(f"{root}{sets.PAGE}.html#sets-{chapter}", "reconstructed data")] if there else []


class ReconstructedData(SphinxDirective):
    """``{reconstructed-data}``: each set with its files, columns, constraints and code, chapter by chapter."""

    def run(self):
        root, found = blocks.root(self.env.docname), []
        self.env.note_dependency(str(_reconstructed() / sets.INDEX))
        for chapter, own in groupby(sets.index(_reconstructed()), lambda entry: entry["chapter"]):
            address, folder = f"{root}notebooks/{chapter}.html", f"{root}{sets.FOLDER}/"
            html = blocks.html(markup.parts("sets").chapter(address, folder, list(own), human))
            found.append(blocks.section(f"sets-{chapter}", about.title(chapter), html))
        return found


def _of_book(builder) -> str:
    files = [*([export.BOOK_PDF] if "pdf" in export.forms() else []), *export.BOOK_FILES]
    return PARTS.book_files(blocks.root(builder.current_docname), files)


def _of_chapters(builder) -> str:
    """Return the files of each chapter as a table; a path is empty where a chapter lacks the file."""
    columns = [PARTS.heading(short, words) for _, words, short in export.CHAPTER_FILES]
    forms = [export.FORMS[form] for form in export.forms()]
    columns += [PARTS.heading(short, "with the works it cites") for _, _, short in forms]
    rows = []
    for page in (p.removeprefix("notebooks/") for p in toc() if p.startswith("notebooks/")):
        there = export.files(page, shows=bool(metadata.shown().get(f"notebooks/{page}", {}).get("shown")))
        found, title = dict(there), about.title(page)
        listed = [(found.get(words, ""), f"{title}, {words}") for _, words, _ in export.CHAPTER_FILES]
        listed += [(path.format(page=page), f"{title}, {words}") for path, words, _ in forms]
        rows.append((page, title, [(path, path.rpartition(".")[2].upper(), words) for path, words in listed]))
    return PARTS.chapter_files(blocks.root(builder.current_docname), columns, rows)


class Downloads(SphinxDirective):
    """``{downloads}``: files of the whole book, and of each chapter."""

    def run(self):
        own = nodes.paragraph("", "Each figure and each table has its own links below it, for PNG, SVG and CSV.")
        return [
            blocks.section("downloads-book", "The whole book", blocks.block(_of_book)),
            blocks.section("downloads-chapters", "Chapter by chapter", own, blocks.block(_of_chapters)),
        ]
