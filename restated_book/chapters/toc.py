"""The table of contents, ``_toc.yml``: the pages of the book in reading order."""

from __future__ import annotations

import re

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import settings

#: A page of the book as `_toc.yml` names it: it lies inside the repository.
_PAGE = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def toc() -> list[str]:
    """Pages of the book in reading order, as paths without ending.

    Raises
    ------
    RestatedError
        The table of contents cannot be read, has no root, or names a page that does not exist, lies outside or stands there twice.
    """
    file = paths.ROOT / "_toc.yml"
    pages: list = []

    def walk(node, name: str) -> None:
        if isinstance(node, list):
            for item in node:
                walk(item, name)
            return
        if not isinstance(node, dict):
            raise RestatedError(
                f"'{node}' is no entry of a table of contents",
                file=file,
                field=name,
                remedy="write it as '- file: <page>'",
            )
        pages.extend(node[k] for k in ("root", "file") if k in node)
        for key in ("parts", "chapters", "sections", "subtrees", "entries"):
            walk(node.get(key) or [], key)

    content = settings.read(file)
    if "root" not in content:
        raise RestatedError("the front page is not named", file=file, field="root", remedy="write 'root: book/index'")
    walk(content, "root")
    for at, page in enumerate(pages):
        if not isinstance(page, str) or not _PAGE.fullmatch(page):
            raise RestatedError(
                f"'{page}' is no name of a page",
                file=file,
                field="file",
                remedy="write it as book/<name> or notebooks/<name>, without ending",
            )
        if not (paths.ROOT / f"{page}.md").is_file():
            raise RestatedError(f"page '{page}' does not exist", file=file, remedy="mend its name or remove the line")
        if page in pages[:at]:
            raise RestatedError(f"page '{page}' stands there twice", file=file, remedy="keep one line")
    return pages
