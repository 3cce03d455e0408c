"""Constraints read as closed intervals, and integers inside them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from restated.errors import RestatedError
from restated.intervals import bounded_interval, closed_interval, describe, integer_range, refuse_proportion
from restated.printed import parse


def test_intervals_keep_decimals_exact():
    assert closed_interval((0.305, 0.315)) == (Fraction(305, 1000), Fraction(315, 1000))
    assert closed_interval((None, np.float64(0.1))) == (None, Fraction(1, 10))
    assert closed_interval((float("-inf"), 1)) == (None, 1)
    assert closed_interval("<.001") == (None, Fraction(1, 1000))
    assert closed_interval(7) == (7, 7)


@pytest.mark.parametrize("value", [0.3, "none of this", (2, 1), True, None, (float("nan"), 1)])
def test_bad_intervals(value):
    with pytest.raises(RestatedError):
        closed_interval(value)


def test_a_bounded_interval_needs_both_ends():
    assert bounded_interval(".49", "kappa") == (Fraction(485, 1000), Fraction(495, 1000))
    with pytest.raises(RestatedError, match="field 'kappa': the interval has no end on one side"):
        bounded_interval("<.001", "kappa")


def test_constraints_are_described_in_words():
    assert describe("70 %") == describe(parse("70 %")) == "70 %"
    assert describe((0.25, None)) == "0.25 to unbounded"
    assert describe(7) == "exactly 7"


def test_a_proportion_is_not_taken_for_a_percentage():
    refuse_proportion("62.6", "agreement")
    refuse_proportion(".6 %", "agreement")
    refuse_proportion((0.5, 0.6), "agreement")
    with pytest.raises(RestatedError, match=r"'.62' looks like a proportion, but agreement is in percent"):
        refuse_proportion(parse(".62"), "agreement")


def test_integers_inside_an_interval():
    assert integer_range(Fraction(5, 2), Fraction(9, 2), 0, 10) == (3, 4)
    assert integer_range(None, None, 0, 10) == (0, 10)
    first, last = integer_range(Fraction(21, 10), Fraction(29, 10), 0, 10)
    assert first > last
