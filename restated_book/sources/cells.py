"""The cells of CSV files: which are numbers, and that none is ever run as a formula by a spreadsheet."""

from __future__ import annotations

import re

#: A text that begins so is run as a formula by spreadsheets.
FORMULA_STARTS = tuple("=+-@\t\r\n")

#: A plain number.
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def guarded(text: str) -> str:
    """`text`, with an apostrophe before it if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
