"""Checks that figures make of the tables they draw."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.style import require


def checked(table: pd.DataFrame, *columns: str, finite: Collection[str] = ()) -> pd.DataFrame:
    """Return `table` with its rows numbered from 0.

    Raises
    ------
    RestatedError
        If one of `columns` or `finite` is missing, there is no row, or a number in `finite` is missing or infinite.
    """
    require(table, *columns, *finite)
    if len(table) == 0:
        raise RestatedError("there is no row to draw")
    complete = np.isfinite(table[list(finite)].to_numpy(float)).all(axis=1)
    if not complete.all():
        raise RestatedError(
            "a value is missing or not finite", row=int(np.argmin(complete)) + 1, remedy="Drop the row, and note it"
        )
    return table.reset_index(drop=True)


def known(table: pd.DataFrame, column: str, allowed: Collection[str]) -> None:
    """Refuse a table whose `column` has a value other than `allowed`.

    Raises
    ------
    RestatedError
        With the first unknown value.
    """
    unknown = sorted(set(table[column]) - set(allowed))
    if unknown:
        raise RestatedError(f"unknown {column} '{unknown[0]}'", field=column, remedy="Use one of " + ", ".join(allowed))


def distinct(table: pd.DataFrame, column: str) -> list[str]:
    """Values of a column as text, in order of appearance."""
    return list(dict.fromkeys(table[column].astype(str)))
