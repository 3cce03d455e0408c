"""Files as reference managers write them are read whole, and print no markup."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest
from pybtex.backends.plaintext import Backend
from pybtex.plugin import find_plugin

from restated.errors import RestatedError
from restated_book.sources import bibliography

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
    f"@article{{k, {BODY}, journal = {{J}}, volume = {{Vol. 3}}, number = {{No. 4}}, pages = {{pp. 1-2}}}}": (
        "Anna Muster. A Title. J, 3(4):1–2, 2010."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, volume = {{3(4)}}, number = 4}}": "Anna Muster. A Title. J, 3(4), 2010.",
    f"@incollection{{k, {BODY}, booktitle = {{B}}, publisher = {{P}}, chapter = {{Chapter 3}}}}": (
        "Anna Muster. A Title. In B, chapter 3. P, 2010."
    ),
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
    "@article{k, author = {A, B}, title = {fMRI of BPD in Type D: A DSM-IV Study, $D_2$}, journal = {J}, year = 1}": (
        "B A. fMRI of BPD in type D: a DSM-IV study, D₂. J, 1."
    ),
    "@article{k, author = {A, B}, title = {ALL IN CAPITALS}, journal = {J}, year = 1}": "B A. All in capitals. J, 1.",
    "@article{k, author = {A, B}, title = {ADHD}, journal = {J}, year = 1}": "B A. ADHD. J, 1.",
    f"@article{{k, {BODY}, journal = {{J}}, url = {{http://a.org/x http://b.org/y}}}}": (
        "Anna Muster. A Title. J, 2010. URL: http://a.org/x."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, url = {{\\url{{http://a.org/x}}; \\url{{http://b.org/y}}}}}}": (
        "Anna Muster. A Title. J, 2010. URL: http://a.org/x."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, note = {{A, B&#xD;eng&#10;Trial}}, isbn = {{1 (Print)$\\backslash$r2}}}}": (
        "Anna Muster. A Title. J, 2010. A, B eng Trial."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, doi = {{10/gf523c}}}}": "Anna Muster. A Title. J, 2010. doi:10/gf523c.",
    f"@article{{k, {BODY}, journal = {{J}}, number = {{3}}, pages = {{1355-–1381}}}}": (
        "Anna Muster. A Title. J, (3):1355–1381, 2010."
    ),
    f"@article{{k, {BODY}, journal = {{J}}, volume = 2, pages = {{12 --}}}}": "Anna Muster. A Title. J, 2:12, 2010.",
    "@misc{k, author = {A, B and Others}, title = {[Hepatitis A virus: Wo? Hier. A trial].}, year = 1}": (
        "B A and others. [Hepatitis A virus: wo? Hier. A trial]. 1."
    ),
    "@misc{k, author = {A, B}, title = {β-Blockers in Type A: ``The O`Neil'' `self'}, year = 1}": (
        "B A. β-blockers in type A: “the O’neil” ‘self’. 1."
    ),
    "@misc{k, author = {A, B}, title = {``Self'' as $\\hat\\beta$ in \\glqq Gutem\\grqq}, year = 1}": (
        "B A. “Self” as β̂ in „gutem“. 1."
    ),
    "@misc{k, author = {A, B}, title = {A STUDY. PART I. THE MBT? A TRIAL OF TYPE D}, year = 1}": (
        "B A. A study. Part I. The MBT? A trial of type D. 1."
    ),
    "@misc{k, author = {A, B}, title = {O'Neil and O’Hara on R\\&D, A/B and \\url{https://a.org/x_y}}, year = 1}": (
        "B A. O'Neil and O’Hara on R&D, A/B and https://a.org/x_y. 1."
    ),
    "@misc{k, author = {A, B}, title = {Die Bindung im Alter}, langid = {ngerman}, year = 1}": (
        "B A. Die Bindung im Alter. 1."
    ),
    "@misc{k, author = {A, B}, title = {\ufb01ne Vitamin B12 for \\euro{}5}, year = 1}": (
        "B A. Fine vitamin B12 for €5. 1."
    ),
    "@misc{k, author = {A, B}, title = {The Old Bond}, language = {English}, year = 1}": "B A. The old bond. 1.",
    "@book{k, author = {A, B}, title = {T}, publisher = {P}, edition = {2. Auflage}, month = {10--12}, year = 1}": (
        "B A. T. P, 2nd edition, October–December 1."
    ),
    "@misc{k, author = {A, B}, title = {T}, month = may # {/} # jun, year = 1}": "B A. T. May–June 1.",
    "@misc{k, author = {A, B}, title = {T}, month = {3. Mai}, year = 1}": "B A. T. 3. Mai 1.",
    r"@misc{k, author = {A, B}, title = {<inline-formula><tex-math notation='LaTeX'>$x$</tex-math></inline-formula>: "
    "<xref>y</xref>}, year = 1}": "B A. x: y. 1.",
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
        ("King, Martin Luther, Jr.", "Martin Luther King, Jr.", "King"),
        ("Martin Luther King Jr.", "Martin Luther King, Jr.", "King"),
        ("King, Martin Luther Jr.", "Martin Luther King, Jr.", "King"),
        ("Martin Luther King, Jr.", "Martin Luther King, Jr.", "King"),
        ("King, Martin III", "Martin King, III", "King"),
        ("King Jr., Martin Luther", "Martin Luther King, Jr.", "King"),
        ("Anna Müller, PhD", "Anna Müller, PhD", "Müller"),
        ("Müller, Anna Ph.D.", "Anna Müller, Ph.D.", "Müller"),
        ("Müller, Anna, PhD", "Anna Müller, PhD", "Müller"),
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
        "Muster AB",
        "A. Muster, B. Beispiel",
        "Bessel A. Van der Kolk",
        "[No author]",
        '"Muster, Anna"',
        "Muster Anna B.",
        "Muster, A. (Ed.)",
        "Muster, A.*",
        "Dr. Muster, A.",
    ],
)
def test_doubtful_names_are_a_warning_with_their_place(read, name):
    works = read(f"@misc{{k,\n  author = {{{name}}},\n  title = {{T}},\n}}")[1]
    assert len(works.warnings) == 1 and "references.bib, row 2, field 'author': 'k' has '" in works.warnings[0]


@pytest.mark.parametrize(
    "name",
    [
        "Muster, A., Beispiel, B.",
        "A, B and and C, D",
        "Muster,, A.",
        ", Anna",
        "Muster, A. et al.",
        "A, B & C, D",
        "A. B & C. D",
        "A, B and others and C, D",
        "others",
        "others and A, B",
        "A, B and others and others",
        "A, B and others.",
        "A, B, others",
        "A, B and twelve others",
        "A, B and {}",
        "{}, Anna",
        "---",
        "family=, given=A",
    ],
)
def test_what_is_no_name_is_refused(read, name):
    message = faults(read, f"@misc{{k,\n  author = {{{name}}},\n  title = {{T}},\n}}")
    assert "references.bib, row 2, field 'author': '" in message and message.count("references.bib") == 1


#: Titles, and what they print: names keep their capitals where the common words of a title have none.
TITLES = {
    "The strange case of Dr. Jekyll and Mr. Hyde": "The strange case of Dr. Jekyll and Mr. Hyde",
    "The Strange Case of Dr. Jekyll": "The strange case of Dr. Jekyll",
    "St. John's Wort": "St. John's wort",
    "Resource costs in Ireland": "Resource costs in Ireland",
    "Bowlby and Ainsworth on attachment between partners": "Bowlby and Ainsworth on attachment between partners",
    "Attachment Between Partners in Studies": "Attachment between partners in studies",
    "Attachment between Partners": "Attachment between partners",
    "Attachment theory: A review in Bern": "Attachment theory: a review in Bern",
    "Follow-up of Children": "Follow-up of children",
    r"\emph{Attachment} in Bern": "Attachment in bern",
    "ALL ABOUT BOWLBY": "All about bowlby",
}


@pytest.mark.parametrize("title", TITLES)
def test_names_in_titles_keep_their_capitals_where_the_title_shows_which_they_are(read, title):
    text, _ = read(f"@misc{{k, author = {{A, B}}, title = {{{title}}}, year = 1}}")
    assert text["k"] == f"B A. {TITLES[title]}. 1."


REST = "author = {A, B}, title = {T}"


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        (f"@misc{{k, {REST}, year = {{20l0}}}}", "year", "'20l0' of 'k' is not a year"),
        (f"@misc{{k, {REST}, year = {{20100}}}}", "year", "'20100' of 'k' is not a year"),
        (f"@misc{{k, {REST}, doi = {{10.1000/x\u2013y}}}}", "doi", "is not a bare DOI"),
        (f"@misc{{k, {REST}, doi = {{10.1000/xy\u200b}}}}", "doi", "Write it as 10.1000/xy"),
        (f"@misc{{k, {REST}, url = {{https://a.org/x\u2010y}}}}", "url", "is not a web address"),
        (
            f"@misc{{k, {REST}, howpublished = {{xdata=x}}}}",
            "howpublished",
            "'xdata=x' of 'k' refers to a single field",
        ),
        (f"@misc{{k, {REST}, date = {{May 2010}}}}", "date", "is not a date"),
    ],
)
def test_what_would_print_wrong_is_one_fault_of_its_field(read, entry, field, words):
    message = faults(read, entry)
    assert words in message and f"row 1, field '{field}'" in message and "\n" not in message


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


def test_pairs_of_files_do_not_share_abbreviations(read):
    read('@string{abbr = "x"}\n@misc{k, author = {A, B}, title = abbr}')
    assert "undefined" in faults(read, "@misc{k, author = {A, B}, title = abbr}")


def test_a_title_in_capitals_keeps_the_acronyms_of_other_titles(read):
    shouted = "EFFECTS OF MBT IN ADHD AND CHILDREN'S GROUPS II"
    rest = "author = {A, B}, year = 1}"
    shown = read(f"@misc{{k, title = {{{shouted}}}, {rest}\n@misc{{z, title = {{On ADHD}}, {rest}")[0]
    assert shown["k"] == "B A. Effects of MBT in ADHD and children's groups II. 1."


@pytest.mark.parametrize("month", ['oct # "~1"', "13", "0", "2010-05"])
def test_what_is_no_month_is_refused(read, month):
    message = faults(
        read, f"@misc{{k,\n  author = {{A, B}},\n  title = {{T}},\n  year = 1,\n  month = {{{month}}},\n}}"
    )
    assert "references.bib, row 5, field 'month': '" in message and "Write it as 5 or May" in message


def test_a_work_inside_a_comment_is_one_fault(read):
    message = faults(read, "@comment{ @article{x, title = {y}} }\n@misc{k, author = {A, B}, title = {T}}")
    assert "the entry 'x' begins in the middle of a line" in message and "\n" not in message
