"""The register as the build last checked it, in one file: a notebook that looks up ten numbers reads ten rows, however many there are.

The store holds the cells of each row; what they say is read from them as from the files. It is used while the files and the rules
are those it was made from.
"""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from . import paths, provenance, register
from .printed import Printed

_TABLES = """
CREATE TABLE numbers (id TEXT PRIMARY KEY, file TEXT, row INTEGER, cells TEXT);
CREATE TABLE made_from (state TEXT);
"""


def file() -> Path:
    """Where the store lies."""
    return paths.BUILD / "register.db"


def state() -> str:
    """Size and time of change of all the register follows from."""
    made_from = (*register.files(), paths.BIBLIOGRAPHY, Path(register.__file__), Path(__file__))
    told = ((os.fspath(f), f.stat()) for f in made_from)
    return json.dumps([(name, stat.st_size, stat.st_mtime_ns) for name, stat in told])


def keep(works: Collection[str]) -> register.Register:
    """Check the register and put it into the store, row by row.

    Parameters
    ----------
    works : collection of str
        Keys of the bibliography.

    Returns
    -------
    Register
        That reads from the store.

    Raises
    ------
    RestatedError
        As :func:`restated.register.load`.
    """
    target = file()
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    made_from = state()
    try:
        with closing(sqlite3.connect(partial)) as db:
            # Nothing is lost with a store that was cut off: it is made anew by each build.
            db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
            db.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?)", map(_kept, register.checked(paths.PUBLISHED, works)))
            db.execute("INSERT INTO made_from VALUES (?)", (made_from,))
            db.commit()
        partial.replace(target)
    except sqlite3.OperationalError as error:
        full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        raise OSError(errno.ENOSPC if full else errno.EIO, str(error), os.fspath(target)) from None
    finally:
        partial.unlink(missing_ok=True)
    return register.Register(Kept(target))


def kept() -> register.Register | None:
    """The register in the store; None if there is none or it is not of the files as they are."""
    if not file().is_file():
        return None
    try:
        numbers = Kept(file())
    except sqlite3.Error:
        return None
    if numbers.made_from != state():
        return None
    # What is read here stands for these files.
    for source in (*register.files(), paths.BIBLIOGRAPHY):
        provenance.looked_for(source)
    return register.Register(numbers)


def _kept(number: register.PublishedNumber) -> tuple[str, str, int, str]:
    cells = (getattr(number, column) for column in register.COLUMNS)
    texts = [cell.text if isinstance(cell, Printed) else cell or "" for cell in cells]
    return number.id, number.file.name, number.row, json.dumps(texts, ensure_ascii=False)


class Kept(Mapping[str, register.PublishedNumber]):
    """Published numbers by id, in file order, each read when it is asked for."""

    def __init__(self, store: Path):
        self._db = sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)
        self.made_from = next(self._db.execute("SELECT state FROM made_from"))[0]

    def __getitem__(self, number_id: str) -> register.PublishedNumber:
        found = self._db.execute("SELECT file, row, cells FROM numbers WHERE id = ?", (number_id,)).fetchone()
        if found is None:
            raise KeyError(number_id)
        name, row, texts = found
        cells = dict(zip(register.COLUMNS, json.loads(texts), strict=True))
        return register.read_row(cells, paths.PUBLISHED / name, row, (cells["source_key"],))

    def __contains__(self, number_id: object) -> bool:
        return self._db.execute("SELECT 1 FROM numbers WHERE id = ?", (number_id,)).fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return (number_id for (number_id,) in self._db.execute("SELECT id FROM numbers ORDER BY rowid"))

    def __len__(self) -> int:
        return next(self._db.execute("SELECT count(*) FROM numbers"))[0]
