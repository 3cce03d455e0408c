"""What the figures of places and of response rates draw."""

from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from review.figures import reach
from tests.review.figures.samples import bounds_by_response, drawn, named_places

ROLES = ["shop", "school", "mill"]


def test_every_role_of_a_place_has_its_shape_in_its_column():
    marks = [
        (line.get_marker(), round(line.get_xdata()[0], 3))
        for line in drawn("places").fig.axes[0].lines
        if line.get_marker() != "None"
    ]
    for (shape, *_), expected in zip(reach.MARKS, (1, 2, 1), strict=False):
        at = [x for marker, x in marks if marker == shape]
        # Key, heading and one mark for every place, the last two in one column.
        assert len(at) == expected + 2 and len(set(at)) == 2
    data = drawn("places").data.set_index("place")
    assert (data.loc["Ayton", "shop"], data.loc["Ayton", "mill"]) == ("listed", "–")
    assert (data.loc["names listed", "school"], data.loc["total given", "school"]) == ("2", "3")


def test_matrix_refuses_what_it_cannot_show():
    with pytest.raises(RestatedError, match="role 'mill' has no column"):
        reach.place_matrix(named_places(), roles=ROLES[:2], totals={})
    with pytest.raises(RestatedError, match="role 'inn' has no column"):
        reach.place_matrix(named_places(), roles=ROLES, totals={"inn": "1"})
    with pytest.raises(RestatedError, match="cannot be distinguished"):
        reach.place_matrix(named_places(), roles=[*ROLES, "a", "b", "c", "d"], totals={})


def test_bounds_are_drawn_from_all_to_few_replies():
    ax = drawn("response bounds").fig.axes[0]
    assert ax.get_xlim() == (100, 10)
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "100\n290",
        "75\n387",
        "50\n580",
        "25\n1,160",
        "10\n2,900",
    ]
    lower, upper = ax.lines[0], ax.lines[1]
    assert np.allclose(lower.get_ydata(), [89, 44.5, 8.9]) and np.allclose(upper.get_ydata(), [89, 94.5, 98.9])
    assert ax.lines[0].get_linestyle() != ax.lines[2].get_linestyle()


def test_bounds_refuse_what_they_cannot_show():
    table = bounds_by_response()
    with pytest.raises(RestatedError, match="a lower bound exceeds the upper one"):
        reach.response_bounds(table.assign(low=100.0))
    with pytest.raises(RestatedError, match="3 items"):
        reach.response_bounds(table.assign(item=["a", "b", "c"] * 2))
