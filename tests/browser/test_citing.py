"""Citing and downloading as a reader does it: buttons, files, and what programs find in the pages."""

from __future__ import annotations

import io
import json
import zipfile

import extruct
import openpyxl
import pytest
import rispy
from PIL import Image
from pybtex.database import parse_string
from pybtex.richtext import Text

from restated_book import claims, entries, paths
from restated_book.chapters import heads
from restated_book.chapters.toc import toc
from restated_book.cite import citation
from restated_book.epoch import epoch
from restated_book.export import notebook
from restated_book.sources import bibliography
from tests.browser.pages import open_page

CHAPTERS = [p for p in toc() if p.startswith("notebooks/")]
BOXED = [p for p in CHAPTERS if "{cite-and-download}" in (paths.ROOT / f"{p}.md").read_text(encoding="utf-8")]
BOOK = citation.about()


def clipboard(tab) -> None:
    """Collect what is copied instead of touching the machine's clipboard."""
    tab.evaluate(
        """() => { window.copied = [];
          navigator.clipboard.writeText = t => { window.copied.push(t); return Promise.resolve() } }"""
    )


#: The box is made the same way on every page; what its files say is tested for all of them.
@pytest.mark.parametrize("page", BOXED[:3])
def test_the_box_copies_what_it_shows_and_says_version_and_dates(browser, site, page):
    tab = open_page(browser, site, f"{page}.html")
    clipboard(tab)
    box = tab.locator(".rs-cite")
    for target in ("cite-chapter-apa", "cite-chapter-vancouver"):
        box.locator(f'[data-copy="{target}"]').click()
    copied = tab.evaluate("copied")
    title = heads.title(paths.ROOT / f"{page}.md")
    assert copied == [citation.written(citation.item(BOOK, "chapter", title, page), style) for style in citation.STYLES]
    text = box.inner_text()
    assert BOOK.version in text and citation.day(epoch()) in text and str(citation.newest_evidence()) in text


@pytest.mark.parametrize("page", ["notebooks/service-costs", "notebooks/programmes"])
def test_the_head_leads_to_advice_that_is_copied_as_it_reads(browser, site, page):
    """Without marks and boxes of numbers; what a button copies is what an edition keeps, but for names of works."""
    tab, head = open_page(browser, site, f"{page}.html"), heads.read(paths.ROOT / f"{page}.md")
    clipboard(tab)
    tab.locator(".rs-tocite").get_by_role("link", name="What you may write").click()
    assert tab.url.endswith("#if-you-use-this")
    buttons = tab.locator(".rs-use [data-copy]").all()
    names = [button.get_attribute("data-copy") for button in buttons]
    assert names == ["use-say", "use-avoid", "use-ask", "use-cite"]
    for button in buttons:
        button.click()
    say, *others, cite = tab.evaluate("copied")
    kept = notebook.readable(head.row["say"], head.page, entries.load(), bibliography.load())
    assert say == " ".join(kept.split())
    assert cite == citation.written(citation.item(BOOK, "chapter", head.title, page), "APA")
    for text in (say, *others):
        assert text and not {"Cite", "Ledger", "Verdict:", "Computed"} & set(text.split()), text


@pytest.mark.parametrize("page", CHAPTERS)
def test_the_files_of_a_citation_say_what_the_page_says(site, page):
    name = page.rsplit("/", 1)[-1]
    folder = site / "downloads" / name
    title = heads.title(paths.ROOT / f"{page}.md")
    (ris,) = rispy.loads((folder / f"{name}.ris").read_text(encoding="utf-8"))
    (bib,) = parse_string((folder / f"{name}.bib").read_text(encoding="utf-8"), "bibtex").entries.values()
    (csl,) = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert ris["title"] == str(Text.from_latex(bib.fields["title"])) == csl["title"] == title
    assert ris["secondary_title"] == csl["container-title"] == BOOK.title


def test_a_figure_has_a_citation_of_its_own_that_an_address_unfolds(browser, site):
    tab = open_page(browser, site, "notebooks/service-costs.html")
    tab.evaluate("location.hash = 'cite-fig-denominators'")
    tab.locator("#cite-fig-denominators").wait_for()
    entry = tab.locator("#cite-fig-denominators")
    assert entry.is_visible()
    assert "[Figure]" in entry.inner_text()


def test_every_number_of_the_ledger_can_be_cited_in_every_form(browser, site):
    """The script fills in what the citation processor wrote: each record of each row parses back to its title."""
    tab = open_page(browser, site, "book/ledger.html#stability-secure-r")
    tab.locator(".rs-cite-row").wait_for()
    assert tab.locator(".rs-cite-row").count() == 1
    made = []
    for page in sorted((site / "book").glob("ledger-*.html")):
        tab.goto(page.as_uri())
        clipboard(tab)
        made += tab.evaluate(
            """() => {
              // Following each id would lay out the whole table each time.
              addEventListener('click', event => event.preventDefault());
              return Array.from(document.querySelectorAll('.rs-ledger tbody tr[id]')).map(row => {
                row.querySelector('th a').dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
                window.copied = [];
                document.querySelectorAll('.rs-cite-row button').forEach(b => b.click());
                return [row.id, row.cells[1].firstChild.textContent.trim(), window.copied];
              })}"""
        )
    assert len(made) > 1500
    for id, quantity, (apa, vancouver, _, ris, csl, address) in made:
        title = f"{quantity} (ledger entry {id})"
        assert title in apa and title in vancouver
        assert json.loads(csl)[0]["title"] == title
        assert f"TI  - {title}\n" in ris and f"ID  - restated-ledger-{id}\n" in ris
        assert address.endswith(f"book/ledger.html#{id}")
    # One parse of all: BibTeX itself is the slow part.
    entries = parse_string("\n\n".join(bib for _, _, (_, _, bib, *_) in made), "bibtex").entries
    assert len(entries) == len(made)
    for (id, quantity, _), entry in list(zip(made, entries.values(), strict=True))[::7]:
        assert str(Text.from_latex(entry.fields["title"])).replace("’", "'") == f"{quantity} (ledger entry {id})"


@pytest.mark.parametrize("page", toc())
def test_reference_managers_and_search_engines_find_what_they_need(site, page):
    html = (site / f"{page}.html").read_text(encoding="utf-8")
    found = extruct.extract(
        html, base_url=f"https://example.org/{page}.html", syntaxes=["json-ld", "opengraph"], uniform=True
    )
    (data,) = found["json-ld"]
    (graph,) = found["opengraph"]
    tags: dict[str, list[str]] = {}
    for name, content in _tags(html):
        tags.setdefault(name, []).append(content)
    # What Zotero's translator of embedded metadata maps to an item, and makes a part of a book of.
    front = page == "book/index"
    for name in (
        "citation_title",
        "citation_author",
        "citation_publication_date",
        "citation_language",
        "citation_abstract",
    ):
        assert all(tags[name]), name
    assert tags["citation_author"] == [citation.spelled(a) for a in BOOK.authors]
    assert tags["citation_publication_date"] == [f"{BOOK.released:%Y/%m/%d}"]
    assert ("citation_book_title" in tags) == (not front)
    assert len(tags["description"]) == 1 and graph["og:title"] and graph["og:description"]
    assert data["@type"] == ("Book" if front else "Chapter" if page in CHAPTERS else "WebPage")
    if not front:
        assert data["isPartOf"]["@type"] == "Book" and data["isPartOf"]["name"] == BOOK.title
    assert data["license"].startswith("https://creativecommons.org/licenses/by/4.0")
    for part in data.get("hasPart", []):
        if part["@type"] == "Dataset":
            assert len(part["description"]) >= 50 and "Status: " in part["description"]
            for file in part["distribution"]:
                assert (site / page).parent.joinpath(file["contentUrl"]).resolve().is_file(), file


def _tags(html: str):
    from html.parser import HTMLParser

    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            said = dict(attrs)
            if tag == "meta" and "name" in said:
                found.append((said["name"], said.get("content")))

    Reader().feed(html)
    return found


@pytest.mark.parametrize("page", CHAPTERS)
def test_every_table_of_a_page_is_a_dataset_and_a_chapter_names_its_paper(site, page):
    html = (site / f"{page}.html").read_text(encoding="utf-8")
    (data,) = extruct.extract(html, syntaxes=["json-ld"])["json-ld"]
    assert {x["@id"].partition("#")[2] for x in data.get("hasPart", [])} == {
        f"tab-{x.split(chr(34))[0]}" for x in html.split('id="tab-')[1:]
    }
    head = heads.read(paths.ROOT / f"{page}.md")
    if head and head.reference:
        sources = claims.load("sources").set_index("id")["source_key"]
        doi = bibliography.load()[sources[head.reference]].fields.get("doi")
        assert data.get("isBasedOn") == (f"https://doi.org/{doi}" if doi else None)


def test_a_report_author_gets_a_citation_and_a_figure_for_a_document(browser, site):
    """From the chapter to a formatted citation and a picture a word processor takes, without leaving the page."""
    tab = open_page(browser, site, "notebooks/service-costs.html")
    clipboard(tab)
    tab.locator(".rs-tocite").get_by_role("link", name="Cite or download").click()
    tab.locator('[data-copy="cite-chapter-apa"]').click()
    assert "(2026)" in tab.evaluate("copied[0]")
    figure = tab.locator("#fig-limits")
    link = figure.get_by_role("link", name="PNG (300 dpi)")
    picture = (site / "notebooks" / link.get_attribute("href")).resolve()
    with Image.open(picture) as image:
        assert image.format == "PNG" and round(image.info["dpi"][0]) == 300 and image.width > 1200
        assert image.text["Status"] and "Restated" in image.text["Source"]


def test_workbooks_open_and_no_page_links_to_a_download_that_is_not_there(site):
    for name in (p.rsplit("/", 1)[-1] for p in CHAPTERS):
        book = openpyxl.load_workbook(site / "downloads" / name / f"{name}-tables.xlsx")
        assert book.sheetnames[0] == "About" and len(book.sheetnames) > 1
    with zipfile.ZipFile(io.BytesIO((site / "downloads" / "restated-offline.zip").read_bytes())) as archive:
        assert any(n.endswith("book/index.html") for n in archive.namelist())
