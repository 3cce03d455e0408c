"""The last good book and the one that takes its place: one build at a time, and at no moment no book.

Whatever a build leaves behind when it is cut off is cleared away by the next one.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

from restated.errors import RestatedError

#: Arguments of the systems' own calls: relative paths start at the working folder, and "exchange".
_AT_FDCWD, _RENAME_EXCHANGE, _RENAME_SWAP = -100, 2, 2


def clear(folder: Path) -> None:
    """Remove `folder` with all it holds, if it is there; also what a reader has made read-only.

    Raises
    ------
    OSError
        If something in it cannot be removed.
    """

    def again(remove, path, _) -> None:
        os.chmod(os.path.dirname(path), 0o700)
        if os.path.isdir(path):
            os.chmod(path, 0o700)
        remove(path)

    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder, onerror=again)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step of the file system; False where it has none."""
    libc = ctypes.CDLL(None)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renameat2"):  # Linux
        return libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
    if hasattr(libc, "renamex_np"):  # macOS
        return libc.renamex_np(*names, _RENAME_SWAP) == 0
    return False


def swap_in(site: Path, html: Path) -> None:
    """Put the folder `site` in the place of `html`. Both lie on one file system.

    Where folders can be exchanged, that is one step, after which the old book is removed; elsewhere it is two, and
    :func:`recover` undoes the first.
    """
    if html.exists() and _exchange(site, html):
        old = site
    else:
        old = _previous(html)
        clear(old)
        if html.exists():
            html.rename(old)
        site.rename(html)
    # The new book is in place: what cannot be removed now is tried again, and told, by the next build.
    shutil.rmtree(old, ignore_errors=True)


def _previous(html: Path) -> Path:
    return html.with_name(f"{html.name}.previous")


def recover(html: Path) -> None:
    """Put back the last good book if a build was cut off between the two steps of :func:`swap_in`."""
    previous = _previous(html)
    if previous.exists() and not html.exists():
        previous.rename(html)


@contextmanager
def alone(folder: Path):
    """Hold the build lock of `folder`; the system lets go of it however this process ends.

    Raises
    ------
    RestatedError
        If another build holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RestatedError("another build of this book is running", remedy="wait for it to end") from None
        yield
