"""What is still to be verified: for each entry what to open, what to type where, and what changes in the book.

The list follows from the joined ledger, the table of claims and the sections of the chapters on what is missing. The page, the
file ``to-verify.csv`` and ``restated todo`` show the same entries.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

from restated.errors import RestatedError
from restated_book import claims, paths, register, studies
from restated_book import entries as site_entries
from restated_book.chapters.toc import toc
from restated_book.register import Register
from restated_book.sources import bibliography, files
from restated_book.sources.bibliography import Bibliography
from restated_book.sources.cells import guarded

#: Kinds of entries in the order of what they bring, and what each is.
KINDS = {
    "number": "a printed number nobody has seen in a source: open the source and compare",
    "table": "a table or data set that would let numbers be recomputed",
    "claim": "a claim that is not publicly checkable: open the document, or ask who holds it",
    "data": "a printed number whose data were not available: nothing can be typed until a table of the work is",
    "follows": "a restated number computed from unverified ones: it settles itself with them",
    "fact": "a fact a source reports about itself, or a direction in words: there is nothing to recompute",
}

#: Kinds somebody can do something about.
TO_DO = ("number", "table", "claim")

#: Statistics that are counted or dated by the source itself.
FACTS = ("count", "year", "text")

#: Where the chapters list what is missing.
MISSING = "## What is missing, and where it is printed"

_ROLE = re.compile(r"\{([a-z:-]+)\}`([^`]*)`")
_LOADED = re.compile(r"\bload\(\"([a-z0-9-]+)\"\)")


@dataclass(frozen=True, slots=True)
class Task:
    """One entry. `file` and `line` say where to type, `type` what; `changes` lists pages and ledger ids that then change."""

    id: str
    kind: str
    what: str
    open: str
    link: str
    file: str
    line: str
    type: str
    pages: str
    changes: str
    source_key: str = ""


COLUMNS = tuple(f.name for f in fields(Task))


def link(works: Bibliography, key: str) -> str:
    """Address of a work: its DOI, else its URL, else nothing."""
    if key not in works:
        return ""
    entry = works[key].fields
    return f"https://doi.org/{entry['doi']}" if entry.get("doi") else entry.get("url", "")


def _page(name: str) -> str:
    return name.removeprefix("notebooks/").removesuffix(".html")


def _joined(items: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, items)))


def of_numbers(rows: Iterable[Mapping], register: Register, works: Bibliography) -> list[Task]:
    """Entries for the rows of the ledger that are unverified or not recomputable."""
    found = []
    # Many rows are of one work and one file: their words are made, and kept, once.
    opened = cache(lambda key, locator: _joined((works.short(key), locator)))
    linked, shown = cache(lambda key: link(works, key)), cache(paths.shown)
    for row in rows:
        id, verdict = row["id"], row["verdict"]
        if row["status"] != "printed":
            if verdict == "unverified":
                what = f"{row['quantity']}: {row['restated_text']}"
                found.append(Task(id, "follows", what, "", "", "", "", "", _page(row["page"]), row["restates"]))
            continue
        if verdict not in ("unverified", "not-recomputable"):
            continue
        number = register[id]
        place = dict(
            what=f"{number.quantity}: {number.value.text}" if number.value.text else number.quantity,
            open=opened(number.source_key, number.locator),
            link=linked(number.source_key),
            file=shown(number.file),
            line=str(number.row),
            pages=_joined(map(_page, row.get("read_by", ()))),
            changes=_joined(row["restated_by"]),
            source_key=number.source_key,
        )
        if verdict == "unverified":
            typed = "grade: P; locator: page or table; seen_in: full text; value: as printed, if it differs"
            found.append(Task(id, "number", type=typed, **place))
        elif number.statistic in FACTS or not number.is_number:
            found.append(Task(id, "fact", type="nothing", **place))
        else:
            found.append(Task(id, "data", type="nothing here: see the tables of this work", **place))
    return found


def of_claims(works: Bibliography) -> list[Task]:
    """Entries for the claims that are not publicly checkable."""
    found = []
    for i, row in enumerate(claims.load("claims").to_dict("records")):
        if row["verdict"] != "not-publicly-checkable":
            continue
        key = row["source_keys"][0] if row["source_keys"] else ""
        found.append(
            Task(
                f"settle-{row['id'].lower()}",
                "claim",
                f"{row['id']} ({row['strength']}): {row['claim']}",
                row["where"],
                link(works, key),
                "data/claims/claims.csv",
                str(i + 2),
                "verdict; strength: full or partly; reason: one neutral sentence; source_keys",
                _joined(("claims", *row["chapters"])),
                row["id"],
                key,
            )
        )
    return found


def _plain(text: str, works: Bibliography) -> tuple[str, list[str]]:
    """A cell of a table without its markup, and the works it cites."""
    cited: list[str] = []

    def said(role: re.Match) -> str:
        if role[1].startswith("cite"):
            keys = [k.strip() for k in role[2].split(",")]
            cited.extend(keys)
            return ", ".join(works.short(k) for k in keys)
        return ""

    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _ROLE.sub(said, text))
    return " ".join(text.replace("*", "").replace("`", "").split()), cited


def of_tables(notebooks: Iterable[Path], works: Bibliography) -> list[Task]:
    """Entries for the tables that the chapters list as missing."""
    slots = studies.names()
    found = []
    for path in notebooks:
        text = files.text(path)
        if MISSING not in text:
            continue
        section = re.split(r"^## ", text.split(MISSING, 1)[1], maxsplit=1, flags=re.M)[0]
        loaded = [name for name in dict.fromkeys(_LOADED.findall(text)) if name in slots]
        if "original.load" in text:
            loaded.append("cohort-children")
        named = ", ".join(f"{name}.csv" for name in loaded)
        first = text[: text.index(MISSING)].count("\n") + 1
        lines = [(first + n, line) for n, line in enumerate(section.splitlines()) if line.startswith("|")]
        for n, (number, line) in enumerate(lines[2:], start=1):
            what, *where = (cell for cell in line.strip().strip("|").split("|"))
            what, _ = _plain(what, works)
            place, cited = _plain(" ".join(where), works)
            typed = (
                f"the table as data/originals/<name>.csv, one of: {named}" if named else "numbers into data/published"
            )
            key = cited[0] if cited else ""
            found.append(
                Task(
                    f"{path.stem}-table-{n}",
                    "table",
                    what,
                    place,
                    link(works, key),
                    paths.shown(path),
                    str(number),
                    typed,
                    path.stem,
                    "",
                    key,
                )
            )
    return found


def entries(rows: Iterable[Mapping], register: Register, works: Bibliography, notebooks: Iterable[Path]) -> list[Task]:
    """All entries, those that bring most first: by kind, and within a kind by how much of the book rests on them."""
    found = of_numbers(rows, register, works) + of_tables(notebooks, works) + of_claims(works)
    order = list(KINDS)

    def payoff(task: Task) -> tuple:
        brings = [len(text.split("; ")) if text else 0 for text in (task.changes, task.pages)]
        return order.index(task.kind), -brings[0], -brings[1]

    return sorted(found, key=payoff)


def as_csv(tasks: Iterable[Task]) -> str:
    """The list as CSV text. A number may start with a minus sign; no other text is a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: guarded(v) for k, v in asdict(t).items()} for t in tasks)
    return out.getvalue()


def recipe(task: Task) -> str:
    """What to do about one entry, in lines."""
    lines = [f"{task.id} ({KINDS[task.kind]})", f"  what     {task.what}"]
    said = {
        "open": f"{task.open} {task.link}".strip(),
        "edit": f"{task.file}, line {task.line}" if task.kind != "table" else task.type,
        "type": task.type if task.kind in ("number", "claim") else "",
        "changes": _joined((f"pages: {task.pages}" if task.pages else "", task.changes)),
    }
    lines += [f"  {name:8} {text}" for name, text in said.items() if text]
    return "\n".join(lines)


def last(built: Path | None = None) -> list[Task]:
    """The list of the last build.

    Raises
    ------
    RestatedError
        If no book was built yet.
    """
    built = built or paths.BUILD / "entries.json"
    if not built.is_file():
        raise RestatedError("there is no built book to read the list from", file=built, remedy="run `make book` first")
    return list(_last(built, built.stat().st_mtime_ns))


@lru_cache(maxsize=1)
def _last(built: Path, stamp: int) -> list[Task]:
    """`last`, once per version of the file: `stamp` is its time of change."""
    rows = site_entries.load(built).values()
    notebooks = [paths.ROOT / f"{p}.md" for p in toc() if p.startswith("notebooks/")]
    return entries(rows, register.load(), bibliography.check(paths.BIBLIOGRAPHY), notebooks)
