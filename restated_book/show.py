"""Figures, tables and verdicts as they appear in a notebook and in the book, each with its status in words.

Each is one HTML block that works in JupyterLab on its own; the build moves the pictures into files.
"""

import base64
import gc
import math
import numbers
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from restated.errors import RestatedError
from restated.plots import render, rows, style
from restated.printed import legible
from restated.verdict import SHORT
from restated_book import config, flow, paths, provenance, register, templates
from restated_book.ledger import MIME, MIME_READS, as_mime, in_digits
from restated_book.outputs import MARK, MIME_TABLE, NARROW, PICTURES
from restated_book.recording import ID, Ledger
from restated_book.sources import bibliography
from restated_book.status import FROM_ROWS, OPEN, STATUSES, SUPPLIED, shown

LONGEST = 100  #: Characters of the longest first sentence of a caption that is bold as a whole
MIN_ALT = 20  #: Length of the shortest alternative text that can hold subject, main value and conclusion
FITTING = 3  #: Columns that a telephone shows next to each other; the rows of a wider table become cards there
#: Status of a table of verdicts, and the fields of ledger entries it hands over.
VERDICT_STATUS = "published compared with recomputed; each row says what its number was computed from"
VERDICT_COLUMNS: list[str] = paths.tables(__file__)["verdict_columns"]

_PAGES = templates.environment(Path(__file__).parent, FITTING=FITTING, NARROW=NARROW, SHORT=SHORT, shown=shown)
_PARTS: Any = _PAGES.get_template("show.html").module
_pending: list[Ledger] = []
if (paths.ROOT / config.NAME).is_file():  # figures of the library, too, show the colours and words of the book
    style.ROLES.update({role: style.Tone(*own) for role, own in config.load().colours.items() if role in style.ROLES})
    SHORT.update({verdict: words for verdict, words in config.load().verdicts.items() if verdict in SHORT})

if os.environ.get("RESTATED_WATCH"):
    # A figure is tens of thousands of small objects; collecting garbage at the usual pace takes a tenth of the time.
    gc.set_threshold(100_000, 20, 100)


def _checked(id: str, status: str, caption: str) -> str:
    """Return the status of a figure or table; that of the study tables it rests on wins over what was written."""
    if not ID.fullmatch(id):
        raise RestatedError(f"'{id}' is not an id", remedy="use lower-case words joined by hyphens")
    if status not in STATUSES:
        raise RestatedError(f"'{id}' has the status '{status}'", remedy=f"use one of: {'; '.join(STATUSES)}")
    if not caption.strip():
        raise RestatedError(f"'{id}' has no caption")
    observed = set(flow.behind().values())
    if SUPPLIED in observed and status in FROM_ROWS:
        return SUPPLIED
    if observed and status not in observed and status in (OPEN, SUPPLIED):
        fault = f"'{id}' has the status '{status}', but rests on rows that are {'; '.join(sorted(observed))}"
        raise RestatedError(fault, remedy="pass status=show.status_of(rows)")
    return status


def _about(id: str, status: str, caption: str) -> dict[str, str]:
    status = _checked(id, status, caption)
    words = {"status": status, "key": STATUSES[status], "words": shown(status)}
    text = " ".join(caption.split())
    first = text[: len(templates.headline(text)) + 1]  # with its stop
    message = first if len(first) <= LONGEST else first.partition(": ")[0]
    parts = {"message": message, "then": first[len(message) :], "rest": text[len(first) :].strip()}
    return {"id": id, "caption": caption, **parts, **words}


def _display(data: dict, **mark) -> None:
    display(data, raw=True, metadata={MARK: mark})


def _hand(block: str, text: str, data: pd.DataFrame, about: dict[str, str], *, kind: str, alt: str = "") -> None:
    """Display a block, and hand its words and values over to the build, numbers as numbers."""
    rows = [[_value(x) for x in row] for row in data.itertuples(index=False, name=None)]
    mark = {"kind": kind, "id": about["id"], "status": about["status"], "caption": about["caption"]}
    status = VERDICT_STATUS if kind == "verdicts" else about["status"]
    handed = mark | {"status": status, "alt": alt, "columns": [str(c) for c in data.columns], "rows": rows}
    _display({"text/html": str(block), "text/plain": text, MIME_TABLE: handed}, **mark)


def _value(x) -> bool | int | float | str | None:
    if pd.api.types.is_bool(x):
        return bool(x)
    if isinstance(x, numbers.Integral):
        return int(x)
    if isinstance(x, numbers.Real):
        # JSON has no infinite number.
        return float(x) if math.isfinite(x) else None if math.isnan(x) else str(x)
    return None if x is None or x is pd.NA or x is pd.NaT else str(x)


def _embedded(fig, *, trimmed: bool = False) -> dict[str, Any]:
    """Return a figure as the address of an SVG in the page, and its size in pixels."""
    svg = render.svg(fig, trimmed=trimmed)
    encoded = base64.b64encode(svg.encode()).decode()
    found = {side: re.findall(rf'<svg[^>]*\b{side}="([0-9.]+)', svg)[0] for side in ("width", "height")}
    return {"address": f"data:image/svg+xml;base64,{encoded}"} | {k: math.ceil(float(v)) for k, v in found.items()}


def figure(drawn, *, id: str, caption: str, status: str, more: str = "") -> None:
    """Show a figure with alternative text, caption, status and data table.

    `drawn` is a :class:`restated.plots.style.Drawn`, `id` its permanent name (the anchor is ``fig-<id>``), `caption`
    plain text and `status` one of :data:`restated_book.status.STATUSES`. With `more`, a line that says what the figure
    shows, it is folded behind that line. The first sentence of the caption is the message and bold; of a long one only
    the part before its colon is.
    """
    about = _about(id, status, caption)
    alt = " ".join(drawn.alt.split())
    if len(alt) < MIN_ALT:
        raise RestatedError(f"figure '{id}' has an alternative text of {len(alt)} characters: '{alt}'")
    places = rows.places(drawn.fig)
    ruled = f"{places[0]} {places[1]:.4f} {places[2]:.4f}" if places else ""
    wide, narrow = _embedded(drawn.fig), None
    if folder := os.environ.get(PICTURES):
        Path(folder, f"{id}.png").write_bytes(render.png(drawn.fig))
        # A function that knows of no narrow screen draws the same again: the picture then scrolls sideways.
        if drawn.narrow and (small := drawn.narrow().fig).get_figwidth() <= style.NARROW + 1e-6:
            narrow = _embedded(small, trimmed=True)
    plt.close(drawn.fig)
    data = _table_html(drawn.data, label=f"Data of figure: {caption}", caption="Data shown in the figure")
    block = _PARTS.figure(about, alt, ruled, wide, narrow, data, more)
    _hand(block, f"[{about['status']}] {caption}\n{alt}", drawn.data, about, kind="figure", alt=alt)


def table(
    data: pd.DataFrame, *, id: str, caption: str, status: str, digits: int | dict[str, int] = 2, more: str = ""
) -> None:
    """Show a table: first column as row headings, status in the caption; the index of `data` is left out.

    `digits` are the decimals of floating-point columns, for all or by column; the rest is as for :func:`figure`.
    """
    about = _about(id, status, caption)
    inside = _table_html(data, label=caption, caption=caption, digits=digits)
    _hand(_PARTS.table(about, inside, more), data.to_string(index=False), data, about, kind="table")


def offer(data: pd.DataFrame, *, id: str, caption: str, status: str) -> None:
    """Offer a table for download that the page shows in another form; arguments are as for :func:`table`."""
    about = _about(id, status, caption)
    _hand(_PARTS.table(about, "", ""), caption, data, about, kind="table")


def _table_html(data: pd.DataFrame, *, label: str, caption: str, digits: int | dict[str, int] = 3) -> str:
    names = [str(c) for c in data.columns]
    if not names or any(not n.strip() for n in names):
        raise RestatedError(f"table '{caption}' has a column without a heading")

    def text(value, column) -> str:
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            return "–"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return in_digits(value, digits.get(column, 2) if isinstance(digits, dict) else digits)
        return legible(str(value))

    types = pd.api.types
    numeric = (types.is_numeric_dtype(data[c]) and not types.is_bool_dtype(data[c]) for c in data.columns)
    heads = list(zip(names, numeric, strict=True))
    lines = [[text(value, name) for value, name in zip(row, names)] for row in data.itertuples(index=False, name=None)]
    return _PARTS.rows(label, caption, heads, lines)


def verdicts(ledger: Ledger, *ids: str, id: str, caption: str, more: str = "") -> None:
    """Show recomputed numbers of a ledger, all or `ids`, next to the printed ones; the rest is as for :func:`table`."""
    entries, line = ledger.entries(*ids), "{}: published {}, recomputed {}: {}".format
    about = _about(id, "printed", caption) | {"status": "printed", "key": "printed", "words": VERDICT_STATUS}
    text = [line(e["id"], e["published"] or "nothing", e["restated_text"], e["verdict"]) for e in entries]
    handed = pd.DataFrame(entries, columns=list(VERDICT_COLUMNS))
    legibly = [entry | {"published": legible(entry["published"] or "")} for entry in entries]
    _hand(_PARTS.verdicts(about, legibly, more), "\n".join(text), handed, about, kind="verdicts")


def printed_numbers(register, ids: Sequence[str], *, id: str, caption: str, more: str = "") -> None:
    """Show printed numbers of a register with source, place and grade; `id`, `caption`, `more` as for :func:`table`."""
    works = bibliography.load()
    rows = []
    for n in map(register.number, ids):
        printed = n.value.text + " %" * (n.statistic == "percent" and "%" not in n.value.text)
        range_of = f"{n.low:g} to {n.high:g}" if n.low < n.high else "itself"
        rows.append((n.quantity, printed, range_of, works.short(n.source_key), n.locator, n.grade))
    frame = pd.DataFrame(rows, columns=["Quantity", "Published", "Stands for", "Source", "Place", "Grade"])
    table(frame, id=id, caption=caption, status="printed", more=more)


def open_ledger(page: str, finding: str) -> Ledger:
    """Return a ledger for this notebook, with the register loaded; its records reach the build without further ado."""
    ledger = Ledger(page, finding, register.open())
    _pending[:] = [ledger]
    return ledger


def hand_over() -> None:
    """Put the records of the notebook's ledger and its trace into its outputs. The build calls this at the end."""
    records = [r for ledger in _pending for r in ledger.records]
    reads = sorted(set().union(*(ledger.register.reads for ledger in _pending)))
    handed = {MIME: as_mime(records), MIME_READS: reads, provenance.MIME: provenance.trace()}
    _display(handed | {"text/plain": f"{len(records)} ledger entries"}, kind="records", status="")


def status_of(frame: pd.DataFrame) -> str:
    """Return the status that :func:`restated_book.studies.load` gave a study table; refuse a frame without one."""
    status = frame.attrs.get("status")
    if status not in STATUSES:
        raise RestatedError("this table has no status", remedy="load it with restated_book.studies.load(...)")
    return status
