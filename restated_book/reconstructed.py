"""Data sets reconstructed from printed numbers, for readers: what a book hands over, and the files made of it.

The functions that ``[reconstructed]`` in ``restated.toml`` names yield a :class:`Dataset` each. Run as a module, this
writes every set as CSV with a snippet in Python and in R next to it, as a workbook where it is small enough for one,
and ``index.json``, which other programs read. The build does so in a process of its own
(:mod:`restated_book.build.reconstruct`).
"""

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

#: A CSV file above this size in bytes is compressed.
LARGE = 1_000_000
#: The strongest takes five times as long and saves a fiftieth.
COMPRESSION = 6
#: First column of every file, which says in each row what the row is not.
STATUS = "status"
_DATA = "xl/worksheets/sheet4.xml"


@dataclass(frozen=True)
class Dataset:
    """A data set that no one observed, and what a reader needs to use it.

    Attributes
    ----------
    name, title, chapter : str
        Name of the files without ending; words for a reader; name of the notebook it belongs to.
    of : str
        What a row is not: "people" or "studies".
    basis : str
        A status of :data:`restated_book.status.STATUSES`.
    frame : DataFrame
        The rows. Numbers are written as they are: round them first.
    columns : mapping
        Meaning of each column; a name that ends in ``*`` stands for all columns that begin so.
    constraints : sequence of str
        What every set in the file satisfies.
    python, r : str
        Three lines that load ``{file}`` and print what the chapter found.
    repeats, what : str
        Id of that number in the ledger, and the number in words.
    low, high : float
        Lowest and highest value of that number over the sets of the file.
    seed : int, optional
        Seed of what was drawn.
    workbook : bool
        Whether there is a workbook, too.
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

    @property
    def status(self) -> str:
        """Words that each row begins with."""
        return f"reconstructed: not real {self.of}"

    def meaning(self, column: str) -> str:
        """Return the meaning of a column of the file; refuse one that is not described."""
        if column == STATUS:
            return "the same words in each row: what the rows are not"
        stars = [name for name in self.columns if name.endswith("*") and column.startswith(name[:-1])]
        check_option("column", column, [*self.columns, *([column] if stars else [])])
        return self.columns[column if column in self.columns else stars[0]]


def write(folder: Path) -> None:
    """Write the files of all data sets of this book, and their index, into an empty `folder`."""
    index = []
    for name in config.load().reconstructed.values():
        index += [_write(dataset, folder) for dataset in config.function(name)()]
    text = json.dumps(index, ensure_ascii=False, indent=1)
    (folder / sets.INDEX).write_text(f"{text}\n", encoding="utf-8", newline="")


def _write(dataset: Dataset, folder: Path) -> dict:
    """Write the files of a data set; return its entry in the index."""
    check_option("basis", dataset.basis, STATUSES)
    frame = dataset.frame.reset_index(drop=True).infer_objects()
    frame.insert(0, STATUS, dataset.status)
    for column in frame.select_dtypes(exclude="number"):
        frame[column] = frame[column].map({text: cells.guarded(text) for text in frame[column].unique()})
    content, name = frame.to_csv(index=False, lineterminator="\n").encode(), f"{dataset.name}.csv"
    if len(content) > LARGE:
        content, name = gzip.compress(content, COMPRESSION, mtime=0), f"{name}.gz"
    entry: dict = {"file": name, "chapter": dataset.chapter, "title": dataset.title, "status": dataset.status}
    entry |= {"basis": dataset.basis, "seed": dataset.seed, "constraints": list(dataset.constraints)}
    entry |= {"rows": len(frame), "columns": list(frame), **_put(folder / name, content)}
    entry["types"] = ["number" if pd.api.types.is_numeric_dtype(kind) else "string" for kind in frame.dtypes]
    entry["meanings"] = [dataset.meaning(column) for column in frame]
    entry["repeats"] = {"id": dataset.repeats, "what": dataset.what, "low": dataset.low, "high": dataset.high}
    entry["snippets"] = {}
    for ending, text in (("py", dataset.python), ("R", dataset.r)):
        snippet = text.replace("{file}", name)
        _put(folder / f"{dataset.name}.{ending}", snippet.encode())
        entry["snippets"][ending] = {"file": f"{dataset.name}.{ending}", "text": snippet}
    if dataset.workbook:
        file = f"{dataset.name}.xlsx"
        entry["workbook"] = {"file": file, **_put(folder / file, _workbook(frame, entry))}
    return entry


def _put(file: Path, content: bytes) -> dict:
    file.write_bytes(content)
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _workbook(frame: pd.DataFrame, entry: Mapping) -> bytes:
    """Return a workbook with the sheets About, codebook, how it was made, and data."""
    made = [("Status", entry["status"]), ("Basis", entry["basis"]), ("Seed", entry["seed"])]
    made += [("Constraint met", words) for words in entry["constraints"]]
    made += [("File with the same rows", entry["file"]), ("Number repeated", entry["repeats"]["what"])]
    made += [("Its id in the ledger", entry["repeats"]["id"])]
    codebook = list(zip(entry["columns"], entry["types"], entry["meanings"], strict=True))
    status, title = f"{entry['status']}; {entry['basis']}", entry["title"]
    heading = ("Column", "Type", "Meaning")
    sheets = [
        tables.Table("meaning of the columns", "codebook", title, status, heading, codebook),
        tables.Table("basis, seed, constraints", "how it was made", title, status, ("What", "Words"), made),
        tables.Table("rows", "data", title, status, list(frame), ()),
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
