"""Forest plots: a row per study, squares by weight, diamond, prediction interval as a row of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon, Rectangle
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import Mark
from restated.plots.rows import Column
from restated.plots.style import POINTS, Drawn, colour, drawing, text_width
from restated.plots.words import FISHER_Z, Scale, alt_text, count, crosses, number, plural

#: Share of whiskers that may be cut by the automatic axis limits; a few very small studies would squeeze the
#: rest.
CUT = 0.10
#: Side of the largest square in row heights.
LARGEST = 0.78
#: Inches kept free for the status marks.
GUTTER = 0.14
#: Half height of diamond and of the prediction bar, in rows.
DIAMOND, BAR = 0.36, 0.17

#: Marks of a row's status: shape first, so that they can be told apart without colour.
STATUS_MARKS = {
    "observed, open data": dict(marker="o", fill=True),
    "enumerated": dict(marker="s", fill=False),
    "moment-matched": dict(marker="^", fill=False),
    "assumed": dict(marker="D", fill=False),
    "printed": dict(marker="o", fill=False),
    "arithmetic on printed numbers": dict(marker="P", fill=True),
    "observed, original file supplied by the reader": dict(marker="*", fill=True),
}


@drawing
def forest(
    studies: pd.DataFrame,
    fit,
    *,
    fit_label: str = "Random-effects model",
    second: tuple[str, object] | None = None,
    transform: Scale = FISHER_Z,
    effect: str | None = None,
    axis: str | None = None,
    left: str = "",
    right: str = "",
    limits: tuple[float, float] | None = None,
    compact: bool | None = None,
    level: float = 0.95,
    noun: str = "study",
) -> Drawn:
    """Forest plot.

    Parameters
    ----------
    studies : DataFrame, k rows
        `study` (label), `y` (effect on the scale of analysis), `se`; optional `year`, `n`, `group`
        (contiguous subgroups, headed), `status` (one of `STATUS_MARKS`, marked before the label). A row whose
        `y` or `se` is not finite stays visible as left out.
    fit : object
        Result with estimate, ci_low, ci_high, weights (of the rows that are not left out) and, where it has
        them, pi_low, pi_high, tau2, i2.
    fit_label : str
        Name of the summary row.
    second : (str, object), optional
        Label and result of a second pooled effect, drawn as a hollow diamond.
    transform : Scale
        From the scale of analysis to the axis.
    effect : str, optional
        What is measured, for axis and columns; default the symbol of the scale.
    axis : str, optional
        Title of the axis; default `effect`.
    left, right : str
        What effects on either side of the null line mean.
    limits : (float, float), optional
        Of the axis, in axis units; intervals beyond are cut and end in an arrow. Default: all estimates and
        pooled intervals, and nine in ten whisker ends.
    compact : bool, optional
        Close rows and smaller type; default from 32 rows on.
    level : float
        Coverage of the study intervals (normal quantile).
    noun : str
        What a row is, for the alternative text.

    Returns
    -------
    Drawn

    Raises
    ------
    RestatedError
        If a column is missing, the weights do not belong to the rows, a group is split or a status is
        unknown.

    References
    ----------
    Lewis, S., & Clarke, M. (2001). Forest plots: trying to see the wood and the trees. BMJ, 322, 1479.
    Guddat, C., et al. (2012). A note on the graphical presentation of prediction intervals. Systematic
    Reviews, 1, 34.
    """
    table = _checked(studies)
    used = (np.isfinite(table["y"]) & np.isfinite(table["se"])).to_numpy()
    weights = _weights(fit, used)
    symbol = effect or transform.symbol
    margin = norm.ppf((1 + level) / 2)
    y = table["y"].to_numpy()
    lows = np.where(used, y - margin * table["se"].to_numpy(), np.nan)
    highs = np.where(used, y + margin * table["se"].to_numpy(), np.nan)

    plan = _plan(table)
    pooled = [(fit_label, fit)] + ([second] if second else [])
    prediction = _prediction(fit)
    spread = _heterogeneity(fit)
    total = len(plan) + 1 + len(pooled) + (prediction is not None) + bool(spread)
    prediction_row = total - 1 - bool(spread)
    placed = {study: row for row, (kind, study) in enumerate(plan) if kind == "study"}
    at = np.array([placed[i] for i in range(len(table))])
    first_pooled = len(plan) + 1

    def column(values: Sequence[str]) -> list[str]:
        cells = [""] * total
        for row, value in zip(at, values, strict=True):
            cells[row] = value
        return cells

    labels = column(table["study"].astype(str).tolist())
    grouped = "group" in table
    if grouped:
        labels = ["  " + label if label else label for label in labels]
        for row, (kind, value) in enumerate(plan):
            if kind == "group":
                labels[row] = str(value)
    for i, (name, _) in enumerate(pooled):
        labels[first_pooled + i] = name
    if prediction is not None:
        labels[prediction_row] = f"{level_text(level)} prediction interval"
    if spread:
        labels[-1] = spread
    headings = frozenset(row for row, (kind, _) in enumerate(plan) if kind == "group")
    pooled_rows = frozenset(range(first_pooled, first_pooled + len(pooled)))
    notes = frozenset(range(first_pooled + len(pooled), total))
    left_columns = [Column(noun.capitalize(), labels, free=headings | pooled_rows | notes)]
    if "year" in table:
        left_columns.append(Column("Year", column([_year(value) for value in table["year"]]), align="right"))
    if "n" in table:
        left_columns.append(Column("n", column([count(n) for n in table["n"]]), align="right"))
    if "status" in table:
        left_columns.append(Column("", [""] * total, gap=GUTTER))

    estimates, low_cells, high_cells = (np.full(total, np.nan) for _ in range(3))
    estimates[at], low_cells[at], high_cells[at] = np.where(used, y, np.nan), lows, highs
    for i, (_, result) in enumerate(pooled):
        estimates[first_pooled + i], low_cells[first_pooled + i], high_cells[first_pooled + i] = (
            result.estimate,
            result.ci_low,
            result.ci_high,
        )
    if prediction is not None:
        low_cells[prediction_row], high_cells[prediction_row] = prediction
    texts = {int(at[i]): _left_out(y[i], transform) for i in np.flatnonzero(~used)}
    columns = layout.interval_columns(
        f"{symbol} [{level_text(level)} CI]", transform, estimates, low_cells, high_cells, texts=texts
    )
    weight_cells = column(["" if np.isnan(w) else number(w, 1) for w in weights])
    weight_cells[first_pooled] = "100"
    columns.append(Column("Weight %", weight_cells, align="right"))

    box = _limits(limits, transform, y[used], lows[used], highs[used], pooled, prediction)
    key = _status_key(table)
    chart = layout.row_chart(
        left_columns,
        columns,
        limits=box,
        scale=transform,
        axis=axis or symbol,
        compact=compact,
        strong=headings | pooled_rows,
        quiet=frozenset(at[~used].tolist()) | (frozenset({total - 1}) if spread else frozenset()),
        foot_lines=bool(left or right) + bool(key),
    )
    ax = chart.ax
    null = float(transform.forward(transform.null))
    inside = box[0] < null < box[1]
    if inside:
        layout.reference_line(chart, null, role="ink", gid="null")
    layout.reference_line(chart, fit.estimate, role="accent", style=(0, (2, 2)), bottom=first_pooled)
    layout.whiskers(chart, at[used], lows[used], highs[used])
    shown = used & (y >= box[0]) & (y <= box[1])
    ax.scatter(
        y[shown],
        at[shown],
        s=_areas(weights[shown], weights[used], chart.row_height),
        marker="s",
        color=colour("accent"),
        linewidths=0,
        zorder=4,
        clip_on=False,
        gid="squares",
    )
    ax.plot(
        [0, 1], [len(plan), len(plan)], color=colour("muted"), linewidth=0.8, clip_on=False, transform=_across(chart)
    )
    for i, (_, result) in enumerate(pooled):
        _diamond(ax, first_pooled + i, result, hollow=i > 0)
    if prediction is not None:
        _bar(chart, prediction_row, *prediction)
    if left or right:
        _directions(chart, null if inside else sum(box) / 2, left, right)
    if key:
        _draw_status(chart, table, at, key, line=bool(left or right))
    data = _data(table, symbol, transform, lows, highs, weights, used, pooled, prediction, level)
    return Drawn(chart.fig, _alt(table, data, transform, symbol, pooled, prediction, used, weights, level, noun), data)


def level_text(level: float) -> str:
    """0.95 -> '95 %', with a space that does not break."""
    return f"{number(100 * level, 0 if float(100 * level).is_integer() else 1)}\u00a0%"


def _checked(studies: pd.DataFrame) -> pd.DataFrame:
    """A copy with a clean index, or a message about what is missing."""
    for name in ("study", "y", "se"):
        if name not in studies:
            raise RestatedError(
                f"the study table has no column '{name}'",
                field=name,
                remedy="Give study, y and se on the scale of analysis",
            )
    if len(studies) == 0:
        raise RestatedError("the study table has no rows")
    table = studies.reset_index(drop=True)
    table = table.assign(y=table["y"].astype(float), se=table["se"].astype(float))
    negative = table["se"].to_numpy() <= 0
    if negative.any():
        raise RestatedError("a standard error is not positive", row=int(np.argmax(negative)) + 1, field="se")
    if "group" in table:
        groups = table["group"].astype(str)
        if groups.ne(groups.shift()).sum() != groups.nunique():
            raise RestatedError(
                "rows of one subgroup are not together", field="group", remedy="Sort the table by group"
            )
    if "status" in table:
        unknown = sorted(set(table["status"]) - set(STATUS_MARKS))
        if unknown:
            raise RestatedError(
                f"unknown status '{unknown[0]}'", field="status", remedy="Use one of: " + "; ".join(STATUS_MARKS)
            )
    return table


def _weights(fit, used: np.ndarray) -> np.ndarray:
    """Weights in percent per row, missing for rows left out."""
    given = np.asarray(fit.weights, float)
    if given.shape != (used.sum(),):
        raise RestatedError(
            f"{used.sum()} rows can be drawn but the fit has {given.size} weights",
            field="weights",
            remedy="Give the rows the model was fitted to; others need a y or se that is not finite",
        )
    weights = np.full(len(used), np.nan)
    weights[used] = 100 * given / given.sum()
    return weights


def _prediction(fit) -> tuple[float, float] | None:
    """The prediction interval, where the fit has one."""
    low, high = (getattr(fit, name, None) for name in ("pi_low", "pi_high"))
    return None if low is None or high is None or not np.isfinite([low, high]).all() else (float(low), float(high))


def _heterogeneity(fit) -> str:
    """The spread of the true effects in words, where the fit has it."""
    tau2, i2 = (getattr(fit, name, None) for name in ("tau2", "i2"))
    if tau2 is None or i2 is None or not np.isfinite([tau2, i2]).all():
        return ""
    return f"τ² = {number(tau2, 3)}, I² = {number(i2, 0)}\u00a0%"


def _plan(table: pd.DataFrame) -> list[tuple[str, object]]:
    """Rows from the top: ("group", name) and ("study", index)."""
    plan: list[tuple[str, object]] = []
    for i in range(len(table)):
        if "group" in table and (i == 0 or table["group"].iat[i] != table["group"].iat[i - 1]):
            plan.append(("group", table["group"].iat[i]))
        plan.append(("study", i))
    return plan


def _year(value) -> str:
    return "" if pd.isna(value) else str(int(value)) if isinstance(value, (int, float, np.number)) else str(value)


def _left_out(y: float, scale: Scale) -> str:
    """Words for a row that is not in the model."""
    return "left out" if np.isnan(y) else f"{scale.write(y)}, left out"


def _areas(weights: np.ndarray, every: np.ndarray, row_height: float) -> np.ndarray:
    """Areas of the squares in square points, proportional to the weights."""
    return (LARGEST * row_height * POINTS) ** 2 * weights / every.max()


def _limits(limits, scale: Scale, y, lows, highs, pooled, prediction) -> tuple[float, float]:
    """Axis limits on the scale of analysis."""
    if limits is not None:
        return tuple(float(scale.forward(x)) for x in limits)
    ends = [result.ci_low for _, result in pooled] + [result.ci_high for _, result in pooled]
    ends += list(prediction or ()) + [float(scale.forward(scale.null))]
    low = min(*ends, y.min(), np.quantile(lows, CUT))
    high = max(*ends, y.max(), np.quantile(highs, 1 - CUT))
    return layout.padded(low, high)


def _across(chart):
    """Transform with x in shares of the figure width and y in rows."""
    from matplotlib.transforms import blended_transform_factory

    return blended_transform_factory(chart.fig.transFigure, chart.ax.transData)


def _diamond(ax, row: int, result, *, hollow: bool) -> None:
    """Diamond whose left and right corners are the confidence limits."""
    corners = [
        (result.ci_low, row),
        (result.estimate, row - DIAMOND),
        (result.ci_high, row),
        (result.estimate, row + DIAMOND),
    ]
    ax.add_patch(
        Polygon(
            corners,
            closed=True,
            facecolor=colour("page" if hollow else "accent"),
            edgecolor=colour("second" if hollow else "accent"),
            linewidth=1.2,
            zorder=5,
            clip_on=True,
            gid="diamond-second" if hollow else "diamond",
        )
    )


def _bar(chart, row: int, low: float, high: float) -> None:
    """Prediction interval: an outlined bar, cut with arrows like a whisker."""
    left, right = chart.ax.get_xlim()
    a, b = max(low, left), min(high, right)
    chart.ax.add_patch(
        Rectangle(
            (a, row - BAR),
            b - a,
            2 * BAR,
            facecolor=colour("band"),
            edgecolor=colour("accent"),
            linewidth=1.0,
            zorder=4,
            gid="prediction",
        )
    )
    layout.whiskers(chart, [row], [low], [high], role="accent", width=0.0)


def _directions(chart, null: float, left: str, right: str) -> None:
    """What lies on either side of the null line, in the first line under the axis title."""
    ax = chart.ax
    box = ax.get_position()
    width = chart.fig.get_size_inches()[0]
    x0, x1 = ax.get_xlim()
    at = (box.x0 + (null - x0) / (x1 - x0) * box.width) * width
    for text, side, room in ((f"← {left}", "right", at), (f"{right} →", "left", width - at)):
        if text.strip("←→ "):
            if text_width(text, chart.size) > room - 0.15:
                raise RestatedError(
                    f"the direction label '{text}' does not fit beside the null line", remedy="Shorten it"
                )
            chart.below(at + (-0.08 if side == "right" else 0.08), text, align=side)


def _status_key(table: pd.DataFrame) -> list[str]:
    """Statuses that occur, in the order of `STATUS_MARKS`."""
    if "status" not in table:
        return []
    return [status for status in STATUS_MARKS if (table["status"] == status).any()]


def _mark_style(status: str, size: float) -> dict:
    mark = STATUS_MARKS[status]
    face = colour("muted") if mark["fill"] else colour("page")
    return dict(
        marker=mark["marker"],
        markersize=0.5 * size,
        markerfacecolor=face,
        markeredgecolor=colour("muted"),
        markeredgewidth=0.9,
    )


def _draw_status(chart, table: pd.DataFrame, at: np.ndarray, key: list[str], *, line: bool) -> None:
    """Marks in the gap before the plot and their key under the axis."""
    width = chart.fig.get_size_inches()[0]
    gutter = chart.ax.get_position().x0 * width - layout.GAP - 0.3 * GUTTER
    for row, status in zip(at, table["status"], strict=True):
        chart.mark_at(
            gutter,
            row,
            Mark(STATUS_MARKS[status]["marker"], STATUS_MARKS[status]["fill"], "muted"),
            size=0.5 * chart.size,
            edge=0.9,
        )
    x = layout.MARGIN + 0.08
    y = chart.foot - line * chart.size * 1.35 / POINTS
    for status in key:
        chart.ax.plot(
            [x],
            [y + layout.HALF_DIGIT * chart.size / POINTS],
            linestyle="none",
            clip_on=False,
            transform=chart.fig.dpi_scale_trans,
            **_mark_style(status, chart.size),
        )
        chart.below(x + 0.1, status, line=int(line))
        x += 0.35 + text_width(status, chart.size)


def _data(table, symbol, scale, lows, highs, weights, used, pooled, prediction, level) -> pd.DataFrame:
    """What is drawn, on the scale of the axis."""
    out = pd.DataFrame({"row": table["study"].astype(str)})
    for name in ("group", "status"):
        if name in table:
            out[name] = table[name].astype(str)
    if "year" in table:
        out["year"] = table["year"].map(_year)
    if "n" in table:
        out["n"] = table["n"].astype(float).round().astype("Int64")
    back = [scale.back(np.asarray(part, float)) for part in (table["y"], lows, highs)]
    out[symbol], out["lower"], out["upper"] = back
    out["weight %"] = weights
    out["drawn as"] = np.where(used, "square", "left out")
    extra = [
        {
            "row": name,
            symbol: float(scale.back(result.estimate)),
            "lower": float(scale.back(result.ci_low)),
            "upper": float(scale.back(result.ci_high)),
            "weight %": 100.0 if i == 0 else np.nan,
            "drawn as": "diamond",
        }
        for i, (name, result) in enumerate(pooled)
    ]
    if prediction is not None:
        extra.append(
            {
                "row": f"{level_text(level)} prediction interval",
                "lower": float(scale.back(prediction[0])),
                "upper": float(scale.back(prediction[1])),
                "drawn as": "bar",
            }
        )
    bottom = pd.DataFrame(extra).reindex(columns=out.columns)
    for name in out.columns:
        if name in ("group", "status", "year"):
            bottom[name] = "–"
        elif name == "n":
            bottom[name] = pd.array([pd.NA] * len(bottom), dtype="Int64")
        elif name in (symbol, "lower", "upper", "weight %"):
            bottom[name] = bottom[name].astype(float)
    return pd.concat([out, bottom], ignore_index=True)


def _alt(table, data, scale, symbol, pooled, prediction, used, weights, level, noun) -> str:
    drawn = data[data["drawn as"] == "square"]
    smallest, largest = (
        number(x, scale.decimals, leading_zero=scale.leading_zero) for x in (drawn[symbol].min(), drawn[symbol].max())
    )
    many = plural(int(used.sum()), noun, "studies" if noun == "study" else None)
    fit = pooled[0][1]
    interval = scale.write_interval(fit.ci_low, fit.ci_high)
    heaviest = int(np.nanargmax(weights))
    sentences = [
        f"Forest plot of {many}; {symbol} from {smallest} to {largest}",
        f"Pooled {symbol} {scale.write(fit.estimate)}, {level_text(level)} interval {interval}, which "
        f"{crosses(fit.ci_low, fit.ci_high, float(scale.forward(scale.null)))} {number(scale.null, 0)}",
    ]
    if prediction is not None:
        sentences.append(f"Prediction interval {scale.write_interval(*prediction)}")
    if len(pooled) > 1:
        other = pooled[1][1]
        sentences.append(
            f"{pooled[1][0]}: {scale.write(other.estimate)} {scale.write_interval(other.ci_low, other.ci_high)}"
        )
    if (~used).any():
        sentences.append(f"{plural(int((~used).sum()), 'row')} left out of the model")
    sentences.append(f"Largest weight: {table['study'].iat[heaviest]}, {number(weights[heaviest], 0)} %")
    return alt_text(*sentences)
