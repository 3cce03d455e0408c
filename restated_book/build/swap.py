"""The last good book and the one that takes its place: one build at a time, and no book is ever half written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from restated.errors import RestatedError


def clear(folder: Path) -> None:
    """Remove `folder` and everything in it, read-only files too, if it exists."""

    def again(remove, path, _) -> None:
        os.chmod(os.path.dirname(path), 0o700)
        # Windows does not remove a read-only file, other systems nothing from a read-only folder.
        os.chmod(path, 0o700)
        remove(path)

    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder, onerror=again)


def link(source: str | Path, target: str | Path) -> None:
    """Give a file a second name, where the file system can; otherwise copy it. Neither may be written into later."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def swap_in(site: Path, html: Path) -> None:
    """Put the folder `site` in the place of `html`, on the same file system."""
    previous = _previous(html)
    clear(previous)
    if html.exists():
        html.rename(previous)
    site.rename(html)
    # The new book is in place: what cannot be removed now is removed, or reported, by the next build.
    shutil.rmtree(previous, ignore_errors=True)


def _previous(html: Path) -> Path:
    return html.with_name(f"{html.name}.previous")


def recover(html: Path) -> None:
    """Put back the last good book if a build was cut off in the middle of :func:`swap_in`."""
    previous = _previous(html)
    if previous.exists() and not html.exists():
        previous.rename(html)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the build lock of `folder`, or refuse while another build does; the system releases it however this ends."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout:
        raise RestatedError("another build of this book is running", remedy="wait for it to end") from None
