"""p from statistic and back, against scipy's own tests, a fine grid, and honest prints."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct.pvalues import DEGREES, SIGNED, p_of_statistic, statistic_of_p
from tests.printing import contains

modest = settings(deadline=None, derandomize=True, max_examples=60)
DF = {"z": (), "t": (40,), "chi2": (3,), "Q": (33,), "F": (2, 57), "r": (48,)}
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
#: Inverting a distribution function and applying it again loses a few digits of double precision.
INVERTED = 1e-9


def test_every_kind_is_tried():
    assert set(DF) == set(P) == set(DEGREES)


def test_p_agrees_with_tests_on_data():
    rng = np.random.default_rng(1)
    a, b, c = rng.normal(0, 1, 30), rng.normal(0.5, 1, 25), rng.normal(0.2, 1, 20)
    t = stats.ttest_ind(a, b)
    assert p_of_statistic("t", (t.statistic,) * 2, [53])[0] == pytest.approx(t.pvalue)
    assert abs(t.statistic) == pytest.approx(statistic_of_p("t", (t.pvalue,) * 2, [53])[0])
    f = stats.f_oneway(a, b, c)
    r = stats.pearsonr(a[:25], b)
    assert p_of_statistic("r", (r.statistic,) * 2, [23])[0] == pytest.approx(r.pvalue)
    assert p_of_statistic("F", (f.statistic,) * 2, [2, 72])[0] == pytest.approx(f.pvalue)
    chi2 = stats.chi2_contingency([[20, 10], [12, 18]], correction=False)
    assert p_of_statistic("chi2", (chi2.statistic,) * 2, [chi2.dof])[0] == pytest.approx(chi2.pvalue)


@modest
@given(st.sampled_from(sorted(DEGREES)), st.floats(0.001, 6), st.integers(2, 4))
def test_the_statistic_is_found_again_from_its_printed_p(kind, x, decimals):
    x = x / 7 if kind == "r" else x
    p = P[kind](x, DF[kind])
    low, high = statistic_of_p(kind, f"{p:.{decimals}f}", DF[kind])
    assert low <= x * (1 + INVERTED) and x <= high * (1 + INVERTED)


@pytest.mark.parametrize("kind", sorted(DEGREES))
@pytest.mark.parametrize("p", [".04", ".39", "< .001", "> .05"])
def test_everything_between_the_ends_prints_so_and_nothing_beyond(kind, p):
    low, high = statistic_of_p(kind, p, DF[kind])
    printed = parse(p)
    top = low + 60 if np.isinf(high) else high
    for x in np.linspace(low * (1 + INVERTED), top * (1 - INVERTED), 50):
        assert contains(printed, P[kind](x, DF[kind]))
    for x in ([low * 0.99] if low > 0 else []) + ([] if high in (1, np.inf) else [high * 1.01]):
        assert not contains(printed, P[kind](x, DF[kind]))


@pytest.mark.parametrize("kind", sorted(DEGREES))
def test_a_p_that_may_be_zero_or_one_leaves_the_ends_open(kind):
    assert statistic_of_p(kind, ".000", DF[kind])[1] == (1 if kind == "r" else np.inf)
    assert statistic_of_p(kind, "1.00", DF[kind])[0] == pytest.approx(0, abs=INVERTED)


def test_digits_cut_off_leave_another_interval():
    rounded, cut = statistic_of_p("z", ".04"), statistic_of_p("z", parse(".04").cut_off())
    assert rounded == pytest.approx((stats.norm.isf(0.0225), stats.norm.isf(0.0175)))
    assert cut == pytest.approx((stats.norm.isf(0.025), stats.norm.isf(0.02)))


def test_the_sign_of_a_two_sided_statistic_does_not_matter():
    for kind in SIGNED:
        assert p_of_statistic(kind, "-0.30", DF[kind]) == p_of_statistic(kind, "0.30", DF[kind])
        assert p_of_statistic(kind, (-0.2, 0.5), DF[kind])[1] == 1


@pytest.mark.parametrize(
    ("kind", "df"), [("chi2", []), ("F", [3]), ("z", [3]), ("t", [0]), ("t", [np.inf]), ("W", [1])]
)
def test_unfit_degrees_of_freedom_are_refused(kind, df):
    with pytest.raises(RestatedError):
        p_of_statistic(kind, (1.0, 1.0), df)
    with pytest.raises(RestatedError):
        statistic_of_p(kind, ".05", df)


@pytest.mark.parametrize("p", ["1.2", (1.1, 1.3), (-0.4, -0.2)])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(RestatedError, match="not a probability"):
        statistic_of_p("z", p)
