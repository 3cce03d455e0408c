"""Percentages, counts and sums: against brute force over whole numbers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.audit import counts
from restated.printed import parse
from tests.library.audit.honest import all_prints, modest, printed, roundings
from tests.printing import contains


def brute(percent, n):
    """Whether some count of n lies in the rounding interval."""
    return any(contains(percent, Fraction(100 * c, n)) for c in range(n + 1))


@modest
@given(st.integers(1, 300), st.data(), st.integers(0, 2), roundings)
def test_a_share_that_was_counted_and_rounded_fits(n, data, decimals, rounding):
    count = data.draw(st.integers(0, n))
    percent = printed(100 * count / n, decimals, rounding)
    assert counts.percent_of_count(percent, [n]).fits
    assert counts.percent_of_count(percent, [n], count).fits


@modest
@given(st.integers(0, 1000), st.integers(1, 60), st.integers(1, 60))
def test_fits_and_power_agree_with_brute_force(tenths, n, other):
    percent = parse(f"{tenths // 10}.{tenths % 10}")
    universe = np.arange(1001)

    def reached(base, counted):
        """Which tenths of a percent some count rounds to: within half a tenth, in whole numbers."""
        counted = np.asarray(counted)[:, None]
        return np.any(2 * np.abs(1000 * counted - universe * base) <= base, axis=0)

    for bases in ([n], [n, other]):
        found = counts.percent_of_count(percent, bases)
        ok = np.any([reached(base, range(base + 1)) for base in bases], axis=0)
        assert found.fits == ok[tenths]
        assert found.power == pytest.approx(1 - ok.mean(), abs=1e-12)
    found = counts.percent_of_count(percent, [n], n // 2)
    ok = reached(n, [n // 2])
    assert found.fits == ok[tenths]
    assert found.power == pytest.approx(1 - ok.mean(), abs=1e-12)


def test_a_share_no_count_gives_is_refused_and_the_neighbours_are_named():
    found = counts.percent_of_count(parse("58"), [41])
    assert not found.fits
    assert (found.low, found.high) == (pytest.approx(100 * 23 / 41), pytest.approx(100 * 24 / 41))
    assert "24 of 41 gives the published number if digits are cut off" in found.detail
    assert "cut off" not in counts.percent_of_count(parse("37.1"), [34]).detail


def test_a_printed_count_that_does_not_fit_is_refused():
    assert not counts.percent_of_count(parse("70"), [46], 33).fits
    assert counts.percent_of_count(parse("70"), [46], 32).fits


def test_no_power_where_every_percentage_is_possible():
    assert counts.percent_of_count(parse("49"), [1152]).power == 0


@modest
@given(st.lists(st.integers(0, 60), min_size=2, max_size=5).filter(lambda c: sum(c) > 0), st.integers(0, 1), roundings)
def test_shares_of_one_count_add_up(cells, decimals, rounding):
    n = sum(cells)
    percents = [printed(100 * c / n, decimals, rounding) for c in cells]
    assert counts.percents_total(percents, [1] * len(cells)).fits
    assert counts.percents_total(percents, [1] * len(cells), n).fits


def test_shares_power_by_brute_force():
    first, n = [parse("43"), parse("35")], 23
    for denominator in (None, n):
        found = counts.percents_total([*first, parse("22")], [1, 1, 1], denominator)
        verdicts = [counts.percents_total([*first, p], [1, 1, 1], denominator).fits for p in all_prints(0, 100, 0)]
        assert found.power == pytest.approx(1 - sum(verdicts) / len(verdicts))
    # by hand: 43 and 35 % of 23 are 10 and 8, so 5 are left, 21.7 %
    assert [i for i, ok in enumerate(verdicts) if ok] == [22]


def test_shares_that_cannot_add_up_are_refused():
    assert not counts.percents_total([parse("52"), parse("46")], [1, 1]).fits
    assert counts.percents_total([parse(".42"), parse("58")], [100, 1]).fits
    assert not counts.percents_total([parse("43"), parse("34"), parse("17"), parse("4")], [1] * 4, 23).fits


@modest
@given(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=2, max_size=3), st.integers(0, 1), roundings)
def test_subgroups_of_one_table_agree(groups, decimals, rounding):
    sizes = [n for n, _ in groups]
    cells = [round(share * n) for n, share in groups]
    parts = [printed(100 * c / n, decimals, rounding) for c, n in zip(cells, sizes, strict=True)]
    whole = printed(100 * sum(cells) / sum(sizes), decimals, rounding)
    assert counts.percents_of_subgroups(parts, sizes, whole, sum(sizes)).fits


def test_subgroups_power_by_brute_force():
    parts, sizes = [parse("70"), parse("64")], [57, 53]
    found = counts.percents_of_subgroups(parts, sizes, parse("67"), 110)
    universe = all_prints(0, 100, 0)
    possible = {
        a + b
        for a in range(58)
        for b in range(54)
        if contains(parts[0], Fraction(100 * a, 57)) and contains(parts[1], Fraction(100 * b, 53))
    }
    accepted = sum(any(contains(p, Fraction(100 * s, 110)) for s in possible) for p in universe)
    assert found.fits
    assert found.power == pytest.approx(1 - accepted / len(universe))
    assert not counts.percents_of_subgroups(parts, sizes, parse("69"), 110).fits


@modest
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0, 1), st.floats(0, 1), st.integers(0, 1), roundings)
def test_two_arms_that_exist_are_found(n1, n2, share1, share2, decimals, rounding):
    first = printed(100 * round(share1 * n1) / n1, decimals, rounding)
    second = printed(100 * round(share2 * n2) / n2, decimals, rounding)
    assert counts.percents_of_arms(first, second, n1 + n2).fits


def test_arms_power_by_brute_force():
    first, second, total = parse("64.4"), parse("48.4"), 71
    sizes = [[n for n in range(1, 142) if brute(percent, n)] for percent in (first, second)]
    ok = {a + b for a in sizes[0] for b in sizes[1]}
    ok = {t for t in ok if t <= 2 * total}
    found = counts.percents_of_arms(first, second, total)
    assert found.fits == (total in ok)
    assert found.power == pytest.approx(1 - len(ok) / (2 * total - 1))
    assert (found.high, "groups of 45 and 31" in found.detail) == (76, True)
    fewer = counts.percents_of_arms(first, second, total, 2)
    assert fewer.fits == any(2 <= t <= total for t in ok)
    assert fewer.power == pytest.approx((min(ok) - 2) / (2 * total - 1))


@modest
@given(
    st.lists(st.tuples(st.sampled_from([1, -1]), st.floats(0, 1e4)), min_size=2, max_size=4),
    st.integers(0, 2),
    roundings,
)
def test_rounded_parts_of_a_sum_fit(parts, decimals, rounding):
    whole = sum(sign * x for sign, x in parts)
    found = counts.total(
        [(sign, printed(x, decimals, rounding)) for sign, x in parts], printed(whole, decimals, rounding)
    )
    assert found.fits


def test_sum_power_by_brute_force_and_a_violation():
    parts = [(1, parse("12.9")), (-1, parse("7.0"))]
    found = counts.total(parts, parse("5.9"))
    accepted = sum(counts.total(parts, p).fits for p in all_prints(0, 11.8, 1))
    assert found.power == pytest.approx(1 - accepted / 119)
    assert accepted == 3  # 5.8, 5.9, 6.0
    exact = counts.total([(1, parse("57", exact=True)), (1, parse("53", exact=True))], parse("110", exact=True))
    assert exact.fits
    assert exact.power == pytest.approx(1 - 1 / 221)
    assert not counts.total([(1, parse("13966")), (-1, parse("1306"))], parse("12658")).fits
