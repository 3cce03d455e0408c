"""Estimates by row: leave-one-out, and the same data under several methods."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import GUIDE, Fill, Mark, dots
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import FISHER_Z, Estimate, Scale, alt_text, number, plural

#: Names of methods for readers; others are shown as they are.
METHODS = {
    "FE": "Common effect",
    "EE": "Common effect",
    "DL": "DerSimonian–Laird",
    "PM": "Paule–Mandel",
    "HE": "Hedges",
    "SJ": "Sidik–Jonkman",
    "wald": "Wald",
    "knapp-hartung": "Knapp–Hartung",
    "adhoc": "ad hoc Knapp–Hartung",
}
#: Mark of a pooled effect.
POINT = Mark("o", True, "accent")


@drawing
def leave_one_out(table: pd.DataFrame, fit: Estimate, *, transform: Scale = FISHER_Z) -> Drawn:
    """Pooled effect without each study in turn.

    `table`: indexed by the study left out: estimate, ci_low, ci_high (95 % interval) on the scale of analysis. `fit`:
    of all studies: line and band. Raises RestatedError if a column is missing or the table is empty.
    """
    value, low, high = _parts(table)
    labels, symbol = [str(label) for label in table.index], transform.symbol
    # A single study may leave an interval far wider than the rest: cut it, with arrows.
    inner: list[ArrayLike] = [value, [fit.ci_low, fit.ci_high], [np.nanquantile(low, 0.1), np.nanquantile(high, 0.9)]]
    chart = layout.row_chart(
        [Column("Left out", labels)],
        layout.interval_columns(f"{symbol} [95\u00a0% CI]", transform, value, low, high),
        limits=_limits(inner, transform),
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
    data = pd.DataFrame({"left out": labels} | ({"k": table["k"].astype(int).to_numpy()} if "k" in table else {}))
    extremes = (int(value.argmin()), int(value.argmax()))
    least, most = (f"{transform.write(value[i])} (without {table.index[i]})" for i in extremes)
    alt = alt_text(
        f"Pooled {symbol} with each of {len(table)} studies left out in turn: from {least} to {most}",
        f"With all studies {transform.write_result(fit)}",
        _count_excluding(table, transform),
    )
    return Drawn(chart.fig, alt, data.assign(**_back(transform, value, low, high)))


@drawing
def estimators(
    table: pd.DataFrame, *, transform: Scale = FISHER_Z, headings: tuple[str, str] = ("Estimator", "Interval method")
) -> Drawn:
    """The same data under each estimator of tau2 and each interval method.

    `table`: indexed by (method, ci): estimate, ci_low, ci_high, tau2 (nan for a method without one), optional pi_low,
    pi_high, on the scale of analysis. `transform`: as in `leave_one_out`. `headings`: names of the two levels of the
    index.
    """
    if table.index.nlevels != 2:
        raise RestatedError("the estimator table is not indexed by method and interval", field="index")
    value, low, high = _parts(table, "tau2")
    methods, kinds = ([METHODS.get(key, str(key)) for key in table.index.get_level_values(i)] for i in (0, 1))
    shown = [name if i == 0 or name != methods[i - 1] else "" for i, name in enumerate(methods)]
    predicted = [table[name].to_numpy(float) for name in ("pi_low", "pi_high") if name in table]
    symbol = transform.symbol
    chart = layout.row_chart(
        [Column(headings[0], shown), Column(headings[1], kinds)],
        [
            *layout.interval_columns(f"{symbol} [95\u00a0% CI]", transform, value, low, high),
            Column("τ²", ["–" if np.isnan(x) else number(x, 3) for x in table["tau2"]], align="right"),
        ],
        limits=_limits([value, low, high, *predicted], transform),
        scale=transform,
        axis=symbol,
        foot_lines=bool(predicted),
    )
    layout.null_line(chart, transform)
    at = np.arange(len(table))
    if predicted:
        layout.whiskers(chart, at, *predicted, role="muted", width=0.8)
    layout.whiskers(chart, at, low, high, role="accent", width=3.2)
    dots(chart.ax, value, at, POINT, size=6, edge=1.2, gid="estimates", markeredgecolor=colour("page"))
    if predicted:
        chart.below(chart.left, "thick: 95\u00a0% confidence interval; thin: prediction interval")
    data = pd.DataFrame({headings[0].lower(): methods, headings[1].lower(): kinds} | _back(transform, value, low, high))
    data["τ²"] = table["tau2"].to_numpy()
    for end, part in zip(("lower", "upper"), predicted, strict=False):
        data[f"prediction {end}"] = transform.back(part)
    ends = dict.fromkeys(transform.write(x) for x in (value.min(), value.max()))
    widest = int(np.nanargmax(high - low))
    alt = alt_text(
        f"Pooled {symbol} under {plural(len(set(methods)), headings[0].lower())} and "
        f"{plural(len(set(kinds)), headings[1].lower())}: estimate {' to '.join(ends)}",
        f"Widest interval {transform.write_interval(low[widest], high[widest])}; "
        f"τ² from {number(table['tau2'].min(), 3)} to {number(table['tau2'].max(), 3)}",
        _count_excluding(table, transform),
    )
    return Drawn(chart.fig, alt, data)


def _parts(table: pd.DataFrame, *more: str) -> list[NDArray[np.float64]]:
    """Estimates, lower and upper ends, checked."""
    require(table, "estimate", "ci_low", "ci_high", *more)
    finite = np.isfinite(table["estimate"].to_numpy(float))
    if not finite.all():
        raise RestatedError("an estimate is missing or not finite", field="estimate", row=int(np.argmin(finite)) + 1)
    return [table[name].to_numpy(float) for name in ("estimate", "ci_low", "ci_high")]


def _back(scale: Scale, *parts: NDArray[np.float64]) -> dict[str, Any]:
    """Columns of the data table: estimate, lower and upper end on the scale of the axis."""
    return {name: scale.back(part) for name, part in zip((scale.symbol, "lower", "upper"), parts, strict=True)}


def _limits(parts: Sequence[ArrayLike], scale: Scale) -> tuple[float, float]:
    values = np.concatenate([np.asarray(part, float) for part in parts])
    values = np.append(values[np.isfinite(values)], scale.origin)
    return layout.padded(values.min(), values.max())


def _count_excluding(table: pd.DataFrame, scale: Scale) -> str:
    excluding = int(((table["ci_low"] > scale.origin) | (table["ci_high"] < scale.origin)).sum())
    share = "All" if excluding == len(table) else "None of the" if excluding == 0 else f"{excluding} of the"
    return f"{share} {len(table)} intervals exclude {number(scale.null, 0)}"
