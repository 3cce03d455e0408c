"""The terms of the book: one page explains them; :mod:`restated_book.sphinx.glossary` links the chapters to it."""

import re

from restated_book import paths
from restated_book.sources import files

PAGE = "book/glossary"

_BLOCK = re.compile(r"^```\{glossary\}\n(.*?)^```$", re.S | re.M)


def parse(text: str) -> dict[tuple[str, ...], str]:
    """Read the glossary of a MyST page: names and explanation of each entry; refuse one without either, or twice."""
    refuse = files.refuser(paths.ROOT / f"{PAGE}.md")
    found: dict[tuple[str, ...], str] = {}
    seen: set[str] = set()
    for block in _BLOCK.findall(text):
        for entry in filter(str.strip, re.split(r"\n\s*\n", block)):
            lines = entry.strip("\n").splitlines()
            names = tuple(line.strip().strip("*") for line in lines if not line.startswith(" "))
            explanation = " ".join(line.strip() for line in lines if line.startswith(" "))
            if not all(names) or not names or not explanation:
                message = f"the glossary entry '{lines[0]}' lacks a name or an explanation"
                refuse(message, "write the name, then the explanation indented by two blanks")
            for name in names:
                if name in seen:
                    refuse(f"the glossary has the term '{name}' twice", "keep one")
                seen.add(name)
            found[names] = explanation
    return found


def load() -> dict[tuple[str, ...], str]:
    """Read the glossary of this book; an empty one if it has none."""
    page = paths.ROOT / f"{PAGE}.md"
    return parse(files.text(page)) if page.exists() else {}
