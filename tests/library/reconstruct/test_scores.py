"""Samples of whole scores against brute force."""

from __future__ import annotations

import csv
import re
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.audit.scores import grim, sd_bound
from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct import scores as module
from restated.reconstruct.scores import score_samples
from tests.reference import FOLDER

with (FOLDER / "data" / "closure.csv").open(encoding="utf-8") as file:
    CLOSURE = list(csv.DictReader(file))

modest = settings(deadline=None, derandomize=True, max_examples=40)


def _fits(sample, mean, sd):
    n, total = len(sample), sum(sample)
    variance = (Fraction(sum(x * x for x in sample)) - Fraction(total * total, n)) / (n - 1)
    m, s = parse(mean), parse(sd)
    lowest = max(Fraction(s.low), Fraction(0))
    return Fraction(m.low) <= Fraction(total, n) <= Fraction(m.high) and lowest**2 <= variance <= Fraction(s.high) ** 2


def _brute_force(mean, sd, n, low, high):
    return {s for s in combinations_with_replacement(range(low, high + 1), n) if _fits(s, mean, sd)}


def _as_set(found):
    return {tuple(found.rows(i).tolist()) for i in range(len(found))}


@modest
@given(st.lists(st.integers(0, 5), min_size=2, max_size=6), st.integers(-3, 1), st.integers(0, 2))
def test_list_equals_brute_force(sample, low, decimals):
    sample = [x + low for x in sample]
    mean, sd = f"{np.mean(sample):.{decimals}f}", f"{np.std(sample, ddof=1):.{decimals}f}"
    found = score_samples(mean, sd, len(sample), low, low + 5)
    expected = _brute_force(mean, sd, len(sample), low, low + 5)
    assert found.method == "exhaustive" and found.total == len(found) == len(expected)
    assert _as_set(found) == expected
    if _fits(sample, mean, sd):  # formatting a float may round a tie the other way, inside the closed interval
        assert tuple(sorted(sample)) in expected


@pytest.mark.parametrize(
    ("mean", "sd", "n", "message"),
    [
        ("5.60", "1.00", 10, "the mean 5.60 conflicts with the scale 1 to 5"),
        ("2.25", "1.00", 10, "the mean 2.25 conflicts with n = 10: no whole sum"),
        ("1.50", "2.00", 10, "the SD 2.00 conflicts with the mean 1.50 of 10 whole scores.* between 0.527 and 1.269"),
        ("1.50", "0.10", 10, "the SD 0.10 conflicts with the mean 1.50"),
        ("2.20", "1.31", 5, "the mean 2.20 and the SD 1.31 conflict for 5 whole scores"),
    ],
)
def test_an_empty_set_says_what_conflicts_with_what(mean, sd, n, message):
    found = score_samples(mean, sd, n, 1, 5)
    assert found.empty and found.method == "exhaustive"
    assert re.search(message, found.message)
    assert not _brute_force(mean, sd, n, 1, 5)


@modest
@given(st.integers(2, 6), st.integers(1, 4), st.data())
def test_the_limits_in_the_message_are_the_smallest_and_largest_sd(n, span, data):
    """Oracle: all samples with that sum."""
    total = data.draw(st.integers(0, n * span))
    sds = [np.std(s, ddof=1) for s in combinations_with_replacement(range(span + 1), n) if sum(s) == total]
    message = score_samples((Fraction(total, n),) * 2, (100, 101), n, 0, span).message
    assert message.endswith(f"it must be between {min(sds):.4g} and {max(sds):.4g}")


def test_published_example_of_closure():
    found = score_samples("2.20", "1.32", 20, 1, 5)
    assert found.total == len(found) == 9 and not found.identified
    assert found.message == "9 samples of whole scores fit n = 20 on the scale 1 to 5, mean 2.20, SD 1.32"


def test_one_sample_and_none():
    assert score_samples("1.00", "0.00", 12, 1, 5).identified
    assert score_samples("5.19", "1.00", 28, 1, 7).empty  # no mean of 28 whole numbers prints as 5.19
    assert score_samples("1.00", "1.50", 12, 1, 5).empty  # all at the floor leave no spread
    assert score_samples("1.50", "4.00", 12, 1, 5).empty  # more spread than the scale allows


def test_draws_are_even_over_the_list():
    request = ("2.2", "1.3", 14, 1, 5)
    listed = score_samples(*request)
    drawn = score_samples(*request, limit=1, draws=40 * len(listed), seed=1)
    assert drawn.method == "sampled" and drawn.total == listed.total
    unique, counts = np.unique(drawn.counts, axis=0, return_counts=True)
    assert unique.tolist() == listed.counts.tolist()
    assert stats.chisquare(counts).pvalue > 1e-4
    again = score_samples(*request, limit=1, draws=40 * len(listed), seed=1)
    assert np.array_equal(again.counts, drawn.counts)


def test_large_problem_is_drawn_with_the_printed_summaries():
    found = score_samples("3.4", "1.1", 100, 1, 7, draws=500)
    assert found.method == "sampled" and found.total > 200_000
    rows = np.array([found.rows(i) for i in range(len(found))])
    assert rows.shape == (500, 100) and rows.min() >= 1 and rows.max() <= 7
    assert np.all(np.abs(rows.mean(axis=1) - 3.4) <= 0.05 + 1e-12)
    assert np.all(np.abs(rows.std(axis=1, ddof=1) - 1.1) <= 0.05 + 1e-12)


INSTRUMENTS = [
    ("24.5", "8.1", 60, 0, 63),
    ("12.4", "6.3", 80, 0, 27),
    ("62", "21", 38, 0, 100),
    ("4.1", "1.6", 400, 1, 7),
    ("3.1", "1.2", 2000, 1, 5),
    ("4.1", "1.6", 10_000, 1, 7),
]


@pytest.mark.parametrize("request_", INSTRUMENTS)
def test_usual_instruments_are_drawn_with_the_printed_summaries(request_):
    mean, sd, n, low, high = request_
    found = score_samples(*request_, draws=100)
    assert found.method == "sampled" and len(found) == 100 and found.total > 1e9 and 0 < found.error < 0.03
    assert all(_fits(found.rows(i).tolist(), mean, sd) for i in range(0, 100, 10))
    assert found.counts.shape == (100, high - low + 1) and np.all(found.counts.sum(axis=1) == n)
    assert re.fullmatch(r"about \S+ × 10\^\d+ \(standard error \S+ %\) samples of whole scores fit .*", found.message)


def test_a_list_with_many_cases_is_looked_up_in_parts(monkeypatch):
    request = ("2.2", "1.3", 14, 1, 5)
    whole = score_samples(*request)
    monkeypatch.setattr(module, "BLOCK", 50)
    assert np.array_equal(score_samples(*request).counts, whole.counts)


@pytest.mark.parametrize("case", CLOSURE, ids=lambda case: case["call"])
def test_as_many_samples_as_closure_finds(case):
    n, low, high, count = (int(case[key]) for key in ("n", "low", "high", "count"))
    assert score_samples(case["mean"], case["sd"], n, low, high).total == count


@modest
@given(st.integers(2, 300), st.integers(0, 400), st.integers(0, 3), st.sampled_from([(1, 5), (0, 27), (0, 63)]))
def test_a_sample_passes_grim_and_the_largest_sd(n, mean, sd, scale):
    """Whatever an audit check refutes has no sample."""
    low, high = scale
    printed = f"{mean / 100:.2f}", f"{sd / 2:.2f}"
    if score_samples(*printed, n, low, high, draws=1).empty:
        return
    assert grim(parse(printed[0]), [n]).fits
    assert sd_bound(parse(printed[0]), parse(printed[1]), [n], low, high).fits


@modest
@given(st.lists(st.integers(0, 5), min_size=2, max_size=6))
def test_the_sd_with_divisor_n(sample):
    n, (mean, sd) = len(sample), (f"{np.mean(sample):.2f}", f"{np.std(sample):.2f}")
    found = score_samples(mean, sd, n, 0, 5, ddof=0)
    assert tuple(sorted(sample)) in _as_set(found)
    squares = np.array([np.std(found.rows(i)) for i in range(len(found))])
    assert np.all(np.abs(squares - float(sd)) <= 0.005 + 1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("3.0", "1.0", 1, 1, 5), "at least 2 cases"),
        (("3.0", "1.0", 10.0, 1, 5), "not a whole number"),
        (("3.0", "1.0", 10, 5, 5), "the scale from 5 to 5 is empty: it has a single score"),
        (("3.0", "1.0", 10, 5, 1), "the scale from 5 to 1 is upside down. Give the lower end first"),
        (("3.0", "1.0", 10, 0.5, 5), "0.5 is not a whole number. Count in steps: divide mean, SD"),
        (("3.0", "1.0", 10, 1, 5.5), "field 'high': 5.5 is not a whole number"),
        (("3.0", "1.0", 10, 0, 2000), "2,001 scores are more than the 1,001 handled. Count in steps"),
        (("3.0", "1.0", 10**6, 0, 5), "field 'n': 1,000,000 cases are more than the 200,000 handled"),
        (("<3.0", "1.0", 10, 1, 5), "no end on one side"),
        (("3.0", "-1.0", 10, 1, 5), "not negative"),
        ((3.0, "1.0", 10, 1, 5), "digits published for 3.0 are unknown"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(RestatedError, match=message):
        score_samples(*arguments)


def test_bad_divisor():
    with pytest.raises(RestatedError, match=r"the divisor of an SD is n - 1 or n, not n - 2\. Use 1 or 0"):
        score_samples("3.0", "1.0", 10, 1, 5, ddof=2)


def test_means_of_items_are_sums_of_whole_scores():
    found = score_samples("3.42", "0.71", 200, 1, 5, items=4, limit=10, draws=20)
    scores = np.arange(4, 21) / 4
    assert found.scores.tolist() == scores.tolist() and found.message.startswith("as sums of 4 items, about ")
    means = found.counts @ scores / 200
    sds = np.sqrt((found.counts @ scores**2 - 200 * means**2) / 199)
    assert np.all(abs(means - 3.42) <= 0.005 + 1e-12) and np.all(abs(sds - 0.71) <= 0.005 + 1e-12)


def test_half_points_are_listed():
    """Of two scores only 7.0 and 7.5 have a mean of 7.25 and an SD of .35."""
    found = score_samples("7.25", "0.35", 2, 0, 10, items=2)
    assert found.identified and found.scores[found.counts[0] > 0].tolist() == [7.0, 7.5]


@pytest.mark.parametrize("items", [0, 1.5, "2"])
def test_items_are_a_whole_number(items):
    with pytest.raises(RestatedError, match="field 'items'"):
        score_samples("3.5", "0.58", 4, 1, 7, items=items)
