"""True effects: the printed contrasts come back, and one fit serves every scenario."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.estimate import growth
from restated.reconstruct.ensemble import generator
from restated_book import register
from review.findings.cohort import effects, statements
from review.findings.cohort.design import CELLS, DECISIVE, TIMES, Design

NUMBERS = register.load()
STANDARD = Design.standard()
quick = settings(deadline=None, derandomize=True, max_examples=50)
#: Two searches end where a likelihood is flat: in standard errors.
SEARCH = 1e-5


@quick
@given(
    weights=st.lists(st.floats(0.05, 1), min_size=4, max_size=4), d=st.lists(st.floats(-1, 1), min_size=3, max_size=3)
)
def test_class_levels_have_the_contrasts_with_all_other_children(weights, d):
    shares = dict(zip(("secure", *statements.INSECURE), np.array(weights) / sum(weights), strict=True))
    contrasts = dict(zip(statements.INSECURE, d, strict=True))
    levels = effects.class_levels(contrasts, shares)
    for name, wanted in contrasts.items():
        others = [n for n in shares if n != name]
        rest = sum(shares[n] * levels[n] for n in others) / sum(shares[n] for n in others)
        assert levels[name] - rest == pytest.approx(wanted, abs=1e-12)


def test_scenarios_are_the_printed_numbers():
    found = effects.scenarios(NUMBERS)
    assert list(found) == ["nothing", "main-low", "main", "main-high", "extra-020", "extra-050", "extra-080"]
    assert [found[k].contrasts["disorganized"] for k in ("main-low", "main", "main-high")] == [0.18, 0.34, 0.50]
    assert found["main-low"].contrasts["resistant"] == -0.04
    assert [found[k].extra for k in found] == [0, 0, 0, 0, 0.2, 0.5, 0.8]
    assert sum(effects.shares(NUMBERS).values()) == pytest.approx(1)


def test_the_extra_growth_is_the_four_way_term_and_starts_in_kindergarten():
    shares = effects.shares(NUMBERS)
    lines = effects.cell_lines(effects.scenarios(NUMBERS)["extra-050"], shares, trend=-0.1)
    without = effects.cell_lines(effects.scenarios(NUMBERS)["main"], shares, trend=-0.1)
    gap = (lines - without) @ np.vstack([np.ones(7), TIMES])
    np.testing.assert_allclose(gap[DECISIVE], np.linspace(0, 0.5, 7), atol=1e-12)
    assert not np.delete(gap, DECISIVE, axis=0).any()
    found = effects.coefficients(lines, STANDARD)
    assert found[statements.indices(statements.FOUR_WAY)[0]] == pytest.approx(0.5)
    assert found @ statements.cell_row(STANDARD.cells) == pytest.approx(0.4)
    main = effects.coefficients(without, STANDARD)
    others = [term for name in statements.INSECURE for term in statements.interactions(name)]
    np.testing.assert_allclose(main[statements.indices(*others)], 0, atol=1e-12)


@pytest.mark.parametrize("who", list(effects.GROWERS)[1:])
def test_scenarios_of_two_way_terms_have_no_higher_one_and_keep_the_average_level_in_kindergarten(who):
    shares, found = effects.shares(NUMBERS), effects.two_way(NUMBERS)[f"{who}-050"]
    assert found.extra == 0.5 and found.contrasts == effects.scenarios(NUMBERS)["main"].contrasts
    main = effects.cell_lines(effects.scenarios(NUMBERS)["main"], shares)
    terms = effects.coefficients(effects.cell_lines(found, shares) - main, STANDARD)
    names = [f"{name}×boy×risk{t}" for name in statements.INSECURE for t in ("", ":time")]
    np.testing.assert_allclose(terms[statements.indices(*names)], 0, atol=1e-12)
    assert not terms[statements.indices("avoidant", "resistant", "avoidant:time")].any()
    # In kindergarten, half a period before mid-course, the average disorganized child is where the main effects put it.
    level, change = terms[statements.indices("disorganized", "disorganized:time")]
    assert level - change / 2 == pytest.approx(0, abs=1e-12) and change > 0


def test_growth_of_boys_is_no_matter_of_attachment_and_leaves_the_average():
    shares, main = effects.shares(NUMBERS), effects.scenarios(NUMBERS)["main"]
    found = effects.coefficients(effects.cell_lines(main, shares, trend=0.1, trend_boys=0.2), STANDARD)
    without = effects.coefficients(effects.cell_lines(main, shares), STANDARD)
    changed = np.zeros(32)
    changed[statements.indices("time", "boy:time")] = 0.1, 0.2
    np.testing.assert_allclose(found - without, changed, atol=1e-12)
    assert (found - without) @ statements.cell_row(STANDARD.cells) == pytest.approx(0.2)


def test_coefficients_give_the_lines_back():
    lines = np.random.default_rng(1).normal(size=(16, 2))
    full = np.column_stack([np.ones(len(CELLS)), STANDARD.cells])
    np.testing.assert_allclose(full @ effects.coefficients(lines, STANDARD).reshape(-1, 2), lines, atol=1e-12)


def test_a_fit_of_deviations_plus_expectations_is_the_fit_of_deviations_plus_the_coefficients():
    cohort = STANDARD.draw(generator(7, 0))
    lines = effects.cell_lines(
        effects.scenarios(NUMBERS)["extra-080"], effects.shares(NUMBERS), trend=-0.2, trend_boys=0.1, boys=0.3, risk=0.4
    )
    fit = growth.fit_batch([cohort.y, STANDARD.ratings(cohort, lines)], TIMES, STANDARD.covariates)
    apart = fit.fixed[0] + effects.coefficients(lines, STANDARD) - fit.fixed[1]
    assert (np.abs(apart) <= SEARCH * fit.fixed_se[0]).all()
    np.testing.assert_allclose(fit.fixed_covariance[0], fit.fixed_covariance[1], rtol=1e-4, atol=1e-8)
