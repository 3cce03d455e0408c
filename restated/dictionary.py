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
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import RestatedError
from .paths import DATA

#: What a schema may say; anything else is refused rather than ignored.
TYPES = ("string", "integer", "number")
CONSTRAINTS = ("required", "unique", "minimum", "maximum", "enum", "pattern")

#: Tables readers may put here themselves; they are not ours to describe.
READERS_OWN = "originals"

_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


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
        If the file is missing, empty, not UTF-8, starts with a byte-order mark, holds NUL bytes, repeats a
        column name, has a broken quotation or a row of another length than the header.
    """
    path = Path(path)
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, number = [], 1
    try:
        header = next(reader)
        for name in header:
            if header.count(name) > 1:
                raise RestatedError(
                    "the column occurs twice", file=path, row=1, field=name, remedy="Remove one."
                )
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


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise RestatedError(
            "there is no such file", file=path, remedy="Restore it or correct its name."
        ) from None
    except OSError as error:
        raise RestatedError(f"the file cannot be read ({error.strerror})", file=path) from None
    if not raw.strip():
        raise RestatedError("the file is empty", file=path, remedy="Restore its header and rows.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RestatedError("the file is UTF-16, not UTF-8", file=path, remedy="Save it as CSV in UTF-8.")
    if raw.startswith(b"\xef\xbb\xbf"):
        raise RestatedError(
            "the file starts with a byte-order mark",
            file=path,
            remedy="Save it as UTF-8 without a byte-order mark.",
        )
    if (at := raw.find(b"\0")) >= 0:
        row = raw.count(b"\n", 0, at) + 1
        raise RestatedError(
            "the file holds a NUL byte", file=path, row=row, remedy="Save it again as plain text."
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise RestatedError("the file is not UTF-8", file=path, row=row, remedy="Save it as UTF-8.") from None


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
                "the column is not known",
                file=path,
                row=1,
                field=name,
                remedy="Remove it or correct its name.",
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
    package = _json(path)
    resources: dict[str, Resource] = {}
    for entry in _property(package, "resources", list, path, "the package"):
        name = _property(entry, "name", str, path, "a resource")
        if name in resources:
            raise RestatedError(
                f"two resources are named '{name}'", file=path, field="name", remedy="Rename one."
            )
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
    return _resource(_json(path), name, path)


def _json(path: Path):
    try:
        return json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise RestatedError(
            f"not readable as JSON ({error.msg})",
            file=path,
            row=error.lineno,
            remedy="Check the commas and brackets.",
        ) from None


def _property(entry: dict, key: str, kind: type, path: Path, owner: str):
    if not isinstance(entry, dict) or not isinstance(entry.get(key), kind):
        raise RestatedError(
            f"{owner} lacks the property", file=path, field=key, remedy="Add it to the description."
        )
    return entry[key]


def _resource(entry: dict, name: str, path: Path) -> Resource:
    owner = f"resource '{name}'"
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
            unit=item.get("unit", ""),
            constraints=item.get("constraints", {}),
        )
        if field.type not in TYPES:
            raise RestatedError(
                f"{where} has the unknown type '{field.type}'", file=path, remedy=f"Use {', '.join(TYPES)}."
            )
        for constraint in field.constraints:
            if constraint not in CONSTRAINTS:
                raise RestatedError(
                    f"{where} has the unknown constraint '{constraint}'",
                    file=path,
                    remedy=f"Use {', '.join(CONSTRAINTS)}.",
                )
        fields.append(field)
    names = [field.name for field in fields]
    key = schema.get("primaryKey", [])
    key = (key,) if isinstance(key, str) else tuple(key)
    for column in key:
        if column not in names:
            raise RestatedError(
                f"the primary key of {owner} names no field '{column}'", file=path, field="primaryKey"
            )
    return Resource(
        name=name,
        path=_property(entry, "path", str, path, owner),
        title=_property(entry, "title", str, path, owner),
        description=_property(entry, "description", str, path, owner),
        status=_property(entry, "status", str, path, owner),
        licenses=tuple(item["name"] for item in _property(entry, "licenses", list, path, owner)),
        sources=tuple(item["title"] for item in _property(entry, "sources", list, path, owner)),
        fields=tuple(fields),
        missing_values=tuple(schema.get("missingValues", [""])),
        primary_key=key,
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
        (
            number,
            {
                field.name: _cell(cells[field.name], field, resource, path, number)
                for field in resource.fields
            },
        )
        for number, cells in rows
    ]
    for columns in [(f.name,) for f in resource.fields if f.constraints.get("unique")] + [
        resource.primary_key
    ]:
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
        value = int(text)
    elif field.type == "number":
        if not _NUMBER.fullmatch(text) or not math.isfinite(value := float(text)):
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
                "the table is not described in datapackage.json",
                file=path,
                remedy="Describe it there or remove it.",
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
