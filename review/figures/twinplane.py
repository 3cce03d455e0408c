"""The plane of two twin correlations: what the model allows, and where studies lie in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from scipy.spatial import ConvexHull

from restated.errors import RestatedError
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, new_figure, require, wrap_to
from restated.plots.words import CORRELATION, alt_text, number


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
    require(table, "label", "kind", *names)
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
    ax.add_patch(
        Polygon(
            [(0, 0), (1, 0.5), (1, 1)],
            closed=True,
            facecolor=colour("zone3"),
            edgecolor=colour("muted"),
            linewidth=1.0,
            zorder=0.5,
            gid="triangle",
        )
    )
    ax.plot([low, 0], [0, 0], color=colour("grid"), linewidth=0.8, zorder=0.4)
    ax.plot([0, 0], [low, 0], color=colour("grid"), linewidth=0.8, zorder=0.4)
    if region is not None:
        hull = region[ConvexHull(region).vertices]
        ax.add_patch(
            Polygon(
                hull,
                closed=True,
                facecolor="none",
                edgecolor=colour("warn"),
                hatch="\\\\\\",
                linewidth=1.0,
                linestyle=(0, (4, 2)),
                zorder=1,
                gid="region",
                clip_on=True,
            )
        )
    slanted = {"ha": "center", "color": colour("ink"), "fontsize": BASE, "rotation_mode": "anchor"}
    ax.text(0.82, 0.84, "no genes", rotation=45, va="bottom", **slanted)
    ax.text(0.73, 0.335, "no shared environment", rotation=26.6, va="top", **slanted)
    marks = {"liability": ("o", "accent", "accent"), "score": ("s", "second", "page")}
    x, y = left + side + 0.28, bottom + side - 0.12
    for i, (row, box) in enumerate(zip(table.itertuples(), values, strict=True), start=1):
        marker, role, face = marks[row.kind]
        ax.add_patch(
            Rectangle(
                (box[0], box[2]),
                box[1] - box[0],
                box[3] - box[2],
                facecolor=colour("band" if row.kind == "liability" else "band2"),
                edgecolor=colour(role),
                linewidth=1.2,
                zorder=2,
                gid="box",
            )
        )
        centre = ((box[0] + box[1]) / 2, (box[2] + box[3]) / 2)
        ax.plot(
            *centre,
            linestyle="none",
            marker=marker,
            markersize=13,
            markerfacecolor=colour("page"),
            markeredgecolor=colour(role),
            markeredgewidth=1.5,
            zorder=3,
        )
        ax.text(*centre, str(i), ha="center", va="center_baseline", color=colour("ink"), fontsize=BASE, zorder=4)
        for j, line in enumerate(wrap_to(f"{i}  {row.label}", key - 0.55, BASE)):
            fig.text(
                x + (0.0 if j == 0 else 0.2),
                y,
                line,
                transform=fig.dpi_scale_trans,
                fontsize=BASE,
                color=colour("ink"),
                va="center_baseline",
            )
            y -= 0.19
        y -= 0.07
    y -= 0.12
    for words, kind in (("liability of the classes", "liability"), ("continuous score", "score")):
        marker, role, _ = marks[kind]
        fig.add_artist(_marker(fig, x + 0.1, y, marker, role))
        fig.text(
            x + 0.32, y, words, transform=fig.dpi_scale_trans, fontsize=BASE, color=colour("ink"), va="center_baseline"
        )
        y -= 0.26
    if region is not None:
        fig.add_artist(
            Rectangle(
                (x, y - 0.08),
                0.22,
                0.16,
                facecolor="none",
                edgecolor=colour("warn"),
                hatch="\\\\\\",
                linewidth=1.0,
                linestyle=(0, (4, 2)),
                transform=fig.dpi_scale_trans,
            )
        )
        for j, line in enumerate(wrap_to(region_words, key - 0.7, BASE)):
            fig.text(
                x + 0.32,
                y - 0.19 * j,
                line,
                transform=fig.dpi_scale_trans,
                fontsize=BASE,
                color=colour("ink"),
                va="center_baseline",
            )
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
        alt_text(
            "Plane of the correlations of identical and fraternal twins",
            *(f"{row.label}: {corner(box)}" for row, box in zip(table.itertuples(), values, strict=True)),
            f"Hatched: {region_words}" if region is not None else "",
        ),
        pd.DataFrame(
            {
                "study": table["label"].tolist(),
                "correlation of": table["kind"].tolist(),
                "identical, low": values[:, 0],
                "identical, high": values[:, 1],
                "fraternal, low": values[:, 2],
                "fraternal, high": values[:, 3],
            }
        ),
    )


def _marker(fig, x: float, y: float, marker: str, role: str):
    return Line2D(
        [x],
        [y],
        linestyle="none",
        marker=marker,
        markersize=9,
        markerfacecolor=colour("page"),
        markeredgecolor=colour(role),
        markeredgewidth=1.5,
        transform=fig.dpi_scale_trans,
    )
