"""Refuse outputs of an executed notebook that would not appear properly on its page."""

import platform
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from restated.errors import RestatedError
from restated_book import ledger, paths, provenance
from restated_book.outputs import MARK

PLAIN = 500  #: Longest text that a cell may print as it is, in characters: what is longer belongs in the prose
#: A moment this near to now, in seconds, is that of the run: a notebook may run for minutes, and clocks have zones.
NOW = 86_400
#: Parts of an output that are not read: markup with pictures, whose words are in the plain text too, and the trace.
_NOT_READ = ("text/html", "image/svg+xml", "image/png", ledger.MIME_READS, provenance.MIME)
Fault = Sequence[str]  #: What is wrong with an output, and what to write instead
_VALUE = "record it with ledger.record(...) and name it in the text, or leave it out"
#: Faults by name, and by the MIME types of an output: the first that fits counts, as programs add pictures for others.
_FAULTS, _TYPES, _PATTERNS = paths.tables(__file__).values()
_ADDRESS, _MOMENT, _BARE, _CSV, _DRAWN, _WARNING, _COUNTED = map(re.compile, _PATTERNS.values())


def check(notebook: Mapping, file: Path) -> None:
    """Refuse data without a status, an id shown twice, and what this run alone prints; name `file`, cell and line."""
    seen: dict[str, int] = {}
    code = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    for number, cell in enumerate(code, 1):
        for output in cell["outputs"]:
            mark = output.get("metadata", {}).get(MARK)
            if fault := (None if mark else _unmarked(output)) or _of_this_run(output):
                message = f"code cell {number} ({first_line(cell['source'])}) {fault[0]}"
                raise RestatedError(message, file=file, remedy=fault[1])
            if mark and mark["kind"] != "records":
                if mark["id"] in seen:
                    message = f"code cells {seen[mark['id']]} and {number} both show '{mark['id']}'"
                    raise RestatedError(message, file=file, remedy="give each figure and table its own id")
                seen[mark["id"]] = number


def first_line(source: str) -> str:
    """Return the first line of a cell that is not a comment, by which its author knows it."""
    lines = [x for x in source.splitlines() if x.strip() and not x.startswith("#")]
    return f"'{lines[0].strip()[:60]}'" if lines else "empty"


def _unmarked(output: Mapping) -> Fault | None:
    """Refuse an output that :mod:`restated_book.show` did not make, unless it is plain printed text."""
    if output["output_type"] == "error":
        return f"shows a traceback: {output['ename']}: {output['evalue']}", "correct the cell, or catch the exception"
    if output["output_type"] == "stream":
        text = "".join(output["text"])
        return _warned(text) if output["name"] == "stderr" and text.strip() else _printed(text)
    data = output["data"]
    for pattern, fault in _TYPES.items():
        # Of what is shown as HTML too, the formula is for paper.
        if any(re.search(pattern, mime) for mime in data if mime != "text/latex" or "text/html" not in data):
            return fault
    text = "".join(data.get("text/plain", ""))
    if _DRAWN.match(text):
        return _FAULTS["figure"]
    for mime in ("text/html", "text/markdown"):
        if mime in data:
            is_table = re.search(r"<table|^.*\|.*\n[\s|:]*-+[-\s|:]*$", "".join(data[mime]), re.M)
            return _FAULTS["table" if is_table else "markup"]
    if others := sorted({*data} - {"text/plain"}):
        return f"shows {', '.join(others)}, which a page cannot hold", _FAULTS["table"][1]
    if output["output_type"] == "execute_result" and not _ADDRESS.search(text):
        return f"shows a bare value: {' '.join(text.split())[:60]}", _VALUE
    return _printed(text)


def _warned(text: str) -> Fault:
    """Describe text on standard error."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    if re.search(r"\r(?!\n)|\x08", text):
        return _FAULTS["progress"]
    *_, said = lines = text.strip().splitlines() or [""]
    if named := next(filter(None, map(_WARNING.match, lines)), None):
        where = f" (line {named[2]} of the cell)" if "ipykernel_" in named[1] else ""
        said = f"{named[3]}: {named[4]}{where}"
    said = _paths().sub("…", said)[:200].strip()
    remedy = "correct what it warns of; where it is harmless, filter it: warnings.filterwarnings('ignore', …)"
    return f"writes on standard error: {said}", remedy if named else "leave it out; logging.disable() silences a log"


def _printed(text: str) -> Fault | None:
    """Refuse printed text that is more than a plain remark."""
    if re.search(r"\r(?!\n)|\x08", text):
        return _FAULTS["progress"]
    if re.search(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]", text):
        return "prints colours or other signals for a terminal", "print plain text"
    if fault := _in_words(text):
        return fault
    if re.search(r"[\t|\u2500-\u259f]|[^\s.!?:] {2,}\S", text) or _CSV.search(text):
        return _FAULTS["table"]
    if any(unicodedata.category(sign).startswith("N") for sign in text) or _BARE.search(text) or _COUNTED.search(text):
        return f"shows a result: {' '.join(text.split())[:60]}", _VALUE
    return (f"prints {len(text):,} characters", "write them as text of the page") if len(text) > PLAIN else None


def _of_this_run(output: Mapping) -> Fault | None:
    """Find a process, a memory address, a path or the time of the run in what an output shows."""
    shown = {mime: part for mime, part in output.get("data", {}).items() if mime not in _NOT_READ}
    for found in _texts(shown):
        if isinstance(found, str):
            if fault := _in_words(found):
                return fault
        elif abs(found - time.time()) < NOW:
            return _FAULTS["time"]
    return None


def _texts(part: object) -> Iterator[str | float]:
    """Return the texts and numbers in a part of an output."""
    if isinstance(part, Mapping | list):
        for inside in part.values() if isinstance(part, Mapping) else part:
            yield from _texts(inside)
    elif isinstance(part, str | int | float) and not isinstance(part, bool):
        yield part


def _in_words(text: str) -> Fault | None:
    """Find in a text what another machine or run would print differently."""
    if "Traceback (most recent call last)" in text:
        return "shows a traceback", "correct the cell, or catch the exception and say in words what was wrong"
    if _ADDRESS.search(text):
        return "shows a memory address, which differs in every run", "show what the object holds instead"
    if re.search(r"ipykernel_\d+", text):
        return "shows the id of a process, which differs in every run", "leave it out"
    if place := _paths().search(text):
        return f"shows a path or the name of this machine, {place[0][:60]}", "name files from the folder of the book"
    return _FAULTS["time"] if any(_is_now(*found.groups()) for found in _MOMENT.finditer(text)) else None


@cache
def _paths() -> re.Pattern:
    """Return the pattern of a path on a machine, this one or another, and of the name of this one."""
    here = (paths.ROOT, Path.home(), tempfile.gettempdir(), sys.prefix, sys.base_prefix)
    own = [re.escape(str(place)) for place in here if len(Path(place).parts) > 1]
    usual = r"/(?:home|Users|root|tmp|var|usr|opt|mnt|private|srv|media|Volumes|scratch|work|builds)/\w[\w./-]*"
    own.append(rf"(?<![\w./-]){re.escape(platform.node() or '/')}(?![\w/-])")
    return re.compile(rf"(?<![\w./:-])(?:(?:{'|'.join(own)})[\w./-]*|{usual}|(?:[A-Za-z]:|\\\\\w+)\\\w+\\[\w.\\-]*)")


def _is_now(date: str | None, clock: str | None, day: str | None, year: str | None) -> bool:
    """Tell whether a moment is that of the run; kernels are in UTC."""
    text, form = (f"{date} {clock}", "%Y-%m-%d %H:%M") if date else (f"{year} {day}", "%Y %b %d %H:%M:%S")
    try:
        return abs(datetime.strptime(text, form).replace(tzinfo=UTC).timestamp() - time.time()) < NOW
    except ValueError:  # 2026-02-30, a Max 12
        return False
