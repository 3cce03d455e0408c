"""Code that results rest on: the library, the builder and the packages of the book itself.

A module is known by its dotted name, wherever its package is installed: beside the book, in another checkout or in an
environment.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from restated.errors import RestatedError
from restated_book import config, paths

#: The rooms every book rests on.
ROOMS = ("restated", "restated_book")


def packages() -> tuple[str, ...]:
    """Top-level packages whose modules results can rest on."""
    return (*ROOMS, *config.load().packages)


@cache
def folder(package: str) -> Path | None:
    """Folder of a top-level package; None if it cannot be imported."""
    beside = paths.ROOT / package
    if (beside / "__init__.py").is_file():
        return beside
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def imported() -> set[str]:
    """Dotted names of the modules of :func:`packages` that this process has imported."""
    tops = packages()
    return {
        name
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in tops and getattr(module, "__file__", None)
    }


def file(module: str) -> Path | None:
    """File of a module of :func:`packages`; None if there is none."""
    top, *rest = module.split(".")
    if (base := folder(top)) is None:
        return None
    place = base.joinpath(*rest)
    return next((f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()), None)


def files() -> list[Path]:
    """Files of all :func:`packages` but compiled ones, in order."""
    return sorted(files_by_place().values())


def files_by_place() -> dict[str, Path]:
    """Files of all :func:`packages` by their place in a folder from which they can be imported."""
    folders = {package: folder(package) for package in packages()}
    return {
        f"{package}/{f.relative_to(base).as_posix()}": f
        for package, base in folders.items()
        if base
        for f in sorted(base.rglob("*"))
        if f.is_file() and "__pycache__" not in f.parts
    }


#: Tokens without a meaning of their own: a change of layout or of a comment is not a change of the code.
_LAYOUT = frozenset(
    (
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    )
)


def meaning(module: str) -> str:
    """Text of a module without docstrings, comments and layout: equal texts compute equal numbers.

    Raises
    ------
    RestatedError
        If there is no such module.
    """
    source = file(module)
    if source is None:
        raise RestatedError(f"there is no module '{module}'")
    text = source.read_text(encoding="utf-8")
    strings = {
        (node.lineno, node.col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    kept = (t.string for t in tokens if t.type not in _LAYOUT and t.start not in strings)
    # A comma before a closing bracket is layout, too.
    return re.sub(r",\n([)\]}])", r"\n\1", "\n".join(kept))
