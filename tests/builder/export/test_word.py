"""Word files have headings, numbered captions, alternative texts, tables with words, and no trace of the machine."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from functools import partial

import pytest
from lxml import etree, html

from restated.errors import RestatedError
from restated.verdict import SHORT
from restated_book.chapters.toc import toc
from restated_book.export import FORMS, forms, paper, word
from restated_book.status import SUPPLIED, WITHHELD

#: A short chapter with figures, tables and works of others, and one with formulas and many verdicts.
PAGES = ("notebooks/programmes", "notebooks/service-costs")
NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
VALUE = f"{{{NAMES['w']}}}val"


def texts(element) -> str:
    return " ".join("".join(element.itertext()).split())


def styled(tree, style):
    return tree.xpath(f"//w:p[w:pPr/w:pStyle/@w:val='{style}']", namespaces=NAMES)


@pytest.fixture(scope="module")
def written(site, tmp_path_factory):
    """The chapters, written twice, by folder."""
    made = []
    for name in ("one", "two"):
        # pandoc works in the folder of the site, which other tests read: the files go to a copy.
        copy = tmp_path_factory.mktemp(name) / "site"
        shutil.copytree(site, copy, ignore=shutil.ignore_patterns("embed", "*.zip", "*.pdf", "word"))
        made.append(word.write(copy, [*PAGES, paper.REFERENCES], word.pandoc(), 1_700_000_000))
    return made


@pytest.fixture(scope="module", params=range(len(PAGES)), ids=PAGES)
def opened(request, site, written):
    """One chapter: its page, the document, and the archive."""
    with zipfile.ZipFile(written[0][request.param]) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = html.parse(site / f"{PAGES[request.param]}.html").getroot()
    return page, etree.fromstring(parts["word/document.xml"]), parts


def test_the_same_chapter_gives_the_same_bytes(written):
    one, two = written
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in two]


def test_headings_are_those_of_the_page(opened):
    page, tree, _ = opened
    (title,) = styled(tree, "Title")
    (first,) = page.iterfind(".//article//h1")
    assert texts(title) == paper.text(first).removesuffix("#")
    for level, tag in ((1, "h2"), (2, "h3")):
        found = [texts(p) for p in styled(tree, f"Heading{level}")]
        wanted = [paper.text(x).removesuffix("#") for x in page.iterfind(f".//article//{tag}")]
        extra = ["Works cited", "About this file"] if level == 1 else []
        assert wanted and found == wanted + extra
    empty = [p for p in tree.iterfind("w:body/w:p", NAMES) if not texts(p) and p.find(".//w:drawing", NAMES) is None]
    assert {p.find("w:pPr/w:pStyle", NAMES).get(VALUE) for p in empty} <= {"TableSpace"}


def test_each_figure_has_a_picture_with_words_and_a_numbered_caption(opened):
    page, tree, parts = opened
    figures = page.xpath("//article//figure[contains(@class, 'rs-figure')]")
    drawn = tree.xpath("//wp:docPr/@descr", namespaces=NAMES)
    alts = [figure.xpath(".//img[@class='rs-light']/@alt")[0] for figure in figures]
    assert alts and [" ".join(alt.split()) for alt in drawn] == alts
    assert len([name for name in parts if name.startswith("word/media/")]) == len(figures)
    captions = [texts(p) for p in styled(tree, "ImageCaption")]
    for number, (caption, figure) in enumerate(zip(captions, figures, strict=True), start=1):
        assert caption == paper.text(figure.find(".//figcaption")) and "Status: " in caption
        assert caption.startswith(f"Figure {number}. ")
    fields = tree.xpath("//w:fldSimple[contains(@w:instr, 'SEQ Figure')]", namespaces=NAMES)
    assert [texts(field) for field in fields] == [str(n) for n in range(1, len(figures) + 1)]


def test_each_table_has_a_caption_and_no_empty_column(opened):
    page, tree, _ = opened
    tables = tree.findall(".//w:tbl", NAMES)
    assert len(tables) >= len(page.xpath("//article//figure[contains(@class, 'rs-tablefig')]")) > 0
    for table in tables:
        rows = [[texts(c) for c in row.findall("w:tc", NAMES)] for row in table.findall("w:tr", NAMES)]
        assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)
        assert all(any(column) for column in zip(*rows, strict=True))
        assert table.find("w:tr/w:trPr/w:tblHeader", NAMES) is not None
        widths = [int(w) for w in table.xpath("w:tblGrid/w:gridCol/@w:w", namespaces=NAMES)]
        assert all(w > 0 for w in widths)
        assert table.getnext().find("w:pPr/w:pStyle", NAMES).get(VALUE) == "TableSpace"  # or the next text touches it
    captions = {texts(p) for p in styled(tree, "TableCaption")}
    shown = page.xpath("//article//figure[contains(@class, 'rs-tablefig')]/figcaption")
    assert {paper.text(caption) for caption in shown} <= captions


def test_no_row_of_a_table_is_cut_between_two_sheets(opened):
    """Office programs keep the lines of a paragraph together, if its style says so."""
    _, tree, parts = opened
    styles = etree.fromstring(parts["word/styles.xml"])
    kept = {
        style.get(f"{{{NAMES['w']}}}styleId") for style in styles.xpath("//w:style[.//w:keepLines]", namespaces=NAMES)
    }
    cells = {style.get(VALUE) for style in tree.iterfind(".//w:tc/w:p/w:pPr/w:pStyle", NAMES)}
    assert cells and cells <= kept


def test_verdicts_and_grades_are_words(opened):
    page, tree, _ = opened
    marks = [texts(r).strip("() ") for r in tree.xpath("//w:r[w:rPr/w:rStyle/@w:val='Verdict']", namespaces=NAMES)]
    verdicts = {
        kind.removeprefix("rs-v-")
        for number in page.xpath("//article//a[contains(@class, 'rs-num')]")
        for kind in number.classes
        if kind.startswith("rs-v-")
    } & set(SHORT)
    assert verdicts and {SHORT[v] for v in verdicts} <= set(" ".join(marks).split(" ")) | set(marks)
    said = texts(tree)
    assert not set("≠≈✓✗") & set(said)
    assert "primary source" in said


def test_references_are_live_and_lead_somewhere(opened):
    _, tree, parts = opened
    places = set(tree.xpath("//w:bookmarkStart/@w:name", namespaces=NAMES))
    inside = tree.xpath("//w:hyperlink/@w:anchor", namespaces=NAMES)
    assert len(inside) > 5 and set(inside) <= places
    outside = re.findall(rb'Target="([^"]+)"[^>]*TargetMode="External"', parts["word/_rels/document.xml.rels"])
    assert len(outside) > 5 and all(link.startswith(b"http") for link in outside)


def test_nothing_tells_of_the_machine_and_the_look_is_ours(site, opened):
    _, tree, parts = opened
    whole = b"".join(content for name, content in parts.items() if not name.startswith("word/media/"))
    assert str(site).encode() not in whole and b"/home/" not in whole
    assert b'w:styleId="BoxTitle"' in parts["word/styles.xml"] and styled(tree, "BoxTitle")
    assert b" PAGE " in parts["word/footer1.xml"]


def test_formulas_are_formulas(site):
    made = word.html(site, "notebooks/attachment-across-generations", None)
    assert "<math" in made and "<svg" not in made and "cell_input" not in made


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("<mrow><mn>.5</mn></mrow>", "at .5, or"),
        ("<mrow><mi>α</mi><mo>=</mo><mo>−</mo><mn>.05</mn></mrow>", "at α = −.05, or"),
        ("<mrow><msqrt><mi>n</mi></msqrt></mrow>", None),
    ],
)
def test_a_formula_on_one_line_is_text_that_every_office_shows(formula, text):
    page = html.fragment_fromstring(f"<div><p>at <math>{formula}</math>, or</p></div>")
    word._reduce(page)
    assert len(page.findall(".//math")) == (text is None)
    assert text is None or page.text_content() == text


def test_what_a_reader_supplied_is_withheld():
    status = f'data-status="{SUPPLIED}"'
    figure = html.fragment_fromstring(
        f'<figure class="rs-figure" {status}><div class="rs-plate"><img src="x.png" alt="y" width="9" height="9"></div>'
        '<figcaption><b class="rs-message">Costs</b>: fell. <span>Status</span> Words.</figcaption>'
        "<div><table><tr><td>1</td></tr></table></div></figure>"
    )
    holder = html.fragment_fromstring("<div></div>")
    holder.append(figure)
    word._figure(figure)
    assert not list(holder.iter("img", "table")) and holder.text_content() == f"Status {WITHHELD}"


def test_columns_leave_room_for_their_longest_word():
    table = html.fragment_fromstring(
        "<table><tr><th>n</th><th>Words</th></tr><tr><td>7</td><td>" + "many words here " * 9 + "</td></tr></table>"
    )
    word._widths(table)
    narrow, broad = (float(re.findall(r"[\d.]+", col.get("style"))[0]) for col in table.iter("col"))
    assert 3 < narrow < 15 and narrow + broad == pytest.approx(100, abs=0.2)
    spanned = html.fragment_fromstring("<table><tr><th colspan=2>n</th></tr><tr><td>7</td><td>8</td></tr></table>")
    word._widths(spanned)
    assert spanned.find("colgroup") is None


def test_a_machine_without_pandoc_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypandoc", None)
    with pytest.raises(RestatedError, match=r"not installed.*pip install pypandoc-binary"):
        word.pandoc()


def test_a_fault_of_pandoc_names_the_file(site, tmp_path):
    broken = tmp_path / "pandoc"
    broken.write_text("#!/bin/sh\ncat >/dev/null\necho no room >&2\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    copy = tmp_path / "site"
    for page in (PAGES[0], paper.REFERENCES):
        (copy / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(site / f"{page}.html", copy / f"{page}.html")
    shutil.copytree(site / "figures", copy / "figures")
    with pytest.raises(RestatedError, match=r"programmes\.docx: no room"):
        word.write(copy, [PAGES[0]], str(broken), 0)


def test_pages_offer_the_forms_that_a_build_makes(monkeypatch):
    offered = partial(monkeypatch.setenv, "RESTATED_FORMS")
    for given, wanted in (("", []), ("word", ["word"]), ("word pdf", ["pdf", "word"])):
        offered(given)
        assert forms() == wanted
    assert set(FORMS) == {"pdf", "word"}
    assert len([page for page in toc() if page in PAGES]) == len(PAGES)
