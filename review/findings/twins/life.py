"""Shares of variance from infancy to old age."""

import numpy as np
import pandas as pd

from restated_book.register import Register
from review.findings import numbers
from review.findings.twins.fits import SHARES


def over_life(register: Register, restated: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return printed shares of variance by age, with the measure and its scale: the shares are of different things.

    Rows of ``data/selections/attachment-over-life.csv``; ``a2, c2, e2`` are proportions, nan where not printed, and
    ``words`` a direction where only that was printed. An unverified number is refused. `restated` holds rows in the
    same columns to put after the printed ones of the same age.
    """
    table = numbers.selection("attachment-over-life").drop(columns="row_id").fillna({"words": ""})

    def middle(id) -> float:
        """Return the middle of a printed percentage as a proportion; nan without an id."""
        return sum(numbers.verified(register.number(id)).interval) / 200 if isinstance(id, str) else np.nan

    table[list(SHARES)] = table[list(SHARES)].map(middle)
    table["status"] = "printed"
    if restated is not None:
        at = {age: i for i, age in enumerate(dict.fromkeys(table["age"]))}
        table = pd.concat([table, restated], ignore_index=True)
        table = table.sort_values("age", key=lambda ages: ages.map(at), kind="stable", ignore_index=True)
    return table
