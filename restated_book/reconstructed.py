"""Data sets reconstructed from printed numbers, for readers; run as a module, this writes their files."""

import gzip
import hashlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pandas as pd

from restated.arguments import check_option
from restated_book import config
from restated_book.export import about, sets, tables
from restated_book.export.archive import zipped
from restated_book.sources import cells
from restated_book.status import STATUSES

LARGE = 1_000_000  #: A CSV file above this size in bytes is compressed
COMPRESSION = 6  #: The strongest takes five times as long and saves a fiftieth
STATUS = "status"  #: First column of every file, which says in each row what the row is not
_DATA = "xl/worksheets/sheet4.xml"


@dataclass(frozen=True)
class Dataset:
    """A data set that no one observed, and what a reader needs to use it.

    `name` is that of its files and `chapter` its notebook; no row is one `of` "people" or "studies"; `basis` is one of
    :data:`restated_book.status.STATUSES`. `columns` has the meaning of each column, or of all that begin with a name
    before ``*``; every set in `frame` meets the `constraints`. `python` and `r` are three lines that load ``{file}``
    and print `what`, in the ledger as `repeats` and from `low` to `high` over the sets. Without `workbook` there is CSV
    only. Numbers are written as they are: round them first.
    """

    name: str
    title: str
    chapter: str
    of: str
    basis: str
    frame: pd.DataFrame
    columns: Mapping[str, str]
    constraints: Sequence[str]
    python: str
    r: str
    repeats: str
    what: str
    low: float
    high: float
    seed: int | None = None
    workbook: bool = True

    def meaning(self, column: str) -> str:
        """Return the meaning of a column of the file; refuse one that is not described."""
        if column == STATUS:
            return "the same words in each row: what the rows are not"
        family = column.rstrip("0123456789") + "*"
        check_option("column", column, self.columns if family not in self.columns else [*self.columns, column])
        return self.columns[column if column in self.columns else family]


def write(folder: Path) -> None:
    """Write the files of all data sets of this book, and their index, into an empty `folder`."""
    functions = map(config.function, config.load().reconstructed.values())
    index = [_write(dataset, folder) for function in functions for dataset in function()]
    _put(folder / sets.INDEX, f"{json.dumps(index, ensure_ascii=False, indent=1)}\n".encode())


def _write(dataset: Dataset, folder: Path) -> dict:
    check_option("basis", dataset.basis, STATUSES)
    status, frame = f"reconstructed: not real {dataset.of}", dataset.frame.reset_index(drop=True).infer_objects()
    frame.insert(0, STATUS, status)
    for column in frame.select_dtypes(exclude="number"):
        frame[column] = frame[column].map(cells.guarded)
    content, name = frame.to_csv(index=False, lineterminator="\n").encode(), f"{dataset.name}.csv"
    if len(content) > LARGE:
        content, name = gzip.compress(content, COMPRESSION, mtime=0), f"{name}.gz"
    columns = list(map(str, frame))
    entry: dict = {"file": name, "chapter": dataset.chapter, "title": dataset.title, "status": status}
    entry |= {"basis": dataset.basis, "seed": dataset.seed, "constraints": list(dataset.constraints)}
    entry |= {"rows": len(frame), "columns": columns, **_put(folder / name, content)}
    entry["types"] = ["number" if pd.api.types.is_numeric_dtype(kind) else "string" for kind in frame.dtypes]
    entry["meanings"] = list(map(dataset.meaning, columns))
    # Nine decimals: the last bits of a fit depend on the number of threads.
    low, high = round(dataset.low, 9), round(dataset.high, 9)
    entry["repeats"] = {"id": dataset.repeats, "what": dataset.what, "low": low, "high": high}
    entry["snippets"] = {}
    for ending, text in (("py", dataset.python), ("R", dataset.r)):
        snippet = {"file": f"{dataset.name}.{ending}", "text": text.replace("{file}", name)}
        _put(folder / snippet["file"], snippet["text"].encode())
        entry["snippets"][ending] = snippet
    if dataset.workbook:
        file = f"{dataset.name}.xlsx"
        entry["workbook"] = {"file": file, **_put(folder / file, _workbook(frame, entry))}
    return entry


def _put(file: Path, content: bytes) -> dict:
    file.write_bytes(content)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _workbook(frame: pd.DataFrame, entry: Mapping) -> bytes:
    """Return a workbook with the sheets About, codebook, how it was made, and data."""
    keys = ("status", "basis", "seed", "constraints", "file", "repeats")
    made = [(key, "; ".join(value) if isinstance(value := entry[key], list) else str(value)) for key in keys]
    codebook = list(zip(entry["columns"], entry["types"], entry["meanings"], strict=True))
    about_it = (entry["title"], f"{entry['status']}; {entry['basis']}")
    sheets = [
        tables.Table("meaning of the columns", "codebook", *about_it, ("Column", "Type", "Meaning"), codebook),
        tables.Table("basis, seed, constraints", "how it was made", *about_it, ("What", "Words"), made),
        tables.Table("rows", "data", *about_it, entry["columns"], ()),
    ]
    # The day of the release: a commit that changes no row changes no file.
    released = datetime.combine(about.book().released, datetime.min.time(), UTC)
    empty = tables.workbook(entry["chapter"], sheets, epoch := int(released.timestamp()))
    with zipfile.ZipFile(io.BytesIO(empty)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    # Tens of thousands of rows take openpyxl many seconds; written as text they take one.
    files[_DATA] = files[_DATA].replace(b"</sheetData>", f"{_rows(frame)}</sheetData>".encode())
    files[_DATA] = re.sub(rb'(<dimension ref="A1:[A-Z]+)\d+', rb"\g<1>%d" % (len(frame) + 1), files[_DATA])
    return zipped(files, epoch)


def _rows(frame: pd.DataFrame) -> str:
    """Return rows as the text of a worksheet; texts are inline, so that none is a formula."""
    columns = []
    for name in frame:
        values = frame[name].tolist()
        if isinstance(values[0] if values else "", str):
            text = {value: f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' for value in set(values)}
            columns.append([text[value] for value in values])
        else:
            columns.append([f"<c><v>{value!r}</v></c>" if value == value else "<c/>" for value in values])
    return "".join(f"<row>{''.join(row)}</row>" for row in zip(*columns, strict=True))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
