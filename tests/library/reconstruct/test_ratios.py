"""Counts behind a printed risk ratio and its interval: against metafor, against brute force, and found again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import events
from restated.reconstruct.ratios import two_arms
from tests.reference import load

modest = settings(deadline=None, derandomize=True, max_examples=40)
TRIALS = load("trials")
SEARCH, SELFHARM = TRIALS["search"], TRIALS["selfharm"]


def printed(a, n1, c, n2, digits, level=0.95):
    """Risk ratio and interval, as effect_sizes has them."""
    y, v = (x[0] for x in events.effect_sizes([a], [n1], [c], [n2], measure="RR"))
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(v)
    return [f"{np.exp(x):.{digits}f}" for x in (y, y - half, y + half)]


@pytest.mark.parametrize("case", SELFHARM, ids=lambda case: case["follow_up"])
def test_the_counts_are_those_metafor_finds_over_every_split(case):
    ratio, low, high = (f"{x:.2f}" for x in case["printed"])
    found = two_arms(SEARCH["n"], risk_ratio=ratio, ci_low=low, ci_high=high, least=SEARCH["least"])
    assert sorted(found.tables.tolist()) == sorted(case["tables"])
    # metafor's grid leaves out the pairs without any event, one a split.
    assert found.candidates == SEARCH["candidates"] + 32
    assert found.identified == (len(case["tables"]) == 1)


@modest
@given(st.integers(2, 30), st.data(), st.integers(1, 3), st.sampled_from([0.9, 0.95]))
def test_printed_counts_are_found_again_and_every_pair_found_prints_the_same(n, data, digits, level):
    n1 = data.draw(st.integers(1, n - 1))
    a, c = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n - n1))
    assume(a + c > 0)
    ratio, low, high = printed(a, n1, c, n - n1, digits, level)
    found = two_arms(n, risk_ratio=ratio, ci_low=low, ci_high=high, level=level)
    assert [a, n1, c, n - n1] in found.tables.tolist() and (n1, n - n1) in found.splits
    room = 0.5001 * 10.0**-digits
    for table in found.tables:
        again = printed(*table, 12, level)
        assert all(abs(float(x) - float(y)) <= room for x, y in zip(again, (ratio, low, high), strict=True))


def test_no_pair_is_left_out_and_small_arms_only_on_request():
    n, wide = 9, (0, None)
    everything = two_arms(n, risk_ratio=wide, ci_low=wide, ci_high=wide)
    # All pairs but the eight without any event.
    assert len(everything) == everything.candidates - (n - 1)
    few = two_arms(n, risk_ratio=wide, ci_low=wide, ci_high=wide, least=4)
    assert few.splits == {(4, 5), (5, 4)}


def test_messages():
    asked = {"ci_low": "0.10", "ci_high": "0.68"}
    assert two_arms(41, risk_ratio="0.27", **asked).message == (
        "one count pair fits n = 41, risk_ratio 0.27, ci_low 0.10, ci_high 0.68"
    )
    none = two_arms(41, risk_ratio="0.68", **asked)
    assert none.empty and none.message.startswith("no count pair fits") and none.splits == set()


@pytest.mark.parametrize(
    ("n", "more", "message"),
    [
        (41.0, {}, "the size 41.0"),
        (41, {"least": 0}, "the size 0"),
        (41, {"least": 21}, "the size 41 is not a whole number of at least 42"),
        (41, {"level": 1}, "level"),
        (41, {"ci_high": 0.5}, "digits published"),
        (2000, {}, "pairs of counts to examine"),
    ],
)
def test_bad_input_is_named(n, more, message):
    with pytest.raises(RestatedError, match=message):
        two_arms(n, **{"risk_ratio": "0.27", "ci_low": "0.10", "ci_high": "0.68"} | more)
