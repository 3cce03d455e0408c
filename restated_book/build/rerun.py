"""Run the notebook of an unpacked chapter again, and compare its numbers with those of the book.

The zip of a chapter starts this module by ``python -m restated_book.build.rerun``.
"""

import asyncio
import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from restated.errors import RestatedError
from restated_book import ledger, paths
from restated_book.build import run
from restated_book.faults import exit_code
from restated_book.sources import files

SAME = 1e-9  #: Relative difference up to which numbers are the same: processors differ in the last digits of a long sum
NUMBERS = ("value", "low", "high")


def _differs(one, two) -> bool:
    if isinstance(one, int | float) and isinstance(two, int | float):
        return not math.isclose(one, two, rel_tol=SAME, abs_tol=SAME**2)
    return one != two


def compare(expected: Sequence[dict], found: Sequence[dict]) -> list[str]:
    """Return one line for each number that is not that of the book; both are records of the ledger."""
    there = {r["id"]: r for r in found}
    lines = []
    for record in expected:
        other = there.pop(record["id"], None)
        if other is None:
            lines.append(f"{record['id']}: the book has it, this run has not")
            continue
        parts = [f"{k} {other[k]} instead of {record[k]}" for k in (*NUMBERS, "basis") if _differs(record[k], other[k])]
        if parts:
            lines.append(f"{record['id']}: {', '.join(parts)}")
    return lines + [f"{id}: this run has it, the book has not" for id in there]


def expected(file: Path) -> tuple[str, list[dict]]:
    """Return the notebook's name and the records that :func:`rerun` compares with; refuse a file without them."""
    found = files.json(file)
    page, records = (found.get(key) for key in ("page", "records")) if isinstance(found, dict) else (None, None)
    keys = {"id", "basis", *NUMBERS}
    if (
        not isinstance(page, str)
        or not re.fullmatch("[a-z0-9-]+", page)
        or not isinstance(records, list)
        or not all(isinstance(r, dict) and keys <= r.keys() and isinstance(r["id"], str) for r in records)
    ):
        files.refuser(file)("these are not the numbers of a chapter", "unpack the zip of the chapter again")
    return page, records


def rerun() -> str:
    """Run the notebook of an unpacked chapter; return a one-line summary, or refuse numbers that differ."""
    file = paths.EXPECTED
    if not file.is_file():
        remedy = "unpack the zip of a chapter and run this inside its folder; `restated build` runs the whole book"
        files.refuser(file)("there are no numbers to compare with", remedy)
    page, records = expected(file)
    notebook = paths.NOTEBOOKS / f"{page}.md"
    print(f"Running {paths.shown(notebook)}", flush=True)
    found, count = ledger.as_mime(ledger.collect(asyncio.run(run.run(notebook)))), len(records)
    if different := compare(records, found):
        print("\n".join(different))
        remedy = "was a file changed, or an original added? README.md describes what to expect"
        raise RestatedError(f"{len(different)} of {count} numbers are not those of the book", remedy=remedy)
    if not count:
        return "The notebook ran to its end. It records no numbers in the ledger."
    return f"All {count} numbers are those of the book." if count > 1 else "The number is that of the book."


if __name__ == "__main__":
    sys.exit(exit_code(rerun))
