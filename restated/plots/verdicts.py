"""Printed against restated numbers, one row each, with the verdict in words."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots import marks
from restated.plots import rows as layout
from restated.plots.marks import Fill, dots
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import CORRELATION, Scale, alt_text, plural
from restated.printed import legible
from restated.verdict import SHORT, VERDICTS

MARKS = marks.of("verdicts")  #: Mark of each verdict, always drawn next to the word
NUMBERS = ("published_low", "published_high", "restated", "restated_low", "restated_high")
PRINTED = Fill("band2", "second", width=1.1)
BAR = 0.37  # half height of the printed rounding interval, in rows
GUTTER = 0.16  # inches before the verdict word, for its mark


@drawing
def verdict_strip(table: pd.DataFrame, *, scale: Scale = CORRELATION, axis: str | None = None) -> Drawn:
    """Printed value with its rounding interval and restated value with its interval, one row per number.

    `table`: `quantity`, `published` (digits as printed, "" if none), `published_low`, `published_high` (rounding
    interval), `restated`, `restated_low`, `restated_high` (missing where there is none), `verdict`; all in one unit.
    `scale`: format of the numbers; values are in axis units. `axis`: title of the axis. Raises RestatedError if a
    column is missing, a verdict is unknown or no row has a number.
    """
    table = require(table, "quantity", "published", "verdict", *NUMBERS)
    table = table.assign(**{name: pd.to_numeric(table[name]).astype(float) for name in NUMBERS})
    if unknown := sorted(set(table["verdict"]) - set(MARKS)):
        remedy = "Use one of " + ", ".join(VERDICTS)
        raise RestatedError(f"unknown verdict '{unknown[0]}'", field="verdict", remedy=remedy)
    numbers = [scale.forward(table[name].to_numpy()) for name in NUMBERS]
    printed_low, printed_high, value, low, high = numbers
    known = np.concatenate(numbers)
    known = known[np.isfinite(known)]
    if not len(known):
        raise RestatedError("no row has a number to draw")
    left = [
        Column("Number", table["quantity"].astype(str).tolist()),
        Column("Published", [legible(str(p)) if pd.notna(p) and p else "–" for p in table["published"]], align="right"),
    ]
    texts = {int(i): "–" for i in np.flatnonzero(np.isnan(value))}
    chart = layout.row_chart(
        left,
        [
            *layout.interval_columns("Recomputed", scale, value, low, high, missing="", texts=texts),
            Column("Verdict", table["verdict"].map(SHORT).tolist(), gap=layout.GAP + GUTTER),
        ],
        limits=layout.padded(known.min(), known.max()),
        scale=scale,
        axis=axis or scale.symbol,
        foot_lines=1,
    )
    ax = chart.ax
    for i, (start, end) in enumerate(zip(printed_low, printed_high, strict=True)):
        ax.plot(ax.get_xlim(), [i, i], color=colour("grid"), linewidth=0.7, zorder=0, clip_on=False)
        if np.isfinite([start, end]).all():
            look = {"zorder": 2, "clip_on": False, "gid": f"printed-{i}", **PRINTED.style()}
            ax.add_patch(Rectangle((start, i - BAR), end - start, 2 * BAR, **look))
    layout.whiskers(chart, np.arange(len(table)), low, high, role="accent", width=1.5)
    beside = chart.starts.get("Verdict", np.nan) - 0.11
    for i, verdict in enumerate(table["verdict"]):
        if np.isfinite(value[i]):
            dots(ax, [value[i]], [i], MARKS[verdict], size=6, edge=1.3)
        dots(ax, [beside], [i], MARKS[verdict], size=6, edge=1.3, transform=chart.across, zorder=2)
    chart.below(chart.left, "bar: what the published digits stand for; mark and line: recomputed")
    counts = table["verdict"].value_counts()
    tally = ", ".join(f"{counts[v]} {SHORT[v]}" for v in VERDICTS if v in counts)
    spoken = [_row_words(row, scale) for _, row in table.iterrows()]
    alt = alt_text(f"Published and recomputed values of {plural(len(table), 'number')}: {tally}", *spoken)
    data = table[["quantity", "published", *NUMBERS, "verdict"]]
    return Drawn(chart.fig, alt, data.rename(columns=lambda c: c.replace("_", ", ").replace("restated", "recomputed")))


def _row_words(row: "pd.Series[Any]", scale: Scale) -> str:
    printed = f"published {row['published']}" if pd.notna(row["published"]) and row["published"] else "not published"
    if pd.isna(row["restated"]):
        return f"{row['quantity']}: {printed}, {SHORT[row['verdict']]}"
    return f"{row['quantity']}: {printed}, recomputed {scale.write(float(scale.forward(row['restated'])))}"
