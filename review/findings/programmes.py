"""Studies of the programmes: two-by-two tables from printed percentages, sums of arms, directions of results."""

from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from restated.reconstruct.counts import counts
from restated_book import paths

#: Directions of results as the chapter draws them, in the order of its columns, and the words of the table of studies.
DIRECTIONS = paths.tables(__file__)
LATER = "after the impact period"  #: Words in the note of studies that appeared after the impact period


def tables(first, second, sizes: Iterable[tuple[int, int]]) -> pd.DataFrame:
    """Enumerate the two-by-two tables whose percentages print as given: `a` of `n1`, `b` of `n2`.

    `sizes` are all pairs of sizes the arms may have. ``risk_ratio`` is nan where the second arm has no event, ``p`` of
    Fisher's exact test, two-sided.
    """
    found = []
    for n1, n2 in sizes:
        for a, b in product(counts(first, n1).counts.tolist(), counts(second, n2).counts.tolist()):
            p = float(stats.fisher_exact(np.array([[a, n1 - a], [b, n2 - b]])).pvalue)
            ratio = (a / n1) / (b / n2) if b else np.nan
            found.append((a, int(n1), b, int(n2), ratio, a / n1 - b / n2, p))
    return pd.DataFrame(found, columns=["a", "n1", "b", "n2", "risk_ratio", "difference", "p"])


def splits(total: int) -> list[tuple[int, int]]:
    """Return every way to divide `total` patients into two arms of at least one."""
    return [(n, total - n) for n in range(1, total)]


def directions(studies: pd.DataFrame) -> pd.DataFrame:
    """Return studies with the direction of their result in the words of :data:`DIRECTIONS`, without empty rows.

    For :func:`review.figures.reach.place_matrix`: ``place`` is a label with the number of participants, ``part`` the
    programme, ``role`` the direction.
    """
    of = {words: name for name, all_words in DIRECTIONS.items() for words in all_words}
    kept = studies[studies["result_direction"].isin(of) & (studies["study"] != "none found")]
    label = kept["short"] + np.where(kept["note"].str.contains(LATER), " (later)", "")
    columns = {"place": label, "part": kept["programme"], "role": kept["result_direction"].map(of)}
    return pd.DataFrame(columns).reset_index(drop=True)
