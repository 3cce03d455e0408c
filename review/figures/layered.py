"""Layered layout of a directed graph without cycles: row, order and place of each box.

Rows run from the top down; every arrow leads downwards. An arrow passes each row in between through a place of its
own, and its label has a place of its own too, so that no label and no line covers a box or another label. The steps are
those of Sugiyama, Tagawa & Toda (1981), IEEE Transactions on Systems, Man, and Cybernetics 11, 109-125: rows by the
longest path, order by barycentres, places by the linear programme of Gansner, Koutsofios, North & Vo (1993), IEEE
Transactions on Software Engineering 19, 214-230.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog

from restated.errors import RestatedError
from review.figures.tables import ensure

SWEEPS = 8  # sweeps up and down per start; orders stop changing after a handful
STARTS = 16  # starting orders tried: the given one and shuffled ones with fixed seeds
PLACED = 8  # number of orders with the fewest crossings that are placed, to take the one with the straightest arrows
PASSAGE = 0.10  # inches an arrow needs where it passes a row
#: Weight of a straight line between boxes, between a box and a passage, and between passages (Gansner et al., 1993).
STRAIGHT = {0: 1.0, 1: 2.0, 2: 8.0}
COMPACT = 4.0  # weight of the total width against straight lines: enough to keep the picture together
Item = tuple  #: A box (name,) or a passage (arrow, row)
Order = Sequence[Sequence[Item]]
Link = tuple[Item, Item]
Neighbours = Mapping[Item, Sequence[Item]]


class Arrow(NamedTuple):
    """An arrow to lay out: its name, its ends, and the width of its label in inches."""

    name: str
    source: str
    target: str
    label: float


@dataclass(frozen=True)
class Layout:
    """Places in inches from the left.

    `rows` counts rows, of which the even ones hold boxes and the odd ones labels; `row` and `x` are the row and the
    middle of each box, `routes` the rows between the ends of each arrow with the places where it passes them. The label
    of an arrow is in row `label`, centred on its route there.
    """

    rows: int
    row: dict[str, int]
    x: dict[str, float]
    routes: dict[str, list[tuple[int, float]]]
    label: dict[str, int]
    width: float


def ranks(nodes: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Return the rank of each box: the longest path to it.

    Boxes without an incoming arrow are just above their first target. Raises `RestatedError` if an arrow names an
    unknown box or the arrows form a circle.
    """
    above: dict[str, list[str]] = {node: [] for node in nodes}
    for arrow in arrows:
        for end in (arrow.source, arrow.target):
            ensure(end in above, f"arrow '{arrow.name}' has the unknown end '{end}'", field="arrows")
        above[arrow.target].append(arrow.source)
    try:
        order = list(TopologicalSorter(above).static_order())
    except CycleError as error:
        problem = "the arrows form a circle: a box cannot be above all of its targets"
        raise RestatedError(problem, field="arrows") from error
    rank: dict[str, int] = {}
    for node in order:
        rank[node] = max((rank[source] + 1 for source in above[node]), default=0)
    first = {node: min((rank[a.target] for a in arrows if a.source == node), default=1) - 1 for node in nodes}
    return {node: rank[node] if above[node] else first[node] for node in nodes}


def layout(boxes: Mapping[str, float], arrows: Sequence[Arrow], *, gap: float = 0.14) -> Layout:
    """Lay out a graph of `boxes` (widths in inches) with `gap` inches between neighbours in a row.

    The result is the same for the same input: shuffled starts have fixed seeds. Raises `RestatedError` as `ranks` does,
    or if two arrows have one name.
    """
    ensure(len({arrow.name for arrow in arrows}) == len(arrows), "two arrows have one name", field="arrows")
    rank = ranks(list(boxes), arrows)
    label = _label_rows(rank, arrows)
    width: dict[Item, float] = {(box,): w for box, w in boxes.items()}
    chains: dict[str, list[Item]] = {}
    for arrow in arrows:
        passages = [(arrow.name, row) for row in range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target])]
        width |= {p: arrow.label if p[1] == label[arrow.name] else PASSAGE for p in passages}
        chains[arrow.name] = [(arrow.source,), *passages, (arrow.target,)]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    rows: list[list[Item]] = [[] for _ in range(2 * max(rank.values()) + 1)]
    for item in width:
        rows[item[1] if len(item) == 2 else 2 * rank[item[0]]].append(item)
    placed = [_place(order, links, width, gap) for order in _orders(rows, links)]
    _, place = min(placed, key=lambda one: one[0])
    return Layout(
        rows=len(rows),
        row={box: 2 * r for box, r in rank.items()},
        x={box: place[(box,)] for box in boxes},
        routes={name: [(item[1], place[item]) for item in chain[1:-1]] for name, chain in chains.items()},
        label=label,
        width=max(place[item] + w / 2 for item, w in width.items()),
    )


def _label_rows(rank: Mapping[str, int], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Row of each label: for a long arrow the one least filled so far."""
    filled: dict[int, float] = defaultdict(float)
    rows = {}
    for arrow in sorted(arrows, key=lambda a: rank[a.target] - rank[a.source]):
        choice = range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target], 2)
        rows[arrow.name] = min(choice, key=lambda row: (filled[row], row))
        filled[rows[arrow.name]] += arrow.label
    return rows


def crossings(rows: Order, links: Sequence[Link]) -> int:
    """Return the number of pairs of lines that cross, given the order of the items in each row."""
    row, at = {item: i for i, items in enumerate(rows) for item in items}, _places(rows)
    by_row = defaultdict(list)
    for upper, lower in links:
        by_row[row[upper]].append((at[upper], at[lower]))
    return sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for pairs in by_row.values() for a, b in combinations(pairs, 2))


def _places(rows: Order) -> dict[Item, int]:
    return {item: j for row in rows for j, item in enumerate(row)}


def _orders(rows: Order, links: Sequence[Link]) -> list[Order]:
    """Different orders with the fewest crossings found."""
    up, down = ({item: list[Item]() for row in rows for item in row} for _ in range(2))
    for upper, lower in links:
        up[lower].append(upper)
        down[upper].append(lower)
    found: dict[Order, int] = {}
    for start in range(STARTS):
        order = [list(row) for row in rows]
        shuffler = random.Random(start)
        for row in order if start else ():
            shuffler.shuffle(row)
        for sweep in range(SWEEPS):
            _sweep(order, down if sweep % 2 else up, down=sweep % 2 == 0)
            _swap(order, up, down)
            found.setdefault(tuple(map(tuple, order)), crossings(order, links))
    return [order for order, count in found.items() if count == min(found.values())][:PLACED]


def _sweep(order: list[list[Item]], near: Neighbours, *, down: bool) -> None:
    """Sort each row by the mean place of the neighbours in the row before it, as a share of that row."""
    for before, row in pairwise(order if down else order[::-1]):
        at = _places([before, row])
        share = {item: at[item] / len(row) for item in row}
        share |= {item: float(np.mean([at[n] for n in near[item]])) / len(before) for item in row if near[item]}
        row.sort(key=share.__getitem__)


def _swap(order: list[list[Item]], up: Neighbours, down: Neighbours) -> None:
    """Exchange neighbours as long as that removes crossings."""
    for row in order:
        at = _places(order)
        for j in range(len(row) - 1):
            ends = [(at[a], at[b]) for near in (up, down) for a in near[row[j]] for b in near[row[j + 1]]]
            if sum(a > b for a, b in ends) > sum(a < b for a, b in ends):
                row[j], row[j + 1] = row[j + 1], row[j]


def _place(
    rows: Order, links: Sequence[Link], width: Mapping[Item, float], gap: float
) -> tuple[float, dict[Item, float]]:
    """Cost and places of the straightest lines: a linear programme in places, bends and the total width."""
    index = {item: i for i, item in enumerate(item for row in rows for item in row)}
    n, last = len(index), len(index) + len(links)  # after the places the bends, then the total width
    costs = [0.0] * n + [STRAIGHT[(len(a) == 2) + (len(b) == 2)] for a, b in links] + [COMPACT]
    most = [({index[a]: s, index[b]: -s, n + j: -1.0}, 0.0) for j, (a, b) in enumerate(links) for s in (1.0, -1.0)]
    for row in rows:
        most += [({index[a]: 1.0, index[b]: -1.0}, -(width[a] + width[b]) / 2 - gap) for a, b in pairwise(row)]
    most += [({i: 1.0, last: -1.0}, -width[item] / 2) for item, i in index.items()]
    table = np.zeros((len(most), last + 1))
    for line, (terms, _) in zip(table, most):
        line[list(terms)] = list(terms.values())
    bounds = [(width[item] / 2, None) for item in index] + [(0, None)] * (len(links) + 1)
    found: Any = linprog(costs, A_ub=table, b_ub=[bound for _, bound in most], bounds=bounds, method="highs")
    # Hundredths of an inch: the last digits of a solver must not reach the file.
    return round(float(found.fun), 6), {item: round(float(x), 2) for item, x in zip(index, found.x)}
