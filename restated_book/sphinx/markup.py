"""Small pieces of HTML the pages are made of. Pure functions on rows; all text is escaped here."""

import re
from collections.abc import Iterable, Mapping
from html import escape

from restated_book import entries

#: Accessible names of what each role shows.
KIND_WORDS = {"published": "published", "restated": "restated", "interval": "restated range"}

#: Characters of a number that are kept on one line with their mark; a longer text may break.
LONGEST_UNBROKEN = 24


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 claim``, ``2 claims``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def hidden(text: str) -> str:
    """Return words for screen readers only."""
    return f'<span class="rs-hidden">{escape(text)}</span>'


def grade_badge(grade: str) -> str:
    """Return the grade of a source as a letter and in words."""
    words = escape(entries.GRADE_WORDS[grade])
    return f'<span class="rs-grade rs-g-{escape(grade)}">{escape(grade)}: {words}</span>'


def verdict_badge(verdict: str) -> str:
    """Return the verdict in words; the style sheet puts its shape before it."""
    return f'<span class="rs-verdict rs-v-{escape(verdict)}">{escape(entries.VERDICT_SHORT[verdict])}</span>'


def status_badge(status: str) -> str:
    """Return what a figure, table or file was made from, in words. `status` is a key of :data:`entries.STATUSES`."""
    words = escape(entries.STATUSES[status])
    return f'<span class="rs-status rs-status-{escape(status)}">Status: {words}</span>'


def table(caption: str, headings: list[str], rows: list[str], *, css: str, foot: str = "") -> str:
    """Return a table in a region of its own, which scrolls sideways where the page is narrow.

    `caption` is text that names table and region; `headings`, `rows` (with their ``<tr>``) and the last row `foot` are
    HTML; `css` is the class of the table.
    """
    name = escape(caption)
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    foot = f"<tfoot>{foot}</tfoot>" if foot else ""
    return (
        f'<div class="rs-scroll" role="region" tabindex="0" aria-label="{name}">'
        f'<table class="rs-table {css}"><caption>{name}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody>{foot}</table></div>\n"
    )


def select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    """Return a list to filter by: `options` are pairs of a value and its words; the first choice is everything."""
    items = "".join(f'<option value="{escape(v)}">{escape(t)}</option>' for v, t in options)
    return (
        f'<label for="rs-f-{name}">{escape(label)}<select id="rs-f-{name}" data-filter="{name}">'
        f'<option value="">all</option>{items}</select></label>'
    )


def facts(row: Mapping) -> list[tuple[str, str]]:
    """Return the facts about a number in its tooltip: pairs of a term and its text, in reading order."""
    pairs = []
    source = entries.source_text(row)
    if source:
        locator = row.get("locator") or ""
        pairs.append(("Source", f"{source}, {locator}" if locator else source))
    if published := entries.published_text(row):
        with_ci = f"{published} ({row['ci_text']})" if row.get("ci_text") else published
        pairs.append(("Printed", with_ci))
    if row["grade"]:
        pairs.append(("Seen", entries.GRADE_WORDS[row["grade"]]))
    restated, interval = entries.restated_text(row), entries.interval_text(row)
    if restated or interval:
        kind = row.get("interval_kind") or "set"
        shown = restated or interval
        if interval and interval != shown:
            shown = f"{shown} ({'possible: ' if kind == 'set' else kind + ' '}{interval})"
        pairs.append(("Restated", shown))
    pairs.append(("Verdict", entries.VERDICT_SHORT[row["verdict"]]))
    if row.get("basis"):
        basis = entries.BASIS_WORDS.get(row["basis"], row["basis"])
        pairs.append(("Basis", f"{basis}; agreement by construction" if row.get("by_construction") else basis))
    # The ledger adds the kind of interval to the reason; here it is already next to the number.
    reason = re.sub(r"(^|; )range: [^;]*$", "", str(row.get("reason") or ""))
    if reason:
        pairs.append(("Note", reason))
    return pairs


def tooltip(row: Mapping, id: str) -> str:
    """Return the box that opens on hover and on keyboard focus."""
    lines = "".join(
        f'<span class="rs-fact"><span class="rs-term">{escape(term)}: </span>{escape(text)}</span> '
        for term, text in facts(row)
    )
    return (
        f'<span class="rs-tip" role="tooltip" id="{escape(id)}">'
        f'<span class="rs-what">{escape(str(row["quantity"]))}</span> {lines}</span>'
    )


def _mark(kind: str, row: Mapping) -> tuple[str, str, str]:
    """Return class, visible mark, and words of the mark of a number."""
    grade, verdict = row["grade"], row["verdict"]
    if kind == "published":
        words = "grade: " + entries.GRADE_WORDS[grade]
        letter = "unverified" if grade == "U" else escape(grade)
        shown = f'<span class="rs-mark" aria-hidden="true">{letter}</span>'
        return f"rs-g-{grade}", shown, words
    words = "verdict: " + entries.VERDICT_SHORT[verdict]
    loud = verdict in entries.LOUD
    text = f'<span class="rs-word{"" if loud else " rs-print"}"> {escape(entries.VERDICT_SHORT[verdict])}</span>'
    shown = f'<span class="rs-mark" aria-hidden="true">{entries.VERDICT_SHAPES[verdict]}{text}</span>'
    return f"rs-v-{verdict}", shown, words


def number(kind: str, row: Mapping, text: str, *, href: str, tip_id: str) -> str:
    """Return a number in prose: its text, a small mark, a link to its ledger row and a tooltip.

    `kind` is the side of the row that is shown (published, restated or interval), `text` the number as shown, `href`
    the address of the ledger row, `tip_id` an id for the tooltip, unique on the page.
    """
    css, mark, words = _mark(kind, row)
    if len(text) > LONGEST_UNBROKEN:
        css += " rs-long"
    return (
        f'<span class="rs-number"><a class="rs-num {escape(css)}" href="{escape(href)}"'
        f' aria-describedby="{escape(tip_id)}">'
        f'<span class="rs-val">{escape(text)}</span>{mark}{hidden(f", {KIND_WORDS[kind]}, {words}")}</a>'
        f"{tooltip(row, tip_id)}</span>"
    )


def badge_link(kind: str, row: Mapping, *, href: str, tip_id: str) -> str:
    """Return a verdict or grade badge that leads to its ledger row."""
    badge = verdict_badge(row["verdict"]) if kind == "verdict" else grade_badge(row["grade"])
    return (
        f'<span class="rs-number"><a class="rs-num rs-badge-link" href="{escape(href)}"'
        f' aria-describedby="{escape(tip_id)}">'
        f"{badge}</a>{tooltip(row, tip_id)}</span>"
    )
