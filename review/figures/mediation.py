"""Path diagrams with three nodes, printed and restated next to each other."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from restated.plots.marks import SHORT_DASHES, SOLID, Fill, Line
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, narrow, new_figure, text_width, wrap_to, write
from restated.plots.words import CORRELATION, Scale, alt_text
from review.figures.pieces import box
from review.figures.tables import checked, completed, ensure, known, parts

EDGES = ("a", "b", "direct")  # edges of the diagram: a leads to the mediator, b from it to the outcome, direct past it
SUMS = ("indirect", "total")
PANEL, HEIGHT = 4.4, 3.35  # inches
BOX_WIDTH, BOX_HEIGHT = 1.34, 0.62  # inches
#: Box centres in inches from the lower left corner of a panel: cause, mediator, outcome.
PLACES = ((0.78, 1.25), (PANEL / 2, 2.62), (PANEL - 0.78, 1.25))
NOT_PRINTED = "not published"
FINER = Scale("r", leading_zero=False, decimals=3)
OPTIONAL = {"low": np.nan, "high": np.nan, "text": ""}  # columns that a table may lack, with their values
Words = Mapping[str, tuple[str, str]]  #: Value and range of each edge as text


@drawing
def path_diagram(table: pd.DataFrame, nodes: Sequence[str]) -> Drawn:
    """Draw cause, mediator and outcome with correlations and ranges on the arrows, one panel per version.

    `table`: `panel` (title; panels in order of appearance), `edge` ("a", "b", "direct", "indirect", "total"), `value`;
    optional `low`, `high` (range) and `text` (digits as printed, shown instead of `value`). A missing value is shown as
    not printed, with a dashed arrow; "indirect" and "total" are optional, written under the diagram.
    """
    ensure(len(nodes) == 3, f"a path diagram has three nodes, not {len(nodes)}", field="nodes")
    table = completed(checked(table, "panel", "edge", "value"), OPTIONAL)
    known(table, "edge", EDGES + SUMS)
    ensure(not table.duplicated(["panel", "edge"]).any(), "an edge occurs twice in one panel", field="edge")
    panels = {
        panel: {row["edge"]: _words(row) for row in part.to_dict("records")}
        for panel, part in parts(table, "panel").items()
    }
    remedy = "Give a row with an empty value where nothing was published"
    for panel, words in panels.items():
        for edge in EDGES:
            ensure(edge in words, f"panel '{panel}' has no edge '{edge}'", field="edge", remedy=remedy)
    across = 1 if narrow() else len(panels)
    down = len(panels) // across
    fig = new_figure(PANEL * across, HEIGHT * down)
    for i, (panel, words) in enumerate(panels.items()):
        left, foot = i % across * PANEL, (down - 1 - i // across) * HEIGHT
        write(fig, left + 0.1, foot + HEIGHT - 0.2, panel, fontweight="bold")
        for (x, y), node in zip(PLACES, nodes):
            lines = wrap_to(node, BOX_WIDTH - 0.12, BASE)
            ensure(len(lines) <= 3, f"the node name '{node}' does not fit its box", field="nodes", remedy="Shorten it")
            box(fig, left + x, foot + y, (BOX_WIDTH, BOX_HEIGHT), lines, Fill("band"), "round,pad=0,rounding_size=0.07")
        _arrows(fig, left, foot, words)
        for j, name in enumerate(name for name in SUMS if name in words):
            whole = f"{name}{' (a × b)' if name == 'indirect' else ''}: " + " ".join(filter(None, words[name]))
            write(fig, left + PANEL / 2 - text_width(whole, BASE) / 2, foot + 0.56 - 0.24 * j, whole, va="baseline")
    listed = [
        f"{panel}: " + ", ".join(f"{e} {' '.join(filter(None, words[e]))}" for e in (*EDGES, *SUMS) if e in words)
        for panel, words in panels.items()
    ]
    alt = alt_text(f"Path from {nodes[0]} through {nodes[1]} to {nodes[2]}, r on the arrows", *listed)
    data = table[["panel", "edge", "value", "low", "high"]].copy()
    data.insert(2, "from", data["edge"].map({"b": nodes[1]}).fillna(nodes[0]))
    data.insert(3, "to", data["edge"].map({"a": nodes[1]}).fillna(nodes[2]))
    return Drawn(fig, alt, data)


def _words(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Value and range as text; the ends of rounding intervals need one digit more."""
    if pd.isna(row["value"]):
        return NOT_PRINTED, ""
    text = row["text"]
    value = text if isinstance(text, str) and text else CORRELATION.write(float(row["value"]))
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return value, ""
    return value, FINER.write_interval(float(row["low"]), float(row["high"]))


def _arrows(fig: Figure, left: float, foot: float, words: Words) -> None:
    """Arrows, dashed where nothing was published, with their values in bold and ranges below."""
    (x0, y0), (x1, y1), (x2, y2) = ((left + x, foot + y) for x, y in PLACES)
    half_w, half_h = BOX_WIDTH / 2, BOX_HEIGHT / 2
    arrows = {
        "a": ((x0, y0 + half_h), (x1 - half_w, y1 - 0.12), "right", -1),
        "b": ((x1 + half_w, y1 - 0.12), (x2, y2 + half_h), "left", 1),
        "direct": ((x0 + half_w, y0), (x2 - half_w, y2), "center", 0),
    }
    for edge, (start, end, align, side) in arrows.items():
        value, span = words[edge]
        empty = value == NOT_PRINTED
        line = Line("muted", SHORT_DASHES, 1.4) if empty else Line("accent", SOLID, 1.4)
        style = line.style() | {"arrowstyle": "-|>", "mutation_scale": 11, "transform": fig.dpi_scale_trans}
        fig.add_artist(FancyArrowPatch(start, end, shrinkA=2, shrinkB=2, **style))
        # The second line of text is where the slanting arrow is nearer.
        x, y = (start[0] + end[0]) / 2 + side * (0.14 if span else 0.02), (start[1] + end[1]) / 2
        look = {"color": colour("muted")} if empty else {"fontweight": "bold"}
        lift, drop = (0.2, 0.2 - 1.3 * BASE / POINTS) if side else (0.1, -0.2)
        write(fig, x, y + lift, value, ha=align, va="baseline", **look)
        if span:
            write(fig, x, y + drop, span, ha=align, va="baseline", color=colour("muted"))
