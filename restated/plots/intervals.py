"""Estimates by row: without each study, and as studies are added."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import GUIDE, Fill, Mark, dots
from restated.plots.rows import Column
from restated.plots.style import Drawn, drawing, require
from restated.plots.words import FISHER_Z, Estimate, Scale, alt_text, number

POINT = Mark("o", True, "accent")  #: Mark of a pooled effect


@drawing
def leave_one_out(table: pd.DataFrame, fit: Estimate, *, transform: Scale = FISHER_Z) -> Drawn:
    """Pooled effect without each study in turn.

    `table`: indexed by the study left out: estimate, ci_low, ci_high (95 % interval) on the scale of analysis. `fit`:
    of all studies: line and band. Raises RestatedError if a column is missing or the table is empty.
    """
    fig, data, value = _by_row(table, "Left out", fit, transform)
    extremes = (int(value.argmin()), int(value.argmax()))
    least, most = (f"{transform.write(value[i])} (without {table.index[i]})" for i in extremes)
    alt = alt_text(
        f"Pooled {transform.symbol} with each of {len(table)} studies left out in turn: from {least} to {most}",
        f"With all studies {transform.write_result(fit)}",
        _count_excluding(table, transform),
    )
    return Drawn(fig, alt, data)


@drawing
def cumulative(table: pd.DataFrame, fit: Estimate, *, transform: Scale = FISHER_Z) -> Drawn:
    """Pooled effect as studies are added, in the order of the rows; arguments as in `leave_one_out`."""
    fig, data, value = _by_row(table, "Added", fit, transform)
    ends = f"{transform.write(value[0])} after the first, {transform.write_result(table.iloc[-1])} after the last"
    said = f"Cumulative pooled {transform.symbol} over {len(table)} studies: {ends}"
    return Drawn(fig, alt_text(said, _count_excluding(table, transform)), data)


def _by_row(
    table: pd.DataFrame, heading: str, fit: Estimate, transform: Scale
) -> tuple[Figure, pd.DataFrame, NDArray[np.float64]]:
    """Draw an estimate with its interval for each row, with the `fit` of all as line and band."""
    value, low, high = _parts(table)
    labels, symbol = [str(label) for label in table.index], transform.symbol
    # A single study may leave an interval far wider than the rest: cut it, with arrows.
    cut = np.nanquantile(low, 0.1), np.nanquantile(high, 0.9)
    inner = np.array([*value, fit.ci_low, fit.ci_high, *cut, transform.origin])
    inner = inner[np.isfinite(inner)]
    chart = layout.row_chart(
        [Column(heading, labels)],
        layout.interval_columns(f"{symbol} [95\u00a0% CI]", transform, value, low, high),
        limits=layout.padded(inner.min(), inner.max()),
        scale=transform,
        axis=symbol,
        foot_lines=1,
    )
    size = (fit.ci_high - fit.ci_low, len(table))
    band = Rectangle((fit.ci_low, -0.5), *size, zorder=0, gid="band", **Fill("band", "none").style())
    chart.ax.add_patch(band)
    layout.null_line(chart, transform)
    layout.reference_line(chart, fit.estimate, role="accent", style=GUIDE)
    at = np.arange(len(table))
    layout.whiskers(chart, at, low, high)
    dots(chart.ax, value, at, POINT, size=5.5, edge=1.0, gid="estimates")
    chart.note(f"dashed line and band: all studies, {transform.write_result(fit)}")
    data = pd.DataFrame({heading.lower(): labels} | ({"k": table["k"].astype(int).to_numpy()} if "k" in table else {}))
    ends = zip((symbol, "lower", "upper"), (value, low, high), strict=True)
    return chart.fig, data.assign(**{name: transform.back(part) for name, part in ends}), value


def _parts(table: pd.DataFrame, *more: str) -> list[NDArray[np.float64]]:
    require(table, "estimate", "ci_low", "ci_high", *more)
    finite = np.isfinite(table["estimate"].to_numpy(float))
    if not finite.all():
        raise RestatedError("an estimate is missing or not finite", field="estimate", row=int(np.argmin(finite)) + 1)
    return [table[name].to_numpy(float) for name in ("estimate", "ci_low", "ci_high")]


def _count_excluding(table: pd.DataFrame, scale: Scale) -> str:
    excluding = int(((table["ci_low"] > scale.origin) | (table["ci_high"] < scale.origin)).sum())
    share = "All" if excluding == len(table) else "None of the" if excluding == 0 else f"{excluding} of the"
    return f"{share} {len(table)} intervals exclude {number(scale.null, 0)}"
