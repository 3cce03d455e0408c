"""Differences between two programs on a scale of powers of ten, with the last digit that is printed."""

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from restated.errors import RestatedError
from restated.plots.marks import DASHES, Line, dots, series
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, drawing
from restated.plots.words import Scale, alt_text, plural

MACHINE = 2.2e-16  #: Smaller differences are shown at this one, the spacing of floating-point numbers at one
PRINTED = 5e-5  #: Half of a fourth decimal, the last one printed in the book
EVERY = 4  #: Every fourth power of ten has a label
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Powers(Scale):
    """Exponents inside, powers of ten on the axis."""

    def ticks(self, low: float, high: float, *, most: int = 8) -> NDArray[np.float64]:
        return np.arange(np.ceil(low / EVERY), np.floor(high / EVERY) + 1) * EVERY

    def tick_labels(self, values: Collection[float]) -> list[str]:
        return [power(int(v)) for v in values]


def power(exponent: int) -> str:
    """Power of ten in print: 10⁻¹²."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


@drawing
def differences_by_power(table: pd.DataFrame) -> Drawn:
    """Largest differences between two programs, one row per method.

    `table`: the first column names the rows; every other one holds differences (0 or more) of one quantity, at most
    four. Raises RestatedError if there is no row, a difference is negative or missing, or there are too many
    quantities.
    """
    label, *quantities = table.columns
    values = table[quantities].to_numpy(float)
    if values.size == 0 or not (values >= 0).all():
        raise RestatedError("every difference must be a number of 0 or more")
    at = np.log10(np.maximum(values, MACHINE))
    rows = table[label].astype(str).tolist()
    chart = row_chart(
        [Column(str(label), rows)],
        [],
        limits=(np.log10(MACHINE) - 0.4, np.log10(PRINTED) + 1.2),
        scale=_Powers(""),
        axis="largest difference between the two programs",
        foot_lines=1,
    )
    printed = Line("warn", DASHES, 1.4)
    chart.ax.axvline(np.log10(PRINTED), **printed.style())
    offsets = np.linspace(-0.24, 0.24, len(quantities)) if len(quantities) > 1 else [0.0]
    key = chart.key(mark=(6, 1.0))
    for j, (quantity, (mark, _)) in enumerate(series(quantities, what="quantities").items()):
        mark = mark._replace(filled=True)
        y = np.arange(len(rows)) + offsets[j]
        dots(chart.ax, at[:, j], y, mark, size=6, edge=1.0, zorder=3, gid=f"quantity-{j}", clip_on=True)
        key.add(quantity, mark, width=0.12, space=0.06)
    key.add("half of a fourth decimal", printed, width=0.3)
    worst = np.unravel_index(int(np.argmax(values)), values.shape)
    exponent = int(np.ceil(at.max()))
    alt = alt_text(
        f"Largest differences of {plural(len(quantities), 'quantity')} by {str(label).lower()}, "
        f"{plural(len(rows), 'row')}, on a scale of powers of ten",
        f"All lie below {power(exponent)}; the largest is {quantities[worst[1]]} of {rows[worst[0]]}",
        "Half of a fourth decimal is marked for comparison",
    )
    data = table.assign(**{q: [f"{x:.0e}" if x else "0" for x in table[q]] for q in quantities})
    return Drawn(chart.fig, alt, data)
