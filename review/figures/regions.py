"""Significance of comparisons of skewed costs: limits, regions, shares of data sets, and the power of a trial."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch

from restated.plots.legend import Key
from restated.plots.marks import DASHES, DOTS, GUIDE, SOLID, Fill, Line, Mark, dots
from restated.plots.sets import merged_cells
from restated.plots.spread import spread
from restated.plots.style import (
    BASE,
    RAMP,
    Drawn,
    axes_in_inches,
    colour,
    drawing,
    ground,
    narrow,
    new_figure,
    text_width,
    width,
    wrap_to,
    write,
)
from restated.plots.words import PLAIN, alt_text, number, plain_ticks
from review.figures.pieces import label
from review.figures.tables import checked, distinct, ensure, numbers, parts, rows

#: Lines of up to three tests that moments determine, and bands of up to two that need values: distinct without colour.
LINES = (Line("accent", SOLID, 2), Line("second", DASHES, 2), Line("third", DOTS, 2))
BANDS = (Fill("band", "accent", width=0.8), Fill("none", "muted", "////", 0.8))
REGION = Fill("zone2", "none", width=0)  # SD/mean seen elsewhere
HOLLOW = Mark("D", False, "second")  # mark of something weaker than the rest of the figure
#: The ramp darkens as the share of data sets rises, in five equal steps.
STEPS = dict(zip(pairwise(np.linspace(0, 1, len(RAMP) + 1)), RAMP))
NO_DATA_SET = Fill("none", "zone1", "////", 0)
#: Ranges over shapes at the lower and the higher SD/mean.
RANGES = (Fill("band", "accent", width=1.2), Fill("none", "second", "////", 1.2))
#: Title of each panel of `detection`.
PANELS = dict(power="chance to find it", sign="wrong direction,\nif found", magnitude="exaggeration,\nif found (times)")
LEVEL = 0.05  # of significance, in planes
HEIGHT = 5.1  # inches of the figure of limits
ABOVE = 1.3  # inches of it above and below the plot

Pair: TypeAlias = tuple[str, str]
#: Words and the numbers they name.
Named: TypeAlias = tuple[str, Sequence[float]]
#: Words for a range of SD/mean, and its ends.
Region: TypeAlias = tuple[str, tuple[float, float]]
#: p values by the name of a test, a ratio of means, and the SD/means of both arms.
Test: TypeAlias = Callable[[str, float, np.ndarray, np.ndarray], np.ndarray]


@drawing
def limits(
    curves: pd.DataFrame, bands: pd.DataFrame, *, marks: Mapping[str, float], ratios: Named, region: Region, top: float
) -> Drawn:
    """Draw the largest SD/mean at which a ratio of mean costs is still significant, by test.

    `curves`: `test`, `ratio`, `cv`, of tests that moments determine. `bands`: `test`, `ratio`, `low`, `high`, ranges
    over shapes for tests that need values, infinite where they leave the plot. `marks` has words for SD/means found
    elsewhere (horizontal lines), `ratios` words and ratios to mark at the foot with hollow marks; `region` is shaded;
    `top` is the end of the axis.
    """
    curves, bands = checked(curves, "test", "ratio", "cv"), checked(bands, "test", "ratio", "low", "high")
    tests, sets = distinct(curves, "test"), distinct(bands, "test")
    problem = f"at most {len(LINES)} curves and {len(BANDS)} bands can be distinguished"
    ensure(len(tests) <= len(LINES) and len(sets) <= len(BANDS), problem, field="test")
    room = 0.2 if narrow() else max((text_width(words, BASE) for words in marks), default=0) + 0.25
    foot = 3.4 if narrow() else 0.62
    fig = new_figure(width(), HEIGHT + foot - 0.62)
    ax = axes_in_inches(fig, 0.75, foot, width() - 0.75 - room, HEIGHT - ABOVE)
    ax.set(xlim=(0.1, 1), ylim=(0, top), ylabel="SD/mean in both arms")
    ax.set_xlabel("mean cost, partial hospitalization over general psychiatric care")
    ax.axhspan(*region[1], zorder=0.5, **REGION.style())
    for here, fill in zip(parts(bands, "test").values(), BANDS):
        low, high = (here[end].clip(upper=top + 1) for end in ("low", "high"))
        ax.fill_between(here["ratio"], low, high, zorder=1.5 if fill.hatch else 1, **fill.style())
    for here, line in zip(parts(curves, "test").values(), LINES):
        ax.plot(here["ratio"], here["cv"], zorder=3, **line.style())
    levels = sorted(marks, key=marks.__getitem__)
    for name, place in zip(levels, spread([marks[name] for name in levels], 0.21 * top / (HEIGHT - ABOVE))):
        ax.plot([0.1, 1], [marks[name]] * 2, zorder=2, **Line("muted", GUIDE, 0.9).style())
        if narrow():
            label(ax, 0.99, place, name, ha="right", va="bottom", bbox=ground(), zorder=4)
            continue
        ax.plot([1, 1.012], [marks[name], place], clip_on=False, **Line("muted", width=0.9).style())
        label(ax, 1.02, place, name, clip_on=False)
    words, at = ratios
    dots(ax, at, np.full(len(at), 0.035 * top), HOLLOW, edge=1.5, zorder=5, clip_on=True)
    ticks = np.arange(1, 11) / 10
    ax.set_xticks(ticks, [number(t, 1) for t in ticks])
    plain_ticks(ax.yaxis, 0, top, most=7)
    place = (0.1, foot - 0.95) if narrow() else (0.75, HEIGHT - 0.2)
    key = Key(fig, *place, mark=(6.5, 1.5), right=width())
    looks: dict[str, Any] = {**dict(zip(tests, LINES)), **dict(zip(sets, BANDS)), words: HOLLOW, region[0]: REGION}
    for name, look in looks.items():
        key.add(name, look, gap=0.31)
    shown = curves[np.isclose(curves["ratio"] * 20 % 1, 0, atol=1e-6)].assign(low=np.nan, high=np.nan)
    data = pd.concat([shown, bands.assign(cv=np.nan).replace(np.inf, np.nan)], ignore_index=True)
    names = {"cv": "largest SD/mean", "low": "lowest over shapes", "high": "highest over shapes"}
    values = [f"{t} {number(np.interp(0.5, p['ratio'], p['cv']), 2)}" for t, p in parts(curves, "test").items()]
    half = bands[np.isclose(bands["ratio"], 0.5) & np.isfinite(bands[["low", "high"]]).all(axis=1)]
    over = ", ".join(f"{row.test} {number(row.low, 2)} to {number(row.high, 2)}" for row in rows(half))
    alt = alt_text(
        f"Largest SD/mean at which half the cost is still significant: {', '.join(values)}",
        f"Over assumed shapes: {over}" if over else "",
        _said(region),
        "All limits fall to 0 as the ratio nears 1",
    )
    return Drawn(fig, alt, data.rename(columns=names))


@drawing
def planes(
    p_value: Test, tests: Sequence[str], ratios: Sequence[float], *, arms: Pair, region: Region, top: float
) -> Drawn:
    """Draw the line p = .05 over the SD/mean of both arms, one line for each ratio of means, one panel a test.

    `tests` are those that moments determine; `arms` names the axes, which end at `top`. Where both arms are in `region`
    the plane is shaded.
    """
    ensure(tests and ratios, "there is nothing to draw: name tests and ratios")
    side, step = (3.5, 4.6) if narrow() else (2.42, 0.0)
    lowest = step * (len(tests) - 1)
    fig = new_figure(width(), lowest + side + 1.6)
    Key(fig, 0.66, lowest + side + 1.2).add(region[0], REGION)
    grid = np.linspace(0.02, top, 140)
    across, up = np.meshgrid(grid, grid)
    box = {"facecolor": colour("page"), "edgecolor": "none", "pad": 1.0}
    found = []
    for k, test in enumerate(tests):
        left, down = (0.66, lowest - k * step) if narrow() else (0.66 + k * (side + 0.38), 0.0)
        ax = axes_in_inches(fig, left, down + 0.62, side, side)
        for ratio in ratios:
            lines: Any = contour_generator(across, up, p_value(test, ratio, across, up)).lines(LEVEL)
            for line in lines:
                ax.plot(*line.T, color=colour("accent"), linewidth=1.4, zorder=2)
            same = p_value(test, ratio, grid, grid)
            limit = float(np.interp(LEVEL, same, grid)) if same[0] < LEVEL < same[-1] else np.nan
            found.append((test, ratio, limit))
            if 0.3 < limit < top * 0.95:
                words = number(ratio, 2, leading_zero=False)
                label(ax, limit, limit, words, ha="center", va="center", bbox=box, zorder=5)
        ax.fill_between(region[1], *region[1], zorder=0.5, **REGION.style())
        ax.set(xlim=(0, top), ylim=(0, top), xlabel=f"SD/mean, {arms[0]}", yticks=[])
        ax.set_ylabel("" if k and not narrow() else f"SD/mean, {arms[1]}")
        for axis in (ax.xaxis,) if k and not narrow() else (ax.xaxis, ax.yaxis):
            plain_ticks(axis, 0, top, most=7)
        write(fig, left, down + side + 0.82, test, fontweight="bold")
    what = "largest SD/mean if equal in both arms"
    data = pd.DataFrame(found, columns=["test", "ratio of means", what])
    listed = [
        f"{test}: " + ", ".join(f"ratio {number(r, 2)} up to {number(cv, 2)}" for _, _, r, cv in rows(part.dropna()))
        for test, part in parts(data, "test").items()
    ]
    alt = alt_text(f"Below and left of a line a ratio of means is significant; {what}", _said(region), *listed)
    return Drawn(fig, alt, data)


def _said(region: Region) -> str:
    """Region of a figure in words."""
    return f"Shaded, {region[0]}: {number(region[1][0], 2)} to {number(region[1][1], 2)}"


@drawing
def share_planes(table: pd.DataFrame, *, arms: Pair, ratio: float, region: Region) -> Drawn:
    """Draw the share of compatible data sets that are significant, by test, assumed shape and SD/mean of both arms.

    `table`: `shape`, `test`, `cv1`, `cv2`, `share` (missing where the shape does not exist), of one `ratio`, for tests
    that need values; `arms` names the axes. A frame is where both arms are in `region`.
    """
    table = checked(table, "shape", "test", "cv1", "cv2", "share")
    ensure(table["share"].dropna().between(0, 1).all(), "a share is outside 0 to 1", field="share")
    tests, shapes = distinct(table, "test"), distinct(table, "shape")
    cvs = np.unique(table["cv1"])
    side, gap, left, bottom = (1.05, 0.1, 0.98, 2.2) if narrow() else (2.35, 0.3, 0.98, 0.62)
    height = bottom + len(tests) * (side + gap) + 0.79
    fig = new_figure(width(), height)
    ticks = [t for t in ((1.0, 2.0) if narrow() else (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)) if t <= cvs[-1]]
    names, blank = PLAIN.tick_labels(ticks), [""] * len(ticks)
    for r, test in enumerate(tests):
        last = r == len(tests) - 1
        for c, shape in enumerate(shapes):
            x, y = left + c * (side + gap), bottom + (len(tests) - 1 - r) * (side + gap)
            ax = axes_in_inches(fig, x, y, side, side)
            _cells(ax, table[(table["test"] == test) & (table["shape"] == shape)], cvs)
            (low, high), frame = region[1], Line("ink", DASHES, 1.4)
            for line in (Line("page", width=2.8), frame):  # a light edge sets the dashes off from dark cells
                ax.plot([low, high, high, low, low], [low, low, high, high, low], zorder=4, **line.style())
            ax.set_xticks(ticks, names if last else blank)
            ax.set_yticks(ticks, blank if c else names)
            both = f"SD/mean, {arms[0]}; upwards: {arms[1]}" if narrow() else f"SD/mean, {arms[0]}"
            ax.set_xlabel(both if last and c == len(shapes) // 2 else "")
            ax.set_ylabel("" if c else test if narrow() else f"{test}\nSD/mean, {arms[1]}")
            if r == 0:
                heads = wrap_to(shape, 0.8 * side, BASE) if narrow() else [shape]
                for i, head in enumerate(reversed(heads)):
                    write(fig, x, height - 0.92 + 0.19 * i, head, fontweight="bold")
    key = Key(fig, 0.1, bottom - 0.95 if narrow() else height - 0.2)
    key.add("significant:", width=0, space=0, gap=0.12)
    steps = [(f"{100 * low:.0f} to {100 * high:.0f} %", Fill(role, width=0.6)) for (low, high), role in STEPS.items()]
    for words, fill in [*steps, ("none exist", Fill("none", "muted", "////", 0.6))]:
        key.add(words, fill, width=0.2, space=0.06, gap=0.12)
    key.newline(0.24)
    key.add(region[0], frame)
    equal = table[np.isclose(table["cv1"], table["cv2"])]
    listed = []
    for test, part in parts(equal[equal["cv1"].isin([1.0, 2.0])], "test").items():
        spans = part.groupby("cv1")["share"].agg(["min", "max"]).itertuples()
        ends = [f"{100 * low:.0f} to {100 * high:.0f} % at SD/mean {number(cv, 1)}" for cv, low, high in spans]
        listed.append(f"{test}, equal SD/mean, over shapes: {', '.join(ends)}")
    what = f"Share of compatible data sets in which a mean ratio of {number(ratio, 2)} is significant"
    data = equal.pivot_table(index=["test", "shape"], columns="cv1", values="share")
    data.columns = [f"SD/mean {number(cv, 1)} in both" for cv in data.columns.to_numpy(float)]
    return Drawn(fig, alt_text(what, *listed, _said(region).replace("Shaded", "Framed")), data.reset_index())


def _cells(ax: Axes, table: pd.DataFrame, cvs: np.ndarray) -> None:
    """Cells of one panel, coloured by their share."""
    step = float(np.diff(cvs).min())
    ends = cvs[0] - step / 2, cvs[-1] + step / 2
    ax.set(xlim=ends, ylim=ends)
    looks = []
    for (low, high), role in STEPS.items():
        inside = (table["share"] >= low) & ((table["share"] < high) | (high == 1))
        looks.append((inside, Fill(role, role, width=0.4)))
    for inside, fill in [*looks, (table["share"].isna(), NO_DATA_SET)]:
        if inside.any():
            x, y = numbers(table[inside], "cv1", "cv2")
            ax.add_patch(PathPatch(merged_cells(x, y, step), **fill.style()))


@drawing
def detection(table: pd.DataFrame) -> Drawn:
    """Draw power, sign error and magnitude error by the true ratio of means, as ranges over assumed shapes.

    `table`: `shape`, `cv` (two values), `ratio`, `power`, `sign`, `magnitude`.
    """
    table = checked(table, "shape", "cv", "ratio", *PANELS)
    cvs = sorted(table["cv"].unique())
    ensure(len(cvs) == len(RANGES), f"two values of SD/mean are drawn, not {len(cvs)}", field="cv")
    side, height = 2.18, 3.9
    fig = new_figure(width(), 3 * height if narrow() else height)
    ranges: Any = table.groupby(["cv", "ratio"])[list(PANELS)].agg(["min", "max"])
    ratios = np.unique(table["ratio"])
    ticks = [t for t in (0.1, 0.3, 0.5, 0.7, 0.9) if ratios[0] - 1e-9 <= t <= ratios[-1] + 1e-9]
    found = []
    for k, (name, title) in enumerate(PANELS.items()):
        left, down = (0.65, (2 - k) * 3.3 + 0.9) if narrow() else (0.65 + k * (side + 0.68), 0.0)
        ax = axes_in_inches(fig, left, down + 0.62, width() - 0.85 if narrow() else side, 2.2)
        for cv, fill in zip(cvs, RANGES):
            spans = ranges.loc[cv, name]
            ax.fill_between(spans.index, spans["min"], spans["max"], zorder=3 if fill.hatch else 2, **fill.style())
            found += [(name, cv, *span) for span in spans.itertuples()]
        top = 1 if name == "power" else 1.05 * table[name].max()
        ax.set(xlim=(ratios[0], ratios[-1]), ylim=(0, top), xticks=ticks, xticklabels=PLAIN.tick_labels(ticks))
        ax.set_xlabel("true mean cost, partial hospitalization over general care" if k == 1 or narrow() else "")
        if name == "magnitude":
            plain_ticks(ax.yaxis, 0, top, most=7)
            ax.plot(ax.get_xlim(), [1, 1], color=colour("muted"), linewidth=0.9, zorder=1)
        else:
            at = (0, 0.2, 0.4, 0.6, 0.8, 1) if name == "power" else [abs(t) for t in PLAIN.ticks(0, top, most=6)]
            ax.set_yticks(at, [f"{100 * t:.0f} %" for t in at])
        for i, line in enumerate(title.split("\n")):
            write(fig, left, down + 3.3 - 0.2 * i, line, fontweight="bold")
    place = (0.1, 0.7) if narrow() else (0.65, height - 0.2)
    key = Key(fig, *place, right=width())
    for cv, fill in zip(cvs, RANGES):
        key.add(f"SD/mean {number(cv, 1)}, range over shapes", fill._replace(width=0.8), gap=0.31)
    half = ratios[np.argmin(np.abs(ratios - 0.5))]
    listed = []
    for cv in cvs:
        power = " to ".join(number(100 * end, 0) for end in ranges.loc[(cv, half), "power"])
        exaggeration = " to ".join(number(end, 1) for end in ranges.loc[(cv, half), "magnitude"])
        listed.append(f"at SD/mean {number(cv, 1)}: power {power} %, exaggeration {exaggeration} times")
    alt = alt_text(
        f"What trials of this size find when the true ratio of mean costs is {number(half, 1)}: " + "; ".join(listed),
        "Closer to 1 power falls and exaggeration grows",
    )
    columns = ["what", "SD/mean", "true ratio", "lowest over shapes", "highest over shapes"]
    return Drawn(fig, alt, pd.DataFrame(found, columns=columns))
