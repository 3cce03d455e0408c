"""Which printed numbers belong together, where the register rows do not say so themselves.

``data/audit/groups.csv`` holds one group a row. Its columns are described in ``data/datapackage.json``. A
number is referred to by its id, or by id and column (``fearon2010-disorganization-d:k``); a minus before it
subtracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restated.errors import RestatedError
from restated.printed import Printed, parse
from restated_book.paths import DATA
from restated_book.register import COUNT_COLUMNS, PublishedNumber, Register
from restated_book.sources import dictionary

RESOURCE = "audit-groups"
#: Columns of a register row that a reference may name.
FIELDS = ("value", *COUNT_COLUMNS)
#: Fewest and most parts, fewest and most wholes, and the columns that each check needs; None for no limit.
NEEDS: dict[str, tuple[int, int | None, int, int | None, tuple[str, ...]]] = {
    "percent-count": (1, 2, 1, None, ()),
    "percent-total": (2, None, 0, 1, ()),
    "percent-subgroups": (2, None, 1, 1, ()),
    "percent-arms": (2, 2, 1, 1, ()),
    "sum": (2, None, 1, 1, ()),
    "grim": (1, 1, 1, None, ("items",)),
    "sd-bound": (2, 2, 1, None, ("minimum", "maximum")),
    "statistic-p": (1, 1, 0, 0, ("df",)),
    "correlation-triple": (3, 3, 0, 0, ()),
    "d-r": (2, 2, 0, 0, ()),
    "falconer": (2, 2, 1, 3, ()),
}


@dataclass(frozen=True)
class Reference:
    """A printed number inside a group."""

    sign: int
    row: PublishedNumber
    field: str

    @property
    def printed(self) -> Printed:
        """The number as printed; counts of a row stand for themselves."""
        return self.row.value if self.field == "value" else parse(getattr(self.row, self.field), exact=True)

    @property
    def count(self) -> int:
        """The number as a whole number.

        Raises
        ------
        RestatedError
            If it is printed otherwise.
        """
        value = self.printed.value
        if value is None or value != int(value):
            raise RestatedError(
                f"'{self.printed.text}' is not a whole number", file=self.row.file, row=self.row.row, field=self.field
            )
        return int(value)


@dataclass(frozen=True)
class Group:
    """One group of printed numbers and the check it is for."""

    name: str
    check: str
    applies: bool
    parts: tuple[Reference, ...]
    whole: tuple[Reference, ...]
    minimum: float | None
    maximum: float | None
    items: int | None
    df: tuple[float, ...]
    reason: str

    @property
    def rows(self) -> tuple[PublishedNumber, ...]:
        """The register rows used, each once, in order."""
        return tuple({ref.row.id: ref.row for ref in (*self.parts, *self.whole)}.values())


def load(register: Register, path: Path | str | None = None) -> list[Group]:
    """Read the groups and look their numbers up.

    Parameters
    ----------
    register : Register
    path : path-like, optional
        Default ``data/audit/groups.csv``.

    Returns
    -------
    list of Group

    Raises
    ------
    RestatedError
        If the table does not fit its description, or a reference names no number.
    """
    resource = dictionary.load()[RESOURCE]
    path = DATA / resource.path if path is None else Path(path)
    return [_group(cells, register, path, row) for row, cells in dictionary.validate(path, resource)]


def _group(cells: dict, register: Register, path: Path, row: int) -> Group:
    def references(column: str) -> tuple[Reference, ...]:
        return tuple(_reference(text, register, path, row, column) for text in (cells[column] or "").split())

    parts, whole = references("parts"), references("whole")
    applies = cells["applies"] == "yes"
    if applies:
        _complete(cells, len(parts), len(whole), path, row)
    return Group(
        name=cells["group"],
        check=cells["check"],
        applies=applies,
        parts=parts,
        whole=whole,
        minimum=cells["minimum"],
        maximum=cells["maximum"],
        items=cells["items"],
        df=tuple(float(d) for d in (cells["df"] or "").split()),
        reason=cells["reason"],
    )


def _complete(cells: dict, parts: int, whole: int, path: Path, row: int) -> None:
    """Refuse a group that lacks what its check needs."""
    check = cells["check"]
    if check not in NEEDS:
        raise RestatedError(
            f"groups for '{check}' follow from the rows themselves",
            file=path,
            row=row,
            field="check",
            remedy="Remove the row, or set applies to no to keep the check away",
        )
    fewest, most, fewest_whole, most_whole, columns = NEEDS[check]
    for column, count, low, high in (("parts", parts, fewest, most), ("whole", whole, fewest_whole, most_whole)):
        if count < low or (high is not None and count > high):
            limits = f"{low}" if low == high else f"{low} or more" if high is None else f"{low} to {high}"
            raise RestatedError(f"'{check}' needs {limits} numbers here, not {count}", file=path, row=row, field=column)
    for column in columns:
        if cells[column] is None:
            raise RestatedError(f"'{check}' needs this column", file=path, row=row, field=column)


def _reference(text: str, register: Register, path: Path, row: int, column: str) -> Reference:
    name, _, field = text.removeprefix("-").partition(":")
    field = field or "value"
    if name not in register:
        raise RestatedError(
            f"'{name}' is no published number", file=path, row=row, field=column, remedy="Give an id of data/published"
        )
    if field not in FIELDS:
        raise RestatedError(
            f"'{field}' is no column a reference can name",
            file=path,
            row=row,
            field=column,
            remedy=f"Use one of {', '.join(FIELDS)}",
        )
    reference = Reference(-1 if text.startswith("-") else 1, register[name], field)
    if not reference.printed.is_number:
        raise RestatedError(f"'{text}' holds no number", file=path, row=row, field=column)
    return reference
