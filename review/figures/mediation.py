"""Path diagrams with three nodes, printed and restated side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from restated.errors import RestatedError
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import Scale, alt_text

#: Edges of the diagram: a leads to the mediator, b from it to the outcome, direct past it.
EDGES = ("a", "b", "direct")
SUMS = ("indirect", "total")
PANEL, HEIGHT = 4.4, 3.35  # inches
BOX_WIDTH, BOX_HEIGHT = 1.34, 0.62  # inches
#: Box centres in inches from the lower left corner of a panel: cause, mediator, outcome.
PLACES = ((0.78, 1.25), (PANEL / 2, 2.62), (PANEL - 0.78, 1.25))
NOT_PRINTED = "not printed"


@drawing
def path_diagram(table: pd.DataFrame, nodes: Sequence[str], *, coefficient: str = "r") -> Drawn:
    """Three nodes with coefficients and ranges on the arrows, one panel per version.

    Parameters
    ----------
    table : DataFrame
        `panel` (title; panels in order of appearance), `edge` ("a", "b", "direct", "indirect", "total"),
        `value`; optional `low`, `high` (range) and `text` (digits as printed, shown instead of `value`). A
        missing value is shown as not printed, with a dashed arrow; "indirect" and "total" are written under
        the diagram where given.
    nodes : three str
        Cause, mediator, outcome.
    coefficient : str
        What the numbers are, for the alternative text.

    Raises
    ------
    RestatedError
        If there are not three nodes, a column or an arrow is missing, or an edge is unknown or repeated.
    """
    if len(nodes) != 3:
        raise RestatedError(f"a path diagram has three nodes, not {len(nodes)}", field="nodes")
    require(table, "panel", "edge", "value")
    table = table.reset_index(drop=True)
    for name, default in (("low", np.nan), ("high", np.nan), ("text", None)):
        if name not in table:
            table[name] = default
    unknown = sorted(set(table["edge"]) - {*EDGES, *SUMS})
    if unknown:
        raise RestatedError(
            f"unknown edge '{unknown[0]}'", field="edge", remedy="Use one of " + ", ".join(EDGES + SUMS)
        )
    if table.duplicated(["panel", "edge"]).any():
        raise RestatedError("an edge occurs twice in one panel", field="edge")
    panels = list(dict.fromkeys(table["panel"]))
    scale = Scale(coefficient, leading_zero=False)
    finer = Scale(coefficient, leading_zero=False, decimals=3)  # ends of rounding intervals need one digit more
    words = {}
    for panel in panels:
        rows = table[table["panel"] == panel].set_index("edge")
        missing = [edge for edge in EDGES if edge not in rows.index]
        if missing:
            raise RestatedError(
                f"panel '{panel}' has no edge '{missing[0]}'",
                field="edge",
                remedy="Give a row with an empty value where nothing was printed",
            )
        words[panel] = {edge: _words(rows.loc[edge], scale, finer) for edge in rows.index}
    fig = new_figure(PANEL * len(panels), HEIGHT)
    for i, panel in enumerate(panels):
        _panel(fig, i * PANEL, panel, nodes, words[panel])
    said = []
    for panel in panels:
        parts = [
            f"{edge} {' '.join(filter(None, words[panel][edge]))}" for edge in (*EDGES, *SUMS) if edge in words[panel]
        ]
        said.append(f"{panel}: {', '.join(parts)}")
    alt = alt_text(f"Path from {nodes[0]} through {nodes[1]} to {nodes[2]}, {coefficient} on the arrows", *said)
    data = table[["panel", "edge", "value", "low", "high"]].copy()
    data.insert(2, "from", data["edge"].map({"a": nodes[0], "b": nodes[1]}).fillna(nodes[0]))
    data.insert(3, "to", data["edge"].map({"a": nodes[1]}).fillna(nodes[2]))
    return Drawn(fig, alt, data)


def _words(row: pd.Series, scale: Scale, finer: Scale) -> tuple[str, str]:
    """Value and range as text."""
    if pd.isna(row["value"]):
        return NOT_PRINTED, ""
    value = row["text"] if isinstance(row["text"], str) and row["text"] else scale.write(float(row["value"]))
    if pd.isna(row["low"]) or pd.isna(row["high"]):
        return value, ""
    return value, finer.write_interval(float(row["low"]), float(row["high"]))


def _panel(fig, left: float, title: str, nodes, words: dict[str, tuple[str, str]]) -> None:
    inches = fig.dpi_scale_trans
    fig.text(
        left + 0.1,
        HEIGHT - 0.2,
        title,
        fontsize=BASE,
        fontweight="bold",
        color=colour("ink"),
        transform=inches,
        va="center_baseline",
    )
    centres = [(left + x, y) for x, y in PLACES]
    for (x, y), node in zip(centres, nodes, strict=True):
        fig.add_artist(
            FancyBboxPatch(
                (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
                BOX_WIDTH,
                BOX_HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.07",
                facecolor=colour("band"),
                edgecolor=colour("muted"),
                linewidth=0.9,
                transform=inches,
                mutation_aspect=1,
            )
        )
        lines = wrap_to(node, BOX_WIDTH - 0.12, BASE)
        if len(lines) > 3:
            raise RestatedError(f"the node name '{node}' does not fit its box", field="nodes", remedy="Shorten it")
        for j, line in enumerate(lines):
            drop = (j - (len(lines) - 1) / 2) * 1.25 * BASE / POINTS
            fig.text(
                x,
                y - drop,
                line,
                fontsize=BASE,
                color=colour("ink"),
                ha="center",
                va="center_baseline",
                transform=inches,
            )
    (x0, y0), (x1, y1), (x2, y2) = centres
    half_w, half_h = BOX_WIDTH / 2, BOX_HEIGHT / 2
    arrows = {
        "a": ((x0, y0 + half_h), (x1 - half_w, y1 - 0.12)),
        "b": ((x1 + half_w, y1 - 0.12), (x2, y2 + half_h)),
        "direct": ((x0 + half_w, y0), (x2 - half_w, y2)),
    }
    for edge, (start, end) in arrows.items():
        value, span = words[edge]
        empty = value == NOT_PRINTED
        fig.add_artist(
            FancyArrowPatch(
                start,
                end,
                arrowstyle="-|>",
                mutation_scale=11,
                shrinkA=2,
                shrinkB=2,
                linewidth=1.4,
                linestyle=(0, (4, 2)) if empty else "-",
                color=colour("muted" if empty else "accent"),
                transform=inches,
            )
        )
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        aside = 0.14 if span else 0.02  # the second line of text sits where the slanting arrow is nearer
        align, x = {"a": ("right", x - aside), "b": ("left", x + aside), "direct": ("center", x)}[edge]
        lift = 0.1 if edge == "direct" else 0.2
        _stack(fig, x, y + lift, value, span, align, above=edge != "direct")
        if edge == "direct" and span:
            fig.text(x, y - 0.2, span, fontsize=BASE, color=colour("muted"), ha="center", transform=inches)
    y = 0.56
    for name in SUMS:
        if name in words:
            value, span = words[name]
            text = f"{name}{' (a × b)' if name == 'indirect' else ''}: "
            whole = text + " ".join(filter(None, (value, span)))
            start = left + PANEL / 2 - text_width(whole, BASE) / 2
            fig.text(start, y, whole, fontsize=BASE, color=colour("ink"), transform=inches, va="baseline")
            y -= 0.24


def _stack(fig, x: float, y: float, value: str, span: str, align: str, *, above: bool) -> None:
    """Value in bold and, beside slanting arrows, its range under it."""
    bold = value != NOT_PRINTED
    fig.text(
        x,
        y,
        value,
        fontsize=BASE,
        fontweight="bold" if bold else "normal",
        color=colour("ink" if bold else "muted"),
        ha=align,
        transform=fig.dpi_scale_trans,
        va="baseline",
    )
    if span and above:
        fig.text(
            x,
            y - 1.3 * BASE / POINTS,
            span,
            fontsize=BASE,
            color=colour("muted"),
            ha=align,
            transform=fig.dpi_scale_trans,
            va="baseline",
        )
