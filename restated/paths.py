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
    path = Path(path)
    try:
        return path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return path.name
