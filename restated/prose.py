"""Numbers typed by hand in prose are refused: results come through the ledger, so text and ledger cannot part.

Only decimals are looked for. Whole numbers are often not results (a year, a page, an age), and a result that is a whole
number is still better named through a role.
"""

from __future__ import annotations

import re
from pathlib import Path

from .errors import RestatedError

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


def check(page: Path) -> None:
    """Refuse a page with a typed decimal.

    Raises
    ------
    RestatedError
        Names the page, the line and the number.
    """
    for line, number in typed_numbers(page.read_text(encoding="utf-8")):
        raise RestatedError(
            f"the number {number} is typed by hand",
            file=page,
            row=line,
            remedy="name its ledger row with {published}`…` or {restated}`…`; write an assumption as a formula, $…$",
        )
