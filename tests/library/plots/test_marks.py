from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.marks import SERIES, Fill, Mark, limited, series
from restated.plots.style import colour


def test_series_differ_in_shape_and_dashes_without_colour():
    assert len({mark.shape for mark, _ in SERIES}) == len({str(dash) for _, dash in SERIES}) == len(SERIES)


def test_series_take_marks_in_a_fixed_order():
    named = series(["one", "two"])
    assert list(named.items()) == [("one", SERIES[0]), ("two", SERIES[1])]
    assert named["two"].line(2.0).style() == {"color": colour("second"), "linestyle": (0, (5, 2)), "linewidth": 2.0}


@pytest.mark.parametrize("count", [0, 5])
def test_more_series_than_marks_are_refused(count):
    with pytest.raises(RestatedError, match=f"{count} arms cannot be distinguished. Give between 1 and 4"):
        series([str(i) for i in range(count)], what="arms", field="arm")
    limited(4, 4, "arms")


def test_a_hollow_mark_shows_the_page():
    assert Mark("o", False, "warn").style()["markerfacecolor"] == colour("page")
    assert Mark("o", True, "warn").style()["markerfacecolor"] == colour("warn")


def test_a_fill_may_have_no_face():
    assert Fill("none", "warn", dash="--").style() == {
        "facecolor": "none",
        "edgecolor": colour("warn"),
        "hatch": None,
        "linewidth": 0.9,
        "linestyle": "--",
    }
