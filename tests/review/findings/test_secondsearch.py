"""The record of the second search against the register and the claims."""

from __future__ import annotations

from collections import Counter

import pytest

from restated_book import claims, register
from review.findings import secondsearch
from review.findings.numbers import selection


@pytest.fixture(scope="module")
def brought():
    return selection("second-search")


@pytest.fixture(scope="module")
def numbers():
    return register.load()


def test_every_number_brought_is_verified_and_counted_once(brought, numbers):
    named = brought.dropna(subset="register_id")
    assert named["register_id"].is_unique and {numbers[id].grade for id in named["register_id"]} == {"P", "S"}
    table = secondsearch.by_chapter(numbers, brought).set_index("chapter")
    kinds = Counter(named["kind"])
    assert table[["primary", "secondary"]].sum().sum() == kinds["new number"]
    assert table["confirmed"].sum() == kinds["confirmed number"]
    assert table["unverified"].sum() == sum(n.grade == "U" for n in numbers.values())
    transmission = [id for id in named["register_id"] if numbers[id].source_key == "ringrose2022"]
    assert len(transmission) == 16 and table.loc["attachment-across-generations", "secondary"] >= 16


def test_confirmed_numbers_were_unverified_before(brought):
    assert set(brought.loc[brought["kind"] == "confirmed number", "was"]) == {"U"}


def test_verdicts_are_those_of_the_claims_before_and_now(brought):
    statements = claims.load("claims")
    found = secondsearch.verdicts(brought, statements).set_index("id")
    assert len(found) == (brought["kind"] == "claim").sum()
    changed = found[found["changed"]]
    assert changed["now"].to_dict() == {
        "H03": "supported, fully",
        "H09": "supported, partly",
        "G04": "supported, fully",
        "M07": "supported, partly",
        "M17": "not publicly checkable: open",
        "N17": "supported, partly",
    }
    assert changed["before"].to_dict() == {
        **dict.fromkeys(("H03", "H09", "G04"), "not publicly checkable: open"),
        "M07": "supported, fully",
        "M17": "contradicted: direct",
        "N17": "contradicted: later evidence",
    }
    assert found.loc["N16", "before"] == found.loc["N16", "now"] == "inconsistent: implausible amount"
