"""The data that may be given away: all of the repository, and nothing a reader has put into ``data/originals``."""

from pathlib import Path

from restated.errors import RestatedError
from restated_book import paths
from restated_book.export.archive import places
from restated_book.sources import dictionary

TO_FILL = ("mean", "sd")  #: Columns that are empty in an empty template


def may_leave(file: Path) -> bool:
    """Return True for a data file that may be given to anyone."""
    if paths.ORIGINALS not in file.parents or file == paths.ORIGINALS / "README.md":
        return True
    try:  # a template that somebody has filled in is a licensed table
        columns, rows = dictionary.read_table(file) if file.parent == paths.ORIGINALS / "templates" else ([], [(0, {})])
    except RestatedError:
        return False
    to_fill = set(TO_FILL) <= set(columns) and not any(row[column].strip() for _, row in rows for column in TO_FILL)
    return to_fill or not rows


def public_data() -> dict[str, Path]:
    """Return the data files that may be given away by their place in the repository."""
    return places(paths.DATA, "data", files=[f for f in paths.DATA.rglob("*") if f.is_file() and may_leave(f)])


def described_data() -> dict[str, Path | bytes]:
    """Return the same files as the data dictionary describes them: each table in UTF-8 with commas."""
    return {name: dictionary.plain(file) if file.suffix == ".csv" else file for name, file in public_data().items()}
