"""The one exception for bad input."""

import re
from collections.abc import Callable
from pathlib import Path

#: Longest run of characters without a blank that a message repeats: a longer one got into a field by mistake, and its
#: beginning identifies it.
LONGEST = 200

#: How a message names a file. Whoever knows which folder the reader works in replaces it.
show_file: Callable[[Path], str] = str


class RestatedError(ValueError):
    """Bad input: one sentence that names the place and the remedy.

    Parameters
    ----------
    message : str
        What is wrong.
    file : path-like, optional
        The file it is in.
    row : int or str, optional
        Line number (spreadsheet counting: the header is row 1) or row id.
    field : str, optional
        Column, key or setting.
    remedy : str, optional
        What to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        row: int | str | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else Path(file)
        self.row = row
        self.field = field
        self.remedy = remedy
        super().__init__(self._text())

    def _text(self) -> str:
        place = []
        if self.file is not None:
            place.append(show_file(self.file))
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field is not None:
            place.append(f"field '{self.field}'")
        text = ", ".join(place) + ": " if place else ""
        text += self.message.rstrip(".")
        return printable(
            f"{text}. {self.remedy[0].upper()}{self.remedy[1:].rstrip('.')}." if self.remedy else f"{text}."
        )


def printable(text: str) -> str:
    """Make `text` fit for a terminal, whatever a file put into it.

    Line ends stay only before lines that we indent; control characters are escaped; a run of more than :data:`LONGEST`
    characters is cut.
    """
    text = re.sub(r"\s*[\r\n](?!  )\s*", " ", text)
    text = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    return re.sub(rf"\S{{{LONGEST + 1},}}", lambda long: f"{long[0][:LONGEST]}…", text)
