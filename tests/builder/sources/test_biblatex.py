"""Files as reference managers write them are read whole, and print no markup."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pybtex.backends.plaintext import Backend
from pybtex.plugin import find_plugin

from restated.errors import RestatedError
from restated_book.sources import bibliography
from tests.builder.sources.test_latex import LEFT, READ, REFUSED

STYLE = find_plugin("pybtex.style.formatting", "plain")()


class Page(Backend):
    """The words of a page."""

    symbols: ClassVar = {**Backend.symbols, "ndash": "–"}


@pytest.fixture
def read(tmp_path):
    """Works of a text, printed in plain style, by key; a string if the file is refused."""

    def works(text):
        path = tmp_path / "references.bib"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = bibliography.check(path)
        listed = STYLE.format_bibliography(found.data)
        return {e.key: " ".join(e.text.render(Page()).split()) for e in listed}, found

    return works


def faults(read, text):
    with pytest.raises(RestatedError) as caught:
        read(text)
    return str(caught.value)


BODY = "author = {Muster, Anna}, title = {A {Title}}, year = {2010}"
#: Entries, and what they print.
PRINTS = {
    "@manual{k, title = {{R}: A language}, organization = {R Team}, year = 2023}": "R Team. R: A language. 2023.",
    f"@online{{k, {BODY}, organization = {{WHO}}, url = {{https://a.org/x}}, urldate = {{2020-01-02}}}}": (
        "Anna Muster. A Title. WHO, 2010. URL: https://a.org/x (visited on 2020-01-02)."
    ),
    f"@thesis{{k, {BODY}, institution = {{Uni}}, type = {{mathesis}}}}": (
        "Anna Muster. A Title. Master's thesis, Uni, 2010."
    ),
    f"@thesis{{k, {BODY}, institution = {{Uni}}, type = {{phdthesis}}}}": (
        "Anna Muster. A Title. PhD thesis, Uni, 2010."
    ),
    f"@report{{k, {BODY}, institution = {{Inst}}, type = {{techreport}}, number = {{5}}}}": (
        "Anna Muster. A Title. Technical report 5, Inst, 2010."
    ),
    "@collection{k, editor = {Haus, Bernd}, title = {All}, publisher = {House}, date = {2010-05}}": (
        "Bernd Haus, editor. All. House, May 2010."
    ),
    f"@inbook{{k, {BODY}, booktitle = {{The book}}, publisher = {{House}}, location = {{Bern}}, pages = {{1-9}}}}": (
        "Anna Muster. A Title. In The book, pages 1–9. House, Bern, 2010."
    ),
    f"@inbook{{k, {BODY}, chapter = {{3}}, publisher = {{House}}}}": "Anna Muster. A Title, chapter 3. House, 2010.",
    f"@mvbook{{k, {BODY}, publisher = {{House}}, edition = {{2}}}}": "Anna Muster. A Title. House, 2nd edition, 2010.",
    f"@dataset{{k, {BODY}, publisher = {{Zenodo}}, version = {{1.0}}, doi = {{10.5281/zenodo.1}}}}": (
        "Anna Muster. A Title. Version 1.0, Zenodo, 2010. doi:10.5281/zenodo.1."
    ),
    f"@unpublished{{k, {BODY}}}": "Anna Muster. A Title. Unpublished, 2010.",
    f"@inproceedings{{k, {BODY}, eventtitle = {{Meeting}}}}": "Anna Muster. A Title. In Meeting. 2010.",
    "@article{k, author = {A, B}, title = {T}, subtitle = {More}, journaltitle = {J}, date = {2010-05-12/2010-06-01}, "
    "volume = 3, number = 2, eid = {e7}}": "B A. T: more. J, 3(2):e7, May 2010.",
    f'@article{{k, {BODY}, journal = {{J}}, month = {{5}}, note = {{}}, doi = {{}}, url = ""}}': (
        "Anna Muster. A Title. J, May 2010."
    ),
    f'@string{{j = "J"}}\n@article{{k, {BODY}, journal = j # {{ K}}, month = sep # "", abstract = {{5% of \\foo}}}}': (
        "Anna Muster. A Title. J K, September 2010."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, eprint = {{2001.01234}}, eprinttype = {{arXiv}}}}": (
        "Anna Muster. A Title. J, 2010. arXiv:2001.01234."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, eprint = {{12345}}, eprinttype = {{pmid}}}}": (
        "Anna Muster. A Title. J, 2010."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, doi = {{https://doi.org/10.1000/a%3Cb}}}}": (
        "Anna Muster. A Title. J, 2010. doi:10.1000/a<b."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, doi = {{10/gf523c}}}}": "Anna Muster. A Title. J, 2010. doi:10/gf523c.",
}


@pytest.mark.parametrize("entry", PRINTS)
def test_types_and_fields_of_biblatex(read, entry):
    assert read(entry)[0] == {"k": PRINTS[entry]}


@pytest.mark.parametrize(
    ("name", "printed", "label"),
    [
        (
            "family=IJzendoorn, given=Marinus H., prefix=van, useprefix=true",
            "Marinus H. van IJzendoorn",
            "van IJzendoorn",
        ),
        ('family=King, given=Martin Luther, suffix="Jr."', "Martin Luther King, Jr.", "King"),
        ("King, Jr., Martin Luther", "Martin Luther King, Jr.", "King"),
        ("de la Cruz, Juan", "Juan de la Cruz", "de la Cruz"),
        ("Juan de la Cruz", "Juan de la Cruz", "de la Cruz"),
        ("O'Brien, Ann", "Ann O'Brien", "O'Brien"),
        ("Plato", "Plato", "Plato"),
        ("{World Health Organization}", "World Health Organization", "World Health Organization"),
        (r"J{\o}rgensen, \'Emile", "Émile Jørgensen", "Jørgensen"),
        ("M&uuml;ller, A.", "A. Müller", "Müller"),
    ],
)
def test_names(read, name, printed, label):
    text, works = read(f"@misc{{k, author = {{{name}}}, title = {{T}}, year = 2010}}")
    assert (
        text["k"] == f"{printed.rstrip('.')}. T. 2010." and works.short("k") == f"{label} 2010" and not works.warnings
    )


@pytest.mark.parametrize(
    "name",
    [
        "Muster, Anna; Beispiel, Bernd",
        "Muster A., Beispiel B.",
        "Muster, A., Beispiel",
        "World Health Organization",
        "National Health Service",
        "Centers for Disease Control and Prevention",
    ],
)
def test_doubtful_names_are_a_warning_with_their_place(read, name):
    works = read(f"@misc{{k,\n  author = {{{name}}},\n  title = {{T}},\n}}")[1]
    assert len(works.warnings) == 1 and "references.bib, row 2, field 'author': 'k' has '" in works.warnings[0]


@pytest.mark.parametrize(
    "name",
    ["Muster, A., Beispiel, B.", "A, B and and C, D", ", Anna", "Muster, A. et al.", "A, B & C, D", "family=, given=A"],
)
def test_what_is_no_name_is_refused(read, name):
    message = faults(read, f"@misc{{k,\n  author = {{{name}}},\n  title = {{T}},\n}}")
    assert "references.bib, row 2, field 'author': '" in message and message.count("references.bib") == 1


PARENT = "@book{Haus, editor = {Haus, B.}, title = {The {Handbook}}, publisher = {P}, year = {2010}, doi = {10.1000/b}}"
CHILD = "@incollection{kind, author = {Muster, Anna}, title = {A chapter}, pages = {1--9}, crossref = {haus}}"


@pytest.mark.parametrize("order", [(PARENT, CHILD), (CHILD, PARENT)])
def test_a_chapter_inherits_from_its_book_in_either_order(read, order):
    printed = "Anna Muster. A chapter. In B. Haus, editor, The Handbook, pages 1–9. P, 2010."
    assert read("\n".join(order))[0]["kind"] == printed


def test_xdata_hand_down_all_fields_and_are_no_work(read):
    xdata = "@xdata{x, publisher = {House}, address = {Bern}}\n"
    text = f"{xdata}@book{{k, author = {{A, B}}, title = {{T}}, year = 2010, xdata = {{x}}}}"
    printed, works = read(text)
    assert printed == {"k": "B A. T. House, Bern, 2010."} and list(works) == ["k"]


@pytest.mark.parametrize(
    ("text", "words"),
    [(CHILD, "'haus', which does not exist"), (PARENT.replace("doi", "crossref = {Haus}, doi"), "inherits from it")],
)
def test_a_parent_that_cannot_be_is_refused(read, text, words):
    assert words in faults(read, text) and "field 'crossref'" in faults(read, text)


def test_all_faults_are_in_one_message_each_with_its_place(read):
    text = (
        "@article{one,\n  author = {A, B},\n  title = {\\emph x},\n  journal = {J},\nyear = 2010,\n  year = 2011,\n}\n"
        "@misc{two,\n  author = {A, B},\n  title = {T},\n  doi = {10.1000/x.},\n  url = {www.x.org},\n}\n"
        "@misc{three,\n  author = {A, B}\n  title = {T},\n}\n"
        "@misc{four,\n  author = {A, B},\n  month = september,\n}\n@paper{five,\n  title = {T},\n}\n"
    )
    message = faults(read, text)
    assert message.startswith("references.bib: 8 faults:\n") or ": 8 faults:\n" in message
    lines = message.split("\n  ")[1:]
    places = [re.search(r"row (\d+)(?:, field '(\w+)')?", line).groups() for line in lines]
    assert places == [
        ("3", "title"),
        ("6", "year"),
        ("11", "doi"),
        ("12", "url"),
        ("16", "author"),
        ("18", "title"),
        ("20", "month"),
        ("22", None),
    ]
    assert all("references.bib" in line and re.search(r"\. [A-Z]", line) for line in lines)


def test_a_long_list_of_faults_ends_with_their_number(read):
    text = "".join(f"@misc{{k{i},\n  title = {{T}},\n}}\n" for i in range(130))
    message = faults(read, text)
    assert ": 130 faults:" in message and message.endswith("and 30 more.") and message.count("\n") == 101


# --- files of any shape -----------------------------------------------------------------------------------------------

ACCENTS = [m for m in READ if not re.search(r"[<&$]|\\(?:emph|url|noop|relax|textsup|textless)", m)]
#: Lines before the entries: comments, abbreviations and preambles of Mendeley, JabRef, BibDesk and by hand.
BEFORE = (
    "",
    "\ufeff",
    "Automatically generated by Mendeley Desktop 1.19.4\nAny changes to this file will be lost\n\n",
    "% Encoding: UTF-8\n\n@Comment{jabref-meta: databaseType:bibtex;}\n",
    "%% This BibTeX bibliography file was created using BibDesk.\n%% https://bibdesk.sourceforge.io/\n\n",
    '@preamble{ "\\providecommand{\\noopsort}[1]{} " }\n@string{abbr = "Journal of " # {Things}}\n',
)
TYPES = (
    "article",
    "Article",
    "ARTICLE",
    "online",
    "misc",
    "book",
    "thesis",
    "report",
    "inproceedings",
    "software",
    "Manual",
)
NEVER_PRINTED = (
    "abstract = {In 50% of \\foo{cases} <i>x}",
    "bdsk-url-1 = {https://example.org/a%20b}",
    "file = {:C\\:/Users/x/a_b.pdf:PDF}",
    "keywords = {a, b & c; $x}",
    "mendeley-groups = {a_b^c}",
    "langid = {english}",
    "isbn = {}",
    "urldate = {2020-01-05}",
    "timestamp = {2020.01.05}",
    "__markedentry = {[x:]}",
)
NAMES = (
    "Muster, Anna",
    "Anna Muster",
    "{World Health Organization}",
    "{{R Core Team}}",
    "van IJzendoorn, Marinus H.",
    "family=IJzendoorn, given=Marinus H., prefix=van, useprefix=true",
    r"M{\"{u}}ller, J{\"o}rg",
    r"M\"uller, J\'{o}zef",
    r"\O stergaard, {\AA}ge",
    r"Fran{\c{c}}ois, \v{S}. {\v Z}.",
    "King, Jr., Martin",
    "O'Brien, A.",
    "Ó Brien, Siân",
    "Plato",
)
YEARS = (
    "year = {2010}",
    "year = 2010",
    'year = "2010"',
    "date = {2010-05-12}",
    "date = {2010}",
    "Year = {2010}, month = may",
)
DOIS = (
    "10.1000/x{}",
    r"10.1007/978\_{}",
    "https://doi.org/10.1000/{}",
    "http://dx.doi.org/10.1002/(SICI)1<2::A{}>3.0.CO;2-#",
    r"10.1000/a{{\_}}{}",
)


@st.composite
def entry(draw, i: int) -> str:
    """An entry in the manner of some reference manager."""
    opening, closing = draw(st.sampled_from(["{}", "()"]))
    titles = draw(st.lists(st.sampled_from([*READ, "x", "{Y} z"]), min_size=1, max_size=2))
    journal = draw(
        st.sampled_from(["{Child \\& Family}", "{J. Ment. Sci.}", '"Journal"', '{A} # " and " # {B}', "{PLoS {ONE}}"])
    )
    people = " and ".join(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))
    fields = [
        f"author = {{{people}}}",
        f"title = {{{' '.join(titles)}}}",
        *(f"{name} = {journal}" for name in ("journal", "publisher", "institution", "booktitle")),
        draw(st.sampled_from(YEARS)),
        draw(st.sampled_from(["pages = {1--9}", "pages = {e123}", "volume = 7", "edition = {2nd}", "note = {}"])),
        *draw(st.lists(st.sampled_from(NEVER_PRINTED), max_size=3, unique=True)),
        f"note = {{{draw(st.sampled_from(ACCENTS))}}}",
    ]
    if draw(st.booleans()):
        fields.append(f"doi = {{{draw(st.sampled_from(DOIS)).format(i)}}}")
    if draw(st.booleans()):
        fields.append(draw(st.sampled_from([r"url = {https://a.org/b\_c?d=1\&e=%20#f}", "url = {http://a.org/~b}"])))
    fields = list({re.match(r"\w[\w-]*|__\w+", f)[0].lower(): f for f in fields}.values())
    space = draw(st.sampled_from(["\n  ", "\n\t", " ", "\n"]))
    end = draw(st.sampled_from([",", ""]))
    key = draw(st.sampled_from(["muster", "Muster:2010", "a-b_c.d+"]))
    kind = draw(st.sampled_from(TYPES))
    return f"@{kind}{opening}{key}{i},{space}{f',{space}'.join(fields)}{end}\n{closing}\n"


@st.composite
def bib(draw) -> bytes:
    entries = [draw(entry(i)) for i in range(draw(st.integers(1, 3)))]
    text = draw(st.sampled_from(BEFORE)) + draw(st.sampled_from(["", "\n", "some words\n"])).join(entries)
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"]))).encode()


@settings(
    max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bib())
def test_files_of_any_manager_print_without_markup(read, text):
    printed, works = read(text)
    assert len(printed) == len(works) == text.count(b"author = ")
    allowed = re.compile(r"\$5 and \{x\}|~ \^ \\|<title>", re.IGNORECASE)
    for key, words in printed.items():
        for shown in (words, works.short(key), *works[key].fields.get("doi", "").split()):
            assert not LEFT.search(allowed.sub("", shown)), shown
        assert not re.search(r"\bversion\b|None|\.\.|  ", words), words
    assert not works.warnings


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bib(), st.sampled_from([*REFUSED][:-4]), st.sampled_from(["title", "note", "journal"]))
def test_one_fault_in_such_a_file_is_named_with_line_key_and_field(read, text, bad, field):
    lines = "@article{bad,\n author = {A, B},\n title = {T},\n journal = {J},\n year = 2010,\n note = {N},\n}\n"
    lines = re.sub(rf" {field} = {{.}}", lambda m: f"{m[0][:-2]}{bad}}}", lines)
    message = faults(read, text + lines.encode())
    row = text.replace(b"\r\n", b"\n").count(b"\n") + {"title": 3, "journal": 4, "note": 6}[field]
    assert f"references.bib, row {row}, field '{field}': '" in message and "of 'bad' cannot" in message


def test_pairs_of_files_do_not_share_abbreviations(read):
    read('@string{abbr = "x"}\n@misc{k, author = {A, B}, title = abbr}')
    assert "undefined" in faults(read, "@misc{k, author = {A, B}, title = abbr}")
