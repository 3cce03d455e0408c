"""``restated.toml``: what the builder cannot know about a book. ``config.schema.json`` describes its keys."""

import json
import pkgutil
import tomllib
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import fastjsonschema

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import files

#: Name of the file. The folder that holds it is the book.
NAME = "restated.toml"


@cache
def schema() -> dict[str, Any]:
    """Return the schema of the file: each kind of value has a name (``title``) and how to write one (``$comment``)."""
    return json.loads(Path(__file__).with_suffix(".schema.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Chapters:
    """Frame of the chapters."""

    sections: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    missing: str = ""
    unframed: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    formerly: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Findings:
    """Summary of findings."""

    certainties: list[str] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    columns: list[dict] = field(default_factory=lambda: schema()["$defs"]["columns"]["default"])
    use: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """Settings of the claims."""

    document: str = "document"
    sections: dict[str, list[str]] = field(default_factory=dict)
    listings: list[str] = field(default_factory=list)
    strengths: dict[str, list[str]] = field(default_factory=dict)
    substance: list[str] = field(default_factory=list)
    checkable: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """Content of ``restated.toml``; the schema describes each key."""

    packages: list[str] = field(default_factory=list)
    originals: dict[str, str] = field(default_factory=dict)
    reconstructed: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)
    statistics: dict[str, list[float]] = field(default_factory=dict)
    chapters: Chapters = field(default_factory=Chapters)
    findings: Findings = field(default_factory=Findings)
    claims: Claims = field(default_factory=Claims)


def _refuse(message: str, remedy: str, field: str | None = None) -> NoReturn:
    files.refuser(paths.ROOT / NAME)(message, remedy, field=field)


@cache
def _of_kind(kind: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(schema()["$defs"][kind])


def fits(value: Any, kind: str) -> bool:
    """Return whether a value is of a kind of the schema, one of its ``$defs``."""
    try:
        _of_kind(kind)(value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return kind != "range" or value[0] <= value[1]


def _check(value: Any, part: Mapping, name: str) -> None:
    """Refuse a value that does not follow its part of the schema; `name` is its key with all above it."""
    if "$ref" in part:
        kind = part["$ref"].rpartition("/")[2]
        if not fits(value, kind):
            _refuse(f"this is not {schema()['$defs'][kind]['title']}", schema()["$defs"][kind]["$comment"], name)
        return
    if not isinstance(value, dict):
        _refuse("this is not a section", f"write it as [{name}], with keys below it", name)
    known, others = part.get("properties", {}), part["additionalProperties"]
    for key, item in value.items():
        inner = f"{name}.{key}".removeprefix(".")
        if key not in known and not others:
            _refuse("this key is not known", f"use one of {', '.join(known)}", inner)
        _check(item, known.get(key, others), inner)


def _check_names(section: str, key: str, names: list[str], known: Container[str]) -> None:
    for name in names:
        if name not in known:
            _refuse(f"'{name}' is not one of {section}.sections", "correct it, or add it there", f"{section}.{key}")


@cache
def load() -> Config:
    """Read the configuration of this book; refuse a missing file, one that is not TOML, and unknown or unfit keys."""
    file = paths.ROOT / NAME
    if not file.is_file():
        remedy = "run this inside the folder of a book, or name that folder in RESTATED_ROOT"
        raise RestatedError(f"there is no book here: {NAME} not found in {paths.ROOT} or above it", remedy=remedy)
    try:
        # An empty file is enough: it makes its folder a book.
        content = tomllib.loads(files.text(file)) if file.stat().st_size else {}
    except tomllib.TOMLDecodeError as error:
        _refuse(f"this is not valid TOML: {error}", "correct that line")
    _check(content, schema(), "")
    chapters, claims = Chapters(**content.pop("chapters", {})), Claims(**content.pop("claims", {}))
    _check_names("chapters", "optional", chapters.optional, chapters.sections)
    _check_names("chapters", "missing", [chapters.missing] if chapters.missing else [], chapters.sections)
    _check_names("claims", "listings", claims.listings, claims.sections)
    findings, code = Findings(**content.pop("findings", {})), content.pop("code", {})
    return Config(chapters=chapters, claims=claims, findings=findings, **code, **content)


def function(name: str) -> Callable[..., Any]:
    """Return the function that ``module:function`` names, or refuse a name that cannot be imported."""
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError) as error:
        _refuse(f"'{name}' cannot be imported: {error}", "correct the name")
