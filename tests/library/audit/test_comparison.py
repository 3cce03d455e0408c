"""The share of possible prints that a check rejects."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from restated.audit.comparison import SLACK, share_refused
from restated.printed import parse

HALF = Fraction(1, 200)


def refused(start: float, end: float) -> float:
    """Prints of two decimals from -1 to 1 whose intervals do not touch [start, end], tried one by one in fractions."""
    prints = [Fraction(i, 100) for i in range(-100, 101)]
    reach = HALF + Fraction(SLACK)
    return sum(not Fraction(start) - reach <= x <= Fraction(end) + reach for x in prints) / len(prints)


@pytest.mark.parametrize("ulps", [-1, 0, 1])
@pytest.mark.parametrize("side", [-1, 1])
def test_next_to_the_end_of_a_rounding_interval_prints_are_counted_exactly(side, ulps):
    """In floats alone, some of these ends fall on the wrong side."""
    for i in range(-100, 101):
        end = float(Fraction(i, 100) + side * (HALF + Fraction(SLACK)))
        for _ in range(abs(ulps)):
            end = math.nextafter(end, math.copysign(math.inf, ulps))
        ends = (end, 2.0) if side > 0 else (-2.0, end)
        assert share_refused(parse(".49"), -1, 1, [ends]) == pytest.approx(refused(*ends), abs=1e-12), end


def test_a_print_is_accepted_up_to_the_slack_and_no_further():
    end = float(Fraction(-1) + HALF)
    assert share_refused(parse(".49"), 0, 1, [(-1.0, -float(HALF))]) == pytest.approx(1 - 1 / 101)
    assert share_refused(parse(".49"), 0, 1, [(-1.0, end)]) == 1.0
    assert share_refused(parse(".49"), 0, 1, [(-1.0, -float(HALF) - 2 * SLACK)]) == 1.0
