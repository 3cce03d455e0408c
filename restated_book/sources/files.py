"""Reading what people write: every file comes in through here, and any fault of it is one message with a remedy."""

import json as _json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from restated.errors import RestatedError

#: Largest file that is read, in bytes: half a million printed numbers have 150 MB, so a larger one is a mistake.
LARGEST = 250_000_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  #: First bytes of text in UTF-16
_MARK = "\ufeff"  #: Mark that Excel and some editors put before UTF-8, some of them each time they save; it is dropped
_SAVE = "save it as UTF-8 (a table: as CSV UTF-8)"


#: Raise an error about one file, with a message, a remedy, and the row and field it is about.
Refuse: TypeAlias = Callable[..., NoReturn]


def refuser(file: Path | str) -> Refuse:
    """Return a function that raises :class:`RestatedError` about `file`, without the error that led to it."""

    def refuse(message: str, remedy: str | None = None, **place: Any) -> NoReturn:
        raise RestatedError(message, file=file, remedy=remedy, **place) from None

    return refuse


def content(file: Path | str) -> bytes:
    """Return the bytes of an ordinary file (a pipe would never end) of at most :data:`LARGEST`; refuse others."""
    file = Path(file)
    refuse = refuser(file)
    try:
        found = file.stat()
    except FileNotFoundError:
        refuse("the file does not exist", "restore it or correct its name")
    except (OSError, ValueError) as error:  # a ValueError: no file can have such a name
        refuse(_unreadable(error), "restore it, or check its name")
    if stat.S_ISDIR(found.st_mode):
        refuse("this is a folder, not a file", "put the file in its place")
    if not stat.S_ISREG(found.st_mode):
        refuse("this is a pipe or a device, not a file", "put the file in its place")
    if found.st_size > LARGEST:
        sizes = f"{found.st_size / 1e6:,.0f} MB, more than the {LARGEST / 1e6:.0f} MB"
        refuse(f"the file has {sizes} that are read", "check that it is the right file")
    try:
        return file.read_bytes()
    except OSError as error:
        refuse(_unreadable(error), "check its permissions")


def _unreadable(error: OSError | ValueError) -> str:
    return f"the file cannot be read ({getattr(error, 'strerror', None) or error})"


def decoded(raw: bytes, file: Path | str, *, table: bool = False) -> str:
    r"""Return `raw`, UTF-8 or as a `table` UTF-16, as text with ``\n`` line ends; refuse empty text and NUL bytes."""
    refuse = refuser(file)
    if raw.startswith(_UTF_16):
        if not table:
            refuse("the file is UTF-16, not UTF-8", _SAVE)
        try:
            raw = raw.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            refuse("the file begins as UTF-16 and is damaged", _SAVE)
    if (at := raw.find(b"\0")) >= 0:
        refuse("the file holds a NUL byte", _SAVE, row=_line(raw, at))
    try:
        text = raw.decode("utf-8").lstrip(_MARK)
    except UnicodeDecodeError as error:
        # Which of the many older encodings it is cannot be seen, and a wrong guess would change names.
        refuse("the file is not UTF-8, perhaps Windows-1252", _SAVE, row=_line(raw, error.start))
    if not text.strip():
        refuse("the file is empty", "restore its content, or remove it")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + raw.count(b"\r", 0, at) - raw.count(b"\r\n", 0, at) + 1


def text(file: Path | str, *, table: bool = False) -> str:
    """Return the text of a file; see :func:`content` and :func:`decoded`, also for the errors raised."""
    return decoded(content(file), file, table=table)


def json(file: Path | str, source: str | None = None):
    """Return the content of a JSON file, whose text may be given as `source`, or refuse it; see :func:`text`."""
    source, refuse = text(file) if source is None else source, refuser(file)
    try:
        return _json.loads(source)
    except _json.JSONDecodeError as error:
        refuse(f"not readable as JSON ({error.msg})", "check the commas and brackets", row=error.lineno)
    except RecursionError:
        refuse("not readable as JSON (it is nested too deeply)", "restore the file")
    except ValueError:
        refuse("not readable as JSON (a number has too many digits)", "restore the file")
