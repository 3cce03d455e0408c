"""Graph of a theory: boxes, arrows drawn by the design of the studies of each link, and a key."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.marks import SHORT_DASHES, SOLID, Fill
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width, wrap_to, write
from restated.plots.words import alt_text, plural
from review.figures.designs import DESIGNS, NONE
from review.figures.layered import Arrow, Layout, layout
from review.figures.tables import known, rows

BOX_WIDTH, BOX_HEIGHT = 1.36, 0.60  # inches
LABEL_HEIGHT = 0.42  # inches: two lines
GAP = 0.26  # inches between rows, where lines may slant
SLANT = 0.14  # further inches per inch that a line moves sideways there, so that every line is steep
DEEPEST = 0.62  # inches between rows at most
MARGIN = 0.12
LINE = 1.25 * BASE / POINTS  # inches between two lines of text
HEAD = (0.055, 0.12)  # half width and length of an arrowhead in inches
PORT = 0.2  # inches between two arrows at one side of a box
KEY_COLUMN, KEY_ROW = 3.0, 0.26  # inches
#: Boxes of the theory, and those added as another explanation.
RIVAL = "rival cause"
KINDS = {
    "theory": ("round,pad=0,rounding_size=0.08", Fill("band", dash=SOLID)),
    RIVAL: ("square,pad=0", Fill("page", "ink", width=1.2, dash=SHORT_DASHES)),
}

#: Place in inches of the "top" or "bottom" of a row.
Edge = Callable[[int, str], float]
#: Place of each arrow at its "source" and "target", in inches from the left.
Ports = Mapping[tuple[str, str], float]


@drawing
def graph(nodes: Mapping[str, str], edges: pd.DataFrame) -> Drawn:
    """Draw boxes and arrows in rows from cause to effect as the theory has them.

    `nodes` has the kind of each box, "theory" or "rival cause" (drawn with a broken outline). `edges`: `edge` (short
    id), `from`, `to`, `sign` ("+" or "−"), `estimate` (words; empty where there is none), `design` (a key of
    `designs.DESIGNS`). Raises `RestatedError` if a column is missing, a kind or a design is unknown, a name does not
    fit its box, or the arrows form a circle.
    """
    require(edges, "edge", "from", "to", "sign", "estimate", "design")
    for kind in nodes.values():
        if kind not in KINDS:
            raise RestatedError(f"unknown kind of box '{kind}'", field="nodes", remedy="Use " + " or ".join(KINDS))
    known(edges, "design", DESIGNS)
    lines = {name: wrap_to(name, BOX_WIDTH - 0.12, BASE) for name in nodes}
    for name, parts in lines.items():
        if len(parts) > 2 or max(text_width(part, BASE) for part in parts) > BOX_WIDTH - 0.1:
            raise RestatedError(f"the name '{name}' does not fit its box", field="nodes", remedy="Shorten it")
    words = {e.edge: _label(e) for e in rows(edges)}
    arrows = [
        Arrow(edge, start, end, max(text_width(text, BASE, weight) for text, weight in words[edge]) + 0.06)
        for edge, start, end in zip(edges["edge"], edges["from"], edges["to"], strict=True)
    ]
    boxes = {name: _box_width(name, arrows) for name in nodes}
    plan = layout(boxes, arrows)
    ports = _ports(plan, arrows)
    key = [name for name in DESIGNS if name in set(edges["design"])] + ([RIVAL] if RIVAL in nodes.values() else [])
    columns = max(1, int(plan.width // KEY_COLUMN))
    key_height = KEY_ROW * -(-len(key) // columns) + 0.12
    edges_of, height = _rows(plan, arrows, ports)
    fig = new_figure(plan.width + 2 * MARGIN, height + key_height + 2 * MARGIN)

    def y(row: int, side: str) -> float:
        return height + key_height + MARGIN - edges_of[row][side == "bottom"]

    for arrow, design in zip(arrows, edges["design"], strict=True):
        _arrow(fig, plan, arrow, design, ports, y)
    for name, parts in lines.items():
        middle = (y(plan.row[name], "top") + y(plan.row[name], "bottom")) / 2
        _box(fig, MARGIN + plan.x[name], middle, boxes[name], parts, nodes[name])
    for arrow in arrows:
        row = plan.label[arrow.name]
        x = MARGIN + dict(plan.routes[arrow.name])[row]
        middle = (y(row, "top") + y(row, "bottom")) / 2
        for i, (text, weight) in enumerate(words[arrow.name]):
            tone = colour("muted" if i else "ink")
            write(fig, x, middle + (0.5 - i) * LINE, text, fontweight=weight, ha="center", color=tone)
    _key(fig, key, columns, key_height)
    data = edges[["edge", "from", "to", "sign", "estimate", "design"]].copy()
    data["estimate"] = data["estimate"].where(data["estimate"] != "", "–")
    return Drawn(fig, _alt(nodes, edges), data)


def _label(edge: Any) -> list[tuple[str, str]]:
    """Two lines: id, sign and estimate; the design in short."""
    first = f"{edge.edge} ({edge.sign}) {edge.estimate}".strip()
    return [(first, "bold" if edge.estimate else "normal"), (DESIGNS[edge.design].short, "normal")]


def _box_width(name: str, arrows: Sequence[Arrow]) -> float:
    """Inches a box needs for the arrows on its busier side."""
    busier = max(sum(a.source == name for a in arrows), sum(a.target == name for a in arrows))
    return max(BOX_WIDTH, PORT * (busier + 1))


def _rows(plan: Layout, arrows: Sequence[Arrow], ports: Ports) -> tuple[dict[int, tuple[float, float]], float]:
    """Top and bottom of each row in inches from the top, and the height of all; gaps are deep where lines move far."""
    aside = dict.fromkeys(range(plan.rows), 0.0)
    for arrow in arrows:
        start, end = plan.row[arrow.source], plan.row[arrow.target]
        route = [(start, ports[arrow.name, "source"]), *plan.routes[arrow.name], (end, ports[arrow.name, "target"])]
        for (row, x0), (_, x1) in pairwise(route):
            aside[row] = max(aside[row], abs(x1 - x0))
    at, out = 0.0, {}
    for row in range(plan.rows):
        out[row] = (at, at + (LABEL_HEIGHT if row % 2 else BOX_HEIGHT))
        at = out[row][1] + min(GAP + SLANT * aside[row], DEEPEST)
    return out, out[plan.rows - 1][1]


def _ports(plan: Layout, arrows: Sequence[Arrow]) -> dict[tuple[str, str], float]:
    """Ends of the arrows, next to each other, in the order of the places they come from or lead to."""
    out: dict[tuple[str, str], float] = {}
    for end in ("source", "target"):
        for box, x in plan.x.items():
            mine = [a for a in arrows if getattr(a, end) == box]
            mine.sort(key=lambda a: (plan.routes[a.name][0 if end == "source" else -1][1], a.name))
            for i, arrow in enumerate(mine):
                out[arrow.name, end] = x + (i - (len(mine) - 1) / 2) * PORT
    return out


def _arrow(fig: Figure, plan: Layout, arrow: Arrow, design: str, ports: Ports, y: Edge) -> None:
    x, at = MARGIN + ports[arrow.name, "source"], y(plan.row[arrow.source], "bottom")
    points, codes = [(x, at)], [Path.MOVETO]

    def bend(x1: float, y1: float) -> None:
        nonlocal x, at
        middle = (at + y1) / 2
        points.extend([(x, middle), (x1, middle), (x1, y1)])
        codes.extend([Path.CURVE4] * 3)
        x, at = x1, y1

    for row, place in plan.routes[arrow.name]:
        bend(MARGIN + place, y(row, "top"))
        at = y(row, "bottom")
        points.append((x, at))
        # The line stops above its label and goes on below it.
        codes.append(Path.MOVETO if row == plan.label[arrow.name] else Path.LINETO)
    tip = y(plan.row[arrow.target], "top")
    half, length = HEAD
    bend(MARGIN + ports[arrow.name, "target"], tip + length)
    _line(fig, Path(points, codes), design, capstyle="butt", gid=f"arrow-{arrow.name}")
    head = [(x - half, tip + length), (x + half, tip + length), (x, tip)]
    fig.add_artist(Polygon(head, closed=True, facecolor=_tone(design), linewidth=0, transform=fig.dpi_scale_trans))


def _tone(design: str) -> str:
    return colour("muted" if design == NONE else "ink")


def _line(fig: Figure, path: Path, design: str, **more: Any) -> None:
    """Line of a design along a path; a double one is a wide line with a narrower one of the page's colour on it."""
    look = DESIGNS[design]
    for tone, width in [(_tone(design), look.width), (colour("page"), look.width - 2.2)][: 1 + look.double]:
        style = {"edgecolor": tone, "linewidth": width, "linestyle": look.dash, "transform": fig.dpi_scale_trans} | more
        fig.add_artist(PathPatch(path, facecolor="none", **style))


def _box(fig: Figure, x: float, y: float, width: float, lines: Sequence[str], kind: str) -> None:
    shape, fill = KINDS[kind]
    style = fill.style() | {"boxstyle": shape, "transform": fig.dpi_scale_trans}
    fig.add_artist(FancyBboxPatch((x - width / 2, y - BOX_HEIGHT / 2), width, BOX_HEIGHT, **style))
    for i, line in enumerate(lines):
        write(fig, x, y + ((len(lines) - 1) / 2 - i) * LINE, line, ha="center")


def _key(fig: Figure, names: Sequence[str], columns: int, height: float) -> None:
    for i, name in enumerate(names):
        x, y = MARGIN + KEY_COLUMN * (i % columns), MARGIN + height - KEY_ROW * (i // columns + 1)
        if name == RIVAL:
            style = KINDS[RIVAL][1].style()
            fig.add_artist(Rectangle((x, y - 0.08), 0.5, 0.16, transform=fig.dpi_scale_trans, **style))
        else:
            _line(fig, Path([(x, y), (x + 0.5, y)], [Path.MOVETO, Path.LINETO]), name)
        write(fig, x + 0.6, y, "box: another explanation" if name == RIVAL else name)


def _alt(nodes: Mapping[str, str], edges: pd.DataFrame) -> str:
    kinds = edges["design"].value_counts()
    return alt_text(
        f"Graph of a theory: {plural(len(nodes), 'box', 'boxes')}, {plural(len(edges), 'arrow')}; "
        "the line of an arrow says how the link was studied, not that it is causal",
        "Arrows by evidence: " + "; ".join(f"{name} {kinds[name]}" for name in DESIGNS if name in kinds),
        *[f"{e[1]} to {e[2]}: {e[3]}" for e in rows(edges[["from", "to", "estimate"]]) if e[3]],
    )
