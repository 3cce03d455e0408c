from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.reconstruct import relations
from restated.reconstruct.relations import Empty, Relation, holds, image, loosened, narrow

TIES = (
    Relation("area", ("a", "b"), lambda a, b: a * b),
    Relation("a", ("area", "b"), lambda s, b: s / b),
    Relation("b", ("area", "a"), lambda s, a: s / a),
    Relation("sum", ("a", "b"), lambda a, b: a + b),
    Relation("a", ("sum", "b"), lambda s, b: s - b),
)
positive = st.floats(0.1, 100)
around = st.floats(0, 10)


@given(positive, positive, around, around, around)
def test_what_fits_is_never_cut_away(a, b, left, right, more):
    point = {"a": a, "b": b, "area": a * b, "sum": a + b}
    box = {name: (x / (1 + left), x + right + more) for name, x in point.items() if name != "sum"}
    found = narrow(box, TIES)
    assert all(holds(found[name], x) for name, x in point.items())


@given(positive, positive, around)
def test_loosening_only_widens(a, b, width):
    box = {"a": (a, a + width), "b": (b, b + width), "area": (a * b, a * b + 0.01)}
    found = loosened(box, {}, TIES, [{"area"}])
    assert all(found[name][0] <= box[name][0] and found[name][1] >= box[name][1] for name in box)


def test_a_number_computed_from_rounded_ones_is_free_to_be_what_they_allow():
    box = {"a": (1.5, 2.5), "b": (2.5, 3.5), "area": (5.995, 6.005)}
    found = loosened(box, {}, TIES, [{"area"}])
    assert found["area"] == pytest.approx((3.75, 8.75), abs=0.01)
    # Those it is computed from keep theirs, and counts are not rounded.
    assert found["a"] == box["a"] and loosened(box, {}, TIES, [{"area"}], ["a", "b"]) == box
    # One that the others contradict keeps its digits.
    assert loosened(box | {"area": (20.0, 21.0)}, {}, TIES, [{"area"}])["area"] == (20.0, 21.0)


def test_what_is_open_for_another_reason_widens_nothing():
    ties = (Relation("size", ("area",), np.sqrt), Relation("x", ("size", "sign"), lambda s, sign: s * sign))
    found = loosened({"x": (1.95, 2.05), "area": (3.9, 4.1)}, {"sign": (-1.0, 1.0)}, ties, [{"x"}])
    assert found["x"] == pytest.approx((1.95, 2.05), abs=0.04)


def test_a_number_that_fits_the_others_only_off_their_digits_is_widened_too():
    box = {"a": (1.5, 2.5), "b": (2.5, 3.5), "sum": (5.2, 5.6), "area": (7.0, 7.2)}
    low, high = loosened(box, {}, TIES, [{"area"}])["area"]
    assert low < 6.8 and high > 7.4


@pytest.mark.parametrize("value", [1e-10, 1e-5, 0.0])
def test_tiny_values_are_held_to_their_digits(value):
    assert not holds((1.9e-12, 2.1e-12), value) and holds((1.9e-12, 2.1e-12), 2e-12)


def test_contradictions_name_the_quantity():
    with pytest.raises(Empty, match="area"):
        narrow({"a": (1.0, 2.0), "b": (1.0, 2.0), "area": (5.0, 6.0)}, TIES)


def test_images_cross_zero_and_stay_unbounded_where_a_source_is():
    square = Relation("s", ("x",), np.square)
    assert image(square, {"x": (-2.0, 3.0)}) == (0.0, 9.0)
    assert image(square, {}) == relations.ANY
    assert image(Relation("q", ("x",), lambda x: x / 0 * 0), {"x": (1.0, 2.0)}) == relations.ANY
    assert narrow({"a": (1.0, math.inf), "b": (2.0, 3.0)}, TIES)["area"] == (2.0, math.inf)
