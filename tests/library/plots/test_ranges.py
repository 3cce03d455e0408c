from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from restated.errors import RestatedError
from restated.plots.ranges import ranges
from restated.plots.words import PLAIN, Scale
from tests.library.plots.samples import drawn, set_rows, texts


def test_a_row_without_a_number_says_so_in_words():
    assert "no number seen" in texts(drawn("ranges").fig)
    assert np.isnan(drawn("ranges").data.loc[2, "value"]) and "Three" not in drawn("ranges").alt


@pytest.mark.parametrize(
    ("table", "left", "message"),
    [
        (set_rows(), "Nobody", "no column 'Nobody'"),
        (set_rows().assign(high=0.1), "Name", "downwards"),
        (set_rows().tail(1), "Name", "nothing to draw"),
    ],
)
def test_bad_input_is_refused_with_a_reason(table, left, message):
    with pytest.raises(RestatedError, match=message):
        ranges(table, left=[left], scale=Scale("x"), axis="x", says="x")


def test_a_name_of_several_rows_is_repeated_where_rows_are_read():
    table = pd.DataFrame(
        {
            "study": ["One", "", "Two"],
            "of": ["classes", "liability", "classes"],
            "low": 0.1,
            "high": 0.2,
            "value": np.nan,
        }
    )
    drawn = ranges(table, left=["study", "of"], scale=PLAIN, axis="r", says="Three rows")
    assert drawn.data["study"].tolist() == ["One", "One", "Two"]
    assert "One, liability: 0.1" in drawn.alt


def test_counts_in_cells_are_written_as_readers_expect():
    table = pd.DataFrame({"paper": ["A 1995", "B 2003"], "n": ["1195", "-3.9"], "low": 0, "high": 1, "value": np.nan})
    found = texts(ranges(table, left=["paper"], right=["n"], scale=PLAIN, axis="n", says="Two papers count").fig)
    assert {"1,195", "−3.9", "A 1995", "B 2003"} <= set(found)
