from __future__ import annotations

import csv
import warnings

import pytest
from pybtex.plugin import find_plugin

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import bibliography

ONE = """@article{verhage2016,
  author = {Verhage, Marije L. and Schuengel, Carlo and others},
  title = {Narrowing the gap},
  journal = {Psychological Bulletin},
  year = {2016},
  doi = {10.1037/bul0000038},
}
"""
TWO = """@misc{nice2015,
  author = {{National Institute}},
  title = {A guideline},
}
"""


@pytest.fixture
def bib(tmp_path):
    def write(text):
        path = tmp_path / "references.bib"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path, read=bibliography.check):
    with pytest.raises(RestatedError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def works():
    return bibliography.check()


def test_the_repository_bibliography_is_clean(works):
    assert list(works) == sorted(works, key=str.lower)
    assert list(works) == list(bibliography.keys()) and not works.warnings
    # One group each, no years: the keys of the last of them show which page it is.
    same = ("sbu385", "hertfordshirend", "uclluyten", "uclluytenb", "uclpals")
    labels = [works.short(key) for key in works if key not in same]
    assert len(set(labels)) == len(labels)
    assert not [label for label in labels if set("{}\\") & set(label)]


@pytest.mark.parametrize("style", ["plain", "alpha", "unsrt"])
def test_every_work_can_be_printed(works, style):
    html = find_plugin("pybtex.backends", "html")()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        printed = find_plugin("pybtex.style.formatting", style)().format_bibliography(works.data)
        texts = {entry.key: entry.text.render(html) for entry in printed}
    assert set(texts) == set(works)
    assert not [key for key, text in texts.items() if "\\" in text]


def test_merged_keys_lead_to_works(works):
    with (paths.PUBLISHED / "merged_keys.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["kept_key"] in works and row["dropped_key"] not in works for row in rows)


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("verhage2016", "Verhage et al. 2016"),
        ("dewolff1997", "De Wolff & van IJzendoorn 1997"),
        ("barone2003", "Barone 2003"),
        ("groh2017a", "Groh et al. 2017a"),
        ("storebo2020", "Storebø et al. 2020"),
        ("annafreudndb", "Anna Freud n.d.-b"),
        ("fonagynd", "Fonagy n.d."),
        ("setkowski2023data", "Setkowski et al. 2023 (data)"),
        ("berenz2013", "Berenz et al. 2013"),
    ],
)
def test_short_labels(works, key, label):
    assert works.short(key) == label


def test_an_unknown_key_is_refused(works):
    with pytest.raises(RestatedError, match="no key 'nobody1900'"):
        works.short("nobody1900")
    with pytest.raises(KeyError):
        works["nobody1900"]


def test_keys_and_lines(bib):
    path = bib("@comment{x}\n" + ONE + "\n" + TWO)
    assert bibliography.keys(path) == {"verhage2016": 2, "nice2015": 10}
    assert bibliography.check(path)["nice2015"].type == "misc"


@pytest.mark.parametrize("second", ["verhage2016", "Verhage2016"])
def test_a_repeated_key_is_refused_in_any_case(bib, second):
    text = ONE + ONE.replace("{verhage2016,", f"{{{second},")
    for read in (bibliography.keys, bibliography.load, bibliography.check):
        message = refusal(bib(text), read)
        assert f"references.bib, row 8: the key '{second}' occurs already in line 1" in message


def test_a_syntax_error_names_its_line(bib):
    message = refusal(bib(ONE + TWO.replace("{A guideline},", "{A guideline}\n  year 2015,")))
    assert "references.bib, row" in message and "not readable as BibTeX" in message
    row = int(message.split("row ")[1].split(",")[0])
    assert 10 <= row <= 13


def test_an_unclosed_entry_is_refused(bib):
    message = refusal(bib(ONE.replace("{10.1037/bul0000038}", "{10.1037/bul0000038") + TWO))
    assert "references.bib, row" in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  journal = {Psychological Bulletin},\n",
            "",
            "row 1, field 'journal': 'verhage2016' (article) lacks the field",
        ),
        ("{Psychological Bulletin}", "{ }", "field 'journal': 'verhage2016' (article) lacks the field"),
        ("  author = {Verhage, Marije L. and Schuengel, Carlo and others},\n", "", "field 'author'"),
        ("@article", "@artikel", "is of the unknown type 'artikel'"),
        ("{10.1037/bul0000038}", "{see 10.1037/bul0000038.}", "is not a bare DOI. Write it as 10.1037/bul0000038"),
        (
            "  doi =",
            "  url = {www.x.org/a},\n  doi =",
            "row 6, field 'url': 'www.x.org/a' of 'verhage2016' is not a web",
        ),
        ("{10.1037/bul0000038}", "{10.1037/bul 38}", "is not a bare DOI"),
    ],
)
def test_an_entry_that_would_print_badly(bib, old, new, message):
    assert message in refusal(bib(ONE.replace(old, new)))


def test_an_editor_stands_for_an_author(bib):
    book = "@book{b1990, editor = {Bowlby, John}, title = {T}, publisher = {P}, year = {1990}}\n"
    works = bibliography.check(bib(book))
    assert works.short("b1990") == "Bowlby 1990"


def test_a_shared_doi_is_refused_in_any_case(bib):
    other = ONE.replace("{verhage2016,", "{verhage2016b,").replace("bul0000038", "BUL0000038")
    assert "'verhage2016b' and 'verhage2016' have the same DOI" in refusal(bib(ONE + other))


def test_a_missing_or_unreadable_file(tmp_path):
    assert "the file does not exist" in refusal(tmp_path / "none.bib")
    (tmp_path / "latin.bib").write_bytes(ONE.replace("gap", "l\xfccke").encode("latin-1"))
    assert "not UTF-8" in refusal(tmp_path / "latin.bib")


@pytest.mark.parametrize("key", ["{verhage2016", "2016verhage", "ver#hage"])
def test_a_key_that_cannot_be_an_address_is_refused(bib, key):
    message = refusal(bib(ONE.replace("{verhage2016,", f"{{{key},")))
    assert f"references.bib, row 1: '{key}' is not a key" in message


def test_an_entry_within_a_line_is_not_passed_over(bib):
    """Its key would not be compared with the others: a second entry of a work would be dropped without a word."""
    assert "field 'nice2015': the entry 'nice2015' begins in the middle of a line" in refusal(
        bib(f"{ONE.rstrip()} {TWO}"), bibliography.load
    )


@pytest.mark.parametrize("text", ["50% of them", "{a%}", "a \\% b% c"])
def test_a_percent_sign_that_would_swallow_the_rest_is_refused(bib, text):
    assert "field 'title'" in refusal(bib(TWO.replace("A guideline", text)))


def test_what_latex_reads_is_taken(bib):
    path = bib(
        TWO.replace("A guideline", r"50\% of {MBT} \& \"{u}ber $d$").replace(
            "author", "url = {https://x.org/a%20b}, author"
        )
    )
    assert list(bibliography.check(path)) == ["nice2015"]
