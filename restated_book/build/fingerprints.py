"""Fingerprints of sources, by which a build knows what to do again after a change."""

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

from restated_book import code, config, freshness, paths
from restated_book.chapters import heads
from restated_book.epoch import epoch
from restated_book.sources import files


def listed(*places: Path) -> list[Path]:
    """Return the files at `places` and in folders there, in order, without compiled ones."""
    found: list[Path] = []
    for place in places:
        if place.is_file():
            found.append(place)
        elif place.is_dir():
            found += [p for p in place.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return sorted(found)


def fingerprint(sources: list[Path], *extra: str) -> str:
    """Return the SHA-256 of names and contents of `sources` and of `extra`."""
    digest, folders = hashlib.sha256(), {x: paths.shown(x / "x")[:-1] for x in {f.parent for f in sources}}
    for f in sources:
        digest.update(f"{folders[f.parent]}{f.name}\0".encode())
        digest.update(hashlib.sha256(files.content(f)).digest())
    for text in (sys.version, *extra):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def _sources(*, chapters: bool = True) -> list[Path]:
    """Return every file the finished site depends on, with or without the text of the chapters."""
    root = paths.ROOT
    names = ["_config.yml", "_toc.yml", "CITATION.cff", "LICENSE", "LICENSES", "requirements.lock", "tests/reference"]
    places = [*(root / name for name in (*names, config.NAME)), paths.BOOK, paths.BIBLIOGRAPHY, paths.DATA]
    return listed(*places, *code.files(), *([paths.NOTEBOOKS] if chapters else []))


def book_key() -> str:
    """Return the fingerprint of everything the finished site depends on."""
    return fingerprint(_sources(), epoch(), code.lock())


def pages() -> dict[str, str]:
    """Return the fingerprint of each page as it is written, and of the code that checks it, by the name of the page."""
    checked_by = fingerprint(listed(*code.files(), paths.ROOT / "requirements.lock"))
    written = (file for folder in (paths.BOOK, paths.NOTEBOOKS) for file in sorted(folder.glob("*.md")))
    return {paths.shown(file).removesuffix(".md"): fingerprint([file], checked_by) for file in written}


def basis(*made: Path, forms: Iterable[str] = ()) -> str:
    """Return the fingerprint of all that pages can depend on, apart from the text of chapters.

    That is the files `made` on the way, the `forms` that pages offer, the sources, and titles and heads of chapters.
    :mod:`restated_book.sphinx.pages.to_write` checks links to anchors of other pages.
    """
    chapters = sorted(paths.NOTEBOOKS.glob("*.md"))
    heads_of = [f"{heads.title(c)} {heads.read(c)}" for c in chapters]
    # Files of the build itself may be larger than what people write.
    known = [*map(freshness.file_digest, made), epoch(), str(sorted(forms)), *map(paths.shown, chapters), *heads_of]
    return fingerprint(_sources(chapters=False), *known)
