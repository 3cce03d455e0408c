from __future__ import annotations

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.plots.intervals import cumulative, leave_one_out
from restated.plots.words import CORRELATION
from tests.library.plots.samples import by_gid, fit, pooled_rows


def test_dots_whiskers_band_and_data_are_the_inputs():
    table = pooled_rows()
    result = fit()
    drawn = leave_one_out(table, result, transform=CORRELATION)
    (dots,) = by_gid(drawn.fig, "estimates")
    assert np.array_equal(dots.get_xdata(), table["estimate"]) and dots.get_ydata().tolist() == list(range(6))
    (band,) = by_gid(drawn.fig, "band")
    assert band.get_x() == result.ci_low and band.get_x() + band.get_width() == pytest.approx(result.ci_high)
    assert drawn.data.iloc[:, 0].tolist() == list(table.index)
    for name, column in (("r", "estimate"), ("lower", "ci_low"), ("upper", "ci_high")):
        assert np.allclose(drawn.data[name], table[column])


def test_leave_one_out_names_the_extremes():
    alt = leave_one_out(pooled_rows(), fit(), transform=CORRELATION).alt
    assert "from .15 (without Author 0) to .25 (without Author 5)" in alt
    assert "All 6 intervals exclude 0" in alt


def test_a_row_without_interval_says_so():
    table = pooled_rows()
    table.loc["Author 0", ["ci_low", "ci_high"]] = np.nan
    drawn = leave_one_out(table, fit(), transform=CORRELATION)
    assert any(t.get_text() == "no interval" for t in drawn.fig.axes[0].texts)
    segments = [s for lines in by_gid(drawn.fig, "whiskers") for s in lines.get_segments()]
    assert len(segments) == 5


def test_cumulative_rows_keep_their_order():
    table = pooled_rows()
    drawn = cumulative(table, table.iloc[-1], transform=CORRELATION)
    assert drawn.data["added"].tolist() == list(table.index)
    assert ".15 after the first" in drawn.alt


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda t: t.drop(columns="ci_low"), "no column 'ci_low'"),
        (lambda t: t.iloc[:0], "no rows"),
        (lambda t: t.assign(estimate=np.nan), "estimate is missing"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(RestatedError, match=message):
        leave_one_out(change(pooled_rows()), fit())
