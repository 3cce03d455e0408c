"""How many patients of one trial each report counts, arm by arm."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from restated.errors import RestatedError
from restated.plots.style import BASE, WIDE, Drawn, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import alt_text, count

ROW, BOX, GAP = 1.02, 0.62, 0.18  # inches: distance of rows, height of a box, space between columns
LABELS = 3.0  # inches for the name of a report


@drawing
def flow(table: pd.DataFrame, *, arms: tuple[str, str]) -> Drawn:
    """One row per report, one box per arm, a box for the total.

    Parameters
    ----------
    table : DataFrame
        `report`, `source` (second line of its name), `first`, `second`, `total` (patients; missing where not printed),
        `first_says`, `second_says`, `total_says` (text under the number, may be empty) and `unverified` (True draws the boxes
        of both arms dashed).
    arms : (str, str)
        Names of the arms.

    Raises
    ------
    RestatedError
        If a column is missing or the table is empty.
    """
    needed = ("report", "source", "first", "second", "total", "first_says", "second_says", "total_says", "unverified")
    require(table, *needed)
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    headings = (*arms, "together")
    width = (WIDE - LABELS - 0.1) / 3 - GAP
    height = 0.5 + ROW * len(table)
    fig = new_figure(WIDE, height)
    inches = fig.dpi_scale_trans

    def write(x, y, text, **style):
        fig.text(x, y, text, transform=inches, fontsize=BASE, color=colour("ink"), **style)

    lefts = [LABELS + i * (width + GAP) + GAP for i in range(3)]
    for left, heading in zip(lefts, headings, strict=True):
        if text_width(heading, BASE, "bold") > width + GAP:
            raise RestatedError("the name of an arm is too long", field="arms", remedy="Shorten it")
        write(left + width / 2, height - 0.24, heading, ha="center", va="center_baseline", fontweight="bold")
    middles = [height - 0.5 - ROW * (i + 0.42) for i in range(len(table))]
    for i, row in enumerate(table.itertuples(index=False)):
        y = middles[i]
        lines = [(line, "bold") for line in wrap_to(row.report, LABELS - 0.1, BASE)]
        lines += [(line, "normal") for line in wrap_to(row.source, LABELS - 0.1, BASE)]
        for k, (line, weight) in enumerate(lines):
            write(0.06, y + 0.2 * ((len(lines) - 1) / 2 - k), line, va="center_baseline", fontweight=weight)
        for left, number, says, arm in zip(
            lefts,
            (row.first, row.second, row.total),
            (row.first_says, row.second_says, row.total_says),
            (True, True, False),
            strict=True,
        ):
            dashed = arm and row.unverified
            box = FancyBboxPatch(
                (left, y - BOX / 2),
                width,
                BOX,
                boxstyle="round,pad=0,rounding_size=0.06",
                transform=inches,
                zorder=2,
                facecolor=colour("page" if dashed or not arm else "band"),
                edgecolor=colour("second" if dashed else "accent"),
                linestyle=(0, (4, 2)) if dashed else "-",
                linewidth=1.2 if arm else 0.0,
            )
            fig.add_artist(box)
            shown = count(number) or "not printed"
            strong = "bold" if count(number) else "normal"
            middle = {"ha": "center", "va": "center_baseline", "zorder": 3}
            write(left + width / 2, y + (0.12 if says else 0), shown, fontweight=strong, **middle)
            if says:
                write(left + width / 2, y - 0.13, says, **middle)
            if arm and i + 1 < len(table):
                ends = [y - BOX / 2, middles[i + 1] + BOX / 2]
                fig.add_artist(
                    Line2D(
                        [left + width / 2] * 2, ends, color=colour("muted"), linewidth=1.0, transform=inches, zorder=1
                    )
                )
    data = pd.DataFrame(
        {
            "report": table["report"],
            "source": table["source"],
            **{
                name: [count(x) or "not printed" for x in table[c].to_numpy(float)]
                for name, c in zip(headings, ("first", "second", "total"), strict=True)
            },
            "arms": np.where(table["unverified"], "recalled, not verified", "seen"),
        }
    )
    rows = [
        f"{r.report}: {count(r.first) or 'not printed'} and {count(r.second) or 'not printed'}, together {count(r.total)}"
        + (" (arms not verified)" if r.unverified else "")
        for r in table.itertuples()
    ]
    return Drawn(
        fig, alt_text(f"Patients of one trial in {len(table)} reports, {arms[0]} and {arms[1]}", "; ".join(rows)), data
    )
