"""Numbers typed by hand in prose are refused: results come through the ledger, so text and ledger cannot part.

Only decimals are looked for. Whole numbers are often not results (a year, a page, an age), and a result that is a whole
number is still better named through a role.
"""

from __future__ import annotations

import re
from pathlib import Path

from restated.errors import RestatedError
from restated_book.sources import files

#: What is not prose, in the order in which it is blanked: front matter, code and directive blocks, inline code and roles,
#: formulas (where stated assumptions belong), link targets.
_NOT_PROSE = (
    re.compile(r"\A---\n.*?\n---\n", re.S),
    re.compile(r"^(?P<fence>```+).*?^(?P=fence)[ \t]*$", re.S | re.M),
    re.compile(r"\$\$.*?\$\$", re.S),
    re.compile(r"(?:\{[a-z:]+\})?`[^`]*`"),
    re.compile(r"\$[^$\n]+\$"),
    re.compile(r"\]\([^)]*\)"),
    re.compile(r"<[^>]+>"),
)
#: Begins or ends a block: its signs, and what follows them.
_FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})[ \t]*(.*?)[ \t]*$")
_DECIMAL = re.compile(r"(?<![\w.])[−-]?\d*\.\d+")


def typed_numbers(text: str) -> list[tuple[int, str]]:
    """Decimals in the prose of a MyST page.

    Returns
    -------
    list of (int, str)
        Line number and the number as typed.
    """
    for pattern in _NOT_PROSE:
        text = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    return [
        (number, found.group())
        for number, line in enumerate(text.splitlines(), start=1)
        for found in _DECIMAL.finditer(line)
    ]


def open_block(text: str) -> int | None:
    """Line of the first block of code or directive that is not closed: it would swallow what follows, up to the end of another.

    A directive inside a directive is told by a longer fence around it; one that begins within the same fence has met an open block.
    """
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
    """Refuse a page with a block that is not closed, or with a typed decimal.

    Raises
    ------
    RestatedError
        Names the page, the line and the number.
    """
    text = files.text(page)
    if line := open_block(text):
        raise RestatedError(
            "the block that begins here is not closed",
            file=page,
            row=line,
            remedy="end it with a line of the signs it begins with",
        )
    for line, number in typed_numbers(text):
        raise RestatedError(
            f"the number {number} is typed by hand",
            file=page,
            row=line,
            remedy="name its ledger row with {published}`…` or {restated}`…`; write an assumption as a formula, $…$",
        )
