"""Layered layout of a directed graph without cycles: which row each box stands in, in which order, and where.

Rows run from the top down; every arrow leads downwards. An arrow passes each row in between through a place of its own, and its label
has a place of its own too, so that no label and no line covers a box or another label. The steps are those of Sugiyama, Tagawa &
Toda (1981), IEEE Transactions on Systems, Man, and Cybernetics 11, 109-125: rows by the longest path, order by barycentres, places by
the linear programme of Gansner, Koutsofios, North & Vo (1993), IEEE Transactions on Software Engineering 19, 214-230.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog

from restated.errors import RestatedError

#: Sweeps up and down per start; orders stop changing after a handful.
SWEEPS = 8
#: Starting orders tried: the given one and shuffled ones with fixed seeds.
STARTS = 16
#: How many of the orders with the fewest crossings are placed, to take the one with the straightest arrows.
PLACED = 8
#: Inches an arrow needs where it passes a row.
PASSAGE = 0.10
#: Weight of a straight line between two boxes, between a box and a passage, and between two passages (Gansner et al., 1993).
STRAIGHT = {0: 1.0, 1: 2.0, 2: 8.0}
#: Weight of the total width against straight lines: enough to keep the picture together.
COMPACT = 4.0


class Arrow(NamedTuple):
    """An arrow to lay out: its name, where it leads, and the width of its label in inches."""

    name: str
    source: str
    target: str
    label: float


@dataclass(frozen=True)
class Layout:
    """Places in inches from the left.

    Attributes
    ----------
    rows : int
        Boxes stand in even rows, labels in odd ones.
    row : dict of str to int
        Row of each box.
    x : dict of str to float
        Middle of each box.
    routes : dict of str to list of (int, float)
        For each arrow the rows between its ends and the place where it passes them.
    label : dict of str to int
        Row of each arrow's label; the label is centred on the route there.
    width : float
    crossings : int
    """

    rows: int
    row: dict[str, int]
    x: dict[str, float]
    routes: dict[str, list[tuple[int, float]]]
    label: dict[str, int]
    width: float
    crossings: int


def ranks(nodes: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Rank of each box: the longest path that leads to it; boxes without an arrow into them stand just above their first target.

    Raises
    ------
    RestatedError
        If an arrow names an unknown box or the arrows form a circle.
    """
    for arrow in arrows:
        for end in (arrow.source, arrow.target):
            if end not in nodes:
                raise RestatedError(f"arrow '{arrow.name}' leads to or from '{end}', which is no box", field="arrows")
    rank = dict.fromkeys(nodes, 0)
    for _ in range(len(rank)):
        moved = False
        for arrow in arrows:
            if rank[arrow.target] < rank[arrow.source] + 1:
                rank[arrow.target] = rank[arrow.source] + 1
                moved = True
        if not moved:
            break
    else:
        raise RestatedError("the arrows form a circle: no box can stand above all that it leads to", field="arrows")
    for node in nodes:
        if not any(arrow.target == node for arrow in arrows):
            below = [rank[arrow.target] for arrow in arrows if arrow.source == node]
            rank[node] = min(below) - 1 if below else 0
    lowest = min(rank.values())
    return {node: r - lowest for node, r in rank.items()}


def layout(boxes: Mapping[str, float], arrows: Sequence[Arrow], *, gap: float = 0.14) -> Layout:
    """Lay out a graph.

    Parameters
    ----------
    boxes : mapping of str to float
        Width of each box in inches.
    arrows : sequence of Arrow
    gap : float
        Inches between neighbours in a row.

    Returns
    -------
    Layout
        The same for the same input; shuffled starts have fixed seeds.

    Raises
    ------
    RestatedError
        As in `ranks`, or if two arrows have one name.
    """
    if len({arrow.name for arrow in arrows}) != len(arrows):
        raise RestatedError("two arrows have one name", field="arrows")
    rank = ranks(list(boxes), arrows)
    label = _label_rows(rank, arrows)
    # Items are boxes (name,) and passages (arrow, row).
    width: dict[tuple, float] = {(box,): w for box, w in boxes.items()}
    chains: dict[str, list[tuple]] = {}
    for arrow in arrows:
        between = range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target])
        passages = [(arrow.name, row) for row in between]
        width |= {p: arrow.label if p[1] == label[arrow.name] else PASSAGE for p in passages}
        chains[arrow.name] = [(arrow.source,), *passages, (arrow.target,)]
    links = [pair for chain in chains.values() for pair in zip(chain, chain[1:], strict=False)]
    rows: list[list[tuple]] = [[] for _ in range(2 * max(rank.values()) + 1)]
    for item in width:
        rows[item[1] if len(item) == 2 else 2 * rank[item[0]]].append(item)
    best = None
    for order in _orders(rows, links):
        cost, place = _place(order, links, width, gap)
        if best is None or cost < best[0] - 1e-9:
            best = cost, place, order
    _, place, order = best
    return Layout(
        rows=len(rows),
        row={box: 2 * r for box, r in rank.items()},
        x={box: place[(box,)] for box in boxes},
        routes={name: [(item[1], place[item]) for item in chain[1:-1]] for name, chain in chains.items()},
        label=label,
        width=max(place[item] + w / 2 for item, w in width.items()),
        crossings=crossings(order, links),
    )


def _label_rows(rank: dict[str, int], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Row of each label: for a long arrow the one least filled so far."""
    filled: dict[int, float] = {}
    rows = {}
    for arrow in sorted(arrows, key=lambda a: rank[a.target] - rank[a.source]):
        choice = range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target], 2)
        rows[arrow.name] = min(choice, key=lambda row: (filled.get(row, 0.0), row))
        filled[rows[arrow.name]] = filled.get(rows[arrow.name], 0.0) + arrow.label
    return rows


def crossings(rows: Sequence[Sequence[tuple]], links: Sequence[tuple]) -> int:
    """How many pairs of lines cross, given the order of the items in each row."""
    at = {item: (i, j) for i, row in enumerate(rows) for j, item in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in links:
        by_row.setdefault(at[upper][0], []).append((at[upper][1], at[lower][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for pairs in by_row.values()
        for i, a in enumerate(pairs)
        for b in pairs[i + 1 :]
    )


def _orders(rows: list[list[tuple]], links: list[tuple]) -> list[list[list[tuple]]]:
    """Different orders with the fewest crossings found."""
    found: dict[str, tuple[int, list[list[tuple]]]] = {}
    for start in range(STARTS):
        order = [list(row) for row in rows]
        if start:
            shuffler = random.Random(start)
            for row in order:
                shuffler.shuffle(row)
        for sweep in range(SWEEPS):
            _sweep(order, links, down=sweep % 2 == 0)
            _swap(order, links)
            found.setdefault(repr(order), (crossings(order, links), [list(row) for row in order]))
    fewest = min(count for count, _ in found.values())
    return [order for count, order in found.values() if count == fewest][:PLACED]


def _sweep(order: list[list[tuple]], links: list[tuple], *, down: bool) -> None:
    """Sort each row by the mean place of the neighbours in the row before it."""
    places = range(1, len(order)) if down else range(len(order) - 2, -1, -1)
    neighbours: dict[tuple, list[tuple]] = {}
    for upper, lower in links:
        here, there = (lower, upper) if down else (upper, lower)
        neighbours.setdefault(here, []).append(there)
    for i in places:
        before = {item: j for j, item in enumerate(order[i - 1 if down else i + 1])}
        own = {item: j for j, item in enumerate(order[i])}
        size, mine = max(len(before), 1), max(len(own), 1)

        def mean(item, before=before, own=own, size=size, mine=mine):
            at = [before[n] for n in neighbours.get(item, ()) if n in before]
            return np.mean(at) / size if at else own[item] / mine

        order[i].sort(key=mean)


def _swap(order: list[list[tuple]], links: list[tuple]) -> None:
    """Exchange neighbours as long as that removes crossings."""
    up: dict[tuple, list[tuple]] = {}
    down: dict[tuple, list[tuple]] = {}
    for upper, lower in links:
        down.setdefault(upper, []).append(lower)
        up.setdefault(lower, []).append(upper)
    for i, row in enumerate(order):
        above = {item: j for j, item in enumerate(order[i - 1])} if i else {}
        below = {item: j for j, item in enumerate(order[i + 1])} if i + 1 < len(order) else {}

        def lines(left, right, above=above, below=below):
            return sum(
                at[a] > at[b]
                for at, near in ((above, up), (below, down))
                for a in near.get(left, ())
                for b in near.get(right, ())
            )

        for j in range(len(row) - 1):
            if lines(row[j + 1], row[j]) < lines(row[j], row[j + 1]):
                row[j], row[j + 1] = row[j + 1], row[j]


def _place(rows, links, width: dict[tuple, float], gap: float) -> tuple[float, dict[tuple, float]]:
    """Places that make the lines as straight as the order allows: a linear programme in places, bends and the total width."""
    items = [item for row in rows for item in row]
    index = {item: i for i, item in enumerate(items)}
    n, m = len(items), len(links)
    total = n + m  # the variable that holds the width
    costs = np.zeros(n + m + 1)
    costs[n:total] = [STRAIGHT[(len(a) == 2) + (len(b) == 2)] for a, b in links]
    costs[total] = COMPACT
    table, limit = [], []

    def at_most(terms: dict[int, float], bound: float) -> None:
        line = np.zeros(n + m + 1)
        for i, factor in terms.items():
            line[i] += factor
        table.append(line)
        limit.append(bound)

    for j, (a, b) in enumerate(links):
        at_most({index[a]: 1.0, index[b]: -1.0, n + j: -1.0}, 0.0)
        at_most({index[b]: 1.0, index[a]: -1.0, n + j: -1.0}, 0.0)
    for row in rows:
        for a, b in zip(row, row[1:], strict=False):
            at_most({index[a]: 1.0, index[b]: -1.0}, -(width[a] + width[b]) / 2 - gap)
    for item in items:
        at_most({index[item]: 1.0, total: -1.0}, -width[item] / 2)
    bounds = [(width[item] / 2, None) for item in items] + [(0, None)] * (m + 1)
    found = linprog(costs, A_ub=np.array(table), b_ub=np.array(limit), bounds=bounds, method="highs")
    # Hundredths of an inch: the last digits of a solver must not reach the file.
    return round(float(found.fun), 6), {item: round(float(found.x[index[item]]), 2) for item in items}
