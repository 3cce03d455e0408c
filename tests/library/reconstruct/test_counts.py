"""Counts behind printed percentages, against brute force."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct.counts import counts

modest = settings(deadline=None, derandomize=True, max_examples=60)


@modest
@given(st.integers(0, 1000), st.integers(0, 2), st.integers(1, 60), st.integers(0, 6))
def test_all_counts_and_only_those(digits, decimals, smallest, more):
    text = str(min(Decimal(digits).scaleb(-decimals), Decimal(100)))
    denominators = range(smallest, smallest + more + 1)
    printed = parse(text)
    expected = [
        [count, n]
        for n in denominators
        for count in range(n + 1)
        if Fraction(printed.low) <= Fraction(100 * count, n) <= Fraction(printed.high)
    ]
    found = counts(text, denominators)
    assert found.pairs.tolist() == expected
    assert found.empty == (not expected)


@modest
@given(st.integers(1, 400), st.data(), st.integers(0, 2))
def test_a_printed_count_is_found_again(n, data, decimals):
    count = data.draw(st.integers(0, n))
    assert count in counts(f"{100 * count / n:.{decimals}f}", n).counts


def test_a_tie_is_compatible_with_both_neighbours():
    for text in ("12", "13"):
        assert counts(text, 8).counts.tolist() == [1]


def test_messages():
    assert counts("70", 46).message == "70 % of n = 46 is 32 of 46, the only count that fits"
    assert counts("67%", 7).message == "no integer count fits 67 % of n = 7"
    assert counts("47", 320).message == "47 % of n = 320 fits 4 counts, from 149 to 152"
    assert counts("67", range(4, 6)).message == "no integer count fits 67 % of any n tried (2 values, 4 to 5)"


@pytest.mark.parametrize("n", [0, -3, 2.0, [], "46", [10, 0], True])
def test_bad_denominators(n):
    with pytest.raises(RestatedError, match="denominator"):
        counts("50", n)
