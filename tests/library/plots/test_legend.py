from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.plots.legend import Key, spread
from restated.plots.marks import Fill, Line, Mark
from restated.plots.style import BASE, axes_in_inches, new_figure, text_width
from tests.library.plots.samples import texts

SAMPLES = (Fill("band"), Line("accent"), Mark("o", True, "accent"))


@pytest.mark.parametrize("inside", [False, True])
def test_samples_are_drawn_by_their_host_at_the_left_of_the_words(inside):
    fig = new_figure(6, 2)
    ax = axes_in_inches(fig, 1, 1, 4, 0.5)
    key = Key(ax if inside else fig, 0.5, 0.3)
    before = len(ax.get_children())
    key.add("first", *SAMPLES)
    assert len(fig.artists) == (0 if inside else 3) and len(ax.get_children()) - before == (3 if inside else 0)
    (words,) = fig.texts
    assert words.get_position() == pytest.approx((0.5 + 0.36 + 0.08, 0.3))
    assert key.x == pytest.approx(0.5 + 0.36 + 0.08 + text_width("first", BASE) + 0.3)


def test_entries_that_would_leave_the_figure_begin_a_new_line():
    key = Key(new_figure(3, 2), 0.1, 1.0, right=3.0, step=0.25)
    for _ in range(3):
        key.add("an entry of words", SAMPLES[1])
    places = [text.get_position() for text in key.host.texts]
    assert [x for x, _ in places] == pytest.approx([0.54] * 3)
    assert [y for _, y in places] == pytest.approx([1.0, 0.75, 0.5])


def test_words_may_be_on_a_lower_base_line_and_on_several_lines():
    fig = new_figure(3, 2)
    Key(fig, 0.1, 1.0, drop=0.05).add(["two", "lines"], SAMPLES[2])
    assert texts(fig) == ["two", "lines"]
    assert [text.get_position()[1] for text in fig.texts] == pytest.approx([0.95, 0.76])
    assert {text.get_va() for text in fig.texts} == {"baseline"}


PLACES = st.lists(st.tuples(st.floats(-100, 100), st.floats(0.1, 5)), min_size=1, max_size=12)


@given(PLACES)
@settings(deadline=None, derandomize=True, max_examples=60)
def test_labels_keep_their_order_and_never_overlap(labels):
    labels = sorted(labels)
    at, room = (np.array(part) for part in zip(*labels, strict=True))
    for high in (np.inf, 0.0):
        places = spread(at, room, high=high)
        assert (np.diff(places) >= (room[1:] + room[:-1]) / 2 - 1e-9).all()
        assert places[-1] <= high
    assert (spread(at, room) >= at).all()


def test_labels_with_room_stay_where_they_are():
    assert spread([0.0, 2.0, 5.0], 1.5).tolist() == [0.0, 2.0, 5.0]
    assert spread([0.0, 1.0], 1.5).tolist() == [0.0, 1.5]
    assert spread([4.0, 5.0], 2.0, high=5.5).tolist() == [3.5, 5.5]
    assert spread([], 1.0).tolist() == []
