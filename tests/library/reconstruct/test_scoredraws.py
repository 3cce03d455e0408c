"""Draws of whole scores: even over the list, with an estimate of its length; both ways to propose."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from restated.reconstruct import scoredraws as module
from restated.reconstruct.scoredraws import draw, fit_tilt
from restated.reconstruct.scores import score_samples, targets
from restated.reconstruct.scoresums import Targets

#: Mean, SD, n and scale: narrow, wide, skew, far from what scores without an SD would have, nearly at the largest SD.
PROBLEMS = [
    ("2.2", "1.3", 14, 1, 5),
    ((1.0, 2.0), (0.5, 1.5), 8, 0, 4),
    ("0.6", "1.1", 16, 0, 6),
    ((1, 4), (0.2, 0.6), 12, 0, 5),
    ("10.0", "10.0", 30, 0, 20),
]
#: Each with the way that holds sums, and those without a wide mean or an extreme SD with the way that does not.
WAYS = [(problem, module.MAX_CELLS) for problem in PROBLEMS] + [(problem, 0) for problem in PROBLEMS[:3]]


@pytest.mark.parametrize(("problem", "cells"), WAYS)
def test_draws_are_even_over_the_list(problem, cells, monkeypatch):
    monkeypatch.setattr(module, "MAX_CELLS", cells)
    listed = score_samples(*problem)
    assert listed.method == "exhaustive"
    drawn = score_samples(*problem, limit=1, draws=20 * len(listed), seed=3)
    assert drawn.method == "sampled" and (drawn.total, drawn.error) == (listed.total, 0)
    unique, counts = np.unique(np.vstack([listed.counts, drawn.counts]), axis=0, return_counts=True)
    assert unique.tolist() == listed.counts.tolist()
    assert stats.chisquare(counts - 1).pvalue > 1e-3


@pytest.mark.parametrize(("problem", "cells"), WAYS)
def test_the_estimated_number_is_within_its_error(problem, cells, monkeypatch):
    listed = score_samples(*problem)
    monkeypatch.setattr("restated.reconstruct.scores.MAX_STATES", 0)
    monkeypatch.setattr(module, "MAX_CELLS", cells)
    found = score_samples(*problem, draws=100, seed=1)
    assert found.method == "sampled" and len(found) == 100
    assert 0 < found.error <= 1 / math.sqrt(module.LEAST_FOUND)
    assert abs(found.total / listed.total - 1) < 4 * found.error
    assert "standard error" in found.message


def test_estimates_of_the_two_ways_agree_where_nothing_can_be_listed(monkeypatch):
    problem = ("12", "6.3", 80, 0, 27)
    first = score_samples(*problem, draws=3_000)
    monkeypatch.setattr(module, "MAX_CELLS", 0)
    second = score_samples(*problem, draws=3_000)
    assert first.total > 1e15
    assert abs(first.total / second.total - 1) < 4 * (first.error + second.error)
    for mean in (x.counts.mean(axis=0) for x in (first, second)):
        assert mean.sum() == pytest.approx(80)
    spread = first.counts.std(axis=0) + second.counts.std(axis=0)
    assert np.all(np.abs(first.counts.mean(axis=0) - second.counts.mean(axis=0)) < 4 * spread / math.sqrt(3_000))


def test_fewer_draws_come_back_where_they_are_rare(monkeypatch):
    monkeypatch.setattr(module, "MAX_PROPOSED", 100_000)
    found = score_samples("24.53", "8.12", 60, 0, 63)
    assert 0 < len(found) < 10_000
    assert f"{len(found):,} of 10,000 draws came up among" in found.message
    monkeypatch.setattr(module, "MAX_PROPOSED", 64)
    monkeypatch.setattr(module, "LEAST_FOUND", 1)
    none = score_samples("24.53", "8.123", 60, 0, 63, draws=1)
    assert not none.empty and not none.identified and math.isnan(none.total) and len(none) == 0
    assert none.message.startswith("an unknown number of samples of whole scores fit n = 60")


def test_the_tilt_has_the_wanted_moments():
    targets = Targets(60, 63, np.array([1470]), np.array([39_884]), np.array([39_884]))
    tilt = fit_tilt(targets)
    v = np.arange(64)
    assert np.allclose(tilt.logs, -(tilt.a + tilt.b * v + tilt.c * v * v), rtol=1e-9)
    mean = 1 / np.expm1(-tilt.logs)
    assert np.allclose([mean.sum(), mean @ v, mean @ (v * v)], [60, 1470, 39_884], rtol=1e-6)


def test_the_same_seed_gives_the_same_draws():
    targets = Targets(40, 20, np.array([400]), np.array([4_900]), np.array([5_100]))
    first, again = (draw(targets, 50, np.random.default_rng(7), count=True) for _ in range(2))
    assert np.array_equal(first.counts, again.counts) and first.log_total == again.log_total


def test_without_draws_the_number_is_still_estimated():
    found = score_samples("12.4", "6.3", 80, 0, 27, draws=0)
    assert found.counts.shape == (0, 28) and found.total > 1e15 and "came up" not in found.message


def test_weights_by_size_alone_where_sums_would_not_fit_into_memory():
    found = score_samples("3.1", "1.2", 200_000, 1, 5, draws=10)
    v = np.arange(1, 6)
    assert np.all(np.abs(found.counts @ v / 200_000 - 3.1) <= 0.05) and len(found) == 10


@pytest.mark.parametrize("problem", PROBLEMS)
def test_each_case_of_a_sample_that_fits_leads_from_window_to_window(problem):
    mean, sd, n, low, high = problem
    windows = module._Windows(targets(mean, sd, n, low, high, 1))
    for counts in score_samples(*problem).counts[:500]:
        scores = np.repeat(np.arange(high - low + 1), counts)
        for c, s in enumerate(np.cumsum(scores), 1):
            v = scores[c - 1]
            assert windows.low[c] <= s < windows.low[c] + windows.width[v, c]


@pytest.mark.parametrize(("mean", "sd"), [("12.31", "5.02"), ("10.52", "6.03"), ("8.4", "5.0"), ("5.1", "4.2")])
def test_weights_of_a_large_sample_on_a_usual_scale_fit_into_little_memory(mean, sd):
    assert module._Windows(targets(mean, sd, 1000, 0, 21, 1)).cells < 15_000_000 < module.MAX_CELLS < 17_000_000
