"""Where a comparison of skewed costs comes out significant: limits, regions, shares of data sets, and what a trial detects."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

import numpy as np
import pandas as pd
from contourpy import contour_generator
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.style import (
    BASE,
    RAMP,
    ROLES,
    WIDE,
    Drawn,
    axes_in_inches,
    colour,
    drawing,
    new_figure,
    require,
    text_width,
)
from restated.plots.words import Scale, alt_text, number

#: Colour and line of up to three tests: apart without colour.
LINES = (("accent", "-"), ("second", (0, (5, 2))), ("third", (0, (1, 1.5))))
#: Lightness falls as the share of data sets rises, in five equal steps.
STEPS = np.linspace(0, 1, len(RAMP) + 1)
PLAIN = Scale("")
HEIGHT = 5.1  # inches of the figure of limits
ABOVE = 1.3  # inches of it above and below the plot
#: A mark that stands for something weaker than the rest of the figure.
HOLLOW = {
    "marker": "D",
    "markersize": 6.5,
    "markeredgewidth": 1.5,
    "markeredgecolor": ROLES["second"].light,
    "markerfacecolor": ROLES["page"].light,
}


def _need(table: pd.DataFrame, *names: str) -> None:
    require(table, *names)
    if len(table) == 0:
        raise RestatedError("the table has no rows")


@drawing
def limits(
    curves: pd.DataFrame,
    bands: pd.DataFrame,
    *,
    marks: dict[str, float],
    top: float,
    ratios: tuple[str, list[float]] | None = None,
) -> Drawn:
    """Largest SD/mean at which a ratio of mean costs is still called significant, by test.

    Parameters
    ----------
    curves : DataFrame
        `test`, `ratio`, `cv`: tests that moments determine.
    bands : DataFrame
        `test`, `ratio`, `low`, `high`: range over shapes for tests that need values; infinite where it leaves the plot.
    marks : dict
        Words to an SD/mean found elsewhere: horizontal lines.
    top : float
        Upper end of the vertical axis.
    ratios : (words, list of float), optional
        Ratios to mark at the foot of the plot with hollow marks, and what they are.

    Raises
    ------
    RestatedError
        If a column is missing or there are more tests than line styles.
    """
    _need(curves, "test", "ratio", "cv")
    _need(bands, "test", "ratio", "low", "high")
    tests, sets = list(dict.fromkeys(curves["test"])), list(dict.fromkeys(bands["test"]))
    if len(tests) > len(LINES) or len(sets) > 2:
        raise RestatedError("more tests than can be told apart", field="test")
    fig = new_figure(WIDE, HEIGHT)
    room = max((text_width(words, BASE) for words in marks), default=0) + 0.25
    ax = axes_in_inches(fig, 0.75, 0.62, WIDE - 0.75 - room, HEIGHT - ABOVE)
    ax.set_xlim(0.1, 1)
    ax.set_ylim(0, top)
    fills = (("band", None, "accent"), ("none", "////", "muted"))
    for name, (face, hatch, edge) in zip(sets, fills, strict=False):
        here = bands[bands["test"] == name]
        low, high = here["low"].clip(upper=top + 1), here["high"].clip(upper=top + 1)
        ax.fill_between(
            here["ratio"],
            low,
            high,
            facecolor="none" if face == "none" else colour(face),
            hatch=hatch,
            linewidth=0.8,
            edgecolor=colour(edge),
            zorder=1 if hatch is None else 1.5,
        )
    for name, (role, dash) in zip(tests, LINES, strict=False):
        here = curves[curves["test"] == name]
        ax.plot(here["ratio"], here["cv"], color=colour(role), linestyle=dash, linewidth=2, zorder=3)
    place, apart = -np.inf, 0.21 * top / (HEIGHT - ABOVE)
    for words, cv in sorted(marks.items(), key=lambda item: item[1]):
        ax.plot([0.1, 1], [cv, cv], color=colour("muted"), linewidth=0.9, linestyle=(0, (2, 2)), zorder=2)
        place = max(cv, place + apart)
        ax.plot([1, 1.012], [cv, place], color=colour("muted"), linewidth=0.9, clip_on=False)
        ax.text(1.02, place, words, va="center_baseline", fontsize=BASE, color=colour("ink"), clip_on=False)
    if ratios:
        ax.plot(ratios[1], np.full(len(ratios[1]), 0.035 * top), linestyle="none", **HOLLOW, zorder=5)
    ticks = np.arange(1, 11) / 10
    ax.set_xticks(ticks, [number(t, 1) for t in ticks])
    ax.set_yticks(*_ticks(top))
    ax.set_xlabel("mean cost, partial hospitalization over general psychiatric care")
    ax.set_ylabel("SD/mean in both arms")
    lines = [(test, "line", *look) for test, look in zip(tests, LINES, strict=False)]
    fills = [(name, "fill", *look) for name, look in zip(sets, fills, strict=False)]
    _key(fig, 0.75, HEIGHT, lines + fills + ([(ratios[0], "mark")] if ratios else []))
    at = 0.5
    values = {t: float(np.interp(at, (h := curves[curves["test"] == t])["ratio"], h["cv"])) for t in tests}
    spans = {s: bands[(bands["test"] == s) & np.isclose(bands["ratio"], at)].iloc[0] for s in sets}
    data = pd.concat(
        [
            curves.assign(low=np.nan, high=np.nan)[np.isclose(curves["ratio"] * 20 % 1, 0, atol=1e-6)],
            bands.assign(cv=np.nan).replace(np.inf, np.nan),
        ]
    ).rename(columns={"cv": "largest SD/mean", "low": "lowest over shapes", "high": "highest over shapes"})
    said = ", ".join(f"{t} {number(v, 2)}" for t, v in values.items())
    over = ", ".join(
        f"{s} {number(r['low'], 2)} to {number(r['high'], 2)}"
        for s, r in spans.items()
        if np.isfinite([r["low"], r["high"]]).all()
    )
    return Drawn(
        fig,
        alt_text(
            f"Largest SD/mean at which half the cost is still significant: {said}",
            f"Over assumed shapes: {over}" if over else "",
            "All limits fall to 0 as the ratio nears 1",
        ),
        data.reset_index(drop=True),
    )


def _ticks(top: float) -> tuple[list[float], list[str]]:
    at = [float(t) for t in PLAIN.ticks(0, top, most=7)]
    return at, PLAIN.tick_labels(at)


def _key(fig, left: float, height: float, entries) -> None:
    """Names of lines and fills above the plot, in rows as wide as the figure allows."""
    inches = fig.dpi_scale_trans
    x, y = left, height - 0.2
    for name, kind, *look in entries:
        need = 0.45 + text_width(name, BASE) + 0.3
        if x + need > fig.get_size_inches()[0]:
            x, y = left, y - 0.26
        if kind == "mark":
            fig.add_artist(Line2D([x + 0.18], [y], linestyle="none", transform=inches, **HOLLOW))
        elif kind == "line":
            role, dash = look
            fig.add_artist(
                Line2D([x, x + 0.36], [y, y], color=colour(role), linestyle=dash, linewidth=2, transform=inches)
            )
        else:
            face, hatch, edge = look
            fig.add_artist(
                Rectangle(
                    (x, y - 0.08),
                    0.36,
                    0.16,
                    facecolor="none" if face == "none" else colour(face),
                    hatch=hatch,
                    edgecolor=colour(edge),
                    linewidth=0.8,
                    transform=inches,
                )
            )
        fig.text(x + 0.44, y, name, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
        x += need


@drawing
def planes(
    p_value: Callable[[str, float, np.ndarray, np.ndarray], np.ndarray],
    tests: list[str],
    ratios: list[float],
    *,
    arms: tuple[str, str],
    marks: dict[str, float],
    top: float,
    level: float = 0.05,
) -> Drawn:
    """For tests that moments determine: the line p = .05 over the SD/mean of both arms, one line for each ratio of means.

    Parameters
    ----------
    p_value : callable
        Of (test, ratio, cv1, cv2), the last two arrays.
    tests : list of str
        One panel each.
    ratios : list of float
    arms : (str, str)
        Names for the axes.
    marks : dict
        Letter to an SD/mean found elsewhere, marked where both arms have it.
    top : float
        Upper end of both axes.
    level : float

    Raises
    ------
    RestatedError
        If there is no test or no ratio.
    """
    if not tests or not ratios:
        raise RestatedError("there is nothing to draw: name tests and ratios")
    side = 2.42
    fig = new_figure(WIDE, side + 1.1)
    grid = np.linspace(0.02, top, 140)
    across, up = np.meshgrid(grid, grid)
    rows = []
    for k, test in enumerate(tests):
        ax = axes_in_inches(fig, 0.66 + k * (side + 0.38), 0.62, side, side)
        for ratio in ratios:
            p = p_value(test, ratio, across, up)
            for line in contour_generator(across, up, p).lines(level):
                ax.plot(*line.T, color=colour("accent"), linewidth=1.4, zorder=2)
            same = p_value(test, ratio, grid, grid)
            limit = float(np.interp(level, same, grid)) if same[0] < level < same[-1] else np.nan
            rows.append((test, ratio, limit))
            if 0.3 < limit < top * 0.95:
                ax.text(
                    limit,
                    limit,
                    number(ratio, 2, leading_zero=False),
                    ha="center",
                    va="center",
                    fontsize=BASE,
                    color=colour("ink"),
                    bbox={"facecolor": colour("page"), "edgecolor": "none", "pad": 1.0},
                    zorder=5,
                )
        for letter, cv in marks.items():
            if cv < top:
                ax.plot([cv], [cv], linestyle="none", **HOLLOW, zorder=4)
                ax.text(
                    cv + 0.06 * top / 3,
                    cv - 0.16 * top / 3,
                    letter,
                    fontsize=BASE,
                    color=colour("ink"),
                    va="center",
                    zorder=5,
                )
        ax.set_xlim(0, top)
        ax.set_ylim(0, top)
        ax.set_xticks(*_ticks(top))
        ax.set_yticks(*(_ticks(top) if k == 0 else ([], [])))
        ax.set_xlabel(f"SD/mean, {arms[0]}")
        if k == 0:
            ax.set_ylabel(f"SD/mean, {arms[1]}")
        fig.text(
            0.66 + k * (side + 0.38),
            side + 0.82,
            test,
            fontsize=BASE,
            fontweight="bold",
            color=colour("ink"),
            va="center_baseline",
            transform=fig.dpi_scale_trans,
        )
    data = pd.DataFrame(rows, columns=["test", "ratio of means", "largest SD/mean if equal in both arms"])
    said = [
        f"{test}: " + ", ".join(f"ratio {number(r, 2)} up to {number(cv, 2)}" for _, r, cv in group if np.isfinite(cv))
        for test, group in groupby(rows, key=lambda row: row[0])
    ]
    return Drawn(
        fig,
        alt_text(
            "Below and left of a line a ratio of means is significant; largest SD/mean if equal in both arms", *said
        ),
        data,
    )


@drawing
def share_planes(table: pd.DataFrame, *, arms: tuple[str, str], ratio: float) -> Drawn:
    """For tests that need values: share of compatible data sets that are significant, by test and assumed shape.

    Parameters
    ----------
    table : DataFrame
        `shape`, `test`, `cv1`, `cv2`, `share` (missing where the shape does not exist), of one ratio.
    arms : (str, str)
        Names for the axes.
    ratio : float
        For the alternative text.

    Raises
    ------
    RestatedError
        If a column is missing or a share lies outside 0 to 1.
    """
    _need(table, "shape", "test", "cv1", "cv2", "share")
    share = table["share"].to_numpy(float)
    if ((share < 0) | (share > 1)).any():
        raise RestatedError("a share lies outside 0 to 1", field="share")
    tests, shapes = list(dict.fromkeys(table["test"])), list(dict.fromkeys(table["shape"]))
    cvs = np.unique(table["cv1"])
    step = float(np.diff(cvs).min())
    side, gap, left, bottom = 2.35, 0.3, 0.98, 0.62
    fig = new_figure(WIDE, bottom + len(tests) * (side + gap) + 0.55)
    inches = fig.dpi_scale_trans
    height = fig.get_size_inches()[1]
    for r, test in enumerate(tests):
        for c, shape in enumerate(shapes):
            x0, y0 = left + c * (side + gap), bottom + (len(tests) - 1 - r) * (side + gap)
            ax = axes_in_inches(fig, x0, y0, side, side)
            here = table[(table["test"] == test) & (table["shape"] == shape)]
            ax.set_xlim(cvs[0] - step / 2, cvs[-1] + step / 2)
            ax.set_ylim(cvs[0] - step / 2, cvs[-1] + step / 2)
            for i, role in enumerate(RAMP):
                inside = here[(here["share"] >= STEPS[i]) & ((here["share"] < STEPS[i + 1]) | (i == len(RAMP) - 1))]
                _squares(ax, inside, step, facecolor=colour(role), edgecolor=colour(role), linewidth=0.4)
            _squares(
                ax,
                here[here["share"].isna()],
                step,
                facecolor="none",
                edgecolor=colour("zone1"),
                linewidth=0,
                hatch="////",
            )
            at = [t for t in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0) if t <= cvs[-1]]
            last = r == len(tests) - 1
            ax.set_xticks(at, PLAIN.tick_labels(at) if last else [""] * len(at))
            ax.set_yticks(at, PLAIN.tick_labels(at) if c == 0 else [""] * len(at))
            if last and c == len(shapes) // 2:
                ax.set_xlabel(f"SD/mean, {arms[0]}")
            if c == 0:
                ax.set_ylabel(f"{test}\nSD/mean, {arms[1]}")
            if r == 0:
                fig.text(
                    x0,
                    height - 0.68,
                    shape,
                    fontsize=BASE,
                    fontweight="bold",
                    color=colour("ink"),
                    va="center_baseline",
                    transform=inches,
                )
    x = 0.1
    fig.text(
        x, height - 0.2, "significant:", fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches
    )
    x += text_width("significant:", BASE) + 0.12
    entries = [
        (f"{100 * a:.0f} to {100 * b:.0f} %", role) for a, b, role in zip(STEPS[:-1], STEPS[1:], RAMP, strict=True)
    ]
    for words, role in [*entries, ("none exist", None)]:
        fig.add_artist(
            Rectangle(
                (x, height - 0.28),
                0.2,
                0.16,
                facecolor=colour(role) if role else "none",
                hatch=None if role else "////",
                edgecolor=colour("muted"),
                linewidth=0.6,
                transform=inches,
            )
        )
        fig.text(
            x + 0.26, height - 0.2, words, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches
        )
        x += 0.26 + text_width(words, BASE) + 0.12
    equal = table[np.isclose(table["cv1"], table["cv2"])]
    said = []
    for test in tests:
        spans = equal[(equal["test"] == test)].groupby("cv1")["share"].agg(["min", "max"])
        parts = [
            f"{100 * spans.loc[cv, 'min']:.0f} to {100 * spans.loc[cv, 'max']:.0f} % at SD/mean {number(cv, 1)}"
            for cv in (1.0, 2.0)
            if cv in spans.index
        ]
        if parts:
            said.append(f"{test}, equal SD/mean, over shapes: " + ", ".join(parts))
    wide = equal.pivot_table(index=["test", "shape"], columns="cv1", values="share").reset_index()
    wide.columns = [str(c) if isinstance(c, str) else f"SD/mean {number(c, 1)} in both" for c in wide.columns]
    return Drawn(
        fig,
        alt_text(f"Share of compatible data sets in which a mean ratio of {number(ratio, 2)} is significant", *said),
        wide,
    )


def _squares(ax, cells: pd.DataFrame, step: float, **style) -> None:
    """Cells of one step as one shape."""
    if not len(cells):
        return
    corners, codes = [], []
    for line, group in cells.sort_values(["cv2", "cv1"]).groupby("cv2"):
        xs = group["cv1"].to_numpy()
        breaks = np.flatnonzero(np.diff(xs) > 1.5 * step)
        for start, end in zip(np.r_[0, breaks + 1], np.r_[breaks, len(xs) - 1], strict=True):
            x0, x1, y0, y1 = xs[start] - step / 2, xs[end] + step / 2, line - step / 2, line + step / 2
            corners += [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(corners, codes), **style))


@drawing
def detection(table: pd.DataFrame) -> Drawn:
    """Power, sign error and magnitude error by the true ratio of means, as ranges over assumed shapes.

    Parameters
    ----------
    table : DataFrame
        `shape`, `cv` (two values), `ratio`, `power`, `sign`, `magnitude`.

    Raises
    ------
    RestatedError
        If a column is missing or there are not two SD/mean values.
    """
    _need(table, "shape", "cv", "ratio", "power", "sign", "magnitude")
    cvs = sorted(table["cv"].unique())
    if len(cvs) != 2:
        raise RestatedError(f"{len(cvs)} values of SD/mean, two are drawn", field="cv")
    looks = (("band", None, "accent"), ("none", "////", "second"))
    panels = (
        ("power", "chance to find it", (0, 1), (0, 0.2, 0.4, 0.6, 0.8, 1)),
        ("sign", "wrong direction,\nif found", (0, None), ()),
        ("magnitude", "exaggeration,\nif found (times)", (0, None), None),
    )
    width = 2.18
    fig = new_figure(WIDE, 3.9)
    rows = []
    for k, (name, title, (low_end, high_end), at) in enumerate(panels):
        ax = axes_in_inches(fig, 0.65 + k * (width + 0.68), 0.62, width, 2.2)
        for cv, (face, hatch, edge) in zip(cvs, looks, strict=True):
            spans = table[table["cv"] == cv].groupby("ratio")[name].agg(["min", "max"])
            ax.fill_between(
                spans.index,
                spans["min"],
                spans["max"],
                facecolor="none" if face == "none" else colour(face),
                hatch=hatch,
                edgecolor=colour(edge),
                linewidth=1.2,
                zorder=2 if hatch is None else 3,
            )
            rows += [(name, cv, ratio, lo, hi) for ratio, lo, hi in spans.itertuples()]
        top = high_end if high_end is not None else 1.05 * table[name].max()
        ax.set_ylim(low_end, top)
        ax.set_xlim(table["ratio"].min(), table["ratio"].max())
        ticks = [
            t for t in (0.1, 0.3, 0.5, 0.7, 0.9) if table["ratio"].min() - 1e-9 <= t <= table["ratio"].max() + 1e-9
        ]
        ax.set_xticks(ticks, PLAIN.tick_labels(ticks))
        if at is not None and not at:
            at = [abs(t) for t in PLAIN.ticks(0, top, most=6)]  # no negative zero
        if at is None:
            ax.set_yticks(*_ticks(top))
            ax.plot(ax.get_xlim(), [1, 1], color=colour("muted"), linewidth=0.9, zorder=1)
        else:
            ax.set_yticks(at, [f"{100 * t:.0f} %" for t in at])
        if k == 1:
            ax.set_xlabel("true mean cost, partial hospitalization over general care")
        for i, line in enumerate(title.split("\n")):
            fig.text(
                0.65 + k * (width + 0.68),
                3.3 - 0.2 * i,
                line,
                fontsize=BASE,
                fontweight="bold",
                color=colour("ink"),
                va="center_baseline",
                transform=fig.dpi_scale_trans,
            )
    entries = [
        (f"SD/mean {number(cv, 1)}, range over shapes", "fill", *look) for cv, look in zip(cvs, looks, strict=True)
    ]
    _key(fig, 0.65, 3.9, entries)
    data = pd.DataFrame(rows, columns=["what", "SD/mean", "true ratio", "lowest over shapes", "highest over shapes"])
    at = table["ratio"].unique()[np.argmin(np.abs(table["ratio"].unique() - 0.5))]

    def span(name: str, cv: float, times: float, unit: str, digits: int) -> str:
        rows = table[(table["cv"] == cv) & (table["ratio"] == at)][name]
        return f"{number(times * rows.min(), digits)} to {number(times * rows.max(), digits)}{unit}"

    said = [
        f"at SD/mean {number(cv, 1)}: power {span('power', cv, 100, ' %', 0)}, exaggeration {span('magnitude', cv, 1, ' times', 1)}"
        for cv in cvs
    ]
    alt = alt_text(
        f"What trials of this size find when the true ratio of mean costs is {number(at, 1)}: " + "; ".join(said),
        "Closer to 1 power falls and exaggeration grows",
    )
    return Drawn(fig, alt, data)
