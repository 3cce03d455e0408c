"""Study tables: the rows a meta-analysis is computed from, each table with the status of its rows.

Tables lie in ``data/studies``. A reader who has the original table of a paper can put it, in the same
columns, into ``data/originals`` under the same name: it is then read instead, and its status says so
wherever the rows are shown.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from restated.errors import RestatedError
from restated_book import paths, provenance
from restated_book.sources import dictionary

#: Status of a table a reader supplied.
SUPPLIED = "observed, original file supplied by the reader"

_TWO_WAY = ("SS", "SI", "IS", "II")
_FOUR_WAY = tuple(f"{a}_to_{b}" for a in "ABCD" for b in "ABCD")

#: Counts that must add up to a total in each row that has them.
SUMS = {
    "stability": (_TWO_WAY, "n"),
    "stability-transitions": (_FOUR_WAY, "n"),
    "twin-pairs": (("both", "discordant", "neither"), "n_pairs"),
}
#: Part and whole: the first column cannot exceed the second.
PARTS = {"mbt-events": (("events_mbt", "n_mbt"), ("events_control", "n_control"))}
#: Standard deviations that cannot be zero: nothing could be divided by them.
SPREADS = {"mbt-scores": ("sd_mbt", "sd_control")}
#: A row whose source is inconsistent says so in its note with these words and is let through.
SAID_SO = "counts add up to"
#: The table of mean costs, and the category whose rows the chapter needs for each window and arm.
COSTS, TOTAL = "service-costs", "total"

_DTYPES = {"string": "str", "integer": "int64", "number": "float64"}


def names() -> list[str]:
    """Names of the study tables, as `load` takes them."""
    return [name for name, resource in dictionary.load().items() if resource.path.startswith("studies/")]


def load(name: str, *, originals: bool = True) -> pd.DataFrame:
    """Read a study table and check it.

    Parameters
    ----------
    name : str
        One of :func:`names`.
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
        If there is no such table, a column, type, range, repeated row, sum of counts, part, spread or cost is wrong, or a
        supplied original holds a row of grade U.
    """
    tables = dictionary.load()
    if name not in tables or not tables[name].path.startswith("studies/"):
        raise RestatedError(f"there is no study table '{name}'", remedy=f"Use one of {', '.join(names())}.")
    resource = tables[name]
    path, status = paths.DATA / resource.path, resource.status
    supplied = paths.ORIGINALS / f"{name}.csv"
    provenance.looked_for(supplied)
    if originals and os.path.lexists(supplied):  # a link that leads nowhere is told, not passed over
        path, status = supplied, SUPPLIED
    rows = dictionary.validate(path, resource)
    if not rows:
        raise RestatedError("the table has a header and no rows", file=path, remedy="Add its rows or remove the file.")
    if name in SUMS:
        _check_sums(rows, *SUMS[name], path)
    if name == COSTS:
        _check_costs(rows, resource, path)
    if status == SUPPLIED:
        _check_seen(rows, path)
    _check_parts(rows, PARTS.get(name, ()), path)
    _check_spreads(rows, SPREADS.get(name, ()), path)
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


def _check_seen(rows: list[tuple[int, dict]], path: Path) -> None:
    """An original holds what its owner saw in print: a recalled row in it would lose its mark."""
    for number, cells in rows:
        if cells.get("grade") == "U":
            raise RestatedError(
                "the row has grade U, recalled and not seen, in a file of originals",
                file=path,
                row=number,
                field="grade",
                remedy="Compare it with the paper and give grade P, or remove the row.",
            )


def _check_costs(rows: list[tuple[int, dict]], resource: dictionary.Resource, path: Path) -> None:
    """One time basis, six totals, and standard deviations that costs of at least 0 can have."""
    # Its solvers take longer to load than all other tables to be read.
    from restated.reconstruct.moments import sd_range

    first = rows[0][1]["basis"]
    for number, cells in rows:
        if cells["basis"] != first:
            raise RestatedError(
                f"the amount is '{cells['basis']}', those before it are '{first}'",
                file=path,
                row=number,
                field="basis",
                remedy="Give all amounts on one time basis.",
            )
        if cells["sd"] is not None and cells["sd"] > (most := sd_range(cells["n"], cells["mean"])[1]):
            raise RestatedError(
                f"{cells['n']} costs of at least 0 with a mean of {cells['mean']:g} have a standard deviation of at most "
                f"{most:.0f}, not {cells['sd']:g}",
                file=path,
                row=number,
                field="sd",
                remedy="Check mean, standard deviation and patients in the source.",
            )
    rules = {field.name: field.constraints for field in resource.fields}
    there = {(cells["period"], cells["group"]) for _, cells in rows if cells["category"] == TOTAL}
    for period in rules["period"]["enum"]:
        for group in rules["group"]["enum"]:
            if (period, group) not in there:
                raise RestatedError(
                    f"there is no row '{TOTAL}' for {period}, {group}",
                    file=path,
                    field="category",
                    remedy="Add the row: the chapter rests on the six totals.",
                )


def _check_parts(rows: list[tuple[int, dict]], pairs: tuple[tuple[str, str], ...], path: Path) -> None:
    for number, cells in rows:
        for part, whole in pairs:
            if cells[part] > cells[whole]:
                raise RestatedError(
                    f"{cells[part]} is more than {cells[whole]}, the value of {whole}",
                    file=path,
                    row=number,
                    field=part,
                    remedy="Count patients, not events or percentages, and give the patients they are counted among.",
                )


def _check_spreads(rows: list[tuple[int, dict]], columns: tuple[str, ...], path: Path) -> None:
    for number, cells in rows:
        for column in columns:
            if cells[column] == 0:
                raise RestatedError(
                    "a standard deviation of 0 would mean that all patients scored alike",
                    file=path,
                    row=number,
                    field=column,
                    remedy="Give the standard deviation, not a standard error or a rounded zero.",
                )


def _frame(cells: list[dict], resource: dictionary.Resource) -> pd.DataFrame:
    columns = {}
    for field in resource.fields:
        values = [row[field.name] for row in cells]
        gaps = any(value is None for value in values)
        dtype = "float64" if field.type == "integer" and gaps else _DTYPES[field.type]
        columns[field.name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(columns)
