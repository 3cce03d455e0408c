"""Forest plots: a row per study, squares by weight, diamond, prediction interval as a row of its own."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon, Rectangle
from matplotlib.transforms import blended_transform_factory
from numpy.typing import NDArray
from scipy.stats import norm

from restated.errors import RestatedError
from restated.plots import rows as layout
from restated.plots.marks import GUIDE, Fill
from restated.plots.rows import Chart, Column
from restated.plots.style import POINTS, Drawn, colour, drawing, require
from restated.plots.words import FISHER_Z, Scale, alt_text, count, number, plural

#: Share of whisker ends that the automatic axis limits may cut, lest a few very small studies squeeze the rest.
CUT = 0.10
#: Side of the largest square, half height of a diamond and of the prediction bar, in rows.
LARGEST, DIAMOND, BAR = 0.78, 0.36, 0.17
BAR_BEYOND = 0.15  #: Share of the axis by which a prediction interval may lengthen it at each end
ENDS = ["lower", "upper"]


@drawing
def forest(
    studies: pd.DataFrame,
    fit: Any,
    *,
    fit_label: str = "Random-effects model",
    second: tuple[str, Any] | None = None,
    transform: Scale = FISHER_Z,
    left: str = "",
    right: str = "",
    limits: tuple[float, float] | None = None,
    noun: str = "study",
) -> Drawn:
    """Forest plot.

    `studies`: `study` (label), `y` (effect on the scale of analysis), `se`; optional `year`, `n`. A row whose `y` or
    `se` is not finite stays visible as left out. Intervals of studies cover 95 % (normal quantile). `fit`: result with
    estimate, ci_low, ci_high, weights (of the rows not left out); optional pi_low, pi_high, tau2, i2. `fit_label`: name
    of the summary row. `second`: label and result of a second pooled effect, drawn as a hollow diamond. `transform`:
    from the scale of analysis to the axis. `left`, `right`: meaning of effects on either side of the null line.
    `limits`: of the axis, in axis units; intervals beyond end in an arrow. By default some whisker ends are cut
    (`CUT`). `noun`: word for a row, for heading and alternative text. Raises RestatedError if a column is missing, a
    standard error is not positive or the weights do not belong to the rows.

    References
    ----------
    Lewis, S., & Clarke, M. (2001). Forest plots: trying to see the wood and the trees. BMJ, 322, 1479.
    Guddat, C., et al. (2012). A note on the graphical presentation of prediction intervals. Systematic Reviews, 1, 34.
    """
    table = _checked(studies)
    pooled = [(fit_label, fit), *([second] if second else [])]
    rows = _rows(table, pooled, transform.symbol)
    box = _limits(rows, transform, limits)
    spread = _heterogeneity(fit)
    rule = len(table)
    grid = rows.set_index(np.r_[:rule, rule + 1 : len(rows) + 1]).reindex(range(len(rows) + 1 + bool(spread)))
    grid.loc[len(rows) + 1 :, "row"] = spread
    strong = frozenset(np.flatnonzero(grid["drawn as"] == "diamond").tolist())
    out = np.flatnonzero(grid["drawn as"] == "left out").tolist()
    chart = layout.row_chart(
        _left_columns(grid, table, noun),
        _right_columns(grid, out, transform),
        limits=box,
        scale=transform,
        axis=transform.symbol,
        strong=strong,
        quiet=frozenset(out + ([len(rows) + 1] if spread else [])),
        foot_lines=bool(left or right),
    )
    null = layout.null_line(chart, transform)
    layout.reference_line(chart, fit.estimate, role="accent", style=GUIDE, bottom=rule + 1)
    _draw_studies(chart, rows[:rule], transform.symbol)
    across = blended_transform_factory(chart.fig.transFigure, chart.ax.transData)
    chart.ax.plot([0, 1], [rule] * 2, color=colour("muted"), linewidth=0.8, clip_on=False, transform=across)
    for row, (_, result) in enumerate(pooled, start=rule + 1):
        _diamond(chart, row, result, hollow=row > rule + 1)
    for row in np.flatnonzero(grid["drawn as"] == "bar").tolist():
        _bar(chart, row, *grid.loc[row, ENDS])
    if left or right:
        layout.directions(chart, sum(box) / 2 if null is None else null, left, right)
    return Drawn(chart.fig, _alt(rows, pooled, transform, noun), _data(rows, table, transform))


def _checked(studies: pd.DataFrame) -> pd.DataFrame:
    table = require(studies, "study", "y", "se")
    table = table.assign(y=table["y"].astype(float), se=table["se"].astype(float))
    negative = table["se"].to_numpy() <= 0
    if negative.any():
        raise RestatedError("a standard error is not positive", row=int(np.argmax(negative)) + 1, field="se")
    return table


def _rows(table: pd.DataFrame, pooled: list[tuple[str, Any]], symbol: str) -> pd.DataFrame:
    """Studies and results on the scale of analysis, with weights in percent."""
    used = np.isfinite(table[["y", "se"]].to_numpy()).all(axis=1)
    half = (norm.ppf((1 + 0.95) / 2) * table["se"]).where(used)
    studies = pd.DataFrame({"row": table["study"].astype(str), symbol: table["y"]})
    studies["lower"], studies["upper"] = (table["y"] - half).where(used), (table["y"] + half).where(used)
    studies.loc[used, "weight %"] = _weights(pooled[0][1], int(used.sum()))
    studies["drawn as"] = np.where(used, "square", "left out")
    results = [
        (name, fit.estimate, fit.ci_low, fit.ci_high, np.nan if i else 100.0, "diamond")
        for i, (name, fit) in enumerate(pooled)
    ]
    low, high = (getattr(pooled[0][1], name, None) for name in ("pi_low", "pi_high"))
    if low is not None and high is not None and np.isfinite([low, high]).all():
        results.append(("95\u00a0% prediction interval", np.nan, low, high, np.nan, "bar"))
    return pd.concat([studies, pd.DataFrame(results, columns=studies.columns)], ignore_index=True)


def _weights(fit: Any, drawn: int) -> NDArray[np.float64]:
    """Weights in percent of the rows not left out."""
    given = np.asarray(fit.weights, float)
    if given.shape != (drawn,):
        problem = f"{drawn} rows can be drawn but the fit has {given.size} weights"
        remedy = "Give the rows the model was fitted to; others need a y or se that is not finite"
        raise RestatedError(problem, field="weights", remedy=remedy)
    return np.asarray(100 * given / given.sum())


def _heterogeneity(fit: Any) -> str:
    tau2, i2 = (getattr(fit, name, None) for name in ("tau2", "i2"))
    if tau2 is None or i2 is None or not np.isfinite([tau2, i2]).all():
        return ""
    return f"τ² = {number(tau2, 3)}, I² = {number(i2, 0)}\u00a0%"


def _year(value: Any) -> str:
    return "" if pd.isna(value) else str(int(value)) if isinstance(value, (int, float, np.number)) else str(value)


def _limits(rows: pd.DataFrame, scale: Scale, limits: tuple[float, float] | None) -> tuple[float, float]:
    if limits is not None:
        low, high = (float(scale.forward(x)) for x in limits)
        return low, high
    used, results = rows[rows["drawn as"] == "square"], rows[rows["drawn as"] == "diamond"]
    ends = [*results[ENDS].to_numpy().ravel(), scale.origin]
    y = used[scale.symbol]
    low = min(*ends, y.min(), np.quantile(used["lower"], CUT))
    high = max(*ends, y.max(), np.quantile(used["upper"], 1 - CUT))
    # A wide prediction interval would squeeze the rest: it is cut, with arrows.
    bar = rows.loc[rows["drawn as"] == "bar", ENDS].to_numpy().ravel()
    most = BAR_BEYOND * (high - low)
    low, high = min([low, *(max(end, low - most) for end in bar)]), max([high, *(min(end, high + most) for end in bar)])
    return layout.padded(low, high)


def _left_columns(grid: pd.DataFrame, table: pd.DataFrame, noun: str) -> list[Column]:
    free = frozenset(range(len(table) + 1, len(grid)))
    columns = [Column(noun.capitalize(), grid["row"].fillna("").tolist(), free=free)]
    for name, heading, write in (("year", "Year", _year), ("n", "n", count)):
        if name in table:
            written = layout.cells(len(grid), table.index, table[name].map(write))
            columns.append(Column(heading, written, align="right"))
    return columns


def _right_columns(grid: pd.DataFrame, out: list[int], scale: Scale) -> list[Column]:
    values = grid[scale.symbol]
    texts = {i: "left out" if np.isnan(values[i]) else f"{scale.write(values[i])}, left out" for i in out}
    weights = ["" if np.isnan(w) else number(w, 0 if w == 100 else 1) for w in grid["weight %"]]
    heading, ends = f"{scale.symbol} [95\u00a0% CI]", (grid["lower"], grid["upper"])
    columns = layout.interval_columns(heading, scale, values, *ends, texts=texts)
    return [*columns, Column("Weight %", weights, align="right")]


def _draw_studies(chart: Chart, studies: pd.DataFrame, symbol: str) -> None:
    layout.whiskers(chart, studies.index, studies["lower"], studies["upper"])
    used = studies[studies["drawn as"] == "square"]
    shown = used[used[symbol].between(*chart.ax.get_xlim())]
    largest = (LARGEST * chart.row_height * POINTS) ** 2
    area = largest * shown["weight %"] / used["weight %"].max()
    look: dict[str, Any] = {"marker": "s", "color": colour("accent"), "linewidths": 0, "zorder": 4, "clip_on": False}
    chart.ax.scatter(shown[symbol], shown.index, s=area, gid="squares", **look)


def _diamond(chart: Chart, row: int, result: Any, *, hollow: bool) -> None:
    """Diamond whose left and right corners are the confidence limits."""
    middle = result.estimate
    corners = [(result.ci_low, row), (middle, row - DIAMOND), (result.ci_high, row), (middle, row + DIAMOND)]
    style = Fill("page" if hollow else "accent", "second" if hollow else "accent", width=1.2).style()
    chart.ax.add_patch(Polygon(corners, zorder=5, gid="diamond-second" if hollow else "diamond", **style))


def _bar(chart: Chart, row: int, low: float, high: float) -> None:
    left, right = chart.ax.get_xlim()
    start, end = max(low, left), min(high, right)
    style = Fill("band", "accent", width=1.0).style()
    chart.ax.add_patch(Rectangle((start, row - BAR), end - start, 2 * BAR, zorder=2.5, gid="prediction", **style))
    layout.whiskers(chart, [row], [low], [high], role="accent", width=0.0)


def _data(rows: pd.DataFrame, table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    numbers = [scale.symbol, *ENDS]
    data = rows.assign(**{name: scale.back(rows[name].to_numpy()) for name in numbers})
    if "n" in table:
        data.insert(1, "n", table["n"].astype(float).round().reindex(data.index).astype("Int64"))
    if "year" in table:
        data.insert(1, "year", table["year"].map(_year).reindex(data.index, fill_value="–"))
    return data


def _alt(rows: pd.DataFrame, pooled: list[tuple[str, Any]], scale: Scale, noun: str) -> str:
    used, fit = rows[rows["drawn as"] == "square"], pooled[0][1]
    y, heaviest = used[scale.symbol], used.iloc[used["weight %"].argmax()]
    left_out = int((rows["drawn as"] == "left out").sum())
    return alt_text(
        f"Forest plot of {plural(len(used), noun)}; {scale.symbol} from "
        f"{scale.write(y.min())} to {scale.write(y.max())}",
        f"Pooled {scale.symbol} {scale.write(fit.estimate)}, 95\u00a0% interval "
        f"{scale.write_interval(fit.ci_low, fit.ci_high)}, which {scale.includes(fit)}",
        *(
            f"Prediction interval {scale.write_interval(*ends)}"
            for ends in rows.loc[rows["drawn as"] == "bar", ENDS].to_numpy()
        ),
        *(f"{name}: {scale.write_result(other)}" for name, other in pooled[1:]),
        f"{plural(left_out, 'row')} left out of the model" if left_out else "",
        f"Largest weight: {heaviest['row']}, {number(heaviest['weight %'], 0)} %",
    )
