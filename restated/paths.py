"""Where things are, found from this file: the package is run from the repository that holds it."""

from __future__ import annotations

import os
from pathlib import Path

#: Root of the repository. ``RESTATED_ROOT`` points a test or a scratch copy elsewhere.
ROOT = Path(os.environ.get("RESTATED_ROOT", Path(__file__).resolve().parents[1])).resolve()
DATA = ROOT / "data"
PUBLISHED = DATA / "published"
STUDIES = DATA / "studies"
ORIGINALS = DATA / "originals"
BIBLIOGRAPHY = ROOT / "references.bib"
NOTEBOOKS = ROOT / "notebooks"
BOOK = ROOT / "book"
BUILD = ROOT / "_build"


def shown(path: Path | str) -> str:
    """`path` as a reader should see it: relative to the repository if it lies inside, else its name only."""
    return inside(path) or Path(path).name


def inside(path: Path | str) -> str | None:
    """`path` relative to the repository, or None if it lies outside or is the repository itself.

    Links above it are followed; what is a link itself lies where the link is, not where it leads, if it leads anywhere: a table a
    reader keeps elsewhere is an original of this book once a link to it is put there.
    """
    path = Path(os.path.abspath(path))
    try:
        place = path.parent.resolve() / path.name
    except (OSError, RuntimeError):  # a loop of links
        place = path
    return place.relative_to(ROOT).as_posix() if place != ROOT and place.is_relative_to(ROOT) else None
