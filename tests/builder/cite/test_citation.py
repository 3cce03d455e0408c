"""Every form of a citation parses back to what was cited, with parsers of others."""

from __future__ import annotations

import dataclasses
import json
import string

import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string
from pybtex.richtext import Text

from restated.errors import RestatedError
from restated_book import paths
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.sources import bibliography
from restated_book.sphinx import metadata
from restated_book.templates import headline

PEOPLE = (
    {"family": "Müller & Söhne", "given": "Anna Maria"},
    {"family": "van der Berg", "given": "Jan"},
    {"family": "IJzendoorn", "given": "Marinus H.", "non-dropping-particle": "van"},
    {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
    {"family": "Cruz", "given": "Juan", "non-dropping-particle": "de la"},
    {"family": "O'Brien and Sons", "given": "Ann"},
    {"family": "Plato"},
    {"family": "Mary Jane"},
    {"literal": "A Group of 5 %"},
)
DOI = "10.5281/zenodo.1234_5"
BOOK = dataclasses.replace(citation.about(), address="https://example.org/a_b/~c/", authors=PEOPLE, doi=DOI)
CHAPTERS = [p for p in toc() if p.startswith("notebooks/")]
SHOWN = [
    {"kind": "figure", "id": "forest", "caption": "Pooled r of 16 samples. More about it."},
    {"kind": "verdicts", "id": "all", "caption": "Printed against restated (R4)"},
]


def plain(latex: str) -> str:
    return str(Text.from_latex(latex))


def names(people) -> list[str]:
    return [citation.spelled(a) for a in people]


def entries(title: str = "Costs & gains: 5 % of MBT_x #1"):
    yield from citation.of_page(BOOK, "notebooks/service-costs", title, SHOWN)
    yield "number", citation.item(BOOK, "number", "patients (ledger entry a-b)", "book/ledger", "a-b")
    yield "book", citation.item(BOOK, "book")


@pytest.mark.parametrize("kind, entry", list(entries()), ids=lambda x: x if isinstance(x, str) else "")
def test_bibtex_parses_back_to_the_same_authors_title_date_and_address(kind, entry):
    (made,) = parse_string(citation.bibtex([(kind, entry)]), "bibtex").entries.values()
    people = []
    for person in made.persons["author"]:
        parts = (
            [*person.prelast_names, *person.last_names],
            [*person.first_names, *person.middle_names],
            person.lineage_names,
        )
        people.append(plain(", ".join(" ".join(part) for part in parts if part)))
    assert people == names(entry["author"])
    assert plain(made.fields["title"]) == entry["title"]
    assert plain(made.fields.get("booktitle", "")) == entry.get("container-title", "")
    assert [[int(made.fields[x]) for x in ("year", "month", "day")]] == entry["issued"]["date-parts"]
    assert made.fields["url"] == entry["URL"]
    assert made.fields.get("doi", "") == (DOI if kind == "book" else "") and DOI in plain(made.fields.get("note", DOI))
    assert set(bibliography.REQUIRED[made.type]) - {"author"} <= set(made.fields)


@pytest.mark.parametrize("kind, entry", list(entries()), ids=lambda x: x if isinstance(x, str) else "")
def test_ris_parses_back_to_the_same_authors_title_date_and_address(kind, entry):
    (made,) = rispy.loads(citation.ris([(kind, entry)]))
    assert made["authors"] == names(entry["author"])
    assert made["title"] == entry["title"]
    assert made.get("secondary_title") == entry.get("container-title")
    assert [[int(x) for x in made["date"].split("/")]] == entry["issued"]["date-parts"]
    assert made["urls"] == [entry["URL"]]
    assert made.get("doi") == (DOI if kind == "book" else None) and DOI in str(made)


def test_csl_json_parses_back_and_is_what_the_texts_were_made_from():
    pairs = list(entries())
    assert json.loads(citation.csl(pairs)) == [entry for _, entry in pairs]


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    st.text(string.ascii_letters + string.digits + " &%$#_{}~^\\-:;,.()'/=+<>→–é", min_size=1, max_size=60).map(
        lambda s: f"a{s.strip()}z"
    )
)
def test_no_title_breaks_a_record(title):
    title = " ".join(title.split())
    pairs = list(entries(title))[:2]
    assert rispy.loads(citation.ris(pairs))[0]["title"] == title
    made = parse_string(citation.bibtex(pairs), "bibtex").entries
    assert len(made) == len(pairs)
    # LaTeX has no way to write these in a title that every reader undoes alike.
    if not set(title) & set("{}~^\\'-"):
        assert plain(made["restated-service-costs"].fields["title"]) == title


@pytest.mark.parametrize("style", citation.STYLES)
def test_texts_name_authors_year_title_book_and_address(style):
    for _, entry in entries():
        text = citation.written(entry, style)
        assert text.startswith("Müller & Söhne") and "2026" in text and entry["title"] in text
        assert entry["URL"] in text or f"https://doi.org/{DOI}" in text
        assert "van IJzendoorn" in text and "de la Cruz" in text and "Jr." in text
        assert entry.get("container-title", "") in text
        assert not text.startswith("1.")


@pytest.mark.parametrize("style", citation.STYLES)
def test_filling_in_a_text_gives_what_the_processor_writes(style):
    titles = [
        "Forest plot of 16 samples",
        "Does it hold?",
        'Called "secure"',
        "Costs (in dollars)",
        "R4: r = .31, 5 %",
        "It's late",
        "A – b",
        "Ends.",
    ]
    for title in titles:
        for _, entry in citation.of_page(BOOK, "notebooks/x", title, [{"kind": "figure", "id": "f", "caption": title}]):
            assert citation.written(entry, style) == citation._written(json.dumps(entry), style)


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_is_cited_by_its_heading(page):
    (kind, entry), *_ = citation.of_page(citation.about(), page, heads.title(paths.ROOT / f"{page}.md"))
    assert kind == "chapter" and entry["title"] in citation.written(entry, "APA")


def test_without_an_address_no_citation_claims_one():
    entry = citation.item(dataclasses.replace(BOOK, address="", doi=""), "chapter", "T", "notebooks/x")
    assert (
        "URL" not in entry
        and "http" not in citation.written(entry, "APA")
        and "url" not in citation.bibtex([("chapter", entry)])
    )


def test_the_headline_of_a_caption_is_its_first_sentence():
    assert headline("One thing vs. another, e.g. r = .3. A second sentence.") == "One thing vs. another, e.g. r = .3"
    assert headline("One only.") == "One only"


def test_names_in_other_vocabularies_keep_particle_and_suffix():
    assert citation.person(PEOPLE[2]) == {"@type": "Person", "givenName": "Marinus H.", "familyName": "van IJzendoorn"}
    assert citation.person(PEOPLE[3])["honorificSuffix"] == "Jr."
    assert [citation.shown(PEOPLE[i]) for i in (2, 3, 6)] == [
        "Marinus H. van IJzendoorn",
        "Martin Luther King, Jr.",
        "Plato",
    ]
    head = metadata.html(BOOK, "book/index", "T", "x", "book/index", [])
    assert f'<meta name="citation_doi" content="{DOI}">' in head


def test_without_an_address_the_doi_of_the_book_is_that_of_its_parts():
    entry = citation.item(dataclasses.replace(BOOK, address=""), "chapter", "T", "notebooks/x")
    assert entry["DOI"] == DOI and DOI in citation.written(entry, "APA")


@pytest.mark.parametrize(
    "typed",
    [
        'doi: "10.5281/zenodo.1234567"',
        "doi: https://doi.org/10.5281/zenodo.1234567",
        "identifiers:\n  - {type: url, value: x}\n  - {type: doi, value: 10.5281/zenodo.1234567}",
    ],
)
def test_names_and_doi_of_the_citation_file_are_kept(root, typed):
    text = (root / "CITATION.cff").read_text(encoding="utf-8")
    people = """  - {family-names: IJzendoorn, name-particle: van, given-names: Marinus H.}
  - {family-names: King, given-names: Martin Luther, name-suffix: Jr.}
  - {given-names: Plato}
"""
    made = text.replace('  - name: "The Restated contributors"\n', people, 1) + f"{typed}\n"
    (root / "CITATION.cff").write_text(made, encoding="utf-8")
    about = citation.about(root)
    assert about.byline == "van IJzendoorn, Marinus H.; King, Martin Luther, Jr.; Plato"
    assert about.doi == "10.5281/zenodo.1234567"


def test_an_orcid_is_in_the_metadata_and_in_no_citation(root):
    file, author = root / "CITATION.cff", "family-names: Muster\n    given-names: A.\n    orcid: "
    text = file.read_text(encoding="utf-8").replace('name: "The Restated contributors"', author + citation._ORCID, 1)
    file.write_text(text, encoding="utf-8")
    about = citation.about(root)
    assert citation.person(about.authors[0])["@id"] == citation._ORCID
    assert citation.item(about, "book")["author"] == [{"family": "Muster", "given": "A."}]
    file.write_text(text.replace(citation._ORCID, '"0000-1"'), encoding="utf-8")
    with pytest.raises(RestatedError, match="'0000-1' of author 1 is not an ORCID"):
        citation.about(root)


def test_the_doi_of_another_work_is_not_that_of_the_book(root):
    file = root / "CITATION.cff"
    text = file.read_text(encoding="utf-8").partition("preferred-citation:")[0]
    paper = "preferred-citation: {type: article, title: A paper, doi: 10.1000/paper, authors: [{name: A}]}\n"
    file.write_text(text + paper, encoding="utf-8")
    assert citation.about(root).doi == ""


def test_the_first_contact_with_an_address_takes_corrections(root):
    assert citation.about(root).contact == ""
    file = root / "CITATION.cff"
    people = "contact:\n  - {name: A}\n  - {name: B, email: b@example.org}\n  - {name: C, email: c@example.org}\n"
    file.write_text(file.read_text(encoding="utf-8") + people, encoding="utf-8")
    assert citation.about(root).contact == "b@example.org"


@pytest.fixture
def root(tmp_path):
    for name in ("CITATION.cff", "_config.yml"):
        (tmp_path / name).write_text((paths.ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "file, old, new, words",
    [
        ("CITATION.cff", 'date-released: "2026', 'date-released: "20-26', "is not a date"),
        ("CITATION.cff", 'version: "0.2.0"\ndate', "date", "version"),
        ("CITATION.cff", '  - name: "The', '  - nickname: "The', "has no name"),
        (
            "CITATION.cff",
            '  - name: "The',
            '  - name-suffix: 3\n    name: "The',
            "'name-suffix' of author 1 is not a text",
        ),
        ("CITATION.cff", "license:", "doi: 10.5281\nlicense:", "field 'doi': '10.5281' is not a bare DOI"),
        ("CITATION.cff", "title:", "title: [", "YAML"),
        ("_config.yml", "html:\n", "html:\n  baseurl: example.org\n", "not a web address"),
        ("_config.yml", "html:\n", "html:\n  baseurl: 'https://a\"b'\n", "not a web address"),
    ],
)
def test_a_fault_is_one_message_with_its_place(root, file, old, new, words):
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RestatedError, match=words) as fault:
        citation.about(root)
    assert file in str(fault.value)


def test_a_missing_file_is_named(root):
    (root / "CITATION.cff").unlink()
    with pytest.raises(RestatedError, match="the file does not exist"):
        citation.about(root)
