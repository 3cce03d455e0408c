"""Map of the classes of two assessments by correspondence analysis."""

import pandas as pd

from restated.plots.legend import Key
from restated.plots.marks import Line, Mark, dots
from restated.plots.style import BASE, Drawn, colour, drawing, framed, text_width, width
from restated.plots.words import Scale, alt_text, plain_ticks
from review.figures.pieces import label
from review.figures.tables import checked, rows, texts

WIDTH, LEFT, BOTTOM = 5.8, 0.75, 0.65  # inches
ROWS, COLUMNS = Mark("o", True, "accent"), Mark("s", False, "second")
COORDINATE = Scale("coordinate", decimals=2, steps=(0.2, 0.25, 0.5, 1))
AWAY = 0.12  # inches from a mark to its name


@drawing
def class_map(table: pd.DataFrame, *, row: str, column: str, shares: tuple[float, float]) -> Drawn:
    """Draw each class of the first assessment and its counterpart, joined by a line, in two dimensions.

    `table`: `row`, `column` (names), `row_x`, `row_y`, `column_x`, `column_y` (principal coordinates). `row`
    and `column` name the assessments in the key; `shares` are those of the two dimensions in the inertia.
    """
    places = ["row_x", "row_y", "column_x", "column_y"]
    table = checked(table, "row", "column", finite=places)
    across, up = table[["row_x", "column_x"]].to_numpy(), table[["row_y", "column_y"]].to_numpy()
    room = AWAY + 0.15 + max(text_width(name, BASE) for names in texts(table, "row", "column") for name in names)
    whole = min(WIDTH, width())
    plot = whole - LEFT - 0.2
    # An inch is as long on both axes: distances in the map mean something.
    unit = (plot - 2 * room) / (across.max() - across.min())
    high = unit * (up.max() - up.min()) + 0.6
    fig, ax = framed(whole, BOTTOM + high + 0.4, LEFT, BOTTOM, plot, high)
    ax.set(xlim=(across.min() - room / unit, across.max() + room / unit))
    ax.set(ylim=(up.min() - 0.3 / unit, up.max() + 0.3 / unit))
    for line in (ax.axhline, ax.axvline):
        line(0, zorder=0.5, **Line("grid", width=0.9).style())
    for pair in rows(table):
        ends = [pair.row_x, pair.column_x], [pair.row_y, pair.column_y]
        ax.plot(*ends, color=colour("muted"), linewidth=1.0, zorder=1)
        side = 1 if pair.row_x > pair.column_x else -1  # names on the outer sides of the pair never meet
        for name, x, y, mark, way in (
            (pair.row, pair.row_x, pair.row_y, ROWS, side),
            (pair.column, pair.column_x, pair.column_y, COLUMNS, -side),
        ):
            dots(ax, [x], [y], mark, size=7.5, edge=1.5, zorder=3, gid="class")
            label(ax, x + way * AWAY / unit, y, name, ha="left" if way > 0 else "right", zorder=4)
    for axis, (low, top) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        plain_ticks(axis, low, top, most=6, scale=COORDINATE)
    ax.set_xlabel(f"first dimension, {100 * shares[0]:.0f} % of inertia")
    ax.set_ylabel(f"second dimension, {100 * shares[1]:.0f} %")
    key = Key(fig, LEFT + 0.05, BOTTOM + high + 0.22, mark=(7, 1.4))
    for words, mark in ((row, ROWS), (column, COLUMNS)):
        key.add(words, mark, width=0.2)
    write = COORDINATE.write
    listed = [
        f"{p.row} ({write(p.row_x)}, {write(p.row_y)}) next to {p.column} ({write(p.column_x)}, {write(p.column_y)})"
        for p in rows(table)
    ]
    alt = alt_text(f"Map of {row} and {column}, {100 * sum(shares):.0f} % of inertia in two dimensions", *listed)
    return Drawn(fig, alt, table)
