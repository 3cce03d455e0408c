"""Effects as a hundred people of two groups: filled squares are those who have the outcome."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from restated.plots.marks import Mark, dots
from restated.plots.style import BASE, Drawn, axes_in_inches, drawing, new_figure, wrap_to, write
from restated.plots.words import alt_text, number
from review.figures.tables import checked, ensure, rows

WIDTH = 3.7  # inches: a telephone shows it whole
SIDE, SIDES = 1.5, 10  # inches of a square, people along it
LEFTS = (0.1, 2.1)  # inches, left edges of the two squares
LINE, BELOW, AFTER = 0.2, 0.26, 0.2  # inches of a line of words, under a square, and before the next effect
OTHER, MARKED = Mark("o", False, "muted"), Mark("s", True, "second")
COUNTS = [f"{group}{end}" for group in ("first", "second") for end in ("", "_low", "_high")]


@drawing
def per_hundred(table: pd.DataFrame) -> Drawn:
    """Draw for each effect a hundred people of two groups, with counts and their range.

    `table`: `label` (effect), `of` (the two groups, with a bar between them), `what` (is counted), and for both groups
    ``first``, ``second`` the count of 100 with ``_low`` and ``_high``.
    """
    table = checked(table, "label", "of", "what", *COUNTS)
    ensure(bool(((table[COUNTS] >= 0) & (table[COUNTS] <= 100)).all(axis=None)), "a count is not of 100", field="first")
    heads = [[row.label, *wrap_to(row.what, WIDTH - 2 * LEFTS[0], BASE)] for row in rows(table)]
    tall = [LINE * (len(head) + 1) + SIDE + BELOW + AFTER for head in heads]
    base = sum(tall)
    fig, words, ranges = new_figure(WIDTH, base), [], []
    for row, head, deep in zip(rows(table), heads, tall):
        base -= deep
        for j, line in enumerate(head):
            write(
                fig, LEFTS[0], base + deep - LINE * (j + 0.8), line, va="baseline", fontweight="normal" if j else "bold"
            )
        said = []
        for left, of, group in zip(LEFTS, row.of.split("|"), ("first", "second")):
            count, low, high = (getattr(row, f"{group}{end}") for end in ("", "_low", "_high"))
            write(fig, left, base + AFTER + BELOW + SIDE + 0.06, f"100 {of.strip()}", va="baseline")
            _grid(fig, left, base + AFTER + BELOW, round(count))
            ends = [number(x, 0) for x in (low, high)]
            text = f"{number(count, 0)} ({' to '.join(ends)})" if ends[0] != ends[1] else number(count, 0)
            write(fig, left, base + AFTER, text, va="baseline", fontweight="bold")
            said.append(f"{text} of 100 {of.strip()}")
        words.append(f"{row.label}, {row.what}: {', '.join(said)}")
        ranges.append(said)
    data = pd.DataFrame(ranges, columns=["first group", "second group"])
    return Drawn(fig, alt_text("Effects in people", *words), table[["label", "what"]].join(data))


def _grid(fig: Figure, left: float, bottom: float, marked: int) -> None:
    """A hundred people, the marked ones first: filled squares among small open circles."""
    ax = axes_in_inches(fig, left, bottom, SIDE, SIDE)
    ax.set_axis_off()
    ax.set(xlim=(-0.5, SIDES - 0.5), ylim=(SIDES - 0.5, -0.5))
    y, x = np.divmod(np.arange(SIDES**2), SIDES)
    is_marked = np.arange(SIDES**2) < marked
    dots(ax, x[~is_marked], y[~is_marked], OTHER, size=4.5, edge=0.8, gid="others")
    dots(ax, x[is_marked], y[is_marked], MARKED, size=7, edge=0, gid="marked")
