"""Decimals typed by hand in prose are refused: results come through the ledger, so text and ledger cannot differ."""

import re
from pathlib import Path

from restated_book.chapters import markup
from restated_book.sources import files

#: Everything but prose, in the order in which it is blanked; stated assumptions belong in formulas.
CODE = re.compile(r"^(?P<fence>```+).*?^(?P=fence)[ \t]*$", re.S | re.M)
_NOT_PROSE = [re.compile(r"\A---\n.*?\n---\n", re.S), CODE, re.compile(r"\$\$.*?\$\$", re.S)]
_NOT_PROSE += map(re.compile, (r"(?:\{[a-z:]+\})?`[^`]*`", r"\$[^$\n]+\$", r"\]\([^)]*\)", r"<[^>]+>"))
#: Begins or ends a block: its signs, and the text after them.
_FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*$")
_DECIMAL = re.compile(r"(?<![\w.])[−-]?\d*\.\d+")


def blanked(text: str, *patterns: re.Pattern) -> str:
    """Return `text` with blanks in place of all that the patterns find; lines keep their numbers."""
    for pattern in patterns:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return text


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """Find the decimals in the prose of a MyST page, each with its line number."""
    lines = enumerate(blanked(text, *_NOT_PROSE).splitlines(), start=1)
    return [(number, found.group()) for number, line in lines for found in _DECIMAL.finditer(line)]


def open_block(text: str) -> int | None:
    """Return the line of the first block that is not closed; a fence of the same length in it shows that it is open."""
    fence, begun = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        found = _FENCE.match(line)
        if not found:
            continue
        if not fence:
            fence, begun = found[1], number
        elif found[1] == fence and found[2].startswith("{"):
            break
        elif found[1].startswith(fence) and not found[2]:
            fence, begun = "", None
    return begun


def check(page: Path) -> None:
    """Refuse a page without a title, with a block that is not closed, a typed decimal, or markup that would be lost."""
    text, refuse = files.text(page), files.refuser(page)
    if not re.search(r"^(# +\S|=+[ \t]*$)", blanked(text, *_NOT_PROSE[:2]), re.M):
        refuse("the page has no title", "begin its text with a line '# Title'")
    if line := open_block(text):
        remedy = "end it with a line of the signs it begins with"
        refuse("the block that begins here is not closed", remedy, row=line)
    for line, number in typed_numbers(text):
        remedy = "name its ledger row with {published}`…` or {restated}`…`; write an assumption as a formula, $…$"
        refuse(f"the number {number} is typed by hand", remedy, row=line)
    for line, message, remedy in markup.faults(text):
        refuse(message, remedy, row=line)
