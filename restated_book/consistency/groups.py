"""Groups of printed numbers that belong together, where the columns of the register do not show it.

``data/audit/groups.csv``, if a book has it, holds one group a row (columns: ``data/datapackage.json``). A number is
referred to by its id, or by id and column (``author2010-effect-d:k``); a minus in front subtracts it. Where not all
cases may have been counted, ``20..author2010-n`` is any number from 20 to the printed one.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from math import inf
from pathlib import Path

from restated.printed import Printed, parse, parse_number
from restated_book.consistency.checks import CHECKS
from restated_book.paths import DATA
from restated_book.register import COUNT_COLUMNS, PublishedNumber, Register
from restated_book.sources import dictionary, files

RESOURCE = "audit-groups"
FIELDS = ("value", "ci_low", "ci_high", "p", *COUNT_COLUMNS)  #: Columns of a register row that a reference may name
#: The check whose whole is a statement in words, followed by the sizes of both samples where they are needed.
STATED = "difference-words"
#: Differences in words that :mod:`restated.audit.differences` takes, as a result names them.
SAID = {"positive": "larger in the first", "negative": "smaller in the first", "null": "no different"}


@dataclass(frozen=True)
class Reference:
    """A printed number inside a group."""

    sign: int
    row: PublishedNumber
    field: str
    least: int | None = None

    @property
    def printed(self) -> Printed:
        """Return the number as printed, or the range to it; counts of a row are exact."""
        found = getattr(self.row, self.field)
        found = found if isinstance(found, Printed) else parse(found or "", exact=True)
        if self.least is None:
            return found
        return replace(found, text=f"{self.least} to {found.text}", low=Decimal(self.least), kind="range")

    @property
    def count(self) -> int:
        """Return the number as a whole number; raises RestatedError if it is not one."""
        if (value := self.printed.value) is None or value != int(value):
            problem = f"'{self.printed.text}' is not a whole number"
            files.refuser(self.row.file)(problem, row=self.row.row, field=self.field)
        return int(value)

    @property
    def counts(self) -> range:
        """Return all numbers that the count may be."""
        return range(self.count if self.least is None else self.least, self.count + 1)


@dataclass(frozen=True)
class Group:
    """One group of printed numbers and the check it is for."""

    name: str
    check: str
    applies: bool
    parts: tuple[Reference, ...]
    whole: tuple[Reference, ...]
    scale: tuple[float, float] | None
    items: int | None
    df: tuple[float, ...]
    reason: str

    @property
    def rows(self) -> tuple[PublishedNumber, ...]:
        """Return the register rows used, each once, in order."""
        return tuple({ref.row.id: ref.row for ref in (*self.parts, *self.whole)}.values())

    @property
    def sizes(self) -> list[int]:
        """Return all that the wholes may be as counts."""
        return [size for ref in self.whole for size in ref.counts]

    @property
    def judged(self) -> list[PublishedNumber]:
        """Return the rows whose number is compared, and not only a size."""
        check = CHECKS[self.check]
        parts = [ref for i, ref in enumerate(self.parts) if i not in check.part_sizes]
        return [ref.row for ref in (*parts, *self.whole[: check.whole_sizes]) if ref.field not in COUNT_COLUMNS]


def load(register: Register, path: Path | str | None = None) -> list[Group]:
    """Read the groups, default ``data/audit/groups.csv``, with their numbers; none for a book without the table."""
    resource = dictionary.load().get(RESOURCE)
    if resource is None:
        return []
    path = DATA / resource.path if path is None else Path(path)
    return [_group(cells, register, path, row) for row, cells in dictionary.validate(path, resource)]


def _group(cells: dict, register: Register, path: Path, row: int) -> Group:
    found: dict[str, list[Reference]] = {"parts": [], "whole": []}
    for column, references in found.items():
        for text in (cells[column] or "").split():
            words = column == "whole" and not references and cells["check"] == STATED
            references.append(_reference(text, register, path, row, column, words=words))
    parts, whole = map(tuple, found.values())
    applies, low, high = cells["applies"] == "yes", cells["minimum"], cells["maximum"]
    if applies:
        _complete(cells, len(parts), len(whole), path, row)
        if cells["check"] == "statistic-p" and parts[0].row.p is None:
            files.refuser(path)(f"'{parts[0].row.id}' has no printed p", "remove the row", row=row, field="parts")
        if (low is None) != (high is None) or (low is not None and low >= high and cells["check"] != STATED):
            remedy = "give both, the lower one as the minimum, or neither"
            files.refuser(path)("a scale has two ends", remedy, row=row, field="minimum")
    kept = {"scale": None if low is None else (low, high), **{c: cells[c] for c in ("check", "items", "reason")}}
    df = _df(cells["df"] or "", path, row)
    return Group(name=cells["group"], applies=applies, parts=parts, whole=whole, df=df, **kept)


def _df(text: str, path: Path, row: int) -> tuple[float, ...]:
    found = [parse_number(part, file=path, row=row, field="df") for part in text.split()]
    if any(number.value is None or number.value <= 0 for number in found):
        remedy = "give positive numbers, two of them separated by a blank for F"
        files.refuser(path)(f"'{text}' are not degrees of freedom", remedy, row=row, field="df")
    return tuple(float(number.value or 0) for number in found)


def _complete(cells: dict, parts: int, whole: int, path: Path, row: int) -> None:
    """Refuse a group that lacks what its check needs."""
    check, refuse, needed = cells["check"], files.refuser(path), CHECKS[cells["check"]]
    if not needed.whole:
        remedy = "remove the row, or set applies to no to keep the check away"
        refuse(f"groups for '{check}' follow from the rows themselves", remedy, row=row, field="check")
    for column, count, (low, high) in (("parts", parts, needed.parts), ("whole", whole, needed.whole)):
        if not low <= count <= high:
            limits = f"{low}" if low == high else f"{low} or more" if high == inf else f"{low} to {high}"
            refuse(f"'{check}' needs {limits} numbers here, not {count}", row=row, field=column)
    for column in needed.needs:
        if cells[column] is None:
            refuse(f"'{check}' needs this column", row=row, field=column)


def _reference(text: str, register: Register, path: Path, row: int, column: str, *, words: bool) -> Reference:
    least, dots, named = text.removeprefix("-").rpartition("..")
    name, _, field = named.partition(":")
    refuse = partial(files.refuser(path), row=row, field=column)
    if name not in register:
        refuse(f"'{name}' is not a published number", "give an id of data/published")
    if (field := field or "value") not in FIELDS:
        refuse(f"'{field}' is not a column a reference can name", f"use one of {', '.join(FIELDS)}")
    reference = Reference(-1 if text.startswith("-") else 1, register[name], field)
    if dots:
        if not least.isdecimal() or not 0 < int(least) <= reference.count:
            refuse(f"'{least}' is not a number of cases up to that of '{name}'", "write 20..id for 20 or more of them")
        reference = replace(reference, least=int(least))
    if words and reference.printed.text not in SAID:
        refuse(f"'{text}' states no difference", f"name a row with {' or '.join(SAID)}")
    if not words and not reference.printed.is_number:
        refuse(f"'{text}' holds no number")
    return reference
