"""The one exception readers of this project meet."""

from __future__ import annotations

import errno
import re
from pathlib import Path

#: Longest run of characters without a blank that is told: longer is what somebody put in a field, and its beginning shows it.
LONGEST = 200


class RestatedError(ValueError):
    """Bad input, told in one sentence that names the place and the remedy.

    Parameters
    ----------
    message : str
        What is wrong.
    file : path-like, optional
        The file it is in; shown relative to the repository where possible.
    row : int or str, optional
        Line number (spreadsheet counting: the header is row 1) or row id.
    field : str, optional
        Column, key or setting.
    remedy : str, optional
        What to do about it.
    """

    def __init__(self, message, *, file=None, row=None, field=None, remedy=None):
        self.message = message
        self.file = None if file is None else Path(file)
        self.row = row
        self.field = field
        self.remedy = remedy
        super().__init__(self._text())

    def _text(self) -> str:
        from .paths import shown

        place = []
        if self.file is not None:
            place.append(shown(self.file))
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.field is not None:
            place.append(f"field '{self.field}'")
        text = ", ".join(place) + ": " if place else ""
        text += self.message.rstrip(".")
        return told(f"{text}. {self.remedy[0].upper()}{self.remedy[1:].rstrip('.')}." if self.remedy else f"{text}.")


def told(text: str) -> str:
    """`text` as it can be told on a terminal, whatever a file put into it: no line end but before what we indent, no control
    character, no run of more than :data:`LONGEST` characters."""
    text = re.sub(r"\s*[\r\n](?!  )\s*", " ", text)
    text = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
    return re.sub(rf"\S{{{LONGEST + 1},}}", lambda long: f"{long[0][:LONGEST]}…", text)


_SPACE = "free some space and start again; what was built before is untouched"
_ACCESS = "make it writable for you, or work on a copy in a place that is; what was built before is untouched"

#: What to do about a fault of the file system.
REMEDIES = {
    errno.ENOSPC: _SPACE, errno.EDQUOT: _SPACE, errno.EFBIG: _SPACE, errno.EACCES: _ACCESS, errno.EPERM: _ACCESS, errno.EROFS: _ACCESS,
    errno.EIO: "see whether the disk is full or broken; what was built before is untouched",
    errno.EMFILE: "allow more open files (`ulimit -n`)",
}  # fmt: skip


def of_system(error: OSError) -> RestatedError:
    """A fault of the file system as a message to the reader."""
    from .paths import BUILD

    if error.errno is None and error.args and isinstance(error.args[0], list):
        # Of a copied folder: each file with its fault in words, of which the first tells enough.
        file, _, said = error.args[0][0]
        number = re.search(r"\[Errno (\d+)\]", str(said))
        error = OSError(int(number[1]) if number else 0, str(said).rsplit("] ", 1)[-1].partition(":")[0], file)
    said = (error.strerror or str(error) or type(error).__name__).lower()
    # What fails while a file is written does not say which; all that is written is in one folder.
    return RestatedError(said, file=error.filename or BUILD, remedy=REMEDIES.get(error.errno, "mend that and start again"))
