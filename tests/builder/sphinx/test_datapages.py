from __future__ import annotations

import json
import re

import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sphinx.datapages import fields_table, licences_table, load
from tests.builder.sphinx.rows import HOSTILE
from tests.builder.sphinx.test_markup import Reader

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
    ("content", "words"),
    [("{", "not readable as JSON"), ("[]", "not describe data files"), ("{}", "not describe data files")],
)
def test_a_bad_description_is_refused(tmp_path, content, words):
    path = tmp_path / "datapackage.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RestatedError, match=words):
        load(path)


def test_a_book_without_data_has_an_empty_description(tmp_path):
    assert load(tmp_path / "datapackage.json")["resources"] == []


def test_a_description_is_read(tmp_path):
    path = tmp_path / "datapackage.json"
    path.write_text(json.dumps({"resources": [RESOURCE]}), encoding="utf-8")
    assert load(path)["resources"] == [RESOURCE]


def test_data_under_a_licence_of_its_own_is_listed_with_its_source():
    whole = [{"name": "CC-BY-4.0", "title": "Creative Commons"}]
    package = {
        "licenses": whole,
        "resources": [
            {"path": "a.csv", "licenses": whole},
            {"path": "b.csv", "licenses": [{"title": f"MIT {HOSTILE}"}], "sources": [{"title": "B."}]},
        ],
    }
    html = licences_table(package)
    Reader(html)
    assert "a.csv" not in html and "b.csv" in html and "B." in html and HOSTILE not in html


def test_the_page_of_licences_names_every_part_that_is_not_ours(site):
    """What lies beside the pages is made by this package, or of others and named."""
    ours = {file.name for file in (paths.ROOT / "restated_book" / "sphinx" / "static").iterdir()}
    others = {
        file.relative_to(site / "_static").as_posix() for file in (site / "_static").rglob("*") if file.is_file()
    } - ours
    text = (paths.BOOK / "licences.md").read_text(encoding="utf-8")
    assert {name for name in others if not name.startswith("search-data")} == set(
        re.findall(r"`_static/([^`]+)`", text)
    )
    listed = {r["path"] for r in load()["resources"] if r["licenses"] != load()["licenses"]}
    html = (site / "book" / "licences.html").read_text(encoding="utf-8")
    assert len(listed) == 6 and all(path in html for path in listed)
    # Each licence that others chose lies in the repository and goes with every archive.
    kept = " ".join(file.name for file in (paths.ROOT / "LICENSES").iterdir())
    assert all(licence["name"].partition("-")[0] in kept for r in load()["resources"] for licence in r["licenses"])
