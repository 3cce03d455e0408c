"""Observe what a notebook reads while it runs; nothing has to be declared.

A result is stale when something it rests on has changed. So a notebook's kernel notes each file and folder of the book
that is opened, each file that was looked for and not found, each module of :func:`restated_book.code.packages` that was
imported and, in more detail than by file, each printed number that was looked up and each chapter head that was read.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from restated_book import code, paths

#: Key in a notebook's outputs under which the list is handed to the build.
MIME = "application/vnd.restated.files+json"
#: Folders whose files are the data of a result, for its record; the rest of what was read is code or text.
_DATA = ("data/", "tests/reference/", "references.bib")
#: Folders of files that are built, are noted in another way, or belong to the environment, which the lock describes.
_ELSEWHERE = ("_build", ".venv", ".git", "notebooks")
#: In place of an id: all printed numbers.
EVERY = "*"

#: What was read so far, by kind; modules are those that are imported in the end.
_read: dict[str, set[str]] = {kind: set() for kind in ("files", "folders", "modules", "numbers", "heads")}


def watch() -> None:
    """Note from now on each file and folder that this process opens. Python cannot undo it."""

    def note(event: str, args: tuple) -> None:
        if event == "open" and isinstance(args[0], (str, os.PathLike)):
            _read["files"].add(os.fspath(args[0]))
        elif event in ("os.listdir", "os.scandir") and isinstance(args[0], (str, os.PathLike)):
            _read["folders"].add(os.fspath(args[0]))

    sys.addaudithook(note)


def looked_for(file: Path) -> None:
    """Note a file whose absence a result rests on: a missing file is never opened."""
    _read["files"].add(os.fspath(file))


def number(number_id: str) -> None:
    """Note a printed number that was looked up, or with :data:`EVERY` that all were."""
    _read["numbers"].add(number_id)


def head(file: Path) -> None:
    """Note a chapter whose head was read."""
    _read["heads"].add(paths.shown(file))


def _inside(names: set[str]) -> set[str]:
    """Return those of `names` that are in the book, relative to it, without what is noted in another way."""
    found = {paths.inside(name) for name in names if isinstance(name, str)}
    elsewhere = (*_ELSEWHERE, *code.packages())
    return {name for name in found if name and name.split("/", 1)[0] not in elsewhere}


def trace() -> dict[str, list[str]]:
    """Return what was read since :func:`watch`, by kind: files, folders, modules, numbers and heads."""
    inside = {kind: _inside(_read[kind]) for kind in ("files", "folders")}
    numbers = {EVERY} if EVERY in _read["numbers"] else _read["numbers"]
    read = _read | inside | {"modules": code.imported(), "numbers": numbers}
    return {kind: sorted(names) for kind, names in read.items()}


def traced(notebook: Mapping) -> dict[str, list[str]]:
    """Return the trace of an executed notebook; empty lists where it left none."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", {}):
                return dict(output["data"][MIME])
    return {kind: [] for kind in _read}


def files(notebook: Mapping) -> list[str]:
    """Return the data files an executed notebook read."""
    return [name for name in traced(notebook)["files"] if name.startswith(_DATA) and (paths.ROOT / name).is_file()]
