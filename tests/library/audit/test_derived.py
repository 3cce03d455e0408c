"""Numbers that follow from others: against values of other software, and never refused where they were computed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.audit import derived
from restated.errors import RestatedError
from restated.estimate import meta
from restated.printed import parse


def numbers(*texts):
    return [parse(text, exact=text.replace(" ", "").isdigit()) for text in texts]


@pytest.mark.parametrize(
    ("name", "parts", "fitting", "other"),
    [
        ("same", ("31.8",), "31.8", "32.1"),
        ("ratio", ("684346", "30"), "22811.5", "22911"),
        ("product", (".26", ".34"), ".09", ".10"),
        ("average-change", ("684 346", "41 424", "30"), "21431", "21430"),
        # metafor::escalc("SMD") gives -0.3926 with these rounded numbers.
        ("means-d", ("17", "9.1", "20.7", "9.1", "13", "11"), "-0.3926", "-0.50"),
        # t.test of summary data, BSDA::tsum.test: 0.8792 (Student), 21 and 19 cases.
        ("means-t", ("1.73", "1.2", "2.04", "1.04", "21", "19"), "0.88", "1.2"),
        # compute.es::propes and effectsize::oddsratio_to_d (Cox: ln OR / 1.65).
        ("percents-d", ("64.4", "48.4"), "0.39", "0.5"),
        ("counts-logrr", ("2", "71", "16", "63"), "-2.199", "-2.1"),
        ("counts-logrr-se", ("2", "71", "16", "63"), "0.730", "0.74"),
        ("counts-logrr", ("0", "24", "3", "22"), "-2.03", "-1.5"),
        # As the data set of Cuijpers et al. lists it.
        ("counts-logrr-half", ("1", "71", "8", "63"), "-1.8533", "-2.199"),
        ("share", ("17044", "31130"), "54.8", "54.7"),
        ("difference-ratio", ("106038", "91368", "1.96", "1.83"), "107000", "104000"),
        ("r2", ("0.07745967",), ".006", ".007"),
        ("sd-se", ("17820.38", "192"), "1286.07", "1286.09"),
    ],
)
def test_a_number_that_follows_fits_and_another_does_not(name, parts, fitting, other):
    assert derived.follows(name, numbers(*parts), parse(fitting)).fits
    found = derived.follows(name, numbers(*parts), parse(other))
    assert not found.fits and 0 < found.power <= 1


def test_signs_are_ignored_where_sources_differ_in_them():
    parts = numbers("17", "9.1", "20.7", "9.1", "13", "11")
    assert derived.follows("means-d", parts, parse("0.39")).fits
    assert not derived.follows("ratio", numbers("10", "2"), parse("-5")).fits


def test_a_formula_refuses_what_it_cannot_compute():
    with pytest.raises(RestatedError, match="'ratio' needs 2 numbers, not 1"):
        derived.follows("ratio", numbers("1"), parse("1"))
    with pytest.raises(RestatedError, match="no value for these numbers"):
        derived.follows("difference-ratio", numbers("9", "5", "1.9", "1.9"), parse("10"))
    with pytest.raises(RestatedError, match="no value for these numbers"):
        derived.follows("ratio", [parse("1", exact=True), parse("0", exact=True)], parse("1"))


@given(
    st.floats(-50, 50),
    st.floats(0.5, 20),
    st.floats(-50, 50),
    st.floats(0.5, 20),
    st.integers(5, 60),
    st.integers(5, 60),
)
def test_what_was_computed_before_rounding_always_fits(m1, sd1, m2, sd2, n1, n2):
    parts = numbers(*(f"{x:.1f}" for x in (m1, sd1, m2, sd2))) + [parse(str(n), exact=True) for n in (n1, n2)]
    pooled = math.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))
    assert derived.follows("means-d", parts, parse(f"{(m1 - m2) / pooled:.2f}")).fits
    t = (m1 - m2) / (pooled * math.sqrt(1 / n1 + 1 / n2))
    assert derived.follows("means-t", parts, parse(f"{t:.2f}")).fits
    assert derived.follows("means-t-any", parts[:4], parse(f"{t:.2f}")).fits


def test_p_of_a_difference_depends_on_how_cases_are_split():
    # t = .39 √(35.5² / 71) = 1.643 on 69 df: p = .1049 with equal groups.
    equal = derived.p_of_difference(parse("0.39"), parse(".105"), 71, (36, 35))
    assert equal.fits and not derived.p_of_difference(parse("0.39"), parse(".15"), 71, (36, 35)).fits
    assert derived.p_of_difference(parse("0.39"), parse(".15"), 71).fits
    assert not derived.p_of_difference(parse("0.39"), parse(".28"), 71).fits
    assert derived.p_of_difference(parse("0.0"), parse("1.00"), 40).fits


def test_p_of_counts_is_that_of_a_test_and_not_between_two():
    # fisher.test: .0485; chisq.test: .0175 and .0574.
    for p in (".0485", ".018", ".057", "<.05"):
        assert derived.p_of_counts([0, 22, 5, 22], parse(p)).fits
    assert not derived.p_of_counts([0, 22, 5, 22], parse(".035")).fits
    assert derived.p_of_counts([0, 22, 0, 22], parse("1.0")).fits


def test_p_of_counts_may_be_that_of_fewer_cases():
    # fisher.test: .0485 with 0 of 22, .0492 with 0 of 20.
    assert not derived.p_of_counts([0, 22, 5, 22], parse(".049")).fits
    found = derived.p_of_counts([0, 20, 5, 22], parse(".049"), [(0, 21, 5, 22), (0, 22, 5, 22)])
    assert found.fits and found.detail == "Fisher's test of 0 of 20 and 5 of 22 gives p = 0.04918"
    assert 0.98 < found.power < derived.p_of_counts([0, 20, 5, 22], parse(".049")).power


def test_agreement_and_kappa_of_one_table():
    # 20, 6, 8, 16 of 50: agreement 72 %, kappa .4359.
    assert derived.kappa_of_agreement(parse("72"), parse(".44"), 50).fits
    found = derived.kappa_of_agreement(parse("72"), parse(".60"), 50)
    assert not found.fits and 0.4 < found.power < 1
    nothing = derived.kappa_of_agreement(parse("33.3"), parse(".2"), 5)
    assert not nothing.fits and nothing.power == 1


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40), st.integers(1, 40))
def test_agreement_and_kappa_computed_from_a_table_fit(a, b, c, d):
    n = a + b + c + d
    chance = ((a + b) * (a + c) + (c + d) * (b + d)) / n**2
    kappa = ((a + d) / n - chance) / (1 - chance) if chance < 1 else 0
    if chance < 1:
        percent = f"{100 * (a + d) / n:.1f}"
        assert derived.kappa_of_agreement(parse(percent), parse(f"{kappa:.2f}"), n).fits


@settings(deadline=None)
@given(st.integers(2, 4).flatmap(lambda k: st.lists(st.integers(0, 30), min_size=k * k, max_size=k * k)))
def test_kappa_of_any_table_is_within_its_limits(cells):
    size = math.isqrt(len(cells))
    table = np.array(cells, dtype=float).reshape(size, size) + np.eye(size) * (sum(cells) + 1)
    table /= table.sum()
    chance = table.sum(axis=0) @ table.sum(axis=1)
    kappa = (np.trace(table) - chance) / (1 - chance)
    percent = parse(f"{100 * np.trace(table):.1f}")
    assert derived.kappa_of_agreement(percent, parse(f"{kappa:.2f}"), categories=size).fits


def test_the_limits_of_kappa_are_reached_and_others_refused():
    # Four categories, a = .8: two of them with .15 on the diagonal, two with .25; .2 from the first to the second.
    table = np.diag([0.15, 0.15, 0.25, 0.25])
    table[0, 1] = 0.2
    chance = table.sum(axis=0) @ table.sum(axis=1)
    high = (0.8 - chance) / (1 - chance)
    found = derived.kappa_of_agreement(parse("80.0000"), parse(f"{high:.4f}"), categories=4)
    assert found.fits and found.high == pytest.approx(high, abs=1e-5) and 0.4 < found.power < 0.6
    # Two categories, all disagreements spread evenly, one category nearly empty.
    assert derived.kappa_of_agreement(parse("80.0000"), parse(f"{-0.2 / 1.8:.4f}"), categories=4).fits
    assert not derived.kappa_of_agreement(parse("80"), parse(".76"), categories=4).fits
    assert not derived.kappa_of_agreement(parse("80"), parse(".66")).fits
    with pytest.raises(RestatedError, match="limits of kappa are not known"):
        derived.kappa_of_agreement(parse("20"), parse(".1"), categories=4)


def test_p_of_kappa_is_that_of_a_table_with_equal_margins():
    # 30, 20, 20, 30: kappa .2, chi-squared 4 without correction.
    p = stats.chi2_contingency([[30, 20], [20, 30]], correction=False).pvalue
    assert derived.p_of_kappa(parse(".200000"), parse(f"{p:.4f}"), 100).fits
    assert not derived.p_of_kappa(parse(".20"), parse(".20"), 100).fits
    assert derived.p_of_kappa(parse(".20"), parse(".20"), 100, part=True).fits
    assert not derived.p_of_kappa(parse(".20"), parse(".50"), 100, part=True).fits


def test_paths_and_correlations_give_the_variance_explained():
    # R from the normal equations: r1 .3, r2 .25, r12 .2.
    paths = np.linalg.solve([[1, 0.2], [0.2, 1]], [0.3, 0.25])
    shown = numbers(f"{paths[0]:.3f}", ".30", f"{paths[1]:.3f}", ".25")
    assert derived.follows("paths-variance", shown, parse(f"{100 * paths @ [0.3, 0.25]:.0f}")).fits
    assert not derived.follows("paths-variance", shown, parse("20")).fits


def test_means_on_a_scale_bound_the_p_and_nothing_else():
    found = derived.means_on_scale(parse("0.02"), parse("1.90"), 41, 0, 5)
    assert found.fits and found.power == 0
    # The worst case: 11 with 1.895 and 30 with .025, all at the ends of the scale.
    assert found.high >= derived.largest_p(0.025, 30, 1.895, 11, 0, 5) > 0.004
    assert not derived.means_on_scale(parse("6.0"), parse("1.90"), 41, 0, 5).fits
    assert derived.largest_p(0, 20, 5, 20, 0, 5) == 0 and derived.largest_p(5, 20, 5, 20, 0, 5) == 1


def test_the_middle_of_an_interval_of_a_difference():
    low, high = parse("-603"), parse("4599")
    assert not derived.centre(parse("5685"), parse("3754"), low, high).fits
    assert derived.centre(parse("5752"), parse("3754"), low, high).fits


def test_a_mean_lies_in_its_range():
    assert derived.within(parse("20.5"), parse("0"), parse("365")).fits
    assert not derived.within(parse("400"), parse("0"), parse("365")).fits
    # Of the 27 numbers that differ from 31.1 in one digit, 7 are outside: 1.1, 11.1 and 51.1 to 91.1.
    assert derived.within(parse("31.1"), parse("14.8"), parse("45.7")).power == pytest.approx(7 / 27)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=9))
def test_a_total_lies_between_what_its_least_and_greatest_part_allow(parts):
    low, high = parse(str(min(parts))), parse(str(max(parts)))
    assert derived.within(parse(str(sum(parts))), low, high, len(parts)).fits
    assert not derived.within(parse(str(len(parts) * max(parts) + 9)), low, high, len(parts)).fits


def test_an_interval_is_at_least_as_wide_as_sampling_makes_it():
    # 2 / √400 = .1: half-width .196.
    assert derived.floor("d", parse("0.10"), parse("0.50"), 400, 4).fits
    assert not derived.floor("d", parse("0.25"), parse("0.35"), 400, 4).fits
    assert derived.floor("r", parse(".10"), parse(".30"), 403, 1).fits
    assert not derived.floor("r", parse(".19"), parse(".21"), 403, 1).fits
    assert derived.floor("r", parse(".19"), parse(".21"), 9, 3).fits  # n ≤ 3 k: nothing is known


@given(st.lists(st.tuples(st.integers(10, 400), st.floats(-1, 1)), min_size=3, max_size=12))
def test_an_interval_is_at_least_as_wide_as_sampling_and_heterogeneity_make_it(studies):
    n = np.array([size for size, _ in studies], dtype=float)
    y, v = np.array([effect for _, effect in studies]), 4 / n
    fit = meta.fit(y, v, method="DL")
    low, high = parse(f"{fit.ci_low:.4f}"), parse(f"{fit.ci_high:.4f}")
    w = 1 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    i2 = max(0.0, 1 - (len(n) - 1) / q) if q else 0.0
    assert derived.floor("d", low, high, int(n.sum()), len(n), i2=i2).fits
    equal = derived.floor("d", parse("0.10"), parse("0.50"), 400, 4, i2=0.75)
    assert equal.low == pytest.approx(0.2) and not equal.fits


def test_means_in_the_middle_of_an_interval_without_width_are_compared():
    found = derived.centre(parse("1"), parse("1"), parse("0/40"), parse("0/40"))
    assert found.fits and found.power == 1.0
