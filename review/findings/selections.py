"""Tables of ``data/selections``: printed numbers that a figure or table shows together, by register id."""

import pandas as pd

from restated_book import paths
from restated_book.sources import dictionary


def selection(name: str) -> pd.DataFrame:
    """Return one table, checked against the data dictionary; None where a cell is empty."""
    resource = dictionary.load()[name]
    rows = dictionary.validate(paths.DATA / resource.path, resource)
    return pd.DataFrame([cells for _, cells in rows], columns=resource.columns)
