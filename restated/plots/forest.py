"""Forest plots: a row per study, squares by weight, diamond, prediction interval as a row of its own."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon, Rectangle
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import GUIDE, Fill, Mark
from restated.plots.rows import Chart, Column
from restated.plots.style import POINTS, Drawn, colour, drawing
from restated.plots.words import FISHER_Z, Scale, alt_text, count, crosses, level_text, number, plural

#: Share of whisker ends that the automatic axis limits may cut, lest a few very small studies squeeze the rest.
CUT = 0.10
#: Side of the largest square in row heights.
LARGEST = 0.78
#: Inches kept free for the status marks.
GUTTER = 0.14
#: Half height of diamond and of the prediction bar, in rows.
DIAMOND, BAR = 0.36, 0.17

#: Marks of a row's status. Shapes and fillings distinguish them without colour.
STATUS_MARKS = {
    "observed, open data": Mark("o", True, "muted"),
    "enumerated": Mark("s", False, "muted"),
    "moment-matched": Mark("^", False, "muted"),
    "assumed": Mark("D", False, "muted"),
    "printed": Mark("o", False, "muted"),
    "arithmetic on printed numbers": Mark("P", True, "muted"),
    "observed, original file supplied by the reader": Mark("*", True, "muted"),
}


@drawing
def forest(
    studies: pd.DataFrame,
    fit: Any,
    *,
    fit_label: str = "Random-effects model",
    second: tuple[str, Any] | None = None,
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
        `study` (label), `y` (effect on the scale of analysis), `se`; optional `year`, `n`, `group` (contiguous),
        `status` (one of `STATUS_MARKS`). A row whose `y` or `se` is not finite stays visible as left out.
    fit : object
        Result with estimate, ci_low, ci_high, weights (of the rows not left out); optional pi_low, pi_high, tau2, i2.
    fit_label : str
        Name of the summary row.
    second : (str, object), optional
        Label and result of a second pooled effect, drawn as a hollow diamond.
    transform : Scale
        From the scale of analysis to the axis.
    effect : str, optional
        Name of the effect, for axis and columns; default the symbol of the scale.
    axis : str, optional
        Title of the axis; default `effect`.
    left, right : str
        Meaning of effects on either side of the null line.
    limits : (float, float), optional
        Of the axis, in axis units; intervals beyond end in an arrow. By default some whisker ends are cut (`CUT`).
    compact : bool, optional
        Close rows and smaller type; by default from 32 rows on.
    level : float
        Coverage of the study intervals (normal quantile).
    noun : str
        Word for a row, for heading and alternative text.

    Raises
    ------
    RestatedError
        If a column is missing, the weights do not belong to the rows, a group is split or a status is unknown.

    References
    ----------
    Lewis, S., & Clarke, M. (2001). Forest plots: trying to see the wood and the trees. BMJ, 322, 1479.
    Guddat, C., et al. (2012). A note on the graphical presentation of prediction intervals. Systematic Reviews, 1, 34.
    """
    pooled = [(fit_label, fit)] + ([second] if second else [])
    plot = _Plot(studies, pooled, transform, effect or transform.symbol, level, noun)
    box = _limits(plot, limits)
    statuses = _statuses(plot.table)
    chart = layout.row_chart(
        _left_columns(plot),
        _right_columns(plot),
        limits=box,
        scale=transform,
        axis=axis or plot.symbol,
        compact=compact,
        strong=frozenset(plot.headings) | plot.pooled_rows,
        quiet=frozenset(plot.at[~plot.used].tolist()) | (frozenset({plot.total - 1}) if plot.spread else frozenset()),
        foot_lines=bool(left or right) + bool(statuses),
    )
    null = layout.null_line(chart, transform)
    _draw(chart, plot)
    if left or right:
        layout.directions(chart, sum(box) / 2 if null is None else null, left, right)
    if statuses:
        _draw_status(chart, plot, statuses, line=int(bool(left or right)))
    data = _data(plot)
    return Drawn(chart.fig, _alt(plot, data), data)


class _Plot:
    """Content of a forest plot with the row of each part.

    Effects `y`, interval ends `lows`, `highs` (missing where left out), `weights` in percent, `used` (in the model) and
    rows `at` have one element per study; `headings` are the names of groups by row, `pooled` names and results.
    """

    def __init__(
        self, studies: pd.DataFrame, pooled: list[tuple[str, Any]], scale: Scale, symbol: str, level: float, noun: str
    ) -> None:
        self.table = table = _checked(studies)
        self.pooled, self.scale, self.symbol, self.level, self.noun = pooled, scale, symbol, level, noun
        self.y, se = table["y"].to_numpy(float), table["se"].to_numpy(float)
        self.used = np.isfinite(self.y) & np.isfinite(se)
        half = norm.ppf((1 + level) / 2) * se
        self.lows, self.highs = (np.where(self.used, end, np.nan) for end in (self.y - half, self.y + half))
        self.weights = _weights(pooled[0][1], self.used)
        self.at, self.headings = np.arange(len(table)), dict[int, str]()
        if "group" in table:
            self.at, self.headings = layout.under_headings(table["group"].astype(str).tolist())
        self.prediction = _prediction(pooled[0][1])
        self.spread = _heterogeneity(pooled[0][1])

    @property
    def rule(self) -> int:
        """Row of the rule between studies and results."""
        return len(self.at) + len(self.headings)

    @property
    def pooled_rows(self) -> frozenset[int]:
        return frozenset(range(self.rule + 1, self.rule + 1 + len(self.pooled)))

    @property
    def total(self) -> int:
        return self.rule + 1 + len(self.pooled) + (self.prediction is not None) + bool(self.spread)

    @property
    def prediction_row(self) -> int:
        return self.total - 1 - bool(self.spread)

    def column(self, values: Iterable[Any]) -> list[str]:
        """Cells of a column with one value for each study."""
        return layout.cells(self.total, self.at, list(values))


def _checked(studies: pd.DataFrame) -> pd.DataFrame:
    """A checked copy with a plain index."""
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
    if "status" in table and (unknown := sorted(set(table["status"]) - set(STATUS_MARKS))):
        raise RestatedError(
            f"unknown status '{unknown[0]}'", field="status", remedy="Use one of: " + "; ".join(STATUS_MARKS)
        )
    return table


def _weights(fit: Any, used: NDArray[np.bool_]) -> NDArray[np.float64]:
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


def _prediction(fit: Any) -> tuple[float, float] | None:
    """Prediction interval of a fit, if any."""
    low, high = (getattr(fit, name, None) for name in ("pi_low", "pi_high"))
    return None if low is None or high is None or not np.isfinite([low, high]).all() else (float(low), float(high))


def _heterogeneity(fit: Any) -> str:
    """Heterogeneity of a fit in words, if any."""
    tau2, i2 = (getattr(fit, name, None) for name in ("tau2", "i2"))
    if tau2 is None or i2 is None or not np.isfinite([tau2, i2]).all():
        return ""
    return f"τ² = {number(tau2, 3)}, I² = {number(i2, 0)}\u00a0%"


def _year(value: Any) -> str:
    return "" if pd.isna(value) else str(int(value)) if isinstance(value, (int, float, np.number)) else str(value)


def _limits(plot: _Plot, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Axis limits on the scale of analysis."""
    if limits is not None:
        low, high = (float(plot.scale.forward(x)) for x in limits)
        return low, high
    ends = [end for _, result in plot.pooled for end in (result.ci_low, result.ci_high)]
    ends += [*(plot.prediction or ()), float(plot.scale.forward(plot.scale.null))]
    y, used = plot.y[plot.used], plot.used
    low = min(*ends, y.min(), np.quantile(plot.lows[used], CUT))
    high = max(*ends, y.max(), np.quantile(plot.highs[used], 1 - CUT))
    return layout.padded(low, high)


def _left_columns(plot: _Plot) -> list[Column]:
    table = plot.table
    labels = plot.column(("  " if plot.headings else "") + label for label in table["study"].astype(str))
    for row, name in [*plot.headings.items(), *zip(sorted(plot.pooled_rows), (n for n, _ in plot.pooled), strict=True)]:
        labels[row] = name
    if plot.prediction is not None:
        labels[plot.prediction_row] = f"{level_text(plot.level)} prediction interval"
    if plot.spread:
        labels[-1] = plot.spread
    free = frozenset(plot.headings) | frozenset(range(plot.rule + 1, plot.total))
    columns = [Column(plot.noun.capitalize(), labels, free=free)]
    if "year" in table:
        columns.append(Column("Year", plot.column(_year(value) for value in table["year"]), align="right"))
    if "n" in table:
        columns.append(Column("n", plot.column(count(n) for n in table["n"]), align="right"))
    if "status" in table:
        columns.append(Column("", [""] * plot.total, gap=GUTTER))
    return columns


def _right_columns(plot: _Plot) -> list[Column]:
    estimates, lows, highs = (np.full(plot.total, np.nan) for _ in range(3))
    estimates[plot.at], lows[plot.at], highs[plot.at] = np.where(plot.used, plot.y, np.nan), plot.lows, plot.highs
    for row, (_, result) in zip(sorted(plot.pooled_rows), plot.pooled, strict=True):
        estimates[row], lows[row], highs[row] = result.estimate, result.ci_low, result.ci_high
    if plot.prediction is not None:
        lows[plot.prediction_row], highs[plot.prediction_row] = plot.prediction
    left_out = np.flatnonzero(~plot.used)
    texts = {
        int(plot.at[i]): "left out" if np.isnan(plot.y[i]) else f"{plot.scale.write(plot.y[i])}, left out"
        for i in left_out
    }
    weights = plot.column("" if np.isnan(w) else number(w, 1) for w in plot.weights)
    weights[plot.rule + 1] = "100"
    heading = f"{plot.symbol} [{level_text(plot.level)} CI]"
    columns = layout.interval_columns(heading, plot.scale, estimates, lows, highs, texts=texts)
    return [*columns, Column("Weight %", weights, align="right")]


def _draw(chart: Chart, plot: _Plot) -> None:
    """Line of the estimate, whiskers, squares, diamonds and the prediction bar."""
    ax, at, y, used, weights = chart.ax, plot.at, plot.y, plot.used, plot.weights
    layout.reference_line(chart, plot.pooled[0][1].estimate, role="accent", style=GUIDE, bottom=plot.rule + 1)
    layout.whiskers(chart, at[used], plot.lows[used], plot.highs[used])
    low, high = ax.get_xlim()
    shown = used & (y >= low) & (y <= high)
    largest = (LARGEST * chart.row_height * POINTS) ** 2
    ax.scatter(
        y[shown],
        at[shown],
        s=largest * weights[shown] / weights[used].max(),
        marker="s",
        color=colour("accent"),
        linewidths=0,
        zorder=4,
        clip_on=False,
        gid="squares",
    )
    across = blended_transform_factory(chart.fig.transFigure, ax.transData)
    ax.plot([0, 1], [plot.rule] * 2, color=colour("muted"), linewidth=0.8, clip_on=False, transform=across)
    for row, (_, result) in zip(sorted(plot.pooled_rows), plot.pooled, strict=True):
        _diamond(chart, row, result, hollow=row > plot.rule + 1)
    if plot.prediction is not None:
        _bar(chart, plot.prediction_row, *plot.prediction)


def _diamond(chart: Chart, row: int, result: Any, *, hollow: bool) -> None:
    """Diamond whose left and right corners are the confidence limits."""
    middle = result.estimate
    chart.ax.add_patch(
        Polygon(
            [(result.ci_low, row), (middle, row - DIAMOND), (result.ci_high, row), (middle, row + DIAMOND)],
            closed=True,
            facecolor=colour("page" if hollow else "accent"),
            edgecolor=colour("second" if hollow else "accent"),
            linewidth=1.2,
            zorder=5,
            clip_on=True,
            gid="diamond-second" if hollow else "diamond",
        )
    )


def _bar(chart: Chart, row: int, low: float, high: float) -> None:
    """Prediction interval: an outlined bar, cut with arrows like a whisker."""
    left, right = chart.ax.get_xlim()
    start, end = max(low, left), min(high, right)
    style = Fill("band", "accent", width=1.0).style()
    chart.ax.add_patch(Rectangle((start, row - BAR), end - start, 2 * BAR, zorder=4, gid="prediction", **style))
    layout.whiskers(chart, [row], [low], [high], role="accent", width=0.0)


def _statuses(table: pd.DataFrame) -> list[str]:
    """Statuses of the rows, in the order of `STATUS_MARKS`."""
    return [status for status in STATUS_MARKS if (table["status"] == status).any()] if "status" in table else []


def _draw_status(chart: Chart, plot: _Plot, statuses: list[str], *, line: int) -> None:
    """Marks in the gap before the plot and their key under the axis."""
    size, edge = 0.5 * chart.size, 0.9
    for row, status in zip(plot.at.tolist(), plot.table["status"], strict=True):
        chart.mark_at(chart.left - layout.GAP - 0.3 * GUTTER, row, STATUS_MARKS[status], size=size, edge=edge)
    key = chart.key(layout.MARGIN + 0.08, line=line, role="muted", mark=(size, edge))
    for status in statuses:
        key.add(status, STATUS_MARKS[status], width=0.0, space=0.1, gap=0.25)


def _data(plot: _Plot) -> pd.DataFrame:
    """Numbers of the picture, on the scale of the axis."""
    table, symbol, back = plot.table, plot.symbol, plot.scale.back
    out = pd.DataFrame({"row": table["study"].astype(str)})
    for name in ("group", "status"):
        if name in table:
            out[name] = table[name].astype(str)
    if "year" in table:
        out["year"] = table["year"].map(_year)
    if "n" in table:
        out["n"] = table["n"].astype(float).round().astype("Int64")
    for name, part in ((symbol, plot.y), ("lower", plot.lows), ("upper", plot.highs)):
        out[name] = back(part)
    out["weight %"] = plot.weights
    out["drawn as"] = np.where(plot.used, "square", "left out")
    extra = [
        {
            "row": name,
            symbol: float(back(result.estimate)),
            "lower": float(back(result.ci_low)),
            "upper": float(back(result.ci_high)),
            "weight %": np.nan if i else 100.0,
            "drawn as": "diamond",
        }
        for i, (name, result) in enumerate(plot.pooled)
    ]
    if plot.prediction is not None:
        low, high = (float(back(end)) for end in plot.prediction)
        name = f"{level_text(plot.level)} prediction interval"
        extra.append({"row": name, "lower": low, "upper": high, "drawn as": "bar"})
    bottom = pd.DataFrame(extra).reindex(columns=out.columns)
    for name in out.columns:
        if name in ("group", "status", "year"):
            bottom[name] = "–"
        elif name == "n":
            bottom[name] = pd.array([pd.NA] * len(bottom), dtype="Int64")
        elif name in (symbol, "lower", "upper", "weight %"):
            bottom[name] = bottom[name].astype(float)
    return pd.concat([out, bottom], ignore_index=True)


def _alt(plot: _Plot, data: pd.DataFrame) -> str:
    scale, symbol, fit = plot.scale, plot.symbol, plot.pooled[0][1]
    drawn = data.loc[data["drawn as"] == "square", symbol]
    ends = [number(x, scale.decimals, leading_zero=scale.leading_zero) for x in (drawn.min(), drawn.max())]
    many = plural(int(plot.used.sum()), plot.noun, "studies" if plot.noun == "study" else None)
    verb = crosses(fit.ci_low, fit.ci_high, float(scale.forward(scale.null)))
    heaviest = int(np.nanargmax(plot.weights))
    left_out = int((~plot.used).sum())
    return alt_text(
        f"Forest plot of {many}; {symbol} from {ends[0]} to {ends[1]}",
        f"Pooled {symbol} {scale.write(fit.estimate)}, {level_text(plot.level)} interval "
        f"{scale.write_interval(fit.ci_low, fit.ci_high)}, which {verb} {number(scale.null, 0)}",
        "" if plot.prediction is None else f"Prediction interval {scale.write_interval(*plot.prediction)}",
        *(f"{name}: {scale.write_result(other)}" for name, other in plot.pooled[1:]),
        f"{plural(left_out, 'row')} left out of the model" if left_out else "",
        f"Largest weight: {plot.table['study'].iat[heaviest]}, {number(plot.weights[heaviest], 0)} %",
    )
