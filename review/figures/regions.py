"""Significance of comparisons of skewed costs: limits, regions, shares of data sets, and the power of a trial."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.legend import Key
from restated.plots.marks import DASHES, DOTS, GUIDE, SOLID, Fill, Line, Mark, dots
from restated.plots.spread import spread
from restated.plots.style import BASE, RAMP, WIDE, Drawn, axes_in_inches, colour, drawing, new_figure, text_width, write
from restated.plots.words import PLAIN, alt_text, number
from review.figures.pieces import label
from review.figures.tables import checked, distinct, parts, rows

#: Lines of up to three tests that moments determine, and bands of up to two that need values: distinct without colour.
LINES = (Line("accent", SOLID, 2), Line("second", DASHES, 2), Line("third", DOTS, 2))
BANDS = (Fill("band", "accent", width=0.8), Fill("none", "muted", "////", 0.8))
#: Mark of something weaker than the rest of the figure.
HOLLOW = Mark("D", False, "second")
#: The ramp darkens as the share of data sets rises, in five equal steps.
STEPS = np.linspace(0, 1, len(RAMP) + 1)
NO_DATA_SET = Fill("none", "zone1", "////", 0)
#: Ranges over shapes at the lower and the higher SD/mean.
RANGES = (Fill("band", "accent", width=1.2), Fill("none", "second", "////", 1.2))
HEIGHT = 5.1  # inches of the figure of limits
ABOVE = 1.3  # inches of it above and below the plot


@drawing
def limits(
    curves: pd.DataFrame,
    bands: pd.DataFrame,
    *,
    marks: Mapping[str, float],
    top: float,
    ratios: tuple[str, Sequence[float]] | None = None,
) -> Drawn:
    """Draw the largest SD/mean at which a ratio of mean costs is still significant, by test.

    `curves`: `test`, `ratio`, `cv`, of tests that moments determine. `bands`: `test`, `ratio`, `low`, `high`, ranges
    over shapes for tests that need values, infinite where they leave the plot. `marks` has words for SD/means found
    elsewhere (horizontal lines), `ratios` words and ratios to mark at the foot with hollow marks; `top` is the end of
    the axis. Raises `RestatedError` if a column is missing, a table is empty or there are more tests than looks.
    """
    curves, bands = checked(curves, "test", "ratio", "cv"), checked(bands, "test", "ratio", "low", "high")
    tests, sets = distinct(curves, "test"), distinct(bands, "test")
    if len(tests) > len(LINES) or len(sets) > len(BANDS):
        raise RestatedError(f"at most {len(LINES)} curves and {len(BANDS)} bands can be distinguished", field="test")
    fig = new_figure(WIDE, HEIGHT)
    room = max((text_width(words, BASE) for words in marks), default=0) + 0.25
    ax = axes_in_inches(fig, 0.75, 0.62, WIDE - 0.75 - room, HEIGHT - ABOVE)
    ax.set(xlim=(0.1, 1), ylim=(0, top), ylabel="SD/mean in both arms")
    ax.set_xlabel("mean cost, partial hospitalization over general psychiatric care")
    key = Key(fig, 0.75, HEIGHT - 0.2, mark=(6.5, 1.5), right=WIDE)
    looks: dict[str, Any] = {**dict(zip(tests, LINES)), **dict(zip(sets, BANDS))}
    for name in sets:
        here = bands[bands["test"] == name]
        low, high = (here[end].clip(upper=top + 1) for end in ("low", "high"))
        ax.fill_between(here["ratio"], low, high, zorder=1.5 if looks[name].hatch else 1, **looks[name].style())
    for name in tests:
        here = curves[curves["test"] == name]
        ax.plot(here["ratio"], here["cv"], zorder=3, **looks[name].style())
    _levels(ax, marks, 0.21 * top / (HEIGHT - ABOVE))
    if ratios:
        dots(ax, ratios[1], np.full(len(ratios[1]), 0.035 * top), HOLLOW, edge=1.5, zorder=5, clip_on=True)
        looks[ratios[0]] = HOLLOW
    ticks = np.arange(1, 11) / 10
    ax.set_xticks(ticks, [number(t, 1) for t in ticks])
    ax.set_yticks(*_ticks(top))
    for name, look in looks.items():
        key.add(name, look, gap=0.31)
    data = pd.concat(
        [
            curves.assign(low=np.nan, high=np.nan)[np.isclose(curves["ratio"] * 20 % 1, 0, atol=1e-6)],
            bands.assign(cv=np.nan).replace(np.inf, np.nan),
        ]
    ).rename(columns={"cv": "largest SD/mean", "low": "lowest over shapes", "high": "highest over shapes"})
    return Drawn(fig, _alt_of_limits(curves, bands), data.reset_index(drop=True))


def _levels(ax: Axes, marks: Mapping[str, float], apart: float) -> None:
    """Horizontal lines with their words in the right margin, kept apart."""
    words = sorted(marks, key=lambda name: marks[name])
    for name, place in zip(words, spread([marks[name] for name in words], apart), strict=True):
        ax.plot([0.1, 1], [marks[name]] * 2, zorder=2, **Line("muted", GUIDE, 0.9).style())
        ax.plot([1, 1.012], [marks[name], place], clip_on=False, **Line("muted", width=0.9).style())
        label(ax, 1.02, place, name, clip_on=False)


def _alt_of_limits(curves: pd.DataFrame, bands: pd.DataFrame, at: float = 0.5) -> str:
    values = {test: np.interp(at, part["ratio"], part["cv"]) for test, part in parts(curves, "test").items()}
    half = bands[np.isclose(bands["ratio"], at) & np.isfinite(bands[["low", "high"]]).all(axis=1)]
    over = [f"{row.test} {number(row.low, 2)} to {number(row.high, 2)}" for row in rows(half)]
    return alt_text(
        "Largest SD/mean at which half the cost is still significant: "
        + ", ".join(f"{test} {number(value, 2)}" for test, value in values.items()),
        f"Over assumed shapes: {', '.join(over)}" if over else "",
        "All limits fall to 0 as the ratio nears 1",
    )


def _ticks(top: float) -> tuple[list[float], list[str]]:
    at = [float(t) for t in PLAIN.ticks(0, top, most=7)]
    return at, PLAIN.tick_labels(at)


@drawing
def planes(
    p_value: Callable[[str, float, np.ndarray, np.ndarray], np.ndarray],
    tests: Sequence[str],
    ratios: Sequence[float],
    *,
    arms: tuple[str, str],
    marks: Mapping[str, float],
    top: float,
    level: float = 0.05,
) -> Drawn:
    """Draw the line p = `level` over the SD/mean of both arms, one line for each ratio of means, one panel a test.

    `p_value` is a function of test, ratio and two arrays of SD/means, for tests that moments determine; `arms` names
    the axes, which end at `top`. `marks` has letters for SD/means found elsewhere, marked where both arms have them.
    Raises `RestatedError` if `tests` or `ratios` is empty.
    """
    if not tests or not ratios:
        raise RestatedError("there is nothing to draw: name tests and ratios")
    side = 2.42
    fig = new_figure(WIDE, side + 1.1)
    grid = np.linspace(0.02, top, 140)
    across, up = np.meshgrid(grid, grid)
    rows = []
    for k, test in enumerate(tests):
        left = 0.66 + k * (side + 0.38)
        ax = axes_in_inches(fig, left, 0.62, side, side)
        for ratio in ratios:
            lines: Any = contour_generator(across, up, p_value(test, ratio, across, up)).lines(level)
            for line in lines:
                ax.plot(*line.T, color=colour("accent"), linewidth=1.4, zorder=2)
            same = p_value(test, ratio, grid, grid)
            limit = float(np.interp(level, same, grid)) if same[0] < level < same[-1] else np.nan
            rows.append((test, ratio, limit))
            if 0.3 < limit < top * 0.95:
                box = {"facecolor": colour("page"), "edgecolor": "none", "pad": 1.0}
                words = number(ratio, 2, leading_zero=False)
                label(ax, limit, limit, words, ha="center", va="center", bbox=box, zorder=5)
        for letter, cv in marks.items():
            if cv < top:
                dots(ax, [cv], [cv], HOLLOW, edge=1.5, clip_on=True)
                label(ax, cv + 0.06 * top / 3, cv - 0.16 * top / 3, letter, va="center", zorder=5)
        ax.set(xlim=(0, top), ylim=(0, top), xlabel=f"SD/mean, {arms[0]}", yticks=[])
        ax.set_xticks(*_ticks(top))
        if k == 0:
            ax.set_yticks(*_ticks(top))
            ax.set_ylabel(f"SD/mean, {arms[1]}")
        write(fig, left, side + 0.82, test, fontweight="bold")
    listed = [
        f"{test}: " + ", ".join(f"ratio {number(r, 2)} up to {number(cv, 2)}" for _, r, cv in group if np.isfinite(cv))
        for test, group in groupby(rows, key=lambda row: row[0])
    ]
    what = "Below and left of a line a ratio of means is significant; largest SD/mean if equal in both arms"
    data = pd.DataFrame(rows, columns=["test", "ratio of means", "largest SD/mean if equal in both arms"])
    return Drawn(fig, alt_text(what, *listed), data)


@drawing
def share_planes(table: pd.DataFrame, *, arms: tuple[str, str], ratio: float) -> Drawn:
    """Draw the share of compatible data sets that are significant, by test, assumed shape and SD/mean of both arms.

    `table`: `shape`, `test`, `cv1`, `cv2`, `share` (missing where the shape does not exist), of one `ratio`, for tests
    that need values; `arms` names the axes. Raises `RestatedError` if a column is missing, the table is empty or a
    share is outside 0 to 1.
    """
    table = checked(table, "shape", "test", "cv1", "cv2", "share")
    if ((table["share"] < 0) | (table["share"] > 1)).any():
        raise RestatedError("a share is outside 0 to 1", field="share")
    tests, shapes = distinct(table, "test"), distinct(table, "shape")
    cvs = np.unique(table["cv1"])
    side, gap, left, bottom = 2.35, 0.3, 0.98, 0.62
    height = bottom + len(tests) * (side + gap) + 0.55
    fig = new_figure(WIDE, height)
    ticks = [t for t in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0) if t <= cvs[-1]]
    names, blank = PLAIN.tick_labels(ticks), [""] * len(ticks)
    for r, test in enumerate(tests):
        for c, shape in enumerate(shapes):
            x, y = left + c * (side + gap), bottom + (len(tests) - 1 - r) * (side + gap)
            ax = axes_in_inches(fig, x, y, side, side)
            _cells(ax, table[(table["test"] == test) & (table["shape"] == shape)], cvs)
            last = r == len(tests) - 1
            ax.set_xticks(ticks, names if last else blank)
            ax.set_yticks(ticks, blank if c else names)
            if last and c == len(shapes) // 2:
                ax.set_xlabel(f"SD/mean, {arms[0]}")
            if c == 0:
                ax.set_ylabel(f"{test}\nSD/mean, {arms[1]}")
            if r == 0:
                write(fig, x, height - 0.68, shape, fontweight="bold")
    key = Key(fig, 0.1, height - 0.2)
    key.add("significant:", width=0, space=0, gap=0.12)
    for low, high, role in zip(STEPS, STEPS[1:], RAMP, strict=False):
        key.add(f"{100 * low:.0f} to {100 * high:.0f} %", Fill(role, width=0.6), width=0.2, space=0.06, gap=0.12)
    key.add("none exist", Fill("none", "muted", "////", 0.6), width=0.2, space=0.06, gap=0.12)
    equal = table[np.isclose(table["cv1"], table["cv2"])]
    listed = []
    for test in tests:
        spans = equal[equal["test"] == test].groupby("cv1")["share"].agg(["min", "max"])
        ends = [
            f"{100 * low:.0f} to {100 * high:.0f} % at SD/mean {number(cv, 1)}"
            for cv, low, high in spans.reindex([1.0, 2.0]).itertuples()
            if cv in spans.index
        ]
        listed.append(f"{test}, equal SD/mean, over shapes: " + ", ".join(ends) if ends else "")
    what = f"Share of compatible data sets in which a mean ratio of {number(ratio, 2)} is significant"
    data = equal.pivot_table(index=["test", "shape"], columns="cv1", values="share").reset_index()
    data.columns = [c if isinstance(c, str) else f"SD/mean {number(c, 1)} in both" for c in data.columns]
    return Drawn(fig, alt_text(what, *listed), data)


def _cells(ax: Axes, table: pd.DataFrame, cvs: np.ndarray) -> None:
    """Cells of one panel, coloured by their share."""
    step = float(np.diff(cvs).min())
    ends = cvs[0] - step / 2, cvs[-1] + step / 2
    ax.set(xlim=ends, ylim=ends)
    for low, high, role in zip(STEPS, STEPS[1:], RAMP, strict=False):
        inside = (table["share"] >= low) & ((table["share"] < high) | (high == 1))
        _squares(ax, table[inside], step, Fill(role, role, width=0.4))
    _squares(ax, table[table["share"].isna()], step, NO_DATA_SET)


def _squares(ax: Axes, cells: pd.DataFrame, step: float, fill: Fill) -> None:
    """Cells of one step as one shape."""
    corners, codes = [], []
    for line in np.unique(cells["cv2"]):
        xs = np.sort(cells.loc[cells["cv2"] == line, "cv1"].to_numpy(float))
        breaks = np.flatnonzero(np.diff(xs) > 1.5 * step)
        for start, end in zip(np.r_[0, breaks + 1], np.r_[breaks, len(xs) - 1], strict=True):
            x0, x1, y0, y1 = xs[start] - step / 2, xs[end] + step / 2, line - step / 2, line + step / 2
            corners += [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    if corners:
        ax.add_patch(PathPatch(Path(corners, codes), **fill.style()))


#: Title of each panel of `detection`.
PANELS = {
    "power": "chance to find it",
    "sign": "wrong direction,\nif found",
    "magnitude": "exaggeration,\nif found (times)",
}


@drawing
def detection(table: pd.DataFrame) -> Drawn:
    """Draw power, sign error and magnitude error by the true ratio of means, as ranges over assumed shapes.

    `table`: `shape`, `cv` (two values), `ratio`, `power`, `sign`, `magnitude`. Raises `RestatedError` if a column is
    missing, the table is empty or there are not two SD/mean values.
    """
    table = checked(table, "shape", "cv", "ratio", *PANELS)
    cvs = sorted(table["cv"].unique())
    if len(cvs) != len(RANGES):
        raise RestatedError(f"two values of SD/mean are drawn, not {len(cvs)}", field="cv")
    width, height = 2.18, 3.9
    fig = new_figure(WIDE, height)
    rows = []
    for k, (name, title) in enumerate(PANELS.items()):
        left = 0.65 + k * (width + 0.68)
        ax = axes_in_inches(fig, left, 0.62, width, 2.2)
        for cv, fill in zip(cvs, RANGES, strict=True):
            spans = table[table["cv"] == cv].groupby("ratio")[name].agg(["min", "max"])
            ax.fill_between(spans.index, spans["min"], spans["max"], zorder=3 if fill.hatch else 2, **fill.style())
            rows += [(name, cv, ratio, low, high) for ratio, low, high in spans.itertuples()]
        _frame(ax, name, table)
        if k == 1:
            ax.set_xlabel("true mean cost, partial hospitalization over general care")
        for i, line in enumerate(title.split("\n")):
            write(fig, left, 3.3 - 0.2 * i, line, fontweight="bold")
    key = Key(fig, 0.65, height - 0.2, right=WIDE)
    for cv, fill in zip(cvs, RANGES, strict=True):
        key.add(f"SD/mean {number(cv, 1)}, range over shapes", fill._replace(width=0.8), gap=0.31)
    ratios = table["ratio"].unique()
    at = ratios[np.argmin(np.abs(ratios - 0.5))]

    def span(name: str, cv: float, times: float, decimals: int) -> str:
        values = times * table[(table["cv"] == cv) & (table["ratio"] == at)][name]
        return f"{number(values.min(), decimals)} to {number(values.max(), decimals)}"

    listed = [
        f"at SD/mean {number(cv, 1)}: power {span('power', cv, 100, 0)} %, "
        f"exaggeration {span('magnitude', cv, 1, 1)} times"
        for cv in cvs
    ]
    alt = alt_text(
        f"What trials of this size find when the true ratio of mean costs is {number(at, 1)}: " + "; ".join(listed),
        "Closer to 1 power falls and exaggeration grows",
    )
    columns = ["what", "SD/mean", "true ratio", "lowest over shapes", "highest over shapes"]
    return Drawn(fig, alt, pd.DataFrame(rows, columns=columns))


def _frame(ax: Axes, name: str, table: pd.DataFrame) -> None:
    """Limits and ticks of a panel of `detection`."""
    top = 1 if name == "power" else 1.05 * table[name].max()
    low, high = table["ratio"].min(), table["ratio"].max()
    ax.set(xlim=(low, high), ylim=(0, top))
    ticks = [t for t in (0.1, 0.3, 0.5, 0.7, 0.9) if low - 1e-9 <= t <= high + 1e-9]
    ax.set_xticks(ticks, PLAIN.tick_labels(ticks))
    if name == "magnitude":
        ax.set_yticks(*_ticks(top))
        ax.plot(ax.get_xlim(), [1, 1], color=colour("muted"), linewidth=0.9, zorder=1)
    else:
        at = (0, 0.2, 0.4, 0.6, 0.8, 1) if name == "power" else [abs(t) for t in PLAIN.ticks(0, top, most=6)]
        ax.set_yticks(at, [f"{100 * t:.0f} %" for t in at])
