"""Places of the files of a book."""

import os
from pathlib import Path

from restated import errors, words


def _root() -> Path:
    """Find the book: ``RESTATED_ROOT``, else the nearest folder from here upwards that holds ``restated.toml``."""
    if named := os.environ.get("RESTATED_ROOT"):
        return Path(named).resolve()
    here = Path.cwd().resolve()
    return next((folder for folder in (here, *here.parents) if (folder / "restated.toml").is_file()), here)


ROOT = _root()  #: Folder of the book
DATA = ROOT / "data"
PUBLISHED = DATA / "published"
STUDIES = DATA / "studies"
ORIGINALS = DATA / "originals"
BIBLIOGRAPHY = ROOT / "references.bib"
NOTEBOOKS = ROOT / "notebooks"
BOOK = ROOT / "book"
BUILD = ROOT / "_build"
EXPECTED = ROOT / "expected.json"  #: In an unpacked chapter: the numbers of the book to compare with


tables = words.tables


def shown(path: Path | str) -> str:
    """Return `path` as a reader should see it: relative to the book if it is inside, else its name only."""
    return inside(path) or Path(path).name or str(path)


def inside(path: Path | str) -> str | None:
    """Return `path` relative to the book, None if it is not inside; a link counts as being where it is itself."""
    path = Path(os.path.abspath(path))
    try:
        place = path.parent.resolve() / path.name
    except (OSError, RuntimeError):  # a loop of links
        place = path
    return place.relative_to(ROOT).as_posix() if place != ROOT and place.is_relative_to(ROOT) else None


# Messages of the library, too, name files as this book's readers know them.
errors.show_file = shown
