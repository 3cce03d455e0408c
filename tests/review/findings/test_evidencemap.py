"""Links between claims, sources and chapters: no claim is lost, counts agree with a second way of counting."""

from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated_book import claims
from restated_book.chapters import heads
from review.findings import evidencemap


@pytest.fixture(scope="module")
def parts():
    statements = claims.load("claims")
    links = evidencemap.links(statements)
    references = evidencemap.references(claims.load("sources"))
    chapters = evidencemap.chapters(heads.chapters(), sorted(set(links["chapter"])))
    return statements, links, references, chapters


def test_every_claim_is_linked_and_has_a_row_for_each_pair(parts):
    statements, links, _, _ = parts
    assert set(links["claim"]) == set(statements["id"])
    rows = links["claim"].value_counts()
    for claim in statements.itertuples():
        assert rows[claim.id] == max(len(claim.cited), 1) * max(len(claim.chapters), 1)
    both = links[links["claim"] == statements.loc[statements["cited"].map(len) == 2, "id"].iat[0]]
    assert sorted(both["reference"]) == ["S1", "S2"]


def test_counts_agree_with_counting_links(parts):
    statements, links, references, chapters = parts
    events, periods = claims.load("timeline"), evidencemap.periods(statements)
    counts = {
        name: value
        for name, (value, _) in evidencemap.counts(statements, references, chapters, events, periods).items()
    }
    by = links.groupby("reference")["claim"].agg(set)
    own = set().union(*(by[f"R{i}"] for i in range(1, 7)))
    assert counts["claims-own"] == len(own)
    assert counts["claims-none"] == len(by["none"])
    assert counts["claims"] == counts["claims-own"] + counts["claims-s-only"] + counts["claims-none"]
    assert counts["claims-not-independent"] == len(by["S3"] | by["S4"] | by["S6"] | by["S7"])
    assert counts["claims-not-public"] == len(by["S1"] | by["S3"] | by["S4"] | by["S6"] | by["S7"])
    assert counts["claims-independent"] == len(by["S2"])
    graded = links[links["chapter"].isin(chapters.loc[chapters["certainty"] != "not graded", "chapter"])]
    assert counts["claims-graded"] == graded["claim"].nunique()
    assert counts["references"] == 16 and counts["references-graded"] == 7
    assert counts["events"] == counts["events-outside"] + counts["events-case-study"] == len(events)
    assert counts["events-later"] == (events["date"] > "2020-12-31").sum()
    assert (
        counts["events-impact"]
        == ((events["date"] >= "2013") & (events["date"] < "2021") & (events["kind"] != "frame")).sum()
    )


def test_the_table_by_source_counts_each_claim_once_per_source(parts):
    _, links, references, _ = parts
    table = evidencemap.by_reference(links, references).set_index("source")
    assert table["claims"].sum() == len(links.drop_duplicates(["claim", "reference"]))
    assert (table[list(claims.VERDICTS)].sum(axis=1) == table["claims"]).all()
    assert list(table.index) == [*claims.load("sources")["id"], "none"]


def test_the_certainties_of_the_text_hold(parts):
    """In the chapter, the findings of R1 to R6 go from very low to moderate."""
    chapters = parts[3]
    assert set(chapters.loc[chapters["reference"].str.startswith("R"), "certainty"]) == {"very low", "low", "moderate"}


def test_periods_are_those_of_the_case_study(parts):
    assert list(evidencemap.periods(parts[0]).values()) == [(2000, 2020), (2013, 2020)]
    broken = parts[0].assign(quantity="for some years")
    with pytest.raises(RestatedError, match="claim H02 gives no first and last year"):
        evidencemap.periods(broken)


def test_a_chapter_without_a_head_is_refused(parts):
    with pytest.raises(RestatedError, match="'a-chapter' has no head"):
        evidencemap.chapters(heads.chapters(), ["a-chapter"])
