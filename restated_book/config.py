"""``restated.toml``: what the builder cannot know about a book.

Every key is optional. A key that is not in :data:`SCHEMA`, or whose value is of another kind, is refused.
"""

import pkgutil
import tomllib
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, NamedTuple, NoReturn, get_type_hints

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import files

#: Name of the file. The folder that holds it is the book.
NAME = "restated.toml"


class Kind(NamedTuple):
    """Kind of a value: its test, its name, and how to write one."""

    fits: Callable[[Any], bool]
    name: str
    remedy: str


class Each(NamedTuple):
    """A section whose keys are free names, with values of one kind."""

    kind: Kind


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _range(value: Any) -> bool:
    numbers = isinstance(value, list) and all(isinstance(x, int | float) and not isinstance(x, bool) for x in value)
    return numbers and len(value) == 2 and value[0] <= value[1]


def _column(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and {"fields", "heading"} <= set(value) <= {"fields", "heading", "more"}
        and _texts(value["fields"])
        and value["fields"] != []
        and isinstance(value["heading"], str)
        and isinstance(more := value.get("more", {}), dict)
        and all(isinstance(words, str) for words in more.values())
    )


TEXT = Kind(lambda value: isinstance(value, str) and value != "", "a text", "write it in quotation marks")
TEXTS = Kind(_texts, "a list of texts", 'write it as ["one", "two"]')
_AS_PACKAGES = 'write it as ["package"]'
PACKAGES = Kind(lambda x: _texts(x) and all(map(str.isidentifier, x)), "a list of package names", _AS_PACKAGES)
_AS_FUNCTION = "write it as 'package.module:function'"
FUNCTION = Kind(lambda value: isinstance(value, str) and value.count(":") == 1, "the name of a function", _AS_FUNCTION)
RANGE = Kind(_range, "a lowest and a highest value", "write it as [0, 1], with -inf or inf for no limit")
_AS_SECTION = 'write it as ["A", "Title for readers"]'
SECTION = Kind(lambda x: _texts(x) and len(x) == 2 and len(x[0]) == 1, "a letter and a title", _AS_SECTION)
_AS_COLUMNS = 'write each as {fields = ["one"], heading = "Heading", more = {two = "Words before it"}}'
COLUMNS = Kind(lambda value: isinstance(value, list) and all(map(_column, value)), "a list of columns", _AS_COLUMNS)

#: Verdicts on claims that have kinds of difference.
_DIFFERENCES = {"inconsistent": TEXTS, "contradicted": TEXTS}


@dataclass(frozen=True)
class Chapters:
    """Frame of the chapters.

    Sections in their order, those a chapter may lack, the section that lists what is missing, notebooks without a
    frame, pages besides notebooks whose terms are linked to the glossary, and earlier titles of sections, whose anchors
    still lead to them.
    """

    sections: Annotated[list[str], TEXTS] = field(default_factory=list)
    optional: Annotated[list[str], TEXTS] = field(default_factory=list)
    missing: Annotated[str, TEXT] = ""
    unframed: Annotated[list[str], TEXTS] = field(default_factory=list)
    terms: Annotated[list[str], TEXTS] = field(default_factory=list)
    formerly: Annotated[dict[str, list[str]], Each(TEXTS)] = field(default_factory=dict)


def _usual_columns() -> list[dict]:
    plain = {"fields": ["answer"], "heading": "In plain words"}
    return [plain, {"fields": ["certainty", "because"], "heading": "Certainty"}]


@dataclass(frozen=True)
class Findings:
    """Summary of findings: the words for certainty and for how it was checked (any if empty), columns, advice on use.

    A column has ``fields`` (options of a chapter head, or its answer), a ``heading``, and may have ``more``: options
    that open on request, with the words before each. ``use`` names options that advise those who cite a chapter.
    """

    certainties: Annotated[list[str], TEXTS] = field(default_factory=list)
    checked: Annotated[list[str], TEXTS] = field(default_factory=list)
    columns: Annotated[list[dict], COLUMNS] = field(default_factory=_usual_columns)
    use: Annotated[dict[str, str], Each(TEXT)] = field(default_factory=dict)


@dataclass(frozen=True)
class Claims:
    """Settings of the claims.

    The document they are from, its parts (letter and title), the parts that only list sources, the strengths of
    verdicts, those strengths that concern the substance, and the words for where a claim could be checked.
    """

    document: Annotated[str, TEXT] = "document"
    sections: Annotated[dict[str, list[str]], Each(SECTION)] = field(default_factory=dict)
    listings: Annotated[list[str], TEXTS] = field(default_factory=list)
    strengths: Annotated[dict[str, list[str]], _DIFFERENCES] = field(default_factory=dict)
    substance: Annotated[list[str], TEXTS] = field(default_factory=list)
    checkable: Annotated[dict[str, str], Each(TEXT)] = field(default_factory=dict)


def _keys(section: type) -> dict[str, Any]:
    """Return the kinds of the keys of a section, as its fields are annotated."""
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(section, include_extras=True).items()}


#: Keys of each section; docs/architecture.md lists who reads them.
SCHEMA: dict[str, Any] = {
    "code": {"packages": PACKAGES},
    "originals": Each(FUNCTION),
    "reconstructed": Each(FUNCTION),
    "commands": {"ensembles": FUNCTION},
    "statistics": Each(RANGE),
    "chapters": _keys(Chapters),
    "findings": _keys(Findings),
    "claims": _keys(Claims),
}


@dataclass(frozen=True)
class Config:
    """Content of ``restated.toml``.

    `packages` are those of the book itself, which its notebooks import; `originals` tables only a reader can supply,
    `reconstructed` data sets for readers (:mod:`restated_book.reconstructed`) and `commands` those of the book, each
    with its ``module:function``; `statistics` have lowest and highest value.
    """

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


def _check(value: Any, rule: Any, name: str) -> None:
    """Refuse a value that does not follow its rule in :data:`SCHEMA`; `name` is its key with all above it."""
    if isinstance(rule, Kind):
        if not rule.fits(value):
            _refuse(f"this is not {rule.name}", rule.remedy, name)
        return
    if not isinstance(value, dict):
        _refuse("this is not a section", f"write it as [{name}], with keys below it", name)
    for key, item in value.items():
        inner = f"{name}.{key}".removeprefix(".")
        if not isinstance(rule, Each) and key not in rule:
            _refuse("this key is not known", f"use one of {', '.join(rule)}", inner)
        _check(item, rule.kind if isinstance(rule, Each) else rule[key], inner)


def _check_names(section: str, key: str, names: list[str], known: Container[str]) -> None:
    """Refuse names in a list of a section that are not in `known`."""
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
    _check(content, SCHEMA, "")
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
