"""The table of contents, ``_toc.yml``: the pages of the book in reading order."""

import re
from typing import Any

from restated_book import paths
from restated_book.sources import files, settings

#: A page of the book as `_toc.yml` names it: inside the folder of the book.
_PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def toc() -> list[str]:
    """Return the pages of the book in reading order, without suffix; refuse one that is missing or named twice."""
    file = paths.ROOT / "_toc.yml"
    refuse = files.refuser(file)
    pages: list = []

    def walk(node: Any, name: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, name)
            return
        if not isinstance(node, dict):
            refuse(f"'{node}' is not an entry of a table of contents", "write it as '- file: <page>'", field=name)
        if "glob" in node:
            refuse("pages are named one by one", "write each as '- file: <page>'", field="glob")
        pages.extend(node[k] for k in ("root", "file") if k in node)
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            walk(node.get(key) or [], key)

    content = settings.read(file)
    if "root" not in content:
        refuse("the front page is not named", "write 'root: book/index'", field="root")
    walk(content, "root")
    for at, page in enumerate(pages):
        stem = re.sub(r"\.(ipynb|md|rst|txt)$", "", page) if isinstance(page, str) else ""
        if _PAGE.fullmatch(stem) and not (paths.ROOT / f"{stem}.md").is_file():
            for other in (".ipynb", ".rst", ".txt"):
                if page == stem + other or (paths.ROOT / (stem + other)).is_file():
                    way = f"`jupytext --to md:myst {stem}.ipynb`" if other == ".ipynb" else "MyST Markdown"
                    remedy = f"convert it with {way}, and name it here without suffix"
                    refuse(f"page '{stem}{other}' is not text in Markdown", remedy, field="file")
        if not isinstance(page, str) or not _PAGE.fullmatch(page):
            remedy = "write it as book/<name> or notebooks/<name>, without suffix, in letters a to z, digits, - and _"
            refuse(f"'{page}' is not a valid page name", remedy, field="file")
        if not (paths.ROOT / f"{page}.md").is_file():
            refuse(f"page '{page}' does not exist", "correct its name or remove the line")
        if page in pages[:at]:
            refuse(f"page '{page}' is there twice", "keep one line")
    return pages
