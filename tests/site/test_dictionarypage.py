from __future__ import annotations

import json

import pytest

from restated.errors import RestatedError
from restated.site.dictionarypage import fields_table, load

from .rows import HOSTILE
from .test_markup import Reader

RESOURCE = {
    "path": "data/a.csv",
    "schema": {
        "fields": [
            {
                "name": "n",
                "type": "integer",
                "unit": "persons",
                "description": HOSTILE,
                "constraints": {"required": True, "unique": False, "minimum": 0, "enum": [1, 2]},
            }
        ]
    },
}


def test_a_field_is_shown_with_its_rules_in_words():
    html = fields_table(RESOURCE)
    text = Reader(html).text
    for words in ("n", "integer", "persons", HOSTILE, "required; at least 0; one of 1, 2"):
        assert words in text
    assert "unique" not in text
    assert "<script" not in html
    assert '<th scope="row"><code>n</code></th>' in html


@pytest.mark.parametrize(
    ("content", "words"), [("{", "not JSON"), ("[]", "no data files"), ("{}", "no data files")]
)
def test_a_bad_description_is_refused(tmp_path, content, words):
    path = tmp_path / "datapackage.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RestatedError, match=words):
        load(path)


def test_a_missing_description_is_refused(tmp_path):
    with pytest.raises(RestatedError, match="no description"):
        load(tmp_path / "datapackage.json")


def test_a_description_is_read(tmp_path):
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": [RESOURCE]}), encoding="utf-8")
    assert load(path)["resources"] == [RESOURCE]
