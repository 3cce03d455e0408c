from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from restated.estimate import meta
from restated_book import studies
from review.findings import paternal_sensitivity as fathers


@pytest.fixture(scope="module")
def rows():
    return studies.load("paternal-sensitivity", originals=False)


def test_three_rows_are_known_to_be_not_significant_entered_as_zero(rows):
    zero = fathers.entered_as_zero(rows)
    assert sorted(rows["study"][zero]) == ["Easterbrooks", "Kochanska", "Schneider Rosen"]
    assert (rows["r"][zero] == 0).all()


def test_the_range_over_not_significant_results_holds_every_sampled_choice(rows):
    zeros = fathers.entered_as_zero(rows)
    low, high = fathers.range_over_not_significant(rows, method="DL")
    wider = fathers.range_over_not_significant(rows, (rows["r"] == 0).to_numpy(), method="DL")
    assert wider[0] < low and high < wider[1]
    y, v = fathers.effects(rows)
    free = np.flatnonzero(zeros)
    rng = np.random.default_rng(1)
    for _ in range(200):
        z = y.copy()
        z[free] = rng.uniform(-1, 1, len(free)) * norm.ppf(0.975) * np.sqrt(v[free])
        assert low - 5e-4 <= np.tanh(meta.fit(z, v, method="DL").estimate) <= high + 5e-4
    assert low < np.tanh(meta.fit(y, v, method="DL").estimate) < high


def test_dropping_rows_pools_the_rest(rows):
    zero = fathers.entered_as_zero(rows)
    y, v = fathers.effects(rows[~zero])
    assert fathers.pooled_without(rows, zero, method="DL").estimate == pytest.approx(
        meta.fit(y, v, method="DL").estimate
    )


def test_subsets_with_a_total_match_brute_force():
    rows = pd.DataFrame(
        {"study": list("abcde"), "year": 2000, "n": [10, 20, 30, 40, 50], "r": [0.1, 0.2, 0.3, 0.1, 0.0], "note": None}
    )
    found = fathers.subsets_with_total(rows, 2, 60, method="DL")
    pairs = {
        "; ".join(f"{rows['study'][i]} 2000" for i in range(5) if keep[i])
        for keep in product([0, 1], repeat=5)
        if sum(keep) == 2 and sum(n for n, k in zip(rows["n"], keep, strict=True) if k) == 60
    }
    assert set(found["studies"]) == pairs == {"a 2000; e 2000", "b 2000; d 2000"}
    assert found["pooled_r"].is_monotonic_increasing
