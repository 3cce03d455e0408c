from __future__ import annotations

import pytest

from restated.errors import RestatedError
from restated.plots.powercurve import curves
from tests.library.plots.samples import power_grid


def test_the_power_curve_says_where_eighty_percent_are_reached():
    drawn = curves(power_grid(), {"C7": "rise", "whole": "pattern"}, x_axis="x", axis="y")
    assert "0.81 for rise" in drawn.alt and "no value drawn for pattern" in drawn.alt


def test_too_many_curves_are_refused():
    with pytest.raises(RestatedError, match="4 curves"):
        curves(power_grid(), dict.fromkeys("abcd", "x"), x_axis="x", axis="y")
