from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.plots.spread import spread

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
