"""The schema that editors complete ``restated.toml`` with says what the builder checks."""

from __future__ import annotations

import json
import math
import tomllib

import jsonschema
import pytest

from restated_book import begin, config, paths

SCHEMA = json.loads(begin.SCHEMA.read_text(encoding="utf-8"))
#: Kinds of values by their name in the schema.
KINDS = {
    "text": config.TEXT,
    "texts": config.TEXTS,
    "packages": config.PACKAGES,
    "function": config.FUNCTION,
    "range": config.RANGE,
    "section": config.SECTION,
    "columns": config.COLUMNS,
}
#: Values that are right for some kind and wrong for others.
VALUES = (
    *("one", "", "a:b", "a:b:c", 1, True, None, [], ["one"], [""], ["a-b"], ["a", "Title"], ["ab", "Title"], [1]),
    *([0, 1], [0.5, math.inf], [1, 2, 3], {}, {"one": ["two"]}, [{"fields": ["a"], "heading": "A"}]),
    *([{"fields": [], "heading": "A"}], [{"heading": "A"}], [{"fields": ["a"], "heading": "A", "more": {"b": "B"}}]),
    *([{"fields": ["a"], "heading": "A", "more": {"b": 1}}], [{"fields": ["a"], "heading": "A", "other": "B"}]),
)


def fits(value, part) -> bool:
    validator = jsonschema.Draft7Validator({**part, "$defs": SCHEMA["$defs"]})
    return validator.is_valid(value)


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_takes_the_same_values(name):
    found = [(value, fits(value, {"$ref": f"#/$defs/{name}"}), bool(KINDS[name].fits(value))) for value in VALUES]
    assert [(value, "schema", ours) for value, theirs, ours in found if theirs != ours] == []
    assert {ours for _, _, ours in found} == {True, False}


def rules(part):
    """The rules of a part of the schema, as :data:`config.SCHEMA` states them."""
    if "$ref" in part:
        return KINDS[part["$ref"].rpartition("/")[2]]
    assert part["type"] == "object"
    if part["additionalProperties"] is False:
        return {key: rules(inner) for key, inner in part["properties"].items()}
    return config.Each(rules(part["additionalProperties"]))


def test_it_has_the_keys_of_the_builder_each_with_its_kind():
    assert set(KINDS) == set(SCHEMA["$defs"])
    assert rules(SCHEMA) == config.SCHEMA


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
    assert (begin.SCAFFOLD / config.NAME).read_text(encoding="utf-8").startswith(f"#:schema ./{begin.SCHEMA.name}\n")
