"""Articles of the finished site laid out for paper, as HTML with title page, contents and running heads."""

import itertools
import json
import os
import posixpath
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree
from lxml.html import HtmlElement, document_fromstring, fragment_fromstring, tostring
from markupsafe import Markup

from restated.errors import RestatedError
from restated.verdict import SHORT
from restated_book import config, entries, paths
from restated_book.cite import citation
from restated_book.export import hatch
from restated_book.register import GRADES

#: Pages to look things up in, as long as all chapters together, and the page of files. The PDF names their files.
LEFT_OUT = ("book/ledger", "book/to-verify", "book/data-dictionary", "book/downloads")

REFERENCES = "book/references"
#: A table behind a figure is printed while it is about as long as the figure is high; a longer one is in its CSV.
MOST_ROWS = 12
#: Columns from which a table is set smaller, and from which it is turned, as an upright page is too narrow.
MANY_COLUMNS, TOO_MANY_COLUMNS = 9, 12
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")  #: Pages break between these
BLOCKS = (*HEADINGS, "p", "li", "dt", "dd", "pre", "tr", "img", "figcaption")
#: Letters that a line of text holds, and what is too short for a sheet of its own: about ten lines.
LINE_LETTERS, END_LETTERS = 90, 900
#: Letters of a box (half a sheet) and of a row from which on it is cut, as it would leave too much of a sheet empty.
LONG_LETTERS, TALL_LETTERS = 2300, 1800
HIGH_PX = 480  #: A picture from about half the height of a sheet on often begins a sheet
#: Height of a heading with its space and of a line of a caption, and the letters that such a line holds at least.
HEADING_MM, CAPTION_MM, CAPTION_LETTERS = 14, 4, 100
_TABLES = paths.tables(__file__)
#: Elements and classes that serve a screen or a script, repeat what is next to them, or would need a server.
GONE_ELEMENTS, GONE_CLASSES = set(_TABLES["gone"]["elements"]), set(_TABLES["gone"]["classes"])
CONTENTS = ("h1", "h2")  #: Headings that the contents list
ID_LISTS = ("aria-labelledby", "aria-controls", "headers", "for")  #: Attributes that hold ids of the same page

STYLE = Path(__file__).with_name("paper.css")


@dataclass
class Page:
    """One page of the site: its path without ending, title, description, and article."""

    path: str
    title: str
    about: str
    article: HtmlElement
    statuses: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Document:
    """A text to print: titles, pages, captions of parts by their first page, and a note on what is left out."""

    title: str
    subtitle: str
    head: str
    pages: list[Page]
    parts: dict[str, str] = field(default_factory=dict)
    note: str = ""


def names(about: citation.About) -> tuple[str, str]:
    """Return the name of the book and its subtitle, which its title has after a colon."""
    name, _, subtitle = about.title.partition(": ")
    return name, subtitle


def text(element: HtmlElement) -> str:
    """Return the text of an element with single spaces."""
    return " ".join(element.text_content().split())


def inside(element: HtmlElement) -> str:
    """Return the HTML between the tags of an element."""
    return escape(element.text or "", quote=False) + "".join(tostring(child, encoding="unicode") for child in element)


def _screen_only(element: HtmlElement) -> bool:
    return bool(
        element.tag in GONE_ELEMENTS
        or GONE_CLASSES & set(element.classes)
        or ("rs-hidden" in element.classes and _within(element, "rs-number"))
        or (element.tag == "details" and _within(element, "rs-cite"))
    )


def _within(element: HtmlElement, name: str) -> bool:
    return any(name in above.classes for above in element.iterancestors())


def read(site: Path, path: str) -> Page:
    """Read one finished page; refuse one without an article."""
    file = site / f"{path}.html"
    html = document_fromstring(file.read_text(encoding="utf-8"))
    article = html.find(".//article")
    heading = None if article is None else article.find(".//h1")
    if heading is None:
        raise RestatedError("this page has no article with a title", file=file)
    for gone in [x for x in article.iterdescendants(etree.Element) if _screen_only(x)]:
        # Old parsers take the picture after a source for its content.
        (gone.drop_tag if gone.tag == "source" else gone.drop_tree)()
    about = html.find(".//meta[@name='description']")
    statuses = {x.get("data-status") for x in article.iterfind(".//*[@data-status]")}
    return Page(path, text(heading), "" if about is None else about.get("content", ""), article, sorted(statuses))


def works_cited(page: Page, references: Page) -> Page | None:
    """Return the entries of `references` that `page` links to as one more page; None without any."""
    links = (a.get("href", "") for a in page.article.iterfind(".//a"))
    cited = {href.partition("#")[2] for href in links if "#cite-" in href}
    entries = [e for e in references.article.find_class("citation") if e.get("id") in cited]
    if not entries:
        return None
    listed = "".join(tostring(e, encoding="unicode", with_tail=False) for e in entries)
    section = f'<section id="works-cited"><h1>Works cited</h1><div role="list">{listed}</div></section>'
    return Page(REFERENCES, "Works cited", "", fragment_fromstring(f"<article>{section}</article>"))


def _open(article: HtmlElement) -> None:
    """Unfold what is folded: paper cannot be clicked. Of long tables only name and length remain."""
    for details in list(article.iter("details")):
        rows = len(details.findall(".//tbody/tr"))
        summary = details.find("summary")
        summary.tag = "p"
        summary.set("class", "rs-folded-name")
        if "rs-data" in details.classes and rows > MOST_ROWS:
            note = f": {rows:,} rows, in the page of the book and its CSV file, not printed here"
            etree.SubElement(summary, "span").text = note
            for other in details.findall("div") + details.findall("table"):
                other.drop_tree()
        details.tag = "div"
        details.attrib.pop("open", None)


def _blocks(article: HtmlElement) -> list[HtmlElement]:
    """Return what pages can break between, in order: rows of tables, pictures, and what has words of its own."""
    return [
        block
        for block in article.iter(*BLOCKS)
        if block.tag == "tr" or not any(True for _ in block.iterancestors("tr"))
        if block.tag == "tr" or (block.text or "").strip() or not any(True for _ in block.iterdescendants(*BLOCKS))
    ]


def _letters(blocks: Iterable[HtmlElement]) -> int:
    """Return how long `blocks` are, in letters: short lines are as high as long ones."""
    return sum(END_LETTERS if block.tag == "img" else max(len(text(block)), LINE_LETTERS) for block in blocks)


def _keep_end(blocks: list[HtmlElement]) -> None:
    """Keep the last of `blocks`, after which a sheet ends, from coming alone on that sheet."""
    letters = 0
    for block in reversed(blocks):
        own = _letters([block])
        letters += own
        if letters >= END_LETTERS or (block.tag in HEADINGS and letters >= END_LETTERS / 2):
            block.classes.add("paper-begin" if own < 1.5 * END_LETTERS else "paper-rest")
            break
        block.classes.add("paper-end")
        table = next(block.iterancestors("table"), None)
        if table is not None and block is next(table.iter("tr")):
            # What is asked of its first row does not reach the text before the table.
            table.classes.add("paper-end")


def _make_room(blocks: list[HtmlElement]) -> None:
    """Leave room on the sheet of a picture for its caption and the headings before it."""
    headings = 0
    for i, block in enumerate(blocks):
        if block.tag == "img":
            if int(re.sub(r"\D.*", "", block.get("height", "")) or 0) >= HIGH_PX:
                _keep_end(blocks[: i - headings])
            captions = [c for figure in block.iterancestors("figure") for c in figure.iter("figcaption")]
            lines = sum(1 + len(text(caption)) // CAPTION_LETTERS for caption in captions)
            block.set("style", f"{block.get('style', '')}; --taken: {headings * HEADING_MM + lines * CAPTION_MM}mm")
        # The name of what was folded is a heading of its picture, too.
        headings = headings + 1 if block.tag in HEADINGS or "rs-folded-name" in block.classes else 0


def _turn(table: HtmlElement, blocks: list[HtmlElement]) -> None:
    """Turn the sheet of a wide `table`, with the headings and few words that would be alone before or after it."""
    turned = next(table.iterancestors("figure"), table)
    own = [i for i, block in enumerate(blocks) if turned in block.iterancestors()]

    def run(near: Iterable[HtmlElement]) -> list[HtmlElement]:
        return list(itertools.takewhile(lambda b: b.tag in {"p", *HEADINGS} and b.getparent().tag == "section", near))

    before, after = run(reversed(blocks[: own[0]])), blocks[own[-1] + 1 :]
    first = next((i for i, block in enumerate(before) if block.tag in HEADINGS), len(before))
    above = list(itertools.takewhile(lambda b: b.tag in HEADINGS, before[first:]))
    along = [*before[:first], *above] if above and _letters(before[:first]) <= END_LETTERS else []
    _keep_end(blocks[: own[0] - len(along)])
    along += after if _letters(after) <= END_LETTERS and run(after) == after else []
    for block in [turned, *along]:
        block.classes.add("paper-turned")


def _size_tables(article: HtmlElement, blocks: list[HtmlElement]) -> None:
    for table in article.iter("table"):
        columns = max((len(row.findall("td")) + len(row.findall("th")) for row in table.iter("tr")), default=0)
        # A figure remains upright with its picture; its data are set small.
        if columns >= TOO_MANY_COLUMNS and not _within(table, "rs-figure"):
            _turn(table, blocks)
        elif columns >= MANY_COLUMNS:
            table.classes.add("paper-small")
        if any(len(text(row)) > TALL_LETTERS for row in table.iter("tr")):
            table.classes.add("paper-tall")


def _target(href: str, page: Page, present: dict[str, set[str]], baseurl: str) -> str | None:
    """Return the target of a link of `page` on paper; None if it leads nowhere."""
    if re.match(r"[a-z][a-z0-9+.-]*:", href):
        return None if href.startswith("file:") else href
    file, _, fragment = href.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), file)) if file else f"{page.path}.html"
    target = path.removesuffix(".html")
    if path.endswith(".html") and target in present:
        name = target.rsplit("/", 1)[-1]
        if fragment in present[target]:
            return f"#{name}--{fragment}"
        if target != REFERENCES or not fragment:
            return f"#{name}"
    return f"{baseurl}{path}{'#' + fragment if fragment else ''}" if baseurl else None


def _printable(picture: Path, page: Page, folder: Path) -> Path:
    """Return `picture`, or a copy of it in `folder` in which hatched areas are drawn as lines."""
    svg = picture.read_text(encoding="utf-8")
    if "<pattern" not in svg:
        return picture
    copy = folder / f"{page.name}-{picture.name}"
    # Two documents that are printed at the same time write the same copy: each puts a whole file in place.
    partial = copy.with_suffix(f".{threading.get_ident()}")
    partial.write_text(hatch.drawn_out(svg), encoding="utf-8")
    partial.replace(copy)
    return copy


def _place(page: Page, site: Path, folder: Path, present: dict[str, set[str]], baseurl: str) -> None:
    """Make the article of `page` fit for a document in `folder` that holds the pages and ids in `present`."""
    article = page.article
    _open(article)
    blocks = _blocks(article)
    _size_tables(article, blocks)
    _make_room(blocks)
    for box in article.find_class("admonition"):
        if _letters(_blocks(box)) > LONG_LETTERS:
            box.classes.add("paper-long")
    _keep_end(blocks)
    for element in article.iterdescendants(etree.Element):
        attrs = element.attrib
        gone = ["tabindex", "aria-describedby"]
        if attrs.get("role") == "region":
            gone += ["role", "aria-label"]
        # A mark next to a number is read aloud here: its words on the screen are removed with the tooltip.
        if "rs-mark" in element.classes:
            gone.append("aria-hidden")
        for attribute in gone:
            attrs.pop(attribute, None)
        if "id" in attrs:
            attrs["id"] = f"{page.name}--{attrs['id']}"
        for attribute in ID_LISTS:
            if value := attrs.get(attribute):
                attrs[attribute] = " ".join(f"{page.name}--{name}" for name in value.split())
        if element.tag == "img" and "src" in attrs:
            place = (site / posixpath.dirname(page.path) / attrs["src"]).resolve()
            attrs["src"] = Path(os.path.relpath(_printable(place, page, folder), folder)).as_posix()
            attrs.pop("loading", None)
        if element.tag == "a" and "href" in attrs:
            to = _target(attrs["href"], page, present, baseurl)
            attrs.pop("title", None)
            if to is None:
                # An anchor without address: as a span, a number would get the sign and the frame of a badge.
                del attrs["href"]
            else:
                attrs["href"] = to


def _contents(document: Document) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, words and target of each line of the contents; that of a part of the book has no target."""
    for page in document.pages:
        if page.path in document.parts:
            yield "part", document.parts[page.path], ""
        for heading in page.article.iter(*CONTENTS):
            # The title of a page is in the section that has its id.
            section = next(heading.iterancestors("section"))
            yield heading.tag, text(heading), page.name if heading.tag == "h1" else section.get("id")


#: Fonts that come with matplotlib, so that PDFs look the same anywhere: stem of the files, endings of the variants.
FONTS = [(family, *of) for family, of in _TABLES["fonts"].items()]

_PAPER = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined)
_PAPER.filters["css"] = lambda text: Markup(json.dumps(text.replace("\n", " "), ensure_ascii=False))


def lay_out(document: Document, site: Path, folder: Path) -> dict[str, int]:
    """Make the articles of `document` fit for one file in `folder`; return the targets of its contents, numbered 0."""
    baseurl = citation.about().address
    present = {page.path: {e.get("id") for e in page.article.iterfind(".//*[@id]")} for page in document.pages}
    for page in document.pages:
        _place(page, site, folder, present, baseurl)
    return dict.fromkeys((target for _, _, target in _contents(document) if target), 0)


def write(document: Document, site: Path, folder: Path, file: Path, numbers: dict[str, int]) -> None:
    """Write the HTML of `document`, with `numbers` as the page numbers of its contents."""
    import matplotlib

    def place(file: Path) -> str:
        return Path(os.path.relpath(file, folder)).as_posix()

    about = citation.about()
    parts = (f'<section class="paper-chapter" id="{p.name}">{inside(p.article)}</section>' for p in document.pages)
    known = {"about": about, "version": f"{about.version}, {about.released.isoformat()}", "document": document}
    sheet = _TABLES["sheet"] | config.load().paper
    high = _TABLES["heights"][sheet["size"]] - sum(sheet["margins"][::2])
    known |= {"contents": _contents(document), "numbers": numbers, "grades": GRADES, "high": high, **sheet}
    known |= {"look": place(site / "_static" / "restated.css"), "style": STYLE.read_text(encoding="utf-8")}
    known |= {"fonts": FONTS, "files_of_fonts": place(Path(matplotlib.get_data_path()) / "fonts" / "ttf")}
    known |= {"chapters": "".join(parts), "verdicts": map(entries.short, SHORT)}
    file.write_text(_PAPER.get_template("paper.html").render(known), encoding="utf-8")
