"""The claims of a document, what each was checked against, and their tables, all in ``data/claims``."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from restated.errors import RestatedError
from restated_book import config, paths, watch
from restated_book.sources import dictionary, files

_TABLES = paths.tables(__file__)
#: Verdicts on a claim in the order in which they are listed, and what each means; and their shapes.
VERDICTS, SHAPES = _TABLES["verdicts"], _TABLES["shapes"]
#: Columns of the tables this module reads; a table a book does not have is empty.
COLUMNS: dict[str, list[str]] = _TABLES["columns"]
HALF = "◐"  #: Shape of a claim that is supported in part only
LISTS = ("cited", "source_keys", "chapters", "numbers", "claim_ids", "number_ids")  #: Columns that hold lists of names
SEPARATOR = "; "
PAGE = "notebooks/claims"  #: Page of the claims, unless ``_config.yml`` names another as ``restated_claims_doc``
#: Independence of a source from those whose work it speaks of, from the farthest to the nearest.
INDEPENDENCE: list[str] = _TABLES["independence"]
NOT_INDEPENDENT = ("own research", "not independent")  #: Sources whose authors speak of their own work or programme


def _settings() -> config.Claims:
    """Configuration of the claims; a notebook that asks for it rests on the file."""
    watch.file(paths.ROOT / config.NAME)
    return config.load().claims


def sections() -> dict[str, str]:
    """Return the parts of the document in its order, each with its title for readers."""
    return {name: title for name, (_, title) in _settings().sections.items()}


def listings() -> list[str]:
    """Return the parts that only list sources: their claims rest on nothing else."""
    return _settings().listings


def strengths() -> dict[str, tuple[str, ...]]:
    """Return the reach of a verdict or the kinds of difference it found, by verdict; a claim may show several kinds."""
    own, reach = _settings().strengths, ("full", "partly")
    differences = {verdict: tuple(own.get(verdict, ())) for verdict in ("inconsistent", "contradicted")}
    return {"supported": reach, "consistent": reach, **differences, "not-publicly-checkable": ("open", "private")}


def names() -> list[str]:
    """Return the names of the tables of this book."""
    found = (r.path for r in dictionary.load().values() if r.path.startswith("claims/"))
    return [path.removeprefix("claims/").removesuffix(".csv") for path in found]


@cache
def _table(name: str) -> pd.DataFrame:
    found = next((r for r in dictionary.load().values() if r.path == f"claims/{name}.csv"), None)
    if found is None:
        if name in COLUMNS:
            return pd.DataFrame(columns=list(COLUMNS[name]), dtype=str)
        known = sorted({*names(), *COLUMNS})
        raise RestatedError(f"unknown table of claims '{name}'", remedy=f"use one of {', '.join(known)}")
    cells = (row for _, row in dictionary.validate(_file(name), found))
    frame = pd.DataFrame([{k: "" if v is None else v for k, v in row.items()} for row in cells], columns=found.columns)
    for column in frame.columns.intersection(list(LISTS)):
        frame[column] = [_names(text) for text in frame[column]]
    return frame


def _file(name: str) -> Path:
    return paths.DATA / "claims" / f"{name}.csv"


def _names(text: str) -> tuple[str, ...]:
    return tuple(x for x in text.split(SEPARATOR) if x)


def load(name: str) -> pd.DataFrame:
    """Read and check one table of ``data/claims``; one of :data:`COLUMNS` that the book lacks is without rows.

    Texts are empty where nothing is given; columns of :data:`LISTS` hold tuples of names.
    """
    return _table(name).copy()


def anchor(id: str) -> str:
    """Anchor of a claim on the page that lists them: ``A03`` is at ``#claim-a03``."""
    return f"claim-{id.lower()}"


def words(verdict: str, strength: str) -> str:
    """Words for a verdict and its strength, if one is given: ``supported, partly``; ``contradicted: date``."""
    own = {"full": "fully"} | config.load().verdicts
    name = own.get(verdict, verdict.replace("-", " "))
    mark = "," if verdict in ("supported", "consistent") else ":"
    return f"{name}{mark} {own.get(strength, strength.replace(SEPARATOR, ', '))}" if strength else name


def shape(verdict: str, strength: str) -> str:
    """Sign in front of a verdict."""
    return HALF if (verdict, strength) == ("supported", "partly") else SHAPES[verdict]


def printed(claim: Mapping) -> str:
    """Figure of a claim as printed, with its unit, which is ours; empty where none is printed."""
    return f"{claim['quantity']} ({claim['unit']})" if claim["unit"] else claim["quantity"]


def check(
    register: Collection[str], works: Collection[str], chapters: Collection[str], new: Mapping[str, str] | None = None
) -> None:
    """Refuse tables with names that are not in register, works or chapters, or columns that contradict each other.

    `new` are the cells of a claim that is to be added.
    """
    added = [{c: _names(x) if c in LISTS else x for c, x in new.items()}] if new else []
    tables = {name: load(name).to_dict("records") + added * (name == "claims") for name in names()}
    known: dict[Any, Collection[str]] = {
        **dict.fromkeys(("source_key", "source_keys"), works),
        **dict.fromkeys(("numbers", "number_ids"), register),
        **dict.fromkeys(("claim_id", "claim_ids"), load("claims")["id"].to_list()),
        "chapters": chapters,
        "cited": set(load("sources")["id"]),
    }
    listed = {id for ids in load("inconsistencies")["claim_ids"] for id in ids}
    kinds = strengths()
    for name, rows in tables.items():
        for row, cells in enumerate(rows, start=2):
            problems = [*_misnamed(cells, known), *(_problems(cells, listed, kinds) if name == "claims" else ())]
            for field, problem, remedy in problems:
                files.refuser(_file(name))(problem, remedy, row=row, field=field)
    for row, made in enumerate(load("checks").to_dict("records"), start=2):
        if made["grade"] == "U" and made["relation"] != "not settled":
            remedy = "enter 'not settled', or the grade of the source that was read"
            files.refuser(_file("checks"))("an unseen source settles nothing", remedy, row=row, field="relation")


def _misnamed(cells: Mapping[Any, Any], known: Mapping[Any, Collection[str]]) -> Iterator[tuple[str, str, str]]:
    for column in cells.keys() & known.keys():
        cell = cells[column]
        for one, times in Counter(cell if isinstance(cell, tuple) else _names(cell)).items():
            if one not in known[column]:
                yield column, f"'{one}' is not known", "correct it, or add what it names"
            if times > 1:
                yield column, f"'{one}' is there twice", "keep one"


def _problems(claim: Mapping, listed: Collection[str], kinds: Mapping[str, Collection[str]]) -> Iterator[tuple]:
    parts, section = _settings().sections, claim["section"]
    if not re.fullmatch(r"[^\W\d_][\w-]*", claim["id"], re.ASCII):
        yield "id", f"'{claim['id']}' is not the id of a claim", "write a letter and a number, as A01"
        return
    if parts and section not in parts:
        yield "section", f"'{section}' is not a section", f"use one of {', '.join(parts)}"
    elif parts and claim["id"][0] != (letter := parts[section][0]):
        yield "id", f"claims of '{section}' begin with {letter}", "correct the id or the section"
    verdict, own = claim["verdict"], _names(claim["strength"])
    if verdict not in VERDICTS:
        yield "verdict", f"'{verdict}' is not a verdict on a claim", f"use one of {', '.join(VERDICTS)}"
        return
    for strength in own if kinds[verdict] else ():
        if strength not in kinds[verdict]:
            yield "strength", f"'{strength}' does not go with '{verdict}'", f"use one of {', '.join(kinds[verdict])}"
    if len(own) > 1 and verdict != "contradicted":
        yield "strength", f"'{verdict}' has one strength", "keep one"
    if (claim["strength"] == "private") != (claim["checkable_from"] == "private statement"):
        yield "checkable_from", "'private' and 'private statement' go together", "enter both or neither"
    if verdict in ("supported", "contradicted") and not claim["source_keys"]:
        yield "source_keys", f"a claim is '{verdict}' by a source outside the document, and none is named", "name it"
    if (verdict == "inconsistent") != (claim["id"] in listed):
        message = "inconsistent claims, and no others, are named in inconsistencies.csv"
        yield "verdict", message, "correct the verdict, or the list"


def standing(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Return for each claim the :data:`INDEPENDENCE` of the farthest source it cites; empty if it cites none."""
    of = sources.set_index("id")["independence"]
    return claims["cited"].map(lambda cited: min((of[c] for c in cited), key=INDEPENDENCE.index, default=""))


def dependent(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Return for each claim whether all sources it cites come from the programme or its authors; False without any."""
    return standing(claims, sources).isin(NOT_INDEPENDENT)


def tally(claims: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Count the claims with each of :data:`VERDICTS` in each of the `groups`, in order of first occurrence."""
    table = pd.crosstab(groups.to_numpy(), claims["verdict"].to_numpy())
    return table.reindex(index=pd.unique(groups), columns=list(VERDICTS), fill_value=0)
