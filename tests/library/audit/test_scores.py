"""GRIM and the largest SD: honest samples always pass, impossible ones do not, power is what brute force
counts."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restated.audit import scores
from restated.errors import RestatedError
from restated.printed import parse
from tests.library.audit.honest import all_prints, modest, printed, roundings


@modest
@given(st.lists(st.integers(1, 7), min_size=1, max_size=80), st.integers(0, 3), roundings)
def test_means_of_whole_numbers_pass_grim(sample, decimals, rounding):
    mean = printed(sum(sample) / len(sample), decimals, rounding)
    assert scores.grim(mean, [len(sample)]).fits


@modest
@given(st.integers(1, 60), st.integers(1, 4), st.integers(100, 500))
def test_grim_agrees_with_brute_force(n, items, hundredths):
    mean = parse(f"{hundredths // 100}.{hundredths % 100:02d}")
    found = scores.grim(mean, [n], items)
    sums = np.arange(0, 6 * n * items)

    def possible(p):
        return bool(np.any((sums / (n * items) >= float(p.low) - 1e-9) & (sums / (n * items) <= float(p.high) + 1e-9)))

    assert found.fits == possible(mean)
    universe = all_prints(0, 0.99, 2)
    assert found.power == pytest.approx(1 - sum(possible(p) for p in universe) / len(universe))


def test_grim_known_cases():
    # the example of the method's authors: 28 whole numbers cannot average 5.19
    assert not scores.grim(parse("5.19"), [28]).fits
    assert scores.grim(parse("5.18"), [28]).fits
    assert scores.grim(parse("5.19"), [28, 26]).fits
    assert scores.grim(parse("17.0"), [22]).power == 0


@modest
@given(st.lists(st.floats(0, 4), min_size=2, max_size=40), st.integers(0, 3), roundings)
def test_sds_of_samples_on_the_scale_pass(sample, decimals, rounding):
    mean, sd = np.mean(sample), np.std(sample, ddof=1)
    found = scores.sd_bound(printed(mean, decimals, rounding), printed(sd, decimals, rounding), [len(sample)], 0, 4)
    assert found.fits


def test_the_bound_is_reached_and_no_more():
    sample = [1, 1, 1, 5, 5]
    sd = np.std(sample, ddof=1)
    found = scores.sd_bound(parse("2.600"), printed(sd, 3), [5], 1, 5)
    assert found.fits
    assert found.high == pytest.approx(sd, abs=1e-3)
    assert not scores.sd_bound(parse("2.600"), printed(sd + 0.01, 3), [5], 1, 5).fits
    assert not scores.sd_bound(parse("5.6"), parse("0.1"), [5], 1, 5).fits


def test_sd_power_by_brute_force():
    mean, n = parse("1.28"), 71
    found = scores.sd_bound(mean, parse("0.13"), [n], 0, 4)
    widest = np.sqrt(n / (n - 1)) * 2
    universe = all_prints(0, float(np.floor(widest * 100) / 100), 2)
    accepted = sum(scores.sd_bound(mean, p, [n], 0, 4).fits for p in universe)
    assert found.power == pytest.approx(1 - accepted / len(universe))
    assert 0 < found.power < 0.1


@pytest.mark.parametrize(
    "call",
    [
        lambda mean, sd: scores.sd_bound(mean, sd, [1], 1, 5),
        lambda mean, sd: scores.grimmer(mean, sd, [1]),
        lambda mean, sd: scores.debit(mean, sd, [1]),
        lambda mean, sd: scores.debit(mean, sd, []),
    ],
)
def test_one_case_has_no_sd(call):
    with pytest.raises(RestatedError, match="at least two cases"):
        call(parse("2.0"), parse("1.0"))


@modest
@given(st.lists(st.integers(-2, 7), min_size=2, max_size=60), st.integers(1, 3), st.integers(1, 3), roundings)
def test_means_and_sds_of_whole_numbers_pass_grimmer(sample, items, decimals, rounding):
    mean = printed(np.mean(sample) / items, decimals, rounding)
    sd = printed(np.std(sample, ddof=1) / items, decimals, rounding)
    for scale in (None, (-2 / items, 7 / items)):
        found = scores.grimmer(mean, sd, [len(sample)], items, scale)
        assert found.fits
        assert not found.low > float(sd.high) and not found.high < float(sd.low)


@modest
@given(st.integers(2, 6), st.integers(0, 500), st.integers(0, 300))
def test_grimmer_refuses_no_sample_there_is(n, mean, sd):
    """What it refuses on the scale 0 to 5, no multiset of whole scores has."""
    mean, sd = parse(f"{mean / 100:.2f}"), parse(f"{sd / 100:.2f}")
    samples = np.array(list(combinations_with_replacement(range(6), n)))

    def printed_so(values, print_):
        return (values >= float(print_.low) - 1e-9) & (values <= float(print_.high) + 1e-9)

    there_is = (printed_so(samples.mean(axis=1), mean) & printed_so(samples.std(axis=1, ddof=1), sd)).any()
    assert scores.grimmer(mean, sd, [n], 1, (0, 5)).fits >= there_is
    assert scores.grimmer(mean, sd, [n]).fits >= there_is


@pytest.mark.parametrize(
    ("mean", "sd", "n", "fits"),
    [("3.44", "2.47", 18, False), ("5.18", "1.57", 28, False), ("2.7", "1.2", 30, True), ("5.19", "1.57", 28, False)],
)
def test_grimmer_known_cases(mean, sd, n, fits):
    # the first is Allard's example, and "scrutiny" of R agrees with all
    found = scores.grimmer(parse(mean), parse(sd), [n])
    assert found.fits == fits
    universe = all_prints(0, 2 * float(parse(sd).high), len(sd.partition(".")[2]))
    accepted = sum(scores.grimmer(parse(mean), p, [n]).fits for p in universe)
    assert found.power == pytest.approx(1 - accepted / len(universe))


def test_a_scale_narrows_grimmer():
    mean, sd = parse("1.50"), parse("2.19")
    assert scores.grimmer(mean, sd, [20]).fits
    assert not scores.grimmer(mean, sd, [20], 1, (1, 5)).fits


@modest
@given(st.integers(0, 80), st.integers(0, 80), st.integers(1, 3), roundings)
def test_shares_pass_debit(ones, zeros, decimals, rounding):
    sample = [1] * ones + [0] * (zeros + 2)
    mean, sd = printed(np.mean(sample), decimals, rounding), printed(np.std(sample, ddof=1), decimals, rounding)
    assert scores.debit(mean, sd, [len(sample)]).fits


# the examples of the method's authors, in "scrutiny" of R
@pytest.mark.parametrize(
    ("mean", "sd", "n", "fits"),
    [
        ("0.36", "0.11", 20, False),
        ("0.53", "0.50", 1683, True),
        ("0.19", "0.35", 1683, False),
        ("1.2", "0.1", 9, False),
        ("36 %", "48 %", 50, True),
        ("36%", "48.5", 50, True),
        ("36 per cent", ".48", 50, True),
        ("36 %", "11 %", 20, False),
        ("136 %", "11 %", 20, False),
    ],
)
def test_debit_known_cases(mean, sd, n, fits):
    assert scores.debit(parse(mean), parse(sd), [n]).fits == fits


@pytest.mark.parametrize("sizes", [[], [0], [28.0], ["28"], [True]])
@pytest.mark.parametrize(
    "check",
    [scores.grim, lambda m, n: scores.grimmer(m, parse("1.6"), n), lambda m, n: scores.debit(m, parse(".5"), n)],
)
def test_sizes_that_are_no_counts_are_refused(check, sizes):
    with pytest.raises(RestatedError, match="needs at least"):
        check(parse(".50"), sizes)


def test_a_negative_sd_is_refused():
    with pytest.raises(RestatedError, match="not negative"):
        scores.grimmer(parse("2.5"), parse("-1"), [10])
