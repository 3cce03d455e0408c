"""Two-by-two reconstruction against a brute-force oracle that uses fractions only."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.printed import parse
from restated.reconstruct import tables as module
from restated.reconstruct.tables import two_by_two

exhaustive = settings(deadline=None, derandomize=True, max_examples=40)


# --- the oracle: every statistic a second time, from its textbook definition ----------------------


def _share(x, y):
    return None if y == 0 else Fraction(x, y)


def _oracle_kappa(a, b, c, d):
    n = a + b + c + d
    observed = Fraction(a + d, n)
    chance = Fraction((a + b) * (a + c) + (c + d) * (b + d), n * n)
    return None if chance == 1 else (observed - chance) / (1 - chance)


def _oracle_chi2(a, b, c, d):
    n = a + b + c + d
    rows, columns = (a + b, c + d), (a + c, b + d)
    if 0 in rows or 0 in columns:
        return None
    expected = [Fraction(r * k, n) for r in rows for k in columns]
    return sum((o - e) ** 2 / e for o, e in zip((a, b, c, d), expected, strict=True))


def _times(factor, x):
    return None if x is None else factor * x


ORACLE = {
    "row1": lambda a, b, c, d: Fraction(a + b),
    "col1": lambda a, b, c, d: Fraction(a + c),
    "row1_share": lambda a, b, c, d: Fraction(100 * (a + b), a + b + c + d),
    "col1_share": lambda a, b, c, d: Fraction(100 * (a + c), a + b + c + d),
    "agreement": lambda a, b, c, d: Fraction(100 * (a + d), a + b + c + d),
    "kappa": _oracle_kappa,
    "chi2": _oracle_chi2,
    "odds_ratio": lambda a, b, c, d: _share(a * d, b * c),
    "sensitivity": lambda a, b, c, d: _share(a, a + c),
    "specificity": lambda a, b, c, d: _share(d, b + d),
    "row_percent": lambda a, b, c, d: _times(100, _share(a, a + b)),
    "row2_percent": lambda a, b, c, d: _times(100, _share(c, c + d)),
    "col_percent": lambda a, b, c, d: _times(100, _share(a, a + c)),
    "col2_percent": lambda a, b, c, d: _times(100, _share(b, b + d)),
}


def _phi_between(table, low, high):
    """low <= phi <= high without a square root: compare signs, then squares."""
    a, b, c, d = table
    chi2 = _oracle_chi2(*table)
    if chi2 is None:
        return False
    square, sign = chi2 / sum(table), (a * d > b * c) - (a * d < b * c)
    return low * abs(low) <= sign * square <= high * abs(high)


def _fits(table, wanted):
    for name, (low, high) in wanted.items():
        if name == "phi":
            if not _phi_between(table, low, high):
                return False
        else:
            value = ORACLE[name](*table)
            if value is None or not low <= value <= high:
                return False
    return True


def _every_table(n):
    for a in range(n + 1):
        for b in range(n + 1 - a):
            for c in range(n + 1 - a - b):
                yield a, b, c, n - a - b - c


def _brute_force(n, wanted):
    return {table for table in _every_table(n) if _fits(table, wanted)}


def _as_set(found):
    return {tuple(row) for row in found.tables.tolist()}


def _half_up(value, decimals):
    """Value printed with so many decimals."""
    shifted = Fraction(value) * 10**decimals
    return str(Decimal(math.floor(shifted + Fraction(1, 2))).scaleb(-decimals))


@st.composite
def questions(draw):
    """A total and one to four statistics printed from one table of that total: never contradictory."""
    n = draw(st.integers(1, 11))
    a = draw(st.integers(0, n))
    b = draw(st.integers(0, n - a))
    c = draw(st.integers(0, n - a - b))
    table = (a, b, c, n - a - b - c)
    names = draw(st.lists(st.sampled_from([*ORACLE, "phi"]), min_size=1, max_size=4, unique=True))
    wanted = {}
    for name in names:
        if name == "phi":
            chi2 = _oracle_chi2(*table)
            if chi2 is None:
                continue
            value = Fraction(math.copysign(math.sqrt(chi2 / n), a * table[3] - b * c))
        else:
            value = ORACLE[name](*table)
        if value is None:
            continue
        decimals = draw(st.integers(0, 2))
        if name in ("kappa", "phi", "sensitivity", "specificity"):
            decimals = max(decimals, 1)
        middle, half = Fraction(_half_up(value, decimals)), Fraction(1, 2 * 10**decimals)
        wanted[name] = (middle - half, middle + half)
    return n, table, wanted


@exhaustive
@given(questions())
def test_nothing_wrong_is_returned_and_nothing_right_left_out(question):
    n, table, wanted = question
    found = two_by_two(n, **wanted)
    assert _as_set(found) == _brute_force(n, wanted)
    assert table in _as_set(found)
    assert len(found) == len(_as_set(found))


@exhaustive
@given(
    st.integers(1, 9),
    st.dictionaries(
        st.sampled_from([*ORACLE, "phi"]),
        st.tuples(st.fractions(-1, 100, max_denominator=12), st.fractions(0, 30, max_denominator=8)),
        min_size=1,
        max_size=3,
    ),
)
def test_arbitrary_and_contradictory_intervals(n, boxes):
    wanted = {name: (low, low + width) for name, (low, width) in boxes.items()}
    assert _as_set(two_by_two(n, **wanted)) == _brute_force(n, wanted)


@exhaustive
@given(questions())
def test_an_interval_shrunk_to_the_exact_value_keeps_the_table(question):
    n, table, wanted = question
    exact = {name: (ORACLE[name](*table),) * 2 for name in wanted if name != "phi"}
    assert table in _as_set(two_by_two(n, **exact))


@exhaustive
@given(questions(), st.sampled_from(["kappa", "phi", "chi2", "agreement", "odds_ratio"]))
def test_both_classifications_may_be_swapped(question, name):
    n, _, wanted = question
    symmetric = {key: box for key, box in wanted.items() if key == name}
    found = _as_set(two_by_two(n, **symmetric))
    assert {(a, c, b, d) for a, b, c, d in found} == found


def test_ends_are_compared_exactly():
    # Kappa of (5, 1, 1, 5) is 2/3: an end lies on it, then so little beside it that no float can tell.
    ends = Fraction(2, 3), Fraction(2, 3) + Fraction(1, 10**20)
    at, beside = (two_by_two(12, row1=6, col1=6, kappa=(end, None)) for end in ends)
    assert _as_set(at) == {(5, 1, 1, 5), (6, 0, 0, 6)}
    assert _as_set(beside) == {(6, 0, 0, 6)}
    near = two_by_two(12, row1=6, col1=6, kappa=(Fraction(2, 3) - Fraction(1, 10**20), Fraction(9, 10)))
    assert _as_set(near) == {(5, 1, 1, 5)}


@pytest.mark.parametrize(("n", "percent", "kappa"), [(50, "72", ".43"), (97, "75", ".49")])
def test_published_pairs_of_agreement_and_kappa_by_brute_force(n, percent, kappa):
    found = two_by_two(n, agreement=percent, kappa=kappa)
    wanted = {
        name: (Fraction(parse(text).low), Fraction(parse(text).high))
        for name, text in (("agreement", percent), ("kappa", kappa))
    }
    assert _as_set(found) == _brute_force(n, wanted)


def test_661_dyads_by_integer_brute_force():
    """75 %, kappa .49, n = 661 with pure integers: 74.5 <= 100 (a+d)/n <= 75.5 and .485 <= kappa <= .495."""
    n, expected = 661, set()
    for same in range(n + 1):
        if not 745 * n <= 1000 * same <= 755 * n:
            continue
        for a in range(same + 1):
            d = same - a
            for b in range(n - same + 1):
                c = n - same - b
                top, bottom = 2000 * (a * d - b * c), (a + b) * (b + d) + (a + c) * (c + d)
                if 485 * bottom <= top <= 495 * bottom:
                    expected.add((a, b, c, d))
    found = two_by_two(n, agreement="75", kappa=".49")
    assert _as_set(found) == expected
    assert found.candidates == 577_486


def test_a_table_in_the_search_is_visited_once():
    # All tables with total n: (n + 3 choose 3).
    found = two_by_two(9)
    assert len(found) == found.candidates == math.comb(12, 3)
    assert _as_set(found) == set(_every_table(9))


def test_blocks_do_not_change_the_result(monkeypatch):
    whole = two_by_two(40, kappa=".43")
    monkeypatch.setattr(module, "BLOCK", 100)
    assert np.array_equal(two_by_two(40, kappa=".43").tables, whole.tables)


def test_both_margins_and_kappa_identify_one_table():
    found = two_by_two(50, row1=24, col1=28, kappa=".44")
    assert found.identified and found.tables.tolist() == [[19, 5, 9, 17]]
    assert found.message == "one integer table fits n = 50, row1 exactly 24, col1 exactly 28, kappa .44"


def test_a_tie_fits_either_way_it_may_be_rounded():
    # 1 of 8 is 12.5 %: compatible with '12' only if ties go down and with '13' only if they go up.
    for text in ("12", "13"):
        assert set(two_by_two(8, agreement=text).tables[:, [0, 3]].sum(axis=1)) == {1}


def test_undefined_statistics_never_fit():
    assert (7, 0, 0, 0) not in _as_set(two_by_two(7, kappa=(-1, 1)))
    assert all(min(a + b, c + d, a + c, b + d) > 0 for a, b, c, d in two_by_two(6, phi=(-1, 1)).tables)
    assert all(b * c > 0 for _, b, c, _ in two_by_two(6, odds_ratio=(0, None)).tables)


def test_percent_signs_and_printed_objects():
    as_text = two_by_two(20, sensitivity=".84", specificity=".60").tables
    boxes = [(Fraction(835, 1000), Fraction(845, 1000)), (Fraction(595, 1000), Fraction(605, 1000))]
    for sensitivity, specificity in (("84%", "60%"), (parse(".84"), parse(".60")), boxes):
        assert np.array_equal(two_by_two(20, sensitivity=sensitivity, specificity=specificity).tables, as_text)
    assert np.array_equal(two_by_two(20, agreement="75%").tables, two_by_two(20, agreement="75").tables)


def test_no_table_names_the_constraints_in_conflict():
    found = two_by_two(661, agreement="75", kappa=".60")
    assert found.empty
    assert found.conflict == ("agreement", "kappa")
    assert found.message == (
        "no integer table fits n = 661, agreement 75, kappa .60; without agreement or without kappa some do"
    )


def test_a_single_impossible_constraint_is_named():
    found = two_by_two(7, agreement="50", row1=3)
    assert found.conflict == ("agreement",)
    assert two_by_two(7, agreement="50", kappa="3").conflict == ()
    assert "any single constraint" in two_by_two(7, agreement="50", kappa="3").message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "not a positive whole number"),
        ({"n": 12.0}, "not a positive whole number"),
        ({"n": "12"}, "not a positive whole number"),
        ({"n": 200_000}, "the most the exact search can hold"),
        ({"n": 5000, "kappa": ".49"}, "Add a margin or the percentage of agreement"),
        ({"n": 10, "kappa": 0.49}, "digits published for 0.49 are unknown"),
        ({"n": 10, "kappa": "high"}, "'high' is not a number"),
        ({"n": 10, "kappa": (0.5, 0.4)}, "above the upper end"),
        ({"n": 10, "agreement": ".75"}, "looks like a proportion"),
        ({"n": 10, "row1": True}, "truth value"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(RestatedError, match=message):
        two_by_two(**arguments)


def test_quantities_of_tables_are_those_of_libraries():
    rng = np.random.default_rng(4)
    rows = rng.integers(1, 60, (40, 4))
    found = module.quantities(rows)
    for i, (a, b, c, d) in enumerate(rows.tolist()):
        table = np.array([[a, b], [c, d]])
        chi2 = stats.chi2_contingency(table, correction=False)
        assert found["chi2"][i] == pytest.approx(chi2.statistic)
        assert found["odds_ratio"][i] == pytest.approx(stats.contingency.odds_ratio(table, kind="sample").statistic)
        ratio = stats.contingency.relative_risk(a, a + b, c, c + d).relative_risk
        assert found["risk_ratio"][i] == pytest.approx(ratio)
        cases = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], rows[i], axis=0).T
        assert found["phi"][i] == pytest.approx(np.corrcoef(cases)[0, 1])
        assert found["agreement"][i] == pytest.approx(100 * np.trace(table) / table.sum())
        assert (found["row2"][i], found["col2"][i], found["n"][i]) == (c + d, b + d, a + b + c + d)
        assert found["difference"][i] == pytest.approx(100 * (a / (a + b) - c / (c + d)))
    assert np.isnan(module.quantities(np.array([[0, 0, 3, 4]]))["risk_ratio"]).all()
