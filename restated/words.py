"""Words and names that code works with, in a TOML file next to its module."""

import tomllib
from pathlib import Path
from typing import Any


def tables(module: str) -> dict[str, Any]:
    """Return the tables of the TOML file next to the file of a `module`."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text(encoding="utf-8"))
