from __future__ import annotations

import re

import pytest

from restated_book import claims, config
from restated_book.sphinx import claimspage
from tests.builder.sphinx.rows import HOSTILE, everything
from tests.builder.sphinx.test_markup import Reader

CHECKABLE = config.load().claims.checkable
SOURCES = {
    "R1": {
        "id": "R1",
        "description": "a trial",
        "public": "yes",
        "independence": "own research",
        "source_key": "verhage2016",
    },
    "S4": {
        "id": "S4",
        "description": "figures",
        "public": "no",
        "independence": "not independent",
        "source_key": "verhage2016",
    },
}


def to(**fields) -> claimspage.Links:
    base = {
        "ledger": "../book/ledger.html",
        "cite": lambda key: f"../book/references.html#cite-{key}",
        "work": lambda key: key,
        "chapter": lambda name: (f"{name}.html", f"Chapter on {name}"),
        "rows": {row["id"]: row for row in everything()},
    }
    return claimspage.Links(**(base | fields))


def claim(id="A03", **fields) -> dict:
    base = {
        "id": id,
        "section": "1 summary",
        "claim": "So many were trained",
        "quantity": "14,931",
        "unit": "practitioners",
        "cited": (),
        "kind": "reach",
        "checkable_from": "public paper",
        "verdict": "supported",
        "strength": "partly",
        "reason": "A source says so.",
        "source_keys": (),
        "chapters": (),
        "numbers": (),
    }
    return base | fields


def comparison(**fields) -> dict:
    base = {
        "document_says": "six",
        "source_says": "five",
        "relation": "differs",
        "source_key": "verhage2016; groh2014",
        "locator": "abstract",
        "grade": "S",
        "note": "another unit",
    }
    return base | fields


def shown(row, *comparisons) -> str:
    return claimspage.claim_html(row, sources=SOURCES, comparisons=comparisons, to=to())


def test_a_claim_says_what_it_is_and_where_it_leads():
    html = shown(
        claim(cited=("R1", "S4"), source_keys=("groh2014",), chapters=("trials",), numbers=("seen-first-hand",)),
        comparison(),
    )
    assert '<tr id="claim-a03" class="rs-claim v-supported m-R1 m-S4">' in html
    for href in (
        "#claim-a03",
        "trials.html",
        "../book/references.html#cite-groh2014",
        "../book/ledger.html#seen-first-hand",
    ):
        assert f'href="{href}"' in html
    text = " ".join(re.sub(r"</(dt|dd|p|th|td|summary)>", " ", html).split())
    text = " ".join(Reader(text).text.split())
    for words in (
        "Claim A03",
        "◐ supported, partly",
        "So many were trained",
        "14,931 (practitioners)",
        "A source says so.",
        "R1: a trial (public; own research)",
        "S4: figures (not public; not independent of the programme)",
        "Chapter on trials",
        "The case study says six",
        "The source says five",
        "Relation differs",
        "S: read in a secondary source",
        ".31",
    ):
        assert words in text, words
    assert Reader(html).nested


def test_a_source_that_is_not_public_has_no_link_of_its_own():
    html = shown(claim(cited=("R1", "S4")))
    assert '">R1</a>: a trial' in html
    assert '">S4</a>' not in html


def test_what_is_not_there_takes_no_room():
    html = shown(claim(quantity="", unit="", verdict="consistent", strength="full"))
    assert "<ul" not in html and "<dt>Published" not in html and "<dt>Chapters" not in html
    assert "no source is attached" in html and "m-none" in html
    assert "Could be checked from" not in html


@pytest.mark.parametrize("place", CHECKABLE)
def test_a_claim_that_could_not_be_checked_says_where_it_could_be(place):
    html = shown(claim(verdict="not-publicly-checkable", strength="open", checkable_from=place))
    assert f"<dt>Could be checked from</dt><dd>{CHECKABLE[place]}</dd>" in html


def test_hostile_texts_stay_text():
    row = claim(
        **dict.fromkeys(("claim", "quantity", "unit", "reason"), HOSTILE),
        cited=("R1",),
        source_keys=("a",),
        chapters=("b",),
        numbers=("hostile",),
    )
    bad = {"R1": SOURCES["R1"] | {"description": HOSTILE}}
    links = to(
        work=lambda key: HOSTILE, chapter=lambda name: (HOSTILE, HOSTILE), cite=lambda key: HOSTILE, ledger=HOSTILE
    )
    check = comparison(**dict.fromkeys(("document_says", "source_says", "relation", "locator", "note"), HOSTILE))
    beside = claimspage.against_html([row], comparisons={row["id"]: [check]}, to=links)
    places = {
        "id": "inc-a",
        "matter": HOSTILE,
        "place_1": HOSTILE,
        "text_1": HOSTILE,
        "place_2": HOSTILE,
        "text_2": HOSTILE,
        "note": HOSTILE,
        "claim_ids": ("A03",),
    }
    for html in (
        claimspage.claim_html(row, sources=bad, comparisons=[check], to=links),
        claimspage.filters_html([row], bad),
        beside,
        claimspage.PARTS.places([places]),
        claimspage.PARTS.claim_link(row, HOSTILE, HOSTILE),
    ):
        assert not {"script", "img", "table"} & set(Reader(html).tags)
        assert not [name for name, _ in Reader(html).attributes if name.startswith("on")]
        assert HOSTILE in Reader(html).text
        assert Reader(html).nested or "<input" in html  # an input has no end


def test_filters_offer_only_what_occurs_and_every_field_has_its_label():
    html = claimspage.filters_html(
        [claim(), claim("B01", section="2 research", cited=("S4",), verdict="contradicted", strength="date")], SOURCES
    )
    assert re.findall(r'<option value="([^"]+)"', html) == [
        "supported",
        "contradicted",
        "claims-summary",
        "claims-research",
        "S4",
        "none",
    ]
    assert {f'id="{name}"' in html for name in re.findall(r'for="([^"]+)"', html)} == {True}
    assert '<p class="rs-count" role="status">2 claims</p>' in html


def test_two_places_stand_side_by_side_as_printed_and_lead_to_their_claims():
    rows = claims.load("inconsistencies").to_dict("records")
    html = claimspage.PARTS.places(rows)
    assert re.findall(r'<li id="([^"]+)"', html) == [row["id"] for row in rows]
    assert html.count("<dt>") == html.count("<dd>") == 2 * len(rows)
    assert "GBP91,736,095.21" in html
    for row in rows:
        for id in row["claim_ids"]:
            assert f'<a href="#{claims.anchor(id)}">{id}</a>' in html


def test_contradictions_have_both_texts_side_by_side():
    row = claim("N06", verdict="contradicted", strength="direct")
    checks = [comparison(), comparison(source_says="four", source_key="groh2014"), comparison(relation="context")]
    html = claimspage.against_html([row], comparisons={"N06": checks}, to=to())
    assert '<li id="against-n06">' in html and 'href="#claim-n06"' in html
    assert html.count("The case study says") == 1
    assert html.count("<dd>five</dd>") == html.count("<dd>four</dd>") == 1
    assert Reader(html).nested


def test_the_page_of_claims_begins_with_contradictions_in_substance():
    grave = set(config.load().claims.substance)
    table = claims.load("claims")
    found = table[(table["verdict"] == "contradicted") & table["strength"].isin(grave)]
    assert found["id"].to_list() == ["B16", "B19", "B22", "N06"]


def test_a_link_tells_the_claim_and_its_verdict():
    html = claimspage.PARTS.claim_link(claim(), "claims.html#claim-a03", "rs-tip-7")
    assert 'href="claims.html#claim-a03" aria-describedby="rs-tip-7">A03</a>' in html
    assert 'role="tooltip" id="rs-tip-7"' in html
    assert "So many were trained" in html and "supported, partly" in html


def test_every_claim_of_the_book_is_shown_once():
    table = claims.load("claims")
    html = claimspage.list_html(
        table.to_dict("records"), sources=claimspage._sources(), comparisons=claimspage._comparisons(), to=to()
    )
    ids = re.findall(r'\bid="(claim-[^"]+)"', html)
    assert ids == [claims.anchor(id) for id in table["id"]]
    assert re.findall(r'<tbody id="([^"]+)"', html) == [claimspage.section_id(name) for name in claims.sections()]
    assert len(set(ids)) == len(ids)
    assert html.count("The case study says") == sum(len(ids) for ids in claims.load("checks")["claim_ids"])


def test_the_words_for_sources_are_those_of_the_data():
    sources = claims.load("sources")
    assert set(claimspage.PUBLIC) == set(sources["public"])
    assert set(claimspage.STANDING) == set(claims.INDEPENDENCE)
    assert set(CHECKABLE) == set(claims.load("claims")["checkable_from"])
