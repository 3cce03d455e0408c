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

from .honest import all_prints, modest, printed, roundings

P = {
    "z": lambda x, df: 2 * stats.norm.sf(abs(x)),
    "t": lambda x, df: 2 * stats.t.sf(abs(x), *df),
    "chi2": lambda x, df: stats.chi2.sf(x, *df),
    "Q": lambda x, df: stats.chi2.sf(x, *df),
    "F": lambda x, df: stats.f.sf(x, *df),
}
DF = {"z": (), "t": (40,), "chi2": (3,), "Q": (33,), "F": (2, 57)}


@modest
@given(st.sampled_from(sorted(P)), st.floats(0, 40), st.booleans(), st.integers(1, 3), roundings)
def test_honest_p_fits_its_statistic(kind, x, negative, decimals, rounding):
    x = -x if negative and kind in ("z", "t") else x
    p = P[kind](x, DF[kind])
    shown = parse("< .001") if p < 0.001 else printed(p, 3, rounding)
    found = statistics.statistic_against_p(kind, printed(x, decimals, rounding), DF[kind], shown)
    assert found.fits
    assert found.low <= p * (1 + 1e-9)
    assert found.high >= p * (1 - 1e-9)


def test_p_agrees_with_tests_on_data():
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(0, 1, 30), rng.normal(0.5, 1, 25), rng.normal(0.2, 1, 20)
    t = stats.ttest_ind(a, b)
    assert statistics.p_of_statistic("t", (t.statistic,) * 2, [53])[0] == pytest.approx(t.pvalue)
    f = stats.f_oneway(a, b, c)
    assert statistics.p_of_statistic("F", (f.statistic,) * 2, [2, 72])[0] == pytest.approx(f.pvalue)
    chi2 = stats.chi2_contingency([[20, 10], [12, 18]], correction=False)
    assert statistics.p_of_statistic("chi2", (chi2.statistic,) * 2, [chi2.dof])[0] == pytest.approx(
        chi2.pvalue
    )


def test_a_p_on_the_other_side_of_the_statistic_is_refused():
    found = statistics.statistic_against_p("chi2", parse("3.78"), [1], parse("<.05"))
    assert not found.fits
    assert found.low > 0.05
    assert "one-sided" in found.detail
    assert "different sides of .05" in found.detail
    assert not statistics.statistic_against_p("z", parse("1.00"), [], parse(".03")).fits


def test_p_power_by_brute_force():
    found = statistics.statistic_against_p("Q", parse("0.75"), [1], parse(".39"))
    accepted = sum(
        statistics.statistic_against_p("Q", parse("0.75"), [1], p).fits for p in all_prints(0, 1, 2)
    )
    assert found.power == pytest.approx(1 - accepted / 101)
    # a bound: share of evenly spread p values that the print excludes
    grid = np.linspace(0, 1, 100_001)
    assert statistics.statistic_against_p("z", parse("3.9"), [], parse("<.05")).power == pytest.approx(
        np.mean(grid > 0.05), abs=1e-4
    )
    assert statistics.statistic_against_p("z", parse("0.9"), [], parse("> .05")).power == pytest.approx(
        np.mean(grid < 0.05), abs=1e-4
    )


@pytest.mark.parametrize(("kind", "df"), [("chi2", []), ("F", [3]), ("z", [3]), ("t", [0]), ("W", [1])])
def test_unfit_degrees_of_freedom_are_refused(kind, df):
    with pytest.raises(RestatedError):
        statistics.p_of_statistic(kind, (1.0, 1.0), df)


def test_degrees_of_freedom_in_words():
    assert statistics.parse_df("chi-square, df = 9") == (9,)
    assert statistics.parse_df("F, df = 2, 57") == (2, 57)
    assert statistics.parse_df("chi-square") == ()


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
