"""The frame every chapter keeps, so that a reader who knows one chapter finds the way in all.

Head with question and answer, plain words, and a fixed sequence of sections. A page that only explains (how to read, why to
believe the code) is no chapter and keeps no frame.
"""

from __future__ import annotations

import re
from pathlib import Path

from restated.errors import RestatedError
from restated_book.sources import files

#: Sections in their order; True for those no chapter may lack.
PARTS = {
    "The claim": True,
    "What was printed": True,
    "How it was restated": True,
    "Result": True,
    "Verdicts": True,
    "Later evidence": True,
    "What is missing, and where it is printed": False,
    "What would change this": True,
    "Cite and download": True,
}

#: Blocks before the first section, in their order.
BLOCKS = ("chapter-head", "plain-words")

#: Notebooks that explain the book and restate no claim.
NO_CHAPTERS = ("how-to-read", "proof")

_CODE = re.compile(r"^(?P<fence>```+).*?^(?P=fence)[ \t]*$", re.S | re.M)
_SECTION = re.compile(r"^## (.+?)[ \t]*$", re.M)


def fault(text: str) -> tuple[int, str, str] | None:
    """The first departure of a chapter from the frame.

    Parameters
    ----------
    text : str
        The MyST source of a notebook.

    Returns
    -------
    (int, str, str) or None
        Line, what is wrong, and the remedy; None for a chapter that keeps the frame.
    """
    bare = _CODE.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    sections = [(bare.count("\n", 0, m.start()) + 1, m[1]) for m in _SECTION.finditer(bare)]
    opening = bare[: m.start()] if (m := _SECTION.search(bare)) else bare
    last = -1
    for block in BLOCKS:
        at = opening.find(f"{{{block}}}")
        if at < 0 or at < last:
            return (
                1,
                f"the chapter has no {{{block}}} in its place",
                f"put it before the first section, in the order {', '.join(BLOCKS)}",
            )
        last = at
    names = [name for _, name in sections]
    order = list(PARTS)
    for line, name in sections:
        if name not in PARTS:
            return (
                line,
                f"'{name}' is no section of the frame",
                f"make it a subsection (###) of one of: {'; '.join(order)}",
            )
    for name, needed in PARTS.items():
        if needed and name not in names:
            return (
                (sections[-1][0] if sections else 1),
                f"the section '{name}' is missing",
                f"add '## {name}' with at least one sentence",
            )
    for (line, name), (_, before) in zip(sections[1:], sections, strict=False):
        if order.index(name) <= order.index(before):
            return line, f"the section '{name}' comes after '{before}'", f"keep the order {'; '.join(order)}, each once"
    ends = [m.end() for m in _SECTION.finditer(bare)]
    starts = [m.start() for m in _SECTION.finditer(bare)][1:] + [len(bare)]
    for (line, name), a, b in zip(sections, ends, starts, strict=True):
        if not text[a:b].strip():
            return line, f"the section '{name}' is empty", "write at least one sentence"
    return None


def check(page: Path) -> None:
    """Refuse a chapter that lacks a part.

    Raises
    ------
    RestatedError
        Names file, line, the part and the remedy.
    """
    if page.stem in NO_CHAPTERS:
        return
    text = files.text(page)
    if f"{{{BLOCKS[0]}}}" in text and (found := fault(text)):
        line, what, remedy = found
        raise RestatedError(what, file=page, row=line, remedy=remedy)
