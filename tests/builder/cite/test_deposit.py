"""What archives read is valid, up to date, and says the same as CITATION.cff."""

from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest
import yaml

from restated_book import paths
from restated_book.cite import citation, deposit

NAME = {"type": "object", "anyOf": [{"required": ["name"]}, {"required": ["family-names", "given-names"]}]}
DAY = {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}
TEXT = {"type": "string", "minLength": 1}
LICENCE = {"enum": ["BSD-3-Clause", "CC-BY-4.0"]}

#: What the Citation File Format 1.2.0 asks for and allows, as far as our file goes.
CFF = {
    "type": "object",
    "additionalProperties": False,
    "required": ["authors", "cff-version", "message", "title"],
    "properties": {
        "cff-version": {"const": "1.2.0"},
        "message": TEXT,
        "title": TEXT,
        "abstract": TEXT,
        "type": {"enum": ["software", "dataset"]},
        "authors": {"type": "array", "minItems": 1, "items": NAME},
        "version": TEXT,
        "date-released": DAY,
        "contact": {"type": "array", "minItems": 1, "items": NAME},
        "url": TEXT,
        "repository-code": TEXT,
        "doi": TEXT,
        "license": {"anyOf": [LICENCE, {"type": "array", "items": LICENCE, "uniqueItems": True}]},
        "keywords": {"type": "array", "minItems": 1, "items": TEXT, "uniqueItems": True},
        "preferred-citation": {
            "type": "object",
            "required": ["authors", "title", "type"],
            "properties": {
                "type": {"enum": ["book", "report", "article"]},
                "title": TEXT,
                "date-released": DAY,
                "year": {"type": "integer"},
            },
        },
    },
}

#: What a deposit at Zenodo takes, as far as our file goes.
ZENODO = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "upload_type", "description", "creators"],
    "properties": {
        "title": TEXT,
        "description": TEXT,
        "version": TEXT,
        "license": TEXT,
        "notes": TEXT,
        "publication_date": DAY,
        "upload_type": {"enum": ["publication", "dataset", "software"]},
        "publication_type": {"const": "book"},
        "access_right": {"const": "open"},
        "creators": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}},
        "keywords": {"type": "array", "items": TEXT},
        "related_identifiers": {
            "type": "array",
            "items": {
                "required": ["identifier", "relation"],
                "properties": {
                    "relation": {"enum": ["reviews", "isDerivedFrom", "cites", "isSupplementedBy"]},
                    "scheme": {"enum": ["doi", "url"]},
                },
            },
        },
    },
}


def cff() -> dict:
    return yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", deposit.FILES)
def test_the_files_are_what_the_sources_say_today(name):
    assert (paths.ROOT / name).read_text(encoding="utf-8") == deposit.text(deposit.FILES[name]()), (
        "run `python -m restated_book deposit`"
    )


def test_the_citation_file_follows_its_format():
    jsonschema.validate(cff(), CFF)


def test_the_zenodo_file_follows_its_format():
    jsonschema.validate(deposit.zenodo(), ZENODO)


def test_a_wrong_citation_file_is_found_by_the_same_check():
    for broken in (
        {**cff(), "titel": "x"},
        {**cff(), "authors": [{"nickname": "x"}]},
        {**cff(), "date-released": "23.11.2026"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, CFF)


def test_all_files_agree_on_title_authors_version_date_and_licences():
    about, project = (
        citation.about(),
        tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"],
    )
    package = json.loads((paths.DATA / "datapackage.json").read_text(encoding="utf-8"))
    zenodo, codemeta, preferred = deposit.zenodo(), deposit.codemeta(), cff()["preferred-citation"]
    assert {zenodo["title"], codemeta["name"], preferred["title"]} == {about.title}
    assert {
        about.version,
        project["version"],
        zenodo["version"],
        codemeta["version"],
        preferred["version"],
        package["version"],
    } == {about.version}
    authors = [citation.spelled(a) for a in about.authors]
    assert [c["name"] for c in zenodo["creators"]] == authors
    assert (
        [a["name"] for a in codemeta["author"]]
        == [a["name"] for a in project["authors"]]
        == [a["name"] for a in preferred["authors"]]
        == authors
    )
    assert {zenodo["publication_date"], codemeta["datePublished"], str(preferred["date-released"])} == {
        about.released.isoformat()
    }
    assert [x.rsplit("/", 1)[-1] for x in codemeta["license"]] == list(about.licences)
    assert project["license"] in about.licences and zenodo["license"] in about.licences


def test_codemeta_has_what_its_readers_need():
    made = deposit.codemeta()
    assert (
        made["@context"].startswith("https://doi.org/10.5063/schema/codemeta") and made["@type"] == "SoftwareSourceCode"
    )
    assert all(
        made[k]
        for k in ("name", "description", "author", "version", "license", "programmingLanguage", "softwareRequirements")
    )


def test_a_configured_repository_is_named():
    import dataclasses

    with pytest.MonkeyPatch.context() as patch:
        about = dataclasses.replace(
            citation.about(), repository="https://github.com/a/b", address="https://example.org/"
        )
        patch.setattr(citation, "about", lambda root=None: about)
        assert deposit.codemeta()["codeRepository"] == "https://github.com/a/b"
        assert deposit.zenodo()["related_identifiers"][-1]["identifier"] == "https://github.com/a/b"


#: Rules of the CODECHECK configuration 2.0 for what is known before a check (register of codecheckers, rules-2.0.yml).
CODECHECK = {
    "type": "object",
    "additionalProperties": False,
    "required": ["version", "paper", "manifest"],
    "properties": {
        "version": {"const": "https://codecheck.org.uk/spec/config/2.0/"},
        "paper": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title", "authors"],
            "properties": {
                "title": TEXT,
                "reference": {"type": "string", "pattern": "^https://"},
                "authors": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"]}},
            },
        },
        "manifest": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["file", "comment"],
                "properties": {"file": {"type": "string", "pattern": "^[^/]"}, "comment": TEXT},
            },
        },
    },
}


def test_codecheck_is_ready_and_issues_nothing_itself():
    text = (paths.ROOT / "codecheck.yml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    assert text.startswith("---\n")
    # No codechecker, no summary, certificate or report: these are of the one who checks.
    jsonschema.validate(content, CODECHECK)
    about = citation.about()
    assert content["paper"]["title"] == about.title
    assert [author["name"] for author in content["paper"]["authors"]] == [citation.shown(a) for a in about.authors]


def test_files_of_the_codecheck_exist_after_a_build(site):
    content = yaml.safe_load((paths.ROOT / "codecheck.yml").read_text(encoding="utf-8"))
    files = [item["file"] for item in content["manifest"]]
    assert len(set(files)) == len(files) and all((paths.ROOT / file).is_file() for file in files)
