"""``restated.toml``: what the builder cannot know about a book.

Every key is optional; a key that is not listed in :data:`KEYS` is refused.
"""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from restated.errors import RestatedError
from restated_book import paths
from restated_book.sources import files

#: Name of the file. The folder that holds it is the book.
NAME = "restated.toml"

#: Sections and the keys each may have; None where the keys are free names.
KEYS: dict[str, tuple[str, ...] | None] = {"code": ("packages",), "originals": None, "commands": ("ensembles",)}


@dataclass(frozen=True)
class Config:
    """What ``restated.toml`` says.

    Attributes
    ----------
    packages : tuple of str
        Top-level packages of the book itself, which its notebooks import.
    originals : dict of str to str
        Tables only a reader can supply: name, and ``module:function`` that reads and checks one.
    commands : dict of str to str
        Commands the book itself supplies, as ``module:function``.
    """

    packages: tuple[str, ...] = ()
    originals: dict[str, str] = field(default_factory=dict)
    commands: dict[str, str] = field(default_factory=dict)


@cache
def load() -> Config:
    """Read the configuration of this book.

    Raises
    ------
    RestatedError
        If there is no such file, it is not TOML, or it has a section or key of another name or kind.
    """
    file = paths.ROOT / NAME
    if not file.is_file():
        raise RestatedError(
            f"there is no book here: {NAME} not found in {paths.ROOT} or above it",
            remedy="run this inside the folder of a book, or name that folder in RESTATED_ROOT",
        )
    try:
        content = tomllib.loads(files.text(file))
    except tomllib.TOMLDecodeError as error:
        raise RestatedError(f"this is not valid TOML: {error}", file=file, remedy="correct that line") from None
    for section, keys in content.items():
        if section not in KEYS or not isinstance(keys, dict):
            raise RestatedError("unknown section", file=file, field=section, remedy=f"use one of {', '.join(KEYS)}")
        allowed = KEYS[section]
        if allowed is not None and (unknown := set(keys) - set(allowed)):
            name = f"{section}.{min(unknown)}"
            raise RestatedError("unknown key", file=file, field=name, remedy=f"use one of {', '.join(allowed)}")
    code, originals, commands = (content.get(section, {}) for section in KEYS)
    packages = code.get("packages", [])
    if not isinstance(packages, list) or not all(isinstance(name, str) and name.isidentifier() for name in packages):
        raise RestatedError("this is not a list of package names", file=file, field="code.packages")
    for section, named in {"originals": originals, "commands": commands}.items():
        for name, function in named.items():
            if not isinstance(function, str) or function.count(":") != 1:
                raise RestatedError(
                    f"'{function}' does not name a function",
                    file=file,
                    field=f"{section}.{name}",
                    remedy="write it as 'package.module:function'",
                )
    return Config(tuple(packages), originals, commands)


def function(name: str) -> Callable[..., Any]:
    """The function that ``module:function`` names.

    Raises
    ------
    RestatedError
        If it cannot be imported.
    """
    try:
        return pkgutil.resolve_name(name)
    except (ImportError, AttributeError) as error:
        raise RestatedError(
            f"'{name}' cannot be imported: {error}", file=paths.ROOT / NAME, remedy="correct the name"
        ) from None
