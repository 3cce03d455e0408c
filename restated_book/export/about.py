"""What every file says of itself when it is met alone: title, status, citation, licence."""

from __future__ import annotations

from functools import cache

from restated_book import paths
from restated_book.chapters import heads
from restated_book.cite import citation
from restated_book.export.archive import contents

LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0)"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"

#: The style in which files cite themselves.
STYLE = "APA"


@cache
def book() -> citation.About:
    """What ``CITATION.cff`` says of the book."""
    return citation.about()


def title(page: str) -> str:
    """Title of a chapter; `page` is the name of its notebook."""
    return heads.title(paths.NOTEBOOKS / f"{page}.md")


def citation_text(page: str = "", part: dict | None = None) -> str:
    """How to cite the book, a chapter, or one figure or table of it.

    Parameters
    ----------
    page : str
        Name of the notebook without ending; empty for the book.
    part : dict, optional
        ``kind``, ``id`` and ``caption`` of the figure or table.
    """
    if not page:
        return citation.written(citation.item(book(), "book"), STYLE)
    _, entry = citation.of_page(book(), f"notebooks/{page}", title(page), [part] if part else [])[-1]
    return citation.written(entry, STYLE)


def words(page: str, handed: dict) -> dict[str, str]:
    """What a picture file says of itself, under the names that PNG gives such words."""
    return {
        "Title": handed["caption"],
        "Author": book().byline,
        "Description": handed["alt"],
        "Status": handed["status"],
        "Source": citation_text(page, handed),
        "Copyright": f"{LICENCE}, {LICENCE_ADDRESS}",
        "Software": "Restated",
    }


def terms() -> dict[str, bytes]:
    """The files every archive holds: licences, and how to cite the book."""
    root = paths.ROOT
    return contents(root, files=[root / "LICENSE", root / "CITATION.cff", *(root / "LICENSES").glob("*")])
