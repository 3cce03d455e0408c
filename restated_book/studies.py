"""Study tables of ``data/studies`` with their statuses; a reader's original in ``data/originals`` is read instead."""

import os
from collections.abc import Sequence

import pandas as pd

from restated.errors import RestatedError
from restated_book import config, flow, paths, watch
from restated_book.sources import dictionary, files
from restated_book.status import SUPPLIED, weakest

_DTYPES = {"string": "str", "integer": "int64", "number": "float64"}


def names() -> list[str]:
    """Return the names of the study tables."""
    return [name for name, resource in dictionary.load().items() if resource.path.startswith("studies/")]


def load(name: str, *, originals: bool = True) -> pd.DataFrame:
    """Read and check a study table, or a reader's original of it; counts with gaps are floats, as NaN marks the gap.

    ``attrs`` hold ``status``, ``source`` and ``file``. An original with a row of grade U is refused.
    """
    tables = dictionary.load()
    if name not in tables or not tables[name].path.startswith("studies/"):
        known = f"use one of {', '.join(names())}" if names() else "describe it in data/datapackage.json"
        raise RestatedError(f"unknown study table '{name}'", remedy=known)
    resource = tables[name]
    path, status = paths.DATA / resource.path, resource.status
    supplied = paths.ORIGINALS / f"{name}.csv"
    watch.file(supplied)
    if originals and os.path.lexists(supplied):  # a broken link is refused, not passed over
        path, status = supplied, SUPPLIED
    refuse = files.refuser(path)
    rows = dictionary.validate(path, resource, marks() if status == SUPPLIED else (".",))
    if not rows:
        refuse("the table has a header and no rows", "add its rows or remove the file")
    for number, cells in rows if status == SUPPLIED else ():
        # An original holds what its owner saw in print: a recalled row in it would lose its mark.
        if cells.get("grade") == "U":
            message = "the row has grade U, recalled, in a file of originals"
            refuse(message, "compare it with the paper and give grade P, or remove the row", row=number, field="grade")
    frame = _frame([cells for _, cells in rows], resource)
    if status == SUPPLIED:
        frame["status"] = SUPPLIED
    # A row may have a status of its own, which a number computed from the table then has.
    flow.loaded(name, weakest({status, *frame.get("status", ())}))
    frame.attrs = {"status": status, "source": "; ".join(resource.sources), "file": paths.shown(path)}
    return frame


def original(name: str) -> pd.DataFrame | None:
    """Read a table that only readers can supply, by ``data/schemas/<name>.json``; None where it is not supplied."""
    path = paths.ORIGINALS / f"{name}.csv"
    for file in (path, paths.DATA / "schemas" / f"{name}.json"):
        watch.file(file)
    if not os.path.lexists(path):
        return None
    resource = dictionary.schema(name)
    frame = _frame([cells for _, cells in dictionary.validate(path, resource, marks())], resource)
    flow.loaded(name, SUPPLIED)
    frame.attrs = {"status": SUPPLIED, "source": "; ".join(resource.sources), "file": paths.shown(path)}
    return frame


def marks() -> Sequence[str]:
    """Return the decimal marks that tables of readers may have."""
    return config.load().numbers.get("originals", (".",))


def _frame(cells: list[dict], resource: dictionary.Resource) -> pd.DataFrame:
    columns = {}
    for field in resource.fields:
        values = [row[field.name] for row in cells]
        dtype = "float64" if field.type == "integer" and None in values else _DTYPES[field.type]
        columns[field.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)
