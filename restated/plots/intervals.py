"""Estimates by row: leave-one-out, cumulative, and the same data under several methods."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import GUIDE, Fill, Mark, dots
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require
from restated.plots.words import FISHER_Z, Estimate, Scale, alt_text, count, number, plural

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

    Parameters
    ----------
    table : DataFrame
        Indexed by the study left out: estimate, ci_low, ci_high (95 % interval) on the scale of analysis.
    fit : Estimate
        Of all studies: line and band.
    transform : Scale

    Raises
    ------
    RestatedError
        If a column is missing or the table is empty.
    """
    fig, data = _by_row(table, "Left out", fit, transform)
    value = table["estimate"].to_numpy()
    extremes = (int(value.argmin()), int(value.argmax()))
    low, high = (f"{transform.write(value[i])} (without {table.index[i]})" for i in extremes)
    alt = alt_text(
        f"Pooled {transform.symbol} with each of {len(table)} studies left out in turn: from {low} to {high}",
        f"With all studies {transform.write_result(fit)}",
        _count_excluding(table, transform),
    )
    return Drawn(fig, alt, data)


@drawing
def cumulative(table: pd.DataFrame, fit: Estimate, *, transform: Scale = FISHER_Z) -> Drawn:
    """Pooled effect as studies are added, in the order of the rows.

    Parameters
    ----------
    table : DataFrame
        Indexed by the study added: estimate, ci_low, ci_high, optional `k`.
    fit, transform
        As in `leave_one_out`.
    """
    fig, data = _by_row(table, "Added", fit, transform)
    first, last = table.iloc[0], table.iloc[-1]
    alt = alt_text(
        f"Cumulative pooled {transform.symbol} over {len(table)} studies: {transform.write(first['estimate'])} after "
        f"the first, {transform.write_result(last)} after the last",
        _since(table, transform),
    )
    return Drawn(fig, alt, data)


@drawing
def estimators(
    table: pd.DataFrame, *, transform: Scale = FISHER_Z, headings: tuple[str, str] = ("Estimator", "Interval method")
) -> Drawn:
    """The same data under each estimator of tau2 and each interval method.

    Parameters
    ----------
    table : DataFrame
        Indexed by (method, ci): estimate, ci_low, ci_high, tau2 (nan for a method without one), optional
        pi_low, pi_high, on the scale of analysis.
    transform
        As in `leave_one_out`.
    headings : (str, str)
        Names of the two levels of the index.
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


def _by_row(table: pd.DataFrame, heading: str, fit: Estimate, scale: Scale) -> tuple[Figure, pd.DataFrame]:
    """Dots with intervals, one row each, over the line and band of the fit."""
    value, low, high = _parts(table)
    labels = [str(label) for label in table.index]
    # A first study alone may have an interval far wider than the rest: cut it, with arrows.
    inner: list[ArrayLike] = [value, [fit.ci_low, fit.ci_high], [np.nanquantile(low, 0.1), np.nanquantile(high, 0.9)]]
    left = [Column(heading, labels)]
    if "k" in table and table["k"].nunique() > 1:
        left.append(Column("k", [count(value) for value in table["k"]], align="right"))
    chart = layout.row_chart(
        left,
        layout.interval_columns(f"{scale.symbol} [95\u00a0% CI]", scale, value, low, high),
        limits=_limits(inner, scale),
        scale=scale,
        axis=scale.symbol,
        foot_lines=1,
    )
    size = (fit.ci_high - fit.ci_low, len(table))
    band = Rectangle((fit.ci_low, -0.5), *size, zorder=0, gid="band", **Fill("band", "none").style())
    chart.ax.add_patch(band)
    layout.null_line(chart, scale)
    layout.reference_line(chart, fit.estimate, role="accent", style=GUIDE)
    at = np.arange(len(table))
    layout.whiskers(chart, at, low, high)
    dots(chart.ax, value, at, POINT, size=5.5, edge=1.0, gid="estimates")
    chart.note(f"dashed line and band: all studies, {scale.write_result(fit)}")
    data = pd.DataFrame({heading.lower(): labels})
    if "k" in table:
        data["k"] = table["k"].astype(int).to_numpy()
    return chart.fig, data.assign(**_back(scale, value, low, high))


def _excluding(table: pd.DataFrame, scale: Scale) -> NDArray[np.bool_]:
    """True for intervals that exclude the null value."""
    return np.asarray((table["ci_low"] > scale.origin) | (table["ci_high"] < scale.origin))


def _count_excluding(table: pd.DataFrame, scale: Scale) -> str:
    excluding = int(_excluding(table, scale).sum())
    share = "All" if excluding == len(table) else "None of the" if excluding == 0 else f"{excluding} of the"
    return f"{share} {len(table)} intervals exclude {number(scale.null, 0)}"


def _since(table: pd.DataFrame, scale: Scale) -> str:
    """First row from which every interval excludes the null value, in words."""
    outside = _excluding(table, scale)
    if not outside[-1]:
        return f"The last interval includes {number(scale.null, 0)}"
    first = len(outside) - int(np.argmin(outside[::-1])) if not outside.all() else 0
    where = table.index[first]
    return f"From {where} on ({first + 1} of {len(table)}), every interval excludes {number(scale.null, 0)}"
