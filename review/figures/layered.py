"""Layered layout of a directed graph without cycles: row, order and place of each box.

Rows run from the top down; every arrow leads downwards. An arrow passes each row in between through a place of its
own, and its label has a place of its own too, so that no label and no line covers a box or another label. The steps are
those of Sugiyama, Tagawa & Toda (1981), IEEE Transactions on Systems, Man, and Cybernetics 11, 109-125: rows by the
longest path, order by barycentres, places by the linear programme of Gansner, Koutsofios, North & Vo (1993), IEEE
Transactions on Software Engineering 19, 214-230.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog

from restated.errors import RestatedError

#: Sweeps up and down per start; orders stop changing after a handful.
SWEEPS = 8
#: Starting orders tried: the given one and shuffled ones with fixed seeds.
STARTS = 16
#: Number of orders with the fewest crossings that are placed, to take the one with the straightest arrows.
PLACED = 8
#: Inches an arrow needs where it passes a row.
PASSAGE = 0.10
#: Weight of a straight line between boxes, between a box and a passage, and between passages (Gansner et al., 1993).
STRAIGHT = {0: 1.0, 1: 2.0, 2: 8.0}
#: Weight of the total width against straight lines: enough to keep the picture together.
COMPACT = 4.0


#: A box (name,) or a passage (arrow, row).
Item = tuple
Order = list[list[Item]]
Link = tuple[Item, Item]


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
    crossings: int


def ranks(nodes: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Return the rank of each box: the longest path to it.

    Boxes without an incoming arrow are just above their first target. Raises `RestatedError` if an arrow names an
    unknown box or the arrows form a circle.
    """
    for arrow in arrows:
        for end in (arrow.source, arrow.target):
            if end not in nodes:
                raise RestatedError(f"arrow '{arrow.name}' has the unknown end '{end}'", field="arrows")
    rank = dict.fromkeys(nodes, 0)
    for _ in range(len(rank) + 1):
        late = [arrow for arrow in arrows if rank[arrow.target] < rank[arrow.source] + 1]
        if not late:
            break
        for arrow in late:
            rank[arrow.target] = max(rank[arrow.target], rank[arrow.source] + 1)
    else:
        raise RestatedError("the arrows form a circle: a box cannot be above all of its targets", field="arrows")
    for node in set(nodes) - {arrow.target for arrow in arrows}:
        rank[node] = min((rank[arrow.target] for arrow in arrows if arrow.source == node), default=1) - 1
    lowest = min(rank.values())
    return {node: r - lowest for node, r in rank.items()}


def layout(boxes: Mapping[str, float], arrows: Sequence[Arrow], *, gap: float = 0.14) -> Layout:
    """Lay out a graph of `boxes` (widths in inches) with `gap` inches between neighbours in a row.

    The result is the same for the same input: shuffled starts have fixed seeds. Raises `RestatedError` as `ranks` does,
    or if two arrows have one name.
    """
    if len({arrow.name for arrow in arrows}) != len(arrows):
        raise RestatedError("two arrows have one name", field="arrows")
    rank = ranks(list(boxes), arrows)
    label = _label_rows(rank, arrows)
    width: dict[Item, float] = {(box,): w for box, w in boxes.items()}
    chains: dict[str, list[Item]] = {}
    for arrow in arrows:
        passages = [(arrow.name, row) for row in range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target])]
        width |= {p: arrow.label if p[1] == label[arrow.name] else PASSAGE for p in passages}
        chains[arrow.name] = [(arrow.source,), *passages, (arrow.target,)]
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    rows: Order = [[] for _ in range(2 * max(rank.values()) + 1)]
    for item in width:
        rows[item[1] if len(item) == 2 else 2 * rank[item[0]]].append(item)
    best: tuple[float, dict[Item, float], Order] | None = None
    for order in _orders(rows, links):
        cost, place = _place(order, links, width, gap)
        if best is None or cost < best[0] - 1e-9:
            best = cost, place, order
    assert best is not None, "there is at least one order"
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


def _label_rows(rank: Mapping[str, int], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Row of each label: for a long arrow the one least filled so far."""
    filled: dict[int, float] = {}
    rows = {}
    for arrow in sorted(arrows, key=lambda a: rank[a.target] - rank[a.source]):
        choice = range(2 * rank[arrow.source] + 1, 2 * rank[arrow.target], 2)
        rows[arrow.name] = min(choice, key=lambda row: (filled.get(row, 0.0), row))
        filled[rows[arrow.name]] = filled.get(rows[arrow.name], 0.0) + arrow.label
    return rows


def crossings(rows: Sequence[Sequence[Item]], links: Sequence[Link]) -> int:
    """Return the number of pairs of lines that cross, given the order of the items in each row."""
    at = {item: (i, j) for i, row in enumerate(rows) for j, item in enumerate(row)}
    by_row: dict[int, list[tuple[int, int]]] = {}
    for upper, lower in links:
        by_row.setdefault(at[upper][0], []).append((at[upper][1], at[lower][1]))
    return sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for pairs in by_row.values() for a, b in combinations(pairs, 2))


def _orders(rows: Order, links: Sequence[Link]) -> list[Order]:
    """Different orders with the fewest crossings found."""
    up, down = _neighbours(links)
    found: dict[str, tuple[int, Order]] = {}
    for start in range(STARTS):
        order = [list(row) for row in rows]
        if start:
            shuffler = random.Random(start)
            for row in order:
                shuffler.shuffle(row)
        for sweep in range(SWEEPS):
            _sweep(order, down if sweep % 2 else up, down=sweep % 2 == 0)
            _swap(order, up, down)
            found.setdefault(repr(order), (crossings(order, links), [list(row) for row in order]))
    fewest = min(count for count, _ in found.values())
    return [order for count, order in found.values() if count == fewest][:PLACED]


Neighbours = dict[Item, list[Item]]


def _neighbours(links: Sequence[Link]) -> tuple[Neighbours, Neighbours]:
    """Items above and below each item that lines lead to."""
    up: Neighbours = {}
    down: Neighbours = {}
    for upper, lower in links:
        up.setdefault(lower, []).append(upper)
        down.setdefault(upper, []).append(lower)
    return up, down


def _places(row: Sequence[Item]) -> dict[Item, int]:
    return {item: i for i, item in enumerate(row)}


def _sweep(order: Order, near: Neighbours, *, down: bool) -> None:
    """Sort each row by the mean place of the neighbours in the row before it."""
    for i in range(1, len(order)) if down else range(len(order) - 2, -1, -1):
        before, own = _places(order[i - 1 if down else i + 1]), _places(order[i])

        def mean(item: Item, before: dict[Item, int] = before, own: dict[Item, int] = own) -> float:
            at = [before[n] for n in near.get(item, ()) if n in before]
            return float(np.mean(at)) / max(len(before), 1) if at else own[item] / max(len(own), 1)

        order[i].sort(key=mean)


def _swap(order: Order, up: Neighbours, down: Neighbours) -> None:
    """Exchange neighbours as long as that removes crossings."""
    for i, row in enumerate(order):
        sides = ((_places(order[i - 1]) if i else {}, up), (_places(order[i + 1]) if i + 1 < len(order) else {}, down))

        def lines(left: Item, right: Item, sides: tuple = sides) -> int:
            return sum(at[a] > at[b] for at, near in sides for a in near.get(left, ()) for b in near.get(right, ()))

        for j in range(len(row) - 1):
            if lines(row[j + 1], row[j]) < lines(row[j], row[j + 1]):
                row[j], row[j + 1] = row[j + 1], row[j]


def _place(
    rows: Order, links: Sequence[Link], width: Mapping[Item, float], gap: float
) -> tuple[float, dict[Item, float]]:
    """Cost and places of the straightest lines: a linear programme in places, bends and the total width."""
    items = [item for row in rows for item in row]
    index = {item: i for i, item in enumerate(items)}
    n, m = len(items), len(links)
    total = n + m  # the variable that holds the width
    costs = np.zeros(total + 1)
    costs[n:total] = [STRAIGHT[(len(a) == 2) + (len(b) == 2)] for a, b in links]
    costs[total] = COMPACT
    table, limit = [], []

    def at_most(terms: dict[int, float], bound: float) -> None:
        line = np.zeros(total + 1)
        for i, factor in terms.items():
            line[i] += factor
        table.append(line)
        limit.append(bound)

    for j, (a, b) in enumerate(links):
        at_most({index[a]: 1.0, index[b]: -1.0, n + j: -1.0}, 0.0)
        at_most({index[b]: 1.0, index[a]: -1.0, n + j: -1.0}, 0.0)
    for row in rows:
        for a, b in pairwise(row):
            at_most({index[a]: 1.0, index[b]: -1.0}, -(width[a] + width[b]) / 2 - gap)
    for item in items:
        at_most({index[item]: 1.0, total: -1.0}, -width[item] / 2)
    bounds = [(width[item] / 2, None) for item in items] + [(0, None)] * (m + 1)
    found: Any = linprog(costs, A_ub=np.array(table), b_ub=np.array(limit), bounds=bounds, method="highs")
    # Hundredths of an inch: the last digits of a solver must not reach the file.
    return round(float(found.fun), 6), {item: round(float(x), 2) for item, x in zip(items, found.x)}
