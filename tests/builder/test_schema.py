"""The schema that editors complete ``restated.toml`` with says what the builder checks."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import tomllib

import jsonschema
import pytest
from lxml.html import fragment_fromstring

from restated_book import begin, claims, colours, config, editions, entries, paths
from restated_book.export import paper

SCHEMA = config.schema()
#: Values that are right for some kind and wrong for others.
VALUES = (
    *("one", "", "a:b", "a:b:c", 1, True, None, [], ["one"], [""], ["a-b"], ["a", "Title"], ["ab", "Title"], [1]),
    *([0, 1], [0.5, math.inf], [1, 2, 3], {}, {"one": ["two"]}, [{"fields": ["a"], "heading": "A"}]),
    *([{"fields": [], "heading": "A"}], [{"heading": "A"}], [{"fields": ["a"], "heading": "A", "more": {"b": "B"}}]),
    *([{"fields": ["a"], "heading": "A", "more": {"b": 1}}], [{"fields": ["a"], "heading": "A", "other": "B"}]),
    *([22, 20, 20, 20], [22.5, 12, 50, 12], [22, 20, 20], [22, 20, 20, 11], "A4", "letter", "a4"),
    *(["."], [".", ","], [".", "."], [";"], ["#112233", "#445566"], ["#112233"], ["#11223G", "#445566"]),
)


def fits(value, part) -> bool:
    validator = jsonschema.Draft7Validator({**part, "$defs": SCHEMA["$defs"]})
    return validator.is_valid(value)


@pytest.mark.parametrize("kind", SCHEMA["$defs"])
def test_each_kind_takes_what_an_independent_validator_takes(kind):
    found = {str(value): (fits(value, SCHEMA["$defs"][kind]), config.fits(value, kind)) for value in VALUES}
    assert set(found.values()) == {(True, True), (False, False)}, found
    assert SCHEMA["$defs"][kind]["title"] and SCHEMA["$defs"][kind]["$comment"]


def test_it_has_the_keys_that_the_builder_reads():
    sections = {"chapters": config.Chapters, "findings": config.Findings, "claims": config.Claims}
    assert {key: list(SCHEMA["properties"][key]["properties"]) for key in sections} == {
        key: [field.name for field in dataclasses.fields(own)] for key, own in sections.items()
    }
    own = {field.name for field in dataclasses.fields(config.Config)} - {"packages"}
    assert set(SCHEMA["properties"]) - {"code"} == own and list(SCHEMA["properties"]["code"]["properties"]) == [
        "packages"
    ]


def test_every_key_is_described():
    def undescribed(part, name=""):
        own = [] if part.get("description") else [name]
        return own + [
            x for key, inner in part.get("properties", {}).items() for x in undescribed(inner, f"{name}.{key}")
        ]

    assert undescribed(SCHEMA) == []


@pytest.mark.parametrize(
    "file",
    [paths.ROOT / config.NAME, begin.SCAFFOLD / config.NAME, paths.ROOT / "examples" / "sleep-1908" / config.NAME],
)
def test_a_configuration_that_the_builder_takes_is_valid(file):
    text = file.read_text(encoding="utf-8")
    assert fits(tomllib.loads(text), SCHEMA)
    assert not fits(tomllib.loads(text + "\n[books]\n"), SCHEMA)


def test_each_colour_and_each_verdict_has_its_key():
    assert set(SCHEMA["properties"]["colours"]["properties"]) == set(colours.ROLES)
    assert set(SCHEMA["properties"]["verdicts"]["properties"]) == {
        *entries.VERDICT_SHORT,
        *claims.VERDICTS,
        *(strength for verdict in ("supported", "not-publicly-checkable") for strength in claims.strengths()[verdict]),
    }


@pytest.mark.parametrize("own", [{}, {"size": "letter", "margins": [25.5, 15, 15, 12]}])
def test_sheets_follow_the_settings_and_pictures_their_height(monkeypatch, tmp_path, own):
    monkeypatch.setattr(config, "load", lambda: config.Config(paper=own, verdicts={"identical": "the very same"}))
    document = paper.Document(
        "T", "", "H", [paper.Page("notebooks/a", "A", "", fragment_fromstring("<p>x</p>", "article"))]
    )
    paper.write(document, tmp_path, tmp_path, tmp_path / "x.html", {})
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    size, margins, high = ("letter", "25.5mm 15mm 15mm 12mm", 238.9) if own else ("A4", "22mm 20mm 20mm 20mm", 255)
    assert f"@page {{ size: {size}; margin: {margins} ; }}" in text
    assert float(re.search(r"--high: ([\d.]+)mm", text)[1]) == pytest.approx(high) and f"size: {size} landscape" in text
    assert "(the very same, " in text and "data not available to us" in text


def test_the_sheets_of_the_schema_are_those_that_are_known():
    known = tomllib.loads(paper.STYLE.with_name("paper.toml").read_text(encoding="utf-8"))
    assert list(known["heights"]) == SCHEMA["$defs"]["size"]["enum"]
    assert fits(known["sheet"]["margins"], SCHEMA["$defs"]["margins"]) and known["sheet"]["size"] in known["heights"]


def test_all_settings_of_a_new_book_are_valid_also_those_behind_a_sign():
    text = (begin.SCAFFOLD / config.NAME).read_text(encoding="utf-8")
    given = tomllib.loads(re.sub(r"(?m)^# (?=\[[a-z]|[a-z-]+ = )", "", text))
    assert {"numbers", "verdicts", "paper", "colours"} <= set(given)
    assert fits(given, SCHEMA) and list(colours.faults(given["colours"])) == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"numbers": 5},
        {"numbers": {"a": ["b"]}},
        {"claims": {"A": "b"}},
        {"chapters": {"c": {}}},
        {"version": 1},
        {"evidence": 2020},
        {"evidence": []},
    ],
)
def test_an_edition_is_what_an_independent_validator_takes(change):
    content = {"version": "1", "numbers": {"a": ["b", "c", "", "d"]}, "claims": {}, "chapters": {"e": {"title": "F"}}}
    whole = config.schema(editions.__file__)
    jsonschema.Draft7Validator.check_schema(whole)
    found = jsonschema.Draft7Validator(whole).is_valid(content | change)
    assert found == config.fits(content | change, module=editions.__file__) == (change in ({}, {"evidence": 2020}))


def test_the_frozen_editions_have_the_shape_of_their_schema():
    whole = jsonschema.Draft7Validator(config.schema(editions.__file__))
    files = sorted(editions.folder().glob("*.json"))
    assert files and all(whole.is_valid(json.loads(file.read_text(encoding="utf-8"))) for file in files)


def test_a_new_book_names_the_schema_for_editors():
    assert (begin.SCAFFOLD / config.NAME).read_text(encoding="utf-8").startswith("#:schema ./restated.schema.json\n")
