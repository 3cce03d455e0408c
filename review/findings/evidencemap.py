"""Links between the claims of the case study, the sources they name and the chapters on them."""

import re
from collections.abc import Collection, Sequence

import pandas as pd

from restated.errors import RestatedError
from restated_book.claims import NOT_INDEPENDENT, VERDICTS

#: Source of a claim that names none, and chapter of a claim that no chapter on evidence takes up.
NO_MARKER, NO_CHAPTER = "none", "claims"
UNCITED = "no marker"  #: Independence of claims without a source
NOT_GRADED = "not graded"  #: Certainty of a chapter without a finding of its own
#: Claims whose quantity is one of the two periods the case study declares.
PERIOD_CLAIMS = {"declared research period": "H02", "declared impact period": "H10"}


def links(claims: pd.DataFrame) -> pd.DataFrame:
    """Return a row per claim of ``claims.load("claims")``, source (or `NO_MARKER`) and chapter (or `NO_CHAPTER`)."""
    rows = [
        (claim["id"], claim["section"], claim["verdict"], reference, chapter)
        for claim in claims.to_dict("records")
        for reference in claim["cited"] or (NO_MARKER,)
        for chapter in claim["chapters"] or (NO_CHAPTER,)
    ]
    return pd.DataFrame(rows, columns=["claim", "section", "verdict", "reference", "chapter"])


def references(sources: pd.DataFrame) -> pd.DataFrame:
    """Return the sources the case study names, and the missing one."""
    named = sources[["id", "independence", "public"]].rename(columns={"id": "reference"})
    return pd.concat([named, pd.DataFrame([(NO_MARKER, UNCITED, "")], columns=named.columns)], ignore_index=True)


def chapters(heads: Sequence, names: Sequence[str]) -> pd.DataFrame:
    """Return the named chapters in the order of the book, with the certainty of their finding; each must have a head.

    `heads` are those of ``restated_book.chapters.heads.chapters()``. Without a finding of its own a chapter has an
    empty ``reference`` and the certainty `NOT_GRADED`.
    """
    for name in names:
        if name not in {head.page for head in heads}:
            raise RestatedError(f"the chapter '{name}' has no head", field="chapters")
    rows = [(h.page, h.reference, h.short or h.title, h.certainty or NOT_GRADED) for h in heads if h.page in set(names)]
    return pd.DataFrame(rows, columns=["chapter", "reference", "title", "certainty"])


def periods(claims: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return the first and last year of the periods that the case study declares; refuse a claim without two years."""
    quantities = claims.set_index("id")["quantity"]
    found = {}
    for name, claim in PERIOD_CLAIMS.items():
        years = re.findall(r"\b\d{4}\b", quantities[claim])
        if len(years) != 2:
            raise RestatedError(f"claim {claim} gives no first and last year", field="quantity")
        found[name] = (int(years[0]), int(years[1]))
    return found


def by_reference(rows: pd.DataFrame, references: pd.DataFrame) -> pd.DataFrame:
    """Count claims by source and verdict, in the order in which the case study lists its sources."""
    once = rows.drop_duplicates(["claim", "reference"])
    table = pd.crosstab(once["reference"], once["verdict"]).reindex(
        index=references["reference"], columns=list(VERDICTS), fill_value=0
    )
    table.insert(0, "claims", table.sum(axis=1))
    table.insert(0, "independence", references["independence"].to_numpy())
    return table.rename_axis(index="source", columns=None).reset_index()


def counts(
    claims: pd.DataFrame,
    references: pd.DataFrame,
    chapters: pd.DataFrame,
    events: pd.DataFrame,
    periods: dict[str, tuple[int, int]],
) -> dict[str, tuple[int, str]]:
    """Return the counts of the chapter by name, each with its description; the last of `periods` is the impact's."""
    own, other = NOT_INDEPENDENT
    not_public = set(references.loc[references["public"] == "no", "reference"])
    graded = set(chapters.loc[chapters["certainty"] != NOT_GRADED, "chapter"])

    def of(word: str) -> set[str]:
        return set(references.loc[references["independence"] == word, "reference"])

    def naming(these: Collection[str], column: str = "cited") -> int:
        return sum(not set(names).isdisjoint(these) for names in claims[column])

    only_s = sum(bool(cited) and all(one.startswith("S") for one in cited) for cited in claims["cited"])
    two = ((claims["cited"].map(len) > 1) | (claims["chapters"].map(len) > 1)).sum()
    named = [name for name in references["reference"] if name != NO_MARKER]
    with_finding = sum(name in set(chapters["reference"]) for name in named)
    years = events.loc[events["kind"] != "frame", "date"].str[:4].astype(int)
    start, end = list(periods.values())[-1]
    outside, case_study = (events["basis"].eq(basis).sum() for basis in ("outside source", "case study"))
    within = years.between(start, end).sum()
    rows = [
        ("claims", len(claims), "claims into which the case study was cut"),
        ("claims-own", naming(of(own)), "claims that name one of R1 to R6"),
        ("claims-s-only", only_s, "claims that name only sources S1 to S10"),
        ("claims-none", sum(not cited for cited in claims["cited"]), "claims without a marker"),
        ("claims-not-independent", naming(of(other)), "claims that name a source supplied by those it speaks of"),
        ("claims-independent", naming(of("independent")), "claims that name a source found to be independent"),
        ("claims-not-public", naming(not_public), "claims that name a source that is not public"),
        ("claims-two", two, "claims with two sources or two chapters"),
        ("claims-graded", naming(graded, "chapters"), "claims looked at in a chapter with a graded finding"),
        ("references", len(named), "sources the case study lists"),
        ("references-graded", with_finding, "of these, sources with a chapter that grades their finding"),
        ("events", len(events), "dated events"),
        ("events-outside", outside, "dated events whose date an outside source gives"),
        ("events-case-study", case_study, "dated events whose date the case study gives, its periods included"),
        ("events-impact", within, "dated events in the declared impact period, its own bounds not counted"),
        ("events-later", (years > end).sum(), "dated events after the declared impact period"),
    ]
    return {name: (int(count), words) for name, count, words in rows}
