"""Checks that figures make of the tables they draw."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import require


def checked(table: pd.DataFrame, *columns: str, finite: Collection[str] = ()) -> pd.DataFrame:
    """Return `table` with its rows numbered from 0.

    Raises `RestatedError` if one of `columns` or `finite` is missing, the table is empty, or a number in `finite` is
    missing or infinite.
    """
    require(table, *columns, *finite)
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    complete = np.isfinite(table[list(finite)].to_numpy(float)).all(axis=1)
    if not complete.all():
        raise RestatedError(
            "a value is missing or not finite", row=int(np.argmin(complete)) + 1, remedy="Drop the row, and note it"
        )
    return table.reset_index(drop=True)


def known(table: pd.DataFrame, column: str, allowed: Collection[str]) -> None:
    """Raise `RestatedError` with the first value of `column` that is not among `allowed`."""
    unknown = sorted(set(table[column]) - set(allowed))
    if unknown:
        raise RestatedError(f"unknown {column} '{unknown[0]}'", field=column, remedy="Use one of " + ", ".join(allowed))


def rows(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of `table` with its columns as attributes."""
    return table.itertuples()


def parts(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Rows of `table` by the values of a column, in order of appearance."""
    return {str(name): part for name, part in table.groupby(column, sort=False)}


def distinct(table: pd.DataFrame, column: str) -> list[str]:
    """Values of a column as text, in order of appearance."""
    return list(dict.fromkeys(table[column].astype(str)))
