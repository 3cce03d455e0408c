from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated_book.claims import SHAPES, VERDICTS
from review.figures.tallies import LOOKS, verdict_bars
from tests.library.plots.samples import by_gid, texts
from tests.review.figures.samples import claim_counts


def test_parts_are_as_long_as_their_counts_and_follow_one_another():
    drawn = verdict_bars(claim_counts(), heading="Part")
    end = [0.0, 0.0]
    for verdict in VERDICTS:
        bars = by_gid(drawn.fig, f"part-{verdict}")
        assert [bar.get_width() for bar in bars] == claim_counts()[verdict].tolist()
        assert [bar.get_x() for bar in bars] == end
        end = [bar.get_x() + bar.get_width() for bar in bars]
    assert end == drawn.data["all"].tolist() == [13, 16]
    assert drawn.data["not publicly checkable"].tolist() == [4, 11]


def test_verdicts_are_distinct_without_colour_and_named():
    assert len({(fill.face, fill.hatch) for fill in LOOKS.values()}) == len(VERDICTS)
    shown = texts(verdict_bars(claim_counts(), heading="Part").fig)
    assert {f"{SHAPES[v]} {v.replace('-', ' ')}" for v in VERDICTS} <= set(shown)


def test_the_words_name_where_most_claims_of_a_verdict_are():
    alt = verdict_bars(claim_counts(), heading="Part").alt
    assert "Most inconsistent: another part (2)" in alt and "Most contradicted: one part of the document (1)" in alt
    assert "Most inconsistent" not in verdict_bars(claim_counts().assign(inconsistent=0), heading="Part").alt


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (claim_counts().drop(columns="supported"), "no column 'supported'"),
        (claim_counts().assign(supported=-1), "not be negative"),
        (claim_counts() * 0, "every group must have a claim"),
        (claim_counts().iloc[:0], "no rows"),
    ],
)
def test_bad_counts_are_refused(counts, message):
    with pytest.raises(RestatedError, match=message):
        verdict_bars(counts, heading="Part")
