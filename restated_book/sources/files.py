"""Reading what people write: each file comes in through here, and whatever is wrong with it is one message with a remedy.

That a file cannot be had, is no file, is too large or is no text is told here once; its grammar is told by the module that knows
it: tables and descriptions by :mod:`restated_book.sources.dictionary`, YAML by :mod:`restated_book.sources.settings`, BibTeX by :mod:`restated_book.sources.bibliography`.
"""

from __future__ import annotations

import json as _json
import stat
from pathlib import Path

from restated.errors import RestatedError

#: Largest file that is read, in bytes. The largest source today has 0.3 MB; half a million printed numbers in one file would have
#: 150 MB. Whatever is larger than this was put there by mistake, and is refused before it is read.
LARGEST = 250_000_000

#: What files begin with that are text in another encoding than UTF-8, and its name.
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: What Excel and editors put before UTF-8; it says nothing, and is dropped.
_MARK = b"\xef\xbb\xbf"


def content(file: Path | str) -> bytes:
    """The bytes of a file.

    Raises
    ------
    RestatedError
        If there is no such file, it cannot be opened, is no ordinary file (a pipe would be waited for without end), or is larger
        than :data:`LARGEST`.
    """
    file = Path(file)

    def refuse(message: str, remedy: str):
        raise RestatedError(message, file=file, remedy=remedy) from None

    try:
        found = file.stat()
    except FileNotFoundError:
        refuse("there is no such file", "Restore it or correct its name.")
    except (OSError, ValueError) as error:  # a ValueError: no file can have such a name
        refuse(_unreadable(error), "Restore it, or see what its name is.")
    if stat.S_ISDIR(found.st_mode):
        refuse("this is a folder, not a file", "Put the file in its place.")
    if not stat.S_ISREG(found.st_mode):
        refuse("this is a pipe or a device, not a file", "Put the file in its place.")
    if found.st_size > LARGEST:
        refuse(
            f"the file has {found.st_size / 1e6:,.0f} MB, more than the {LARGEST / 1e6:.0f} MB that are read",
            "Look whether it is the right file.",
        )
    try:
        return file.read_bytes()
    except OSError as error:
        refuse(_unreadable(error), "See what its permissions are.")


def _unreadable(error: OSError | ValueError) -> str:
    return f"the file cannot be read ({getattr(error, 'strerror', None) or error})"


def decoded(raw: bytes, file: Path | str) -> str:
    """`raw` as text with ``\\n`` line ends; `file` says where it came from.

    A byte-order mark and the line ends of Windows, with which spreadsheets write, are dropped: they say nothing.

    Raises
    ------
    RestatedError
        If it is empty, not UTF-8, or holds a NUL byte.
    """
    raw = raw.removeprefix(_MARK)
    if raw.startswith(_UTF_16):
        raise RestatedError(
            "the file is UTF-16, not UTF-8", file=file, remedy="Save it as UTF-8 (a table: as CSV UTF-8)."
        )

    def row(at: int) -> int:
        return raw.count(b"\n", 0, at) + 1

    if (at := raw.find(b"\0")) >= 0:
        raise RestatedError("the file holds a NUL byte", file=file, row=row(at), remedy="Save it again as plain text.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RestatedError(
            "the file is not UTF-8", file=file, row=row(error.start), remedy="Save it as UTF-8."
        ) from None
    if not text.strip():
        raise RestatedError("the file is empty", file=file, remedy="Restore what it held, or remove it.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def text(file: Path | str) -> str:
    """The text of a file, as :func:`decoded` gives it.

    Raises
    ------
    RestatedError
        As :func:`content` and :func:`decoded`.
    """
    return decoded(content(file), file)


def json(file: Path | str):
    """What a JSON file holds.

    Raises
    ------
    RestatedError
        As :func:`text`; and if it is no JSON.
    """
    said = text(file)
    try:
        return _json.loads(said)
    except _json.JSONDecodeError as error:
        raise RestatedError(
            f"not readable as JSON ({error.msg})", file=file, row=error.lineno, remedy="Check the commas and brackets."
        ) from None
    except RecursionError:
        what = "it is nested too deeply"
    except ValueError:
        what = "a number has too many digits"
    raise RestatedError(f"not readable as JSON ({what})", file=file, remedy="Restore the file.")
