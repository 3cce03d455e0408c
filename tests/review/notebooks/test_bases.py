"""Rows of the built ledger that say what was assumed, and what agrees only with itself."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def rows(site):
    return {row["id"]: row for row in json.loads((site / "ledger.json").read_text(encoding="utf-8"))}


def test_thinned_tables_and_assumed_classes_are_not_called_enumerated(rows):
    counted = ("concordant", "discordant", "difference", "probandwise")
    for id, row in rows.items():
        if id.startswith(("twins-behind", "twins-finkel")) and not any(word in id for word in counted):
            assert row["basis"] == "assumed", id
    assert rows["twins-finkel2000-mz-concordant"]["basis"] == "enumerated"


def test_limits_follow_the_rule_their_rows_state(rows):
    for id, rule, low, high in (
        ("twins-equal-classes-157-limit", "3.84", 0.7056, 0.7945),
        ("twins-equal-classes-157-limit-test", "2.71", 0.6615, 0.7234),
    ):
        row = rows[id]
        assert rule in row["quantity"]
        assert (row["restated_low"], row["restated_high"]) == pytest.approx((low, high), abs=1e-4)


def test_prints_of_one_source_agree_by_construction(rows):
    for id in (
        "claims-a03-university-page",
        "claims-a03-both-sections",
        "impact-practitioners-text",
        "impact-survey-summary-restated",
    ):
        assert rows[id]["by_construction"] is True, id


@pytest.mark.parametrize("id", ["claim-m17", "zeegers2017-indirect", "zeegers2017-direct-mentalization"])
def test_choices_that_were_not_printed_are_one_set(rows, id):
    assert rows[id]["verdict"] == "compatible" and rows[id]["reason"].startswith("the set over ")
