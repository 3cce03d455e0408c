"""Tables, and the data of figures, as CSV and as one workbook per page. No cell is ever a formula."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from restated_book import outputs
from restated_book.cite import citation
from restated_book.export import about
from restated_book.export.archive import zipped
from restated_book.outputs import MIME_TABLE
from restated_book.sources import cells
from restated_book.status import SUPPLIED, WITHHELD

SHEET_NAME = 31  #: Characters a sheet's name may have
WIDEST = 60  #: Widest column, in characters: a longer text is read in its cell
ABOUT = "About"
#: Text of a number without leading or trailing zeros, which would be lost.
_PLAIN = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{0,14}[1-9])?")

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Table:
    """A table, or the data of a figure, as :mod:`restated_book.show` handed it over."""

    kind: str
    id: str
    caption: str
    status: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    alt: str = ""
    title: str = ""
    number: str = ""
    html: str = ""

    @property
    def anchor(self) -> str:
        return citation.anchor({"kind": self.kind, "id": self.id})


def collect(notebook: Mapping) -> list[Table]:
    """Return the tables in the outputs of an executed notebook, in order; those of rows a reader supplied are empty."""
    data = (output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", ()))
    numbers = {(mark["kind"], mark["id"]): mark["number"] for mark in outputs.shown(notebook)}
    handed = ((of[MIME_TABLE], "".join(of.get("text/html", ""))) for of in data if of.get(MIME_TABLE))
    found = [Table(**t, number=numbers.get((t["kind"], t["id"]), ""), html=html) for t, html in handed]
    return [replace(t, columns=("Note",), rows=((WITHHELD,),)) if t.status == SUPPLIED else t for t in found]


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(value)
    # Only line feeds end lines in the file; a bare carriage return would be written without quotation marks.
    return cells.guarded(str(value).replace("\r\n", "\n").replace("\r", "\n"))


def _filed(table: Table) -> list[Sequence[Value]]:
    """Return the lines of a table in a file: the last column is its status, unless one has that name already."""
    if "status" in map(str.lower, table.columns):
        return [table.columns, *table.rows]
    return [(*table.columns, "status"), *((*row, table.status) for row in table.rows)]


def as_csv(table: Table) -> str:
    """Return a table as CSV: every number in full, ``\\n`` line ends."""
    return cells.as_csv(map(_text, line) for line in _filed(table))


def sheet_names(ids: Sequence[str]) -> list[str]:
    """Return names of sheets for `ids`: cut to what a workbook allows, and different whatever their case."""
    names = [ABOUT]
    for id in ids:
        name, count = id[:SHEET_NAME], 1
        while name.lower() in map(str.lower, names):
            count += 1
            name = f"{id[: SHEET_NAME - len(str(count)) - 1]}-{count}"
        names.append(name)
    return names[1:]


def workbook(page: str, tables: Sequence[Table], epoch: int) -> bytes:
    """Return one workbook of a notebook: a sheet about it, and one for each table; `epoch` dates it in POSIX time."""
    book, title, names = Workbook(), about.title(page), sheet_names([t.id for t in tables])
    first = book.active
    first.title = ABOUT
    lines = [
        [title],
        [f"Cite as: {about.citation_text(page)}"],
        [f"Licence: {', '.join(about.licence()[:2])}"],
        ["Numbers are given as they were computed, to sixteen digits; an empty cell means that there is no value."],
        [],
        ["Sheet", "Holds", "Status", "Caption"],
    ]
    heading = len(lines)
    kinds = {"figure": "data of a figure", "table": "table", "verdicts": "table of verdicts"}
    lines += [[name, kinds.get(t.kind, t.kind), t.status, t.caption] for name, t in zip(names, tables, strict=True)]
    _fill(first, lines, bold=(1, heading))
    # The first line is long and belongs to no column.
    _set_widths(first, lines[heading - 1 :])
    for name, table in zip(names, tables, strict=True):
        sheet = book.create_sheet(name)
        head, *rows = _filed(table)
        columns = [_as_numbers(column) for column in zip(*rows, strict=True)]
        body = [head, *zip(*columns, strict=True)]
        _fill(sheet, body, bold=(1,))
        _set_widths(sheet, body)
        sheet.freeze_panes = "A2"
    moment = datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
    book.properties.creator, book.properties.title, book.properties.created = about.book().byline, title, moment
    out = io.BytesIO()
    book.save(out)
    return _dated(out.getvalue(), moment, epoch)


def _as_numbers(column: Sequence[Value]) -> list[Value]:
    """Turn a column of texts that are all plain numbers into numbers; printed digits such as ``.30`` stay text."""
    if not all(v is None or (isinstance(v, str) and _PLAIN.fullmatch(v)) for v in column):
        return list(column)
    return [None if v is None else float(v) if "." in str(v) else int(v) for v in column]


def _fill(sheet, lines: Sequence[Sequence[Value]], bold: Sequence[int]) -> None:
    for number, line in enumerate(lines, start=1):
        for place, value in enumerate(line, start=1):
            if value is None:
                continue
            value = ("no", "yes")[value] if isinstance(value, bool) else value
            cell = sheet.cell(number, place)
            if isinstance(value, str):
                cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
                # Set after the value, from which openpyxl takes a formula or an error.
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(cells.FORMULA_STARTS)
            else:
                cell.value = value
            if number in bold:
                cell.font = Font(bold=True)


def _set_widths(sheet, lines: Sequence[Sequence[Value]]) -> None:
    for place, column in enumerate(zip(*lines, strict=True), start=1):
        longest = max(len(f"{v:.6g}" if isinstance(v, float) else str(v)) for v in column)
        sheet.column_dimensions[get_column_letter(place)].width = min(longest, WIDEST) + 2


def _dated(book: bytes, moment: datetime, epoch: int) -> bytes:
    """Return a workbook whose bytes do not depend on when it was saved."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    stamp = f"{moment.isoformat()}Z".encode()
    files[core] = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, files[core])
    return zipped(files, epoch)
