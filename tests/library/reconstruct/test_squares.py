"""k x k tables: the list against brute force, the sampler against the list."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.estimate import agreement as measures
from restated.printed import parse
from restated.reconstruct import squares as module
from restated.reconstruct.squares import diagonals, square_tables
from restated.reconstruct.tables import two_by_two

modest = settings(deadline=None, derandomize=True, max_examples=30)


def _compositions(total, limits):
    """All ways to write `total` as one count per limit, none above its limit."""
    return [row for row in product(*(range(limit + 1) for limit in limits)) if sum(row) == total]


def _all_tables(rows, columns):
    found = []
    for upper in product(*(_compositions(total, columns) for total in rows[:-1])):
        last = np.array(columns) - np.sum(upper, axis=0)
        if last.min() >= 0:
            found.append((*upper, tuple(last.tolist())))
    return found


def _kappa(table):
    t = np.array(table)
    n = int(t.sum())
    chance = Fraction(int((t.sum(axis=1) * t.sum(axis=0)).sum()), n * n)
    return None if chance == 1 else (Fraction(int(np.trace(t)), n) - chance) / (1 - chance)


def _as_set(found):
    return {tuple(map(tuple, table)) for table in found.tables.tolist()}


@st.composite
def small_tables(draw):
    k = draw(st.sampled_from([2, 3]))
    cells = draw(st.lists(st.integers(0, 2), min_size=k * k, max_size=k * k).filter(any))
    return np.array(cells).reshape(k, k)


@modest
@given(small_tables(), st.sampled_from(["agreement", "kappa", "both", "neither"]))
def test_list_equals_brute_force(table, asked):
    rows, columns = table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    share, kappa = f"{100 * np.trace(table) / table.sum():.0f}", _kappa(table)
    wanted = {}
    if asked in ("agreement", "both"):
        wanted["agreement"] = share
    if asked in ("kappa", "both"):
        wanted["kappa"] = f"{float(kappa or 0):.2f}"
    expected = set()
    for candidate in _all_tables(rows, columns):
        values = {
            "agreement": Fraction(100 * int(np.trace(np.array(candidate))), int(table.sum())),
            "kappa": _kappa(candidate),
        }
        if all(
            values[name] is not None and Fraction(parse(text).low) <= values[name] <= Fraction(parse(text).high)
            for name, text in wanted.items()
        ):
            expected.add(candidate)
    found = square_tables(rows, columns, **wanted)
    assert found.method == "exhaustive"
    assert _as_set(found) == expected and len(found) == len(expected)


def test_two_by_two_is_the_special_case():
    square = square_tables([24, 26], [28, 22], agreement="72")
    pairs = two_by_two(50, row1=24, col1=28, agreement="72")
    assert square.tables.reshape(-1, 4).tolist() == pairs.tables.tolist()
    assert square.identified


def test_margins_without_any_table_of_that_agreement():
    found = square_tables([5, 5], [5, 5], agreement="50")
    assert found.empty and not found.identified
    with pytest.raises(RestatedError, match="no integer table fits"):
        found.range(measures.kappa_square)


def test_undefined_kappa_fits_nothing():
    assert square_tables([4, 0], [4, 0], kappa="1.00").empty


@pytest.mark.parametrize(
    ("rows", "columns", "percent"),
    [
        ([14, 10, 6], [12, 9, 9], (40, 41)),  # long lines: an uneven choice along them shows
        ([4, 3, 3], [3, 4, 3], (50, 50)),  # one diagonal
        ([2, 1, 1, 1], [1, 2, 1, 1], (40, 40)),  # four categories: switches beside the diagonal exist
        ([3, 2, 2], [2, 3, 2], (0, 0)),  # an empty diagonal: short steps must leave the range to connect
    ],
)
def test_sampler_is_even_over_the_list(monkeypatch, rows, columns, percent):
    listed = _as_set(square_tables(rows, columns, agreement=percent))
    monkeypatch.setattr(module, "MAX_TABLES", 1)
    monkeypatch.setattr(module, "MOVES_BETWEEN", 3)  # nearly independent draws, as the test below assumes
    sample = square_tables(rows, columns, agreement=percent, draws=10 * len(listed), seed=1)
    assert sample.method == "sampled" and sample.r_hat < 1.1
    assert _as_set(sample) == listed
    _, counts = np.unique(sample.tables.reshape(len(sample), -1), axis=0, return_counts=True)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_large_table_is_sampled_with_its_margins_and_agreement(monkeypatch):
    rows, columns = [100, 60, 40], [95, 65, 40]
    monkeypatch.setattr(module, "MAX_TABLES", 1000)
    found = square_tables(rows, columns, agreement="63", draws=500, seed=2)
    assert found.method == "sampled" and not found.identified and len(found) >= 500
    assert np.all(found.tables >= 0)
    assert np.all(found.tables.sum(axis=2) == rows) and np.all(found.tables.sum(axis=1) == columns)
    trace = found.tables.trace(axis1=1, axis2=2)
    assert np.all((trace >= 0.625 * 200) & (trace <= 0.635 * 200))
    assert found.r_hat < 1.1 and found.effective > 200
    low, high = found.range(measures.kappa_square)
    assert low == measures.kappa_square(found.tables).min() and high == measures.kappa_square(found.tables).max()
    again = square_tables(rows, columns, agreement="63", draws=500, seed=2)
    assert np.array_equal(found.tables, again.tables)


def test_diagnostics_see_chains_that_disagree():
    rng = np.random.default_rng(0)
    good = rng.integers(0, 50, (8, 200, 2, 2))
    r_hat, effective = module._diagnose(good)
    assert r_hat < 1.02 and effective > 1000
    stuck = good + 40 * np.arange(8)[:, None, None, None]
    assert module._diagnose(stuck)[0] > 1.5
    slow = np.repeat(good, 20, axis=1)
    assert module._diagnose(slow)[1] < 0.1 * slow.shape[0] * slow.shape[1]
    assert module._diagnose(np.ones((4, 10, 2, 2), dtype=int)) == (1.0, 40.0)


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([3, 4], [3, 5], "do not belong to one square table"),
        ([3, 4], [3, 2, 2], "do not belong to one square table"),
        ([3, -1], [1, 1], "whole, non-negative"),
        ([3.5, 1], [2.5, 2], "whole, non-negative"),
        ([7], [7], "at least two"),
        ([0, 0], [0, 0], "are all zero"),
    ],
)
def test_bad_margins(rows, columns, message):
    with pytest.raises(RestatedError, match=message):
        square_tables(rows, columns)


def test_sampler_gives_up_on_a_diagonal_that_no_table_has(monkeypatch):
    # Two categories, equal margins: the diagonal is even, never 5.
    monkeypatch.setattr(module, "MAX_TABLES", 1)
    with pytest.raises(RestatedError, match="the sampler does not reach"):
        square_tables([5, 5], [5, 5], agreement="50", draws=64)


def test_diagonals_are_those_of_all_tables():
    rows, columns = [10, 20, 15], [12, 18, 15]
    sums, count = diagonals(rows, columns, kappa="0.59")
    tables = square_tables(rows, columns, kappa="0.59").tables
    assert count == len(tables) and sorted(sums) == sorted(np.trace(tables, axis1=1, axis2=2))
    large, count = diagonals([100] * 9, [100] * 9, agreement="75%")
    assert np.isnan(count) and large.tolist() == list(range(671, 680))
    with pytest.raises(RestatedError, match="sums of the diagonal are too many"):
        diagonals([10**9] * 3, [10**9] * 3)
