"""Shares of variance from infancy to old age."""

import numpy as np
import pandas as pd

from restated_book.register import Register
from review.findings import numbers
from review.findings.selections import selection
from review.findings.twins.fits import SHARES


def over_life(register: Register, restated: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return printed shares of variance by age, with the measure and its scale: the shares are of different things.

    Columns: ``age, study, measure, scale, a2, c2, e2`` (proportions, nan where not printed), ``words`` (where only a
    direction was printed) and ``status``; rows of ``data/selections/attachment-over-life.csv``.

    Parameters
    ----------
    restated : DataFrame, optional
        Rows to put after the printed ones of the same age, in the same columns.

    Raises
    ------
    RestatedError
        If a number is unverified: such a number is not drawn.
    """
    table = selection("attachment-over-life").drop(columns="row_id").fillna({"words": ""})
    for share in SHARES:
        table[share] = [_share(register, id) for id in table[share]]
    table["status"] = "printed"
    if restated is not None:
        at = {age: i for i, age in enumerate(dict.fromkeys(table["age"]))}
        table = pd.concat([table, restated], ignore_index=True)
        table = table.iloc[np.argsort(table["age"].map(at).to_numpy(), kind="stable")].reset_index(drop=True)
    return table


def _share(register: Register, id) -> float:
    """Return the middle of a printed percentage as a proportion; nan without an id."""
    if not isinstance(id, str):
        return np.nan
    low, high = numbers.verified(register.number(id)).interval
    return (low + high) / 200
