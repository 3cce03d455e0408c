"""Graph of a theory: boxes, arrows drawn by the design of the studies of each link, and a key."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from restated.plots.marks import SHORT_DASHES, SOLID, Fill
from restated.plots.style import BASE, Drawn, colour, drawing, narrow, new_figure, text_width, width, wrap_to, write
from restated.plots.words import alt_text, plural
from review.figures.layered import Arrow, Layout, layout
from review.figures.pieces import LINE, box
from review.figures.tables import checked, ensure, known, rows
from review.figures.unpooled import DESIGNS, NONE

BOX_WIDTH, BOX_HEIGHT = 1.36, 0.60  # inches
LABEL_HEIGHT = 0.42  # inches: two lines
GAP = 0.26  # inches between rows, where lines may slant
SLANT = 0.14  # further inches per inch that a line moves sideways there, so that every line is steep
DEEPEST = 0.62  # inches between rows at most
MARGIN = 0.12
HEAD = (0.055, 0.12)  # half width and length of an arrowhead in inches
PORT = 0.2  # inches between two arrows at one side of a box
KEY_COLUMN, KEY_ROW = 3.0, 0.26  # inches
RIVAL = "rival cause"
#: Boxes of the theory, and those added as another explanation.
KINDS = {
    "theory": (Fill("band", dash=SOLID), "round,pad=0,rounding_size=0.08"),
    RIVAL: (Fill("page", "ink", width=1.2, dash=SHORT_DASHES), "square,pad=0"),
}
Ports = Mapping[tuple[str, str], float]  #: Place of each arrow at its "source" and "target", in inches from the left
Spans = Sequence[tuple[float, float]]  #: Top and bottom of each row, inches from the foot of the figure


@drawing
def graph(nodes: Mapping[str, str], edges: pd.DataFrame) -> Drawn:
    """Draw boxes and arrows in rows from cause to effect as the theory has them.

    `nodes` has the kind of each box, "theory" or "rival cause" (drawn with a broken outline). `edges`: `edge` (short
    id), `from`, `to`, `sign` ("+" or "−"), `estimate` (words; empty where there is none), `design` (a key of
    `unpooled.DESIGNS`). Raises `RestatedError` also if a name does not fit its box or the arrows form a circle.
    """
    columns = ["edge", "from", "to", "sign", "estimate", "design"]
    edges = checked(edges, *columns)
    for kind in nodes.values():
        ensure(kind in KINDS, f"unknown kind of box '{kind}'", field="nodes", remedy="Use " + " or ".join(KINDS))
    known(edges, "design", DESIGNS)
    lines = {name: wrap_to(name, BOX_WIDTH - 0.12, BASE) for name in nodes}
    for name, parts in lines.items():
        fits = len(parts) <= 2 and max(text_width(part, BASE) for part in parts) <= BOX_WIDTH - 0.1
        ensure(fits, f"the name '{name}' does not fit its box", field="nodes", remedy="Shorten it")
    fig = _list(edges) if narrow() else _picture(nodes, edges, lines)
    data = edges[columns].assign(estimate=edges["estimate"].replace("", "–"))
    kinds = edges["design"].value_counts()
    alt = alt_text(
        f"Graph of a theory: {plural(len(nodes), 'box')}, {plural(len(edges), 'arrow')}; "
        "the line of an arrow says how the link was studied, not that it is causal",
        "Arrows by evidence: " + "; ".join(f"{name} {kinds[name]}" for name in DESIGNS if name in kinds),
        *[f"{e[1]} to {e[2]}: {e[3]}" for e in rows(edges[["from", "to", "estimate"]]) if e[3]],
    )
    return Drawn(fig, alt, data)


def _list(edges: pd.DataFrame) -> Figure:
    """The arrows as lines of words, each after the line of its design, for narrow screens."""
    inches, at = width(), 0.7
    room = inches - at - MARGIN
    said = []
    for _, edge, start, end, sign, estimate, design in rows(
        edges[["edge", "from", "to", "sign", "estimate", "design"]]
    ):
        told = ", ".join(filter(None, (estimate, design)))
        said.append((wrap_to(f"{edge} ({sign}) {start} → {end}", room, BASE), wrap_to(told, room, BASE), design))
    height = sum(len(first) + len(then) for first, then, _ in said) * LINE + 0.1 * len(said) + 2 * MARGIN
    fig, y = new_figure(inches, height), height - MARGIN - LINE / 2
    for first, then, design in said:
        _line(fig, Path([(MARGIN, y), (at - 0.1, y)], [Path.MOVETO, Path.LINETO]), design)
        for i, words in enumerate([*first, *then]):
            write(fig, at, y, words, color=colour("ink" if i < len(first) else "muted"))
            y -= LINE
        y -= 0.1
    return fig


def _picture(nodes: Mapping[str, str], edges: pd.DataFrame, lines: Mapping[str, list[str]]) -> Figure:
    """Boxes and arrows."""
    # Two lines: id, sign and estimate; the design in short.
    firsts = [(f"{e.edge} ({e.sign}) {e.estimate}".strip(), "bold" if e.estimate else "normal") for e in rows(edges)]
    words = {e.edge: [first, (DESIGNS[e.design].short, "normal")] for first, e in zip(firsts, rows(edges))}
    arrows = [
        Arrow(edge, start, end, max(text_width(text, BASE, weight) for text, weight in words[edge]) + 0.06)
        for edge, start, end in zip(edges["edge"], edges["from"], edges["to"])
    ]
    sides = Counter((end, a[end]) for a in arrows for end in (1, 2))
    # A box needs room for the arrows on its busier side.
    boxes = {name: max(BOX_WIDTH, PORT * (max(sides[1, name], sides[2, name]) + 1)) for name in nodes}
    plan = layout(boxes, arrows)
    ports = _ports(plan, arrows)
    key = [name for name in DESIGNS if name in set(edges["design"])] + ([RIVAL] if RIVAL in nodes.values() else [])
    columns_of_key = max(1, int(plan.width // KEY_COLUMN))
    foot = KEY_ROW * -(-len(key) // columns_of_key) + 0.12
    down = _rows(plan, arrows, ports)
    head = down[-1][1] + foot + MARGIN
    fig = new_figure(plan.width + 2 * MARGIN, head + MARGIN)
    spans = [(head - top, head - bottom) for top, bottom in down]
    for arrow, design in zip(arrows, edges["design"]):
        _arrow(fig, plan, arrow, design, ports, spans)
    for name, parts in lines.items():
        x, y = MARGIN + plan.x[name], sum(spans[plan.row[name]]) / 2
        box(fig, x, y, (boxes[name], BOX_HEIGHT), parts, *KINDS[nodes[name]])
    for arrow in arrows:
        row = plan.label[arrow.name]
        x, middle = MARGIN + dict(plan.routes[arrow.name])[row], sum(spans[row]) / 2
        for i, (text, weight) in enumerate(words[arrow.name]):
            tone = colour("muted" if i else "ink")
            write(fig, x, middle + (0.5 - i) * LINE, text, fontweight=weight, ha="center", color=tone)
    _key(fig, key, columns_of_key, foot)
    return fig


def _rows(plan: Layout, arrows: Sequence[Arrow], ports: Ports) -> Spans:
    """Top and bottom of each row in inches from the top; gaps are deep where lines move far."""
    aside = [0.0] * plan.rows
    for arrow in arrows:
        start, end = plan.row[arrow.source], plan.row[arrow.target]
        route = [(start, ports[arrow.name, "source"]), *plan.routes[arrow.name], (end, ports[arrow.name, "target"])]
        for (row, x0), (_, x1) in pairwise(route):
            aside[row] = max(aside[row], abs(x1 - x0))
    at, out = 0.0, []
    for row, far in enumerate(aside):
        out.append((at, at + (LABEL_HEIGHT if row % 2 else BOX_HEIGHT)))
        at = out[row][1] + min(GAP + SLANT * far, DEEPEST)
    return out


def _ports(plan: Layout, arrows: Sequence[Arrow]) -> Ports:
    """Ends of the arrows, next to each other, in the order of the places they come from or lead to."""
    out: dict[tuple[str, str], float] = {}
    for end, first in (("source", 0), ("target", -1)):
        for name, x in plan.x.items():
            mine = sorted((plan.routes[a.name][first][1], a.name) for a in arrows if getattr(a, end) == name)
            out |= {(arrow, end): x + (i - (len(mine) - 1) / 2) * PORT for i, (_, arrow) in enumerate(mine)}
    return out


def _arrow(fig: Figure, plan: Layout, arrow: Arrow, design: str, ports: Ports, spans: Spans) -> None:
    half, length = HEAD
    tip = spans[plan.row[arrow.target]][0]
    at = (MARGIN + ports[arrow.name, "source"], spans[plan.row[arrow.source]][1])
    end = (MARGIN + ports[arrow.name, "target"], tip + length)
    points, codes = [at], [Path.MOVETO]
    for row, place in plan.routes[arrow.name]:
        top, bottom = ((MARGIN + place, y) for y in spans[row])
        points += [*_bend(at, top), bottom]
        # The line stops above its label and goes on below it.
        codes += [*[Path.CURVE4] * 3, Path.MOVETO if row == plan.label[arrow.name] else Path.LINETO]
        at = bottom
    path = Path(points + _bend(at, end), codes + [Path.CURVE4] * 3)
    _line(fig, path, design, capstyle="butt", gid=f"arrow-{arrow.name}")
    head = [(end[0] - half, end[1]), (end[0] + half, end[1]), (end[0], tip)]
    fig.add_artist(Polygon(head, closed=True, facecolor=_tone(design), linewidth=0, transform=fig.dpi_scale_trans))


def _bend(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of a curve that leaves and arrives upright."""
    middle = (start[1] + end[1]) / 2
    return [(start[0], middle), (end[0], middle), end]


def _tone(design: str) -> str:
    return colour("muted" if design == NONE else "ink")


def _line(fig: Figure, path: Path, design: str, **more: Any) -> None:
    """Line of a design along a path; a double one is a wide line with a narrower one of the page's colour on it."""
    look = DESIGNS[design]
    for tone, wide in [(_tone(design), look.width), (colour("page"), look.width - 2.2)][: 1 + look.double]:
        style = {"edgecolor": tone, "linewidth": wide, "linestyle": look.dash, "transform": fig.dpi_scale_trans} | more
        fig.add_artist(PathPatch(path, facecolor="none", **style))


def _key(fig: Figure, names: Sequence[str], columns: int, height: float) -> None:
    for i, name in enumerate(names):
        x, y = MARGIN + KEY_COLUMN * (i % columns), MARGIN + height - KEY_ROW * (i // columns + 1)
        if name == RIVAL:
            style = KINDS[RIVAL][0].style()
            fig.add_artist(Rectangle((x, y - 0.08), 0.5, 0.16, transform=fig.dpi_scale_trans, **style))
        else:
            _line(fig, Path([(x, y), (x + 0.5, y)], [Path.MOVETO, Path.LINETO]), name)
        write(fig, x + 0.6, y, "box: another explanation" if name == RIVAL else name)
