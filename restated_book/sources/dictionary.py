"""The data dictionary: ``data/datapackage.json`` describes every table, and tables are checked by it.

The file is a Frictionless Data Package: one resource per CSV file, each with a Table Schema (fields, types,
constraints, missing values, primary key) and two properties of our own, ``status`` of a resource and
``unit`` of a field.

References
----------
Frictionless Data, Data Package and Table Schema, version 1.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from restated.errors import RestatedError
from restated_book.paths import DATA
from restated_book.sources import files
from restated_book.sources.cells import NUMBER

#: What a schema may say; anything else is refused rather than ignored.
TYPES = ("string", "integer", "number")
CONSTRAINTS = {
    "required": (bool, "true or false"),
    "unique": (bool, "true or false"),
    "minimum": (int | float, "a number"),
    "maximum": (int | float, "a number"),
    "enum": (list, "a list of texts"),
    "pattern": (str, "a pattern"),
}

#: What spreadsheets of some countries put between cells.
OTHER_MARKS = {";": "semicolons", "\t": "tabs"}

#: Tables readers may put here themselves; they are not ours to describe.
READERS_OWN = "originals"

#: Most digits of a whole number: up to here every one of them is kept where it becomes a float, and it fits 64 bits.
MOST_DIGITS = 15

#: Names become names of files: of originals, and of tables below the folder of the data.
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_PATH = re.compile(r"(?:[a-z0-9]+(?:[-_][a-z0-9]+)*/)*[a-z0-9]+(?:[-_][a-z0-9]+)*\.csv", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One column: name, type, title, description, unit and constraints as the schema gives them."""

    name: str
    type: str
    title: str
    description: str
    unit: str
    constraints: dict


@dataclass(frozen=True)
class Resource:
    """One table: where it is, what it is, the status of its rows and its columns in order."""

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

    @property
    def columns(self) -> list[str]:
        """Names of the columns in order."""
        return [field.name for field in self.fields]


def read_table(path: Path | str) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Read a CSV file strictly, as text.

    Returns
    -------
    header : list of str
    rows : list of (int, dict)
        Row number as a spreadsheet counts (the header is row 1) and the cells by column name.

    Raises
    ------
    RestatedError
        As :func:`restated_book.sources.files.text`; and if the table repeats a column name, has a broken quotation or a row of another
        length than the header.
    """
    path = Path(path)
    text = files.text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, number = [], 1
    try:
        header = next(reader)
        if len(header) == 1 and (mark := next((m for m in OTHER_MARKS if m in header[0]), "")):
            raise RestatedError(
                f"cells are parted by {OTHER_MARKS[mark]}, not by commas",
                file=path,
                row=1,
                remedy="Save it as CSV with commas.",
            )
        for name in header:
            if header.count(name) > 1:
                raise RestatedError("the column occurs twice", file=path, row=1, field=name, remedy="Remove one.")
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(header):
                raise RestatedError(
                    f"the row has {len(cells)} cells, the header {len(header)}",
                    file=path,
                    row=number,
                    remedy="Put cells that hold a comma in quotation marks and leave no empty line.",
                )
            rows.append((number, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise RestatedError(
            f"not readable as CSV ({error})", file=path, row=number + 1, remedy="Check the quotation marks."
        ) from None
    return header, rows


def check_header(header: Sequence[str], columns: Sequence[str], path: Path | str) -> None:
    """Refuse a header that is not exactly `columns`.

    Raises
    ------
    RestatedError
        Naming the first missing, unexpected or misplaced column.
    """
    for name in columns:
        if name not in header:
            raise RestatedError(
                "the column is missing", file=path, row=1, field=name, remedy="Add it, empty if need be."
            )
    for name in header:
        if name not in columns:
            raise RestatedError(
                "the column is not known", file=path, row=1, field=name, remedy="Remove it or correct its name."
            )
    for name, expected in zip(header, columns, strict=True):
        if name != expected:
            raise RestatedError(
                f"the column stands where '{expected}' belongs",
                file=path,
                row=1,
                field=name,
                remedy=f"Order the columns: {', '.join(columns)}.",
            )


def load(path: Path | str | None = None) -> dict[str, Resource]:
    """Read the data package.

    Parameters
    ----------
    path : path-like, optional
        Default ``data/datapackage.json``.

    Returns
    -------
    dict of str to Resource
        By resource name, in file order.

    Raises
    ------
    RestatedError
        If the file is no JSON, a property is missing, or a type or constraint is unknown.
    """
    path = DATA / "datapackage.json" if path is None else Path(path)
    package = files.json(path)
    resources: dict[str, Resource] = {}
    for entry in _property(package, "resources", list, path, "the package"):
        name = _property(entry, "name", str, path, "a resource")
        if name in resources:
            raise RestatedError(f"two resources are named '{name}'", file=path, field="name", remedy="Rename one.")
        resources[name] = _resource(entry, name, path)
    return resources


def schema(name: str) -> Resource:
    """The description of a table that only readers can supply, from ``data/schemas/<name>.json``.

    Raises
    ------
    RestatedError
        As :func:`load`.
    """
    path = DATA / "schemas" / f"{name}.json"
    return _resource(files.json(path), name, path)


def _property(entry: dict, key: str, kind: type, path: Path, owner: str):
    if not isinstance(entry, dict) or not isinstance(entry.get(key), kind):
        raise RestatedError(
            f"{owner} lacks the property, or has one of another kind",
            file=path,
            field=key,
            remedy="Write it as in the descriptions beside it.",
        )
    return entry[key]


def _optional(entry: dict, key: str, kind: type, otherwise, path: Path, owner: str):
    return _property(entry, key, kind, path, owner) if key in entry else otherwise


def _fits(constraint: str, given, type: str) -> bool:
    """Whether a constraint has a value that cells of `type` can be held against."""
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


def _resource(entry: dict, name: str, path: Path) -> Resource:
    owner = f"resource '{name}'"
    if not _NAME.fullmatch(name):
        raise RestatedError(
            f"'{name}' is no name of a table",
            file=path,
            field="name",
            remedy="Use lower-case letters, digits and hyphens.",
        )
    table = _property(entry, "path", str, path, owner)
    if not _PATH.fullmatch(table):
        raise RestatedError(
            f"'{table}' is no place of a table below the folder of the data",
            file=path,
            field="path",
            remedy=f"Write it as studies/{name}.csv.",
        )
    schema = _property(entry, "schema", dict, path, owner)
    fields = []
    for item in _property(schema, "fields", list, path, owner):
        column = _property(item, "name", str, path, f"a field of {owner}")
        where = f"field '{column}' of {owner}"
        field = Field(
            name=column,
            type=_property(item, "type", str, path, where),
            title=_property(item, "title", str, path, where),
            description=_property(item, "description", str, path, where),
            unit=_optional(item, "unit", str, "", path, where),
            constraints=_optional(item, "constraints", dict, {}, path, where),
        )
        if field.type not in TYPES:
            raise RestatedError(
                f"{where} has the unknown type '{field.type}'", file=path, remedy=f"Use {', '.join(TYPES)}."
            )
        for constraint, given in field.constraints.items():
            if constraint not in CONSTRAINTS:
                raise RestatedError(
                    f"{where} has the unknown constraint '{constraint}'",
                    file=path,
                    remedy=f"Use {', '.join(CONSTRAINTS)}.",
                )
            if not _fits(constraint, given, field.type):
                raise RestatedError(
                    f"the constraint '{constraint}' of {where} is not {CONSTRAINTS[constraint][1]}",
                    file=path,
                    remedy="Correct it, or leave it out; texts have neither minimum nor maximum.",
                )
        if column in (other.name for other in fields):
            raise RestatedError(f"{owner} has two fields '{column}'", file=path, field=column, remedy="Rename one.")
        fields.append(field)
    names = [field.name for field in fields]
    key = (
        [key]
        if isinstance(key := schema.get("primaryKey", []), str)
        else _optional(schema, "primaryKey", list, [], path, owner)
    )
    missing = _optional(schema, "missingValues", list, [""], path, owner)
    if not all(isinstance(text, str) for text in missing):
        raise RestatedError(
            f"the missing values of {owner} are not all texts",
            file=path,
            field="missingValues",
            remedy="Put them in quotation marks.",
        )
    for column in key:
        if column not in names:
            raise RestatedError(
                f"the primary key of {owner} names no field '{column}'",
                file=path,
                field="primaryKey",
                remedy="Name columns of the table.",
            )
    return Resource(
        name=name,
        path=table,
        title=_property(entry, "title", str, path, owner),
        description=_property(entry, "description", str, path, owner),
        status=_property(entry, "status", str, path, owner),
        licenses=tuple(
            _property(item, "name", str, path, f"a license of {owner}")
            for item in _property(entry, "licenses", list, path, owner)
        ),
        sources=tuple(
            _property(item, "title", str, path, f"a source of {owner}")
            for item in _property(entry, "sources", list, path, owner)
        ),
        fields=tuple(fields),
        missing_values=tuple(missing),
        primary_key=tuple(key),
    )


def validate(path: Path | str, resource: Resource) -> list[tuple[int, dict]]:
    """Read a table and check it against the description of `resource`.

    Parameters
    ----------
    path : path-like
        The table, which may lie elsewhere than the resource says.
    resource : Resource

    Returns
    -------
    list of (int, dict)
        Row number and typed cells by column: str, int or float; None where a value is missing.

    Raises
    ------
    RestatedError
        At the first cell, row or column that does not fit.
    """
    path = Path(path)
    header, rows = read_table(path)
    check_header(header, resource.columns, path)
    typed = [
        (number, {field.name: _cell(cells[field.name], field, resource, path, number) for field in resource.fields})
        for number, cells in rows
    ]
    for columns in [(f.name,) for f in resource.fields if f.constraints.get("unique")] + [resource.primary_key]:
        seen: dict[tuple, int] = {}
        for number, cells in typed if columns else []:
            value = tuple(cells[column] for column in columns)
            if value in seen:
                shown = ", ".join("" if v is None else str(v) for v in value)
                raise RestatedError(
                    f"'{shown}' occurs already in row {seen[value]}",
                    file=path,
                    row=number,
                    field=" + ".join(columns),
                    remedy="Keep one row or give the other its own name.",
                )
            seen[value] = number
    return typed


def _cell(text: str, field: Field, resource: Resource, path: Path, row: int):
    def refuse(message: str, remedy: str):
        raise RestatedError(message, file=path, row=row, field=field.name, remedy=remedy)

    rules = field.constraints
    if text in resource.missing_values:
        if rules.get("required"):
            refuse("the value is missing", "Fill it in.")
        return None
    if text != text.strip():
        refuse(f"'{text}' has blanks at its end", "Remove them.")
    value: str | int | float = text
    if field.type == "integer":
        if not _INTEGER.fullmatch(text):
            refuse(f"'{text}' is not a whole number", "Give digits only, without marks or decimals.")
        if len(text.lstrip("+-")) > MOST_DIGITS:
            refuse(f"{text} is too large for a whole number", "Check the source.")
        value = int(text)
    elif field.type == "number":
        if not NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
            refuse(f"'{text}' is not a number", "Give digits with a decimal point, without marks or units.")
    if "minimum" in rules and value < rules["minimum"]:
        refuse(f"{text} is below {rules['minimum']}, the least possible value", "Check the source.")
    if "maximum" in rules and value > rules["maximum"]:
        refuse(f"{text} is above {rules['maximum']}, the greatest possible value", "Check the source.")
    if "enum" in rules and text not in rules["enum"]:
        refuse(f"'{text}' is not one of {', '.join(rules['enum'])}", "Use one of these.")
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        refuse(f"'{text}' does not have the form {rules['pattern']}", "Correct it.")
    return value


def check(folder: Path | str | None = None) -> dict[str, int]:
    """Check every table of a data folder against its ``datapackage.json``.

    Parameters
    ----------
    folder : path-like, optional
        Default ``data/``.

    Returns
    -------
    dict of str to int
        Rows per resource.

    Raises
    ------
    RestatedError
        If a table is not described, a described table is missing, or a table does not fit its description.
    """
    folder = DATA if folder is None else Path(folder)
    package = folder / "datapackage.json"
    resources = load(package)
    described = {resource.path for resource in resources.values()}
    for path in sorted(folder.rglob("*.csv")):
        relative = path.relative_to(folder)
        if relative.parts[0] != READERS_OWN and relative.as_posix() not in described:
            raise RestatedError(
                "the table is not described in datapackage.json", file=path, remedy="Describe it there or remove it."
            )
    return {name: len(validate(folder / resource.path, resource)) for name, resource in resources.items()}


def rows(path: Path | str | None = None) -> Iterator[dict[str, str]]:
    """One dict per column of every table, for a page of the book.

    Yields
    ------
    dict
        ``resource``, ``field``, ``type``, ``unit``, ``description``.
    """
    for resource in load(path).values():
        for field in resource.fields:
            yield {
                "resource": resource.name,
                "field": field.name,
                "type": field.type,
                "unit": field.unit,
                "description": field.description,
            }
