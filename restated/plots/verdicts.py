"""Printed against restated numbers, one row each, with the verdict in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import Mark
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import CORRELATION, Scale, alt_text, plural
from restated.verdict import VERDICTS

#: Shape and colour of a verdict; the word always stands beside it.
MARKS = {
    "identical": ("o", True, "accent"),
    "within-rounding": ("o", True, "accent"),
    "compatible": ("o", False, "accent"),
    "differs": ("D", True, "warn"),
    "not-recomputable": ("x", True, "muted"),
    "unverified": ("^", False, "muted"),
    "new": ("P", True, "third"),
}
BAR = 0.37  # half height of the printed rounding interval, in rows
GUTTER = 0.16  # inches before the verdict word, for its mark


@drawing
def verdict_strip(table: pd.DataFrame, *, scale: Scale = CORRELATION, axis: str | None = None) -> Drawn:
    """Printed value with its rounding interval beside the restated value with its interval, one row per
    number.

    Parameters
    ----------
    table : DataFrame
        `quantity`, `published` (digits as printed, "" if none), `published_low`, `published_high` (rounding
        interval), `restated`, `restated_low`, `restated_high` (missing where there is none), `verdict`. All
        in one unit.
    scale : Scale
        How numbers are written; values are in axis units.
    axis : str, optional
        Title of the axis.

    Raises
    ------
    RestatedError
        If a column is missing, a verdict is unknown or no row has a number.
    """
    numeric = ("published_low", "published_high", "restated", "restated_low", "restated_high")
    require(table, "quantity", "published", "verdict", *numeric)
    table = table.reset_index(drop=True)
    table = table.assign(**{name: pd.to_numeric(table[name]).astype(float) for name in numeric})
    unknown = sorted(set(table["verdict"]) - set(MARKS))
    if unknown:
        raise RestatedError(
            f"unknown verdict '{unknown[0]}'", field="verdict", remedy="Use one of " + ", ".join(VERDICTS)
        )
    parts = {name: scale.forward(table[name].to_numpy()) for name in numeric}
    values = np.concatenate(list(parts.values()))
    values = values[np.isfinite(values)]
    if not len(values):
        raise RestatedError("no row has a number to draw")
    box = layout.padded(values.min(), values.max())
    texts = dict.fromkeys(np.flatnonzero(np.isnan(parts["restated"])), "–")
    points = np.isnan(parts["restated_low"]) | np.isnan(parts["restated_high"])
    chart = layout.row_chart(
        [
            Column("Number", table["quantity"].astype(str).tolist()),
            Column("Printed", [str(p) if pd.notna(p) and str(p) else "–" for p in table["published"]], align="right"),
        ],
        [
            *layout.interval_columns(
                "Restated",
                scale,
                parts["restated"],
                parts["restated_low"],
                parts["restated_high"],
                missing="",
                texts=texts,
            ),
            Column("Verdict", table["verdict"].tolist(), gap=layout.GAP + GUTTER),
        ],
        limits=box,
        scale=scale,
        axis=axis or scale.symbol,
        foot_lines=1,
    )
    ax = chart.ax
    for i in range(len(table)):
        ax.plot(box, [i, i], color=colour("grid"), linewidth=0.7, zorder=0, clip_on=False)
        low, high = parts["published_low"][i], parts["published_high"][i]
        if np.isfinite([low, high]).all():
            ax.add_patch(
                Rectangle(
                    (low, i - BAR),
                    high - low,
                    2 * BAR,
                    facecolor=colour("band2"),
                    zorder=2,
                    edgecolor=colour("second"),
                    linewidth=1.1,
                    clip_on=False,
                    gid=f"printed-{i}",
                )
            )
    at = np.arange(len(table))
    layout.whiskers(
        chart, at[~points], parts["restated_low"][~points], parts["restated_high"][~points], role="accent", width=1.5
    )
    width = chart.fig.get_size_inches()[0]
    for i, verdict in enumerate(table["verdict"]):
        style = _style(verdict)
        if np.isfinite(parts["restated"][i]):
            ax.plot([parts["restated"][i]], [i], linestyle="none", zorder=4, clip_on=False, **style | {"markersize": 6})
        chart.mark_at(chart.starts["Verdict"] - 0.11, i, Mark(*MARKS[verdict]), size=6, edge=1.3)
    left = ax.get_position().x0 * width
    chart.below(left, "bar: what the printed digits stand for; mark and line: restated")
    data = table[["quantity", "published", *numeric, "verdict"]].copy()
    counts = table["verdict"].value_counts()
    tally = ", ".join(f"{counts[v]} {v}" for v in VERDICTS if v in counts)
    return Drawn(
        chart.fig,
        alt_text(
            f"Printed and restated values of {plural(len(table), 'number')}: {tally}",
            *[_row_words(row, scale) for _, row in table.iterrows()],
        ),
        data,
    )


def _style(verdict: str) -> dict:
    marker, filled, role = MARKS[verdict]
    tone = colour(role)
    return dict(
        marker=marker,
        markersize=6,
        markerfacecolor=tone if filled else colour("page"),
        markeredgecolor=tone,
        markeredgewidth=1.3,
    )


def _row_words(row: pd.Series, scale: Scale) -> str:
    printed = f"printed {row['published']}" if pd.notna(row["published"]) and row["published"] else "not printed"
    if pd.isna(row["restated"]):
        return f"{row['quantity']}: {printed}, {row['verdict']}"
    return f"{row['quantity']}: {printed}, restated {scale.write(float(scale.forward(row['restated'])))}"
