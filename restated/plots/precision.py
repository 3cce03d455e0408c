"""How far two programs are apart, on a scale of powers of ten, beside the last digit a reader ever sees."""

from __future__ import annotations

import numpy as np
import pandas as pd

from restated.errors import RestatedError
from restated.plots.rows import Column, row_chart
from restated.plots.style import Drawn, colour, drawing, text_width
from restated.plots.words import Scale, alt_text, plural

#: Differences below this are shown at it: it is the spacing of floating-point numbers at one.
MACHINE = 2.2e-16
#: A fourth decimal is the finest anything in the book is printed with.
PRINTED = 5e-5
#: The labels of the axis: every fourth power of ten.
EVERY = 4

MARKS = (("accent", "o"), ("second", "s"), ("third", "^"), ("ink", "D"))
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Powers(Scale):
    """Exponents inside, powers of ten on the axis."""

    def ticks(self, low: float, high: float, *, most: int = 8) -> np.ndarray:
        return np.arange(np.ceil(low / EVERY), np.floor(high / EVERY) + 1) * EVERY

    def tick_labels(self, values) -> list[str]:
        return [power(int(v)) for v in values]


def power(exponent: int) -> str:
    """10⁻¹²."""
    return "10" + str(exponent).translate(_SUPERSCRIPT)


@drawing
def differences_by_power(table: pd.DataFrame) -> Drawn:
    """Worst differences between two programs, one row a method.

    Parameters
    ----------
    table : DataFrame
        The first column names the rows, every other one holds differences (0 or more) of one quantity; at most four.

    Raises
    ------
    RestatedError
        If there is no row, a difference is negative or missing, or there are too many quantities.
    """
    label, *quantities = table.columns
    values = table[quantities].to_numpy(float)
    if values.size == 0 or not (values >= 0).all():
        raise RestatedError("every difference must be a number of 0 or more")
    if len(quantities) > len(MARKS):
        raise RestatedError(f"at most {len(MARKS)} quantities can be told apart")
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
    chart.ax.axvline(np.log10(PRINTED), color=colour("warn"), linewidth=1.4, linestyle=(0, (5, 2)))
    offsets = np.linspace(-0.24, 0.24, len(quantities)) if len(quantities) > 1 else [0.0]
    x = 0.1
    for j, (quantity, (role, marker)) in enumerate(zip(quantities, MARKS, strict=False)):
        chart.ax.plot(
            at[:, j],
            np.arange(len(rows)) + offsets[j],
            linestyle="none",
            marker=marker,
            markersize=6,
            color=colour(role),
            zorder=3,
            gid=f"quantity-{j}",
        )
        chart.ax.plot(
            [x + 0.06],
            [chart.foot + 0.05],
            linestyle="none",
            marker=marker,
            markersize=6,
            color=colour(role),
            transform=chart.fig.dpi_scale_trans,
            clip_on=False,
        )
        chart.below(x + 0.18, quantity, color=colour("ink"))
        x += 0.18 + text_width(quantity, chart.size) + 0.3
    chart.ax.plot(
        [x, x + 0.3],
        [chart.foot + 0.05] * 2,
        color=colour("warn"),
        linewidth=1.4,
        linestyle=(0, (5, 2)),
        transform=chart.fig.dpi_scale_trans,
        clip_on=False,
    )
    chart.below(x + 0.38, "half of a fourth decimal", color=colour("ink"))
    worst = np.unravel_index(int(np.argmax(values)), values.shape)
    exponent = int(np.ceil(at.max()))
    return Drawn(
        chart.fig,
        alt_text(
            f"Largest differences of {plural(len(quantities), 'quantity', 'quantities')} by {str(label).lower()}, "
            f"{plural(len(rows), 'row')}, on a scale of powers of ten",
            f"All lie below {power(exponent)}; the largest is {quantities[worst[1]]} of {rows[worst[0]]}",
            "Half of a fourth decimal is marked for comparison",
        ),
        table.assign(**{q: [f"{x:.0e}" if x else "0" for x in table[q]] for q in quantities}),
    )
