"""List of what is still to be verified: what to open, what to type where, and what changes in the book."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from functools import cache, lru_cache
from pathlib import Path

from restated_book import claims, config, paths, register, studies
from restated_book import entries as ledger_entries
from restated_book.chapters.toc import toc
from restated_book.register import Register
from restated_book.sources import bibliography, cells, files
from restated_book.sources.bibliography import Bibliography, doi_address

KINDS: dict[str, str] = paths.tables(__file__)  #: Kinds of entries, the most useful first, and what each is
LIST = "to-verify.csv"  #: File of the list, in the site and where it is typeset
TO_DO = ("number", "table", "claim")  #: Kinds on which somebody can act
FACTS = ("count", "year", "text")  #: Statistics that are counted or dated by the source itself

_ROLE = re.compile(r"\{([a-z:-]+)\}`([^`]*)`")
_LOADED = re.compile(r"\b(?:load|original)\(\"([a-z0-9-]+)\"\)")


@dataclass(frozen=True, slots=True)
class Task:
    """One entry: `file` and `line` say where to type, `type` what; `changes` lists pages and ledger ids that change."""

    id: str
    kind: str
    what: str
    open: str = ""
    link: str = ""
    file: str = ""
    line: str = ""
    type: str = ""
    pages: str = ""
    changes: str = ""
    source_key: str = ""


COLUMNS = tuple(f.name for f in fields(Task))


def link(works: Bibliography, key: str) -> str:
    """Address of a work: its DOI, else its URL, else nothing."""
    if key not in works:
        return ""
    entry = works[key].fields
    return doi_address(entry["doi"]) if entry.get("doi") else entry.get("url", "")


def _page(name: str) -> str:
    return name.removeprefix("notebooks/").removesuffix(".html")


def _joined(items: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, items)))


def of_numbers(rows: Iterable[Mapping], register: Register, works: Bibliography) -> list[Task]:
    """Entries for the rows of the ledger that are unverified or not recomputable."""
    found, shown = [], cache(paths.shown)
    for row in rows:
        id, verdict = row["id"], row["verdict"]
        if row["status"] != "printed" and verdict == "unverified":
            what = f"{row['quantity']}: {row['restated_text']}"
            found.append(Task(id, "follows", what, pages=_page(row["page"]), changes=row["restates"]))
        elif row["status"] == "printed" and verdict in ("unverified", "not-recomputable"):
            number = register[id]
            if verdict == "unverified":
                kind = "number"
                typed = "grade: P; locator: page or table; seen_in: full text; value: as published, if it differs"
            elif number.statistic in FACTS or not number.is_number:
                kind, typed = "fact", "nothing"
            else:
                kind, typed = "data", "nothing here: see the tables of this work"
            key, what = number.source_key, f"{number.quantity}: {number.value.text}".removesuffix(": ")
            source = _joined((works.short(key), number.locator)), link(works, key)
            pages = _joined(map(_page, row.get("read_by", ())))
            place = shown(number.file), str(number.row), typed, pages, _joined(row["restated_by"])
            found.append(Task(id, kind, what, *source, *place, key))
    return found


def of_claims(works: Bibliography) -> list[Task]:
    """Entries for the claims that are not publicly checkable."""
    found = []
    for line, row in enumerate(claims.load("claims").to_dict("records"), start=2):
        if row["verdict"] == "not-publicly-checkable":
            key = next(iter(row["source_keys"]), "")
            what = f"{row['id']} ({row['strength']}): {row['claim']}"
            typed = "verdict; strength: full or partly; reason: one neutral sentence; source_keys"
            source = row["where"], link(works, key), "data/claims/claims.csv", str(line)
            pages = _joined(("claims", *row["chapters"]))
            found.append(Task(f"settle-{row['id'].lower()}", "claim", what, *source, typed, pages, row["id"], key))
    return found


def _plain(text: str, works: Bibliography) -> tuple[str, list[str]]:
    """Return a cell of a table without its markup, and the works it cites."""
    cited: list[str] = []

    def words(role: re.Match) -> str:
        if not role[1].startswith("cite"):
            return ""
        keys = [k.strip() for k in role[2].split(",")]
        cited.extend(keys)
        return ", ".join(map(works.short, keys))

    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _ROLE.sub(words, text))
    return " ".join(text.replace("*", "").replace("`", "").split()), cited


def _loaded(text: str) -> list[str]:
    """Tables a notebook loads that a file of a reader can replace or supply."""
    slots = {*studies.names(), *config.load().originals}
    loaded = [name for name in dict.fromkeys(_LOADED.findall(text)) if name in slots]
    for name, reader in config.load().originals.items():
        module, _, function = reader.partition(":")
        if module != studies.__name__ and f"{module.rpartition('.')[2]}.{function}" in text:
            loaded.append(name)
    return loaded


def of_tables(notebooks: Iterable[Path], works: Bibliography) -> list[Task]:
    """Entries for the tables that the chapters list as missing."""
    missing, found = config.load().chapters.missing, []
    for path in notebooks if missing else ():
        text = files.text(path)
        before, heading, after = text.partition(f"## {missing}")
        if not heading:
            continue
        section = heading + re.split(r"^## ", after, maxsplit=1, flags=re.M)[0]
        named = ", ".join(f"{name}.csv" for name in _loaded(text))
        typed = f"the table as data/originals/<name>.csv, one of: {named}" if named else "numbers into data/published"
        lines = enumerate(section.splitlines(), start=before.count("\n") + 1)
        table = [(number, line) for number, line in lines if line.startswith("|")]
        for n, (number, line) in enumerate(table[2:], start=1):
            first_cell, *others = line.strip().strip("|").split("|")
            place, cited = _plain(" ".join(others), works)
            key = next(iter(cited), "")
            what, where = _plain(first_cell, works)[0], (place, link(works, key), paths.shown(path), str(number))
            found.append(Task(f"{path.stem}-table-{n}", "table", what, *where, typed, path.stem, source_key=key))
    return found


def entries(rows: Iterable[Mapping], register: Register, works: Bibliography, notebooks: Iterable[Path]) -> list[Task]:
    """All entries, the most useful first: by kind, and within a kind by how much of the book rests on them."""
    found = of_numbers(rows, register, works) + of_tables(notebooks, works) + of_claims(works)
    order = list(KINDS)

    def count(joined: str) -> int:
        return len(joined.split("; ")) if joined else 0

    return sorted(found, key=lambda task: (order.index(task.kind), -count(task.changes), -count(task.pages)))


def as_csv(tasks: Iterable[Task]) -> str:
    """The list as CSV text. A number may start with a minus sign; no other text is a formula."""
    return cells.as_csv([COLUMNS, *(map(cells.guarded, astuple(task)) for task in tasks)])


def recipe(task: Task) -> str:
    """Instructions for one entry, in lines."""
    lines = [f"{task.id} ({KINDS[task.kind]})", f"  what     {task.what}"]
    steps = {
        "open": f"{task.open} {task.link}".strip(),
        "edit": f"{task.file}, line {task.line}" if task.kind != "table" else task.type,
        "type": task.type if task.kind in ("number", "claim") else "",
        "changes": _joined((f"pages: {task.pages}" if task.pages else "", task.changes)),
    }
    lines += [f"  {name:8} {text}" for name, text in steps.items() if text]
    return "\n".join(lines)


def last(built: Path | None = None) -> list[Task]:
    """Return the list of the last build; without one, say how to build."""
    built = built or paths.BUILD / "entries.json"
    if not built.is_file():
        files.refuser(built)("the book is not built yet, and the list comes from it", "run `restated build` first")
    return list(_last(built, built.stat().st_mtime_ns))


@lru_cache(maxsize=1)
def _last(built: Path, stamp: int) -> list[Task]:
    """List of the build, once per version of its file: `stamp` is the time of its last change."""
    rows = ledger_entries.load(built).values()
    notebooks = [paths.ROOT / f"{p}.md" for p in toc() if p.startswith("notebooks/")]
    return entries(rows, register.load(), bibliography.load(), notebooks)
