from __future__ import annotations

import pandas as pd
import pytest

from restated.errors import RestatedError
from restated_book import claims, config, register
from restated_book.chapters.toc import toc
from restated_book.sources import bibliography

REGISTER = {"study-r", "study-n"}
WORKS = {"one2001", "two2002"}
CHAPTERS = {"trials", "reach"}


def claim(id="A01", **fields) -> dict:
    base = {
        "id": id,
        "section": "1 summary",
        "claim": "Something holds",
        "quantity": "",
        "unit": "",
        "cited": (),
        "kind": "reach",
        "checkable_from": "public paper",
        "verdict": "supported",
        "strength": "full",
        "reason": "A source says so.",
        "source_keys": ("one2001",),
        "chapters": ("trials",),
        "numbers": ("study-r",),
    }
    return base | fields


def tables(*rows: dict, **changed) -> dict[str, pd.DataFrame]:
    """Small tables that keep every rule; `changed` replaces whole tables by lists of rows."""
    whole = {
        "claims": list(rows) or [claim()],
        "checks": [
            {
                "claim_ids": ("A01",),
                "source_key": "one2001; two2002",
                "number_ids": ("study-n",),
                "grade": "P",
                "relation": "agrees",
            }
        ],
        "inconsistencies": [{"id": "inc-a", "claim_ids": ("A02",)}],
        "sources": [
            {"id": "R1", "independence": "own research", "source_key": "one2001"},
            {"id": "S1", "independence": "not assessed", "source_key": ""},
            {"id": "S2", "independence": "independent", "source_key": "two2002"},
            {"id": "S4", "independence": "not independent", "source_key": ""},
            {"id": "S5", "independence": "in part", "source_key": ""},
        ],
    } | changed
    return {name: pd.DataFrame(rows) for name, rows in whole.items()}


INCONSISTENT = claim("A02", verdict="inconsistent", strength="two figures", source_keys=())


@pytest.fixture
def checked(monkeypatch):
    """Run `check` on given tables."""

    def run(whole: dict[str, pd.DataFrame]) -> None:
        monkeypatch.setattr(claims, "names", lambda: list(whole))
        monkeypatch.setattr(claims, "load", lambda name: whole[name].copy())
        claims.check(REGISTER, WORKS, CHAPTERS)

    return run


def test_the_tables_of_the_book_keep_every_rule():
    pages = {p.removeprefix("notebooks/") for p in toc() if p.startswith("notebooks/")}
    claims.check(register.load(), bibliography.load().keys(), pages)


def test_tables_that_keep_every_rule_pass(checked):
    checked(tables(claim(cited=("R1", "S2")), INCONSISTENT))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cited", ("S99",)),
        ("source_keys", ("nobody1900",)),
        ("chapters", ("no-chapter",)),
        ("numbers", ("study-r", "no-number")),
    ],
)
def test_a_claim_that_names_what_is_not_there_is_refused(checked, field, value):
    with pytest.raises(RestatedError, match=rf"claims\.csv, row 2, field '{field}': '{value[-1]}' is not known"):
        checked(tables(claim(**{field: value}), INCONSISTENT))


@pytest.mark.parametrize(
    ("table", "row", "field", "name"),
    [
        (
            "checks",
            {"claim_ids": ("Z99",), "source_key": "", "number_ids": (), "grade": "P", "relation": "agrees"},
            "claim_ids",
            "Z99",
        ),
        (
            "checks",
            {
                "claim_ids": ("A01",),
                "source_key": "one2001; no2000",
                "number_ids": (),
                "grade": "P",
                "relation": "agrees",
            },
            "source_key",
            "no2000",
        ),
        (
            "checks",
            {"claim_ids": ("A01",), "source_key": "", "number_ids": ("gone",), "grade": "P", "relation": "agrees"},
            "number_ids",
            "gone",
        ),
        ("places", {"claim_id": "Z99"}, "claim_id", "Z99"),
        ("inconsistencies", {"id": "inc-a", "claim_ids": ("A02", "Z99")}, "claim_ids", "Z99"),
    ],
)
def test_so_is_a_row_of_another_table(checked, table, row, field, name):
    with pytest.raises(RestatedError, match=rf"{table}\.csv, row 2, field '{field}': '{name}' is not known"):
        checked(tables(claim(), INCONSISTENT, **{table: [row]}))


def test_a_name_that_stands_twice_in_a_cell_is_refused(checked):
    with pytest.raises(RestatedError, match="field 'cited': 'R1' is there twice"):
        checked(tables(claim(cited=("R1", "R1")), INCONSISTENT))


def test_an_id_belongs_to_the_letter_of_its_section(checked):
    with pytest.raises(RestatedError, match="row 2, field 'id': claims of '2 research' begin with B"):
        checked(tables(claim(section="2 research"), INCONSISTENT))


def valid(verdict: str, strength: str) -> dict:
    return claim(
        "A02" if verdict == "inconsistent" else "A01",
        verdict=verdict,
        strength=strength,
        checkable_from="private statement" if strength == "private" else "public paper",
    )


@pytest.mark.parametrize("strength", sorted({s for allowed in claims.strengths().values() for s in allowed}))
@pytest.mark.parametrize("verdict", claims.VERDICTS)
def test_every_verdict_takes_its_own_strengths_and_no_others(checked, verdict, strength):
    rows = [valid(verdict, strength)] + ([] if verdict == "inconsistent" else [INCONSISTENT])
    if strength in claims.strengths()[verdict]:
        checked(tables(*rows, checks=[]))
    else:
        with pytest.raises(RestatedError, match=f"'{strength}' does not go with '{verdict}'"):
            checked(tables(*rows, checks=[]))


def test_only_contradictions_may_be_of_several_kinds(checked):
    checked(tables(valid("contradicted", "direct; later evidence"), INCONSISTENT))
    with pytest.raises(RestatedError, match="'supported' has one strength"):
        checked(tables(valid("supported", "full; partly"), INCONSISTENT))


@pytest.mark.parametrize(("strength", "place"), [("private", "public web"), ("open", "private statement")])
def test_private_material_is_no_public_one(checked, strength, place):
    row = claim(verdict="not-publicly-checkable", strength=strength, checkable_from=place)
    with pytest.raises(RestatedError, match="field 'checkable_from': 'private' and 'private statement' go together"):
        checked(tables(row, INCONSISTENT))


@pytest.mark.parametrize(("verdict", "strength"), [("supported", "partly"), ("contradicted", "date")])
def test_a_verdict_by_an_outside_source_names_it(checked, verdict, strength):
    with pytest.raises(RestatedError, match="field 'source_keys'"):
        checked(tables(claim(verdict=verdict, strength=strength, source_keys=()), INCONSISTENT))


def test_inconsistent_claims_and_no_others_are_shown_in_two_places(checked):
    with pytest.raises(RestatedError, match="row 2, field 'verdict'"):
        checked(tables(claim("A01", verdict="inconsistent", strength="two names"), INCONSISTENT))
    with pytest.raises(RestatedError, match="row 3, field 'verdict'"):
        checked(tables(claim(), claim("A02")))


def test_a_source_that_was_not_seen_settles_nothing(checked):
    row = {"claim_ids": ("A01",), "source_key": "", "number_ids": (), "grade": "U", "relation": "not settled"}
    checked(tables(claim(), INCONSISTENT, checks=[row]))
    with pytest.raises(RestatedError, match=r"checks\.csv, row 2, field 'relation'"):
        checked(tables(claim(), INCONSISTENT, checks=[row | {"relation": "differs"}]))


@pytest.mark.parametrize(
    ("cited", "standing"),
    [
        ((), ""),
        (("R1",), "own research"),
        (("S4",), "not independent"),
        (("S5",), "in part"),
        (("S1",), "not assessed"),
        (("S4", "S2"), "independent"),
        (("R1", "S1"), "not assessed"),
        (("S4", "R1"), "own research"),
    ],
)
def test_the_most_independent_source_decides(cited, standing):
    whole = tables(claim(cited=cited))
    assert claims.standing(whole["claims"], whole["sources"]).tolist() == [standing]
    assert claims.dependent(whole["claims"], whole["sources"]).tolist() == [
        standing in ("own research", "not independent")
    ]


def test_dependent_is_what_its_words_say_for_the_claims_of_the_book():
    table, sources = claims.load("claims"), claims.load("sources").set_index("id")["independence"]
    by_hand = [bool(c) and all(sources[m] in ("own research", "not independent") for m in c) for c in table["cited"]]
    assert claims.dependent(table, claims.load("sources")).tolist() == by_hand
    assert any(by_hand) and not all(by_hand)


def test_the_words_for_independence_are_those_of_the_data():
    assert set(claims.load("sources")["independence"]) == set(claims.INDEPENDENCE)
    assert set(claims.NOT_INDEPENDENT) < set(claims.INDEPENDENCE)


def test_a_tally_counts_every_claim_once_and_keeps_the_order():
    rows = [claim(verdict=v) for v in ("contradicted", "supported", "supported")]
    found = claims.tally(pd.DataFrame(rows), pd.Series(["second", "first", "second"]))
    assert found.index.tolist() == ["second", "first"]
    assert found.columns.tolist() == list(claims.VERDICTS)
    assert found.loc["second", ["supported", "contradicted"]].tolist() == [1, 1]
    assert found.to_numpy().sum() == 3


@pytest.mark.parametrize(
    ("verdict", "strength", "words", "shape"),
    [
        ("supported", "full", "supported, fully", "●"),
        ("supported", "partly", "supported, partly", "◐"),
        ("consistent", "partly", "consistent, partly", "○"),
        ("not-publicly-checkable", "private", "not publicly checkable: private", "□"),
        ("contradicted", "direct; later evidence", "contradicted: direct, later evidence", "◆"),
        ("inconsistent", "two names", "inconsistent: two names", "◇"),
    ],
)
def test_a_verdict_in_words_and_as_a_shape(verdict, strength, words, shape):
    assert claims.words(verdict, strength) == words
    assert claims.shape(verdict, strength) == shape


def test_the_words_for_a_strength_can_be_set(monkeypatch):
    own = {"supported": "belegt", "full": "ganz", "partly": "zum Teil", "private": "nicht öffentlich"}
    monkeypatch.setattr(config, "load", lambda: config.Config(verdicts=own))
    assert (
        claims.words("supported", "full") == "belegt, ganz" and claims.words("consistent", "full") == "consistent, ganz"
    )
    assert claims.words("supported", "partly") == "belegt, zum Teil"
    assert claims.words("not-publicly-checkable", "private") == "not publicly checkable: nicht öffentlich"


def test_shapes_are_told_apart_and_every_part_and_verdict_of_the_data_is_known():
    assert len({*claims.SHAPES.values(), claims.HALF}) == len(claims.VERDICTS) + 1
    assert list(claims.SHAPES) == list(claims.strengths()) == list(claims.VERDICTS)
    table = claims.load("claims")
    assert table["section"].drop_duplicates().tolist() == list(claims.sections())
    assert set(claims.listings()) < set(claims.sections())
    assert claims.anchor("A03") == "claim-a03"


def test_lists_are_tuples_and_a_table_can_be_changed_without_harm():
    table = claims.load("claims")
    assert table.set_index("id").loc["P10", "cited"] == ("S1", "S2")
    assert table.set_index("id").loc["A02", "cited"] == ()
    table.loc[0, "claim"] = "changed"
    assert claims.load("claims").loc[0, "claim"] != "changed"


def test_a_table_that_is_not_there_is_named():
    with pytest.raises(RestatedError, match=r"unknown table of claims 'opinions'.*checks"):
        claims.load("opinions")
