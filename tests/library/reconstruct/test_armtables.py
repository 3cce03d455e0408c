from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from restated.errors import RestatedError
from restated.reconstruct import armtables
from restated.reconstruct.armtables import shares, two_arms

sizes = st.integers(1, 40)


@given(st.lists(st.tuples(sizes, sizes, st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=10))
def test_fishers_p_is_that_of_scipy(rows):
    table = np.array([(int(x * m), m, int(y * n), n) for m, n, x, y in rows], dtype=float).T
    wanted = [stats.fisher_exact([[a, m - a], [c, n - c]])[1] for a, m, c, n in table.T.astype(int)]
    np.testing.assert_allclose(armtables._fisher(table), wanted, rtol=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 14), st.integers(1, 14), st.floats(0, 1), st.floats(0, 1))
def test_the_search_finds_what_a_plain_one_finds(m, n, x, y):
    a, c = int(x * m), int(y * n)
    box = {"n1_max": (14.0, 14.0), "n2_max": (14.0, 14.0)}
    box |= {f"percent{i}": (100 * e / k - 0.5, 100 * e / k + 0.5) for i, (e, k) in enumerate(((a, m), (c, n)), 1)}
    found = {tuple(row) for row in two_arms(box, {}, ())["table"].astype(int).tolist()}
    arms = [[(e, k) for k in range(1, 15) for e in range(k + 1) if abs(100 * e / k - 100 * f / g) <= 0.5 + 1e-7]
            for f, g in ((a, m), (c, n))]  # fmt: skip
    assert found == {(*one, *two) for one, two in itertools.product(*arms)} and (a, m, c, n) in found


def test_an_odds_ratio_with_its_interval_and_p():
    table = np.array([12.0, 50, 25, 48])
    low, high = (values[()] for values in armtables._wald("odds_ratio", table[:, None], 1.959964).values())
    ratio = 12 * 23 / (38 * 25)
    box = {"n1": (50.0, 50.0), "n2": (48.0, 48.0), "odds_ratio": (ratio - 0.005, ratio + 0.005)}
    box |= {"ci_low": (low[0] - 0.005, low[0] + 0.005), "ci_high": (high[0] - 0.005, high[0] + 0.005)}
    found = two_arms(box, {"measure": "odds_ratio"}, ())
    assert [12, 50, 25, 48] in found["table"].tolist() and 1 <= len(found["table"]) < 10
    # statsmodels 0.15, Table2x2([[12, 38], [25, 23]]).oddsratio_confint(): 0.12278 to 0.68747
    np.testing.assert_allclose([low[0], high[0]], [0.12278, 0.68747], atol=5e-6)


def test_shares_of_a_total_from_a_rate():
    box = {"rate": (45.5, 46.5), "exposure": (5623323.0, 5623323.0), "ci_low": (43.5, 44.5), "ci_high": (47.5, 48.5)}
    box |= {"a / a+b+c": (50.5, 51.5), "b / a+b+c": (8.5, 9.5), "c / b+c": (80.5, 81.5)}
    found = shares(box, {"per": 100000}, ())
    assert [1315, 238, 1018] in found["table"].tolist()
    assert found["n"].min() >= 2559 and found["n"].max() <= 2615
    assert (100 * found["c"] / (found["b"] + found["c"])).max() <= 81.5 + 1e-6


def test_what_is_too_much_or_too_little_is_refused():
    with pytest.raises(RestatedError, match="no limit of the size of group 1"):
        two_arms({"percent1": (9.0, 10.0), "percent2": (9.0, 10.0)}, {}, ())
    wide = {"n1_max": (9e3, 9e3), "n2_max": (9e3, 9e3), "percent1": (1.0, 9.0), "percent2": (1.0, 9.0)}
    with pytest.raises(RestatedError, match="too many"):
        two_arms(wide, {}, ())
    with pytest.raises(RestatedError, match="neither shares with a total"):
        shares({"a / a+b": (1.0, 2.0)}, {}, ())
