"""Statuses of rows and numbers in words for readers: one list for notebooks, figures, files and pages."""

from collections.abc import Collection

from restated.printed import legible
from restated_book import paths

STATUSES: dict[str, str] = paths.tables(__file__)  #: Words of each status, and the class that styles its badge
OPEN = "observed, open data"  #: Status of rows that anyone can look up
#: Status of rows from a table that a reader supplied: their figures and tables are on pages, not in downloads.
SUPPLIED = "observed, original file supplied by the reader"
#: Statuses that give way where a reader's table was read: they say of rows that nothing was assumed.
FROM_ROWS = (OPEN, "enumerated", "moment-matched", "arithmetic on printed numbers", "printed")
#: Statuses of rows, the one that asks for most caution first.
CAUTION = ["recalled, not verified", SUPPLIED, "assumed", "computed by us when the evidence was gathered"]
CAUTION += ["moment-matched", "enumerated", "printed"]
#: In place of a download of rows that a reader supplied.
WITHHELD = "Not for download: it rests on a file that the reader supplied."


def weakest(statuses: Collection[str]) -> str:
    """Return the status of what rests on rows of several `statuses`, of which there is at least one."""
    return next((status for status in CAUTION if status in statuses), min(statuses))


def shown(words: str) -> str:
    """Return stored words, such as a status, as readers see them, with "published" for "printed"."""
    return legible(words.replace("printed", "published"))
