"""Numbers that follow from others: against values of other software, and never refused where they were computed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.audit import derived
from restated.errors import RestatedError
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


def test_the_middle_of_an_interval_of_a_difference():
    low, high = parse("-603"), parse("4599")
    assert not derived.centre(parse("5685"), parse("3754"), low, high).fits
    assert derived.centre(parse("5752"), parse("3754"), low, high).fits


def test_a_mean_lies_in_its_range():
    assert derived.within(parse("20.5"), parse("0"), parse("365")).fits
    found = derived.within(parse("400"), parse("0"), parse("365"))
    assert not found.fits and 0.4 < found.power < 0.6


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


def test_means_in_the_middle_of_an_interval_without_width_are_compared():
    found = derived.centre(parse("1"), parse("1"), parse("0/40"), parse("0/40"))
    assert found.fits and found.power == 1.0
