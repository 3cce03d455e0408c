"""The register of published numbers: every number as printed, with its source, place and grade.

One file per finding in ``data/published``, one row and id per number. Grades: P, seen in the text of the source; S, in
a secondary source; U, recalled and seen nowhere, which must never be shown as published.
"""

import re
from collections import UserDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from restated.errors import RestatedError
from restated.given import PERCENT_SIGN
from restated.printed import DECIMAL_MARKS, Printed, decimal_mark, parse, parse_number, readings
from restated_book import config, paths, watch
from restated_book.paths import PUBLISHED
from restated_book.sources import bibliography as bib
from restated_book.sources import dictionary
from restated_book.sources import files as reading
from restated_book.sources.dictionary import check_header, read_table

Limits: TypeAlias = tuple[Decimal | None, Decimal | None]  #: Lowest and highest possible value; None for no limit
KINDS = ("result", "design fact", "statement")  #: Kinds of rows: only results are counted as agreeing or not
REQUIRED = ("id", "finding", "study", "quantity", "statistic", "source_key", "grade")
GRADES = {"P": "read in the primary source", "S": "read in a secondary source", "U": "unverified"}

_ANY: Limits = (None, None)


def _limits_of(ranges: Mapping[str, Sequence[float]]) -> dict[str, Limits]:
    """Return limits as they are compared, from lowest and highest values that may be infinite."""

    def limit(value: float) -> Decimal | None:
        return Decimal(str(value)) if isfinite(value) else None

    return {name: (limit(low), limit(high)) for name, (low, high) in ranges.items()}


#: General statistics and the values each can take (lowest, highest; None for no limit).
STATISTICS = _limits_of(paths.tables(__file__))
#: What people write for a statistic, in small letters, and how it is called here.
MEANT = dict.fromkeys(("χ²", "χ2", "chi²", "chi-square"), "chi2") | dict.fromkeys(("n", "k"), "count")
MEANT |= {"%": "percent", "m": "mean", "β": "beta", "ρ": "rho", "κ": "kappa", "i²": "I2"}
EXACT = ("count", "year")  #: Statistics that are never rounded
PERCENT = "percent"  #: A statistic bounded by 1 is bounded by 100 where its unit is a percentage
COUNT_COLUMNS = ("k", "n", "n_group1", "n_group2")
#: Files of the folder that are not findings: records of what was merged and corrected on the way from the notes.
NOT_FINDINGS = ("merged_ids.csv", "merged_keys.csv", "corrections.csv")
#: Words in the note of a row that say what a comma parts, where it could be either, and the decimal mark they mean.
SAID_SO = {"decimal comma": ",", "thousands comma": "."}
_PROBABILITY = Decimal(0), Decimal(1)
_SAY_SO = "say which in the note: 'decimal comma' or 'thousands comma'"
_PRINTED = ("value", "ci_low", "ci_high", "p")  #: Columns whose numbers are printed by the source

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9.]+)*", re.ASCII)
_STARS = re.compile(r"\*+")


@dataclass(frozen=True)
class PublishedNumber:
    """One printed number. Text fields are as in the file; `value`, the interval and `p` are parsed from the print."""

    id: str
    finding: str
    study: str
    population: str
    quantity: str
    statistic: str
    kind: str
    value: Printed
    ci_low: Printed | None
    ci_high: Printed | None
    ci_level: str
    p: Printed | None
    k: str
    n: str
    n_group1: str
    n_group2: str
    unit: str
    direction: str
    source_key: str
    locator: str
    grade: str
    seen_in: str
    note: str
    file: Path
    row: int

    @property
    def is_number(self) -> bool:
        """False for a direction in words, and where only an interval was printed."""
        return self.statistic != "text" and self.value.is_number

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the rounding interval; infinite where the print sets none, NaN for words."""
        if not self.is_number:
            return nan, nan
        low, high = self.value.low, self.value.high
        return -inf if low is None else float(low), inf if high is None else float(high)

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.interval[0]

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.interval[1]


#: Columns of the files; a number also has its place.
COLUMNS = [f.name for f in fields(PublishedNumber) if f.name not in ("file", "row")]


class Register(Mapping[str, PublishedNumber]):
    """Published numbers by id, in file order; `reads` collects the ids that were looked up one by one."""

    def __init__(self, numbers: Mapping[str, PublishedNumber]) -> None:
        self._numbers = numbers
        self.reads: set[str] = set()

    def __getitem__(self, number_id: str) -> PublishedNumber:
        watch.numbers.add(number_id)
        number = self._numbers[number_id]
        self.reads.add(number_id)
        return number

    def _every(self) -> Mapping[str, PublishedNumber]:
        watch.numbers.add(watch.EVERY)
        return self._numbers

    def values(self):
        return self._every().values()

    def items(self):
        return self._every().items()

    def __iter__(self) -> Iterator[str]:
        return iter(self._every())

    def __len__(self) -> int:
        return len(self._every())

    def number(self, number_id: str) -> PublishedNumber:
        """Return the number of an id; unlike a lookup, refuse an unknown one with a remedy."""
        if number_id in self._numbers:
            return self[number_id]
        raise RestatedError(f"no published number has the id '{number_id}'", remedy=self.remedy(number_id))

    def remedy(self, unknown: str) -> str:
        """Return what to do about the id of a number that is not in the register."""
        close = " or ".join(f"'{id}'" for id in get_close_matches(unknown, list(self._numbers), cutoff=0.6))
        merged = " (ids that were merged are in merged_ids.csv)" if (PUBLISHED / NOT_FINDINGS[0]).exists() else ""
        return f"{f'use {close}, or ' if close else ''}look it up in data/published{merged}"


def files(folder: Path | None = None) -> list[Path]:
    """Return the files of the register, one for each finding, by name; default those of ``data/published``."""
    return sorted(path for path in (folder or PUBLISHED).glob("*.csv") if path.name not in NOT_FINDINGS)


def subjects() -> dict[str, str]:
    """Return what each finding is about: the title of its table, after the colon if it has one."""
    titles = {resource.path: resource.title for resource in dictionary.load().values()}
    named = ((f.stem, titles.get(f.relative_to(paths.DATA).as_posix(), "")) for f in files())
    about = {finding: title.rpartition(": ")[2] or finding for finding, title in named}
    return {finding: words[0].upper() + words[1:] for finding, words in about.items()}


def is_register_file(name: str) -> bool:
    """Return True for a file of the register or their folder: reading these is noted number by number."""
    place = paths.ROOT / name
    return place == PUBLISHED or (place.parent == PUBLISHED and place.name not in NOT_FINDINGS)


def statistics() -> dict[str, Limits]:
    """Return all statistics of this book: the general ones and those of ``restated.toml``."""
    return STATISTICS | _limits_of(config.load().statistics)


def usual_kind(statistic: str) -> str:
    """Return the kind of a row that names none: counts and years describe a study, other numbers are its results."""
    return "statement" if statistic == "text" else "design fact" if statistic in EXACT else "result"


def load(folder: Path | str | None = None, *, bibliography: Path | str | Collection[str] | None = None) -> Register:
    """Read the register; refuse what cannot be right. `bibliography` is a BibTeX file, or the keys of one."""
    if bibliography is None or isinstance(bibliography, (str, Path)):
        bibliography = bib.keys(bibliography)
    with watch.own():
        return Register(_checked(PUBLISHED if folder is None else Path(folder), set(bibliography)))


def _checked(folder: Path, sources: Collection[str]) -> dict[str, PublishedNumber]:
    if folder.is_dir() and not files(folder):
        remedy = "add one CSV per finding, or remove the folder"
        reading.refuser(folder)("the folder holds no published numbers", remedy)
    numbers: dict[str, PublishedNumber] = {}
    for path in files(folder):
        refuse = reading.refuser(path)
        header, rows = read_table(path)
        # Registers of earlier books have no column for the kind.
        check_header(header, [c for c in COLUMNS if c != "kind" or c in header], path)
        if not rows:
            refuse("the file has a header and no rows", "add rows or remove the file")
        marks = Marks(cells for _, cells in rows)
        for row, cells in rows:
            number = read_row(cells, path, row, sources, marks)
            if first := numbers.get(number.id):
                message = f"the id '{number.id}' occurs already in {first.file.name}, row {first.row}"
                refuse(message, "keep one row per printed number: remove the copy or rename it", row=row, field="id")
            numbers[number.id] = number
    return numbers


class _Rows(UserDict):
    """Printed numbers by id, each parsed from its cells, file and row when it is looked up."""

    @cached_property
    def _marks(self) -> dict[Path, "Marks"]:
        by_file = defaultdict(list)
        for cells, file, _ in self.data.values():
            by_file[file].append(cells)
        return {file: Marks(rows) for file, rows in by_file.items()}

    def __getitem__(self, number_id: str) -> PublishedNumber:
        cells, file, row = self.data[number_id]
        return read_row(cells, file, row, (cells["source_key"],), self._marks[file])


def open() -> Register:
    """Read the register for looking numbers up: only those are parsed and checked, since the build checked all."""
    with watch.own():
        rows = {cells["id"]: (cells, file, row) for file in files() for row, cells in read_table(file)[1]}
    return Register(_Rows(rows))


class Marks:
    """The meaning of commas in a file of the register: decimals or thousands.

    The note of a row decides, then the only mark that ``restated.toml`` allows, then the other numbers of the row,
    those of the same work, and commas elsewhere in the file.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._rows = list(rows)

    @cached_property
    def _seen(self) -> dict[str, set[str]]:
        """Decimal marks that the rows give away, by work; under an empty key those of commas in the file."""
        seen: dict[str, set[str]] = {"": set()}
        for cells in self._rows:
            for text in _texts(cells):
                # A comma in a count separates thousands.
                found = "." if "," in text and cells["statistic"] in EXACT else decimal_mark(text)
                if found:
                    seen.setdefault(cells["source_key"], set()).add(found)
                if found and "," in text and cells["statistic"] not in EXACT:
                    seen[""].add(found)
        return seen

    def of(self, cells: Mapping[str, str]) -> set[str]:
        """Return the decimal marks that the numbers of a row may have: one, both where they disagree, or none shown."""
        if said := _said(cells):
            return said
        if len(usual := config.load().numbers.get("published", ())) == 1:
            return set(usual)
        texts = _texts(cells)
        if own := {found for text in texts if (found := decimal_mark(text))}:
            return own
        if of_work := self._seen.get(cells["source_key"]):
            return of_work
        # Commas elsewhere say what a comma is here; they make a point doubtful.
        return self._seen[""] | (set() if any("," in text for text in texts) or not self._seen[""] else {"."})


def _said(cells: Mapping[str, str]) -> set[str]:
    """Return the decimal marks that the note of a row names."""
    return {mark for words, mark in SAID_SO.items() if words in cells["note"].casefold()}


def _texts(cells: Mapping[str, str]) -> list[str]:
    return [cells[column] for column in _PRINTED if cells["statistic"] != "text" and cells[column]]


_Refuse = Callable[[str, str, str], NoReturn]  #: Refuse a field with a message and a remedy


def read_row(cells: dict[str, str], path: Path, row: int, sources: Collection[str], marks: Marks) -> PublishedNumber:
    """Parse and check the cells of a row at `path`, `row`, with the keys of `sources`, and `marks` for its commas."""

    def refuse(field: str, message: str, remedy: str) -> NoReturn:
        reading.refuser(path)(message, remedy, row=row, field=field)

    _check_texts(cells, path, sources, refuse)
    said = _said(cells)
    for field in _PRINTED if not said and cells["statistic"] != "text" else ():
        if (mark := decimal_mark(cells[field])) and mark not in config.load().numbers.get("published", DECIMAL_MARKS):
            remedy = f"correct it, {_SAY_SO}, or allow it in {config.NAME}"
            refuse(field, f"'{cells[field]}' has a decimal {'point' if mark == '.' else 'comma'}", remedy)
    cells = {**cells, "kind": cells.get("kind") or usual_kind(cells["statistic"])}
    place: dict[str, Any] = {"file": path, "row": row}
    statistic = cells["statistic"]
    exact = statistic in EXACT
    found = marks.of(cells)
    limits = _limits(statistic, cells["unit"])

    def number(field: str, limits: Limits, **more: Any) -> Printed:
        return _number(cells[field], found, limits, refuse, field, **place, **more)

    ends = {field: number(field, limits, exact=exact) if cells[field] else None for field in ("ci_low", "ci_high")}
    low, high = ends["ci_low"], ends["ci_high"]
    if statistic == "text":
        if not cells["value"]:
            refuse("value", "the value is missing", "give the direction in one word")
        value = Printed(cells["value"], None, None, None, "text", None)
    elif cells["value"]:
        interval = (low.value, high.value) if low and high and not said else _ANY
        value = number("value", limits, exact=exact, interval=interval)
    elif cells["ci_low"] or cells["ci_high"]:
        value = parse("")  # only the interval was printed
    else:
        refuse("value", "the number is missing", "give it as printed, or its interval")
    if low and high and low.value is not None and high.value is not None and low.value > high.value:
        refuse("ci_low", f"the interval runs from {low.text} down to {high.text}", "exchange its ends")
    if cells["ci_level"]:
        level = parse_number(cells["ci_level"], field="ci_level", **place)
        if level.value is None or not 1 < level.value < 100:
            refuse("ci_level", f"'{cells['ci_level']}' is not a level of confidence", "give percent, such as 95")
    for field, printed in {"value": value, **ends}.items():
        _check_range(printed, statistic, cells["unit"], field, refuse)
    p = None
    if _STARS.fullmatch(cells["p"]):
        p = parse(cells["p"])  # stars whose footnote we could not obtain
    elif cells["p"]:
        p = number("p", _PROBABILITY)
        if not _within(p, _PROBABILITY):
            refuse("p", f"{cells['p']} is not a probability", "give a p value between 0 and 1")
    given: dict[str, Any] = {**cells, **ends, "value": value, "p": p}
    return PublishedNumber(**given, file=path, row=row)


def _check_texts(cells: Mapping[str, str], path: Path, sources: Collection[str], refuse: _Refuse) -> None:
    for field, text in cells.items():
        if text != text.strip():
            refuse(field, f"'{text}' has blanks at its end", "remove them")
    for field in REQUIRED:
        if not cells[field]:
            refuse(field, "the value is missing", "fill it in")
    if not _ID.fullmatch(cells["id"]):
        refuse("id", f"'{cells['id']}' is not an id", "use lower-case letters a to z, digits and hyphens")
    if cells["finding"] != path.stem:
        refuse("finding", f"'{cells['finding']}' is in the file of '{path.stem}'", "move the row or correct it")
    if cells["statistic"] not in statistics():
        known = {name.casefold(): name for name in statistics()} | MEANT
        meant = f"'{found}', or " if (found := known.get(cells["statistic"].casefold())) else ""
        remedy = f"use {meant}one of {', '.join(statistics())}, or add it to [statistics] in {config.NAME}"
        refuse("statistic", f"'{cells['statistic']}' is not a known statistic", remedy)
    if cells.get("kind") == "" and cells["statistic"] == "count":
        refuse("kind", "a count can be a result, as of events, or a design fact, as of people", "say which it is")
    if (kind := cells.get("kind") or usual_kind(cells["statistic"])) not in KINDS:
        refuse("kind", f"'{kind}' is not a kind of row", f"use one of {', '.join(KINDS)}")
    if (kind == "statement") != (cells["statistic"] == "text"):
        refuse("kind", f"a row of the statistic '{cells['statistic']}' is not a '{kind}'", "text is always a statement")
    if cells["grade"] not in GRADES:
        refuse("grade", f"'{cells['grade']}' is not a grade", "use P, S or U")
    if cells["source_key"] not in sources:
        remedy = "add it (`restated add work`) or correct the key"
        refuse("source_key", f"'{cells['source_key']}' is not in the bibliography", remedy)
    for field in COUNT_COLUMNS:
        if cells[field] and not (cells[field].isascii() and cells[field].isdigit()):
            refuse(field, f"'{cells[field]}' is not a count", "give digits only, without marks")
        if len(cells[field]) > dictionary.MOST_DIGITS:
            refuse(field, f"{cells[field]} is too large for a count", "check the source")


def _limits(statistic: str, unit: str) -> Limits:
    lowest, highest = statistics()[statistic]
    return lowest, Decimal(100) if highest == 1 and unit.startswith(PERCENT) else highest


def _number(
    text: str, marks: set[str], limits: Limits, refuse: _Refuse, field: str, *, interval: Limits = _ANY, **more: Any
) -> Printed:
    """Read a number whose decimals follow one of `marks`: its only reading in the limits, or in its own `interval`."""
    if (limits[1] == 1 or more.get("exact")) and PERCENT_SIGN.search(text):
        refuse(field, f"'{text}' is in percent, and a proportion or count belongs here", "write it as one")
    found = readings(text, field=field, **more)
    if not found:
        return parse_number(text, field=field, **more)  # and say why not
    first, *others = found.values()
    if all(_ends(first) == _ends(other) for other in others):
        return first
    possible = marks if len(marks) == 1 else {m for m, printed in found.items() if _within(printed, limits)}
    inside = {m for m, printed in found.items() if _within(printed, interval)}
    if len(inside) == 1:
        possible = possible & inside
    if len(possible) == 1:
        return found[next(iter(possible))]
    point, comma = (found[mark] for mark in DECIMAL_MARKS)
    # Nothing says that its point separates thousands.
    if not marks and (point.decimals or 0) > (comma.decimals or 0):
        return point
    shown = " or ".join(f"{_ends(found[mark])[0]:f}" for mark in reversed(DECIMAL_MARKS))
    refuse(field, f"'{text}' can be {shown}", _SAY_SO)


def _ends(printed: Printed) -> list[Decimal]:
    ends = (printed.low, printed.high) if printed.value is None else (printed.value,)
    return [end for end in ends if end is not None]


def _within(printed: Printed, limits: Limits) -> bool:
    lowest, highest = limits
    return all((lowest is None or end >= lowest) and (highest is None or end <= highest) for end in _ends(printed))


def _check_range(printed: Printed | None, statistic: str, unit: str, field: str, refuse: _Refuse) -> None:
    lowest, highest = _limits(statistic, unit)
    if printed is None:
        return
    for end in _ends(printed):
        if statistic in EXACT and end % 1:
            remedy = f"correct it, or use another kind than {statistic}"
            refuse(field, f"'{printed.text}' is not a whole number", remedy)
        if lowest is not None and end < lowest:
            refuse(field, f"{printed.text} is below {lowest}, the least a {statistic} can be", "check the source")
        if highest is not None and end > highest:
            refuse(field, f"{printed.text} is above {highest}, the most a {statistic} can be", "check the source")
