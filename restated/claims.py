"""The claims of the case study, what each was checked against, and the tables that go with them.

Tables lie in ``data/claims``: ``claims`` (one statement a row, with its verdict), ``checks`` (the statement beside a source),
``inconsistencies`` (one matter in two places), ``sources`` (what the case study names), ``programmes`` (studies found),
``places`` (every place named) and ``timeline``. Verdicts on claims are words of their own: they say whether a statement holds,
where those of :mod:`restated.verdict` say whether two numbers agree.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import pandas as pd

from . import dictionary, paths
from .errors import RestatedError

#: Verdicts on a claim in the order in which they are listed, and what each means.
VERDICTS = {
    "supported": "a source outside the document bears it out",
    "consistent": "agrees with the rest of the document",
    "inconsistent": "the document prints two different things, or the entry cannot stand as printed",
    "contradicted": "a source outside the document says otherwise",
    "not-publicly-checkable": "rests on a private statement or on a document that was not available",
}

#: Columns that list names, parted by a semicolon.
LISTS = ("cited", "source_keys", "chapters", "numbers", "claim_ids", "number_ids")
PARTING = "; "

#: Sources whose authors speak of their own work or programme, in the words of the column ``independence``.
NOT_INDEPENDENT = ("own research", "not independent")


def names() -> list[str]:
    """Names of the tables, as `load` takes them."""
    return [r.path.removeprefix("claims/").removesuffix(".csv") for r in dictionary.load().values() if r.path.startswith("claims/")]


@cache
def _table(name: str) -> pd.DataFrame:
    found = [r for r in dictionary.load().values() if r.path == f"claims/{name}.csv"]
    if not found:
        raise RestatedError(f"there is no table of claims '{name}'", remedy=f"use one of {', '.join(names())}")
    path = paths.DATA / found[0].path
    rows = dictionary.validate(path, found[0])
    frame = pd.DataFrame([{k: "" if v is None else v for k, v in cells.items()} for _, cells in rows], columns=found[0].columns)
    for column in frame.columns.intersection(LISTS):
        frame[column] = [tuple(x for x in text.split(PARTING) if x) for text in frame[column]]
    return frame


def load(name: str) -> pd.DataFrame:
    """One table of ``data/claims``, checked against the data dictionary.

    Parameters
    ----------
    name : str
        One of :func:`names`.

    Returns
    -------
    pandas.DataFrame
        Text columns, empty where nothing is given; the columns of :data:`LISTS` hold tuples of names.

    Raises
    ------
    RestatedError
        If there is no such table, or a cell breaks the rules of the data dictionary.
    """
    return _table(name).copy()


def check(register: Collection[str], works: Collection[str], chapters: Collection[str]) -> None:
    """Refuse a table that names what is not there.

    Parameters
    ----------
    register : collection of str
        Ids of the printed numbers.
    works : collection of str
        Keys of the bibliography.
    chapters : collection of str
        Names of the notebooks of the book.

    Raises
    ------
    RestatedError
        Names file, row, field and the name that leads nowhere.
    """
    claims = set(load("claims")["id"])
    known = {
        "source_key": works, "source_keys": works, "numbers": register, "number_ids": register, "chapters": chapters,
        "claim_ids": claims, "claim_id": claims, "cited": set(load("sources")["id"]),
    }  # fmt: skip
    for name in names():
        frame = load(name)
        for column in frame.columns.intersection(list(known)):
            for i, cell in enumerate(frame[column]):
                for one in cell if isinstance(cell, tuple) else filter(None, cell.split(PARTING)):
                    if one not in known[column]:
                        raise RestatedError(
                            f"'{one}' is not known", file=paths.DATA / "claims" / f"{name}.csv", row=i + 2, field=column,
                            remedy="correct it, or add what it names",
                        )  # fmt: skip


def dependent(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Claims whose every cited source comes from the programme or its authors.

    Returns
    -------
    pandas.Series of bool
        One value per claim; False for a claim that cites nothing.
    """
    own = set(sources.loc[sources["independence"].isin(NOT_INDEPENDENT), "id"])
    return claims["cited"].map(lambda cited: bool(cited) and set(cited) <= own)
