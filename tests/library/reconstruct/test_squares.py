"""Sums of the diagonal of k x k tables, against brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct.squares import diagonals
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
            expected.add(int(np.trace(np.array(candidate))))
    assert diagonals(rows, columns, **wanted).tolist() == sorted(expected)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [([2, 1, 1, 1], [1, 2, 1, 1]), ([5, 1, 1], [5, 1, 1]), ([3, 3, 2, 0], [0, 2, 3, 3]), ([6, 2, 1], [1, 2, 6])],
)
def test_uneven_margins_leave_out_sums(rows, columns):
    expected = {int(np.trace(np.array(table))) for table in _all_tables(rows, columns)}
    assert diagonals(rows, columns).tolist() == sorted(expected)


def test_two_by_two_is_the_special_case():
    pairs = two_by_two(50, row1=24, col1=28, agreement="72")
    assert diagonals([24, 26], [28, 22], agreement="72").tolist() == (pairs.tables[:, 0] + pairs.tables[:, 3]).tolist()
    # With equal margins the diagonal is even, never 5.
    assert not len(diagonals([5, 5], [5, 5], agreement="50"))


def test_undefined_kappa_fits_nothing():
    assert not len(diagonals([4, 0], [4, 0], kappa="1.00"))


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
        diagonals(rows, columns)
