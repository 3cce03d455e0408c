"""Changes to the files of a book: the rest of each file stays as it is, and all are written or none."""

import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from restated_book.sources import dictionary, files
from restated_book.sources.cells import as_csv

_LINE_END = re.compile(r"\r\n|\n|\r")
_ENTRY = re.compile(r"^@(?!comment|preamble|string)\w+[ \t]*\{[ \t]*([^,\s]+)", re.MULTILINE | re.IGNORECASE)
_KEY = re.compile(r"[A-Za-z][\w:.+-]*", re.ASCII)
_COMMENTS = re.compile(r"(?:^%[^\n]*\n)+\Z", re.MULTILINE)
_INDENT = re.compile(r"[\r\n]([ \t]+)\"")
_BLANKS = " \t\r\n\u00a0"


class Changes:
    """New bytes by place, None for a file that goes; what is inserted takes over line ends, encoding and layout."""

    def __init__(self) -> None:
        self.after: dict[Path, bytes | None] = {}

    def _text(self, path: Path) -> tuple[str, str, str]:
        """Text of a file with every character, its encoding and its line end; empty if the file does not exist."""
        if path not in self.after and not path.exists():
            return "", "utf-8", "\n"
        raw = self.after.get(path) or files.content(path)
        files.decoded(raw, path, table=path.suffix == ".csv")
        encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(raw[:2], "utf-8")
        text = raw.decode(encoding)
        end = _LINE_END.search(text)
        return text, encoding, end[0] if end else "\n"

    def text(self, path: Path) -> str:
        """Return the text of a file as it will be."""
        return self._text(path)[0]

    def insert(self, path: Path, at: int, new: str) -> None:
        """Insert text, with ``\\n`` line ends, before the character `at` of a file."""
        text, encoding, end = self._text(path)
        self.after[path] = (text[:at] + new.replace("\n", end) + text[at:]).encode(encoding)

    def drop(self, path: Path, start: int, end: int) -> None:
        """Take the characters from `start` to `end` out of a file."""
        text, encoding, _ = self._text(path)
        self.after[path] = (text[:start] + text[end:]).encode(encoding)

    def drop_resource(self, path: Path, table: str) -> None:
        """Take the description of a table, by its path, out of a data package."""
        text, _, _ = self._text(path)
        at, blank = _resources(text)[0] + 1, re.compile(r"[\s,]*")
        while text[(start := blank.match(text, at).end())] != "]":  # type: ignore[union-attr]
            entry, end = json.JSONDecoder().raw_decode(text, start)
            if entry["path"] == table:  # the comma before it goes too, or that after the first
                if text[at - 1] == "[":
                    at, end = start, blank.match(text, end).end()  # type: ignore[union-attr]
                return self.drop(path, at, end)
            at = end

    def row(self, path: Path, cells: Sequence[str]) -> None:
        """Put a row into a table, behind the last one that holds anything."""
        (text, _, _), (_, mark) = self._text(path), dictionary.layout(path)
        at = len(text.rstrip(mark + _BLANKS))
        end = _LINE_END.search(text, at)
        self.insert(path, end.end() if end else len(text), ("" if end else "\n") + as_csv([cells], mark))

    def resource(self, path: Path, resource: Mapping[str, Any]) -> None:
        """Put a description behind the last one of a data package, which is begun if it does not exist."""
        if not path.exists():
            self.after[path] = b'{\n "profile": "tabular-data-package",\n "name": "data",\n "resources": []\n}\n'
        else:
            dictionary.load(path)
        text, _, _ = self._text(path)
        start, end = _resources(text)
        found = _INDENT.search(text)
        step = found[1] if found else " "
        plain = text.isascii() and "\\u" in text
        body = json.dumps(resource, indent=step, ensure_ascii=plain).replace("\n", f"\n{step * 2}")
        at = len(text[: end - 1].rstrip())
        first = at == start + 1
        self.insert(path, at, f"{'' if first else ','}\n{step * 2}{body}" + (f"\n{step}" if first else ""))

    def entry(self, path: Path, type: str, key: str, fields: Mapping[str, str]) -> None:
        """Put an entry into a bibliography: where the order of its keys wants it, or at the end if they have none."""
        refuse = files.refuser(path)
        if not _KEY.fullmatch(key):
            refuse(f"'{key}' is not a key", "use letters a to z, digits and hyphens, beginning with a letter")
        for name, text in fields.items():
            depths = [text[:at].count("{") - text[:at].count("}") for at in range(len(text) + 1)]
            if min(depths) < 0 or depths[-1]:
                refuse(f"the braces of '{text}' do not match", "close every brace", field=name)
        body = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
        new = f"@{type}{{{key},\n{body}}}\n"
        text, _, _ = self._text(path)
        places = [(entry[1].casefold(), entry.start()) for entry in _ENTRY.finditer(text)]
        later = [at for other, at in places if other > key.casefold()]
        if later and places == sorted(places):
            comments = _COMMENTS.search(text[: later[0]])  # they are about the entry that follows
            self.insert(path, comments.start() if comments else later[0], f"{new}\n")
        else:
            gap = "\n" if text.endswith(("\n", "\r")) else "\n\n"
            self.insert(path, len(text), (gap if text.strip() else "") + new)

    def write(self) -> None:
        """Write all files or none: each is complete next to the old one before the first is put in its place."""
        places = [path.resolve() for path in self.after]
        staged = [(p, p.with_name(f".{p.name}.new"), p.with_name(f".{p.name}.old")) for p in places]
        folders = sorted({folder for p in places for folder in p.parents if not folder.exists()}, reverse=True)
        begun = []
        path = Path()
        try:
            for (path, new, old), raw in zip(staged, self.after.values(), strict=True):
                path.parent.mkdir(parents=True, exist_ok=True)
                if raw is not None:
                    new.write_bytes(raw)
                if path.exists():
                    path.open("r+b").close()  # a file that cannot be written is not replaced either
                    shutil.copy2(path, old)
                    shutil.copymode(path, new if raw is not None else old)
            for path, new, old in staged:
                begun.append((path, new, old))
                if new.exists():
                    os.replace(new, path)
                else:
                    path.unlink()
        except BaseException as error:
            for place, new, old in reversed(begun):
                if old.exists() and not new.exists():
                    os.replace(old, place)
                elif not new.exists():
                    place.unlink(missing_ok=True)
            if isinstance(error, OSError):
                error.filename = os.fspath(path)
            raise
        finally:
            for _, new, old in staged:
                new.unlink(missing_ok=True)
                old.unlink(missing_ok=True)
            for folder in folders:
                with suppress(OSError):  # it holds the new file
                    folder.rmdir()


def _resources(text: str) -> tuple[int, int]:
    decoder, blank = json.JSONDecoder(), re.compile(r"[\s,:]*")
    at = text.index("{") + 1
    while True:
        name, at = decoder.raw_decode(text, blank.match(text, at).end())  # type: ignore[union-attr]
        start = blank.match(text, at).end()  # type: ignore[union-attr]
        _, at = decoder.raw_decode(text, start)
        if name == "resources":
            return start, at
