"""Small pieces of HTML the pages are made of. The templates are in ``parts``; they escape every text."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restated.printed import legible
from restated_book import claims, entries, status, templates
from restated_book.cite import citation

#: Accessible names of what each role shows.
KIND_WORDS = {"published": "published", "restated": "recomputed", "interval": "recomputed range"}
LONGEST_UNBROKEN = 24  #: Characters of a number that are kept on one line with their mark; a longer text may break


_PARTS = templates.environment(Path(__file__).with_name("parts"), citation=citation, claims=claims, entries=entries)
_PARTS.filters |= {"thousands": "{:,}".format, "shown": status.shown}


def parts(name: str, **known) -> Any:
    """Return the macros of the template `name`, which knows the names `known` besides those of every template."""
    return _PARTS.get_template(f"{name}.html", globals=known).module


_OWN = parts("markup")
verdict_badge, grade_badge, status_badge = _OWN.verdict_badge, _OWN.grade_badge, _OWN.status_badge


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 claim``, ``2 claims``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def facts(row: Mapping) -> list[tuple[str, str]]:
    """Return the facts about a number in its tooltip: pairs of a term and its text, in reading order."""
    source, locator = entries.source_text(row), row.get("locator")
    printed, ci = entries.words("published", row), legible(row.get("ci_text") or "")
    restated, interval = entries.restated_text(row), entries.interval_text(row)
    shown = restated or interval
    if interval and interval != shown:
        kind = row.get("interval_kind") or "set"
        shown = f"{shown} ({'possible: ' if kind == 'set' else kind + ' '}{interval})"
    basis = row.get("basis") and entries.BASIS_WORDS.get(row["basis"], row["basis"])
    # The ledger adds the kind of interval to the reason; here it is already next to the number.
    note, answer = re.sub(r"(^|; )range: [^;]*$", "", str(row.get("reason") or "")), entries.answer(row)
    found = {
        "Source": source and f"{source}, {locator}" if locator else source,
        "Grade": entries.GRADE_WORDS.get(row["grade"]),
        "Published": f"{printed} ({ci})" if printed and ci else printed,
        "Recomputed": shown,
        "Verdict": "" if answer in ("new", *entries.IN_PLACE) else entries.short(answer),
        "Check": f"{status.shown(row['check'])} ({row['check_method']})" if row.get("check_method") else "",
        "Computed from": basis,
        "Note": "" if row["verdict"] == "not-recomputable" else note,
    }
    return [(term, text) for term, text in found.items() if text]


def number(kind: str, row: Mapping, text: str, *, href: str, tip_id: str) -> str:
    """Return a number in prose, `kind` of a row shown as `text`: a small mark, a link to `href` and a tooltip."""
    grade, verdict = row["grade"], entries.answer(row)
    if kind == "published":
        mark = {"css": f"rs-g-{grade}", "sign": "unverified" if grade == "U" else grade, "word": ""}
        words = f", grade: {entries.GRADE_WORDS[grade]}"
    else:
        word = entries.short(verdict)
        # A number that no source reports has no verdict, and so no mark.
        sign = "" if verdict == "new" else entries.VERDICT_SHAPES[verdict]
        mark = {"css": f"rs-v-{verdict}", "sign": sign, "word": word}
        words = f", verdict: {word}" if sign else ""
    if len(text) > LONGEST_UNBROKEN:
        mark["css"] += " rs-long"
    mark |= {"loud": verdict in entries.LOUD, "said": f", {KIND_WORDS[kind]}{words}"}
    return _OWN.number(mark, text, row, facts(row), href, tip_id)


def badge_link(kind: str, row: Mapping, *, href: str, tip_id: str) -> str:
    """Return a verdict or grade badge that leads to its ledger row."""
    return _OWN.badge_link(kind, row, facts(row), href, tip_id)
