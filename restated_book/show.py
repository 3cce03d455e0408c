"""Figures, tables and verdicts as they appear in a notebook and in the book.

Every figure and table carries its status in words; the build refuses any output that shows data without one. Each
output is one HTML block that works in JupyterLab on its own; the build moves the pictures into files
(:func:`restated_book.outputs.extract`).
"""

import base64
import gc
import html
import math
import numbers
import os
import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from restated.errors import RestatedError
from restated.plots import render, rows, style
from restated.verdict import SHORT
from restated_book import flow, provenance, register
from restated_book.ledger import MIME, MIME_READS, as_mime, in_digits
from restated_book.outputs import MARK, MIME_TABLE, NARROW, PICTURES
from restated_book.recording import ID, Ledger
from restated_book.sources import bibliography
from restated_book.status import FROM_ROWS, OPEN, STATUSES, SUPPLIED, shown

#: Length of the shortest alternative text that can hold subject, main value and conclusion.
MIN_ALT = 20
#: Columns that a telephone shows next to each other; the rows of a wider table become cards there.
FITTING = 3
#: Status of a table of verdicts, and the fields of ledger entries it hands over.
VERDICT_STATUS = "published compared with recomputed; each row says what its number was computed from"
VERDICT_COLUMNS = (
    *("id", "quantity", "published", "grade", "restated", "restated_low", "restated_high"),
    *("interval_kind", "verdict", "by_construction", "status", "why"),
)

_pending: list[Ledger] = []

if os.environ.get("RESTATED_WATCH"):
    # A kernel of the build ends with its notebook. A figure is tens of thousands of small objects; collecting garbage
    # at Python's usual pace takes a tenth of the time.
    gc.set_threshold(100_000, 20, 100)


def _esc(x) -> str:
    return html.escape(str(x), quote=True)


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


def badge(status: str) -> str:
    """Return the HTML of a status badge, in words."""
    return f'<span class="rs-status rs-status-{STATUSES[status]}">Status: {_esc(shown(status))}</span>'


def _display(data: dict, **mark) -> None:
    display(data, raw=True, metadata={MARK: mark})


def _hand(
    block: str,
    text: str,
    data: pd.DataFrame,
    *,
    kind: str,
    id: str,
    caption: str,
    status: str,
    alt: str = "",
    title: str = "",
):
    """Display a block, and hand its words and values over to the build, numbers as numbers."""
    rows = [[_value(x) for x in row] for row in data.itertuples(index=False, name=None)]
    words = {"kind": kind, "id": id, "caption": caption, "status": status, "alt": alt, "title": title}
    handed = words | {"columns": [str(c) for c in data.columns], "rows": rows}
    marked = "printed" if status == VERDICT_STATUS else status
    parts = {"text/html": block, "text/plain": text, MIME_TABLE: handed}
    _display(parts, kind=kind, id=id, status=marked, caption=caption, **({"title": title} if title else {}))


def _value(x) -> bool | int | float | str | None:
    if pd.api.types.is_bool(x):
        return bool(x)
    if isinstance(x, numbers.Integral):
        return int(x)
    if isinstance(x, numbers.Real):
        # JSON has no infinite number.
        return float(x) if math.isfinite(x) else None if math.isnan(x) else str(x)
    return None if x is None or x is pd.NA or x is pd.NaT else str(x)


def _folded(block: str, more: str) -> str:
    """Return a block behind a line that says what it shows; without that line, the block."""
    return f'<details class="rs-fold"><summary>{_esc(more)}</summary>{block}</details>' if more else block


def _embedded(fig, *, trimmed: bool = False) -> tuple[str, str]:
    """Return a figure as the address of an SVG in the page, and its size in pixels as attributes."""
    svg = render.svg(fig, trimmed=trimmed)
    sides = (re.findall(rf'<svg[^>]*\b{side}="([0-9.]+)', svg)[0] for side in ("width", "height"))
    width, height = (math.ceil(float(pixels)) for pixels in sides)
    encoded = base64.b64encode(svg.encode()).decode()
    return f"data:image/svg+xml;base64,{encoded}", f' width="{width}" height="{height}"'


def _caption(title: str, badge: str, caption: str) -> str:
    """Return the caption of a figure or table: its message, its badge and what it shows."""
    message = f'<b class="rs-message">{_esc(title)}</b> ' if title else ""
    return f"<figcaption>{message}{badge} {_esc(caption)}</figcaption>"


def figure(drawn, *, id: str, caption: str, status: str, more: str = "", title: str = "") -> None:
    """Show a figure with alternative text, caption, status and data table.

    `drawn` is a :class:`restated.plots.style.Drawn`, `id` its permanent name (the anchor is ``fig-<id>``), `caption`
    plain text and `status` one of :data:`restated_book.status.STATUSES`. With `more`, a line that says what the figure
    shows, it is folded behind that line. `title` is its message in one line, shown before the caption.
    """
    status = _checked(id, status, caption)
    alt = " ".join(drawn.alt.split())
    if len(alt) < MIN_ALT:
        raise RestatedError(f"figure '{id}' has an alternative text of {len(alt)} characters: '{alt}'")
    places = rows.places(drawn.fig)
    ruled = f' data-rows="{places[0]} {places[1]:.4f} {places[2]:.4f}"' if places else ""
    embedded, size = _embedded(drawn.fig)
    picture = f'<img class="rs-light" data-file="{id}.svg" src="{embedded}" alt="{_esc(alt)}"{size} loading="lazy">'
    if folder := os.environ.get(PICTURES):
        Path(folder, f"{id}.png").write_bytes(render.png(drawn.fig))
        # A function that knows of no narrow screen draws the same again: the picture then scrolls sideways.
        if drawn.narrow and (small := drawn.narrow().fig).get_figwidth() <= style.NARROW + 1e-6:
            embedded, size = _embedded(small, trimmed=True)
            picture = f'<source data-file="{id}{NARROW}" srcset="{embedded}"{size}>{picture}'
    plt.close(drawn.fig)
    data = _table_html(drawn.data, label=f"Data of figure: {caption}", caption="Data shown in the figure")
    block = (
        f'<figure class="rs-figure" id="fig-{id}" data-status="{_esc(status)}"{ruled}>'
        f'<div class="rs-plate" role="region" tabindex="0" aria-label="Picture: {_esc(caption)}">{picture}</div>'
        f"{_caption(title, badge(status), caption)}"
        f'<details class="rs-data"><summary>Data behind this figure</summary>{data}</details></figure>'
    )
    _hand(
        _folded(block, more),
        f"[{status}] {caption}\n{alt}",
        drawn.data,
        kind="figure",
        id=id,
        caption=caption,
        status=status,
        alt=alt,
        title=title,
    )


def table(
    data: pd.DataFrame,
    *,
    id: str,
    caption: str,
    status: str,
    digits: int | dict[str, int] = 2,
    more: str = "",
    title: str = "",
) -> None:
    """Show a table: first column as row headings, numbers with fixed decimals, status in the caption.

    The index of `data` is left out; `digits` are the decimals of floating-point columns, for all or by column. The
    others are as for :func:`figure`; the anchor is ``tab-<id>``.
    """
    status = _checked(id, status, caption)
    inside = _table_html(data, label=caption, caption=caption, digits=digits)
    block = _folded(_tablefig(inside, id=id, status=status, badge=badge(status), caption=caption, title=title), more)
    text = data.to_string(index=False)
    _hand(block, text, data, kind="table", id=id, caption=caption, status=status, title=title)


def offer(data: pd.DataFrame, *, id: str, caption: str, status: str) -> None:
    """Offer a table for download that the page shows in another form; arguments are as for :func:`table`."""
    status = _checked(id, status, caption)
    block = _tablefig("", id=id, status=status, badge=badge(status), caption=caption)
    _hand(block, caption, data, kind="table", id=id, caption=caption, status=status)


def _tablefig(inside: str, *, id: str, status: str, badge: str, caption: str, title: str = "") -> str:
    """Return a table as a figure with its badge and caption above it."""
    return (
        f'<figure class="rs-tablefig" id="tab-{id}" data-status="{_esc(status)}">'
        f"{_caption(title, badge, caption)}{inside}</figure>"
    )


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
        return _esc(value)

    types = pd.api.types
    numeric = (types.is_numeric_dtype(data[c]) and not types.is_bool_dtype(data[c]) for c in data.columns)
    classes = [" class=rs-n" if n else "" for n in numeric]
    head = "".join(f'<th scope="col"{of}>{_esc(name)}</th>' for name, of in zip(names, classes, strict=True))
    body = []
    for first, *others in data.itertuples(index=False, name=None):
        cells = zip(others, names[1:], classes[1:], strict=True)
        more = "".join(f'<td{of} data-label="{_esc(name)}">{text(value, name)}</td>' for value, name, of in cells)
        body.append(f'<tr><th scope="row">{text(first, names[0])}</th>{more}</tr>')
    kind = "rs-table rs-cards" if len(names) > FITTING else "rs-table"
    return _scrolling(head, body, label=label, caption=caption, kind=kind)


def _scrolling(head: str, body: Sequence[str], *, label: str, caption: str, kind: str = "rs-table") -> str:
    """Return a table in its own labelled region, which scrolls where the page is narrow."""
    return (
        f'<div class="rs-scroll" role="region" tabindex="0" aria-label="{_esc(label)}"><table class="{kind}">'
        f'<caption class="rs-hidden">{_esc(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def verdict_badge(verdict: str) -> str:
    """Return the HTML of a verdict badge: its words; the style sheet adds the shape before them."""
    return f'<span class="rs-verdict rs-v-{verdict}">{_esc(SHORT[verdict])}</span>'


def verdicts(ledger: Ledger, *ids: str, id: str, caption: str, more: str = "") -> None:
    """Show recomputed numbers of a ledger (all if no `ids` are given) next to the printed ones, with their verdicts.

    `id`, `caption` and `more` are as for :func:`table`.
    """
    entries = ledger.entries(*ids)
    _checked(id, "printed", caption)
    rows, text = [], []
    for e in entries:
        printed = f"{_esc(e['published'])} <small>({e['grade']})</small>" if e["published"] else "–"
        restated = _esc(e["restated_text"]) or "–"
        if e["interval_text"] and e["interval_text"] != e["restated_text"]:
            kind = "possible" if e["interval_kind"] == "set" else e["interval_kind"]
            restated += f" <small>{_esc(kind)}: {_esc(e['interval_text'])}</small>"
        circular = "<small>by construction, no check</small>" if e["by_construction"] else ""
        rows.append(
            f'<tr><th scope="row"><a href="../book/ledger.html#{e["anchor"]}">{_esc(e["quantity"])}</a></th>'
            f'<td data-label="Published">{printed}</td><td data-label="Recomputed">{restated}</td>'
            f'<td data-label="Verdict">{verdict_badge(e["verdict"])} {circular}</td><td data-label="Why">'
            f"<small>{_esc(shown(e['status']))}{': ' if e['why'] else ''}{_esc(e['why'])}</small></td></tr>"
        )
        before = e["published"] or "nothing"
        text.append(f"{e['id']}: published {before}, recomputed {e['restated_text']}: {e['verdict']}")
    heads = ("Quantity", "Published (grade)", "Recomputed", "Verdict", "Computed from, and why")
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    inside = _scrolling(head, rows, label=caption, caption=caption, kind="rs-table rs-verdicts rs-cards")
    words = f'<span class="rs-status rs-status-printed">Status: {VERDICT_STATUS}</span>'
    block = _tablefig(inside, id=id, status="printed", badge=words, caption=caption)
    handed = pd.DataFrame(entries, columns=list(VERDICT_COLUMNS))
    _hand(_folded(block, more), "\n".join(text), handed, kind="verdicts", id=id, caption=caption, status=VERDICT_STATUS)


def printed_numbers(register, ids: Sequence[str], *, id: str, caption: str, more: str = "") -> None:
    """Show printed numbers of a register with source, place and grade; `id`, `caption`, `more` as for :func:`table`."""
    works = bibliography.load()
    numbers = [register.number(i) for i in ids]
    frame = pd.DataFrame(
        {
            "Quantity": [n.quantity for n in numbers],
            "Published": [n.value.text + (" %" if n.statistic == "percent" else "") for n in numbers],
            "Stands for": [f"{n.low:g} to {n.high:g}" if n.low < n.high else "itself" for n in numbers],
            "Source": [works.short(n.source_key) for n in numbers],
            "Place": [n.locator for n in numbers],
            "Grade": [n.grade for n in numbers],
        }
    )
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
    handed = {
        MIME: as_mime(records),
        MIME_READS: reads,
        provenance.MIME: provenance.trace(),
        "text/plain": f"{len(records)} ledger entries",
    }
    _display(handed, kind="records", status="")


def status_of(frame: pd.DataFrame) -> str:
    """Return the status a study table was loaded with.

    A frame that :func:`restated_book.studies.load` did not load is refused.
    """
    status = frame.attrs.get("status")
    if status not in STATUSES:
        raise RestatedError("this table has no status", remedy="load it with restated_book.studies.load(...)")
    return status
