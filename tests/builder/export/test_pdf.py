"""PDFs have tags, bookmarks, right page numbers and live links, and do not depend on the clock."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial

import pypdf
import pytest

from restated.errors import RestatedError
from restated_book import paths
from restated_book.chapters.toc import toc
from restated_book.export import objects, paper, pdf

try:
    CHROMIUM = pdf.browser()
except RestatedError as missing:
    CHROMIUM, WHY = "", str(missing)
else:
    WHY = ""
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason=WHY)

#: A short chapter with figures, tables and works of others.
PAGE = "notebooks/programmes"
#: A long one, with pictures that fill a sheet and names of what is folded on the screen.
LONG_PAGE = "notebooks/service-costs"
#: Points from the lower edge of a sheet within which only the foot is printed.
FOOT = 60


@pytest.fixture(scope="module")
def printed(site, tmp_path_factory):
    """The chapter, printed twice in different folders."""
    files = []
    for name in ("one", "two"):
        folder = tmp_path_factory.mktemp(name)
        document = pdf.chapter(site, PAGE, paper.read(site, paper.REFERENCES))
        settle = partial(
            pdf.settle, document, site, folder, folder / "x.pdf", epoch=1_700_000_000, page=document.pages[0]
        )
        (numbers,) = pdf.side_by_side(lambda made, tab: made(tab=tab), [settle], CHROMIUM)
        files.append(folder / "x.pdf")
    return files, document, numbers


@needs_chromium
def test_the_same_chapter_gives_the_same_bytes(printed):
    (one, two), _, _ = printed
    assert one.read_bytes() == two.read_bytes()


@needs_chromium
def test_it_is_tagged_has_a_language_bookmarks_and_facts(printed):
    reader = pypdf.PdfReader(printed[0][0])
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("en") and "/StructTreeRoot" in root
    facts = reader.metadata
    assert (
        facts.title.startswith("The programmes")
        and facts.author
        and "version" in facts["/Keywords"]
        and "licence: CC-BY-4.0" in facts["/Keywords"]
    )
    assert facts.creation_date.year == 2023
    flat = [x.title for x in _flat(reader.outline)]
    assert {"The programmes", "The claim", "Result", "Works cited"} <= set(flat)


def _flat(outline):
    for item in outline:
        yield from _flat(item) if isinstance(item, list) else [item]


@needs_chromium
def test_page_numbers_of_the_contents_are_those_of_the_headings(printed):
    files, _, numbers = printed
    reader = pypdf.PdfReader(files[0])
    assert numbers and set(numbers.values()) <= set(range(1, len(reader.pages) + 1))
    front = reader.pages[0].extract_text()
    for words, target in (("How we know", "programmes--how-we-know"), ("Works cited", "references")):
        assert re.search(rf"{words}\s*{numbers[target]}\b", front), words
        assert words in reader.pages[numbers[target] - 1].extract_text()


@needs_chromium
def test_running_heads_and_page_numbers_stand_on_every_page(printed):
    for i, page in enumerate(pypdf.PdfReader(printed[0][0]).pages, 1):
        text = page.extract_text()
        assert re.search(rf"(?<!\d){i}(?!\d)", text) and "Version" in text
        assert i == 1 or "The programmes" in text or "Works cited" in text


def test_no_figure_loses_its_picture(site):
    page = paper.read(site, PAGE)
    figures = page.article.xpath(".//figure[contains(@class, 'rs-figure')]")
    assert figures and all(len(list(figure.iter("img"))) == 1 for figure in figures)


@needs_chromium
def test_no_link_leads_to_a_file_of_this_machine_and_links_inside_find_their_place(printed):
    reader = pypdf.PdfReader(printed[0][0])
    places, inside, outside = set(reader.named_destinations), 0, 0
    for page in reader.pages:
        for note in page.get("/Annots") or ():
            note = note.get_object()
            if "/Dest" in note:
                inside += 1
                assert str(note["/Dest"]).lstrip("/") in {p.lstrip("/") for p in places}
            elif "/A" in note:
                outside += 1
                assert str(note["/A"]["/URI"]).startswith("http")
    assert inside > 5 and outside > 5


@needs_chromium
def test_figures_keep_their_words_for_those_who_cannot_see_them(site, printed):
    content = b"".join(o.get_data() for o in _streams(pypdf.PdfReader(printed[0][0])))
    assert content
    alts = [
        str(x.get("/Alt"))
        for x in _structure(pypdf.PdfReader(printed[0][0]))
        if x.get("/S") == "/Figure" and x.get("/Alt")
    ]
    html = (site / f"{PAGE}.html").read_text(encoding="utf-8")
    assert len(alts) >= html.count('class="rs-figure"') > 0
    assert all(len(a) >= 20 for a in alts)


def _streams(reader):
    for page in reader.pages:
        yield page.get_contents()


def _structure(reader):
    stack, seen = [reader.trailer["/Root"]["/StructTreeRoot"]], 0
    while stack:
        node = stack.pop()
        seen += 1
        if isinstance(node, pypdf.generic.DictionaryObject):
            yield node
            kids = node.get("/K")
            kids = kids if isinstance(kids, list) else [kids]
            stack += [k.get_object() for k in kids if k is not None and not isinstance(k, int)]
    assert seen


def test_without_chromium_nothing_starts_and_the_message_says_what_to_do(tmp_path):
    env = os.environ | {"PATH": str(tmp_path), "CHROMIUM": str(tmp_path / "nowhere")}
    run = subprocess.run(
        [sys.executable, "-m", "restated_book", "build", "--pdf"],
        cwd=paths.ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "Chromium" in run.stderr or "CHROMIUM" in run.stderr
    assert "apt install chromium" in run.stderr and "Traceback" not in run.stderr
    assert run.stdout == ""


def test_long_lists_are_left_out_of_the_book_and_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(paper, "read", lambda site, path: paper.Page(path, "", "", None))
    whole = pdf.book(tmp_path, toc())
    read = [page.path for page in whole.pages]
    assert set(paper.LEFT_OUT) <= set(toc()) and not set(paper.LEFT_OUT) & set(read)
    assert set(read) | set(paper.LEFT_OUT) == set(toc())
    assert "ledger.csv" in whole.note and "to-verify.csv" in whole.note


def test_links_lead_into_the_document_to_the_published_site_or_nowhere():
    page = paper.Page("notebooks/a", "A", "", None)
    present = {"notebooks/a": {"x"}, "book/b": {"y"}}
    assert paper._target("#x", page, present, "") == "#a--x"
    assert paper._target("../book/b.html#y", page, present, "") == "#b--y"
    assert paper._target("../book/b.html", page, present, "") == "#b"
    assert paper._target("../ledger.csv", page, present, "") is None
    assert paper._target("../ledger.csv", page, present, "https://example.org/") == "https://example.org/ledger.csv"
    assert paper._target("file:///etc/passwd", page, present, "") is None
    assert paper._target("https://doi.org/10.1/x", page, present, "") == "https://doi.org/10.1/x"


def test_numbers_have_no_sign_or_frame_of_a_badge(printed):
    """A number whose link leads nowhere on paper is still an anchor: a span of its verdict would look like a badge."""
    _, document, _ = printed
    numbers = document.pages[0].article.find_class("rs-num")
    assert numbers
    assert {number.tag for number in numbers} == {"a"}


def test_a_draft_has_the_page_numbers_of_the_print(printed, site, tmp_path):
    """Without tags everything is on its page."""
    _, _, numbers = printed
    document = pdf.chapter(site, PAGE, paper.read(site, paper.REFERENCES))
    blank = paper.lay_out(document, site, tmp_path)
    paper.write(document, site, tmp_path, tmp_path / "x.html", blank)
    pdf.side_by_side(
        lambda page, tab: pdf.print_page(tab, page, tmp_path / "x.pdf", tags=False), [tmp_path / "x.html"], CHROMIUM
    )
    found, _ = objects.page_numbers(tmp_path / "x.pdf")
    assert {name: found[name] for name in numbers} == numbers


def lowest(sheet):
    """Return the words of a sheet that are printed lowest above its foot."""
    found = []

    def visit(words, matrix, text_matrix, *_):
        if words.strip():
            height = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
            found.append((height, words.replace("\ufb01", "fi").strip()))

    sheet.extract_text(visitor_text=visit)
    return min((place for place in found if place[0] > FOOT), default=(0, ""))[1]


@needs_chromium
def test_no_name_of_a_figure_or_table_and_no_heading_ends_a_sheet(site, tmp_path):
    document = pdf.chapter(site, LONG_PAGE, None)
    paper.write(document, site, tmp_path, tmp_path / "x.html", paper.lay_out(document, site, tmp_path))
    pdf.side_by_side(
        lambda page, tab: pdf.print_page(tab, page, tmp_path / "x.pdf", tags=False), [tmp_path / "x.html"], CHROMIUM
    )
    article = document.pages[0].article
    data = {name for block in article.find_class("rs-data") for name in block.iter()}
    names = {paper.text(name) for name in article.find_class("rs-folded-name") if name not in data}
    names |= {paper.text(head) for head in article.iter("h2", "h3", "h4", "thead")}
    assert len(names) > 20
    feet = [lowest(sheet) for sheet in pypdf.PdfReader(tmp_path / "x.pdf").pages]
    assert len(feet) > 15
    assert not names & set(feet)
