"""p from test statistics against scipy's own tests and honest prints; I² from Q."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from restated.audit import statistics
from restated.errors import RestatedError
from restated.printed import parse
from tests.library.audit.honest import all_prints, modest, printed, roundings

P = {
    "z": lambda x, df: 2 * stats.norm.sf(abs(x)),
    "t": lambda x, df: 2 * stats.t.sf(abs(x), *df),
    "chi2": lambda x, df: stats.chi2.sf(x, *df),
    "Q": lambda x, df: stats.chi2.sf(x, *df),
    "F": lambda x, df: stats.f.sf(x, *df),
    "r": lambda x, df: (
        2 * stats.beta.sf(abs(x), df[0] / 2, df[0] / 2, loc=-1, scale=2)
    ),  # its own distribution, without t
}
DF = {"z": (), "t": (40,), "chi2": (3,), "Q": (33,), "F": (2, 57), "r": (48,)}


@modest
@given(st.sampled_from(sorted(P)), st.floats(0, 40), st.booleans(), st.integers(1, 3), roundings)
def test_honest_p_fits_its_statistic(kind, x, negative, decimals, rounding):
    x = x / 50 if kind == "r" else x
    x = -x if negative and kind in ("z", "t", "r") else x
    p = P[kind](x, DF[kind])
    shown = parse("< .001") if p < 0.001 else printed(p, 3, rounding)
    found = statistics.statistic_against_p(kind, printed(x, decimals, rounding), DF[kind], shown)
    assert found.fits
    assert found.low <= p * (1 + 1e-9)
    assert found.high >= p * (1 - 1e-9)


def test_a_p_on_the_other_side_of_the_statistic_is_refused():
    found = statistics.statistic_against_p("chi2", parse("3.78"), [1], parse("<.05"))
    assert not found.fits
    assert found.low > 0.05
    assert "one-sided" in found.detail
    assert "different sides of .05" in found.detail
    assert not statistics.statistic_against_p("z", parse("1.00"), [], parse(".03")).fits


def test_digits_of_p_cut_off_are_mentioned():
    # z = 2.00 gives p = .0455, which rounds to .05 and begins with .04
    found = statistics.statistic_against_p("z", parse("2.000"), [], parse(".04"))
    assert not found.fits
    assert "cut off" in found.detail
    assert "cut off" not in statistics.statistic_against_p("z", parse("1.00"), [], parse(".04")).detail


def test_p_power_by_brute_force():
    found = statistics.statistic_against_p("Q", parse("0.75"), [1], parse(".39"))
    accepted = sum(statistics.statistic_against_p("Q", parse("0.75"), [1], p).fits for p in all_prints(0, 1, 2))
    assert found.power == pytest.approx(1 - accepted / 101)
    # a bound: share of evenly spread p values that the print excludes
    grid = np.linspace(0, 1, 100_001)
    assert statistics.statistic_against_p("z", parse("3.9"), [], parse("<.05")).power == pytest.approx(
        np.mean(grid > 0.05), abs=1e-4
    )
    assert statistics.statistic_against_p("z", parse("0.9"), [], parse("> .05")).power == pytest.approx(
        np.mean(grid < 0.05), abs=1e-4
    )


@pytest.mark.parametrize(
    ("text", "count", "df"),
    [
        ("chi-square, df = 9", 1, (9,)),
        ("\u03c7\u00b2(9, N = 120)", 1, (9,)),
        ("F, df = 2, 57", 2, (2, 57)),
        ("F(2,57)", 2, (2, 57)),
        ("F, df1 = 2, df2 = 57", 2, (2, 57)),
        ("F, df = 1,92, 57,3", 2, (1.92, 57.3)),
        ("F (1,92; 57,3)", 2, (1.92, 57.3)),
        ("t, df = 34,5", 1, (34.5,)),
        ("t, D.F. = 1\u2009250", 1, (1250,)),
        ("t, df = 28 (Welch)", 1, (28,)),
        ("chi-square", 1, ()),
        ("t, df = n - 2", 1, ()),
        ("F, df = 57", 2, ()),
        ("correlation (adjusted)", 1, ()),
        ("z, df = 3", 0, ()),
    ],
)
def test_degrees_of_freedom_in_words(text, count, df):
    assert statistics.parse_df(text, count) == df


@pytest.mark.parametrize(
    ("text", "count", "message"),
    [
        ("t, df = 1,234", 1, r"1\.234 or 1234"),
        ("t, df = 0", 1, "does not give 1 degree of"),
        ("t, df = \u22123", 1, "does not give 1 degree of"),
        ("t(2, 57)", 1, "does not give 1 degree of"),
        ("F, df = 1,92,57,3", 2, "does not give 2 degrees of"),
    ],
)
def test_degrees_of_freedom_that_cannot_be_read_are_refused(text, count, message):
    with pytest.raises(RestatedError, match=message):
        statistics.parse_df(text, count)


def test_one_study_has_no_i2():
    with pytest.raises(RestatedError, match="fewer than two studies"):
        statistics.i2_of_q(parse("3.1"), 0, parse("0"))


@modest
@given(st.floats(0, 200), st.integers(1, 80), st.integers(0, 2), st.integers(0, 1), roundings)
def test_honest_i2_fits(q, df, q_decimals, decimals, rounding):
    i2 = 100 * max(0.0, (q - df) / q) if q > 0 else 0.0
    assert statistics.i2_of_q(printed(q, q_decimals, rounding), df, printed(i2, decimals, rounding)).fits


def test_i2_power_by_brute_force_and_a_violation():
    found = statistics.i2_of_q(parse("99.66"), 33, parse("66.9"))
    assert found.fits
    accepted = sum(statistics.i2_of_q(parse("99.66"), 33, p).fits for p in all_prints(0, 100, 1))
    assert found.power == pytest.approx(1 - accepted / 1001)
    assert not statistics.i2_of_q(parse("99.66"), 33, parse("76.9")).fits


@pytest.mark.parametrize(
    ("kind", "statistic", "df", "low", "high"),
    [
        ("z", "< 1.96", (), 0.0499, 1),  # |z| < 1.96
        ("t", "< 2", (40,), 0.0523, 1),
        ("z", "> 1.96", (), 0, 0.05),
        ("z", "> -1.96", (), 0, 1),
        ("z", "< -1.96", (), 0, 0.05),
        ("z", "1.0 to 2.0", (), 0.0404, 0.3421),
        ("z", "-1.0 to 2.0", (), 0.0404, 1),
        ("chi2", "< 3.84", (1,), 0.05, 1),
        ("F", "< 1", (2, 57), 0.374, 1),
        ("Q", "> 50", (33,), 0, 0.0295),
    ],
)
def test_a_bound_allows_the_p_of_all_values_it_stands_for(kind, statistic, df, low, high):
    found = statistics.statistic_against_p(kind, parse(statistic), df, parse(".99"))
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@modest
@given(st.floats(-6, 6), st.sampled_from(["<", ">"]), st.floats(0.1, 5))
def test_an_honest_p_fits_the_bound_of_its_statistic(z, sign, bound):
    bound = round(bound, 2)
    p = printed(2 * stats.norm.sf(abs(z)), 4)
    if (abs(z) < bound) if sign == "<" else (abs(z) > bound):
        assert statistics.statistic_against_p("z", parse(f"{sign} {bound}"), (), p).fits


def test_a_bound_and_p_on_different_sides():
    found = statistics.statistic_against_p("z", parse("< 1.96"), (), parse(".02"))
    assert not found.fits and "different sides" not in found.detail and "p = 0.05 to 1" in found.detail
    assert statistics.statistic_against_p("z", parse("< 1.96"), (), parse(".20")).fits
    assert not statistics.statistic_against_p("z", parse("> 1.96"), (), parse(".20")).fits
    assert statistics.statistic_against_p("z", parse("3.29"), (), parse("0,001")).fits


@pytest.mark.parametrize(("q", "i2", "fits"), [("> 50", "90.0", True), ("> 50", "12.0", False), ("< 50", "12.0", True)])
def test_i2_of_a_bound_on_q(q, i2, fits):
    assert statistics.i2_of_q(parse(q), 33, parse(i2)).fits == fits
