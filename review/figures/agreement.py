"""Recomputed against printed values, row by row."""

import numpy as np
import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import Fill, Line, Mark, dots
from restated.plots.rows import shortened
from restated.plots.spread import spread
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, per_inch, text_width
from restated.plots.words import Scale, alt_text, number, plain_ticks, plural
from review.figures.pieces import label
from review.figures.tables import checked, numbers, texts

LEFT, PLOT, HEIGHT = 0.85, 5.6, 3.9  # inches
#: Recomputed values this near to the end of a rounding interval count as inside: floating-point division is no better.
ROUNDOFF = 1e-9
SMALL = 1e-3  # below this the axis counts in powers of ten
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NAMED = 8  # most rows outside rounding that the picture names; the data table has all
AGREE, DIFFER = Mark("o", True, "accent"), Mark("D", True, "warn")
ROUNDING = Fill("band", "none")
#: Scale of differences, which may be small.
FINE = Scale("", steps=[m * 10.0**e for e in range(-8, 1) for m in (1, 2, 5)])


@drawing
def differences(table: pd.DataFrame, *, statistic: str = "r") -> Drawn:
    """Draw recomputed minus printed values against printed values.

    `table`: `label`, `printed` (number), `low`, `high` (rounding interval of the printed digits), `recomputed`.
    """
    table = checked(table, "label", finite=("printed", "low", "high", "recomputed"))
    x, low, high, again = numbers(table, "printed", "low", "high", "recomputed")
    y, (names,) = again - x, texts(table, "label")
    inside = (again >= low - ROUNDOFF) & (again <= high + ROUNDOFF)
    outside = np.flatnonzero(~inside)
    order = outside[np.argsort(-np.abs(y[outside]))][:NAMED]
    room = min(0.25 + max((text_width(names[i], BASE) for i in order), default=0.4), 3.0)
    fig = new_figure(LEFT + PLOT + room, HEIGHT)
    ax = axes_in_inches(fig, LEFT, 0.62, PLOT, HEIGHT - 1.0)
    span, reach = max(np.abs(y).max(), (high - low).max()), np.ptp(x) or 1.0
    ax.set(xlim=(x.min() - 0.05 * reach, x.max() + 0.05 * reach), ylim=(-1.15 * span, 1.15 * span))
    half = np.median((high - low) / 2)
    ax.axhspan(-half, half, **ROUNDING.style(), zorder=0, gid="rounding")
    ax.plot(ax.get_xlim(), [0, 0], color=colour("ink"), linewidth=0.9, zorder=1)
    dots(ax, x[inside], y[inside], AGREE, size=5, edge=0.6, zorder=3, gid="agree", markeredgecolor=colour("page"))
    dots(ax, x[outside], y[outside], DIFFER, size=5.5, edge=1.0, gid="differ")
    # Names in the right margin, kept apart, each with a thin line to its mark.
    across, up = per_inch(ax)
    right, gap, thin = ax.get_xlim()[1], 0.19 * up, Line("muted", width=0.6).style()
    order = order[np.argsort(y[order], kind="stable")]
    for i, place in zip(order, spread(y[order].tolist(), gap, high=ax.get_ylim()[1] - 0.3 * gap)):
        ax.plot([x[i], right, right + 0.1 * across], [y[i], place, place], zorder=2, clip_on=False, **thin)
        label(ax, right + 0.15 * across, place, shortened(names[i], room - 0.2, BASE), clip_on=False)
    scale = Scale(statistic, leading_zero=False)
    power = int(np.floor(np.log10(span))) if span < SMALL else 0
    plain_ticks(ax.xaxis, *ax.get_xlim(), most=7, scale=scale)
    at = FINE.ticks(*ax.get_ylim(), most=6)
    ax.set_yticks(at, scale.tick_labels(np.round(at / 10.0**power, 6)))
    unit = f", in 10{str(power).translate(SUPERSCRIPT)}" if power else ""
    ax.set(xlabel=f"{statistic} as printed", ylabel=f"recomputed − printed{unit}")
    key = Key(ax, LEFT, HEIGHT - 0.2, mark=(5, 1.0), tall=0.14)
    key.add("within rounding", AGREE, width=0.12, space=0.06)
    closing = "All differences stay within rounding"
    if len(outside):
        key.add("outside rounding", DIFFER, width=0.12, space=0.06)
        i = int(np.abs(y).argmax())
        ends = f"printed {scale.write(x[i])}, recomputed {scale.write(again[i])}"
        closing = f"Largest difference {number(y[i], 3)}: {names[i]}, {ends}"
    key.add("what the printed digits stand for", ROUNDING, width=0.3, space=0.1)
    counted = f"{int(inside.sum())} agree within rounding, {len(outside)} differ"
    alt = alt_text(f"Recomputed minus printed {statistic} for {plural(len(x), 'row')}: {counted}", closing)
    data = {"row": names, "printed": x, "printed low": low, "printed high": high, "recomputed": again}
    return Drawn(fig, alt, pd.DataFrame(data | {"difference": y, "within rounding": inside}))
