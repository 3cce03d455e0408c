"""Which files a notebook read: observed while it runs, not declared."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from . import paths

#: Key in a notebook's outputs under which the list is handed to the build.
MIME = "application/vnd.restated.files+json"

#: What counts as an input; code, fonts and the like are covered by the lock and the commit.
_INPUTS = (paths.DATA, paths.ROOT / "tests" / "reference", paths.BIBLIOGRAPHY)

_opened: set[str] = set()


def watch() -> None:
    """Note from now on each file that this process opens. Python has no way to undo it."""

    def note(event: str, args: tuple) -> None:
        if event == "open" and isinstance(args[0], (str, os.PathLike)):
            _opened.add(os.fspath(args[0]))

    sys.addaudithook(note)


def opened() -> list[str]:
    """The inputs opened since :func:`watch`, relative to the repository, in order of their names."""
    found = (Path(name) for name in _opened if isinstance(name, str))
    inside = (f for f in found if any(f == i or i in f.parents for i in _INPUTS) and f.is_file())
    return sorted({paths.shown(f) for f in inside})


def files(notebook: Mapping) -> list[str]:
    """The inputs an executed notebook read."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if MIME in output.get("data", {}):
                return list(output["data"][MIME])
    return []
