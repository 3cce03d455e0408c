"""Templates of HTML: they escape every text, and their line breaks and indentation are for their readers only."""

import re
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup


class _Joined(Extension):
    """Templates whose line breaks and indentation do not reach the pages."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\s*\n\s*", "", source)


def _escaped(value: object) -> Markup:
    """Escape a text as :func:`html.escape` does, unless it is HTML of a template."""
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def environment(folder: Path, **known: Any) -> Environment:
    """Return the environment of the templates in `folder`, all of which know the names `known`."""
    loader = FileSystemLoader(folder)
    made = Environment(
        loader=loader, extensions=[_Joined], autoescape=True, finalize=_escaped, undefined=StrictUndefined
    )
    made.globals |= known
    return made
