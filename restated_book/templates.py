"""Templates of HTML: they escape every text, and their line breaks and indentation are for their readers only."""

import re
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

#: The end of a sentence, and not of an abbreviation.
_SENTENCE = re.compile(r"(?<!\b[A-Z])(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)\.\s+(?=[A-Z])")


def headline(caption: str) -> str:
    """Return the first sentence of a caption without its full stop: the title of a figure or table."""
    return _SENTENCE.split(" ".join(caption.split()), maxsplit=1)[0].rstrip(".")


class _Joined(Extension):
    """Templates whose line breaks and indentation do not reach the pages."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\s*\n\s*", "", source)


def environment(folder: Path, **known: Any) -> Environment:
    """Return the environment of the templates in `folder`, all of which know the names `known`."""
    made = Environment(loader=FileSystemLoader(folder), extensions=[_Joined], autoescape=True)
    made.undefined = StrictUndefined
    made.finalize = lambda value: value if isinstance(value, Markup) else Markup(escape(str(value)))
    made.globals |= known
    return made
