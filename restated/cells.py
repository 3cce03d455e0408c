"""Texts in the cells of a CSV file that a spreadsheet may open: none is ever run as a formula."""

from __future__ import annotations

import re

#: A text that begins so is run as a formula by spreadsheets.
FORMULA_STARTS = tuple("=+-@\t\r\n")

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def guarded(text: str) -> str:
    """`text`, with an apostrophe before it if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
