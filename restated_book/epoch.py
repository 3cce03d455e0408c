"""The date of the book: the only date in its output."""

import os
import re
import subprocess

from restated.errors import RestatedError
from restated_book import paths

#: Used when the sources are not a git checkout, so that dates in the output never depend on the clock: 2026-01-01 UTC.
FALLBACK_EPOCH = "1767225600"
#: Times a zip archive can hold, in POSIX seconds: 1980-01-01 and 2107-12-31, with a day to spare for time zones.
EPOCHS = (315619200, 4354732800)


def epoch() -> str:
    """Return the only date in the output, as POSIX time: ``SOURCE_DATE_EPOCH``, or the time of the last commit."""
    if named := os.environ.get("SOURCE_DATE_EPOCH"):
        # The number of digits is checked first: Python refuses to read thousands of them.
        if not re.fullmatch("[0-9]{1,10}", named) or not EPOCHS[0] <= int(named) <= EPOCHS[1]:
            message = f"SOURCE_DATE_EPOCH '{named}' is not a timestamp between 1980 and 2107"
            raise RestatedError(message, remedy="give seconds since 1970 or leave it out")
        return named
    return git("log", "-1", "--format=%ct").strip() or FALLBACK_EPOCH


def git(*words: str) -> str:
    """Return the answer of git about the book; empty where it has none, as outside a checkout."""
    run = subprocess.run(["git", *words], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    return "" if run.returncode else run.stdout
