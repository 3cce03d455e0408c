"""Hostile text in the data is text in pages, feeds, scripts and pictures, and not a formula in a table."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
from lxml import etree, html

from restated_book.sources import cells
from tests.builder.books import lay_out, run

#: Text that would run as markup, in an attribute, in a script and in a formula. The tests look for it in all output.
MARKUP = "</script></title></td><script>xss(1)</script><img src=x onerror=\"xss('2')\"> ]]> {{ 7*7 }} `x` & \u2028"
FORMULA = "=cmd|' /C calc'!A0"

#: In BibTeX an ampersand is written with a backslash, and a brace ends a field.
IN_BIBTEX = MARKUP.replace("</", "< /").replace("&", "\\&").replace("{{ 7*7 }} ", "").replace("\u2028", "")

CHAPTER = f"""---
jupytext:
  text_representation: {{extension: .md, format_name: myst}}
kernelspec: {{display_name: Python 3, language: python, name: python3}}
---

# A chapter

One number: {{restated}}`evil-mean`, a printed one: {{published}}`verhage2016-secure-r`,
a work {{cite:p}}`verhage2016`, a claim {{claim}}`H01`.

```{{code-cell}} ipython3
import pandas as pd
from matplotlib.figure import Figure

from restated_book import show, studies
from restated.plots import style

hostile, formula = {MARKUP!r}, {FORMULA!r}
rows = studies.load("paternal-sensitivity")
ledger = show.open_ledger("claims", "paternal-sensitivity")
ledger.record("evil-mean", rows["r"].mean(), quantity=f"mean {{hostile}}", digits=4)
ledger.record("evil-reason", reason=formula + hostile, quantity=formula, basis="assumed")
more = {{"plus": "+1+1", "at": "@SUM(A1)", "minus": "-2+3", "number": rows["r"]}}
shown = pd.DataFrame({{hostile: rows["study"], formula: formula, **more}})
show.table(shown, id="evil", caption=f"The rows {{hostile}}", status=show.status_of(rows))
fig = Figure(figsize=(4, 2))
fig.text(0, 0.5, hostile, color=style.colour("ink"))
drawn = style.Drawn(fig, f"A figure with a title. {{hostile}}", shown)
show.figure(drawn, id="evil-figure", caption=f"A figure {{hostile}}", status=show.status_of(rows))
```

```{{two-places}}
```

```{{claims-list}}
```
"""
TOC = "format: jb-book\nroot: book/index\nchapters:\n" + "".join(
    f"  - file: {page}\n"
    for page in (
        "notebooks/claims",
        *(f"book/{p}" for p in ("ledger", "to-verify", "data-dictionary", "downloads", "references")),
    )
)

#: Columns of free text, by table.
TEXTS = {
    "data/published/transmission.csv": (
        "study",
        "population",
        "quantity",
        "unit",
        "direction",
        "locator",
        "seen_in",
        "note",
    ),
    "data/claims/claims.csv": ("claim", "quantity", "unit", "reason", "where"),
    "data/claims/sources.csv": ("description", "type", "reason"),
    "data/claims/inconsistencies.csv": ("matter",),
}


def spoil(file, columns):
    """Hostile text before and behind what the rows say, and a formula alone in every third."""
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    for column in columns:
        table[column] = [
            FORMULA if i % 3 == 1 else f"{MARKUP.replace(chr(0x2028), '')}{text} {MARKUP}x"
            for i, text in enumerate(table[column])
        ]
    table.to_csv(file, index=False)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of hostile data, built once."""
    scratch = tmp_path_factory.mktemp("hostile")
    lay_out(scratch, "claims", CHAPTER)
    (scratch / "_toc.yml").write_text(TOC, encoding="utf-8")
    for name, columns in TEXTS.items():
        spoil(scratch / name, columns)
    # Not as an original of a reader, whose rows no download holds.
    spoil(scratch / "data" / "studies" / "paternal-sensitivity.csv", ("study", "note"))
    bib = scratch / "references.bib"
    text = bib.read_text(encoding="utf-8")
    at = text.index("title = {", text.index("@article{verhage2016,")) + len("title = {")
    bib.write_text(f"{text[:at]}{IN_BIBTEX} {text[at:]}", encoding="utf-8")
    cff = scratch / "CITATION.cff"
    cff.write_text(
        cff.read_text(encoding="utf-8").replace("  - attachment", f"  - {json.dumps(MARKUP)}"), encoding="utf-8"
    )
    result = run(scratch, "build")
    assert result.returncode == 0, result.stdout + result.stderr
    return scratch / "_build" / "html"


def test_no_page_holds_markup_from_the_data(book):
    said = 0
    for page in book.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        said += "xss(" in text
        for element in html.document_fromstring(text).iter(etree.Element):
            assert not any(
                "xss" in value
                for name, value in element.attrib.items()
                if name.startswith("on") or name in ("href", "src", "style")
            ), page
            assert element.tag != "script" or not (element.text or "").lstrip().startswith("xss"), page
            assert element.tag != "img" or element.get("src") != "x", page
    # Seen as text: on the chapter, the ledger and its parts, the lists, and where works are cited.
    assert said > 4
    # Nor is it a template.
    assert "{{ 7*7 }}" in html.parse(book / "notebooks" / "claims.html").getroot().text_content()


def test_scripts_and_data_in_pages_hold_no_end_of_a_script(book):
    found = 0
    for page in book.rglob("*.html"):
        for script in re.findall(r"<script[^>]*>(.*?)</script>", page.read_text(encoding="utf-8"), re.S):
            assert "<script" not in script and "<img" not in script, page
    for script in book.rglob("*.js"):
        text = script.read_text(encoding="utf-8", errors="replace")
        if "xss(" in text:
            found += 1
            assert "<" not in text and "\u2028" not in text, script
    assert found


def test_structured_data_can_be_read_and_say_the_text_as_it_is(book):
    files = [*book.rglob("*.json"), *book.rglob("*.ipynb")]
    assert any("xss(" in file.read_text(encoding="utf-8") for file in files)
    for file in files:
        json.loads(file.read_text(encoding="utf-8"))
    linked = [
        json.loads(text)
        for page in book.rglob("*.html")
        for text in html.document_fromstring(page.read_text(encoding="utf-8")).xpath(
            "//script[@type='application/ld+json']/text()"
        )
    ]
    assert any("xss(1)" in json.dumps(each) for each in linked)


def test_pictures_and_lists_are_xml_without_scripts(book):
    files = [file for ending in ("svg", "xml", "atom") for file in book.rglob(f"*.{ending}")]
    assert any("xss" in file.read_text(encoding="utf-8") for file in files if file.suffix == ".svg")
    for file in files:
        for element in etree.parse(file).iter(etree.Element):
            assert etree.QName(element).localname not in ("script", "img", "foreignObject"), file
            assert not any(name.startswith("on") for name in element.attrib), file


def archives(book):
    """Name and content of every file to download, those in archives too."""
    for file in book.rglob("*"):
        if file.suffix == ".zip":
            with zipfile.ZipFile(file) as z:
                yield from ((f"{file.name}:{name}", z.read(name)) for name in z.namelist())
        elif file.is_file():
            yield file.relative_to(book).as_posix(), file.read_bytes()


def test_no_cell_of_a_table_that_was_made_is_a_formula(book):
    tables = {
        name: content
        for name, content in archives(book)
        # Sources are handed on as they are written: they are the data of the book, not tables it made.
        if name.endswith(".csv")
        and not re.search(r":(.*/)?data/(published|claims|studies|audit|ensembles|benchmarks)/", f":{name}")
        and "restated-data.zip" not in name
    }
    assert {
        "ledger.csv",
        "to-verify.csv",
        "downloads/claims/evil.csv",
        "downloads/claims/evil-figure.csv",
    } <= tables.keys()
    guarded = 0
    for name, content in tables.items():
        for row in csv.reader(io.StringIO(content.decode("utf-8"), newline="")):
            for cell in row:
                assert not cell.startswith(cells.FORMULA_STARTS) or cells.NUMBER.fullmatch(cell), (name, cell[:60])
                guarded += cell.startswith("'=")
    assert guarded > 10


def test_no_cell_of_a_workbook_is_a_formula(book):
    books = {name: content for name, content in archives(book) if name.endswith(".xlsx")}
    assert books
    hostile = 0
    for name, content in books.items():
        for sheet in openpyxl.load_workbook(io.BytesIO(content)):
            for row in sheet.iter_rows():
                for cell in row:
                    assert cell.data_type in ("s", "n", "inlineStr"), (name, cell.coordinate)
                    hostile += cell.value == FORMULA
    assert hostile
