"""Outputs of an executed notebook: how the build recognises and unpacks them. Nothing here draws.

:mod:`restated_book.show` makes these outputs inside a notebook's kernel; the build reads them here, without matplotlib.
"""

import base64
import re
from collections.abc import Mapping

from restated.plots import DARK

#: Key in an output's metadata by which the build recognises what :mod:`restated_book.show` made.
MARK = "restated"
#: MIME type of the values of a figure or table in full precision; the build makes its downloads from them.
MIME_TABLE = "application/vnd.restated.table+json"
#: Source of the cell that the build appends to a notebook and removes from its pages.
HAND_OVER = "import restated_book.show\nrestated_book.show.hand_over()"
#: Environment variable that names the folder for figures as PNG. Only the build sets it: JupyterLab writes none.
PICTURES = "RESTATED_PICTURES"

_PICTURE = re.compile(
    r'<img class="rs-light" data-file="([a-z0-9-]+\.svg)" src="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"([^>]*)>'
)


def shown(notebook: Mapping) -> list[dict]:
    """Figures and tables of an executed notebook in order: ``kind``, ``id``, ``status`` and ``caption`` of each."""
    marks = (o.get("metadata", {}).get(MARK) for cell in notebook["cells"] for o in cell.get("outputs", ()))
    return [dict(mark) for mark in marks if mark and mark["kind"] != "records"]


def extract(block: str, prefix: str) -> tuple[str, dict[str, bytes]]:
    """Replace pictures in an HTML block by references to files after `prefix`, by theme; return it and the files."""
    files: dict[str, bytes] = {}

    def move(match: re.Match) -> str:
        file, picture, rest = match.groups()
        files[file] = base64.b64decode(picture)
        return "".join(
            f'<img class="rs-{theme}" src="{prefix}{file}{part}"{rest}>'
            for theme, part in (("light", ""), ("dark", f"#{DARK}"))
        )

    return _PICTURE.sub(move, block), files
