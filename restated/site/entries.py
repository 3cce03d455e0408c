"""The rows of the ledger as the site shows them: loading, words, counts. Plain data, no Sphinx."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from .. import files, paths, status
from ..errors import RestatedError
from ..verdict import SHORT, VERDICTS

#: Fields without which a row can be shown neither in prose nor on the ledger page.
REQUIRED = ("id", "finding", "quantity", "grade", "verdict", "status")

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


def load(path: Path | None = None) -> dict[str, dict]:
    """The ledger's rows by id, in ledger order.

    Parameters
    ----------
    path : path-like, optional
        A JSON list of rows; :func:`location` if left out.

    Returns
    -------
    dict of str to dict

    Raises
    ------
    RestatedError
        No such file, not a list of rows, a required field missing, an unknown word, an id used twice.
    """
    path = location() if path is None else Path(path)
    if not path.is_file():
        raise RestatedError(
            "there are no ledger entries to print numbers from",
            file=path,
            remedy="run 'make book', which writes them first",
        )
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, stamp: int) -> dict[str, dict]:
    """`load`, once per version of the file: `stamp` is its time of change."""
    rows = files.json(path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RestatedError("this is not a list of ledger rows", file=path, remedy="run 'make book', which writes it")
    by_id: dict[str, dict] = {}
    for i, row in enumerate(rows, start=1):
        for field in REQUIRED:
            if field not in row:
                raise RestatedError("this field is missing", file=path, row=row.get("id", i), field=field)
        if row["verdict"] not in VERDICTS:
            raise RestatedError(
                f"'{row['verdict']}' is no verdict", file=path, row=row["id"], field="verdict"
            )
        if row["grade"] and row["grade"] not in GRADE_WORDS:
            raise RestatedError(f"'{row['grade']}' is no grade", file=path, row=row["id"], field="grade")
        if row["id"] in by_id:
            raise RestatedError("this id is used twice", file=path, row=row["id"], field="id")
        by_id[row["id"]] = row
    return by_id


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


def tally(rows: Iterable[Mapping], *, printed: bool) -> dict[str, int]:
    """How many printed (or recomputed) numbers carry each verdict, in the order of the rules."""
    counts = dict.fromkeys(VERDICTS, 0)
    for row in rows:
        if is_printed(row) == printed:
            counts[row["verdict"]] += 1
    return counts


def findings(rows: Iterable[Mapping]) -> list[str]:
    """The findings in ledger order."""
    return list(dict.fromkeys(row["finding"] for row in rows))
