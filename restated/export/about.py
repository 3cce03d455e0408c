"""What every file says of itself when it is met alone: title, status, citation, licence."""

from __future__ import annotations

import re
from functools import cache

import yaml

from .. import paths
from .archive import contents

LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0)"
LICENCE_ADDRESS = "https://creativecommons.org/licenses/by/4.0/"

#: What an anchor stands for, by its beginning.
KINDS = {"fig": "Figure", "tab": "Table"}

_TITLE = re.compile(r"^# (.+?)[ \t]*$", re.M)


@cache
def _citation(text: str) -> dict:
    return yaml.safe_load(text)


def book() -> dict:
    """What ``CITATION.cff`` says of the book."""
    return _citation((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def authors() -> str:
    """The authors of the book in one line."""
    return "; ".join(a.get("name") or f"{a['family-names']}, {a['given-names']}" for a in book()["authors"])


def title(page: str) -> str:
    """Title of a chapter; `page` is the name of its notebook."""
    found = _TITLE.search((paths.NOTEBOOKS / f"{page}.md").read_text(encoding="utf-8"))
    return found[1] if found else page


def citation_text(page: str, anchor: str = "") -> str:
    """How to cite a chapter, or one figure or table of it.

    Parameters
    ----------
    page : str
        Name of the notebook without ending.
    anchor : str
        ``fig-<id>`` or ``tab-<id>``.
    """
    said = book()
    kind, _, id = anchor.partition("-")
    part = f" {KINDS[kind]} {id}." if anchor else ""
    return f"{authors()} ({str(said['date-released'])[:4]}). {title(page)}.{part} In: {said['title']}, version {said['version']}."


def words(page: str, handed: dict) -> dict[str, str]:
    """What a picture file says of itself, under the names that PNG gives such words."""
    return {
        "Title": handed["caption"],
        "Author": authors(),
        "Description": handed["alt"],
        "Status": handed["status"],
        "Source": citation_text(page, f"fig-{handed['id']}"),
        "Copyright": f"{LICENCE}, {LICENCE_ADDRESS}",
        "Software": "Restated",
    }


def terms() -> dict[str, bytes]:
    """The files every archive holds: licences, and how to cite the book."""
    root = paths.ROOT
    return contents(root, files=[root / "LICENSE", root / "CITATION.cff", *(root / "LICENSES").glob("*")])
