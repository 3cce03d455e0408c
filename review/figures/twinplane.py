"""Plane of the correlations of identical and fraternal twins: the region of the model, and the results of studies."""

import numpy as np
import pandas as pd
from matplotlib.patches import Polygon, Rectangle
from scipy.spatial import ConvexHull

from restated.plots.legend import Key
from restated.plots.marks import SHORT_DASHES, Fill, Mark, dots
from restated.plots.style import BASE, Drawn, axes_in_inches, colour, drawing, narrow, new_figure, width, wrap_to, write
from restated.plots.words import CORRELATION, alt_text, plain_ticks
from review.figures.pieces import label
from review.figures.tables import checked, known, rows

SIDE, LEFT, BOTTOM, RIGHT = 4.6, 0.75, 0.62, 3.15  # inches of the plot and around it
#: Words, mark and box of the two kinds of correlation.
KINDS = {
    "liability": ("liability of the classes", Mark("o", False, "accent"), Fill("band", "accent", width=1.2)),
    "score": ("continuous score", Mark("s", False, "second"), Fill("band2", "second", width=1.2)),
}
TRIANGLE = Fill("zone3", width=1.0)
REGION = Fill("none", "warn", "\\\\\\", 1.0, SHORT_DASHES)


@drawing
def correlation_plane(table: pd.DataFrame, *, region: np.ndarray | None = None, region_words: str = "") -> Drawn:
    """Draw the plane of the two twin correlations with the triangle of the model and the range of each study.

    `table`: `label`, `kind` ("score": correlation of a continuous score; "liability"), `mz_low`, `mz_high`, `dz_low`,
    `dz_high`. The convex hull of `region`, shape (m, 2), points (r_mz, r_dz), is drawn hatched; `region_words` name it.
    """
    columns = ["mz_low", "mz_high", "dz_low", "dz_high"]
    table = checked(table, "label", "kind", finite=columns)
    known(table, "kind", KINDS)
    values = table[columns].to_numpy(float)
    side, below, room = (width() - LEFT - 0.15, 4.5, width() - 0.4) if narrow() else (SIDE, BOTTOM, RIGHT - 0.55)
    fig = new_figure(width() if narrow() else LEFT + SIDE + RIGHT, below + side + 0.12)
    ax = axes_in_inches(fig, LEFT, below, side, side)
    low = min(-0.1, values.min() - 0.05)
    ax.set(xlim=(low, 1.0), ylim=(low, 1.0))
    ax.set(xlabel="correlation of identical twins", ylabel="correlation of fraternal twins")
    # The triangle of correlations that the model allows, with its edges named, and lines at 0.
    corners = [(0, 0), (1, 0.5), (1, 1)]
    ax.add_patch(Polygon(corners, closed=True, zorder=0.5, gid="triangle", **TRIANGLE.style()))
    for ends in (([low, 0], [0, 0]), ([0, 0], [low, 0])):
        ax.plot(*ends, color=colour("grid"), linewidth=0.8, zorder=0.4)
    if not narrow():
        slanted = {"ha": "center", "rotation_mode": "anchor"}
        label(ax, 0.82, 0.84, "no genes", rotation=45, va="bottom", **slanted)
        label(ax, 0.83, 0.385, "no shared environment", rotation=26.6, va="top", **slanted)
    x = 0.1 if narrow() else LEFT + SIDE + 0.28
    key = Key(fig, x, below - 0.8 if narrow() else BOTTOM + SIDE - 0.12, mark=(9, 1.5), step=0.19)
    for i, (row, (x0, x1, y0, y1)) in enumerate(zip(rows(table), values), start=1):
        _, mark, fill = KINDS[row.kind]
        ax.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, zorder=2, gid="box", **fill.style()))
        centre = ((x0 + x1) / 2, (y0 + y1) / 2)
        dots(ax, [centre[0]], [centre[1]], mark, size=13, edge=1.5, zorder=3, clip_on=True)
        label(ax, *centre, str(i), ha="center", zorder=4)
        for j, line in enumerate(wrap_to(f"{i}  {row.label}", room, BASE)):
            write(fig, x + (0.2 if j else 0.0), key.y, line)
            key.newline()
        key.newline(0.07)
    if narrow():
        for line in wrap_to("upper edge of the triangle: no genes; lower edge: no shared environment", room, BASE):
            write(fig, x, key.y, line)
            key.newline()
    key.newline(0.12)
    for words, mark, _ in KINDS.values():
        key.add(words, mark, width=0.2, space=0.12)
        key.newline(0.26)
    if region is not None:
        hull = region[ConvexHull(region).vertices]
        ax.add_patch(Polygon(hull, closed=True, zorder=1, gid="region", **REGION.style()))
        key.add(wrap_to(region_words, room - 0.15, BASE), REGION, width=0.22, space=0.1)
    for axis in (ax.xaxis, ax.yaxis):
        plain_ticks(axis, low, 1.0, scale=CORRELATION)
    listed = [
        "{}: identical {} to {}, fraternal {} to {}".format(name, *map(CORRELATION.write, box))
        for name, box in zip(table["label"], values)
    ]
    hatched = f"Hatched: {region_words}" if region is not None else ""
    alt = alt_text("Plane of the correlations of identical and fraternal twins", *listed, hatched)
    names = ["study", "correlation of", "identical, low", "identical, high", "fraternal, low", "fraternal, high"]
    return Drawn(fig, alt, table[["label", "kind", *columns]].set_axis(names, axis=1))
