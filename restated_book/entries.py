"""The rows of the ledger as the site shows them: loading, words, counts. Plain data, no Sphinx."""

from __future__ import annotations

import difflib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from restated.errors import RestatedError
from restated.verdict import SHORT, VERDICTS
from restated_book import paths, status

#: Rows kept once they were read: all of a book like this one, which are shown many times over. Of a larger book the last ones.
KEPT = 8_000

#: Fields without which a row can be shown neither in prose nor on the ledger page.
REQUIRED = ("id", "finding", "quantity", "grade", "verdict", "status")

#: What to do about rows that are not as the build writes them.
WRITTEN = "run 'make book', which writes it"

GRADE_WORDS = {"P": "primary source seen", "S": "secondary source seen", "U": "unverified"}

#: Each verdict has a shape that stays readable in grey and in print.
VERDICT_SHAPES = {
    "identical": "=",
    "within-rounding": "≈",
    "compatible": "∈",
    "differs": "≠",
    "not-recomputable": "∅",
    "unverified": "?",
    "new": "+",
}

VERDICT_SHORT = SHORT

#: Agreement is quiet; a verdict that should stop the reader stands beside the number in words.
LOUD = ("differs", "unverified", "not-recomputable")

#: Key of each status (its CSS class) and the words a reader meets.
STATUSES = {key: words for words, key in status.STATUSES.items()}

BASIS_WORDS = {
    "open-data": "open data",
    "enumerated": "enumerated",
    "moment-matched": "moment-matched",
    "arithmetic": "arithmetic on printed numbers",
    "assumed": "assumed",
    "original": "original file supplied by the reader",
    "recalled": "recalled, not verified",
}


def location() -> Path:
    """Where the build left the rows: ``RESTATED_ENTRIES``, else ``_build/entries.json``."""
    return Path(os.environ.get("RESTATED_ENTRIES", paths.BUILD / "entries.json"))


class Kind(NamedTuple):
    """What rows are counted by."""

    finding: str
    page: str
    printed: bool
    verdict: str
    basis: str
    grade: str


def kind(row: Mapping) -> Kind:
    """The kind of a row."""
    return Kind(
        row["finding"], row.get("page") or "", is_printed(row), row["verdict"], row.get("basis") or "", row["grade"]
    )


class Rows(Mapping[str, dict]):
    """The rows of a file by id, in its order. Known are the place of each in the file; a row is read when it is asked for.

    Parameters
    ----------
    path : Path
        A JSON list with a row a line, as :func:`restated_book.ledger.lines` writes it.

    Attributes
    ----------
    kinds : Counter
        How many rows there are of each :class:`Kind`, in ledger order.
    """

    def __init__(self, path: Path):
        self._file = path.open("rb")
        self._places: dict[str, tuple[int, int]] = {}
        self.kinds: Counter[Kind] = Counter()
        self._digest = hashlib.sha256()
        start = 0
        for number, line in enumerate(self._file):
            text = line.rstrip().removesuffix(b",")
            if text not in (b"[", b"]", b""):
                self._add(path, number, start, text)
            start += len(line)
        self._row = lru_cache(maxsize=KEPT)(self._read)

    def _add(self, path: Path, number: int, start: int, text: bytes) -> None:
        def refuse(message: str, **place):
            raise RestatedError(message, file=path, **place, remedy=WRITTEN) from None

        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            refuse(f"this is not JSON, a row a line ({error})")
        if not isinstance(row, dict) or not number:
            refuse("this is not a list of ledger rows, a row a line")
        for field in REQUIRED:
            if field not in row:
                refuse("this field is missing", row=row.get("id", number), field=field)
        if row["verdict"] not in VERDICTS:
            refuse(f"'{row['verdict']}' is no verdict", row=row["id"], field="verdict")
        if row["grade"] and row["grade"] not in GRADE_WORDS:
            refuse(f"'{row['grade']}' is no grade", row=row["id"], field="grade")
        if row["id"] in self._places:
            refuse("this id is used twice", row=row["id"], field="id")
        self._places[row["id"]] = start, len(text)
        self._digest.update(text)
        self.kinds[kind(row)] += 1

    def _read(self, id: str) -> dict:
        start, length = self._places[id]
        return json.loads(os.pread(self._file.fileno(), length, start))

    def __getitem__(self, id: str) -> dict:
        return self._row(id)

    def __contains__(self, id: object) -> bool:
        return id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def digest(self) -> str:
        """SHA-256 over all rows."""
        return self._digest.hexdigest()


def load(path: Path | None = None) -> Rows:
    """The ledger's rows by id, in ledger order.

    Parameters
    ----------
    path : path-like, optional
        A JSON list with a row a line; :func:`location` if left out.

    Returns
    -------
    Rows

    Raises
    ------
    RestatedError
        No such file, not a list of rows, a required field missing, an unknown word, an id used twice.
    """
    path = location() if path is None else Path(path)
    if not path.is_file():
        raise RestatedError("there are no ledger entries to print numbers from", file=path, remedy=WRITTEN)
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, stamp: int) -> Rows:
    """`load`, once per version of the file: `stamp` is its time of change."""
    return Rows(path)


def is_printed(row: Mapping) -> bool:
    """True for the row of a printed number, False for that of a recomputed one."""
    return row["status"] == "printed"


def close_matches(id: str, ids: Iterable[str]) -> list[str]:
    """Up to three ids that `id` may have been meant to be."""
    return difflib.get_close_matches(id, list(ids), n=3, cutoff=0.6)


def published_text(row: Mapping) -> str:
    """The number as it was printed, or an empty text."""
    return str(row.get("published_text") or row.get("published") or "")


def restated_text(row: Mapping) -> str:
    """The number as it was recomputed, or an empty text."""
    if row.get("restated_text"):
        return str(row["restated_text"])
    return "" if row.get("restated") is None else str(row["restated"])


def interval_text(row: Mapping) -> str:
    """The range of the recomputed number, or an empty text."""
    if row.get("interval_text"):
        return str(row["interval_text"])
    low, high = row.get("restated_low"), row.get("restated_high")
    return "" if low is None or high is None else f"{low} to {high}"


def words(kind: str, row: Mapping) -> str:
    """What the role `kind` (published, restated, interval, verdict, grade) prints of a row."""
    if kind == "published":
        return published_text(row)
    if kind == "restated":
        return restated_text(row) or interval_text(row)
    if kind == "interval":
        return interval_text(row)
    if kind == "verdict":
        return VERDICT_SHORT[row["verdict"]]
    return GRADE_WORDS[row["grade"]]


def source_text(row: Mapping) -> str:
    """Who printed the number, as one would say it; empty for a number nobody printed."""
    return str(row.get("study") or row.get("source_key") or "")


def tally(kinds: Mapping[Kind, int], *, printed: bool, **only: str) -> dict[str, int]:
    """How many printed (or recomputed) numbers carry each verdict, in the order of the rules; of one page or finding if `only` names it."""
    counts = dict.fromkeys(VERDICTS, 0)
    for of, n in kinds.items():
        if of.printed == printed and all(getattr(of, name) == value for name, value in only.items()):
            counts[of.verdict] += n
    return counts


def findings(kinds: Iterable[Kind]) -> list[str]:
    """The findings in ledger order."""
    return list(dict.fromkeys(of.finding for of in kinds))
