"""The ledger: recomputed numbers joined with printed ones.

A notebook opens a :class:`Ledger`, records its results and shows them; the records travel inside the notebook's
outputs. The build collects them (:func:`collect`), joins them with the register (:func:`join`) and writes
``ledger.json`` and ``ledger.csv`` (:func:`write`), whose columns (:data:`COLUMNS`) are a public format.
"""

import csv
import json
import math
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from restated import verdict as rules
from restated.errors import RestatedError
from restated_book import paths
from restated_book.chapters import codecells
from restated_book.register import PublishedNumber, Register
from restated_book.sources.cells import guarded

COLUMNS = (
    "id",
    "finding",
    "source_key",
    "quantity",
    "published",
    "published_low",
    "published_high",
    "grade",
    "restated",
    "restated_low",
    "restated_high",
    "basis",
    "by_construction",
    "verdict",
    "reason",
    "page",
    "cell",
    "line",
    "interval",
)

#: Ids become anchors of the ledger page and parts of addresses: lower-case words joined by hyphens.
ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

#: MIME type of the records in a notebook's outputs.
MIME = "application/vnd.restated.records+json"
#: MIME type of the ids of printed numbers a notebook looked up.
MIME_READS = "application/vnd.restated.reads+json"
#: Roles by which a page names a ledger row.
_NAMED = re.compile(r"\{(?:published|restated|interval|verdict|grade)\}`([^`]+)`")

STATUS_OF_BASIS = {
    "open-data": "observed, open data",
    "enumerated": "enumerated",
    "moment-matched": "moment-matched",
    "arithmetic": "arithmetic on printed numbers",
    "assumed": "assumed",
    "original": "observed, original file supplied by the reader",
    "recalled": "recalled, not verified",
}

#: Further results of a fit that :meth:`Ledger.record_fit` enters: attribute, decimals, unit.
_FIT_PARTS = {"i2": ("i2_q", 0, " %"), "tau2": ("tau2", 3, ""), "tau": ("tau", 2, ""), "k": ("k", 0, "")}

#: Status of rows that were copied from print: a number computed from them is arithmetic on printed numbers.
PRINTED = "printed"
#: Basis of a number computed from recalled ones: it stays unverified in every comparison.
RECALLED = "recalled"


@dataclass(frozen=True)
class Record:
    """One recomputed number.

    ``low`` and ``high`` are the ends of a restated set when ``interval`` is ``"set"``, and a statement of precision
    (for example ``"95 % confidence interval"``) otherwise; only a set can make a printed number compatible. ``cell``
    and ``line`` are the place in the notebook that recorded it: the number of the code cell and a line of that cell,
    both counted from 1, or None outside a notebook. A kernel hands over its execution count, which :func:`collect`
    replaces by the number of the cell.
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

    @property
    def has_range(self) -> bool:
        """True if either end is known."""
        return self.low is not None or self.high is not None

    @property
    def has_set(self) -> bool:
        """True if the range is a restated set."""
        return self.interval == "set" and self.has_range

    @property
    def kind(self) -> str:
        """Kind of the range: ``confidence``, ``prediction``, ``set`` or ``bounds``; empty without a range.

        Bounds are everything else: the reach of intervals over a set, or a result over the ends of a printed interval.
        """
        if not self.has_range or self.interval == "set":
            return "set" if self.has_range else ""
        words = (("prediction", "prediction"), ("95 % confidence", "confidence"), ("95 % Monte Carlo", "confidence"))
        return next((kind for start, kind in words if start in self.interval), "bounds")


def _place() -> tuple[int | None, int | None]:
    """Return execution count and line of the notebook cell that is running; a pair of None outside a notebook.

    The outermost frame of the user's namespace counts: for a helper defined in an earlier cell, the line that calls it.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return None, None
    frame, line = sys._getframe(1), None
    while frame is not None:
        if frame.f_globals is shell.user_ns:
            line = frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
    # The shell's own counter is one ahead in some versions; its list of inputs always ends with the running cell.
    return (None, None) if line is None else (len(shell.history_manager.input_hist_parsed) - 1, line)


def _number(x, what: str, id: str) -> float | None:
    if x is None:
        return None
    try:
        x = float(x)
    except (TypeError, ValueError):
        raise RestatedError(f"{what} of ledger entry '{id}' is {x!r}, not a number") from None
    if not math.isfinite(x):
        raise RestatedError(
            f"{what} of ledger entry '{id}' is {x}, not a finite number",
            remedy="leave it out and give a reason, or record a bound",
        )
    return x


class Ledger:
    """The records of one notebook.

    Parameters
    ----------
    page : str
        Name of the notebook without its ending.
    finding : str
        Finding the records belong to unless a record says otherwise.
    register : Register
        The printed numbers; a record that restates an unknown one is refused at once.
    """

    def __init__(self, page: str, finding: str, register: Register):
        self.page = page
        self.finding = finding
        self.register = register
        self._by_id: dict[str, Record] = {}

    @property
    def records(self) -> list[Record]:
        """All records so far, in order."""
        return list(self._by_id.values())

    def record(
        self,
        id: str,
        value=None,
        *,
        basis: str,
        quantity: str = "",
        low=None,
        high=None,
        interval: str = "set",
        published: str | None = None,
        by_construction: bool = False,
        reason: str = "",
        digits: int = 2,
        unit: str = "",
        finding: str | None = None,
    ) -> None:
        """Enter one recomputed number.

        Parameters
        ----------
        id : str
            Permanent name, e.g. ``stability-secure-r``: lower case, words joined by hyphens.
        value : float, optional
            The number; leave out when only a range is known.
        basis : {"open-data", "enumerated", "moment-matched", "arithmetic", "assumed", "original", "recalled"}
            Source of the number. A number computed from any recalled (grade U) number is ``recalled``: it is unverified
            wherever it appears.
        quantity : str
            Meaning of the number in words; taken from the printed number when left out.
        low, high : float, optional
            Ends of the restated set, or of the interval named by `interval`.
        interval : str
            ``"set"``, or the name of the interval from `low` to `high`.
        published : str, optional
            Id of the printed number this restates.
        by_construction : bool
            True when the printed number was an input, so that agreement proves nothing.
        reason : str
            One neutral sentence: the reason for a difference, or the assumptions.
        digits : int
            Decimals to show in prose.
        unit : str
            Unit shown after the number in prose.

        Raises
        ------
        RestatedError
            Invalid id, unknown basis, unknown printed id, a number that is not finite, an id recorded twice, or a
            recalled number that would restate a printed one.
        """
        self._check(id, basis, published)
        if published is not None and not quantity:
            quantity = self.register[published].quantity
        if not quantity:
            raise RestatedError(f"ledger entry '{id}' has no quantity", remedy="pass quantity=...")
        value, low, high = (_number(x, w, id) for x, w in ((value, "value"), (low, "low"), (high, "high")))
        if value is None and low is None and high is None and not reason:
            raise RestatedError(f"ledger entry '{id}' has neither a number nor a reason", remedy="give one of the two")
        if low is not None and high is not None and low > high:
            raise RestatedError(
                f"ledger entry '{id}' runs from {low} down to {high}", remedy="give the lower end first"
            )
        about = (finding or self.finding, quantity, basis, self.page, value, low, high, interval, published)
        more = (bool(by_construction), reason.strip(), digits, unit, *_place())
        self._by_id[id] = Record(id, *about, *more)

    def _check(self, id: str, basis: str, published: str | None) -> None:
        """Refuse an id, a basis or a printed number that a record cannot have."""
        if not ID.fullmatch(id):
            raise RestatedError(
                f"'{id}' is not a ledger id", remedy="use lower-case letters and digits in words joined by hyphens"
            )
        if basis not in rules.BASES:
            raise RestatedError(f"ledger entry '{id}': basis '{basis}' is not one of {', '.join(rules.BASES)}")
        if published is not None and published not in self.register:
            raise RestatedError(
                f"ledger entry '{id}' restates '{published}', which is not in the register",
                remedy="see data/published for the ids, and data/published/merged_ids.csv for ids that were merged",
            )
        if basis == RECALLED and published is not None and self.register[published].grade != "U":
            raise RestatedError(
                f"ledger entry '{id}' rests on recalled numbers and cannot restate '{published}', "
                "which was seen in print",
                remedy="leave out published=...",
            )
        if id in self.register:
            raise RestatedError(f"'{id}' is the id of a printed number", remedy="give the recomputed number its own id")
        if id in self._by_id:
            raise RestatedError(f"ledger entry '{id}' is recorded twice in {self.page}")

    def record_many(self, rows: Iterable[tuple[str, object, str]], **common) -> None:
        """Enter several recomputed numbers from a table.

        Parameters
        ----------
        rows : iterable of (str, number or tuple, str)
            Id, result and quantity of each; the result is a number, a pair of ends, or a number and its two ends.
        **common
            Arguments of :meth:`record` that all share.
        """
        for id, result, quantity in rows:
            value, *ends = result if isinstance(result, tuple) else (result,)
            value, low, high = (None, value, *ends) if len(ends) == 1 else (value, *(ends or (None, None)))
            self.record(id, value, low=low, high=high, quantity=quantity, **common)

    def record_fit(
        self,
        fit,
        *,
        basis: str,
        back: Callable[[float], float] = float,
        factor: float = 1.0,
        published: str | None = None,
        reason: str = "",
        digits: int = 2,
        unit: str = "",
        finding: str | None = None,
        **parts: str | tuple[str, str],
    ) -> None:
        """Enter a pooled fit: its estimate and other results, each under an id of its own and in the order given.

        Parameters
        ----------
        fit : restated.estimate.meta.MetaFit or similar
            Has the attributes that `parts` ask for.
        basis, finding : str
            As for :meth:`record`.
        back, factor : callable, float
            From the scale of the analysis to the recorded one, and a multiplier applied afterwards.
        published, reason : str
            As for :meth:`record`; they belong to the estimate.
        digits, unit : int, str
            As for :meth:`record`, of estimate and prediction interval.
        **parts : (str, str) or str
            Id and quantity, or the id alone, of ``estimate`` (with its 95 % interval), ``prediction`` (interval for a
            new study), ``i2`` (I² from Q, percent), ``tau2``, ``tau`` or ``k``.
        """
        shared: dict[str, Any] = {"basis": basis, "finding": finding}

        def ends(start: str) -> dict[str, Any]:
            low, high = (factor * float(back(getattr(fit, f"{start}_{end}"))) for end in ("low", "high"))
            return {"low": low, "high": high, "digits": digits, "unit": unit, **shared}

        for part, named in parts.items():
            id, quantity = (named, "") if isinstance(named, str) else named
            if part == "estimate":
                method = {"knapp-hartung": "Knapp–Hartung"}.get(getattr(fit, "ci_method", "wald"), "Wald")
                more: dict[str, Any] = {
                    "interval": f"95 % confidence interval ({method})",
                    "published": published,
                    "reason": reason,
                }
                self.record(id, factor * float(back(fit.estimate)), quantity=quantity, **ends("ci"), **more)
            elif part == "prediction":
                label = "95 % prediction interval, k - 2 degrees of freedom"
                self.record(id, quantity=quantity, interval=label, **ends("pi"))
            elif part in _FIT_PARTS:
                field, decimals, sign = _FIT_PARTS[part]
                self.record(id, getattr(fit, field), quantity=quantity, digits=decimals, unit=sign, **shared)
            else:
                known = ", ".join(("estimate", "prediction", *_FIT_PARTS))
                raise RestatedError(f"'{part}' is not a part of a fit", remedy=f"use one of {known}")

    def entry(self, id: str) -> dict:
        """Return the joined ledger row of one of this notebook's records, as the ledger page will show it."""
        if id not in self._by_id:
            raise RestatedError(f"no ledger entry '{id}' has been recorded in {self.page} so far")
        record = self._by_id[id]
        return _entry(record, self.register.get(record.published) if record.published else None)

    def entries(self, *ids: str) -> list[dict]:
        return [self.entry(i) for i in (ids or self._by_id)]


def in_digits(x: float | None, digits: int, unit: str = "") -> str:
    """Return `x` with a fixed number of decimals and thousands marks, a true minus sign, and its unit."""
    if x is None:
        return ""
    text = f"{x:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−") + unit


def basis_of(status: str) -> str:
    """Return the basis of a number computed from rows of a status, see :func:`restated_book.studies.load`.

    Raises
    ------
    RestatedError
        If numbers cannot be computed from rows of that status.
    """
    if status == PRINTED:
        return "arithmetic"
    for basis, words in STATUS_OF_BASIS.items():
        if words == status:
            return basis
    raise RestatedError(f"numbers cannot be computed from rows of the status '{status}'")


def _range_text(record: Record) -> str:
    low, high = (in_digits(x, record.digits, record.unit) for x in (record.low, record.high))
    if low and high:
        return low if low == high else f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _interval(number: PublishedNumber | None) -> tuple[float | None, float | None]:
    """Return the ends of the interval the printed digits stand for; None on an unlimited side and for words."""
    if number is None:
        return None, None
    low, high = number.low, number.high
    return (low if math.isfinite(low) else None), (high if math.isfinite(high) else None)


def _entry(record: Record, number: PublishedNumber | None) -> dict:
    printed_low, printed_high = _interval(number)
    verdict = rules.assign(
        grade=None if number is None else number.grade,
        printed=None if number is None or number.value.value is None else float(number.value.value),
        printed_low=printed_low,
        printed_high=printed_high,
        restated=record.value,
        restated_low=record.low if record.has_set else None,
        restated_high=record.high if record.has_set else None,
        recalled=record.basis == RECALLED,
    )
    reason = record.reason
    if not record.has_set and (record.low is not None or record.high is not None):
        reason = f"{reason.rstrip('.')}; range: {record.interval}" if reason else f"range: {record.interval}"
    interval = _range_text(record)
    return {
        "id": record.id,
        "finding": record.finding,
        "source_key": number.source_key if number else "",
        "quantity": record.quantity,
        "published": number.value.text if number else "",
        "published_low": printed_low,
        "published_high": printed_high,
        "grade": number.grade if number else "",
        "restated": record.value,
        "restated_low": record.low,
        "restated_high": record.high,
        "basis": record.basis,
        "by_construction": record.by_construction,
        "verdict": verdict,
        "reason": reason,
        "page": f"notebooks/{record.page}.html",
        "cell": record.cell,
        # Within its cell: an edit of prose moves no row. The public files have the line of the notebook's file.
        "line": record.line,
        "interval": record.kind,
        # For display only; not part of the public columns.
        "anchor": record.id,
        "restates": record.published or "",
        "restated_by": [],
        "published_text": number.value.text if number else "",
        "restated_text": in_digits(record.value, record.digits, record.unit) or interval,
        "interval_text": interval,
        "interval_kind": record.interval if interval else "",
        "why": record.reason,
        "status": STATUS_OF_BASIS[record.basis],
        **_about(number),
    }


def _about(number: PublishedNumber | None) -> dict:
    fields = ("statistic", "study", "locator", "seen_in", "note", "unit")
    about = {f: getattr(number, f) if number else "" for f in fields}
    about["ci_text"] = ""
    if number is not None and number.ci_low is not None and number.ci_high is not None:
        level = f"{number.ci_level} % " if number.ci_level else ""
        about["ci_text"] = f"{level}CI {number.ci_low.text} to {number.ci_high.text}"
    return about


def _why_not(number: PublishedNumber) -> str:
    """Return the reason shown for a printed number that no notebook restated."""
    if number.grade == "U":
        return "recalled only, the source was not seen; carries no conclusion"
    if not number.is_number:
        return "a statement in words; no number was printed"
    if number.statistic in ("count", "year"):
        return "a fact the source reports about itself; nothing available lets it be recomputed"
    return "the data behind it were not available for this edition"


def _printed_entry(number: PublishedNumber, restatements: list[dict]) -> dict:
    """Return the ledger row of a printed number, with the restatement that represents it if there is one.

    Where several records restate one printed number, a held-out check takes precedence over agreement by construction,
    then the first recorded one: the author of a notebook puts the paper's own method first.
    """
    printed_low, printed_high = _interval(number)
    about = {
        "id": number.id,
        "finding": number.finding,
        "source_key": number.source_key,
        "quantity": number.quantity,
        "published": number.value.text,
        "published_low": printed_low,
        "published_high": printed_high,
        "grade": number.grade,
    }
    display = {
        "anchor": number.id,
        "restates": "",
        "restated_by": [e["id"] for e in restatements],
        "published_text": number.value.text,
        "status": "printed",
        **_about(number),
    }
    if restatements:
        best = min(restatements, key=lambda e: e["by_construction"])
        results = ("restated", "restated_low", "restated_high", "basis", "by_construction", "verdict")
        copied = (*results, "page", "cell", "line", "interval")
        shown = ("restated_text", "interval_text", "interval_kind")
        reason = f"restated as {best['id']}" + (f": {best['reason']}" if best["reason"] else "")
        return about | {k: best[k] for k in copied} | {"reason": reason} | display | {k: best[k] for k in shown}
    return (
        about
        | {
            "restated": None,
            "restated_low": None,
            "restated_high": None,
            "basis": "",
            "by_construction": False,
            "verdict": "unverified" if number.grade == "U" else "not-recomputable",
            "reason": _why_not(number),
            "page": "",
            "cell": None,
            "line": None,
            "interval": "",
        }
        | display
        | {"restated_text": "", "interval_text": "", "interval_kind": ""}
    )


def join(
    register: Register, records: Iterable[Record], reads: Mapping[str, Collection[str]] | None = None
) -> Iterator[dict]:
    """Yield every printed and every recomputed number as one row.

    Parameters
    ----------
    register : Register
    records : iterable of Record
    reads : mapping, optional
        Ids each page read (:func:`reads`); rows name these pages under ``read_by``.

    Returns
    -------
    iterator of dict
        :data:`COLUMNS` plus display fields. Printed numbers come in register order, each followed by the records that
        restate it; records that restate nothing follow the last row of their finding.

    Raises
    ------
    RestatedError
        If two notebooks record the same id, or a record names a printed number that is not in the register.
    """
    by_published: dict[str, list[Record]] = {}
    free: dict[str, list[Record]] = {}
    seen: dict[str, str] = {}
    for r in records:
        if r.id in seen or r.id in register:
            where = f"in {seen[r.id]} and again in {r.page}" if r.id in seen else f"in {r.page} but is a printed number"
            raise RestatedError(f"ledger entry '{r.id}' is recorded {where}", remedy="give each result its own id")
        if r.published is not None and r.published not in register:
            raise RestatedError(f"ledger entry '{r.id}' restates '{r.published}', which is not in the register")
        seen[r.id] = r.page
        (by_published.setdefault(r.published, []) if r.published else free.setdefault(r.finding, [])).append(r)
    pages: dict[str, list[str]] = {}
    for page, ids in (reads or {}).items():
        for id in ids:
            pages.setdefault(id, []).append(page)

    def rows() -> Iterator[dict]:
        finding = ""
        for number in register.values():
            if finding and number.finding != finding:
                yield from (_entry(r, None) for r in free.pop(finding, ()))
            finding = number.finding
            restatements = [_entry(r, number) for r in by_published.get(number.id, ())]
            yield _printed_entry(number, restatements)
            yield from restatements
        # Last, records of findings without a printed number of their own.
        for left in [free.pop(finding, ()), *free.values()]:
            yield from (_entry(r, None) for r in left)

    return (row | {"read_by": pages.get(row["id"], [])} for row in rows())


def collect(notebook: Mapping) -> list[Record]:
    """Return the records in the outputs of an executed notebook (nbformat 4) in order, each with its cell's number."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    rows = (row for cell in code for output in cell["outputs"] for row in output.get("data", {}).get(MIME, ()))
    places = {c.get("execution_count"): (n, "".join(c["source"])) for n, c in enumerate(code, 1)}
    return [_placed(Record(**row), places) for row in rows]


def _placed(record: Record, places: Mapping[int | None, tuple[int, str]]) -> Record:
    """Replace the kernel's execution count of a record by the number of its cell."""
    if record.cell not in places or record.line is None:
        return replace(record, cell=None, line=None)
    number, source = places[record.cell]
    return replace(record, cell=number, line=codecells.line_of(source, record.line, record.id))


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
    with path.open("w", encoding="utf-8", newline="") as file:
        between = "[\n"

        def add(row: Mapping) -> None:
            nonlocal between
            file.write(between + json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
            between = ",\n"

        yield add
        file.write("[\n]\n" if between == "[\n" else "\n]\n")


def _cell(v) -> str:
    if v is None:
        return ""
    if isinstance(v, bool):
        return "true" if v else "false"
    return repr(v) if isinstance(v, float) else guarded(str(v))
