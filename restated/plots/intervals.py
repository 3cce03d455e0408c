"""Estimates by row: leave-one-out, cumulative, and the same data under several methods."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.forest import level_text
from restated.plots.rows import Column
from restated.plots.style import Drawn, colour, drawing, require, text_width
from restated.plots.words import FISHER_Z, Scale, alt_text, count, number, plural

#: Names of methods as readers know them; others are shown as they are.
METHODS = {
    "FE": "Common effect",
    "EE": "Common effect",
    "DL": "DerSimonian–Laird",
    "PM": "Paule–Mandel",
    "HE": "Hedges",
    "ML": "ML",
    "REML": "REML",
    "SJ": "Sidik–Jonkman",
    "wald": "Wald",
    "knapp-hartung": "Knapp–Hartung",
}


@drawing
def leave_one_out(
    table: pd.DataFrame, fit, *, transform: Scale = FISHER_Z, axis: str | None = None, level: float = 0.95
) -> Drawn:
    """Pooled effect without each study in turn.

    Parameters
    ----------
    table : DataFrame
        Indexed by the study left out: estimate, ci_low, ci_high on the scale of analysis.
    fit : object
        Result with all studies: line and band.
    transform : Scale
    axis : str, optional
        Title of the axis.
    level : float
        Coverage of the intervals, for the headings.

    Raises
    ------
    RestatedError
        If a column is missing or the table is empty.
    """
    table = _checked(table)
    chart, data = _by_row(table, "Left out", fit, "all studies", transform, axis, level)
    value = table["estimate"].to_numpy()
    low, high = int(value.argmin()), int(value.argmax())
    return Drawn(
        chart.fig,
        alt_text(
            f"Pooled {transform.symbol} with each of {len(table)} studies left out in turn: "
            f"from {transform.write(value[low])} (without {table.index[low]}) "
            f"to {transform.write(value[high])} (without {table.index[high]})",
            f"With all studies {transform.write_result(fit)}",
            _how_many_exclude(table, transform),
        ),
        data,
    )


@drawing
def cumulative(
    table: pd.DataFrame, fit, *, transform: Scale = FISHER_Z, axis: str | None = None, level: float = 0.95
) -> Drawn:
    """Pooled effect as studies are added, first row first.

    Parameters
    ----------
    table : DataFrame
        Indexed by the study added: estimate, ci_low, ci_high, optional `year`, `k`.
    fit, transform, axis, level
        As in `leave_one_out`.
    """
    table = _checked(table)
    chart, data = _by_row(table, "Added", fit, "all studies", transform, axis, level)
    first, last = table.iloc[0], table.iloc[-1]
    when = f" in {_plain(first['year'])}" if "year" in table else ""
    until = f" in {_plain(last['year'])}" if "year" in table else ""
    return Drawn(
        chart.fig,
        alt_text(
            f"Cumulative pooled {transform.symbol} over {len(table)} studies: "
            f"{transform.write(first['estimate'])} after the first{when}, "
            f"{transform.write_result(last)} after the last{until}",
            _since(table, transform),
        ),
        data,
    )


@drawing
def estimators(
    table: pd.DataFrame,
    *,
    transform: Scale = FISHER_Z,
    axis: str | None = None,
    level: float = 0.95,
    headings: tuple[str, str] = ("Estimator", "Interval method"),
) -> Drawn:
    """The same data under each estimator of tau2 and each interval method.

    Parameters
    ----------
    table : DataFrame
        Indexed by (method, ci): estimate, ci_low, ci_high, tau2 (nan for a method without one), optional
        pi_low, pi_high, on the scale of analysis.
    transform, axis, level
        As in `leave_one_out`.
    headings : (str, str)
        What the two levels of the index are.
    """
    if table.index.nlevels != 2:
        raise RestatedError("the estimator table is not indexed by method and interval", field="index")
    table = _checked(table)
    if "tau2" not in table:
        raise RestatedError("the table has no column 'tau2'", field="tau2")
    methods = [METHODS.get(a, str(a)) for a, _ in table.index]
    kinds = [METHODS.get(b, str(b)) for _, b in table.index]
    shown = [name if i == 0 or name != methods[i - 1] else "" for i, name in enumerate(methods)]
    predicted = {"pi_low", "pi_high"} <= set(table)
    ends = [table[c].to_numpy(float) for c in ("estimate", "ci_low", "ci_high")]
    parts = [*ends, table["pi_low"], table["pi_high"]] if predicted else ends
    box = _limits(parts, transform)
    symbol = transform.symbol
    chart = layout.row_chart(
        [Column(headings[0], shown), Column(headings[1], kinds)],
        [
            *layout.interval_columns(f"{symbol} [{level_text(level)} CI]", transform, *ends),
            Column("τ²", ["–" if np.isnan(x) else number(x, 3) for x in table["tau2"]], align="right"),
        ],
        limits=box,
        scale=transform,
        axis=axis or symbol,
        foot_lines=int(predicted),
    )
    _null(chart, transform)
    at = np.arange(len(table))
    if predicted:
        layout.whiskers(chart, at, table["pi_low"], table["pi_high"], role="muted", width=0.8)
    layout.whiskers(chart, at, ends[1], ends[2], role="accent", width=3.2)
    chart.ax.plot(
        ends[0],
        at,
        linestyle="none",
        marker="o",
        markersize=6,
        color=colour("accent"),
        markeredgecolor=colour("page"),
        markeredgewidth=1.2,
        zorder=4,
        clip_on=False,
        gid="estimates",
    )
    if predicted:
        left = chart.ax.get_position().x0 * chart.fig.get_size_inches()[0]
        chart.below(left, f"thick: {level_text(level)} confidence interval; thin: prediction interval")
    data = pd.DataFrame(
        {
            headings[0].lower(): methods,
            headings[1].lower(): kinds,
            symbol: transform.back(ends[0]),
            "lower": transform.back(ends[1]),
            "upper": transform.back(ends[2]),
            "τ²": table["tau2"].to_numpy(),
        }
    )
    if predicted:
        data["prediction lower"] = transform.back(table["pi_low"].to_numpy(float))
        data["prediction upper"] = transform.back(table["pi_high"].to_numpy(float))
    low, high = (transform.write(x) for x in (ends[0].min(), ends[0].max()))
    span = low if low == high else f"{low} to {high}"
    tau2 = [number(x, 3) for x in (table["tau2"].min(), table["tau2"].max())]
    return Drawn(
        chart.fig,
        alt_text(
            f"Pooled {symbol} under {plural(len(set(methods)), headings[0].lower())} and "
            f"{plural(len(set(kinds)), headings[1].lower())}: estimate {span}",
            f"Widest interval {transform.write_interval(*_widest(ends))}; τ² from {tau2[0]} to {tau2[1]}",
            _how_many_exclude(table, transform),
        ),
        data,
    )


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    require(table, "estimate", "ci_low", "ci_high")
    if len(table) == 0:
        raise RestatedError("the table has no rows")
    if not np.isfinite(table["estimate"].astype(float)).all():
        raise RestatedError(
            "an estimate is missing or not finite",
            field="estimate",
            row=int(np.argmax(~np.isfinite(table["estimate"].astype(float)))) + 1,
        )
    return table


def _limits(parts, scale: Scale) -> tuple[float, float]:
    values = np.concatenate([np.asarray(part, float) for part in parts])
    values = np.append(values[np.isfinite(values)], float(scale.forward(scale.null)))
    return layout.padded(values.min(), values.max())


def _null(chart, scale: Scale) -> None:
    null = float(scale.forward(scale.null))
    low, high = chart.ax.get_xlim()
    if low < null < high:
        layout.reference_line(chart, null, role="ink")


def _by_row(table, heading, fit, fit_words, scale, axis, level):
    """Dots with intervals, one row each, over the line and band of the fit."""
    labels = [str(label) for label in table.index]
    ends = [table[c].to_numpy(float) for c in ("estimate", "ci_low", "ci_high")]
    # A first study alone may have an interval far wider than the rest: cut it, with arrows.
    inner = [ends[0], [fit.ci_low, fit.ci_high], [np.nanquantile(ends[1], 0.1), np.nanquantile(ends[2], 0.9)]]
    left = [Column(heading, labels)]
    if "year" in table:
        left.append(Column("Year", [_plain(value) for value in table["year"]], align="right"))
    if "k" in table and table["k"].nunique() > 1:
        left.append(Column("k", [count(value) for value in table["k"]], align="right"))
    symbol = scale.symbol
    chart = layout.row_chart(
        left,
        layout.interval_columns(f"{symbol} [{level_text(level)} CI]", scale, *ends),
        limits=_limits(inner, scale),
        scale=scale,
        axis=axis or symbol,
        foot_lines=1,
    )
    bottom = chart.ax.get_ylim()[0]
    chart.ax.add_patch(
        Rectangle(
            (fit.ci_low, -0.5),
            fit.ci_high - fit.ci_low,
            bottom + 0.5,
            facecolor=colour("band"),
            edgecolor="none",
            zorder=0,
            gid="band",
        )
    )
    _null(chart, scale)
    layout.reference_line(chart, fit.estimate, role="accent", style=(0, (2, 2)))
    at = np.arange(len(table))
    layout.whiskers(chart, at, ends[1], ends[2])
    chart.ax.plot(
        ends[0],
        at,
        linestyle="none",
        marker="o",
        markersize=5.5,
        color=colour("accent"),
        zorder=4,
        clip_on=False,
        gid="estimates",
    )
    words = f"dashed line and band: {fit_words}, {scale.write_result(fit)}"
    width = chart.fig.get_size_inches()[0]
    start = min(chart.ax.get_position().x0 * width, width - layout.MARGIN - text_width(words, chart.size))
    chart.below(start, words)
    data = pd.DataFrame({heading.lower(): labels})
    for name in ("year", "k"):
        if name in table:
            data[name] = (
                [_plain(value) for value in table[name]] if name == "year" else table[name].astype(int).to_numpy()
            )
    for name, part in zip((symbol, "lower", "upper"), ends, strict=True):
        data[name] = scale.back(part)
    return chart, data


def _plain(value) -> str:
    return "" if pd.isna(value) else str(int(value))


def _widest(ends) -> tuple[float, float]:
    i = int(np.nanargmax(ends[2] - ends[1]))
    return ends[1][i], ends[2][i]


def _how_many_exclude(table: pd.DataFrame, scale: Scale) -> str:
    null = float(scale.forward(scale.null))
    low, high = table["ci_low"].to_numpy(float), table["ci_high"].to_numpy(float)
    excluding = int(((low > null) | (high < null)).sum())
    share = "All" if excluding == len(table) else "None of the" if excluding == 0 else f"{excluding} of the"
    return f"{share} {len(table)} intervals exclude {number(scale.null, 0)}"


def _since(table: pd.DataFrame, scale: Scale) -> str:
    """From which row on every interval excludes the null."""
    null = float(scale.forward(scale.null))
    low, high = table["ci_low"].to_numpy(float), table["ci_high"].to_numpy(float)
    outside = (low > null) | (high < null)
    if not outside[-1]:
        return f"The last interval includes {number(scale.null, 0)}"
    first = len(outside) - int(np.argmin(outside[::-1])) if not outside.all() else 0
    where = table.index[first]
    return f"From {where} on ({first + 1} of {len(table)}), every interval excludes {number(scale.null, 0)}"
