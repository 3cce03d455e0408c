"""The frame of all chapters: head, plain words, and the sections of ``restated.toml`` in their order."""

import re
from itertools import pairwise
from pathlib import Path

from restated_book import config
from restated_book.chapters import prose
from restated_book.sources import files

BLOCKS = ("chapter-head", "plain-words")  #: Blocks before the first section, in their order

_SECTION = re.compile(r"^## (.+?)[ \t]*$", re.M)


def fault(text: str) -> tuple[int, str, str] | None:
    """Find the first departure of a chapter in MyST from the frame: line, fault and remedy; None without one."""
    bare = prose.blanked(text, prose.CODE)
    found = list(_SECTION.finditer(bare))
    sections = [(bare.count("\n", 0, m.start()) + 1, m[1]) for m in found]
    opening = bare[: found[0].start()] if found else bare
    last = -1
    for block in BLOCKS:
        at = opening.find(f"{{{block}}}")
        if at < 0 or at < last:
            remedy = f"put it before the first section, in the order {', '.join(BLOCKS)}"
            return 1, f"the chapter has no {{{block}}} in its place", remedy
        last = at
    if misplaced := _misplaced(sections):
        return misplaced
    starts = [*(m.start() for m in found[1:]), len(bare)]
    for (line, name), section, end in zip(sections, found, starts, strict=True):
        if not text[section.end() : end].strip():
            return line, f"the section '{name}' is empty", "write at least one sentence"
    return None


def _misplaced(sections: list[tuple[int, str]]) -> tuple[int, str, str] | None:
    """Find the first section, of line and name, that is unknown, missing or out of order."""
    frame = config.load().chapters
    order, names = frame.sections, [name for _, name in sections]
    if not order:
        return None
    for line, name in sections:
        if name not in order:
            remedy = f"make it a subsection (###) of one of: {'; '.join(order)}"
            return line, f"'{name}' is not a section of the frame", remedy
    for name in order:
        if name not in frame.optional and name not in names:
            line = sections[-1][0] if sections else 1
            return line, f"the section '{name}' is missing", f"add '## {name}' with at least one sentence"
    for (_, before), (line, name) in pairwise(sections):
        if order.index(name) <= order.index(before):
            return line, f"the section '{name}' comes after '{before}'", f"keep the order {'; '.join(order)}, each once"
    return None


def check(page: Path) -> None:
    """Refuse a chapter that departs from the frame."""
    if page.stem in config.load().chapters.unframed:
        return
    text = files.text(page)
    if f"{{{BLOCKS[0]}}}" in text and (found := fault(text)):
        line, message, remedy = found
        files.refuser(page)(message, remedy, row=line)
