from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.estimates import grouped
from tests.library.plots.samples import by_gid, grouped_rows, texts


def test_shape_says_whether_an_interval_reaches_no_effect():
    drawn = grouped(grouped_rows(), left="better", right="worse")
    (excludes,), (includes,) = by_gid(drawn.fig, "excludes"), by_gid(drawn.fig, "includes")
    assert list(excludes.get_xdata()) == [0.3] and sorted(includes.get_xdata()) == [0.1, 0.2]
    assert excludes.get_marker() != includes.get_marker()
    assert "1 of 2 intervals exclude 0" in drawn.alt
    assert {"← better", "worse →", "no interval"} <= set(texts(drawn.fig))
    assert any("or none was published" in text for text in texts(drawn.fig))


def test_groups_are_headed_and_extra_columns_shown():
    drawn = grouped(grouped_rows(), columns={"Samples": "k"})
    assert {"One", "Two", "Samples", "12"} <= set(texts(drawn.fig))
    assert drawn.data["Samples"].tolist() == ["12", "7", "–"]
    assert drawn.data["d"].tolist() == [0.3, 0.1, 0.2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="low"), "no column 'low'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(group=list("aba")), "not together"),
        (lambda t: t.assign(high=[np.nan, 0.2, np.nan]), "one end of an interval is missing"),
        (lambda t: t.assign(value=np.nan), "missing"),
    ],
)
def test_bad_tables_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        grouped(change(grouped_rows()))
