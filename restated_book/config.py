"""``restated.toml``: what the builder cannot know about a book. ``config.schema.json`` describes its keys."""

import json
import pkgutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fastjsonschema

from restated.errors import RestatedError, together
from restated_book import colours, paths
from restated_book.sources import files

NAME = "restated.toml"  #: Name of the file. The folder that holds it is the book.
_SHOWN = 60  #: Characters of a value that a message repeats


@cache
def schema(module: str = __file__) -> dict[str, Any]:
    """Return the schema next to the file of a `module`; here kinds of values have a ``title`` and a ``$comment``."""
    return json.loads(Path(module).with_suffix(".schema.json").read_text(encoding="utf-8"))


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
    licences: dict[str, str] = field(default_factory=dict)
    colours: dict[str, list[str]] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    paper: dict[str, Any] = field(default_factory=dict)


def _fault(message: str, remedy: str, field: str | None = None, row: int | None = None) -> RestatedError:
    return RestatedError(message, file=paths.ROOT / NAME, remedy=remedy, field=field, row=row)


@cache
def _of_kind(kind: str, module: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(schema(module)["$defs"][kind] if kind else schema(module))


def fits(value: Any, kind: str = "", module: str = __file__) -> bool:
    """Return whether a value is of a kind of a schema, one of its ``$defs``; without a kind, of the whole schema."""
    try:
        _of_kind(kind, module)(value)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return kind != "range" or value[0] <= value[1]


def _faults(value: Any, part: Mapping, name: str) -> Iterator[RestatedError]:
    """Yield what does not follow its part of the schema; `name` is the key of the value with all above it."""
    if "$ref" in part:
        kind = schema()["$defs"][(named := part["$ref"].rpartition("/")[2])]
        if not fits(value, named):
            yield _fault(f"{value!r:.{_SHOWN}} is not {kind['title']}", kind["$comment"], name)
    elif not isinstance(value, dict):
        yield _fault(f"{value!r:.{_SHOWN}} is not a section", f"write it as [{name}], with keys below it", name)
    else:
        known, others = part.get("properties", {}), part["additionalProperties"]
        for key, item in value.items():
            inner = f"{name}.{key}".removeprefix(".")
            if key in known or others:
                yield from _faults(item, known.get(key, others), inner)
            else:
                yield _fault("this key is not known", f"use one of {', '.join(known)}", inner)


def _disagreeing(found: Config) -> Iterator[RestatedError]:
    chapters, claims = found.chapters, found.claims
    missing, letters = [chapters.missing] * bool(chapters.missing), [x for x, _ in claims.sections.values()]
    named = {"chapters.optional": chapters.optional, "chapters.missing": missing, "claims.listings": claims.listings}
    for key, names in named.items():
        section = key.partition(".")[0]
        for name in sorted(set(names) - set(getattr(found, section).sections)):
            yield _fault(f"'{name}' is not one of {section}.sections", "correct it, or add it there", key)
    for letter in sorted({x for x in letters if letters.count(x) > 1}):
        yield _fault(f"'{letter}' begins the ids of two parts", "give each its own letter", "claims.sections")
    said = [words for key, words in found.verdicts.items() if not key.startswith("check-")]
    for words in sorted({x for x in said if said.count(x) > 1}):
        yield _fault(f"'{words}' are the words of two verdicts", "give each its own", "verdicts")
    for role, message, needed in colours.faults(found.colours):
        yield _fault(message, f"give it {needed}", f"colours.{role}")


def faults() -> Iterator[RestatedError]:
    """Yield pages and modules that ``restated.toml`` names and that are not there; none of them is imported."""
    found = load()
    pages = [("unframed", f"notebooks/{name}") for name in found.chapters.unframed]
    pages += [("terms", page) for page in found.chapters.terms]
    lost = [
        (f"chapters.{key}", f"page '{page}.md'") for key, page in pages if not (paths.ROOT / f"{page}.md").is_file()
    ]
    modules = [("code.packages", name) for name in found.packages]
    for section in ("originals", "reconstructed", "commands"):
        modules += [(f"{section}.{key}", of.partition(":")[0]) for key, of in getattr(found, section).items()]
    for name, what in [*lost, *((key, f"module '{module}'") for key, module in modules if not _importable(module))]:
        yield _fault(f"there is no {what}", "correct the name, or remove it here", name)


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


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
        what, _, place = str(error).partition(" (at line ")
        row = int(place.partition(",")[0]) if place else None
        remedy = "correct this line or the one before: texts are in quotation marks, and each key is there once"
        raise _fault(f"this is not valid TOML: {what}", remedy, row=row) from None
    if found := [*_faults(content, schema(), "")]:
        raise together(found, file)
    chapters, claims = Chapters(**content.pop("chapters", {})), Claims(**content.pop("claims", {}))
    findings, code = Findings(**content.pop("findings", {})), content.pop("code", {})
    settings = Config(chapters=chapters, claims=claims, findings=findings, **code, **content)
    if found := [*_disagreeing(settings)]:
        raise together(found, file)
    return settings


def function(name: str) -> Callable[..., Any]:
    """Return the function that ``module:function`` names, or refuse a name that cannot be imported."""
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError) as error:
        raise _fault(f"'{name}' cannot be imported: {error}", "correct the name") from None
