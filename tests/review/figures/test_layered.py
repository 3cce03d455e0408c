"""Layout of layered graphs: against what must hold in every drawing, and the fewest crossings by trying all orders."""

from __future__ import annotations

from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from review.figures import layered
from review.figures.layered import Arrow, crossings, layout, ranks

WIDTH, GAP = 1.0, 0.2


@st.composite
def graphs(draw):
    """Boxes and arrows from lower to higher numbers, so without circles."""
    n = draw(st.integers(2, 6))
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9))
    arrows = [Arrow(f"e{k}", f"b{i}", f"b{j}", 0.3 + 0.2 * (k % 3)) for k, (i, j) in enumerate(chosen)]
    return {f"b{i}": WIDTH for i in range(n)}, arrows


@settings(deadline=None, derandomize=True, max_examples=25)
@given(graphs())
def test_every_arrow_leads_down_and_nothing_overlaps(graph):
    boxes, arrows = graph
    plan = layout(boxes, arrows, gap=GAP)
    taken = {box: (plan.row[box], plan.x[box], WIDTH) for box in boxes}
    for arrow in arrows:
        top, bottom = plan.row[arrow.source], plan.row[arrow.target]
        assert [row for row, _ in plan.routes[arrow.name]] == list(range(top + 1, bottom))
        assert plan.label[arrow.name] % 2 == 1 and top < plan.label[arrow.name] < bottom
        for row, x in plan.routes[arrow.name]:
            wide = arrow.label if row == plan.label[arrow.name] else layered.PASSAGE
            taken[arrow.name, row] = (row, x, wide)
    items = list(taken.values())
    for i, (row, x, wide) in enumerate(items):
        # Places are rounded to hundredths of an inch.
        assert x - wide / 2 >= -0.01 and x + wide / 2 <= plan.width + 0.01
        for other, x1, wide1 in items[i + 1 :]:
            if other == row:
                assert abs(x - x1) >= (wide + wide1) / 2 + GAP - 0.011
    assert plan == layout(boxes, arrows, gap=GAP)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9))
def test_two_rows_have_no_more_crossings_than_the_best_of_all_orders(pairs):
    tops, bottoms = sorted({f"t{i}" for i, _ in pairs}), sorted({f"b{j}" for _, j in pairs})
    arrows = [Arrow(f"{i}-{j}", f"t{i}", f"b{j}", 0.2) for i, j in sorted(pairs)]
    plan = layout(dict.fromkeys(tops + bottoms, WIDTH), arrows)
    best = min(
        sum(
            (a.index(f"t{i}") - a.index(f"t{k}")) * (b.index(f"b{j}") - b.index(f"b{m}")) < 0
            for n, (i, j) in enumerate(sorted(pairs))
            for k, m in sorted(pairs)[n + 1 :]
        )
        for a, b in product(permutations(tops), permutations(bottoms))
    )
    assert (
        sum(
            (plan.x[f"t{i}"] - plan.x[f"t{k}"]) * (plan.x[f"b{j}"] - plan.x[f"b{m}"]) < 0
            for n, (i, j) in enumerate(sorted(pairs))
            for k, m in sorted(pairs)[n + 1 :]
        )
        == best
    )


def test_crossings_by_hand():
    rows = [[("a",), ("b",)], [("c",), ("d",)]]
    assert crossings(rows, [(("a",), ("d",)), (("b",), ("c",))]) == 1
    assert crossings(rows, [(("a",), ("c",)), (("b",), ("d",))]) == 0
    assert crossings(rows, [(("a",), ("c",)), (("a",), ("d",))]) == 0


def test_ranks_are_longest_paths_and_sources_stand_near_their_target():
    arrows = [Arrow("1", "a", "b", 0), Arrow("2", "b", "c", 0), Arrow("3", "a", "c", 0), Arrow("4", "late", "c", 0)]
    assert ranks(["a", "b", "c", "late"], arrows) == {"a": 0, "b": 1, "c": 2, "late": 1}


def test_a_straight_chain_is_drawn_straight():
    plan = layout({"a": 1.0, "b": 2.0, "c": 1.0}, [Arrow("1", "a", "b", 0.5), Arrow("2", "b", "c", 0.5)])
    assert len({plan.x[b] for b in "abc"}) == 1 and plan.width == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("arrows", "message"),
    [
        ([Arrow("1", "a", "b", 0), Arrow("2", "b", "a", 0)], "form a circle"),
        ([Arrow("1", "a", "z", 0)], "unknown end 'z'"),
        ([Arrow("1", "a", "b", 0), Arrow("1", "a", "b", 0)], "two arrows have one name"),
    ],
)
def test_graphs_that_cannot_be_laid_out(arrows, message):
    with pytest.raises(RestatedError, match=message):
        layout({"a": 1.0, "b": 1.0}, arrows)
