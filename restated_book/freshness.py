"""Fingerprints of code, environment and all that was read, by which an executed notebook is good or runs again."""

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from restated_book import code as source_code
from restated_book import paths, register, watch
from restated_book.chapters import heads
from restated_book.sources import bibliography


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of `parts`, length-prefixed."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()


def file_digest(place: Path) -> str:
    """Return the SHA-256 of a file of any size."""
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code(cells: Iterable[Mapping]) -> str:
    """Return the fingerprint of code cells in their order, with their metadata."""
    return digest(*(f"{''.join(c['source'])}\0{sorted(c['metadata'].items())}" for c in cells))


class Sources:
    """Fingerprints of sources as they are now, each computed once; notebooks run with the variables `environment`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._known: dict[tuple[str, str], str] = {}
        self._register: register.Register | None = None
        #: What every notebook depends on: Python, the kind of machine, and the pinned packages.
        self.environment = digest(sys.version, platform.machine(), source_code.lock())

    def state(self, trace: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
        """Return the fingerprint of each source of a trace, by kind and name; empty for what is missing."""
        return {
            kind: {name: self._of(kind, name) for name in names}
            for kind, names in trace.items()
            if kind not in ("sources", "unobserved")
        }

    def _of(self, kind: str, name: str) -> str:
        if (kind, name) not in self._known:
            self._known[kind, name] = getattr(self, f"_{kind}")(name)
        return self._known[kind, name]

    def _files(self, name: str) -> str:
        place = paths.ROOT / name
        if place.is_dir():
            return "folder"
        try:
            return file_digest(place)
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:  # also an answer a notebook can have rested on
            return f"errno {error.errno}"

    def _asked(self, name: str) -> str:
        place = paths.ROOT / name
        return next((kind for kind in ("symlink", "dir", "file") if getattr(place, f"is_{kind}")()), "")

    def _variables(self, name: str) -> str:
        if name == watch.EVERY:
            return digest(*sorted(self._environment))
        value = self._environment.get(name)
        return "" if value is None else digest(value)

    def _works(self, name: str) -> str:
        if name == watch.EVERY:
            return self._files(paths.shown(paths.BIBLIOGRAPHY))
        found = bibliography.load().get(name)
        return "" if found is None else digest(repr(found))

    def _modules(self, name: str) -> str:
        file = source_code.file(name)
        return digest(*(part.read_bytes() for part in source_code.parts(file))) if file else ""

    def _folders(self, name: str) -> str:
        folder = paths.ROOT / name
        return digest(*sorted(p.name for p in folder.iterdir() if p.name != "__pycache__")) if folder.is_dir() else ""

    def _heads(self, name: str) -> str:
        file = paths.ROOT / name
        return digest(repr(heads.read(file)), heads.title(file)) if file.is_file() else ""

    def _numbers(self, name: str) -> str:
        if name == watch.EVERY:
            return digest(*(file.read_bytes() for file in register.files()))
        if self._register is None:
            self._register = register.open()
        found = self._register.get(name)
        # The place of a row in its file does not matter.
        return "" if found is None else digest(repr(replace(found, file=Path(), row=0)))
