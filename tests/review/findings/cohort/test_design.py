"""Cohorts against the assumptions: shares, variances, losses, and exact moments of the illustrative one."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from restated.errors import RestatedError
from restated.reconstruct.ensemble import generator
from restated_book import register
from review.findings.cohort import design
from review.findings.cohort.design import CELLS, DECISIVE, TIMES, Design

STANDARD = Design.standard()
quick = settings(deadline=None, derandomize=True, max_examples=50)
#: Sums of rounding errors of a thousand exact values.
EXACT = 1e-9


def values(**changes):
    return STANDARD.middle() | changes


def test_printed_assumptions_are_the_printed_numbers():
    numbers = register.load()
    table = design.assumptions().set_index("name")
    for row in table.itertuples():
        for id in (row.published_ids or "").split(";") if isinstance(row.published_ids, str) else ():
            assert id in numbers and numbers[id].grade != "U", id

    def number(id):
        return float(numbers[id].value.value)

    assert (table.loc["recruited", ["low", "high"]] == number("fearon2011-n-children")).all()
    assert tuple(table.loc["classified", ["low", "high"]]) == (
        number("fraley2003-n-children"),
        number("nichd1997-n-infants"),
    )
    boys = [1 - number("crockett2018-female") / 100, number("fanti2010-male") / 100]
    assert tuple(table.loc["share_boys", ["low", "high"]]) == pytest.approx(boys)
    counted = {letter: number(f"nichd2001-ssp15-{letter}") for letter in "abcd"}
    organised = sum(counted.values()) - counted["d"]
    for name, letter in (("secure", "b"), ("avoidant", "a")):
        assert table.loc[f"share_{name}", "low"] == pytest.approx(counted[letter] / organised, abs=5e-4)
    ends = proportion_confint(counted["d"], sum(counted.values()), method="wilson")
    assert tuple(table.loc["share_disorganized", ["low", "high"]]) == pytest.approx(ends, abs=5e-4)


def test_every_assumption_is_printed_or_labelled_assumed():
    table = design.assumptions()
    assert set(table["status"]) == {"printed", "assumed"}
    assert table.loc[table["status"] == "printed", "published_ids"].notna().all()
    assert (table["low"] <= table["high"]).all()


def test_miscoding_is_that_of_the_coders_and_keeps_the_shares():
    kappa = float(register.load()["nichd2001-ssp15-kappa"].value.value)
    assert pytest.approx((1 - design.CODED) ** 2) == kappa
    shares, n = design.cell_shares(values()), 400_000
    cell = np.random.default_rng(1).choice(len(CELLS), size=n, p=shares)
    once, again = (design._true_cells(cell, shares, design.CODED, np.random.default_rng(seed)) for seed in (2, 3))
    assert (once % 4 == cell % 4).all(), "sex and risk are not miscoded"
    np.testing.assert_allclose(np.bincount(once, minlength=len(CELLS)) / n, shares, atol=4 * 0.5 / np.sqrt(n))
    # Two codings of one true class: agreement beyond chance within sex and risk.
    by_class = shares.reshape(4, 4) / shares.reshape(4, 4).sum(axis=0)
    chance = (by_class**2).sum(axis=0)[cell % 4].mean()
    assert ((once == again).mean() - chance) / (1 - chance) == pytest.approx(kappa, abs=0.01)


def test_who_leaves_unseen_would_have_been_rated_higher():
    hidden = replace(STANDARD.with_ranges(lost=(0.1, 0.1)), hidden_odds=2.0)
    flat = np.zeros((len(CELLS), 2))
    gaps, gone = [], 0
    for draw in range(20):
        cohort = hidden.draw(generator(5, draw))
        made = hidden.ratings(cohort, flat)
        lost = np.isfinite(cohort.y) & np.isnan(made)
        gone += lost.sum()
        gaps.append(np.nanmean(cohort.y[lost]) - np.nanmean(made))
        assert not (np.isfinite(made) & (np.cumsum(lost, axis=1) > 0)).any(), "nobody comes back"
    assert gone > 1000 and np.mean(gaps) > 0.3
    # Odds of leaving before grade 1 double for each SD of the rating that is then not made, among those at one risk.
    cohort, lost = hidden.draw(generator(5, 0)), []
    rows = np.repeat([c[2] == "lower" for c in CELLS], hidden.slots)
    for draw in range(150):
        cohort = hidden.draw(generator(6, draw))
        seen = rows & np.isfinite(cohort.y[:, 1])
        lost.append(np.column_stack([cohort.y[seen, 1], (cohort.y[:, 1] > cohort.limit[:, 1])[seen]]))
    rating, left = np.concatenate(lost).T
    fit = sm.Logit(left, sm.add_constant(rating)).fit(disp=0)
    assert fit.params[1] == pytest.approx(np.log(2), abs=3.5 * fit.bse[1])
    assert fit.params[0] == pytest.approx(np.log(0.1 / 0.9), abs=3.5 * fit.bse[0])


@quick
@given(
    d=st.floats(0.05, 0.5),
    q=st.floats(0.05, 0.6),
    boys=st.floats(0.3, 0.7),
    odds=st.one_of(st.just(1.0), st.floats(1.01, 6)),
)
def test_cell_shares_have_the_margins_and_the_odds_ratio_asked_for(d, q, boys, odds):
    shares = design.cell_shares(values(share_disorganized=d, share_high_risk=q, share_boys=boys, risk_odds=odds))

    def of(test):
        return sum(s for s, cell in zip(shares, CELLS, strict=True) if test(*cell))

    assert shares.min() >= 0 and shares.sum() == pytest.approx(1)
    assert of(lambda a, s, r: a == "disorganized") == pytest.approx(d)
    assert of(lambda a, s, r: r == "high") == pytest.approx(q)
    assert of(lambda a, s, r: s == "boy") == pytest.approx(boys)
    both = itertools.product((True, False), repeat=2)
    table = [of(lambda a, s, r, x=x, y=y: (a == "disorganized") == x and (r == "high") == y) for x, y in both]
    assert table[0] * table[3] / (table[1] * table[2]) == pytest.approx(odds)


def test_a_cohort_is_drawn_again_from_its_number_and_fits_into_its_slots():
    one, other = STANDARD.draw(generator(1, 5)), STANDARD.draw(generator(1, 5))
    np.testing.assert_array_equal(one.y, other.y)
    for i in range(30):
        cohort = STANDARD.draw(generator(2, i))
        assert (cohort.counts <= STANDARD.slots).all() and 1139 <= cohort.counts.sum() <= 1153
        rated = cohort.rated(STANDARD)
        assert (rated <= cohort.counts).all() and (cohort.rated(STANDARD, least=3) <= rated).all()


def test_covariates_of_the_slots_repeat_those_of_their_cell():
    rows = STANDARD.covariates
    start = np.cumsum(STANDARD.slots) - STANDARD.slots
    assert len(rows) == STANDARD.slots.sum()
    assert (rows.iloc[start].to_numpy() == STANDARD.cells.to_numpy()).all()
    decisive = STANDARD.cells.iloc[DECISIVE]
    assert decisive["disorganized×boy×risk"] == pytest.approx(0.5 * 0.75)


@pytest.mark.parametrize("changes", [{}, {"skewed": True}, {"autocorrelation": 0.5}, {"one_teacher": True}])
def test_deviations_have_the_stated_variances(changes):
    wanted = values(slope_correlation=0.2)
    y = replace(STANDARD, **changes)._deviations(wanted, 60_000, np.random.default_rng(3))
    residual = (1 - wanted["stable_variance"]) * (0.5 if changes.get("one_teacher") else 1)
    powers = np.column_stack([np.ones(7), TIMES])
    expected = powers @ design.random_covariance(wanted) @ powers.T
    lags = np.abs(np.subtract.outer(range(7), range(7)))
    expected += residual * (changes.get("autocorrelation", 0.0) ** lags if "autocorrelation" in changes else np.eye(7))
    np.testing.assert_allclose(np.cov(y.T), expected, atol=0.03)  # about five standard errors of a skewed covariance
    skewness = ((y[:, 3] - y[:, 3].mean()) ** 3).mean() / y[:, 3].std() ** 3
    assert (skewness > 0.8) == bool(changes.get("skewed"))


def test_leaving_is_for_good_and_likelier_after_a_high_rating():
    wanted = values(lost=0.2, lost_rating_odds=3.0, missed=0.0, ever_rated=1.0)
    rng = np.random.default_rng(4)
    y = rng.standard_normal((20_000, 7))
    seen = design._seen(wanted, y, np.zeros(20_000, bool), rng)
    assert (np.diff(seen.astype(int), axis=1) <= 0).all()
    left = seen[:, 0] & ~seen[:, 1]
    assert y[left, 0].mean() > 0.5 > y[~left, 0].mean()


def test_nobody_is_lost_where_nothing_is_lost():
    whole = STANDARD.with_ranges(ever_rated=(1, 1), missed=(0, 0), lost=(0, 0))
    cohort = whole.draw(generator(1, 0))
    assert (cohort.rated(whole, least=7) == cohort.counts).all()


def test_ratings_are_deviations_around_the_lines_of_the_cells_cut_at_the_floor():
    lines = np.random.default_rng(5).normal(size=(16, 2))
    cohort = STANDARD.draw(generator(1, 2))
    y = STANDARD.ratings(cohort, lines)
    cell = np.repeat(np.arange(16), STANDARD.slots)
    expected = lines[cell, :1] + lines[cell, 1:] * TIMES
    np.testing.assert_allclose(y - expected, cohort.y, atol=1e-12)
    floored = replace(STANDARD, floor=0.5).ratings(cohort, lines)
    made = np.isfinite(cohort.y)
    assert (np.isfinite(floored) == made).all() and (y[made] < 0).any()
    np.testing.assert_allclose(floored[made], np.where(y[made] < 0, 0.0, y[made]), atol=1e-12)


def test_complete_cases_and_fewer_waves():
    assert set(np.isfinite(replace(STANDARD, complete_only=True).draw(generator(1, 1)).y).sum(axis=1)) == {0, 7}
    few = replace(STANDARD, waves=(1, 3, 5))
    assert few.draw(generator(1, 1)).y.shape[1] == 3 == len(few.times)


def test_the_illustrative_cohort_has_exact_moments_in_every_cell():
    children, y, seen = design.illustrative(STANDARD, seed=9)
    wanted = STANDARD.middle()
    powers = np.column_stack([np.ones(7), TIMES])
    expected = powers @ design.random_covariance(wanted) @ powers.T + (1 - wanted["stable_variance"]) * np.eye(7)
    assert children["cell"].nunique() == 16 and 0 < seen.mean() < 1
    for cell in range(16):
        here = y[children["cell"] == cell]
        np.testing.assert_allclose(here.mean(axis=0), 0, atol=EXACT)
        np.testing.assert_allclose(np.cov(here.T), expected, atol=EXACT)


def test_a_risk_index_is_above_the_cut_for_high_risk_only():
    risk = np.array(["high", "lower"] * 2000)
    index = design.high_risk_index(risk, 0.25, np.random.default_rng(1))
    assert index[risk == "high"].min() >= 0.67 and index[risk == "lower"].max() <= 0.68


def test_an_unknown_assumption_is_named():
    with pytest.raises(RestatedError, match=r"'share_girls' is not an assumption.*share_boys"):
        STANDARD.with_ranges(share_girls=(0.5, 0.5))
