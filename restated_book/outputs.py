"""Outputs of an executed notebook, made by :mod:`restated_book.show`: recognised and unpacked without matplotlib."""

import base64
import re
from collections.abc import Mapping

from restated.plots import DARK

MARK = "restated"  #: Key in an output's metadata by which the build recognises what :mod:`restated_book.show` made
#: MIME type of the values of a figure or table in full precision; the build makes its downloads from them.
MIME_TABLE = "application/vnd.restated.table+json"
MYST = "myst"  #: Key in the metadata of a notebook for readers: what its text was before it became plain
#: Source of the cell that the build appends to a notebook and removes from its pages.
HAND_OVER = "import restated_book.show\nrestated_book.show.hand_over()"
#: Environment variable that names the folder for figures as PNG. Only the build sets it: JupyterLab writes none.
PICTURES = "RESTATED_PICTURES"

#: Screens that get the narrow picture: on wider ones a text column holds the wide one. Paper gets the wide one.
SMALL_SCREEN = "screen and (max-width: 47rem)"
NARROW = "-narrow.svg"  #: End of the name of a narrow picture, which is on the pages only

_EMBEDDED = r'data-file="([a-z0-9-]+\.svg)" src(?:set)?="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"([^>]*)>'
_SOURCE = re.compile(f"<source {_EMBEDDED}")
_PICTURE = re.compile(f'(?:<source {_EMBEDDED})?<img class="rs-light" {_EMBEDDED}')


def shown(notebook: Mapping) -> list[dict]:
    """Figures and tables of a notebook: ``kind``, ``id``, ``status``, ``caption``, ``number`` as in "Figure 3"."""
    marks = (o.get("metadata", {}).get(MARK) for cell in notebook["cells"] for o in cell.get("outputs", ()))
    found = [dict(mark) for mark in marks if mark and mark["kind"] != "records"]
    counted = {"Figure": 0, "Table": 0}
    for mark in found:
        kind = "Figure" if mark["kind"] == "figure" else "Table"
        counted[kind] += 1
        mark["number"] = f"{kind} {counted[kind]}"
    return found


def without_narrow(block: str) -> str:
    """Return an HTML block without pictures for narrow screens."""
    return _SOURCE.sub("", block)


def extract(block: str, prefix: str) -> tuple[str, dict[str, bytes]]:
    """Replace pictures in an HTML block by references to files after `prefix`, by theme; return it and the files."""
    files: dict[str, bytes] = {}

    def move(match: re.Match) -> str:
        narrow, small, size, file, picture, rest = match.groups()
        files[file] = base64.b64decode(picture)
        if narrow:
            files[narrow] = base64.b64decode(small)
        made = ""
        for theme, part in (("light", ""), ("dark", f"#{DARK}")):
            shown = f'<img class="rs-{theme}" src="{prefix}{file}{part}"{rest}>'
            source = narrow and f'<source media="{SMALL_SCREEN}" srcset="{prefix}{narrow}{part}"{size}>'
            made += f"<picture>{source}{shown}</picture>" if source else shown
        return made

    return _PICTURE.sub(move, block), files
