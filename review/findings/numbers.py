"""Printed numbers as floats, tables of those shown together, and the column names of their ranges."""

import math

import pandas as pd

from restated.errors import RestatedError
from restated.intervals import closed_interval
from restated.printed import Printed
from restated_book import paths
from restated_book.register import PublishedNumber
from restated_book.sources import dictionary


def value(printed: Printed | None) -> float:
    """Return a print as a float, nan where nothing was printed; refuse one that is not a single number."""
    if printed is None or not printed.text:
        return math.nan
    if printed.value is None:
        raise RestatedError(f"'{printed.text}' is not a single number")
    return float(printed.value)


def estimate(number: PublishedNumber) -> tuple[float, float, float]:
    """Return value, lower and upper limit as printed; nan for a limit that was not printed."""
    return value(number.value), value(number.ci_low), value(number.ci_high)


def rounding(printed, name: str) -> tuple[float, float]:
    """Return the ends of the rounding interval of `printed`, infinite where it has no bound."""
    low, high = closed_interval(printed, name)
    return (-math.inf if low is None else float(low)), (math.inf if high is None else float(high))


def verified(number: PublishedNumber) -> PublishedNumber:
    """Return `number` unchanged; refuse it if nobody saw it in print: such a number is not drawn."""
    if number.grade == "U":
        raise RestatedError(f"'{number.id}' is unverified and is not drawn among verified numbers")
    return number


def ends(*names: str) -> list[str]:
    """Return the columns ``<name>_low, <name>_high`` of each name."""
    return [f"{name}_{end}" for name in names for end in ("low", "high")]


def selection(name: str) -> pd.DataFrame:
    """Return a table of ``data/selections``, checked against the data dictionary; None where a cell is empty."""
    resource = dictionary.load()[name]
    rows = dictionary.validate(paths.DATA / resource.path, resource)
    return pd.DataFrame([cells for _, cells in rows], columns=resource.columns)
