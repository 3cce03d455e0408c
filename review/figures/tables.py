"""Checks that figures make of the tables they draw, and the columns they read from them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import require


def ensure(holds: Any, message: str, **place: Any) -> None:
    """Raise `RestatedError` unless something holds; `place` are its further arguments."""
    if not holds:
        raise RestatedError(message, **place)


def checked(table: pd.DataFrame, *columns: str, finite: Collection[str] = ()) -> pd.DataFrame:
    """Return `table` with rows numbered from 0 if it has rows, `columns`, and finite numbers in those of `finite`."""
    require(table, *columns, *finite)
    ensure(len(table), "the table has no rows")
    complete = np.isfinite(table[list(finite)].to_numpy(float)).all(axis=1)
    place = {"row": int(np.argmin(complete)) + 1, "remedy": "Drop the row, and note it"}
    ensure(complete.all(), "a value is missing or not finite", **place)
    return table.reset_index(drop=True)


def known(table: pd.DataFrame, column: str, allowed: Collection[str]) -> None:
    """Raise `RestatedError` with the first value of `column` that is not among `allowed`."""
    for unknown in sorted(set(table[column]) - set(allowed)):
        raise RestatedError(f"unknown {column} '{unknown}'", field=column, remedy="Use one of " + ", ".join(allowed))


def completed(table: pd.DataFrame, optional: Mapping[str, Any]) -> pd.DataFrame:
    """Return `table` with the columns of `optional` that it lacks, filled with their values."""
    return table.assign(**{name: value for name, value in optional.items() if name not in table})


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of `table` with its columns as attributes."""
    return table.itertuples()


def numbers(table: pd.DataFrame, *columns: str) -> list[np.ndarray]:
    """Columns of numbers."""
    return [table[name].to_numpy(float) for name in columns]


def texts(table: pd.DataFrame, *columns: str) -> list[list[str]]:
    """Columns of text."""
    return [table[name].astype(str).tolist() for name in columns]


def parts(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Rows of `table` by the values of a column, in order of appearance."""
    return {str(name): part for name, part in table.groupby(column, sort=False)}


def distinct(table: pd.DataFrame, column: str) -> list[str]:
    """Values of a column as text, in order of appearance."""
    return list(dict.fromkeys(table[column].astype(str)))
