"""Each chapter as a Word file, by pandoc, from the finished page laid out as for paper, in the styles of ``word``."""

import os
import posixpath
import re
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from pathlib import Path

from lxml import etree
from lxml.html import HtmlElement, fragment_fromstring

from restated.errors import RestatedError
from restated_book import paths
from restated_book.cite import citation
from restated_book.cite.licence import licence
from restated_book.export import archive, paper, pdf
from restated_book.register import GRADES
from restated_book.status import SUPPLIED, WITHHELD

STYLES = Path(__file__).with_name("word")  #: Files of the styles, and their places in the template of pandoc
PARTS = {f"word/{name}.xml": f"{name}.xml" for name in ("document", "footer1", "styles")}
PARTS |= {"[Content_Types].xml": "types.xml", "_rels/.rels": "package.xml"}
PARTS["word/_rels/document.xml.rels"] = "relationships.xml"
SECONDS = 120  #: Seconds after which pandoc hangs: a chapter takes two
#: Width of the text and greatest height of a picture in centimetres, and pixels of a centimetre on a screen.
TEXT_CM, MOST_CM, PX_PER_CM = 17.0, 21.0, 96 / 2.54
LINE, BROAD = 96, 60  #: Letters of the line of a table, and those beyond which a broad column asks for no more room
ON_ONE_LINE = {"mrow", "mstyle", "mn", "mi", "mo"}  #: Parts of formulas that are texts: not every office has formulas
_TABLES = paths.tables(__file__)
#: What has no use in a text: code, which the notebook of the chapter has, and signs of the page; styles, by class.
GONE_TAGS, GONE_CLASSES, LOOKS = set(_TABLES["gone"]["tags"]), set(_TABLES["gone"]["classes"]), _TABLES["looks"]


def pandoc() -> str:
    """Return the path of the pandoc that the package pypandoc-binary brings; refuse a machine without that package."""
    try:
        import pypandoc

        return pypandoc.get_pandoc_path()
    except (ImportError, OSError):
        remedy = "install it: pip install pypandoc-binary"
        raise RestatedError("Word files are written by pandoc, which is not installed", remedy=remedy) from None


def _styled(element: HtmlElement, style: str) -> None:
    """Give an element a style; pandoc reads that of a paragraph from the block around it."""
    if element.tag == "p":
        around = element.makeelement("div")
        element.addprevious(around)
        around.tail, element.tail = element.tail, None
        around.append(element)
        element = around
    element.tag = "span" if element.tag == "b" else element.tag
    element.set("data-custom-style", style)


def _widths(table: HtmlElement) -> None:
    """Share the width of a table out among its columns, as Word would itself and LibreOffice does not."""
    rows = [[paper.text(cell) for cell in row.iter("td", "th")] for row in table.iter("tr")]
    count = max(map(len, rows), default=0)
    if any(len(row) != count for row in rows) or not count:
        return  # cells span columns
    least = [3 + max((len(word) for row in rows for word in row[i].split()), default=0) for i in range(count)]
    mean = (sum(len(row[i]) for row in rows) / len(rows) for i in range(count))
    more = [max(0, min(letters, BROAD) - own) for letters, own in zip(mean, least, strict=True)]
    share = max(0, LINE - sum(least)) / (sum(more) or 1)
    letters = [own + share * other for own, other in zip(least, more, strict=True)]
    columns = "".join(f'<col style="width: {100 * n / sum(letters):.1f}%">' for n in letters)
    caption = table.find("caption")
    table.insert(0 if caption is None else table.index(caption) + 1, fragment_fromstring(columns, "colgroup"))


def _figure(figure: HtmlElement) -> None:
    caption = figure.find(".//figcaption")
    if figure.get("data-status") == SUPPLIED:
        for child in list(figure):
            if child is not caption:
                child.drop_tree()
        for message in caption.find_class("rs-message"):
            message.tail = None
            message.drop_tree()
        caption[-1 if len(caption) else 0].tail = f" {WITHHELD}"
    picture, table = figure.find(".//img"), figure.find(".//table")
    if picture is not None:
        width, height = (
            int(re.sub(r"\D.*", "", picture.get(side, "")) or 1) / PX_PER_CM for side in ("width", "height")
        )
        for name in set(picture.attrib) - {"src", "alt"}:
            del picture.attrib[name]
        picture.set("style", f"width: {min(TEXT_CM, width, MOST_CM * width / height):.2f}cm")
        for data in reversed(figure.findall("div")[1:]):
            data.tail = None
            figure.addnext(data)
            for name in data.findall("div[@data-custom-style]"):
                if data.find(".//table") is None:
                    del name.attrib["data-custom-style"]
                else:  # its caption says the same
                    name.drop_tree()
        figure.insert(0, picture)
        for plate in figure.findall("div"):
            plate.drop_tree()
    elif table is not None and caption is not None:
        for own in table.findall("caption"):
            own.drop_tree()
        caption.tag = "caption"
        table.insert(0, caption)
    if picture is None:
        figure.tag = "div"


def _reduce(article: HtmlElement) -> None:
    """Make an article that is laid out for paper fit for pandoc: signs in words, classes as styles."""
    for element in list(article.iterdescendants(etree.Element)):
        classes = set(element.classes)
        counted = "label" in classes and "citation" in element.getparent().classes
        if counted or element.tag in GONE_TAGS or (classes & GONE_CLASSES and element.tag != "caption"):
            element.drop_tree()
        elif element.tag == "math" and ON_ONE_LINE.issuperset(x.tag for x in element.iterdescendants()):
            plain = "".join(f" {x} " if x in "=<>≤≥" else x for x in element.itertext())
            element.clear(keep_tail=True)
            element.tag, element.text = "span", plain
        elif "rs-mark" in classes:
            said = "".join(map(paper.text, element.find_class("rs-word"))) or paper.text(element)
            element.clear(keep_tail=True)
            element.text = f" ({said})"
            _styled(element, "Verdict")
        elif style := next((LOOKS[name] for name in LOOKS if name in classes), None):
            _styled(element, style)
        elif element.tag == "a" and "href" not in element.attrib:
            element.tag = "span"
    for figure in list(article.iter("figure")):
        _figure(figure)
    for table in list(article.iter("table")):
        _widths(table)


def html(site: Path, page: str, references: paper.Page | None) -> str:
    """Return one chapter with the works it cites as a document for pandoc; pictures are named from `site`."""
    document = pdf.chapter(site, page, references)
    about, (chapter, *_) = citation.about(), document.pages
    pictures = {
        picture: f"downloads/{chapter.name}/{posixpath.basename(picture.get('src', '')).partition('.')[0]}.png"
        for picture in chapter.article.iter("img")
    }
    with tempfile.TemporaryDirectory() as folder:
        paper.lay_out(document, site, Path(folder))
    for picture, file in pictures.items():
        picture.set("src", file)
    for part in document.pages:
        _reduce(part.article)
    # The title of the file is that of the chapter; the works cited begin like its sections.
    chapter.article.find(".//h1").drop_tree()
    for other in (x for part in document.pages[1:] for x in part.article.iter("h1")):
        other.tag = "h2"
    grades = "; ".join(f"{grade}, {words}" for grade, words in GRADES.items())
    note = f"<h2>About this file</h2>{document.note}<p>Sources are graded: {escape(grades)}. {licence()[0]}.</p>"
    parts = "".join(f'<div id="{part.name}">{paper.inside(part.article)}</div>' for part in document.pages)
    facts = {"author": about.byline, "date": about.released.isoformat()}
    facts["subtitle"] = f"{about.title}, edition {about.version}"
    head = "".join(f'<meta name="{name}" content="{escape(words)}">' for name, words in facts.items())
    head += f'<meta charset="utf-8"><title>{escape(chapter.title)}</title>'
    return f'<!DOCTYPE html><html lang="en-GB"><head>{head}</head><body>{parts}{note}</body></html>'


def write(site: Path, pages: Sequence[str], program: str, epoch: int) -> list[Path]:
    """Write each notebook of `pages` into ``downloads/word`` of the finished `site`, with the pandoc `program`."""
    out = site / "downloads" / "word"
    out.mkdir(parents=True, exist_ok=True)
    references = paper.read(site, paper.REFERENCES) if paper.REFERENCES in pages else None
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder, "template.docx")
        archive.write(template, {place: STYLES / name for place, name in PARTS.items()}, epoch)

        def one(page: str) -> Path:
            target = out / f"{page.rsplit('/', 1)[-1]}.docx"
            call = [program, "--from=html", "--to=docx", "--shift-heading-level-by=-1", f"--output={target.resolve()}"]
            call += [f"--lua-filter={STYLES / 'captions.lua'}", f"--reference-doc={template}"]
            text, env = html(site, page, references).encode(), {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
            # Run where the pictures are: their paths become part of the file.
            run = subprocess.run(call, input=text, cwd=site, env=env, capture_output=True, timeout=SECONDS)
            if run.returncode or run.stderr:
                said = run.stderr.decode(errors="replace")[:500].strip()
                raise RestatedError(f"pandoc could not write {target.name}: {said}", remedy="look at the page it is of")
            return target

        with ThreadPoolExecutor(os.cpu_count()) as several:
            return list(several.map(one, (page for page in pages if page.startswith("notebooks/"))))
