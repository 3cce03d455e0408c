"""What hangs on what in the case study: claims, the sources they name, the chapters that look at them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from restated.errors import RestatedError

#: Name of the source of a claim that names none, and of the chapter of a claim that no chapter on evidence takes up.
NO_MARKER, NO_CHAPTER = "none", "claims"
#: Independence of claims without a source.
UNCITED = "no marker"
#: What a chapter without a finding of its own has in place of a certainty.
NOT_GRADED = "not graded"
#: Claims whose quantity is one of the two periods the case study declares.
PERIOD_CLAIMS = {"declared research period": "H02", "declared impact period": "H10"}


def links(claims: pd.DataFrame) -> pd.DataFrame:
    """One row per claim, source it names and chapter that looks at it.

    A claim that names two sources, or is looked at in two chapters, has a row for each; a claim without a source or chapter has
    one with `NO_MARKER` or `NO_CHAPTER`.

    Parameters
    ----------
    claims : pandas.DataFrame
        From ``claims.load("claims")``.

    Returns
    -------
    pandas.DataFrame
        claim, section, verdict, reference, chapter.
    """
    rows = [
        (claim.id, claim.section, claim.verdict, reference, chapter)
        for claim in claims.itertuples()
        for reference in claim.cited or (NO_MARKER,)
        for chapter in claim.chapters or (NO_CHAPTER,)
    ]
    return pd.DataFrame(rows, columns=["claim", "section", "verdict", "reference", "chapter"])


def references(sources: pd.DataFrame) -> pd.DataFrame:
    """The sources the case study names and the missing one, each with its independence.

    Returns
    -------
    pandas.DataFrame
        reference, independence.
    """
    named = pd.DataFrame({"reference": sources["id"], "independence": sources["independence"]})
    return pd.concat([named, pd.DataFrame({"reference": [NO_MARKER], "independence": [UNCITED]})], ignore_index=True)


def chapters(heads: Sequence, names: Sequence[str]) -> pd.DataFrame:
    """Chapters that look at claims, in the order of the book, with the certainty of their finding.

    Parameters
    ----------
    heads : sequence of restated.heads.Head
        From ``heads.chapters()``.
    names : sequence of str
        Chapters that claims name.

    Returns
    -------
    pandas.DataFrame
        chapter, title, certainty (`NOT_GRADED` where the chapter has no finding of its own).

    Raises
    ------
    RestatedError
        If a chapter has no head.
    """
    for name in names:
        if name not in {head.page for head in heads}:
            raise RestatedError(f"the chapter '{name}' has no head", field="chapters")
    rows = [(h.page, h.short or h.title, h.certainty or NOT_GRADED) for h in heads if h.page in set(names)]
    return pd.DataFrame(rows, columns=["chapter", "title", "certainty"])


def summed(rows: pd.DataFrame, references: pd.DataFrame, chapters: pd.DataFrame) -> pd.DataFrame:
    """Links with the number of their claims, the independence of the source and the certainty of the chapter.

    Returns
    -------
    pandas.DataFrame
        section, reference, independence, chapter, certainty, claims.
    """
    table = rows.groupby(["section", "reference", "chapter"], sort=False)["claim"].nunique().rename("claims").reset_index()
    table = table.merge(references, on="reference").merge(chapters, on="chapter")
    return table[["section", "reference", "independence", "title", "certainty", "claims"]].rename(columns={"title": "chapter"})


def periods(claims: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """First and last year of the periods that the case study declares.

    Raises
    ------
    RestatedError
        If a claim on a period does not give two years.
    """
    quantities = claims.set_index("id")["quantity"]
    found = {}
    for name, claim in PERIOD_CLAIMS.items():
        years = re.findall(r"\b\d{4}\b", quantities[claim])
        if len(years) != 2:
            raise RestatedError(f"claim {claim} gives no first and last year", field="quantity")
        found[name] = (int(years[0]), int(years[1]))
    return found
