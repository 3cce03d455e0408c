"""The claims of the case study, what each was checked against, and the tables that go with them.

Tables lie in ``data/claims``: ``claims`` (one statement a row, with its verdict), ``checks`` (the statement beside a source),
``inconsistencies`` (one matter in two places), ``sources`` (what the case study names), ``programmes`` (studies found),
``places`` (every place named) and ``timeline``. Verdicts on claims are words of their own: they say whether a statement holds,
where those of :mod:`restated.verdict` say whether two numbers agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cache

import pandas as pd

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import dictionary

#: Parts of the document in its order: the letter that begins the ids of their claims, and a title for readers.
SECTIONS = {
    "0 header": ("H", "Header: unit, staff and periods"),
    "1 summary": ("A", "Section 1: summary of the impact"),
    "2 research": ("B", "Section 2: the research behind it"),
    "3 references": ("R", "Section 3: the references R1 to R6"),
    "4 patients": ("P", "Section 4: patients"),
    "4 new interventions": ("N", "Section 4: new interventions"),
    "4 Minding the Baby": ("M", "Section 4: Minding the Baby"),
    "4 Lighthouse": ("L", "Section 4: Lighthouse"),
    "4 practice": ("I", "Section 4: training and practice"),
    "4 policy": ("G", "Section 4: guidelines and policy"),
    "5 sources": ("S", "Section 5: the sources S1 to S10"),
}

#: Sections that list sources: their claims carry the marker they describe, and rest on nothing else.
LISTINGS = ("3 references", "5 sources")

#: Verdicts on a claim in the order in which they are listed, and what each means.
VERDICTS = {
    "supported": "a source outside the document bears it out",
    "consistent": "agrees with the rest of the document",
    "inconsistent": "the document prints two different things, or the entry cannot stand as printed",
    "contradicted": "a source outside the document says otherwise",
    "not-publicly-checkable": "rests on a private statement or on a document that was not available",
}

#: Filled: an outside source speaks; hollow: the document itself. Round: agrees; pointed: differs; square: could not be checked.
SHAPES = {"supported": "●", "consistent": "○", "inconsistent": "◇", "contradicted": "◆", "not-publicly-checkable": "□"}
#: Shape of a claim that is supported in part only.
HALF = "◐"

#: How far a verdict reaches, or what kind of difference was found. One claim may show several kinds.
STRENGTHS = {
    "supported": ("full", "partly"),
    "consistent": ("full", "partly"),
    "inconsistent": (
        "two figures",
        "two names",
        "total and list differ",
        "implausible amount",
        "truncated identifier",
        "juxtaposition",
    ),
    "contradicted": ("date", "unit", "direct", "mis-citation", "qualifier dropped", "later evidence"),
    "not-publicly-checkable": ("open", "private"),
}

#: Columns that list names, parted by a semicolon.
LISTS = ("cited", "source_keys", "chapters", "numbers", "claim_ids", "number_ids")
PARTING = "; "

#: How a source of the case study stands to those whose work it speaks of, from the farthest to the nearest.
INDEPENDENCE = ("independent", "in part", "not assessed", "own research", "not independent")
#: Sources whose authors speak of their own work or programme, in the words of the column ``independence``.
NOT_INDEPENDENT = ("own research", "not independent")


def names() -> list[str]:
    """Names of the tables, as `load` takes them."""
    return [
        r.path.removeprefix("claims/").removesuffix(".csv")
        for r in dictionary.load().values()
        if r.path.startswith("claims/")
    ]


@cache
def _table(name: str) -> pd.DataFrame:
    found = [r for r in dictionary.load().values() if r.path == f"claims/{name}.csv"]
    if not found:
        raise RestatedError(f"there is no table of claims '{name}'", remedy=f"use one of {', '.join(names())}")
    rows = dictionary.validate(_file(name), found[0])
    frame = pd.DataFrame(
        [{k: "" if v is None else v for k, v in cells.items()} for _, cells in rows], columns=found[0].columns
    )
    for column in frame.columns.intersection(LISTS):
        frame[column] = [_parts(text) for text in frame[column]]
    return frame


def _file(name: str):
    return paths.DATA / "claims" / f"{name}.csv"


def _parts(text: str) -> tuple[str, ...]:
    return tuple(x for x in text.split(PARTING) if x)


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


def anchor(id: str) -> str:
    """Anchor of a claim on the page that lists them: ``A03`` is at ``#claim-a03``."""
    return f"claim-{id.lower()}"


def words(verdict: str, strength: str) -> str:
    """A verdict with its strength, if one is given, as one would say it: ``supported, partly``; ``contradicted: date``."""
    name = verdict.replace("-", " ")
    if not strength:
        return name
    if verdict in ("supported", "consistent"):
        return f"{name}, {'fully' if strength == 'full' else strength}"
    return f"{name}: {strength.replace(PARTING, ', ')}"


def shape(verdict: str, strength: str) -> str:
    """The sign that stands before a verdict."""
    return HALF if (verdict, strength) == ("supported", "partly") else SHAPES[verdict]


def printed(claim: Mapping) -> str:
    """The figure of a claim as printed, with its unit, which is ours; empty where none is printed."""
    return f"{claim['quantity']} ({claim['unit']})" if claim["unit"] else claim["quantity"]


def check(register: Collection[str], works: Collection[str], chapters: Collection[str]) -> None:
    """Refuse tables that name what is not there, or whose columns do not go together.

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
        Names file, row, field and what is wrong: a name that leads nowhere or stands twice in a cell; an id under the letter of
        another section; a strength its verdict does not have; *private* for a claim that could be checked in public, or the
        reverse; a verdict on an outside source that names none; an inconsistent claim that is in no row of
        ``inconsistencies``, or the reverse; a comparison with a source not seen that settles something.
    """
    _check_names(register, works, chapters)
    claims = load("claims")
    listed = {id for ids in load("inconsistencies")["claim_ids"] for id in ids}
    for i, claim in enumerate(claims.to_dict("records")):
        for field, problem, remedy in _problems(claim, listed):
            raise RestatedError(problem, file=_file("claims"), row=i + 2, field=field, remedy=remedy)
    for i, row in enumerate(load("checks").to_dict("records")):
        if row["grade"] == "U" and row["relation"] != "not settled":
            raise RestatedError(
                "a source that was not seen settles nothing",
                file=_file("checks"),
                row=i + 2,
                field="relation",
                remedy="Enter 'not settled', or the grade of what was seen",
            )


def _check_names(register: Collection[str], works: Collection[str], chapters: Collection[str]) -> None:
    ids = set(load("claims")["id"])
    known = {
        "source_key": works,
        "source_keys": works,
        "numbers": register,
        "number_ids": register,
        "chapters": chapters,
        "claim_ids": ids,
        "claim_id": ids,
        "cited": set(load("sources")["id"]),
    }
    for name in names():
        frame = load(name)
        for column in frame.columns.intersection(list(known)):
            for i, cell in enumerate(frame[column]):
                place = {"file": _file(name), "row": i + 2, "field": column}
                for one, times in Counter(cell if isinstance(cell, tuple) else _parts(cell)).items():
                    if one not in known[column]:
                        raise RestatedError(f"'{one}' is not known", **place, remedy="correct it, or add what it names")
                    if times > 1:
                        raise RestatedError(f"'{one}' stands there twice", **place, remedy="Keep one")


def _problems(claim: dict, listed: Collection[str]):
    """What is wrong in one row of the claims: field, fault and remedy."""
    letter, _ = SECTIONS[claim["section"]]
    if claim["id"][0] != letter:
        yield "id", f"claims of '{claim['section']}' begin with {letter}", "Correct the id or the section"
    verdict, strengths = claim["verdict"], _parts(claim["strength"])
    allowed = STRENGTHS[verdict]
    for strength in strengths:
        if strength not in allowed:
            yield "strength", f"'{strength}' does not go with '{verdict}'", f"use one of {', '.join(allowed)}"
    if len(strengths) > 1 and verdict != "contradicted":
        yield "strength", f"'{verdict}' has one strength", "Keep one"
    if (claim["strength"] == "private") != (claim["checkable_from"] == "private statement"):
        yield "checkable_from", "'private' and 'private statement' go together", "Enter both or neither"
    if verdict in ("supported", "contradicted") and not claim["source_keys"]:
        yield "source_keys", f"a claim is '{verdict}' by a source outside the document, and none is named", "Name it"
    if (verdict == "inconsistent") != (claim["id"] in listed):
        yield (
            "verdict",
            "inconsistent claims, and no others, are named in inconsistencies.csv",
            "Correct the verdict, or the list",
        )


def standing(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """How the cited sources of each claim stand to those whose work they speak of.

    Returns
    -------
    pandas.Series of str
        One of :data:`INDEPENDENCE` per claim: where it cites several sources, that of the farthest; empty where it cites none.
    """
    of = sources.set_index("id")["independence"]
    return claims["cited"].map(lambda cited: min((of[c] for c in cited), key=INDEPENDENCE.index, default=""))


def dependent(claims: pd.DataFrame, sources: pd.DataFrame) -> pd.Series:
    """Claims whose every cited source comes from the programme or its authors.

    Returns
    -------
    pandas.Series of bool
        One value per claim; False for a claim that cites nothing.
    """
    return standing(claims, sources).isin(NOT_INDEPENDENT)


def tally(claims: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """How many claims of each group carry which verdict.

    Parameters
    ----------
    claims : pandas.DataFrame
    groups : pandas.Series
        The group of each claim.

    Returns
    -------
    pandas.DataFrame
        One row per group in order of first occurrence, one column per verdict in the order of :data:`VERDICTS`.
    """
    table = pd.crosstab(groups.to_numpy(), claims["verdict"].to_numpy())
    return table.reindex(index=pd.unique(groups), columns=list(VERDICTS), fill_value=0)
