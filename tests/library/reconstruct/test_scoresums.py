"""Sums and sums of squares of whole scores: whether there is a sample, against all samples."""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.reconstruct import scoresums as module
from restated.reconstruct.scoresums import Targets, attainable, square_ends

modest = settings(deadline=None, derandomize=True, max_examples=60)

#: Size and highest score; all sums are tried.
SCALES = [(2, 1), (2, 7), (3, 5), (4, 6), (5, 4), (6, 8), (7, 2), (9, 5)]


@cache
def _all(n, top):
    """Sums of squares of all samples by their sum."""
    found = {}
    for sample in combinations_with_replacement(range(top + 1), n):
        found.setdefault(sum(sample), set()).add(sum(x * x for x in sample))
    return found


def _targets(n, top, total, least, most):
    return Targets(n, top, *(np.array([x]) for x in (total, least, most)))


@pytest.mark.parametrize(("n", "top"), SCALES)
def test_ends_are_those_of_all_samples(n, top):
    assert {s: square_ends(n, s, top) for s in _all(n, top)} == {s: (min(q), max(q)) for s, q in _all(n, top).items()}
    for outside in (-1, n * top + 1):
        least, most = square_ends(n, outside, top)
        assert least > most


@pytest.mark.parametrize("patience", [module.PATIENCE, -1000])
@pytest.mark.parametrize(("n", "top"), SCALES)
def test_existence_equals_brute_force_for_every_pair(n, top, patience, monkeypatch):
    """Without patience, all ways to make up the shortfall are gone through."""
    monkeypatch.setattr(module, "PATIENCE", patience)
    for total, squares in _all(n, top).items():
        for q in range(min(squares), max(squares) + 1):
            assert attainable(_targets(n, top, total, q, q)) == (q in squares), (total, q)


@modest
@given(st.sampled_from(SCALES), st.integers(0, 60), st.integers(0, 500), st.integers(0, 7), st.booleans())
def test_a_range_is_attainable_if_one_of_its_values_is(scale, total, least, width, closely):
    n, top = scale
    expected = bool(set(range(least, least + width + 1)) & _all(n, top).get(total, set()))
    state = n, total, least, least + width
    ends = square_ends(n, total, top)
    if closely and ends[0] <= least and least + width <= ends[1]:
        assert module._by_shortfall([state], top) == expected
    assert attainable(_targets(n, top, total, least, least + width)) == expected


@modest
@given(
    st.sampled_from([(60, 63), (80, 27), (38, 100), (400, 6), (2000, 4), (300, 63)]), st.data(), st.floats(1e-4, 0.999)
)
def test_a_sample_that_was_made_exists(scale, data, share):
    n, top = scale
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    sample = rng.binomial(top, rng.choice([share, 0.0, 1.0], n))
    total, squares = int(sample.sum()), int((sample**2).sum())
    assert attainable(_targets(n, top, total, squares, squares))


@pytest.mark.parametrize(("n", "top"), [(60, 63), (38, 100), (400, 6)])
def test_gaps_near_the_largest_sum_of_squares(n, top):
    """With a sum that is a multiple of the scale the next smaller sum of squares moves two scores inside."""
    total = n // 2 * top
    largest = square_ends(n, total, top)[1]
    below = 2 * (top - 1)
    assert not attainable(_targets(n, top, total, largest - below + 1, largest - 1))
    assert attainable(_targets(n, top, total, largest - below, largest - 1))
