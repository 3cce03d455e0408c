"""Numbers of patients of one trial in each report, arm by arm."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch

from restated.errors import RestatedError
from restated.plots.marks import SHORT_DASHES, Fill, Line
from restated.plots.style import BASE, WIDE, Drawn, drawing, new_figure, require, text_width, wrap_to, write
from restated.plots.words import alt_text, count

ROW, BOX, GAP = 1.02, 0.62, 0.18  # inches: distance of rows, height of a box, space between columns
LABELS = 3.0  # inches for the name of a report
PARTS = ("first", "second", "total")
#: Boxes of an arm, of an arm that is not verified, and of the total.
ARM, UNVERIFIED = Fill("band", "accent", width=1.2), Fill("page", "second", width=1.2, dash=SHORT_DASHES)
TOTAL = Fill("page", "accent", width=0.0)
DOWN = Line("muted", width=1.0)


@drawing
def flow(table: pd.DataFrame, *, arms: tuple[str, str]) -> Drawn:
    """One row per report, one box per arm, a box for the total.

    `table`: `report`, `source` (second line of its name), `first`, `second`, `total` (patients; missing where not
    printed), `first_says`, `second_says`, `total_says` (text under the number, may be empty) and `unverified` (True
    draws the boxes of both arms dashed). `arms`: names of the arms. Raises RestatedError if a column is missing or the
    table is empty.
    """
    require(table, "report", "source", "unverified", *PARTS, *(f"{part}_says" for part in PARTS))
    headings = (*arms, "together")
    width = (WIDE - LABELS - 0.1) / len(PARTS) - GAP
    height = 0.5 + ROW * len(table)
    fig = new_figure(WIDE, height)
    lefts = [LABELS + i * (width + GAP) + GAP for i in range(len(PARTS))]
    for left, heading in zip(lefts, headings, strict=True):
        if text_width(heading, BASE, "bold") > width + GAP:
            raise RestatedError("the name of an arm is too long", field="arms", remedy="Shorten it")
        write(fig, left + width / 2, height - 0.24, heading, ha="center", fontweight="bold")
    middles = [height - 0.5 - ROW * (i + 0.42) for i in range(len(table))]
    for i, (y, (_, row)) in enumerate(zip(middles, table.iterrows(), strict=True)):
        lines = [
            (line, weight)
            for name, weight in (("report", "bold"), ("source", "normal"))
            for line in wrap_to(str(row[name]), LABELS - 0.1, BASE)
        ]
        for k, (line, weight) in enumerate(lines):
            write(fig, 0.06, y + 0.2 * ((len(lines) - 1) / 2 - k), line, fontweight=weight)
        for left, part in zip(lefts, PARTS, strict=True):
            style = TOTAL if part == "total" else UNVERIFIED if row["unverified"] else ARM
            _box(fig, left, y, width, row[part], str(row[f"{part}_says"]), style)
            if part != "total" and i + 1 < len(table):
                ends, x = [y - BOX / 2, middles[i + 1] + BOX / 2], left + width / 2
                fig.add_artist(Line2D([x, x], ends, transform=fig.dpi_scale_trans, zorder=1, **DOWN.style()))
    counts = {name: table[part].astype(float).map(_count) for name, part in zip(headings, PARTS, strict=True)}
    arms_seen = np.where(table["unverified"], "recalled, not verified", "seen")
    data = table[["report", "source"]].assign(**counts, arms=arms_seen)
    rows = [
        f"{row['report']}: {_count(row['first'])} and {_count(row['second'])}, together {count(row['total'])}"
        + (" (arms not verified)" if row["unverified"] else "")
        for _, row in table.iterrows()
    ]
    subject = f"Patients of one trial in {len(table)} reports, {arms[0]} and {arms[1]}"
    return Drawn(fig, alt_text(subject, "; ".join(rows)), data)


def _count(n: float) -> str:
    return count(n) or "not printed"


def _box(fig: Figure, left: float, y: float, width: float, n: float, words: str, fill: Fill) -> None:
    """Box with a number and the words under it."""
    look = {"boxstyle": "round,pad=0,rounding_size=0.06", "transform": fig.dpi_scale_trans, **fill.style()}
    fig.add_artist(FancyBboxPatch((left, y - BOX / 2), width, BOX, zorder=2, **look))
    middle, weight = left + width / 2, "bold" if count(n) else "normal"
    write(fig, middle, y + (0.12 if words else 0), _count(n), ha="center", zorder=3, fontweight=weight)
    if words:
        write(fig, middle, y - 0.13, words, ha="center", zorder=3)
