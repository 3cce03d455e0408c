"""True effects that fit the sentences: weights recover simulated truth, and say little where a sentence says little."""

from __future__ import annotations

import numpy as np
import pytest

from restated_book import register
from review.findings.cohort import effects, inequalities, statements
from review.findings.cohort.design import Design

NUMBERS = register.load()
SHARES = effects.shares(NUMBERS)


@pytest.fixture(scope="module")
def drawn():
    true = inequalities.draw(NUMBERS, 1500)
    found = inequalities.weights(inequalities.coefficients(true, SHARES), inequalities.noise(60))
    return true, found


def test_coefficients_are_those_of_the_scenarios():
    true = effects.two_way(NUMBERS)["apart-050"]
    draw = [*true.contrasts.values(), *[0.0] * len(inequalities.DIFFERENCES)]
    draw[inequalities.PARAMETERS.index("change")] = 0.5
    for name in ("level by sex", "level by risk"):
        draw[inequalities.PARAMETERS.index(name)] = 0.5
    expected = effects.coefficients(effects.cell_lines(true, SHARES), Design.standard())
    # The scenario counts its levels in kindergarten, the draw at mid-course: the same for a level that does not change.
    np.testing.assert_allclose(inequalities.coefficients(np.array([draw]), SHARES)[0], expected, atol=1e-12)


def test_simulated_truths_that_satisfy_all_sentences_are_in_the_intervals_as_often_as_they_say(drawn):
    """Truths with their own noise, kept if all sentences hold, are draws of what the weights describe."""
    true, found = drawn
    other = inequalities.draw(NUMBERS, 1500, seed=7)
    means, noise = inequalities.coefficients(other, SHARES), inequalities.noise(60, 5000)
    own = np.arange(len(other)) % len(noise.fixed)
    met = statements.evaluate(means + noise.fixed[own], noise.covariance[own], noise.cell)["whole"]
    kept = other[met]
    assert len(kept) > 200
    for name in inequalities.SHOWN:
        at = inequalities.PARAMETERS.index(name)
        low, high = inequalities.interval(true[:, at], found["whole"], 0.9)
        inside = ((kept[:, at] >= low) & (kept[:, at] <= high)).mean()
        assert inside == pytest.approx(0.9, abs=3.5 * np.sqrt(0.09 / len(kept)) + 0.02), name


def test_more_sentences_leave_fewer_draws_and_a_direction_more_than_a_test(drawn):
    _, found = drawn
    assert all(found["whole"].mean() <= found[key].mean() for key in statements.KEYS)
    assert all(found[f"{key} sign"].mean() >= found[key].mean() for key in (*inequalities.DIRECTED, "whole"))


def test_the_growth_sentence_moves_growth_and_the_sentence_on_avoidance_does_not(drawn):
    table = inequalities.information(*drawn).set_index(["Sentence", "Inequality"])
    growth = table.loc[(statements.STATEMENTS["C7"][0], "p < .05")]
    level = table.loc[(statements.STATEMENTS["C2"][0], "p < .05")]
    assert growth["change of boys at high risk"] > 0.3 > abs(level["change of boys at high risk"])
    assert growth["Effective"] < level["Effective"]


def test_equal_weights_are_fully_effective_and_one_weight_is_one_draw():
    assert inequalities.effective(np.ones(10)) == pytest.approx(1)
    assert inequalities.effective(np.eye(10)[0]) == pytest.approx(0.1)
    assert inequalities.interval(np.arange(1000.0), np.ones(1000), 0.9) == (
        pytest.approx(49, abs=1),
        pytest.approx(949, abs=1),
    )
