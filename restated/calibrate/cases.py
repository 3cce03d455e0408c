"""Cases of the calibration: printed strings, and the truths that public raw data give; one TOML file a case.

The format is described in ``data/calibration/README.md``.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

from restated.errors import RestatedError, together
from restated.intervals import closed_interval
from restated.printed import parse_number
from restated.reconstruct.compatible import RECONSTRUCTORS, is_count

#: Kinds of statements, by which coverage is reported.
KINDS = (
    "events", "agreement", "scores", "ranks", "meta-analysis", "means", "correlation", "growth", "twins", "skewed",
    "survival",
)  # fmt: skip
#: Whether a truth counts: public data are those of the paper; some are; or definitions differ, or the print is wrong.
USES = ("cover", "partial", "stress")
#: Roles that are lists of texts: the margins of a table.
LISTS = ("rows", "columns")
_TEXTS = ("id", "pair", "kind", "use", "grade", "citation", "raw", "reconstructor")
_OPTIONAL = ("doi", "options", "printed", "truths")
_TRUTH = ("value", "how", "use", "cause", "scale")


@dataclass(frozen=True)
class Truth:
    """A quantity of the raw data: number, list of numbers (cells of a table), word or truth value, and how it is found.

    `cause` says what is likely to have made a miss; `scale` is that of the quantity, for the relative width of its set.
    """

    name: str
    value: Any
    how: str
    use: str
    cause: str = ""
    scale: float | None = None


@dataclass(frozen=True)
class Case:
    """One statement of a paper as printed, the reconstructor for it, and the truths to score."""

    id: str
    pair: str
    kind: str
    use: str
    grade: str
    citation: str
    raw: str
    reconstructor: str
    printed: dict[str, Any]
    options: dict[str, Any]
    truths: tuple[Truth, ...]
    doi: str = ""


def load(folder: Path | str) -> list[Case]:
    """Read all cases of a folder, by id.

    A RestatedError lists every fault with file, field and remedy.
    """
    files = sorted(file for file in Path(folder).glob("*.toml") if file.is_file())
    if not files:
        raise RestatedError("no case is in this folder", file=folder, remedy="Name a folder with files *.toml")
    found: dict[str, Case] = {}
    faults = []
    for file in files:
        try:
            case = read(file)
            if case.id in found:
                remedy = "Give each case its own id"
                raise RestatedError(f"the id '{case.id}' is taken", file=file, field="id", remedy=remedy)
            found[case.id] = case
        except RestatedError as error:
            faults.append(error)
    if faults:
        raise together(faults, folder)
    return [found[id] for id in sorted(found)]


def read(file: Path) -> Case:
    """Read one case; raise a RestatedError with file, field and remedy for the first fault."""

    def refuse(message: str, remedy: str, field: str | None = None) -> RestatedError:
        return RestatedError(message, file=file, field=field, remedy=remedy)

    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise refuse(f"this is not TOML ({error})", "Compare it with another case") from None
    if unknown := sorted(set(content) - {*_TEXTS, *_OPTIONAL}):
        raise refuse("no such field", f"Known are {', '.join((*_TEXTS, *_OPTIONAL))}", unknown[0])
    for name in (*_TEXTS, "doi"):
        if not isinstance(content.get(name, "" if name == "doi" else None), str):
            raise refuse("a text is missing here", f'Write {name} = "..."', name)
        if name in ("id", "pair") and not content[name].strip():
            raise refuse("this is empty", "Name the case and its paper", name)
    for name in ("options", "printed", "truths"):
        if not isinstance(content.setdefault(name, {}), dict):
            raise refuse("this is not a table", f"Begin it with [{name}]", name)
    choices = {"kind": KINDS, "use": USES, "grade": ("P", "S", "U"), "reconstructor": tuple(RECONSTRUCTORS)}
    for name, allowed in choices.items():
        if content[name] not in allowed:
            raise refuse(f"'{content[name]}' is unknown", f"Choose {', '.join(allowed)}", name)
    for name, text in content["printed"].items():
        for one in text if isinstance(text, list) and name in LISTS else [text]:
            if not isinstance(one, str):
                raise refuse(
                    f"{one!r} is not a text", 'Keep the digits as printed, in quotes: "5.20"', f"printed.{name}"
                )
            closed_interval(parse_number(one, exact=is_count(name), decimal=".", file=file, field=f"printed.{name}"))
    known = RECONSTRUCTORS[content["reconstructor"]].options
    if unknown := sorted(set(content["options"]) - set(known)):
        raise refuse("no such option", f"Known are {', '.join(known)}", f"options.{unknown[0]}")
    for name, value in content["options"].items():
        if known[name] and value not in known[name]:
            raise refuse(f"'{value}' is unknown", f"Choose {', '.join(map(str, known[name]))}", f"options.{name}")
    truths = _truths(content["truths"], content["use"], refuse)
    return Case(**{**content, "truths": tuple(truths)})


def _truths(content: dict[str, Any], use: str, refuse: Callable[..., RestatedError]) -> list[Truth]:
    if not content:
        raise refuse("the case has no truth to score", "Add [truths] with at least one", "truths")
    truths = []
    for name, entry in content.items():
        field = f"truths.{name}"
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("how"), str):
            raise refuse("a truth needs value and how", 'Write {value = 1.5, how = "mean(x)"}', field)
        if unknown := sorted(set(entry) - set(_TRUTH)):
            raise refuse(f"'{unknown[0]}' is unknown", f"Known are {', '.join(_TRUTH)}", field)
        if entry.setdefault("use", use) not in USES:
            raise refuse(f"'{entry['use']}' is unknown", f"Choose {', '.join(USES)}", field)
        value, scale = entry["value"], entry.get("scale", 1.0)
        cells = value if isinstance(value, list) else [0 if isinstance(value, str) else value]
        if not cells or not all(isinstance(cell, bool | int | float) and isfinite(cell) for cell in cells):
            raise refuse(
                "a value is a number or a list of them (finite), a word, true or false", "Write value = 1.5", field
            )
        if not isinstance(entry.get("cause", ""), str) or not isinstance(scale, int | float) or not 0 < scale < inf:
            raise refuse("cause is a text, and scale a positive number", "Leave out what is not known", field)
        truths.append(Truth(name, **entry))
    return truths
