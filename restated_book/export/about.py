"""The words each file carries for a reader who finds it alone: title, status, citation, licence."""

from functools import cache
from pathlib import Path

from restated_book import paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.cite.licence import licence
from restated_book.export.archive import places

STYLE = "APA"  #: The style in which files cite themselves


@cache
def book() -> citation.About:
    """Return the content of ``CITATION.cff``."""
    return citation.about()


def text(name: str) -> str:
    """Return one of our texts for archives, in ``texts``."""
    words = Path(__file__).with_name("texts").joinpath(name).read_text(encoding="utf-8")
    return words.replace("CC BY 4.0", licence()[2])


def title(page: str) -> str:
    """Return the title of a chapter; `page` is the name of its notebook."""
    return heads.title(paths.NOTEBOOKS / f"{page}.md")


def citation_text(page: str = "", part: dict | None = None) -> str:
    """Return the citation of the book, of a chapter, or of a `part` of it with its ``kind``, ``id`` and ``caption``."""
    if not page:
        return citation.written(citation.item(book(), "book"), STYLE)
    _, entry = citation.of_page(book(), f"notebooks/{page}", title(page), [part] if part else [])[-1]
    return citation.written(entry, STYLE)


def words(page: str, handed: dict) -> dict[str, str]:
    """Return the words for a picture file, under the keywords that PNG defines."""
    return {
        "Title": handed["caption"],
        "Author": book().byline,
        "Description": handed["alt"],
        "Status": handed["status"],
        "Source": citation_text(page, handed),
        "Copyright": ", ".join(licence()[:2]),
        "Software": "Restated",
    }


def terms() -> dict[str, Path]:
    """Return the files every archive holds: licences, and how to cite the book."""
    root = paths.ROOT
    return places(root, files=[root / "LICENSE", root / "CITATION.cff", *(root / "LICENSES").glob("*")])
