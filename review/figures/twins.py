"""Twins and siblings: concordance of classes, shares of variance, the plane of two correlations, and power."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import SHORT_DASHES, Fill, Line, Mark, dots, series
from restated.plots.rows import NEAR, reference_line, row_chart, whiskers
from restated.plots.style import Drawn, axes_in_inches, colour, drawing, narrow, new_figure, panel_title, width
from restated.plots.words import Scale, alt_text, number
from review.figures.pieces import LIFT, columns, fill_key, keyed_chart, label
from review.figures.tables import checked, distinct, ensure, numbers, parts, texts

PERCENT = Scale("%", decimals=1, steps=(5, 10, 20, 25, 50))
UNRELATED = 50.0  # least percent of agreement of two children of two classes whose classes are unrelated
PAIR_PARTS = {"in the same class": Fill("ramp2", "accent"), "in different classes": Fill("page", "muted", "////")}
SHARE = Scale("share", leading_zero=False)
#: The three shares in words, in full and short, and the looks of their parts of a bar: distinct without colour.
NAMES = {"a2": "genes", "c2": "shared environment", "e2": "unique environment and error"}
SHORT = {"a2": "genes", "c2": "shared", "e2": "unique"}
PARTS = {"a2": Fill("accent", "accent", ""), "c2": Fill("band2", "second", ""), "e2": Fill("page", "muted", "////")}
COLUMNS = ("lowest", "highest", "ci_lowest", "ci_highest")
PRINTED = Mark("D", False, "warn")
LEFT = 0.75  # inches left of the plot
WANTED = 0.80  # power that studies usually plan for
GAP, HEIGHT = 0.35, 3.5  # inches of panels of power
#: Distance of the series of one panel, as a share of the range of `x`, so that error bars do not hide each other.
APART = 0.024


@drawing
def pair_bars(table: pd.DataFrame) -> Drawn:
    """Draw concordant and discordant pairs of each group as parts of a whole, with their counts.

    `table`: `label`, `group`, `pairs`, `concordant_low`, `concordant_high`, `percent` (as printed, or empty).
    """
    table = checked(table, "label", "group", "pairs", "concordant_low", "concordant_high", "percent")
    pairs, low, high = numbers(table, "pairs", "concordant_low", "concordant_high")
    possible = (low >= 0) & (low <= high) & (high <= pairs) & (pairs > 0)
    ensure(possible.all(), "a count of concordant pairs is not between 0 and the pairs", field="concordant_low")

    def counted(a: np.ndarray, b: np.ndarray) -> list[str]:
        return [f"{x:.0f}" if x == y else f"{x:.0f}–{y:.0f}" for x, y in zip(a, b)]

    alike, other = counted(low, high), counted(pairs - high, pairs - low)
    printed = [f"{x} %" if isinstance(x, str) and x else "" for x in table["percent"]]
    left = columns(_named(table, str.capitalize)) + columns({"Published": printed}, "right")
    right = columns({"Alike": alike, "Not": other, "Pairs": [f"{n:.0f}" for n in pairs]}, "right")
    chart = row_chart(left, right, limits=(0, 100), scale=PERCENT, axis="percent of pairs", foot_lines=1)
    share = 100 * low / pairs
    at, (same, different) = np.arange(len(table)), (fill.style() for fill in PAIR_PARTS.values())
    chart.ax.barh(at, share, height=0.62, zorder=2, gid="alike", **same)
    chart.ax.barh(at, 100 - share, left=share, height=0.62, zorder=1.5, gid="not-alike", **different)
    reference_line(chart, UNRELATED, role="ink", style=SHORT_DASHES)
    chart.ax.lines[-1].set_zorder(3)
    key = fill_key(chart, PAIR_PARTS)
    key.add("least for unrelated children, two classes", Line("ink", SHORT_DASHES, 0.9), width=0.28)
    names = list(map(" ".join, zip(*_named(table).values())))
    below = ", ".join(name for name, s in zip(names, share) if s < UNRELATED)
    alt = alt_text(
        f"Concordant pairs in {len(table)} groups; the print determines the count in {int((low == high).sum())}",
        "; ".join(f"{name}: {c} of {n:.0f}" for name, c, n in zip(names, alike, pairs)),
        f"Below 50 %: {below}" if below else "",
    )
    data = _named(table) | {"pairs": pairs.astype(int), "printed": printed} | dict(zip(PAIR_PARTS, (alike, other)))
    return Drawn(chart.fig, alt, pd.DataFrame(data))


def _named(table: pd.DataFrame, write: Callable[[str], str] = str) -> dict[str, list[str]]:
    """Study and group of each row, by their names in the data table as `write` gives them."""
    return dict(zip(map(write, ("study", "pairs of")), texts(table, "label", "group")))


@drawing
def share_ranges(table: pd.DataFrame) -> Drawn:
    """Draw the range of each estimated share over a set of tables, and the widest reach of its intervals.

    `table`: `study`, `share` (a2, c2, e2), `lowest`, `highest` (estimates over the set), `ci_lowest`, `ci_highest`,
    `printed` (text) and `printed_value`.
    """
    table = checked(table, "study", "share", "printed", "printed_value", finite=COLUMNS)
    low, high, ci_low, ci_high = numbers(table, *COLUMNS)
    inside = (low >= ci_low - 1e-6).all() and (high <= ci_high + 1e-6).all()
    ensure(inside, "an estimate is outside its interval", field="lowest")
    studies, shares, printed = texts(table.fillna({"printed": ""}), "study", "share", "printed")
    first = (table["study"] != table["study"].shift()).to_numpy()
    estimates, reaches = _spans(low, high), _spans(ci_low, ci_high)
    left = {"Study": [s if f else "" for s, f in zip(studies, first)], "Share": [SHORT[share] for share in shares]}
    right = {"Estimate": estimates, "Intervals reach": reaches, "Printed": printed}
    chart = keyed_chart(left, right, limits=(-0.02, 1.02), scale=SHARE, axis="share of the variance")
    at = np.arange(len(table))
    for i in at[first][1:]:
        chart.ax.plot([-0.02, 1.02], [i - 0.5 - NEAR] * 2, color=colour("grid"), linewidth=0.9, zorder=0.5)
    whiskers(chart, at, ci_low, ci_high, role="muted", width=1.2)
    for i, share in enumerate(shares):
        # A single estimate still needs a visible width.
        start, end = low[i] - 0.006, high[i] + 0.006
        chart.ax.barh(i, end - start, left=start, height=0.5, zorder=2.5, gid="range", **PARTS[share].style())
    key = chart.key(lift=LIFT, mark=(6, 1.5))
    key.add("estimates over the set", PARTS["a2"], width=0.28)
    key.add("reach of their 95 % intervals", Line("muted"), width=0.28)
    has = table["printed_value"].notna().to_numpy()
    if has.any():
        values = table["printed_value"].to_numpy(float)[has]
        dots(chart.ax, values, at[has], PRINTED, size=6, edge=1.5, gid="printed", clip_on=True)
        key.add("published", PRINTED, width=0.12)
    spans = zip(studies, shares, estimates, reaches)
    genes = [f"{study} {estimate} (intervals {reach})" for study, share, estimate, reach in spans if share == "a2"]
    alt = alt_text(
        "Shares of variance over all compatible tables. Genes: " + "; ".join(genes),
        "The intervals leave genes and shared environment largely undecided in every study",
    )
    names = ["lowest estimate", "highest estimate", "lowest interval end", "highest interval end"]
    data: dict[str, Any] = {"study": studies, "share": [NAMES[share] for share in shares]}
    data |= dict(zip(names, (low, high, ci_low, ci_high))) | {"printed": printed}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


def _spans(low: np.ndarray, high: np.ndarray) -> list[str]:
    written = [(SHARE.write(a), SHARE.write(b)) for a, b in zip(low, high)]
    return [a if a == b else f"{a} to {b}" for a, b in written]


@drawing
def shares_by_age(table: pd.DataFrame) -> Drawn:
    """Draw shares of variance from young to old, with measure and scale; results without numbers are in words.

    `table`: `age`, `study`, `measure`, `scale`, `a2`, `c2`, `e2` (proportions, missing where not printed), `words`,
    `status`.
    """
    table = checked(table, "age", "study", "measure", "scale", *NAMES, "words", "status")
    shares = table[list(NAMES)].to_numpy(float)
    filled = table.fillna({"words": ""})
    ages, studies, measures, scales, words = texts(filled, "age", "study", "measure", "scale", "words")
    said = np.isfinite(shares).any(axis=1) | (np.array(words) != "")
    ensure(said.all(), "a row has neither a share nor words", field="words")
    ensure((np.nansum(shares, axis=1) <= 1 + 1e-6).all(), "the shares of a row add up to more than 1")
    measures = [m if s == "printed" else f"{m}, recomputed" for m, s in zip(measures, table["status"])]
    shown = ["" if i and age == ages[i - 1] else age for i, age in enumerate(ages)]
    left = {"Age": shown, "Study": studies, "Measure": measures, "Scale": scales}
    chart = keyed_chart(left, {}, limits=(0, 1), scale=SHARE, axis="share of the variance")
    for i, (row, text) in enumerate(zip(shares, words)):
        start = 0.0
        for name, share in zip(NAMES, row):
            if share > 0:
                chart.ax.barh(i, share, left=start, height=0.64, zorder=2, gid=name, **PARTS[name].style())
                start += share
        # Words for a result without numbers, or for a rest that was not printed.
        if text:
            label(chart.ax, 0.01, i, text, fontsize=chart.size, color=colour("muted"), clip_on=False)
        elif start < 1 - 1e-6:
            label(chart.ax, start + 0.02, i, "rest not published", fontsize=chart.size, color=colour("muted"))
    fill_key(chart, {NAMES[name]: fill for name, fill in PARTS.items()})
    listed = [
        f"{study} ({age}): " + ", ".join(f"{n} {SHARE.write(v)}" for n, v in zip(NAMES.values(), row) if v == v)
        for age, study, row in zip(ages, studies, shares)
        if np.isfinite(row).any()
    ]
    alt = alt_text(f"Shares of variance in {len(table)} twin results by age; instruments and scales differ", *listed)
    data: dict[str, Any] = {"study": studies, "age": ages, "measure": measures, "scale": table["scale"].tolist()}
    data |= dict(zip(NAMES.values(), shares.T)) | {"in words": words}
    return Drawn(chart.fig, alt, pd.DataFrame(data))


@drawing
def power_by_split(table: pd.DataFrame) -> Drawn:
    """Draw power by division, a panel per true effect, a line per measurement, with 95 % intervals of the simulation.

    `table`: `panel`, `series` (at most four), `mz_share` (a proportion), `power`, `low`, `high`.
    """
    table = checked(table, "panel", "series", finite=("mz_share", "power", "low", "high"))
    panels, looks = parts(table, "panel"), series(distinct(table, "series"), field="series")
    across = 1 if narrow() else len(panels)
    side = width() - LEFT - 0.16 if narrow() else 3.75 if len(panels) > 1 else 6.0
    down, step, below = len(panels) // across, HEIGHT + 1.0, 0.8 * narrow()
    fig = new_figure(LEFT + across * side + (across - 1) * GAP + 0.15, below + down * step + 0.35)
    marks, percents = np.unique(table["mz_share"]), np.linspace(0, 1, 6)
    reach = np.ptp(marks) or 1
    pad = 0.09 * reach
    limits, wanted = (marks[0] - pad, marks[-1] + pad), Line("muted", SHORT_DASHES, 0.9).style()
    words = []
    for i, (panel, part) in enumerate(panels.items()):
        line, place = divmod(i, across)
        ax = axes_in_inches(fig, LEFT + place * (side + GAP), below + 0.95 + (down - 1 - line) * step, side, HEIGHT)
        ax.set(xlim=limits, ylim=(0, 1), xlabel="identical pairs, percent of all")
        ax.set_ylabel("" if place else "power, percent")
        ax.plot(limits, [WANTED] * 2, zorder=1, **wanted)
        label(ax, marks[0] - 0.8 * pad, WANTED + 0.015, "usually wanted: 80 %", color=colour("muted"), va="bottom")
        panel_title(ax, panel, 1.0 + 0.09 / HEIGHT)
        for j, (name, look) in enumerate(looks.items()):
            mine = part[part["series"].astype(str) == name].sort_values("mz_share")
            at = mine["mz_share"].to_numpy(float) + APART * (j - (len(looks) - 1) / 2) * reach
            ax.vlines(at, mine["low"], mine["high"], color=colour(look.role), linewidth=1.4, zorder=2)
            ax.plot(at, mine["power"], zorder=3, gid="power", **look.line().style(), **look.mark.style())
        ax.set_xticks(marks, [f"{100 * m:.0f}" for m in marks])
        ax.set_yticks(percents, ["" if place else f"{100 * t:.0f}" for t in percents])
        powers = {name: 100 * own["power"] for name, own in parts(part, "series").items()}
        listed = [f"{name} {number(power.min(), 0)} to {number(power.max(), 0)}" for name, power in powers.items()]
        words.append(f"{panel}: " + ", ".join(listed))
    key = Key(fig, 0.1 if narrow() else LEFT, below + 0.2)
    for name, look in looks.items():
        key.add(name, look.line(), look.mark, space=0.09, gap=0.35)
    most = table["power"].max()
    alt = alt_text(
        f"Simulated power, percent. {'. '.join(words)}",
        f"The highest is {number(100 * most, 0)}, {'below' if most < WANTED else 'not below'} 80",
    )
    data = table[["panel", "series", "mz_share", "power", "low", "high"]]
    return Drawn(fig, alt, data.rename(columns={"mz_share": "identical pairs", "low": "lower", "high": "upper"}))
