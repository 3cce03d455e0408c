"""The ledger: numbers that notebooks recorded, joined with printed ones; its :data:`COLUMNS` are a public format."""

import csv
import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain, groupby, repeat
from pathlib import Path
from typing import Any

from restated import verdict as rules
from restated.errors import RestatedError
from restated_book import config, paths
from restated_book.chapters import codecells
from restated_book.register import PublishedNumber, Register
from restated_book.sources.cells import guarded

_TABLES = paths.tables(__file__)
COLUMNS = tuple(_TABLES["columns"])

#: MIME types of the records in a notebook's outputs, and of the ids of printed numbers it looked up.
MIME, MIME_READS = "application/vnd.restated.records+json", "application/vnd.restated.reads+json"

STATUS_OF_BASIS: dict[str, str] = _TABLES["status_of_basis"]

#: Status of rows that were copied from print: a number computed from them is arithmetic on printed numbers.
PRINTED = "printed"
#: What is said of a printed number where the audit says nothing.
NO_CHECK: Mapping[str, Any] = {"check": "no check applies", "check_method": "", "check_power": None, "check_reason": ""}
AGREES = {"identical", "within-rounding", "compatible"}  #: Verdicts that say a printed number can be right
RECALLED = "recalled"  #: Basis of a number computed from recalled ones: it stays unverified in every comparison
#: Roles by which a page names a ledger row.
_NAMED = re.compile(r"\{(?:published|restated|interval|verdict|grade)\}`([^`]+)`")
#: Fields of a printed number that its rows repeat, and those it takes over from the record that restates it.
_OF_NUMBER, _OF_RECORD = _TABLES["of_number"], _TABLES["of_record"]
_KINDS: dict[str, str] = _TABLES["kinds"]  #: Kinds of ranges by what their names say


@dataclass(frozen=True)
class Record:
    """One recomputed number; ``text`` is a result in words, in the place of ``value``.

    ``low`` and ``high`` are the ends of a restated set when ``interval`` is ``"set"``, and a statement of precision
    (``"95 % confidence interval"``) otherwise; only a set makes a printed number compatible. ``cell`` and ``line`` are
    the code cell and its line that recorded it, from 1; a kernel hands over its execution count.
    """

    id: str
    finding: str
    quantity: str
    basis: str
    page: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str = "set"
    published: str | None = None
    by_construction: bool = False
    reason: str = ""
    digits: int = 2
    unit: str = ""
    cell: int | None = None
    line: int | None = None
    text: str = ""

    @property
    def kind(self) -> str:
        """``confidence``, ``prediction``, ``set``, or ``bounds`` for any other range; empty without one."""
        if self.low is None and self.high is None:
            return ""
        if self.interval == "set":
            return "set"
        return next((kind for words, kind in _KINDS.items() if words in self.interval), "bounds")


def in_digits(x: float | None, digits: int, unit: str = "") -> str:
    """Return `x` with a fixed number of decimals and thousands marks, a true minus sign, and its unit."""
    if x is None:
        return ""
    text = f"{x:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−") + unit


def basis_of(status: str) -> str:
    """Return the basis of a number computed from rows of a status; refuse one from whose rows none can be computed."""
    bases = {words: basis for basis, words in STATUS_OF_BASIS.items()} | {PRINTED: "arithmetic"}
    if status not in bases:
        raise RestatedError(f"numbers cannot be computed from rows of the status '{status}'")
    return bases[status]


def _range_text(ends: Sequence[float | None], digits: int, unit: str) -> str:
    low, high = (in_digits(end, digits, unit) for end in ends)
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _about(number: PublishedNumber | None, checks: Mapping[str, Mapping]) -> dict[str, Any]:
    """Return what a row says of its printed number and the `checks` of it; None is an unlimited side of an interval."""
    if number is None:
        texts = (*_OF_NUMBER, "published", "published_text", "ci_text", "check", "check_method", "check_reason")
        return dict.fromkeys(texts, "") | dict.fromkeys(("published_low", "published_high", "check_power"))
    low, high = (end if math.isfinite(end) else None for end in number.interval)
    interval = ""
    if number.ci_low is not None and number.ci_high is not None:
        level = f"{number.ci_level} % " if number.ci_level else ""
        interval = f"{level}CI {number.ci_low.text} to {number.ci_high.text}"
    if number.p is not None:
        interval = "; ".join(filter(None, (interval, f"p {number.p.text}")))
    text = {"published": number.value.text, "published_text": number.value.text, "ci_text": interval}
    ends = {"published_low": low, "published_high": high}
    return {f: getattr(number, f) for f in _OF_NUMBER} | text | ends | {**(checks.get(number.id) or NO_CHECK)}


def entry(record: Record, number: PublishedNumber | None, checks: Mapping[str, Mapping] | None = None) -> dict:
    """Return the ledger row of a record, next to the printed number it restates if there is one."""
    about, kind = _about(number, checks or {}), record.kind
    interval = _range_text((record.low, record.high), record.digits, record.unit)
    low, high = (record.low, record.high) if kind == "set" else (None, None)
    verdict = rules.assign(
        grade=number.grade if number else None,
        printed=number.value.value if number else None,
        printed_low=about["published_low"],
        printed_high=about["published_high"],
        restated=record.value,
        restated_low=low,
        restated_high=high,
        recalled=record.basis == RECALLED,
    )
    reason = record.reason
    if kind not in ("", "set"):
        reason = f"{reason.rstrip('.')}; range: {record.interval}" if reason else f"range: {record.interval}"
    return about | {
        **{field: getattr(record, field) for field in _TABLES["as_recorded"]},
        "restated": record.text or record.value,
        "restated_low": record.low,
        "restated_high": record.high,
        "verdict": verdict,
        "reason": reason,
        "page": f"notebooks/{record.page}.html",
        "interval": kind,
        # For display only; not part of the public columns.
        "anchor": record.id,
        "restates": record.published or "",
        "restated_by": [],
        "restated_text": record.text or in_digits(record.value, record.digits, record.unit) or interval,
        "interval_text": interval,
        "interval_kind": record.interval if interval else "",
        "why": record.reason,
        "unit_shown": record.unit,
        "status": STATUS_OF_BASIS[record.basis],
    }


def _ends(row: Mapping) -> tuple[float, float]:
    """Return the lowest and highest restated value of a row: the ends of its set, or its point."""
    if row["interval"] != "set":
        return row["restated"], row["restated"]
    low, high = row["restated_low"], row["restated_high"]
    return -math.inf if low is None else low, math.inf if high is None else high


def _joined(number: PublishedNumber, rows: list[dict]) -> dict:
    """Join the records of one number into a set; records that took it as an input count only if there are no others."""
    rows = [row for row in rows if not row["by_construction"]] or rows
    first, verdicts = rows[0], {row["verdict"] for row in rows}
    if len(rows) == 1 or number.grade == "U":
        return first | {"reason": f"restated as {first['id']}" + (f": {first['reason']}" if first["reason"] else "")}
    known = [_ends(row) for row in rows if row["restated"] is not None or row["interval"] == "set"]
    low, high = min(low for low, _ in known), max(high for _, high in known)
    ends = [None if math.isinf(end) else end for end in (low, high)]
    said = rules.SHORT | config.load().verdicts
    shown = "; ".join(f"{row['id']}: {row['restated_text']}, {said[row['verdict']]}" for row in rows)
    text = _range_text(ends, first["digits"], first["unit_shown"])
    return first | {
        "restated_low": ends[0],
        "restated_high": ends[1],
        "restated_text": text,
        "interval": "set",
        "interval_text": text,
        "interval_kind": "set",
        "verdict": verdicts.pop() if len(verdicts) == 1 else "compatible" if verdicts & AGREES else "differs",
        "reason": f"the set over {len(rows)} choices; {shown}",
    }


def _printed_entry(
    number: PublishedNumber, restatements: list[dict], checks: Mapping[str, Mapping] | None = None
) -> dict:
    """Return the ledger row of a printed number, with what its records restate together if there are any."""
    about = _about(number, checks or {}) | {field: getattr(number, field) for field in ("id", "finding", "quantity")}
    about |= {"anchor": number.id, "restates": "", "restated_by": [e["id"] for e in restatements], "status": PRINTED}
    if restatements:
        joined = _joined(number, restatements)
        return about | {field: joined[field] for field in (*_OF_RECORD, "reason")}
    nothing = dict.fromkeys(_OF_RECORD, "") | dict.fromkeys(_TABLES["numeric"])
    verdict, why = ("unverified", "unverified") if number.grade == "U" else ("not-recomputable", number.kind)
    return about | nothing | {"by_construction": False, "verdict": verdict, "reason": _TABLES["why_not"][why]}


def join(
    register: Register,
    records: Iterable[Record],
    reads: Mapping[str, Collection[str]] | None = None,
    checks: Mapping[str, Mapping] | None = None,
) -> Iterator[dict]:
    """Return every printed and every recomputed number as one row: :data:`COLUMNS` plus display fields.

    Printed numbers come in register order, each followed by the records that restate it; other records follow the last
    row of their finding. `reads` are the ids each page read, `checks` the answers of the audit by id. Refused are two
    records with one id, and one of a printed number that is not in the register.
    """
    by_published: defaultdict[str, list[Record]] = defaultdict(list)
    free: defaultdict[str, list[Record]] = defaultdict(list)
    seen: dict[str, str] = {}
    for r in records:
        if r.id in seen or r.id in register:
            where = f"in {seen[r.id]} and again in {r.page}" if r.id in seen else f"in {r.page} but is a printed number"
            raise RestatedError(f"ledger entry '{r.id}' is recorded {where}", remedy="give each result its own id")
        if r.published is not None and r.published not in register:
            raise RestatedError(f"ledger entry '{r.id}' restates '{r.published}', which is not in the register")
        seen[r.id] = r.page
        (by_published[r.published] if r.published else free[r.finding]).append(r)
    pages: defaultdict[str, list[str]] = defaultdict(list)
    for page, ids in (reads or {}).items():
        for id in ids:
            pages[id].append(page)

    def rows() -> Iterator[dict]:
        for finding, numbers in groupby(register.values(), lambda number: number.finding):
            for number in numbers:
                restatements = [entry(r, number, checks) for r in by_published.get(number.id, ())]
                yield _printed_entry(number, restatements, checks)
                yield from restatements
            yield from (entry(r, None) for r in free.pop(finding, ()))
        # Last, records of findings without a printed number of their own.
        yield from (entry(r, None) for r in chain(*free.values()))

    return (row | {"read_by": pages.get(row["id"], [])} for row in rows())


def collect(notebook: Mapping) -> list[Record]:
    """Return the records in the outputs of an executed notebook (nbformat 4) in order, each with its cell's number."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    rows = (row for cell in code for output in cell["outputs"] for row in output.get("data", {}).get(MIME, ()))
    places = {c.get("execution_count"): (n, "".join(c["source"])) for n, c in enumerate(code, 1)}
    found = []
    for record in (Record(**row) for row in rows):
        cell, line = None, None
        if record.cell in places and record.line is not None:
            cell, source = places[record.cell]
            line = codecells.line_of(source, record.line, record.id)
        found.append(replace(record, cell=cell, line=line))
    return found


def reads(notebook: Mapping) -> set[str]:
    """Return the ids of printed numbers that an executed notebook looked up or that its text names."""
    found: set[str] = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found.update(name.strip() for name in _NAMED.findall("".join(cell["source"])))
        for output in cell.get("outputs", ()):
            found.update(output.get("data", {}).get(MIME_READS, ()))
    return found


def as_mime(records: Iterable[Record]) -> list[dict]:
    """Return `records` as they are stored under :data:`MIME`."""
    return [asdict(r) for r in records]


def public(row: Mapping) -> dict:
    """Return the public columns of `row` in order; ``line`` becomes the line of the notebook's file."""
    return {c: row[c] for c in COLUMNS} | {"line": file_line(row)}


def file_line(row: Mapping) -> int | None:
    """Return the line of ``notebooks/<page>.md`` that recorded a row; None without a notebook of this book."""
    if row["cell"] is None:
        return None
    cells = codecells.of(paths.NOTEBOOKS / f"{Path(row['page']).stem}.md")
    return cells[row["cell"] - 1].first + row["line"] - 1 if row["cell"] <= len(cells) else None


def write(rows: Iterable[Mapping], folder: Path) -> None:
    """Write ``ledger.json`` and ``ledger.csv`` into `folder` row by row: public columns, UTF-8, ``\\n`` line ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with lines(folder / "ledger.json") as add, (folder / "ledger.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in map(public, rows):
            add(row)
            writer.writerow({k: _cell(v) for k, v in row.items()})


@contextmanager
def lines(path: Path) -> Iterator[Callable[[Mapping], None]]:
    """Open a JSON list that has one row per line, to be streamed and compared; yield the function that adds a row."""
    starts = chain(["[\n"], repeat(",\n"))
    with path.open("w", encoding="utf-8", newline="") as file:

        def add(row: Mapping) -> None:
            file.write(next(starts) + json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False))

        yield add
        file.write("[\n]\n" if next(starts) == "[\n" else "\n]\n")


def _cell(v) -> str:
    if v is None:
        return ""
    if isinstance(v, bool):
        return "true" if v else "false"
    return repr(v) if isinstance(v, float) else guarded(str(v))
