"""Study tables: the rows a meta-analysis is computed from, each table with the status of its rows.

Tables lie in ``data/studies``. A reader who has the original table of a paper can put it, in the same
columns, into ``data/originals`` under the same name: it is then read instead, and its status says so
wherever the rows are shown.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from . import dictionary, paths
from .errors import RestatedError

#: Status of a table a reader supplied.
SUPPLIED = "observed, original file supplied by the reader"

_TWO_WAY = ("SS", "SI", "IS", "II")
_FOUR_WAY = tuple(f"{a}_to_{b}" for a in "ABCD" for b in "ABCD")

#: Counts that must add up to a total in each row that has them.
SUMS = {"stability": (_TWO_WAY, "n"), "stability-transitions": (_FOUR_WAY, "n")}
#: A row whose source is inconsistent says so in its note with these words and is let through.
SAID_SO = "counts add up to"

_DTYPES = {"string": "str", "integer": "int64", "number": "float64"}


def names() -> list[str]:
    """Names of the study tables, as `load` takes them."""
    return [name for name, resource in dictionary.load().items() if resource.path.startswith("studies/")]


def load(name: str, *, originals: bool = True) -> pd.DataFrame:
    """Read a study table and check it.

    Parameters
    ----------
    name : str
        One of :func:`names`, such as ``stability``.
    originals : bool
        Prefer a table the reader put into ``data/originals``.

    Returns
    -------
    pandas.DataFrame
        One row per study or sample, columns as described in the data dictionary. Counts with gaps are
        floats, as NaN marks the gap. ``attrs`` hold ``status``, ``source`` and ``file``.

    Raises
    ------
    RestatedError
        If there is no such table, or a column, type, range, repeated row or sum of counts is wrong.
    """
    tables = dictionary.load()
    if name not in tables or not tables[name].path.startswith("studies/"):
        raise RestatedError(f"there is no study table '{name}'", remedy=f"Use one of {', '.join(names())}.")
    resource = tables[name]
    path, status = paths.DATA / resource.path, resource.status
    supplied = paths.ORIGINALS / f"{name}.csv"
    if originals and supplied.exists():
        path, status = supplied, SUPPLIED
    rows = dictionary.validate(path, resource)
    if not rows:
        raise RestatedError(
            "the table has a header and no rows", file=path, remedy="Add its rows or remove the file."
        )
    if name in SUMS:
        _check_sums(rows, *SUMS[name], path)
    frame = _frame([cells for _, cells in rows], resource)
    if status == SUPPLIED:
        frame["status"] = SUPPLIED
    frame.attrs = {"status": status, "source": "; ".join(resource.sources), "file": paths.shown(path)}
    return frame


def _check_sums(rows: list[tuple[int, dict]], parts: tuple[str, ...], total: str, path: Path) -> None:
    for number, cells in rows:
        counts = [cells[part] for part in parts]
        if all(count is None for count in counts):
            continue
        if None in counts:
            raise RestatedError(
                "the count is missing while others of the table are given",
                file=path,
                row=number,
                field=parts[counts.index(None)],
                remedy="Give all counts of the row or none.",
            )
        if sum(counts) != cells[total] and SAID_SO not in (cells["note"] or ""):
            raise RestatedError(
                f"the counts {parts[0]} to {parts[-1]} add up to {sum(counts)}, not to {cells[total]}",
                file=path,
                row=number,
                field=total,
                remedy=f"Correct them, or say in the note what the '{SAID_SO}' if the source is so.",
            )


def _frame(cells: list[dict], resource: dictionary.Resource) -> pd.DataFrame:
    columns = {}
    for field in resource.fields:
        values = [row[field.name] for row in cells]
        gaps = any(value is None for value in values)
        dtype = "float64" if field.type == "integer" and gaps else _DTYPES[field.type]
        columns[field.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)
