"""Classes of the Adult Attachment Interview in groups of patients: counts that printed percentages determine."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.reconstruct.counts import counts

#: Classes of the interview in the order in which they are drawn.
CLASSES = ("secure", "dismissing", "preoccupied", "unresolved")


def class_counts(row: Mapping) -> np.ndarray:
    """Return all counts of `CLASSES` that fit the percentages and the size of a row of ``aai-distributions``."""
    if np.isnan(row["n"]) or len(_percentages(row)) < len(CLASSES):
        message = f"'{row['row_id']}' has no size or not all percentages"
        raise RestatedError(message, remedy="Give both: counts need them.")
    n = int(row["n"])
    each = [counts(row[c], n).counts.tolist() for c in CLASSES]
    return np.array([c for c in product(*each) if sum(c) == n], dtype=int).reshape(-1, len(CLASSES))


def _percentages(row: Mapping) -> dict[str, str]:
    return {c: row[c] for c in CLASSES if isinstance(row[c], str) and row[c]}


def three_way_bounds(cells: Sequence[int]) -> pd.DataFrame:
    """Bound the percent of each of three classes over every way to sort the unresolved of `cells` into them."""
    *three, unresolved = map(int, cells)
    n = sum(three) + unresolved
    rows = [(name, c, 100 * c / n, 100 * (c + unresolved) / n) for name, c in zip(CLASSES, three)]
    return pd.DataFrame(rows, columns=["class", "count", "lowest", "highest"])


def distribution_bars(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the groups whose classes were printed, for the figure of stacked bars.

    Segments show counts where the print determines them, percentages otherwise. Unresolved coded on top of three
    classes is a note next to the bar: it overlaps them.
    """
    bars = []
    for row in rows.to_dict("records"):
        given = _percentages(row)
        if len(given) < len(CLASSES):
            continue
        if row["scheme"] == "four-way" and len(sets := class_counts(row)) == 1:
            cells = dict(zip(CLASSES, sets[0], strict=True))
            note, widths = f"exact counts, n = {int(row['n'])}", {c: 100 * k / row["n"] for c, k in cells.items()}
            texts = {c: str(k) for c, k in cells.items()}
        elif row["scheme"] == "three-way, unresolved on top":
            note = f"{given.pop('unresolved')} % unresolved on top"
            widths = {c: float(share) for c, share in given.items()} | {"unresolved": np.nan}
            texts = {c: f"{share} %" for c, share in given.items()} | {"unresolved": ""}
        else:
            continue
        named = {"group": f"{row['group']}: {row['study']}", "note": note}
        bars.append(named | widths | {f"{c} text": text for c, text in texts.items()})
    return pd.DataFrame(bars)
