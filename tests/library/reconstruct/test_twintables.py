"""Twin tables against an oracle that goes through all tables with fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct.twintables import crossed, quantities, twin_tables
from tests.printing import contains

exhaustive = settings(deadline=None, derandomize=True, max_examples=60)

ORACLE = {
    "agreement": lambda both, one, none: Fraction(both + none, both + one + none),
    "pairwise": lambda both, one, none: Fraction(both, both + one) if both + one else None,
    "probandwise": lambda both, one, none: Fraction(2 * both, 2 * both + one) if both + one else None,
    "prevalence": lambda both, one, none: Fraction(2 * both + one, 2 * (both + one + none)),
}
COUNTS = {"both": 0, "discordant": 1, "neither": 2}


def all_tables(n):
    return [(both, one, n - one - both) for one in range(n + 1) for both in range(n - one + 1)]


def printed_percent(share, decimals):
    return f"{float(100 * share):.{decimals}f}"


def fits(table, constraints):
    for name, text in constraints.items():
        if name in COUNTS:
            if table[COUNTS[name]] != text:
                return False
            continue
        value = ORACLE[name](*table)
        if value is None or not contains(parse(text), 100 * value):
            return False
    return True


@st.composite
def published(draw):
    """A table and some of its numbers as they would be printed."""
    n = draw(st.integers(1, 24))
    one = draw(st.integers(0, n))
    both = draw(st.integers(0, n - one))
    table = both, one, n - one - both
    names = draw(st.lists(st.sampled_from([*ORACLE, *COUNTS]), min_size=1, max_size=3, unique=True))
    constraints = {}
    for name in names:
        value = table[COUNTS[name]] if name in COUNTS else ORACLE[name](*table)
        if value is not None:
            constraints[name] = value if name in COUNTS else printed_percent(value, draw(st.integers(0, 2)))
    # As printed with one digit before the point, a percentage below 1 reads like a proportion.
    constraints = {name: f"{text}%" if name in ORACLE else text for name, text in constraints.items()}
    return table, constraints


@exhaustive
@given(published())
def test_every_table_that_fits_is_listed_and_no_other(case):
    table, constraints = case
    n = sum(table)
    found = twin_tables(n, **constraints)
    expected = [t for t in all_tables(n) if fits(t, constraints)]
    assert [tuple(t) for t in found.tables.tolist()] == expected
    assert table in expected
    assert found.identified == (len(expected) == 1)


@pytest.mark.parametrize(
    ("pairs", "percent", "concordant"),
    [
        (57, "70", [40]),
        (53, "64", [34]),
        (99, "62.6", [62]),
        (108, "44.4", [48]),
        (34, "67.6", [23]),
        (26, "38.5", [10]),
        (138, "62", [85, 86]),
        (57, "70.1", []),
    ],
)
def test_worked_examples(pairs, percent, concordant):
    tables = twin_tables(pairs, agreement=percent)
    assert sorted(set((tables.tables[:, 0] + tables.tables[:, 2]).tolist())) == concordant
    assert tables.empty == (not concordant)
    assert len(tables) == sum(c + 1 for c in concordant)


def test_the_three_definitions_give_three_counts():
    # Of 100 pairs with an affected twin, 50 % of the pairs or 50 % of the affected twins.
    assert twin_tables(100, pairwise=(50, 50), neither=0).tables.tolist() == [[50, 50, 0]]
    assert twin_tables(99, probandwise=(50, 50), neither=0).tables.tolist() == [[33, 66, 0]]
    # 20 both, 40 discordant, 40 neither.
    names = ("agreement", "pairwise", "probandwise")
    for name, share in zip(names, ("60", (33.3, 33.4), "50")):
        assert [20, 40, 40] in twin_tables(100, **{name: share}, prevalence=(40, 40)).tables.tolist()


def test_without_affected_twins_there_is_no_rate():
    found = twin_tables(3, pairwise=(0, 100))
    assert [0, 0, 3] not in found.tables.tolist()
    assert len(found) == len(all_tables(3)) - 1


def test_ends_of_the_interval_belong_to_it():
    found = twin_tables(200, agreement="50", both=40)
    share = 100 * (found.tables[:, 0] + found.tables[:, 2]) / 200
    assert set(share) == {49.5, 50.0, 50.5}


def test_ends_with_many_digits_are_compared_exactly():
    third = Fraction(1, 3)
    just_above = third + Fraction(1, 10**17)
    assert [1, 2, 0] in twin_tables(3, pairwise=(100 * third, 50)).tables.tolist()
    assert [1, 2, 0] not in twin_tables(3, pairwise=(100 * just_above, 50)).tables.tolist()


def test_all_combinations():
    mz, dz = twin_tables(5, agreement="60"), twin_tables(4, agreement="50")
    first, second = crossed(mz, dz)
    pairs = {(tuple(a), tuple(b)) for a, b in zip(first.tolist(), second.tolist())}
    assert len(first) == len(pairs) == len(mz) * len(dz)
    assert pairs == {(tuple(a), tuple(b)) for a in mz.tables.tolist() for b in dz.tables.tolist()}


def test_messages():
    assert twin_tables(57, agreement="70").message == "41 twin tables fit 57 pairs, agreement 70 %"
    assert (
        twin_tables(57, agreement="70", both=30).message
        == "one twin table fits 57 pairs, agreement 70 %, both exactly 30"
    )
    assert twin_tables(57, agreement="70.1").message == "no twin table fits 57 pairs, agreement 70.1 %"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: twin_tables(0, agreement="50"), "number of pairs 0 is not a positive"),
        (lambda: twin_tables(True), "number of pairs True"),
        (lambda: twin_tables(2.0), "number of pairs 2.0"),
        (lambda: twin_tables(10**7), "more than the 1000000"),
        (lambda: twin_tables(10_000), "tables to examine. Add the percentage"),
        (lambda: twin_tables(50, agreement=".70"), "field 'agreement': '.70' looks like a proportion"),
        (lambda: twin_tables(50, agreement=70.0), "the digits published for 70.0 are unknown"),
        (lambda: crossed(twin_tables(57, agreement="70.1"), twin_tables(5)), "no twin table fits"),
        (lambda: crossed(twin_tables(300), twin_tables(300)), "too many to list. Limit the prevalence"),
    ],
)
def test_bad_input_is_explained(call, message):
    with pytest.raises(RestatedError, match=message):
        call()


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40), st.data())
def test_no_table_is_lost_however_it_is_searched(both, one, none, data):
    table = np.array([[both, one, none]])
    of = quantities(table)
    names = data.draw(
        st.sets(st.sampled_from(["agreement", "pairwise", "probandwise", "prevalence", "both", "neither"]))
    )
    limits = {name: (of[name][0] - 0.3, of[name][0] + 0.3) for name in names}
    found = twin_tables(both + one + none, **limits)
    assert (found.tables == table).all(axis=1).any()
    for name in names:
        assert (abs(quantities(found.tables)[name] - of[name]) <= 0.3 + 1e-9).all()


def test_concordances_of_a_table():
    of = {name: values[0] for name, values in quantities(np.array([[9, 15, 126]])).items()}
    assert of["pairwise"] == 37.5 and of["probandwise"] == pytest.approx(100 * 18 / 33) and of["agreement"] == 90
    assert of["prevalence"] == 11 and of["pairs"] == 150 and of["discordant"] == 15
