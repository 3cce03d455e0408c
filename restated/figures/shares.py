"""Shares of variance of twin studies: ranges over sets, the plane of two twin correlations, and shares by age."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from scipy.spatial import ConvexHull

from restated.errors import RestatedError

from .rows import Column, row_chart, whiskers
from .style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, text_width, wrap_to
from .words import CORRELATION, Scale, alt_text, number

SHARE = Scale("share", leading_zero=False)
#: The three shares in words, and how their parts of a bar look: apart without colour.
NAMES = {"a2": "genes", "c2": "shared environment", "e2": "unique environment and error"}
PARTS = {"a2": ("accent", "accent", ""), "c2": ("band2", "second", ""), "e2": ("page", "muted", "////")}


@drawing
def share_ranges(table: pd.DataFrame) -> Drawn:
    """What each study identifies about its shares: range of the estimate, and the widest reach of the intervals.

    Parameters
    ----------
    table : DataFrame
        `study`, `share` (a2, c2, e2), `lowest`, `highest` (estimates over the set), `ci_lowest`, `ci_highest`; optional
        `printed` (text) and `printed_value`.

    Raises
    ------
    RestatedError
        If a column is missing, a value is not finite, or an estimate lies outside its interval.
    """
    names = ("lowest", "highest", "ci_lowest", "ci_highest")
    for name in ("study", "share", *names):
        if name not in table:
            raise RestatedError(f"the table has no column '{name}'", field=name)
    low, high, ci_low, ci_high = values = table[list(names)].to_numpy(float).T
    if not len(table) or not np.isfinite(values).all() or (low < ci_low - 1e-6).any() or (high > ci_high + 1e-6).any():
        raise RestatedError("there is no row, a range is missing, or an estimate lies outside its interval")
    texts = table["printed"].fillna("").tolist() if "printed" in table else [""] * len(table)
    studies = table["study"].astype(str).tolist()
    first = [i == 0 or studies[i] != studies[i - 1] for i in range(len(table))]

    def span(a, b) -> list[str]:
        written = [(SHARE.write(x), SHARE.write(y)) for x, y in zip(a, b, strict=True)]
        return [x if x == y else f"{x} to {y}" for x, y in written]

    chart = row_chart(
        [Column("Study", [s if f else "" for s, f in zip(studies, first, strict=True)]),
         Column("Share", [NAMES[s].replace(" environment and error", "").replace(" environment", "") for s in table["share"]])],
        [Column("Estimate", span(low, high), align="right"), Column("Intervals reach", span(ci_low, ci_high), align="right"),
         Column("Printed", texts, align="right")],
        limits=(-0.02, 1.02), scale=SHARE, axis="share of the variance", foot_lines=1,
    )  # fmt: skip
    at = np.arange(len(table))
    for i in np.flatnonzero(first)[1:]:
        chart.ax.plot([-0.02, 1.02], [i - 0.5] * 2, color=colour("grid"), linewidth=0.9, zorder=0.5)
    whiskers(chart, at, ci_low, ci_high, role="muted", width=1.2)
    for i in at:
        # A single estimate still needs a visible width.
        left, right = (low[i] - 0.006, high[i] + 0.006)
        face, edge, hatch = PARTS[table["share"].iloc[i]]
        chart.ax.barh([i], [right - left], left=[left], height=0.5, facecolor=colour(face), edgecolor=colour(edge), hatch=hatch,
                      linewidth=1.0, zorder=2.5, gid="range")  # fmt: skip
    has = "printed_value" in table and table["printed_value"].notna().to_numpy()
    if np.any(has):
        chart.ax.plot(table["printed_value"].to_numpy(float)[has], at[has], linestyle="none", marker="D", markersize=6,
                      markerfacecolor=colour("page"), markeredgecolor=colour("warn"), markeredgewidth=1.5, zorder=4, gid="printed")  # fmt: skip
    x = 0.1
    inches = chart.fig.dpi_scale_trans
    face, edge, _ = PARTS["a2"]
    chart.ax.fill_between([x, x + 0.28], chart.foot - 0.02, chart.foot + 0.11, facecolor=colour(face), edgecolor=colour(edge), transform=inches, clip_on=False)
    chart.below(x + 0.36, "estimates over the set", color=colour("ink"))
    x += 0.36 + text_width("estimates over the set", chart.size) + 0.3
    chart.ax.plot([x, x + 0.28], [chart.foot + 0.045] * 2, color=colour("muted"), linewidth=1.2, transform=inches, clip_on=False)
    chart.below(x + 0.36, "reach of their 95 % intervals", color=colour("ink"))
    x += 0.36 + text_width("reach of their 95 % intervals", chart.size) + 0.3
    if np.any(has):
        chart.ax.plot([x + 0.06], [chart.foot + 0.045], linestyle="none", marker="D", markersize=6, markerfacecolor=colour("page"),
                      markeredgecolor=colour("warn"), markeredgewidth=1.5, transform=inches, clip_on=False)  # fmt: skip
        chart.below(x + 0.2, "printed", color=colour("ink"))
    widest = [f"{studies[i]} {a} (intervals {b})" for i, (a, b) in enumerate(zip(span(low, high), span(ci_low, ci_high), strict=True))
              if table["share"].iloc[i] == "a2"]  # fmt: skip
    return Drawn(
        chart.fig,
        alt_text("Shares of variance over all compatible tables. Genes: " + "; ".join(widest),
                 "The intervals leave genes and shared environment largely undecided in every study"),
        pd.DataFrame({"study": studies, "share": [NAMES[s] for s in table["share"]], "lowest estimate": low, "highest estimate": high,
                      "lowest interval end": ci_low, "highest interval end": ci_high, "printed": texts}),
    )  # fmt: skip


@drawing
def correlation_plane(table: pd.DataFrame, *, region: np.ndarray | None = None, region_words: str = "") -> Drawn:
    """The plane of the two twin correlations with the triangle of the model and what each study leaves in it.

    Parameters
    ----------
    table : DataFrame
        `label`, `kind` ("score": correlation of a continuous score; "liability"), `mz_low`, `mz_high`, `dz_low`, `dz_high`.
    region : ndarray, shape (m, 2), optional
        Points (r_mz, r_dz); their convex hull is drawn hatched.
    region_words : str
        What the region is.

    Raises
    ------
    RestatedError
        If a column is missing, a value is not finite or a kind is unknown.
    """
    names = ["mz_low", "mz_high", "dz_low", "dz_high"]
    for name in ("label", "kind", *names):
        if name not in table:
            raise RestatedError(f"the table has no column '{name}'", field=name)
    values = table[names].to_numpy(float)
    if not len(table) or not np.isfinite(values).all() or not set(table["kind"]) <= {"score", "liability"}:
        raise RestatedError("there is no row, a correlation is missing, or a kind is neither score nor liability")
    side, left, bottom = 4.6, 0.75, 0.62
    key = 3.15
    fig = new_figure(left + side + key, bottom + side + 0.12)
    ax = axes_in_inches(fig, left, bottom, side, side)
    low = min(-0.1, values.min() - 0.05)
    ax.set_xlim(low, 1.0)
    ax.set_ylim(low, 1.0)
    ax.add_patch(Polygon([(0, 0), (1, 0.5), (1, 1)], closed=True, facecolor=colour("zone3"), edgecolor=colour("muted"), linewidth=1.0,
                         zorder=0.5, gid="triangle"))  # fmt: skip
    ax.plot([low, 0], [0, 0], color=colour("grid"), linewidth=0.8, zorder=0.4)
    ax.plot([0, 0], [low, 0], color=colour("grid"), linewidth=0.8, zorder=0.4)
    if region is not None:
        hull = region[ConvexHull(region).vertices]
        ax.add_patch(Polygon(hull, closed=True, facecolor="none", edgecolor=colour("warn"), hatch="\\\\\\", linewidth=1.0,
                             linestyle=(0, (4, 2)), zorder=1, gid="region", clip_on=True))  # fmt: skip
    slanted = {"ha": "center", "color": colour("ink"), "fontsize": BASE, "rotation_mode": "anchor"}
    ax.text(0.82, 0.84, "no genes", rotation=45, va="bottom", **slanted)
    ax.text(0.73, 0.335, "no shared environment", rotation=26.6, va="top", **slanted)
    marks = {"liability": ("o", "accent", "accent"), "score": ("s", "second", "page")}
    x, y = left + side + 0.28, bottom + side - 0.12
    for i, (row, box) in enumerate(zip(table.itertuples(), values, strict=True), start=1):
        marker, role, face = marks[row.kind]
        ax.add_patch(Rectangle((box[0], box[2]), box[1] - box[0], box[3] - box[2], facecolor=colour("band" if row.kind == "liability" else "band2"),
                               edgecolor=colour(role), linewidth=1.2, zorder=2, gid="box"))  # fmt: skip
        centre = ((box[0] + box[1]) / 2, (box[2] + box[3]) / 2)
        ax.plot(*centre, linestyle="none", marker=marker, markersize=13, markerfacecolor=colour("page"), markeredgecolor=colour(role), markeredgewidth=1.5, zorder=3)
        ax.text(*centre, str(i), ha="center", va="center_baseline", color=colour("ink"), fontsize=BASE, zorder=4)
        for j, line in enumerate(wrap_to(f"{i}  {row.label}", key - 0.35, BASE)):
            fig.text(x + (0.0 if j == 0 else 0.2), y, line, transform=fig.dpi_scale_trans, fontsize=BASE, color=colour("ink"), va="center_baseline")
            y -= 0.19
        y -= 0.07
    y -= 0.12
    for words, kind in (("liability of the classes", "liability"), ("continuous score", "score")):
        marker, role, _ = marks[kind]
        fig.add_artist(_marker(fig, x + 0.1, y, marker, role))
        fig.text(x + 0.32, y, words, transform=fig.dpi_scale_trans, fontsize=BASE, color=colour("ink"), va="center_baseline")
        y -= 0.26
    if region is not None:
        fig.add_artist(Rectangle((x, y - 0.08), 0.22, 0.16, facecolor="none", edgecolor=colour("warn"), hatch="\\\\\\", linewidth=1.0,
                                 linestyle=(0, (4, 2)), transform=fig.dpi_scale_trans))  # fmt: skip
        for j, line in enumerate(wrap_to(region_words, key - 0.45, BASE)):
            fig.text(x + 0.32, y - 0.19 * j, line, transform=fig.dpi_scale_trans, fontsize=BASE, color=colour("ink"), va="center_baseline")
    for axis in (ax.xaxis, ax.yaxis):
        ticks = CORRELATION.ticks(low, 1.0, most=8)
        axis.set_ticks(ticks, CORRELATION.tick_labels(ticks))
    ax.set_xlabel("correlation of identical twins")
    ax.set_ylabel("correlation of fraternal twins")

    def corner(box) -> str:
        ends = [number(v, 2, leading_zero=False) for v in box]
        return f"identical {ends[0]} to {ends[1]}, fraternal {ends[2]} to {ends[3]}"

    return Drawn(
        fig,
        alt_text("Plane of the correlations of identical and fraternal twins",
                 *(f"{row.label}: {corner(box)}" for row, box in zip(table.itertuples(), values, strict=True)),
                 f"Hatched: {region_words}" if region is not None else ""),
        pd.DataFrame({"study": table["label"].tolist(), "correlation of": table["kind"].tolist(), "identical, low": values[:, 0],
                      "identical, high": values[:, 1], "fraternal, low": values[:, 2], "fraternal, high": values[:, 3]}),
    )  # fmt: skip


def _marker(fig, x: float, y: float, marker: str, role: str):
    return Line2D([x], [y], linestyle="none", marker=marker, markersize=9, markerfacecolor=colour("page"), markeredgecolor=colour(role),
                  markeredgewidth=1.5, transform=fig.dpi_scale_trans)  # fmt: skip


@drawing
def shares_by_age(table: pd.DataFrame) -> Drawn:
    """Shares of variance from young to old, each with its measure and scale; directions without numbers in words.

    Parameters
    ----------
    table : DataFrame
        `age`, `study`, `measure`, `scale`, `a2`, `c2`, `e2` (proportions, missing where not printed), `words`, `status`.

    Raises
    ------
    RestatedError
        If a column is missing, or a row has neither a share nor words.
    """
    for name in ("age", "study", "measure", "scale", *NAMES, "words", "status"):
        if name not in table:
            raise RestatedError(f"the table has no column '{name}'", field=name)
    shares = table[list(NAMES)].to_numpy(float)
    words = table["words"].fillna("").astype(str).tolist()
    if not len(table) or any(not w and np.isnan(s).all() for w, s in zip(words, shares, strict=True)):
        raise RestatedError("there is no row, or a row has neither a share nor words")
    if (np.nansum(shares, axis=1) > 1 + 1e-6).any():
        raise RestatedError("the shares of a row add up to more than 1")
    ages = table["age"].astype(str).tolist()
    restated = (table["status"] != "printed").to_numpy()
    labels = [f"{s} (restated)" if r else s for s, r in zip(table["study"].astype(str), restated, strict=True)]
    chart = row_chart(
        [Column("Age", [a if i == 0 or a != ages[i - 1] else "" for i, a in enumerate(ages)]), Column("Study", labels),
         Column("What was measured", table["measure"].astype(str).tolist())],
        [Column("Scale", table["scale"].astype(str).tolist())],
        limits=(0, 1), scale=SHARE, axis="share of the variance", foot_lines=1, width=11.2,
    )  # fmt: skip
    for i, (row, text) in enumerate(zip(shares, words, strict=True)):
        start = 0.0
        for name, share in zip(NAMES, row, strict=True):
            if np.isnan(share) or share == 0:
                continue
            face, edge, hatch = PARTS[name]
            chart.ax.barh([i], [share], left=[start], height=0.64, facecolor=colour(face), edgecolor=colour(edge), hatch=hatch, linewidth=0.9, zorder=2, gid=name)
            start += share
        if text:
            chart.ax.text(0.01, i, text, ha="left", va="center_baseline", fontsize=chart.size, color=colour("muted"), clip_on=False)
        elif start < 1 - 1e-6:
            chart.ax.text(start + 0.02, i, "rest not printed", ha="left", va="center_baseline", fontsize=chart.size, color=colour("muted"))
    x = 0.1
    for name, label in NAMES.items():
        face, edge, hatch = PARTS[name]
        chart.ax.fill_between([x, x + 0.28], chart.foot - 0.02, chart.foot + 0.11, facecolor=colour(face), edgecolor=colour(edge), hatch=hatch,
                              linewidth=0.9, transform=chart.fig.dpi_scale_trans, clip_on=False)  # fmt: skip
        chart.below(x + 0.36, label, color=colour("ink"))
        x += 0.36 + text_width(label, chart.size) + 0.3
    said = [f"{s} ({a}): " + ", ".join(f"{NAMES[n]} {SHARE.write(v)}" for n, v in zip(NAMES, row, strict=True) if not np.isnan(v))
            for a, s, row in zip(ages, labels, shares, strict=True) if not np.isnan(row).all()]  # fmt: skip
    return Drawn(
        chart.fig,
        alt_text(f"Shares of variance in {len(table)} twin results by age; instruments and scales differ", *said),
        pd.DataFrame({"study": labels, "age": ages, "measure": table["measure"].tolist(), "scale": table["scale"].tolist()}
                     | {label: shares[:, i] for i, label in enumerate(NAMES.values())} | {"in words": words}),
    )  # fmt: skip
