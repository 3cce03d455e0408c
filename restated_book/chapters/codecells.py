"""Code cells of a notebook's text, and the lines that record ledger entries in them."""

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

#: A code cell; one that is not closed goes on to the end of the page.
_CELL = re.compile(r"^(?P<fence>`{3,}|~{3,})\{code-cell\}.*\n(?P<body>(?:.*\n)*?)(?:(?P=fence)[^\S\n]*$|\Z)", re.M)
_OPTION = re.compile(r"^:[\w-]+:")


class Cell(NamedTuple):
    """Source of a code cell, and the line of the notebook's file on which it starts, counted from 1."""

    source: str
    first: int


def parse(text: str) -> list[Cell]:
    """Return the code cells of a MyST notebook in order; options and blank lines around the source are left out."""
    text = text if text.endswith("\n") else f"{text}\n"
    return [_cell(m["body"].splitlines(), text.count("\n", 0, m.start("body"))) for m in _CELL.finditer(text)]


def _cell(lines: list[str], before: int) -> Cell:
    """Strip options and blank lines from the body of a cell; `before` lines of the file precede it."""
    skip = 0
    if lines[:1] == ["---"]:
        skip = lines.index("---", 1) + 1 if "---" in lines[1:] else 1
    while skip < len(lines) and (not lines[skip].strip() or _OPTION.match(lines[skip])):
        skip += 1
    return Cell("\n".join(lines[skip:]).rstrip(), before + skip + 1)


@lru_cache(maxsize=256)
def _read(file: Path, stamp: int) -> tuple[Cell, ...]:
    """Return the cells of one version of a file; `stamp` is its modification time."""
    return tuple(parse(file.read_text(encoding="utf-8")))


def of(file: Path) -> tuple[Cell, ...]:
    """Return the code cells of a notebook's file; none if the file does not exist."""
    return _read(file, file.stat().st_mtime_ns) if file.is_file() else ()


@lru_cache(maxsize=256)
def _statements(source: str) -> tuple[ast.stmt, ...]:
    try:
        return tuple(ast.parse(source).body)
    except SyntaxError:  # a magic command: lines are then taken as the kernel reported them
        return ()


def statement(source: str, line: int) -> ast.stmt | None:
    """Return the top-level statement of a cell that covers a line; None if there is none."""
    return next((s for s in _statements(source) if s.lineno <= line <= (s.end_lineno or s.lineno)), None)


def line_of(source: str, line: int, id: str) -> int:
    """Return the line of `source` to show for an `id`: the one that spells it out in the statement at `line`."""
    whole = statement(source, line)
    return min(_spelt(whole).get(id, ()) if whole else (), key=lambda found: abs(found - line), default=line)


@lru_cache(maxsize=1000)
def _spelt(whole: ast.stmt) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for node in ast.walk(whole):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.setdefault(node.value, []).append(node.lineno)
    return found
