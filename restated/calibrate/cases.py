"""Cases of the calibration: printed strings, and the truths that public raw data give; one TOML file a case.

The format is described in ``data/calibration/README.md``; ``cases.toml`` lists the roles.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf
from pathlib import Path
from typing import Any

from restated.arguments import is_whole
from restated.errors import RestatedError, together
from restated.printed import Printed, decimal_mark, float_ends, parse_number, readings
from restated.reconstruct.compatible import LISTS, RECONSTRUCTORS, boxes, digits, is_count
from restated.reconstruct.relations import ANY
from restated.reconstruct.statements import natural, stem
from restated.words import tables

_TABLES = tables(__file__)
KINDS = tuple(_TABLES["kinds"])  #: Kinds of statements, by which coverage is reported
#: Whether a truth counts: public data are those of the paper; some are; or definitions differ, or the print is wrong.
USES = ("cover", "partial", "stress")
_TEXTS = ("id", "pair", "kind", "use", "grade", "citation", "raw", "reconstructor")
_OPTIONAL = ("doi", "options", "printed", "truths")
_TRUTH = ("value", "how", "use", "cause", "scale")
_CHOICES = {"kind": KINDS, "use": USES, "grade": ("P", "S", "U")}
_LIMITS = _TABLES["limits"]
_ROLES = {name: text.split() for name, text in _TABLES["roles"].items()}
_TRUTHS = {name: text.split() for name, text in _TABLES["truths"].items()}
_KNOWN = {role for roles in (*_ROLES.values(), *_TRUTHS.values()) for role in roles}
_ALIKE = 0.8  #: How alike a name and a role are from which it is a slip of the pen: about one letter in five
#: Options that are numbers or lists: what they may be, and how to write one.
_NUMBERS: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "level": (lambda x: _is_number(x) and 50 <= x < 100, "a percentage such as 95"),
    "step": (lambda x: _is_number(x) and x > 0, "a number above 0, such as 1 or 0.5"),
    "per": (lambda x: _is_number(x) and x > 0, "a number above 0, such as 100000"),
    "k": (lambda x: is_whole(x) and 2 <= x <= 1000, "the number of categories, such as 3"),
    "predictors": (lambda x: is_whole(x) and 0 <= x <= 1000, "a whole number, such as 2"),
    "times": (lambda x: isinstance(x, list) and all(map(_is_number, x)) and len(set(x)) > 1, "a list, as [0, 1, 2]"),
}
_Refuse = Callable[..., RestatedError]


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
    """Read all cases of a folder, by id; a RestatedError lists the fault of every broken file."""
    found, faults = gather(folder)
    if faults:
        raise together(faults, folder)
    return found


def gather(folder: Path | str) -> tuple[list[Case], list[RestatedError]]:
    """Read the cases of a folder, by id, and the fault of every file that is broken, with field and remedy.

    Raises a RestatedError if the folder does not exist, or holds no case: cases are files that end in .toml.
    """
    folder = Path(folder)
    files = sorted(file for file in folder.glob("*") if file.suffix.lower() == ".toml" and not file.is_dir())
    if not files:
        problem = "no case is in this folder" if folder.is_dir() else "the folder does not exist"
        problem = "cases are read from a folder, and this is a file" if folder.is_file() else problem
        raise RestatedError(problem, file=folder, remedy="Name a folder with files *.toml")
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
    return [found[id] for id in sorted(found)], faults


def read(file: Path) -> Case:
    """Read one case; raise a RestatedError with file, field and remedy for the first fault.

    The roles and options of a reconstructor that does not exist are not checked.
    """

    def refuse(message: str, remedy: str, field: str | None = None) -> RestatedError:
        return RestatedError(message, file=file, field=field, remedy=remedy)

    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        remedy = "Save it as UTF-8" if isinstance(error, UnicodeDecodeError) else "Compare it with another case"
        raise refuse(f"this is not TOML ({error})", remedy) from None
    except OSError as error:
        raise refuse(f"this cannot be read ({error.strerror})", "Make it a file that can be read") from None
    if unknown := sorted(set(content) - {*_TEXTS, *_OPTIONAL}):
        raise refuse("this field is unknown", f"Use one of {', '.join((*_TEXTS, *_OPTIONAL))}", unknown[0])
    for name in (*_TEXTS, "doi"):
        if not isinstance(content.get(name, "" if name == "doi" else None), str):
            raise refuse("a text is missing here", f'Write {name} = "..."', name)
        if name in ("id", "pair") and not content[name].strip():
            raise refuse("this is empty", "Name the case and its paper", name)
        if name in _CHOICES and content[name] not in _CHOICES[name]:
            raise refuse(f"'{content[name]}' is unknown", f"Choose {', '.join(_CHOICES[name])}", name)
    for name, needed in {"options": "", "printed": "published number", "truths": "truth to score"}.items():
        if not isinstance(content.setdefault(name, {}), dict):
            raise refuse("this is not a table", f"Begin it with [{name}]", name)
        if needed and not content[name]:
            raise refuse(f"the case has no {needed}", f"Add [{name}] with at least one", name)
    texts = (x for name, x in content["printed"].items() if isinstance(x, str) and not is_count(name))
    mark = decimal_mark(*texts)
    printed = {name: _printed(name, text, mark, file, refuse) for name, text in content["printed"].items()}
    if content["reconstructor"] in RECONSTRUCTORS:
        _options(content["reconstructor"], content["options"], refuse)
        for name in content["printed"]:
            _role(content["reconstructor"], name, f"printed.{name}", refuse)
        _limits(content["printed"], printed, refuse)
    truths = _truths(content["truths"], content["use"], refuse)
    for truth in truths if content["reconstructor"] in RECONSTRUCTORS else ():
        _truth(truth, content["reconstructor"], content["printed"], refuse)
    return Case(**{**content, "truths": tuple(truths)})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300


def _printed(name: str, text: object, mark: str | None, file: Path, refuse: _Refuse) -> list[Printed]:
    """Read the string or, of margins, the strings of a role."""
    field = f"printed.{name}"
    if name in LISTS and not (isinstance(text, list) and len(text) > 1):
        raise refuse("margins are a list of two or more texts", f'Write {name} = ["12", "30"]', field)
    found = []
    for one in text if isinstance(text, list) and name in LISTS else [text]:
        if not isinstance(one, str):
            raise refuse(f"{one!r} is not a text", 'Keep the digits as printed, in quotes: "5.20"', field)
        exact = is_count(name)
        read = parse_number(one, exact=exact, decimal=mark if mark == "." else None, file=file, field=field)
        if mark == "," and len({number.low for number in readings(one, exact=exact).values()}) > 1:
            doubt = f"the mark of '{one}' can separate decimals or thousands"
            raise refuse(doubt, "Write the one that is meant", field)
        found.append(read)
    return found


def _options(reconstructor: str, options: Mapping[str, Any], refuse: _Refuse) -> None:
    known = RECONSTRUCTORS[reconstructor].options
    for name, value in options.items():
        field = f"options.{name}"
        if name not in known:
            remedy = f"Use one of {', '.join(known)}" if known else f"'{reconstructor}' has none"
            raise refuse("this option is unknown", remedy, field)
        if known[name] and repr(value) not in map(repr, known[name]):
            raise refuse(f"'{value}' is unknown", f"Choose {', '.join(map(str, known[name]))}", field)
        if not known[name] and not _NUMBERS[name][0](value):
            raise refuse(f"{value!r} cannot be used", f"Write {_NUMBERS[name][1]}", field)


def given(case: Case, name: str) -> bool:
    """Return whether a set can only give a printed number back: a count, the only one, or one that no formula uses."""
    used = "/" in name or name in _ROLES.get(case.reconstructor, ())
    return name in case.printed and (is_count(name) or not used or len(case.printed) == 1)


def _role(reconstructor: str, name: str, field: str, refuse: _Refuse, more: Collection[str] = ()) -> None:
    """Refuse a role that the reconstructor does not know; one of a `statement` only if it looks like a misspelt one."""
    known, free = [*_ROLES[reconstructor], *more], reconstructor == "statement"
    if name in known or ("/" in name and reconstructor == "shares"):
        return
    plain = {role.lower().replace("_", ""): role for role in known}
    meant = plain.get(name.lower().replace("_", "")) or _TABLES["meant"].get(name)
    for near in () if meant else get_close_matches(name, known, n=1, cutoff=_ALIKE):
        # With something before or behind it, or as of a third group, it is a number of its own.
        other = name.startswith(near) or near.endswith(f"_{name}") or stem(name) == stem(near)
        meant = near if sorted(name) == sorted(near) or not other else meant
    if meant and free:
        raise refuse(f"'{name}' is misspelt", f"Write {meant}, or another name if it is another quantity", field)
    if not free:
        likely = f"Write {meant}, or use" if meant else "Use"
        raise refuse(f"'{reconstructor}' has no role '{name}'", f"{likely} one of {', '.join(known)}", field)


def _possible(text: object, value: float, exact: float, name: str, field: str, refuse: _Refuse) -> None:
    """Refuse a number beyond the natural limits of its role, or a count that is not whole."""
    counted, low, high = is_count(name) and name not in ("low", "high", "exposure"), *ANY
    if name in _KNOWN or "/" in name or name.rstrip("0123456789") in _KNOWN:
        low, high = _LIMITS.get(name, _LIMITS.get(stem(name), natural(name)))
    low = max(low, 0.0) if counted else low
    if not low <= value <= high:
        shown = f"{low:g} or more" if high == inf else f"between {low:g} and {high:g}"
        raise refuse(f"'{text}' is not {shown}", "Compare it with the source, and the role", field)
    if counted and stem(name) != "df" and exact % 1:
        raise refuse(f"'{text}' is not a whole number", "Compare it with the source, and the role", field)


def _limits(texts: Mapping[str, Any], printed: Mapping[str, list[Printed]], refuse: _Refuse) -> None:
    """Refuse numbers beyond the natural limits of their roles, and counts that are not whole."""
    box = boxes({name: text for name, text in texts.items() if name not in LISTS})
    for name, number in ((name, number) for name, numbers in printed.items() for number in numbers):
        first, last = box.get(name) or float_ends(number.low, number.high)
        value = (first + last) / 2 if number.kind == "rounded" else min(max(0.0, first), last)
        _possible(number.text, value, float(number.value or 0), name, f"printed.{name}", refuse)
        if natural(name) == (0, 100) and number.text.strip().startswith((".", "0.")) and "%" not in number.text:
            remedy = f'If it is in percent, write "{number.text}%"; if it is a proportion, its percentage'
            raise refuse(f"'{number.text}' may be a proportion, and {name} is in percent", remedy, f"printed.{name}")


def _truths(content: dict[str, Any], use: str, refuse: _Refuse) -> list[Truth]:
    truths = []
    for name, entry in content.items():
        field = f"truths.{name}"
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("how"), str):
            raise refuse("a truth needs value and how", 'Write {value = 1.5, how = "mean(x)"}', field)
        if unknown := sorted(set(entry) - set(_TRUTH)):
            raise refuse(f"'{unknown[0]}' is unknown", f"Use one of {', '.join(_TRUTH)}", field)
        if entry.setdefault("use", use) not in USES:
            raise refuse(f"'{entry['use']}' is unknown", f"Choose {', '.join(USES)}", field)
        value, scale = entry["value"], entry.get("scale", 1.0)
        if name == "possible" and not isinstance(value, bool):
            raise refuse(f"{value!r} is not a truth value", "Write true or false, without quotes", field)
        cells = value if isinstance(value, list) else [0 if isinstance(value, str) else value]
        if not cells or not (name == "possible" or all(map(_is_number, cells))):
            problem = "a value is a number or a list of them (finite), a text, and of possible true or false"
            raise refuse(problem, "Write value = 1.5", field)
        if not isinstance(entry.get("cause", ""), str) or not (_is_number(scale) and scale > 0):
            raise refuse("cause is a text, and scale a positive number", "Leave out what is not known", field)
        truths.append(Truth(name, **entry))
    return truths


def _truth(truth: Truth, reconstructor: str, printed: Mapping[str, Any], refuse: _Refuse) -> None:
    """Refuse a truth whose name is misspelt, or whose value the quantity cannot have."""
    name, field, value = truth.name, f"truths.{truth.name}", digits(truth.value)[0]
    if name == "possible":
        return
    letters = {letter for role in printed if "/" in role for letter in re.findall(r"\w+", role)}
    if name not in printed:
        _role(reconstructor, name, field, refuse, (*_TRUTHS[reconstructor], *letters))
    cells = _TABLES["cells"].get(reconstructor) or len(letters)
    if (name == "table") is not isinstance(value, list) or (name == "table" and len(value) != (cells or len(value))):
        shown = f"a list of {cells} counts" if name == "table" else "one number"
        raise refuse(f"{value!r} is not {shown}", "Compare it with data/calibration/README.md", field)
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            raise refuse(f"'{one}' is not a number", "Write value = 1.5", field)
        _possible(one, one, one, "events" if name == "table" else name, field, refuse)
