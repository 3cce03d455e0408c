"""The cells of CSV files: recognising numbers, and keeping spreadsheets from running a cell as a formula."""

import csv
import io
import re
from collections.abc import Iterable
from unicodedata import category

FORMULA_STARTS = tuple("=+-@\t\r\n")  #: First characters of a text that spreadsheets run as a formula
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)  #: A plain number


def as_csv(rows: Iterable[Iterable[object]], mark: str = ",") -> str:
    """Return rows as CSV text, with ``\\n`` line ends."""
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
    return out.getvalue()


def in_one_line(text: str) -> bool:
    """Return whether a text has neither line ends nor control characters; blanks of any width may be in it."""
    return all(c.isprintable() or category(c) == "Zs" for c in text)


def guarded(text: str) -> str:
    """Return `text`, with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text) else text
