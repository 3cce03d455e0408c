"""Intervals made from an estimate and its standard error are centred and imply their p; others are not."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from restated.audit import intervals
from restated.printed import parse
from tests.library.audit.honest import all_prints, modest, printed, roundings

FORWARD = {"plain": lambda x: x, "log": math.exp, "fisher-z": math.tanh}


def make(middle, se, scale, decimals, rounding, quantile):
    to = FORWARD[scale]
    return [printed(to(middle + side * quantile * se), decimals, rounding) for side in (0, -1, 1)]


scales = st.sampled_from(["plain", "log", "fisher-z"])
# Below ten degrees of freedom an interval would be printed with them: see FEWEST_DF.
dfs = st.sampled_from([None, 10, 25, 164])


@modest
@given(st.floats(-1.2, 1.2), st.floats(0.02, 0.8), scales, st.integers(1, 3), roundings, dfs)
def test_honest_intervals_are_centred(middle, se, scale, decimals, rounding, df):
    quantile = stats.norm.ppf(0.975) if df is None else stats.t(df).ppf(0.975)
    assert intervals.centred(*make(middle, se, scale, decimals, rounding, quantile), [scale]).fits


@modest
@given(
    st.floats(-1.2, 1.2), st.floats(0.02, 0.8), scales, st.integers(1, 3), roundings, dfs, st.sampled_from([85, 90, 95])
)
def test_honest_p_fits_the_interval(middle, se, scale, decimals, rounding, df, level):
    dist = stats.norm if df is None else stats.t(df)
    numbers = make(middle, se, scale, decimals, rounding, dist.ppf(0.5 + level / 200))
    p = 2 * dist.sf(abs(middle / se))
    shown = parse("< .001") if p < 0.001 else printed(p, 3, rounding)
    for known in (df, None):
        found = intervals.p_of_interval(*numbers, shown, [scale], level=level / 100, df=known)
        assert found.fits
        assert found.low <= p * (1 + 1e-9)
        assert found.high >= p * (1 - 1e-9)


@modest
@given(st.floats(-1, 1), st.floats(0.1, 0.5), st.sampled_from(["plain", "log"]), st.sampled_from([-1, 1]))
def test_an_estimate_moved_away_from_the_middle_is_refused(middle, se, scale, side):
    estimate, low, high = make(middle, se, scale, 2, "ROUND_HALF_UP", 1.96)
    assume(scale == "plain" or low.value >= 1)  # below, the digits of a ratio say too little to refuse anything
    moved = parse(str(estimate.value + side * parse("0.03").value))
    assert not intervals.centred(moved, low, high, [scale]).fits


def test_centre_known_cases():
    assert not intervals.centred(parse(".10"), parse("-0.02"), parse("0.19"), ["plain"]).fits
    # Fisher z fits, the plain scale does not: either is enough for a correlation
    derks = parse("0.359"), parse("0.283"), parse("0.431")
    assert not intervals.centred(*derks, ["plain"]).fits
    assert intervals.centred(*derks, intervals.SCALES["r"]).fits


@pytest.mark.parametrize(("scale", "numbers"), [("plain", (".39", ".32", ".47")), ("log", ("2.56", "1.24", "5.30"))])
def test_centre_power_by_brute_force(scale, numbers):
    estimate, low, high = map(parse, numbers)
    universe = all_prints(float(low.value), float(high.value), 2)
    accepted = sum(intervals.centred(p, low, high, [scale]).fits for p in universe)
    assert intervals.centred(estimate, low, high, [scale]).power == pytest.approx(1 - accepted / len(universe))


def test_p_known_case_and_power():
    numbers = [parse(x) for x in ("0.99", "-1.06", "3.03")]
    found = intervals.p_of_interval(*numbers, parse("0.34"), ["plain"], level=0.95, df=164)
    assert found.fits
    accepted = sum(
        intervals.p_of_interval(*numbers, p, ["plain"], level=0.95, df=164).fits for p in all_prints(0, 1, 2)
    )
    assert found.power == pytest.approx(1 - accepted / 101)
    assert not intervals.p_of_interval(*numbers, parse("0.041"), ["plain"], level=0.95, df=164).fits
    bound = intervals.p_of_interval(*numbers, parse("< .05"), ["plain"], level=0.95, df=164)
    assert (bound.fits, bound.power) == (False, pytest.approx(0.95))
    assert intervals.p_of_interval(*numbers, parse("> .05"), ["plain"], level=0.95, df=164).fits
