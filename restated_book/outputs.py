"""Outputs of an executed notebook: how the build recognises, checks and unpacks them. Nothing here draws.

:mod:`restated_book.show` makes these outputs inside a notebook's kernel; the build reads them here, without matplotlib.
"""

import base64
import re
from collections.abc import Mapping

from restated.errors import RestatedError
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


def check_outputs(notebook: Mapping, name: str) -> None:
    """Refuse outputs of an executed notebook that show data without a status; the message names it by `name`."""
    seen: dict[str, int] = {}
    code = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    for number, cell in enumerate(code, 1):
        for output in cell["outputs"]:
            mark = output.get("metadata", {}).get(MARK)
            if mark is None:
                _check_unmarked(output, f"code cell {number} of {name}")
            elif mark["kind"] != "records":
                if mark["id"] in seen:
                    raise RestatedError(
                        f"code cells {seen[mark['id']]} and {number} of {name} both show '{mark['id']}'",
                        remedy="give each figure and table its own id",
                    )
                seen[mark["id"]] = number


def _check_unmarked(output: Mapping, place: str) -> None:
    """Refuse an output that :mod:`restated_book.show` did not make, unless it is plain printed text."""
    data = output.get("data", {})
    if any(k.startswith("image/") or k in ("text/html", "text/latex") for k in data):
        raise RestatedError(
            f"{place} shows a figure or table without a status",
            remedy="show it with restated_book.show.figure(...) or restated_book.show.table(...)",
        )
    if output["output_type"] == "execute_result":
        raise RestatedError(
            f"{place} shows a bare value: {data.get('text/plain', '')[:60]}",
            remedy="record it in the ledger and name it in the text, or do not end the cell with it",
        )


def extract(block: str, prefix: str) -> tuple[str, dict[str, bytes]]:
    """Replace pictures inside an HTML block by references to files, each with a second reference for the dark theme.

    `prefix` is the path from the page to the files, ending in a slash. Returns the block, and the files by name.
    """
    files: dict[str, bytes] = {}

    def move(match: re.Match) -> str:
        file, picture, rest = match.groups()
        files[file] = base64.b64decode(picture)
        return "".join(
            f'<img class="rs-{theme}" src="{prefix}{file}{part}"{rest}>'
            for theme, part in (("light", ""), ("dark", f"#{DARK}"))
        )

    return _PICTURE.sub(move, block), files
