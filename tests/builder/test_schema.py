"""The schema that editors complete ``restated.toml`` with says what the builder checks."""

from __future__ import annotations

import dataclasses
import math
import tomllib

import jsonschema
import pytest

from restated_book import begin, config, paths

SCHEMA = config.schema()
#: Values that are right for some kind and wrong for others.
VALUES = (
    *("one", "", "a:b", "a:b:c", 1, True, None, [], ["one"], [""], ["a-b"], ["a", "Title"], ["ab", "Title"], [1]),
    *([0, 1], [0.5, math.inf], [1, 2, 3], {}, {"one": ["two"]}, [{"fields": ["a"], "heading": "A"}]),
    *([{"fields": [], "heading": "A"}], [{"heading": "A"}], [{"fields": ["a"], "heading": "A", "more": {"b": "B"}}]),
    *([{"fields": ["a"], "heading": "A", "more": {"b": 1}}], [{"fields": ["a"], "heading": "A", "other": "B"}]),
    {"version": "1", "numbers": {"a": ["b", "c", "", "d"]}, "claims": {}, "chapters": {"e": {"title": "F"}}},
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


def test_a_new_book_names_the_schema_for_editors():
    assert (begin.SCAFFOLD / config.NAME).read_text(encoding="utf-8").startswith("#:schema ./restated.schema.json\n")
