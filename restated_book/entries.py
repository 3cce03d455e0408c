"""The rows of the ledger as the site shows them: loading, words, counts. Plain data, no Sphinx."""

import difflib
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from restated.printed import legible
from restated.verdict import SHORT, VERDICTS
from restated_book import config, ledger, paths, register, status
from restated_book.sources import files

#: Fields without which a row can be shown neither in prose nor on the ledger page.
REQUIRED = ("id", "finding", "quantity", "grade", "verdict", "status")
REMEDY = "run `restated build`, which writes it"  #: Remedy for rows that are not as the build writes them

GRADE_WORDS = register.GRADES

_TABLES = paths.tables(__file__)
#: What is said of a row in place of its verdict, each with its shape and its words; and what the audit says of it.
IN_PLACE, CHECKED = _TABLES["in_place"], _TABLES["checked"]
#: Each verdict has a shape that stays readable in grey and in print.
VERDICT_SHAPES = _TABLES["shapes"] | {name: shape for name, (shape, _) in IN_PLACE.items()}
VERDICT_SHORT = SHORT | {"not-recomputable": "data not available to us"}
VERDICT_SHORT |= {name: words for name, (_, words) in IN_PLACE.items()}
#: All answers to the question whether a number could be recomputed, in the order in which they are listed.
ANSWERS = (*VERDICTS[:4], "by-construction", "not-recomputable", "unverified", "design-fact", "statement", "new")
VERDICT_SHORT |= {name: status.shown(words) for name, words in CHECKED.items()}

SIDES = ("published", "recomputed")  #: Where a number comes from: a source, or this book
#: Agreement is quiet; a verdict that should stop the reader is next to the number in words.
LOUD = ("differs", "unverified", "not-recomputable")
#: Key of each status (its CSS class) and its words for readers.
STATUSES = {key: status.shown(words) for words, key in status.STATUSES.items()}

BASIS_WORDS = {b: status.shown(words).removeprefix("observed, ") for b, words in ledger.STATUS_OF_BASIS.items()}

#: How far a number can be trusted, by its answer; what is in braces is the basis of a recomputed number.
TRUST: dict[str, str] = _TABLES["trust"]


def location() -> Path:
    """Return where the build left the rows: ``RESTATED_ENTRIES``, else ``_build/entries.json``."""
    return Path(os.environ.get("RESTATED_ENTRIES", paths.BUILD / "entries.json"))


class Kind(NamedTuple):
    """The properties rows are counted by."""

    finding: str
    page: str
    printed: bool
    verdict: str
    basis: str
    grade: str
    kind: str
    answer: str
    check: str

    @property
    def side(self) -> str:
        """One of :data:`SIDES`."""
        return SIDES[not self.printed]


def kind(row: Mapping) -> Kind:
    """Return the kind of a row."""
    page, basis = row.get("page") or "", row.get("basis") or ""
    of, check = row.get("kind") or "", checked(row)
    return Kind(row["finding"], page, is_printed(row), row["verdict"], basis, row["grade"], of, answer(row), check)


def answer(row: Mapping) -> str:
    """Return one of :data:`ANSWERS` for a row: its verdict, or what is said in place of it."""
    verdict, of = row["verdict"], row.get("kind")
    if verdict == "not-recomputable" and of in ("design fact", "statement"):
        return of.replace(" ", "-")
    return "by-construction" if row.get("by_construction") and verdict in ledger.AGREES else verdict


def short(answer: str) -> str:
    """Return the words of an answer, or of what the audit says: those of ``restated.toml``, else the usual ones."""
    return config.load().verdicts.get(answer) or VERDICT_SHORT[answer]


def checked(row: Mapping) -> str:
    """Return the key in :data:`CHECKED` of what the audit says of a row; empty where nothing was printed."""
    if not row["grade"]:
        return ""
    return next((name for name, words in CHECKED.items() if words == row.get("check")), "check-none")


class Rows(dict[str, dict]):
    """The rows of a ledger by id; `kinds` counts them by :class:`Kind`, `digest` is the SHA-256 of their file."""

    def __init__(self, rows: Mapping[str, dict], digest: str) -> None:
        super().__init__(rows)
        self.kinds = Counter(map(kind, rows.values()))
        self.digest = digest


def load(path: Path | None = None) -> Rows:
    """Read the ledger's rows, by default at :func:`location`; refuse missing fields, unknown words and repeated ids."""
    path = location() if path is None else Path(path)
    if not path.is_file():
        files.refuser(path)("there are no ledger entries to print numbers from", REMEDY)
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, stamp: int) -> Rows:
    """Rows of a file, once per version of it: `stamp` is the time of its last change."""
    refuse, raw = files.refuser(path), path.read_bytes()
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        refuse(f"this is not JSON ({error})", REMEDY)
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        refuse("this is not a list of ledger rows", REMEDY)
    rows: dict[str, dict] = {}
    for number, row in enumerate(content, start=1):
        for field in REQUIRED:
            if field not in row:
                refuse("this field is missing", REMEDY, row=row.get("id", number), field=field)
        if row["verdict"] not in VERDICTS:
            refuse(f"'{row['verdict']}' is not a verdict", REMEDY, row=row["id"], field="verdict")
        if row["grade"] and row["grade"] not in GRADE_WORDS:
            refuse(f"'{row['grade']}' is not a grade", REMEDY, row=row["id"], field="grade")
        if row["id"] in rows:
            refuse("this id is used twice", REMEDY, row=row["id"], field="id")
        rows[row["id"]] = row
    return Rows(rows, hashlib.sha256(raw).hexdigest())


def is_printed(row: Mapping) -> bool:
    """Return whether a row is of a printed number, not of a recomputed one."""
    return row["status"] == "printed"


def trust(row: Mapping) -> str:
    """Return how far a number can be trusted, in one sentence."""
    words = TRUST[answer(row)].format(BASIS_WORDS.get(row.get("basis") or "", "no data"))
    return f"{words[0].upper()}{words[1:]}."


def close_matches(id: str, ids: Iterable[str]) -> list[str]:
    """Return up to three ids close to a mistyped one."""
    return difflib.get_close_matches(id, list(ids), n=3, cutoff=0.6)


def published_text(row: Mapping) -> str:
    """Return the number as it was printed, or an empty text."""
    return str(row.get("published_text") or row.get("published") or "")


def restated_text(row: Mapping) -> str:
    """Return the number as it was recomputed, or an empty text."""
    text, number = row.get("restated_text"), row.get("restated")
    return str(text or ("" if number is None else number))


def interval_text(row: Mapping) -> str:
    """Return the range of the recomputed number, or an empty text."""
    if row.get("interval_text"):
        return str(row["interval_text"])
    low, high = row.get("restated_low"), row.get("restated_high")
    return "" if low is None or high is None else f"{low} to {high}"


def words(kind: str, row: Mapping) -> str:
    """Return the text of the role `kind` (published, restated, interval, verdict, grade) for a row."""
    if kind == "published":
        text = published_text(row)
        text = {"not-reported": "not reported", "null": "not found"}.get(text, text)
        if row.get("statistic") not in ("year", "text"):  # "Forty" began a sentence of its source, not of this book
            text = legible(text[:1].lower() + text[1:] if text[1:2].islower() else text)
        return text
    if kind == "restated":
        return restated_text(row) or interval_text(row)
    if kind == "interval":
        return interval_text(row)
    return short(answer(row)) if kind == "verdict" else GRADE_WORDS[row["grade"]]


def source_text(row: Mapping) -> str:
    """Return who printed the number, in words; empty for a recomputed number."""
    return str(row.get("study") or row.get("source_key") or "")


def tally(kinds: Mapping[Kind, int], by: str = "answer", *, printed: bool, **only: str | set[str]) -> dict[str, int]:
    """Count the numbers with each answer, or ``check``, of the page, kind or findings (a set) in `only`."""
    counts = dict.fromkeys(ANSWERS if by == "answer" else CHECKED, 0)
    for of, n in kinds.items():
        wanted = ((getattr(of, name), {value} if isinstance(value, str) else value) for name, value in only.items())
        if of.printed == printed and all(own in values for own, values in wanted):
            counts[getattr(of, by)] += n
    return {name: n for name, n in counts.items() if n}


def findings(kinds: Iterable[Kind]) -> list[str]:
    """Return the findings in ledger order."""
    return list(dict.fromkeys(of.finding for of in kinds))
