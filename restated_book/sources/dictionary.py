"""The data dictionary: tables are checked against ``data/datapackage.json``, a Frictionless Data Package, version 1."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from restated.given import PERCENT_SIGN
from restated.printed import is_plain, readings
from restated_book.paths import DATA
from restated_book.sources import files, rules
from restated_book.sources.cells import NUMBER, as_csv

#: Types and constraints a schema may use; others are refused rather than ignored.
TYPES = ("string", "integer", "number")
CONSTRAINTS: dict[str, tuple[Any, str]] = {
    "required": (bool, "true or false"),
    "unique": (bool, "true or false"),
    "minimum": (int | float, "a number"),
    "maximum": (int | float, "a number"),
    "enum": (list, "a list of texts"),
    "pattern": (str, "a pattern"),
}
#: Marks between cells; spreadsheets of some countries put semicolons.
MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}
PACKAGE = "datapackage.json"  #: The description of the data
READERS_OWN = "originals"  #: Folder of tables that readers supply; they are not described
MOST_DIGITS = 15  #: Most digits of a whole number: as a float it keeps all of them, and it fits 64 bits
#: Names of resources become file names of originals; paths are below the folder of the data.
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_PATH = re.compile(r"(?:[a-z0-9]+(?:[-_][a-z0-9]+)*/)*[a-z0-9]+(?:[-_][a-z0-9]+)*\.csv", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
#: First line by which Excel finds the mark between cells.
_SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t ]*(?:\n|$)', re.IGNORECASE)
#: Nothing to see: blanks, no-break and others, and characters without width.
_BLANK = re.compile(r"[\s\u200b\u2060\ufeff]*")


@dataclass(frozen=True)
class Field:
    """One column, as the schema gives it."""

    name: str
    type: str
    title: str
    description: str
    unit: str
    constraints: dict


@dataclass(frozen=True)
class Resource:
    """One table: its place and meaning, the status of its rows, its columns in order and the rules over them."""

    name: str
    path: str
    title: str
    description: str
    status: str
    licenses: tuple[str, ...]
    sources: tuple[str, ...]
    fields: tuple[Field, ...]
    missing_values: tuple[str, ...]
    primary_key: tuple[str, ...]
    rules: Mapping[str, list]

    @property
    def columns(self) -> list[str]:
        """Names of the columns in order."""
        return [field.name for field in self.fields]


def read_table(path: Path | str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Read a CSV file strictly, as text: header, and of each row its number (the header is row 1) and cells by column.

    Empty rows and columns at the end are dropped. Refused are an empty row before, a column without a name or with that
    of another, a broken quotation, and a row of another length than the header.
    """
    refuse = files.refuser(path)
    text, mark = layout(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows, number, empty = [], 1, 0
    try:
        given = next(reader, [])
        header = given[: max((n for n, name in enumerate(given, start=1) if not _BLANK.fullmatch(name)), default=0)]
        _check_names(header, refuse)
        for number, cells in enumerate(reader, start=2):
            if _BLANK.fullmatch("".join(cells)):
                empty = empty or number
                continue
            if empty:
                refuse("the row is empty", "remove it, or the rows after it", row=empty)
            spare = "".join(cells[len(header) :])
            if len(header) <= len(cells) <= len(given) and not _BLANK.fullmatch(spare):
                refuse(f"'{spare.strip()}' is in a column without a name", "name the column in row 1", row=number)
            if len(cells) < len(header) or not _BLANK.fullmatch(spare):
                remedy = f"put cells that hold {MARKS[mark]} in quotation marks, and give all rows the same cells"
                refuse(f"the row has {len(cells)} cells, the header {len(header)}", remedy, row=number)
            rows.append((number, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        refuse(f"not readable as CSV ({error})", "check the quotation marks", row=number + 1)
    return header, rows


def layout(path: Path | str) -> tuple[str, str]:
    """Return the text of a CSV file, without a line ``sep=;``, and the mark between cells; refuse two such marks."""
    text, refuse = files.text(path, table=True), files.refuser(path)
    if declared := _SEPARATOR.match(text):
        if declared[1] not in MARKS:
            refuse(f"'{declared[1]}' separates the cells", "save it as CSV with commas", row=1)
        return text[declared.end() :], declared[1]
    headers = {mark: _first_row(text, mark) for mark in MARKS}
    # A column at the end may hold nothing but a blank, which a tab is too: names count first.
    named = [mark for mark, header in headers.items() if sum(bool(re.search(r"\w", name)) for name in header) > 1]
    found = named or [mark for mark, header in headers.items() if len(header) > 1]
    if len(found) > 1:
        marks = " and ".join(MARKS[mark] for mark in found)
        refuse(f"the names of the columns are separated by {marks}", "save it as CSV with commas only", row=1)
    whole = "".join(headers[","])
    if not found and any(mark in whole for mark in MARKS):
        refuse(f"the whole row is in one cell, '{whole}'", "remove the quotation marks around each row", row=1)
    return text, found[0] if found else ","


def _first_row(text: str, mark: str) -> list[str]:
    """Cells of the first row if `mark` separates them; none if it cannot."""
    lines = (line[0] for line in _LINE.finditer(text))
    try:
        return next(csv.reader(lines, delimiter=mark, strict=True), [])
    except csv.Error:
        return []


def _check_names(header: Sequence[str], refuse: files.Refuse) -> None:
    if not header:
        refuse("the row is empty, and names of columns belong there", "remove it, or name the columns", row=1)
    for number, name in enumerate(header, start=1):
        if _BLANK.fullmatch(name):
            refuse(f"column {number} has no name", "name it or remove it", row=1)
        if header.index(name) < number - 1:
            refuse("the column occurs twice", "remove one", row=1, field=name)


def plain(path: Path) -> Path | bytes:
    """Return a CSV file as described, in UTF-8 with commas: the file itself where it is so, or what it should hold."""
    header, rows = read_table(path)
    cells = [header, *(list(row.values()) for _, row in rows)]
    raw = files.content(path)
    if list(csv.reader(io.StringIO(raw.decode("utf-8", "replace"), newline=""))) == cells:
        return path
    return as_csv(cells).encode()


def check_header(header: Sequence[str], columns: Sequence[str], path: Path | str) -> None:
    """Refuse a header that is not exactly `columns`, with its first missing, unexpected or misplaced column."""
    refuse = files.refuser(path)
    if missing := [name for name in columns if name not in header]:
        refuse("the column is missing", "add it, empty if need be", row=1, field=missing[0])
    if unknown := [name for name in header if name not in columns]:
        refuse("the column is not known", "remove it or correct its name", row=1, field=unknown[0])
    for name, expected in zip(header, columns, strict=True):
        if name != expected:
            order = f"order the columns: {', '.join(columns)}"
            refuse(f"the column is where '{expected}' belongs", order, row=1, field=name)


def load(path: Path | str | None = None) -> dict[str, Resource]:
    """Read the data package, default ``data/datapackage.json``: resources by name; none for a book without data."""
    if path is None and not (DATA / PACKAGE).exists():
        return {}
    path = DATA / PACKAGE if path is None else Path(path)
    return dict(_package(path, files.text(path)))


@lru_cache(maxsize=2)
def _package(path: Path, text: str) -> dict[str, Resource]:
    package = files.json(path, text)
    resources: dict[str, Resource] = {}
    for entry in _property(package, "resources", list, path, "the package"):
        name = _property(entry, "name", str, path, "a resource")
        if name in resources:
            files.refuser(path)(f"two resources are named '{name}'", "rename one", field="name")
        resources[name] = _resource(entry, name, path)
    return resources


def schema(name: str) -> Resource:
    """Read the description of a table that only readers can supply, ``data/schemas/<name>.json``, as `load` does."""
    path = DATA / "schemas" / f"{name}.json"
    return _resource(files.json(path), name, path)


def _property(entry: Any, key: str, kind: type, path: Path, owner: str, otherwise: Any = None):
    """Return a property of a part of a description, which `owner` names in messages, or what it is `otherwise`."""
    if otherwise is not None and key not in entry:
        return otherwise
    if not isinstance(entry, dict) or not isinstance(entry.get(key), kind):
        remedy = "write it as in the other descriptions"
        files.refuser(path)(f"{owner} lacks the property, or has one of another kind", remedy, field=key)
    return entry[key]


def _names(entry: dict, key: str, name: str, path: Path, owner: str) -> tuple[str, ...]:
    items = _property(entry, key, list, path, owner)
    return tuple(_property(item, name, str, path, f"a {key[:-1]} of {owner}") for item in items)


def _fits(constraint: str, given: Any, type: str) -> bool:
    """Return whether cells of `type` can be compared with the value of a constraint."""
    kind, _ = CONSTRAINTS[constraint]
    if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
        return False
    if constraint == "enum":
        return all(isinstance(text, str) for text in given)
    if constraint == "pattern":
        try:
            re.compile(given)
        except (re.error, RecursionError, OverflowError):
            return False
    return type != "string" or constraint not in ("minimum", "maximum")


def _field(item: Any, path: Path, owner: str) -> Field:
    refuse = files.refuser(path)
    name = _property(item, "name", str, path, f"a field of {owner}")
    where = f"field '{name}' of {owner}"
    kind, title, description = (_property(item, key, str, path, where) for key in ("type", "title", "description"))
    unit = _property(item, "unit", str, path, where, "")
    constraints = _property(item, "constraints", dict, path, where, {})
    if kind not in TYPES:
        refuse(f"{where} has the unknown type '{kind}'", f"use one of {', '.join(TYPES)}")
    for constraint, given in constraints.items():
        if constraint not in CONSTRAINTS:
            refuse(f"{where} has the unknown constraint '{constraint}'", f"use one of {', '.join(CONSTRAINTS)}")
        if not _fits(constraint, given, kind):
            remedy = "correct it, or leave it out; texts have neither minimum nor maximum"
            refuse(f"the constraint '{constraint}' of {where} is not {CONSTRAINTS[constraint][1]}", remedy)
    return Field(name, kind, title, description, unit, constraints)


def _resource(entry: dict, name: str, path: Path) -> Resource:
    refuse, owner = files.refuser(path), f"resource '{name}'"
    if not NAME.fullmatch(name):
        refuse(f"'{name}' is not a valid table name", "use lower-case letters a to z, digits and hyphens", field="name")
    table = _property(entry, "path", str, path, owner)
    if not _PATH.fullmatch(table):
        remedy = f"write it as studies/{name}.csv"
        refuse(f"'{table}' is not the path of a table below the folder of the data", remedy, field="path")
    schema = _property(entry, "schema", dict, path, owner)
    fields: dict[str, Field] = {}
    for item in _property(schema, "fields", list, path, owner):
        field = _field(item, path, owner)
        if field.name in fields:
            refuse(f"{owner} has two fields '{field.name}'", "rename one", field=field.name)
        fields[field.name] = field
    key = schema.get("primaryKey", [])
    key = [key] if isinstance(key, str) else _property(schema, "primaryKey", list, path, owner, [])
    missing = _property(schema, "missingValues", list, path, owner, [""])
    if not all(isinstance(text, str) for text in missing):
        refuse(f"the missing values of {owner} are not all texts", "put them in quotation marks", field="missingValues")
    for column in key:
        if column not in fields:
            remedy = "name columns of the table"
            refuse(f"the primary key of {owner} names no field '{column}'", remedy, field="primaryKey")
    listed = [field.name for field in fields.values() if "enum" in field.constraints]
    given = _property(entry, "rules", dict, path, owner, {})
    texts = {key: _property(entry, key, str, path, owner) for key in ("title", "description", "status")}
    return Resource(
        name=name,
        path=table,
        **texts,
        licenses=_names(entry, "licenses", "name", path, owner),
        sources=_names(entry, "sources", "title", path, owner),
        fields=tuple(fields.values()),
        missing_values=tuple(missing),
        primary_key=tuple(key),
        rules=rules.read(given, {field.name: field.type for field in fields.values()}, listed, owner, path),
    )


def validate(path: Path | str, resource: Resource, marks: Sequence[str] = (".",)) -> list[tuple[int, dict]]:
    """Read a table, whose decimals follow `marks`, by its description; return row numbers and typed cells or None."""
    path = Path(path)
    header, rows = read_table(path)
    check_header(header, resource.columns, path)
    typed = [
        (n, {f.name: _cell(cells[f.name], f, resource, path, n, marks) for f in resource.fields}) for n, cells in rows
    ]
    for columns in [(f.name,) for f in resource.fields if f.constraints.get("unique")] + [resource.primary_key]:
        seen: dict[tuple, int] = {}
        for number, cells in typed if columns else []:
            value = tuple(cells[column] for column in columns)
            if value in seen:
                texts = ", ".join("" if v is None else str(v) for v in value)
                place = {"row": number, "field": " + ".join(columns)}
                remedy = "keep one row or give the other its own name"
                files.refuser(path)(f"'{texts}' occurs already in row {seen[value]}", remedy, **place)
            seen[value] = number
    rules.check(typed, resource.rules, {f.name: f.constraints.get("enum", []) for f in resource.fields}, path)
    return typed


def _cell(text: str, field: Field, resource: Resource, path: Path, row: int, marks: Sequence[str]):
    def refuse(message: str, remedy: str):
        files.refuser(path)(message, remedy, row=row, field=field.name)

    rules = field.constraints
    if text in resource.missing_values:
        if rules.get("required"):
            refuse("the value is missing", "fill it in")
        return None
    if text != text.strip():
        refuse(f"'{text}' has blanks at its end", "remove them")
    value: Any = text
    if field.type == "integer":
        if not _INTEGER.fullmatch(text):
            refuse(f"'{text}' is not a whole number", "give digits only, without marks or decimals")
        if len(text.lstrip("+-")) > MOST_DIGITS:
            refuse(f"{text} is too large for a whole number", "check the source")
        value = int(text)
    elif field.type == "number" and not math.isfinite(value := _number(text, marks)):
        meant = " or ".join(sorted(set(_readings(text).values())))
        meant = meant or f"digits with a decimal {'point' if '.' in marks else 'comma'}, without marks or units"
        refuse(f"'{text}' is not a number", f"give {meant}")
    if "minimum" in rules and value < rules["minimum"]:
        refuse(f"{text} is below {rules['minimum']}, the least possible value", "check the source")
    if "maximum" in rules and value > rules["maximum"]:
        refuse(f"{text} is above {rules['maximum']}, the greatest possible value", "check the source")
    if "enum" in rules and text not in rules["enum"]:
        refuse(f"'{text}' is not one of {', '.join(rules['enum'])}", "use one of these")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        refuse(f"'{text}' does not have the form {rules['pattern']}", "correct it")
    return value


def _number(text: str, marks: Sequence[str]) -> float:
    """Return a number in plain digits, or with one of other decimal `marks`; NaN where it can have several meanings."""
    plain = {text} if NUMBER.fullmatch(text) else set()
    found = plain if tuple(marks) == (".",) else {digits for mark, digits in _readings(text).items() if mark in marks}
    return float(found.pop()) if len(found) == 1 else math.nan


def _readings(text: str) -> dict[str, str]:
    """Return the digits that a number in the spelling of another country or of print can stand for, by decimal mark."""
    found = readings(text) if is_plain(text) and not PERCENT_SIGN.search(text) else {}
    return {mark: f"{one.value:f}" for mark, one in found.items() if one.value is not None}


def check(folder: Path | str | None = None) -> dict[str, int]:
    """Check every table of a data folder, default ``data/``, by its description; return the rows of each resource."""
    folder = DATA if folder is None else Path(folder)
    tables = [path for path in sorted(folder.rglob("*.csv")) if path.relative_to(folder).parts[0] != READERS_OWN]
    if not tables and not (folder / PACKAGE).exists():
        return {}
    resources = load(folder / PACKAGE)
    described = {resource.path for resource in resources.values()}
    for path in tables:
        if path.relative_to(folder).as_posix() not in described:
            files.refuser(path)(f"the table is not described in {PACKAGE}", "describe it there or remove it")
    if lost := next((x.path for x in resources.values() if not (folder / x.path).exists()), None):
        files.refuser(folder / lost)("the file does not exist", f"restore it, or remove its description from {PACKAGE}")
    return {name: len(validate(folder / resource.path, resource)) for name, resource in resources.items()}


ABOUT_FIELDS = ("resource", "field", "type", "unit", "description")  #: Names of what `rows` yields


def rows(path: Path | str | None = None) -> Iterator[tuple[str, ...]]:
    """Yield :data:`ABOUT_FIELDS` of every column of every table."""
    for resource in load(path).values():
        yield from ((resource.name, field.name, field.type, field.unit, field.description) for field in resource.fields)
