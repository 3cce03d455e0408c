"""Examples for the page on how to read the figures: numbers of the book that show one thing each."""

import numpy as np
import pandas as pd

from restated.estimate import effects, meta
from restated_book.register import Register
from review.findings import paternal_sensitivity
from review.findings.numbers import value

ROUNDED = 1  #: Row of the examples whose restated number agrees to the printed digits


def verdict_examples(fathers: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Return four printed numbers of one meta-analysis, whose table is `fathers`, with restated values."""
    fathers = fathers.sort_values("year", kind="stable", ignore_index=True)
    to_r = effects.fisher_z_to_r
    pooled = meta.fit(*paternal_sensitivity.effects(fathers), method="DL", ci="wald")
    low, high = paternal_sensitivity.range_over_not_significant(fathers, method="DL")
    early = meta.fit(*paternal_sensitivity.effects(fathers.head(8)), method="DL")
    average, first = to_r(pooled.estimate), to_r(early.estimate)
    rows = [
        ("Number of children", "lucassen2011-n", fathers["n"].sum(), np.nan, np.nan, 0, 1353, 1357),
        ("Average of all studies", "lucassen2011-r", average, np.nan, np.nan, 4, 0.1, 0.14),
        ("Three results unknown", "lucassen2011-r", np.nan, low, high, 3, 0.07, 0.17),
        ("Average of the first eight", "lucassen2011-first-wave-r", first, np.nan, np.nan, 4, 0.11, 0.15),
    ]
    names = ["title", "number", "restated", "low", "high", "decimals", "from", "to"]
    table = pd.DataFrame(rows, columns=names)
    numbers = [register[id] for id in table.pop("number")]
    return table.assign(
        printed=[n.value.text for n in numbers],
        printed_value=[value(n.value) for n in numbers],
        printed_low=[n.low for n in numbers],
        printed_high=[n.high for n in numbers],
        grade=[n.grade for n in numbers],
    )
