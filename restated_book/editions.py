"""Editions of the book: what each said, frozen in ``data/editions/<version>.json``, and what changed since.

A file holds the numbers with their verdicts, the verdicts on claims, and what every chapter concludes and advises.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from restated.errors import RestatedError
from restated_book import claims, config, entries, paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.epoch import epoch
from restated_book.export import notebook
from restated_book.sources import bibliography, cells, files

#: What a version may be called: it is part of a file name and of an address.
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]*")
#: Kinds of changes in the order in which readers should see them, and what each means.
KINDS: dict[str, str] = paths.tables(__file__)


@dataclass(frozen=True)
class Change:
    """One thing that differs between two editions; `old` or `new` is empty for what was added or is gone."""

    kind: str
    id: str
    what: str
    old: str
    new: str
    why: str = ""


def folder() -> Path:
    """Return the folder of the frozen editions."""
    return paths.DATA / "editions"


def now() -> dict[str, Any]:
    """Return the state of the last build in the form that is frozen."""
    about, rows, works = citation.about(), entries.load(), bibliography.load()
    chapters = {}
    for head in heads.chapters():
        file = paths.NOTEBOOKS / f"{head.page}.md"
        said = {"answer": head.answer, "certainty": head.certainty}
        said |= {option: head.row.get(option, "") for option in config.load().findings.use}
        words = {name: " ".join(notebook.readable(text, head.page, rows, works).split()) for name, text in said.items()}
        chapters[head.page] = {"title": head.title, "sha256": sha256(file.read_bytes()).hexdigest()} | words
    listed = claims.load("claims")
    return {
        "version": about.version,
        "date": citation.day(epoch()),
        "evidence": citation.newest_evidence() or "",
        "numbers": {id: _shown(row) for id, row in rows.items()},
        "claims": {c.id: [c.claim, claims.words(str(c.verdict), str(c.strength))] for c in listed.itertuples()},
        "chapters": chapters,
    }


def _shown(row: Mapping) -> list[str]:
    """Return quantity, published text, restated text and verdict of a row, and its range where that is another text."""
    interval = entries.interval_text(row)
    restated = entries.restated_text(row) or interval
    more = "" if interval == restated else interval
    return [row["quantity"], entries.published_text(row), restated, entries.short(entries.answer(row)), more]


def freeze(version: str) -> str:
    """Write the state of the last build as the edition `version`; an edition that exists is never changed."""
    file = _file(version)
    if file.exists():
        raise RestatedError(f"the edition {version} is frozen", file=file, remedy="give the next version")
    if version != (own := citation.about().version):
        remedy = f"change it to {version} and build, or freeze {own}"
        files.refuser(paths.ROOT / "CITATION.cff")(f"the version is {own}, not {version}", remedy, field="version")
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(now(), ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    return f"frozen: {paths.shown(file)}"


def _file(version: str) -> Path:
    if not _VERSION.fullmatch(version):
        raise RestatedError(f"'{version}' is not a version", remedy="write it as 1.2.0")
    return folder() / f"{version}.json"


def versions() -> list[str]:
    """Return the frozen versions, the oldest first: numbers by size, other parts before them."""
    found = [file.stem for file in folder().glob("*.json")]
    return sorted(found, key=lambda v: [(int(x), "") if x.isdigit() else (-1, x) for x in re.split(r"[.-]", v)])


def load(version: str) -> dict[str, Any]:
    """Return a frozen edition; ``now`` is the state of the last build."""
    if version == "now":
        return now()
    file = _file(version)
    if not file.is_file():
        raise RestatedError(f"there is no edition {version}", remedy=f"use one of {', '.join([*versions(), 'now'])}")
    if not config.fits(content := files.json(file), module=__file__):
        files.refuser(file)("this is not an edition", "restore it from the repository")
    return content


def changes(old: Mapping[str, Any], new: Mapping[str, Any], log: str = "") -> list[Change]:
    """Return what differs between two editions, conclusions first; `log` is the text of the changelog."""
    reasons = Reasons(log)
    found = [Change(*change, why=reasons.of(change[1])) for change in (*_of_chapters(old, new), *_of_rows(old, new))]
    return sorted(found, key=lambda c: (list(KINDS).index(c.kind), not c.old, c.id))


def _of_chapters(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for page in {**old["chapters"], **new["chapters"]}:
        before, after = old["chapters"].get(page, {}), new["chapters"].get(page, {})
        title = (after or before)["title"]
        for name in {**before, **after}:
            texts = before.get(name, ""), after.get(name, "")
            if name not in ("sha256", "title") and texts[0] != texts[1]:
                kind = "certainty" if name == "certainty" else "conclusion"
                yield kind, page, f"{title}: {name}", *texts


def _of_rows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for id in {**old["claims"], **new["claims"]}:
        before, after = old["claims"].get(id), new["claims"].get(id)
        if (texts := tuple(x[1] if x else "" for x in (before, after)))[0] != texts[1]:
            yield "claim", id, (after or before)[0], *texts
    for id in {**old["numbers"], **new["numbers"]}:
        before, after = old["numbers"].get(id), new["numbers"].get(id)
        what = (after or before)[0]
        known = min(len(x) for x in (before, after) if x)  # the first editions have no ranges
        if before and after and before[3] != after[3]:
            yield "verdict", id, what, f"{_said(before)}: {before[3]}", f"{_said(after)}: {after[3]}"
        elif _said(before, known) != _said(after, known):
            yield "number", id, what, _said(before), _said(after)


def _said(number: Sequence[str] | None, known: int = 5) -> str:
    """Return the published and the restated text of a number, with its range if the edition kept it."""
    return " / ".join(filter(None, number[1:3])) + "".join(f" ({x})" for x in number[4:known] if x) if number else ""


class Reasons:
    """Why things changed: entries of a changelog that begin with ids, as in ``- `set-*`, `a-r`: reason``."""

    def __init__(self, log: str) -> None:
        entries = re.findall(r"^- ((?:`[^`]+`,?\s+)*`[^`]+`):\s+(.+?)(?=\n- |\n\n|\Z)", log, re.S | re.M)
        self._of = {id: " ".join(why.split()) for ids, why in reversed(entries) for id in re.findall("`(.+?)`", ids)}

    def of(self, id: str) -> str:
        """Return the newest entry for a number, claim or chapter, else that for all ids that begin so, else nothing."""
        begun = (why for named, why in self._of.items() if named.endswith("*") and id.startswith(named[:-1]))
        return self._of.get(id) or next(begun, "")


def compared(first: str, second: str) -> list[Change]:
    """Return the changes between two versions, with reasons from CHANGELOG.md."""
    log = paths.ROOT / "CHANGELOG.md"
    return changes(load(first), load(second), log.read_text(encoding="utf-8") if log.is_file() else "")


def written(found: list[Change], form: str = "table") -> str:
    """Return changes as text for a terminal (``table``), ``csv`` or ``json``."""
    if form == "json":
        return json.dumps([*map(vars, found)], ensure_ascii=False, indent=1)
    if form == "csv":
        return cells.as_csv(
            [map(cells.guarded, row) for row in ([f.name for f in fields(Change)], *map(astuple, found))]
        )
    lines = []
    for kind, words in KINDS.items():
        of = [change for change in found if change.kind == kind]
        both = [change for change in of if change.old and change.new]
        added, gone = sum(not c.old for c in of), sum(not c.new for c in of)
        lines.append(f"{len(both)} x {kind} changed ({words}); {added} new, {gone} gone")
        lines += [f"  {c.id}: {c.old} -> {c.new}{f' ({c.why})' if c.why else ''}" for c in both]
    return "\n".join(lines) if found else "nothing differs"


def diff(first: str, second: str, output: str) -> str:
    """Return the changes between two versions for the command line."""
    return written(compared(first, second), output)
