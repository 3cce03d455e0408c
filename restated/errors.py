"""The one exception for bad input."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

#: Longest run of characters without a blank that a message repeats: a longer one is a mistake known by its beginning.
LONGEST = 200
LISTED = 100  #: Most faults that one message lists: more than a screen of them is rarely corrected in one go
_END = re.compile(r"([?!…:]?)[. \n]*\Z")  #: End of a sentence, with the mark that takes the place of its full stop
#: How a message names a file. Whoever knows which folder the reader works in replaces it.
show_file: Callable[[Path], str] = str


class RestatedError(ValueError):
    """Bad input: one sentence that says what is wrong, where, and what to do about it.

    `row` is a line number (spreadsheet counting: the header is row 1) or a row id, `field` a column, key or setting.
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
        self.message, self.row, self.field, self.remedy = message, row, field, remedy
        self.file = None if file is None else Path(file)
        place = []
        if self.file is not None:
            place.append(show_file(self.file))
        if row is not None:
            place.append(f"row {row}")
        if field is not None:
            place.append(f"field '{field}'")
        said = [f"{', '.join(place)}{': ' if place else ''}{message}"]
        said += [f"{remedy[0].upper()}{remedy[1:]}"] if remedy else []
        super().__init__(printable(" ".join(_END.sub(lambda mark: mark[1] or ".", text, count=1) for text in said)))


def together(faults: Sequence[RestatedError], file: Path | str) -> RestatedError:
    """Return the faults of a file as one error: each on a line of its own, the first :data:`LISTED` of them."""
    faults = list({str(fault): fault for fault in faults}.values())
    if len(faults) == 1:
        return faults[0]
    more = f"\n  and {len(faults) - LISTED} more" if len(faults) > LISTED else ""
    listed = "".join(f"\n  {fault}" for fault in faults[:LISTED])
    return RestatedError(f"{len(faults)} faults:{listed}{more}", file=file)


def printable(text: str) -> str:
    """Make `text` fit for a terminal, whatever a file put into it.

    Line ends stay only before lines that we indent; control characters are escaped; runs beyond :data:`LONGEST` are
    cut.
    """
    text = re.sub(r"\s*[\r\n](?!  )\s*", " ", text)
    text = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    return re.sub(rf"\S{{{LONGEST + 1},}}", lambda long: f"{long[0][:LONGEST]}…", text)
