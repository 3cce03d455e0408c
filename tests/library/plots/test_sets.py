from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.plots.sets import margins, set_range
from restated.plots.style import RAMP
from tests.library.plots.samples import by_gid, margin_rows


def test_brackets_span_the_set_and_the_rounding_interval():
    fig = set_range([0.41, 0.43, 0.52], statistic="phi", printed=(".43", 0.425, 0.435)).fig
    (bracket,) = by_gid(fig, "bracket-all")
    assert (min(bracket.get_xdata()), max(bracket.get_xdata())) == (0.41, 0.52)
    (rounding,) = by_gid(fig, "printed")
    assert (min(rounding.get_xdata()), max(rounding.get_xdata())) == pytest.approx((0.425, 0.435))


def test_few_values_are_stems_with_their_counts():
    drawn = set_range([0.5, 0.4, 0.5, 0.5], statistic="phi")
    assert np.allclose(drawn.data["phi"], [0.4, 0.5]) and drawn.data["number"].tolist() == [1, 3]


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300))
@settings(deadline=None, derandomize=True, max_examples=12)
def test_every_member_is_counted_once(values):
    drawn = set_range(values, statistic="phi")
    assert drawn.data["number"].sum() == len(values)


def test_members_that_match_the_printed_value_are_counted():
    alt = set_range([0.41, 0.425, 0.43, 0.435, 0.44], statistic="phi", printed=(".43", 0.425, 0.435)).alt
    assert "Phi over 5 tables" in alt and "from .410 to .440" in alt and "matched by 3 of them" in alt


@pytest.mark.parametrize("values, message", [([], "no table fits"), ([0.1, np.nan], "not finite")])
def test_a_set_that_cannot_be_drawn_is_named(values, message):
    with pytest.raises(RestatedError, match=message):
        set_range(values, statistic="phi")


def test_cells_of_the_margin_map_are_centred_on_whole_totals():
    table = margin_rows()
    drawn = margins(table, n=50, row="caregivers", column="children")
    centres = []
    for role in RAMP:
        for patch in by_gid(drawn.fig, role):
            corners = patch.get_path().vertices
            for i in range(0, len(corners), 5):
                centres.append(tuple(corners[i : i + 4].mean(axis=0)))
    assert sorted(centres) == sorted(zip(table["row1"], table["column1"], strict=True))


def test_every_table_is_counted_once_and_steps_cover_the_range():
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {"row1": random.integers(0, 600, 900), "column1": random.integers(0, 600, 900), "value": random.random(900)}
    )
    data = margins(table, n=661, row="caregivers", column="children").data
    assert data["tables"].sum() == 900 and len(data) == len(RAMP)
    assert (
        data["caregivers: from"].min() == table["row1"].min() and data["children: to"].max() == table["column1"].max()
    )


def test_plausible_region_is_outlined_and_its_tables_counted():
    drawn = margins(margin_rows(), n=50, row="caregivers", column="children", plausible=(10, 14, 10, 18))
    (region,) = by_gid(drawn.fig, "plausible")
    assert region.get_bbox().extents.tolist() == [10, 10, 14, 18]
    assert "3 of them lie within plausible margins, phi .40 to .45" in drawn.alt


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="row1"), "no column 'row1'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(row1=51), "not between 0 and 50"),
        (lambda t: t.assign(value=np.nan), "not finite"),
    ],
)
def test_bad_margins_are_named(change, message):
    with pytest.raises(RestatedError, match=message):
        margins(change(margin_rows()), n=50, row="caregivers", column="children")
