"""Costs of services: denominators, sums over windows, significance of skewed costs."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from restated.plots import style
from restated.plots.legend import Key, spread
from restated.plots.marks import DASHES, DOTS, GUIDE, SOLID, Fill, Line, Mark, dots
from restated.plots.style import BASE, Drawn, colour, drawing, framed, narrow, per_inch, text_width, width, wrap_to
from restated.plots.words import PLAIN, alt_text, count, number, plain_ticks
from review.figures.pieces import label, without_y
from review.figures.tables import checked, distinct, ensure, numbers, parts, rows

ROW = 0.34  # inches
POSSIBLE = Fill("band", "accent", width=1)
SUMS_HEIGHT = 4.3  # inches
#: Line and mark of the two arms: distinct without colour.
LOOKS = (
    (Line("accent", SOLID, 1.8), Mark("o", True, "accent")),
    (Line("second", DASHES, 1.8), Mark("s", True, "second")),
)
#: The same for amounts that are not verified: nothing about them is strong.
UNVERIFIED = (
    (Line("muted", SOLID, 0.9), Mark("o", False, "muted")),
    (Line("muted", DASHES, 0.9), Mark("s", False, "muted")),
)
#: Lines of up to three tests that moments determine, and bands of up to two that need values: distinct without colour.
LINES = (Line("accent", SOLID, 2), Line("second", DASHES, 2), Line("third", DOTS, 2))
BANDS = (Fill("band", "accent", width=0.8), Fill("none", "muted", "////", 0.8))
REGION = Fill("zone2", "none", width=0)  # SD/mean seen elsewhere
HOLLOW = Mark("D", False, "second")  # mark of something weaker than the rest of the figure
HEIGHT = 5.1  # inches of the figure of limits
ABOVE = 1.3  # inches of it above and below the plot
Named: TypeAlias = tuple[str, Sequence[float]]  #: Words and the numbers they name
Region: TypeAlias = tuple[str, tuple[float, float]]  #: Words for a range of SD/mean, and its ends


@drawing
def denominators(table: pd.DataFrame, *, largest: int) -> Drawn:
    """Draw a cell for every denominator up to `largest`: the count that gives the percentage, or empty.

    `table`: `label`, `percent` (as printed), `arm` (the size in question: outlined) and `counts` (dict of denominator
    to count).
    """
    table = checked(table, "label", "percent", "arm", "counts")
    ensure(table["arm"].max() <= largest, "an arm is larger than the denominators shown", field="arm")
    labels = [f"{r.label}: {r.percent} %" for r in rows(table)]
    left = max(text_width(label, BASE) for label in labels) + 0.25
    left, row_height = (0.1, 1.7 * ROW) if narrow() else (left, ROW)
    height = row_height * len(table)
    fig, ax = framed(width(), height + 0.75, left, 0.6, width() - left - 0.1, height)
    ax.set(xlim=(0.5, largest + 0.5), ylim=(len(table) - 0.5, -0.5))
    without_y(ax)
    for y, row in enumerate(rows(table)):
        ax.plot([0.5, row.arm + 0.5], [y, y], color=colour("grid"), linewidth=1, zorder=0)
        for n, cases in row.counts.items():
            _cell(ax, n, y, POSSIBLE)
            label(ax, n, y, str(cases), ha="center")
        dash = "-" if row.arm in row.counts else (0, (2.5, 1.5))
        _cell(ax, row.arm, y, Fill("none", "warn", width=1.8, dash=dash), zorder=3)
    if narrow():
        for y, words in enumerate(labels):
            label(ax, 0.5, y - 0.38, words)
    else:
        ax.set_yticks(range(len(table)), labels)
    ax.tick_params(axis="y", length=0)
    ax.set_xticks(range(1, largest + 1), [str(n) if n % 2 == largest % 2 else "" for n in range(1, largest + 1)])
    ax.set_xlabel("denominator (framed: arm of the cost analysis)")
    fits = ["yes" if row.arm in row.counts else "no" for row in rows(table)]
    lists = [", ".join(f"{cases} of {n}" for n, cases in row.counts.items()) or "none" for row in rows(table)]
    alt = alt_text(
        f"Denominators up to {largest} that can give {len(table)} published percentages: "
        f"{fits.count('yes')} fit the arm of the cost analysis",
        "; ".join(map(": ".join, zip(labels, lists))),
    )
    data = {"outcome and arm": table["label"], "percent": table["percent"], "counts that give it": lists}
    return Drawn(fig, alt, pd.DataFrame(data | {"arm": table["arm"], "attainable with the arm": fits}))


def _cell(ax: Axes, n: int, y: int, fill: Fill, zorder: float = 1) -> None:
    high = 0.5 if narrow() else 0.84
    ax.add_patch(Rectangle((n - 0.46, y - high / 2), 0.92, high, zorder=zorder, **fill.style()))


@drawing
def summed(
    path: pd.DataFrame, *, arms: Mapping[str, str], windows: Sequence[str], crossings: Sequence[float], mark: str = ""
) -> Drawn:
    """Draw cumulative cost per patient by month, windows as bands, and the points where the arms change places.

    `path` has `month` (0 is randomisation) and one column per arm, a row for the start and for each end of a window.
    `arms` has the words of each column's line, `windows` the names between the rows, `crossings` months; `mark` is
    written across the picture and the lines are thin and grey when the amounts are not verified.
    """
    (month,) = numbers(checked(path, "month", *arms), "month")
    fits = len(windows) == len(month) - 1
    ensure(fits, f"{len(month)} months bound {len(month) - 1} windows, not {len(windows)}", field="windows")
    top = 1.12 * path[list(arms)].to_numpy(float).max()
    doubt = ", unverified" if mark else ""
    ends = {arm: f"{words}: {count(path[arm].iloc[-1])}{doubt}" for arm, words in arms.items()}
    room = max(text_width(end, BASE) for end in ends.values()) + 0.3
    room, foot = (0.2, 1.3) if narrow() else (room, 0.6)
    fig, ax = framed(width(), SUMS_HEIGHT, 1.0, foot, width() - 1.0 - room, SUMS_HEIGHT - foot - 0.15)
    ax.set(xlim=(month[0], month[-1]), ylim=(0, top))
    ax.set(xlabel="months from randomisation", ylabel="US dollars per patient, summed")
    for i, (name, start, end) in enumerate(zip(windows, month, month[1:])):
        if i % 2:
            ax.axvspan(start, end, facecolor=colour("zone3"), linewidth=0, zorder=0)
        inside = (end - start) / per_inch(ax)[0]
        lines = "\n".join(wrap_to(name, inside, BASE))
        label(ax, (start + end) / 2, 0.97 * top, lines, ha="center", va="top", color=colour("muted"))
    if mark:
        middle = (month[0] + month[-1]) / 2
        label(ax, middle, 0.07 * top, mark, ha="center", va="center", fontweight="bold", color=colour("warn"))
    key = Key(ax, 0.1, 0.55, mark=(6, 1.0))
    right = month[-1] + 0.12 * per_inch(ax)[0]
    for (arm, end), (line, look) in zip(ends.items(), UNVERIFIED if mark else LOOKS):
        ax.plot(month, path[arm], zorder=3, clip_on=False, **line.style(), **look.style(6, 1.0))
        if narrow():
            key.add(end, line, look)
        else:
            label(ax, right, path[arm].iloc[-1], end, clip_on=False)
    first = next(iter(arms))
    for at in crossings:
        tone = colour("muted" if mark else "warn")
        ax.plot([at], [np.interp(at, month, path[first])], marker="X", markersize=9, color=tone, zorder=4)
    ax.set_xticks(month, [f"{int(m)}".replace("-", "−") for m in month])
    ticks = [t for t in PLAIN.ticks(0, top, most=6) if t <= top]
    ax.set_yticks(ticks, [count(t) for t in ticks])
    listed = "; ".join(f"{words} {count(path[arm].iloc[-1])}" for arm, words in arms.items())
    months = ", ".join(f"{at:.0f}" for at in crossings)
    alt = alt_text(
        f"Summed cost per patient over {month[-1] - month[0]:.0f} months: {listed}",
        mark[:1].upper() + mark[1:],
        f"The lines cross at month {months}" if months else "The lines do not cross",
    )
    return Drawn(fig, alt, path.rename(columns={**arms, "month": "months from randomisation"}))


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
    fig, ax = framed(width(), HEIGHT + foot - 0.62, 0.75, foot, width() - 0.75 - room, HEIGHT - ABOVE)
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
            label(ax, 0.99, place, name, ha="right", va="bottom", bbox=style.ground(), zorder=4)
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
        f"Shaded, {region[0]}: {number(region[1][0], 2)} to {number(region[1][1], 2)}",
        "All limits fall to 0 as the ratio nears 1",
    )
    return Drawn(fig, alt, data.rename(columns=names))
