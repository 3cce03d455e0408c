"""Attachment classes of the cohort: counts, intervals and agreement against the register and independent software."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from restated_book import register
from review.findings.cohort import classes, design, statements

NUMBERS = register.load()
CLOSED_FORM = 1e-9

#: psych 2.2.9 in R 4.2.2: k <- cohen.kappa(matrix(c(15, 82, 24, 23, 27, 419, 105, 103, 1, 63, 25, 8, 11, 97, 24, 33),
#: 4, byrow = TRUE)); k$kappa, k$var.kappa, k$confid
PSYCH_KAPPA, PSYCH_VARIANCE, PSYCH_INTERVAL = 0.0573484951676, 0.000450444284789, (0.015750861, 0.098946129)


def test_class_totals_are_those_of_the_register_and_the_margins_of_the_cells():
    for prefix, age, subset in (
        ("nichd2001-ssp15", 15, "ssp15-ssp36"),
        ("groh2014c-ssp15", 15, "ssp15-aai18"),
        ("groh2014c-ssp36", 36, "ssp36-aai18"),
    ):
        found = classes.counts(age, subset)
        printed = [NUMBERS[f"{prefix}-{letter.lower()}"] for letter in classes.NAMES]
        assert list(found.values()) == [int(number.value.text) for number in printed]
        assert sum(found.values()) == int(printed[0].n)
    cells = classes.transitions()
    assert cells.shape == (4, 4)
    assert list(cells.sum(axis=1)) == list(classes.counts(15, "ssp15-ssp36").values()) == [144, 654, 97, 165]
    assert list(cells.sum(axis=0)) == list(classes.counts(36, "ssp15-ssp36").values())


def test_the_share_of_disorganized_children_has_wilsons_interval():
    low, high = proportion_confint(165, 1060, method="wilson")
    assert classes.share(165, 1060) == pytest.approx((100 * 165 / 1060, 100 * low, 100 * high))


def test_kappa_of_the_two_ages_and_its_interval_are_those_of_psych():
    value, low, high = classes.kappa(classes.transitions())
    assert value == pytest.approx(PSYCH_KAPPA, abs=CLOSED_FORM)
    assert (low, high) == pytest.approx(PSYCH_INTERVAL, abs=1e-6)  # as printed by R
    assert ((high - value) / statements.CRITICAL) ** 2 == pytest.approx(PSYCH_VARIANCE, abs=CLOSED_FORM)
    assert f"{value:.2f}" == NUMBERS["nichd2001-kappa-15-36"].value.text


@pytest.mark.parametrize(("subset", "age"), list(classes.SUBSETS))
def test_shares_of_a_design_give_the_class_counts_back(subset, age):
    found = classes.counts(age, subset)
    values = design.Design.standard().with_ranges(**classes.ranges(age, subset)).middle()
    shares = design.cell_shares(values)
    for name, count in found.items():
        of_class = sum(s for s, cell in zip(shares, design.CELLS, strict=True) if cell[0] == name)
        assert of_class == pytest.approx(count / sum(found.values()))


def test_every_row_of_the_picture_adds_up_and_only_the_worldwide_one_has_no_count():
    table = classes.pictured(NUMBERS)
    np.testing.assert_allclose(table[list(classes.NAMES.values())].sum(axis=1), 1, atol=1e-3)  # worldwide: rounded
    assert list(table["n"].isna()) == [True] + [False] * 8
    below = table[table["label"].str.startswith("at 36 months: ")]
    assert below["n"].sum() == 1060 and below["disorganized"].iloc[-1] == pytest.approx(33 / 165)
