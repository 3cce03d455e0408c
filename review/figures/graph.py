"""A theory as a graph: boxes, arrows whose line says by which design the link was studied, and a key."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from restated.errors import RestatedError
from restated.plots.style import BASE, POINTS, Drawn, colour, drawing, new_figure, require, text_width, wrap_to
from restated.plots.words import alt_text, plural
from review.figures.designs import DESIGNS, NONE
from review.figures.layered import Arrow, Layout, layout

BOX_WIDTH, BOX_HEIGHT = 1.36, 0.60  # inches
LABEL_HEIGHT = 0.42  # inches: two lines
GAP = 0.26  # inches between rows, where lines may slant
SLANT = 0.14  # further inches per inch that a line moves sideways there, so that no line lies flat
DEEPEST = 0.62  # inches between rows at most
MARGIN = 0.12
LINE = 1.25 * BASE / POINTS  # inches between two lines of text
HEAD = (0.055, 0.12)  # half width and length of an arrowhead in inches
PORT = 0.2  # inches between two arrows at one side of a box
#: Kinds of boxes: of the theory, or added as another explanation.
KINDS = ("theory", "rival cause")


@drawing
def graph(nodes: Mapping[str, str], edges: pd.DataFrame) -> Drawn:
    """Boxes and arrows in rows from cause to effect as the theory has them.

    Parameters
    ----------
    nodes : mapping of str to str
        Name of each box to its kind, "theory" or "rival cause" (drawn with a broken outline).
    edges : DataFrame
        `edge` (short id), `from`, `to`, `sign` ("+" or "−"), `estimate` (words; empty where there is none), `design` (a key of
        `designs.DESIGNS`).

    Raises
    ------
    RestatedError
        If a column is missing, a kind or a design is unknown, a name does not fit its box, or the arrows form a circle.
    """
    require(edges, "edge", "from", "to", "sign", "estimate", "design")
    for kind in nodes.values():
        if kind not in KINDS:
            raise RestatedError(f"unknown kind of box '{kind}'", field="nodes", remedy="Use " + " or ".join(KINDS))
    unknown = sorted(set(edges["design"]) - set(DESIGNS))
    if unknown:
        raise RestatedError(f"unknown design '{unknown[0]}'", field="design", remedy="Use one of " + "; ".join(DESIGNS))
    lines = {name: wrap_to(name, BOX_WIDTH - 0.12, BASE) for name in nodes}
    for name, parts in lines.items():
        if len(parts) > 2 or max(text_width(part, BASE) for part in parts) > BOX_WIDTH - 0.1:
            raise RestatedError(f"the name '{name}' does not fit its box", field="nodes", remedy="Shorten it")
    words = {e.edge: _label(e) for e in edges.itertuples()}
    arrows = [
        Arrow(edge, start, end, max(text_width(text, BASE, weight) for text, weight in words[edge]) + 0.06)
        for edge, start, end in zip(edges["edge"], edges["from"], edges["to"], strict=True)
    ]
    busiest = {
        name: max(sum(a.source == name for a in arrows), sum(a.target == name for a in arrows)) for name in nodes
    }
    boxes = {name: max(BOX_WIDTH, PORT * (busiest[name] + 1)) for name in nodes}
    plan = layout(boxes, arrows)
    ports = _ports(plan, arrows)
    key = _key_lines(edges, nodes)
    width = plan.width + 2 * MARGIN
    columns = max(1, int((width - 2 * MARGIN) // 3.0))
    key_height = 0.26 * -(-len(key) // columns) + 0.12
    tops, height = _rows(plan, arrows, ports)
    fig = new_figure(width, height + key_height + 2 * MARGIN)
    top = height + key_height + MARGIN

    def y(row: int, side: str) -> float:
        above, below = tops[row]
        return top - (above if side == "top" else below)

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
            fig.text(
                x,
                middle + (0.5 - i) * LINE,
                text,
                fontsize=BASE,
                fontweight=weight,
                ha="center",
                va="center_baseline",
                color=colour("muted" if i else "ink"),
                transform=fig.dpi_scale_trans,
            )
    _key(fig, key, columns, key_height)
    data = edges[["edge", "from", "to", "sign", "estimate", "design"]].copy()
    data["estimate"] = data["estimate"].where(data["estimate"] != "", "–")
    kinds = edges["design"].value_counts()
    listed = [
        f"{start} to {end}: {estimate}"
        for start, end, estimate in zip(edges["from"], edges["to"], edges["estimate"], strict=True)
        if estimate
    ]
    return Drawn(
        fig,
        alt_text(
            f"Graph of a theory: {plural(len(nodes), 'box', 'boxes')}, {plural(len(edges), 'arrow')}; the line of an arrow says how "
            "the link was studied, not that it is causal",
            "Arrows by evidence: " + "; ".join(f"{name} {kinds[name]}" for name in DESIGNS if name in kinds),
            *listed,
        ),
        data,
    )


def _label(edge) -> list[tuple[str, str]]:
    """Two lines: id, sign and estimate; the design in short."""
    first = f"{edge.edge} ({edge.sign}) {edge.estimate}".strip()
    return [(first, "bold" if edge.estimate else "normal"), (DESIGNS[edge.design].short, "normal")]


def _rows(plan: Layout, arrows: list[Arrow], ports) -> tuple[dict[int, tuple[float, float]], float]:
    """Top and bottom of each row in inches from the top, and the height of all; the gaps are deep where lines move far sideways."""
    aside = dict.fromkeys(range(plan.rows), 0.0)
    for arrow in arrows:
        start, end = plan.row[arrow.source], plan.row[arrow.target]
        route = [(start, ports[arrow.name, "source"]), *plan.routes[arrow.name], (end, ports[arrow.name, "target"])]
        for (row, x0), (_, x1) in zip(route, route[1:], strict=False):
            aside[row] = max(aside[row], abs(x1 - x0))
    at, out = 0.0, {}
    for row in range(plan.rows):
        out[row] = (at, at + (LABEL_HEIGHT if row % 2 else BOX_HEIGHT))
        at = out[row][1] + min(GAP + SLANT * aside[row], DEEPEST)
    return out, out[plan.rows - 1][1]


def _ports(plan: Layout, arrows: list[Arrow]) -> dict[tuple[str, str], float]:
    """Where each arrow leaves and enters: side by side, in the order of the places they come from or lead to."""
    out: dict[tuple[str, str], float] = {}
    for end in ("source", "target"):
        for box, x in plan.x.items():
            mine = [a for a in arrows if getattr(a, end) == box]
            mine.sort(key=lambda a: (plan.routes[a.name][0 if end == "source" else -1][1], a.name))
            for i, arrow in enumerate(mine):
                out[arrow.name, end] = x + (i - (len(mine) - 1) / 2) * PORT
    return out


def _arrow(fig, plan: Layout, arrow: Arrow, design: str, ports, y) -> None:
    style = DESIGNS[design]
    tone = colour("muted" if design == NONE else "ink")
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
    bend(MARGIN + ports[arrow.name, "target"], tip + HEAD[1])
    path = Path(points, codes)
    for role, width in (
        ((tone, style.width), (colour("page"), style.width - 2.2)) if style.double else ((tone, style.width),)
    ):
        fig.add_artist(
            PathPatch(
                path,
                facecolor="none",
                edgecolor=role,
                linewidth=width,
                linestyle=style.dash,
                capstyle="butt",
                transform=fig.dpi_scale_trans,
                gid=f"arrow-{arrow.name}",
            )
        )
    half, length = HEAD
    fig.add_artist(
        Polygon(
            [(x - half, tip + length), (x + half, tip + length), (x, tip)],
            closed=True,
            facecolor=tone,
            linewidth=0,
            transform=fig.dpi_scale_trans,
        )
    )


def _box(fig, x: float, y: float, width: float, lines: list[str], kind: str) -> None:
    rival = kind != "theory"
    fig.add_artist(
        FancyBboxPatch(
            (x - width / 2, y - BOX_HEIGHT / 2),
            width,
            BOX_HEIGHT,
            boxstyle="square,pad=0" if rival else "round,pad=0,rounding_size=0.08",
            facecolor=colour("page" if rival else "band"),
            edgecolor=colour("ink" if rival else "muted"),
            linewidth=1.2 if rival else 0.9,
            linestyle=(0, (4, 2)) if rival else "-",
            transform=fig.dpi_scale_trans,
        )
    )
    for i, line in enumerate(lines):
        fig.text(
            x,
            y + ((len(lines) - 1) / 2 - i) * LINE,
            line,
            fontsize=BASE,
            color=colour("ink"),
            ha="center",
            va="center_baseline",
            transform=fig.dpi_scale_trans,
        )


def _key_lines(edges: pd.DataFrame, nodes: Mapping[str, str]) -> list[str]:
    used = set(edges["design"])
    return [name for name in DESIGNS if name in used] + (["rival cause"] if "rival cause" in nodes.values() else [])


def _key(fig, names: list[str], columns: int, height: float) -> None:
    inches = fig.dpi_scale_trans
    for i, name in enumerate(names):
        x, y = MARGIN + 3.0 * (i % columns), MARGIN + height - 0.26 * (i // columns + 1)
        if name == "rival cause":
            fig.add_artist(
                Rectangle(
                    (x, y - 0.08),
                    0.5,
                    0.16,
                    facecolor=colour("page"),
                    edgecolor=colour("ink"),
                    linewidth=1.2,
                    linestyle=(0, (4, 2)),
                    transform=inches,
                )
            )
            words = "box: another explanation"
        else:
            style = DESIGNS[name]
            line = Path([(x, y), (x + 0.5, y)], [Path.MOVETO, Path.LINETO])
            tone = colour("muted" if name == NONE else "ink")
            for role, width in (
                ((tone, style.width), (colour("page"), style.width - 2.2)) if style.double else ((tone, style.width),)
            ):
                fig.add_artist(
                    PathPatch(
                        line, facecolor="none", edgecolor=role, linewidth=width, linestyle=style.dash, transform=inches
                    )
                )
            words = name
        fig.text(x + 0.6, y, words, fontsize=BASE, color=colour("ink"), va="center_baseline", transform=inches)
